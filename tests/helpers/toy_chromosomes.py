"""Small sets of haplotypes; and the toy star alleles, resolved by trying every pair of chromosomes.

Nothing of that is taken from the engine: names are written by hand, phase is tried out.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from helpers.paths import TOY, TOY_HAPLOTYPES
from pgx_ana.haplotypes import Diplotype, Nomenclature
from pgx_ana.haplotypes.diplotypes import AllelePair, Genotype
from pgx_ana.haplotypes.nomenclature import build_nomenclature
from pgx_ana.haplotypes.panel import Alleles, PartialAlleles
from pgx_ana.knowledge import HaplotypeCounts, HaplotypeDefinition, HaplotypeSet, VariantDefinition

LAYERS = (TOY, TOY_HAPLOTYPES)

SITES = ("rs1", "rs2", "rs4")
REFERENCE = ("A", "A", "G")
NAMES: Mapping[Alleles, str] = {
    ("A", "A", "G"): "*1",
    ("C", "A", "G"): "*2",
    ("A", "C", "G"): "*3",
    ("C", "C", "G"): "*4",
    ("A", "A", "GT"): "*5",
    ("A", "T", "G"): "[*1 + rs2 T]",
    ("C", "T", "G"): "[*2 + rs2 T]",
    ("C", "A", "GT"): "[*2 + *5]",
    ("A", "C", "GT"): "[*3 + *5]",
    ("C", "C", "GT"): "[*4 + *5]",
    ("A", "T", "GT"): "[*5 + rs2 T]",
    ("C", "T", "GT"): "[*2 + *5 + rs2 T]",
}
NAMED = tuple(NAMES)[:5]
LISTED = tuple(NAMES)[:6]
"""Those that are defined, and one that was counted in the panel without a name."""

Names = tuple[str, str]


def in_order(first: str, second: str) -> Names:
    """Return two names in alphabetical order."""
    return (first, second) if first <= second else (second, first)


def pair(text: str) -> AllelePair:
    """Return two alleles from ``A/C``; a dot is one that is not known."""
    first, second = (None if allele == "." else allele for allele in text.split("/"))
    return (first, second)


def genotypes(words: str) -> tuple[Genotype, ...]:
    """Return genotypes from words: ``A/C`` unphased, ``A|C`` phased, ``A|C:1`` in phase block 1."""
    found = []
    for word in words.split():
        alleles, _, block = word.partition(":")
        phased = "|" in alleles
        copies = pair(alleles.replace("|", "/"))
        gap = {0: "", 1: "one copy missing", 2: "no_call"}[copies.count(None)]
        found.append(Genotype(copies, int(block or 0) if phased else None, gap))
    return tuple(found)


def singles(called: Diplotype) -> set[Names]:
    """Return every single diplotype that is a candidate, its names in alphabetical order."""
    return {
        in_order(first.text, second.text)
        for candidate in called.candidates
        for first, second in itertools.product(candidate.first, candidate.second)
    }


def possible(core: Sequence[Genotype]) -> set[Names]:
    """Return the names of all pairs of chromosomes that fit some genotypes and are listed."""
    return {names for names, _ in _fitting(core) if names is not None}


def probabilities(
    core: Sequence[Genotype], frequency: Callable[[Alleles], float]
) -> dict[Names, float]:
    """Return the probability of each listed pair of names; what is not listed has its share, too.

    Two chromosomes that differ count twice, as mother's and father's or the other way round. Which
    of two copies was not seen is chance: a pair counts for every way in which it may have been seen
    as given.
    """
    weights: dict[Names, float] = {}
    total = 0.0
    for names, (first, second) in _fitting(core):
        weight = frequency(first) * frequency(second)
        total += weight
        if names is not None:
            weights[names] = weights.get(names, 0.0) + weight
    return {names: weight / total for names, weight in weights.items()} if total else {}


def _fitting(
    core: Sequence[Genotype],
) -> Iterator[tuple[Names | None, tuple[Alleles, Alleles]]]:
    """Yield pairs of chromosomes that fit, once for every way in which they may be seen as given.

    Each phase block, and each site without one, may be seen from either side. The names are those
    under which the pair is listed, None where it is not.
    """
    keys: dict[object, int] = {}
    block = [
        keys.setdefault(("site", number) if one.block is None else one.block, len(keys))
        for number, one in enumerate(core)
    ]
    for turns in itertools.product((1, -1), repeat=len(keys)):
        seen = [one.alleles[:: turns[b]] for one, b in zip(core, block, strict=True)]
        one, two = (tuple(pair[copy] for pair in seen) for copy in (0, 1))
        for first, second in itertools.product(NAMES, repeat=2):
            if _matches(first, one) and _matches(second, two):
                names = (_listed(first, one), _listed(second, two))
                yield (None if None in names else in_order(*map(str, names))), (first, second)


def _listed(chromosome: Alleles, seen: PartialAlleles) -> str | None:
    """Return the name under which a chromosome is listed.

    What is not known is filled up to the chromosomes that are defined or were counted. Where none
    of these fits, what is known is named for itself; *1 is not, since a site is missing.
    """
    if None not in seen or chromosome in LISTED:
        return NAMES[chromosome]
    if any(_matches(other, seen) for other in LISTED):
        return None
    told = tuple(a or plain for a, plain in zip(seen, REFERENCE, strict=True))
    return NAMES[told].replace("*1 + ", "")


def _matches(chromosome: Alleles, seen: PartialAlleles) -> bool:
    return all(s is None or a == s for a, s in zip(chromosome, seen, strict=True))


BASES = {"rs2": ("A", "C", "T"), "rs4": ("G", "GT")}
"""Alleles of the sites of small sets, where they are not A and C."""


def small_set(
    haplotypes: Mapping[str, str],
    *,
    sites: Sequence[str] = SITES,
    elsewhere: str = "reference",
    fields: Mapping[str, Mapping[str, object]] | None = None,
    counts: Sequence[Mapping[str, Mapping[str, int]]] = (),
    **of_set: object,
) -> Nomenclature:
    """Return a set made of the names of haplotypes with their alleles, such as ``1C 4GT``.

    ``fields`` are more of what a haplotype has, by its name. ``counts`` are panels, which have
    numbers by population for each combination of alleles.
    """
    definition = HaplotypeSet.model_validate(
        {"id": "set", "gene": "G", "name": "a set", "sites": sites, "elsewhere": elsewhere}
        | {"source": "made up", **of_set}
    )
    common = {"haplotype_set": "set", "source": "made up"}
    defined = [
        HaplotypeDefinition.model_validate(
            {"id": f"h{number}", "name": name, "alleles": alleles_of(words), **common}
            | dict((fields or {}).get(name, {}))
        )
        for number, (name, words) in enumerate(haplotypes.items())
    ]
    panels = [
        HaplotypeCounts.model_validate(
            {"id": f"panel{number}", "panel": "made up", **common}
            | {"counts": [{"alleles": alleles_of(w), **n} for w, n in panel.items()]}
        )
        for number, panel in enumerate(counts)
    ]
    rsids = [*sites, *definition.further_sites]
    made = {rsid: variant(rsid, *BASES.get(rsid, ("A", "C"))) for rsid in rsids}
    return build_nomenclature(definition, defined, panels, made)


def alleles_of(words: str) -> dict[str, str]:
    """Return alleles by rsID from the numbers of sites with their bases, such as ``1C 4GT``."""
    found = (re.fullmatch("([0-9]+)([ACGT]+)", word) for word in words.split())
    return {f"rs{match[1]}": match[2] for match in found if match}


def variant(rsid: str, *bases: str) -> VariantDefinition:
    locus = {"chrom": "1", "pos": 1, "ref": bases[0]}
    return VariantDefinition.model_validate(
        {
            "id": rsid,
            "gene": "G",
            "type": "snv",
            "loci": {"GRCh37": locus, "GRCh38": locus},
            "alleles": [{"bases": base} for base in bases],
            "consequence": "none",
            "paper_wording": "plus strand",
            "sources": ["made up"],
        }
    )
