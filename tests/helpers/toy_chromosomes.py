"""Small haplotype sets, and an independent resolver for the toy star alleles.

The resolver shares no code with the package: names are written by hand, and every pair of
chromosomes is tried in every phase.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from helpers.entries import checked
from helpers.paths import TOY, TOY_HAPLOTYPES
from pgx_ana.haplotypes import Diplotype, Nomenclature
from pgx_ana.haplotypes.nomenclature import build_nomenclature
from pgx_ana.haplotypes.panel import Alleles, PartialAlleles
from pgx_ana.haplotypes.phasing import AllelePair, Genotype
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
"""The chromosomes that are one named haplotype and nothing else."""

LISTED = tuple(NAMES)[:6]
"""The named chromosomes, and one that was counted in the panel without having a name."""

NamePair = tuple[str, str]


def in_order(first: str, second: str) -> NamePair:
    """Return two names in alphabetical order."""
    return (first, second) if first <= second else (second, first)


def pair(text: str) -> AllelePair:
    """Return two alleles from ``A/C``; a dot is a copy that is not known."""
    first, second = (None if allele == "." else allele for allele in text.split("/"))
    return (first, second)


def genotypes(words: str) -> tuple[Genotype, ...]:
    """Return genotypes from words: ``A/C`` unphased, ``A|C`` phased, ``A|C:1`` in phase block 1."""
    parsed = []
    for word in words.split():
        alleles, _, block = word.partition(":")
        phased = "|" in alleles
        copies = pair(alleles.replace("|", "/"))
        gap = {0: "", 1: "one copy missing", 2: "no_call"}[copies.count(None)]
        parsed.append(Genotype(copies, int(block or 0) if phased else None, gap))
    return tuple(parsed)


def single_diplotypes(called: Diplotype) -> set[NamePair]:
    """Return every single diplotype among the candidates, its names in alphabetical order."""
    return {
        in_order(first.text, second.text)
        for candidate in called.candidates
        for first, second in itertools.product(candidate.first, candidate.second)
    }


def expected_diplotypes(core: Sequence[Genotype]) -> set[NamePair]:
    """Return the names of all listed pairs of chromosomes that fit the genotypes."""
    return {names for names, _ in _fitting_pairs(core) if names is not None}


def expected_probabilities(
    core: Sequence[Genotype], frequency: Callable[[Alleles], float]
) -> dict[NamePair, float]:
    """Return the probability of each listed pair of names; unlisted pairs count in the total.

    Two chromosomes that differ count twice, because either may be the maternal one. Which of two
    copies was not observed is chance, so a pair counts once for every way in which it gives the
    observed genotypes.
    """
    weights: dict[NamePair, float] = {}
    total = 0.0
    for names, (first, second) in _fitting_pairs(core):
        weight = frequency(first) * frequency(second)
        total += weight
        if names is not None:
            weights[names] = weights.get(names, 0.0) + weight
    return {names: weight / total for names, weight in weights.items()} if total else {}


def _fitting_pairs(
    core: Sequence[Genotype],
) -> Iterator[tuple[NamePair | None, tuple[Alleles, Alleles]]]:
    """Yield the pairs of chromosomes that fit, once for every phasing in which they fit.

    Each phase block, and each site without one, takes both orders. The names are those under which
    the pair is listed, None where it is not.
    """
    block_numbers: dict[object, int] = {}
    blocks = [
        block_numbers.setdefault(
            ("site", site) if genotype.block is None else genotype.block, len(block_numbers)
        )
        for site, genotype in enumerate(core)
    ]
    for steps in itertools.product((1, -1), repeat=len(block_numbers)):
        ordered = [
            genotype.alleles[:: steps[block]] for genotype, block in zip(core, blocks, strict=True)
        ]
        observed_first, observed_second = (tuple(pair[copy] for pair in ordered) for copy in (0, 1))
        for first, second in itertools.product(NAMES, repeat=2):
            if _matches(first, observed_first) and _matches(second, observed_second):
                names = (_listed_name(first, observed_first), _listed_name(second, observed_second))
                yield (None if None in names else in_order(*map(str, names))), (first, second)


def _listed_name(chromosome: Alleles, observed: PartialAlleles) -> str | None:
    """Return the name under which a chromosome is listed; None where it is not.

    Missing sites are completed to the chromosomes that are defined or were counted. Where none of
    these fits, the observed alleles alone are named; *1 is left out, since a site is missing.
    """
    if None not in observed or chromosome in LISTED:
        return NAMES[chromosome]
    if any(_matches(other, observed) for other in LISTED):
        return None
    completed = tuple(
        allele or reference for allele, reference in zip(observed, REFERENCE, strict=True)
    )
    return NAMES[completed].replace("*1 + ", "")


def _matches(chromosome: Alleles, observed: PartialAlleles) -> bool:
    return all(
        seen is None or allele == seen for allele, seen in zip(chromosome, observed, strict=True)
    )


BASES = {"rs2": ("A", "C", "T"), "rs4": ("G", "GT")}
"""Alleles of the sites of small sets, where they differ from A and C."""


def small_set(
    haplotypes: Mapping[str, str],
    *,
    sites: Sequence[str] = SITES,
    elsewhere: str = "reference",
    fields: Mapping[str, Mapping[str, object]] | None = None,
    counts: Sequence[Mapping[str, Mapping[str, int]]] = (),
    **set_fields: object,
) -> Nomenclature:
    """Return a set from the names of its haplotypes with their alleles, such as ``1C 4GT``.

    ``fields`` has further fields of a haplotype, by its name. ``counts`` are panels: for each
    combination of alleles the counts by population. ``set_fields`` are further fields of the set.
    """
    definition = checked(
        HaplotypeSet,
        {"id": "set", "gene": "G", "name": "a set", "sites": sites, "elsewhere": elsewhere}
        | {"source": "made up", **set_fields},
    )
    common = {"haplotype_set": "set", "source": "made up"}
    defined = [
        checked(
            HaplotypeDefinition,
            {"id": f"h{number}", "name": name, "alleles": alleles_by_rsid(words), **common}
            | dict((fields or {}).get(name, {})),
        )
        for number, (name, words) in enumerate(haplotypes.items())
    ]
    panels = [
        checked(
            HaplotypeCounts,
            {"id": f"panel{number}", "panel": "made up", **common}
            | {
                "counts": [
                    {"alleles": alleles_by_rsid(words), **by_population}
                    for words, by_population in panel.items()
                ]
            },
        )
        for number, panel in enumerate(counts)
    ]
    rsids = [*sites, *definition.further_sites]
    variants = {rsid: variant(rsid, *BASES.get(rsid, ("A", "C"))) for rsid in rsids}
    return build_nomenclature(definition, defined, panels, variants)


def alleles_by_rsid(words: str) -> dict[str, str]:
    """Return alleles by rsID from words of site number and bases, such as ``1C 4GT``."""
    matches = (re.fullmatch("([0-9]+)([ACGT]+)", word) for word in words.split())
    return {f"rs{match[1]}": match[2] for match in matches if match}


def variant(rsid: str, *bases: str) -> VariantDefinition:
    """Return the definition of a variant with the given alleles; the first is the reference."""
    locus = {"chrom": "1", "pos": 1, "ref": bases[0]}
    return checked(
        VariantDefinition,
        {
            "id": rsid,
            "gene": "G",
            "type": "snv",
            "loci": {"GRCh37": locus, "GRCh38": locus},
            "alleles": [{"bases": base} for base in bases],
            "consequence": "none",
            "paper_wording": "plus strand",
            "sources": ["made up"],
        },
    )
