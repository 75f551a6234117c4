"""From the genotypes of one person at the sites of a set to the diplotypes that fit them.

A genotype that is heterozygous without phase, or in a phase set of its own, may lie either way
round: every arrangement is looked at. A site that is not known leaves every haplotype open that
differs there; it is never taken for reference.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pgx_ana.haplotypes.nomenclature import Label, Labelled, Nomenclature
from pgx_ana.haplotypes.panel import PartialAlleles

MAX_BLOCKS = 7
"""With more blocks of unknown phase to each other, arrangements are not enumerated."""

MIN_PROBABILITY = 0.001
"""Diplotypes that are less likely are not listed with a probability."""

Pair = tuple[str | None, str | None]
Labels = tuple[Label, ...]
Open = tuple[Labels, frozenset[int]]
"""The labels that a chromosome may have, and the haplotypes that may lie on it beside others."""


class DiplotypeStatus(StrEnum):
    """What is known of the two haplotypes of one person."""

    DETERMINED = "determined"
    PRESUMED = "presumed"
    AMBIGUOUS = "ambiguous"
    INCOMPLETE = "incomplete"
    UNKNOWN_ALLELE = "unknown_allele"
    NOT_ASSESSED = "not_assessed"


@dataclass(frozen=True, slots=True)
class Genotype:
    """What one person has at one site.

    ``alleles`` are those of the two copies, None for one that is not known; ``block`` numbers the
    phase block, None where the copies have no order. ``gap`` says why a copy is not known.
    """

    alleles: Pair
    block: int | None
    gap: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Two chromosomes that fit, each with every label that it may have, named ones first."""

    first: Labels
    second: Labels

    @property
    def text(self) -> str:
        """Return ``*1/*22``, or with several labels ``*22|*37/*1|*2``."""
        return "/".join("|".join(label.text for label in group) for group in self.groups)

    @property
    def groups(self) -> tuple[Labels, Labels]:
        """Return both chromosomes."""
        return (self.first, self.second)

    @property
    def exact(self) -> bool:
        """Say whether these are two named haplotypes and nothing else is possible."""
        return all(len(group) == 1 and group[0].exact for group in self.groups)


@dataclass(frozen=True, slots=True)
class Diplotype:
    """What can be said of the haplotypes of one person.

    ``diplotype`` is empty unless it is determined or presumed. ``candidates`` are all that fit.
    ``probabilities`` are single diplotypes with their probabilities, the likeliest first; empty
    where no population was chosen. ``deciding`` lists what would settle it, ``extras`` the alleles
    that do not belong to the named haplotypes. ``function`` and ``phenotype`` are empty where none
    is assigned. ``also_possible`` are the numbers of haplotypes that are possible only in
    combinations which are not candidates, because a site is missing or too many phase blocks are
    open; ``also_possible_pairs`` has the pairs of chromosomes that may carry them.
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
    also_possible_pairs: frozenset[tuple[Open, Open]] = frozenset()


def diplotype(
    nomenclature: Nomenclature,
    core: Sequence[Genotype],
    further: Mapping[str, Pair],
    population: str = "",
) -> Diplotype:
    """Call the diplotype of one person.

    ``core`` has a genotype for each core site, ``further`` the alleles at further sites by rsID.
    With a ``population`` that was counted, candidates get their Hardy-Weinberg probabilities.
    """
    deciding = tuple(_deciding(nomenclature, core))
    if all(genotype.alleles == (None, None) for genotype in core):
        everything = frozenset(range(len(nomenclature.haplotypes)))
        return Diplotype(DiplotypeStatus.NOT_ASSESSED, deciding=deciding, also_possible=everything)
    blocks = _blocks(core)
    if len(blocks) > MAX_BLOCKS:
        others = frozenset(_present(nomenclature, core))
        return Diplotype(_status(nomenclature, core, ()), deciding=deciding, also_possible=others)
    arrangements = list(_arrangements(core, blocks))
    pairs = [
        (nomenclature.labels(first), nomenclature.labels(second)) for first, second in arrangements
    ]
    candidates = _candidates(pairs)
    status = _status(nomenclature, core, candidates)
    beside = frozenset(_beside(nomenclature, arrangements))
    others = frozenset[int]().union(*(one for pair in beside for _, one in pair))
    told = _told(status, candidates)
    likely: tuple[tuple[str, float], ...] = ()
    if population in nomenclature.panel.counts and _is_open(candidates):
        likely = _likely(nomenclature, arrangements, population)
    return Diplotype(
        status,
        told.text if told else "",
        candidates,
        likely,
        deciding,
        tuple(_extras(nomenclature, told, further)) if told else (),
        _function(nomenclature, told) if told else "",
        "" if others else _phenotype(nomenclature, (told,) if told else candidates),
        others,
        beside,
    )


def _present(nomenclature: Nomenclature, core: Sequence[Genotype]) -> Iterator[int]:
    """Yield the haplotypes whose alleles are all there, or may be, on whichever copies."""
    for number, haplotype in enumerate(nomenclature.haplotypes):
        alleles = haplotype.core or dict(enumerate(nomenclature.elsewhere))
        if all({a, None} & set(core[site].alleles) for site, a in alleles.items()):
            yield number


def _blocks(core: Sequence[Genotype]) -> list[list[int]]:
    """Return the sites whose copies differ, those of one phase block together."""
    blocks: dict[tuple[str, int], list[int]] = {}
    for site, genotype in enumerate(core):
        if genotype.alleles[0] != genotype.alleles[1]:
            key = ("site", site) if genotype.block is None else ("block", genotype.block)
            blocks.setdefault(key, []).append(site)
    return list(blocks.values())


def _arrangements(
    core: Sequence[Genotype], blocks: Sequence[Sequence[int]]
) -> Iterator[tuple[PartialAlleles, PartialAlleles]]:
    """Yield the pairs of chromosomes; the first block stays as it is, the others lie either way."""
    for turned in itertools.product((False, True), repeat=max(len(blocks) - 1, 0)):
        swapped = {
            site for block, turn in zip(blocks[1:], turned, strict=True) for site in block if turn
        }
        pairs = [
            genotype.alleles[::-1] if site in swapped else genotype.alleles
            for site, genotype in enumerate(core)
        ]
        yield tuple(pair[0] for pair in pairs), tuple(pair[1] for pair in pairs)


def _beside(
    nomenclature: Nomenclature, arrangements: Sequence[tuple[PartialAlleles, PartialAlleles]]
) -> Iterator[tuple[Open, Open]]:
    """Yield the pairs on which haplotypes may lie in combinations that are not listed."""
    for arrangement in arrangements:
        if not any(None in alleles for alleles in arrangement):
            continue
        first, second = (
            (
                tuple(label for label, _ in nomenclature.labels(alleles)),
                nomenclature.also_possible(alleles),
            )
            for alleles in arrangement
        )
        if first[1] or second[1]:
            in_order = sorted((first, second), key=lambda one: (_rank(one[0]), sorted(one[1])))
            yield in_order[0], in_order[1]


def _candidates(pairs: Sequence[tuple[Labelled, Labelled]]) -> tuple[Candidate, ...]:
    found = set()
    for first, second in pairs:
        groups = [tuple(label for label, _ in group) for group in (first, second)]
        groups.sort(key=_rank)
        found.add(Candidate(groups[0], groups[1]))
    return tuple(sorted(found, key=lambda c: (not c.exact, _rank(c.first), _rank(c.second))))


def _rank(group: Labels) -> tuple[tuple[bool, tuple[int, ...], str], ...]:
    return tuple(label.rank for label in group)


def _is_open(candidates: Sequence[Candidate]) -> bool:
    """Say whether more than one diplotype fits."""
    return len(candidates) > 1 or any(len(group) > 1 for group in candidates[0].groups)


def _status(
    nomenclature: Nomenclature, core: Sequence[Genotype], candidates: Sequence[Candidate]
) -> DiplotypeStatus:
    if any(
        not known.issuperset(set(genotype.alleles) - {None})
        for genotype, known in zip(core, nomenclature.known, strict=True)
    ):
        return DiplotypeStatus.UNKNOWN_ALLELE
    if any(None in genotype.alleles for genotype in core):
        return DiplotypeStatus.INCOMPLETE
    if len(candidates) == 1:
        return DiplotypeStatus.DETERMINED
    if sum(candidate.exact for candidate in candidates) == 1:
        return DiplotypeStatus.PRESUMED
    return DiplotypeStatus.AMBIGUOUS


def _told(status: DiplotypeStatus, candidates: Sequence[Candidate]) -> Candidate | None:
    """Return the candidate that is told as the diplotype."""
    if status in {DiplotypeStatus.DETERMINED, DiplotypeStatus.PRESUMED}:
        return candidates[0]
    return None


def _deciding(nomenclature: Nomenclature, core: Sequence[Genotype]) -> Iterator[str]:
    """Say what would settle the diplotype: sites that are missing, and phase that is not known."""
    for site, genotype in zip(nomenclature.sites, core, strict=True):
        if None in genotype.alleles:
            yield f"{site} {genotype.gap}"
    blocks = ["+".join(nomenclature.sites[site] for site in block) for block in _blocks(core)]
    if len(blocks) > 1:
        yield f"phase of {', '.join(blocks[:-1])} and {blocks[-1]}"


def _likely(
    nomenclature: Nomenclature,
    arrangements: Sequence[tuple[PartialAlleles, PartialAlleles]],
    population: str,
) -> tuple[tuple[str, float], ...]:
    """Weigh every diplotype that fits by the frequencies of its haplotypes.

    What fits and is no candidate has its share, too: a site that is missing leaves it open.
    """
    weights: dict[tuple[Label, Label], float] = {}
    total = 0.0
    for pair in arrangements:
        groups = [
            [
                (label, sum(nomenclature.panel.frequency(a, population) for a in of or (partial,)))
                for label, of in nomenclature.labels(partial)
            ]
            for partial in pair
        ]
        total += math.prod(nomenclature.panel.frequency(partial, population) for partial in pair)
        for (one, often), (two, as_often) in itertools.product(*groups):
            first, second = sorted((one, two), key=lambda label: label.rank)
            weights[first, second] = weights.get((first, second), 0.0) + often * as_often
    if not total:
        return ()
    # Rounded, so that the last bits of a sum put nothing before another.
    shares = [(round(weight / total, 12), pair) for pair, weight in weights.items()]
    shares.sort(key=lambda item: (-item[0], item[1][0].rank, item[1][1].rank))
    return tuple(
        (f"{first.text}/{second.text}", share)
        for share, (first, second) in shares
        if share >= MIN_PROBABILITY
    )


def _extras(
    nomenclature: Nomenclature, told: Candidate, further: Mapping[str, Pair]
) -> Iterator[str]:
    """Yield the alleles that the haplotypes told do not account for, and those that they lack."""
    labels = (told.first[0], told.second[0])
    yield from itertools.chain.from_iterable(label.extras for label in labels)
    for rsid, plain in nomenclature.further_sites.items():
        pair = further.get(rsid, (None, None))
        if None in pair:
            continue
        expected = [_usual(nomenclature, label, rsid) or plain for label in labels]
        seen = list(pair)
        for allele in list(seen):
            if allele in expected:
                expected.remove(allele)
                seen.remove(allele)
        yield from (f"{rsid} {allele}" for allele in seen if allele != plain)
        yield from (f"{rsid} without {allele}" for allele in expected if allele != plain)


def _usual(nomenclature: Nomenclature, label: Label, rsid: str) -> str:
    """Return the allele that goes with a chromosome at a further site, empty where none does."""
    listed = (nomenclature.haplotypes[number].usual.get(rsid) for number in label.haplotypes)
    return next((allele for allele in listed if allele), "")


def _function(nomenclature: Nomenclature, told: Candidate) -> str:
    if not nomenclature.has_functions:
        return ""
    labels = (told.first[0], told.second[0])
    return "/".join(nomenclature.function(label) or "not assigned" for label in labels)


def _phenotype(nomenclature: Nomenclature, candidates: Sequence[Candidate]) -> str:
    """Return the phenotype that all candidates share, empty where they do not."""
    if not nomenclature.phenotypes:
        return ""
    found = {
        nomenclature.phenotype(first, second)
        for candidate in candidates
        for first, second in itertools.product(candidate.first, candidate.second)
    }
    return found.pop() if len(found) == 1 else ""
