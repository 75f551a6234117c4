"""What make does on a fresh machine, with Pythons that are too old, broken or interrupted."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from helpers.paths import ROOT

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")

PROGRAMS = ("sh", "make", "awk", "rm", "mkdir", "touch")
FILES = ("Makefile", "pyproject.toml", "requirements-dev.lock", "tests/tools/environment.sh")

# Tells another version of itself, notes its arguments, and installs nothing.
FAKE = """#!{python} -IS
import pathlib, shutil, sys, time
here, words = pathlib.Path({folder!r}), sys.argv[1:]
with (here / "said").open("a") as file:
    file.write(" ".join([pathlib.Path(sys.argv[0]).name, *words]) + "\\n")
if words[0] == "-c":
    sys.version_info = {version!r}
    if {lacks!r}:
        sys.modules[{lacks!r}] = None
    exec(words[1])
elif words[0] == "--version":
    print("Python", ".".join(map(str, {version!r})))
elif words[:2] == ["-m", "venv"]:
    folder = pathlib.Path(words[-1])
    (folder / "bin").mkdir(parents=True, exist_ok=True)
    (folder / "pyvenv.cfg").touch()
    shutil.copy(sys.argv[0], folder / "bin" / "python")
elif (here / "pip-fails").exists():
    sys.exit("ERROR: no network")
elif (here / "pip-waits").exists():
    (here / "waiting").touch()
    time.sleep(60)
"""


@dataclass
class Machine:
    """A copy of what make needs, and a PATH on which there are fake Pythons alone."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def add_python(self, name: str, version: tuple[int, int, int], lacks: str = "") -> Path:
        path = self.folder / "bin" / name
        text = FAKE.format(
            python=sys.executable, folder=str(self.folder), version=version, lacks=lacks
        )
        path.write_text(text)
        path.chmod(0o755)
        return path

    def start(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            ["make", *words],
            cwd=self.folder,
            env={"PATH": str(self.folder / "bin"), **self.environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            # What is ignored here, as below nohup, a shell cannot trap.
            preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),
        )

    def make(self, *words: str) -> tuple[int, list[str]]:
        """Return the exit code, and what was printed but by make itself and about the start."""
        process = self.start(*words)
        output, _ = process.communicate(timeout=300)
        lines = output.splitlines()
        return process.returncode, [
            line for line in lines if not line.startswith(("make: *** ", "Setting up "))
        ]

    @property
    def said(self) -> list[str]:
        """What Pythons were asked to do, but for what they are."""
        lines = (self.folder / "said").read_text().splitlines()
        return [line for line in lines if " -c " not in line and " --version" not in line]

    @property
    def has_environment(self) -> bool:
        return (self.folder / ".venv").exists()


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "bin").mkdir()
    for name in PROGRAMS:
        path = shutil.which(name)
        assert path is not None
        (tmp_path / "bin" / name).symlink_to(path)
    return Machine(tmp_path)


INSTALLED = ".venv/.installed"
PIP = "python -m pip install --quiet --disable-pip-version-check --constraint requirements-dev.lock"


def test_make_alone_lists_every_target(machine: Machine) -> None:
    machine.environment |= {"COLUMNS": "80"}
    code, lines = machine.make()
    assert code == 0
    listed = [line.split(maxsplit=1) for line in lines[1:]]
    targets = re.findall(r"^([a-z][^:/.]*):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert "demo" in targets
    assert sorted(targets) == sorted(name for name, _ in listed)
    assert all(len(text) > 10 for _, text in listed)
    assert not machine.has_environment


@pytest.mark.parametrize("venv", ["", "my env", "/my folder/env"])
def test_an_environment_that_make_cannot_name_is_refused(machine: Machine, venv: str) -> None:
    """Before anything is made, or removed: without a name, ``clean`` would remove ``-*``."""
    machine.add_python("python3", (3, 12, 1))
    (machine.folder / "-kept").touch()
    says = f"VENV is '{venv}', and must be one folder without spaces in its path"
    for target in ("demo", "clean"):
        process = machine.start(target, f"VENV={venv}")
        output, _ = process.communicate(timeout=60)
        assert (2, 1) == (process.returncode, len(output.splitlines()))
        assert says in output
    assert (machine.folder / "-kept").exists()
    assert not (machine.folder / "said").exists() or [] == machine.said


def test_python_that_is_too_old_is_told_in_one_line(machine: Machine) -> None:
    machine.add_python("python3", (3, 9, 2))
    assert machine.make("demo") == (
        2,
        [
            (
                "make: pgx-ana needs Python 3.11 or newer, and python3 is Python 3.9.2; "
                "install a newer one, or name one: make PYTHON=/path/to/python3.12"
            )
        ],
    )
    assert not machine.has_environment


def test_no_python_is_told_in_one_line(machine: Machine) -> None:
    assert machine.make("demo") == (
        2,
        [
            (
                "make: there is no program python3; install Python 3.11 or newer, "
                "or name one: make PYTHON=/path/to/python3.12"
            )
        ],
    )


@pytest.mark.parametrize(
    ("versions", "used"),
    [
        ({"python3": (3, 11, 2), "python3.13": (3, 13, 0)}, "python3"),
        ({"python3": (3, 9, 2), "python3.12": (3, 12, 1)}, "python3.12"),
        ({"python3": (3, 10, 0), "python3.11": (3, 11, 0), "python3.13": (3, 13, 0)}, "python3.13"),
        ({"python3": (3, 14, 0), "python3.11": (3, 11, 9)}, "python3.11"),
        ({"python3": (3, 14, 0)}, "python3"),
        ({"python3.11": (3, 11, 0)}, "python3.11"),
    ],
)
def test_a_suitable_python_is_found(
    machine: Machine, versions: dict[str, tuple[int, int, int]], used: str
) -> None:
    for name, version in versions.items():
        machine.add_python(name, version)
    assert machine.make(INSTALLED) == (0, [])
    assert machine.said == [
        f"{used} -m venv --clear .venv",
        f"{PIP} hatchling editables",
        f"{PIP} --no-build-isolation --editable .",
    ]


def test_the_named_python_is_used(machine: Machine) -> None:
    machine.add_python("python3", (3, 12, 0))
    machine.add_python("mine", (3, 11, 0))
    assert machine.make(INSTALLED, "PYTHON=mine") == (0, [])
    assert machine.said[0] == "mine -m venv --clear .venv"


def test_the_named_python_is_not_replaced(machine: Machine) -> None:
    machine.add_python("python3", (3, 12, 0))
    machine.add_python("mine", (3, 10, 4))
    code, (line,) = machine.make("demo", "PYTHON=mine")
    assert code == 2
    assert "and mine is Python 3.10.4" in line


@pytest.mark.parametrize("lacks", ["ensurepip", "venv"])
def test_python_without_venv_is_told_with_the_package(machine: Machine, lacks: str) -> None:
    machine.add_python("python3", (3, 11, 2), lacks)
    assert machine.make("demo") == (
        2,
        [
            (
                "make: python3 (Python 3.11.2) cannot make environments: its modules venv and "
                "ensurepip are not installed (Debian, Ubuntu: apt install python3.11-venv)"
            )
        ],
    )
    assert not machine.has_environment


def test_a_failed_environment_is_removed(machine: Machine) -> None:
    machine.add_python("python3", (3, 11, 2))
    (machine.folder / "pip-fails").touch()
    assert machine.make("demo") == (
        2,
        [
            "ERROR: no network",
            (
                "make: .venv could not be set up, and was removed; the lines above say why "
                "(without network: make demo WHEELHOUSE=folder)"
            ),
        ],
    )
    assert not machine.has_environment


def _until(is_so: Callable[[], bool]) -> None:
    for _ in range(600):
        if is_so():
            return
        time.sleep(0.05)
    pytest.fail("did not happen within 30 seconds")


@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_environment_is_removed(machine: Machine, kind: signal.Signals) -> None:
    machine.add_python("python3", (3, 11, 2))
    (machine.folder / "pip-waits").touch()
    process = machine.start("demo")
    _until((machine.folder / "waiting").exists)
    assert machine.has_environment
    os.killpg(process.pid, kind)
    process.communicate(timeout=300)
    assert process.returncode != 0
    assert not machine.has_environment


def test_after_a_crash_the_environment_is_made_anew(machine: Machine) -> None:
    machine.add_python("python3", (3, 11, 2))
    (machine.folder / "pip-waits").touch()
    process = machine.start("demo")
    _until((machine.folder / "waiting").exists)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=300)
    assert machine.has_environment
    (machine.folder / "pip-waits").unlink()
    (machine.folder / "said").unlink()
    assert machine.make(INSTALLED) == (0, [])
    assert machine.said[0] == "python3 -m venv --clear .venv"


def test_a_complete_environment_is_brought_up_to_date(machine: Machine) -> None:
    """It is not made anew: it may be in use."""
    machine.add_python("python3", (3, 11, 2))
    assert machine.make(INSTALLED) == (0, [])
    (machine.folder / "said").unlink()
    assert machine.make(INSTALLED) == (0, [f"make: '{INSTALLED}' is up to date."])
    marker = machine.folder / INSTALLED
    os.utime(marker, (0, 0))
    (machine.folder / "pip-fails").touch()
    assert machine.make(INSTALLED) == (
        2,
        [
            "ERROR: no network",
            "make: .venv could not be brought up to date; the lines above say why",
        ],
    )
    (machine.folder / "pip-fails").unlink()
    assert machine.make(INSTALLED) == (0, [])
    assert marker.stat().st_mtime > 0
    assert machine.said == [
        f"{PIP} hatchling editables",
        f"{PIP} hatchling editables",
        f"{PIP} --no-build-isolation --editable .",
    ]


@pytest.mark.parametrize("folder", ["wheels", "my wheels"])
def test_a_wheelhouse_is_all_that_is_asked(machine: Machine, folder: str) -> None:
    machine.add_python("python3", (3, 11, 2))
    (machine.folder / folder).mkdir()
    assert machine.make(".venv/.ready", f"WHEELHOUSE={folder}")[0] == 0
    offline = f"--no-index --find-links {folder}"
    assert machine.said[1:] == [
        f"{PIP} {offline} hatchling editables",
        f"{PIP} {offline} --no-build-isolation --editable .",
        (
            f"python -m pip install --quiet --disable-pip-version-check {offline} "
            "-r requirements-dev.lock"
        ),
    ]


def test_a_missing_wheelhouse_is_told_in_one_line(machine: Machine) -> None:
    machine.add_python("python3", (3, 11, 2))
    assert machine.make("demo", "WHEELHOUSE=nowhere") == (
        2,
        ["make: there is no folder nowhere; make wheelhouse fills one, where there is a network"],
    )
    assert not machine.has_environment


def test_a_folder_of_somebody_else_is_left_alone(machine: Machine) -> None:
    machine.add_python("python3", (3, 11, 2))
    thesis = machine.folder / "work" / "thesis.txt"
    thesis.parent.mkdir()
    thesis.write_text("years")
    assert machine.make("demo", "VENV=work") == (
        2,
        [
            (
                "make: work exists and is no environment of Python; "
                "remove it, or name another folder: make VENV=folder"
            )
        ],
    )
    assert thesis.read_text() == "years"
