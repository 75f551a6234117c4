"""Findings that carry one signal: linked variants, and a haplotype set with its core sites."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pgx_ana.knowledge import BasisKind, Level

BETTER, WORSE, CONFLICTING = "better", "worse", "conflicting"

_OPPOSITES = ({BETTER, WORSE}, {"higher", "lower"})

_LEVEL_RANKS = {level: rank for rank, level in enumerate(Level)}
_KIND_RANKS = {kind: rank for rank, kind in enumerate(BasisKind)}


@dataclass(frozen=True, slots=True)
class Finding:
    """An association that found a difference which applies to a genotype.

    ``set_members`` are a haplotype set and its core sites; empty for a variant. ``effect`` is
    better or worse for the person; where it is neither, the direction in words. ``text`` is the
    entry in the list of findings.
    """

    marker: str
    set_members: tuple[str, ...]
    group: str
    effect: str
    level: Level
    kind: BasisKind
    text: str


@dataclass(frozen=True, slots=True)
class Signal:
    """Findings of one signal on one group of outcomes and one kind of drugs, counted once.

    ``effect`` is ``conflicting`` if linked variants tell the person opposite things. ``level`` is
    that of its strongest finding.
    """

    effect: str
    level: Level
    kind: BasisKind


def signals(findings: Sequence[Finding], linked: Sequence[Sequence[str]]) -> list[Signal]:
    """Return the findings by signal; ``linked`` are groups of variants that carry one signal.

    A haplotype set and its core sites carry one signal where both have a finding. Findings that
    agree count once for each kind of drugs, those that tell the person opposite things once.
    """
    by_group: dict[str, list[Finding]] = {}
    for finding in findings:
        by_group.setdefault(finding.group, []).append(finding)
    return [
        signal
        for members in by_group.values()
        for linked_members in _by_signal(members, linked)
        for signal in _signals(linked_members)
    ]


def highest(levels: Iterable[Level]) -> Level | None:
    """Return the strongest level; the enum lists levels from the strongest to the weakest."""
    return min(levels, key=_LEVEL_RANKS.__getitem__, default=None)


def _by_signal(
    findings: Sequence[Finding], linked: Sequence[Sequence[str]]
) -> Iterable[list[Finding]]:
    """Return findings on one group of outcomes by the signal that they carry."""
    sets = {finding.set_members for finding in findings if finding.set_members}
    groups = _SignalGroups([*linked, *sorted(sets)])
    by_signal: dict[str, list[Finding]] = {}
    for finding in findings:
        by_signal.setdefault(groups.representative(finding.marker), []).append(finding)
    return by_signal.values()


def _signals(members: Sequence[Finding]) -> list[Signal]:
    """Return the findings of one signal, one for each kind of drugs unless they conflict."""
    effects = {finding.effect for finding in members}
    if any(opposites <= effects for opposites in _OPPOSITES):
        kind = min((finding.kind for finding in members), key=_KIND_RANKS.__getitem__)
        level = highest(finding.level for finding in members)
        assert level is not None
        return [Signal(CONFLICTING, level, kind)]
    by_kind: dict[BasisKind, list[Finding]] = {}
    for finding in members:
        by_kind.setdefault(finding.kind, []).append(finding)
    return [_agreeing(kind, of_kind) for kind, of_kind in by_kind.items()]


def _agreeing(kind: BasisKind, members: Sequence[Finding]) -> Signal:
    """Return findings of one kind of drugs as one, with the strongest level."""
    strongest = min(members, key=lambda finding: _LEVEL_RANKS[finding.level])
    effects = {finding.effect for finding in members}
    sided = (effect for effect in (BETTER, WORSE) if effect in effects)
    return Signal(next(sided, strongest.effect), strongest.level, kind)


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
