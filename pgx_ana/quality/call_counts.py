"""How many calls of a run have which status."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pgx_ana.model import Call
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


def count_calls(n_people: int, states_of_variants: Sequence[Mapping[str, int]]) -> CallCounts:
    """Count the calls of people in each state; states without calls are left out.

    ``states_of_variants`` has, for each variant, the number of people in each state.
    """
    states: Counter[str] = Counter()
    for of_variant in states_of_variants:
        states.update(of_variant)
    called = CallStatus.CALLED.value
    n_called = sum(of_variant.get(called, 0) > 0 for of_variant in states_of_variants)
    present = {state: states[state] for state in CALL_STATES if states[state]}
    return CallCounts(n_people, len(states_of_variants), n_called, present)
