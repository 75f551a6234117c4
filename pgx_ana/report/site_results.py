"""Published results in full: in whom, what was compared, every number, and every known problem."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pgx_ana.knowledge import Association, Effect, Evidence, KnowledgeBase
from pgx_ana.report.forest import Axes, Bar
from pgx_ana.report.site_addresses import Link, SiteAddresses, result_anchor
from pgx_ana.report.studies import BACKGROUND, ON_OTHERS, on_drug_title, surname
from pgx_ana.report.words import VERDICTS, Mark, p_text

_READINGS = {
    "full_text": "the full text was read",
    "abstract": "only the abstract was read",
    "partial": "the text was read in part",
    "second_hand": "known from other publications only",
}
_STRANDS = {
    "plus": "plus strand",
    "minus": "minus strand",
    "mixed": "strands are mixed",
    "inferred": "the strand was inferred",
    "unknown": "the strand is not known",
    "not_applicable": "",
}
_SIGNIFICANCES = {
    "corrected": "significant after correction for multiple testing",
    "nominal": "significant without correction for multiple testing",
    "not_significant": "not significant",
    "not_stated": "significance not stated",
}
_SPECIFIED = {
    "pre_specified": "specified beforehand",
    "post_hoc": "analysed post hoc",
    "exploratory": "exploratory",
    "not_stated": "",
}
_KINDS = {
    "clinical": "",
    "meta_analysis": "meta-analysis",
    "laboratory": "laboratory",
    "background": "background",
}
_MODELS = {"per_allele": "per {}", "homozygotes": "in {0}/{0}"}
_CARRIERS = "in carriers of {}"
_WEB = "https://"


@dataclass(frozen=True, slots=True)
class Estimate:
    """An effect size in words, and drawn where it has an interval."""

    text: str
    bar: Bar | None


@dataclass(frozen=True, slots=True)
class Use:
    """A conclusion that lists a result, and what the result says to it."""

    conclusion: Link
    verdict: Mark
    reason: str


@dataclass(frozen=True, slots=True)
class Source:
    """Where a result was read; ``address`` is empty where nothing can be linked."""

    text: str
    address: str


@dataclass(frozen=True, slots=True)
class ResultDetail:
    """A published result; ``anchor`` is that on the page of its study.

    ``people`` says how many, who and where, and ``people_short`` most of that; ``found`` says what
    was found, and in whom. ``uses`` are the conclusions that list it, ``notes`` remarks on the
    people, drugs and outcome.
    """

    result: str
    anchor: str
    study: Link
    subjects: tuple[Link, ...]
    outcome: str
    kind: str
    people: str
    people_short: str
    drugs: str
    cohort: str
    design: str
    wording: str
    strand: str
    compared: str
    found: str
    estimates: tuple[Estimate, ...]
    p: str
    significance: str
    specified: str
    notes: tuple[str, ...]
    summary: str
    flags: tuple[str, ...]
    reading: str
    sources: tuple[Source, ...]
    uses: tuple[Use, ...]

    @property
    def drawn_first(self) -> tuple[Estimate, ...]:
        """Return the effect sizes, that of which a row has the drawing before the others."""
        return tuple(sorted(self.estimates, key=lambda item: item.bar is None))


@dataclass(frozen=True, slots=True)
class ResultGroup:
    """Results on the same drugs: on the drug itself, on others, or background."""

    title: str
    details: tuple[ResultDetail, ...]


class SiteResults:
    """Tells the results of a knowledge base."""

    def __init__(self, knowledge: KnowledgeBase, addresses: SiteAddresses) -> None:
        self._knowledge = knowledge
        self._addresses = addresses
        self._uses: dict[str, list[Association]] = {}
        for association in knowledge.associations.values():
            for result in association.evidence:
                self._uses.setdefault(result, []).append(association)

    def details(self, results: Iterable[Evidence]) -> tuple[ResultDetail, ...]:
        """Return the results of one page, whose drawings share their axes."""
        listed = list(results)
        axes = Axes(_numbers(effect) for item in listed for effect in item.effects)
        return tuple(self._detail(item, axes) for item in listed)

    def groups(self, results: Iterable[Evidence]) -> tuple[ResultGroup, ...]:
        """Return the results of one page by the drugs that they are on, oldest first."""
        knowledge = self._knowledge
        on_drug = on_drug_title(knowledge.drugs[knowledge.info.drug].name)
        years = {key: item.year or math.inf for key, item in knowledge.publications.items()}
        ordered = sorted(results, key=lambda item: years[item.publication])
        by_title: dict[str, list[ResultDetail]] = {on_drug: [], ON_OTHERS: [], BACKGROUND: []}
        for item, detail in zip(ordered, self.details(ordered), strict=True):
            is_on_drug = item.drugs == (knowledge.info.drug,)
            title = on_drug if is_on_drug else ON_OTHERS
            by_title[title if item.is_clinical else BACKGROUND].append(detail)
        return tuple(
            ResultGroup(title, tuple(details)) for title, details in by_title.items() if details
        )

    def study(self, publication: str, anchor: str = "") -> Link:
        """Return the link to the page of a study, or to a result on it."""
        item = self._knowledge.publications[publication]
        address = self._addresses.studies[publication]
        return Link(
            f"{surname(item.first_author)} {item.year or '(year unknown)'}",
            f"{address}#{anchor}" if anchor else address,
        )

    def _detail(self, item: Evidence, axes: Axes) -> ResultDetail:
        knowledge = self._knowledge
        anchor = result_anchor(item.id)
        notes = (item.n_note, item.drug_note, item.outcome_note)
        return ResultDetail(
            result=item.id,
            anchor=anchor,
            study=self.study(item.publication, anchor),
            subjects=tuple(self._subjects(item)),
            outcome=knowledge.outcomes[item.outcome].name,
            kind=_KINDS[item.kind],
            people=self._people(item),
            people_short=_people_short(item),
            drugs=" + ".join(knowledge.drugs[drug].name for drug in item.drugs),
            cohort=knowledge.cohorts[item.cohort].name,
            design=item.design,
            wording=item.wording,
            strand=_STRANDS[item.strand],
            compared=_compared(item),
            found=self._found(item),
            estimates=tuple(_estimates(item, axes)),
            p=p_text(item.p),
            significance=_SIGNIFICANCES[item.significance.value],
            specified=_SPECIFIED[item.specified],
            notes=tuple(note for note in notes if note),
            summary=item.summary,
            flags=item.flags,
            reading=_READINGS[item.read.value],
            sources=tuple(
                Source(text, text if text.startswith(_WEB) and " " not in text else "")
                for text in item.sources
            ),
            uses=tuple(self._use(association, item.id) for association in self._uses_of(item)),
        )

    def _uses_of(self, item: Evidence) -> Sequence[Association]:
        return self._uses.get(item.id, ())

    def _use(self, association: Association, result: str) -> Use:
        knowledge = self._knowledge
        address = self._addresses.conclusion(subject_of(association, knowledge), association.id)
        stance = knowledge.grades[association.id].stances.get(result)
        return Use(
            Link(conclusion_name(association, knowledge), address),
            VERDICTS["left_out" if stance is None else stance.value],
            association.excluded.get(result, ""),
        )

    def _subjects(self, item: Evidence) -> Iterator[Link]:
        """Yield the haplotype set and the variants that a result is on."""
        knowledge, addresses = self._knowledge, self._addresses
        haplotype_set = item.haplotype_set
        if item.haplotype is not None:
            haplotype_set = knowledge.haplotypes[item.haplotype].haplotype_set
        if haplotype_set is not None:
            yield Link(haplotype_set, addresses.haplotype_sets[haplotype_set])
        for variant in item.variants:
            yield Link(variant, addresses.variants[variant])

    def _people(self, item: Evidence) -> str:
        population = item.population
        parts = ["n unknown" if item.n is None else f"n = {item.n:,}"]
        told = (population.sex, population.menopause)
        parts += [_plain(text) for text in told if text not in {"not_stated", "not_applicable"}]
        parts += [population.ancestry] if population.ancestry else []
        return ", ".join([*parts, self._knowledge.settings[item.setting].name])

    def _found(self, item: Evidence) -> str:
        """Say whether there was a difference, and in whom the outcome was higher or lower."""
        if item.result.value == "null":
            return "no difference"
        if item.result.value == "unclear":
            return "unclear"
        if item.direction not in {"higher", "lower"}:
            return "a difference, but not in whom"
        return f"{item.direction} {self._carriers(item)}".strip()

    def _carriers(self, item: Evidence) -> str:
        template = _MODELS.get(item.model, _CARRIERS)
        named = [
            template.format(bases) + (f" at {variant}" if len(item.variants) > 1 else "")
            for variant, bases in item.alleles.items()
        ]
        if item.haplotype is not None:
            named = [_CARRIERS.format(self._knowledge.haplotypes[item.haplotype].name)]
        groups = (*item.diplotypes, *item.phenotypes)
        return f"in {' or '.join(groups)}" if groups else ", ".join(named)


def subject_of(association: Association, knowledge: KnowledgeBase) -> str:
    """Return the variant or haplotype set of an association."""
    if association.variant is not None:
        return association.variant
    if association.haplotype is not None:
        return knowledge.haplotypes[association.haplotype].haplotype_set
    return association.haplotype_set or ""


def _people_short(item: Evidence) -> str:
    number = "n unknown" if item.n is None else f"{item.n:,}"
    men = ["men"] if item.population.sex == "male" else []
    return ", ".join([number, _plain(item.setting), *men])


def conclusion_name(association: Association, knowledge: KnowledgeBase) -> str:
    """Return the variant, set or haplotype of an association with its outcome."""
    subject = subject_of(association, knowledge)
    if association.haplotype is not None:
        subject += f" {knowledge.haplotypes[association.haplotype].name}"
    return f"{subject}: {knowledge.outcomes[association.outcome].name}"


def _compared(item: Evidence) -> str:
    if item.compared is None:
        return ""
    return f"{', '.join(item.compared.effect)} against {', '.join(item.compared.comparator)}"


def _estimates(item: Evidence, axes: Axes) -> Iterator[Estimate]:
    for effect in item.effects:
        bar = axes.bar(_numbers(effect), is_pooled=item.kind == "meta_analysis")
        yield Estimate(estimate_text(effect), bar)


def estimate_text(effect: Effect) -> str:
    """Return an effect size with its interval and remark.

    >>> estimate_text(Effect(measure="HR", value=0.5, low=0.3, high=0.8, text="adjusted"))
    'HR 0.5 (95% CI 0.3 to 0.8); adjusted'
    """
    text = effect.measure if effect.value is None else f"{effect.measure} {effect.value:g}"
    if effect.low is not None and effect.high is not None:
        text += f" ({effect.interval or '95% CI'} {effect.low:g} to {effect.high:g})"
    return f"{text}; {effect.text}" if effect.text else text


def _numbers(effect: Effect) -> Mapping[str, object]:
    return {name: getattr(effect, name) for name in ("measure", "value", "low", "high")}


def _plain(code: str) -> str:
    return code.replace("_", " ")
