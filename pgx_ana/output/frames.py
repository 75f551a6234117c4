"""Tables as pandas data frames with categorical columns. Only this module imports pandas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pgx_ana.coded import Coded, concatenate
from pgx_ana.output.columns import Column
from pgx_ana.output.tables import Table, joined

if TYPE_CHECKING:
    import pandas as pd


def to_frame(table: Table) -> pd.DataFrame:
    """Return a table as a data frame: one row per sample and section, ordered by sample.

    Text columns are categorical, numbers are nullable Int64 and Float32, lists are joined by ``;``.
    Missing values are NA.
    """
    import pandas as pd  # noqa: PLC0415  # takes 0.5 s, which only callers of this function pay

    n_samples, n_sections = len(table.samples), len(table.sections)
    rows = [row for section in table.sections for row in section.rows.values]
    offsets = np.cumsum([0, *(len(section.rows.values) for section in table.sections)])
    row_numbers = np.empty((n_samples, n_sections), np.intp)
    for number, section in enumerate(table.sections):
        row_numbers[:, number] = section.rows.codes + offsets[number]
    row_of = row_numbers.reshape(-1)
    names = pd.Categorical.from_codes(
        np.repeat(np.arange(n_samples), n_sections),
        categories=pd.Index(table.samples, dtype=object),
    )
    data: dict[str, Any] = {"sample": names}
    for position, column in enumerate(table.columns[1:]):
        if any(column.name in section.numbers for section in table.sections):
            data[column.name] = _per_sample_column(table, column)
        elif any(column.name in section.texts for section in table.sections):
            data[column.name] = _per_sample_texts(table, position)
        else:
            values = [joined(row[position]) for row in rows]
            data[column.name] = _shared_column(values, row_of, column)
    return pd.DataFrame(data)


def _shared_column(
    values: list[Any], row_of: np.ndarray[Any, np.dtype[np.intp]], column: Column
) -> Any:
    """Return a column of the frame; row ``i`` has the value of the distinct row ``row_of[i]``."""
    import pandas as pd  # noqa: PLC0415  # as above

    if column.type in {"integer", "number"}:
        return pd.array(values, dtype=_number_dtype(column)).take(row_of)
    categories = list(dict.fromkeys(value for value in values if value is not None))
    code_of = {value: code for code, value in enumerate(categories)}
    codes = np.array([-1 if value is None else code_of[value] for value in values], np.int32)
    labels = pd.Index(categories, dtype=object)
    return pd.Categorical.from_codes(codes[row_of] if len(codes) else codes, categories=labels)


def _per_sample_column(table: Table, column: Column) -> Any:
    """Return a column of numbers that differ from sample to sample."""
    import pandas as pd  # noqa: PLC0415  # as above

    shape = (len(table.samples), len(table.sections))
    values = np.full(shape, np.nan, np.float64)
    for number, section in enumerate(table.sections):
        numbers = section.numbers.get(column.name)
        if numbers is not None:
            missing = numbers == -1 if numbers.dtype.kind == "i" else np.isnan(numbers)
            values[:, number] = np.where(missing, np.nan, numbers)
    return pd.array(values.reshape(-1), dtype="Float64").astype(_number_dtype(column))


def _per_sample_texts(table: Table, position: int) -> Any:
    """Return a column of texts that differ from sample to sample in some sections."""
    import pandas as pd  # noqa: PLC0415  # as above

    name = table.columns[1:][position].name
    parts: list[Coded[Any]] = [
        section.texts.get(name) or section.rows.map(lambda row: joined(row[position]))
        for section in table.sections
    ]
    together = concatenate(parts)
    categories = [value for value in together.values if value is not None]
    code_of = {None: -1} | {value: code for code, value in enumerate(categories)}
    codes = np.array([code_of[value] for value in together.values], np.int32)
    by_section = codes[together.codes].reshape(len(parts), -1)
    return pd.Categorical.from_codes(
        by_section.T.reshape(-1), categories=pd.Index(categories, dtype=object)
    )


def _number_dtype(column: Column) -> Any:
    return "Int64" if column.type == "integer" else "Float32"
