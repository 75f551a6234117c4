"""``pgx-ana --version``: program and knowledge base in one line, as JSON with all libraries."""

from __future__ import annotations

import json
import platform
import re
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from helpers.environments import project
from helpers.fixture_types import Run

from pgx_ana.cli.versions import LIBRARIES
from pgx_ana.knowledge import KnowledgeBase, loading
from pgx_ana.output import SCHEMA_VERSION
from pgx_ana.version import __version__

NOT_OURS = {"all", "dev"}
"""The extra of all others, and the one for those who change the program."""


@pytest.mark.parametrize("option", ["--version", "-V"])
def test_one_line(run: Run, option: str, curated: KnowledgeBase) -> None:
    result = run(option)
    line = f"pgx-ana {__version__}, knowledge base {curated.info.name} {curated.stamp}\n"
    assert (0, line, "") == (result.exit_code, result.stdout, result.stderr)


def facts(curated: KnowledgeBase) -> dict[str, Any]:
    return {
        "program": "pgx-ana",
        "version": __version__,
        "knowledge_base": {
            "name": curated.info.name,
            "version": curated.info.version,
            "sha256": curated.digest,
        },
        "schema_version": SCHEMA_VERSION,
        "python": platform.python_version(),
    }


@pytest.mark.parametrize("words", [["--version", "--json"], ["--json", "-V"]])
def test_json(run: Run, words: list[str], curated: KnowledgeBase) -> None:
    result = run(*words)
    assert (0, 1, "") == (result.exit_code, result.stdout.count("\n"), result.stderr)
    versions = json.loads(result.stdout)
    libraries = versions.pop("libraries")
    assert facts(curated) == versions
    assert list(LIBRARIES) == list(libraries)
    assert version("numpy") == libraries["numpy"]


def test_all_libraries_of_the_program_are_told() -> None:
    extras = project()["optional-dependencies"]
    lines = [line for name, lines in extras.items() if name not in NOT_OURS for line in lines]
    names = [re.split(r"[>=<\[; ]", line)[0] for line in (*project()["dependencies"], *lines)]
    assert sorted(names) == sorted(LIBRARIES)


@pytest.mark.parametrize("words", [["--json"], ["--json", "kb", "path"]])
def test_json_goes_with_version(run: Run, words: list[str]) -> None:
    result = run(*words)
    assert (2, "") == (result.exit_code, result.stdout)
    assert "Error: --json goes with --version.\n" in result.stderr


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Put a knowledge base with faults in the place of the shipped one; return what is wrong."""
    (tmp_path / "kb.yaml").write_text("genes: [\n", encoding="utf-8")
    monkeypatch.setattr(loading, "default_directory", lambda: tmp_path)
    return f"{tmp_path / 'kb.yaml'}:"


def test_a_broken_knowledge_base(run: Run, broken: str) -> None:
    """The version of the program is told whatever else is broken."""
    result = run("--version")
    assert (0, 1, "") == (result.exit_code, result.stdout.count("\n"), result.stderr)
    begin = f"pgx-ana {__version__}, knowledge base cannot be loaded: {broken}"
    assert result.stdout.startswith(begin)
    assert result.stdout.endswith("; see pgx-ana kb check\n")


def test_a_broken_knowledge_base_as_json(run: Run, broken: str) -> None:
    versions = json.loads(run("--version", "--json").stdout)
    assert (__version__, None) == (versions["version"], versions["knowledge_base"])
    assert versions["knowledge_base_error"].startswith(broken)


def test_a_library_that_cannot_be_loaded(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ImportError("numpy:\nno such file")

    monkeypatch.setattr("pgx_ana.knowledge.load", fail)
    result = run("--version")
    line = f"pgx-ana {__version__}, knowledge base cannot be loaded: numpy: no such file\n"
    assert (0, line) == (result.exit_code, result.stdout)
