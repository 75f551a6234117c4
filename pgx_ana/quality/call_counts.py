"""How many calls of a run have which status."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from pgx_ana.model import Call, CohortCalls
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


def state_of(call: Call) -> str:
    """Return the state of a call: its status, or ``asserted``."""
    return ASSERTED if call.source is CallSource.ASSERTED else call.status.value


CALL_STATES = (
    CallStatus.CALLED.value,
    ASSERTED,
    *(status.value for status in CallStatus if status is not CallStatus.CALLED),
)
"""All states of a call, in the order in which they are listed."""


def count_calls(calls: CohortCalls) -> CallCounts:
    """Count the calls of a cohort in each state; states without calls are left out."""
    states: Counter[str] = Counter()
    called_variants = 0
    for site in calls.sites:
        is_called = False
        for call, count in site.calls.counts():
            states[state_of(call)] += count
            is_called |= state_of(call) == CallStatus.CALLED.value and count > 0
        called_variants += is_called
    present = {state: states[state] for state in CALL_STATES if states[state]}
    return CallCounts(len(calls.samples), len(calls.sites), called_variants, present)
