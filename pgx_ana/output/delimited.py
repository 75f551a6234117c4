"""Tables as TSV and CSV.

List items are separated by ``;``, long lists are counted, missing values are ``.``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pgx_ana.annotation import Annotations
from pgx_ana.output.columns import Column
from pgx_ana.output.listing import Listing
from pgx_ana.output.rendering import ByteStream, TableRenderer, rows_by_sample, sample_batches
from pgx_ana.output.tables import Table, Value, make_table
from pgx_ana.terms import TableName
from pgx_ana.writing import as_utf8

MISSING_TEXT = "."
_SEPARATORS_TO_BLANKS = str.maketrans("\t\r\n", "   ")


class DelimitedWriter:
    """Writes one table: the header, then the rows of one person after another."""

    def __init__(self, stream: ByteStream, name: TableName, separator: str) -> None:
        self._stream = stream
        self._name = name
        self._style = DelimitedStyle(separator)
        self._renderer = TableRenderer(self._style)
        self._has_begun = False

    def write(self, block: Annotations) -> None:
        """Write the rows of a block, after the header if it is the first one."""
        self.write_table(make_table(self._name, block))

    def write_table(self, table: Table) -> None:
        """Write the rows of a table, after the header if it is the first one."""
        if not self._has_begun:
            self._stream.write(self._style.line([column.name for column in table.columns]))
            self._has_begun = True
        sections = self._renderer.render(table)
        for start, stop in sample_batches(len(table.samples)):
            names = (as_utf8(self._style.field(name)) for name in table.samples[start:stop])
            by_sample = zip(names, rows_by_sample(sections, start, stop), strict=True)
            for name, rows in by_sample:
                # Joining (b"", row, row, ...) with the name puts the name in front of every row.
                self._stream.write(name.join((b"", *rows)))

    def close(self) -> None:
        """Nothing comes after the last block."""


@dataclass(frozen=True, slots=True)
class DelimitedStyle:
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

    def line(self, fields: Iterable[str]) -> bytes:
        """Return a whole line of fields."""
        return as_utf8(self.separator.join(map(self.field, fields)) + self.end)

    def field(self, text: str) -> str:
        """Return text as one field: CSV quotes where needed, TSV replaces tabs and line ends."""
        if self.separator == "\t":
            return text.translate(_SEPARATORS_TO_BLANKS)
        if not set(text) & set(',"\r\n'):
            return text
        quotes_doubled = text.replace('"', '""')
        return f'"{quotes_doubled}"'
