"""The knowledge base: YAML files joined into one immutable value, every fault told at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pgx_ana.knowledge.definitions import (
    AssemblyContigs,
    Gene,
    HaplotypeCounts,
    HaplotypeDefinition,
    HaplotypeSet,
    LinkageGroup,
    VariantDefinition,
)
from pgx_ana.knowledge.evidence import (
    Association,
    Cohort,
    Drug,
    Evidence,
    Outcome,
    Publication,
    Setting,
)
from pgx_ana.knowledge.levels import EvidenceGrade, Level, Lookup, grade_evidence
from pgx_ana.knowledge.schema import KnowledgeInfo, Message
from pgx_ana.model import Chromosome, ContigTable, Locus, Variant
from pgx_ana.terms import Assembly


@dataclass(frozen=True)
class KnowledgeBase:
    """Everything the tool knows: definitions, evidence and conclusions, indexed by identifier.

    ``digest`` is the SHA-256 of all files with their paths; it and ``version`` travel with every
    output, as ``stamp``.
    """

    info: KnowledgeInfo
    digest: str
    directories: tuple[Path, ...]
    assemblies: Mapping[str, AssemblyContigs]
    genes: Mapping[str, Gene]
    drugs: Mapping[str, Drug]
    outcomes: Mapping[str, Outcome]
    settings: Mapping[str, Setting]
    publications: Mapping[str, Publication]
    cohorts: Mapping[str, Cohort]
    definitions: Mapping[str, VariantDefinition]
    linkage: Mapping[str, LinkageGroup]
    haplotype_sets: Mapping[str, HaplotypeSet]
    haplotypes: Mapping[str, HaplotypeDefinition]
    haplotype_counts: Mapping[str, HaplotypeCounts]
    evidence: Mapping[str, Evidence]
    associations: Mapping[str, Association]
    messages: Mapping[str, Message]

    @property
    def stamp(self) -> str:
        """Return version and shortened digest, as ``1.2.0+0123456789ab``."""
        return f"{self.info.version}+{self.digest[:12]}"

    @cached_property
    def contig_tables(self) -> tuple[ContigTable, ...]:
        """The chromosomes of each assembly as engine values."""
        return tuple(
            ContigTable(
                assembly=Assembly(name),
                names=entry.names,
                chromosomes=tuple(
                    Chromosome(
                        contig.chrom,
                        contig.length,
                        tuple(name for name in (contig.refseq, contig.genbank) if name is not None),
                    )
                    for contig in entry.contigs
                ),
            )
            for name, entry in self.assemblies.items()
        )

    @cached_property
    def variants(self) -> tuple[Variant, ...]:
        """All known variants as engine values: by gene in file order, then GRCh38 position."""
        genes = {gene: rank for rank, gene in enumerate(self.genes)}
        ordered = sorted(
            self.definitions.values(),
            key=lambda definition: (genes[definition.gene], definition.loci["GRCh38"].pos),
        )
        return tuple(_variant(definition) for definition in ordered)

    def counts_of(self, haplotype_set: str) -> tuple[HaplotypeCounts, ...]:
        """Return the panels in which the haplotypes of a set were counted, in file order."""
        found = (c for c in self.haplotype_counts.values() if c.haplotype_set == haplotype_set)
        return tuple(found)

    def haplotypes_of(self, haplotype_set: str) -> tuple[HaplotypeDefinition, ...]:
        """Return the haplotypes of a set in file order."""
        found = (h for h in self.haplotypes.values() if h.haplotype_set == haplotype_set)
        return tuple(found)

    @cached_property
    def grades(self) -> Mapping[str, EvidenceGrade]:
        """The computed weight of every association."""
        lookup = Lookup(self.outcomes, self.cohorts, self.definitions)
        return MappingProxyType(
            {
                key: grade_evidence(
                    association, (self.evidence[item] for item in association.evidence), lookup
                )
                for key, association in self.associations.items()
            }
        )

    def level(self, association: str) -> Level:
        """Return the computed level of an association."""
        return self.grades[association].level

    def associations_of(self, variant: str) -> tuple[Association, ...]:
        """Return the associations of a variant in file order."""
        return tuple(item for item in self.associations.values() if item.variant == variant)

    def associations_of_set(self, haplotype_set: str) -> tuple[Association, ...]:
        """Return the associations of the haplotypes of a set in file order."""
        members = {haplotype.id for haplotype in self.haplotypes_of(haplotype_set)}
        return tuple(
            item
            for item in self.associations.values()
            if item.haplotype_set == haplotype_set or item.haplotype in members
        )

    def evidence_on(self, variant: str) -> tuple[Evidence, ...]:
        """Return every result about a variant, oldest publication first."""
        found = [item for item in self.evidence.values() if variant in item.variants]
        return self._by_year(found)

    def evidence_on_set(self, haplotype_set: str) -> tuple[Evidence, ...]:
        """Return every result about the haplotypes of a set, oldest publication first."""
        members = {haplotype.id for haplotype in self.haplotypes_of(haplotype_set)}
        found = [
            item
            for item in self.evidence.values()
            if item.haplotype_set == haplotype_set or item.haplotype in members
        ]
        return self._by_year(found)

    def _by_year(self, found: Iterable[Evidence]) -> tuple[Evidence, ...]:
        return tuple(sorted(found, key=lambda item: (self._year(item), item.id)))

    def _year(self, item: Evidence) -> int:
        return self.publications[item.publication].year or 9999

    def find_variant(self, name: str) -> str | None:
        """Return the rsID for an rsID, merged rsID or legacy name, whatever its case; else None."""
        wanted = name.casefold()
        if wanted in self.definitions:
            return wanted
        for key, definition in self.definitions.items():
            names = (key, *definition.merged, *definition.names)
            if wanted in {other.casefold() for other in names}:
                return key
        return None

    def find_haplotype_set(self, name: str) -> str | None:
        """Return the set of that name, or that a haplotype belongs to (``CYP3A4*22``); else None.

        Upper and lower case count: P is not p.
        """
        if name in self.haplotype_sets:
            return name
        for haplotype in self.haplotypes.values():
            gene = self.haplotype_sets[haplotype.haplotype_set].gene
            named = (haplotype.name, *haplotype.names)
            if name in {
                haplotype.id,
                *(f"{gene}{n}" for n in named),
                *(f"{gene} {n}" for n in named),
            }:
                return haplotype.haplotype_set
        return None


def field_of(section: str) -> str:
    """Return the field of a knowledge base that holds a section of its documents."""
    return "definitions" if section == "variants" else section


def _variant(definition: VariantDefinition) -> Variant:
    loci: dict[Assembly, Locus] = {}
    for name, locus in definition.loci.items():
        start: Any = locus.window_start or locus.pos
        loci[Assembly(name)] = Locus(
            locus.chrom,
            locus.pos,
            locus.ref,
            start,
            locus.window or locus.ref,
            ref_is_certain=locus.ref_verified == "yes",
        )
    return Variant(
        id=definition.id,
        gene=definition.gene,
        type=definition.type,
        alleles=tuple(allele.bases for allele in definition.alleles),
        loci=MappingProxyType(loci),
    )
