"""From the genotypes of one person at the core sites of a set to all diplotypes that fit them.

Every possible phasing is resolved. A missing site leaves open every haplotype that differs there;
it is never taken for reference.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from pgx_ana.haplotypes.nomenclature import Label, Nomenclature
from pgx_ana.haplotypes.panel import PartialAlleles
from pgx_ana.haplotypes.phasing import (
    MAX_BLOCKS,
    AllelePair,
    Genotype,
    Phasing,
    open_blocks,
    phasings_of,
)

MIN_PROBABILITY = 0.001
"""Diplotypes with a smaller probability are left out of the probabilities."""

Labels = tuple[Label, ...]


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


@dataclass(frozen=True, slots=True)
class Candidate:
    """A pair of chromosomes that fits, each with every label that it may have, exact ones first."""

    first: Labels
    second: Labels

    @property
    def text(self) -> str:
        """Return ``*1/*22``, or with several labels ``*22|*37/*1|*2``."""
        return "/".join("|".join(label.text for label in labels) for labels in self.groups)

    @property
    def groups(self) -> tuple[Labels, Labels]:
        """Return the labels of both chromosomes."""
        return (self.first, self.second)

    @property
    def exact(self) -> bool:
        """Return whether this is a pair of named haplotypes and nothing else is possible."""
        return all(len(labels) == 1 and labels[0].exact for labels in self.groups)


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
    candidates: tuple[Candidate, ...] = ()
    probabilities: tuple[tuple[str, float], ...] = ()
    deciding: tuple[str, ...] = ()
    extras: tuple[str, ...] = ()
    function: str = ""
    phenotype: str = ""
    also_possible: frozenset[int] = frozenset()
    also_possible_pairs: frozenset[tuple[OpenChromosome, OpenChromosome]] = frozenset()


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
    deciding = tuple(_deciding(nomenclature, core))
    if all(genotype.alleles == (None, None) for genotype in core):
        all_haplotypes = frozenset(range(len(nomenclature.haplotypes)))
        return Diplotype(
            DiplotypeStatus.NOT_ASSESSED, deciding=deciding, also_possible=all_haplotypes
        )
    blocks = open_blocks(core)
    if len(blocks) > MAX_BLOCKS:
        possible = frozenset(_possible_haplotypes(nomenclature, core, blocks))
        status = _status(nomenclature, core, ())
        return Diplotype(status, deciding=deciding, also_possible=possible)
    phasings = list(phasings_of(core, blocks))
    candidates = _candidates(nomenclature, phasings)
    status = _status(nomenclature, core, candidates)
    open_pairs = frozenset(_open_pairs(nomenclature, phasings))
    unlisted = frozenset[int]().union(*(open_.unlisted for pair in open_pairs for open_ in pair))
    reported = _reported_candidate(status, candidates)
    probabilities: tuple[tuple[str, float], ...] = ()
    if population in nomenclature.panel.counts and _is_unresolved(candidates):
        probabilities = _probabilities(nomenclature, phasings, population)
    return Diplotype(
        status,
        reported.text if reported else "",
        candidates,
        probabilities,
        deciding,
        tuple(_extra_alleles(nomenclature, reported, further)) if reported else (),
        _functions(nomenclature, reported) if reported else "",
        "" if unlisted else _phenotype(nomenclature, (reported,) if reported else candidates),
        unlisted,
        open_pairs,
    )


def _possible_haplotypes(
    nomenclature: Nomenclature, core: Sequence[Genotype], blocks: Sequence[Sequence[int]]
) -> Iterator[int]:
    """Yield the haplotypes that a chromosome may carry in any of too many phasings to try.

    A haplotype may be carried if each block, in one of its two orders, has or leaves open all of
    its alleles there. One without core alleles (*1) may be carried if each block, in one of its
    orders, has known alleles of which none is a haplotype on its own. Haplotypes that are never
    named, because a larger one always takes their alleles, are not left out.
    """
    in_block = {site for block in blocks for site in block}
    units = [*blocks, *([site] for site in range(len(core)) if site not in in_block)]
    alone = {
        next(iter(haplotype.core.items()))
        for haplotype in nomenclature.haplotypes
        if len(haplotype.core) == 1
    }

    def fits(allele: str | None, site: int, core_alleles: Mapping[int, str]) -> bool:
        if allele is None:
            return True
        if core_alleles:
            return core_alleles.get(site, allele) == allele
        return allele in nomenclature.known_alleles[site] and (site, allele) not in alone

    for number, haplotype in enumerate(nomenclature.haplotypes):
        if all(
            any(
                all(fits(core[site].alleles[copy], site, haplotype.core) for site in unit)
                for copy in (0, 1)
            )
            for unit in units
        ):
            yield number


def _open_pairs(
    nomenclature: Nomenclature, phasings: Sequence[Phasing]
) -> Iterator[tuple[OpenChromosome, OpenChromosome]]:
    """Yield the pairs of chromosomes that may carry haplotypes in unlisted combinations."""
    for phasing in phasings:
        if not any(None in alleles for alleles in phasing):
            continue
        pair = [
            OpenChromosome(_labels(nomenclature, alleles), nomenclature.also_possible(alleles))
            for alleles in phasing
        ]
        if any(chromosome.unlisted for chromosome in pair):
            pair.sort(key=lambda open_: (_rank(open_.labels), sorted(open_.unlisted)))
            yield pair[0], pair[1]


def _candidates(nomenclature: Nomenclature, phasings: Sequence[Phasing]) -> tuple[Candidate, ...]:
    """Return the distinct candidates, pairs of named haplotypes first."""
    candidates = set()
    for phasing in phasings:
        groups = sorted((_labels(nomenclature, alleles) for alleles in phasing), key=_rank)
        candidates.add(Candidate(groups[0], groups[1]))
    return tuple(sorted(candidates, key=lambda c: (not c.exact, _rank(c.first), _rank(c.second))))


def _labels(nomenclature: Nomenclature, alleles: PartialAlleles) -> Labels:
    return tuple(label for label, _ in nomenclature.labels(alleles))


def _rank(labels: Labels) -> tuple[tuple[bool, tuple[int, ...], str], ...]:
    return tuple(label.rank for label in labels)


def _is_unresolved(candidates: Sequence[Candidate]) -> bool:
    """Return whether more than one diplotype fits."""
    return len(candidates) > 1 or any(len(labels) > 1 for labels in candidates[0].groups)


def _status(
    nomenclature: Nomenclature, core: Sequence[Genotype], candidates: Sequence[Candidate]
) -> DiplotypeStatus:
    if any(
        not known.issuperset(set(genotype.alleles) - {None})
        for genotype, known in zip(core, nomenclature.known_alleles, strict=True)
    ):
        return DiplotypeStatus.UNKNOWN_ALLELE
    if any(None in genotype.alleles for genotype in core):
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


def _deciding(nomenclature: Nomenclature, core: Sequence[Genotype]) -> Iterator[str]:
    """Yield what would settle the diplotype: the missing sites, and the unknown phase."""
    for site, genotype in zip(nomenclature.sites, core, strict=True):
        if None in genotype.alleles:
            yield f"{site} {genotype.gap}"
    blocks = ["+".join(nomenclature.sites[site] for site in block) for block in open_blocks(core)]
    if len(blocks) > 1:
        yield f"phase of {', '.join(blocks[:-1])} and {blocks[-1]}"


def _probabilities(
    nomenclature: Nomenclature, phasings: Sequence[Phasing], population: str
) -> tuple[tuple[str, float], ...]:
    """Return the diplotypes that fit, with probabilities from their haplotype frequencies.

    Unlisted chromosomes that fit a missing site count in the total, so that the probabilities of
    the listed diplotypes may add up to less than 1.
    """
    weights: dict[tuple[Label, Label], float] = {}
    total = 0.0
    for phasing in phasings:
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
