"""The people of a PGEN, PLINK bed or BGEN file, from the list beside it alone."""

from __future__ import annotations

from pgx_ana.biobank.companions import Companion, beside
from pgx_ana.biobank.kinds import Kind, kind_of_file
from pgx_ana.biobank.oxford_samples import sample_file_of
from pgx_ana.biobank.sample_lists import read_sample_list
from pgx_ana.printable import printable_line

_LISTS = {Kind.PGEN: (".psam", ".fam"), Kind.BED: (".fam",)}


def people_listed(path: str) -> tuple[str, ...]:
    """Return the people that the list beside a file names; none where the file itself names them.

    The list is not held against the file, and no optional library is needed. Raises
    :class:`InputError` where the list is missing or malformed.
    """
    kind = kind_of_file(path)
    if kind in _LISTS:
        return read_sample_list(Companion(beside(path, printable_line(path), _LISTS[kind]))).names
    listed = sample_file_of(path) if kind is Kind.BGEN else None
    return () if listed is None else listed.second_names
