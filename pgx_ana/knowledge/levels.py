"""How strongly the evidence stands behind a claim: the rubric of ``data/kb/README.md`` as code.

Studies are counted as cohorts: however many papers and outcomes a set of people gave, it speaks
once. A curator writes the claim; the level is never written, only computed here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from pgx_ana.knowledge.definitions import VariantDefinition
from pgx_ana.knowledge.evidence import Association, Cohort, Evidence, Outcome
from pgx_ana.knowledge.vocabulary import Reading, Result, Significance


class Level(StrEnum):
    """Levels, strongest first; the last three are not steps of the ladder."""

    GUIDELINE = "guideline"
    REPLICATED = "replicated"
    SINGLE_CORRECTED = "single_corrected"
    SINGLE_NOMINAL = "single_nominal"
    INDIRECT = "indirect"
    CONTRADICTED = "contradicted"
    NULL = "null"
    NOT_ASSESSABLE = "not_assessable"


LADDER = (
    Level.GUIDELINE,
    Level.REPLICATED,
    Level.SINGLE_CORRECTED,
    Level.SINGLE_NOMINAL,
    Level.INDIRECT,
)


class Stance(StrEnum):
    """What one result says of a claim."""

    SUPPORTS = "supports"
    CONTRADICTS = "contradicts"
    NULL = "null"
    NOT_SCORED = "not_scored"


@dataclass(frozen=True, slots=True)
class EvidenceGrade:
    """The weighing of one association.

    ``supporting``, ``contradicting`` and ``null`` are cohorts in the order of the evidence; a
    cohort stands in one of them only. ``stances`` has every listed result.
    """

    level: Level
    supporting: tuple[str, ...]
    contradicting: tuple[str, ...]
    null: tuple[str, ...]
    stances: Mapping[str, Stance]


@dataclass(frozen=True, slots=True)
class Lookup:
    """What the weighing needs to look up."""

    outcomes: Mapping[str, Outcome]
    cohorts: Mapping[str, Cohort]
    variants: Mapping[str, VariantDefinition]


def grade_evidence(
    association: Association, evidence: Iterable[Evidence], lookup: Lookup
) -> EvidenceGrade:
    """Weigh the listed evidence against the claim of an association."""
    weighed = [item for item in evidence if item.id not in association.excluded]
    stances = {item.id: stance(association, item, lookup) for item in weighed}
    scored = [item for item in weighed if stances[item.id] is not Stance.NOT_SCORED]
    people = _merge_cohorts({item.cohort for item in scored}, lookup.cohorts)
    by_cohort: dict[str, list[Evidence]] = {}
    for item in scored:
        by_cohort.setdefault(people[item.cohort], []).append(item)
    verdicts = {cohort: _cohort_stance(items, stances) for cohort, items in by_cohort.items()}

    def cohorts_with(wanted: Stance) -> tuple[str, ...]:
        return tuple(cohort for cohort, verdict in verdicts.items() if verdict is wanted)

    supporting = cohorts_with(Stance.SUPPORTS)
    contradicting = cohorts_with(Stance.CONTRADICTS)
    null = cohorts_with(Stance.NULL)
    if association.guideline is not None:
        level = Level.GUIDELINE
    elif supporting:
        level = _supported_level(association, by_cohort, stances, (supporting, contradicting, null))
    elif contradicting:
        level = Level.CONTRADICTED
    else:
        level = Level.NULL if null else Level.NOT_ASSESSABLE
    return EvidenceGrade(level, supporting, contradicting, null, stances)


def stance(association: Association, item: Evidence, lookup: Lookup) -> Stance:
    """Say what one result says of the claim; any finding contradicts the claim of no difference.

    Background and laboratory results, unclear ones and those whose effect base is unknown, or that
    are about another haplotype, are not scored. A null is a null whatever its base.
    """
    if item.kind in {"background", "laboratory"} or item.result is Result.UNCLEAR:
        return Stance.NOT_SCORED
    if item.result is Result.NULL:
        return Stance.NULL
    sign = _agreement(item, association, lookup) * _sign(item.direction)
    if sign == 0 or association.direction == "unsettled":
        return Stance.NOT_SCORED
    found = sign * _orientation(lookup.outcomes[item.outcome])
    claim = _sign(association.direction) * _orientation(lookup.outcomes[association.outcome])
    return Stance.SUPPORTS if found == claim else Stance.CONTRADICTS


def _agreement(item: Evidence, association: Association, lookup: Lookup) -> int:
    """Return 1 where a result is about what the claim is about, -1 where about its opposite."""
    if association.variant is None:
        return int(_is_about_those(item, association))
    base = item.alleles.get(association.variant)
    if base is None:
        return 0
    if base == association.allele:
        return 1
    # With two alleles, what holds for one holds the other way round for the other.
    return -1 if len(lookup.variants[association.variant].alleles) == 2 else 0


def _is_about_those(item: Evidence, association: Association) -> bool:
    """Say whether a result is about the haplotype, diplotypes or phenotypes of a claim."""
    if association.haplotype is not None:
        return item.haplotype == association.haplotype
    if item.haplotype_set != association.haplotype_set:
        return False
    pairs = (
        (item.diplotypes, association.diplotypes),
        (item.phenotypes, association.phenotypes),
    )
    return any(named and set(named) <= set(claimed) for named, claimed in pairs)


def _sign(direction: str) -> int:
    return {"higher": 1, "lower": -1}.get(direction, 0)


def _orientation(outcome: Outcome) -> int:
    return -1 if outcome.higher_is == "worse" else 1


def _merge_cohorts(ids: set[str], cohorts: Mapping[str, Cohort]) -> dict[str, str]:
    """Map each cohort to one name shared by all that overlap with it, directly or by a chain."""
    names = {cohort: cohort for cohort in sorted(ids)}

    def root(cohort: str) -> str:
        while names[cohort] != cohort:
            cohort = names[cohort]
        return cohort

    for cohort in sorted(ids):
        for other in cohorts[cohort].overlaps:
            if other in names:
                first, second = sorted((root(cohort), root(other)))
                names[second] = first
    return {cohort: root(cohort) for cohort in names}


def _cohort_stance(items: list[Evidence], stances: Mapping[str, Stance]) -> Stance:
    """Give a cohort one voice: a pre-specified null outweighs a finding made later."""
    said = {stances[item.id] for item in items}
    if len(said) == 1:
        return said.pop()
    planned_null = any(
        item.specified == "pre_specified" and stances[item.id] is Stance.NULL for item in items
    )
    planned_finding = any(
        item.specified == "pre_specified" and stances[item.id] is not Stance.NULL for item in items
    )
    if planned_null and not planned_finding:
        return Stance.NULL
    if Stance.CONTRADICTS in said:
        return Stance.CONTRADICTS
    return Stance.SUPPORTS


def _supported_level(
    association: Association,
    by_cohort: Mapping[str, list[Evidence]],
    stances: Mapping[str, Stance],
    counted: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]],
) -> Level:
    supporting, contradicting, null = counted
    if contradicting or _outweighed(by_cohort, supporting, null):
        return Level.CONTRADICTED
    support = [
        item
        for cohort in supporting
        for item in by_cohort[cohort]
        if stances[item.id] is Stance.SUPPORTS
    ]
    corrected = any(item.significance is Significance.CORRECTED for item in support)
    if len(supporting) > 1:
        step = LADDER.index(Level.REPLICATED if corrected else Level.SINGLE_CORRECTED)
    else:
        step = LADDER.index(Level.SINGLE_CORRECTED if corrected else Level.SINGLE_NOMINAL)
    step += association.drug not in {drug for item in support for drug in item.drugs}
    step += association.setting not in {item.setting for item in support}
    step += all(item.read is Reading.SECOND_HAND for item in support)
    return LADDER[min(step, len(LADDER) - 1)]


def _outweighed(
    by_cohort: Mapping[str, list[Evidence]], supporting: tuple[str, ...], null: tuple[str, ...]
) -> bool:
    """Say whether a null is at least as large as every supporting cohort, all being known."""

    def size(cohort: str) -> int:
        return max((item.n or 0) for item in by_cohort[cohort])

    sizes = [size(cohort) for cohort in supporting]
    return min(sizes) > 0 and any(size(cohort) >= max(sizes) for cohort in null)
