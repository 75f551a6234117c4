"""Tables as TSV and CSV.

List items are separated by ``;``, long lists are counted, missing values are ``.``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pgx_ana.output.columns import Column
from pgx_ana.output.encoding import as_utf8
from pgx_ana.output.listing import Listing
from pgx_ana.output.rendering import render_sections, rows_by_sample, sample_batches
from pgx_ana.output.tables import Table, Value

MISSING_TEXT = "."
_SEPARATORS_TO_BLANKS = str.maketrans("\t\r\n", "   ")


def text_chunks(table: Table, separator: str) -> Iterator[bytes]:
    """Yield a table as UTF-8 text: the header, then the rows of one sample at a time."""
    style = _DelimitedStyle(separator)
    yield as_utf8(separator.join(column.name for column in table.columns) + "\n")
    sections = render_sections(table, style)
    for start, stop in sample_batches(len(table.samples)):
        names = (as_utf8(style.field(name)) for name in table.samples[start:stop])
        by_sample = zip(names, rows_by_sample(sections, start, stop), strict=True)
        # Joining (b"", row, row, ...) with the sample name puts the name in front of every row.
        yield from (name.join((b"", *rows)) for name, rows in by_sample)


@dataclass(frozen=True, slots=True)
class _DelimitedStyle:
    """A row as fields, each with the separator in front: the sample name comes before the first."""

    separator: str
    missing: str = MISSING_TEXT
    end: str = "\n"

    def prefix(self, index: int, column: Column) -> str:
        """Return the separator."""
        del index, column
        return self.separator

    def render(self, column: Column, value: Value) -> str:
        """Return a value as one field."""
        del column
        if value is None:
            return self.missing
        if isinstance(value, Listing):
            return self.field(value.text)
        if isinstance(value, tuple):
            return self.field(";".join(value)) or self.missing
        return self.field(str(value))

    def field(self, text: str) -> str:
        """Return text as one field: CSV quotes where needed, TSV replaces tabs and line ends."""
        if self.separator == "\t":
            return text.translate(_SEPARATORS_TO_BLANKS)
        if not set(text) & set(',"\r\n'):
            return text
        quotes_doubled = text.replace('"', '""')
        return f'"{quotes_doubled}"'
