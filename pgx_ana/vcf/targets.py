"""The stretches of the genome to read records from, and which of them a row overlaps."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence, Set
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

MAX_POSITION_DIGITS = 10
"""A POS or END of more digits is no position."""

BEYOND_ALL = 10**MAX_POSITION_DIGITS
"""Above every position."""


@dataclass(frozen=True, slots=True)
class Target:
    """A stretch of a chromosome (plain name, 1-based inclusive) whose records are read.

    ``reference`` is its sequence, by which a file that does not tell which allele is the reference
    can be understood; empty where it is not known or not certain.
    """

    chrom: str
    start: int
    end: int
    reference: str = ""


@dataclass(slots=True)
class NextTarget:
    """The next target for a row on ``chrom`` whose POS is above ``floor``, up to ``ceiling``.

    A row that ends before ``start`` overlaps no target: it is the first position of all targets
    that do not end before such a row, and beyond every position where there is none.
    """

    chrom: str
    floor: int
    ceiling: int
    start: int


class TargetIndex:
    """Finds the targets that a row overlaps, quickly for the many rows that overlap none.

    Targets are known by their ``numbers``, which count from 0 in the order given if there are none.
    """

    def __init__(self, targets: Sequence[Target], numbers: Sequence[int] | None = None) -> None:
        self.targets = tuple(targets)
        by_chrom: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
        for number, target in zip(numbers or range(len(targets)), targets, strict=True):
            by_chrom[target.chrom].append((target.end, target.start, number))
        # By chromosome: the ends, rising; the first start from each of them on; the targets.
        self._of_chrom: dict[str, tuple[list[int], list[int], list[tuple[int, int, int]]]] = {}
        for chrom, by_end in by_chrom.items():
            by_end.sort()
            starts = list(accumulate((start for _, start, _ in reversed(by_end)), min))
            self._of_chrom[chrom] = ([end for end, _, _ in by_end], starts[::-1], by_end)

    def __contains__(self, chrom: str) -> bool:
        return chrom in self._of_chrom

    @property
    def chromosomes(self) -> Set[str]:
        """Return the chromosomes with targets."""
        return self._of_chrom.keys()

    def next_target(self, chrom: str, pos: int) -> NextTarget:
        """Return the next target for rows at a position, and for which other rows that holds."""
        ends, starts, _ = self._of_chrom[chrom]
        index = bisect_left(ends, pos)
        floor = ends[index - 1] if index else -1
        if index == len(ends):
            return NextTarget(chrom, floor, BEYOND_ALL, 2 * BEYOND_ALL)
        return NextTarget(chrom, floor, ends[index], starts[index])

    def may_overlap(
        self, chrom: str, first: NDArray[np.int64], last: NDArray[np.int64]
    ) -> NDArray[np.bool_]:
        """Return which stretches, by their first and last positions, may overlap a target.

        The others overlap none. There must be at least one stretch.
        """
        ends, starts, _ = self._of_chrom[chrom]
        lowest, highest = bisect_left(ends, first.min()), bisect_left(ends, first.max())
        next_starts = np.array([*starts, 2 * BEYOND_ALL][lowest : highest + 1])
        if len(next_starts) == 1:
            return np.asarray(last >= next_starts[0])
        return np.asarray(next_starts[np.searchsorted(ends[lowest:highest], first)] <= last)

    def overlapped(self, chrom: str, start: int, end: int) -> list[int]:
        """Return the numbers of the targets that a stretch overlaps, rising."""
        ends, _, by_end = self._of_chrom[chrom]
        candidates = by_end[bisect_left(ends, start) :]
        return sorted(number for _, first, number in candidates if first <= end)
