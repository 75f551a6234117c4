"""The loaded knowledge base: one immutable value with lookups and computed evidence grades."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

from pgx_ana.errors import UsageError
from pgx_ana.knowledge.answers import Answer, AnswerSources, answers
from pgx_ana.knowledge.association import Association
from pgx_ana.knowledge.basis import Basis, BasisSources, basis_of
from pgx_ana.knowledge.context import Context, Question
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
    Cohort,
    Drug,
    Evidence,
    Outcome,
    PolygenicResult,
    Publication,
    Setting,
)
from pgx_ana.knowledge.levels import EvidenceGrade, Level, Lookup, grade_evidence
from pgx_ana.knowledge.schema import KnowledgeInfo, Message
from pgx_ana.knowledge.vrs import VrsAlleles, identify
from pgx_ana.model import Chromosome, ContigTable, Locus, Variant
from pgx_ana.names import did_you_mean, known_name, listed_names
from pgx_ana.terms import Assembly

_OLDER_BUILD = re.compile(r"hg1[0-8]|(ncbi|build|grch|b)[ _.-]?3[0-6](\.[0-9]+)?", re.IGNORECASE)
"""The names of human assemblies before GRCh37."""


@dataclass(frozen=True, repr=False)
class KnowledgeBase:
    """All definitions, evidence and associations, indexed by identifier.

    ``digest`` is the SHA-256 over the paths and contents of all files. Every output carries it,
    shortened, together with the version: see ``stamp``.
    """

    info: KnowledgeInfo
    digest: str
    directories: tuple[Path, ...]
    assemblies: Mapping[str, AssemblyContigs]
    genes: Mapping[str, Gene]
    drugs: Mapping[str, Drug]
    outcomes: Mapping[str, Outcome]
    settings: Mapping[str, Setting]
    contexts: Mapping[str, Context]
    questions: Mapping[str, Question]
    publications: Mapping[str, Publication]
    cohorts: Mapping[str, Cohort]
    definitions: Mapping[str, VariantDefinition]
    linkage: Mapping[str, LinkageGroup]
    haplotype_sets: Mapping[str, HaplotypeSet]
    haplotypes: Mapping[str, HaplotypeDefinition]
    haplotype_counts: Mapping[str, HaplotypeCounts]
    evidence: Mapping[str, Evidence]
    associations: Mapping[str, Association]
    polygenic: Mapping[str, PolygenicResult]
    messages: Mapping[str, Message]

    def __repr__(self) -> str:
        """Return ``<KnowledgeBase: toy 1.2.3+0123456789ab, 6 variants>``."""
        return f"<KnowledgeBase: {self.info.name} {self.stamp}, {len(self.definitions)} variants>"

    def __reduce__(self) -> tuple[Callable[..., KnowledgeBase], tuple[object, ...]]:
        """Pickle the fields alone: what is computed from them is computed again."""
        values = (getattr(self, field.name) for field in fields(self))
        plain = (dict(v) if isinstance(v, MappingProxyType) else v for v in values)
        return _of_plain, tuple(plain)

    @property
    def stamp(self) -> str:
        """Return version and shortened digest, such as ``1.2.0+0123456789ab``."""
        return f"{self.info.version}+{self.digest[:12]}"

    @cached_property
    def contig_tables(self) -> tuple[ContigTable, ...]:
        """The contigs of each assembly as values of the domain model."""
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
        """All known variants as values of the domain model.

        They are sorted by gene in file order, then by GRCh38 position.
        """
        gene_rank = {gene: rank for rank, gene in enumerate(self.genes)}
        ordered = sorted(
            self.definitions.values(),
            key=lambda definition: (gene_rank[definition.gene], definition.loci["GRCh38"].pos),
        )
        return tuple(_variant(definition) for definition in ordered)

    @cached_property
    def vrs_alleles(self) -> Mapping[Assembly, VrsAlleles]:
        """The VRS alleles of each assembly, by variant and bases, or why an allele has none.

        Each variant with a locus in the assembly has all of its known alleles, in their order. The
        digests are made when somebody asks for them: tables need none.
        """
        return {Assembly(name): self._identified(Assembly(name)) for name in self.assemblies}

    def _identified(self, assembly: Assembly) -> VrsAlleles:
        sequences = {contig.chrom: contig.refget for contig in self.assemblies[assembly].contigs}
        return {
            variant.id: {
                bases: identify(sequences.get(locus.chrom), locus, bases)
                for bases in variant.alleles
            }
            for variant in self.variants
            if (locus := variant.loci.get(assembly)) is not None
        }

    def counts_of(self, haplotype_set: str) -> tuple[HaplotypeCounts, ...]:
        """Return the panel counts of the haplotypes of a set, in file order."""
        return tuple(
            item for item in self.haplotype_counts.values() if item.haplotype_set == haplotype_set
        )

    def haplotypes_of(self, haplotype_set: str) -> tuple[HaplotypeDefinition, ...]:
        """Return the haplotypes of a set in file order."""
        return tuple(
            item for item in self.haplotypes.values() if item.haplotype_set == haplotype_set
        )

    @cached_property
    def grades(self) -> Mapping[str, EvidenceGrade]:
        """The computed evidence grade of every association."""
        lookup = Lookup(self.outcomes, self.cohorts)
        return {
            key: grade_evidence(
                association, (self.evidence[item] for item in association.evidence), lookup
            )
            for key, association in self.associations.items()
        }

    @cached_property
    def _basis_of(self) -> Mapping[str, Basis]:
        sources = BasisSources(self.evidence, self.drugs, self.haplotypes)
        return {
            key: basis_of(association, self.grades[key], sources)
            for key, association in self.associations.items()
        }

    @cached_property
    def answers(self) -> tuple[Answer, ...]:
        """What the evidence answers of each question that the field asks."""
        sources = AnswerSources(
            self.evidence.values(),
            self.polygenic.values(),
            self.outcomes,
            self.drugs,
            self.info.drug,
        )
        return tuple(answers(self.questions.values(), sources))

    @cached_property
    def was_studied_in_men(self) -> bool:
        """Whether any clinical result is from men on the drug of the knowledge base."""
        results: list[Evidence | PolygenicResult] = [
            item for item in self.evidence.values() if item.is_clinical
        ]
        results += self.polygenic.values()
        return any(
            self.info.drug in item.drugs and item.population.sex in {"male", "both"}
            for item in results
        )

    def basis(self, association: str) -> Basis:
        """Return what the conclusion of an association rests on."""
        return self._basis_of[association]

    def level(self, association: str) -> Level:
        """Return the computed level of an association."""
        return self.grades[association].level

    def associations_of(self, variant: str) -> tuple[Association, ...]:
        """Return the associations of a variant in file order."""
        return tuple(item for item in self.associations.values() if item.variant == variant)

    def associations_of_set(self, haplotype_set: str) -> tuple[Association, ...]:
        """Return the associations of the haplotypes of a set in file order."""
        haplotypes = {haplotype.id for haplotype in self.haplotypes_of(haplotype_set)}
        return tuple(
            item
            for item in self.associations.values()
            if item.haplotype_set == haplotype_set or item.haplotype in haplotypes
        )

    def evidence_on(self, variant: str) -> tuple[Evidence, ...]:
        """Return every result on a variant, oldest publication first."""
        return self._by_year(item for item in self.evidence.values() if variant in item.variants)

    def evidence_on_set(self, haplotype_set: str) -> tuple[Evidence, ...]:
        """Return every result on the haplotypes of a set, oldest publication first."""
        haplotypes = {haplotype.id for haplotype in self.haplotypes_of(haplotype_set)}
        return self._by_year(
            item
            for item in self.evidence.values()
            if item.haplotype_set == haplotype_set or item.haplotype in haplotypes
        )

    def _by_year(self, results: Iterable[Evidence]) -> tuple[Evidence, ...]:
        """Sort results by year of publication, those without a year last, then by identifier."""

        def year(item: Evidence) -> float:
            return self.publications[item.publication].year or math.inf

        return tuple(sorted(results, key=lambda item: (year(item), item.id)))

    def genes_named(self, given: Iterable[str]) -> tuple[str, ...]:
        """Return genes with variants by their symbols, in any case or separated by commas.

        Raises :class:`UsageError` for a symbol that no variant has, and for an empty text.
        """
        given = tuple(given)
        names, known = listed_names(given), sorted({variant.gene for variant in self.variants})
        if given and not names:
            raise UsageError("a gene is needed, not an empty text")
        found = {name: known_name(name, known) for name in names}
        unknown = sorted(name for name, gene in found.items() if gene is None)
        if unknown:
            hint = did_you_mean(unknown[0], known)
            raise UsageError(
                f"the knowledge base has no variant in {', '.join(unknown)}; genes with variants: "
                f"{', '.join(known)}{hint}"
            )
        return tuple(dict.fromkeys(gene for gene in found.values() if gene is not None))

    def assembly_named(self, name: str) -> Assembly:
        """Return an assembly by any of its names, in any case, with or without a patch number.

        Raises :class:`UsageError` for any other name.
        """
        names = {
            known: key
            for key, entry in self.assemblies.items()
            for known in dict.fromkeys((key, *entry.names))
        }
        known = known_name(re.sub(r"\.p[0-9]+$", "", name, flags=re.IGNORECASE), names)
        if known is None:
            # A file of an older build is not on the one whose name looks like it.
            hint = "" if _OLDER_BUILD.fullmatch(name) else did_you_mean(name, names)
            raise UsageError(
                f"unknown assembly {name!r} (--assembly); known: {', '.join(names)}{hint}"
            )
        return Assembly(names[known])

    def context_named(self, name: str) -> str:
        """Return the identifier of a context, in any case.

        Raises :class:`UsageError` for a name that no context has, and for an empty text.
        """
        if not name:
            raise UsageError("a context is needed, not an empty text")
        key = known_name(name, self.contexts)
        if key is None:
            known = ", ".join(self.contexts) or "none"
            raise UsageError(
                f"unknown context {name!r}; known: {known}{did_you_mean(name, self.contexts)}"
            )
        return key

    def find_variant(self, name: str) -> str | None:
        """Return the identifier of a variant by any of its names, ignoring case; else None.

        The names are its identifier, merged rsIDs and legacy names.
        """
        folded_name = name.casefold()
        if folded_name in self.definitions:
            return folded_name
        for key, definition in self.definitions.items():
            names = (key, *definition.merged, *definition.names)
            if folded_name in {known.casefold() for known in names}:
                return key
        return None

    def find_haplotype_set(self, name: str) -> str | None:
        """Return a haplotype set by its identifier or by one of its haplotypes; else None.

        A haplotype is given by its identifier or with its gene (``CYP3A4*22``). Case matters,
        because haplotype names can differ in case alone (P and p).
        """
        if name in self.haplotype_sets:
            return name
        for haplotype in self.haplotypes.values():
            gene = self.haplotype_sets[haplotype.haplotype_set].gene
            aliases = (haplotype.name, *haplotype.names)
            if name in {
                haplotype.id,
                *(f"{gene}{alias}" for alias in aliases),
                *(f"{gene} {alias}" for alias in aliases),
            }:
                return haplotype.haplotype_set
        return None

    def find_haplotypes(self, name: str) -> tuple[HaplotypeDefinition, ...]:
        """Return all haplotypes with a name, without that of their gene: ``*22``, ``T-T-T``."""
        return tuple(
            haplotype
            for haplotype in self.haplotypes.values()
            if name in {haplotype.name, *haplotype.names}
        )

    def find_drug(self, name: str) -> str | None:
        """Return a drug by its identifier, name, or identifier elsewhere, in any case; or None."""
        folded_name = name.casefold()
        for key, drug in self.drugs.items():
            names = (key, drug.name, *drug.ids.values())
            if folded_name in {known.casefold() for known in names}:
                return key
        return None

    @cached_property
    def all_names(self) -> frozenset[str]:
        """All names of variants, haplotype sets, haplotypes, genes, drugs and contexts."""
        names = {*self.haplotype_sets, *self.haplotypes, *self.genes, *self.drugs, *self.contexts}
        for definition in self.definitions.values():
            names |= {definition.id, *definition.merged, *definition.names}
        for haplotype in self.haplotypes.values():
            names.add(f"{self.haplotype_sets[haplotype.haplotype_set].gene}{haplotype.name}")
        return frozenset(names)


def _of_plain(*values: object) -> KnowledgeBase:
    """Return a knowledge base of its fields in their order, with every section read-only."""
    read_only = (MappingProxyType(v) if isinstance(v, dict) else v for v in values)
    return KnowledgeBase(*read_only)  # type: ignore[arg-type]  # they were fields of another


def field_of(section: str) -> str:
    """Return the attribute of :class:`KnowledgeBase` that holds a section of the YAML files."""
    return "definitions" if section == "variants" else section


def _variant(definition: VariantDefinition) -> Variant:
    loci: dict[Assembly, Locus] = {}
    for name, locus in definition.loci.items():
        loci[Assembly(name)] = Locus(
            locus.chrom,
            locus.pos,
            locus.ref,
            locus.window_start or locus.pos,
            locus.window or locus.ref,
            ref_is_certain=locus.ref_verified == "yes",
        )
    return Variant(
        id=definition.id,
        gene=definition.gene,
        type=definition.type,
        alleles=tuple(allele.bases for allele in definition.alleles),
        loci=loci,
    )
