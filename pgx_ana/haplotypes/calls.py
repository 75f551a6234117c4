"""The diplotypes of all samples.

Samples share genotypes, so each distinct combination of calls is resolved once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pgx_ana.coded import Coded, combine
from pgx_ana.haplotypes.diplotypes import Diplotype, call_diplotype
from pgx_ana.haplotypes.nomenclature import Nomenclature, nomenclatures
from pgx_ana.haplotypes.phasing import AllelePair, Genotype
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.model import DELETED, Call, CohortCalls, SiteCalls
from pgx_ana.terms import CallSource, CallStatus

_OBSERVED = frozenset({CallStatus.CALLED, CallStatus.PARTIAL, CallStatus.UNKNOWN_ALLELE})
_DELETED_OR_MISSING = frozenset({DELETED, "."})
_NO_PHASE_SET = -1


@dataclass(frozen=True, slots=True)
class DiplotypeCall:
    """A diplotype, and the source of the genotypes that it rests on."""

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
        self._nomenclatures = nomenclatures(knowledge)
        self._population = population

    def call(self, calls: CohortCalls) -> tuple[HaplotypeCalls, ...]:
        """Call the haplotypes of every set for which the calls cover all sites."""
        sites = {site.variant.id: site for site in calls.sites}
        return tuple(
            call_haplotypes(nomenclature, sites, self._population)
            for nomenclature in self._nomenclatures
            if {*nomenclature.sites, *nomenclature.further_sites} <= set(sites)
        )


def call_haplotypes(
    nomenclature: Nomenclature, sites: Mapping[str, SiteCalls], population: str = ""
) -> HaplotypeCalls:
    """Call the haplotypes of one set in all samples from the calls at its sites, by rsID.

    ``population`` is the panel population whose frequencies weigh the candidates; empty for none.
    """
    rsids = (*nomenclature.sites, *nomenclature.further_sites)
    set_sites = [sites[rsid] for rsid in rsids]
    core_sites = set_sites[: len(nomenclature.sites)]
    phase_blocks = _phase_blocks(core_sites)
    combined = combine([*(site.calls for site in set_sites), *phase_blocks.values()])

    def diplotype_call(row: tuple[Any, ...]) -> DiplotypeCall:
        calls, block_numbers = row[: len(set_sites)], row[len(set_sites) :]
        blocks = dict(zip(phase_blocks, block_numbers, strict=True))
        return _diplotype_call(nomenclature, calls, blocks, population)

    return HaplotypeCalls(nomenclature, combined.map(diplotype_call))


def _phase_blocks(core_sites: Sequence[SiteCalls]) -> dict[int, Coded[int]]:
    """Return the phase block of every sample at each core site with phased genotypes.

    Keys are indices of core sites. A block is numbered by the first of these sites that has the
    same phase set. The result is empty where no file has phase sets: then all phased genotypes are
    one block.
    """
    if all(site.phase_set is None for site in core_sites):
        return {}
    phased = {index: _is_phased(site) for index, site in enumerate(core_sites)}
    with_phase = [index for index, samples in phased.items() if samples.any()]
    phase_sets = {index: _phase_set(core_sites[index]) for index in with_phase}
    blocks: dict[int, NDArray[np.int32]] = {}
    for number, index in enumerate(with_phase):
        block = np.full(len(phase_sets[index]), number, np.int32)
        for previous in reversed(with_phase[:number]):
            same_set = phased[previous] & (phase_sets[previous] == phase_sets[index])
            block[same_set] = blocks[previous][same_set]
        blocks[index] = np.where(phased[index], block, 0).astype(np.int32)
    numbers = tuple(range(len(with_phase)))
    return {index: Coded(numbers, block) for index, block in blocks.items()}


def _phase_set(site: SiteCalls) -> NDArray[np.int64]:
    if site.phase_set is None:
        return np.full(len(site.calls), _NO_PHASE_SET, np.int64)
    return site.phase_set


def _is_phased(site: SiteCalls) -> NDArray[np.bool_]:
    """Return bool of shape (samples,): whether the genotype is heterozygous and phased."""
    return site.calls.mask(lambda call: call.phased and len(set(call.alleles)) > 1)


def _diplotype_call(
    nomenclature: Nomenclature, calls: Sequence[Call], blocks: Mapping[int, int], population: str
) -> DiplotypeCall:
    """Resolve one combination of calls: those at the core sites, then those at further sites.

    ``blocks`` has the phase block of core sites by their index. No block spans two files. The sites
    that one unphased row covers are a block of their own.
    """
    n_core = len(nomenclature.sites)
    block_numbers: dict[tuple[str, str | int], int] = {}
    core = []
    for index, call in enumerate(calls[:n_core]):
        key = (call.file, blocks.get(index, 0) if call.phased else call.spanning_row)
        core.append(_genotype(call, block_numbers.setdefault(key, len(block_numbers))))
    # An asserted reference is no observation that a usual allele is missing.
    further = {
        rsid: (None, None) if call.source is CallSource.ASSERTED else _allele_pair(call)
        for rsid, call in zip(nomenclature.further_sites, calls[n_core:], strict=True)
    }
    diplotype = call_diplotype(nomenclature, core, further, population)
    return DiplotypeCall(diplotype, _source(calls[:n_core]))


def _genotype(call: Call, block: int) -> Genotype:
    alleles = _allele_pair(call)
    gap = ""
    if None in alleles:
        gap = call.reason if call.status is CallStatus.PARTIAL else call.status.value
    if call.swapped:
        alleles = (alleles[1], alleles[0])
    return Genotype(alleles, block if call.phased or call.spanning_row else None, gap)


def _allele_pair(call: Call) -> AllelePair:
    """Return the alleles of both copies, None for a copy that was not observed.

    A deleted copy counts as observed: no haplotype has that allele.
    """
    is_deletion = (
        call.status is CallStatus.NOT_ASSESSABLE
        and {DELETED} <= set(call.alleles) <= _DELETED_OR_MISSING
    )
    if call.status not in _OBSERVED and not is_deletion:
        return (None, None)
    copies = [None if allele == "." else allele for allele in (*call.alleles, ".", ".")[:2]]
    return (copies[0], copies[1])


def _source(calls: Sequence[Call]) -> CallSource:
    """Return what a diplotype rests on: the user's assertion or permission, if any call does."""
    sources = {call.source for call in calls if call.status in _OBSERVED}
    for source in (CallSource.ASSERTED, CallSource.OTHER_STRAND):
        if source in sources:
            return source
    return CallSource.RECORD if sources else CallSource.NONE
