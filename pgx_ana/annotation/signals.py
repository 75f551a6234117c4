"""Findings that carry one signal: linked variants, and a haplotype set with its core sites."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pgx_ana.knowledge import BasisKind, Level

BETTER, WORSE, CONFLICTING = "better", "worse", "conflicting"

_OPPOSITES = ({BETTER, WORSE}, {"higher", "lower"})

_LEVEL_RANKS = {level: rank for rank, level in enumerate(Level)}
_KIND_RANKS = {kind: rank for rank, kind in enumerate(BasisKind)}


@dataclass(frozen=True, slots=True, eq=False)
class Finding:
    """An association that found a difference which applies to a genotype.

    Each is made once for all people with the genotype, and is equal to itself only.

    ``outcome`` is its name, ``group`` that of the outcomes with which it is counted.
    ``set_members`` are a haplotype set and its core sites; empty for a variant. ``effect`` is
    better or worse for the person; where it is neither, the direction in words. ``text`` is the
    entry in the list of findings.
    """

    marker: str
    set_members: tuple[str, ...]
    outcome: str
    group: str
    effect: str
    level: Level
    kind: BasisKind
    text: str


@dataclass(frozen=True, slots=True)
class Signal:
    """Findings of one signal on one group of outcomes and one kind of drugs, counted once.

    ``effect`` is ``conflicting`` if linked variants tell the person opposite things. ``level`` is
    that of its strongest finding, ``outcome`` that of its first. ``markers`` are all that carry it.
    """

    markers: tuple[str, ...]
    outcome: str
    effect: str
    level: Level
    kind: BasisKind


class SignalCounter:
    """Counts findings by the signal that they carry.

    ``linked`` are groups of variants that carry one signal. A haplotype set and its core sites
    carry one where both have a finding. Findings that agree count once for each kind of drugs,
    those that tell the person opposite things once.
    """

    def __init__(self, linked: Sequence[Sequence[str]]) -> None:
        self._linked = linked
        self._groups: dict[frozenset[tuple[str, ...]], SignalGroups] = {}
        self._signals: dict[tuple[Finding, ...], list[Signal]] = {}

    def signals(self, findings: Sequence[Finding]) -> list[Signal]:
        """Return the signals of the findings that apply to one person."""
        by_group: dict[str, list[Finding]] = {}
        for finding in findings:
            by_group.setdefault(finding.group, []).append(finding)
        return [
            signal for members in by_group.values() for signal in self._of_group(tuple(members))
        ]

    def _of_group(self, findings: tuple[Finding, ...]) -> list[Signal]:
        """Return the signals of findings on one group of outcomes; people share most of these."""
        if findings not in self._signals:
            sets = frozenset(finding.set_members for finding in findings if finding.set_members)
            if sets not in self._groups:
                self._groups[sets] = SignalGroups([*self._linked, *sorted(sets)])
            by_signal: dict[str, list[Finding]] = {}
            for finding in findings:
                marker = self._groups[sets].representative(finding.marker)
                by_signal.setdefault(marker, []).append(finding)
            self._signals[findings] = [
                signal for members in by_signal.values() for signal in _signals(members)
            ]
        return self._signals[findings]


def highest(levels: Iterable[Level]) -> Level | None:
    """Return the strongest level; the enum lists levels from the strongest to the weakest."""
    return min(levels, key=_LEVEL_RANKS.__getitem__, default=None)


def _signals(members: Sequence[Finding]) -> list[Signal]:
    """Return the findings of one signal, one for each kind of drugs unless they conflict."""
    effects = {finding.effect for finding in members}
    if any(opposites <= effects for opposites in _OPPOSITES):
        kind = min((finding.kind for finding in members), key=_KIND_RANKS.__getitem__)
        level = highest(finding.level for finding in members)
        assert level is not None
        return [Signal(_markers(members), members[0].outcome, CONFLICTING, level, kind)]
    by_kind: dict[BasisKind, list[Finding]] = {}
    for finding in members:
        by_kind.setdefault(finding.kind, []).append(finding)
    return [_agreeing(kind, of_kind) for kind, of_kind in by_kind.items()]


def _agreeing(kind: BasisKind, members: Sequence[Finding]) -> Signal:
    """Return findings of one kind of drugs as one, with the strongest level."""
    strongest = min(members, key=lambda finding: _LEVEL_RANKS[finding.level])
    effects = {finding.effect for finding in members}
    sided = (effect for effect in (BETTER, WORSE) if effect in effects)
    effect = next(sided, strongest.effect)
    return Signal(_markers(members), members[0].outcome, effect, strongest.level, kind)


def _markers(members: Sequence[Finding]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(finding.marker for finding in members))


class SignalGroups:
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
