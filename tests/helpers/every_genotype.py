"""Made-up people who between them have every genotype of every known variant, and haplotypes.

Their file has a row for every variant, so that nobody has a site that is absent.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

from helpers.vcf_text import VCF_COLUMNS
from pgx_ana.knowledge import HaplotypeDefinition, KnowledgeBase

_ASSEMBLY: Literal["GRCh38"] = "GRCh38"
_FEW = 6
"""Haplotypes of a set of which every pair is made; of others, those with the first or twice."""

Copies = Mapping[str, tuple[str, str]]
"""The alleles on both chromosomes by variant; variants that are not named are homozygous."""


def write_everybody(path: Path, knowledge: KnowledgeBase) -> Path:
    """Write the people to a VCF and return its path."""
    people = [*_by_variant(knowledge), *_by_haplotype(knowledge)]
    (assembly,) = (item for item in knowledge.assemblies.values() if item.id == _ASSEMBLY)
    header = [
        "##fileformat=VCFv4.2",
        *(f"##contig=<ID={contig.chrom},length={contig.length}>" for contig in assembly.contigs),
        '##FORMAT=<ID=GT,Number=1,Type=String,Description="genotype">',
        "\t".join([*VCF_COLUMNS, *(f"P{number}" for number in range(len(people)))]),
    ]
    path.write_text("\n".join([*header, *_rows(people, knowledge), ""]), encoding="utf-8")
    return path


def _rows(people: list[Copies], knowledge: KnowledgeBase) -> Iterator[str]:
    for key, definition in knowledge.definitions.items():
        locus = definition.loci[_ASSEMBLY]
        others = [item.bases for item in definition.alleles if item.bases != locus.ref]
        numbers = {bases: str(n) for n, bases in enumerate([locus.ref, *others])}
        usual = (locus.ref, locus.ref)
        values = ["|".join(numbers[copy] for copy in person.get(key, usual)) for person in people]
        fixed = [locus.chrom, str(locus.pos), key, locus.ref, ",".join(others), ".", "PASS", "."]
        yield "\t".join([*fixed, "GT", *values])


def _by_variant(knowledge: KnowledgeBase) -> Iterator[Copies]:
    """Yield people who go through the genotypes of all variants at the same time."""
    genotypes = {
        key: [*itertools.combinations_with_replacement([a.bases for a in item.alleles], 2)]
        for key, item in knowledge.definitions.items()
    }
    for number in range(max(map(len, genotypes.values()))):
        yield {key: found[number % len(found)] for key, found in genotypes.items()}


def _by_haplotype(knowledge: KnowledgeBase) -> Iterator[Copies]:
    """Yield people with pairs of haplotypes of one set, on phased chromosomes."""
    for key, definition in knowledge.haplotype_sets.items():
        if not knowledge.associations_of_set(key):
            continue
        known = [item for item in knowledge.haplotypes_of(key) if item.state != "not_callable"]
        for first, second in itertools.combinations_with_replacement(known, 2):
            if len(known) <= _FEW or first.id in {second.id, known[0].id}:
                yield {
                    site: (_bases(first, site, knowledge), _bases(second, site, knowledge))
                    for site in definition.sites
                }


def _bases(haplotype: HaplotypeDefinition, variant: str, knowledge: KnowledgeBase) -> str:
    reference = knowledge.definitions[variant].loci[_ASSEMBLY].ref
    return haplotype.alleles.get(variant, reference)
