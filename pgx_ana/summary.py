"""One row for each person and category: what was concluded, how firmly, what could not be assessed.

Worked out once for each distinct combination of genotypes at the variants of a category.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pgx_ana.annotation import (
    OBSERVED,
    UNDETERMINED,
    AnnotatedCategory,
    Annotations,
    AssociationCalls,
    unphased,
)
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.levels import LADDER, Level
from pgx_ana.model import CallSource, Cell, SiteCalls, Variant
from pgx_ana.schema import Direction

_EFFECTS = frozenset({Direction.HIGHER.value, Direction.LOWER.value})
_TOLD = _EFFECTS | {UNDETERMINED, Direction.NOT_STUDIED.value}
_FIRM = LADDER[: LADDER.index(Level.REPLICATED) + 1]
_WEAK = LADDER[len(_FIRM) :]
_MARKS = {CallSource.ASSERTED: " (asserted)", CallSource.OTHER_STRAND: " (other strand)"}
_MOST_NAMED = 5
_STRENGTH = {level: rank for rank, level in enumerate(Level)}


@dataclass(frozen=True, slots=True)
class Summary:
    """One category in one person.

    ``highest_level`` is that of the strongest finding that applies to the genotype: None where none
    does, ``not_assessable`` where nothing was assessed. ``findings``, ``assessed`` and
    ``not_assessed`` name associations and variants with genotype or status.
    """

    conclusion: str
    highest_level: Level | None
    findings: tuple[str, ...]
    assessed: tuple[str, ...]
    not_assessed: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class CategorySummary:
    """One category in all people: distinct summaries, and for each sample the number of its own."""

    category: AnnotatedCategory
    summaries: tuple[Summary, ...]
    codes: NDArray[np.int32]


def summarise(annotations: Annotations) -> tuple[CategorySummary, ...]:
    """Summarise every category."""
    return tuple(_summarise(category, annotations) for category in AnnotatedCategory)


@dataclass(frozen=True, slots=True)
class _Label:
    """A genotype or status at a variant, for the reader.

    ``observed`` includes what the user asserted to be reference; ``asserted`` tells it apart.
    """

    text: str
    observed: bool
    asserted: bool


@dataclass(frozen=True, slots=True)
class _Finding:
    """What an association says of a genotype: its place in the sentence, and its text for the list.

    ``direction`` is an effect, ``undetermined`` or ``not_studied``.
    """

    signal: tuple[str, str, str]
    genotype: str
    direction: str
    level: Level
    text: str


def _summarise(category: AnnotatedCategory, annotations: Annotations) -> CategorySummary:
    associations = [item for item in annotations.associations if item.category is category]
    sites = list({item.site.variant.id: item.site for item in associations}.values())
    writer = _Writer(annotations.knowledge)
    if not sites:
        codes = np.zeros(len(annotations.calls.samples), np.int32)
        return CategorySummary(category, (writer.summary([], []),), codes)
    labelled = [_labels(site) for site in sites]
    findings = [
        writer.findings([item for item in associations if item.site is site], labels, first)
        for site, (labels, _, first) in zip(sites, labelled, strict=True)
    ]
    codes, combinations = _distinct([codes for _, codes, _ in labelled])
    summaries = []
    for combination in combinations:
        labels = [labels[code] for (labels, _, _), code in zip(labelled, combination, strict=True)]
        found = [
            finding
            for of_site, code in zip(findings, combination, strict=True)
            for finding in of_site[code]
        ]
        summaries.append(writer.summary(labels, found))
    return CategorySummary(category, tuple(summaries), codes)


def _labels(site: SiteCalls) -> tuple[list[_Label], NDArray[np.int32], list[int]]:
    """Return the distinct labels of a site, everybody's number, and one cell for each label."""
    numbers: dict[_Label, int] = {}
    first: list[int] = []
    renumbered = []
    for index, cell in enumerate(site.cells):
        observed = cell.status in OBSERVED
        shown = _shown(cell, site.variant) if observed else cell.status.value
        asserted = cell.source is CallSource.ASSERTED
        label = _Label(f"{site.variant.id} {shown}", observed, asserted)
        if label not in numbers:
            numbers[label] = len(numbers)
            first.append(index)
        renumbered.append(numbers[label])
    return list(numbers), np.array(renumbered, np.int32)[site.codes], first


def _shown(cell: Cell, variant: Variant) -> str:
    """Return a genotype for the reader, marked where it rests on what the user said."""
    return unphased(cell, variant) + _MARKS.get(cell.source, "")


def _told_short(missing: Sequence[str]) -> str:
    """Return what was not observed: each variant with its state, or how many are in which state."""
    if len(missing) <= _MOST_NAMED:
        return ", ".join(missing)
    states = Counter(text.split(" ", 1)[1].replace("_", " ") for text in missing)
    counts = ", ".join(f"{count} {state}" for state, count in states.items())
    return f"{len(missing)} variants ({counts})"


def _distinct(columns: Sequence[NDArray[np.int32]]) -> tuple[NDArray[np.int32], list[list[int]]]:
    """Number the distinct rows of some columns; returns the numbers and the rows."""
    numbers = np.zeros(len(columns[0]), np.int64)
    for column in columns:
        # Renumbering after each column keeps the product of the counts within 64 bits.
        combined = numbers * (int(column.max(initial=0)) + 1) + column
        _, inverse = np.unique(combined, return_inverse=True)
        numbers = inverse.reshape(-1).astype(np.int64)
    _, first = np.unique(numbers, return_index=True)
    rows = np.column_stack([column[first] for column in columns])
    return numbers.astype(np.int32), rows.tolist()


class _Writer:
    """Puts findings into words."""

    def __init__(self, knowledge: KnowledgeBase) -> None:
        self.knowledge = knowledge
        self.groups = {
            variant: group.id for group in knowledge.linkage.values() for variant in group.variants
        }

    def findings(
        self, associations: Sequence[AssociationCalls], labels: Sequence[_Label], cells: list[int]
    ) -> list[list[_Finding]]:
        """List, for each label of a site, the findings that apply to it."""
        return [
            [
                self._finding(item, cell)
                for item in associations
                if label.observed and item.conclusions[cell].direction in _TOLD
            ]
            for label, cell in zip(labels, cells, strict=True)
        ]

    def _finding(self, item: AssociationCalls, cell: int) -> _Finding:
        said = item.conclusions[cell]
        variant = item.site.variant.id
        genotype = _shown(item.site.cells[cell], item.site.variant)
        outcome = self.knowledge.outcomes[item.association.outcome].name
        return _Finding(
            signal=(self.groups.get(variant, variant), outcome, said.direction),
            genotype=f"{variant} {genotype}",
            direction=said.direction,
            level=item.weight.level,
            text=" ".join((item.association.id, genotype, said.direction, item.weight.level)),
        )

    def summary(self, labels: Sequence[_Label], told: Sequence[_Finding]) -> Summary:
        """Return the summary of one combination of genotypes."""
        findings = [finding for finding in told if finding.direction in _EFFECTS]
        assessed = tuple(label.text for label in labels if label.observed)
        missing = tuple(label.text for label in labels if not label.observed)
        return Summary(
            conclusion=" ".join(self._sentences(told, labels)),
            highest_level=_highest(findings) if assessed else Level.NOT_ASSESSABLE,
            findings=tuple(finding.text for finding in findings),
            assessed=assessed,
            not_assessed=missing,
        )

    def _sentences(self, told: Sequence[_Finding], labels: Sequence[_Label]) -> Iterator[str]:
        if not labels:
            yield self._say("summary_no_evidence")
            return
        assessed = sum(label.observed for label in labels)
        if assessed:
            yield from self._findings_told(told, assessed, len(labels))
        else:
            yield self._say("summary_nothing", total=len(labels))
        asserted = ", ".join(label.text for label in labels if label.asserted)
        if asserted:
            yield self._say("summary_asserted", asserted=asserted.replace(" (asserted)", ""))
        missing = [label.text for label in labels if not label.observed]
        if missing:
            yield self._say("summary_missing", missing=_told_short(missing))

    def _findings_told(self, told: Sequence[_Finding], assessed: int, total: int) -> Iterator[str]:
        findings = [finding for finding in told if finding.direction in _EFFECTS]
        replicated = _signals(findings, _FIRM)
        unreplicated = _signals(findings, _WEAK)
        contradicted = _signals(findings, (Level.CONTRADICTED,))
        undetermined = _genotypes(told, UNDETERMINED)
        not_studied = _genotypes(told, Direction.NOT_STUDIED.value)
        if replicated:
            yield self._say("summary_replicated", replicated=replicated)
        else:
            yield self._say("summary_not_replicated")
        if unreplicated:
            yield self._say("summary_unreplicated", unreplicated=unreplicated)
        if contradicted:
            yield self._say("summary_contradicted", contradicted=contradicted)
        if not (findings or undetermined):
            yield self._say("summary_no_finding", assessed=assessed, total=total)
        if undetermined:
            yield self._say("summary_undetermined", undetermined=undetermined)
        if not_studied:
            yield self._say("summary_not_studied", not_studied=not_studied)

    def _say(self, name: str, **fields: object) -> str:
        return self.knowledge.messages[name].text.format(**fields)


def _highest(findings: Sequence[_Finding]) -> Level | None:
    """Return the strongest level; the order of the enum is that of strength."""
    levels = (finding.level for finding in findings)
    return min(levels, key=_STRENGTH.__getitem__, default=None)


def _genotypes(told: Sequence[_Finding], direction: str) -> str:
    """Name the genotypes on which some association has a direction, each once."""
    genotypes = (finding.genotype for finding in told if finding.direction == direction)
    return ", ".join(dict.fromkeys(genotypes))


def _signals(findings: Sequence[_Finding], levels: Sequence[Level]) -> str:
    """Name the findings of some levels, variants that carry one signal together."""
    signals: dict[tuple[str, str, str], list[str]] = {}
    for finding in findings:
        if finding.level in levels:
            signals.setdefault(finding.signal, []).append(finding.genotype)
    return "; ".join(
        f"{' with '.join(genotypes)} ({outcome}: {direction})"
        for (_, outcome, direction), genotypes in signals.items()
    )
