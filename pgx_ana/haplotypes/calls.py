"""The diplotypes of all samples.

Samples share genotypes, so each distinct combination of calls is resolved once. Most sites of most
people are homozygous for the default allele: only the others are looked at.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pgx_ana.coded import Coded, combine, distinct_rows
from pgx_ana.haplotypes.diplotypes import Diplotype, DiplotypeCaller
from pgx_ana.haplotypes.nomenclature import Nomenclature, nomenclatures
from pgx_ana.haplotypes.phasing import (
    AllelePair,
    CodedGenotype,
    Genotype,
    Observation,
    observation,
)
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.model import DELETED, Call, CohortCalls, SiteCalls
from pgx_ana.terms import CallSource, CallStatus

_WITH_ALLELES = frozenset({CallStatus.CALLED, CallStatus.PARTIAL, CallStatus.UNKNOWN_ALLELE})
_DELETED_OR_MISSING = frozenset({DELETED, "."})
_NO_PHASE_SET = -1
_SOURCES = (CallSource.NONE, CallSource.RECORD, CallSource.OTHER_STRAND, CallSource.ASSERTED)
"""What a diplotype may rest on; a later one takes precedence."""

_RANK_OF_SOURCE = {source: rank for rank, source in enumerate(_SOURCES)}

_MAX_KEPT = 50_000
"""Candidates of one set that are kept from one block of people to the next."""

Reading = tuple[CodedGenotype, int | None]
"""The genotype of a person at a core site, and the phase block of its copies, if they have one."""


@dataclass(frozen=True, slots=True, eq=False)
class DiplotypeCall:
    """A diplotype, and the source of the genotypes that it rests on.

    Each is made once for all people who have it, and is equal to itself only.
    """

    diplotype: Diplotype
    source: CallSource


@dataclass(frozen=True, slots=True, eq=False)
class HaplotypeCalls:
    """The diplotypes of one haplotype set in all samples."""

    nomenclature: Nomenclature
    diplotypes: Coded[DiplotypeCall]


class HaplotypeCaller:
    """Calls the haplotypes of every set, in any number of blocks of people.

    ``population`` is the panel population whose frequencies weigh the candidates; empty for none.
    """

    def __init__(self, knowledge: KnowledgeBase, population: str = "") -> None:
        self._sets = [SetCaller(each, population) for each in nomenclatures(knowledge)]

    def call(self, calls: CohortCalls) -> tuple[HaplotypeCalls, ...]:
        """Call the haplotypes of every set for which the calls cover all sites."""
        sites = {site.variant.id: site for site in calls.sites}
        return tuple(caller.call(sites) for caller in self._sets if caller.rsids <= sites.keys())


def call_haplotypes(
    nomenclature: Nomenclature, sites: Mapping[str, SiteCalls], population: str = ""
) -> HaplotypeCalls:
    """Call the haplotypes of one set in all samples from the calls at its sites, by rsID."""
    return SetCaller(nomenclature, population).call(sites)


class SetCaller:
    """Calls the haplotypes of one set, and keeps the diplotypes for the next block of people."""

    def __init__(self, nomenclature: Nomenclature, population: str = "") -> None:
        self._nomenclature = nomenclature
        self._caller = DiplotypeCaller(nomenclature, population)
        self._diplotypes: dict[Observation, Diplotype] = {}
        self._calls: dict[tuple[Observation, tuple[str, ...], CallSource], DiplotypeCall] = {}
        self._n_kept = 0

    @property
    def rsids(self) -> frozenset[str]:
        """All sites of the set."""
        return frozenset((*self._nomenclature.sites, *self._nomenclature.further_sites))

    def call(self, sites: Mapping[str, SiteCalls]) -> HaplotypeCalls:
        """Call the haplotypes in all samples from the calls at the sites, by rsID."""
        if self._n_kept > _MAX_KEPT:
            self._diplotypes.clear()
            self._calls.clear()
            self._n_kept = 0
        core_sites = [sites[rsid] for rsid in self._nomenclature.sites]
        observed = self._observations(core_sites)
        further = self._further_pairs(sites, observed)
        columns: list[Coded[Any]] = [observed, _sources(core_sites), *further]
        return HaplotypeCalls(self._nomenclature, combine(columns).map(self._call).unique())

    def _call(self, row: tuple[Observation, CallSource, *tuple[AllelePair, ...]]) -> DiplotypeCall:
        observed, source, *pairs = row
        diplotype = self._diplotype(observed)
        further = dict(zip(self._nomenclature.further_sites, pairs, strict=True))
        extras = self._caller.extras(diplotype, further)
        key = (observed, extras, source)
        if key not in self._calls:
            if extras:
                diplotype = dataclasses.replace(diplotype, extras=extras)
            self._calls[key] = DiplotypeCall(diplotype, source)
        return self._calls[key]

    def _diplotype(self, observed: Observation) -> Diplotype:
        """Return the diplotype of a person, without the alleles at further sites."""
        if observed not in self._diplotypes:
            diplotype = self._caller.call(observed)
            self._diplotypes[observed] = diplotype
            self._n_kept += 1 + len(diplotype.candidates)
        return self._diplotypes[observed]

    def _further_pairs(
        self, sites: Mapping[str, SiteCalls], observed: Coded[Observation]
    ) -> Iterator[Coded[AllelePair]]:
        """Yield the alleles at each further site in the people for whom they matter."""
        if not self._nomenclature.further_sites:
            return
        is_reported = observed.mask(lambda each: bool(self._diplotype(each).diplotype))
        for rsid in self._nomenclature.further_sites:
            pairs = sites[rsid].calls.map(_further_pair).unique()
            values = ((None, None), *pairs.values)
            codes = np.where(is_reported, pairs.codes.astype(np.int32) + 1, 0)
            yield Coded(values, codes).unique()

    def _observations(self, core_sites: Sequence[SiteCalls]) -> Coded[Observation]:
        """Return what is known of the chromosomes of each sample; equal ones share a code."""
        columns = list(self._readings(core_sites))
        codes, examples = distinct_rows([column.codes for column in columns])
        usual = [_code_of_default(column) for column in columns]
        matrix = np.column_stack([column.codes[examples] for column in columns])
        rows, sites = np.nonzero(matrix != np.array(usual))
        ends = np.cumsum(np.bincount(rows, minlength=len(examples))).tolist()
        tables = [column.values for column in columns]
        found = [
            tables[site][code]
            for site, code in zip(sites.tolist(), matrix[rows, sites].tolist(), strict=True)
        ]
        starts = [0, *ends[:-1]]
        values = tuple(
            observation(found[start:end]) for start, end in zip(starts, ends, strict=True)
        )
        return Coded(values, codes).unique()

    def _readings(self, core_sites: Sequence[SiteCalls]) -> Iterator[Coded[Reading]]:
        """Yield the reading of each sample at each core site; equal ones share a code."""
        blocks = _phase_blocks(core_sites)
        chromosomes = self._caller.chromosomes
        for number, site in enumerate(core_sites):
            genotypes = Coded(
                tuple(chromosomes.coded(number, _genotype(call)) for call in site.calls.values),
                site.calls.codes,
            )
            no_order: Coded[int | None] = Coded.constant(None, len(genotypes))
            yield combine([genotypes.unique(), blocks.get(number, no_order)])


def _code_of_default(column: Coded[Reading]) -> int:
    """Return the code of the reading that may be left out; -1 if there is none."""
    codes = (
        code
        for code, ((_, first, second, _), _) in enumerate(column.values)
        if not first and not second
    )
    return next(codes, -1)


def _phase_blocks(core_sites: Sequence[SiteCalls]) -> dict[int, Coded[int | None]]:
    """Return the phase block of every sample at each core site where copies have an order.

    Keys are indices of core sites. A block is numbered by the first of these sites whose copies are
    in the same order: those of one file and phase set, or of one row that covers several sites. It
    is None where the genotype has no order, or needs none since both copies are equal.
    """
    groups: dict[tuple[str, str], int] = {}
    ordered: dict[int, tuple[NDArray[np.int32], NDArray[np.int64]]] = {}
    blocks: dict[int, NDArray[np.int32]] = {}
    for number, site in enumerate(core_sites):
        of_values = [_order_group(call, groups) for call in site.calls.values]
        if not any(of_values):
            continue
        group = np.array(of_values, np.int32)[site.calls.codes]
        phase_set = _phase_set(site)
        people = np.flatnonzero(group)
        block = np.full(len(group), -1, np.int32)
        block[people] = number
        for previous in reversed(ordered):
            other_group, other_set = ordered[previous]
            is_same = (other_group[people] == group[people]) & (
                other_set[people] == phase_set[people]
            )
            same = people[is_same]
            block[same] = blocks[previous][same]
        ordered[number], blocks[number] = (group, phase_set), block
    values = (*range(len(core_sites)), None)
    return {
        number: Coded(values, np.where(block < 0, len(core_sites), block))
        for number, block in blocks.items()
    }


def _order_group(call: Call, groups: dict[tuple[str, str], int]) -> int:
    """Number the file, and the row if it covers several sites, in which the copies have an order.

    The number is 0 if they have none, or if both copies are equal. Numbers are kept in ``groups``.
    """
    first, second = _allele_pair(call)
    if first == second or not (call.phased or call.spanning_row):
        return 0
    key = (call.file, "" if call.phased else call.spanning_row)
    return groups.setdefault(key, len(groups) + 1)


def _phase_set(site: SiteCalls) -> NDArray[np.int64]:
    """Return the phase set of each phased sample; that of all others is the same."""
    if site.phase_set is None:
        return np.full(len(site.calls), _NO_PHASE_SET, np.int64)
    is_phased = site.calls.mask(lambda call: call.phased)
    return np.where(is_phased, site.phase_set, _NO_PHASE_SET)


def _genotype(call: Call) -> Genotype:
    """Return the genotype of a call, without its phase block."""
    alleles = _allele_pair(call)
    gap = ""
    if None in alleles:
        gap = call.reason if call.status is CallStatus.PARTIAL else call.status.value
    if call.swapped:
        alleles = (alleles[1], alleles[0])
    return Genotype(alleles, None, gap)


def _further_pair(call: Call) -> AllelePair:
    """Return the alleles at a further site.

    An asserted reference is no observation that a usual allele is missing.
    """
    return (None, None) if call.source is CallSource.ASSERTED else _allele_pair(call)


def _allele_pair(call: Call) -> AllelePair:
    """Return the alleles of both copies, None for a copy that was not observed.

    A deleted copy counts as observed: no haplotype has that allele.
    """
    is_deletion = (
        call.status is CallStatus.NOT_ASSESSABLE
        and {DELETED} <= set(call.alleles) <= _DELETED_OR_MISSING
    )
    if call.status not in _WITH_ALLELES and not is_deletion:
        return (None, None)
    copies = [None if allele == "." else allele for allele in (*call.alleles, ".", ".")[:2]]
    return (copies[0], copies[1])


def _sources(core_sites: Sequence[SiteCalls]) -> Coded[CallSource]:
    """Return what a diplotype rests on: the user's assertion or permission, if any call does."""
    ranks = np.zeros(len(core_sites[0].calls), np.uint8)
    for site in core_sites:
        of_values = np.array([_source_rank(call) for call in site.calls.values], np.uint8)
        np.maximum(ranks, of_values[site.calls.codes], out=ranks)
    return Coded(_SOURCES, ranks)


def _source_rank(call: Call) -> int:
    if call.status not in _WITH_ALLELES:
        return 0
    return max(_SOURCES.index(CallSource.RECORD), _RANK_OF_SOURCE.get(call.source, 0))
