"""Published results: drugs, outcomes, publications, cohorts, and what was found in them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from pgx_ana.knowledge.vocabulary import (
    Bases,
    Category,
    Doi,
    GenotypeName,
    Identifier,
    Model,
    Name,
    Pmcid,
    Pmid,
    Reading,
    Result,
    Rsid,
    Significance,
    Text,
)


class Drug(Model):
    """A drug given in a study; the entry ``none`` means that no drug was given."""

    id: Identifier
    name: Name
    drug_class: Text = Field(description="such as aromatase inhibitor")
    ids: dict[Text, Text] = Field(default_factory=dict, description="identifiers by system")


class Outcome(Model):
    """An endpoint of a study, and how it compares with other outcomes."""

    id: Identifier
    name: Name
    category: Category
    group: Identifier = Field(
        description="outcomes in one group answer the same question and are graded together"
    )
    higher_is: Literal["better", "worse", "neutral"] = Field(
        description="makes the directions of different outcomes in one group comparable"
    )
    ids: dict[Text, Text] = Field(
        default_factory=dict, description="identifiers by system: MeSH, HPO and others"
    )


class Setting(Model):
    """The setting of a study: in whom and for what a drug was given."""

    id: Identifier
    name: Text
    sex: Literal["female", "male", "any"]


class Publication(Model):
    """A paper, abstract or database record that reports a result."""

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
    """A study population; all results from one cohort count as one study."""

    id: Identifier
    name: Text
    description: Text
    overlaps: tuple[Identifier, ...] = Field(
        default=(),
        description="other cohorts that share people with it; they count as one study",
    )


class Population(Model):
    """The people behind a result."""

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
    """An effect size as published; ``text`` holds what is not a number."""

    measure: Text = Field(description="such as HR, OR, mean ng/mL, median months")
    value: float | None = None
    low: float | None = Field(default=None, description="lower end of the interval")
    high: float | None = Field(default=None, description="upper end of the interval")
    interval: Text | None = Field(default=None, description="type of interval; 95% CI if omitted")
    text: Text | None = None


class Evidence(Model):
    """One published result on one or more variants and one outcome, positive or null."""

    id: Identifier
    publication: Identifier
    cohort: Identifier
    variants: tuple[Rsid, ...] = Field(min_length=1)
    kind: Literal["clinical", "meta_analysis", "laboratory", "background"]
    drugs: tuple[Identifier, ...] = Field(
        min_length=1, description="drugs given; several if the result pools them"
    )
    drug_note: Text | None = None
    setting: Identifier
    population: Population
    n: Annotated[int, Field(ge=1, le=1_000_000_000)] | None = Field(
        default=None, description="number of people behind this result; omitted if unknown"
    )
    n_note: Text | None = None
    design: Text
    outcome: Identifier
    outcome_note: Text | None = Field(default=None, description="the outcome as published")
    wording: Text = Field(description="the genotypes as published")
    strand: Literal["plus", "minus", "mixed", "inferred", "unknown", "not_applicable"] = Field(
        description="strand of the bases in `wording`"
    )
    result: Result
    alleles: dict[Rsid, Bases] = Field(
        default_factory=dict,
        description="for each variant the plus-strand base whose carriers show `direction`; omit "
        "a variant whose base is unknown: the result is then not scored for it",
    )
    haplotype: Identifier | None = Field(
        default=None, description="the haplotype whose carriers show `direction`"
    )
    haplotype_set: Identifier | None = Field(
        default=None, description="the haplotype set of `diplotypes` or `phenotypes`"
    )
    diplotypes: tuple[Text, ...] = Field(
        default=(), description="diplotypes, written as *1/*2, whose carriers show `direction`"
    )
    phenotypes: tuple[Text, ...] = Field(
        default=(), description="phenotypes of the set; people with one of them show `direction`"
    )
    model: Literal[
        "carriers", "homozygotes", "per_allele", "genotypes", "haplotype", "not_stated"
    ] = "not_stated"
    compared: Comparison | None = None
    direction: Literal["higher", "lower", "none", "unknown"]
    effects: tuple[Effect, ...] = ()
    p: Text | None = Field(default=None, description="p value as published")
    significance: Significance
    specified: Literal["pre_specified", "post_hoc", "exploratory", "not_stated"]
    flags: tuple[Text, ...] = Field(
        default=(), description="known problems of the data or of the publication"
    )
    read: Reading
    sources: tuple[Text, ...] = Field(min_length=1, description="where the result was read")
    summary: Text = Field(description="the result, in our own words")

    @property
    def is_clinical(self) -> bool:
        """Return whether the result is one of patients, not of samples or of background."""
        return self.kind in {"clinical", "meta_analysis"}


class PolygenicResult(Model):
    """A published result on many variants at once: shown, never scored on a genotype."""

    id: Identifier
    publication: Identifier
    cohort: Identifier
    drugs: tuple[Identifier, ...] = Field(min_length=1)
    setting: Identifier
    population: Population
    n: Annotated[int, Field(ge=1, le=1_000_000_000)] | None = None
    outcome: Identifier
    score: Text = Field(description="what the score consists of")
    result: Result
    effects: tuple[Effect, ...] = ()
    p: Text | None = None
    significance: Significance
    validated: Literal["yes", "no", "not_stated"] = Field(
        description="whether other people than those of its making were tested with the score"
    )
    read: Reading
    sources: tuple[Text, ...] = Field(min_length=1)
    summary: Text
