"""STAND-IN."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pgx_ana.annotation.annotations import Annotations
from pgx_ana.annotation.overall import _n_called, summarise
from pgx_ana.annotation.summary import OVERALL
from pgx_ana.coded import Coded
from pgx_ana.knowledge import Level

Counts = NDArray[np.int16]


@dataclass(frozen=True, slots=True, eq=False)
class CategoryTally:
    """Stand-in."""

    category: str
    highest_level: Coded[Level | None]
    n_findings: Counts
    n_better: Counts
    n_worse: Counts
    n_other_effect: Counts
    n_on_drug: Counts
    n_on_class: Counts
    n_on_others: Counts
    n_assessed: Counts
    n_not_assessed: Counts
    n_undetermined: Counts
    n_not_studied: Counts
    n_called_sites: Counts | None = None


def tally_categories(annotations: Annotations) -> tuple[CategoryTally, ...]:
    """Stand-in."""
    tallies = []
    for item in summarise(annotations):

        def counts(name: str) -> Counts:
            values = [getattr(s, name) for s in item.summaries.values]
            numbers = [v if isinstance(v, int) else len(v) for v in values]
            return np.array(numbers, np.int16)[item.summaries.codes]

        zero = np.zeros(len(item.summaries), np.int16)
        tallies.append(
            CategoryTally(
                item.category,
                item.summaries.map(lambda s: s.highest_level),
                counts("n_findings"),
                zero,
                zero,
                zero,
                zero,
                zero,
                zero,
                counts("assessed"),
                counts("not_assessed"),
                zero,
                zero,
                _n_called(annotations).astype(np.int16) if item.category == OVERALL else None,
            )
        )
    return tuple(tallies)
