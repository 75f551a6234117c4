"""Completion in real shells: a key is pressed, and the line goes on."""

from __future__ import annotations

import os
import pty
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.fixture_types import MakeVcf
from helpers.pages import blocks
from helpers.paths import ROOT

from pgx_ana.knowledge import load

pytestmark = pytest.mark.slow

SECONDS = 60
PAGE = ROOT / "docs" / "how-to" / "shells.md"
INSTALL = {
    block.language: block.text
    for block in blocks(PAGE.read_text(encoding="utf-8"))
    if block.language in {"bash", "zsh", "fish"}
}
"""The line of the page that installs completion, by shell."""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Return an environment in which this checkout is the program pgx-ana."""
    load()  # is compiled
    program = tmp_path / "bin" / "pgx-ana"
    program.parent.mkdir()
    code = "from pgx_ana.cli import main; main(prog_name='pgx-ana')"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -c "{code}" "$@"\n')
    program.chmod(0o755)
    path = os.pathsep.join((str(program.parent), os.environ["PATH"]))
    home = {"HOME": str(tmp_path), "TERM": "dumb", "PATH": path, "PYTHONPATH": str(ROOT)}
    kept = {name: value for name, value in os.environ.items() if name != "XDG_CONFIG_HOME"}
    return {**kept, **home, "LC_ALL": "C.UTF-8"}


def install(shell: str, environment: dict[str, str]) -> None:
    """Install completion as the page says; skip the test where the shell is missing."""
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    if shell == "zsh":
        (Path(environment["HOME"]) / ".zshrc").write_text("autoload -Uz compinit; compinit -D\n")
    subprocess.run([shell, "-c", INSTALL[shell]], check=True, env=environment)


class Terminal:
    """A shell in a terminal of its own."""

    def __init__(self, shell: str, environment: dict[str, str]) -> None:
        ours, theirs = pty.openpty()
        self._ours = ours
        self._process = subprocess.Popen(
            [shell, "-i"], stdin=theirs, stdout=theirs, stderr=theirs, env=environment,
            start_new_session=True,
        )  # fmt: skip
        os.close(theirs)

    def type(self, text: str) -> None:
        os.write(self._ours, text.encode())

    def wait_for(self, text: str) -> str:
        """Return what the shell writes until a text is in it; fail where that never comes."""
        seen, end = "", time.monotonic() + SECONDS
        while text not in seen:
            left = end - time.monotonic()
            assert left > 0, f"{text!r} is not in {seen!r}"
            if select.select([self._ours], [], [], left)[0]:
                seen += os.read(self._ours, 65536).decode("utf-8", "replace")
        return seen

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._ours)


@pytest.fixture(params=["bash", "zsh"])
def terminal(request: pytest.FixtureRequest, environment: dict[str, str]) -> Iterator[Terminal]:
    install(request.param, environment)
    terminal = Terminal(request.param, environment)
    terminal.type("echo re''ady\n")
    terminal.wait_for("ready")
    yield terminal
    terminal.close()


def test_a_key_completes_a_haplotype_set(terminal: Terminal) -> None:
    terminal.type("pgx-ana kb show CYP19A1-ex\t")
    terminal.wait_for("CYP19A1-exon-1.1")


def test_a_key_completes_a_sample(terminal: Terminal, make_vcf: MakeVcf) -> None:
    path = make_vcf([], samples=["HG001", "NA12345"])
    terminal.type(f"pgx-ana annotate {path} -s HG001,NA\t")
    terminal.wait_for("HG001,NA12345")


def test_a_key_completes_behind_an_equals_sign(terminal: Terminal, make_vcf: MakeVcf) -> None:
    path = make_vcf([], samples=["HG001", "NA12345"])
    terminal.type(f"pgx-ana check {path} --samples=HG001,NA\t")
    terminal.wait_for("NA12345")
    terminal.type("\x01echo \n")  # the line is printed instead of run
    terminal.wait_for(f"\npgx-ana check {path} --samples=HG001,NA12345")


def fish_choices(line: str, environment: dict[str, str]) -> list[str]:
    """Return the choices that fish shows for a line."""
    process = subprocess.run(
        ["fish", "-c", f"complete -C '{line}'"],
        check=True,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert "" == process.stderr
    return process.stdout.splitlines()


def test_fish(environment: dict[str, str], make_vcf: MakeVcf) -> None:
    install("fish", environment)
    assert ["APOE-e\thaplotypes of APOE"] == fish_choices("pgx-ana kb show APOE-", environment)
    path = make_vcf([], samples=["HG001", "NA12345"])
    assert ["HG001,NA12345"] == fish_choices(f"pgx-ana annotate {path} -s HG001,N", environment)
    line = f"pgx-ana annotate {path} --samples=HG001,N"
    assert ["--samples=HG001,NA12345"] == fish_choices(line, environment)
