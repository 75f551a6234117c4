"""Workbooks as openpyxl reads them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from pathlib import Path

import openpyxl

from helpers.table_text import table_text
from pgx_ana.annotation import Annotations
from pgx_ana.output import COLUMNS, STAMPS, make_table
from pgx_ana.output.excel import COLOURS, SHEETS
from pgx_ana.terms import TableName

Cell = str | int | float | None
_ESCAPED = re.compile("_x([0-9A-F]{4})_")


def rows_of(path: Path, sheet: str) -> Iterator[tuple[Cell, ...]]:
    """Yield the rows of a sheet, one at a time, with the text that a reader sees."""
    workbook = openpyxl.load_workbook(path, read_only=True)
    try:
        for row in workbook[sheet].iter_rows(values_only=True):
            yield tuple(_shown(value) for value in row)
    finally:
        workbook.close()


def _shown(value: object) -> Cell:
    """Return what Excel shows: it decodes characters that are escaped as ``_x005F_``."""
    assert value is None or isinstance(value, str | int | float)
    if isinstance(value, str):
        return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), value)
    return value


def records_of(path: Path, sheet: str) -> Iterator[dict[str, Cell]]:
    """Yield the rows of a sheet by the names in its header."""
    rows = rows_of(path, sheet)
    header = [str(name) for name in next(rows)]
    yield from (dict(zip(header, row, strict=True)) for row in rows)


def tsv_rows(annotations: Annotations, table: TableName) -> Iterator[dict[str, str]]:
    """Yield the rows of the TSV table without the columns of versions."""
    header, *lines = table_text(make_table(table, annotations)).split("\n")[:-1]
    for line in lines:
        row = dict(zip(header.split("\t"), line.split("\t"), strict=True))
        yield {name: value for name, value in row.items() if name not in STAMPS}


def assert_equal_to_tsv(annotations: Annotations, path: Path) -> dict[str, int]:
    """Check every cell: text is text, numbers are numbers, and empty cells are missing values.

    Return the number of rows of each sheet.
    """
    n_rows = dict.fromkeys(SHEETS, 0)
    for sheet, table in SHEETS.items():
        types = {column.name: column.type for column in COLUMNS[table]}
        expected = tsv_rows(annotations, table)
        if sheet == "findings":
            expected = (row for row in expected if row["direction"] in COLOURS["direction"])
        for row, cells in itertools.zip_longest(expected, records_of(path, sheet)):
            n_rows[sheet] += 1
            assert list(row) == list(cells)
            for name, text in row.items():
                value = cells[name]
                where = (sheet, n_rows[sheet], name)
                if text == "." and name != "sample":
                    assert value is None, where
                elif types[name] in {"integer", "number"}:
                    assert isinstance(value, int | float), where
                    assert float(text) == value, where
                else:
                    assert text == value, where
    return n_rows
