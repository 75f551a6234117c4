"""Tables as TSV and CSV. Lists are separated by ``;``, missing values are ``.``."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from pgx_ana.output.columns import Column
from pgx_ana.output.rendering import render_sections
from pgx_ana.output.tables import Table, Value

MISSING_TEXT = "."
_SAMPLES_AT_ONCE = 512
_BLANKS = str.maketrans("\t\r\n", "   ")


def text_chunks(table: Table, separator: str) -> Iterator[str]:
    """Yield a table as text, header first, some samples at a time."""
    style = _Separated(separator)
    yield separator.join(column.name for column in table.columns) + "\n"
    blocks = render_sections(table, style)
    for start in range(0, len(table.samples), _SAMPLES_AT_ONCE):
        stop = min(start + _SAMPLES_AT_ONCE, len(table.samples))
        names = [style.field(name) for name in table.samples[start:stop]]
        columns = [block.between(start, stop) for block in blocks]
        rows = zip(*columns, strict=True) if columns else [()] * len(names)
        # A sample's name stands before each of its rows: join puts it between an empty start and
        # the rows.
        yield "".join(name.join(("", *of_one)) for name, of_one in zip(names, rows, strict=True))


@dataclass(frozen=True, slots=True)
class _Separated:
    """Values with a separator before each."""

    separator: str
    missing: str = MISSING_TEXT
    end: str = "\n"

    def lead(self, index: int, column: Column) -> str:
        """Return the separator, whichever the column."""
        del index, column
        return self.separator

    def show(self, column: Column, value: Value) -> str:
        """Return a value as one field, whichever the column."""
        del column
        if value is None:
            return self.missing
        if isinstance(value, tuple):
            return self.field(";".join(value)) or self.missing
        return self.field(str(value))

    def field(self, text: str) -> str:
        """Make text safe as one field of a line."""
        if self.separator == "\t":
            return text.translate(_BLANKS)
        if not set(text) & set(',"\r\n'):
            return text
        line = io.StringIO()
        csv.writer(line, lineterminator="").writerow([text])
        return line.getvalue()
