"""Processes for tests of what ended processes leave behind."""

from __future__ import annotations

import subprocess
import sys


def ended_process() -> int:
    """Return the number of a process that has ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid
