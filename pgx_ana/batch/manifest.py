"""The manifest of a batch: a list of files, or a sample sheet that says more about them."""

from __future__ import annotations

import dataclasses
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from pgx_ana.errors import UsageError
from pgx_ana.pipeline import SheetRow, name_from_path, read_sheet_text, sheet_lines, sheet_rows

STDIN = "-"
_FILE = "file"
_VCF = "##fileformat=VCF"
_WANTED = (
    "; a manifest lists the paths of files, one in each line (to annotate a single file, use "
    "pgx-ana annotate)"
)
"""What follows if a file is given in the place of a list of files."""


def read_manifest(name: str, *, from_file_name: bool) -> tuple[SheetRow, ...]:
    """Return the files of a manifest in its order, with what it states of each.

    A manifest has one path per line; or it is a table with tabs whose first line names its columns,
    ``file`` among them. Blank lines and lines that begin with ``#`` are passed over. ``-`` is
    stdin. A relative path is relative to the working directory, else to the folder of the manifest.
    ``from_file_name`` names the sample of each file after the file, where the manifest does not.

    Raises :class:`UsageError` for a manifest that cannot be read or has faults.
    """
    place = "stdin" if name == STDIN else name
    try:
        # Decoded as a file is: stdin may have another encoding.
        text = (
            sys.stdin.buffer.read().decode("utf-8-sig")
            if name == STDIN
            else read_sheet_text(Path(name))
        )
    except UnicodeDecodeError as error:
        raise UsageError(f"{place}: is not text in UTF-8{_WANTED}") from error
    except (OSError, ValueError) as error:
        raise UsageError(f"{place}: cannot be read: {error}") from error
    if text.startswith(_VCF):
        raise UsageError(f"{place}: is a VCF file{_WANTED}")
    folder = "" if name == STDIN else os.path.dirname(name)  # noqa: PTH120  # "" for none
    rows = [_located(row, folder) for row in _rows(sheet_lines(text), place)]
    if from_file_name:
        rows = [
            dataclasses.replace(row, sample=row.sample or name_from_path(row.file)) for row in rows
        ]
    _check(rows, place)
    return tuple(rows)


def _rows(lines: Sequence[tuple[int, str]], place: str) -> Iterable[SheetRow]:
    """Return the rows of a table, or of a list of files."""
    if not lines:
        raise UsageError(f"{place}: lists no file")
    if _FILE in (cell.strip() for cell in lines[0][1].split("\t")):
        return sheet_rows(lines, place, (_FILE,))
    for number, line in lines:
        if "\t" in line.strip():
            raise UsageError(
                f"{place}: line {number}: has a tab; the first line of a table must name its "
                f"columns, {_FILE!r} among them"
            )
    return [SheetRow(line.strip(), line=number) for number, line in lines]


def _located(row: SheetRow, folder: str) -> SheetRow:
    """Return a row with its paths as they can be opened."""
    return dataclasses.replace(
        row,
        file=_path(row.file, folder),
        index=_path(row.index, folder) if row.index else "",
    )


def _path(given: str, folder: str) -> str:
    """Return a path of a manifest: as it is, or in the folder of the manifest if it is only there.

    Uses :mod:`os.path`: a manifest may have a hundred thousand lines.
    """
    if os.path.isabs(given) or not folder or os.path.lexists(given):  # noqa: PTH117
        return given
    there = os.path.join(folder, given)  # noqa: PTH118
    return there if os.path.lexists(there) else given


def _check(rows: Iterable[SheetRow], place: str) -> None:
    """Raise :class:`UsageError` for a file listed twice, and for names that are of two people."""
    lines: dict[str, int] = {}
    named: dict[str, SheetRow] = {}
    for row in rows:
        here = f"{place}: line {row.line}"
        if row.file == STDIN:
            raise UsageError(f"{here}: stdin cannot be one of many files; give its path")
        earlier = lines.setdefault(os.path.abspath(row.file), row.line)  # noqa: PTH100
        if earlier != row.line:
            raise UsageError(f"{here}: {row.file} is also in line {earlier}")
        if (row.sex or row.context) and not row.sample:
            raise UsageError(f"{here}: has a sex or context but no sample of whom it is")
        other = named.setdefault(row.sample, row) if row.sample else row
        if other is not row and not (row.group and row.group == other.group):
            raise UsageError(
                f"{here}: sample {row.sample!r} is also in line {other.line}; give it another "
                "name, or give both files the same group if they are of one person"
            )
