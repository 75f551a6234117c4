"""Findings that carry one signal: linked variants, and a haplotype set with its core sites."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pgx_ana.knowledge import BasisKind, Level

BETTER, WORSE, CONFLICTING = "better", "worse", "conflicting"

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
    """Findings of one signal on one group of outcomes, counted once.

    ``effect`` is ``conflicting`` if linked variants tell the person opposite things. ``level`` and
    ``kind`` are those of its strongest and nearest finding.
    """

    effect: str
    level: Level
    kind: BasisKind


def signals(findings: Sequence[Finding], linked: Sequence[Sequence[str]]) -> list[Signal]:
    """Return the findings by signal; ``linked`` are groups of variants that carry one signal.

    A haplotype set and its core sites carry one signal where both have a finding.
    """
    sets = {finding.set_members for finding in findings if finding.set_members}
    groups = _SignalGroups([*linked, *sorted(sets)])
    by_signal: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        key = (groups.representative(finding.marker), finding.group)
        by_signal.setdefault(key, []).append(finding)
    return [_signal(members) for members in by_signal.values()]


def highest(levels: Iterable[Level]) -> Level | None:
    """Return the strongest level; the enum lists levels from the strongest to the weakest."""
    return min(levels, key=_LEVEL_RANKS.__getitem__, default=None)


def _signal(members: Sequence[Finding]) -> Signal:
    effects = {finding.effect for finding in members}
    strongest = min(members, key=lambda item: (_KIND_RANKS[item.kind], _LEVEL_RANKS[item.level]))
    return Signal(
        effect=CONFLICTING if {BETTER, WORSE} <= effects else _told(effects, strongest),
        level=strongest.level,
        kind=strongest.kind,
    )


def _told(effects: set[str], strongest: Finding) -> str:
    """Return better or worse if any member is so, else the effect of the strongest."""
    return next((effect for effect in (BETTER, WORSE) if effect in effects), strongest.effect)


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
