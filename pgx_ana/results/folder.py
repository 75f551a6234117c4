"""Which files of a folder have the results: those of ``annotate``, or the parts of a batch."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pgx_ana.errors import InputError, UsageError
from pgx_ana.terms import TableName

_STATUS = "status.tsv"
_PLAN = "plan.json"
_PARTS = "parts"
_BLOCKS = "blocks"
_HOW = "write them with pgx-ana annotate --format parquet -o FOLDER, without --table"


@dataclass(frozen=True, slots=True)
class RefusedFile:
    """A file that a batch refused, and the sentence that refused it."""

    file: str
    reason: str


@dataclass(frozen=True, slots=True)
class FolderPart:
    """The files with rows of some people; ``haplotypes`` is None if that table was not written."""

    samples: Path
    calls: Path
    haplotypes: Path | None


def find_parts(folder: Path) -> list[FolderPart]:
    """Return the parts of a folder, in the order of their people.

    Raises :class:`UsageError` for a folder without the tables that are needed, and
    :class:`InputError` for a batch that is not finished, or lacks some parts.
    """
    if not (folder / _PLAN).exists() and not (folder / _PARTS).is_dir():
        return [_part(folder)]
    if not (folder / _STATUS).is_file():
        raise InputError(
            f"{folder}: the batch is not finished: it has no {_STATUS}; continue it with pgx-ana "
            "batch --resume, or with batch finish"
        )
    names = {
        table: sorted(path.name for path in (folder / _PARTS / table).glob("part-*.parquet"))
        for table in (TableName.SAMPLES, TableName.CALLS, TableName.HAPLOTYPES)
    }
    if not any((folder / _PARTS).glob("*/part-*")) and refused_files(folder):
        raise InputError(f"{folder}: the batch refused all files: there is nobody to report")
    for table in (TableName.SAMPLES, TableName.CALLS):
        if not names[table]:
            raise _without(folder / _PARTS, table)
    for table, of_table in names.items():
        missing = sorted(set(names[TableName.SAMPLES]) ^ set(of_table))
        if of_table and missing:
            raise InputError(
                f"{folder}: {missing[0]} is not in both {_PARTS}/{TableName.SAMPLES} and "
                f"{_PARTS}/{table}; continue the batch with pgx-ana batch --resume"
            )
    expected, found = _n_parts(folder), len(names[TableName.SAMPLES])
    if expected != found:
        raise InputError(
            f"{folder}: the batch wrote {expected} parts, and {found} are there; continue it with "
            "pgx-ana batch --resume"
        )
    return [_part_of_batch(folder, name, names) for name in names[TableName.SAMPLES]]


def _n_parts(folder: Path) -> int:
    """Return how many parts of each table the batch wrote, by the records of its blocks."""
    n_parts = 0
    for path in sorted((folder / _BLOCKS).glob("block-*.json")):
        try:
            n_parts += int(json.loads(path.read_text(encoding="utf-8"))["pieces"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InputError(f"{path}: is not the record of a block: {error}") from error
    return n_parts


def refused_files(folder: Path) -> tuple[RefusedFile, ...]:
    """Return the files that a batch refused; none where the folder is not that of a batch.

    Raises :class:`InputError` for a status table that cannot be read.
    """
    path = folder / _STATUS
    if not path.exists():
        return ()
    try:
        header, *lines = path.read_text(encoding="utf-8").splitlines()
        names = header.split("\t")
        rows = [dict(zip(names, line.split("\t"), strict=True)) for line in lines]
        return tuple(
            RefusedFile(row["file"], row["reason"]) for row in rows if row["status"] == "refused"
        )
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"{path}: is not the status table of a batch: {error}") from error


def _part(folder: Path) -> FolderPart:
    paths = {table: folder / f"{table}.parquet" for table in TableName}
    for table in (TableName.SAMPLES, TableName.CALLS):
        if not paths[table].is_file():
            raise _without(folder, table)
    haplotypes = paths[TableName.HAPLOTYPES]
    return FolderPart(
        paths[TableName.SAMPLES],
        paths[TableName.CALLS],
        haplotypes if haplotypes.is_file() else None,
    )


def _part_of_batch(folder: Path, name: str, names: Mapping[TableName, Sequence[str]]) -> FolderPart:
    paths = {table: folder / _PARTS / table / name for table in names}
    return FolderPart(
        paths[TableName.SAMPLES],
        paths[TableName.CALLS],
        paths[TableName.HAPLOTYPES] if names[TableName.HAPLOTYPES] else None,
    )


def _without(folder: Path, table: TableName) -> UsageError:
    return UsageError(
        f"{folder}: has no table {table} in Parquet, which holds what is reported; {_HOW}"
    )
