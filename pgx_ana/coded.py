"""Distinct values and integer codes: what many samples have, each value held once.

Samples share most of what they have. What is derived from a value is derived once for each distinct
value, whatever the number of samples; samples only carry codes.
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
"""Up to so many numbers, marking those that occur is faster than sorting them."""


@dataclass(frozen=True, slots=True, eq=False)
class Coded(Generic[T]):
    """One value for each sample: sample ``i`` has ``values[codes[i]]``.

    ``codes`` is int32 of shape (samples,). Equal values may occur more than once in ``values``
    after :meth:`map`.
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
        """Return bool of shape (samples,): whose value fulfils a predicate."""
        return np.array([predicate(value) for value in self.values], np.bool_)[self.codes]

    def take(self, samples: slice | NDArray[np.intp]) -> Coded[T]:
        """Return the values of some samples, in their order."""
        return Coded(self.values, self.codes[samples])

    def counts(self) -> list[tuple[T, int]]:
        """Return each value with the number of its samples, in the order of the values."""
        numbers = np.bincount(self.codes, minlength=len(self.values)).tolist()
        return list(zip(self.values, numbers, strict=True))

    def unique(self) -> Coded[T]:
        """Return the same with equal values made one."""
        return concatenate([self])

    def compact(self) -> Coded[T]:
        """Return the same without the values that no sample has."""
        used = np.flatnonzero(np.bincount(self.codes, minlength=len(self.values)))
        if len(used) == len(self.values):
            return self
        ranks = np.zeros(len(self.values), np.int32)
        ranks[used] = np.arange(len(used), dtype=np.int32)
        return Coded(tuple(self.values[number] for number in used.tolist()), ranks[self.codes])


def combine(columns: Sequence[Coded[Any]]) -> Coded[tuple[Any, ...]]:
    """Return what each sample has in all columns together, at least one.

    Combinations are in the order of the codes of the first column, then the second, and so on.
    """
    codes, samples = distinct_rows([column.codes for column in columns])
    rows = tuple(tuple(column[sample] for column in columns) for sample in samples.tolist())
    return Coded(rows, codes)


def concatenate(parts: Sequence[Coded[T]]) -> Coded[T]:
    """Return the samples of all parts one after the other; equal values become one."""
    numbers: dict[T, int] = {}
    renumbered = [
        np.array([numbers.setdefault(v, len(numbers)) for v in part.values], np.int32)[part.codes]
        for part in parts
    ]
    codes = np.concatenate([np.zeros(0, np.int32), *renumbered])
    return Coded(tuple(numbers), codes)


def distinct_rows(
    columns: Sequence[NDArray[np.integer[Any] | np.bool_]],
) -> tuple[NDArray[np.int32], NDArray[np.intp]]:
    """Number the distinct rows of some columns, at least one, of integers that are not negative.

    Returns the number of each sample's row, int32 of shape (samples,), in the order of the first
    column, then the second, and so on; and for each distinct row a sample that has it.
    """
    numbers = np.zeros(len(columns[0]), np.int64)
    for column in columns:
        most = int(column.max(initial=0))
        if most:
            # Renumbering after each column keeps the product of the counts within 64 bits.
            numbers = _ranks(numbers * (most + 1) + column)
    samples = np.zeros(int(numbers.max(initial=-1)) + 1, np.intp)
    samples[numbers[::-1]] = np.arange(len(numbers) - 1, -1, -1)
    return numbers.astype(np.int32), samples


def _ranks(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Number distinct values from 0 in ascending order."""
    most = int(values.max(initial=0))
    if most < _MAX_DENSE:
        present = np.zeros(most + 1, np.int64)
        present[values] = 1
        return (np.cumsum(present) - 1)[values]
    return np.unique(values, return_inverse=True)[1].reshape(-1).astype(np.int64)
