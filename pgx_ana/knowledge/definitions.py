"""Definitions: assemblies, genes, variants, linkage groups and haplotypes."""

from __future__ import annotations

from dataclasses import field
from typing import Annotated, Literal

from pgx_ana.knowledge.entry import AtLeastOne, Entry, Limits, described, entry
from pgx_ana.knowledge.vocabulary import (
    Bases,
    Count,
    Frequency,
    FunctionPair,
    HaplotypeName,
    Identifier,
    Name,
    Position,
    RefgetAccession,
    Rsid,
    Text,
)
from pgx_ana.terms import POPULATIONS


@entry
class Contig(Entry):
    """One chromosome in one assembly."""

    chrom: Text = described("name without prefix, such as 15 or X")
    length: Position = described("in bases")
    refseq: Text | None = None
    genbank: Text | None = None
    refget: RefgetAccession | None = described(
        "GA4GH digest of its sequence; without it, alleles get no VRS identifier", default=None
    )


@entry
class AssemblyContigs(Entry):
    """The contigs by which an assembly is recognised, and its names in file headers."""

    id: Literal["GRCh37", "GRCh38"]
    names: tuple[Text, ...] = described("names of this assembly in file headers")
    contigs: tuple[Contig, ...]
    source: Text


@entry
class Span(Entry):
    """1-based inclusive start and end on the plus strand."""

    start: Position
    end: Position


@entry
class Gene(Entry):
    """A gene whose variants are annotated."""

    id: Identifier = described("approved symbol; for an intergenic region, its name")
    name: Text
    strand: Literal["+", "-"] | None = None
    chrom: Text
    bounds: dict[Literal["GRCh37", "GRCh38"], Span] = described(
        "bounds of the MANE Select transcript", default_factory=dict
    )
    transcript: Text | None = described("MANE Select RefSeq transcript", default=None)
    hgnc: Text | None = None
    ncbi: Text | None = None
    ensembl: Text | None = None
    role: Text = described("why the gene is included, in one sentence")
    source: Text


@entry
class AlleleDefinition(Entry):
    """One known allele of a variant: plus-strand bases, represented like the REF of its locus."""

    bases: Bases
    names: tuple[Text, ...] = described("its names in publications", default=())


@entry
class LocusDefinition(Entry):
    """Position of a variant in one assembly: 1-based, with the REF of that assembly."""

    chrom: Text
    pos: Position
    ref: Bases
    ref_verified: Literal["yes", "no"] = described(
        "no: the two alleles are known, but not which of them is the reference", default="yes"
    )
    window_start: Position | None = described(
        "position of the first base of `window`", default=None
    )
    window: Bases | None = described(
        "reference sequence around an insertion, deletion or repeat, wide enough to "
        "contain every shifted representation of its alleles",
        default=None,
    )
    window_end: Literal["known", "unknown"] = described(
        "unknown: the sequence after the window is unknown, so it cannot be extended",
        default="known",
    )


@entry
class Hgvs(Entry):
    """HGVS names of the main alternate allele."""

    grch37: Text | None = None
    grch38: Text | None = None
    coding: Text | None = None
    protein: Text | None = None


@entry
class AlleleFrequencies(Entry):
    """Measured frequencies of one allele, by population."""

    allele: Bases
    source: Text
    all: Frequency | None = None
    AFR: Frequency | None = None
    AMR: Frequency | None = None
    EAS: Frequency | None = None
    EUR: Frequency | None = None
    SAS: Frequency | None = None

    @property
    def known(self) -> dict[str, float]:
        """Return the known frequencies by population; ``all`` stands for all people together."""
        values = {name: getattr(self, name) for name in ("all", *POPULATIONS)}
        return {name: value for name, value in values.items() if value is not None}


@entry
class ClinpgxAnnotation(Entry):
    """A clinical annotation of ClinPGx: its identifier and level of evidence, not its text."""

    id: Annotated[str, Limits(pattern=r"^[0-9]+$")]
    level: Literal["1A", "1B", "2A", "2B", "3", "4"]
    drugs: tuple[Text, ...]
    about: Text = described("its subject, in our own words")
    note: Text | None = None


@entry
class VariantDefinition(Entry):
    """A known variant: its loci and alleles, and how publications describe them."""

    id: Rsid
    gene: Identifier
    type: Literal["snv", "insertion", "deletion", "repeat"]
    names: tuple[Text, ...] = described("legacy names and aliases", default=())
    merged: tuple[Rsid, ...] = described("rsIDs merged into this one", default=())
    loci: dict[Literal["GRCh37", "GRCh38"], LocusDefinition]
    alleles: Annotated[tuple[AlleleDefinition, ...], Limits(min_length=2)] = described(
        "all known alleles; the first is the GRCh38 reference"
    )
    studied_allele: Bases | None = described(
        "the allele that most publications call the variant", default=None
    )
    hgvs: Hgvs = Hgvs()
    consequence: Text
    paper_wording: Text = described("how publications write its alleles, and on which strand")
    frequencies: tuple[AlleleFrequencies, ...] = ()
    clinpgx: tuple[ClinpgxAnnotation, ...] = ()
    notes: tuple[Text, ...] = ()
    sources: AtLeastOne[Text] = described("where the definition was checked")


@entry
class LinkageGroup(Entry):
    """Variants that tag the same signal, which is therefore counted once."""

    id: Identifier
    variants: Annotated[tuple[Rsid, ...], Limits(min_length=2)]
    together: dict[Rsid, Bases] = described(
        "bases that lie on one haplotype; omit variants where that is not known",
        default_factory=dict,
    )
    conflicts: tuple[Identifier, ...] = described(
        "associations that tell one person opposite things; shown as one conflicting finding",
        default=(),
    )
    note: Text


@entry
class PhenotypeRule(Entry):
    """The pairs of allele functions that define a phenotype."""

    phenotype: Name
    functions: AtLeastOne[FunctionPair] = described("pairs such as normal/no")


@entry
class HaplotypeSet(Entry):
    """Haplotypes of a gene that are defined at the same sites, such as its star alleles."""

    id: Identifier
    gene: Identifier
    name: Text
    sites: AtLeastOne[Rsid] = described("core sites: the alleles here define the haplotypes")
    further_sites: tuple[Rsid, ...] = described(
        "sites that distinguish sub-alleles; they define no haplotype, but alleles "
        "here that the definition does not list are reported",
        default=(),
    )
    elsewhere: Literal["reference", "named"] = described(
        "the allele at core sites that a haplotype does not name; reference: the "
        "first allele of the variant; named: every haplotype names all core sites"
    )
    phenotypes: tuple[PhenotypeRule, ...] = ()
    phenotype_source: Text | None = None
    note: Text | None = None
    source: Text


@entry
class HaplotypeDefinition(Entry):
    """A named combination of plus-strand alleles on one chromosome."""

    id: Identifier
    haplotype_set: Identifier
    name: HaplotypeName
    alleles: dict[Rsid, Bases] = described(
        "at core sites; empty for the reference haplotype", default_factory=dict
    )
    usual: dict[Rsid, Bases] = described(
        "at further sites: usually present, but not required to call it", default_factory=dict
    )
    state: Literal["current", "retired", "not_callable"] = described(
        "retired: no longer a haplotype of its own; not_callable: cannot be called "
        "from small variants, for the reason in `note`",
        default="current",
    )
    names: tuple[HaplotypeName, ...] = described("other names of the same haplotype", default=())
    function: Text | None = described(
        "assigned allele function; omitted where none is assigned", default=None
    )
    note: Text | None = None
    source: Text


@entry
class HaplotypeCount(Entry):
    """Counts of one haplotype, defined or not; ``alleles`` as in a haplotype definition."""

    alleles: dict[Rsid, Bases] = field(default_factory=dict)
    AFR: Count = 0
    AMR: Count = 0
    EAS: Count = 0
    EUR: Count = 0
    SAS: Count = 0


@entry
class HaplotypeCounts(Entry):
    """Counts of all chromosomes of a phased panel by their haplotype at the sites of a set."""

    id: Identifier
    haplotype_set: Identifier
    panel: Text
    not_in_panel: tuple[Rsid, ...] = described(
        "core sites without a record, at which all chromosomes count as reference", default=()
    )
    counts: AtLeastOne[HaplotypeCount]
    source: Text
