"""Published results: drugs, outcomes, publications, cohorts, and what was found in them."""

from __future__ import annotations

from typing import Annotated, Literal

from pgx_ana.knowledge.entry import AtLeastOne, Entry, Limits, described, entry
from pgx_ana.knowledge.vocabulary import (
    Bases,
    Category,
    Doi,
    GenotypeName,
    Identifier,
    Name,
    Pmcid,
    Pmid,
    Reading,
    Result,
    Rsid,
    Significance,
    Text,
)


@entry
class Drug(Entry):
    """A drug given in a study; the entry ``none`` means that no drug was given."""

    id: Identifier
    name: Name
    drug_class: Text = described("such as aromatase inhibitor")
    ids: dict[Text, Text] = described("identifiers by system", default_factory=dict)


@entry
class Outcome(Entry):
    """An endpoint of a study, and how it compares with other outcomes."""

    id: Identifier
    name: Name
    category: Category
    group: Identifier = described(
        "outcomes in one group answer the same question and are graded together"
    )
    higher_is: Literal["better", "worse", "neutral"] = described(
        "makes the directions of different outcomes in one group comparable"
    )
    ids: dict[Text, Text] = described(
        "identifiers by system: MeSH, HPO and others", default_factory=dict
    )


@entry
class Setting(Entry):
    """The setting of a study: in whom and for what a drug was given."""

    id: Identifier
    name: Text
    sex: Literal["female", "male", "any"]


@entry
class Publication(Entry):
    """A paper, abstract or database record that reports a result."""

    id: Identifier
    first_author: Text
    year: Annotated[int, Limits(ge=1950, le=2100)] | None = None
    title: Text | None = None
    journal: Text | None = None
    pmid: Pmid | None = None
    pmcid: Pmcid | None = None
    doi: Doi | None = None
    note: Text | None = None


@entry
class Cohort(Entry):
    """A study population; all results from one cohort count as one study."""

    id: Identifier
    name: Text
    description: Text
    overlaps: tuple[Identifier, ...] = described(
        "other cohorts that share people with it; they count as one study", default=()
    )


@entry
class Population(Entry):
    """The people behind a result."""

    sex: Literal["female", "male", "both", "not_applicable", "not_stated"]
    menopause: Literal[
        "postmenopausal", "premenopausal", "mixed", "not_applicable", "not_stated"
    ] = "not_stated"
    ancestry: Text | None = None


@entry
class Comparison(Entry):
    """The genotypes that were compared, as plus-strand bases."""

    effect: tuple[GenotypeName, ...]
    comparator: tuple[GenotypeName, ...]


@entry
class Effect(Entry):
    """An effect size as published; ``text`` holds what is not a number."""

    measure: Text = described("such as HR, OR, mean ng/mL, median months")
    value: float | None = None
    low: float | None = described("lower end of the interval", default=None)
    high: float | None = described("upper end of the interval", default=None)
    interval: Text | None = described("type of interval; 95% CI if omitted", default=None)
    text: Text | None = None


@entry
class Evidence(Entry):
    """One published result on one or more variants and one outcome, positive or null."""

    id: Identifier
    publication: Identifier
    cohort: Identifier
    variants: AtLeastOne[Rsid]
    kind: Literal["clinical", "meta_analysis", "laboratory", "background"]
    drugs: AtLeastOne[Identifier] = described("drugs given; several if the result pools them")
    drug_note: Text | None = None
    setting: Identifier
    population: Population
    n: Annotated[int, Limits(ge=1, le=1_000_000_000)] | None = described(
        "number of people behind this result; omitted if unknown", default=None
    )
    n_note: Text | None = None
    design: Text
    outcome: Identifier
    outcome_note: Text | None = described("the outcome as published", default=None)
    wording: Text = described("the genotypes as published")
    strand: Literal["plus", "minus", "mixed", "inferred", "unknown", "not_applicable"] = described(
        "strand of the bases in `wording`"
    )
    result: Result
    alleles: dict[Rsid, Bases] = described(
        "for each variant the plus-strand base whose carriers show `direction`; omit "
        "a variant whose base is unknown: the result is then not scored for it",
        default_factory=dict,
    )
    haplotype: Identifier | None = described(
        "the haplotype whose carriers show `direction`", default=None
    )
    haplotype_set: Identifier | None = described(
        "the haplotype set of `diplotypes` or `phenotypes`", default=None
    )
    diplotypes: tuple[Text, ...] = described(
        "diplotypes, written as *1/*2, whose carriers show `direction`", default=()
    )
    phenotypes: tuple[Text, ...] = described(
        "phenotypes of the set; people with one of them show `direction`", default=()
    )
    model: Literal[
        "carriers", "homozygotes", "per_allele", "genotypes", "haplotype", "not_stated"
    ] = "not_stated"
    compared: Comparison | None = None
    direction: Literal["higher", "lower", "none", "unknown"]
    effects: tuple[Effect, ...] = ()
    p: Text | None = described("p value as published", default=None)
    significance: Significance
    specified: Literal["pre_specified", "post_hoc", "exploratory", "not_stated"]
    flags: tuple[Text, ...] = described(
        "known problems of the data or of the publication", default=()
    )
    read: Reading
    sources: AtLeastOne[Text] = described("where the result was read")
    summary: Text = described("the result, in our own words")

    @property
    def is_clinical(self) -> bool:
        """Return whether the result is one of patients, not of samples or of background."""
        return self.kind in {"clinical", "meta_analysis"}


@entry
class PolygenicResult(Entry):
    """A published result on many variants at once: shown, never scored on a genotype."""

    id: Identifier
    publication: Identifier
    cohort: Identifier
    drugs: AtLeastOne[Identifier]
    setting: Identifier
    population: Population
    n: Annotated[int, Limits(ge=1, le=1_000_000_000)] | None = None
    outcome: Identifier
    score: Text = described("what the score consists of")
    result: Result
    effects: tuple[Effect, ...] = ()
    p: Text | None = None
    significance: Significance
    validated: Literal["yes", "no", "not_stated"] = described(
        "whether other people than those of its making were tested with the score"
    )
    read: Reading
    sources: AtLeastOne[Text]
    summary: Text
