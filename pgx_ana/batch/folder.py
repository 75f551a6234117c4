"""The folder of a batch: its plan, the parts of its tables, and the records of finished blocks.

A block is finished when its record is there: parts are written before it, and every file appears
under its name only when it is complete. So a run that is killed at any moment can be continued.

Parts with rows per person are results. Those of tables that people share are kept with the records,
and become one file of each when the batch is finished.
"""

from __future__ import annotations

import contextlib
import itertools
import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pgx_ana.annotation import Annotations
from pgx_ana.batch.plan import Block, Plan
from pgx_ana.batch.records import BlockRecord
from pgx_ana.errors import InputError, OutputError, UsageError
from pgx_ana.output import merge_tables, write, write_annotations
from pgx_ana.terms import SHARED_TABLES, FileFormat, OutputChoice, TableName
from pgx_ana.version import __version__

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

_WORK = ".making-"
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
        """Return the plan. Raises :class:`InputError` if there is none of this program."""
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
            for path in [*self._records(), *self._parts()]:
                path.unlink()
            self._remove_work()

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
        pieces = [(block.number, piece + 1) for piece in range(record.pieces)]
        parts = (self._part(table, piece, output) for piece in pieces for table in output.tables)
        return record if all(part.exists() for part in parts) else None

    def clear_block(self, number: int) -> None:
        """Remove the record and the parts of a block. Raises :class:`OutputError`."""
        with _as_output_error(self.path):
            self._record_path(number).unlink(missing_ok=True)
            for path in self._parts(f"{number:0{_DIGITS}}[._]*"):
                path.unlink()
            shutil.rmtree(self._work_path(number), ignore_errors=True)

    def write_parts(
        self, piece: Piece, output: OutputChoice, people: Iterable[Annotations]
    ) -> None:
        """Write the parts of a piece of a block, which has people.

        Raises :class:`OutputError`, and the errors that are raised when people are asked for.
        """
        people = iter(people)
        first = next(people)
        work = self._work_path(piece[0])
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

    def _work_path(self, number: int) -> Path:
        """Return the folder in which the parts of a block are made."""
        return self.path / _BLOCKS / f"{_WORK}{number:0{_DIGITS}}"

    def _part(self, table: TableName, piece: Piece, output: OutputChoice) -> Path:
        block, number = piece
        further = f"_{number:03}" if number > 1 else ""  # sorts behind the first piece
        name = f"part-{block:0{_DIGITS}}{further}.{output.file_format}"
        return self._parts_folder(table) / name

    def _parts_folder(self, table: TableName) -> Path:
        return self.path / (_BLOCKS if table in SHARED_TABLES else _PARTS) / table

    def _records(self) -> list[Path]:
        return sorted((self.path / _BLOCKS).glob("block-*.json"))

    def _parts(self, names: str = "*") -> list[Path]:
        folders = (self.path / _PARTS, self.path / _BLOCKS)
        return sorted(path for folder in folders for path in folder.glob(f"*/part-{names}"))

    def _remove_work(self) -> None:
        """Remove what killed processes left."""
        for path in (self.path / _BLOCKS).glob(f"{_WORK}*"):
            shutil.rmtree(path, ignore_errors=True)

    def _remove_stale(self, plan: Plan) -> None:
        """Remove the records and parts of blocks that are not finished, or not of this plan.

        Blocks that lost a unit, because the process that read it ended, are read again.
        """
        kept: set[str] = set()
        for block in plan.blocks():
            record = self.record(block, plan.settings.output)
            if record is not None and not record.has_lost():
                kept.add(f"{block.number:0{_DIGITS}}")
        self._remove_work()
        for path in [*self._records(), *self._parts()]:
            number = _NUMBER.search(path.name)
            if number is None or number[1] not in kept:
                path.unlink()


@contextlib.contextmanager
def _as_output_error(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputError(f"{folder}: cannot be written: {error.strerror}") from error
