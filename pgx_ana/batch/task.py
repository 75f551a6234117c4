"""What a process does for a batch: it reads one block, or one unit of a block."""

from __future__ import annotations

import contextlib
import functools
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Protocol, Self, TypeVar

from pgx_ana.annotation import Annotator
from pgx_ana.batch.block import BlockTask, Made, probe_unit, run_block
from pgx_ana.batch.plan import Plan
from pgx_ana.errors import KnowledgeBaseError, PgxAnaError, UsageError
from pgx_ana.knowledge import load
from pgx_ana.version import __version__

_OTHER_KNOWLEDGE = (
    "the knowledge base has changed since the batch was planned; plan it again with --resume"
)

_ONE_AT_A_TIME = Lock()
"""Held during a task: the working directory is one for all threads of a process."""

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Lost:
    """Why a task has no result: a sentence about the process, without a subject."""

    reason: str


Result = Made | Lost
"""What came of a task; for a single unit, nothing was made."""


@dataclass(frozen=True, slots=True)
class Task:
    """What a process does: read a block, or only one of its units.

    ``seconds`` is the time after which it is ended, None for no limit.
    """

    block: BlockTask
    unit: int | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Home:
    """What all tasks of a plan have in common.

    ``folder`` is the one to which paths are relative. ``directories`` and ``digest`` are those of
    the knowledge base, ``program`` is the version of this program.
    """

    folder: str
    directories: tuple[str, ...]
    digest: str
    program: str

    @classmethod
    def of(cls, plan: Plan) -> Home:
        """Return what the tasks of a plan have in common."""
        return cls(plan.folder, plan.settings.directories, plan.knowledge[1], plan.program)


class Engine(Protocol):
    """Does tasks in any order, with any number of processes; a context manager."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
        /,
    ) -> None:
        """End all processes that were started, also those that are at work."""

    def each(self, tasks: Mapping[Key, Task]) -> Iterator[tuple[Key, Result]]:
        """Do tasks in any order; yield the result of each as soon as it is there.

        Raises the errors of tasks, which end the run.
        """


def perform(task: Task, home: Home) -> Made:
    """Do a task, and return what it made; for a single unit, nothing.

    Raises :class:`UsageError` where the program, the knowledge base or the folder is another than
    that of the plan, and :class:`OutputError`. Any other error is a fault of this program.
    """
    if home.program != __version__:
        raise UsageError(
            f"pgx-ana {__version__} is installed on {os.uname().nodename}, and the batch was "
            f"planned with {home.program}; all machines need the same"
        )
    with _ONE_AT_A_TIME, _working_in(home.folder):
        annotator = _annotator(
            home.directories, home.digest, task.block.settings.request.population
        )
        if task.unit is None:
            return run_block(task.block, annotator)
        probe_unit(task.block, task.unit, annotator)
        return Made("", 0)


def perform_safely(task: Task, home: Home) -> Result:
    """Do a task; a fault that it shows is a result. Raises :class:`PgxAnaError`; see above."""
    try:
        return perform(task, home)
    except PgxAnaError:
        raise
    except MemoryError:
        return Lost("had not enough memory")
    except (Exception, SystemExit) as error:  # noqa: BLE001  # a fault that one file shows costs no other
        return Lost(f"met a fault of this program ({type(error).__name__}: {error})")


@contextlib.contextmanager
def _working_in(folder: str) -> Iterator[None]:
    """Make a folder the working directory; paths of the plan are relative to it."""
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(contextlib.chdir(folder))
        except OSError as error:
            raise UsageError(
                f"{folder}: cannot be entered on {os.uname().nodename}: {error.strerror}; the "
                "batch was planned there, and its paths are relative to it"
            ) from error
        yield


@functools.lru_cache(maxsize=1)
def _annotator(directories: tuple[str, ...], digest: str, population: str) -> Annotator:
    """Return what all tasks of a process share: the knowledge base, and what follows from it."""
    try:
        knowledge = load([Path(directory) for directory in directories])
    except KnowledgeBaseError as error:
        raise UsageError(f"{_OTHER_KNOWLEDGE}: {error}") from None
    if knowledge.digest != digest:
        raise UsageError(_OTHER_KNOWLEDGE)
    return Annotator(knowledge, population)
