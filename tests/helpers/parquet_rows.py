"""The rows of Parquet files, as different readers see them, and as a data frame has them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow.parquet as pq

from pgx_ana.annotation import Annotations
from pgx_ana.file_formats import FileFormat, OutputChoice
from pgx_ana.formats import write_annotations
from pgx_ana.output import Table, make_table, to_frame
from pgx_ana.output.listing import Listing
from pgx_ana.output.tables import joined
from pgx_ana.terms import TableName

PER_PERSON = (TableName.CALLS, TableName.ANNOTATIONS, TableName.HAPLOTYPES)
ALL_TABLES = OutputChoice(FileFormat.PARQUET, tuple(TableName))


def parquet_folder(
    blocks: Iterable[Annotations],
    folder: Path,
    choice: OutputChoice = ALL_TABLES,
    n_people: int = 1,
) -> Path:
    """Write all tables to a folder, and return it."""
    write_annotations(blocks, choice, str(folder), n_people)
    return folder


def _by_duckdb(path: Path) -> list[dict[str, Any]]:
    with duckdb.connect() as connection:
        result = connection.execute("SELECT * FROM read_parquet(?)", [str(path)])
        names = [column[0] for column in result.description]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def _by_pandas(path: Path) -> list[dict[str, Any]]:
    rows = pd.read_parquet(path).astype(object)
    records = rows.where(rows.notna(), None).to_dict("records")
    return [{str(name): value for name, value in record.items()} for record in records]


READERS: dict[str, Callable[[Path], list[dict[str, Any]]]] = {
    "pyarrow": lambda path: pq.read_table(path).to_pylist(),
    "polars": lambda path: pl.read_parquet(path).to_dicts(),
    "duckdb": _by_duckdb,
    "pandas": _by_pandas,
}


def by_person(path: Path) -> pd.DataFrame:
    """Return a file with the rows of each person together, in the order of the text formats."""
    frame = pd.read_parquet(path)
    return frame.sort_values("sample_index", kind="stable").reset_index(drop=True)


def differing_columns(one: pd.DataFrame, other: pd.DataFrame) -> list[str]:
    """Return the columns of the first frame that the second lacks or has other values in."""
    assert len(one) == len(other)
    return [
        str(name)
        for name in one.columns
        if name not in other.columns or not _are_equal(one[name], other[name])
    ]


def _are_equal(one: pd.Series[Any], other: pd.Series[Any]) -> bool:
    if not isinstance(one.dtype, pd.CategoricalDtype):
        if one.dtype == "Float32":
            other = other.astype("Float32")
        first, second = (values.astype("Float64") for values in (one, other))
        return bool(((first == second) | (first.isna() & second.isna())).all())
    values = pd.Index(dict.fromkeys([*one.cat.categories, *other.cat.categories]))
    codes = (values.get_indexer(series.cat.categories) for series in (one, other))
    of_rows = (
        # -1, the code of a missing value, takes the last of the codes
        pd.Series([*index, -1]).to_numpy()[series.cat.codes.to_numpy()]
        for index, series in zip(codes, (one, other), strict=True)
    )
    return bool((next(of_rows) == next(of_rows)).all())


def assert_equal_to_frames(annotations: Annotations, folder: Path) -> None:
    """Check every cell of the tables with rows per person against the data frames."""
    variants = pd.read_parquet(folder / "variants.parquet")
    for name in PER_PERSON:
        rows = by_person(folder / f"{name}.parquet")
        expected = to_frame(make_table(name, annotations))
        expected = expected.drop(columns=["kb_version", "pgx_ana_version"])
        if name is TableName.CALLS:
            facts = ["gene", "assembly", "chrom", "pos", "ref"]
            assert list(rows["variant"][: len(variants)]) == list(variants["variant"])
            one_person = expected[facts][: len(variants)]
            assert [] == differing_columns(one_person, variants)
            expected = expected.drop(columns=facts)
        for column in ("candidates", "probabilities") if name is TableName.HAPLOTYPES else ():
            expected[column] = pd.Categorical(_counted(make_table(name, annotations), column))
        assert [] == differing_columns(expected, rows), name
        people = np.repeat(
            np.arange(len(annotations.calls.samples)), len(rows) // len(set(rows["sample_index"]))
        )
        assert list(people) == list(rows["sample_index"])


def _counted(table: Table, column: str) -> list[str | None]:
    """Return the text of a list in every row, with long lists counted."""
    number = [each.name for each in table.columns].index(column) - 1
    cells = (
        section.rows[person][number]
        for person in range(len(table.samples))
        for section in table.sections
    )
    return [
        cell.text if isinstance(cell, Listing) else str(joined(cell) or "") or None
        for cell in cells
    ]
