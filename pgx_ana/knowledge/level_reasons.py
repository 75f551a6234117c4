"""Why an association has its level, in a sentence: the line of the rubric that decided."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pgx_ana.knowledge.association import Association
from pgx_ana.knowledge.evidence import Evidence
from pgx_ana.knowledge.levels import LADDER, EvidenceGrade, Level
from pgx_ana.knowledge.vocabulary import Reading, Significance


def level_reason(
    association: Association, grade: EvidenceGrade, evidence: Mapping[str, Evidence], drug: str
) -> str:
    """Return the reason for the level of an association, without a full stop.

    ``evidence`` has the results by identifier, ``drug`` is the name of the drug of the association.
    """
    if grade.level in LADDER and grade.level is not Level.GUIDELINE:
        deciding = [evidence[key] for key in grade.deciding]
        steps = ", ".join(_downgrades(association, deciding, drug))
        lower = f"; a step lower each for: {steps}" if ", " in steps else f"; a step lower: {steps}"
        return _support(len(grade.supporting), deciding) + (lower if steps else "")
    return _others(association, grade)


def _support(n_cohorts: int, deciding: list[Evidence]) -> str:
    is_corrected = any(item.significance is Significance.CORRECTED for item in deciding)
    found = "one study" if n_cohorts == 1 else f"{n_cohorts} independent studies"
    if is_corrected:
        return f"{found}, corrected"
    return f"{found}, not corrected"


def _downgrades(association: Association, deciding: list[Evidence], drug: str) -> Iterator[str]:
    """Yield what takes a supported association a step down."""
    if association.drug not in {given for item in deciding for given in item.drugs}:
        yield f"not on {drug}"
    if association.setting not in {item.setting for item in deciding}:
        yield "in another setting"
    if all(item.read is Reading.SECOND_HAND for item in deciding):
        yield "known from other publications only"


def _others(association: Association, grade: EvidenceGrade) -> str:
    n_for, n_against, n_null = map(len, (grade.supporting, grade.contradicting, grade.null))
    if grade.level is Level.GUIDELINE:
        return "a guideline names it"
    if grade.level is Level.CONTRADICTED:
        claim = f"{n_for} for" if association.claims_difference else f"{n_null} without difference"
        return f"studies disagree: {claim}, {n_against} against"
    if grade.level is Level.NOT_CONFIRMED:
        return "a null study is at least as large as those that found it"
    if grade.level is Level.UNSETTLED:
        return "a difference was reported, but not in whom, or no result can be scored"
    if grade.level is Level.NULL:
        studies = "one study" if n_null == 1 else f"{n_null} independent studies"
        return f"{studies} found no difference"
    return "no result can be graded"
