"""How many calls of a run have which status."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from pgx_ana.model import CohortCalls
from pgx_ana.terms import CallSource, CallStatus

ASSERTED = CallSource.ASSERTED.value
"""The state of an absent call that the user asserted to be reference; it is not observed."""


@dataclass(frozen=True, slots=True)
class CallCounts:
    """The number of calls in each state (``asserted`` or a status), and of what they are calls.

    ``called_variants`` is the number of variants that are called in any sample.
    """

    samples: int
    variants: int
    called_variants: int
    states: Mapping[str, int]

    @property
    def are_all_called(self) -> bool:
        """Say whether every variant is called in every sample, or asserted."""
        return not set(self.states) - {CallStatus.CALLED.value, ASSERTED}

    def __str__(self) -> str:
        people = "1 sample" if self.samples == 1 else f"{self.samples} samples"
        variants = "1 variant" if self.variants == 1 else f"{self.variants} variants"
        known = "1 known variant" if self.variants == 1 else f"{self.variants} known variants"
        counts = ", ".join(f"{count} {state}" for state, count in self.states.items())
        return (
            f"{self.called_variants} of {known} called in any sample; of "
            f"{self.samples * self.variants} calls ({people} x {variants}): {counts}"
        )


def count_calls(calls: CohortCalls) -> CallCounts:
    """Count the calls of a cohort in each state; states without calls are left out."""
    states: Counter[str] = Counter()
    called_variants = 0
    for site in calls.sites:
        is_called = False
        for call, count in site.calls.counts():
            is_asserted = call.source is CallSource.ASSERTED
            states[ASSERTED if is_asserted else call.status.value] += count
            is_called |= call.status is CallStatus.CALLED and not is_asserted and count > 0
        called_variants += is_called
    order = [CallStatus.CALLED.value, ASSERTED, *(status.value for status in CallStatus)]
    present = {state: states[state] for state in order if states[state]}
    return CallCounts(len(calls.samples), len(calls.sites), called_variants, present)
