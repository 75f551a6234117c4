"""Names of samples from outside a file: from the name of the file, or from a sample sheet."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pgx_ana.errors import UsageError
from pgx_ana.names import did_you_mean
from pgx_ana.reading import read_small

_SUFFIXES = re.compile(
    r"(?:(?:(?:\.g)?\.vcf|\.gvcf|\.bcf)?(?:\.b?gz|\.bgzf)?|\.pgen|\.bed|\.bgen"
    r"|\.(?:vcz|zarr)(?:\.zip)?)$",
    re.IGNORECASE,
)
_COLUMNS = ("file", "sample", "sex", "context", "index", "group")
_MAX_FILES_SHOWN = 5
_MAX_SHEET_BYTES = 512_000_000
"""Size of a sheet; that of half a million files has some 50 MB."""

_COMMENT = "#"


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One file of a sample sheet, and what is stated of it; a field is empty where nothing is.

    ``sample`` names the one sample of the file. ``index`` is the path of an index that is not
    beside the file. Files with the same ``group`` are read together, as one cohort. ``line`` is the
    number of the line, from 1.
    """

    file: str
    sample: str = ""
    sex: str = ""
    context: str = ""
    index: str = ""
    group: str = ""
    line: int = 0


def name_from_path(path: str) -> str:
    """Return the name of a file without its folder and the suffixes of variant files.

    >>> name_from_path("run/NA12717.g.vcf.gz")
    'NA12717'
    """
    # Path drops a trailing slash, which only the name of a folder may have.
    name = os.path.basename(path.rstrip("/") if os.path.isdir(path) else path)  # noqa: PTH112, PTH119
    return _SUFFIXES.sub("", name) or name


def read_sheet_text(path: Path) -> str:
    """Return the text of a sheet. Raises :class:`OSError` or :class:`ValueError`."""
    return read_small(path, _MAX_SHEET_BYTES, accept_pipes=True).decode("utf-8-sig")


def sheet_lines(text: str) -> list[tuple[int, str]]:
    """Return the numbered lines of a sheet, without blank lines and comments (``#``)."""
    # Other line separators of Unicode may be part of a name.
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return [
        (number, line)
        for number, line in enumerate(lines, 1)
        if line.strip() and not line.startswith(_COMMENT)
    ]


def _lines_of(sheet: str, place: str) -> list[tuple[int, str]]:
    """Return the numbered lines of a sheet. Raises :class:`UsageError`."""
    try:
        return sheet_lines(read_sheet_text(Path(sheet)))
    except UnicodeDecodeError as error:
        raise UsageError(f"{place}: is not text in UTF-8") from error
    except (OSError, ValueError) as error:
        raise UsageError(f"{place}: cannot be read: {error}") from error


def sheet_rows(
    lines: Sequence[tuple[int, str]], place: str, required: Sequence[str]
) -> tuple[SheetRow, ...]:
    """Return the rows of a sheet: tab-separated lines under a header with the names of the columns.

    ``lines`` are those of :func:`sheet_lines`, ``place`` names the sheet in messages. Raises
    :class:`UsageError` for unknown, repeated or missing columns, and for rows that lack one of the
    ``required`` values.
    """
    if len(lines) < 2:
        raise UsageError(f"{place}: lists no file")
    columns = [name.strip() for name in lines[0][1].split("\t")]
    _check_columns(columns, place, required)
    return tuple(_row(number, line, columns, (place, required)) for number, line in lines[1:])


def _check_columns(columns: Sequence[str], place: str, required: Sequence[str]) -> None:
    faults = [
        f"unknown column {name!r}{did_you_mean(name, _COLUMNS).removesuffix('?')}"
        for name in columns
        if name not in _COLUMNS
    ]
    faults += [f"no column {name!r}" for name in required if name not in columns]
    faults += [f"column {name!r} twice" for name, count in Counter(columns).items() if count > 1]
    if faults:
        optional = [name for name in _COLUMNS if name not in required]
        raise UsageError(
            f"{place}: {', '.join(faults)}; its first line must name the "
            f"column{'s' * (len(required) > 1)} {' and '.join(required)}, and may name "
            f"{', '.join(optional[:-1])} and {optional[-1]}, separated by tabs"
        )


def _row(
    number: int, line: str, columns: Sequence[str], sheet: tuple[str, Sequence[str]]
) -> SheetRow:
    """Return one row; ``sheet`` has its place and the required columns."""
    place, required = sheet
    values = [value.strip() for value in line.split("\t")]
    values += [""] * (len(columns) - len(values))  # editors drop empty cells at the end
    if len(values) != len(columns):
        raise UsageError(
            f"{place}: line {number}: has {len(values)} columns; the first line has {len(columns)}"
        )
    row = SheetRow(**dict(zip(columns, values, strict=True)), line=number)
    if not all(getattr(row, name) for name in required):
        raise UsageError(f"{place}: line {number}: has no {' or no '.join(required)}")
    return row


def rows_by_path(paths: Sequence[str], sheet: str) -> Mapping[str, SheetRow]:
    """Return the row of a sheet for each path.

    A file of the sheet is a path, relative to the working directory or to the folder of the sheet,
    or the bare name of one of the files. Rows about other files are passed over. Raises
    :class:`UsageError` for a sheet that cannot be read or has faults, and for a path without a row,
    or with two.
    """
    place = f"--sample-sheet {sheet}"
    rows = sheet_rows(_lines_of(sheet, place), place, ("file", "sample"))
    by_key: dict[str, dict[str, None]] = {}
    by_name: dict[str, list[str]] = {}
    for path in paths:
        by_name.setdefault(Path(path).name, []).append(path)
        for key in _keys(path, ""):
            by_key.setdefault(key, {})[path] = None
    found: dict[str, SheetRow] = {}
    for row in rows:
        wanted = _keys(row.file, os.path.dirname(sheet))  # noqa: PTH120  # "" for none
        matches = list(dict.fromkeys(path for key in wanted for path in by_key.get(key, ())))
        if not matches and not os.path.dirname(row.file):  # noqa: PTH120
            matches = by_name.get(row.file, [])
        if len(matches) > 1:
            raise UsageError(
                f"--sample-sheet {sheet}: {row.file!r} is the name of several files "
                f"({', '.join(matches[:_MAX_FILES_SHOWN])}); give their paths"
            )
        for path in matches:
            if path in found:
                raise UsageError(f"--sample-sheet {sheet}: has two rows for {path}")
            found[path] = row
    missing = [path for path in paths if path not in found]
    if missing:
        more = len(missing) - _MAX_FILES_SHOWN
        raise UsageError(
            f"--sample-sheet {sheet}: has no row for {', '.join(missing[:_MAX_FILES_SHOWN])}"
            + (f" and {more} more files" if more > 0 else "")
        )
    return found


def _keys(path: str, folder: str) -> set[str]:
    """Return what a path may be recognised by: itself, and where it leads."""
    return {path, os.path.realpath(path), os.path.realpath(os.path.join(folder, path))}  # noqa: PTH118
