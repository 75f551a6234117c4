"""What was found on the calls of one marker in one category, each distinct call once in a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pgx_ana.annotation.conclusions import NOT_ASSESSED, UNDETERMINED, Conclusion
from pgx_ana.annotation.markers import AssociationResult, MarkerCall
from pgx_ana.annotation.signals import Finding, SignalCounter
from pgx_ana.coded import Coded
from pgx_ana.knowledge import COMPARED, Direction, KnowledgeBase
from pgx_ana.terms import CallSource

_FOUND = frozenset(direction.value for direction in COMPARED)
SOURCE_NOTES = {CallSource.ASSERTED: " (asserted)", CallSource.OTHER_STRAND: " (other strand)"}
"""What marks a genotype that rests on the assertion or permission of the user."""

_EFFECT_WORDS = {Direction.BETWEEN.value: "in between"}
_MAX_KEPT = 5_000
"""Distinct calls of all markers whose findings are kept from one block of people to the next."""


@dataclass(frozen=True, slots=True)
class MarkerState:
    """A marker with its call, as shown to the reader.

    ``is_assessed`` is also True for a reference that the user asserted; ``is_asserted`` marks it.
    """

    text: str
    status: str
    is_assessed: bool
    is_asserted: bool


@dataclass(frozen=True, slots=True)
class MarkerFindings:
    """The state of a marker, the findings that apply to it, and where nothing could be found.

    ``undetermined`` and ``not_studied`` have its genotype if a conclusion of that kind was drawn;
    else they are empty.
    """

    state: MarkerState
    findings: tuple[Finding, ...]
    undetermined: str
    not_studied: str


class FindingMaker:
    """Makes the findings of any number of blocks of people; those on one call only once."""

    def __init__(self, knowledge: KnowledgeBase) -> None:
        self._knowledge = knowledge
        self._kept: dict[tuple[object, ...], MarkerFindings] = {}
        self.counter = SignalCounter([group.variants for group in knowledge.linkage.values()])

    def of_marker(self, results: Sequence[AssociationResult]) -> Coded[MarkerFindings]:
        """Return what the given results of one marker found; equal findings share a code."""
        if len(self._kept) > _MAX_KEPT:
            self._kept.clear()
        associations = tuple(result.association.id for result in results)
        calls = results[0].marker.calls
        conclusions = zip(*(result.conclusions for result in results), strict=True)
        findings = []
        for call, of_call in zip(calls.values, conclusions, strict=True):
            # Calls that differ in phase alone have equal findings.
            key = (associations, call, of_call)
            if key not in self._kept:
                self._kept[key] = self._of_call(results, call, of_call)
            findings.append(self._kept[key])
        return Coded(tuple(findings), calls.codes).unique()

    def _of_call(
        self,
        results: Sequence[AssociationResult],
        call: MarkerCall,
        conclusions: Sequence[Conclusion],
    ) -> MarkerFindings:
        marker = results[0].marker
        directions = {conclusion.direction for conclusion in conclusions}
        is_assessed = directions != {NOT_ASSESSED}
        genotype = f"{marker.id} {_genotype_text(call)}"
        state = MarkerState(
            text=genotype if is_assessed else f"{marker.id} {call.status.value}",
            status=call.status.value.replace("_", " "),
            is_assessed=is_assessed,
            is_asserted=call.source is CallSource.ASSERTED,
        )
        findings = tuple(
            self._finding(result, conclusion, call.genotype)
            for result, conclusion in zip(results, conclusions, strict=True)
            if conclusion.direction in _FOUND
        )
        return MarkerFindings(
            state,
            findings,
            undetermined=genotype if UNDETERMINED in directions else "",
            not_studied=genotype if Direction.NOT_STUDIED in directions else "",
        )

    def _finding(self, result: AssociationResult, conclusion: Conclusion, genotype: str) -> Finding:
        marker, effect = result.marker, conclusion.effect
        outcome = self._knowledge.outcomes[result.association.outcome]
        if effect not in {"better", "worse"}:
            effect = _EFFECT_WORDS.get(conclusion.direction, conclusion.direction)
        return Finding(
            marker=marker.id,
            set_members=(marker.id, *marker.sites) if marker.sites else (),
            outcome=outcome.name,
            group=outcome.group,
            effect=effect,
            level=result.grade.level,
            kind=result.basis.kind,
            text=f"{marker.id} {genotype}: {conclusion.headline}",
        )


def _genotype_text(call: MarkerCall) -> str:
    """Return a genotype, with a note where it rests on the user's assertion or permission."""
    return call.genotype + SOURCE_NOTES.get(call.source, "")
