"""A real scheduler and real workers of Dask, as processes that tests can kill."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from helpers.paths import ROOT

_START_SECONDS = 60


class DaskProcesses:
    """A scheduler at one address, and workers; all processes are ended at the end.

    ``search_path`` is the ``PYTHONPATH`` of workers: with what they are sabotaged, or what they
    lack. The scheduler never has the program.
    """

    def __init__(self, folder: Path, search_path: str = str(ROOT)) -> None:
        self.folder = folder
        self.search_path = search_path
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._processes: list[subprocess.Popen[bytes]] = []
        without = folder / "without"
        without.mkdir(parents=True)
        (without / "sitecustomize.py").write_text("import sys\nsys.modules['pgx_ana'] = None\n")

    @property
    def address(self) -> str:
        """Return the address of the scheduler."""
        return f"tcp://127.0.0.1:{self.port}"

    def start_scheduler(self) -> subprocess.Popen[bytes]:
        """Start the scheduler, and wait until it listens."""
        words = ["--host", "127.0.0.1", "--port", str(self.port), "--no-dashboard"]
        words += ["--dashboard-address", "127.0.0.1:0"]
        process = self._start("scheduler", words, str(self.folder / "without"))
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port)):
                return process
            time.sleep(0.05)
        raise AssertionError("the scheduler does not listen")

    def start_worker(self, *, threads: int = 1) -> subprocess.Popen[bytes]:
        """Start a nanny, which starts a worker, and starts it again when it is killed."""
        words = [self.address, "--nthreads", str(threads), "--no-dashboard"]
        words += ["--memory-limit", "0", "--local-directory", str(self.folder / "scratch")]
        return self._start("worker", words, self.search_path)

    def start(self, workers: int) -> None:
        """Start a scheduler and workers."""
        self.start_scheduler()
        for _ in range(workers):
            self.start_worker()

    def kill_worker(self) -> None:
        """Kill the process of a worker that runs, and not its nanny."""
        for nanny in self._processes:
            for child in _children(nanny.pid):
                if b"multiprocessing.spawn" in Path(f"/proc/{child}/cmdline").read_bytes():
                    os.kill(child, signal.SIGKILL)
                    return
        raise AssertionError("there is no worker")

    def kill_all(self) -> None:
        """Kill all processes at once."""
        for process in self._processes:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self._processes.clear()

    def _start(self, kind: str, words: list[str], search_path: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"{kind}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", f"distributed.cli.dask_{kind}", *words],
                cwd=self.folder,
                env={**os.environ, "PYTHONPATH": search_path},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._processes.append(process)
        return process


@contextlib.contextmanager
def dask_processes(folder: Path, search_path: str = str(ROOT)) -> Iterator[DaskProcesses]:
    """Yield what starts processes of Dask, and end them."""
    processes = DaskProcesses(folder, search_path)
    try:
        yield processes
    finally:
        processes.kill_all()


def _children(parent: int) -> list[int]:
    """Return the processes that any thread of a process started."""
    children: list[int] = []
    for path in Path(f"/proc/{parent}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            children += map(int, path.read_text().split())
    return children
