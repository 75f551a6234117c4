"""Many conclusions at once: their genotypes by outcome, and each published result once.

A study that found no difference at twenty variants is one row here, not twenty.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pgx_ana.report.cards import Card, OtherResults
from pgx_ana.report.studies import StudyRow

_OPENINGS = {
    "no_difference": "No significant difference reported",
    "unsettled": "Cannot be settled: a difference was reported, but not in whom",
    "not_studied": "No usable result for this genotype",
    "undetermined": "Not determined: the possible genotypes differ",
}
_UNGRADED = "Looked at, but no result can be graded"
_PLAIN_LEVELS = frozenset({"null", "unsettled", "not_assessable"})


@dataclass(frozen=True, slots=True)
class OutcomeLine:
    """An outcome, and the genotypes whose conclusions are about it."""

    outcome: str
    genotypes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answered:
    """Conclusions that say the same, by outcome."""

    title: str
    n_conclusions: int
    lines: tuple[OutcomeLine, ...]


@dataclass(frozen=True, slots=True)
class GatheredRow:
    """A published result, and the genotypes of the person that it is about."""

    row: StudyRow
    subjects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OutcomeRows:
    """The results on one outcome."""

    outcome: str
    rows: tuple[GatheredRow, ...]


def answered(cards: Sequence[Card]) -> tuple[Answered, ...]:
    """Return conclusions by what they say, and by outcome."""
    by_title: dict[str, list[Card]] = {title: [] for title in (*_OPENINGS.values(), _UNGRADED)}
    for card in cards:
        by_title[_title(card)].append(card)
    return tuple(
        Answered(title, len(alike), _lines(alike)) for title, alike in by_title.items() if alike
    )


def _title(card: Card) -> str:
    """Return what a conclusion says; one without any graded result says only that."""
    is_claim = card.direction in {"no_difference", "unsettled"}
    if is_claim and card.level.key == "not_assessable":
        return _UNGRADED
    return _OPENINGS[card.direction]


def _lines(cards: Iterable[Card]) -> tuple[OutcomeLine, ...]:
    by_outcome: dict[str, list[str]] = {}
    for card in cards:
        by_outcome.setdefault(card.outcome, []).append(_genotype(card))
    return tuple(OutcomeLine(outcome, tuple(found)) for outcome, found in by_outcome.items())


def _genotype(card: Card) -> str:
    """Return the genotype, with the level where it is not the usual one."""
    usual = card.level.key in _PLAIN_LEVELS or card.direction == "not_studied"
    level = "" if usual else f" [{card.level.word}]"
    return f"{card.marker} {card.genotype}{level}"


def gathered(items: Sequence[Card | OtherResults]) -> tuple[OutcomeRows, ...]:
    """Return every result of the items once, by outcome, with the genotypes that it is about.

    A result is there again where its effect size, its verdict or the reason for it differs.
    """
    subjects: dict[tuple[str, ...], list[str]] = {}
    rows: dict[tuple[str, ...], StudyRow] = {}
    for item in items:
        for row in (row for block in item.blocks for row in block.rows):
            key = (row.outcome, row.result, row.verdict.word, row.reason, row.estimate)
            rows.setdefault(key, row)
            subject = f"{item.marker} {item.genotype}"
            if subject not in subjects.setdefault(key, []):
                subjects[key].append(subject)
    by_outcome: dict[str, list[GatheredRow]] = {}
    for about, row in zip(subjects.values(), rows.values(), strict=True):
        by_outcome.setdefault(row.outcome, []).append(GatheredRow(row, tuple(about)))
    return tuple(OutcomeRows(outcome, tuple(found)) for outcome, found in by_outcome.items())
