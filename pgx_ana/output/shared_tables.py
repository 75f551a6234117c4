"""One file of a table that people share, from files for some of them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pgx_ana.file_formats import FileFormat, OutputChoice
from pgx_ana.output.writer import require_library
from pgx_ana.terms import TableName
from pgx_ana.writing import output_file


def merge_tables(table: TableName, parts: Iterable[Path], destination: str) -> None:
    """Write one file of a table that people share, from its Parquet files for some of them.

    The file does not depend on how people are divided. Raises :class:`InputError` for a part that
    cannot be read, and :class:`OutputError`.
    """
    require_library(OutputChoice(FileFormat.PARQUET))
    from pgx_ana.output.parquet import merge_shared_tables  # noqa: PLC0415  # needs pyarrow

    with output_file(destination) as stream:
        merge_shared_tables(table, parts, stream)
