"""The haplotypes of a set, and how a chromosome is named after them.

A chromosome is written as one plus-strand allele per core site, in the order of the sites; None
where the allele is not known.
"""

from __future__ import annotations

import functools
import itertools
import math
import operator
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property

from pgx_ana.haplotypes.panel import Alleles, Panel, PartialAlleles, limit_cache, pool_counts
from pgx_ana.knowledge import (
    HaplotypeCounts,
    HaplotypeDefinition,
    HaplotypeSet,
    KnowledgeBase,
    VariantDefinition,
)


@dataclass(frozen=True, slots=True)
class Haplotype:
    """A named haplotype.

    ``core`` has its alleles by the index of the core site. ``usual`` has the alleles that normally
    accompany it at further sites, by rsID; they do not define it. ``function`` is empty where none
    is assigned.
    """

    id: str
    name: str
    core: Mapping[int, str]
    usual: Mapping[str, str]
    function: str


@dataclass(frozen=True, slots=True)
class Label:
    """The name of a chromosome: the haplotypes that it carries, and any alleles left over.

    ``haplotypes`` are indices into the set, most specific first. ``extras`` are the alleles that
    no haplotype accounts for. A label is ``exact`` if the chromosome is one haplotype and nothing
    else. ``unknown`` is True if some allele is not in the knowledge base.
    """

    text: str
    haplotypes: tuple[int, ...]
    extras: tuple[str, ...] = ()
    unknown: bool = False

    @property
    def exact(self) -> bool:
        """Return whether the chromosome is one named haplotype and nothing else."""
        return len(self.haplotypes) == 1 and not self.extras

    @property
    def rank(self) -> tuple[bool, tuple[int, ...], str]:
        """Return the sort key: exact labels first, in the order of the set."""
        return (not self.exact, self.haplotypes, self.text)


LabelledChromosomes = tuple[tuple[Label, tuple[Alleles, ...]], ...]
"""Labels, each with the chromosomes that have it."""


@dataclass(frozen=True, eq=False)
class Nomenclature:
    """A haplotype set, in the form in which chromosomes are named.

    ``sites`` are the core sites. ``further_sites`` maps each further site to its default allele.
    ``known_alleles`` has the alleles defined at each core site. ``default_alleles`` has, for each
    core site, the allele of a haplotype that does not name the site; it is empty where every
    haplotype names all sites. ``phenotypes`` is keyed by sorted pairs of functions.
    """

    id: str
    gene: str
    name: str
    sites: tuple[str, ...]
    further_sites: Mapping[str, str]
    known_alleles: tuple[frozenset[str], ...]
    default_alleles: Alleles
    haplotypes: tuple[Haplotype, ...]
    phenotypes: Mapping[tuple[str, str], str]
    panel: Panel
    _label_cache: dict[Alleles, Label] = field(default_factory=dict, init=False, repr=False)
    _labels_cache: dict[PartialAlleles, LabelledChromosomes] = field(
        default_factory=dict, init=False, repr=False
    )

    @cached_property
    def chromosomes(self) -> tuple[tuple[Alleles, Label], ...]:
        """The listed chromosomes: all that are defined or were counted in a panel, with labels."""
        defined = [self._alleles_of(haplotype) for haplotype in self.haplotypes]
        unique = dict.fromkeys((*defined, *self.panel.chromosomes))
        return tuple((alleles, self.label(alleles)) for alleles in unique)

    @cached_property
    def _carrier_bits(self) -> tuple[dict[str, int], ...]:
        """For each site and allele, a bit set of the listed chromosomes that carry the allele."""
        carriers: tuple[dict[str, int], ...] = tuple({} for _ in self.sites)
        for number, (alleles, _) in enumerate(self.chromosomes):
            for by_allele, allele in zip(carriers, alleles, strict=True):
                by_allele[allele] = by_allele.get(allele, 0) | 1 << number
        return carriers

    @cached_property
    def has_functions(self) -> bool:
        """Whether any haplotype of the set has an assigned function."""
        return any(haplotype.function for haplotype in self.haplotypes)

    def label(self, alleles: Alleles) -> Label:
        """Name a chromosome whose allele is known at every core site.

        The haplotype with the most core alleles, all of them present, names the chromosome. The
        remaining alleles are named in turn. Alleles that fit no haplotype are written out.
        """
        if alleles not in self._label_cache:
            limit_cache(self._label_cache)
            self._label_cache[alleles] = self._make_label(self._marked(alleles), is_complete=True)
        return self._label_cache[alleles]

    def label_of_marked(self, marked: Mapping[int, str]) -> Label:
        """Name a chromosome with the given alleles, by site index, and else default ones."""
        return self._make_label(marked, is_complete=True)

    def labels(self, partial: PartialAlleles) -> LabelledChromosomes:
        """Return every label that a partly known chromosome may have.

        Each label comes with the listed chromosomes (defined, or counted in a panel) that fit and
        have it. Where no listed chromosome fits, the known alleles alone are named.
        """
        if partial not in self._labels_cache:
            limit_cache(self._labels_cache)
            self._labels_cache[partial] = self._find_labels(partial)
        return self._labels_cache[partial]

    def _find_labels(self, partial: PartialAlleles) -> LabelledChromosomes:
        if None not in partial:
            alleles = tuple(allele for allele in partial if allele is not None)
            return ((self.label(alleles), (alleles,)),)
        fitting_bits = functools.reduce(
            operator.and_,
            (
                by_allele.get(allele, 0)
                for allele, by_allele in zip(partial, self._carrier_bits, strict=True)
                if allele is not None
            ),
            (1 << len(self.chromosomes)) - 1,
        )
        fitting: dict[Label, list[Alleles]] = {}
        for number, (alleles, label) in enumerate(self.chromosomes):
            if fitting_bits >> number & 1:
                fitting.setdefault(label, []).append(alleles)
        if not fitting:
            return ((self._make_label(self._marked(partial), is_complete=False), ()),)
        ordered = sorted(fitting, key=lambda label: label.rank)
        return tuple((label, tuple(fitting[label])) for label in ordered)

    def also_possible(self, partial: PartialAlleles) -> frozenset[int]:
        """Return the haplotypes that a chromosome may carry in combinations that are not listed.

        A missing site may have an allele of a further haplotype, in a combination that is neither
        defined nor was counted. The result is empty where no site is missing, and where every
        combination that fits is listed.
        """
        missing = [site for site, allele in enumerate(partial) if allele is None]
        n_listed = sum(len(chromosomes) for _, chromosomes in self.labels(partial))
        n_fitting = math.prod(len(self.known_alleles[site]) for site in missing)
        if not missing or n_fitting == n_listed:
            return frozenset()
        # A haplotype without core alleles (*1) is on every chromosome that carries no other
        # haplotype, whatever its alleles.
        filled = tuple(allele or self._default_allele(site) for site, allele in enumerate(partial))
        default = self.label(filled).haplotypes if self.default_alleles else ()
        fitting = [
            number
            for number, haplotype in enumerate(self.haplotypes)
            if (haplotype.core or number in default)
            and all(partial[site] in {None, allele} for site, allele in haplotype.core.items())
        ]
        known_sites = {site for site, allele in enumerate(partial) if allele is not None}
        return frozenset(
            number for number in fitting if not self._is_absorbed(number, fitting, known_sites)
        )

    def _is_absorbed(self, number: int, fitting: Sequence[int], known_sites: Set[int]) -> bool:
        """Return whether a larger haplotype is always named instead of this one.

        That is so if the larger haplotype's other sites are all known, and no third haplotype that
        would be named first takes any of its alleles.
        """
        own_core = self.haplotypes[number].core.keys()
        other_cores = [self.haplotypes[other].core.keys() for other in fitting if other != number]
        rival_cores = [core for core in other_cores if not core & own_core]
        return any(
            own_core < core
            and core - own_core <= known_sites
            and not any(len(rival) >= len(core) and rival & core for rival in rival_cores)
            for core in other_cores
        )

    def function(self, label: Label) -> str:
        """Return the assigned function of a chromosome; empty where there is none."""
        return self.haplotypes[label.haplotypes[0]].function if label.exact else ""

    def phenotype(self, first: Label, second: Label) -> str:
        """Return the phenotype of a pair of chromosomes; empty where none is assigned."""
        functions = sorted((self.function(first), self.function(second)))
        return self.phenotypes.get((functions[0], functions[1]), "")

    def _alleles_of(self, haplotype: Haplotype) -> Alleles:
        return tuple(
            haplotype.core.get(site) or self.default_alleles[site]
            for site in range(len(self.sites))
        )

    def _marked(self, partial: PartialAlleles) -> dict[int, str]:
        """Return the known alleles other than the default ones, by site index."""
        return {
            site: allele
            for site, allele in enumerate(partial)
            if allele is not None and allele != self._default_allele(site)
        }

    def _make_label(self, marked: Mapping[int, str], *, is_complete: bool) -> Label:
        """Name the alleles of a chromosome, given by site index without the default ones.

        ``is_complete`` tells whether the allele is known at every site. If it is not, a missing
        site may carry another haplotype, so that the chromosome is not *1.
        """
        undefined = {
            site: allele
            for site, allele in marked.items()
            if allele not in self.known_alleles[site]
        }
        remaining = {site: allele for site, allele in marked.items() if site not in undefined}
        carried: list[int] = []
        for number in self._contained_haplotypes(remaining):
            core = self.haplotypes[number].core
            if core.items() <= remaining.items():
                carried.append(number)
                remaining = {site: a for site, a in remaining.items() if site not in core}
        if not carried and self.default_alleles and not undefined and is_complete:
            carried = [n for n, haplotype in enumerate(self.haplotypes) if not haplotype.core][:1]
        left_over = sorted((remaining | undefined).items())
        extras = tuple(f"{self.sites[site]} {allele}" for site, allele in left_over)
        parts = [self.haplotypes[number].name for number in carried] + list(extras) or ["not named"]
        if undefined:
            parts.insert(0, "?")
        text = parts[0] if len(carried) == len(parts) == 1 else f"[{' + '.join(parts)}]"
        return Label(text, tuple(carried), extras, bool(undefined))

    def _default_allele(self, site: int) -> str:
        """Return the allele of a core site that defines no haplotype; empty where there is none."""
        return self.default_alleles[site] if self.default_alleles else ""

    def _contained_haplotypes(self, alleles: Mapping[int, str]) -> list[int]:
        """Return the haplotypes whose core alleles are all present, the largest core first."""
        contained = (
            (-len(core), number)
            for allele in alleles.items()
            for number, core in self._cores_by_first_allele.get(allele, ())
            if core.items() <= alleles.items()
        )
        return [number for _, number in sorted(contained)]

    @cached_property
    def _cores_by_first_allele(self) -> dict[tuple[int, str], list[tuple[int, Mapping[int, str]]]]:
        """Haplotypes indexed by their first core allele, so that few have to be compared."""
        index: dict[tuple[int, str], list[tuple[int, Mapping[int, str]]]] = {}
        for number, haplotype in enumerate(self.haplotypes):
            for first in itertools.islice(haplotype.core.items(), 1):
                index.setdefault(first, []).append((number, haplotype.core))
        return index


def nomenclatures(knowledge: KnowledgeBase) -> tuple[Nomenclature, ...]:
    """Return every set with at least one callable haplotype, in the gene order of the files."""
    gene_order = {gene: rank for rank, gene in enumerate(knowledge.genes)}
    built = (nomenclature_of(key, knowledge) for key in knowledge.haplotype_sets)
    callable_sets = (nomenclature for nomenclature in built if nomenclature.haplotypes)
    return tuple(sorted(callable_sets, key=lambda nomenclature: gene_order[nomenclature.gene]))


def nomenclature_of(haplotype_set: str, knowledge: KnowledgeBase) -> Nomenclature:
    """Return one set by its identifier; without haplotypes if none of them is callable."""
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
    """Build a nomenclature from the entries of a knowledge base."""
    sites = definition.sites
    reference = {
        rsid: variants[rsid].alleles[0].bases for rsid in (*sites, *definition.further_sites)
    }
    default_alleles = (
        tuple(reference[rsid] for rsid in sites) if definition.elsewhere == "reference" else ()
    )
    known_alleles = tuple(
        frozenset(allele.bases for allele in variants[rsid].alleles) for rsid in sites
    )
    return Nomenclature(
        id=definition.id,
        gene=definition.gene,
        name=definition.name,
        sites=sites,
        further_sites={rsid: reference[rsid] for rsid in definition.further_sites},
        known_alleles=known_alleles,
        default_alleles=default_alleles,
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
        panel=Panel(pool_counts(counts, sites, default_alleles), known_alleles),
    )


def _phenotypes(definition: HaplotypeSet) -> Iterator[tuple[tuple[str, str], str]]:
    for rule in definition.phenotypes:
        for functions in rule.functions:
            first, second = sorted(functions.split("/"))
            yield (first, second), rule.phenotype
