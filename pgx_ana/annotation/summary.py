"""One row for each person and category: what was concluded, how firmly, what could not be assessed.

Each distinct combination of genotypes at the markers of a category is summarised once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pgx_ana.annotation.annotations import (
    AnnotatedCategory,
    Annotations,
    AssociationResult,
    MarkerCall,
)
from pgx_ana.annotation.conclusions import NOT_ASSESSED, UNDETERMINED
from pgx_ana.coded import Coded, combine
from pgx_ana.knowledge import LADDER, Direction, KnowledgeBase, Level
from pgx_ana.terms import CallSource

_EFFECTS = frozenset({Direction.HIGHER.value, Direction.LOWER.value})
_TOLD = _EFFECTS | {UNDETERMINED, Direction.NOT_STUDIED.value}
_FIRM = LADDER[: LADDER.index(Level.REPLICATED) + 1]
_WEAK = LADDER[len(_FIRM) :]
_MARKS = {CallSource.ASSERTED: " (asserted)", CallSource.OTHER_STRAND: " (other strand)"}
_MAX_NAMED = 5
_STRENGTH = {level: rank for rank, level in enumerate(Level)}


@dataclass(frozen=True, slots=True)
class Summary:
    """One category in one person.

    ``highest_level`` is that of the strongest finding that applies to the genotype: None where none
    does, ``not_assessable`` where nothing was assessed. ``findings``, ``assessed`` and
    ``not_assessed`` name associations, and variants or sets of haplotypes with what was found.
    """

    conclusion: str
    highest_level: Level | None
    findings: tuple[str, ...]
    assessed: tuple[str, ...]
    not_assessed: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class CategorySummary:
    """One category in all samples."""

    category: AnnotatedCategory
    summaries: Coded[Summary]


def summarise(annotations: Annotations) -> tuple[CategorySummary, ...]:
    """Summarise every category."""
    return tuple(_summarise(category, annotations) for category in AnnotatedCategory)


@dataclass(frozen=True, slots=True)
class _Label:
    """What was called of a marker, for the reader.

    ``observed`` includes what the user asserted to be reference; ``asserted`` tells it apart.
    ``sites`` are the variants that a set of haplotypes is made of.
    """

    marker: str
    text: str
    observed: bool
    asserted: bool
    sites: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Finding:
    """What an association says of a genotype: for the sentence, and as text for the list.

    ``direction`` is an effect, ``undetermined`` or ``not_studied``. ``made_of`` are a set of
    haplotypes and its sites, empty for a variant.
    """

    marker: str
    made_of: tuple[str, ...]
    genotype: str
    outcome: str
    direction: str
    level: Level
    text: str


@dataclass(frozen=True, slots=True)
class _MarkerFindings:
    """What was called of a marker, and the findings that apply to it."""

    label: _Label
    findings: tuple[_Finding, ...]


def _summarise(category: AnnotatedCategory, annotations: Annotations) -> CategorySummary:
    by_marker: dict[str, list[AssociationResult]] = {}
    for result in annotations.associations:
        if result.category is category:
            by_marker.setdefault(result.marker.id, []).append(result)
    writer = _Writer(annotations.knowledge)
    if not by_marker:
        n_samples = len(annotations.calls.samples)
        return CategorySummary(category, Coded.constant(writer.summary(()), n_samples))
    found = [writer.marker_findings(results) for results in by_marker.values()]
    return CategorySummary(category, combine(found).map(writer.summary))


def _shown(call: MarkerCall) -> str:
    """Return a genotype for the reader, marked where it rests on what the user said."""
    return call.genotype + _MARKS.get(call.source, "")


def _told_short(missing: Sequence[str]) -> str:
    """Return what was not observed: each variant with its state, or how many are in which state."""
    if len(missing) <= _MAX_NAMED:
        return ", ".join(missing)
    states = Counter(text.split(" ", 1)[1].replace("_", " ") for text in missing)
    counts = ", ".join(f"{count} {state}" for state, count in states.items())
    return f"{len(missing)} variants ({counts})"


def _counted(labels: Sequence[_Label]) -> list[_Label]:
    """Return the labels that count: a variant does not beside assessed haplotypes made of it."""
    covered = {site for label in labels if label.observed for site in label.sites}
    return [label for label in labels if label.marker not in covered]


class _Signals:
    """Which variants and haplotypes carry one signal together, directly or by a chain."""

    def __init__(self, groups: Sequence[Sequence[str]]) -> None:
        self._leader: dict[str, str] = {}
        for group in groups:
            leaders = {self.of(member) for member in group}
            for member in [m for m, leader in self._leader.items() if leader in leaders]:
                self._leader[member] = group[0]
            self._leader.update(dict.fromkeys(group, group[0]))

    def of(self, member: str) -> str:
        """Return the name of the signal that a variant or set belongs to."""
        return self._leader.get(member, member)


class _Writer:
    """Puts findings into words."""

    def __init__(self, knowledge: KnowledgeBase) -> None:
        self.knowledge = knowledge
        self._linked = tuple(group.variants for group in knowledge.linkage.values())
        self._kept: dict[frozenset[tuple[str, ...]], _Signals] = {}

    def marker_findings(self, results: Sequence[AssociationResult]) -> Coded[_MarkerFindings]:
        """Return what was called of one marker and the findings on it; calls alike become one."""
        calls = results[0].marker.calls
        found = tuple(self._marker_findings(results, index) for index in range(len(calls.values)))
        return Coded(found, calls.codes).unique()

    def _marker_findings(self, results: Sequence[AssociationResult], index: int) -> _MarkerFindings:
        """Describe one distinct call of a marker, by its number."""
        marker = results[0].marker
        call = marker.calls.values[index]
        observed = any(r.conclusions[index].direction != NOT_ASSESSED for r in results)
        label = _Label(
            marker=marker.id,
            text=f"{marker.id} {_shown(call) if observed else call.status.value}",
            observed=observed,
            asserted=call.source is CallSource.ASSERTED,
            sites=marker.sites,
        )
        findings = (
            self._finding(result, index)
            for result in results
            if observed and result.conclusions[index].direction in _TOLD
        )
        return _MarkerFindings(label, tuple(findings))

    def _finding(self, result: AssociationResult, index: int) -> _Finding:
        association, marker = result.association, result.marker
        genotype = _shown(marker.calls.values[index])
        direction, level = result.conclusions[index].direction, result.grade.level
        return _Finding(
            marker=marker.id,
            made_of=(marker.id, *marker.sites) if marker.sites else (),
            genotype=f"{marker.id} {genotype}",
            outcome=self.knowledge.outcomes[association.outcome].name,
            direction=direction,
            level=level,
            text=" ".join((association.id, genotype, direction, level)),
        )

    def summary(self, markers: Sequence[_MarkerFindings]) -> Summary:
        """Return the summary of one combination of calls."""
        labels = [marker.label for marker in markers]
        told = [finding for marker in markers for finding in marker.findings]
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
        counted = _counted(labels)
        assessed = sum(label.observed for label in counted)
        if assessed:
            yield from self._findings_told(told, assessed, len(counted))
        else:
            yield self._say("summary_nothing", total=len(counted))
        asserted = ", ".join(label.text for label in labels if label.asserted)
        if asserted:
            yield self._say("summary_asserted", asserted=asserted.replace(" (asserted)", ""))
        missing = [label.text for label in labels if not label.observed]
        if missing:
            yield self._say("summary_missing", missing=_told_short(missing))

    def _findings_told(self, told: Sequence[_Finding], assessed: int, total: int) -> Iterator[str]:
        findings = [finding for finding in told if finding.direction in _EFFECTS]
        replicated = self._signals(findings, _FIRM)
        unreplicated = self._signals(findings, _WEAK)
        contradicted = self._signals(findings, (Level.CONTRADICTED,))
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

    def _signals(self, findings: Sequence[_Finding], levels: Sequence[Level]) -> str:
        """Name the findings of some levels, those that are one signal together.

        That are variants in linkage, and the variants that a set of haplotypes is made of where it
        has the same effect.
        """
        chosen = [finding for finding in findings if finding.level in levels]
        sets: dict[tuple[str, str], set[tuple[str, ...]]] = {}
        for finding in chosen:
            of_effect = sets.setdefault((finding.outcome, finding.direction), set())
            of_effect.update([finding.made_of] if finding.made_of else [])
        told: dict[tuple[str, str, str], list[str]] = {}
        for finding in chosen:
            effect = (finding.outcome, finding.direction)
            signal = self._joined(frozenset(sets[effect])).of(finding.marker)
            told.setdefault((signal, *effect), []).append(finding.genotype)
        return "; ".join(
            f"{' with '.join(genotypes)} ({outcome}: {direction})"
            for (_, outcome, direction), genotypes in told.items()
        )

    def _joined(self, sets: frozenset[tuple[str, ...]]) -> _Signals:
        if sets not in self._kept:
            self._kept[sets] = _Signals([*self._linked, *sorted(sets)])
        return self._kept[sets]

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
