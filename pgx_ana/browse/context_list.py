"""The uses of the drug: as a list, and as a page on one of them."""

from __future__ import annotations

from collections.abc import Iterator

from pgx_ana.browse.paragraph import wrapped
from pgx_ana.browse.rows import Cell, ListFormat, rows_in_format
from pgx_ana.knowledge import Context, KnowledgeBase

_COLUMNS = ("context", "name", "sex", "label_use", "monitored", "results", "note")


def contexts_in_format(knowledge: KnowledgeBase, file_format: ListFormat) -> Iterator[str]:
    """Return the contexts as lines of TSV or JSON."""
    return rows_in_format(_COLUMNS, list(_rows(knowledge)), file_format)


def label_use(context: Context) -> str:
    """Return whether the label covers a context: on_label or off_label."""
    return "off_label" if context.off_label == "yes" else "on_label"


def n_results(context: Context, knowledge: KnowledgeBase) -> int:
    """Return the number of published results from a context."""
    return sum(item.setting in context.settings for item in knowledge.evidence.values())


def context_lines(context: Context, knowledge: KnowledgeBase) -> Iterator[str]:
    """Yield the page on a context."""
    yield f"{context.id}  {context.name}"
    yield f"  {context.sex}, {label_use(context).replace('_', ' ')}"
    yield from wrapped(f"usually monitored: {', '.join(context.monitored) or 'not known'}")
    if context.monitored_source:
        yield from wrapped(f"source: {context.monitored_source}")
    yield f"  results from it: {n_results(context, knowledge)}"
    if context.note:
        yield from wrapped(context.note)


def _rows(knowledge: KnowledgeBase) -> Iterator[dict[str, Cell]]:
    for context in knowledge.contexts.values():
        values: tuple[Cell, ...] = (
            context.id,
            context.name,
            context.sex,
            label_use(context),
            list(context.monitored),
            n_results(context, knowledge),
            context.note or "",
        )
        yield dict(zip(_COLUMNS, values, strict=True))
