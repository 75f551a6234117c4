"""The haplotypes of all people: each distinct combination of genotypes is resolved once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pgx_ana.coded import Coded, combine
from pgx_ana.haplotypes.diplotypes import Diplotype, Genotype, Pair, diplotype
from pgx_ana.haplotypes.nomenclature import Nomenclature, nomenclatures
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.model import DELETED, Call, CohortCalls, SiteCalls
from pgx_ana.terms import CallSource, CallStatus

_SEEN = frozenset({CallStatus.CALLED, CallStatus.PARTIAL, CallStatus.UNKNOWN_ALLELE})
_GONE = frozenset({DELETED, "."})
_NO_SET = -1


@dataclass(frozen=True, slots=True)
class DiplotypeCall:
    """The diplotype of some people, and where the genotypes come from that it rests on."""

    diplotype: Diplotype
    source: CallSource


@dataclass(frozen=True, slots=True, eq=False)
class HaplotypeCalls:
    """The diplotypes of one set of haplotypes in all samples."""

    nomenclature: Nomenclature
    diplotypes: Coded[DiplotypeCall]


def call_all_haplotypes(
    calls: CohortCalls, knowledge: KnowledgeBase, population: str = ""
) -> tuple[HaplotypeCalls, ...]:
    """Call the haplotypes of every set whose sites are all among the calls."""
    sites = {site.variant.id: site for site in calls.sites}
    return tuple(
        call_haplotypes(nomenclature, sites, population)
        for nomenclature in nomenclatures(knowledge)
        if {*nomenclature.sites, *nomenclature.further_sites} <= set(sites)
    )


def call_haplotypes(
    nomenclature: Nomenclature, sites: Mapping[str, SiteCalls], population: str = ""
) -> HaplotypeCalls:
    """Call the haplotypes of a set in all people from the calls at its sites, by rsID.

    ``population`` is that of the panel whose frequencies tell how likely candidates are; empty for
    none.
    """
    chosen = [sites[rsid] for rsid in (*nomenclature.sites, *nomenclature.further_sites)]
    core = chosen[: len(nomenclature.sites)]
    blocks = _phase_blocks(core)
    combined = combine([*(site.calls for site in chosen), *blocks.values()])

    def diplotype_call(row: tuple[Any, ...]) -> DiplotypeCall:
        numbers = dict(zip(blocks, row[len(chosen) :], strict=True))
        return _diplotype_call(nomenclature, row[: len(chosen)], numbers, population)

    return HaplotypeCalls(nomenclature, combined.map(diplotype_call))


def _phase_blocks(core: Sequence[SiteCalls]) -> dict[int, Coded[int]]:
    """Number everybody's phase sets: for each site with phase, the first site of the same set.

    Empty where no file has phase sets: all that is phased is then one block.
    """
    if all(site.phase_set is None for site in core):
        return {}
    phased = {number: _is_phased(site) for number, site in enumerate(core)}
    numbers = [number for number, people in phased.items() if people.any()]
    sets = {number: _phase_set(core[number]) for number in numbers}
    blocks: dict[int, NDArray[np.int32]] = {}
    for place, number in enumerate(numbers):
        block = np.full(len(sets[number]), place, np.int32)
        for other in reversed(numbers[:place]):
            same = phased[other] & (sets[other] == sets[number])
            block[same] = blocks[other][same]
        blocks[number] = np.where(phased[number], block, 0).astype(np.int32)
    return {number: Coded(tuple(range(len(numbers))), block) for number, block in blocks.items()}


def _phase_set(site: SiteCalls) -> NDArray[np.int64]:
    if site.phase_set is None:
        return np.full(len(site.calls), _NO_SET, np.int64)
    return site.phase_set


def _is_phased(site: SiteCalls) -> NDArray[np.bool_]:
    """Say whose genotype is heterozygous and has an order."""
    return site.calls.mask(lambda call: call.phased and len(set(call.alleles)) > 1)


def _diplotype_call(
    nomenclature: Nomenclature, calls: Sequence[Call], blocks: Mapping[int, int], population: str
) -> DiplotypeCall:
    """Resolve one combination of calls; ``blocks`` has the phase block of some core sites."""
    count = len(nomenclature.sites)
    told_by: dict[tuple[str, str | int], int] = {}
    core = []
    for number, call in enumerate(calls[:count]):
        key = (call.file, blocks.get(number, 0) if call.phased else call.spanning_row)
        core.append(_genotype(call, told_by.setdefault(key, len(told_by))))
    # What was only said to be reference is no observation that a usual allele is not there.
    further = {
        rsid: (None, None) if call.source is CallSource.ASSERTED else _copies(call)
        for rsid, call in zip(nomenclature.further_sites, calls[count:], strict=True)
    }
    return DiplotypeCall(diplotype(nomenclature, core, further, population), _source(calls[:count]))


def _genotype(call: Call, block: int) -> Genotype:
    alleles = _copies(call)
    gap = ""
    if None in alleles:
        gap = call.reason if call.status is CallStatus.PARTIAL else call.status.value
    if call.swapped:
        alleles = (alleles[1], alleles[0])
    return Genotype(alleles, block if call.phased or call.spanning_row else None, gap)


def _copies(call: Call) -> Pair:
    """Return the alleles of both copies, None for what was not observed.

    A copy that is deleted was observed: no haplotype has it.
    """
    gone = call.status is CallStatus.NOT_ASSESSABLE and {DELETED} <= set(call.alleles) <= _GONE
    if call.status not in _SEEN and not gone:
        return (None, None)
    copies = [None if allele == "." else allele for allele in (*call.alleles, ".", ".")[:2]]
    return (copies[0], copies[1])


def _source(calls: Sequence[Call]) -> CallSource:
    """Return what the diplotype rests on: what the user said, if any of it does."""
    sources = {call.source for call in calls if call.status in _SEEN}
    for source in (CallSource.ASSERTED, CallSource.OTHER_STRAND):
        if source in sources:
            return source
    return CallSource.RECORD if sources else CallSource.NONE
