"""The entry points for writing: choose the module for a format, and the destination."""

from __future__ import annotations

import dataclasses
import importlib.util
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from pgx_ana.annotation import Annotations
from pgx_ana.errors import UsageError
from pgx_ana.output.callability import callability_json, callability_text, callability_tsv
from pgx_ana.output.delimited import DelimitedWriter
from pgx_ana.output.documents import DocumentWriter
from pgx_ana.output.encoding import as_utf8
from pgx_ana.output.files import OutputStream, output_file, output_folder, write
from pgx_ana.output.wide import WideWriter
from pgx_ana.quality import Callability
from pgx_ana.terms import DOCUMENT_FORMATS, FileFormat, Layout, OutputChoice, TableName

MAX_NAMED = 20_000
"""People up to whom every table of Parquet has their names; with more, names would fill it."""

_SEPARATORS = {FileFormat.TSV: "\t", FileFormat.CSV: ","}


class _Writer(Protocol):
    """Writes blocks of people to an output, one after another."""

    def write(self, block: Annotations) -> None:
        """Write the people of a block, after what comes before the first one."""

    def close(self) -> None:
        """Write what comes after the last block."""


def write_annotations(
    blocks: Iterable[Annotations], choice: OutputChoice, destination: str, n_people: int
) -> None:
    """Write the people of a run to a file, to stdout for ``-``, or several tables to a folder.

    Every block is written before the next one is asked for, so that memory does not grow with
    their number. There is at least one; ``n_people`` are those of all blocks. Files appear complete
    and all together, or not at all. Raises :class:`OutputError`, and :class:`UsageError` where a
    library for the format is missing.
    """
    if choice.file_format is FileFormat.PARQUET:
        require_pyarrow()
        has_names = choice.with_names or n_people <= MAX_NAMED
        choice = dataclasses.replace(choice, with_names=has_names)
    if choice.file_names:
        with output_folder(destination, choice.file_names) as streams:
            tables = zip(streams, choice.written_tables, strict=True)
            _write_blocks(blocks, [_writer(stream, table, choice) for stream, table in tables])
    else:
        with output_file(destination) as stream:
            _write_blocks(blocks, [_writer(stream, choice.written_tables[0], choice)])


def merge_tables(table: TableName, parts: Iterable[Path], destination: str) -> None:
    """Write one file of a table that people share, from its Parquet files for some of them.

    The file does not depend on how people are divided. Raises :class:`InputError` for a part that
    cannot be read, and :class:`OutputError`.
    """
    require_pyarrow()
    from pgx_ana.output.parquet import merge_shared_tables  # noqa: PLC0415  # needs pyarrow

    with output_file(destination) as stream:
        merge_shared_tables(table, parts, stream)


def require_pyarrow() -> None:
    """Raise :class:`UsageError` if the library that writes Parquet is not installed."""
    if importlib.util.find_spec("pyarrow") is None:
        raise UsageError(
            "Parquet is written by pyarrow, which is not installed: pip install 'pgx-ana[parquet]'"
        )


def _write_blocks(blocks: Iterable[Annotations], writers: Sequence[_Writer]) -> None:
    for block in blocks:
        for writer in writers:
            writer.write(block)
        del block  # before the next one is made, so that there is only one at a time
    for writer in writers:
        writer.close()


def _writer(stream: OutputStream, table: TableName, choice: OutputChoice) -> _Writer:
    """Return what writes one file: a table, or all that the choice has."""
    kind = choice.file_format
    if kind in DOCUMENT_FORMATS:
        return DocumentWriter(stream, lines=kind is FileFormat.JSONL)
    if kind is FileFormat.PARQUET:
        from pgx_ana.output.parquet import parquet_writer  # noqa: PLC0415  # needs pyarrow

        return parquet_writer(stream, table, choice)
    if choice.layout is Layout.WIDE:
        return WideWriter(stream, choice.written_tables, _SEPARATORS[kind])
    return DelimitedWriter(stream, table, _SEPARATORS[kind])


def write_callability(callability: Callability, file_format: str, destination: str) -> None:
    """Write a callability report as ``text``, ``tsv`` or ``json``. Raises :class:`OutputError`."""
    write(_callability_chunks(callability, file_format), destination)


def _callability_chunks(callability: Callability, file_format: str) -> Iterator[bytes]:
    if file_format == "json":
        yield as_utf8(callability_json(callability))
    else:
        lines = callability_tsv if file_format == "tsv" else callability_text
        yield from (as_utf8(f"{line}\n") for line in lines(callability))
