"""Several records at one locus joined into two copies per person.

Split multiallelic rows, duplicates, spanning deletions and reference blocks may all speak of one
locus. For every person, every pair of copies that could be there is held against every record, and
what all remaining pairs have in common is the call:

* a copy said to be an alternate is that alternate;
* a copy said to be reference is none of the alternates that the record denies by it, but may be one
  that another record tells;
* ``*`` is a deleted copy, or an alternate that another record tells;
* a missing copy may be anything;
* a record that merely spans the locus (an upstream deletion) speaks of the copies that it deletes
  and of nothing else; callers write people who have only one copy left as homozygous.

Alternates that no record lists are not considered, nor more copies than the records say together.
If no pair remains, the records contradict one another. Unphased records are first taken to write
the copies in one order, as tools that split rows do; only where that leaves no pair, each may have
its own order.

Everything runs over arrays of samples; loops are over records and alleles only.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
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
    ``NO_COPY``. ``listed`` are the alternates that the record tells of, ``denied`` those of them
    that its reference copies cannot be. ``is_evidence`` is False for a record that merely spans the
    locus; ``changes`` are what its alternates are, so that rows about the same can be told.
    ``phased`` is bool and ``phase_set`` int64 (-1 none), both of shape (samples,).
    ``ignored`` says for which samples the record is to be passed over.
    """

    copies: Copies
    listed: frozenset[int]
    denied: frozenset[int]
    is_evidence: bool
    phased: Bools
    changes: tuple[Hashable, ...] = ()
    phase_set: NDArray[np.int64] | None = None
    ignored: Bools | None = None

    @property
    def called(self) -> Bools:
        """Say which samples have at least one known copy."""
        called = np.asarray((self.copies >= 0).any(axis=1))
        return called if self.ignored is None else np.asarray(called & ~self.ignored)


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
    rows = _without_repeats(rows)
    phased = _phased(rows)
    if len(rows) == 1 and rows[0].is_evidence and rows[0].ignored is None:
        copies = np.where(phased[:, None], rows[0].copies, _in_order(rows[0].copies))
        return Joined(copies, phased, np.zeros(len(phased), np.bool_))
    pairs = _Pairs(n_alleles, ref, deleted)
    considered = pairs.considered(rows)
    aligned = considered.copy()
    free = considered
    for row in rows:
        fits = pairs.fitting(row, rows)
        aligned &= fits
        free = free & (fits | fits[:, pairs.swapped])
    possible = np.where((aligned.any(axis=1) | phased)[:, None], aligned, free)
    conflict = np.asarray(~possible.any(axis=1))
    copies = np.where(phased[:, None], pairs.by_slot(possible), pairs.by_count(possible))
    return Joined(copies, np.asarray(phased & ~conflict), conflict)


def _without_repeats(rows: Sequence[Row]) -> list[Row]:
    """Leave out rows that say the same as an earlier one."""
    kept: list[Row] = []
    for row in rows:
        if not any(_same(row, other) for other in kept):
            kept.append(row)
    return kept


def _same(one: Row, other: Row) -> bool:
    return (one.changes, one.listed, one.denied, one.is_evidence) == (
        other.changes,
        other.listed,
        other.denied,
        other.is_evidence,
    ) and all(
        np.array_equal(first, second)
        if first is not None and second is not None
        else first is second
        for first, second in (
            (one.copies, other.copies),
            (one.phased, other.phased),
            (one.phase_set, other.phase_set),
            (one.ignored, other.ignored),
        )
    )


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
        passed_over = np.zeros(n_samples, np.bool_) if row.ignored is None else row.ignored
        fits = row.phased | (row.copies[:, 0] == row.copies[:, 1])
        fits &= (row.copies != NO_COPY).all(axis=1)
        if row.phase_set is not None:
            own = np.where(passed_over, -1, row.phase_set)
            if common is not None:
                fits &= (own == common) | (own < 0) | (common < 0)
            common = own if common is None else np.maximum(common, own)
        phased &= fits | passed_over
        any_phased |= row.phased & ~passed_over
    return phased & any_phased


def _said(rows: Sequence[Row], number: int) -> NDArray[np.int_]:
    """Return how many copies of an allele rows tell of, or leave open; equal rows speak once."""
    by_changes: dict[tuple[Hashable, ...], Bools] = {}
    for row in rows:
        said = np.asarray((row.copies == number) | (row.copies == MISSING))
        by_changes[row.changes] = said | by_changes.get(row.changes, np.zeros_like(said))
    return np.asarray(np.sum(list(by_changes.values()), axis=0).sum(axis=1))


class _Pairs:
    """All pairs of copies that a person may have, and which of them fit a record.

    True alleles are numbered as those of the site, the last number standing for no second copy.
    Pairs are ordered; a haploid person has no copy in the second place.
    """

    def __init__(self, n_alleles: int, ref: int, deleted: int) -> None:
        self.n_alleles = n_alleles
        self.none = n_alleles
        self.ref = ref
        self.deleted = deleted
        both = [(x, y) for x in range(n_alleles) for y in range(n_alleles)]
        pairs = [*both, *((x, self.none) for x in range(n_alleles))]
        self.first = np.array([x for x, _ in pairs])
        self.second = np.array([y for _, y in pairs])
        turned = [(x, y) if y == self.none else (y, x) for x, y in pairs]
        self.swapped = np.array([pairs.index(pair) for pair in turned])

    def considered(self, rows: Sequence[Row]) -> Bools:
        """Return bool (samples, pairs): pairs of alleles that some record tells of."""
        n_samples = len(rows[0].copies)
        evidence = [row for row in rows if row.is_evidence]
        alleles = np.zeros((n_samples, self.n_alleles + 1), np.bool_)
        for row in evidence:
            speaks = np.ones(n_samples, np.bool_) if row.ignored is None else ~row.ignored
            for number in (self.ref, *row.listed):
                alleles[:, number] |= speaks
            alleles[:, self.none] |= speaks & (row.copies[:, 1] == NO_COPY)
        haploid = np.all([row.copies[:, 1] == NO_COPY for row in rows], axis=0)
        if not evidence:
            alleles[:, : self.none] = True
            alleles[:, self.none] = haploid
        alleles[:, self.deleted] = np.any([count(r.copies, self.deleted) > 0 for r in rows], axis=0)
        fit = alleles[:, self.first] & alleles[:, self.second]
        fit &= ~haploid[:, None] | (self.second == self.none)
        for number in set(range(self.n_alleles)) - {self.ref, self.deleted} if evidence else ():
            most = _said(evidence, number)
            times = (self.first == number).astype(int) + (self.second == number)
            fit &= times <= most[:, None]
        return np.asarray(fit)

    def fitting(self, row: Row, rows: Sequence[Row]) -> Bools:
        """Return bool (samples, pairs): pairs that a record allows, its copies in their order."""
        others = [r for r in rows if r is not row]
        matches = self._matches(row, starred=any(self.deleted in r.listed for r in others))
        one, two = matches[row.copies[:, 0]], matches[row.copies[:, 1]]
        fits = one[:, self.first] & two[:, self.second]
        if row.is_evidence:
            # Where another record deletes one copy, the other one is written as homozygous.
            spanned = [count(r.copies, self.deleted) > 0 for r in rows if not r.is_evidence]
            same = (row.copies[:, 0] == row.copies[:, 1]) | (row.copies[:, 1] == NO_COPY)
            if spanned:
                half = (row.copies[:, 0] >= 0) & same & np.any(spanned, axis=0)
                fits |= half[:, None] & one[:, self.first] & (self.second == self.deleted)
                fits |= half[:, None] & one[:, self.second] & (self.first == self.deleted)
        return fits if row.ignored is None else np.asarray(fits | row.ignored[:, None])

    def _matches(self, row: Row, *, starred: bool) -> Bools:
        """Return bool (written, true): which true allele a written copy allows.

        The last two rows are those of NO_COPY (-2) and MISSING (-1). ``starred`` says that another
        record tells of deleted copies.
        """
        matches = np.zeros((self.n_alleles + 2, self.n_alleles + 1), np.bool_)
        alleles = np.arange(self.n_alleles)
        matches[alleles, alleles] = True
        matches[MISSING] = True
        matches[NO_COPY, self.none] = True
        if row.is_evidence:
            told_elsewhere = ~np.isin(alleles, list(row.denied))
            told_elsewhere[self.deleted] &= starred
            matches[self.ref, : self.none] |= told_elsewhere
            not_listed = ~np.isin(alleles, list(row.listed)) & (alleles != self.ref)
            matches[self.deleted, : self.none] |= not_listed
        else:
            matches[self.ref] = True
            matches[self.ref, self.deleted] = starred
            matches[NO_COPY] = True
        return matches

    def by_slot(self, possible: Bools) -> Copies:
        """Return the copies that all possible pairs have in each place, in haplotype order."""
        slots = np.full((len(possible), 2), MISSING, np.int8)
        for place, alleles in enumerate((self.first, self.second)):
            for number in range(self.n_alleles):
                certain = ~possible[:, alleles != number].any(axis=1)
                slots[certain, place] = number
        slots[~possible.any(axis=1)] = MISSING
        return slots

    def by_count(self, possible: Bools) -> Copies:
        """Return the copies that all possible pairs have, in the order of their numbers."""
        n_samples = len(possible)
        copies = np.full((n_samples, 2), MISSING, np.int8)
        filled = np.zeros(n_samples, np.intp)
        some = possible.any(axis=1)
        for number in range(self.n_alleles):
            times = (self.first == number).astype(int) + (self.second == number)
            for repeat in (1, 2):
                put = np.flatnonzero(some & ~possible[:, times < repeat].any(axis=1))
                copies[put, filled[put]] = number
                filled[put] += 1
        haploid = some & ~possible[:, self.second != self.none].any(axis=1)
        copies[haploid, 1] = NO_COPY
        return copies
