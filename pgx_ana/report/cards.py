"""Conclusions as a reader meets them: on which genotype, what was found, and by which studies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pgx_ana.report.studies import Facts, StudyBlock, StudyRow, StudyWriter, ordered
from pgx_ana.report.words import Mark, level_mark

_SOURCE_NOTES = {
    "asserted": "not observed: the user declared absent sites to be reference",
    "other_strand": "the alleles fit the other strand only, which the user allowed",
}


@dataclass(frozen=True, slots=True)
class Card:
    """One conclusion on the genotype of a person.

    ``allele_notes`` say how papers write the alleles, and whether the reference base is the one
    that was studied. ``direction``, ``effect`` and ``category`` are those of the annotations.
    ``tally`` counts the studies for, null and against. ``why`` is the reason for the level.
    ``is_on_drug`` if it rests on results of the drug itself. ``same_signal`` are the findings on
    linked markers that tell the same, ``opposed`` those that tell the opposite.
    """

    association: str
    marker: str
    gene: str
    genotype: str
    allele_notes: tuple[str, ...]
    category: str
    outcome: str
    direction: str
    effect: str
    headline: str
    level: Mark
    tally: tuple[int, int, int]
    why: str
    statement: str
    caution: str
    context: str
    linked: tuple[str, ...]
    blocks: tuple[StudyBlock, ...]
    is_on_drug: bool
    same_signal: tuple[Card, ...] = ()
    opposed: tuple[Card, ...] = ()

    @property
    def n_rows(self) -> int:
        """Return the number of results."""
        return sum(len(block.rows) for block in self.blocks)


@dataclass(frozen=True, slots=True)
class OtherResults:
    """Results on a marker that no conclusion lists, such as those of healthy people."""

    marker: str
    gene: str
    genotype: str
    blocks: tuple[StudyBlock, ...]


def cards(document: Facts, studies: StudyWriter) -> Iterator[Card]:
    """Yield every conclusion on a known genotype, in the order of the document."""
    markers = {item["marker"]: item for item in document["markers"]}
    genotypes = {call["variant"]: call["genotype"] or "" for call in document["calls"]}
    for row in document["annotations"]:
        marker = markers.get(row["variant"])
        if marker is not None and row["direction"] != "not_assessed":
            yield _card(row, marker, genotypes.get(row["variant"], ""), studies)


def _card(row: Facts, marker: Facts, called: str, studies: StudyWriter) -> Card:
    (facts,) = (
        item for item in marker["associations"] if item["association"] == row["association"]
    )
    genotype = row["genotype"] or ""
    return Card(
        association=row["association"],
        marker=row["variant"],
        gene=row["gene"],
        genotype=genotype,
        allele_notes=tuple(_allele_notes(marker, called or genotype, row["source"])),
        category=row["category"],
        outcome=facts["outcome_name"],
        direction=row["direction"],
        effect=row["effect"] or "",
        headline=row["headline"],
        level=level_mark(row["level"]),
        tally=(row["supporting"], row["null"], row["contradicting"]),
        why=facts["level_reason"],
        statement=row["statement"],
        caution=row["caution"] or "",
        context=row["evidence_context"] or "",
        linked=tuple(marker["linked"]),
        blocks=studies.behind(facts, marker, genotype),
        is_on_drug=row["basis"] == studies.drug,
    )


def _allele_notes(marker: Facts, genotype: str, source: str) -> Iterator[str]:
    """Yield how papers write the alleles of a genotype, and what is particular about it."""
    carried = [copy for copy in dict.fromkeys(genotype.replace("|", "/").split("/")) if copy]
    named = {item["bases"]: item["names"] for item in marker["alleles"]}
    for bases in carried:
        if named.get(bases):
            yield f"{bases} is {', '.join(named[bases])}"
    reference, studied = marker["reference"], marker["studied_allele"]
    if reference is not None and reference == studied:
        yield f"the reference base {reference} is the studied allele"
    if source in _SOURCE_NOTES:
        yield _SOURCE_NOTES[source]


def by_signal(findings: Sequence[Card]) -> Iterator[Card]:
    """Yield findings in their order, with those of one signal on one card.

    Linked markers with the same effect on the same outcome, at the same level, tell one thing: the
    first of them has the card, and the results of all.
    """
    taken: set[str] = set()
    for card in findings:
        if card.association in taken:
            continue
        alike = [
            other
            for other in findings
            if other.marker in card.linked
            and other.association not in taken
            and (other.outcome, other.effect, other.level, other.direction)
            == (card.outcome, card.effect, card.level, card.direction)
        ]
        taken |= {card.association, *(other.association for other in alike)}
        blocks = tuple(_joined_blocks([card, *alike])) if alike else card.blocks
        opposed = tuple(other for other in findings if _are_opposed(card, other))
        yield replace(card, blocks=blocks, same_signal=tuple(alike), opposed=opposed)


def _are_opposed(card: Card, other: Card) -> bool:
    """Return whether two linked markers tell the person opposite things about one outcome."""
    is_same_outcome = other.marker in card.linked and other.outcome == card.outcome
    return is_same_outcome and {card.direction, other.direction} == {"higher", "lower"}


def _joined_blocks(cards: Sequence[Card]) -> Iterator[StudyBlock]:
    """Yield the blocks of several cards, each result and effect size once.

    Rows name their marker, except those of the first card.
    """
    titles = dict.fromkeys(block.title for card in cards for block in card.blocks)
    for title in titles:
        found = [(card, block) for card in cards for block in card.blocks if block.title == title]
        rows: dict[tuple[str, str], StudyRow] = {}
        for card, block in found:
            at = "" if card is cards[0] else card.marker
            for row in block.rows:
                rows.setdefault((row.result, row.estimate), replace(row, at=at))
        yield replace(found[0][1], rows=ordered(rows.values()))


def each_result_once(findings: Sequence[Card]) -> Iterator[Card]:
    """Yield findings whose rows refer to an earlier card of the page that shows the same result."""
    shown: dict[tuple[str, str], str] = {}
    for card in findings:
        blocks = []
        for block in card.blocks:
            rows = (
                replace(row, shown_at=shown.setdefault((row.result, row.estimate), card.marker))
                for row in block.rows
            )
            blocks.append(replace(block, rows=tuple(rows)))
        yield replace(card, blocks=tuple(blocks))


def other_results(document: Facts, studies: StudyWriter) -> Iterator[OtherResults]:
    """Yield the results on known genotypes that no conclusion on the person lists, by marker."""
    genotypes = {call["variant"]: call["genotype"] or "" for call in document["calls"]}
    genotypes |= {row["variant"]: row["genotype"] or "" for row in document["annotations"]}
    assessed = {
        row["association"] for row in document["annotations"] if row["direction"] != "not_assessed"
    }
    listed = {
        result
        for marker in document["markers"]
        for item in marker["associations"]
        if item["association"] in assessed
        for results in (*item["results"].values(), item["left_out"])
        for result in results
    }
    for marker in document["markers"]:
        others = [item["result"] for item in marker["results"] if item["result"] not in listed]
        if others:
            genotype = genotypes.get(marker["marker"], "").replace("|", "/")
            blocks = studies.blocks(dict.fromkeys(others, "background"), marker, genotype, {})
            yield OtherResults(marker["marker"], marker["gene"], genotype, blocks)
