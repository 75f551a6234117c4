"""Files of one sample each, side by side: rows that are alike become one row of many people.

The files of a batch have the same rows at most sites, but for the genotypes. Their sample columns
are joined, so that each such row is parsed, and later called, once.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from pgx_ana.model import Record
from pgx_ana.vcf.phase_fields import PhaseDeclarations
from pgx_ana.vcf.records import read_records
from pgx_ana.vcf.rows import TextRow
from pgx_ana.vcf.targets import Target

_UNKNOWN_BASE = "N"
_LIKE_COPIES = re.compile(rb"(?:0[/|]0|\.[/|]\.|0|\.)(?::|$)")


@dataclass(frozen=True, slots=True, eq=False)
class PooledRows:
    """The rows of some files at one target, alike but for their genotypes.

    ``files`` are the numbers of the files in the pool. ``rows`` has, for each of them, its rows.
    """

    files: tuple[int, ...]
    rows: tuple[tuple[TextRow, ...], ...]


def pooled(rows_of_files: Sequence[Sequence[TextRow]], target: Target) -> Iterator[PooledRows]:
    """Yield the rows at a target that are alike. ``rows_of_files`` has those of each file."""
    alike: dict[Hashable, tuple[list[int], list[tuple[TextRow, ...]]]] = {}
    for file, rows in enumerate(rows_of_files):
        if rows:
            clipped = tuple(_clipped(row, target) for row in rows)
            files, members = alike.setdefault(tuple(map(_shape, clipped)), ([], []))
            files.append(file)
            members.append(clipped)
    for files, members in alike.values():
        yield PooledRows(tuple(files), tuple(members))


def read_pool(
    groups: Sequence[PooledRows], names: Sequence[str], declarations: PhaseDeclarations
) -> list[list[Record]]:
    """Return the records of each group, for the people of its files.

    ``names`` has the sample of each file of the pool, for messages. Raises :class:`InputError` for
    malformed genotypes.
    """
    rows: list[TextRow] = []
    bodies: list[bytes] = []
    for group in groups:
        for of_files in zip(*group.rows, strict=True):
            rows.append(of_files[0])
            bodies.append(_joined(of_files, group.files, len(names)))
    read = iter(read_records(rows, bodies, names, None, declarations))
    return [
        [next(read).of(np.array(group.files, np.intp)) for _ in group.rows[0]] for group in groups
    ]


def _joined(rows: Sequence[TextRow], files: Sequence[int], n_files: int) -> bytes:
    """Return the sample columns of a row of all files of a pool, missing in the others."""
    missing = b"./." if rows[0].format == b"GT" else b"."
    columns = [missing] * n_files
    for file, row in zip(files, rows, strict=True):
        columns[file] = row.columns.read(0, 1)
    return b"\t".join(columns)


def _shape(row: TextRow) -> Hashable:
    """Return all that rows must share to be one row of several people."""
    site = row.site
    return (
        site.pos,
        site.end,
        site.ref,
        site.alts,
        site.filters,
        site.alt_ends,
        site.counts_copies,
        site.mismatch,
        row.format,
        row.is_imputed,
        row.has_no_reads,
        row.stated_end if b"LEN" in row.format else 0,
    )


def _clipped(row: TextRow, target: Target) -> TextRow:
    """Return a reference block as it is seen at a target: how far it reaches beyond is all one.

    A block still reaches beyond its first base. One with two unlike copies keeps its place, which
    tells at which other sites they are in the same order.
    """
    site = row.site
    is_plain = len(site.ref) == 1 and site.is_block and not site.counts_copies
    if not is_plain or b"LEN" in row.format or not _LIKE_COPIES.match(row.columns.read(0, 1)):
        return row
    if site.pos < target.start:
        site = dataclasses.replace(site, pos=target.start - 1, ref=_UNKNOWN_BASE)
    last = max(target.end, site.pos + 1)
    if site.end > last:
        site = dataclasses.replace(site, end=last)
    return row if site is row.site else dataclasses.replace(row, site=site)
