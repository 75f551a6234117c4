"""The destination of results: the format that its name asks for, and that it is no input."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pgx_ana.cli.options import ALL_TABLES, knowledge_directories
from pgx_ana.errors import UsageError
from pgx_ana.terms import (
    DOCUMENT_FORMATS,
    TEXT_TABLES,
    WIDE_TABLES,
    FileFormat,
    Layout,
    OutputChoice,
    TableName,
)

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
        raise UsageError(f"-o {output}: no format has the ending {ending}; {_endings(formats)}")
    if formats[ending] == FileFormat.PARQUET and name != output:
        raise UsageError(f"-o {output}: Parquet is compressed as it is; leave out the last ending")
    return formats[ending]


def _endings(formats: Mapping[str, str]) -> str:
    """Say which endings there are."""
    texts = [ending for ending, kind in formats.items() if kind != FileFormat.PARQUET]
    others = "".join(f"or {ending}, " for ending in formats if ending not in texts)
    return f"use {', '.join(texts)}, each also with .gz, {others}or give --format"


def chosen_output(output: str, given: Mapping[str, Any]) -> OutputChoice:
    """Return what is written: the tables, layout and format that are given.

    Without ``--format``, the name of ``-o`` says it. Raises :class:`UsageError` for what cannot be
    combined, and if the destination does not suit the tables.
    """
    layout, names = Layout(given["layout"]), given["tables"]
    formats = {f".{kind}": kind.value for kind in FileFormat}
    is_file = _has_ending(output, formats) and not stat.S_ISDIR(_mode_of(output))
    is_several = layout is Layout.LONG and (len(names) > 1 or ALL_TABLES in names)
    if is_several:
        _check_folder(output, "several tables need a folder, not one file", is_file=is_file)
    if given["file_format"] or is_several:
        kind = FileFormat(given["file_format"] or FileFormat.TSV)
    else:
        kind = FileFormat(format_by_name(output, formats, FileFormat.TSV))
    said = f"--format {kind}" if given["file_format"] else f"-o {output}: {kind.upper()}"
    choice = OutputChoice(kind, _tables(names, kind, layout), layout, given["with_names"])
    _check_choice(choice, said)
    if choice.file_names:
        advice = "Parquet has several tables: name one with --table, or give a folder with -o"
        _check_folder(output, advice, is_file=is_file)
    return choice


def _check_folder(output: str, advice: str, *, is_file: bool) -> None:
    """Raise :class:`UsageError` if several tables cannot go to an output."""
    if output == STDSTREAM:
        raise UsageError("several tables need a folder: give one with -o")
    if is_file:
        raise UsageError(f"-o {output}: {advice}")


def _has_ending(output: str, formats: Collection[str]) -> bool:
    return Path(output).suffix.casefold() in {*formats, *_COMPRESSED_ENDINGS}


def _tables(names: Sequence[str], kind: FileFormat, layout: Layout) -> tuple[TableName, ...]:
    """Return the tables of ``--table``; ``all`` are those that the format and layout have."""
    if ALL_TABLES not in names:
        return tuple(map(TableName, names))
    if layout is Layout.WIDE:
        return WIDE_TABLES
    return tuple(TableName) if kind is FileFormat.PARQUET else TEXT_TABLES


def _check_choice(choice: OutputChoice, said: str) -> None:
    """Raise :class:`UsageError` for what cannot be combined; ``said`` names the format."""
    kind, is_wide = choice.file_format, choice.layout is Layout.WIDE
    if is_wide and kind in DOCUMENT_FORMATS:
        raise UsageError(f"{said} has documents; --layout wide is for tsv, csv and parquet")
    if choice.tables and kind in DOCUMENT_FORMATS:
        raise UsageError(f"{said} contains all tables; omit --table")
    if choice.with_names and kind is not FileFormat.PARQUET:
        raise UsageError("--names is for --format parquet: other formats have the names anyway")
    known = WIDE_TABLES if is_wide else TEXT_TABLES
    unknown = [table for table in choice.tables if table not in known]
    if unknown and is_wide:
        raise UsageError(f"--layout wide has the tables calls and haplotypes, not {unknown[0]}")
    if unknown and kind is not FileFormat.PARQUET:
        raise UsageError(f"--table {unknown[0]}: only --format parquet has this table")


def check_destination(
    output: str, given: Mapping[str, Any], file_names: Collection[str] = ()
) -> None:
    """Raise :class:`UsageError` if the output would overwrite a file that the run reads.

    ``given`` has the options of a command. Several tables are the files of a folder.
    """
    targets = [str(Path(output) / name) for name in file_names] or [output]
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
    from pgx_ana.biobank import companions_of

    if STDSTREAM in given["files"]:
        with contextlib.suppress(OSError):
            identity = _regular(os.fstat(0))
            if identity is not None:
                yield "stdin", identity
    named = [*given["files"], given["reference"]]
    named += [str(value) for value in given.values() if isinstance(value, Path)]
    paths = [f"{name}{companion}" for name in named if name for companion in _COMPANIONS]
    paths += [companion for name in given["files"] for companion in companions_of(name)]
    for path in (*paths, *_knowledge_files(given["directories"])):
        identity = _identity_of(path) if path != STDSTREAM else None
        if identity is not None:
            yield path, identity


def _knowledge_files(directories: Sequence[Path]) -> Iterator[str]:
    for directory in knowledge_directories(directories):
        with contextlib.suppress(OSError):
            yield from map(str, directory.rglob("*.yaml"))
