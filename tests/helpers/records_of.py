"""The records of a file at targets, for all of its people."""

from __future__ import annotations

from collections.abc import Sequence

from pgx_ana.model import Record
from pgx_ana.vcf import Target, TargetIndex, VariantFile


def records_at(file: VariantFile, targets: Sequence[Target]) -> list[list[Record]]:
    """Return the records that overlap each target, with arrays of their own for all people."""
    rows = file.rows_at(TargetIndex(targets))
    return [
        [
            record.of(file.selected)
            for record in file.read(rows.get(number, ()), file.selected, file.samples)
        ]
        for number in range(len(targets))
    ]
