"""Environments with the lowest or newest versions of what the program needs, made by uv."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from helpers.paths import ROOT, tool_environment

UV = tool_environment("packaging-tools") / "bin" / "uv"
"""Where `make packaging-tools` puts uv."""

LOWEST, NEWEST = "lowest-direct", "highest"
APART = {"multiqc"}
"""Extras that are not for the environment of the program."""


@cache
def project() -> dict[str, Any]:
    """Return the section ``project`` of pyproject.toml."""
    content: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    table: dict[str, Any] = content["project"]
    return table


def name_and_bound(requirement: str) -> tuple[str, str]:
    """Return the name, in small letters, and the lowest version; empty if there is none."""
    match = re.fullmatch(r"([\w.-]+)(?:\[[\w,-]+\])?(?:>=([\d.]+))?", requirement)
    assert match, requirement
    return match[1].lower(), match[2] or ""


def extras() -> list[str]:
    """Return the extras that users install into the environment of the program."""
    return sorted({*project()["optional-dependencies"]} - {"all", "dev", *APART})


def python_of(version: str) -> Path | None:
    """Return an interpreter of a version such as 3.12 on this machine, if there is one."""
    if sys.version.startswith(f"{version}."):
        return Path(sys.executable)
    below_pyenv = Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser() / "versions"
    found = shutil.which(f"python{version}")
    candidates = [*below_pyenv.glob(f"{version}.*/bin/python"), *([Path(found)] if found else [])]
    return next((path for path in candidates if _is(path, version)), None)


def make(folder: Path, python: Path, resolution: str, wanted: Iterable[str]) -> Path:
    """Make an environment with the libraries of the program and of extras; return its Python.

    Of the lowest versions are only those that pyproject.toml names itself. The extra ``dev`` has
    no lowest versions: its tools are the newest that can be used beside the lowest of the rest.
    """
    options = ["--no-python-downloads", "--quiet"]
    subprocess.run([UV, "venv", *options, "--clear", "--python", python, folder], check=True)
    mine = folder / "bin" / "python"
    tested = [name for name in wanted if name != "dev"]
    pins = folder / "pins.txt"
    _resolve(mine, pins, tested, ["--resolution", resolution])
    if "dev" in wanted:
        named = {name_and_bound(text)[0] for text in _required(tested)}
        lines = pins.read_text().splitlines(keepends=True)
        limits = folder / "limits.txt"
        limits.write_text("".join(x for x in lines if x.split("==")[0].lower() in named))
        _resolve(mine, pins, ["dev"], ["--constraints", str(limits)])
    subprocess.run([UV, "pip", "install", *options, "--python", mine, "-r", pins], check=True)
    return mine


def _required(wanted: Iterable[str]) -> list[str]:
    optional = project()["optional-dependencies"]
    return [*project()["dependencies"], *(text for name in wanted for text in optional[name])]


def _resolve(python: Path, pins: Path, wanted: Iterable[str], options: list[str]) -> None:
    chosen = [f"--extra={name}" for name in wanted]
    format_of_pins = ["--no-header", "--no-annotate", "--quiet", "--python", str(python)]
    command = ["pip", "compile", *format_of_pins, *chosen, *options, "--output-file", str(pins)]
    subprocess.run([UV, *command, ROOT / "pyproject.toml"], check=True)


def _is(path: Path, version: str) -> bool:
    process = subprocess.run([path, "--version"], check=False, capture_output=True, text=True)
    return process.stdout.startswith(f"Python {version}.")
