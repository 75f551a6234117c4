"""A real Slurm on this machine: one node with two CPUs, no accounting, all of it in one folder.

It needs the programs of Debian's packages munge, slurmctld, slurmd and slurm-client, and neither
systemd nor the configuration of the system. Several can run at once.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_START_SECONDS = 20
_STOP_SECONDS = 10
_JOB_SECONDS = 120
_LOOK_SECONDS = 0.1

_DAEMONS = ("munged", "slurmctld", "slurmd")
_COMMANDS = ("sbatch", "scancel", "scontrol", "sinfo", "squeue")
_SEARCHED = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin"
_ENVIRONMENT = "SLURM_CONF"
_ENDED_WITH_US = ("setpriv", "--pdeathsig", "TERM")
"""What starts a daemon that is also ended if the tests are killed."""

_CONFIGURATION = """
ClusterName=tests
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller_port}
SlurmdPort={node_port}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
SchedulerParameters=batch_sched_delay=0,sched_min_interval=0
KillWait=2
MinJobAge=3600
MailProg=/bin/true
MpiDefault=none
NodeName={host} NodeAddr=127.0.0.1 CPUs=2 RealMemory=16000
PartitionName=short Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""

_CGROUP_CONFIGURATION = "CgroupPlugin=cgroup/v1\n"
"""None is needed, but a node would look for control groups, and end where there are none."""


class NoSlurmError(Exception):
    """Slurm is not installed, or does not start; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Job:
    """A job that Slurm knows: its state, as COMPLETED or CANCELLED, and its exit code."""

    state: str
    exit_code: int


@dataclass(frozen=True, slots=True)
class Slurm:
    """A Slurm that runs, by its configuration file."""

    configuration: Path

    @property
    def environment(self) -> Mapping[str, str]:
        """The variables with which commands find this Slurm, and no other."""
        return {_ENVIRONMENT: str(self.configuration)}

    def command(self, *words: str) -> str:
        """Run a command of Slurm to its end, and return what it prints."""
        environment = os.environ | self.environment
        return subprocess.run(
            words, check=True, env=environment, capture_output=True, text=True
        ).stdout

    def jobs(self) -> Mapping[str, Job]:
        """Return all jobs since the start, by number; the tasks of arrays as ``number_task``.

        Tasks that wait are one job, whose number ends with all of theirs.
        """
        found = {}
        for line in self.command("scontrol", "--oneliner", "show", "jobs").splitlines():
            fields = dict(re.findall(r"(\w+)=(\S+)", line))
            if "JobId" in fields:
                number = fields["JobId"]
                if "ArrayTaskId" in fields:
                    number = f"{fields['ArrayJobId']}_{fields['ArrayTaskId']}"
                found[number] = Job(fields["JobState"], int(fields["ExitCode"].split(":")[0]))
        return found

    def wait(self) -> None:
        """Wait until no job is waiting or running."""
        wait_until(lambda: not self.command("squeue", "--noheader"), "jobs have not ended")


def wait_until(condition: Callable[[], bool], complaint: str) -> None:
    """Wait until something holds. Raises :class:`TimeoutError` with the complaint."""
    end = time.monotonic() + _JOB_SECONDS
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(complaint)
        time.sleep(_LOOK_SECONDS)


@contextlib.contextmanager
def running_slurm() -> Iterator[Slurm]:
    """Start a Slurm, and stop it with all that it has started. Raises :class:`NoSlurmError`."""
    programs = {name: _program(name) for name in (*_DAEMONS, *_COMMANDS, _ENDED_WITH_US[0])}
    with tempfile.TemporaryDirectory(prefix="slurm-", ignore_cleanup_errors=True) as path:
        folder = Path(path)
        slurm = Slurm(_configured(folder))
        started: dict[str, subprocess.Popen[bytes]] = {}
        try:
            for name, options in _daemon_options(folder).items():
                words = [*_ENDED_WITH_US, programs[name], *options]
                started[name] = _started(words, folder / f"{name}.out", slurm)
            _await_start(slurm, folder, started)
            yield slurm
        finally:
            _stop(slurm, list(started.values()))


def processes_of(slurm: Slurm) -> list[int]:
    """Return the numbers of all processes that belong to a Slurm, those of its jobs as well."""
    mark = f"{_ENVIRONMENT}={slurm.configuration}".encode()
    found = []
    for entry in os.scandir("/proc"):
        with contextlib.suppress(OSError):  # it has ended, or is not ours
            if entry.name.isdecimal() and mark in Path(entry.path, "environ").read_bytes():
                found.append(int(entry.name))
    return found


def _program(name: str) -> str:
    path = shutil.which(name, path=_SEARCHED)
    if path is None:
        raise NoSlurmError(f"{name} is not installed")
    return path


def _configured(folder: Path) -> Path:
    folder.chmod(0o755)  # munged wants to be reachable for everybody
    for name in ("state", "spool"):
        (folder / name).mkdir()
    key = folder / "munge.key"
    key.write_bytes(secrets.token_bytes(128))
    key.chmod(0o400)
    controller_port, node_port = _free_ports()
    (folder / "cgroup.conf").write_text(_CGROUP_CONFIGURATION)
    configuration = folder / "slurm.conf"
    configuration.write_text(
        _CONFIGURATION.format(
            folder=folder,
            host=socket.gethostname().split(".")[0],
            user=pwd.getpwuid(os.getuid()).pw_name,
            controller_port=controller_port,
            node_port=node_port,
        )
    )
    return configuration


def _free_ports() -> tuple[int, int]:
    with socket.socket() as first, socket.socket() as second:
        for one in (first, second):
            one.bind(("127.0.0.1", 0))
        return first.getsockname()[1], second.getsockname()[1]


def _daemon_options(folder: Path) -> Mapping[str, Sequence[str]]:
    """Return the options of the daemons by their names, in the order in which they are started."""
    files = {
        "socket": "munge.socket",
        "key-file": "munge.key",
        "log-file": "munged.log",
        "pid-file": "munged.pid",
        "seed-file": "munged.seed",
    }
    munged = ["--foreground", *(f"--{option}={folder / name}" for option, name in files.items())]
    return dict(zip(_DAEMONS, (munged, ["-D"], ["-D"]), strict=True))


def _started(words: Sequence[str], log: Path, slurm: Slurm) -> subprocess.Popen[bytes]:
    with log.open("wb") as output:
        return subprocess.Popen(
            words,
            env=os.environ | slurm.environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # an interrupted test run stops it in order
        )


def _await_start(
    slurm: Slurm, folder: Path, started: Mapping[str, subprocess.Popen[bytes]]
) -> None:
    """Wait until the node takes jobs. Raises :class:`NoSlurmError` with the last line of a log."""
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end:
        for name, process in started.items():
            if process.poll() is not None:
                raise NoSlurmError(_last_line(folder, name))
        with contextlib.suppress(subprocess.CalledProcessError):
            if slurm.command("sinfo", "--noheader", "--format=%T").strip() == "idle":
                return
        time.sleep(_LOOK_SECONDS)
    raise NoSlurmError(_last_line(folder, _DAEMONS[-1]))


def _last_line(folder: Path, name: str) -> str:
    *_, last = ["no log", *(folder / f"{name}.out").read_text(errors="replace").splitlines()]
    return f"{name} does not work: {last}"


def _stop(slurm: Slurm, started: Sequence[subprocess.Popen[bytes]]) -> None:
    """Cancel all jobs, end the daemons, and kill what is left of both."""
    with contextlib.suppress(subprocess.SubprocessError):
        slurm.command("scancel", "--me")
        end = time.monotonic() + _STOP_SECONDS
        while slurm.command("squeue", "--noheader") and time.monotonic() < end:
            time.sleep(_LOOK_SECONDS)
    for process in reversed(started):
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    for pid in processes_of(slurm):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
