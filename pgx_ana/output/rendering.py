"""The rows of a table as UTF-8 text, independent of the format.

Each distinct row is rendered and encoded once, as fragments between the columns whose numbers
differ from sample to sample. Rendering a sample then only joins bytes.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pgx_ana.coded import Coded
from pgx_ana.output.columns import Column
from pgx_ana.output.tables import Row, Table, TableSection, Value
from pgx_ana.writing import as_utf8

_BATCH_SIZE = 512
"""Number of samples that are rendered at once."""

_MAX_REMEMBERED = 20_000
"""Rows that are remembered, some 20 MB of text; with more, memory would grow with the people."""


class ByteStream(Protocol):
    """What writers write to: an output, or bytes in memory."""

    def write(self, content: bytes, /) -> int:
        """Add bytes, and return their number."""


class Style(Protocol):
    """How a format writes a row: the text before each value, the value, and the end of the row."""

    @property
    def missing(self) -> str:
        """The text for a missing number."""

    @property
    def end(self) -> str:
        """The text after the last value of a row."""

    def prefix(self, index: int, column: Column) -> str:
        """Return the text before the value of a column; ``index`` counts columns from 0."""

    def render(self, column: Column, value: Value) -> str:
        """Return the text of a value."""


@dataclass(frozen=True, slots=True, eq=False)
class RenderedSection:
    """A table section rendered in a style.

    ``fragments`` has, for each distinct row, the texts around the values of ``own_columns``, the
    columns that differ from sample to sample: one text more than there are such columns. ``texts``
    has the rendered values of those that are texts.
    """

    section: TableSection
    missing: str
    fragments: tuple[tuple[bytes, ...], ...]
    own_columns: tuple[str, ...]
    texts: Mapping[str, Coded[bytes]]

    def rows(self, start: int, stop: int) -> list[bytes]:
        """Return the rows of the samples from ``start`` up to, not including, ``stop``."""
        codes = self.section.rows.codes[start:stop].tolist()
        if not self.own_columns:
            texts = [fragments[0] for fragments in self.fragments]
            return [texts[code] for code in codes]
        own = [
            list(self.texts[name].take(slice(start, stop)))
            if name in self.texts
            else number_texts(self.section.numbers[name][start:stop], self.missing)
            for name in self.own_columns
        ]
        return [
            b"".join(_interleave(self.fragments[code], values))
            for code, *values in zip(codes, *own, strict=True)
        ]


class SectionRenderer:
    """Renders sections in a style, and remembers rows: the blocks of a run share most of them."""

    def __init__(self, style: Style) -> None:
        self._style = style
        self._known: dict[tuple[tuple[str, ...], Row], tuple[bytes, ...]] = {}

    def render(self, section: TableSection, columns: Sequence[Column]) -> RenderedSection:
        """Render every distinct row of a section, without the sample name."""
        own = {*section.numbers, *section.texts}
        cells = [
            (self._style.prefix(index, column), column, column.name in own)
            for index, column in enumerate(columns)
        ]
        own_columns = tuple(column.name for _, column, is_own in cells if is_own)
        if len(self._known) > _MAX_REMEMBERED:
            self._known.clear()
        fragments = []
        for row in section.rows.values:
            known = self._known.get((own_columns, row))
            if known is None:
                known = tuple(map(as_utf8, _row_fragments(row, cells, self._style)))
                self._known[own_columns, row] = known
            fragments.append(known)
        texts = {
            column.name: section.texts[column.name].map(self._rendered(column))
            for column in columns
            if column.name in section.texts
        }
        missing = self._style.missing
        return RenderedSection(section, missing, tuple(fragments), own_columns, texts)

    def _rendered(self, column: Column) -> Callable[[Value], bytes]:
        return lambda value: as_utf8(self._style.render(column, value))


class TableRenderer:
    """Renders the tables of one name, block by block.

    ``later`` is the style of all sections but the first, if it differs.
    """

    def __init__(self, style: Style, later: Style | None = None) -> None:
        self._first = SectionRenderer(style)
        self._later = self._first if later is None else SectionRenderer(later)

    def render(self, table: Table) -> list[RenderedSection]:
        """Render the sections of a table."""
        renderers = itertools.chain([self._first], itertools.repeat(self._later))
        return [
            renderer.render(section, table.columns[1:])
            for section, renderer in zip(table.sections, renderers, strict=False)
        ]


def sample_batches(n_samples: int) -> Iterator[tuple[int, int]]:
    """Yield start and stop (exclusive) of batches of samples, in their order."""
    for start in range(0, n_samples, _BATCH_SIZE):
        yield start, min(start + _BATCH_SIZE, n_samples)


def rows_by_sample(
    sections: Sequence[RenderedSection], start: int, stop: int
) -> list[tuple[bytes, ...]]:
    """Return one row per section for each sample from ``start`` up to, not including, ``stop``."""
    columns = [section.rows(start, stop) for section in sections]
    return list(zip(*columns, strict=True)) if columns else [()] * (stop - start)


def number_texts(values: NDArray[np.generic], missing: str) -> list[bytes]:
    """Return numbers as ASCII, with at most seven significant digits; NaN and -1 are missing."""
    distinct, codes = np.unique(values, return_inverse=True)
    if values.dtype.kind == "i":
        texts = [missing if value == -1 else str(value) for value in distinct.tolist()]
    else:
        texts = [f"{value:.7g}" if np.isfinite(value) else missing for value in distinct.tolist()]
    encoded = [text.encode("ascii") for text in texts]
    return [encoded[code] for code in codes.reshape(-1).tolist()]


def _row_fragments(
    row: Sequence[Value], cells: Sequence[tuple[str, Column, bool]], style: Style
) -> Iterator[str]:
    """Yield the texts of a row around the values that differ from sample to sample.

    ``cells`` has for each column the text before its value, and whether its values differ so.
    """
    text = ""
    for (prefix, column, is_own), value in zip(cells, row, strict=True):
        text += prefix
        if is_own:
            yield text
            text = ""
        else:
            text += style.render(column, value)
    yield text + style.end


def _interleave(fragments: Sequence[bytes], values: Sequence[bytes]) -> Iterator[bytes]:
    """Yield fragments and values in turn, beginning and ending with a fragment."""
    for fragment, value in zip(fragments, values, strict=False):
        yield fragment
        yield value
    yield fragments[-1]
