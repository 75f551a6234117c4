"""The three steps of a batch: plan it, run its blocks, finish it. Each can be repeated."""

from __future__ import annotations

import dataclasses
import importlib.util
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from pgx_ana.batch.block import BlockTask
from pgx_ana.batch.duplicates import duplicates
from pgx_ana.batch.folder import BatchFolder
from pgx_ana.batch.plan import Block, Plan
from pgx_ana.batch.records import BlockRecord, Outcome, UnitResult
from pgx_ana.batch.report import BatchReport, make_report
from pgx_ana.batch.task import Engine, Lost, Task
from pgx_ana.batch.workers import Workers
from pgx_ana.errors import InputError, UsageError
from pgx_ana.knowledge import KnowledgeBase

_CLUSTERS = ("local", "slurm")
_MAX_SHARDS_SHOWN = 10
_SECONDS_PER_FILE = 1
"""Time that each further file of a block adds to the time limit of one file."""


def _ignore(_: object) -> None:
    """Take no notice."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How a batch is run; nothing of it changes a result.

    ``jobs`` is the number of processes, 0 for this one. ``cluster`` is where they are: empty for
    this machine, else ``local``, ``slurm`` or the address of a Dask scheduler, whose workers are
    there already. ``timeout`` is the time for one file in seconds, None for no limit; a cluster
    knows none. More than ``max_failures`` refused files end the run, None for no limit. ``advance``
    is told the number of files whenever some are done, ``warn`` what the user should know.
    """

    jobs: int = 1
    cluster: str = ""
    timeout: float | None = None
    max_failures: int | None = None
    advance: Callable[[int], None] = _ignore
    warn: Callable[[str], None] = _ignore


def check_cluster(name: str) -> None:
    """Raise :class:`UsageError` for a cluster that cannot be, or whose libraries are missing."""
    if name not in _CLUSTERS and "://" not in name:
        raise UsageError(
            f"--cluster {name}: is neither {' nor '.join(_CLUSTERS)} nor the address of a Dask "
            "scheduler, as tcp://HOST:PORT"
        )
    for library in ("distributed", "dask_jobqueue"):
        if importlib.util.find_spec(library) is None:
            raise UsageError(
                f"--cluster needs {library}, which is not installed: pip install 'pgx-ana[cluster]'"
            )


class TooManyRefusedError(InputError):
    """More files were refused than the user allows; what was finished is kept."""

    exit_code = 6


def start_batch(plan: Plan, folder: BatchFolder, *, resume: bool, force: bool) -> None:
    """Write a plan to its folder; what is finished there and fits the plan is kept.

    Raises :class:`UsageError` for a folder with another plan or other files, unless the user says
    what to do with it, and :class:`OutputError`.
    """
    if force:
        folder.clear()
    elif not folder.plan_path.exists():
        if folder.is_in_use() and not resume:
            raise UsageError(
                f"-o {folder.path}: is not empty and has no plan of a batch; use "
                "--force to write there nevertheless, or name another folder"
            )
    elif not resume and folder.plan_path.read_bytes() != plan.as_text().encode():
        raise UsageError(
            f"-o {folder.path}: has the results of another batch, or of files that have changed "
            "since; use --resume to keep what still fits, or --force to start anew"
        )
    folder.write_plan(plan)


def run_shard(folder: BatchFolder, plan: Plan, blocks: Sequence[Block], effort: Effort) -> None:
    """Read the blocks that are not finished.

    Raises :class:`TooManyRefusedError`, :class:`UsageError` if the knowledge base is another than
    that of the plan, and :class:`OutputError`.
    """
    missing, n_refused = [], 0
    for block in blocks:
        record = folder.record(block, plan.settings.output)
        if record is None:
            missing.append(block)
        else:
            n_refused += _n_refused(block, record)
            effort.advance(block.n_files)
    folder.clear_blocks(block.number for block in missing)
    tasks = [BlockTask(folder, block, plan.settings, plan.manifest, {}) for block in missing]
    _Run(plan, effort, n_refused).read(tasks)


def finish_batch(folder: BatchFolder, knowledge: KnowledgeBase, effort: Effort) -> BatchReport:
    """Check that all blocks are there, settle who is in several files, and write the reports.

    Raises :class:`InputError` that names the shards that are missing.
    """
    plan = folder.read_plan()
    if knowledge.digest != plan.knowledge[1]:
        raise UsageError(
            f"{folder.plan_path}: was made with another knowledge base ({plan.knowledge[0]}); "
            "plan it again with --resume"
        )
    blocks = plan.blocks()
    records = _records(folder, plan, blocks)
    left_out = duplicates(blocks, records)
    tasks = []
    for block in blocks:
        units = {unit for number, unit in left_out if number == block.number}
        if units != records[block.number].duplicates():
            known = _known_results(records[block.number], units)
            tasks.append(BlockTask(folder, block, plan.settings, plan.manifest, known))
    if tasks:
        _Run(plan, dataclasses.replace(effort, max_failures=None), 0).read(tasks)
        records = _records(folder, plan, blocks)
    folder.remove_attempts()
    report = make_report(blocks, records, left_out, knowledge)
    folder.write_shared_tables(plan.settings.output)
    folder.write_reports(report.status, report.quality)
    return report


def _records(folder: BatchFolder, plan: Plan, blocks: Sequence[Block]) -> dict[int, BlockRecord]:
    """Return the record of each block. Raises :class:`InputError` where one is missing."""
    output = plan.settings.output
    records = {block.number: folder.record(block, output) for block in blocks}
    missing = {number for number, record in records.items() if record is None}
    if missing:
        shards = plan.shards_of(missing)
        shown = ", ".join(map(str, shards[:_MAX_SHARDS_SHOWN]))
        hidden = len(shards) - _MAX_SHARDS_SHOWN
        more = f" and {hidden} more" if hidden > 0 else ""
        raise InputError(
            f"{folder.path}: {len(shards)} of {plan.division.shards} shards are not finished: "
            f"{shown}{more}; run each with pgx-ana batch run {folder.path} --shard N"
        )
    return {number: record for number, record in records.items() if record is not None}


def _known_results(record: BlockRecord, left_out: Iterable[int]) -> dict[int, UnitResult]:
    """Return the results that need no reading: units that are left out, refused or lost."""
    known = {
        number: unit
        for number, unit in enumerate(record.units)
        if unit.outcome in {Outcome.REFUSED, Outcome.LOST}
    }
    for number in left_out:
        unit = record.units[number]
        known[number] = UnitResult(Outcome.DUPLICATE, unit.samples, unit.file_samples)
    return known


def _n_refused(block: Block, record: BlockRecord) -> int:
    pairs = zip(block.units, record.units, strict=True)
    return sum(len(unit) for unit, result in pairs if result.outcome is not Outcome.OK)


class _Run:
    """Reads blocks with several processes; a block whose process ends is read without the cause."""

    def __init__(self, plan: Plan, effort: Effort, n_refused: int) -> None:
        self._plan = plan
        self._effort = effort
        self._n_refused = n_refused

    def read(self, tasks: Sequence[BlockTask]) -> None:
        """Read and write all blocks. Raises :class:`TooManyRefusedError`."""
        self._count(0)  # a run that was stopped may have finished further blocks
        if not tasks:
            return
        with _engine(self._plan, self._effort, len(tasks)) as workers:
            lost = self._attempt(workers, tasks, per_file=_SECONDS_PER_FILE)
            if lost:
                tasks = self._without_guilty(workers, lost)
                # Each file has been read alone by now, so that all together may take longer.
                lost = self._attempt(workers, tasks, per_file=self._effort.timeout or 0)
            if lost:
                tasks = [_without_all(task, why) for task, why in lost]
                self._attempt(workers, tasks, per_file=_SECONDS_PER_FILE)

    def _attempt(
        self, workers: Engine, tasks: Sequence[BlockTask], per_file: float
    ) -> list[tuple[BlockTask, Lost]]:
        """Read blocks; return those whose process ended, each with how it did."""
        lost = []
        limits = {
            task.block.number: Task(task, seconds=self._limit(task.block.n_files, per_file))
            for task in tasks
        }
        for number, result in workers.each(limits):
            task = limits[number].block
            if isinstance(result, Lost):
                lost.append((task, result))
            else:
                task.folder.adopt(result.attempt, task.block, task.settings.output)
                self._count(result.n_refused)
                self._effort.advance(task.block.n_files)
        return sorted(lost, key=lambda pair: pair[0].block.number)

    def _limit(self, n_files: int, per_file: float) -> float | None:
        timeout = self._effort.timeout
        return None if timeout is None else timeout + per_file * (n_files - 1)

    def _count(self, n_refused: int) -> None:
        self._n_refused += n_refused
        most = self._effort.max_failures
        if most is not None and self._n_refused > most:
            raise TooManyRefusedError(
                f"stopped: {self._n_refused} files are refused, more than --max-failures {most}; "
                "continue with --resume and a higher number"
            )

    def _without_guilty(
        self, workers: Engine, lost: Sequence[tuple[BlockTask, Lost]]
    ) -> list[BlockTask]:
        """Read every unit of blocks alone; return the blocks without those that end a process."""
        guilty: dict[int, dict[int, UnitResult]] = {task.block.number: {} for task, _ in lost}
        alone: dict[tuple[int, int], Task] = {}
        for task, why in lost:
            units = [n for n in range(len(task.block.units)) if n not in task.left_out]
            if len(units) == 1:
                guilty[task.block.number][units[0]] = self._lost(task, units[0], why)
                continue
            for number in units:
                seconds = self._limit(len(task.block.units[number]), _SECONDS_PER_FILE)
                alone[task.block.number, number] = Task(task, number, seconds)
        for (block, number), result in workers.each(alone):
            if isinstance(result, Lost):
                unit = self._lost(alone[block, number].block, number, result)
                guilty[block][number] = unit
        return [
            dataclasses.replace(task, left_out={**task.left_out, **guilty[task.block.number]})
            for task, _ in lost
        ]

    def _lost(self, task: BlockTask, number: int, why: Lost) -> UnitResult:
        name = task.block.units[number][0].row.file
        return UnitResult(Outcome.LOST, reason=f"{name}: the process that read it {why.reason}")


def _engine(plan: Plan, effort: Effort, n_tasks: int) -> Engine:
    """Return what does the tasks: processes of this machine, or a cluster."""
    if not effort.cluster:
        return Workers(plan, effort.jobs)
    from pgx_ana.batch.cluster import Cluster  # noqa: PLC0415  # needs distributed

    return Cluster(plan, effort.cluster, min(effort.jobs, n_tasks), effort.warn)


def _without_all(task: BlockTask, why: Lost) -> BlockTask:
    """Return a block of which nothing is read: its files can be read alone, but not together."""
    left_out: Mapping[int, UnitResult] = {
        number: UnitResult(
            Outcome.LOST,
            reason=f"{unit[0].row.file}: the process that read it with the other files of its "
            f"block {why.reason}; use a smaller --block-size",
        )
        for number, unit in enumerate(task.block.units)
    }
    return dataclasses.replace(task, left_out={**left_out, **task.left_out})
