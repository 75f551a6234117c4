"""The entry points for writing: choose the module for a format, and the destination."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from pgx_ana.annotation import Annotations
from pgx_ana.output.callability import callability_json, callability_text, callability_tsv
from pgx_ana.output.delimited import text_chunks
from pgx_ana.output.documents import document_chunks
from pgx_ana.output.encoding import as_utf8
from pgx_ana.output.files import write, write_folder
from pgx_ana.output.tables import make_table
from pgx_ana.quality import Callability
from pgx_ana.terms import FileFormat, TableName

_SEPARATORS = {FileFormat.TSV: "\t", FileFormat.CSV: ","}


def write_annotations(
    annotations: Annotations,
    file_format: FileFormat,
    tables: Sequence[TableName],
    destination: str,
) -> None:
    """Write annotations to a file, to stdout for ``-``, or several tables to a folder.

    ``tables`` selects the tables for TSV and CSV (the annotations where empty); JSON contains all
    tables. Raises :class:`OutputError`.
    """
    separator = _SEPARATORS.get(file_format)
    names = tables or (TableName.ANNOTATIONS,)
    if separator is None:
        write(document_chunks(annotations, lines=file_format is FileFormat.JSONL), destination)
    elif len(names) == 1:
        write(text_chunks(make_table(names[0], annotations), separator), destination)
    else:
        files = (
            (f"{name}.{file_format}", text_chunks(make_table(name, annotations), separator))
            for name in names
        )
        write_folder(files, destination)


def write_table(
    blocks: Sequence[Annotations], file_format: FileFormat, table: TableName, destination: str
) -> None:
    """Write one table of several blocks of people as TSV or CSV. Raises :class:`OutputError`."""
    separator = _SEPARATORS[file_format]
    parts = (text_chunks(make_table(table, block), separator) for block in blocks)
    # The first chunk of each part is the header.
    chunks = (itertools.islice(part, number > 0, None) for number, part in enumerate(parts))
    write(itertools.chain.from_iterable(chunks), destination)


def write_callability(callability: Callability, file_format: str, destination: str) -> None:
    """Write a callability report as ``text``, ``tsv`` or ``json``. Raises :class:`OutputError`."""
    write(_callability_chunks(callability, file_format), destination)


def _callability_chunks(callability: Callability, file_format: str) -> Iterator[bytes]:
    if file_format == "json":
        yield as_utf8(callability_json(callability))
    else:
        lines = callability_tsv if file_format == "tsv" else callability_text
        yield from (as_utf8(f"{line}\n") for line in lines(callability))
