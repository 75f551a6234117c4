"""The plan of a batch: its files as they were when it was made, and how they are divided."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pgx_ana.batch.settings import Settings
from pgx_ana.biobank import companions_of
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

    The files beside it that are read with it count: their sizes and times are added. The latest
    time would not show that one was replaced by an older one.
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
    own = _status(path)
    if own == _NOT_THERE:
        return own
    companions = (_status(companion) for companion in companions_of(path))
    sizes, times = zip(own, *(status for status in companions if status != _NOT_THERE), strict=True)
    return sum(sizes), sum(times)


def _status(path: str) -> tuple[int, int]:
    try:
        status = os.stat(path)  # noqa: PTH116  # there may be a hundred thousand
    except (OSError, ValueError):
        return _NOT_THERE
    return status.st_size, status.st_mtime_ns


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
        return self._blocks(1, 1)

    def shard(self, number: int) -> tuple[Block, ...]:
        """Return the blocks of a shard, numbered from 1: consecutive blocks, as many in each."""
        shards = self.division.shards
        if not 1 <= number <= shards:
            raise UsageError(f"--shard {number}: the plan has the shards 1 to {shards}")
        return self._blocks(number, shards)

    def shards_of(self, numbers: Collection[int]) -> list[int]:
        """Return the shards that have any of some blocks, all by their numbers."""
        shards = self.division.shards
        n_blocks = len(self._divided())
        return [
            shard
            for shard in range(1, shards + 1)
            if any(index + 1 in numbers for index in _part(n_blocks, shard, shards))
        ]

    def _blocks(self, part: int, parts: int) -> tuple[Block, ...]:
        """Return the blocks of one of some parts, and describe no others: there may be many."""
        constant = [self.program, *self.knowledge, self.settings.as_json()]
        divided = self._divided()
        return tuple(
            Block(index + 1, divided[index], _digest([constant, _described(divided[index])]))
            for index in _part(len(divided), part, parts)
        )

    def _divided(self) -> list[tuple[Unit, ...]]:
        return list(_divided(_units(self.files), self.division.block_files))

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


def _part(size: int, part: int, parts: int) -> range:
    """Return the indices of a part, numbered from 1, of some things in parts of equal size."""
    return range(size * (part - 1) // parts, size * part // parts)


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
