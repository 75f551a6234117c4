"""Published results as a table, one row per result, with its stance on the conclusions."""

from __future__ import annotations

from collections.abc import Sequence

from pgx_ana.knowledge import Association, Evidence, KnowledgeBase, Stance

_STUDY_COLUMNS = (
    "#", "year", "study", "n", "setting", "drug", "outcome", "effect", "p", "verdict"
)  # fmt: skip
_VERDICT_TEXTS = {
    Stance.SUPPORTS: "for",
    Stance.CONTRADICTS: "against",
    Stance.NULL: "null",
    Stance.UNPLACED: "base unknown",
    Stance.NOT_SCORED: "not scored",
}
_MAX_P_LENGTH = 20  # characters
_MAX_MEASURE_LENGTH = 24  # characters


def study_table(
    results: Sequence[Evidence],
    subject: str,
    associations: Sequence[Association],
    knowledge: KnowledgeBase,
) -> list[str]:
    """Return results on a variant or haplotype set as an aligned table, numbered from 1."""
    rows: list[tuple[str, ...]] = [_STUDY_COLUMNS]
    for number, result in enumerate(results, 1):
        rows.append((str(number), *study_row(result, subject, associations, knowledge)))
    return aligned(rows)


def study_row(
    result: Evidence, subject: str, associations: Sequence[Association], knowledge: KnowledgeBase
) -> tuple[str, ...]:
    """Return year, study, n, setting, drug, outcome, effect, p and verdict of a result."""
    publication = knowledge.publications[result.publication]
    return (
        str(publication.year or "."),
        publication.first_author,
        str(result.n or "."),
        result.setting,
        "+".join(result.drugs),
        knowledge.outcomes[result.outcome].name,
        _short_effect(result, subject),
        _shortened(result.p or ".", _MAX_P_LENGTH),
        _verdict(result, associations, knowledge),
    )


def _short_effect(result: Evidence, subject: str) -> str:
    """Return the first effect size of a result with its interval, else the direction."""
    sized = next((effect for effect in result.effects if effect.value is not None), None)
    carried = carriers(result, subject)
    if sized is None:
        return f"{carried} {result.direction}".strip()
    interval = ""
    if sized.low is not None and sized.high is not None:
        interval = f" [{sized.low:g}, {sized.high:g}]"
    measure = _shortened(sized.measure, _MAX_MEASURE_LENGTH)
    told = f"{carried} {result.direction}:" if result.direction in {"higher", "lower"} else carried
    return f"{told} {measure} {sized.value:g}{interval}".strip()


def _shortened(text: str, max_length: int) -> str:
    return text if len(text) <= max_length else f"{text[: max_length - 3]}..."


def carriers(result: Evidence, subject: str) -> str:
    """Return what carriers in a result carry: an allele of a variant, or haplotypes of a set."""
    if subject in result.variants:
        return result.alleles.get(subject, "")
    return result.haplotype or " or ".join((*result.diplotypes, *result.phenotypes))


def _verdict(
    result: Evidence, associations: Sequence[Association], knowledge: KnowledgeBase
) -> str:
    """Return the stance of a result on the associations that list it; its kind if none does."""
    verdicts = []
    for association in associations:
        if result.id in association.excluded:
            verdicts.append("left out")
        elif result.id in association.evidence:
            verdicts.append(_VERDICT_TEXTS[knowledge.grades[association.id].stances[result.id]])
    return "/".join(dict.fromkeys(verdicts)) or result.kind


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return rows of text as lines with aligned columns."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
