"""The haplotypes of a set, and the names that combinations of alleles have in it.

A chromosome is written as one plus-strand allele for each core site, in the order of the sites;
None where the allele is not known.
"""

from __future__ import annotations

import functools
import itertools
import math
import operator
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property

from pgx_ana.haplotypes.panel import Alleles, Panel, PartialAlleles, add_up, make_room
from pgx_ana.knowledge import (
    HaplotypeCounts,
    HaplotypeDefinition,
    HaplotypeSet,
    KnowledgeBase,
    VariantDefinition,
)


@dataclass(frozen=True, slots=True)
class Haplotype:
    """A named haplotype: its alleles at core sites, by the number of the site.

    ``usual`` are alleles at further sites, by rsID. ``function`` is empty where none is assigned.
    """

    id: str
    name: str
    core: Mapping[int, str]
    usual: Mapping[str, str]
    function: str


@dataclass(frozen=True, slots=True)
class Label:
    """What a chromosome is called: the haplotypes that make it up, and the alleles beside them.

    ``haplotypes`` are numbers in the set, most specific first. A chromosome that is one haplotype
    and nothing else is ``exact``. ``unknown`` are alleles on which nothing is known.
    """

    text: str
    haplotypes: tuple[int, ...]
    extras: tuple[str, ...] = ()
    unknown: bool = False

    @property
    def exact(self) -> bool:
        """Say whether this is one named haplotype."""
        return len(self.haplotypes) == 1 and not self.extras

    @property
    def rank(self) -> tuple[bool, tuple[int, ...], str]:
        """Return the place of the label among others: named haplotypes first, in their order."""
        return (not self.exact, self.haplotypes, self.text)


Labelled = tuple[tuple[Label, tuple[Alleles, ...]], ...]
"""Labels, each with the chromosomes that bear it."""


@dataclass(frozen=True, eq=False)
class Nomenclature:
    """A set of haplotypes as the engine needs it.

    ``known`` are the alleles of each core site; ``elsewhere`` is the allele at each core site of a
    haplotype that does not name it, empty where every haplotype names all.
    """

    id: str
    gene: str
    name: str
    sites: tuple[str, ...]
    further_sites: Mapping[str, str]
    known: tuple[frozenset[str], ...]
    elsewhere: Alleles
    haplotypes: tuple[Haplotype, ...]
    phenotypes: Mapping[tuple[str, str], str]
    panel: Panel
    _named: dict[Alleles, Label] = field(default_factory=dict, init=False, repr=False)
    _fitting: dict[PartialAlleles, Labelled] = field(default_factory=dict, init=False, repr=False)

    @cached_property
    def chromosomes(self) -> tuple[tuple[Alleles, Label], ...]:
        """Every chromosome that is defined or was counted in a panel, with its label."""
        defined = [self._alleles_of(haplotype) for haplotype in self.haplotypes]
        unique = dict.fromkeys((*defined, *self.panel.chromosomes))
        return tuple((alleles, self.label(alleles)) for alleles in unique)

    @cached_property
    def _bearers(self) -> tuple[dict[str, int], ...]:
        """For each site and allele, the numbers of the chromosomes that have it, as bits."""
        bearers: tuple[dict[str, int], ...] = tuple({} for _ in self.sites)
        for number, (alleles, _) in enumerate(self.chromosomes):
            for of_site, allele in zip(bearers, alleles, strict=True):
                of_site[allele] = of_site.get(allele, 0) | 1 << number
        return bearers

    @cached_property
    def has_functions(self) -> bool:
        """Say whether any haplotype has an assigned function."""
        return any(haplotype.function for haplotype in self.haplotypes)

    def label(self, alleles: Alleles) -> Label:
        """Name a chromosome that is known at every core site.

        The haplotype whose core alleles are all there and most in number names it; what is left
        over is named in turn, and what then fits no haplotype is told as alleles.
        """
        if alleles not in self._named:
            make_room(self._named)
            self._named[alleles] = self._label(dict(enumerate(alleles)))
        return self._named[alleles]

    def labels(self, partial: PartialAlleles) -> Labelled:
        """Name a chromosome as far as it is known: every label that it may have.

        Each comes with the chromosomes that bear it, of those that are defined or were counted.
        Where none of these fits, what is known is named for itself.
        """
        if partial not in self._fitting:
            make_room(self._fitting)
            self._fitting[partial] = self._labelled(partial)
        return self._fitting[partial]

    def _labelled(self, partial: PartialAlleles) -> Labelled:
        if None not in partial:
            alleles = tuple(allele for allele in partial if allele is not None)
            return ((self.label(alleles), (alleles,)),)
        bits = functools.reduce(
            operator.and_,
            (of.get(a, 0) for a, of in zip(partial, self._bearers, strict=True) if a is not None),
            (1 << len(self.chromosomes)) - 1,
        )
        fitting: dict[Label, list[Alleles]] = {}
        for number, (alleles, label) in enumerate(self.chromosomes):
            if bits >> number & 1:
                fitting.setdefault(label, []).append(alleles)
        if not fitting:
            told = {number: a for number, a in enumerate(partial) if a is not None}
            return ((self._label(told), ()),)
        ordered = sorted(fitting, key=lambda label: label.rank)
        return tuple((label, tuple(fitting[label])) for label in ordered)

    def also_possible(self, partial: PartialAlleles) -> frozenset[int]:
        """Return the haplotypes that may be on a chromosome beside those that are listed for it.

        A site that is missing may have an allele of another haplotype, in a combination that is not
        listed. None where no site is missing, or where every combination is listed.
        """
        missing = [n for n, allele in enumerate(partial) if allele is None]
        listed = sum(len(chromosomes) for _, chromosomes in self.labels(partial))
        if not missing or math.prod(len(self.known[n]) for n in missing) == listed:
            return frozenset()
        # *1 is on every chromosome that has no other haplotype, whatever alleles are on it.
        plain = tuple(allele or self._plain(n) for n, allele in enumerate(partial))
        unnamed = self.label(plain).haplotypes if self.elsewhere else ()
        fitting = [
            number
            for number, haplotype in enumerate(self.haplotypes)
            if (haplotype.core or number in unnamed)
            and all(partial[n] in {None, allele} for n, allele in haplotype.core.items())
        ]
        told = {n for n, allele in enumerate(partial) if allele is not None}
        return frozenset(number for number in fitting if not self._is_hidden(number, fitting, told))

    def _is_hidden(self, number: int, fitting: Sequence[int], told: Set[int]) -> bool:
        """Say whether a larger haplotype has the alleles of one wherever these are.

        It does where the others of its alleles are there, and no third one takes them to itself.
        """
        own = self.haplotypes[number].core.keys()
        cores = [self.haplotypes[n].core.keys() for n in fitting if n != number]
        rivals = [core for core in cores if not core & own]
        return any(
            own < core
            and core - own <= told
            and not any(len(rival) >= len(core) and rival & core for rival in rivals)
            for core in cores
        )

    def function(self, label: Label) -> str:
        """Return the assigned function of a chromosome, empty where there is none."""
        return self.haplotypes[label.haplotypes[0]].function if label.exact else ""

    def phenotype(self, first: Label, second: Label) -> str:
        """Return the phenotype of two chromosomes, empty where none is assigned."""
        pair = sorted((self.function(first), self.function(second)))
        return self.phenotypes.get((pair[0], pair[1]), "")

    def _alleles_of(self, haplotype: Haplotype) -> Alleles:
        numbers = range(len(self.sites))
        return tuple(haplotype.core.get(n) or self.elsewhere[n] for n in numbers)

    def _label(self, told: Mapping[int, str]) -> Label:
        """Name the alleles at some sites, by their numbers."""
        unknown = {n: a for n, a in told.items() if a not in self.known[n]}
        left = {n: a for n, a in told.items() if n not in unknown and a != self._plain(n)}
        found: list[int] = []
        for number in self._within(left):
            if self.haplotypes[number].core.items() <= left.items():
                found.append(number)
                left = {n: a for n, a in left.items() if n not in self.haplotypes[number].core}
        # With a site missing, another haplotype may be there: *1 is not told.
        if not found and self.elsewhere and not unknown and len(told) == len(self.sites):
            found = [n for n, haplotype in enumerate(self.haplotypes) if not haplotype.core][:1]
        others = sorted((left | unknown).items())
        extras = tuple(f"{self.sites[n]} {allele}" for n, allele in others)
        parts = [self.haplotypes[number].name for number in found] + list(extras) or ["not named"]
        if unknown:
            parts.insert(0, "?")
        text = parts[0] if len(found) == len(parts) == 1 else f"[{' + '.join(parts)}]"
        return Label(text, tuple(found), extras, bool(unknown))

    def _plain(self, site: int) -> str:
        """Return the allele of a site that names nothing."""
        return self.elsewhere[site] if self.elsewhere else ""

    def _within(self, alleles: Mapping[int, str]) -> list[int]:
        """Return the haplotypes whose core alleles are all among these, those with most first."""
        fitting = (
            (-len(core), number)
            for allele in alleles.items()
            for number, core in self._by_first.get(allele, ())
            if core.items() <= alleles.items()
        )
        return [number for _, number in sorted(fitting)]

    @cached_property
    def _by_first(self) -> dict[tuple[int, str], list[tuple[int, Mapping[int, str]]]]:
        """The haplotypes with core alleles, by the first of these: few need to be looked at."""
        found: dict[tuple[int, str], list[tuple[int, Mapping[int, str]]]] = {}
        for number, haplotype in enumerate(self.haplotypes):
            for first in itertools.islice(haplotype.core.items(), 1):
                found.setdefault(first, []).append((number, haplotype.core))
        return found


def nomenclatures(knowledge: KnowledgeBase) -> tuple[Nomenclature, ...]:
    """Return every set that has a haplotype which can be called, by gene in file order."""
    genes = {gene: rank for rank, gene in enumerate(knowledge.genes)}
    built = (nomenclature_of(key, knowledge) for key in knowledge.haplotype_sets)
    callable_ = (nomenclature for nomenclature in built if nomenclature.haplotypes)
    return tuple(sorted(callable_, key=lambda nomenclature: genes[nomenclature.gene]))


def nomenclature_of(haplotype_set: str, knowledge: KnowledgeBase) -> Nomenclature:
    """Return one set; it has no haplotypes where none can be called."""
    return build_nomenclature(
        knowledge.haplotype_sets[haplotype_set],
        knowledge.haplotypes_of(haplotype_set),
        knowledge.counts_of(haplotype_set),
        knowledge.definitions,
    )


def build_nomenclature(
    definition: HaplotypeSet,
    haplotypes: Iterable[HaplotypeDefinition],
    counts: Iterable[HaplotypeCounts],
    variants: Mapping[str, VariantDefinition],
) -> Nomenclature:
    """Build the engine value of a set from the entries of a knowledge base."""
    sites = definition.sites
    first = {rsid: variants[rsid].alleles[0].bases for rsid in (*sites, *definition.further_sites)}
    elsewhere = tuple(first[s] for s in sites) if definition.elsewhere == "reference" else ()
    known = tuple(frozenset(a.bases for a in variants[rsid].alleles) for rsid in sites)
    return Nomenclature(
        id=definition.id,
        gene=definition.gene,
        name=definition.name,
        sites=sites,
        further_sites={rsid: first[rsid] for rsid in definition.further_sites},
        known=known,
        elsewhere=elsewhere,
        haplotypes=tuple(
            Haplotype(
                id=item.id,
                name=item.name,
                core={sites.index(rsid): bases for rsid, bases in item.alleles.items()},
                usual=item.usual,
                function=item.function or "",
            )
            for item in haplotypes
            if item.state == "current"
        ),
        phenotypes=dict(_phenotypes(definition)),
        panel=Panel(add_up(counts, sites, elsewhere), known),
    )


def _phenotypes(definition: HaplotypeSet) -> Iterator[tuple[tuple[str, str], str]]:
    for rule in definition.phenotypes:
        for pair in rule.functions:
            first, second = sorted(pair.split("/"))
            yield (first, second), rule.phenotype
