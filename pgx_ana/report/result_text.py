"""Published results as text: who was studied, what was compared, and the interval beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from pgx_ana.report.cards import Card
from pgx_ana.report.gathered import GatheredRow, OutcomeRows
from pgx_ana.report.interval_text import AXIS, COLUMNS, interval_text
from pgx_ana.report.sheet import NO_BREAK, Sheet, columns, joined, padded, wrapped
from pgx_ana.report.studies import Genotype, StudyBlock, StudyRow
from pgx_ana.report.words import VERDICTS, Mark

_INDENT = 4

_VERDICT = 12
"""Columns for a verdict; a longer one moves its own line only."""


@dataclass(frozen=True, slots=True)
class _Line:
    """A result in words; ``numbers`` are the lines of the column of intervals."""

    verdict: Mark
    text: str
    numbers: tuple[str, ...]
    has_bar: bool


def card_lines(sheet: Sheet, card: Card) -> Iterator[str]:
    """Yield the results of a finding by drug; those on a linked marker name it."""
    linked = {
        (row.result, row.estimate): other.marker
        for other in card.same_signal
        for row in (row for block in other.blocks for row in block.rows)
    }
    for block in card.blocks:
        yield from _block(sheet, block.title, list(_of_block(sheet, block, card.marker, linked)))


def _of_block(
    sheet: Sheet, block: StudyBlock, marker: str, linked: Mapping[tuple[str, str], str]
) -> Iterator[_Line]:
    told = ""
    for row in block.rows:
        start = (_study(sheet, row), _people(row, "" if block.is_on_drug else row.drugs))
        if row.shown_at != marker:
            where = f"{row.outcome}: in full at {row.shown_at}, above"
            yield _Line(row.verdict, _joined(*start, where), (), has_bar=False)
            continue
        reason = "for the same reason" if row.reason and row.reason == told else row.reason
        told = row.reason
        effect = row.estimate or row.outcome
        at = linked.get((row.result, row.estimate), "")
        groups = " ".join(filter(None, (at, compared(sheet, row))))
        text = _joined(*start, groups, effect, reason)
        yield _Line(row.verdict, text, _numbers(sheet, row), has_bar=row.bar is not None)


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
        row.found if row.verdict == VERDICTS["background"] else "",
        row.reason,
    )
    return _Line(row.verdict, text, _numbers(sheet, row), has_bar=row.bar is not None)


def compared(sheet: Sheet, row: StudyRow) -> str:
    """Return the groups that a result compares; the genotype of the person stands in brackets."""
    if not row.effect:
        return row.carriers
    return f"{_groups(sheet, row.effect)} v{NO_BREAK}{_groups(sheet, row.comparator)}"


def _groups(sheet: Sheet, names: Sequence[Genotype]) -> str:
    return ", ".join(sheet.bold(f"[{name.text}]") if name.is_own else name.text for name in names)


def _block(sheet: Sheet, title: str, lines: Sequence[_Line]) -> Iterator[str]:
    """Yield results under their title; those in the same words are one, with their number."""
    has_bars = any(line.has_bar for line in lines)
    place = sheet.width - COLUMNS
    if sheet.has_columns:
        axis = [sheet.dim(AXIS)] if has_bars else []
        yield from sheet.beside(wrapped(f"{title}:", place - 2, " " * _INDENT), axis, place)
    else:
        yield from sheet.text(f"{title}:", _INDENT)
        yield from sheet.text(sheet.dim(AXIS) if has_bars else "", _INDENT + 2)
    widest = max(min(columns(sheet.mark(line.verdict)), _VERDICT) for line in lines)
    for line, alike in groupby(lines):
        number = len(list(alike))
        text = f"{line.text} ({number}{NO_BREAK}results)" if number > 1 else line.text
        first = " " * _INDENT + padded(sheet.mark(line.verdict), widest) + " "
        if sheet.has_columns:
            rest = " " * (_INDENT + widest + 1)
            left = wrapped(text, place - 2, first, rest)
            yield from sheet.beside(left, line.numbers, place)
        else:
            rest = " " * (_INDENT + 2)
            yield from wrapped(text, sheet.width, first, rest)
            yield from (rest + part for part in line.numbers)


def _study(sheet: Sheet, row: StudyRow) -> str:
    reading = f" {row.reading}" if row.reading else ""
    return f"{row.label} {sheet.dim(f'#{row.reference}')}{reading}"


def _people(row: StudyRow, drugs: str) -> str:
    people = row.people if row.people.startswith("n ") else f"n {row.people}"
    letter = joined([f"(people {row.overlap})"]) if row.overlap else ""
    return f"{', '.join(filter(None, (people, drugs)))} {letter}".rstrip()


def _joined(*parts: str) -> str:
    return "; ".join(filter(None, parts))


def _numbers(sheet: Sheet, row: StudyRow) -> tuple[str, ...]:
    """Return the column of an interval: drawn, or why it cannot be, and p."""
    p = _p_text(row.p)
    if row.bar is None:
        return tuple(wrapped(", ".join(filter(None, (p, row.undrawn))), COLUMNS))
    return (sheet.coloured(interval_text(row.bar), row.verdict.key), *wrapped(p, COLUMNS))


def _p_text(p: str) -> str:
    """Return a p value with its sign.

    >>> _p_text("0.049"), _p_text("<0.01"), _p_text("not significant"), _p_text("")
    ('p = 0.049', 'p < 0.01', 'p: not significant', '')
    """
    if not p:
        return ""
    if p[0] in "<>":
        return f"p {p[0]} {p[1:]}"
    return f"p = {p}" if p[0].isdigit() else f"p: {p}"
