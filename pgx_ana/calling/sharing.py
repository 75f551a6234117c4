"""Rows of one file that count in the other files of the same people.

One person may have small variants in one file and structural variants in another. A deletion or a
copy-number change shows no base: it only changes what the rows of the other file mean, as it would
in one file with them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pgx_ana.calling.alleles import resolve
from pgx_ana.model import MISSING, Record, Variant
from pgx_ana.terms import Assembly


@dataclass(frozen=True, slots=True)
class FileRecords:
    """The records of one file at one variant, and the samples of the file."""

    records: Sequence[Record]
    samples: tuple[str, ...]


def share_structural_rows(
    variant: Variant, assembly: Assembly, files: Sequence[FileRecords]
) -> list[list[Record]]:
    """Return the records of each file, and the structural ones of other files of its samples.

    A structural record is evidence of no base at the locus. In samples that its file does not have,
    it has reference copies, which say nothing.
    """
    shared = [list(part.records) for part in files]
    if sum(bool(part.records) for part in files) < 2:
        return shared
    locus = variant.loci[assembly]
    for number, source in enumerate(files):
        structural = []
        for record in source.records:
            resolution = resolve(record, variant, locus)
            if not (resolution.is_evidence or resolution.is_uninformative):
                structural.append(record)
        if not structural:
            continue
        index_of = {sample: index for index, sample in enumerate(source.samples)}
        for other, target in enumerate(files):
            taken = np.array([index_of.get(sample, -1) for sample in target.samples], np.intp)
            if other != number and (taken >= 0).any():
                shared[other] += [_of_samples(record, taken) for record in structural]
    return shared


def _of_samples(record: Record, taken: NDArray[np.intp]) -> Record:
    """Return a record for other samples: for each its number in the record, -1 for none."""
    is_there = taken >= 0
    chosen = record.of(np.maximum(taken, 0))
    absent = {
        "alleles": 0,
        "phased": 0,
        "phase_set": MISSING,
        "gq": np.nan,
        "dp": np.nan,
        "failed": 0,
        "probability": np.nan,
        "phase_probability": np.nan,
        "sample_ends": 0,
    }
    for name, value in absent.items():
        values = getattr(chosen, name)
        if values is not None:
            values[~is_there] = value  # the arrays are new
    return chosen
