"""Definitions: assemblies, genes, variants, linkage groups and haplotypes."""

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
    Name,
    Position,
    Rsid,
    Text,
)


class Contig(Model):
    """One chromosome in one assembly."""

    chrom: Text = Field(description="name without prefix, such as 15 or X")
    length: Position = Field(description="in bases")
    refseq: Text | None = None
    genbank: Text | None = None


class AssemblyContigs(Model):
    """The contigs by which an assembly is recognised, and its names in file headers."""

    id: Literal["GRCh37", "GRCh38"]
    names: tuple[Text, ...] = Field(description="names of this assembly in file headers")
    contigs: tuple[Contig, ...]
    source: Text


class Span(Model):
    """1-based inclusive start and end on the plus strand."""

    start: Position
    end: Position


class Gene(Model):
    """A gene whose variants are annotated."""

    id: Identifier = Field(description="approved symbol; for an intergenic region, its name")
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
    role: Text = Field(description="why the gene is included, in one sentence")
    source: Text


class AlleleDefinition(Model):
    """One known allele of a variant: plus-strand bases, represented like the REF of its locus."""

    bases: Bases
    names: tuple[Text, ...] = Field(default=(), description="its names in publications")


class LocusDefinition(Model):
    """Position of a variant in one assembly: 1-based, with the REF of that assembly."""

    chrom: Text
    pos: Position
    ref: Bases
    ref_verified: Literal["yes", "no"] = Field(
        default="yes",
        description="no: the two alleles are known, but not which of them is the reference",
    )
    window_start: Position | None = Field(
        default=None, description="position of the first base of `window`"
    )
    window: Bases | None = Field(
        default=None,
        description="reference sequence around an insertion, deletion or repeat, wide enough to "
        "contain every shifted representation of its alleles",
    )
    window_end: Literal["known", "unknown"] = Field(
        default="known",
        description="unknown: the sequence after the window is unknown, so it cannot be extended",
    )


class Hgvs(Model):
    """HGVS names of the main alternate allele."""

    grch37: Text | None = None
    grch38: Text | None = None
    coding: Text | None = None
    protein: Text | None = None


class AlleleFrequencies(Model):
    """Measured frequencies of one allele, by population."""

    allele: Bases
    source: Text
    all: Frequency | None = None
    AFR: Frequency | None = None
    AMR: Frequency | None = None
    EAS: Frequency | None = None
    EUR: Frequency | None = None
    SAS: Frequency | None = None


class ClinpgxAnnotation(Model):
    """A clinical annotation of ClinPGx: its identifier and level of evidence, not its text."""

    id: Annotated[str, StringConstraints(pattern=r"^[0-9]+$")]
    level: Literal["1A", "1B", "2A", "2B", "3", "4"]
    drugs: tuple[Text, ...]
    about: Text = Field(description="its subject, in our own words")
    note: Text | None = None


class VariantDefinition(Model):
    """A known variant: its loci and alleles, and how publications describe them."""

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
        default=None, description="the allele that most publications call the variant"
    )
    hgvs: Hgvs = Hgvs()
    consequence: Text
    paper_wording: Text = Field(
        description="how publications write its alleles, and on which strand"
    )
    frequencies: tuple[AlleleFrequencies, ...] = ()
    clinpgx: tuple[ClinpgxAnnotation, ...] = ()
    notes: tuple[Text, ...] = ()
    sources: tuple[Text, ...] = Field(min_length=1, description="where the definition was checked")


class LinkageGroup(Model):
    """Variants that tag the same signal, which is therefore counted once."""

    id: Identifier
    variants: tuple[Rsid, ...] = Field(min_length=2)
    together: dict[Rsid, Bases] = Field(
        default_factory=dict,
        description="bases that lie on one haplotype; omit variants where that is not known",
    )
    conflicts: tuple[Identifier, ...] = Field(
        default=(),
        description="associations that tell one person opposite things; shown as one conflicting "
        "finding",
    )
    note: Text


class PhenotypeRule(Model):
    """The pairs of allele functions that define a phenotype."""

    phenotype: Name
    functions: tuple[FunctionPair, ...] = Field(min_length=1, description="pairs such as normal/no")


class HaplotypeSet(Model):
    """Haplotypes of a gene that are defined at the same sites, such as its star alleles."""

    id: Identifier
    gene: Identifier
    name: Text
    sites: tuple[Rsid, ...] = Field(
        min_length=1, description="core sites: the alleles here define the haplotypes"
    )
    further_sites: tuple[Rsid, ...] = Field(
        default=(),
        description="sites that distinguish sub-alleles; they define no haplotype, but alleles "
        "here that the definition does not list are reported",
    )
    elsewhere: Literal["reference", "named"] = Field(
        description="the allele at core sites that a haplotype does not name; reference: the "
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
        default_factory=dict, description="at core sites; empty for the reference haplotype"
    )
    usual: dict[Rsid, Bases] = Field(
        default_factory=dict,
        description="at further sites: usually present, but not required to call it",
    )
    state: Literal["current", "retired", "not_callable"] = Field(
        default="current",
        description="retired: no longer a haplotype of its own; not_callable: cannot be called "
        "from small variants, for the reason in `note`",
    )
    names: tuple[HaplotypeName, ...] = Field(
        default=(), description="other names of the same haplotype"
    )
    function: Text | None = Field(
        default=None, description="assigned allele function; omitted where none is assigned"
    )
    note: Text | None = None
    source: Text


class HaplotypeCount(Model):
    """Counts of one haplotype, defined or not; ``alleles`` as in a haplotype definition."""

    alleles: dict[Rsid, Bases] = Field(default_factory=dict)
    AFR: Count = 0
    AMR: Count = 0
    EAS: Count = 0
    EUR: Count = 0
    SAS: Count = 0


class HaplotypeCounts(Model):
    """Counts of all chromosomes of a phased panel by their haplotype at the sites of a set."""

    id: Identifier
    haplotype_set: Identifier
    panel: Text
    not_in_panel: tuple[Rsid, ...] = Field(
        default=(),
        description="core sites without a record, at which all chromosomes count as reference",
    )
    counts: tuple[HaplotypeCount, ...] = Field(min_length=1)
    source: Text
