"""Whether the allele frequencies of a cohort are those of people read on the right strand.

A palindromic site read on the other strand, or a file with REF and ALT swapped, looks sound row by
row; in a cohort it gives itself away by frequencies that no population has.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from pgx_ana.knowledge import AlleleFrequencies, KnowledgeBase
from pgx_ana.model import CohortCalls, SiteCalls
from pgx_ana.terms import CallStatus

MIN_PEOPLE = 50
_MIN_CALLED = 0.9  # where only carriers have calls, frequencies say nothing
_FAR = 0.15
_STANDARD_ERRORS = 4
_MIN_SITES = 4


@dataclass(frozen=True, slots=True)
class FrequencyOutlier:
    """An allele whose frequency in a cohort is far from that in every population.

    ``swapped`` says that one minus the frequency would fit.
    """

    variant: str
    allele: str
    observed: float
    people: int
    least: float
    most: float
    swapped: bool

    def __str__(self) -> str:
        cause = ": the alleles may be swapped, or read on the other strand" if self.swapped else ""
        return (
            f"{self.variant}: {self.allele} has frequency {self.observed:.2f} among {self.people} "
            f"people, {self.least:.2f} to {self.most:.2f} in populations{cause}"
        )


def frequency_warnings(calls: CohortCalls, knowledge: KnowledgeBase) -> list[str]:
    """Say which frequencies are odd in a cohort of at least 50 people, and what that may mean."""
    if len(calls.samples) < MIN_PEOPLE:
        return []
    compared = [
        (site, frequencies)
        for site in calls.sites
        for frequencies in knowledge.definitions[site.variant.id].frequencies[:1]
        if _is_comparable(site, frequencies)
    ]
    outliers = [odd for site, frequencies in compared for odd in _outliers(site, frequencies)]
    warnings = [str(odd) for odd in outliers]
    if len(outliers) >= _MIN_SITES and 2 * len(outliers) > len(compared):
        warnings.append(
            f"the frequencies of {len(outliers)} of {len(compared)} variants fit no population: "
            f"the file may not be on {calls.assembly}, or not be of people"
        )
    return warnings


def _known(frequencies: AlleleFrequencies) -> list[float]:
    """Return the known frequencies, in populations and in all."""
    values = frequencies.model_dump(exclude={"allele", "source"}, exclude_none=True)
    return list(values.values())


def _is_comparable(site: SiteCalls, frequencies: AlleleFrequencies) -> bool:
    """Say whether enough people were called, and several populations are known."""
    _, people = _copies(site, frequencies.allele)
    enough = people >= MIN_PEOPLE and people >= _MIN_CALLED * len(site.calls)
    return enough and len(_known(frequencies)) > 1


def _outliers(site: SiteCalls, frequencies: AlleleFrequencies) -> Iterator[FrequencyOutlier]:
    copies, people = _copies(site, frequencies.allele)
    known = _known(frequencies)
    observed, least, most = copies / (2 * people), min(known), max(known)
    nearest = min(max(observed, least), most)
    chance = _STANDARD_ERRORS * math.sqrt(nearest * (1 - nearest) / (2 * people))
    if abs(observed - nearest) > _FAR + chance:
        swapped = least - _FAR <= 1 - observed <= most + _FAR
        yield FrequencyOutlier(
            site.variant.id, frequencies.allele, observed, people, least, most, swapped
        )


def _copies(site: SiteCalls, allele: str) -> tuple[int, int]:
    """Count the copies of an allele, and the people who were called."""
    called = [(c, count) for c, count in site.calls.counts() if c.status is CallStatus.CALLED]
    copies = sum(call.alleles.count(allele) * count for call, count in called)
    return copies, sum(count for _, count in called)
