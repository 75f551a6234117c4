"""Tables as pandas data frames with categories; the door to pandas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pgx_ana.output.columns import Column
from pgx_ana.output.tables import Table, Value

if TYPE_CHECKING:
    import pandas as pd


def to_frame(table: Table) -> pd.DataFrame:
    """Return a table as a frame: one row for each sample and section, samples first.

    Text with few distinct values is categorical, numbers are nullable Int64 and Float32; lists are
    joined by ``;``. Missing values are NA.
    """
    import pandas as pd  # noqa: PLC0415  # 0.5 s that only those pay who ask for a frame

    n_samples, n_sections = len(table.samples), len(table.sections)
    rows = [row for section in table.sections for row in section.rows.values]
    offsets = np.cumsum([0, *(len(section.rows.values) for section in table.sections)])
    index = np.empty((n_samples, n_sections), np.intp)
    for number, section in enumerate(table.sections):
        index[:, number] = section.rows.codes + offsets[number]
    flat = index.reshape(-1)
    names = pd.Categorical.from_codes(
        np.repeat(np.arange(n_samples), n_sections),
        categories=pd.Index(table.samples, dtype=object),
    )
    data: dict[str, Any] = {"sample": names}
    for position, column in enumerate(table.columns[1:]):
        if any(column.name in section.numbers for section in table.sections):
            data[column.name] = _numbers(table, column)
        else:
            values = [_plain(row[position]) for row in rows]
            data[column.name] = _spread(values, flat, column)
    return pd.DataFrame(data)


def _plain(value: Value) -> str | int | float | None:
    return ";".join(value) or None if isinstance(value, tuple) else value


def _spread(values: list[Any], flat: np.ndarray[Any, np.dtype[np.intp]], column: Column) -> Any:
    """Spread the values of the distinct rows over all rows."""
    import pandas as pd  # noqa: PLC0415  # as above

    if column.type in {"integer", "number"}:
        kind: Any = "Int64" if column.type == "integer" else "Float32"
        return pd.array(values, dtype=kind).take(flat)
    categories = list(dict.fromkeys(value for value in values if value is not None))
    number = {value: code for code, value in enumerate(categories)}
    codes = np.array([-1 if value is None else number[value] for value in values], np.int32)
    labels = pd.Index(categories, dtype=object)
    return pd.Categorical.from_codes(codes[flat] if len(codes) else codes, categories=labels)


def _numbers(table: Table, column: Column) -> Any:
    """Return a column that differs from person to person."""
    import pandas as pd  # noqa: PLC0415  # as above

    shape = (len(table.samples), len(table.sections))
    values = np.full(shape, np.nan, np.float64)
    for number, section in enumerate(table.sections):
        given = section.numbers.get(column.name)
        if given is not None:
            missing = given == -1 if given.dtype.kind == "i" else np.isnan(given)
            values[:, number] = np.where(missing, np.nan, given)
    kind: Any = "Int64" if column.type == "integer" else "Float32"
    return pd.array(values.reshape(-1), dtype="Float64").astype(kind)
