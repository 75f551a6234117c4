"""One summary per person and category: the findings, their levels, and what was not assessed.

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
_FINDING_DIRECTIONS = _EFFECTS | {UNDETERMINED, Direction.NOT_STUDIED.value}
_REPLICATED_LEVELS = LADDER[: LADDER.index(Level.REPLICATED) + 1]
_UNREPLICATED_LEVELS = LADDER[len(_REPLICATED_LEVELS) :]
_LEVEL_RANKS = {level: rank for rank, level in enumerate(Level)}
_SOURCE_NOTES = {CallSource.ASSERTED: " (asserted)", CallSource.OTHER_STRAND: " (other strand)"}
_MAX_MISSING_NAMED = 5  # markers


@dataclass(frozen=True, slots=True)
class Summary:
    """The summary of one category in one person.

    ``highest_level`` is the level of the strongest effect that applies to the genotype: None where
    no effect applies, ``not_assessable`` where no marker was assessed. ``findings`` has the
    associations with an effect. ``assessed`` and ``not_assessed`` have the markers (variants and
    haplotype sets) with their genotype or status.
    """

    conclusion: str
    highest_level: Level | None
    findings: tuple[str, ...]
    assessed: tuple[str, ...]
    not_assessed: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class CategorySummary:
    """The summaries of one category in all samples."""

    category: AnnotatedCategory
    summaries: Coded[Summary]


def summarise(annotations: Annotations) -> tuple[CategorySummary, ...]:
    """Summarise every category."""
    return tuple(_summarise(category, annotations) for category in AnnotatedCategory)


@dataclass(frozen=True, slots=True)
class _MarkerState:
    """A marker with its call, as shown to the reader.

    ``is_assessed`` is also True for a reference that the user asserted; ``is_asserted`` marks it.
    ``sites`` are the core sites of a haplotype set; empty for a variant.
    """

    marker: str
    text: str
    is_assessed: bool
    is_asserted: bool
    sites: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Finding:
    """An association that applies to a genotype.

    ``direction`` is an effect, ``undetermined`` or ``not_studied``. ``set_members`` are a haplotype
    set and its core sites; empty for a variant. ``genotype`` includes the marker and is used in
    sentences; ``text`` is the entry in the list of findings.
    """

    marker: str
    set_members: tuple[str, ...]
    genotype: str
    outcome: str
    direction: str
    level: Level
    text: str


@dataclass(frozen=True, slots=True)
class _MarkerFindings:
    """The state of a marker and the findings that apply to it."""

    state: _MarkerState
    findings: tuple[_Finding, ...]


def _summarise(category: AnnotatedCategory, annotations: Annotations) -> CategorySummary:
    by_marker: dict[str, list[AssociationResult]] = {}
    for result in annotations.associations:
        if result.category is category:
            by_marker.setdefault(result.marker.id, []).append(result)
    writer = _SummaryWriter(annotations.knowledge)
    if not by_marker:
        n_samples = len(annotations.calls.samples)
        return CategorySummary(category, Coded.constant(writer.summary(()), n_samples))
    markers = [writer.marker_findings(results) for results in by_marker.values()]
    return CategorySummary(category, combine(markers).map(writer.summary))


def _genotype_text(call: MarkerCall) -> str:
    """Return a genotype, with a note where it rests on the user's assertion or permission."""
    return call.genotype + _SOURCE_NOTES.get(call.source, "")


def _missing_text(missing: Sequence[str]) -> str:
    """Return the markers that were not assessed, each with its status; counts if there are many."""
    if len(missing) <= _MAX_MISSING_NAMED:
        return ", ".join(missing)
    statuses = Counter(text.split(" ", 1)[1].replace("_", " ") for text in missing)
    counts = ", ".join(f"{count} {status}" for status, count in statuses.items())
    return f"{len(missing)} variants ({counts})"


def _counted_markers(states: Sequence[_MarkerState]) -> list[_MarkerState]:
    """Return the markers that count: all but the core sites of an assessed haplotype set."""
    covered = {site for state in states if state.is_assessed for site in state.sites}
    return [state for state in states if state.marker not in covered]


class _SignalGroups:
    """Groups of variants and haplotype sets that carry one signal, directly or through a chain."""

    def __init__(self, groups: Sequence[Sequence[str]]) -> None:
        self._representative: dict[str, str] = {}
        for group in groups:
            merged = {self.representative(member) for member in group}
            for member, representative in self._representative.items():
                if representative in merged:
                    self._representative[member] = group[0]
            self._representative.update(dict.fromkeys(group, group[0]))

    def representative(self, marker: str) -> str:
        """Return the marker that stands for the signal of a variant or haplotype set."""
        return self._representative.get(marker, marker)


class _SummaryWriter:
    """Writes the summaries of one category."""

    def __init__(self, knowledge: KnowledgeBase) -> None:
        self._knowledge = knowledge
        self._linkage_groups = tuple(group.variants for group in knowledge.linkage.values())
        self._signal_cache: dict[frozenset[tuple[str, ...]], _SignalGroups] = {}

    def marker_findings(self, results: Sequence[AssociationResult]) -> Coded[_MarkerFindings]:
        """Return the findings of one marker in every sample; equal ones share a code."""
        calls = results[0].marker.calls
        findings = tuple(self._marker_findings(results, code) for code in range(len(calls.values)))
        return Coded(findings, calls.codes).unique()

    def _marker_findings(self, results: Sequence[AssociationResult], code: int) -> _MarkerFindings:
        """Return the findings on one distinct call of a marker."""
        marker = results[0].marker
        call = marker.calls.values[code]
        is_assessed = any(result.conclusions[code].direction != NOT_ASSESSED for result in results)
        state = _MarkerState(
            marker=marker.id,
            text=f"{marker.id} {_genotype_text(call) if is_assessed else call.status.value}",
            is_assessed=is_assessed,
            is_asserted=call.source is CallSource.ASSERTED,
            sites=marker.sites,
        )
        findings = (
            self._finding(result, code)
            for result in results
            if is_assessed and result.conclusions[code].direction in _FINDING_DIRECTIONS
        )
        return _MarkerFindings(state, tuple(findings))

    def _finding(self, result: AssociationResult, code: int) -> _Finding:
        association, marker = result.association, result.marker
        genotype = _genotype_text(marker.calls.values[code])
        direction, level = result.conclusions[code].direction, result.grade.level
        return _Finding(
            marker=marker.id,
            set_members=(marker.id, *marker.sites) if marker.sites else (),
            genotype=f"{marker.id} {genotype}",
            outcome=self._knowledge.outcomes[association.outcome].name,
            direction=direction,
            level=level,
            text=" ".join((association.id, genotype, direction, level)),
        )

    def summary(self, markers: Sequence[_MarkerFindings]) -> Summary:
        """Return the summary of one combination of calls at all markers."""
        states = [marker.state for marker in markers]
        findings = [finding for marker in markers for finding in marker.findings]
        effects = [finding for finding in findings if finding.direction in _EFFECTS]
        assessed = tuple(state.text for state in states if state.is_assessed)
        missing = tuple(state.text for state in states if not state.is_assessed)
        return Summary(
            conclusion=" ".join(self._sentences(findings, states)),
            highest_level=_highest_level(effects) if assessed else Level.NOT_ASSESSABLE,
            findings=tuple(finding.text for finding in effects),
            assessed=assessed,
            not_assessed=missing,
        )

    def _sentences(
        self, findings: Sequence[_Finding], states: Sequence[_MarkerState]
    ) -> Iterator[str]:
        if not states:
            yield self._message("summary_no_evidence")
            return
        counted = _counted_markers(states)
        n_assessed = sum(state.is_assessed for state in counted)
        if n_assessed:
            yield from self._finding_sentences(findings, n_assessed, len(counted))
        else:
            yield self._message("summary_nothing", total=len(counted))
        asserted = ", ".join(state.text for state in states if state.is_asserted)
        if asserted:
            yield self._message("summary_asserted", asserted=asserted.replace(" (asserted)", ""))
        missing = [state.text for state in states if not state.is_assessed]
        if missing:
            yield self._message("summary_missing", missing=_missing_text(missing))

    def _finding_sentences(
        self, findings: Sequence[_Finding], n_assessed: int, n_markers: int
    ) -> Iterator[str]:
        effects = [finding for finding in findings if finding.direction in _EFFECTS]
        replicated = self._signals_text(effects, _REPLICATED_LEVELS)
        unreplicated = self._signals_text(effects, _UNREPLICATED_LEVELS)
        contradicted = self._signals_text(effects, (Level.CONTRADICTED,))
        undetermined = _genotypes_text(findings, UNDETERMINED)
        not_studied = _genotypes_text(findings, Direction.NOT_STUDIED.value)
        if replicated:
            yield self._message("summary_replicated", replicated=replicated)
        else:
            yield self._message("summary_not_replicated")
        if unreplicated:
            yield self._message("summary_unreplicated", unreplicated=unreplicated)
        if contradicted:
            yield self._message("summary_contradicted", contradicted=contradicted)
        if not (effects or undetermined):
            yield self._message("summary_no_finding", assessed=n_assessed, total=n_markers)
        if undetermined:
            yield self._message("summary_undetermined", undetermined=undetermined)
        if not_studied:
            yield self._message("summary_not_studied", not_studied=not_studied)

    def _signals_text(self, effects: Sequence[_Finding], levels: Sequence[Level]) -> str:
        """Return the genotypes with an effect at some levels, those of one signal joined.

        Variants in linkage carry one signal. So do a haplotype set and its core sites where they
        have the same effect.
        """
        selected = [finding for finding in effects if finding.level in levels]
        sets_by_effect: dict[tuple[str, str], set[tuple[str, ...]]] = {}
        for finding in selected:
            sets = sets_by_effect.setdefault((finding.outcome, finding.direction), set())
            if finding.set_members:
                sets.add(finding.set_members)
        by_signal: dict[tuple[str, str, str], list[str]] = {}
        for finding in selected:
            effect = (finding.outcome, finding.direction)
            groups = self._signal_groups(frozenset(sets_by_effect[effect]))
            signal = groups.representative(finding.marker)
            by_signal.setdefault((signal, *effect), []).append(finding.genotype)
        return "; ".join(
            f"{' with '.join(genotypes)} ({outcome}: {direction})"
            for (_, outcome, direction), genotypes in by_signal.items()
        )

    def _signal_groups(self, sets: frozenset[tuple[str, ...]]) -> _SignalGroups:
        if sets not in self._signal_cache:
            self._signal_cache[sets] = _SignalGroups([*self._linkage_groups, *sorted(sets)])
        return self._signal_cache[sets]

    def _message(self, name: str, **fields: object) -> str:
        return self._knowledge.messages[name].text.format(**fields)


def _highest_level(effects: Sequence[_Finding]) -> Level | None:
    """Return the strongest level; the enum lists levels from the strongest to the weakest."""
    levels = (finding.level for finding in effects)
    return min(levels, key=_LEVEL_RANKS.__getitem__, default=None)


def _genotypes_text(findings: Sequence[_Finding], direction: str) -> str:
    """Return the genotypes that have some finding with a direction, each once."""
    genotypes = (finding.genotype for finding in findings if finding.direction == direction)
    return ", ".join(dict.fromkeys(genotypes))
