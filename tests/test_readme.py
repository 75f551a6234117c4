"""The README is correct: its options exist, and every command has help."""

from __future__ import annotations

import re
from collections.abc import Callable

from click.testing import Result
from helpers.paths import ROOT

from pgx_ana.cli import main

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_options_exist() -> None:
    commands = [main, *(main.commands[name] for name in ("annotate", "check", "report"))]
    options = {name for command in commands for option in command.params for name in option.opts}
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", README)) <= options


def test_every_command_has_help(run: Callable[..., Result]) -> None:
    for words in (
        [],
        ["annotate"],
        ["report"],
        ["kb"],
        ["kb", "check"],
        ["kb", "list"],
        ["kb", "show"],
    ):
        result = run(*words, "--help")
        assert result.exit_code == 0
        assert len(result.stdout.splitlines()) > 4
