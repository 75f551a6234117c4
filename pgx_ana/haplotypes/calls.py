"""The haplotypes of all people: each distinct combination of genotypes is resolved once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pgx_ana.coded import distinct
from pgx_ana.haplotypes.diplotypes import Diplotype, Genotype, Pair, diplotype
from pgx_ana.haplotypes.nomenclature import Nomenclature, nomenclatures
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.model import DELETED, Cell, CohortCalls, SiteCalls
from pgx_ana.terms import CallSource, CallStatus

_SEEN = frozenset({CallStatus.CALLED, CallStatus.PARTIAL, CallStatus.UNKNOWN_ALLELE})
_GONE = frozenset({DELETED, "."})
_NO_SET = -1


@dataclass(frozen=True, slots=True)
class PersonHaplotypes:
    """The diplotype of some people, and where the genotypes come from that it rests on."""

    diplotype: Diplotype
    source: CallSource


@dataclass(frozen=True, slots=True, eq=False)
class HaplotypeCalls:
    """One set of haplotypes in all people.

    ``codes`` is int32 of shape (samples,) into ``people``, the distinct results.
    """

    names: Nomenclature
    people: tuple[PersonHaplotypes, ...]
    codes: NDArray[np.int32]


def call_all_haplotypes(
    calls: CohortCalls, knowledge: KnowledgeBase, population: str = ""
) -> tuple[HaplotypeCalls, ...]:
    """Call the haplotypes of every set whose sites are all among the calls."""
    sites = {site.variant.id: site for site in calls.sites}
    return tuple(
        call_haplotypes(names, sites, population)
        for names in nomenclatures(knowledge)
        if {*names.sites, *names.further_sites} <= set(sites)
    )


def call_haplotypes(
    names: Nomenclature, sites: Mapping[str, SiteCalls], population: str = ""
) -> HaplotypeCalls:
    """Call the haplotypes of a set in all people from the calls at its sites, by rsID.

    ``population`` is that of the panel whose frequencies tell how likely candidates are; empty for
    none.
    """
    chosen = [sites[rsid] for rsid in (*names.sites, *names.further_sites)]
    core = chosen[: len(names.sites)]
    blocks = _phase_blocks(core)
    codes, rows = distinct([*(site.codes for site in chosen), *blocks.values()])
    people = []
    for row in rows:
        cells = [site.cells[code] for site, code in zip(chosen, row, strict=False)]
        numbers = dict(zip(blocks, row[len(chosen) :], strict=True))
        people.append(_person(names, cells, numbers, population))
    return HaplotypeCalls(names, tuple(people), codes)


def _phase_blocks(core: Sequence[SiteCalls]) -> dict[int, NDArray[np.int32]]:
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
    return blocks


def _phase_set(site: SiteCalls) -> NDArray[np.int64]:
    if site.phase_set is None:
        return np.full(len(site.codes), _NO_SET, np.int64)
    return site.phase_set


def _is_phased(site: SiteCalls) -> NDArray[np.bool_]:
    """Say whose genotype is heterozygous and has an order."""
    return np.array([cell.phased and len(set(cell.alleles)) > 1 for cell in site.cells])[site.codes]


def _person(
    names: Nomenclature, cells: Sequence[Cell], blocks: Mapping[int, int], population: str
) -> PersonHaplotypes:
    """Resolve one combination of cells; ``blocks`` has the phase block of some core sites."""
    count = len(names.sites)
    told_by: dict[tuple[str, str | int], int] = {}
    core = []
    for number, cell in enumerate(cells[:count]):
        key = (cell.file, blocks.get(number, 0) if cell.phased else cell.row)
        core.append(_genotype(cell, told_by.setdefault(key, len(told_by))))
    # What was only said to be reference is no observation that a usual allele is not there.
    further = {
        rsid: (None, None) if cell.source is CallSource.ASSERTED else _copies(cell)
        for rsid, cell in zip(names.further_sites, cells[count:], strict=True)
    }
    return PersonHaplotypes(diplotype(names, core, further, population), _source(cells[:count]))


def _genotype(cell: Cell, block: int) -> Genotype:
    alleles = _copies(cell)
    gap = ""
    if None in alleles:
        gap = cell.reason if cell.status is CallStatus.PARTIAL else cell.status.value
    if cell.turned:
        alleles = (alleles[1], alleles[0])
    return Genotype(alleles, block if cell.phased or cell.row else None, gap)


def _copies(cell: Cell) -> Pair:
    """Return the alleles of both copies, None for what was not observed.

    A copy that is deleted was observed: no haplotype has it.
    """
    gone = cell.status is CallStatus.NOT_ASSESSABLE and {DELETED} <= set(cell.alleles) <= _GONE
    if cell.status not in _SEEN and not gone:
        return (None, None)
    copies = [None if allele == "." else allele for allele in (*cell.alleles, ".", ".")[:2]]
    return (copies[0], copies[1])


def _source(cells: Sequence[Cell]) -> CallSource:
    """Return what the diplotype rests on: what the user said, if any of it does."""
    sources = {cell.source for cell in cells if cell.status in _SEEN}
    for source in (CallSource.ASSERTED, CallSource.OTHER_STRAND):
        if source in sources:
            return source
    return CallSource.RECORD if sources else CallSource.NONE
