"""The page on a variant: its definition, and all that was published about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pgx_ana.bases import is_palindromic
from pgx_ana.knowledge import VariantDefinition
from pgx_ana.report.site_addresses import Link
from pgx_ana.report.site_conclusions import ClinpgxView, clinpgx_views
from pgx_ana.report.site_subject import Site, SubjectEvidence
from pgx_ana.report.words import STRANDS
from pgx_ana.terms import POPULATIONS

_DBSNP = "https://www.ncbi.nlm.nih.gov/snp/"


@dataclass(frozen=True, slots=True)
class LocusRow:
    """A position in one assembly; ``reference`` says too if it is not certain."""

    assembly: str
    place: str
    reference: str


@dataclass(frozen=True, slots=True)
class AlleleRow:
    """An allele with its names in papers."""

    bases: str
    names: tuple[str, ...]
    is_studied: bool


@dataclass(frozen=True, slots=True)
class FrequencyRow:
    """Measured frequencies of an allele: of all people, then by population, then the source."""

    allele: str
    values: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Linkage:
    """Variants that tag the same signal; each with its base on the common haplotype, if known."""

    variants: tuple[tuple[Link, str], ...]
    note: str


@dataclass(frozen=True, slots=True)
class VariantView:
    """What the page on a variant shows, in its order."""

    id: str
    gene: Link
    gene_name: str
    strand: str
    kind: str
    consequence: str
    names: tuple[str, ...]
    merged: tuple[str, ...]
    hgvs: tuple[str, ...]
    dbsnp: str
    loci: tuple[LocusRow, ...]
    alleles: tuple[AlleleRow, ...]
    studied: str
    studied_reference: tuple[str, ...]
    is_palindromic: bool
    paper_wording: str
    populations: tuple[str, ...]
    frequencies: tuple[FrequencyRow, ...]
    notes: tuple[str, ...]
    haplotypes: tuple[Link, ...]
    linkage: tuple[Linkage, ...]
    clinpgx: tuple[ClinpgxView, ...]
    sources: tuple[str, ...]
    evidence: SubjectEvidence


def variant_view(key: str, site: Site) -> VariantView:
    """Return what the page on a variant shows."""
    knowledge = site.knowledge
    definition = knowledge.definitions[key]
    gene = knowledge.genes[definition.gene]
    hgvs = definition.hgvs
    return VariantView(
        id=key,
        gene=Link(gene.id, site.addresses.genes[gene.id]),
        gene_name=gene.name,
        strand=STRANDS.get(gene.strand or "", ""),
        kind="single base" if definition.type == "snv" else definition.type,
        consequence=definition.consequence,
        names=definition.names,
        merged=definition.merged,
        hgvs=tuple(filter(None, (hgvs.grch37, hgvs.grch38, hgvs.coding, hgvs.protein))),
        dbsnp=f"{_DBSNP}{key}" if key.startswith("rs") else "",
        loci=tuple(_loci(definition)),
        alleles=tuple(
            AlleleRow(item.bases, item.names, item.bases == definition.studied_allele)
            for item in definition.alleles
        ),
        studied=definition.studied_allele or "",
        studied_reference=tuple(
            assembly
            for assembly, locus in definition.loci.items()
            if locus.ref_verified == "yes" and locus.ref == definition.studied_allele
        ),
        is_palindromic=is_palindromic(item.bases for item in definition.alleles),
        paper_wording=definition.paper_wording,
        populations=("all", *POPULATIONS),
        frequencies=tuple(
            FrequencyRow(item.allele, _values(item.known), item.source)
            for item in definition.frequencies
        ),
        notes=definition.notes,
        haplotypes=tuple(_haplotypes(key, site)),
        linkage=tuple(_linkage(key, site)),
        clinpgx=clinpgx_views(key, knowledge),
        sources=definition.sources,
        evidence=site.evidence(key),
    )


def _loci(definition: VariantDefinition) -> Iterator[LocusRow]:
    for assembly, locus in definition.loci.items():
        is_certain = locus.ref_verified == "yes"
        reference = locus.ref if is_certain else "not verified: a file tells"
        yield LocusRow(assembly, f"{locus.chrom}:{locus.pos:,}", reference)


def _values(known: Mapping[str, float]) -> tuple[str, ...]:
    return tuple(f"{known[name]:.4g}" if name in known else "" for name in ("all", *POPULATIONS))


def _haplotypes(key: str, site: Site) -> Iterator[Link]:
    """Yield the haplotypes that a variant helps to define."""
    for item in site.knowledge.haplotypes.values():
        if key in item.alleles:
            text = f"{item.haplotype_set} {item.name} ({item.alleles[key]})"
            yield Link(text, site.addresses.haplotype_sets[item.haplotype_set])


def _linkage(key: str, site: Site) -> Iterator[Linkage]:
    for group in site.knowledge.linkage.values():
        if key in group.variants:
            variants = tuple(
                (Link(variant, site.addresses.variants[variant]), group.together.get(variant, ""))
                for variant in group.variants
            )
            yield Linkage(variants, group.note)
