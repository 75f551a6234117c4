"""Several records at one locus, merged into two copies per sample.

Split multiallelic rows, duplicate rows, spanning deletions and reference blocks can all report on
one locus. Every pair of alleles that a sample may have is checked against every record. What all
remaining pairs have in common is the call:

* a copy reported as an alternate is that alternate;
* a copy reported as reference is none of the alternates that the record rules out, but may be one
  that another record reports;
* ``*`` is a deleted copy, or an alternate that another record reports;
* a missing copy may be any allele that a record lists, ``*`` included; where no copy is known, any;
* a record that only spans the locus (an upstream deletion) is evidence of the copies that it
  deletes and of nothing else; callers write a sample with one remaining copy as homozygous.

Alternates that no record lists are not candidates, nor are more copies of an alternate than the
records report together. If no pair remains, the records contradict one another. Unphased records
are first assumed to list the copies in the same order, as tools that split rows do. Only if no pair
remains may each record have its own order.

All operations are on arrays of samples; Python loops run over records and alleles only.
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
class Contribution:
    """What one record contributes to the calls at a locus.

    ``copies`` is int8 of shape (samples, 2): numbers of the site's alleles, ``MISSING`` or
    ``NO_COPY``. ``listed`` are the alternates that the record reports on; ``ruled_out`` are those
    of them that a reference copy of the record cannot be. ``is_evidence`` is False for a record
    that only spans the locus. ``changes`` are the changes of its ALTs; records with equal changes
    report the same alleles. ``phased`` is bool and ``phase_set`` int64 (-1 for none), both of shape
    (samples,). ``ignored`` is bool of shape (samples,): True for samples in which the record does
    not count.
    """

    copies: Copies
    listed: frozenset[int]
    ruled_out: frozenset[int]
    is_evidence: bool
    phased: Bools
    changes: tuple[Hashable, ...] = ()
    phase_set: NDArray[np.int64] | None = None
    ignored: Bools | None = None

    @property
    def called(self) -> Bools:
        """Return which samples have at least one known copy in the record."""
        called = np.asarray((self.copies >= 0).any(axis=1))
        return called if self.ignored is None else np.asarray(called & ~self.ignored)

    @property
    def applies(self) -> Bools:
        """Return which samples the record counts for."""
        return np.ones(len(self.copies), np.bool_) if self.ignored is None else ~self.ignored

    def has_copies_of(self, number: int) -> Bools:
        """Return which samples have copies of an allele, where the record counts."""
        return np.asarray((self.copies == number).any(axis=1) & self.applies)


@dataclass(frozen=True, slots=True, eq=False)
class MergedCopies:
    """Two copies per sample, whether they are in haplotype order, and where records conflict."""

    copies: Copies
    phased: Bools
    conflict: Bools


def count_copies(copies: Copies, number: int) -> Copies:
    """Return how many copies of an allele each sample has."""
    counts: Copies = (copies == number).sum(axis=1, dtype=np.int8)
    return counts


def merge(
    contributions: Sequence[Contribution], *, n_alleles: int, ref: int, deleted: int
) -> MergedCopies:
    """Merge the contributions of all records at a site; allele numbers are below ``n_alleles``.

    Unphased copies are sorted by allele number, missing ones last.
    """
    contributions = _without_duplicates(contributions)
    phased = _is_phased(contributions)
    first = contributions[0]
    if len(contributions) == 1 and first.is_evidence and first.ignored is None:
        copies = np.where(phased[:, None], first.copies, _sorted_copies(first.copies))
        return MergedCopies(copies, phased, np.zeros(len(phased), np.bool_))
    pairs = _AllelePairs(n_alleles, ref, deleted)
    candidates = pairs.candidates(contributions)
    same_order = candidates.copy()
    any_order = candidates
    for contribution in contributions:
        allowed = pairs.allowed(contribution, contributions)
        same_order &= allowed
        any_order = any_order & (allowed | allowed[:, pairs.swapped])
    possible = np.where((same_order.any(axis=1) | phased)[:, None], same_order, any_order)
    conflict = np.asarray(~possible.any(axis=1))
    copies = np.where(
        phased[:, None],
        pairs.common_in_haplotype_order(possible),
        pairs.common_in_allele_order(possible),
    )
    return MergedCopies(copies, np.asarray(phased & ~conflict), conflict)


def _without_duplicates(contributions: Sequence[Contribution]) -> list[Contribution]:
    """Return the contributions without those that repeat an earlier one."""
    distinct: list[Contribution] = []
    for contribution in contributions:
        if not any(_are_equal(contribution, earlier) for earlier in distinct):
            distinct.append(contribution)
    return distinct


def _are_equal(first: Contribution, second: Contribution) -> bool:
    return (first.changes, first.listed, first.ruled_out, first.is_evidence) == (
        second.changes,
        second.listed,
        second.ruled_out,
        second.is_evidence,
    ) and all(
        np.array_equal(values, other_values)
        if values is not None and other_values is not None
        else values is other_values
        for values, other_values in (
            (first.copies, second.copies),
            (first.phased, second.phased),
            (first.phase_set, second.phase_set),
            (first.ignored, second.ignored),
        )
    )


def _sorted_copies(copies: Copies) -> Copies:
    """Sort the two copies by allele number, with ``MISSING`` and then ``NO_COPY`` last."""
    rank = np.where(copies == MISSING, 126, np.where(copies == NO_COPY, 127, copies))
    swap = rank[:, 0] > rank[:, 1]
    return np.where(swap[:, None], copies[:, ::-1], copies)


def _is_phased(contributions: Sequence[Contribution]) -> Bools:
    """Return the samples in which all heterozygous records are phased within one phase set."""
    n_samples = len(contributions[0].copies)
    phased = np.ones(n_samples, np.bool_)
    any_phased = np.zeros(n_samples, np.bool_)
    common_set: NDArray[np.int64] | None = None
    for contribution in contributions:
        applies = contribution.applies
        fits = contribution.phased | (contribution.copies[:, 0] == contribution.copies[:, 1])
        fits &= (contribution.copies != NO_COPY).all(axis=1)
        if contribution.phase_set is not None:
            phase_set = np.where(applies, contribution.phase_set, -1)
            if common_set is not None:
                fits &= (phase_set == common_set) | (phase_set < 0) | (common_set < 0)
            common_set = phase_set if common_set is None else np.maximum(common_set, phase_set)
        phased &= fits | ~applies
        any_phased |= contribution.phased & applies
    return phased & any_phased


def _max_copies(contributions: Sequence[Contribution], number: int) -> NDArray[np.int_]:
    """Return the most copies of an allele that the records report or leave missing.

    Records with the same changes count once.
    """
    by_changes: dict[tuple[Hashable, ...], Bools] = {}
    for contribution in contributions:
        copies, changes = contribution.copies, contribution.changes
        may_have = np.asarray((copies == number) | (copies == MISSING))
        by_changes[changes] = may_have | by_changes.get(changes, np.zeros_like(may_have))
    return np.asarray(np.sum(list(by_changes.values()), axis=0).sum(axis=1))


class _AllelePairs:
    """All pairs of alleles that a sample may have, and which of them a record allows.

    Alleles have the numbers of the site; one more number represents the absent second copy of a
    haploid sample. Pairs are ordered. Boolean arrays of shape (samples, pairs) mark pairs.
    """

    def __init__(self, n_alleles: int, ref: int, deleted: int) -> None:
        self.n_alleles = n_alleles
        self.no_copy = n_alleles
        self.ref = ref
        self.deleted = deleted
        diploid = [(x, y) for x in range(n_alleles) for y in range(n_alleles)]
        pairs = [*diploid, *((x, self.no_copy) for x in range(n_alleles))]
        self.first = np.array([x for x, _ in pairs])
        self.second = np.array([y for _, y in pairs])
        swapped = [(x, y) if y == self.no_copy else (y, x) for x, y in pairs]
        self.swapped = np.array([pairs.index(pair) for pair in swapped])

    def candidates(self, contributions: Sequence[Contribution]) -> Bools:
        """Return bool (samples, pairs): pairs of alleles that the records report on."""
        n_samples = len(contributions[0].copies)
        evidence = [item for item in contributions if item.is_evidence]
        alleles = np.zeros((n_samples, self.n_alleles + 1), np.bool_)
        for item in evidence:
            applies = item.applies
            for number in (self.ref, *item.listed):
                alleles[:, number] |= applies
            alleles[:, self.no_copy] |= applies & (item.copies[:, 1] == NO_COPY)
        haploid = np.all([item.copies[:, 1] == NO_COPY for item in contributions], axis=0)
        # Where no copy is known, nothing is ruled out: it is not reference for want of alternates.
        is_open = ~np.any([item.called for item in contributions], axis=0)
        is_open |= ~np.any([np.zeros(n_samples, np.bool_), *(i.applies for i in evidence)], axis=0)
        alleles[is_open, : self.no_copy] = True
        alleles[is_open, self.no_copy] = haploid[is_open]
        alleles[:, self.deleted] = np.any(
            [self._may_be_deleted(item) for item in contributions], axis=0
        )
        candidates = alleles[:, self.first] & alleles[:, self.second]
        candidates &= ~haploid[:, None] | (self.second == self.no_copy)
        if evidence:
            for number in set(range(self.n_alleles)) - {self.ref, self.deleted}:
                is_too_many = self._copies_of(number) > _max_copies(evidence, number)[:, None]
                candidates &= ~is_too_many | is_open[:, None]
        return np.asarray(candidates)

    def _may_be_deleted(self, contribution: Contribution) -> Bools:
        """Return the samples with a copy that a record deletes, or lists as ``*`` and misses."""
        deleted = contribution.has_copies_of(self.deleted)
        if contribution.is_evidence and self.deleted in contribution.listed:
            deleted |= contribution.has_copies_of(MISSING)
        return deleted

    def allowed(self, contribution: Contribution, contributions: Sequence[Contribution]) -> Bools:
        """Return bool (samples, pairs): pairs that a record allows, in the order of its copies."""
        compatible = self._compatible(
            contribution,
            deletion_elsewhere=any(
                self.deleted in other.listed for other in contributions if other is not contribution
            ),
        )
        copies = contribution.copies
        first, second = compatible[copies[:, 0]], compatible[copies[:, 1]]
        allowed = first[:, self.first] & second[:, self.second]
        spanning = [
            other.has_copies_of(self.deleted) for other in contributions if not other.is_evidence
        ]
        if contribution.is_evidence and spanning:
            # If another record deletes one copy, callers write the other one as homozygous.
            is_single = (copies[:, 0] == copies[:, 1]) | (copies[:, 1] == NO_COPY)
            hemizygous = (copies[:, 0] >= 0) & is_single & np.any(spanning, axis=0)
            allowed |= hemizygous[:, None] & first[:, self.first] & (self.second == self.deleted)
            allowed |= hemizygous[:, None] & first[:, self.second] & (self.first == self.deleted)
        ignored = contribution.ignored
        return allowed if ignored is None else np.asarray(allowed | ignored[:, None])

    def _compatible(self, contribution: Contribution, *, deletion_elsewhere: bool) -> Bools:
        """Return bool (reported, true): which true alleles a reported copy allows.

        The last two rows are those of ``NO_COPY`` (-2) and ``MISSING`` (-1).
        ``deletion_elsewhere`` is True if another record lists deleted copies.
        """
        compatible = np.zeros((self.n_alleles + 2, self.n_alleles + 1), np.bool_)
        alleles = np.arange(self.n_alleles)
        compatible[alleles, alleles] = True
        compatible[MISSING] = True
        compatible[NO_COPY, self.no_copy] = True
        if contribution.is_evidence:
            not_ruled_out = ~np.isin(alleles, list(contribution.ruled_out))
            not_ruled_out[self.deleted] &= deletion_elsewhere
            compatible[self.ref, : self.no_copy] |= not_ruled_out
            not_listed = ~np.isin(alleles, list(contribution.listed)) & (alleles != self.ref)
            compatible[self.deleted, : self.no_copy] |= not_listed
        else:
            compatible[self.ref] = True
            compatible[self.ref, self.deleted] = deletion_elsewhere
            compatible[NO_COPY] = True
        return compatible

    def _copies_of(self, number: int) -> NDArray[np.int_]:
        """Return how many copies of an allele each pair has."""
        return np.asarray((self.first == number).astype(int) + (self.second == number))

    def common_in_haplotype_order(self, possible: Bools) -> Copies:
        """Return, for each of the two places, the allele that all possible pairs have there."""
        copies = np.full((len(possible), 2), MISSING, np.int8)
        for place, alleles in enumerate((self.first, self.second)):
            for number in range(self.n_alleles):
                certain = ~possible[:, alleles != number].any(axis=1)
                copies[certain, place] = number
        copies[~possible.any(axis=1)] = MISSING
        return copies

    def common_in_allele_order(self, possible: Bools) -> Copies:
        """Return the alleles that all possible pairs have, sorted by number, missing ones last."""
        n_samples = len(possible)
        copies = np.full((n_samples, 2), MISSING, np.int8)
        n_filled = np.zeros(n_samples, np.intp)
        any_possible = possible.any(axis=1)
        for number in range(self.n_alleles):
            copies_of = self._copies_of(number)
            for at_least in (1, 2):
                certain = any_possible & ~possible[:, copies_of < at_least].any(axis=1)
                samples = np.flatnonzero(certain)
                copies[samples, n_filled[samples]] = number
                n_filled[samples] += 1
        haploid = any_possible & ~possible[:, self.second != self.no_copy].any(axis=1)
        copies[haploid, 1] = NO_COPY
        return copies
