"""The documents of a knowledge base: what may stand in its YAML files.

One file may hold any of the sections of :class:`Document`; files are read in the order of their
paths and joined. Every model is frozen, forbids unknown keys, and carries the meaning of each field
in its description, from which the JSON Schema for editors is generated.

Scalars reach these models as the text that was typed (see ``yamlfile.py``), so that the type of a
value is decided here and never by how it looks: ``no`` stays a word, ``1.10`` stays a version.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Identifier = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:+-]*$")]
Text = Annotated[str, StringConstraints(min_length=1)]
Bases = Annotated[str, StringConstraints(pattern=r"^[ACGT]+$")]
GenotypeName = Annotated[str, StringConstraints(pattern=r"^[ACGT]+/[ACGT]+$")]
Rsid = Annotated[
    str, StringConstraints(pattern=r"^(rs[1-9][0-9]*|[A-Z][A-Z0-9]+-[0-9]+[A-Za-z0-9>_+-]*)$")
]
"""An rsID; for a variant without one, its gene and its name in papers (``UGT1A4-127delA``)."""
Pmid = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,7}$")]
Pmcid = Annotated[str, StringConstraints(pattern=r"^PMC[1-9][0-9]*$")]
Doi = Annotated[str, StringConstraints(pattern=r"^10\.[0-9]{4,9}/\S+$")]
Position = Annotated[int, Field(ge=1)]
Frequency = Annotated[float, Field(ge=0, le=1)]
HaplotypeName = Annotated[str, StringConstraints(pattern=r"^[^\s/|;=?\[\]]+$")]
"""Without what diplotypes and lists of them are written with: *22|*37/*1, [*1 + rs1 A]."""
Count = Annotated[int, Field(ge=0)]
FunctionPair = Annotated[str, StringConstraints(pattern=r"^[^/]+/[^/]+$")]
ConclusionKey = Annotated[str, StringConstraints(min_length=1)]

OTHER_DIPLOTYPES = "other"
"""Key of the conclusion on every diplotype that a claim does not list."""


class Category(StrEnum):
    """What an outcome is about; ``background`` is shown as evidence and never concluded from."""

    EFFICACY = "efficacy"
    EXPOSURE = "exposure"
    ESTRADIOL_SUPPRESSION = "estradiol_suppression"
    TOXICITY = "toxicity"
    BACKGROUND = "background"


class Direction(StrEnum):
    """Which way an outcome goes in carriers of an allele or in people of a genotype."""

    HIGHER = "higher"
    LOWER = "lower"
    NONE = "none"
    COMPARATOR = "comparator"
    NOT_STUDIED = "not_studied"


class Result(StrEnum):
    """What one published result says."""

    ASSOCIATION = "association"
    NULL = "null"
    UNCLEAR = "unclear"


class Significance(StrEnum):
    """How far a result stands against chance."""

    CORRECTED = "corrected"
    NOMINAL = "nominal"
    NOT_SIGNIFICANT = "not_significant"
    NOT_STATED = "not_stated"


class Reading(StrEnum):
    """How deeply the source of a result was read."""

    FULL_TEXT = "full_text"
    ABSTRACT = "abstract"
    PARTIAL = "partial"
    SECOND_HAND = "second_hand"


class Model(BaseModel):
    """Base of every document model: immutable, no unknown keys, no white space around text."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", str_strip_whitespace=True, allow_inf_nan=False
    )


class KnowledgeInfo(Model):
    """What a knowledge base is and under which terms it may be used."""

    name: Text
    format: Literal["1"] = Field(description="version of this format")
    version: Annotated[str, StringConstraints(pattern=r"^\d+\.\d+\.\d+$")]
    licence: Text
    description: Text


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


class Drug(Model):
    """A drug that a study gave, or none."""

    id: Identifier
    name: Text
    drug_class: Text = Field(description="such as aromatase inhibitor")
    ids: dict[Text, Text] = Field(default_factory=dict, description="identifiers by system")


class Outcome(Model):
    """What a study measured, and how it compares with other outcomes."""

    id: Identifier
    name: Text
    category: Category
    group: Identifier = Field(
        description="outcomes of one group answer the same question and are weighed together"
    )
    higher_is: Literal["better", "worse", "neutral"] = Field(
        description="makes directions of different outcomes of one group comparable"
    )
    ids: dict[Text, Text] = Field(default_factory=dict, description="MeSH, HPO and others")


class Setting(Model):
    """In whom and for what a drug was given."""

    id: Identifier
    name: Text
    sex: Literal["female", "male", "any"]
    off_label: Literal["yes", "no", "not_applicable"]
    monitored: tuple[Text, ...] = Field(default=(), description="what clinicians usually watch")
    note: Text | None = None


class Publication(Model):
    """A paper, abstract or database record that was read or cited."""

    id: Identifier
    first_author: Text
    year: Annotated[int, Field(ge=1950, le=2100)] | None = None
    title: Text | None = None
    journal: Text | None = None
    pmid: Pmid | None = None
    pmcid: Pmcid | None = None
    doi: Doi | None = None
    note: Text | None = None


class Cohort(Model):
    """A set of people; results from one cohort count as one study."""

    id: Identifier
    name: Text
    description: Text
    overlaps: tuple[Identifier, ...] = Field(
        default=(), description="other cohorts with some of the same people: counted as one"
    )


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


class Population(Model):
    """Who was studied."""

    sex: Literal["female", "male", "both", "not_applicable", "not_stated"]
    menopause: Literal[
        "postmenopausal", "premenopausal", "mixed", "not_applicable", "not_stated"
    ] = "not_stated"
    ancestry: Text | None = None


class Comparison(Model):
    """The genotypes that were compared, as plus-strand bases."""

    effect: tuple[GenotypeName, ...]
    comparator: tuple[GenotypeName, ...]


class Effect(Model):
    """A size of effect as printed; ``text`` holds what does not fit a number."""

    measure: Text = Field(description="HR, OR, mean ng/mL, median months ...")
    value: float | None = None
    low: float | None = Field(default=None, description="lower end of the interval")
    high: float | None = Field(default=None, description="upper end of the interval")
    interval: Text | None = Field(default=None, description="95% CI unless it says otherwise")
    text: Text | None = None


class Evidence(Model):
    """One published result about one or more variants and one outcome, positive or not."""

    id: Identifier
    publication: Identifier
    cohort: Identifier
    variants: tuple[Rsid, ...] = Field(min_length=1)
    kind: Literal["clinical", "meta_analysis", "laboratory", "background"]
    drugs: tuple[Identifier, ...] = Field(
        min_length=1, description="drugs actually given; several when results were pooled"
    )
    drug_note: Text | None = None
    setting: Identifier
    population: Population
    n: Annotated[int, Field(ge=1)] | None = Field(
        default=None, description="people behind this result; absent when unknown"
    )
    n_note: Text | None = None
    design: Text
    outcome: Identifier
    outcome_note: Text | None = Field(default=None, description="the outcome as the paper has it")
    wording: Text = Field(description="the genotypes as the paper writes them")
    strand: Literal["plus", "minus", "mixed", "inferred", "unknown", "not_applicable"] = Field(
        description="strand of that wording"
    )
    result: Result
    alleles: dict[Rsid, Bases] = Field(
        default_factory=dict,
        description="for each variant the plus-strand base whose carriers show `direction`; "
        "a variant whose base is unknown is left out, and this result is then not scored for it",
    )
    haplotype: Identifier | None = Field(
        default=None, description="the haplotype whose carriers show `direction`"
    )
    haplotype_set: Identifier | None = Field(
        default=None, description="the set of the `diplotypes` or `phenotypes`"
    )
    diplotypes: tuple[Text, ...] = Field(
        default=(), description="whose carriers show `direction`, as *1/*2"
    )
    phenotypes: tuple[Text, ...] = Field(
        default=(), description="of the set: who has one of them shows `direction`"
    )
    model: Literal[
        "carriers", "homozygotes", "per_allele", "genotypes", "haplotype", "not_stated"
    ] = "not_stated"
    compared: Comparison | None = None
    direction: Literal["higher", "lower", "none", "unknown"]
    effects: tuple[Effect, ...] = ()
    p: Text | None = Field(default=None, description="as printed")
    significance: Significance
    specified: Literal["pre_specified", "post_hoc", "exploratory", "not_stated"]
    flags: tuple[Text, ...] = Field(default=(), description="faults of the data or the print")
    read: Reading
    sources: tuple[Text, ...] = Field(min_length=1, description="where it was read")
    summary: Text = Field(description="what was found, in our own words")


class GenotypeConclusion(Model):
    """What an association says of one genotype."""

    direction: Direction
    statement: Text


class Association(Model):
    """A curated conclusion about one variant, one group of outcomes and one setting.

    It may be about haplotypes instead: about copies of one (``haplotype``), or about some
    ``diplotypes`` or ``phenotypes`` of a ``haplotype_set``. The level is not written here: it is
    computed from the evidence (``levels.py``).
    """

    id: Identifier
    variant: Rsid | None = None
    haplotype: Identifier | None = None
    haplotype_set: Identifier | None = None
    diplotypes: tuple[Text, ...] = ()
    phenotypes: tuple[Text, ...] = ()
    outcome: Identifier
    drug: Identifier
    setting: Identifier
    allele: Bases | None = Field(
        default=None, description="plus-strand base the claim is about, where it is on a variant"
    )
    direction: Literal["higher", "lower", "none", "unsettled"] = Field(
        description="the claim about carriers of `allele` or `haplotype`, or about who has one of "
        "the `diplotypes` or `phenotypes`; unsettled when no direction can be told"
    )
    evidence: tuple[Identifier, ...] = Field(
        min_length=1,
        description="all evidence on this variant or set and the outcome's group, for and against",
    )
    excluded: dict[Identifier, Text] = Field(
        default_factory=dict, description="evidence left out of the weighing, with the reason"
    )
    genotypes: dict[ConclusionKey, GenotypeConclusion] = Field(
        description="by genotype (A/C); by copies of the haplotype (0, 1, 2); by diplotype (*1/*2, "
        "and `other` for all that are not listed); or by phenotype"
    )
    clinpgx: tuple[Annotated[str, StringConstraints(pattern=r"^[0-9]+$")], ...] = ()
    guideline: Text | None = Field(
        default=None, description="a germline guideline for the drug that names the variant"
    )
    caution: Text | None = Field(default=None, description="what a reader must not conclude")

    @property
    def about(self) -> str:
        """Return what the claim is about: an allele, a haplotype, diplotypes or phenotypes."""
        return self.allele or self.haplotype or " or ".join((*self.diplotypes, *self.phenotypes))


class Message(Model):
    """A sentence template; its fields are named in braces."""

    id: Identifier
    text: Text


class Document(Model):
    """One YAML file of a knowledge base, or all of them together."""

    knowledge: KnowledgeInfo | None = None
    assemblies: tuple[AssemblyContigs, ...] = ()
    genes: tuple[Gene, ...] = ()
    drugs: tuple[Drug, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    settings: tuple[Setting, ...] = ()
    publications: tuple[Publication, ...] = ()
    cohorts: tuple[Cohort, ...] = ()
    variants: tuple[VariantDefinition, ...] = ()
    linkage: tuple[LinkageGroup, ...] = ()
    haplotype_sets: tuple[HaplotypeSet, ...] = ()
    haplotypes: tuple[HaplotypeDefinition, ...] = ()
    haplotype_counts: tuple[HaplotypeCounts, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    associations: tuple[Association, ...] = ()
    messages: tuple[Message, ...] = ()


def document_as_json(document: Document) -> bytes:
    """Return a document as JSON, without what was not given."""
    return document.model_dump_json(exclude_unset=True).encode()


def document_from_json(content: bytes) -> Document:
    """Return the document that a JSON text was made from."""
    return Document.model_validate_json(content)
