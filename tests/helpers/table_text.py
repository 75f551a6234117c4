"""A table as the text of its file."""

from __future__ import annotations

from pgx_ana.output import Table
from pgx_ana.output.delimited import text_chunks


def table_text(table: Table, separator: str = "\t") -> str:
    """Return a table as TSV, or with another separator; its bytes must be UTF-8."""
    return b"".join(text_chunks(table, separator)).decode()
