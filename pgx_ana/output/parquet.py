"""Parquet, written from codes. In this room, only this module imports pyarrow."""

from __future__ import annotations

import itertools
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from pgx_ana.annotation import Annotations
from pgx_ana.coded import Coded
from pgx_ana.errors import InputError
from pgx_ana.file_formats import Layout, OutputChoice
from pgx_ana.output.columnar import Cells, parts_of, variant_rows
from pgx_ana.output.columns import PARQUET_COLUMNS, Column
from pgx_ana.output.conclusion_keys import ConclusionTable
from pgx_ana.output.provenance import METADATA_KEY, run_facts
from pgx_ana.output.rendering import ByteStream
from pgx_ana.output.shared_rows import KEYS, SharedRows
from pgx_ana.output.tables import Value, joined
from pgx_ana.output.wide import wide_columns
from pgx_ana.terms import TableName
from pgx_ana.writing import as_utf8

_Array = Any
"""An array of pyarrow. Its type would be more precise, but depends on that of the values."""

_GROUP_ROWS = 1 << 20
"""Rows that are gathered to one row group, unless one variant of a block has more."""

_DICTIONARY_BYTES = 1 << 26
"""Size of a dictionary from which texts would be written out row by row: never, in practice."""

_TEXT = pa.dictionary(pa.int32(), pa.string())
_NUMBERS = {"phase_set": pa.int64(), "gq": pa.float32(), "dp": pa.float32()}
_KINDS = {"integer": pa.int32(), "number": pa.float64()}


def parquet_writer(
    stream: ByteStream, table: TableName, choice: OutputChoice
) -> LongWriter | WideWriter | VariantWriter | ConclusionWriter:
    """Return what writes a table, or people in rows, to a file."""
    file = _File(stream)
    if choice.layout is Layout.WIDE:
        return WideWriter(file, choice)
    if table is TableName.VARIANTS:
        return VariantWriter(file)
    if table is TableName.CONCLUSIONS:
        return ConclusionWriter(file)
    return LongWriter(file, table, choice)


class _File:
    """One file, written in row groups. The schema is that of the first block.

    Row groups are encoded and compressed in a thread of their own, while the next block is made:
    pyarrow needs half of the time of a large run, and no lock of Python. One waits at most.
    """

    def __init__(self, stream: ByteStream) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1)
        self._writing: Future[None] | None = None
        self._sink: Any = _Sink(stream)
        self._writer: pq.ParquetWriter | None = None
        self._pending: list[pa.RecordBatch] = []
        self._n_pending = 0
        self.schema = pa.schema([])

    def begin(self, fields: Iterable[pa.Field[Any]], facts: Mapping[str, object]) -> bool:
        """Write the start of the file, with the facts of the run; return whether it was missing."""
        if self._writer is not None:
            return False
        metadata: dict[bytes | str, bytes | str] = {METADATA_KEY: json.dumps(facts, sort_keys=True)}
        self.schema = pa.schema(fields, metadata=metadata)
        plain = {"sample_index": "DELTA_BINARY_PACKED"}
        plain |= {f.name: "DELTA_BYTE_ARRAY" for f in self.schema if f.type == pa.string()}
        coded: Any = [name for name in self.schema.names if name not in plain]
        self._writer = pq.ParquetWriter(
            pa.PythonFile(self._sink, mode="w"),
            self.schema,
            compression="zstd",
            use_dictionary=coded,
            column_encoding={name: plain[name] for name in self.schema.names if name in plain},
            dictionary_pagesize_limit=_DICTIONARY_BYTES,
            write_page_checksum=True,
        )
        return True

    def add(self, columns: Sequence[_Array]) -> None:
        """Add rows; they are written with others if they are too few for a row group."""
        batch = pa.RecordBatch.from_arrays(columns, schema=self.schema)
        if self._n_pending + batch.num_rows > _GROUP_ROWS:
            self._write_pending()
        self._pending.append(batch)
        self._n_pending += batch.num_rows

    def close(self) -> None:
        """Write the rest, and the end of the file."""
        self._write_pending()
        self._thread.shutdown()
        self._wait()
        if self._writer is not None:
            self._writer.close()

    def _write_pending(self) -> None:
        """Have the rows that were gathered written, after those before them."""
        self._wait()
        if self._writer is not None and self._n_pending:
            self._writing = self._thread.submit(_write_group, self._writer, self._pending)
        self._pending, self._n_pending = [], 0

    def _wait(self) -> None:
        """Wait for the row group that is being written. Raises its error."""
        if self._writing is not None:
            self._writing.result()
            self._writing = None


def _write_group(writer: pq.ParquetWriter, batches: Sequence[pa.RecordBatch]) -> None:
    """Write rows as one row group."""
    rows = pa.Table.from_batches(batches)
    if len(batches) > 1:  # a row group has one dictionary for each column
        rows = rows.unify_dictionaries().combine_chunks()
    writer.write_table(rows, row_group_size=rows.num_rows)


class _Sink:
    """A stream as pyarrow expects it."""

    closed = False

    def __init__(self, stream: ByteStream) -> None:
        self._stream = stream

    def write(self, content: Any) -> int:
        """Add bytes from any buffer."""
        return self._stream.write(bytes(content))

    def flush(self) -> None:
        """Nothing is held back here."""

    def close(self) -> None:
        """The stream is closed by its owner."""


class LongWriter:
    """Writes a table with rows per person: for each variant, set or category all people."""

    def __init__(self, file: _File, table: TableName, choice: OutputChoice) -> None:
        self._file = file
        self._table = table
        self._names_as = pa.string() if table is TableName.SAMPLES else _TEXT
        is_written = {
            "sample": choice.with_names or table is TableName.SAMPLES,
            "sample_index": choice.with_numbers,
        }
        self._has_names = is_written["sample"]
        self._columns = [c for c in PARQUET_COLUMNS[table] if is_written.get(c.name, True)]
        self._n_people = 0

    def write(self, block: Annotations) -> None:
        """Write the rows of a block, some variants at a time."""
        fields = (_field(column, self._names_as) for column in self._columns)
        self._file.begin(fields, run_facts(block))
        samples = block.calls.samples
        names = _texts(samples) if self._has_names else None
        parts = parts_of(self._table, block)
        n_parts = max(1, _GROUP_ROWS // max(1, len(samples)))
        while together := list(itertools.islice(parts, n_parts)):
            numbers = np.tile(np.arange(len(samples), dtype=np.int32), len(together))
            columns = {"sample_index": _numbers(numbers + np.int32(self._n_people), pa.int32())}
            if names is not None:
                columns["sample"] = names if self._names_as != _TEXT else _coded(numbers, names)
            self._file.add(
                [
                    columns[column.name]
                    if column.name in columns
                    else _array(
                        [part.get(column.name) for part in together], _kind(column), len(samples)
                    )
                    for column in self._columns
                ]
            )
        self._n_people += len(samples)

    def close(self) -> None:
        """Write the end of the file."""
        self._file.close()


class WideWriter:
    """Writes a row per person, with a column per variant and haplotype set."""

    def __init__(self, file: _File, choice: OutputChoice) -> None:
        self._file = file
        self._choice = choice
        self._n_people = 0

    def write(self, block: Annotations) -> None:
        """Write the rows of a block."""
        samples = block.calls.samples
        numbers = np.arange(len(samples), dtype=np.int32) + np.int32(self._n_people)
        columns: dict[str, _Array] = {}
        if self._choice.with_numbers:
            columns["sample_index"] = _numbers(numbers, pa.int32())
        if self._choice.with_names:
            columns["sample"] = _texts(samples)
        for column in wide_columns(block, self._choice.written_tables):
            columns[column.name] = _array([column.cells], _TEXT, len(samples))
        fields = (pa.field(name, cells.type, nullable=False) for name, cells in columns.items())
        self._file.begin(fields, run_facts(block))
        self._file.add(list(columns.values()))
        self._n_people += len(samples)

    def close(self) -> None:
        """Write the end of the file."""
        self._file.close()


class VariantWriter:
    """Writes the known variants, which are the same for all blocks."""

    def __init__(self, file: _File) -> None:
        self._file = file

    def write(self, block: Annotations) -> None:
        """Write the variants, if this is the first block."""
        columns = PARQUET_COLUMNS[TableName.VARIANTS]
        if self._file.begin(map(_field, columns), run_facts(block)):
            self._file.add(_row_arrays(variant_rows(block), columns))

    def close(self) -> None:
        """Write the end of the file."""
        self._file.close()


class ConclusionWriter:
    """Gathers the conclusions of all blocks, and writes them at the end."""

    def __init__(self, file: _File) -> None:
        self._file = file
        self._table = ConclusionTable()

    def write(self, block: Annotations) -> None:
        """Add the conclusions of a block."""
        columns = PARQUET_COLUMNS[TableName.CONCLUSIONS]
        self._file.begin(map(_field, columns), run_facts(block))
        self._table.add(block)

    def close(self) -> None:
        """Write all conclusions, and the end of the file."""
        columns = PARQUET_COLUMNS[TableName.CONCLUSIONS]
        self._file.add(_row_arrays(self._table.rows(), columns))
        self._file.close()


def merge_shared_tables(table: TableName, parts: Iterable[Path], stream: ByteStream) -> None:
    """Write the distinct rows of several files of one shared table, as one run would write them.

    Memory grows with the distinct rows, not with the files. Facts of the run in which files differ
    are null. Raises :class:`InputError` for a file that cannot be read.
    """
    gathered = SharedRows(table)
    facts: dict[str, object] = {}
    for part in parts:
        try:
            of_part = _add_part(part, gathered, KEYS[table])
        except (OSError, pa.ArrowException, KeyError, ValueError) as error:
            raise InputError(
                f"{part}: cannot be read: {error}; remove it, and continue the batch with --resume"
            ) from error
        facts = of_part | {name: None for name in facts if facts[name] != of_part.get(name)}
    columns = PARQUET_COLUMNS[table]
    merged = _File(stream)
    merged.begin(map(_field, columns), facts)
    merged.add(_row_arrays(gathered.rows(), columns))
    merged.close()


def _add_part(part: Path, gathered: SharedRows, keys: Sequence[str]) -> dict[str, object]:
    """Add the rows of a file to those that are gathered; return the facts of its run."""
    with pq.ParquetFile(part) as file:
        of_rows = file.read(columns=list(keys))
        unknown = gathered.unknown(zip(*(of_rows[key].to_pylist() for key in keys), strict=True))
        if unknown:
            columns = [column.to_pylist() for column in file.read().take(unknown).columns]
            gathered.add(zip(*columns, strict=True))
        facts: dict[str, object] = json.loads(file.schema_arrow.metadata[METADATA_KEY.encode()])
    return facts


def _kind(column: Column) -> Any:
    """Return the type of a column: dictionaries of text, and numbers."""
    return _NUMBERS.get(column.name) or _KINDS.get(column.type, _TEXT)


def _field(column: Column, names_as: Any = _TEXT) -> pa.Field[Any]:
    kind = names_as if column.name == "sample" else _kind(column)
    return pa.field(column.name, kind, nullable=column.name not in {"sample_index", "sample"})


def _row_arrays(rows: Sequence[Sequence[Value]], columns: Sequence[Column]) -> list[_Array]:
    """Return the columns of a small table."""
    codes = np.arange(len(rows), dtype=np.int32)
    return [
        _array([Coded(tuple(joined(row[index]) for row in rows), codes)], _kind(column), len(rows))
        for index, column in enumerate(columns)
    ]


def _array(parts: Sequence[Cells | None], kind: Any, n_people: int) -> _Array:
    """Return one column of several parts, each with the same number of people."""
    if all(part is None for part in parts):
        return pa.nulls(len(parts) * n_people, kind)
    if kind == _TEXT:
        return _text_array(parts, n_people)
    return _number_array(parts, kind, n_people)


def _text_array(parts: Sequence[Cells | None], n_people: int) -> _Array:
    code_of: dict[str, int] = {}
    codes = np.full((len(parts), n_people), -1, np.int32)
    for number, part in enumerate(parts):
        if isinstance(part, Coded):
            codes_of_values = [
                -1 if value is None else code_of.setdefault(str(value), len(code_of))
                for value in part.values
            ]
            _fill(codes[number], np.array(codes_of_values, np.int32), part)
    values = _texts(code_of)
    return _coded(codes, values)


def _number_array(parts: Sequence[Cells | None], kind: Any, n_people: int) -> _Array:
    dtype = kind.to_pandas_dtype()
    missing = -1 if pa.types.is_integer(kind) else np.nan
    numbers = np.full((len(parts), n_people), missing, dtype)
    for number, part in enumerate(parts):
        if isinstance(part, Coded):
            values = [missing if value is None else value for value in part.values]
            _fill(numbers[number], np.array(values, dtype), part)
        elif part is not None:
            numbers[number] = part
    is_missing = numbers < 0 if missing == -1 else np.isnan(numbers)
    return _numbers(numbers, kind, is_missing)


def _fill(target: NDArray[Any], values: NDArray[Any], part: Coded[Any]) -> None:
    """Give each person the value of its code."""
    if len(values) and (values == values[0]).all():
        target[:] = values[0]
    else:
        target[:] = values[part.codes]


def _numbers(
    values: NDArray[Any], kind: Any, is_missing: NDArray[np.bool_] | None = None
) -> _Array:
    """Return numbers as an array of pyarrow without a copy; :func:`pyarrow.array` loads pandas."""
    valid = None
    if is_missing is not None and is_missing.any():
        valid = _buffer(np.packbits(~is_missing.reshape(-1), bitorder="little"))
    return pa.Array.from_buffers(kind, values.size, [valid, _buffer(values)])


def _coded(codes: NDArray[np.int32], values: _Array) -> _Array:
    """Return values by their codes, with -1 for a missing one."""
    return pa.DictionaryArray.from_arrays(_numbers(codes, pa.int32(), codes < 0), values)


def _texts(texts: Collection[str]) -> _Array:
    """Return texts as an array of pyarrow."""
    encoded = list(map(as_utf8, texts))
    ends = np.cumsum([0, *map(len, encoded)], dtype=np.int32)
    buffers = [None, _buffer(ends), pa.py_buffer(b"".join(encoded))]
    return pa.Array.from_buffers(pa.string(), len(encoded), buffers)


def _buffer(values: NDArray[Any]) -> pa.Buffer:
    return pa.py_buffer(np.ascontiguousarray(values).reshape(-1).data)
