"""Published results as text: who was studied, what was compared, and the interval beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from pgx_ana.report.cards import Card
from pgx_ana.report.gathered import GatheredRow, OutcomeRows
from pgx_ana.report.interval_text import AXIS, COLUMNS, interval_text
from pgx_ana.report.sheet import NO_BREAK, Sheet, columns, joined, padded, wrapped
from pgx_ana.report.studies import Genotype, StudyBlock, StudyRow
from pgx_ana.report.words import VERDICTS, Mark

_INDENT = 4

_LONG = 40
"""Characters of p from which on it is no number."""

_VERDICT = 12
"""Columns for a verdict; a longer one moves its own line only."""


@dataclass(frozen=True, slots=True)
class _Line:
    """A result in words, its interval if there is one, and what stands below that: p."""

    verdict: Mark
    text: str
    bar: str
    told: str


def card_lines(sheet: Sheet, card: Card) -> Iterator[str]:
    """Yield the results of a finding by drug; those on a linked marker name it."""
    for block in card.blocks:
        yield from _block(sheet, block.title, list(_of_block(sheet, block, card.marker)))


def _of_block(sheet: Sheet, block: StudyBlock, marker: str) -> Iterator[_Line]:
    told = ""
    for row in block.rows:
        start = (_study(sheet, row), _people(row, "" if block.is_on_drug else row.drugs))
        if row.shown_at != marker:
            where = f"{row.outcome}: in full at {row.shown_at}, above"
            yield _Line(row.verdict, _joined(*start, where), "", "")
            continue
        reason = "for the same reason" if row.reason and row.reason == told else row.reason
        told = row.reason
        effect = row.estimate or row.outcome
        groups = " ".join(filter(None, (row.at, compared(sheet, row))))
        text = _joined(*start, groups, effect, _long_p(row), reason)
        yield _Line(row.verdict, text, _bar(sheet, row), _told(row))


def outcome_lines(sheet: Sheet, outcomes: Iterable[OutcomeRows]) -> Iterator[str]:
    """Yield the results behind many conclusions, each once with the genotypes it is about."""
    for outcome in outcomes:
        lines = [_of_outcome(sheet, item) for item in outcome.rows]
        yield from _block(sheet, outcome.outcome, lines)


def _of_outcome(sheet: Sheet, item: GatheredRow) -> _Line:
    row = item.row
    text = _joined(
        _study(sheet, row),
        _people(row, row.drugs),
        joined(subject.strip() for subject in item.subjects),
        compared(sheet, row) if len(item.subjects) == 1 else "",
        row.short_estimate,
        _long_p(row),
        row.found if row.verdict == VERDICTS["background"] else "",
        row.reason,
    )
    return _Line(row.verdict, text, _bar(sheet, row), _told(row))


def compared(sheet: Sheet, row: StudyRow) -> str:
    """Return the groups that a result compares; the genotype of the person stands in brackets."""
    if not row.effect:
        return row.carriers
    return f"{_groups(sheet, row.effect)} v{NO_BREAK}{_groups(sheet, row.comparator)}"


def _groups(sheet: Sheet, names: Sequence[Genotype]) -> str:
    return ", ".join(sheet.bold(f"[{name.text}]") if name.is_own else name.text for name in names)


def _block(sheet: Sheet, title: str, lines: Sequence[_Line]) -> Iterator[str]:
    """Yield results under their title; those in the same words are one, with their number."""
    axis = sheet.dim(AXIS) if any(line.bar for line in lines) else ""
    write = _beside if sheet.has_columns else _below
    widest = max(min(columns(sheet.mark(line.verdict)), _VERDICT) for line in lines)
    yield from write(sheet, f"{title}:", 0, ("", axis, ""))
    for line, alike in groupby(lines):
        number = len(list(alike))
        text = f"{line.text} ({number}{NO_BREAK}results)" if number > 1 else line.text
        yield from write(sheet, text, widest, (sheet.mark(line.verdict), line.bar, line.told))


def _beside(sheet: Sheet, text: str, widest: int, others: tuple[str, str, str]) -> Iterator[str]:
    """Yield a verdict, a text, and the interval and p at the right."""
    verdict, bar, told = others
    place = sheet.width - COLUMNS
    first = " " * _INDENT + (padded(verdict, widest) + " " if verdict else "")
    rest = " " * (_INDENT + (widest + 1 if verdict else 0))
    left = wrapped(text, place - 2, first, rest)
    yield from sheet.beside(left, [*filter(None, [bar]), *wrapped(told, COLUMNS)], place)


def _below(sheet: Sheet, text: str, _: int, others: tuple[str, str, str]) -> Iterator[str]:
    """Yield a verdict and a text, and the interval with p below."""
    verdict, bar, told = others
    rest = " " * (_INDENT + 2)
    yield from wrapped(text, sheet.width, " " * _INDENT + (f"{verdict} " if verdict else ""), rest)
    start = rest + (padded(bar, COLUMNS + 2) if bar and told else bar)
    if told:
        yield from wrapped(told, sheet.width, start, " " * columns(start))
    elif bar:
        yield start


def _study(sheet: Sheet, row: StudyRow) -> str:
    reading = f" {row.reading}" if row.reading else ""
    return f"{row.label} {sheet.dim(f'#{row.reference}')}{reading}"


def _people(row: StudyRow, drugs: str) -> str:
    people = row.people if row.people.startswith("n ") else f"n{NO_BREAK}{row.people}"
    letter = joined([f"(people {row.overlap})"]) if row.overlap else ""
    return f"{', '.join(filter(None, (people, drugs)))} {letter}".rstrip()


def _joined(*parts: str) -> str:
    return "; ".join(filter(None, parts))


def _bar(sheet: Sheet, row: StudyRow) -> str:
    return sheet.coloured(interval_text(row.bar), row.verdict.key) if row.bar is not None else ""


def _told(row: StudyRow) -> str:
    """Return p, and why there is no interval."""
    p = "" if _is_long(row) else row.p
    return ", ".join(filter(None, (p, row.undrawn)))


def _long_p(row: StudyRow) -> str:
    """Return p if it is a sentence, which stands among the words of a result."""
    return row.p if _is_long(row) else ""


def _is_long(row: StudyRow) -> bool:
    return len(row.p) > _LONG
