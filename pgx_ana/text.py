"""Tables as TSV and CSV.

Each distinct row is written once; people are then a matter of joining strings. Lists are separated
by ``;`` in text, missing values are ``.``.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from pgx_ana.tables import Block, Table, Value

MISSING_TEXT = "."
_SAMPLES_AT_ONCE = 2048
_BLANKS = str.maketrans("\t\r\n", "   ")


def text_chunks(table: Table, separator: str) -> Iterator[str]:
    """Yield a table as text, header first, some samples at a time."""
    yield _line([column.name for column in table.columns], separator)
    parts = [_BlockText(table, block, separator) for block in table.blocks]
    for start in range(0, len(table.samples), _SAMPLES_AT_ONCE):
        stop = min(start + _SAMPLES_AT_ONCE, len(table.samples))
        names = [_field(name, separator) for name in table.samples[start:stop]]
        columns = [part.rows(start, stop) for part in parts]
        # A sample's name stands before each of its rows: join puts it between an empty start and
        # the rows.
        yield "".join(
            name.join(("", *rows))
            for name, rows in zip(names, zip(*columns, strict=True), strict=True)
        )


class _BlockText:
    """The rows of a block as text, from the first separator to the end of the line."""

    def __init__(self, table: Table, block: Block, separator: str) -> None:
        self.block = block
        names = [column.name for column in table.columns[1:]]
        self.varying = [index for index, name in enumerate(names) if name in block.numbers]
        self.names = names
        self.separator = separator
        cuts = [0, *(index + 1 for index in self.varying), len(names)]
        self.pieces = [
            [
                _piece(
                    row,
                    cuts[number],
                    cuts[number + 1],
                    last=number == len(cuts) - 2,
                    separator=separator,
                )
                for number in range(len(cuts) - 1)
            ]
            for row in block.rows
        ]

    def rows(self, start: int, stop: int) -> list[str]:
        """Return the rows of some samples."""
        codes = self.block.codes[start:stop].tolist()
        if not self.varying:
            whole = [pieces[0] for pieces in self.pieces]
            return [whole[code] for code in codes]
        numbers = [
            number_texts(self.block.numbers[self.names[index]][start:stop])
            for index in self.varying
        ]
        return [
            "".join(_interleave(self.pieces[code], values))
            for code, *values in zip(codes, *numbers, strict=True)
        ]


def _interleave(pieces: Sequence[str], values: Sequence[str]) -> Iterator[str]:
    for piece, value in zip(pieces, values, strict=False):
        yield piece
        yield value
    yield pieces[-1]


def _piece(row: Sequence[Value], start: int, stop: int, *, last: bool, separator: str) -> str:
    """Write some columns of a row; before a varying column only its separator is written."""
    shown = row[start:stop] if last else row[start : stop - 1]
    text = "".join(separator + _field(_spell(value), separator) for value in shown)
    return text + ("\n" if last else separator)


def number_texts(values: NDArray[np.generic]) -> list[str]:
    """Write numbers without needless digits; NaN and -1 are missing."""
    distinct, codes = np.unique(values, return_inverse=True)
    integral = values.dtype.kind == "i"
    texts = [
        MISSING_TEXT
        if (value == -1 if integral else value != value)
        else f"{value:.7g}"
        if not integral
        else str(value)
        for value in distinct.tolist()
    ]
    return [texts[code] for code in codes.reshape(-1).tolist()]


def _spell(value: Value) -> str:
    if value is None:
        return MISSING_TEXT
    if isinstance(value, tuple):
        return ";".join(value) or MISSING_TEXT
    return str(value)


def _field(text: str, separator: str) -> str:
    """Make a value safe as one field of a line."""
    if separator == "\t":
        return text.translate(_BLANKS)
    return _csv_field(text)


def _csv_field(text: str) -> str:
    if not set(text) & set(',"\r\n'):
        return text
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow([text])
    return line.getvalue()


def _line(fields: Sequence[str], separator: str) -> str:
    return separator.join(fields) + "\n"
