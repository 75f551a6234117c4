"""What came of a block: its units, and how often which allele was seen."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pgx_ana.quality import SiteTally


class Outcome(StrEnum):
    """What came of a unit.

    ``refused``: its files cannot be read, trusted or matched. ``lost``: the process that read it
    ended, or took too long. ``duplicate``: an earlier unit names the same sample.
    """

    OK = "ok"
    REFUSED = "refused"
    LOST = "lost"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class UnitResult:
    """What came of one file or group.

    ``samples`` are the names of its people, empty unless ``outcome`` is ``ok`` or ``duplicate``.
    ``file_samples`` is the number of people in each file. ``called`` is the number of variants that
    are called in any of them. ``reason`` is the sentence that refused it, empty for none; of a
    duplicate it depends on all files of the batch, and is not known here.
    """

    outcome: Outcome
    samples: tuple[str, ...] = ()
    file_samples: tuple[int, ...] = ()
    called: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class BlockRecord:
    """What came of one block: the result of each unit, and the tallies of its people.

    ``pieces`` is the number of parts of each table.
    """

    key: str
    pieces: int
    units: tuple[UnitResult, ...]
    tallies: tuple[SiteTally, ...]

    def duplicates(self) -> frozenset[int]:
        """Return the numbers of the units that are duplicates."""
        return frozenset(
            number for number, unit in enumerate(self.units) if unit.outcome is Outcome.DUPLICATE
        )

    def has_lost(self) -> bool:
        """Say whether the process that read a unit ended: it may not do so again."""
        return any(unit.outcome is Outcome.LOST for unit in self.units)

    def as_text(self) -> str:
        """Return the record as JSON, one line per unit and variant."""
        units = ",\n".join(
            json.dumps([u.outcome, u.reason, u.called, u.file_samples, u.samples])
            for u in self.units
        )
        tallies = ",\n".join(
            json.dumps([t.variant, t.states, t.called, t.copies]) for t in self.tallies
        )
        head = f'"key": {json.dumps(self.key)}, "pieces": {self.pieces}'
        return f'{{{head}, "units": [\n{units}\n], "tallies": [\n{tallies}\n]}}\n'

    @classmethod
    def from_text(cls, text: str) -> BlockRecord:
        """Return the record from JSON. Raises :class:`KeyError`, :class:`ValueError` or similar."""
        values = json.loads(text)
        return cls(
            values["key"],
            int(values["pieces"]),
            tuple(_units_from(values["units"])),
            tuple(SiteTally(*tally) for tally in values["tallies"]),
        )


def _units_from(values: list[list[Any]]) -> Iterator[UnitResult]:
    for outcome, reason, called, file_samples, samples in values:
        yield UnitResult(Outcome(outcome), tuple(samples), tuple(file_samples), called, reason)
