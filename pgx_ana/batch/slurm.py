"""Workers of Dask as jobs of Slurm."""

from __future__ import annotations

import contextlib
import re
import shlex
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dask.config

from pgx_ana.errors import ClusterError, UsageError

_MEMORY = "4 GiB"
"""Memory of a job where Dask's configuration names none."""

_LIFETIME = 0.9
"""The part of its time after which a worker hands over what it has, and its job ends."""

_STAGGER = 0.05
"""The part of its time by which that differs, so that not all workers end at once."""

_WALLTIME = re.compile(r"(?:([0-9]+)-)?([0-9]+)(?::([0-9]+))?(?::([0-9]+))?", re.ASCII)


def slurm_cluster(jobs: int) -> Any:
    """Return a ``SLURMCluster``: jobs with one worker each, which have been submitted.

    Raises :class:`UsageError` on a machine without Slurm, and :class:`ClusterError` if it refuses
    such jobs.
    """
    if shutil.which("sbatch") is None:
        raise UsageError(
            "--cluster slurm: there is no sbatch here; run this on a machine from which jobs of "
            "Slurm can be submitted"
        )
    with _signals_kept():
        from dask_jobqueue.slurm import SLURMCluster  # noqa: PLC0415  # it changes signals

    cluster = SLURMCluster(**slurm_options())
    try:
        _check(cluster.job_script())
        cluster.scale(jobs=jobs)
    except BaseException:
        cluster.close()
        raise
    return cluster


def slurm_options() -> dict[str, Any]:
    """Return what the jobs are to be; all else is taken from Dask's configuration.

    It has the section ``jobqueue.slurm``, with queue, account, walltime, memory and more.
    """
    directives = list(_configured("job-extra-directives", ()))
    if _configured("log-directory", None) is None and not _names_output(directives):
        directives.append("--output=/dev/null")  # else a file of each job in this folder
    return {
        "cores": 1,
        "processes": 1,
        "memory": _configured("memory", None) or _MEMORY,
        "job_extra_directives": directives,
        "job_script_prologue": [*(_configured("job-script-prologue", ())), *_same_program()],
        "worker_extra_args": [*_configured("worker-extra-args", ()), *_worker_arguments()],
        "scheduler_options": {
            "dashboard": False,
            "dashboard_address": "127.0.0.1:0",
            **_configured("scheduler-options", {}),
        },
        "silence_logs": "critical",
    }


@contextlib.contextmanager
def _signals_kept() -> Iterator[None]:
    """Keep what Ctrl-C does: the library makes a regular end of it, as soon as it is imported."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)


def _configured(name: str, default: Any) -> Any:
    value = dask.config.get(f"jobqueue.slurm.{name}", default)
    return default if value is None else value


def _names_output(directives: list[str]) -> bool:
    return any(directive.startswith(("-o", "--output")) for directive in directives)


def _same_program() -> list[str]:
    """Return what makes jobs find this very program where it is not installed, but a checkout."""
    root = Path(__file__).resolve().parents[2]
    if root.name in {"site-packages", "dist-packages"}:
        return []
    return [f"export PYTHONPATH={shlex.quote(str(root))}${{PYTHONPATH:+:$PYTHONPATH}}"]


def _worker_arguments() -> list[str]:
    seconds = _seconds(str(_configured("walltime", "")))
    given = " ".join(_configured("worker-extra-args", ()))
    if seconds is None or "--lifetime" in given:
        return ["--no-dashboard"]
    lifetime, stagger = (max(1, int(part * seconds)) for part in (_LIFETIME, _STAGGER))
    return ["--no-dashboard", "--lifetime", f"{lifetime}s", "--lifetime-stagger", f"{stagger}s"]


def _seconds(walltime: str) -> int | None:
    """Return the seconds of a time as Slurm has it, None if there is no limit.

    MM, MM:SS, HH:MM:SS, D-HH, D-HH:MM or D-HH:MM:SS.
    """
    match = _WALLTIME.fullmatch(walltime)
    if match is None:
        return None
    days, *rest = match.groups()
    numbers = [int(number) for number in rest if number is not None]
    if days is None and len(numbers) < len(rest):
        numbers.insert(0, 0)
    hours, minutes, seconds = [*numbers, 0, 0][: len(rest)]
    return ((int(days or 0) * 24 + hours) * 60 + minutes) * 60 + seconds


def _check(script: str) -> None:
    """Let Slurm look at a job without submitting it."""
    done = subprocess.run(
        ["sbatch", "--test-only"], input=script, capture_output=True, text=True, check=False
    )
    if done.returncode:
        why = " ".join(done.stderr.split()) or f"exit code {done.returncode}"
        raise ClusterError(
            f"--cluster slurm: sbatch refuses the jobs: {why}; see jobqueue.slurm in the "
            "configuration of Dask"
        )
