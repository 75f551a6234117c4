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

_MAX_DENSE = 1 << 22
"""Range of values up to which ranking with a lookup table is faster than sorting."""


@dataclass(frozen=True, slots=True, eq=False)
class Coded(Generic[T]):
    """One value for each sample: sample ``i`` has ``values[codes[i]]``.

    ``codes`` is int32 of shape (samples,). After :meth:`map`, ``values`` may contain equal
    values; :meth:`unique` merges them.
    """

    values: tuple[T, ...]
    codes: NDArray[np.int32]

    @classmethod
    def constant(cls, value: T, n_samples: int) -> Coded[T]:
        """Return the same value for every sample."""
        return cls((value,), np.zeros(n_samples, np.int32))

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
        new_codes = np.zeros(len(self.values), np.int32)
        new_codes[used] = np.arange(len(used), dtype=np.int32)
        return Coded(tuple(self.values[code] for code in used.tolist()), new_codes[self.codes])


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
) -> tuple[NDArray[np.int32], NDArray[np.intp]]:
    """Number the distinct rows of one or more columns of non-negative integers.

    Returns two arrays: the row number of each sample, int32 of shape (samples,), and for each row
    number the first sample that has it. Rows are sorted by the first column, then by the second,
    and so on.
    """
    numbers = np.zeros(len(columns[0]), np.int64)
    for column in columns:
        maximum = int(column.max(initial=0))
        if maximum:
            # Ranking after each column keeps the product of the column ranges within 64 bits.
            numbers = _ranks(numbers * (maximum + 1) + column)
    samples = np.zeros(int(numbers.max(initial=-1)) + 1, np.intp)
    samples[numbers[::-1]] = np.arange(len(numbers) - 1, -1, -1)
    return numbers.astype(np.int32), samples


def _ranks(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the rank of each value among the distinct values, from 0."""
    maximum = int(values.max(initial=0))
    if maximum < _MAX_DENSE:
        present = np.zeros(maximum + 1, np.int64)
        present[values] = 1
        return (np.cumsum(present) - 1)[values]
    return np.unique(values, return_inverse=True)[1].reshape(-1).astype(np.int64)
