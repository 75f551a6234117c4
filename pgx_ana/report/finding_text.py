"""What applies to a person, as text: the findings by level, in short or with every result."""

from __future__ import annotations

from collections.abc import Iterator

from pgx_ana.report.cards import Card
from pgx_ana.report.patient import PatientReport
from pgx_ana.report.result_text import block_lines
from pgx_ana.report.sheet import Sheet
from pgx_ana.report.words import counted

_COUNTS = (
    "Counted are the cohorts for, null and against; n is the number of people in the smallest and "
    "the largest result."
)
_LINKED = "Linked variants are one signal and count once"
_LEGEND = (
    "The genotype of this person stands in [brackets] where a result compares it. Bases are on "
    "the plus strand. #1 is the number of a publication, listed at the end. Results of 'people a' "
    "are about the same or overlapping people. Intervals: ratios share one axis from 1/16 to 16 "
    "with 1 at the line ┊, other measures have an axis each with no difference at the line; ◀ ▶ "
    "go on beyond it; ◆ is a published meta-analysis, none is computed here."
)


def finding_lines(sheet: Sheet, report: PatientReport, *, detail: bool) -> Iterator[str]:
    """Yield the findings by level; with ``detail`` every published result has its place."""
    n_findings = counted(report.n_findings, "conclusion") if report.groups else "no conclusion"
    yield from sheet.heading(f"What applies: {n_findings} with a difference")
    if not report.groups:
        yield from sheet.text(
            "No difference that was found applies to the genotypes that are known in this person."
        )
        return
    yield from sheet.text(sheet.dim(_LEGEND if detail else _COUNTS))
    signals = _signals(report)
    if signals and not detail:
        told = (f"signal {n} is {', '.join(markers)}" for markers, n in signals.items())
        yield from sheet.text(sheet.dim(f"{_LINKED}: {'; '.join(told)}."))
    for group in report.groups:
        yield ""
        n_cards = counted(len(group.cards), "conclusion")
        yield from sheet.text(f"{sheet.mark(group.level)}: {n_cards}")
        for card in group.cards:
            if detail:
                yield from _whole(sheet, card)
            else:
                yield from _short(sheet, card, signals.get(_signal(card), 0))


def _signals(report: PatientReport) -> dict[tuple[str, ...], int]:
    """Number the sets of linked markers in the order in which findings name them."""
    sets = (_signal(card) for group in report.groups for card in group.cards if card.linked)
    return {markers: number for number, markers in enumerate(dict.fromkeys(sets), 1)}


def _signal(card: Card) -> tuple[str, ...]:
    return tuple(sorted((card.marker, *card.linked)))


def _short(sheet: Sheet, card: Card, signal: int) -> Iterator[str]:
    title = sheet.bold(_title(card))
    yield from sheet.spread(title, sheet.dim(f"{_tally(card)}; {_people(card)}"), 2)
    told = f" Signal {signal}." if signal else ""
    yield from sheet.text(f"{card.headline}.{told}", 6)


def _whole(sheet: Sheet, card: Card) -> Iterator[str]:
    yield ""
    title = f"{sheet.coloured(card.level.shape, card.level.key)} {sheet.bold(_title(card))}"
    yield from sheet.spread(title, f"{counted(card.n_rows, 'result')}; cohorts: {_tally(card)}")
    if card.allele_notes:
        notes = "; ".join(card.allele_notes)
        yield from sheet.text(f"{notes[:1].upper()}{notes[1:]}.", 4)
    yield from sheet.text(sheet.bold(f"{card.headline}."), 4)
    yield from sheet.text(card.statement, 4)
    if card.caution:
        yield from sheet.text(f"{sheet.bold('Caution:')} {card.caution}", 4)
    yield from sheet.text(f"{sheet.bold('Level:')} {card.why}.{_linked(card)}", 4)
    yield from block_lines(sheet, card.blocks, card.marker)


def _title(card: Card) -> str:
    return f"{card.gene} {card.marker} {card.genotype}"


def _linked(card: Card) -> str:
    return f" One signal with {', '.join(card.linked)}." if card.linked else ""


def _tally(card: Card) -> str:
    return "{} for, {} null, {} against".format(*card.tally)


def _people(card: Card) -> str:
    """Return the smallest and the largest number of people in a result."""
    numbers = {row.n for block in card.blocks for row in block.rows}
    known = sorted((n for n in numbers if n[0].isdigit()), key=lambda n: int(n.replace(",", "")))
    if not known:
        return "n unknown"
    return f"n {known[0]}" if len(known) == 1 else f"n {known[0]} to {known[-1]}"
