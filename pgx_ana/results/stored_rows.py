"""The rows of a table in blocks of people, as they were written: for each variant or haplotype set
a row of every person of the block.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pgx_ana.coded import Coded
from pgx_ana.errors import InputError
from pgx_ana.results.parquet_file import ParquetFile, Rows
from pgx_ana.results.sections import Section, joined_cells


@dataclass(frozen=True, slots=True, eq=False)
class StoredBlock:
    """The rows of people ``start`` to ``stop`` (not included) of a file, by variant or set."""

    start: int
    stop: int
    sections: Mapping[str, Section]


class PeopleOfFile:
    """The names of the people of a file, in their order, by which its rows are checked."""

    def __init__(self, samples: Sequence[str]) -> None:
        self.samples = samples
        self._numbers: dict[str, int] = {}

    def numbers_in(self, rows: Rows) -> NDArray[np.int64]:
        """Return the number of the person of each row, -1 for nobody and where columns differ."""
        found = []
        index = rows.cells.get("sample_index")
        if isinstance(index, np.ndarray):
            found.append(index.astype(np.int64))
        names = rows.cells.get("sample")
        if isinstance(names, Coded):
            if not self._numbers:
                self._numbers = {name: number for number, name in enumerate(self.samples)}
            of_values = [self._numbers.get(str(name), -1) for name in names.values]
            found.append(np.array(of_values, np.int64)[names.codes])
        if not found:
            return np.full(rows.n_rows, -1, np.int64)
        return found[0] if len(found) == 1 else np.where(found[0] == found[1], found[0], -1)


def stored_blocks(
    file: ParquetFile, marker: str, columns: Sequence[str], people: PeopleOfFile
) -> Iterator[StoredBlock]:
    """Yield the blocks of a file of calls or haplotypes. Only one is kept at a time.

    ``marker`` is the column of the variant or set, ``columns`` are further ones. Raises
    :class:`InputError` for a file that cannot be read, or lacks rows of people.
    """
    start = 0
    sections: dict[str, list[Rows]] = {}
    last: str | None = None
    for name, rows, numbers in _runs(file, marker, columns, people):
        if name in sections and name != last:
            block, sections = _block(file, sections, start), {}
            start = block.stop
            yield block
            del block
        first = start + sum(part.n_rows for part in sections.get(name, ()))
        if not np.array_equal(numbers, np.arange(first, first + rows.n_rows)):
            raise _damaged(file, f"{name}: the rows are not those of the people of samples")
        sections.setdefault(name, []).append(rows)
        last = name
    if sections:
        block = _block(file, sections, start)
        start = block.stop
        yield block
    if file.n_rows and start != len(people.samples):
        raise _damaged(file, f"it has rows of {start} people, and there are {len(people.samples)}")


def _runs(
    file: ParquetFile, marker: str, columns: Sequence[str], people: PeopleOfFile
) -> Iterator[tuple[str, Rows, NDArray[np.int64]]]:
    """Yield successive rows of one variant or set, with the numbers of their people."""
    who = [*(["sample_index"] * file.has_numbers), *(["sample"] * file.has_names)]
    for group in file.groups([*who, marker, *columns]):
        markers = group.cells.get(marker)
        if not isinstance(markers, Coded):
            raise _damaged(file, f"the column {marker} is empty")
        numbers = people.numbers_in(group)
        rows = Rows(
            group.n_rows, {name: group.cells[name] for name in columns if name in group.cells}
        )
        del group
        changes = np.flatnonzero(markers.codes[1:] != markers.codes[:-1]) + 1
        for first, last in itertools.pairwise([0, *changes.tolist(), rows.n_rows]):
            yield str(markers[first]), rows.take(slice(first, last)), numbers[first:last]


def _block(file: ParquetFile, sections: Mapping[str, Sequence[Rows]], start: int) -> StoredBlock:
    sizes = {sum(part.n_rows for part in parts) for parts in sections.values()}
    if len(sizes) > 1:
        raise _damaged(file, "some people lack rows")
    return StoredBlock(
        start,
        start + sizes.pop(),
        {name: _joined(parts) for name, parts in sections.items()},
    )


def _joined(parts: Sequence[Rows]) -> Section:
    """Return the rows of one or more row groups."""
    if len(parts) == 1:
        return parts[0].cells
    return joined_cells([part.cells for part in parts], [part.n_rows for part in parts])


def _damaged(file: ParquetFile, what: str) -> InputError:
    return InputError(
        f"{file.path}: {what}; the file is of another run, or was changed: annotate again"
    )
