"""Check of the allele frequencies of a cohort against those of known populations.

A palindromic site on the other strand, or a file with REF and ALT swapped, looks sound row by row.
In a cohort it shows: its allele frequencies occur in no population.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from pgx_ana.knowledge import AlleleFrequencies, KnowledgeBase
from pgx_ana.model import CohortCalls, SiteCalls
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


def frequency_warnings(calls: CohortCalls, knowledge: KnowledgeBase) -> list[str]:
    """Return a warning for each outlier in a cohort of at least 50 people, and one for the file.

    The warning for the file comes last, if more than half of the compared variants are outliers.
    """
    if len(calls.samples) < _MIN_PEOPLE:
        return []
    compared = [
        (site, frequencies)
        for site in calls.sites
        for frequencies in knowledge.definitions[site.variant.id].frequencies[:1]
        if _is_comparable(site, frequencies)
    ]
    outliers = [
        outlier for site, frequencies in compared for outlier in _outliers(site, frequencies)
    ]
    warnings = [str(outlier) for outlier in outliers]
    if len(outliers) >= _MIN_OUTLIERS and 2 * len(outliers) > len(compared):
        warnings.append(
            f"the frequencies of {len(outliers)} of {len(compared)} variants fit no population: "
            f"the file may not be on {calls.assembly}, or not be of people"
        )
    return warnings


def _is_comparable(site: SiteCalls, frequencies: AlleleFrequencies) -> bool:
    """Return whether enough people are called, and more than one population frequency is known."""
    _, people = _count_copies(site, frequencies.allele)
    enough = people >= _MIN_PEOPLE and people >= _MIN_CALL_RATE * len(site.calls)
    return enough and len(frequencies.known) > 1


def _outliers(site: SiteCalls, frequencies: AlleleFrequencies) -> Iterator[FrequencyOutlier]:
    """Yield the allele of a site, if its frequency is an outlier."""
    copies, people = _count_copies(site, frequencies.allele)
    known = frequencies.known.values()
    observed, lowest, highest = copies / (2 * people), min(known), max(known)
    nearest = min(max(observed, lowest), highest)
    sampling_error = _MAX_STANDARD_ERRORS * math.sqrt(nearest * (1 - nearest) / (2 * people))
    if abs(observed - nearest) > _MAX_DIFFERENCE + sampling_error:
        swapped = lowest - _MAX_DIFFERENCE <= 1 - observed <= highest + _MAX_DIFFERENCE
        yield FrequencyOutlier(
            site.variant.id, frequencies.allele, observed, people, lowest, highest, swapped
        )


def _count_copies(site: SiteCalls, allele: str) -> tuple[int, int]:
    """Return the number of copies of an allele among the called people, and of these people."""
    called = [
        (call, count) for call, count in site.calls.counts() if call.status is CallStatus.CALLED
    ]
    copies = sum(call.alleles.count(allele) * count for call, count in called)
    return copies, sum(count for _, count in called)
