"""Results as the text of their file."""

from __future__ import annotations

from io import BytesIO

from pgx_ana.annotation import Annotations
from pgx_ana.output import Table
from pgx_ana.output.delimited import DelimitedWriter
from pgx_ana.output.documents import DocumentWriter


def table_text(table: Table, separator: str = "\t") -> str:
    """Return a table as TSV, or with another separator; its bytes must be UTF-8."""
    stream = BytesIO()
    DelimitedWriter(stream, table.name, separator).write_table(table)
    return stream.getvalue().decode()


def documents_text(*blocks: Annotations, lines: bool = False) -> str:
    """Return documents as JSON, or as JSON lines."""
    stream = BytesIO()
    writer = DocumentWriter(stream, lines=lines)
    for block in blocks:
        writer.write(block)
    writer.close()
    return stream.getvalue().decode()
