"""Blocks on Dask: on a cluster that runs already, on this machine, or in jobs of Slurm.

Workers may come and go, and so may a scheduler that runs by itself. What was under way is then
given to others: a block may be read twice at the same time, and its folder adopts one of them.
"""

from __future__ import annotations

import contextlib
import logging
import pickle
import tempfile
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import CancelledError
from dataclasses import dataclass
from queue import Empty, Queue
from types import TracebackType
from typing import Any, Generic

import dask.config
from distributed import Client, Future, LocalCluster, SpecCluster
from distributed.scheduler import KilledWorker

from pgx_ana.batch.plan import Plan
from pgx_ana.batch.slurm import slurm_cluster
from pgx_ana.batch.task import Home, Key, Lost, Result, Task, perform_safely
from pgx_ana.errors import ClusterError, PgxAnaError, UsageError

LOCAL, SLURM = "local", "slurm"

_CONNECT_SECONDS = 30
"""Time for the first connection to a scheduler."""

_RECONNECT_SECONDS = 600
"""Time for a scheduler to come back."""

_WORKERLESS_SECONDS = 300
"""Time without any worker that ends a run."""

_QUEUEING_SECONDS = 7 * 86_400
"""The same for workers that wait in a queue."""

_PATIENCE_SECONDS = 30
"""Time without any worker after which the user is told, and that for one message to a cluster."""

_LOOK_SECONDS = 2
"""Time between looks at the workers."""

_LOGGERS = ("distributed", "distributed.client", "distributed.gc", "tornado", "tornado.application")
"""Those to which Dask gives levels of their own."""

_FALLEN = Lost("ended whenever a worker of the cluster began with it")


class Cluster:
    """Workers of a Dask cluster that do tasks; a context manager.

    ``name`` is ``local``, ``slurm`` or the address of a scheduler; ``jobs`` is the number of
    workers that are started, if any are. ``warn`` is told what the user should know.

    Methods raise :class:`ClusterError` if there is no scheduler or no worker for too long, and
    :class:`UsageError` for workers that are not fit for the plan.
    """

    def __init__(self, plan: Plan, name: str, jobs: int, warn: Callable[[str], None]) -> None:
        self._home = Home.of(plan)
        self._name = name
        self._jobs = jobs
        self._warn = warn
        self._started: Any = None
        self._connection: _Connection[Any]
        self._places = 0
        self._looked = self._manned = 0.0
        self._is_told = False
        self._closing = contextlib.ExitStack()

    def __enter__(self) -> Cluster:
        for name in _LOGGERS:
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)  # this program says what it must
        with self._closing:
            self._started = self._closing.enter_context(_started(self._name, self._jobs))
            self._connect(_CONNECT_SECONDS)
            self._closing = self._closing.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Take back what is under way, and end all workers that were started."""
        with self._closing:
            self._connection.close()

    def each(self, tasks: Mapping[Key, Task]) -> Iterator[tuple[Key, Result]]:
        """Do tasks in any order; yield the result of each as soon as it is there.

        A worker that ends takes with it what was waiting there. So tasks that fell are done again,
        each without any other: one that falls then is guilty.
        """
        fallen = {}
        for key, result in self._all(tasks):
            if result == _FALLEN:
                fallen[key] = tasks[key]
            else:
                yield key, result
        for key, task in fallen.items():
            yield from self._all({key: task})

    def _all(self, tasks: Mapping[Key, Task]) -> Iterator[tuple[Key, Result]]:
        """Do tasks, and have no more under way than workers have places."""
        waiting = deque(tasks)
        while waiting or self._connection.under_way:
            try:
                self._look()
                while waiting and len(self._connection.under_way) < self._places:
                    self._connection.submit(waiting[0], tasks[waiting[0]])
                    waiting.popleft()
                done = self._connection.next_result(_LOOK_SECONDS)
            except _LostConnectionError:
                waiting.extendleft(self._connection.under_way.values())
                self._reconnect()
                continue
            except PgxAnaError as error:
                raise type(error)(f"--cluster {self._name}: {error}") from error
            if done is not None:
                yield done

    def _look(self) -> None:
        """Look now and then at the workers. Raises :class:`ClusterError` if there are none."""
        now = time.monotonic()
        if now < self._looked + _LOOK_SECONDS:
            return
        self._looked = now
        self._places = self._connection.places()
        if self._name == SLURM:
            self._started.scale(jobs=self._jobs)  # in place of jobs that came to their end
        if self._places:
            self._manned, self._is_told = now, False
            return
        allowed = _QUEUEING_SECONDS if self._name == SLURM else _WORKERLESS_SECONDS
        if now > self._manned + allowed:
            raise ClusterError(
                f"has had no worker for {allowed // 60} minutes; start workers, and continue with "
                "--resume: what is finished is kept"
            )
        if now > self._manned + _PATIENCE_SECONDS and not self._is_told:
            self._is_told = True
            self._warn(
                f"--cluster {self._name}: has no worker; waiting for {allowed // 60} minutes"
            )

    def _connect(self, seconds: float) -> None:
        """Connect to the scheduler. Raises :class:`ClusterError` if it is not there in time."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                client = Client(
                    self._started or self._name,
                    timeout=min(seconds, _PATIENCE_SECONDS),
                    set_as_default=False,
                )
            except OSError as error:
                if time.monotonic() > deadline:
                    raise ClusterError(
                        f"--cluster {self._name}: no scheduler answers; start it, and continue "
                        "with --resume: what is finished is kept"
                    ) from error
                time.sleep(1)
            else:
                break
        self._connection = _Connection(client, self._home)
        self._looked, self._manned = 0.0, time.monotonic()

    def _reconnect(self) -> None:
        self._connection.close()
        self._warn(
            f"--cluster {self._name}: the connection to the scheduler is lost; trying to connect "
            f"for {_RECONNECT_SECONDS // 60} minutes"
        )
        self._connect(_RECONNECT_SECONDS)


@dataclass(frozen=True, slots=True)
class _Work:
    """Whoever unpickles this does the task, and gets the result in its place.

    So no scheduler needs this program, and a worker without it fails with a message: Dask's own
    messages would end the worker.
    """

    task: Task
    home: Home

    def __reduce__(self) -> tuple[Callable[[Task, Home], Result], tuple[Task, Home]]:
        return perform_safely, (self.task, self.home)


class _LostConnectionError(Exception):
    """The scheduler is gone, and with it what was under way."""


class _Connection(Generic[Key]):
    """A connection to a scheduler, and the tasks that are under way there.

    Methods raise :class:`_LostConnectionError`.
    """

    def __init__(self, client: Client, home: Home) -> None:
        self._client = client
        self._home = home
        self._futures: dict[object, Future[Result]] = {}  # dropped, a future is cancelled
        self._done: Queue[Future[Result]] = Queue()
        self.under_way: dict[object, Key] = {}

    def places(self) -> int:
        """Return how many tasks workers take: one for each thread, and one that waits for each."""
        with _losing_connection():
            threads: list[int] = list(self._client.nthreads().values())
        return sum(threads) + len(threads)

    def submit(self, key: Key, task: Task) -> None:
        """Give a task to the scheduler."""
        with _losing_connection():
            work = pickle.dumps(_Work(task, self._home))
            future = self._client.submit(pickle.loads, work, key=f"pgx-ana-{uuid.uuid4()}")
            self._futures[future.key] = future
            self.under_way[future.key] = key
            future.add_done_callback(self._done.put)

    def next_result(self, seconds: float) -> tuple[Key, Result] | None:
        """Return the result of a task, None if none comes within some seconds."""
        try:
            future = self._done.get(timeout=seconds)
        except Empty:
            return None
        with _losing_connection():
            result = _result_of(future)
        del self._futures[future.key]
        return self.under_way.pop(future.key), result

    def close(self) -> None:
        """Take back what is under way, and end the connection."""
        with contextlib.suppress(_LostConnectionError, AssertionError), _losing_connection():
            self._client.close(timeout=_PATIENCE_SECONDS)


@contextlib.contextmanager
def _losing_connection() -> Iterator[None]:
    try:
        yield
    except (OSError, CancelledError) as error:
        raise _LostConnectionError from error


def _result_of(future: Future[Result]) -> Result:
    """Return the result of a task that is done. Raises what ends a run."""
    if future.status != "error":
        return future.result(timeout=_PATIENCE_SECONDS)
    error = future.exception()
    if isinstance(error, KilledWorker):
        return _FALLEN
    if isinstance(error, PgxAnaError):
        raise error
    while error.__cause__ is not None:
        error = error.__cause__
    cause = " ".join(f"{type(error).__name__}: {error}".split())
    raise UsageError(
        f"cannot run this program ({cause}); every worker needs pgx-ana and its libraries, "
        "in the versions that are installed here"
    )


@contextlib.contextmanager
def _started(name: str, jobs: int) -> Iterator[SpecCluster | None]:
    """Start workers that leave nothing behind, None where they are there already."""
    if name not in {LOCAL, SLURM}:
        yield None
        return
    with (
        tempfile.TemporaryDirectory(prefix="pgx-ana-", ignore_cleanup_errors=True) as folder,
        dask.config.set({"temporary-directory": folder}),
        slurm_cluster(jobs) if name == SLURM else _local_cluster(jobs) as cluster,
    ):
        yield cluster


def _local_cluster(jobs: int) -> LocalCluster:
    return LocalCluster(
        n_workers=jobs,
        threads_per_worker=1,
        memory_limit=None,
        dashboard_address="127.0.0.1:0",
        scheduler_kwargs={"dashboard": False},
        silence_logs=logging.CRITICAL,
    )
