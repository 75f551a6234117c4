"""Stored rows of one variant, set or association: one per person, as cells by column."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pgx_ana.coded import Coded, concatenate
from pgx_ana.output import Cells

Section = Mapping[str, Cells]
"""Cells by column, one per person; a column without any value is missing."""


def joined_cells(sections: Sequence[Section], sizes: Sequence[int]) -> Section:
    """Return the rows of several parts, which have so many people, one part behind the other."""
    joined: dict[str, Cells] = {}
    for name in dict.fromkeys(itertools.chain.from_iterable(sections)):
        found = [section.get(name) for section in sections]
        arrays = [None if isinstance(cells, Coded) else cells for cells in found]
        numbers = joined_numbers(arrays, sizes)
        joined[name] = _joined_texts(found, sizes) if numbers is None else numbers
    return joined


def joined_numbers(
    arrays: Sequence[NDArray[Any] | None], sizes: Sequence[int]
) -> NDArray[Any] | None:
    """Return the numbers of several parts, with -1 or NaN for missing ones; None for no part."""
    dtype = next((array.dtype for array in arrays if array is not None), None)
    if dtype is None:
        return None
    missing = -1 if dtype.kind == "i" else np.nan
    return np.concatenate(
        [
            np.full(size, missing, dtype) if array is None else array
            for array, size in zip(arrays, sizes, strict=True)
        ]
    )


def _joined_texts(found: Sequence[Cells | None], sizes: Sequence[int]) -> Coded[str | None]:
    return concatenate(
        [
            cells if isinstance(cells, Coded) else Coded.constant(None, size)
            for cells, size in zip(found, sizes, strict=True)
        ]
    )
