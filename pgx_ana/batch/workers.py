"""Processes that read blocks. One that crashes, is killed or takes too long loses its own task."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, as_completed
from multiprocessing.context import SpawnContext, SpawnProcess
from types import TracebackType

from pebble import ProcessExpired, ProcessPool

from pgx_ana.batch.plan import Plan
from pgx_ana.batch.task import Home, Key, Lost, Result, Task, perform, perform_safely

_MAX_TASKS = 64
"""Tasks after which a process is replaced, so that nothing that it keeps grows without end."""

_REGULAR_END = 113
"""Exit code of a process that ends because it has no more to do."""

_EARLY_END = 256
"""Stands for exit code 0 in the middle of a task; no process has it."""


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
    """Processes of this machine that do tasks; a context manager.

    With ``jobs`` 0, tasks are done in this process. Raises the errors of tasks, which end the run.
    """

    def __init__(self, plan: Plan, jobs: int) -> None:
        self._home = Home.of(plan)
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

    def each(self, tasks: Mapping[Key, Task]) -> Iterator[tuple[Key, Result]]:
        """Do tasks in any order; yield the result of each as soon as it is there."""
        if self._pool is None:
            for key, task in tasks.items():
                yield key, perform(task, self._home)
            return
        keys: dict[Future[Result], Key] = {
            self._pool.schedule(perform_safely, args=(task, self._home), timeout=task.seconds): key
            for key, task in tasks.items()
        }
        for future in as_completed(keys):
            yield keys[future], _result_of(future, tasks[keys[future]])


def _result_of(future: Future[Result], task: Task) -> Result:
    try:
        return future.result()
    except ProcessExpired as error:
        return Lost(_ending(int(error.exitcode or 0)))
    except TimeoutError:
        return Lost(f"took longer than {task.seconds:g} seconds and was ended")


def _ending(exit_code: int) -> str:
    """Say how a process ended."""
    if exit_code >= 0:
        return f"ended with exit code {exit_code % _EARLY_END}"
    try:
        name = signal.Signals(-exit_code).name
    except ValueError:
        return f"was killed by signal {-exit_code}"
    return f"was killed by signal {-exit_code} ({name})"
