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

_SUFFIXES = re.compile(r"(?:(?:\.g)?\.vcf|\.gvcf|\.bcf)?(?:\.b?gz|\.bgzf)?$", re.IGNORECASE)
_REQUIRED = ("file", "sample")
_COLUMNS = (*_REQUIRED, "sex", "context")
_MAX_FILES_SHOWN = 5


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One file of a sample sheet and its one sample; sex and context are empty where not given."""

    file: str
    sample: str
    sex: str = ""
    context: str = ""


def name_from_path(path: str) -> str:
    """Return the name of a file without its folder and the suffixes of variant files.

    >>> name_from_path("run/NA12717.g.vcf.gz")
    'NA12717'
    """
    name = os.path.basename(path)  # noqa: PTH119  # Path drops a trailing slash
    return _SUFFIXES.sub("", name) or name


def read_sample_sheet(path: str) -> tuple[SheetRow, ...]:
    """Read a sample sheet: tab-separated lines under a header with the names of the columns.

    Raises :class:`UsageError` for a sheet that cannot be read, for unknown, repeated or missing
    columns, and for rows that lack a file or sample.
    """
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise UsageError(f"--sample-sheet {path}: cannot be read: {error}") from error
    # Other line separators of Unicode may be part of a name.
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    numbered = [(number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if len(numbered) < 2:
        raise UsageError(f"--sample-sheet {path}: lists no file")
    columns = [name.strip() for name in numbered[0][1].split("\t")]
    _check_columns(columns, path)
    return tuple(_row(line, columns, f"{path}: line {number}") for number, line in numbered[1:])


def _check_columns(columns: Sequence[str], path: str) -> None:
    faults = [
        f"unknown column {name!r}{did_you_mean(name, _COLUMNS).removesuffix('?')}"
        for name in columns
        if name not in _COLUMNS
    ]
    faults += [f"no column {name!r}" for name in _REQUIRED if name not in columns]
    faults += [f"column {name!r} twice" for name, count in Counter(columns).items() if count > 1]
    if faults:
        raise UsageError(
            f"--sample-sheet {path}: {', '.join(faults)}; its first line must name the columns "
            f"{' and '.join(_REQUIRED)}, and may name {' and '.join(_COLUMNS[2:])}, separated by "
            "tabs"
        )


def _row(line: str, columns: Sequence[str], place: str) -> SheetRow:
    values = [value.strip() for value in line.split("\t")]
    values += [""] * (len(columns) - len(values))  # editors drop empty cells at the end
    if len(values) != len(columns):
        raise UsageError(
            f"--sample-sheet {place}: has {len(values)} columns; the first line has {len(columns)}"
        )
    row = SheetRow(**dict(zip(columns, values, strict=True)))
    if not row.file or not row.sample:
        raise UsageError(f"--sample-sheet {place}: has no file or no sample")
    return row


def rows_by_path(paths: Sequence[str], sheet: str) -> Mapping[str, SheetRow]:
    """Return the row of a sheet for each path.

    A file of the sheet is a path, relative to the working directory or to the folder of the sheet,
    or the bare name of one of the files. Rows about other files are passed over. Raises
    :class:`UsageError` for a path without a row, or with two.
    """
    rows = read_sample_sheet(sheet)
    keys = {path: _keys(path, "") for path in paths}
    found: dict[str, SheetRow] = {}
    for row in rows:
        wanted = _keys(row.file, os.path.dirname(sheet))  # noqa: PTH120  # "" for none
        matches = [path for path in paths if keys[path] & wanted]
        if not matches and not os.path.dirname(row.file):  # noqa: PTH120
            matches = [path for path in paths if Path(path).name == row.file]
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
