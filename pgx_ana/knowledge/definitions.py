"""What is defined: assemblies, genes, variants, their linkage, and haplotypes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from pgx_ana.knowledge.vocabulary import (
    Bases,
    Count,
    Frequency,
    FunctionPair,
    HaplotypeName,
    Identifier,
    Model,
    Position,
    Rsid,
    Text,
)


class Contig(Model):
    """One chromosome in one assembly."""

    chrom: Text = Field(description="plain name, such as 15 or X")
    length: Position = Field(description="in bases")
    refseq: Text | None = None
    genbank: Text | None = None


class AssemblyContigs(Model):
    """The chromosomes by which an assembly is recognised, and the names files use for them."""

    id: Literal["GRCh37", "GRCh38"]
    names: tuple[Text, ...] = Field(description="words in headers that mean this assembly")
    contigs: tuple[Contig, ...]
    source: Text


class Span(Model):
    """1-based inclusive bounds on the plus strand."""

    start: Position
    end: Position


class Gene(Model):
    """A gene whose variants are annotated."""

    id: Identifier = Field(description="approved symbol; for a place outside of genes, its name")
    name: Text
    strand: Literal["+", "-"] | None = None
    chrom: Text
    bounds: dict[Literal["GRCh37", "GRCh38"], Span] = Field(
        default_factory=dict, description="bounds of the MANE Select transcript"
    )
    transcript: Text | None = Field(default=None, description="MANE Select RefSeq transcript")
    hgnc: Text | None = None
    ncbi: Text | None = None
    ensembl: Text | None = None
    role: Text = Field(description="why the gene is looked at, in a sentence")
    source: Text


class AlleleDefinition(Model):
    """One known allele of a variant, as plus-strand bases in the spelling of its locus."""

    bases: Bases
    names: tuple[Text, ...] = Field(default=(), description="what papers call it")


class LocusDefinition(Model):
    """Where a variant stands in one assembly; 1-based, REF as in that assembly."""

    chrom: Text
    pos: Position
    ref: Bases
    ref_verified: Literal["yes", "no"] = Field(
        default="yes",
        description="no: the pair of alleles is known, but not which of them the assembly has",
    )
    window_start: Position | None = Field(
        default=None, description="position of the first base of `window`"
    )
    window: Bases | None = Field(
        default=None,
        description="reference sequence around an insertion, deletion or repeat, wide enough to "
        "hold every shifted spelling of its alleles",
    )
    window_end: Literal["known", "unknown"] = Field(
        default="known",
        description="unknown: what follows is not known, so that the window cannot be wider",
    )


class Hgvs(Model):
    """HGVS names of the usual alternate allele."""

    grch37: Text | None = None
    grch38: Text | None = None
    coding: Text | None = None
    protein: Text | None = None


class AlleleFrequencies(Model):
    """Measured frequencies of one allele."""

    allele: Bases
    source: Text
    all: Frequency | None = None
    AFR: Frequency | None = None
    AMR: Frequency | None = None
    EAS: Frequency | None = None
    EUR: Frequency | None = None
    SAS: Frequency | None = None


class ClinpgxAnnotation(Model):
    """A clinical annotation of ClinPGx: its identifier and its own level, not its text."""

    id: Annotated[str, StringConstraints(pattern=r"^[0-9]+$")]
    level: Literal["1A", "1B", "2A", "2B", "3", "4"]
    drugs: tuple[Text, ...]
    about: Text = Field(description="what it is about, in our words")
    note: Text | None = None


class VariantDefinition(Model):
    """A known variant: where it is, its alleles, and what one must know to read papers on it."""

    id: Rsid
    gene: Identifier
    type: Literal["snv", "insertion", "deletion", "repeat"]
    names: tuple[Text, ...] = Field(default=(), description="legacy names and aliases")
    merged: tuple[Rsid, ...] = Field(default=(), description="rsIDs merged into this one")
    loci: dict[Literal["GRCh37", "GRCh38"], LocusDefinition]
    alleles: tuple[AlleleDefinition, ...] = Field(
        min_length=2, description="all known alleles; the first is the GRCh38 reference"
    )
    studied_allele: Bases | None = Field(
        default=None, description="the base that most papers call the variant"
    )
    hgvs: Hgvs = Hgvs()
    consequence: Text
    paper_wording: Text = Field(description="how papers write its alleles, and on which strand")
    frequencies: tuple[AlleleFrequencies, ...] = ()
    clinpgx: tuple[ClinpgxAnnotation, ...] = ()
    notes: tuple[Text, ...] = ()
    sources: tuple[Text, ...] = Field(min_length=1, description="where the definition was checked")


class LinkageGroup(Model):
    """Variants that carry one signal, so that it is counted once."""

    id: Identifier
    variants: tuple[Rsid, ...] = Field(min_length=2)
    note: Text


class PhenotypeRule(Model):
    """Which pairs of functions make a phenotype."""

    phenotype: Text
    functions: tuple[FunctionPair, ...] = Field(min_length=1, description="such as normal/no")


class HaplotypeSet(Model):
    """Haplotypes that are told apart at the same sites of a gene, such as its star alleles."""

    id: Identifier
    gene: Identifier
    name: Text
    sites: tuple[Rsid, ...] = Field(
        min_length=1, description="core sites: their alleles define the haplotypes"
    )
    further_sites: tuple[Rsid, ...] = Field(
        default=(),
        description="sites at which sub-alleles differ; they define no haplotype, but what a "
        "person has there beside the definition is told",
    )
    elsewhere: Literal["reference", "named"] = Field(
        description="the allele at a core site that a haplotype does not name: reference is the "
        "first allele of the variant; named: every haplotype names all core sites"
    )
    phenotypes: tuple[PhenotypeRule, ...] = ()
    phenotype_source: Text | None = None
    note: Text | None = None
    source: Text


class HaplotypeDefinition(Model):
    """A named combination of plus-strand alleles on one chromosome."""

    id: Identifier
    haplotype_set: Identifier
    name: HaplotypeName
    alleles: dict[Rsid, Bases] = Field(
        default_factory=dict, description="at core sites; empty for that with the reference at all"
    )
    usual: dict[Rsid, Bases] = Field(
        default_factory=dict,
        description="at further sites: listed with it, but not needed to call it",
    )
    state: Literal["current", "retired", "not_callable"] = Field(
        default="current",
        description="retired: no longer a haplotype of its own; not_callable: cannot be told from "
        "small variants, for the reason in `note`",
    )
    names: tuple[HaplotypeName, ...] = Field(
        default=(), description="other names of the same haplotype"
    )
    function: Text | None = Field(default=None, description="as assigned; absent where it is not")
    note: Text | None = None
    source: Text


class HaplotypeCount(Model):
    """How often one haplotype was counted; ``alleles`` as in a definition, named or not."""

    alleles: dict[Rsid, Bases] = Field(default_factory=dict)
    AFR: Count = 0
    AMR: Count = 0
    EAS: Count = 0
    EUR: Count = 0
    SAS: Count = 0


class HaplotypeCounts(Model):
    """All chromosomes of a phased panel, counted by their haplotype at the sites of a set."""

    id: Identifier
    haplotype_set: Identifier
    panel: Text
    not_in_panel: tuple[Rsid, ...] = Field(
        default=(), description="core sites without a record, where all were taken for reference"
    )
    counts: tuple[HaplotypeCount, ...] = Field(min_length=1)
    source: Text
