"""The plan of a batch: its files as they were when it was made, and how they are divided."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pgx_ana.batch.settings import Settings
from pgx_ana.errors import UsageError
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.pipeline import SheetRow, stated_circumstances
from pgx_ana.version import __version__

MAX_BLOCK_FILES = 128
"""Most files in a block by default: enough to share work, few enough to share memory."""

_MIN_BLOCK_FILES = 16
_MIN_BLOCKS = 16
"""Number of blocks that many files are divided into, so that several processes have work."""

_NOT_THERE = (-1, -1)


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """A file of the manifest, with its size in bytes and its time of change; -1 if not there.

    A folder is a Zarr store, of which the size is that of its descriptions.
    """

    row: SheetRow
    size: int
    mtime_ns: int

    @classmethod
    def of(cls, row: SheetRow) -> PlannedFile:
        """Return a file as it is now."""
        return cls(row, *_state(row.file))

    def has_changed(self) -> bool:
        """Say whether the file is another than when the plan was made."""
        return (self.size, self.mtime_ns) != _state(self.row.file)


def _state(path: str) -> tuple[int, int]:
    try:
        status = os.stat(path)  # noqa: PTH116  # there may be a hundred thousand
    except (OSError, ValueError):
        return _NOT_THERE
    if stat.S_ISDIR(status.st_mode):
        return _state_of_folder(path)
    return status.st_size, status.st_mtime_ns


def _state_of_folder(path: str) -> tuple[int, int]:
    """Return the size of the descriptions in a Zarr store, and its last time of change.

    Of its many chunks, only the folders that hold them are looked at: those of a chunk that is
    replaced, added or removed change with it.
    """
    size = last = 0
    try:
        entries = list(os.scandir(path))
        entries += [e for entry in entries if entry.is_dir() for e in os.scandir(entry.path)]
        for entry in entries:
            status = entry.stat()
            last = max(last, status.st_mtime_ns)
            is_described = entry.name.startswith(".z") or entry.name == "zarr.json"
            size += status.st_size if is_described else 0
    except OSError:
        return _NOT_THERE
    return size, last


Unit = tuple[PlannedFile, ...]
"""One file, or the files of a group: what is annotated or refused as one."""


@dataclass(frozen=True, slots=True)
class Block:
    """Units that are read by one task and written as one part; numbered from 1.

    ``key`` is a digest of all that decides its results: two blocks with one key have the same.
    """

    number: int
    units: tuple[Unit, ...]
    key: str

    @property
    def n_files(self) -> int:
        """Return the number of files."""
        return sum(len(unit) for unit in self.units)


@dataclass(frozen=True, slots=True)
class Division:
    """How the files are divided: most files in a block, and number of shards of the blocks."""

    block_files: int = MAX_BLOCK_FILES
    shards: int = 1

    @classmethod
    def of(cls, n_files: int, block_files: int | None, shards: int) -> Division:
        """Return the division of a number of files; blocks are smaller if there are many shards."""
        for_processes = max(_MIN_BLOCK_FILES, -(-n_files // _MIN_BLOCKS))
        of_shard = -(-n_files // shards)
        # Blocks of one size, so that all shards have the same number of them.
        for_shards = -(-of_shard // -(-of_shard // MAX_BLOCK_FILES))
        return cls(block_files or min(for_processes, for_shards), shards)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a batch does, and on what.

    ``manifest`` is the manifest as messages call it. ``folder`` is the working directory: paths are
    relative to it. ``knowledge`` has the version and the digest of the knowledge base, ``program``
    the version of this program.
    """

    manifest: str
    folder: str
    settings: Settings
    knowledge: tuple[str, str]
    division: Division
    files: tuple[PlannedFile, ...]
    program: str = __version__

    def blocks(self) -> tuple[Block, ...]:
        """Return the blocks, in the order of the first files of their units."""
        constant = [self.program, *self.knowledge, self.settings.as_json()]
        divided = _divided(_units(self.files), self.division.block_files)
        return tuple(
            Block(number, units, _digest([constant, _described(units)]))
            for number, units in enumerate(divided, 1)
        )

    def shard(self, number: int) -> tuple[Block, ...]:
        """Return the blocks of a shard, numbered from 1: consecutive blocks, as many in each."""
        blocks, shards = self.blocks(), self.division.shards
        if not 1 <= number <= shards:
            raise UsageError(f"--shard {number}: the plan has the shards 1 to {shards}")
        first, last = (len(blocks) * (number + step) // shards for step in (-1, 0))
        return blocks[first:last]

    def as_text(self) -> str:
        """Return the plan as JSON, one line per file."""
        head = {
            "program": self.program,
            "knowledge_base": {"version": self.knowledge[0], "sha256": self.knowledge[1]},
            "manifest": self.manifest,
            "folder": self.folder,
            "settings": self.settings.as_json(),
            "division": dataclasses.asdict(self.division),
            "columns": list(_COLUMNS),
        }
        lines = ",\n".join(_as_json(_cells(file)) for file in self.files)
        return f'{_as_json(head)[:-1]}, "files": [\n{lines}\n]}}\n'

    @classmethod
    def from_text(cls, text: str) -> Plan:
        """Return the plan from JSON. Raises :class:`KeyError`, :class:`ValueError` or similar."""
        values = json.loads(text)
        return cls(
            manifest=values["manifest"],
            folder=values["folder"],
            settings=Settings.from_json(values["settings"]),
            knowledge=(values["knowledge_base"]["version"], values["knowledge_base"]["sha256"]),
            division=Division(**values["division"]),
            files=tuple(_file_from(cells) for cells in values["files"]),
            program=values["program"],
        )


_ROW_COLUMNS = tuple(field.name for field in dataclasses.fields(SheetRow))
_COLUMNS = (*_ROW_COLUMNS, "size", "mtime_ns")


def _cells(file: PlannedFile) -> list[Any]:
    return [*(getattr(file.row, name) for name in _ROW_COLUMNS), file.size, file.mtime_ns]


def _file_from(cells: Sequence[Any]) -> PlannedFile:
    *row, size, mtime_ns = cells
    return PlannedFile(SheetRow(**dict(zip(_ROW_COLUMNS, row, strict=True))), size, mtime_ns)


def make_plan(
    rows: Iterable[SheetRow],
    manifest: str,
    settings: Settings,
    knowledge: KnowledgeBase,
    division: Division,
) -> Plan:
    """Plan a batch: look at every file, and check what the manifest states of the people.

    Raises :class:`UsageError` for an unknown sex or context.
    """
    files = tuple(PlannedFile.of(row) for row in rows)
    request = settings.request_for((file.row for file in files), manifest)
    stated_circumstances(request, knowledge)
    return Plan(
        manifest=manifest,
        folder=os.getcwd(),  # noqa: PTH109
        settings=settings,
        knowledge=(knowledge.info.version, knowledge.digest),
        division=division,
        files=files,
    )


def _units(files: Iterable[PlannedFile]) -> list[Unit]:
    """Return the units in the order of their first files."""
    units: dict[object, list[PlannedFile]] = {}
    for file in files:
        units.setdefault(file.row.group or file.row.line, []).append(file)
    return [tuple(unit) for unit in units.values()]


def _divided(units: Iterable[Unit], block_files: int) -> Iterator[tuple[Unit, ...]]:
    """Yield consecutive units with at most so many files together; a larger unit is alone."""
    block: list[Unit] = []
    n_files = 0
    for unit in units:
        if block and n_files + len(unit) > block_files:
            yield tuple(block)
            block, n_files = [], 0
        block.append(unit)
        n_files += len(unit)
    if block:
        yield tuple(block)


def _described(units: Iterable[Unit]) -> list[list[list[Any]]]:
    """Return the units without the numbers of their lines, which decide nothing."""
    line = _COLUMNS.index("line")
    return [[[*(c := _cells(file))[:line], *c[line + 1 :]] for file in unit] for unit in units]


def _digest(value: object) -> str:
    return hashlib.sha256(_as_json(value).encode()).hexdigest()


def _as_json(value: object) -> str:
    return json.dumps(value, sort_keys=False, ensure_ascii=True)
