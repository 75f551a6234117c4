"""Several records at one locus joined into two copies per person.

Split multiallelic rows, duplicates, spanning deletions and reference blocks may all speak of one
locus. Unphased records are joined by counting copies, so that their order and spelling do not
matter; phased ones haplotype by haplotype:

* a copy that any record gives to an allele is that allele;
* the other copies are reference only where every record that lists alternates was called;
* a record that merely spans the locus (an upstream deletion) speaks of the copies that it deletes
  and of nothing else;
* ``*`` may stand for an allele that another row tells, and gives way to it;
* records that disagree make a conflict, never a choice.

Everything runs over arrays of samples; loops are over records and alleles only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pgx_ana.model import MISSING, NO_COPY

Bools = NDArray[np.bool_]
Copies = NDArray[np.int8]


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """What one record says of a locus.

    ``copies`` is int8 of shape (samples, 2): numbers of the site's alleles, ``MISSING`` or
    ``NO_COPY``. ``listed`` are the alternates that the record can tell from reference.
    ``is_evidence`` says that its reference copies speak for reference. ``phased`` is bool and
    ``phase_set`` int64 (-1 none), both of shape (samples,).
    """

    copies: Copies
    listed: frozenset[int]
    is_evidence: bool
    phased: Bools
    phase_set: NDArray[np.int64] | None = None

    @property
    def called(self) -> Bools:
        """Say which samples have at least one known copy."""
        return np.asarray((self.copies >= 0).any(axis=1))

    @property
    def missing(self) -> Copies:
        """Count the copies that the record leaves open."""
        return count(self.copies, MISSING)


@dataclass(frozen=True, slots=True, eq=False)
class Joined:
    """Two copies per sample, whether they are in haplotype order, and where records disagree."""

    copies: Copies
    phased: Bools
    conflict: Bools


def count(copies: Copies, number: int) -> Copies:
    """Count, for each sample, the copies that have an allele number."""
    counted: Copies = (copies == number).sum(axis=1, dtype=np.int8)
    return counted


def join(rows: Sequence[Row], *, n_alleles: int, ref: int, deleted: int) -> Joined:
    """Join the rows of one site; alleles are numbered below ``n_alleles``.

    Unphased copies come out in the order of their numbers, missing ones last.
    """
    phased = _phased(rows)
    if len(rows) == 1 and rows[0].is_evidence:
        return Joined(
            np.where(phased[:, None], rows[0].copies, _in_order(rows[0].copies)),
            phased,
            np.zeros(len(phased), np.bool_),
        )
    counted, conflict = _join_by_count(rows, n_alleles, ref, deleted)
    if not phased.any():
        return Joined(counted, phased, conflict)
    slots, clash = _join_by_haplotype(rows, ref, deleted)
    conflict |= phased & clash
    return Joined(np.where(phased[:, None], slots, counted), phased, conflict)


def _in_order(copies: Copies) -> Copies:
    """Sort the two copies by number, missing ones last and absent ones after them."""
    rank = np.where(copies == MISSING, 126, np.where(copies == NO_COPY, 127, copies))
    swap = rank[:, 0] > rank[:, 1]
    return np.where(swap[:, None], copies[:, ::-1], copies)


def _phased(rows: Sequence[Row]) -> Bools:
    """Say where every heterozygous record is phased, all within one phase set."""
    n_samples = len(rows[0].copies)
    phased = np.ones(n_samples, np.bool_)
    any_phased = np.zeros(n_samples, np.bool_)
    common: NDArray[np.int64] | None = None
    for row in rows:
        phased &= row.phased | (row.copies[:, 0] == row.copies[:, 1])
        phased &= (row.copies != NO_COPY).all(axis=1)
        any_phased |= row.phased
        if row.phase_set is not None:
            if common is not None:
                phased &= (row.phase_set == common) | (row.phase_set < 0) | (common < 0)
            common = row.phase_set if common is None else np.maximum(common, row.phase_set)
    return phased & any_phased


def _join_by_haplotype(rows: Sequence[Row], ref: int, deleted: int) -> tuple[Copies, Bools]:
    """Join slot by slot; returns the copies and where two alternates claim one slot.

    An alternate outweighs ``*``, that a missing copy, and that reference.
    """
    evidence = any(row.is_evidence for row in rows)
    shape = rows[0].copies.shape
    slots = np.full(shape, ref if evidence else MISSING, np.int8)
    clash = np.zeros(shape[0], np.bool_)
    for row in rows:
        if row.is_evidence:
            slots = np.where(row.copies == MISSING, np.int8(MISSING), slots)
    for row in rows:
        slots = np.where(row.copies == deleted, np.int8(deleted), slots)
    for row in rows:
        claims = (row.copies >= 0) & (row.copies != ref) & (row.copies != deleted)
        taken = (slots >= 0) & (slots != ref) & (slots != deleted)
        clash |= (claims & taken & (slots != row.copies)).any(axis=1)
        slots = np.where(claims, row.copies, slots)
    return slots, clash


def _join_by_count(
    rows: Sequence[Row], n_alleles: int, ref: int, deleted: int
) -> tuple[Copies, Bools]:
    """Join by counts; returns copies in the order of their numbers, and where rows disagree."""
    n_samples = len(rows[0].copies)
    ploidy = np.max([(row.copies != NO_COPY).sum(axis=1) for row in rows], axis=0)
    conflict = np.zeros(n_samples, np.bool_)
    counts: dict[int, Copies] = {}
    for number in range(n_alleles):
        if number not in {ref, deleted}:
            counts[number], disagree = _allele_count(rows, number, deleted)
            conflict |= disagree
    conflict |= _drop_deleted_copies(rows, counts, deleted)
    concrete = np.sum(list(counts.values()), axis=0, dtype=np.int8)
    conflict |= concrete > ploidy
    room = np.maximum(ploidy - concrete, 0)
    stars = np.max([count(row.copies, deleted) for row in rows], axis=0)
    counts[deleted] = np.minimum(stars, room).astype(np.int8)
    free = np.maximum(room - counts[deleted], 0)
    unknown = np.minimum(_open_copies(rows, counts, free), free)
    counts[ref] = (free - unknown).astype(np.int8)
    return _written_out(counts, ploidy), conflict


def _allele_count(rows: Sequence[Row], number: int, deleted: int) -> tuple[Copies, Bools]:
    """Count the copies of one allele over the rows, and find where these disagree."""
    most = np.zeros(len(rows[0].copies), np.int8)
    possible = np.full(len(most), 2, np.int8)
    for row in rows:
        here = count(row.copies, number)
        most = np.maximum(most, here)
        if number in row.listed and row.is_evidence:
            possible = np.minimum(possible, here + row.missing + count(row.copies, deleted))
    return most, most > possible


def _drop_deleted_copies(rows: Sequence[Row], counts: dict[int, Copies], deleted: int) -> Bools:
    """Take one copy from homozygotes on whom a spanning record deletes the other.

    Callers write such people as homozygous. Returns where deletion and alleles cannot both be.
    """
    spanning = [count(row.copies, deleted) for row in rows if not row.is_evidence]
    if not spanning:
        return np.zeros(len(rows[0].copies), np.bool_)
    lost = np.max(spanning, axis=0)
    total = np.sum(list(counts.values()), axis=0)
    impossible: Bools = total + lost > 2
    for number, found in counts.items():
        homozygous = (found == 2) & (lost == 1)
        counts[number] = np.where(homozygous, 1, found).astype(np.int8)
        impossible &= ~homozygous
    return impossible


def _open_copies(
    rows: Sequence[Row], counts: Mapping[int, Copies], free: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Count the copies of which no row says what they are.

    Rows that list the same alternates answer for each other; a missing copy of one row may be an
    allele that another row tells, and is then not open.
    """
    evidence = [row for row in rows if row.is_evidence]
    if not evidence:
        return free
    unknown = np.zeros(len(free), np.int64)
    for group in {row.listed for row in evidence}:
        missing = np.min([row.missing for row in evidence if row.listed == group], axis=0)
        elsewhere = [found for number, found in counts.items() if number not in group]
        told = np.sum(elsewhere, axis=0) if elsewhere else np.zeros(len(free), np.int64)
        unknown = np.maximum(unknown, missing - told)
    return unknown


def _written_out(counts: Mapping[int, Copies], ploidy: NDArray[np.int64]) -> Copies:
    """Write counts as two copies in the order of their numbers, missing ones last."""
    n_samples = len(ploidy)
    copies = np.full((n_samples, 2), MISSING, np.int8)
    filled = np.zeros(n_samples, np.intp)
    for number in sorted(counts):
        for repeat in range(2):
            put = np.flatnonzero((counts[number] > repeat) & (filled < 2))
            copies[put, filled[put]] = number
            filled[put] += 1
    copies[ploidy == 1, 1] = NO_COPY
    return copies
