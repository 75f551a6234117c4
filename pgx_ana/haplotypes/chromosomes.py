"""Chromosomes as integers, so that many phasings of one person are compared and named quickly."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from pgx_ana.haplotypes.nomenclature import Label, Nomenclature
from pgx_ana.haplotypes.panel import PartialAlleles, limit_cache
from pgx_ana.haplotypes.phasing import CodedGenotype, Genotype

Labels = tuple[Label, ...]

_END = "\0"
"""Ends a part of a sort key; no allele or haplotype name contains it."""


class NamedChromosome(NamedTuple):
    """The labels that a chromosome may have, exact ones first.

    ``sort_key`` sorts like the ranks of the labels. ``is_exact`` is True for one exact label.
    ``unlisted`` are the haplotypes that it may carry in combinations that are not listed.
    """

    labels: Labels
    sort_key: str
    is_exact: bool
    unlisted: frozenset[int]


class Chromosomes:
    """The chromosomes of a haplotype set as integers, and their names.

    The lowest bits of an integer stand for the core sites, and are set where the allele is not
    known. The bits above them stand for alleles. The default allele of a site has no bit.
    """

    def __init__(self, nomenclature: Nomenclature) -> None:
        self.nomenclature = nomenclature
        n_sites = len(nomenclature.sites)
        self.all_missing = (1 << n_sites) - 1
        self.unknown_alleles = 0
        """The bits of all alleles that are not in the knowledge base."""
        self._defaults = nomenclature.default_alleles or (None,) * n_sites
        self._parts: dict[tuple[int, str], int] = {}
        self._alleles: list[tuple[int, str]] = []
        self._at_site = [0] * n_sites
        self._named: dict[int, NamedChromosome] = {}
        for site, known in enumerate(nomenclature.known_alleles):
            for allele in sorted(known):
                self.part(site, allele)
        self.cores = tuple(
            sum(self.part(site, allele) for site, allele in haplotype.core.items())
            for haplotype in nomenclature.haplotypes
        )
        """The alleles of each haplotype, 0 for one without core alleles (``*1``)."""
        self.alone = 0
        """The alleles that are a haplotype on their own."""
        self._shared = 0  # alleles of haplotypes with more than one
        self._number_of: dict[int, int] = {}
        for number, (haplotype, core) in enumerate(
            zip(nomenclature.haplotypes, self.cores, strict=True)
        ):
            if len(haplotype.core) == 1:
                self.alone |= core
                self._number_of.setdefault(core, number)
            else:
                self._shared |= core

    def part(self, site: int, allele: str | None) -> int:
        """Return the bit of an allele at a core site, of a missing one if it is None."""
        if allele is None:
            return 1 << site
        if allele == self._defaults[site]:
            return 0
        key = (site, allele)
        if key not in self._parts:
            bit = 1 << (len(self._defaults) + len(self._alleles))
            self._parts[key] = bit
            self._alleles.append(key)
            self._at_site[site] |= bit
            if allele not in self.nomenclature.known_alleles[site]:
                self.unknown_alleles |= bit
        return self._parts[key]

    def coded(self, site: int, genotype: Genotype) -> CodedGenotype:
        """Return the genotype at a core site with both copies as parts of a chromosome."""
        first, second = (self.part(site, allele) for allele in genotype.alleles)
        gap = genotype.gap if None in genotype.alleles else None
        return CodedGenotype(site, first, second, gap)

    def at_sites(self, missing: int) -> int:
        """Return all alleles at the sites whose lowest bits are set."""
        alleles = 0
        for site in _bits(missing & self.all_missing):
            alleles |= self._at_site[site]
        return alleles

    def alleles(self, chromosome: int) -> PartialAlleles:
        """Return the allele at each core site; None where it is not known."""
        alleles: list[str | None] = list(self._defaults)
        for bit in _bits(chromosome):
            if bit < len(alleles):
                alleles[bit] = None
            else:
                site, allele = self._alleles[bit - len(alleles)]
                alleles[site] = allele
        return tuple(alleles)

    def named(self, chromosome: int) -> NamedChromosome:
        """Return the labels that a chromosome may have."""
        named = self._named.get(chromosome)
        if named is None:
            limit_cache(self._named)
            named = self._named[chromosome] = self._name(chromosome)
        return named

    def carried_by_any(self, chromosomes: Iterable[int]) -> frozenset[int]:
        """Return the haplotypes that any of the chromosomes carries, all of them fully known."""
        found: set[int] = set()
        parts: set[int] = set()
        total = 0
        for chromosome in chromosomes:
            total |= chromosome
            # The name of the rest depends on no allele that is always a haplotype on its own.
            parts.add(chromosome & ~self._only_alone)
            if not chromosome & self._only_alone:
                found.update(self.named(chromosome).labels[0].haplotypes)
        for part in parts:
            if part:
                found.update(self.named(part).labels[0].haplotypes)
        found.update(self._number_of[1 << bit] for bit in _bits(total & self._only_alone))
        return frozenset(found)

    @property
    def _only_alone(self) -> int:
        """The alleles that name a haplotype, whatever else a chromosome carries."""
        return self.alone & ~self._shared

    def _name(self, chromosome: int) -> NamedChromosome:
        if chromosome & self.all_missing:
            partial = self.alleles(chromosome)
            labels = tuple(label for label, _ in self.nomenclature.labels(partial))
            unlisted = self.nomenclature.also_possible(partial)
        else:
            labels, unlisted = (self._label(chromosome),), frozenset()
        is_exact = len(labels) == 1 and labels[0].exact
        return NamedChromosome(labels, _sort_key(labels), is_exact, unlisted)

    def _label(self, chromosome: int) -> Label:
        """Name a chromosome whose allele is known at every site."""
        if chromosome and not chromosome & ~self._only_alone:
            numbers = sorted([self._number_of[1 << bit] for bit in _bits(chromosome)])
            haplotypes = self.nomenclature.haplotypes
            text = " + ".join([haplotypes[number].name for number in numbers])
            return Label(text if len(numbers) == 1 else f"[{text}]", tuple(numbers))
        n_sites = len(self._defaults)
        marked = dict([self._alleles[bit - n_sites] for bit in _bits(chromosome)])
        return self.nomenclature.label_of_marked(marked)


def _bits(number: int) -> list[int]:
    """Return the positions of the bits that are set, the lowest first."""
    positions = []
    while number:
        lowest = number & -number
        positions.append(lowest.bit_length() - 1)
        number ^= lowest
    return positions


def _sort_key(labels: Labels) -> str:
    """Return text that sorts like the ranks of the labels, one after the other."""
    keys = []
    for label in labels:
        is_inexact, haplotypes, text = label.rank
        numbers = "".join([chr(number + 1) for number in haplotypes])
        keys.append(f"{chr(1 + is_inexact)}{numbers}{_END}{text}{_END}")
    return "".join(keys) + _END
