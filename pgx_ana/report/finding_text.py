"""What applies to a person, as text: the findings by level, in short or with every result."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pgx_ana.report.cards import Card
from pgx_ana.report.patient import PatientReport
from pgx_ana.report.result_text import card_lines
from pgx_ana.report.sheet import NO_BREAK, Sheet
from pgx_ana.report.words import counted

_COUNTS = (
    "Counted are the studies for, null and against; results of the same people are one study. n is "
    "the number of people in the smallest and the largest result."
)
_LINKED = "Linked variants are one signal and count once"
_LEGEND = (
    "The genotype of this person stands in [brackets] where a result compares it. Bases are on "
    "the plus strand. People are women on adjuvant treatment unless said otherwise. #1 is the "
    "number of a publication, listed at the end. Results of 'people a' are about the same or "
    "overlapping people. An interval compares the first group with the second. Ratios share one "
    "axis from 1/16 to 16 with 1 at the line ┊, other measures have an axis each with no "
    "difference at the line; ◀ ▶ go on beyond it; ◆ is a published meta-analysis, none is computed "
    "here."
)
_NOT_IN_MEN = "What was reported of these genotypes, not in men"
_NUMBER = re.compile(r"[\d,]*\d")

_Signal = tuple[str, ...]
"""Linked markers that have findings, in alphabetical order."""


def finding_lines(sheet: Sheet, report: PatientReport, *, detail: bool) -> Iterator[str]:
    """Yield the findings by level; with ``detail`` every published result has its place."""
    n_findings = counted(report.n_findings, "conclusion") if report.groups else "no conclusion"
    title = _NOT_IN_MEN if report.is_unstudied_man else "What applies"
    yield from sheet.heading(f"{title}: {n_findings} with a difference")
    if not report.groups:
        yield from sheet.text(
            "No difference that was found applies to the genotypes that are known in this person."
        )
        return
    signals = _signals(report)
    yield from sheet.text(sheet.dim(_LEGEND if detail else _COUNTS))
    if detail and report.treatment_notes:
        notes = "; ".join(report.treatment_notes)
        yield from sheet.text(sheet.dim(f"† other treatment too: {notes}."), 0, 2)
    if signals:
        told = (f"signal {number} is {', '.join(signal)}" for signal, number in signals.items())
        yield from sheet.text(sheet.dim(f"{_LINKED}: {'; '.join(told)}."))
    numbers = {marker: number for signal, number in signals.items() for marker in signal}
    for group in report.groups:
        yield ""
        title = f"{sheet.mark(group.level)}: {counted(group.n_findings, 'conclusion')}"
        yield from sheet.text(title)
        for card in group.cards:
            number = numbers.get(card.marker, 0)
            yield from _whole(sheet, card, number) if detail else _short(sheet, card, number)


def _signals(report: PatientReport) -> dict[_Signal, int]:
    """Number the sets of linked markers in the order in which findings name them."""
    cards = [
        found
        for group in report.groups
        for card in group.cards
        for found in (card, *card.same_signal)
    ]
    markers = {card.marker for card in cards}
    sets = (
        tuple(sorted({card.marker, *markers.intersection(card.linked)}))
        for card in cards
        if markers.intersection(card.linked)
    )
    return {signal: number for number, signal in enumerate(dict.fromkeys(sets), 1)}


def _short(sheet: Sheet, card: Card, signal: int) -> Iterator[str]:
    title = sheet.bold(_title(card))
    yield from sheet.spread(title, sheet.dim(f"{_tally(card)}; {_people(card)}"), 2)
    yield from sheet.text(f"{card.headline}.{_signal_note(signal)}", 6)
    yield from _linked(sheet, card, 6)


def _whole(sheet: Sheet, card: Card, signal: int) -> Iterator[str]:
    yield ""
    title = f"{sheet.coloured(card.level.shape, card.level.key)} {sheet.bold(_title(card))}"
    yield from sheet.spread(title, f"{counted(card.n_rows, 'result')}; studies: {_tally(card)}")
    if card.allele_notes:
        yield from sheet.text(f"In papers {'; '.join(card.allele_notes)}.", 4)
    yield from sheet.text(sheet.bold(f"{card.headline}."), 4)
    yield from sheet.text(card.statement, 4)
    if card.caution:
        yield from sheet.text(f"{sheet.bold('Caution:')} {card.caution}", 4)
    yield from _linked(sheet, card, 4)
    yield from sheet.text(f"{sheet.bold('Level:')} {card.why}.{_signal_note(signal)}", 4)
    yield from card_lines(sheet, card)


def _linked(sheet: Sheet, card: Card, indent: int) -> Iterator[str]:
    """Yield the findings on linked variants: those that tell the same, and the opposite."""
    for other in card.same_signal:
        yield from sheet.text(f"The same at {_genotype(other)}: {other.headline}.", indent)
    for other in card.opposed:
        yield from sheet.text(
            f"{sheet.bold('Caution:')} The linked {_genotype(other)} tells the opposite in this "
            "person: no direction can be given.",
            indent,
        )


def _genotype(card: Card) -> str:
    return f"{card.marker}{NO_BREAK}{card.genotype}"


def _signal_note(signal: int) -> str:
    return f" Signal{NO_BREAK}{signal}." if signal else ""


def _title(card: Card) -> str:
    return f"{card.gene} {card.marker} {card.genotype}"


def _tally(card: Card) -> str:
    return "{} for, {} null, {} against".format(*card.tally)


def _people(card: Card) -> str:
    """Return the smallest and the largest number of people in a result."""
    found = (_NUMBER.match(row.people) for block in card.blocks for row in block.rows)
    numbers = {int(number[0].replace(",", "")) for number in found if number}
    if not numbers:
        return "n unknown"
    least, most = min(numbers), max(numbers)
    return f"n {least:,}" if least == most else f"n {least:,} to {most:,}"
