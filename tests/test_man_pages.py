"""The manual pages: programs that show them find nothing wrong, and they have every option."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from helpers.paths import ROOT

from pgx_ana.cli import main

PAGES = sorted((ROOT / "man").glob("*.1"))
NO_DATE = re.compile(r'mandoc: \S+:1:\d+: WARNING: missing date, using "": TH\n')
"""A date would change them for nothing; the version says what they are of."""


def program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def shown(page: Path) -> str:
    """Return a page as a reader sees it, and fail on any warning."""
    environment = {**os.environ, "MANWIDTH": "200", "LC_ALL": "C.UTF-8", "MANROFFSEQ": ""}
    process = subprocess.run(
        [program("man"), "--warnings", "--local-file", str(page)],
        check=True,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert "" == process.stderr
    return process.stdout


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_nothing_is_wrong_with_a_page(page: Path) -> None:
    assert shown(page).startswith(page.stem.upper())
    lint = [program("mandoc"), "-T", "lint", "-W", "warning", str(page)]
    process = subprocess.run(lint, check=False, capture_output=True, text=True)
    assert NO_DATE.fullmatch(process.stdout + process.stderr)


def test_every_command_has_a_page() -> None:
    names = ["pgx-ana", *(f"pgx-ana-{name}" for name in sorted(main.commands))]
    assert sorted(f"{name}.1" for name in names) == [page.name for page in PAGES]


def words(command: click.Command) -> Iterator[str]:
    """Yield the options of a command, and of the commands in it."""
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            yield from parameter.opts
    if isinstance(command, click.Group) and command is not main:
        for name, inner in command.commands.items():
            yield name
            yield from words(inner)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_has_every_option(page: Path) -> None:
    name = page.stem.removeprefix("pgx-ana").removeprefix("-")
    command = main.commands[name] if name else main
    text = shown(page)
    assert [] == [
        word for word in words(command) if not re.search(rf"(?<!\S){word}(?![\w-])", text)
    ]


def test_a_page_keeps_the_lines_of_examples() -> None:
    assert "\n         pgx-ana annotate patient.vcf.gz\n" in shown(
        ROOT / "man" / "pgx-ana-annotate.1"
    )


def test_the_wheel_installs_them_where_man_looks() -> None:
    """``man`` looks in the folder share/man beside the folder of each program on PATH."""
    hatch = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]
    assert {"man": "share/man/man1"} == hatch["build"]["targets"]["wheel"]["shared-data"]
