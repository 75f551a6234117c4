"""The folder of a batch: its plan, the parts of its tables, and the records of finished blocks.

A block is finished when its record is there: parts are put in their place before it, and every
file appears under its name only when it is complete. So a run that is killed at any moment can be
continued.

A process that reads a block writes to a hidden folder of its own, the folder of an attempt. Only
the process of the run puts what is there into place. So two processes may be at the same block, as
on a cluster that takes one of them for dead: nothing of them is ever mixed.

Parts with rows per person are results. Those of tables that people share are kept with the records,
and become one file of each when the batch is finished.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import shutil
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pgx_ana.annotation import Annotations
from pgx_ana.batch.plan import Block, Plan
from pgx_ana.batch.records import BlockRecord
from pgx_ana.errors import InputError, OutputError, UsageError
from pgx_ana.file_formats import FileFormat, OutputChoice
from pgx_ana.formats import write_annotations
from pgx_ana.output import merge_tables
from pgx_ana.terms import SHARED_TABLES, TableName
from pgx_ana.version import __version__
from pgx_ana.writing import write

_DIGITS = 5
_STATUS, _QUALITY, _PLAN, _PARTS, _BLOCKS = (
    "status.tsv",
    "quality.tsv",
    "plan.json",
    "parts",
    "blocks",
)
_SHARED = tuple(f"{table}.{FileFormat.PARQUET}" for table in SHARED_TABLES)
_RESULTS = (_STATUS, _QUALITY, *_SHARED)
"""What the last step writes."""

_ATTEMPTS = ".making"
_PIECE = "piece"
_NUMBER = re.compile(r"^(?:part|block)-([0-9]+)[._]", re.ASCII)

Piece = tuple[int, int]
"""Number of the block, and number of the piece in it: people of one assembly, from 1."""


@dataclass(frozen=True, slots=True)
class BatchFolder:
    """The folder of a batch, by its absolute path."""

    path: Path

    @property
    def plan_path(self) -> Path:
        """Return the path of the plan."""
        return self.path / _PLAN

    def read_plan(self) -> Plan:
        """Return the plan.

        Raises :class:`InputError` if there is none of this program, and :class:`UsageError` for one
        of another version.
        """
        try:
            plan = Plan.from_text(self.plan_path.read_text(encoding="utf-8"))
        except OSError as error:
            raise InputError(
                f"{self.plan_path}: cannot be read: {error.strerror}; make it with pgx-ana batch "
                f"plan MANIFEST -o {self.path}"
            ) from error
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(f"{self.plan_path}: is not a plan of this program: {error}") from error
        if plan.program != __version__:
            raise UsageError(
                f"{self.plan_path}: was made by pgx-ana {plan.program}, and this is {__version__}; "
                "plan it again with --resume, which keeps nothing of another version"
            )
        return plan

    def write_plan(self, plan: Plan) -> None:
        """Write the plan, and remove what does not belong to it. Raises :class:`OutputError`."""
        with _as_output_error(self.path):
            self.path.mkdir(parents=True, exist_ok=True)
            for name in _RESULTS:
                (self.path / name).unlink(missing_ok=True)
            self._remove_stale(plan)
        write([plan.as_text().encode()], str(self.plan_path))

    def is_in_use(self) -> bool:
        """Say whether the folder has anything in it."""
        with contextlib.suppress(OSError):
            return any(not entry.name.startswith(".pgx-ana.") for entry in self.path.iterdir())
        return False

    def clear(self) -> None:
        """Remove all that a batch made here, and nothing else. Raises :class:`OutputError`."""
        with _as_output_error(self.path):
            for name in (*_RESULTS, _PLAN):
                (self.path / name).unlink(missing_ok=True)
            self._remove_blocks(lambda _: True)
            self.remove_attempts()

    def record(self, block: Block, output: OutputChoice) -> BlockRecord | None:
        """Return what came of a block; None if it is not finished, or was another block.

        A block of which a part is missing is not finished.
        """
        try:
            record = BlockRecord.from_text(self._record_path(block.number).read_text("utf-8"))
        except (OSError, ValueError, KeyError, TypeError):
            return None
        if record.key != block.key:
            return None
        complete = all(part.exists() for part in self._parts_of(block, record, output))
        return record if complete else None

    def clear_blocks(self, numbers: Iterable[int]) -> None:
        """Remove the records and the parts of blocks. Raises :class:`OutputError`."""
        cleared = {f"{number:0{_DIGITS}}" for number in numbers}
        if cleared:
            with _as_output_error(self.path):
                self._remove_blocks(lambda number: number in cleared)

    def new_attempt(self, number: int) -> tuple[str, BatchFolder]:
        """Make the folder of an attempt at a block; return its name, and the folder.

        Raises :class:`UsageError` if the plan is not to be seen, and :class:`OutputError`.
        """
        if not self.plan_path.exists():
            raise UsageError(
                f"{self.plan_path}: is not there on {os.uname().nodename}; all machines must see "
                "the folder of the batch under the same path"
            )
        name = f"{number:0{_DIGITS}}-{uuid.uuid4().hex}"
        attempt = self._attempt(name)
        with _as_output_error(self.path):
            attempt.path.mkdir(parents=True)
        return name, attempt

    def adopt(self, name: str, block: Block, output: OutputChoice) -> None:
        """Put the parts and the record of an attempt in the place of those that are there.

        Only the process of the run may do so. Raises :class:`OutputError`.
        """
        attempt, old = self._attempt(name), self.record(block, output)
        made = attempt.record(block, output)
        if made is None:
            raise OutputError(
                f"{attempt.path}: is not complete here; all machines must see the folder of the "
                "batch under the same path"
            )
        with _as_output_error(self.path):
            self._record_path(block.number).unlink(missing_ok=True)
            for part in self._parts_of(block, old, output) if old is not None else ():
                part.unlink(missing_ok=True)
            for file in (
                *attempt._parts_of(block, made, output),
                attempt._record_path(block.number),
            ):
                target = self.path / file.relative_to(attempt.path)
                target.parent.mkdir(parents=True, exist_ok=True)
                file.replace(target)
            shutil.rmtree(attempt.path, ignore_errors=True)

    def remove_attempts(self) -> None:
        """Remove what processes left that were killed, or taken for dead."""
        shutil.rmtree(self.path / _BLOCKS / _ATTEMPTS, ignore_errors=True)

    def write_parts(
        self, piece: Piece, output: OutputChoice, people: Iterable[Annotations]
    ) -> None:
        """Write the parts of a piece of a block, which has people.

        Raises :class:`OutputError`, and the errors that are raised when people are asked for.
        """
        people = iter(people)
        first = next(people)
        work = self.path / _PIECE
        files = [work / f"{table}.{output.file_format}" for table in output.tables]
        n_people = len(first.calls.samples)
        blocks = itertools.chain([first], people)
        del first  # so that only one block is kept at a time
        with _as_output_error(self.path):
            work.mkdir(parents=True, exist_ok=True)
        write_annotations(blocks, output, str(work if len(files) > 1 else files[0]), n_people)
        with _as_output_error(self.path):
            for table, file in zip(output.tables, files, strict=True):
                part = self._part(table, piece, output)
                part.parent.mkdir(parents=True, exist_ok=True)
                file.replace(part)
            shutil.rmtree(work)

    def write_record(self, number: int, record: BlockRecord) -> None:
        """Write the record of a block, which marks it as finished. Raises :class:`OutputError`."""
        path = self._record_path(number)
        with _as_output_error(self.path):
            path.parent.mkdir(parents=True, exist_ok=True)
        write([record.as_text().encode()], str(path))

    def write_shared_tables(self, output: OutputChoice) -> None:
        """Write the tables that people share; without people there are none.

        Raises :class:`InputError` for a part that cannot be read, and :class:`OutputError`.
        """
        for table in output.tables:
            if table in SHARED_TABLES:
                target = self.path / f"{table}.{output.file_format}"
                if parts := sorted(self._parts_folder(table).glob("part-*")):
                    merge_tables(table, parts, str(target))
                else:
                    with _as_output_error(self.path):
                        target.unlink(missing_ok=True)

    def write_reports(self, status: Iterable[bytes], quality: Iterable[bytes]) -> None:
        """Write the status of every file, and the quality report."""
        write(quality, str(self.path / _QUALITY))
        write(status, str(self.path / _STATUS))

    def _record_path(self, number: int) -> Path:
        return self.path / _BLOCKS / f"block-{number:0{_DIGITS}}.json"

    def _attempt(self, name: str) -> BatchFolder:
        """Return the folder of an attempt: in it, files have the paths that they are to have."""
        return BatchFolder(self.path / _BLOCKS / _ATTEMPTS / name)

    def _part(self, table: TableName, piece: Piece, output: OutputChoice) -> Path:
        block, number = piece
        further = f"_{number:03}" if number > 1 else ""  # sorts behind the first piece
        name = f"part-{block:0{_DIGITS}}{further}.{output.file_format}"
        return self._parts_folder(table) / name

    def _parts_of(self, block: Block, record: BlockRecord, output: OutputChoice) -> list[Path]:
        """Return the paths of all parts of a block with a record."""
        pieces = [(block.number, piece + 1) for piece in range(record.pieces)]
        return [self._part(table, piece, output) for piece in pieces for table in output.tables]

    def _parts_folder(self, table: TableName) -> Path:
        return self.path / (_BLOCKS if table in SHARED_TABLES else _PARTS) / table

    def _remove_stale(self, plan: Plan) -> None:
        """Remove the records and parts of blocks that are not finished, or not of this plan.

        Blocks that lost a unit, because the process that read it ended, are read again.
        """
        kept: set[str] = set()
        for block in plan.blocks():
            record = self.record(block, plan.settings.output)
            if record is not None and not record.has_lost():
                kept.add(f"{block.number:0{_DIGITS}}")
        self.remove_attempts()
        self._remove_blocks(lambda number: number not in kept)

    def _remove_blocks(self, is_removed: Callable[[str], bool]) -> None:
        """Remove the records and parts of the blocks with certain numbers, as names have them."""
        folders = (self.path / _PARTS, self.path / _BLOCKS)
        parts = [path for folder in folders for path in folder.glob("*/part-*")]
        for path in [*sorted((self.path / _BLOCKS).glob("block-*.json")), *sorted(parts)]:
            number = _NUMBER.search(path.name)
            if number is None or is_removed(number[1]):
                path.unlink()


@contextlib.contextmanager
def _as_output_error(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputError(f"{folder}: cannot be written: {error.strerror}") from error
