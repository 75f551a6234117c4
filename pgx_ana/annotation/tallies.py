"""The summary in numbers: what was found in each person, counted without writing a sentence.

Findings are counted once for the signal that they carry, so markers that may carry one signal are
counted together: as a cluster. Each distinct combination of findings of a cluster is counted once;
the numbers of a person are sums over clusters.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from pgx_ana.annotation.annotations import Annotations
from pgx_ana.annotation.conclusions import NOT_ASSESSED, UNDETERMINED
from pgx_ana.annotation.findings import MarkerFindings
from pgx_ana.annotation.markers import AnnotatedCategory, AssociationResult
from pgx_ana.annotation.signals import BETTER, WORSE, Finding, Signal, SignalGroups
from pgx_ana.annotation.summary import OVERALL
from pgx_ana.coded import Coded, combine
from pgx_ana.knowledge import BasisKind, Direction, Level
from pgx_ana.terms import CallStatus

Counts = NDArray[np.int16]
T = TypeVar("T")

_LEVELS: tuple[Level | None, ...] = (*Level, None)
"""Levels by rank, strongest first; the last is that of no finding."""

_NO_LEVEL = _LEVELS.index(None)
_NOT_ASSESSABLE = _LEVELS.index(Level.NOT_ASSESSABLE)


@dataclass(frozen=True, slots=True, eq=False)
class CategoryTally:
    """The findings of one category, or of all of them (``overall``), in numbers.

    The arrays are int16 of shape (people,). ``n_findings`` are the findings with linked variants
    counted once: ``n_better``, ``n_worse`` and ``n_other_effect`` by their effect on the person
    (other: neither, or conflicting), ``n_on_drug``, ``n_on_class`` and ``n_on_others`` (other drugs
    or the laboratory) by what they rest on. The other numbers are markers: variants and haplotype
    sets. ``n_assessed`` have a genotype, ``n_undetermined`` have possible genotypes with different
    conclusions, and ``n_not_studied`` a genotype that no study had. ``highest_level`` is that of
    the strongest finding: None where there is none, ``not_assessable`` where no marker was
    assessed.

    In ``overall``, findings are sums over the categories, a marker counts once, and
    ``n_called_sites`` are the known variants that are called; it is None in the categories.
    """

    category: str
    highest_level: Coded[Level | None]
    n_findings: Counts
    n_better: Counts
    n_worse: Counts
    n_other_effect: Counts
    n_on_drug: Counts
    n_on_class: Counts
    n_on_others: Counts
    n_assessed: Counts
    n_not_assessed: Counts
    n_undetermined: Counts
    n_not_studied: Counts
    n_called_sites: Counts | None = None


_OF_FINDINGS = (
    "n_findings",
    "n_better",
    "n_worse",
    "n_other_effect",
    "n_on_drug",
    "n_on_class",
    "n_on_others",
)


def tally_categories(annotations: Annotations) -> tuple[CategoryTally, ...]:
    """Count what every category found in each person, then what all of them found together."""
    clusters = _Clusters(annotations)
    categories = tuple(_tally(category, annotations, clusters) for category in AnnotatedCategory)
    return (*categories, _overall(annotations, categories))


def count_levels(annotations: Annotations) -> dict[str, dict[Level, int]]:
    """Return how many people have at least one finding of each level, by category.

    Levels of which nobody has a finding are left out.
    """
    return {category.value: _count_levels(category, annotations) for category in AnnotatedCategory}


def _count_levels(category: AnnotatedCategory, annotations: Annotations) -> dict[Level, int]:
    maker = annotations.annotator.finding_maker
    has_level: dict[Level, NDArray[np.bool_]] = {}
    for results in annotations.of_category(category):
        found = maker.of_marker(results)
        levels = [{finding.level for finding in of_call.findings} for of_call in found.values]
        for level in set().union(*levels):
            has_it = np.array([level in of_call for of_call in levels], np.bool_)[found.codes]
            has_level[level] = has_level.get(level, False) | has_it
    present = (level for level in Level if level in has_level)
    counts = {level: int(np.count_nonzero(has_level[level])) for level in present}
    return {level: count for level, count in counts.items() if count}


def _tally(
    category: AnnotatedCategory, annotations: Annotations, clusters: _Clusters
) -> CategoryTally:
    maker = annotations.annotator.finding_maker
    by_marker = {
        results[0].marker.id: maker.of_marker(results)
        for results in annotations.of_category(category)
    }
    n_people = len(annotations.calls.samples)
    counts: dict[str, Counts] = {name: np.zeros(n_people, np.int16) for name in _OF_FINDINGS}
    ranks = np.full(n_people, _NO_LEVEL, np.int8)
    for combinations in clusters.combinations(by_marker):
        numbers = combinations.map(lambda findings: _numbers(maker.counter.signals(findings)))
        table = np.array(numbers.values, np.int16)
        for name, column in zip(_OF_FINDINGS, table.T, strict=True):
            if column.any():
                counts[name] += column[numbers.codes]
        best = combinations.map(_best_rank)
        np.minimum(ranks, np.array(best.values, np.int8)[best.codes], out=ranks)
    markers = by_marker.values()
    n_assessed = _total(n_people, markers, lambda found: found.state.is_assessed)
    ranks[n_assessed == 0] = _NOT_ASSESSABLE
    return CategoryTally(
        category.value,
        Coded(_LEVELS, ranks).compact(),
        **counts,
        n_assessed=n_assessed,
        n_not_assessed=(len(by_marker) - n_assessed).astype(np.int16),
        n_undetermined=_total(n_people, markers, lambda found: bool(found.undetermined)),
        n_not_studied=_total(n_people, markers, lambda found: bool(found.not_studied)),
    )


def _overall(annotations: Annotations, categories: Sequence[CategoryTally]) -> CategoryTally:
    n_people = len(annotations.calls.samples)
    markers = [_directions(results) for results in annotations.by_marker.values()]
    n_assessed = _total(n_people, markers, lambda directions: directions != {NOT_ASSESSED})
    sums: dict[str, Counts] = {name: np.zeros(n_people, np.int16) for name in _OF_FINDINGS}
    for tally, (name, total) in itertools.product(categories, sums.items()):
        total += getattr(tally, name)
    ranks = np.full(n_people, _NO_LEVEL, np.int8)
    for tally in categories:
        of_category = np.array([_LEVELS.index(level) for level in tally.highest_level.values])
        # A category without an assessed marker has a level, but no finding.
        found = np.where(tally.n_findings > 0, of_category[tally.highest_level.codes], _NO_LEVEL)
        np.minimum(ranks, found.astype(np.int8), out=ranks)
    ranks[n_assessed == 0] = _NOT_ASSESSABLE
    called = [site.calls.map(lambda call: call.status) for site in annotations.calls.sites]
    return CategoryTally(
        OVERALL,
        Coded(_LEVELS, ranks).compact(),
        **sums,
        n_assessed=n_assessed,
        n_not_assessed=(len(markers) - n_assessed).astype(np.int16),
        n_undetermined=_total(n_people, markers, lambda found: UNDETERMINED in found),
        n_not_studied=_total(n_people, markers, lambda found: Direction.NOT_STUDIED in found),
        n_called_sites=_total(n_people, called, lambda status: status is CallStatus.CALLED),
    )


def _directions(results: Sequence[AssociationResult]) -> Coded[frozenset[str]]:
    """Return the directions of all conclusions on one marker."""
    conclusions = zip(*(result.conclusions for result in results), strict=True)
    directions = tuple(frozenset(item.direction for item in of_call) for of_call in conclusions)
    return Coded(directions, results[0].marker.calls.codes)


def _total(n_people: int, columns: Iterable[Coded[T]], predicate: Callable[[T], bool]) -> Counts:
    """Return in how many columns the value of each person satisfies the predicate."""
    total = np.zeros(n_people, np.int16)
    for column in columns:
        holds = np.array([predicate(value) for value in column.values], np.bool_)
        if holds.any():
            total += holds[column.codes]
    return total


def _numbers(signals: Sequence[Signal]) -> tuple[int, ...]:
    """Return the numbers of signals in the order of ``_OF_FINDINGS``."""
    n_better = sum(signal.effect == BETTER for signal in signals)
    n_worse = sum(signal.effect == WORSE for signal in signals)
    n_on_drug = sum(signal.kind is BasisKind.DRUG for signal in signals)
    n_on_class = sum(signal.kind is BasisKind.DRUG_CLASS for signal in signals)
    n_all = len(signals)
    return (
        n_all,
        n_better,
        n_worse,
        n_all - n_better - n_worse,
        n_on_drug,
        n_on_class,
        n_all - n_on_drug - n_on_class,
    )


def _best_rank(findings: Sequence[Finding]) -> int:
    return min((_LEVELS.index(finding.level) for finding in findings), default=_NO_LEVEL)


class _Clusters:
    """Markers that may carry one signal, directly or through a chain of links.

    Whether a haplotype set carries the signal of its core sites depends on the findings of a
    person; it is in their cluster in any case.
    """

    def __init__(self, annotations: Annotations) -> None:
        linked = [group.variants for group in annotations.knowledge.linkage.values()]
        sets = [
            (marker.id, *marker.sites)
            for results in annotations.by_marker.values()
            if (marker := results[0].marker).sites
        ]
        self._groups = SignalGroups([*linked, *sets])

    def combinations(
        self, by_marker: Mapping[str, Coded[MarkerFindings]]
    ) -> Iterator[Coded[tuple[Finding, ...]]]:
        """Yield the findings of each cluster on each group of outcomes, in the order of markers.

        Findings that count alike are merged: of them, the first is yielded.
        """
        clusters: dict[tuple[str, str], list[Coded[tuple[Finding, ...]]]] = {}
        for marker, found in by_marker.items():
            cluster = self._groups.representative(marker)
            groups = dict.fromkeys(
                finding.group for value in found.values for finding in value.findings
            )
            for group in groups:
                column = _alike(found, group)
                clusters.setdefault((group, cluster), []).append(column)
        for columns in clusters.values():
            yield combine(columns).map(lambda row: tuple(itertools.chain(*row)))


def _alike(found: Coded[MarkerFindings], group: str) -> Coded[tuple[Finding, ...]]:
    """Return the findings of one marker on one group of outcomes, with those merged that count
    alike."""
    first_of: dict[tuple[object, ...], tuple[Finding, ...]] = {}

    def first(value: MarkerFindings) -> tuple[Finding, ...]:
        findings = tuple(finding for finding in value.findings if finding.group == group)
        key = tuple((finding.effect, finding.level, finding.kind) for finding in findings)
        return first_of.setdefault(key, findings)

    return found.map(first).unique()
