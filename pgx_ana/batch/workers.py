"""Processes that read blocks. One that crashes, is killed or takes too long loses its own task."""

from __future__ import annotations

import contextlib
import functools
import os
import signal
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import BrokenExecutor, Future, as_completed
from dataclasses import dataclass
from multiprocessing.context import SpawnContext, SpawnProcess
from pathlib import Path
from types import TracebackType
from typing import TypeVar

from pebble import ProcessExpired, ProcessPool

from pgx_ana.annotation import Annotator
from pgx_ana.batch.block import BlockTask, probe_unit, run_block
from pgx_ana.batch.plan import Plan
from pgx_ana.errors import KnowledgeBaseError, PgxAnaError, UsageError
from pgx_ana.knowledge import load

_MAX_TASKS = 64
"""Tasks after which a process is replaced, so that nothing that it keeps grows without end."""

_REGULAR_END = 113
"""Exit code of a process that ends because it has no more to do."""

_EARLY_END = 256
"""Stands for exit code 0 in the middle of a task; no process has it."""

_OTHER_KNOWLEDGE = (
    "the knowledge base has changed since the batch was planned; plan it again with --resume"
)

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Lost:
    """Why a task has no result: a sentence about the process, without a subject."""

    reason: str


@dataclass(frozen=True, slots=True)
class Task:
    """What a process does: read a block, or only one of its units.

    ``seconds`` is the time after which it is ended, None for no limit.
    """

    block: BlockTask
    unit: int | None = None
    seconds: float | None = None


class _Worker(SpawnProcess):
    """A process whose exit code is 0 only if it ended when it should.

    A pool takes exit code 0 for the regular end, and would wait forever for the task of a process
    in which a library ends the program with that code.
    """

    def run(self) -> None:
        """Do tasks, until there are no more."""
        super().run()
        sys.exit(_REGULAR_END)

    @property
    def exitcode(self) -> int | None:
        """Return the exit code, None if the process has not ended."""
        code = super().exitcode
        return {_REGULAR_END: 0, 0: _EARLY_END}.get(code, code) if code is not None else None


class _WorkerContext(SpawnContext):
    """Starts workers. Libraries hold handles and threads that do not survive a fork."""

    Process = _Worker


class Workers:
    """Processes that do tasks; a context manager. With ``jobs`` 0, tasks are done in this process.

    Raises the errors of tasks, which end the run.
    """

    def __init__(self, plan: Plan, jobs: int) -> None:
        self._home = (plan.folder, plan.settings.directories, plan.knowledge[1])
        self._pool = None
        if jobs:
            self._pool = ProcessPool(
                max_workers=jobs,
                max_tasks=_MAX_TASKS,
                context=_WorkerContext(),
            )

    def __enter__(self) -> Workers:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End all processes, also those that are at work."""
        if self._pool is not None:
            self._pool.stop()  # type: ignore[no-untyped-call]  # pebble's lacks a return type
            self._pool.join()

    def each(self, tasks: Mapping[Key, Task]) -> Iterator[tuple[Key, int | Lost]]:
        """Do tasks in any order; yield the result of each as soon as it is there."""
        if self._pool is None:
            for key, task in tasks.items():
                with contextlib.chdir(self._home[0]):
                    result = _perform(task, *self._home)
                yield key, result
            return
        keys: dict[Future[int], Key] = {
            self._pool.schedule(_perform, args=(task, *self._home), timeout=task.seconds): key
            for key, task in tasks.items()
        }
        for future in as_completed(keys):
            yield keys[future], _result_of(future, tasks[keys[future]])


def _result_of(future: Future[int], task: Task) -> int | Lost:
    try:
        return future.result()
    except ProcessExpired as error:
        return Lost(_ending(int(error.exitcode or 0)))
    except TimeoutError:
        return Lost(f"took longer than {task.seconds:g} seconds and was ended")
    except MemoryError:
        return Lost("had not enough memory")
    except (PgxAnaError, BrokenExecutor):
        raise
    except (Exception, SystemExit) as error:  # noqa: BLE001  # a fault that one file shows costs no other
        return Lost(f"met a fault of this program ({type(error).__name__}: {error})")


def _ending(exit_code: int) -> str:
    """Say how a process ended."""
    if exit_code >= 0:
        return f"ended with exit code {exit_code % _EARLY_END}"
    try:
        name = signal.Signals(-exit_code).name
    except ValueError:
        return f"was killed by signal {-exit_code}"
    return f"was killed by signal {-exit_code} ({name})"


def _perform(task: Task, folder: str, directories: tuple[str, ...], digest: str) -> int:
    """Do a task; return the number of refused files of a block, 0 for a single unit."""
    os.chdir(folder)  # paths of the plan are relative to it
    try:
        annotator = _annotator(directories, task.block.settings.request.population)
    except KnowledgeBaseError as error:
        raise UsageError(f"{_OTHER_KNOWLEDGE}: {error}") from None
    if annotator.knowledge.digest != digest:
        raise UsageError(_OTHER_KNOWLEDGE)
    if task.unit is None:
        return run_block(task.block, annotator)
    probe_unit(task.block, task.unit, annotator)
    return 0


@functools.cache
def _annotator(directories: tuple[str, ...], population: str) -> Annotator:
    """Return what all tasks of a process share: the knowledge base, and what follows from it."""
    return Annotator(load([Path(directory) for directory in directories]), population)
