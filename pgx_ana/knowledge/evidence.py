"""What was published, and what is concluded from it: studies, results and associations."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from pgx_ana.knowledge.vocabulary import (
    Bases,
    Category,
    ConclusionKey,
    Direction,
    Doi,
    GenotypeName,
    Identifier,
    Model,
    Pmcid,
    Pmid,
    Reading,
    Result,
    Rsid,
    Significance,
    Text,
)


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
