"""Pages on the project say what is: its versions, its libraries, their licences, its commands."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import pytest
import yaml
from helpers.environments import project
from helpers.licences import declared_licence, is_allowed, with_all_needed
from helpers.pages import blocks
from helpers.paths import ROOT

from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.output import SCHEMA_VERSION
from pgx_ana.version import __version__

FOR_US = {"dev", "all"}
"""Extras for those who change the program, and the one of all others."""


def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def table(text: str, first: str) -> list[dict[str, str]]:
    """Return the rows of the tables of a page whose first column has a heading."""
    rows: list[dict[str, str]] = []
    header: list[str] = []
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")] if line[:1] == "|" else []
        if cells and not header:
            header = cells
        elif header[:1] == [first] and cells and not cells[0].startswith("-"):
            rows.append(dict(zip(header, cells, strict=True)))
        if not cells:
            header = []
    return rows


LIBRARIES = table(page("docs/dependencies.md"), "library")


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[\[<>=! ]", text)[0] for text in requirements}


def test_every_library_is_on_the_page_on_dependencies() -> None:
    found: dict[str, set[str]] = {}
    for row in LIBRARIES:
        found.setdefault(row.get("extra", ""), set()).add(row["library"])
    expected = {"": names(project()["dependencies"])} | {
        extra: names(requirements)
        for extra, requirements in project()["optional-dependencies"].items()
        if extra not in FOR_US
    }
    assert expected == found


@pytest.mark.parametrize("row", LIBRARIES, ids=lambda row: row["library"])
def test_a_library_declares_the_licence_that_the_page_has(row: dict[str, str]) -> None:
    try:
        declared = declared_licence(distribution(row["library"]))
    except PackageNotFoundError:
        pytest.skip(f"{row['library']} is not installed")
    assert declared == row["licence"]
    assert is_allowed(row["library"], declared)
    assert row["what for"]
    assert row["looked at instead"]


def test_licences_of_all_that_the_libraries_need() -> None:
    """Of the program and its extras, but the one for MultiQC, which has its own environment."""
    extras = project()["optional-dependencies"]
    named = [text for extra in extras.keys() - FOR_US - {"multiqc"} for text in extras[extra]]
    needed = with_all_needed([*project()["dependencies"], *named])
    assert {"numpy", "tornado", "msgpack"} <= needed.keys()
    licences = {name: declared_licence(library) for name, library in needed.items()}
    assert {} == {name: text for name, text in licences.items() if not is_allowed(name, text)}


@pytest.mark.parametrize("licence", ["", "GPL-3.0", "MIT AND GPL-3.0", "GPL-3.0 OR LGPL-3.0"])
def test_other_licences_are_not_allowed(licence: str) -> None:
    assert not is_allowed("some library", licence)


def test_places_of_parts_written_by_hand_exist() -> None:
    for row in table(page("docs/dependencies.md"), "part"):
        for place in re.findall(r"`([\w/*.]+\.py)`", row["where"]):
            below = ROOT if place.startswith("tests/") else ROOT / "pgx_ana"
            assert list(below.glob(place)), place


def test_versions_are_those_of_the_program(curated: KnowledgeBase) -> None:
    now = {row["what"].split(":")[0]: row["now"] for row in table(page("docs/versions.md"), "what")}
    assert now == {
        "the program": __version__,
        "JSON documents on people": SCHEMA_VERSION,
        "tables of text": "",
        "Parquet": SCHEMA_VERSION,
        "the knowledge base": curated.info.version,
        "the form of its YAML files": curated.info.format,
    }


def test_commands_for_contributors_run() -> None:
    """All but the last, which other tests run: it would write into the project."""
    (block,) = (block for block in blocks(page("CONTRIBUTING.md")) if block.language == "sh")
    *commands, last = block.text.splitlines()
    assert ("make generate", 3) == (last, len(commands))
    for command in commands:
        program, *words = command.split()
        assert "pgx-ana" == program
        process = subprocess.run(
            [sys.executable, "-m", "pgx_ana", *words],
            check=False,
            cwd=ROOT,
            capture_output=True,
            text=True,
        )
        assert (0, "") == (process.returncode, process.stderr)


@pytest.mark.parametrize("name", ["CONTRIBUTING.md", "docs/releasing.md", "README.md"])
def test_targets_of_make_exist(name: str) -> None:
    makefile = page("Makefile")
    targets = {
        word for words in re.findall(r"`make ([a-z -]+)`", page(name)) for word in words.split()
    }
    assert [] == [word for word in targets if not re.search(rf"^{word}:", makefile, re.MULTILINE)]


WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_by_their_whole_hash(path: Path) -> None:
    uses = re.findall(r"uses: (\S+)(.*)", path.read_text(encoding="utf-8"))
    assert uses
    for action, comment in uses:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", action)
        assert re.fullmatch(r" # v\d+\.\d+\.\d+", comment)


def test_workflows_run_what_is_run_here() -> None:
    jobs = yaml.safe_load(page(".github/workflows/ci.yml"))["jobs"]
    commands = [step["run"] for job in jobs.values() for step in job["steps"] if "run" in step]
    assert ['sudo env "PATH=$PATH" CI=true bash .ci/run', "make test PYTHON=python"] == commands
    pythons = jobs["quick"]["strategy"]["matrix"]["python"]
    named = [text.rpartition(" ")[2] for text in project()["classifiers"] if "Python :: 3." in text]
    assert set(named) <= set(pythons)


def test_a_release_publishes_and_attests_all_that_it_builds() -> None:
    """An artifact that is only kept is gone after some weeks."""
    jobs = yaml.safe_load(page(".github/workflows/release.yml"))["jobs"]
    steps = {job: jobs[job]["steps"] for job in jobs}
    kept = {given["name"]: given["path"] for given in _inputs(steps["build"], "upload-artifact")}
    assert {"distributions", "sbom"} == kept.keys()
    fetched = {given["name"]: given["path"] for given in _inputs(steps["publish"], "download")}
    assert kept.keys() == fetched.keys()
    (attested,) = _inputs(steps["publish"], "attest")
    assert [f"{folder}/*" for folder in fetched.values()] == attested["subject-path"].split()
    assert [{"path": "dist", "merge-multiple": True}] == _inputs(steps["announce"], "download")
    assert 'gh release create "$GITHUB_REF_NAME" dist/* ' in steps["announce"][-1]["run"]


def _inputs(steps: list[dict[str, Any]], action: str) -> list[dict[str, Any]]:
    """Return what the steps give to an action."""
    return [step["with"] for step in steps if f"/{action}" in step.get("uses", "")]
