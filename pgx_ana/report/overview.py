"""What a reader sees first: the answer in a sentence, the categories, the strip of all sites."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby, takewhile

from pgx_ana.knowledge import Level
from pgx_ana.report.cards import Card
from pgx_ana.report.studies import Facts
from pgx_ana.report.words import (
    CATEGORIES,
    FINDING_DIRECTIONS,
    SITE_STATES,
    Mark,
    counted,
    level_rank,
    site_mark,
)

_REPLICATED = frozenset({Level.GUIDELINE.value, Level.REPLICATED.value})
_NO_EVIDENCE = "No evidence exists: nobody has published a usable result."
_NONE_ON_GENES = (
    "Not looked at: the knowledge base has no conclusion in this category on the chosen genes."
)
_SIDE_SENTENCES = ("Not assessed:", "Genotypes without")


class CategoryState(StrEnum):
    """Which of four unlike things a category has to say."""

    FINDINGS = "findings"
    NONE_APPLIES = "none_applies"
    NOT_ASSESSED = "not_assessed"
    NO_EVIDENCE = "no_evidence"


@dataclass(frozen=True, slots=True)
class CategoryRow:
    """A category: what was found, how firmly, and on how many of the markers with evidence.

    ``level`` is the firmest of the findings on the drug itself, ``level_elsewhere`` that of the
    others. ``tally`` counts the studies for, null and against the findings; where there is none,
    of all conclusions that were assessed: results of the same people are one study. ``why`` says
    why nothing could be assessed, or that there is no evidence.
    """

    key: str
    name: str
    state: CategoryState
    title: str
    text: str
    level: Mark | None
    level_elsewhere: Mark | None
    tally: tuple[int, int, int]
    assessed: int
    total: int
    why: str


@dataclass(frozen=True, slots=True)
class SiteCell:
    """One known site in the strip: the variant and its status."""

    variant: str
    status: Mark


@dataclass(frozen=True, slots=True)
class GeneStrip:
    """The sites of a gene in the order of the knowledge base."""

    gene: str
    cells: tuple[SiteCell, ...]

    @property
    def runs(self) -> tuple[tuple[Mark, int], ...]:
        """Return neighbouring sites of one status as one run, with their number."""
        grouped = groupby(self.cells, key=lambda cell: cell.status)
        return tuple((status, len(list(cells))) for status, cells in grouped)


def answer(document: Facts, cards: Sequence[Card]) -> str:
    """Return the answer in a sentence made of counts."""
    n_all = len(document["annotations"])
    found = [card for card in cards if card.direction in FINDING_DIRECTIONS]
    directions = Counter(card.direction for card in cards)
    no_difference = directions["no_difference"]
    open_ones = len(cards) - len(found) - no_difference
    where = "on the chosen genes" if document["genes"] else "in the knowledge base"
    sentence = (
        f"Of {counted(n_all, 'conclusion')} {where}, {len(cards):,} could be looked at in this "
        "person: "
    )
    if not cards:
        return f"{sentence[:-2]}, because no site with evidence has a known genotype."
    parts = [_found(found, document)] if found else ["none reports a difference"]
    verb = "reports" if no_difference == 1 else "report"
    parts += [f"{no_difference} {verb} no significant difference"] if no_difference else []
    parts += [f"{open_ones} cannot be told"] if open_ones else []
    last = f" {n_all - len(cards)} could not be assessed." if n_all > len(cards) else ""
    return f"{sentence}{'; '.join(parts)}.{last}"


def _found(found: Sequence[Card], document: Facts) -> str:
    on_drug = [card for card in found if card.is_on_drug]
    elsewhere = [card for card in found if not card.is_on_drug]
    replicated = sum(card.level.key in _REPLICATED for card in found)
    return (
        f"{len(found)} {'reports' if len(found) == 1 else 'report'} a difference for this genotype "
        f"({_counted(on_drug)} on {document['knowledge_base']['drug']} itself, "
        f"{_counted(elsewhere)} elsewhere; {replicated or 'none'} replicated)"
    )


def _counted(cards: Sequence[Card]) -> str:
    """Return the number of findings, and how many of them are contradicted."""
    contradicted = sum(card.level.key == Level.CONTRADICTED for card in cards)
    return f"{len(cards)} ({contradicted} contradicted)" if contradicted else str(len(cards))


def opening(document: Facts) -> str:
    """Return the sentences with which every summary begins, such as that men were not studied."""
    summaries = (row["conclusion"].rstrip(".").split(". ") for row in document["summary"])
    shared = takewhile(lambda found: len(set(found)) == 1, zip(*summaries, strict=False))
    return "".join(f"{sentences[0]}. " for sentences in shared).rstrip()


def category_rows(document: Facts, cards: Sequence[Card]) -> Iterator[CategoryRow]:
    """Yield the four categories in their order."""
    summaries = {row["category"]: row for row in document["summary"]}
    for key, name in CATEGORIES.items():
        yield _category_row(name, summaries[key], [c for c in cards if c.category == key], document)


def _category_row(name: str, summary: Facts, cards: Sequence[Card], document: Facts) -> CategoryRow:
    n_assessed, n_missing = len(summary["assessed"]), len(summary["not_assessed"])
    found = [card for card in cards if card.direction in FINDING_DIRECTIONS]
    state = _state(found, n_assessed, n_missing)
    told = summary["conclusion"].removeprefix(opening(document)).lstrip()
    title, _, text = _told(told).partition(". ")
    return CategoryRow(
        key=summary["category"],
        name=name,
        state=state,
        title=title.rstrip("."),
        text=text,
        level=_firmest(card for card in found if card.is_on_drug),
        level_elsewhere=_firmest(card for card in found if not card.is_on_drug),
        tally=_tally(found or cards, document),
        assessed=n_assessed,
        total=n_assessed + n_missing,
        why=_why(state, summary["not_assessed"], has_genes=bool(document["genes"])),
    )


def _firmest(cards: Iterable[Card]) -> Mark | None:
    levels = (card.level for card in cards)
    return min(levels, key=lambda level: level_rank(level.key), default=None)


def _state(found: Sequence[Card], n_assessed: int, n_missing: int) -> CategoryState:
    if found:
        return CategoryState.FINDINGS
    if n_assessed:
        return CategoryState.NONE_APPLIES
    return CategoryState.NOT_ASSESSED if n_missing else CategoryState.NO_EVIDENCE


def _told(conclusion: str) -> str:
    """Return a conclusion without what stands beside it: the numbers of sites."""
    for sentence in _SIDE_SENTENCES:
        conclusion = conclusion.partition(f" {sentence}")[0]
    return conclusion


def _why(state: CategoryState, not_assessed: Sequence[str], *, has_genes: bool) -> str:
    """Say why a category has nothing, from entries such as ``rs4646 absent``."""
    if state is CategoryState.NO_EVIDENCE:
        return _NONE_ON_GENES if has_genes else _NO_EVIDENCE
    if state is not CategoryState.NOT_ASSESSED:
        return ""
    counts = Counter(item.rpartition(" ")[2].replace("_", " ") for item in not_assessed)
    return ", ".join(f"{count} {status}" for status, count in counts.most_common())


def _tally(cards: Sequence[Card], document: Facts) -> tuple[int, int, int]:
    """Count the studies that are for, null and against; each once, whatever it reports."""
    wanted = {card.association for card in cards}
    found = {
        (study, side)
        for marker in document["markers"]
        for item in marker["associations"]
        if item["association"] in wanted
        for side, studies in item["studies"].items()
        for study in studies
    }
    counts = Counter(side for _, side in found)
    return counts["for"], counts["null"], counts["against"]


def gene_strips(document: Facts) -> tuple[GeneStrip, ...]:
    """Return the sites of each gene, in the order of the document."""
    by_gene: dict[str, list[SiteCell]] = {}
    for call in document["calls"]:
        cell = SiteCell(call["variant"], site_mark(call))
        by_gene.setdefault(call["gene"], []).append(cell)
    return tuple(GeneStrip(gene, tuple(cells)) for gene, cells in by_gene.items())


def status_counts(document: Facts) -> tuple[tuple[Mark, int], ...]:
    """Return every state with the number of sites that have it."""
    counts = Counter(map(site_mark, document["calls"]))
    return tuple((mark, counts[mark]) for mark in SITE_STATES.values())
