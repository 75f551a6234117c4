"""Chromosomes as integers, so that many phasings of one person are compared and named quickly."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from pgx_ana.haplotypes.nomenclature import Label, Nomenclature
from pgx_ana.haplotypes.panel import Alleles, PartialAlleles, limit_cache
from pgx_ana.haplotypes.phasing import CodedGenotype, Genotype

Labels = tuple[Label, ...]

LabelledChromosomes = tuple[tuple[Label, tuple[Alleles, ...]], ...]
"""Labels, each with the chromosomes that have it."""

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
        self._listed: dict[int, dict[int, LabelledChromosomes]] = {}
        for site, known in enumerate(nomenclature.known_alleles):
            for allele in sorted(known):
                self.part(site, allele)
        self.cores = tuple(
            sum(self.part(site, allele) for site, allele in haplotype.core.items())
            for haplotype in nomenclature.haplotypes
        )
        """The alleles of each haplotype, 0 for one without core alleles (``*1``)."""
        self._core_sites = tuple(
            sum(1 << site for site in haplotype.core) for haplotype in nomenclature.haplotypes
        )
        self._in_larger = frozenset(
            number
            for number, own in enumerate(self._core_sites)
            if any(own != other and own & other == own for other in self._core_sites)
        )
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

    def code(self, alleles: PartialAlleles) -> int:
        """Return a chromosome as an integer."""
        return sum(self.part(site, allele) for site, allele in enumerate(alleles))

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

    def frequency(self, chromosome: int, population: str) -> float:
        """Return the estimated frequency of a chromosome in a population of the panel."""
        return self.nomenclature.panel.frequency(self.alleles(chromosome), population)

    def carried_by_any(self, chromosomes: Iterable[int]) -> frozenset[int]:
        """Return the haplotypes that any of the chromosomes carries, all of them fully known."""
        found: set[int] = set()
        parts: set[int] = set()
        total = 0
        for chromosome in chromosomes:
            total |= chromosome
            if chromosome & self._only_alone:
                parts.add(chromosome & ~self._only_alone)
            else:
                found.update(self.named(chromosome).labels[0].haplotypes)
        # What else a chromosome is named after depends on no allele that names a haplotype alone;
        # but a haplotype without core alleles (*1) would be named only without them.
        for part in parts:
            numbers = self.named(part).labels[0].haplotypes
            found.update(number for number in numbers if self.cores[number])
        found.update(self._number_of[1 << bit] for bit in _bits(total & self._only_alone))
        return frozenset(found)

    @property
    def _only_alone(self) -> int:
        """The alleles that name a haplotype, whatever else a chromosome carries."""
        return self.alone & ~self._shared

    def labelled(self, chromosome: int) -> LabelledChromosomes:
        """Return every label that a chromosome may have.

        Each label comes with the listed chromosomes (defined, or counted in a panel) that fit and
        have it. Where no listed chromosome fits, the known alleles alone are named.
        """
        missing = chromosome & self.all_missing
        if not missing:
            alleles = tuple(allele for allele in self.alleles(chromosome) if allele is not None)
            return ((self._label(chromosome), (alleles,)),)
        if missing not in self._listed:
            limit_cache(self._listed, 500)
            self._listed[missing] = self._listed_without(missing)
        fitting = self._listed[missing].get(chromosome)
        return fitting or ((self._label(chromosome), ()),)

    def _listed_without(self, missing: int) -> dict[int, LabelledChromosomes]:
        """Return the listed chromosomes with their labels, by what is known of them."""
        known = ~self.at_sites(missing)
        by_known: dict[int, dict[Label, list[Alleles]]] = {}
        for alleles, label in self.nomenclature.chromosomes:
            fitting = by_known.setdefault(self.code(alleles) & known | missing, {})
            fitting.setdefault(label, []).append(alleles)
        return {
            chromosome: tuple(
                (label, tuple(fitting[label]))
                for label in sorted(fitting, key=lambda label: label.rank)
            )
            for chromosome, fitting in by_known.items()
        }

    def also_possible(self, chromosome: int) -> frozenset[int]:
        """Return the haplotypes that a chromosome may carry in combinations that are not listed.

        A missing site may have an allele of a further haplotype, in a combination that is neither
        defined nor was counted. The result is empty where no site is missing, and where every
        combination that fits is listed.
        """
        missing = chromosome & self.all_missing
        alleles = chromosome ^ missing
        n_listed = sum(len(listed) for _, listed in self.labelled(chromosome))
        known_alleles = self.nomenclature.known_alleles
        n_fitting = math.prod(len(known_alleles[site]) for site in _bits(missing))
        if not missing or n_fitting == n_listed:
            return frozenset()
        # A haplotype without core alleles (*1) is on every chromosome that carries no other
        # haplotype, whatever its alleles.
        default = () if alleles & self.alone else self._label(alleles).haplotypes
        lacking = ~(alleles | self.at_sites(missing))
        fitting = [
            number
            for number, core in enumerate(self.cores)
            if not core & lacking and (core or number in default)
        ]
        return frozenset(
            number
            for number in fitting
            if number not in self._in_larger or not self._is_absorbed(number, fitting, missing)
        )

    def _is_absorbed(self, number: int, fitting: Sequence[int], missing: int) -> bool:
        """Return whether a larger haplotype is always named instead of this one.

        That is so if the larger haplotype's other sites are all known, and no third haplotype that
        would be named first takes any of its alleles.
        """
        own, cores = self._core_sites[number], self._core_sites
        larger = [
            cores[other]
            for other in fitting
            if cores[other] & own == own and not cores[other] & ~own & missing
        ]
        rivals = [cores[other] for other in fitting if not cores[other] & own]
        return any(
            core != own
            and not any(rival.bit_count() >= core.bit_count() and rival & core for rival in rivals)
            for core in larger
        )

    def _name(self, chromosome: int) -> NamedChromosome:
        if chromosome & self.all_missing:
            labels = tuple([label for label, _ in self.labelled(chromosome)])
            unlisted = self.also_possible(chromosome)
        else:
            labels, unlisted = (self._label(chromosome),), frozenset()
        is_exact = len(labels) == 1 and labels[0].exact
        return NamedChromosome(labels, _sort_key(labels), is_exact, unlisted)

    def _label(self, chromosome: int) -> Label:
        """Name the known alleles of a chromosome."""
        missing = chromosome & self.all_missing
        alleles = chromosome ^ missing
        if alleles and not alleles & ~self._only_alone:
            numbers = sorted([self._number_of[1 << bit] for bit in _bits(alleles)])
            haplotypes = self.nomenclature.haplotypes
            text = " + ".join([haplotypes[number].name for number in numbers])
            return Label(text if len(numbers) == 1 else f"[{text}]", tuple(numbers))
        n_sites = len(self._defaults)
        marked = dict([self._alleles[bit - n_sites] for bit in _bits(alleles)])
        return self.nomenclature.name_marked(marked, is_complete=not missing)


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
