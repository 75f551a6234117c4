"""Rows as tab-separated lines or as a JSON array."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

Cell = str | int | float | list[str] | None
ListFormat = Literal["tsv", "json"]

_SEPARATORS_TO_BLANKS = str.maketrans("\t\r\n", "   ")


def rows_in_format(
    columns: Sequence[str], rows: Sequence[Mapping[str, Cell]], file_format: ListFormat
) -> Iterator[str]:
    """Yield the lines of rows: tab-separated with the header first, or a JSON array.

    List items are separated by ``;`` in text; empty and missing values are ``.``.
    """
    if file_format == "json":
        yield from json.dumps(list(rows), indent=2, ensure_ascii=False).split("\n")
        return
    yield "\t".join(columns)
    for row in rows:
        yield "\t".join(_field(value) for value in row.values())


def _field(value: Cell) -> str:
    if isinstance(value, list):
        return ";".join(value).translate(_SEPARATORS_TO_BLANKS) or "."
    if isinstance(value, float):
        return f"{value:.5f}"
    return "." if value is None else str(value).translate(_SEPARATORS_TO_BLANKS) or "."
