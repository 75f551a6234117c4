"""The destination of results: the format that its name asks for, and that it is no input."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pgx_ana.cli.options import knowledge_directories
from pgx_ana.errors import UsageError
from pgx_ana.terms import FileFormat, TableName

STDSTREAM = "-"
_COMPRESSED_ENDINGS = (".gz", ".bgz")
_COMPANIONS = ("", ".tbi", ".csi", ".fai", ".gzi")
"""Endings of the files that belong to an input: itself, and its indexes."""

FileId = tuple[int, int]
"""Device and inode: the same for every name of a file."""


def format_by_name(output: str, formats: Mapping[str, str], default: str) -> str:
    """Return the format for the ending of a file name; ``formats`` has them by ending.

    Stdout, devices, folders and names without an ending get the default. An ending ``.gz`` only
    says that the file is compressed. Raises :class:`UsageError` for an unknown ending.
    """
    name = output
    for ending in _COMPRESSED_ENDINGS:
        if name.casefold().endswith(ending):
            name = name[: -len(ending)]
    ending = Path(name).suffix.casefold()
    mode = _mode_of(output)
    if output == STDSTREAM or not ending or (mode and not stat.S_ISREG(mode)):
        return default
    if ending not in formats:
        raise UsageError(
            f"-o {output}: no format has the ending {ending}; use {', '.join(formats)}, each also "
            "with .gz, or give --format"
        )
    return formats[ending]


def chosen_format(output: str, given: str | None, tables: Sequence[TableName]) -> FileFormat:
    """Return the format of annotations: that of ``--format``, else that of the name of ``-o``.

    Raises :class:`UsageError` if the destination does not suit the tables.
    """
    formats = {f".{kind}": kind.value for kind in FileFormat}
    is_folder = len(tables) > 1
    if is_folder and output == STDSTREAM:
        raise UsageError("several tables need a folder: give one with -o")
    if is_folder and Path(output).suffix.casefold() in {*formats, *_COMPRESSED_ENDINGS}:
        if not stat.S_ISDIR(_mode_of(output)):
            raise UsageError(f"-o {output}: several tables need a folder, not one file")
        formats = {}
    if given or is_folder:
        kind = FileFormat(given or FileFormat.TSV)
    else:
        kind = FileFormat(format_by_name(output, formats, FileFormat.TSV))
    if tables and kind not in {FileFormat.TSV, FileFormat.CSV}:
        said = f"--format {kind}" if given else f"-o {output}: {kind.upper()}"
        raise UsageError(f"{said} contains all tables; omit --table")
    return kind


def check_destination(
    output: str,
    given: Mapping[str, Any],
    file_format: str = "",
    tables: Collection[TableName] = (),
) -> None:
    """Raise :class:`UsageError` if the output would overwrite a file that the run reads.

    ``given`` has the options of a command. Several tables are the files of a folder.
    """
    targets = [output]
    if len(tables) > 1:
        targets = [str(Path(output) / f"{name}.{file_format}") for name in tables]
    existing = {target: identity for target in targets if (identity := _identity_of(target))}
    if existing:
        inputs = {identity: name for name, identity in _inputs(given)}
        for target, identity in existing.items():
            if identity in inputs:
                where = "stdout" if target == STDSTREAM else f"-o {target}"
                said = inputs[identity]
                also = "" if said == target else f" ({said})"
                raise UsageError(f"{where}: is an input file{also}; give another name")


def _identity_of(target: str) -> FileId | None:
    """Return the identity of an existing regular file; None for any other, and for none."""
    with contextlib.suppress(OSError, ValueError):
        return _regular(os.fstat(1) if target == STDSTREAM else Path(target).stat())
    return None


def _mode_of(path: str) -> int:
    """Return the mode of an existing file; 0 if there is none."""
    with contextlib.suppress(OSError, ValueError):
        return Path(path).stat().st_mode
    return 0


def _regular(status: os.stat_result) -> FileId | None:
    return (status.st_dev, status.st_ino) if stat.S_ISREG(status.st_mode) else None


def _inputs(given: Mapping[str, Any]) -> Iterator[tuple[str, FileId]]:
    """Yield every file that a run with these options reads, with its identity."""
    if STDSTREAM in given["files"]:
        with contextlib.suppress(OSError):
            identity = _regular(os.fstat(0))
            if identity is not None:
                yield "stdin", identity
    named = [*given["files"], given["reference"]]
    named += [str(value) for value in given.values() if isinstance(value, Path)]
    paths = [f"{name}{companion}" for name in named if name for companion in _COMPANIONS]
    for path in (*paths, *_knowledge_files(given["directories"])):
        identity = _identity_of(path) if path != STDSTREAM else None
        if identity is not None:
            yield path, identity


def _knowledge_files(directories: Sequence[Path]) -> Iterator[str]:
    for directory in knowledge_directories(directories):
        with contextlib.suppress(OSError):
            yield from map(str, directory.rglob("*.yaml"))
