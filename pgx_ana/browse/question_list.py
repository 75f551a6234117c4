"""The questions that the field asks, and how often each was studied."""

from __future__ import annotations

from collections.abc import Iterator

from pgx_ana.browse.rows import Cell, ListFormat, rows_in_format
from pgx_ana.knowledge import Answer, KnowledgeBase, PolygenicResult

_COLUMNS = (
    "question", "name", "answer", "on_drug", "on_drug_class", "in_men", "without_drug", "polygenic",
    "searched_on", "searched", "note",
)  # fmt: skip


def questions_in_format(knowledge: KnowledgeBase, file_format: ListFormat) -> Iterator[str]:
    """Return the questions as lines of TSV or JSON."""
    return rows_in_format(_COLUMNS, list(_rows(knowledge)), file_format)


def answer_text(answer: Answer, knowledge: KnowledgeBase) -> str:
    """Return how often a question was studied, in words."""
    drug = knowledge.drugs[knowledge.info.drug]
    if answer.studied == "none":
        return "no study with germline variants was found"
    many = f"; on many variants at once: {len(answer.polygenic)}" if answer.polygenic else ""
    return (
        f"results on {drug.name} itself: {answer.on_drug or 'none'}; on other or pooled "
        f"{drug.drug_class}s: {answer.on_class or 'none'}; in men on any of them: "
        f"{answer.in_men or 'none'}; without them: {answer.without or 'none'}{many}"
    )


def polygenic_text(item: PolygenicResult, knowledge: KnowledgeBase) -> str:
    """Return a polygenic result in a line, with its publication."""
    publication = knowledge.publications[item.publication]
    reference = f"PMID {publication.pmid}" if publication.pmid else publication.id
    year = publication.year or "year unknown"
    return f"{publication.first_author} {year} ({reference}): {item.summary}"


def _rows(knowledge: KnowledgeBase) -> Iterator[dict[str, Cell]]:
    for answer in knowledge.answers:
        values: tuple[Cell, ...] = (
            answer.question.id,
            answer.question.name,
            answer_text(answer, knowledge),
            answer.on_drug,
            answer.on_class,
            answer.in_men,
            answer.without,
            [polygenic_text(item, knowledge) for item in answer.polygenic],
            answer.question.searched_on,
            answer.question.searched,
            answer.question.note or "",
        )
        yield dict(zip(_COLUMNS, values, strict=True))
