"""The grading of evidence: the rubric of ``data/kb/README.md`` as code.

Studies are counted as cohorts: a cohort counts once, however many publications and outcomes report
it. A curator writes the claim of an association; its level is always computed here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from pgx_ana.knowledge.definitions import VariantDefinition
from pgx_ana.knowledge.evidence import Association, Cohort, Evidence, Outcome
from pgx_ana.knowledge.vocabulary import Reading, Result, Significance


class Level(StrEnum):
    """Levels of evidence, strongest first; the last three are not steps of the ladder."""

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
"""The levels of a supported claim, strongest first; a claim is downgraded along them."""


class Stance(StrEnum):
    """How one result relates to the claim of an association."""

    SUPPORTS = "supports"
    CONTRADICTS = "contradicts"
    NULL = "null"
    NOT_SCORED = "not_scored"


@dataclass(frozen=True, slots=True)
class EvidenceGrade:
    """The grade of one association.

    ``supporting``, ``contradicting`` and ``null`` are cohorts in the order of the evidence, each in
    one of the three only. ``stances`` has the stance of every graded result by its identifier.
    """

    level: Level
    supporting: tuple[str, ...]
    contradicting: tuple[str, ...]
    null: tuple[str, ...]
    stances: Mapping[str, Stance]


@dataclass(frozen=True, slots=True)
class Lookup:
    """The sections of the knowledge base that grading refers to, by identifier."""

    outcomes: Mapping[str, Outcome]
    cohorts: Mapping[str, Cohort]
    variants: Mapping[str, VariantDefinition]


def grade_evidence(
    association: Association, evidence: Iterable[Evidence], lookup: Lookup
) -> EvidenceGrade:
    """Grade the evidence for and against the claim of an association, without excluded items."""
    graded = [item for item in evidence if item.id not in association.excluded]
    stances = {item.id: stance(association, item, lookup) for item in graded}
    scored = [item for item in graded if stances[item.id] is not Stance.NOT_SCORED]
    study_of = _merge_overlapping({item.cohort for item in scored}, lookup.cohorts)
    by_study: dict[str, list[Evidence]] = {}
    for item in scored:
        by_study.setdefault(study_of[item.cohort], []).append(item)
    study_stances = {study: _study_stance(items, stances) for study, items in by_study.items()}

    def studies_with(stance_of_study: Stance) -> tuple[str, ...]:
        return tuple(study for study, found in study_stances.items() if found is stance_of_study)

    supporting = studies_with(Stance.SUPPORTS)
    contradicting = studies_with(Stance.CONTRADICTS)
    null = studies_with(Stance.NULL)
    if association.guideline is not None:
        level = Level.GUIDELINE
    elif contradicting or _is_outweighed(by_study, supporting, null):
        level = Level.CONTRADICTED
    elif supporting:
        support = [
            item
            for study in supporting
            for item in by_study[study]
            if stances[item.id] is Stance.SUPPORTS
        ]
        level = _supported_level(association, support, replicated=len(supporting) > 1)
    else:
        level = Level.NULL if null else Level.NOT_ASSESSABLE
    return EvidenceGrade(level, supporting, contradicting, null, stances)


def stance(association: Association, item: Evidence, lookup: Lookup) -> Stance:
    """Return the stance of one result; any finding contradicts a claim of no difference.

    Background and laboratory results are not scored, nor are unclear results, results whose effect
    allele is unknown and results on another haplotype. A null is a null whatever its allele.
    """
    if item.kind in {"background", "laboratory"} or item.result is Result.UNCLEAR:
        return Stance.NOT_SCORED
    if item.result is Result.NULL:
        return Stance.NULL
    result_sign = _subject_sign(item, association, lookup) * _direction_sign(item.direction)
    if result_sign == 0 or association.direction == "unsettled":
        return Stance.NOT_SCORED
    claim_sign = _direction_sign(association.direction)
    result_benefit = result_sign * _benefit_sign(lookup.outcomes[item.outcome])
    claim_benefit = claim_sign * _benefit_sign(lookup.outcomes[association.outcome])
    return Stance.SUPPORTS if result_benefit == claim_benefit else Stance.CONTRADICTS


def _subject_sign(item: Evidence, association: Association, lookup: Lookup) -> int:
    """Return 1 for a result on the subject of the claim, -1 for its opposite, 0 for another."""
    if association.variant is None:
        return int(_has_same_haplotypes(item, association))
    effect_allele = item.alleles.get(association.variant)
    if effect_allele is None:
        return 0
    if effect_allele == association.allele:
        return 1
    # At a biallelic variant, the opposite direction holds for the other allele.
    return -1 if len(lookup.variants[association.variant].alleles) == 2 else 0


def _has_same_haplotypes(item: Evidence, association: Association) -> bool:
    """Return whether a result is on the haplotype, diplotypes or phenotypes of the claim."""
    if association.haplotype is not None:
        return item.haplotype == association.haplotype
    if item.haplotype_set != association.haplotype_set:
        return False
    pairs = (
        (item.diplotypes, association.diplotypes),
        (item.phenotypes, association.phenotypes),
    )
    return any(studied and set(studied) <= set(claimed) for studied, claimed in pairs)


def _direction_sign(direction: str) -> int:
    return {"higher": 1, "lower": -1}.get(direction, 0)


def _benefit_sign(outcome: Outcome) -> int:
    """Return -1 for an outcome that is worse when higher, so that directions are comparable."""
    return -1 if outcome.higher_is == "worse" else 1


def _merge_overlapping(ids: set[str], cohorts: Mapping[str, Cohort]) -> dict[str, str]:
    """Map each cohort to one name for all cohorts that overlap with it, directly or in a chain."""
    parents = {cohort: cohort for cohort in sorted(ids)}

    def root(cohort: str) -> str:
        while parents[cohort] != cohort:
            cohort = parents[cohort]
        return cohort

    for cohort in sorted(ids):
        for overlapping in cohorts[cohort].overlaps:
            if overlapping in parents:
                first, second = sorted((root(cohort), root(overlapping)))
                parents[second] = first
    return {cohort: root(cohort) for cohort in parents}


def _study_stance(items: list[Evidence], stances: Mapping[str, Stance]) -> Stance:
    """Return one stance for a study: a pre-specified null outweighs an unplanned finding."""
    distinct = {stances[item.id] for item in items}
    if len(distinct) == 1:
        return distinct.pop()
    planned = {stances[item.id] for item in items if item.specified == "pre_specified"}
    if planned == {Stance.NULL}:
        return Stance.NULL
    if Stance.CONTRADICTS in distinct:
        return Stance.CONTRADICTS
    return Stance.SUPPORTS


def _supported_level(
    association: Association, support: list[Evidence], *, replicated: bool
) -> Level:
    """Return the level of an uncontradicted claim, downgraded for indirect support."""
    corrected = any(item.significance is Significance.CORRECTED for item in support)
    if replicated:
        step = LADDER.index(Level.REPLICATED if corrected else Level.SINGLE_CORRECTED)
    else:
        step = LADDER.index(Level.SINGLE_CORRECTED if corrected else Level.SINGLE_NOMINAL)
    step += association.drug not in {drug for item in support for drug in item.drugs}
    step += association.setting not in {item.setting for item in support}
    step += all(item.read is Reading.SECOND_HAND for item in support)
    return LADDER[min(step, len(LADDER) - 1)]


def _is_outweighed(
    by_study: Mapping[str, list[Evidence]], supporting: tuple[str, ...], null: tuple[str, ...]
) -> bool:
    """Return whether a null study is at least as large as every supporting one.

    False if there is no supporting study, or if the size of one is unknown.
    """

    def size(study: str) -> int:
        return max((item.n or 0) for item in by_study[study])

    sizes = [size(study) for study in supporting]
    return min(sizes, default=0) > 0 and any(size(study) >= max(sizes) for study in null)
