"""Distinct values with integer codes: per-sample values, each distinct value stored once.

Most samples share their values with others. Work on a value is therefore done once for each
distinct value, whatever the number of samples; a sample carries only a code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T")
U = TypeVar("U")

Codes = NDArray[np.integer[Any]]
"""One non-negative integer per sample, of any integer dtype."""

_MAX_NUMBER = 1 << 62
"""Numbers up to this one can be added without leaving 64 bits."""


@dataclass(frozen=True, slots=True, eq=False)
class Coded(Generic[T]):
    """One value for each sample: sample ``i`` has ``values[codes[i]]``.

    ``codes`` has shape (samples,) and the smallest integer dtype that holds all codes: uint8,
    uint16 or int32; it is made of integers of any dtype. After :meth:`map`, ``values`` may contain
    equal values; :meth:`unique` merges them.
    """

    values: tuple[T, ...]
    codes: Codes

    def __post_init__(self) -> None:
        """Keep the codes in as few bytes as possible: a cohort has one for each person and site."""
        dtype = code_dtype(len(self.values))
        if self.codes.dtype != dtype:
            object.__setattr__(self, "codes", self.codes.astype(dtype))

    @classmethod
    def constant(cls, value: T, n_samples: int) -> Coded[T]:
        """Return the same value for every sample."""
        return cls((value,), np.zeros(n_samples, np.uint8))

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, sample: int) -> T:
        value: T = self.values[int(self.codes[sample])]
        return value

    def __iter__(self) -> Iterator[T]:
        """Yield the value of each sample."""
        return (self.values[code] for code in self.codes.tolist())

    def map(self, function: Callable[[T], U]) -> Coded[U]:
        """Apply a function once to each distinct value."""
        return Coded(tuple(function(value) for value in self.values), self.codes)

    def mask(self, predicate: Callable[[T], bool]) -> NDArray[np.bool_]:
        """Return bool of shape (samples,): True where the value satisfies the predicate."""
        return np.array([predicate(value) for value in self.values], np.bool_)[self.codes]

    def take(self, samples: slice | NDArray[np.integer[Any]]) -> Coded[T]:
        """Return the values of the given samples, in the given order."""
        return Coded(self.values, self.codes[samples])

    def counts(self) -> list[tuple[T, int]]:
        """Return each value with its number of samples, in the order of ``values``."""
        n_samples = np.bincount(self.codes, minlength=len(self.values)).tolist()
        return list(zip(self.values, n_samples, strict=True))

    def unique(self) -> Coded[T]:
        """Return the same samples with equal values merged."""
        return concatenate([self])

    def compact(self) -> Coded[T]:
        """Return the same samples without the values that no sample has."""
        used = np.flatnonzero(np.bincount(self.codes, minlength=len(self.values)))
        if len(used) == len(self.values):
            return self
        new_codes = np.zeros(len(self.values), code_dtype(len(used)))
        new_codes[used] = np.arange(len(used))
        return Coded(tuple(self.values[code] for code in used.tolist()), new_codes[self.codes])


def code_dtype(n_values: int) -> np.dtype[Any]:
    """Return the smallest dtype for the codes of so many values: uint8, uint16 or int32.

    >>> code_dtype(256), code_dtype(257)
    (dtype('uint8'), dtype('uint16'))
    """
    if n_values <= 1 << 8:
        return np.dtype(np.uint8)
    return np.dtype(np.uint16 if n_values <= 1 << 16 else np.int32)


def combine(columns: Sequence[Coded[Any]]) -> Coded[tuple[Any, ...]]:
    """Return the combination of values that each sample has over one or more columns.

    Combinations are sorted by the codes of the first column, then of the second, and so on.
    """
    codes, samples = distinct_rows([column.codes for column in columns])
    rows = tuple(tuple(column[sample] for column in columns) for sample in samples.tolist())
    return Coded(rows, codes)


def concatenate(parts: Sequence[Coded[T]]) -> Coded[T]:
    """Return the samples of all parts in sequence, with equal values merged."""
    code_of: dict[T, int] = {}
    recoded = [
        np.array([code_of.setdefault(v, len(code_of)) for v in part.values], np.int32)[part.codes]
        for part in parts
    ]
    codes = np.concatenate([np.zeros(0, np.int32), *recoded])
    return Coded(tuple(code_of), codes)


def distinct_rows(
    columns: Sequence[NDArray[np.integer[Any] | np.bool_]],
) -> tuple[Codes, NDArray[np.intp]]:
    """Number the distinct rows of one or more columns of non-negative integers.

    Returns two arrays: the row number of each sample, of shape (samples,) and the dtype of
    :func:`code_dtype`, and for each row number the first sample that has it. Rows are sorted by the
    first column, then by the second, and so on.
    """
    n_samples = len(columns[0])
    numbers, n_possible = np.zeros(n_samples, np.int64), 1
    for column in columns:
        n_of_column = int(column.max(initial=0)) + 1
        if n_of_column == 1:
            continue
        if n_possible * n_of_column > _MAX_NUMBER:
            numbers, n_possible = _ranks(numbers, n_possible)
        numbers *= n_of_column
        numbers += column
        n_possible *= n_of_column
    numbers, n_rows = _ranks(numbers, n_possible)
    samples = np.zeros(n_rows, np.intp)
    samples[numbers[::-1]] = np.arange(n_samples - 1, -1, -1)
    return numbers.astype(code_dtype(n_rows)), samples


def _ranks(numbers: NDArray[np.int64], n_possible: int) -> tuple[NDArray[np.int64], int]:
    """Return the rank of each number among the distinct numbers, from 0, and how many there are.

    All numbers are smaller than ``n_possible``.
    """
    if n_possible <= 8 * len(numbers) + 1024:  # a lookup table is then faster than sorting
        is_present = np.zeros(n_possible, np.bool_)
        is_present[numbers] = True
        ranks = np.cumsum(is_present, dtype=np.int64)
        return ranks[numbers] - 1, int(ranks[-1])
    distinct, ranks = np.unique(numbers, return_inverse=True)
    return ranks.reshape(-1).astype(np.int64, copy=False), len(distinct)
