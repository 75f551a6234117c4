"""People divided into cells, each person in exactly one, and sums of cells that may be hidden."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar


class Hidden(StrEnum):
    """A number of people that is not told.

    ``small`` is a number from 1 up to the least that is told. ``other`` would give such a number
    away, or may be one itself.
    """

    SMALL = "small"
    OTHER = "other"


Count = int | Hidden
"""A number of people, or that it is not told."""

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Partition(Generic[K]):
    """The number of people in each cell; each of ``n_people`` is in exactly one.

    Cells without people are left out of ``cells``. ``hides_zeros`` is True where it is not told
    which cells have no people: there may be people in cells that are not listed.
    """

    n_people: int
    cells: Mapping[K, Count]
    hides_zeros: bool = False

    @property
    def has_hidden(self) -> bool:
        """Return whether the number of people in any cell is hidden."""
        return self.hides_zeros or any(isinstance(n, Hidden) for n in self.cells.values())

    def of(self, is_in: Callable[[K], bool]) -> Count:
        """Return the number of people in the cells that satisfy a predicate.

        It is told only if it follows from the cells that are told and from ``n_people``; never
        with ``hides_zeros``, for the predicate may hold for cells that are not listed.
        """
        if self.hides_zeros:
            return Hidden.OTHER
        inside = [count for cell, count in self.cells.items() if is_in(cell)]
        outside = [count for cell, count in self.cells.items() if not is_in(cell)]
        told, rest = _told(inside), _told(outside)
        if told is not None:
            return told
        if rest is not None:
            return self.n_people - rest
        return inside[0] if len(inside) == 1 else Hidden.OTHER

    def where(self, key: Callable[[K], object], value: object) -> Count:
        """Return the number of people in the cells of which ``key`` has a value."""
        return self.of(lambda cell: key(cell) == value)


def _told(counts: list[Count]) -> int | None:
    """Return the sum of counts; None if any is hidden."""
    total = 0
    for count in counts:
        if isinstance(count, Hidden):
            return None
        total += count
    return total
