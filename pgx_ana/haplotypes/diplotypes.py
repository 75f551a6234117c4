"""From the genotypes of one person at the core sites of a set to all diplotypes that fit them.

Every possible phasing is resolved. A missing site leaves open every haplotype that differs there;
it is never taken for reference.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, overload

from pgx_ana.haplotypes.chromosomes import Chromosomes, Labels
from pgx_ana.haplotypes.nomenclature import Label, Nomenclature
from pgx_ana.haplotypes.panel import PartialAlleles
from pgx_ana.haplotypes.phasing import (
    MAX_BLOCKS,
    AllelePair,
    Genotype,
    Observation,
    Phasing,
    observation,
    phasings_of,
)

MIN_PROBABILITY = 0.001
"""Diplotypes with a smaller probability are left out of the probabilities."""


_MAX_MADE_BLOCKS = 4
"""Open phase blocks up to which the candidates, at most eight, are always made."""


class OpenChromosome(NamedTuple):
    """One chromosome of a pair with missing sites.

    ``labels`` are the listed labels that fit. ``unlisted`` are the haplotypes that it may carry in
    combinations that are not listed.
    """

    labels: Labels
    unlisted: frozenset[int]


class DiplotypeStatus(StrEnum):
    """How completely the two haplotypes of one person are known."""

    DETERMINED = "determined"
    PRESUMED = "presumed"
    AMBIGUOUS = "ambiguous"
    INCOMPLETE = "incomplete"
    UNKNOWN_ALLELE = "unknown_allele"
    NOT_ASSESSED = "not_assessed"


class Candidate(NamedTuple):
    """A pair of chromosomes that fits, each with every label that it may have, exact ones first."""

    first: Labels
    second: Labels

    @property
    def text(self) -> str:
        """Return ``*1/*22``, or with several labels ``*22|*37/*1|*2``."""
        return "/".join(["|".join([label.text for label in labels]) for labels in self])

    @property
    def groups(self) -> tuple[Labels, Labels]:
        """Return the labels of both chromosomes."""
        return (self.first, self.second)

    @property
    def exact(self) -> bool:
        """Return whether this is a pair of named haplotypes and nothing else is possible."""
        return all(len(labels) == 1 and labels[0].exact for labels in self.groups)


class DeferredCandidates(Sequence[Candidate]):
    """The candidates of a person with many open phase blocks, made only when they are asked for.

    Every allele is known, and no candidate is a pair of named haplotypes. So each phasing gives a
    candidate of its own, and each chromosome a label of its own.
    """

    __slots__ = ("_chromosomes", "_observed")

    def __init__(self, chromosomes: Chromosomes, observed: Observation) -> None:
        self._chromosomes = chromosomes
        self._observed = observed

    def __len__(self) -> int:
        return int(1 << len(self._observed.blocks) - 1)

    @overload
    def __getitem__(self, index: int) -> Candidate: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Candidate]: ...

    def __getitem__(self, index: int | slice) -> Candidate | Sequence[Candidate]:
        return self._made()[index]

    def __iter__(self) -> Iterator[Candidate]:
        return iter(self._made())

    def __eq__(self, other: object) -> bool:
        if isinstance(other, DeferredCandidates):
            other = other._made()
        return self._made() == other

    def __hash__(self) -> int:
        return hash(self._made())

    def __repr__(self) -> str:
        return repr(self._made())

    @property
    def haplotypes(self) -> frozenset[int]:
        """The haplotypes that any candidate carries."""
        pairs = phasings_of(self._observed)
        return self._chromosomes.carried_by_any(itertools.chain.from_iterable(pairs))

    def _made(self) -> tuple[Candidate, ...]:
        return _candidates(self._chromosomes, phasings_of(self._observed))


@dataclass(frozen=True, slots=True)
class Diplotype:
    """What the genotypes of one person show about the haplotypes of a set.

    ``diplotype`` is empty unless the status is determined or presumed. ``candidates`` are all that
    fit. ``probabilities`` has single diplotypes with their probabilities, the likeliest first; it
    is empty where no population was chosen. ``deciding`` lists what would settle the diplotype.
    ``extras`` are the alleles that do not belong to the reported haplotypes. ``function`` and
    ``phenotype`` are empty where none is assigned. ``also_possible`` has the indices of haplotypes
    that are possible only in combinations which are not candidates, because a site is missing or
    too many phase blocks are open. ``also_possible_pairs`` has the pairs of chromosomes that may
    carry them.
    """

    status: DiplotypeStatus
    diplotype: str = ""
    candidates: Sequence[Candidate] = ()
    probabilities: tuple[tuple[str, float], ...] = ()
    deciding: tuple[str, ...] = ()
    extras: tuple[str, ...] = ()
    function: str = ""
    phenotype: str = ""
    also_possible: frozenset[int] = frozenset()
    also_possible_pairs: frozenset[tuple[OpenChromosome, OpenChromosome]] = frozenset()

    @property
    def haplotypes(self) -> frozenset[int]:
        """Return the indices of all haplotypes that either chromosome may carry."""
        if isinstance(self.candidates, DeferredCandidates):
            return self.candidates.haplotypes
        labels = {label for candidate in self.candidates for group in candidate for label in group}
        return self.also_possible.union(*(label.haplotypes for label in labels))

    @property
    def is_unnamed(self) -> bool:
        """Return whether no candidate is a pair of named haplotypes, nor are any of them made."""
        return isinstance(self.candidates, DeferredCandidates)

    @property
    def n_labels(self) -> int:
        """Return how many different labels the chromosomes of the candidates have."""
        if isinstance(self.candidates, DeferredCandidates):
            return 2 * len(self.candidates)
        groups = itertools.chain.from_iterable(self.candidates)
        return len({label.text for group in groups for label in group})


class DiplotypeCaller:
    """Calls the diplotypes of one haplotype set.

    With a ``population`` of the panel, candidates get their Hardy-Weinberg probabilities.
    """

    def __init__(self, nomenclature: Nomenclature, population: str = "") -> None:
        self.nomenclature = nomenclature
        self.chromosomes = Chromosomes(nomenclature)
        self._population = population if population in nomenclature.panel.counts else ""
        self._largest_core = max((core.bit_count() for core in self.chromosomes.cores), default=0)

    def call(self, observed: Observation) -> Diplotype:
        """Call the diplotype of one person, without the alleles at further sites."""
        nomenclature, chromosomes = self.nomenclature, self.chromosomes
        deciding = tuple(_deciding(nomenclature, observed))
        if observed.shared == chromosomes.all_missing:
            all_haplotypes = frozenset(range(len(nomenclature.haplotypes)))
            return Diplotype(
                DiplotypeStatus.NOT_ASSESSED, deciding=deciding, also_possible=all_haplotypes
            )
        if len(observed.blocks) > MAX_BLOCKS:
            possible = frozenset(_possible_haplotypes(chromosomes, observed))
            status = _status(chromosomes, observed, ())
            return Diplotype(status, deciding=deciding, also_possible=possible)
        if self._may_be_deferred(observed):
            return self._deferred(observed, deciding)
        phasings = phasings_of(observed)
        candidates = _candidates(chromosomes, phasings)
        status = _status(chromosomes, observed, candidates)
        open_pairs = frozenset(_open_pairs(chromosomes, phasings))
        unlisted = frozenset[int]().union(
            *(open_.unlisted for pair in open_pairs for open_ in pair)
        )
        reported = _reported_candidate(status, candidates)
        probabilities: tuple[tuple[str, float], ...] = ()
        if self._population and _is_unresolved(candidates):
            probabilities = _probabilities(chromosomes, phasings, self._population)
        return Diplotype(
            status,
            reported.text if reported else "",
            candidates,
            probabilities,
            deciding,
            (),
            _functions(nomenclature, reported) if reported else "",
            "" if unlisted else _phenotype(nomenclature, (reported,) if reported else candidates),
            unlisted,
            open_pairs,
        )

    def _may_be_deferred(self, observed: Observation) -> bool:
        """Return whether there are many candidates, and nothing else depends on what they are."""
        if len(observed.blocks) <= _MAX_MADE_BLOCKS or self._population:
            return False
        n_alleles = 2 * observed.shared.bit_count() + sum(
            first.bit_count() + second.bit_count() for first, second, _ in observed.blocks
        )
        is_complete = not observed.alleles & self.chromosomes.all_missing
        return is_complete and n_alleles > 2 * self._largest_core

    def _deferred(self, observed: Observation, deciding: tuple[str, ...]) -> Diplotype:
        """Return a diplotype of which no candidate is a pair of named haplotypes.

        It has no phenotype, because a chromosome that is no named haplotype has no function.
        """
        candidates = DeferredCandidates(self.chromosomes, observed)
        status = _status(self.chromosomes, observed, ())
        return Diplotype(status, candidates=candidates, deciding=deciding)

    def extras(self, diplotype: Diplotype, further: Mapping[str, AllelePair]) -> tuple[str, ...]:
        """Return the alleles that do not belong to the reported haplotypes, if any is reported.

        ``further`` has the alleles at further sites by rsID.
        """
        if not diplotype.diplotype:
            return ()
        return tuple(_extra_alleles(self.nomenclature, diplotype.candidates[0], further))


def call_diplotype(
    nomenclature: Nomenclature,
    core: Sequence[Genotype],
    further: Mapping[str, AllelePair],
    population: str = "",
) -> Diplotype:
    """Call the diplotype of one person.

    ``core`` has a genotype for each core site, ``further`` the alleles at further sites by rsID.
    With a ``population`` of the panel, candidates get their Hardy-Weinberg probabilities.
    """
    caller = DiplotypeCaller(nomenclature, population)
    coded = (
        (caller.chromosomes.coded(site, genotype), genotype.block)
        for site, genotype in enumerate(core)
    )
    diplotype = caller.call(observation(coded))
    return dataclasses.replace(diplotype, extras=caller.extras(diplotype, further))


def _possible_haplotypes(chromosomes: Chromosomes, observed: Observation) -> Iterator[int]:
    """Yield the haplotypes that a chromosome may carry in any of too many phasings to try.

    A haplotype may be carried if each block, in one of its two orders, has or leaves open all of
    its alleles there. One without core alleles (*1) may be carried if each block, in one of its
    orders, has known alleles of which none is a haplotype on its own. Haplotypes that are never
    named, because a larger one always takes their alleles, are not left out.
    """
    # Of a block with one site, one of the copies gives the one allele that a haplotype has there.
    together = observed.shared
    lacking_in_blocks = []
    for block in observed.blocks:
        if len(block.sites) == 1:
            together |= block.first | block.second
        else:
            in_block = chromosomes.at_sites(sum(1 << site for site in block.sites))
            together |= in_block
            lacking_in_blocks.append(
                [
                    in_block & ~(copy | chromosomes.at_sites(copy))
                    for copy in (block.first, block.second)
                ]
            )
    lacking = ~(together | chromosomes.at_sites(together))
    named = chromosomes.unknown_alleles | chromosomes.alone
    may_be_plain = not observed.shared & named and not any(
        block.first & named and block.second & named for block in observed.blocks
    )
    for number, core in enumerate(chromosomes.cores):
        if not core:
            if may_be_plain:
                yield number
        elif not core & lacking and not any(
            core & first and core & second for first, second in lacking_in_blocks
        ):
            yield number


def _open_pairs(
    chromosomes: Chromosomes, phasings: Sequence[Phasing]
) -> Iterator[tuple[OpenChromosome, OpenChromosome]]:
    """Yield the pairs of chromosomes that may carry haplotypes in unlisted combinations."""
    for phasing in phasings:
        if not (phasing[0] | phasing[1]) & chromosomes.all_missing:
            continue
        pair = [chromosomes.named(chromosome) for chromosome in phasing]
        if pair[0].unlisted or pair[1].unlisted:
            pair.sort(key=lambda named: (named.sort_key, sorted(named.unlisted)))
            first, second = (OpenChromosome(named.labels, named.unlisted) for named in pair)
            yield first, second


def _candidates(chromosomes: Chromosomes, phasings: Sequence[Phasing]) -> tuple[Candidate, ...]:
    """Return the distinct candidates, pairs of named haplotypes first."""
    named = chromosomes.named
    by_key: dict[str, Candidate] = {}
    for phasing in phasings:
        first, second = named(phasing[0]), named(phasing[1])
        if second.sort_key < first.sort_key:
            first, second = second, first
        exact_first = "0" if first.is_exact and second.is_exact else "1"
        key = exact_first + first.sort_key + second.sort_key
        if key not in by_key:
            by_key[key] = Candidate(first.labels, second.labels)
    return tuple([by_key[key] for key in sorted(by_key)])


def _is_unresolved(candidates: Sequence[Candidate]) -> bool:
    """Return whether more than one diplotype fits."""
    return len(candidates) > 1 or any(len(labels) > 1 for labels in candidates[0].groups)


def _status(
    chromosomes: Chromosomes, observed: Observation, candidates: Sequence[Candidate]
) -> DiplotypeStatus:
    if observed.alleles & chromosomes.unknown_alleles:
        return DiplotypeStatus.UNKNOWN_ALLELE
    if observed.alleles & chromosomes.all_missing:
        return DiplotypeStatus.INCOMPLETE
    if len(candidates) == 1:
        return DiplotypeStatus.DETERMINED
    if sum(candidate.exact for candidate in candidates) == 1:
        return DiplotypeStatus.PRESUMED
    return DiplotypeStatus.AMBIGUOUS


def _reported_candidate(
    status: DiplotypeStatus, candidates: Sequence[Candidate]
) -> Candidate | None:
    """Return the candidate that is reported as the diplotype, if any."""
    if status in {DiplotypeStatus.DETERMINED, DiplotypeStatus.PRESUMED}:
        return candidates[0]
    return None


def _deciding(nomenclature: Nomenclature, observed: Observation) -> Iterator[str]:
    """Yield what would settle the diplotype: the missing sites, and the unknown phase."""
    sites = nomenclature.sites
    for site, gap in observed.gaps:
        yield f"{sites[site]} {gap}"
    if len(observed.blocks) > 1:
        blocks = ["+".join([sites[site] for site in block.sites]) for block in observed.blocks]
        yield f"phase of {', '.join(blocks[:-1])} and {blocks[-1]}"


def _probabilities(
    chromosomes: Chromosomes, phasings: Sequence[Phasing], population: str
) -> tuple[tuple[str, float], ...]:
    """Return the diplotypes that fit, with probabilities from their haplotype frequencies.

    Unlisted chromosomes that fit a missing site count in the total, so that the probabilities of
    the listed diplotypes may add up to less than 1.
    """
    nomenclature = chromosomes.nomenclature
    weights: dict[tuple[Label, Label], float] = {}
    total = 0.0
    for first_chromosome, second_chromosome in phasings:
        phasing = [chromosomes.alleles(first_chromosome), chromosomes.alleles(second_chromosome)]
        first_group, second_group = (
            _label_frequencies(nomenclature, partial, population) for partial in phasing
        )
        total += math.prod(nomenclature.panel.frequency(partial, population) for partial in phasing)
        for (label, frequency), (other_label, other_frequency) in itertools.product(
            first_group, second_group
        ):
            first, second = sorted((label, other_label), key=lambda label: label.rank)
            weight = frequency * other_frequency
            weights[first, second] = weights.get((first, second), 0.0) + weight
    if not total:
        return ()
    # Rounded, so that the last bits of a sum do not decide the order.
    shares = [(round(weight / total, 12), pair) for pair, weight in weights.items()]
    shares.sort(key=lambda item: (-item[0], item[1][0].rank, item[1][1].rank))
    return tuple(
        (f"{first.text}/{second.text}", share)
        for share, (first, second) in shares
        if share >= MIN_PROBABILITY
    )


def _label_frequencies(
    nomenclature: Nomenclature, partial: PartialAlleles, population: str
) -> list[tuple[Label, float]]:
    """Return each label with the total frequency of the chromosomes that have it."""
    frequency = nomenclature.panel.frequency
    return [
        (label, sum(frequency(alleles, population) for alleles in chromosomes or (partial,)))
        for label, chromosomes in nomenclature.labels(partial)
    ]


def _extra_alleles(
    nomenclature: Nomenclature, reported: Candidate, further: Mapping[str, AllelePair]
) -> Iterator[str]:
    """Yield the alleles that the reported haplotypes do not explain, and those that they lack."""
    labels = (reported.first[0], reported.second[0])
    yield from itertools.chain.from_iterable(label.extras for label in labels)
    for rsid, default in nomenclature.further_sites.items():
        pair = further.get(rsid, (None, None))
        if None in pair:
            continue
        expected = [_usual_allele(nomenclature, label, rsid) or default for label in labels]
        unexplained = list(pair)
        for allele in pair:
            if allele in expected:
                expected.remove(allele)
                unexplained.remove(allele)
        yield from (f"{rsid} {allele}" for allele in unexplained if allele != default)
        yield from (f"{rsid} without {allele}" for allele in expected if allele != default)


def _usual_allele(nomenclature: Nomenclature, label: Label, rsid: str) -> str:
    """Return the allele that usually accompanies a chromosome at a further site, or nothing."""
    usual = (nomenclature.haplotypes[number].usual.get(rsid) for number in label.haplotypes)
    return next((allele for allele in usual if allele), "")


def _functions(nomenclature: Nomenclature, reported: Candidate) -> str:
    if not nomenclature.has_functions:
        return ""
    labels = (reported.first[0], reported.second[0])
    return "/".join(nomenclature.function(label) or "not assigned" for label in labels)


def _phenotype(nomenclature: Nomenclature, candidates: Sequence[Candidate]) -> str:
    """Return the phenotype that all candidates share; empty where they differ."""
    if not nomenclature.phenotypes:
        return ""
    phenotypes = {
        nomenclature.phenotype(first, second)
        for candidate in candidates
        for first, second in itertools.product(candidate.first, candidate.second)
    }
    return phenotypes.pop() if len(phenotypes) == 1 else ""
