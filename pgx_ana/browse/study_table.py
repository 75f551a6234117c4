"""Results as a table: one row for each published result, with its verdict on the conclusions."""

from __future__ import annotations

from collections.abc import Sequence

from pgx_ana.knowledge import Association, Evidence, KnowledgeBase, Stance

_STUDY_COLUMNS = (
    "#", "year", "study", "n", "setting", "drug", "outcome", "effect", "p", "verdict"
)  # fmt: skip
_VERDICTS = {
    Stance.SUPPORTS: "for",
    Stance.CONTRADICTS: "against",
    Stance.NULL: "null",
    Stance.NOT_SCORED: "not scored",
}


def study_table(
    found: Sequence[Evidence],
    subject: str,
    associations: Sequence[Association],
    knowledge: KnowledgeBase,
) -> list[str]:
    """Return results on a variant or set as lines of an aligned table, numbered from 1."""
    rows: list[tuple[str, ...]] = [_STUDY_COLUMNS]
    for number, item in enumerate(found, 1):
        rows.append((str(number), *study_row(item, subject, associations, knowledge)))
    return aligned(rows)


def study_row(
    item: Evidence, subject: str, associations: Sequence[Association], knowledge: KnowledgeBase
) -> tuple[str, ...]:
    """Return year, study, n, setting, drug, outcome, effect, p and verdict of a result."""
    publication = knowledge.publications[item.publication]
    return (
        str(publication.year or "."),
        publication.first_author,
        str(item.n or "."),
        item.setting,
        "+".join(item.drugs),
        knowledge.outcomes[item.outcome].name,
        _short_effect(item, subject),
        _cut(item.p or ".", 20),
        _verdict(item, associations, knowledge),
    )


def _short_effect(item: Evidence, subject: str) -> str:
    sized = next((effect for effect in item.effects if effect.value is not None), None)
    base = carriers(item, subject)
    if sized is None:
        return f"{base} {item.direction}".strip()
    interval = ""
    if sized.low is not None and sized.high is not None:
        interval = f" [{sized.low:g}, {sized.high:g}]"
    return f"{base} {_cut(sized.measure, 24)} {sized.value:g}{interval}".strip()


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 3]}..."


def carriers(item: Evidence, subject: str) -> str:
    """Return whose carriers a result is about: an allele of a variant, or haplotypes of a set."""
    if subject in item.variants:
        return item.alleles.get(subject, "")
    return item.haplotype or " or ".join((*item.diplotypes, *item.phenotypes))


def _verdict(item: Evidence, associations: Sequence[Association], knowledge: KnowledgeBase) -> str:
    """Say how a result stands to the conclusions that list it."""
    said = []
    for association in associations:
        if item.id in association.excluded:
            said.append("left out")
        elif item.id in association.evidence:
            said.append(_VERDICTS[knowledge.grades[association.id].stances[item.id]])
    return "/".join(dict.fromkeys(said)) or item.kind


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return rows of text as lines with aligned columns."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
