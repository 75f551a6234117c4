"""From the cells of stored calls to calls as they were made."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pgx_ana.coded import Coded, combine
from pgx_ana.model import DELETED, FROM_A_RECORD, Call, SiteCalls, Variant
from pgx_ana.output import PhaseBlock
from pgx_ana.terms import CallSource, CallStatus

CALL_TEXTS = ("genotype", "status", "source", "reason", "filter", "file")
"""Columns that documents and Parquet both have, in the order of :func:`call_from`."""

_NO_SET = -1
_NO_FILE, _OTHER_FILE = -1, -2

Texts = Coded[str | None]


@dataclass(frozen=True, slots=True, eq=False)
class CallCells:
    """The cells of the calls of one variant, one per person.

    ``rows`` has the values of :data:`CALL_TEXTS`, without the file where a person has only one, so
    that people share their calls. ``has_one_file`` says of each person whether that is so.
    ``phase_blocks`` is the column of that name, None where it has no values. The numbers are those
    of :class:`~pgx_ana.model.SiteCalls`.
    """

    rows: Coded[tuple[str | None, ...]]
    phase_blocks: Texts | None
    has_one_file: Coded[bool]
    gq: NDArray[np.float32] | None
    dp: NDArray[np.float32] | None
    phase_set: NDArray[np.int64] | None

    def site(self, variant: Variant) -> SiteCalls:
        """Return the calls of the variant. Raises :class:`ValueError` for cells that are none."""
        columns: list[Coded[Any]] = [self.rows, self.has_one_file]
        phase_set = self.phase_set
        if self.phase_blocks is not None:
            blocks = self.phase_blocks.compact().map(
                lambda text: None if text is None else PhaseBlock.from_text(text)
            )
            phase_set = _with_named_sets(phase_set, blocks)
            # Sets differ from person to person, and calls are shared by people.
            columns.append(blocks.map(_shared_block).unique())
        calls = combine(columns).map(lambda cells: _call(variant, *cells)).unique()
        return SiteCalls(variant, calls, self.gq, self.dp, phase_set)


def _call(
    variant: Variant,
    cells: tuple[str | None, ...],
    has_one_file: bool,  # noqa: FBT001  # a column like the others
    block: PhaseBlock | None = None,
) -> Call:
    """Return the call that the cells show. Raises :class:`ValueError` if they show none."""
    genotype, status, source, reason, filters, file = cells
    phased, alleles = _alleles(genotype)
    if block is not None:
        is_haploid = len(alleles) == 1
        phased = phased or (is_haploid and not block.spanning_row)
    call = Call(
        alleles=alleles,
        phased=phased,
        status=CallStatus(str(status)),
        source=CallSource(str(source)),
        reason=reason or "",
        filter=filters or "",
        file=file or "",
        spanning_row="" if block is None else block.spanning_row,
        swapped=block is not None and block.swapped,
    )
    if call.genotype != (genotype or ".") or len(alleles) > 2:
        raise ValueError(f"{genotype!r} is not a genotype")
    if not _fits(call, variant):
        raise ValueError(f"the genotype {genotype} is none that can be {call.status}")
    if not has_one_file and bool(file) is not (call.source in FROM_A_RECORD):
        raise ValueError(f"the file of the call {call.genotype} is {file}")
    return call


def _fits(call: Call, variant: Variant) -> bool:
    """Return whether a genotype that counts as observed has known alleles, and not too many."""
    known = set(call.alleles) - {".", DELETED}
    n_copies = len(call.alleles) - call.alleles.count(".")
    if call.status not in {CallStatus.CALLED, CallStatus.PARTIAL}:
        return True
    needed = 2 if call.status is CallStatus.CALLED else 1
    return n_copies == needed and bool(known) and known <= set(variant.alleles)


def _alleles(genotype: str | None) -> tuple[bool, tuple[str, ...]]:
    """Return whether a genotype is phased, and its alleles."""
    if genotype is None:
        return False, ()
    phased = "|" in genotype
    return phased, tuple(genotype.split("|" if phased else "/"))


def _shared_block(block: PhaseBlock | None) -> PhaseBlock | None:
    """Return a block without the number of its set."""
    return None if block is None else dataclasses.replace(block, named_set=_NO_SET)


def _with_named_sets(
    phase_set: NDArray[np.int64] | None, blocks: Coded[PhaseBlock | None]
) -> NDArray[np.int64] | None:
    """Return the phase sets with those that have names."""
    numbers = [_NO_SET if block is None else block.named_set for block in blocks.values]
    named = np.array(numbers, np.int64)[blocks.codes]
    if not (named >= 0).any():
        return phase_set
    return named if phase_set is None else np.where(named >= 0, named, phase_set)


def rows_of(columns: Mapping[str, Texts]) -> Coded[tuple[str | None, ...]]:
    """Return the values of :data:`CALL_TEXTS` in each person."""
    return combine([columns[name] for name in CALL_TEXTS])


class PeopleFiles:
    """The input files of people, by which the column of files is checked.

    ``files`` has the names of those of each person.
    """

    def __init__(self, files: Coded[tuple[str, ...]]) -> None:
        self.has_one_file = files.map(lambda names: len(names) == 1).unique()
        self._files = files
        self._is_alone = self.has_one_file.mask(bool)
        self._code_of = {
            names[0]: code for code, names in enumerate(files.values) if len(names) == 1
        }
        self._last: tuple[tuple[str | None, ...], NDArray[np.int64]] = ((), np.zeros(0, np.int64))

    def without_only_ones(self, file: Texts, source: Texts) -> Texts:
        """Return the files of calls without those of people who have only one.

        Raises :class:`ValueError` where the file of a call is not one of the person.
        """
        is_from_file = source.mask(lambda text: text in FROM_A_RECORD)
        expected = np.where(is_from_file, self._files.codes.astype(np.int64), _NO_FILE)
        is_right = self._codes(file.values)[file.codes] == expected
        if not is_right[self._is_alone].all():
            raise ValueError("the file of a call is not that of the person")
        if self._is_alone.all():
            return Coded.constant(None, len(file))
        nothing = len(file.values)
        codes = np.where(self._is_alone, nothing, file.codes.astype(np.int32))
        shown = Coded((*file.values, None), codes).compact()
        for name, names in combine([shown, self._files]).values:
            if name is not None and name not in names:
                raise ValueError(f"the file of a call, {name}, is not one of the person")
        return shown

    def _codes(self, names: tuple[str | None, ...]) -> NDArray[np.int64]:
        """Return the codes of files by name; the many rows of a row group share their names."""
        if self._last[0] is not names:
            codes = [
                _NO_FILE if name is None else self._code_of.get(name, _OTHER_FILE) for name in names
            ]
            self._last = (names, np.array(codes, np.int64))
        return self._last[1]
