"""Check of the allele frequencies of a cohort against those of known populations.

A palindromic site on the other strand, or a file with REF and ALT swapped, looks sound row by row.
In a cohort it shows: its allele frequencies occur in no population.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pgx_ana.knowledge import AlleleFrequencies, KnowledgeBase
from pgx_ana.model import CohortCalls, SiteCalls
from pgx_ana.quality.call_counts import state_of
from pgx_ana.terms import CallStatus

_MIN_PEOPLE = 50
"""Least number of called people whose allele frequency is compared."""

_MIN_CALL_RATE = 0.9
"""Least fraction of people with a call: frequencies mean nothing if only carriers are called."""

_MAX_DIFFERENCE = 0.15
"""Greatest difference from the nearest population frequency, beyond the sampling error."""

_MAX_STANDARD_ERRORS = 4
"""Sampling error that is allowed for, in standard errors of the nearest population frequency."""

_MIN_OUTLIERS = 4
"""Least number of outliers that put the whole file in doubt."""


@dataclass(frozen=True, slots=True)
class FrequencyOutlier:
    """An allele whose frequency in a cohort is far from its frequency in every population.

    ``lowest`` and ``highest`` are the population frequencies. ``swapped`` is true if one minus the
    observed frequency fits them.
    """

    variant: str
    allele: str
    observed: float
    people: int
    lowest: float
    highest: float
    swapped: bool

    def __str__(self) -> str:
        cause = ": the alleles may be swapped, or read on the other strand" if self.swapped else ""
        return (
            f"{self.variant}: {self.allele} has frequency {self.observed:.2f} among {self.people} "
            f"people, {self.lowest:.2f} to {self.highest:.2f} in populations{cause}"
        )


@dataclass(frozen=True, slots=True)
class SiteTally:
    """What people have at one variant; tallies of different people can be added.

    ``states`` has the number of people in each state (``asserted`` or a call status). ``called``
    are those with a called genotype, asserted ones included, and ``copies`` is the number of copies
    that they have of the allele whose population frequencies are known.
    """

    variant: str
    states: Mapping[str, int]
    called: int = 0
    copies: int = 0

    @property
    def people(self) -> int:
        """Return the number of people."""
        return sum(self.states.values())

    def __add__(self, other: SiteTally) -> SiteTally:
        """Return the tally of the people of both."""
        states = Counter(self.states)
        states.update(other.states)
        return SiteTally(
            self.variant, states, self.called + other.called, self.copies + other.copies
        )


@dataclass(frozen=True, slots=True)
class FrequencyCheck:
    """The frequency of an allele among people, held against those of known populations.

    ``allele`` is empty where no population frequency is known. ``observed`` is the frequency among
    ``people`` with a call, None for nobody. ``lowest`` and ``highest`` are the population
    frequencies. ``is_compared`` says that enough people are called, and that more than one
    population frequency is known.
    """

    variant: str
    allele: str
    people: int
    observed: float | None
    lowest: float | None
    highest: float | None
    is_compared: bool
    outlier: FrequencyOutlier | None


def tally_sites(calls: CohortCalls, knowledge: KnowledgeBase) -> list[SiteTally]:
    """Return the tally of every variant of a cohort."""
    return [_tally(site, knowledge) for site in calls.sites]


def add_tallies(parts: Iterable[Sequence[SiteTally]]) -> tuple[SiteTally, ...]:
    """Return the tallies of the people of all parts, in the order of the variants."""
    sums: dict[str, SiteTally] = {}
    for part in parts:
        for tally in part:
            earlier = sums.get(tally.variant)
            sums[tally.variant] = tally if earlier is None else earlier + tally
    return tuple(sums.values())


def _tally(site: SiteCalls, knowledge: KnowledgeBase) -> SiteTally:
    known = _known_frequencies(site.variant.id, knowledge)
    copies, called = _count_copies(site, known.allele if known else "")
    states: Counter[str] = Counter()
    for call, count in site.calls.counts():
        if count:
            states[state_of(call)] += count
    return SiteTally(site.variant.id, states, called, copies)


def check_frequencies(
    tallies: Iterable[SiteTally], knowledge: KnowledgeBase
) -> list[FrequencyCheck]:
    """Return, for each variant, how its frequency compares with those of known populations."""
    return [_check(tally, knowledge) for tally in tallies]


def frequency_warnings(
    n_people: int, tallies: Iterable[SiteTally], assembly: str, knowledge: KnowledgeBase
) -> list[str]:
    """Return a warning for each outlier among at least 50 people, and one for their file.

    The warning for the file comes last, if more than half of the compared variants are outliers.
    """
    if n_people < _MIN_PEOPLE:
        return []
    doubt = f"the file may not be on {assembly}, or not be of people"
    return outlier_warnings(check_frequencies(tallies, knowledge), doubt)


def outlier_warnings(checks: Iterable[FrequencyCheck], doubt: str) -> list[str]:
    """Return a warning for each outlier, and ``doubt`` if most of the variants are outliers."""
    compared = [check for check in checks if check.is_compared]
    outliers = [check.outlier for check in compared if check.outlier is not None]
    warnings = [str(outlier) for outlier in outliers]
    if len(outliers) >= _MIN_OUTLIERS and 2 * len(outliers) > len(compared):
        warnings.append(
            f"the frequencies of {len(outliers)} of {len(compared)} variants fit no population: "
            f"{doubt}"
        )
    return warnings


def _known_frequencies(variant: str, knowledge: KnowledgeBase) -> AlleleFrequencies | None:
    """Return the frequencies of a variant in populations, None where they are not known."""
    return next(iter(knowledge.definitions[variant].frequencies[:1]), None)


def _check(tally: SiteTally, knowledge: KnowledgeBase) -> FrequencyCheck:
    frequencies = _known_frequencies(tally.variant, knowledge)
    if frequencies is None:
        return FrequencyCheck(
            tally.variant, "", tally.called, None, None, None, is_compared=False, outlier=None
        )
    known, called = list(frequencies.known.values()), tally.called
    enough = called >= _MIN_PEOPLE and called >= _MIN_CALL_RATE * tally.people
    is_compared = enough and len(known) > 1
    return FrequencyCheck(
        variant=tally.variant,
        allele=frequencies.allele,
        people=called,
        observed=tally.copies / (2 * called) if called else None,
        lowest=min(known, default=None),
        highest=max(known, default=None),
        is_compared=is_compared,
        outlier=_outlier(tally, frequencies.allele, known) if is_compared else None,
    )


def _outlier(tally: SiteTally, allele: str, known: list[float]) -> FrequencyOutlier | None:
    """Return the allele of a site, if its frequency is an outlier."""
    people, lowest, highest = tally.called, min(known), max(known)
    observed = tally.copies / (2 * people)
    nearest = min(max(observed, lowest), highest)
    sampling_error = _MAX_STANDARD_ERRORS * math.sqrt(nearest * (1 - nearest) / (2 * people))
    if abs(observed - nearest) <= _MAX_DIFFERENCE + sampling_error:
        return None
    swapped = lowest - _MAX_DIFFERENCE <= 1 - observed <= highest + _MAX_DIFFERENCE
    return FrequencyOutlier(tally.variant, allele, observed, people, lowest, highest, swapped)


def _count_copies(site: SiteCalls, allele: str) -> tuple[int, int]:
    """Return the number of copies of an allele among the called people, and of these people."""
    called = [
        (call, count) for call, count in site.calls.counts() if call.status is CallStatus.CALLED
    ]
    copies = sum(call.alleles.count(allele) * count for call, count in called)
    return copies, sum(count for _, count in called)
