"""Haplotype counts from phased reference panels, and the frequencies estimated from them.

A chromosome is written as one plus-strand allele per core site, in the order of the sites; None
where the allele is not known.
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

_PRIOR_WEIGHT = 1.0  # chromosomes
_PSEUDOCOUNT = 0.5  # chromosomes per allele and site
_MAX_CACHED = 50_000  # entries


@dataclass(frozen=True, eq=False)
class Panel:
    """The chromosomes of a phased panel at the core sites of a haplotype set.

    ``counts`` are by population and alleles; empty where no panel was counted. ``known_alleles``
    has the alleles defined at each core site.
    """

    counts: Mapping[str, Mapping[Alleles, int]]
    known_alleles: tuple[frozenset[str], ...]
    _frequency_cache: dict[tuple[str, PartialAlleles], float] = field(
        default_factory=dict, init=False, repr=False
    )

    @cached_property
    def chromosomes(self) -> tuple[Alleles, ...]:
        """Every distinct chromosome in the panel, sorted by its alleles."""
        return tuple(sorted({alleles for counts in self.counts.values() for alleles in counts}))

    def frequency(self, alleles: PartialAlleles, population: str) -> float:
        """Return the estimated frequency of a chromosome in a population of the panel.

        Where sites are missing, this is the total frequency of all chromosomes that fit, whether
        they are listed or not.

        The estimate is the mean of a Dirichlet posterior. The prior weighs as much as one
        chromosome and treats the sites as independent, so that a haplotype that was never counted
        is rare but not impossible.
        """
        key = (population, alleles)
        if key not in self._frequency_cache:
            limit_cache(self._frequency_cache)
            counts = self.counts[population]
            frequencies = self._allele_frequencies[population]
            known = {site: allele for site, allele in enumerate(alleles) if allele is not None}
            independent = math.prod(
                frequencies[site].get(allele, 0.0) for site, allele in known.items()
            )
            weight = _matching_count(counts, known, len(alleles)) + _PRIOR_WEIGHT * independent
            self._frequency_cache[key] = weight / (sum(counts.values()) + _PRIOR_WEIGHT)
        return self._frequency_cache[key]

    @cached_property
    def _allele_frequencies(self) -> dict[str, tuple[dict[str, float], ...]]:
        """By population, the frequency of each allele at each site, with a pseudocount."""
        return {
            population: tuple(
                _site_frequencies(site, known, counts)
                for site, known in enumerate(self.known_alleles)
            )
            for population, counts in self.counts.items()
        }


def pool_counts(
    panels: Iterable[HaplotypeCounts], sites: Sequence[str], default_alleles: Alleles
) -> dict[str, dict[Alleles, int]]:
    """Add up the chromosomes of all panels, for each population and for all of them together.

    ``default_alleles`` has, for each core site, the allele of a row that does not name the site.
    Populations in which no chromosome was counted are left out.
    """
    pooled: dict[str, dict[Alleles, int]] = {}
    for panel in panels:
        for row in panel.counts:
            alleles = tuple(
                row.alleles.get(rsid) or default_alleles[site] for site, rsid in enumerate(sites)
            )
            for population in POPULATIONS:
                count = getattr(row, population)
                for name in (population, GLOBAL):
                    counts = pooled.setdefault(name, {})
                    counts[alleles] = counts.get(alleles, 0) + count
    # Without any counted chromosome, the prior alone would look like an estimate.
    return {name: counts for name, counts in pooled.items() if any(counts.values())}


def limit_cache(cache: dict[Any, Any]) -> None:
    """Clear a cache of computed values once it is full, so that memory use stays bounded."""
    if len(cache) >= _MAX_CACHED:
        cache.clear()


def _matching_count(counts: Mapping[Alleles, int], known: Mapping[int, str], n_sites: int) -> int:
    """Return the number of chromosomes that carry the known alleles, given by site index."""
    if len(known) == n_sites:
        return counts.get(tuple(known.values()), 0)
    return sum(
        count
        for alleles, count in counts.items()
        if all(alleles[site] == allele for site, allele in known.items())
    )


def _site_frequencies(
    site: int, known: Iterable[str], counts: Mapping[Alleles, int]
) -> dict[str, float]:
    weights = dict.fromkeys(known, _PSEUDOCOUNT)
    for alleles, count in counts.items():
        weights[alleles[site]] += count
    total = sum(weights.values())
    return {allele: weight / total for allele, weight in weights.items()}
