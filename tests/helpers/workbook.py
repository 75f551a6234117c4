"""Workbooks as openpyxl reads them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import openpyxl

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
