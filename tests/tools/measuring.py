"""What a command costs: wall time, CPU time and memory, with all the processes that it starts.

Modules that are imported here count towards the memory of short commands (a process begins as a
copy of its parent), so only small ones are.
"""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_PAGE = os.sysconf("SC_PAGE_SIZE")
_INTERVAL = 0.05  # seconds between two looks at the memory
_MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Measurement:
    """What one run cost: wall time and user CPU time in seconds, peak memory in MB.

    The memory is the most that all processes of the run held together at one time. Pages that they
    share count in each of them.
    """

    seconds: float
    user: float
    megabytes: float


class CommandError(Exception):
    """A measured command did not end with 0."""


def measure(command: Sequence[str]) -> Measurement:
    """Run a command to its end and discard its output. Raises :class:`CommandError`."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert process.stderr is not None
    watch = _MemoryWatch(process.pid)
    watch.start()
    with process.stderr as stream:
        *_, last = [b"", *stream.read().splitlines()]
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    largest_of_tree = watch.stop()
    if process.returncode:
        raise CommandError(f"exit code {process.returncode}: {last.decode(errors='replace')}")
    # A short peak of one process may fall between two looks; the system knows it.
    peak = max(largest_of_tree, usage.ru_maxrss * 1024)
    return Measurement(seconds, usage.ru_utime, peak / _MEGABYTE)


class _MemoryWatch(threading.Thread):
    """Looks at the memory of a process and of its descendants until it is stopped."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid = pid
        self._peak = 0
        self._is_over = threading.Event()

    def run(self) -> None:
        while not self._is_over.wait(_INTERVAL):
            self._peak = max(self._peak, _bytes_of_tree(self._pid))

    def stop(self) -> int:
        """Return the highest sum of resident bytes that was seen."""
        self._is_over.set()
        self.join()
        return self._peak


def _bytes_of_tree(root: int) -> int:
    """Return the resident bytes of a process and its descendants."""
    children: dict[int, list[int]] = {}
    resident: dict[int, int] = {}
    for pid, parent, size in _processes():
        children.setdefault(parent, []).append(pid)
        resident[pid] = size
    return sum(resident.get(pid, 0) for pid in _tree(root, children))


def _tree(root: int, children: Mapping[int, Sequence[int]]) -> Iterator[int]:
    yield root
    for child in children.get(root, ()):
        yield from _tree(child, children)


def _processes() -> Iterator[tuple[int, int, int]]:
    """Yield number, parent and resident bytes of every process."""
    for entry in os.scandir("/proc"):
        if entry.name.isdecimal():
            try:
                text = Path(entry.path, "stat").read_text(errors="replace")
            except OSError:  # it ended meanwhile
                continue
            # The name of the program, in brackets, may have any character.
            fields = text.rpartition(")")[2].split()
            yield int(entry.name), int(fields[1]), int(fields[21]) * _PAGE
