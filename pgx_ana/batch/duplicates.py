"""Samples in several units of a batch: their rows could not be told apart.

The rule looks at all files of the batch and not at how they are divided: a unit is left out if an
earlier one that can be read names one of its samples.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pgx_ana.batch.plan import Block, PlannedFile
from pgx_ana.batch.records import BlockRecord

UnitId = tuple[int, int]
"""Number of the block, and number of the unit in it."""


def duplicates(blocks: Sequence[Block], records: Mapping[int, BlockRecord]) -> dict[UnitId, str]:
    """Return the units that must be left out, each with the sentence that says why."""
    first: dict[str, PlannedFile] = {}
    found: dict[UnitId, str] = {}
    for block in blocks:
        results = records[block.number].units
        for number, (unit, result) in enumerate(zip(block.units, results, strict=True)):
            for sample in result.samples:
                other = first.setdefault(sample, unit[0])
                if other is not unit[0] and (block.number, number) not in found:
                    found[block.number, number] = _sentence(sample, unit[0], other)
    return found


def _sentence(sample: str, file: PlannedFile, other: PlannedFile) -> str:
    return (
        f"{file.row.file}: sample {sample!r} is also in {other.row.file} (line {other.row.line}); "
        "name it with a column sample, or give both the same group if they are of one person or "
        "cohort"
    )
