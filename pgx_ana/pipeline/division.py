"""The people of a run, divided into blocks: some people, and the files that they are in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pgx_ana.vcf import RecordFile

PEOPLE_IN_BLOCK = 50_000
"""Most people of a block: at all known sites they need some 100 MB."""

FILES_IN_BLOCK = 512
"""Number of files after which a block takes no further one, unless its people are in it."""


@dataclass(frozen=True, slots=True, eq=False)
class BlockMember:
    """The people of a block that are in one file, at least one.

    ``people`` are their numbers in the file, and ``positions`` those in the block; both are intp of
    shape (people,). The numbers in the file rise.
    """

    file: int
    people: NDArray[np.intp]
    positions: NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class PeopleBlock:
    """Some people, in the order of the run, and the files that they are in.

    ``finished`` are the numbers of the files that no later block needs.
    """

    samples: tuple[str, ...]
    members: tuple[BlockMember, ...]
    finished: tuple[int, ...]


def divide(files: Sequence[RecordFile], people: int | None) -> Iterator[PeopleBlock]:
    """Divide the selected people of all files into blocks of at most ``people`` each.

    People come in the order in which the files name them; one name is one person. With None, all
    people are one block.
    """
    samples = tuple(dict.fromkeys(sample for file in files for sample in file.samples))
    numbers = _numbers(files, samples)
    first = np.array([found.min() for found in numbers], np.int64)
    last = np.array([found.max() for found in numbers], np.int64)
    for start, stop in _bounds(numbers, len(samples), people):
        reaching = np.flatnonzero((first < stop) & (last >= start)).tolist()
        members = (_member(n, files[n], numbers[n], start, stop) for n in reaching)
        yield PeopleBlock(
            samples=samples[start:stop],
            # A file may have people before the block and behind it, and none in it.
            members=tuple(member for member in members if len(member.people)),
            finished=tuple(number for number in reaching if last[number] < stop),
        )


def _numbers(files: Sequence[RecordFile], samples: tuple[str, ...]) -> list[NDArray[np.int32]]:
    """Return, for each file, the numbers of its people in the run."""
    if all(file.samples == samples for file in files):
        return [np.arange(len(samples), dtype=np.int32)] * len(files)
    number_of = {sample: number for number, sample in enumerate(samples)}
    return [np.array([number_of[name] for name in file.samples], np.int32) for file in files]


def _bounds(
    numbers: Sequence[NDArray[np.int32]], n_people: int, people: int | None
) -> Iterator[tuple[int, int]]:
    """Yield the first person of each block, and the first of the next."""
    if people is None:
        yield 0, n_people
        return
    # The first file of each person: files are opened in their order, so it rises from one to next.
    first_file = np.zeros(n_people, np.int32)
    for file, found in reversed(list(enumerate(numbers))):
        first_file[found] = file
    start = 0
    while start < n_people:
        beyond = int(np.searchsorted(first_file, first_file[start] + FILES_IN_BLOCK))
        stop = min(start + people, beyond, n_people)
        yield start, stop
        start = stop


def _member(
    number: int, file: RecordFile, numbers: NDArray[np.int32], start: int, stop: int
) -> BlockMember:
    among = np.flatnonzero((numbers >= start) & (numbers < stop))
    return BlockMember(number, file.selected[among], (numbers[among] - start).astype(np.intp))
