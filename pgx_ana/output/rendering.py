"""The rows of a table as text, whatever the format.

Each distinct row is written once, in pieces around the columns that differ from person to person;
people are then a matter of joining strings.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pgx_ana.output.columns import Column
from pgx_ana.output.tables import Table, TableSection, Value


class Style(Protocol):
    """How a format writes a row: what leads to a value, the value, and the end of the row."""

    @property
    def missing(self) -> str:
        """What is written for a missing number."""

    @property
    def end(self) -> str:
        """What ends a row."""

    def lead(self, index: int, column: Column) -> str:
        """Return what stands before the value of a column."""

    def show(self, column: Column, value: Value) -> str:
        """Return a value."""


@dataclass(frozen=True, slots=True, eq=False)
class SectionRows:
    """The rows of a section in a style: pieces of each distinct row, and the columns between."""

    section: TableSection
    missing: str
    pieces: tuple[tuple[str, ...], ...]
    varying: tuple[str, ...]

    def between(self, start: int, stop: int) -> list[str]:
        """Return the rows of some samples."""
        codes = self.section.rows.codes[start:stop].tolist()
        if not self.varying:
            whole = [pieces[0] for pieces in self.pieces]
            return [whole[code] for code in codes]
        numbers = [
            number_texts(self.section.numbers[name][start:stop], self.missing)
            for name in self.varying
        ]
        return [
            "".join(_interleave(self.pieces[code], values))
            for code, *values in zip(codes, *numbers, strict=True)
        ]


def render_sections(table: Table, style: Style) -> list[SectionRows]:
    """Write every distinct row of a table, without the sample."""
    return [_render_section(section, table.columns[1:], style) for section in table.sections]


def number_texts(values: NDArray[np.generic], missing: str) -> list[str]:
    """Write numbers without needless digits; NaN and -1 are missing."""
    distinct, codes = np.unique(values, return_inverse=True)
    if values.dtype.kind == "i":
        texts = [missing if value == -1 else str(value) for value in distinct.tolist()]
    else:
        texts = [f"{value:.7g}" if np.isfinite(value) else missing for value in distinct.tolist()]
    return [texts[code] for code in codes.reshape(-1).tolist()]


def _render_section(section: TableSection, columns: Sequence[Column], style: Style) -> SectionRows:
    varying = tuple(column.name for column in columns if column.name in section.numbers)
    pieces = tuple(tuple(_pieces(row, columns, style, varying)) for row in section.rows.values)
    return SectionRows(section, style.missing, pieces, varying)


def _pieces(
    row: Sequence[Value], columns: Sequence[Column], style: Style, varying: Sequence[str]
) -> Iterator[str]:
    text = ""
    for index, (column, value) in enumerate(zip(columns, row, strict=True)):
        text += style.lead(index, column)
        if column.name in varying:
            yield text
            text = ""
        else:
            text += style.show(column, value)
    yield text + style.end


def _interleave(pieces: Sequence[str], values: Sequence[str]) -> Iterator[str]:
    for piece, value in zip(pieces, values, strict=False):
        yield piece
        yield value
    yield pieces[-1]
