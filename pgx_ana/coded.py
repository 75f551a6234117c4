"""The distinct combinations of what people have, so that each is worked out once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_DENSE = 1 << 22


def distinct(columns: Sequence[NDArray[np.int32]]) -> tuple[NDArray[np.int32], list[list[int]]]:
    """Number the distinct rows of some columns of codes (int32, not negative, one per sample).

    Returns the number of everybody's row, int32 of shape (samples,), and the rows, in the order of
    their first columns.
    """
    numbers = np.zeros(len(columns[0]), np.int64)
    for column in columns:
        most = int(column.max(initial=0))
        if most:
            # Renumbering after each column keeps the product of the counts within 64 bits.
            numbers = _renumbered(numbers * (most + 1) + column)
    _, first = np.unique(numbers, return_index=True)
    rows = np.column_stack([column[first] for column in columns])
    return numbers.astype(np.int32), rows.tolist()


def _renumbered(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Number values by rank, from 0."""
    most = int(values.max(initial=0))
    if most < _DENSE:  # counting is faster than sorting
        present = np.zeros(most + 1, np.int64)
        present[values] = 1
        return (np.cumsum(present) - 1)[values]
    return np.unique(values, return_inverse=True)[1].reshape(-1).astype(np.int64)
