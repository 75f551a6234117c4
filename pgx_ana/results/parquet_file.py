"""One Parquet file of results, read some million rows at a time. Only this module of the room
imports pyarrow.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from pgx_ana.coded import Coded
from pgx_ana.errors import InputError
from pgx_ana.output import METADATA_KEY, PARQUET_COLUMNS, Cells
from pgx_ana.terms import TableName

_MISSING = {"integer": -1, "number": np.nan}
_TEXTS: set[object] = {pa.string(), pa.dictionary(pa.int32(), pa.string())}
_NUMBERS: dict[str, set[object]] = {
    "integer": {pa.int32(), pa.int64()},
    "number": {pa.float32(), pa.float64()},
}
_MAX_FACTS = 1 << 20
"""Bytes of the facts of a run that are believed to be those of this program."""

_PERSON = frozenset({"sample", "sample_index"})


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Some rows of a file: their number, and cells by column; a column that has none is missing."""

    n_rows: int
    cells: Mapping[str, Cells]

    def take(self, who: slice) -> Rows:
        """Return some of the rows."""
        n_rows = len(range(*who.indices(self.n_rows)))
        taken = {
            name: cells.take(who) if isinstance(cells, Coded) else cells[who]
            for name, cells in self.cells.items()
        }
        return Rows(n_rows, taken)


class ParquetFile:
    """A file of one table with rows per person, written by this program.

    Raises :class:`InputError` for any other file.
    """

    def __init__(self, path: Path, table: TableName) -> None:
        self.path = path
        self._table = table
        self._columns = {column.name: column for column in PARQUET_COLUMNS[table]}
        try:
            self._file = pq.ParquetFile(path, page_checksum_verification=True)
            schema = self._file.schema_arrow
            self._names = list(schema.names)
            self.facts = _facts(schema.metadata)
            self.n_rows: int = self._file.metadata.num_rows
            self._check_schema(schema)
        except (OSError, pa.ArrowException) as error:
            raise self._error(error) from error
        except (KeyError, ValueError, TypeError, UnicodeError) as error:
            raise InputError(
                f"{path}: is not the table {table} of this program: {error}; write it with "
                "pgx-ana annotate --format parquet"
            ) from error

    @property
    def has_names(self) -> bool:
        """Return whether rows have the names of people."""
        return "sample" in self._names

    @property
    def has_numbers(self) -> bool:
        """Return whether rows have the numbers of people in the run."""
        return "sample_index" in self._names

    def groups(self, columns: Sequence[str]) -> Iterator[Rows]:
        """Yield the rows in their order with some columns, all those of a row group together.

        Missing numbers are -1 or NaN, missing texts None. Raises :class:`InputError`.
        """
        for number in range(self._file.num_row_groups):
            try:
                rows = self._file.read_row_group(number, columns=list(columns))
                yield Rows(
                    rows.num_rows,
                    {
                        name: cells
                        for name in columns
                        if (cells := self._cells(name, rows.column(name))) is not None
                    },
                )
            except (OSError, pa.ArrowException, UnicodeError) as error:
                raise self._error(error) from error

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _cells(self, name: str, column: pa.ChunkedArray[Any]) -> Cells | None:
        if column.null_count == len(column):
            return None
        kind = self._columns[name].type
        if kind in _MISSING:
            filled = column.combine_chunks().fill_null(_MISSING[kind])
            return np.asarray(filled.to_numpy(zero_copy_only=False))
        if not pa.types.is_dictionary(column.type):
            column = column.dictionary_encode()
        array: Any = column.unify_dictionaries().combine_chunks()
        values = array.dictionary.to_pylist()
        codes = array.indices.fill_null(len(values)).to_numpy(zero_copy_only=False)
        if len(codes) and not 0 <= int(codes.min()) <= int(codes.max()) <= len(values):
            raise pa.ArrowInvalid(f"the column {name} has codes without texts")
        return Coded((*values, None), codes)

    def _check_schema(self, schema: pa.Schema) -> None:
        """Raise :class:`ValueError` for columns that are missing or have another type."""
        optional = _PERSON if self._table is not TableName.SAMPLES else {"sample_index"}
        missing = [name for name in self._columns if name not in {*self._names, *optional}]
        if missing:
            raise ValueError(f"the column {missing[0]} is missing")
        if not _PERSON & set(self._names):
            raise ValueError("it says nothing of people")
        for name, column in self._columns.items():
            if name in self._names:
                found = schema.field(name).type
                if found not in _NUMBERS.get(column.type, _TEXTS):
                    raise ValueError(f"the column {name} has the type {found}")

    def _error(self, error: Exception) -> InputError:
        what = " ".join(str(error).split())
        return InputError(f"{self.path}: cannot be read as Parquet: {what}; annotate again")


def _facts(metadata: Mapping[bytes, bytes] | None) -> Mapping[str, Any]:
    """Return the facts of the run that a file names. Raises :class:`ValueError` for none."""
    text = (metadata or {}).get(METADATA_KEY.encode(), b"")
    if not text or len(text) > _MAX_FACTS:
        raise ValueError("its metadata do not name a run of pgx-ana")
    facts = json.loads(text)
    if not isinstance(facts, dict):
        raise TypeError("its metadata do not name a run of pgx-ana")
    return facts
