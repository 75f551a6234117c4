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
from pgx_ana.file_formats import (
    FORMATS,
    FileFormat,
    Layout,
    OutputChoice,
    format_endings,
    without_compression,
)
from pgx_ana.terms import TEXT_TABLES, WIDE_TABLES, TableName

STDSTREAM = "-"
_COMPANIONS = ("", ".tbi", ".csi", ".fai", ".gzi")
"""Endings of the files that belong to an input: itself, and its indexes."""

_VCF_INDEXES = (".csi", ".tbi")

_COMPRESSED_FORMATS = frozenset(kind for kind, facts in FORMATS.items() if facts.is_compressed)

VCF_FORMATS = frozenset({FileFormat.VCF, FileFormat.BCF})
_OUTPUT_TYPES = {"v": FileFormat.VCF, "z": FileFormat.VCF, "b": FileFormat.BCF}

FileId = tuple[int, int]
"""Device and inode: the same for every name of a file."""


def format_by_name(output: str, formats: Mapping[str, str], default: str) -> str:
    """Return the format for the ending of a file name; ``formats`` has them by ending.

    Of endings that fit, the longest counts. Stdout, devices, folders and names without an ending
    get the default. An ending ``.gz`` only says that the file is compressed. Raises
    :class:`UsageError` for an unknown ending.
    """
    name = without_compression(output)
    mode = _mode_of(output)
    if output == STDSTREAM or not Path(name).suffix or (mode and not stat.S_ISREG(mode)):
        return default
    ending = _ending(name, formats)
    if not ending:
        suffix = Path(name).suffix.casefold()
        raise UsageError(f"-o {output}: no format has the ending {suffix}; {_endings(formats)}")
    kind = formats[ending]
    if kind in _COMPRESSED_FORMATS and name != output:
        title = FORMATS[FileFormat(kind)].title
        raise UsageError(f"-o {output}: {title} is compressed as it is; leave out the last ending")
    return kind


def _ending(name: str, formats: Collection[str]) -> str:
    """Return the longest known ending of a name, which is more than the ending; empty for none."""
    last = Path(name).name.casefold()
    fitting = [ending for ending in formats if last.endswith(ending) and last != ending]
    return max(fitting, key=len, default="")


def _endings(formats: Mapping[str, str]) -> str:
    """Say which endings there are."""
    texts = [ending for ending, kind in formats.items() if kind not in _COMPRESSED_FORMATS]
    others = "".join(f"or {ending}, " for ending in formats if ending not in texts)
    return f"use {', '.join(texts)}, each also with .gz, {others}or give --format"


def chosen_output(output: str, given: Mapping[str, Any]) -> OutputChoice:
    """Return what is written: the tables, layout and format that are given.

    Without ``--format``, the name of ``-o`` says it. Raises :class:`UsageError` for what cannot be
    combined, and if the destination does not suit the tables.
    """
    layout, names = Layout(given["layout"]), given["tables"]
    formats = format_endings()
    is_file = _is_file_name(output, formats) and not stat.S_ISDIR(_mode_of(output))
    is_several = layout is Layout.LONG and (len(names) > 1 or ALL_TABLES in names)
    if is_several:
        _check_folder(output, "several tables need a folder, not one file", is_file=is_file)
    stated = _stated_format(output, given)
    if stated or is_several:
        kind = FileFormat(stated or FileFormat.TSV)
    else:
        kind = FileFormat(format_by_name(output, formats, FileFormat.TSV))
    is_by_name = not stated and output != STDSTREAM
    said = f"-o {output}: {FORMATS[kind].title}" if is_by_name else f"--format {kind}"
    choice = OutputChoice(
        kind,
        _tables(names, kind, layout),
        layout,
        given["with_names"],
        all_sites=bool(given.get("all_sites")),
        with_index=bool(given.get("with_index")),
        is_compressed=given.get("output_type") == "z",
    )
    _check_choice(choice, said)
    _check_vcf(output, choice, said)
    if choice.file_names:
        advice = (
            f"{choice.facts.title} has several tables: name one with --table, or give a folder "
            "with -o"
        )
        _check_folder(output, advice, is_file=is_file)
    return choice


def _stated_format(output: str, given: Mapping[str, Any]) -> str | None:
    """Return the format that options state; None where they do not.

    Raises :class:`UsageError` where ``-O`` contradicts ``--format``, or names a file.
    """
    stated: str | None = given["file_format"]
    letter = given.get("output_type")
    if letter is None:
        return stated
    if output != STDSTREAM:
        raise UsageError("-O is for stdout; a file is what the ending of -o says")
    kind = _OUTPUT_TYPES[letter]
    if stated not in {None, kind}:
        raise UsageError(f"-O {letter} is {FORMATS[kind].title}, not --format {stated}")
    return kind.value


def _check_vcf(output: str, choice: OutputChoice, said: str) -> None:
    """Raise :class:`UsageError` for options of VCF that do not suit the format or the output."""
    is_vcf = choice.file_format in VCF_FORMATS
    if choice.all_sites and not is_vcf:
        raise UsageError(f"--all-sites is for VCF and BCF, not for {said}")
    if not choice.with_index:
        return
    if not is_vcf or output == STDSTREAM or not _is_compressed(output, choice):
        raise UsageError("--write-index needs -o with a name that ends in .vcf.gz or .bcf")


def check_indexes(output: str, choice: OutputChoice) -> None:
    """Raise :class:`UsageError` if an index is there that would be taken for that of the output.

    Readers prefer ``.csi`` to ``.tbi``, and rows that an old index does not list are lost.
    """
    is_vcf = choice.file_format in VCF_FORMATS
    if not is_vcf or output == STDSTREAM or not _is_compressed(output, choice):
        return
    written = written_files(output, choice)
    for ending in _VCF_INDEXES:
        path = f"{output}{ending}"
        if path not in written and _mode_of(path):
            is_ours = ending == choice.facts.index_ending
            also = ", or replace it with --write-index" if is_ours else ""
            raise UsageError(
                f"{path}: is the index of an earlier file, and would be used for the new one; "
                f"remove it{also}"
            )


def _is_compressed(output: str, choice: OutputChoice) -> bool:
    return choice.facts.is_compressed or without_compression(output) != output


def written_files(output: str, choice: OutputChoice) -> list[str]:
    """Return the paths of all files that are written."""
    if choice.file_names:
        return [str(Path(output) / name) for name in choice.file_names]
    return [output, f"{output}{choice.facts.index_ending}"] if choice.with_index else [output]


def _check_folder(output: str, advice: str, *, is_file: bool) -> None:
    """Raise :class:`UsageError` if several tables cannot go to an output."""
    if output == STDSTREAM:
        raise UsageError("several tables need a folder: give one with -o")
    if is_file:
        raise UsageError(f"-o {output}: {advice}")


def _is_file_name(output: str, formats: Collection[str]) -> bool:
    """Return whether a name ends as that of a file in a known format, or of a compressed one."""
    return without_compression(output) != output or bool(_ending(output, formats))


def _tables(names: Sequence[str], kind: FileFormat, layout: Layout) -> tuple[TableName, ...]:
    """Return the tables of ``--table``; ``all`` are those that the format and layout have."""
    if ALL_TABLES not in names:
        return tuple(map(TableName, names))
    return WIDE_TABLES if layout is Layout.WIDE else FORMATS[kind].tables or TEXT_TABLES


def _check_choice(choice: OutputChoice, said: str) -> None:
    """Raise :class:`UsageError` for what cannot be combined; ``said`` names the format."""
    facts, is_wide = choice.facts, choice.layout is Layout.WIDE
    if is_wide and not facts.has_wide:
        wide = _listed([kind for kind in FORMATS if FORMATS[kind].has_wide])
        raise UsageError(f"{said} has no wide layout; --layout wide is for {wide}")
    if choice.tables and not facts.tables:
        raise UsageError(f"{said} has no tables to choose; omit --table")
    if choice.with_names and choice.file_format is not FileFormat.PARQUET:
        raise UsageError("--names is for --format parquet: other formats have the names anyway")
    known = WIDE_TABLES if is_wide else facts.tables
    unknown = [table for table in choice.tables if table not in known]
    if unknown and is_wide:
        raise UsageError(f"--layout wide has the tables calls and haplotypes, not {unknown[0]}")
    if unknown:
        having = _listed([kind for kind in FORMATS if unknown[0] in FORMATS[kind].tables])
        raise UsageError(f"--table {unknown[0]}: only --format {having} has this table")


def _listed(kinds: Sequence[str]) -> str:
    """Return names as words: ``tsv, csv and parquet``."""
    *others, last = kinds
    return f"{', '.join(others)} and {last}" if others else last


def check_destination(targets: Sequence[str], given: Mapping[str, Any], option: str = "-o") -> None:
    """Raise :class:`UsageError` if an output would overwrite a file that the run reads.

    ``given`` has the options of a command. ``option`` is that which names the output.
    """
    existing = {target: identity for target in targets if (identity := _identity_of(target))}
    if existing:
        inputs = {identity: name for name, identity in _inputs(given)}
        for target, identity in existing.items():
            if identity in inputs:
                where = "stdout" if target == STDSTREAM else f"{option} {target}"
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
    for path in (*read_paths(given), *_knowledge_files(given["directories"])):
        identity = _identity_of(path) if path != STDSTREAM else None
        if identity is not None:
            yield path, identity


def read_paths(given: Mapping[str, Any]) -> list[str]:
    """Return the paths that a run with these options may read, beside the knowledge base.

    Those of companions need not exist; stdin is ``-``.
    """
    from pgx_ana.biobank import companions_of

    named = [*given["files"], given["reference"], given["sample_sheet"]]
    named += [str(value) for value in given.values() if isinstance(value, Path)]
    paths = [f"{name}{companion}" for name in named if name for companion in _COMPANIONS]
    return paths + [companion for name in given["files"] for companion in companions_of(name)]


def _knowledge_files(directories: Sequence[Path]) -> Iterator[str]:
    for directory in knowledge_directories(directories):
        with contextlib.suppress(OSError):
            yield from map(str, directory.rglob("*.yaml"))
