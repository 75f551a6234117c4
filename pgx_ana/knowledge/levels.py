"""The grading of evidence: the rubric of ``data/kb/README.md`` as code.

Studies are counted as cohorts: a cohort counts once, however many publications and outcomes report
it. A curator sorts the genotypes of an association; its level is always computed here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from pgx_ana.knowledge.association import Association
from pgx_ana.knowledge.evidence import Cohort, Evidence, Outcome
from pgx_ana.knowledge.vocabulary import Direction, Reading, Result, Significance


class Level(StrEnum):
    """Levels of evidence, strongest first; the last five are not steps of the ladder."""

    GUIDELINE = "guideline"
    REPLICATED = "replicated"
    SINGLE_CORRECTED = "single_corrected"
    SINGLE_NOMINAL = "single_nominal"
    INDIRECT = "indirect"
    NOT_CONFIRMED = "not_confirmed"
    CONTRADICTED = "contradicted"
    UNSETTLED = "unsettled"
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
    """How one result relates to the claim of an association.

    ``unplaced`` is a difference of which the carriers are not known: its base, haplotype or
    direction. ``not_scored`` is a result that says nothing about the claim.
    """

    SUPPORTS = "supports"
    CONTRADICTS = "contradicts"
    UNPLACED = "unplaced"
    NULL = "null"
    NOT_SCORED = "not_scored"


_SIGNIFICANT = frozenset({Significance.CORRECTED, Significance.NOMINAL})
_DECIDING = (
    Stance.SUPPORTS,
    Stance.CONTRADICTS,
    Stance.UNPLACED,
    Stance.NULL,
    Stance.NOT_SCORED,
)
"""The stances in the order in which their results decide the level of a difference."""

_DECIDING_NO_DIFFERENCE = (
    Stance.NULL,
    Stance.CONTRADICTS,
    Stance.UNPLACED,
    Stance.NOT_SCORED,
)
"""The same where no difference is claimed."""

_DECIDING_UNSETTLED = (
    Stance.UNPLACED,
    Stance.NULL,
    Stance.CONTRADICTS,
    Stance.NOT_SCORED,
)
"""The same where nothing can be settled."""

_SCORED = frozenset({Stance.SUPPORTS, Stance.CONTRADICTS, Stance.NULL})


@dataclass(frozen=True, slots=True)
class EvidenceGrade:
    """The grade of one association.

    ``supporting``, ``contradicting`` and ``null`` are cohorts in the order of the evidence, each in
    one of the three only. ``stances`` has the stance of every graded result by its identifier.
    ``deciding`` are the results that decide the level: the supporting results of supporting
    cohorts; if there are none, those of the next stance; empty if no result was graded.
    """

    level: Level
    supporting: tuple[str, ...]
    contradicting: tuple[str, ...]
    null: tuple[str, ...]
    stances: Mapping[str, Stance]
    deciding: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lookup:
    """The sections of the knowledge base that grading refers to, by identifier."""

    outcomes: Mapping[str, Outcome]
    cohorts: Mapping[str, Cohort]


def grade_evidence(
    association: Association, evidence: Iterable[Evidence], lookup: Lookup
) -> EvidenceGrade:
    """Grade the evidence for and against the claim of an association, without excluded items."""
    graded = [item for item in evidence if item.id not in association.excluded]
    stances = {item.id: stance(association, item, lookup) for item in graded}
    scored = [item for item in graded if stances[item.id] in _SCORED]
    study_of = _merge_overlapping({item.cohort for item in scored}, lookup.cohorts)
    by_study: dict[str, list[Evidence]] = {}
    for item in scored:
        by_study.setdefault(study_of[item.cohort], []).append(item)
    study_stances = {study: _study_stance(items, stances) for study, items in by_study.items()}

    def studies_with(stance_of_study: Stance) -> tuple[str, ...]:
        return tuple(study for study, found in study_stances.items() if found is stance_of_study)

    def results_with(wanted: Stance) -> list[Evidence]:
        """Return the results with a stance; scored ones only if their study has the same."""
        return [
            item
            for item in graded
            if stances[item.id] is wanted
            and (wanted not in _SCORED or study_stances[study_of[item.cohort]] is wanted)
        ]

    by_stance = (results_with(wanted) for wanted in _deciding_order(association))
    deciding = next((items for items in by_stance if items), [])
    supporting = studies_with(Stance.SUPPORTS)
    contradicting = studies_with(Stance.CONTRADICTS)
    null = studies_with(Stance.NULL)
    if association.guideline is not None:
        level = Level.GUIDELINE
    elif contradicting:
        level = Level.CONTRADICTED
    elif _is_outweighed(by_study, supporting, null):
        level = Level.NOT_CONFIRMED
    elif supporting:
        level = _supported_level(association, deciding, replicated=len(supporting) > 1)
    elif Stance.UNPLACED in stances.values():
        level = Level.UNSETTLED
    else:
        level = Level.NULL if null else Level.NOT_ASSESSABLE
    return EvidenceGrade(
        level, supporting, contradicting, null, stances, tuple(item.id for item in deciding)
    )


def _deciding_order(association: Association) -> tuple[Stance, ...]:
    """Return the stances in the order in which their results decide the level of a claim."""
    if association.claims_difference:
        return _DECIDING
    return _DECIDING_UNSETTLED if association.is_unsettled else _DECIDING_NO_DIFFERENCE


def stance(association: Association, item: Evidence, lookup: Lookup) -> Stance:
    """Return the stance of one result; any difference contradicts a claim of no difference.

    Background and laboratory results are not scored, nor are unclear results and results on
    another haplotype. A significant difference is unplaced if its carriers are not known. A null
    is a null whatever its allele.
    """
    if not item.is_clinical:
        return Stance.NOT_SCORED
    if item.result is Result.NULL:
        return Stance.NULL
    if item.result is Result.UNCLEAR:
        return Stance.UNPLACED if item.significance in _SIGNIFICANT else Stance.NOT_SCORED
    if association.is_unsettled or _is_unplaced(association, item):
        return Stance.UNPLACED
    direction = _direction_sign(item.direction)
    if not association.claims_difference:
        is_opposed = direction and _is_on_subject(association, item)
        return Stance.CONTRADICTS if is_opposed else Stance.NOT_SCORED
    sign = _subject_sign(association, item) * direction
    if sign == 0:
        return Stance.NOT_SCORED
    benefit = _benefit_sign(lookup.outcomes[item.outcome])
    claimed = _benefit_sign(lookup.outcomes[association.outcome])
    return Stance.SUPPORTS if sign * benefit == claimed else Stance.CONTRADICTS


def _is_unplaced(association: Association, item: Evidence) -> bool:
    """Return whether it is not known in whom the outcome is higher.

    A result on a haplotype names no base of the variant, but its carriers are known.
    """
    if item.direction == "unknown":
        return True
    names_haplotype = item.haplotype is not None or item.haplotype_set is not None
    return association.variant is not None and not (
        association.variant in item.alleles or names_haplotype
    )


def _is_on_subject(association: Association, item: Evidence) -> bool:
    """Return whether a difference is one between genotypes, or haplotypes, of the association."""
    if association.variant is not None:
        return association.variant in item.alleles
    if association.haplotype is not None:
        return item.haplotype == association.haplotype
    return item.haplotype_set == association.haplotype_set


def _subject_sign(association: Association, item: Evidence) -> int:
    """Return 1 if the carriers of a result have the higher outcome in the claim, -1 if the lower.

    Returns 0 if the result is on another allele or haplotype, or on both sides of the claim.
    """
    if association.variant is not None:
        base = item.alleles.get(association.variant)
        return 0 if base is None else allele_trend(association, base)
    if association.haplotype is not None:
        return copy_trend(association, int) if item.haplotype == association.haplotype else 0
    if item.haplotype_set != association.haplotype_set:
        return 0
    studied = {*item.diplotypes, *item.phenotypes}
    higher = studied <= {*association.with_direction(Direction.HIGHER)}
    lower = studied <= {*association.with_direction(Direction.LOWER)}
    return int(higher) - int(lower)


def allele_trend(association: Association, base: str) -> int:
    """Return 1 if the outcome in a claim rises with the copies of a base, -1 if it falls, else 0.

    It falls or rises only if all genotypes on one side have at least as many copies as all on the
    other. At a biallelic variant it rises with one base and falls with the other.
    """
    return copy_trend(association, lambda genotype: genotype.split("/").count(base))


def copy_trend(association: Association, copies: Callable[[str], int]) -> int:
    """Return 1 if the outcome in a claim rises with a number of copies, -1 if it falls, else 0."""
    higher = [copies(key) for key in association.with_direction(Direction.HIGHER)]
    lower = [copies(key) for key in association.with_direction(Direction.LOWER)]
    if min(higher) >= max(lower) and max(higher) > min(lower):
        return 1
    return -int(min(lower) >= max(higher) and max(lower) > min(higher))


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
    """Return one stance for a study.

    A pre-specified null outweighs an unplanned difference. A study with results on both sides of
    the claim contradicts itself, and counts as contradicting only.
    """
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
