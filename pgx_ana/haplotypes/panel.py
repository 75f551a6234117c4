"""Haplotypes as they were counted in a phased panel, and how frequent that makes them.

A chromosome is written as one plus-strand allele for each core site, in the order of the sites;
None where the allele is not known.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from pgx_ana.knowledge import HaplotypeCounts
from pgx_ana.terms import GLOBAL, POPULATIONS

Alleles = tuple[str, ...]
PartialAlleles = tuple[str | None, ...]

_PRIOR = 1.0  # in chromosomes
_MAX_KEPT = 100_000


@dataclass(frozen=True, eq=False)
class Panel:
    """The chromosomes of a phased panel at the sites of a set.

    ``counts`` are by population and alleles, empty where none was counted; ``known`` are the
    alleles of each site.
    """

    counts: Mapping[str, Mapping[Alleles, int]]
    known: tuple[frozenset[str], ...]
    _kept: dict[tuple[str, PartialAlleles], float] = field(
        default_factory=dict, init=False, repr=False
    )

    @cached_property
    def chromosomes(self) -> tuple[Alleles, ...]:
        """Every chromosome that was counted, in the order of its alleles."""
        return tuple(sorted({alleles for counts in self.counts.values() for alleles in counts}))

    def frequency(self, alleles: PartialAlleles, population: str) -> float:
        """Return the estimated frequency of a chromosome in a population of the panel.

        With sites missing, that of all chromosomes that fit, whether they are listed or not.

        The mean of a Dirichlet posterior: the prior weighs as much as one chromosome and spreads
        over haplotypes as if their sites were independent, so that what was never counted is rare
        and not impossible.
        """
        key = (population, alleles)
        if key not in self._kept:
            make_room(self._kept)
            counts = self.counts[population]
            sites = self._site_frequencies[population]
            told = {n: allele for n, allele in enumerate(alleles) if allele is not None}
            independent = math.prod(sites[n].get(allele, 0.0) for n, allele in told.items())
            counted = _counted(counts, told, len(alleles)) + _PRIOR * independent
            self._kept[key] = counted / (sum(counts.values()) + _PRIOR)
        return self._kept[key]

    @cached_property
    def _site_frequencies(self) -> dict[str, tuple[dict[str, float], ...]]:
        """The frequency of each allele at each site, as if each had been seen half a time more."""
        return {
            population: tuple(
                _allele_frequencies(site, known, counts) for site, known in enumerate(self.known)
            )
            for population, counts in self.counts.items()
        }


def add_up(
    panels: Iterable[HaplotypeCounts], sites: Sequence[str], elsewhere: Alleles
) -> dict[str, dict[Alleles, int]]:
    """Add up the chromosomes of all panels, by population and over all of them.

    ``elsewhere`` are the alleles at sites that a row does not name, by the number of the site.
    """
    counts: dict[str, dict[Alleles, int]] = {}
    for panel in panels:
        for row in panel.counts:
            alleles = tuple(row.alleles.get(s) or elsewhere[n] for n, s in enumerate(sites))
            for population in POPULATIONS:
                number = getattr(row, population)
                for name in (population, GLOBAL):
                    of_population = counts.setdefault(name, {})
                    of_population[alleles] = of_population.get(alleles, 0) + number
    # Where nobody was counted, no frequency is known: a prior alone would look like an estimate.
    return {name: of_name for name, of_name in counts.items() if any(of_name.values())}


def make_room(kept: dict[Any, Any]) -> None:
    """Forget what was worked out before it fills the memory."""
    if len(kept) >= _MAX_KEPT:
        kept.clear()


def _counted(counts: Mapping[Alleles, int], told: Mapping[int, str], n_sites: int) -> int:
    """Return how many chromosomes have some alleles, by the number of the site."""
    if len(told) == n_sites:
        return counts.get(tuple(told.values()), 0)
    return sum(
        number
        for alleles, number in counts.items()
        if all(alleles[n] == allele for n, allele in told.items())
    )


def _allele_frequencies(
    site: int, known: Iterable[str], counts: Mapping[Alleles, int]
) -> dict[str, float]:
    seen = dict.fromkeys(known, 0.5)
    for alleles, number in counts.items():
        seen[alleles[site]] += number
    total = sum(seen.values())
    return {allele: number / total for allele, number in seen.items()}
