"""The people of a run in blocks: everybody once, in order, with the files that they are in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from pgx_ana.pipeline import division
from pgx_ana.pipeline.division import PeopleBlock

NAMES = "ABCDEFGHIJ"


@dataclass(frozen=True)
class SelectedFile:
    """What is asked of a file: its selected samples, and their numbers in the file."""

    samples: tuple[str, ...]
    selected: NDArray[np.intp]


@st.composite
def selected_files(draw: st.DrawFn) -> SelectedFile:
    """Return a file with people of few names, in any order; some of them are not selected."""
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, unique=True))
    numbers = draw(st.sets(st.integers(0, len(names) - 1), min_size=1))
    chosen = sorted(numbers)
    return SelectedFile(tuple(names[number] for number in chosen), np.array(chosen, np.intp))


files_of_run = st.lists(selected_files(), min_size=1, max_size=8)


def blocks_of(
    files: Sequence[SelectedFile], people: int | None, files_in_block: int = 100
) -> list[PeopleBlock]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(division, "FILES_IN_BLOCK", files_in_block)
        return list(division.divide(cast(Any, files), people))


def first_file(files: Sequence[SelectedFile], sample: str) -> int:
    return next(number for number, file in enumerate(files) if sample in file.samples)


def everybody(files: Sequence[SelectedFile]) -> list[str]:
    return list(dict.fromkeys(sample for file in files for sample in file.samples))


@given(files_of_run)
def test_one_block_has_everybody_and_finishes_all_files(files: list[SelectedFile]) -> None:
    (block,) = blocks_of(files, None)
    assert everybody(files) == list(block.samples)
    assert tuple(range(len(files))) == block.finished


@given(files_of_run, st.integers(1, 11), st.integers(1, 9))
def test_blocks_are_as_large_as_they_may_be(
    files: list[SelectedFile], people: int, files_in_block: int
) -> None:
    """The people follow one another; a block ends only where one of its limits is reached."""
    blocks = blocks_of(files, people, files_in_block)
    samples = [sample for block in blocks for sample in block.samples]
    assert everybody(files) == samples
    for number, block in enumerate(blocks):
        beyond = first_file(files, block.samples[0]) + files_in_block
        assert 1 <= len(block.samples) <= people
        assert all(first_file(files, sample) < beyond for sample in block.samples)
        if len(block.samples) < people and block is not blocks[-1]:
            assert first_file(files, blocks[number + 1].samples[0]) >= beyond


@given(files_of_run, st.integers(1, 11), st.integers(1, 9))
def test_members_are_the_people_of_a_block_in_each_file(
    files: list[SelectedFile], people: int, files_in_block: int
) -> None:
    """A file without anybody of the block is no member of it."""
    for block in blocks_of(files, people, files_in_block):
        expected = {
            number: [
                (in_file, block.samples.index(sample))
                for sample, in_file in zip(file.samples, file.selected.tolist(), strict=True)
                if sample in block.samples
            ]
            for number, file in enumerate(files)
        }
        found = {
            member.file: list(zip(member.people.tolist(), member.positions.tolist(), strict=True))
            for member in block.members
        }
        assert {number: pairs for number, pairs in expected.items() if pairs} == found
        assert sorted(found) == list(found)


@given(files_of_run, st.integers(1, 11), st.integers(1, 9))
def test_a_file_is_finished_with_the_last_of_its_people(
    files: list[SelectedFile], people: int, files_in_block: int
) -> None:
    blocks = blocks_of(files, people, files_in_block)
    for number, file in enumerate(files):
        needing = [n for n, block in enumerate(blocks) if {*file.samples} & {*block.samples}]
        finishing = [n for n, block in enumerate(blocks) if number in block.finished]
        assert needing[-1:] == finishing
