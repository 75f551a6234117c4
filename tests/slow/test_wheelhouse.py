"""The demo runs without network from the wheels that ``make wheelhouse`` has collected."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from helpers.paths import EXAMPLE, ROOT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed"),
]

NEEDED = (
    "Makefile", "packaging", "LICENSE", "pyproject.toml", "requirements-dev.lock", "hatch_build.py",
    "pgx_ana", "data", "tests/tools",
)  # fmt: skip


def _clean_copy(folder: Path) -> Path:
    for name in NEEDED:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / name, folder / name, ignore=ignored)
        else:
            shutil.copy(ROOT / name, folder / name)
    return folder


def _output(folder: Path, environment: dict[str, str], *command: str) -> str:
    process = subprocess.run(
        command,
        check=False,
        cwd=folder,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        encoding="utf-8",
    )
    assert process.returncode == 0, process.stderr
    return process.stdout


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    """Return the folder that ``make wheelhouse`` fills, or skip where there is no network."""
    pip = [sys.executable, "-m", "pip", "download", "--no-deps", "-d", str(tmp_path)]
    if subprocess.run([*pip, "editables"], check=False, capture_output=True).returncode != 0:
        pytest.skip("no package index can be reached")
    copy = _clean_copy(tmp_path / "with network")
    home = {"HOME": os.environ.get("HOME", str(tmp_path))}
    _output(copy, home, "make", "wheelhouse", f"PYTHON={sys.executable}")
    return copy / "wheelhouse"


def test_demo_without_network(wheels: Path, tmp_path: Path, run: Callable[..., Result]) -> None:
    assert list(wheels.glob("pgx_ana-*.whl"))
    copy = _clean_copy(tmp_path / "without network")
    home = tmp_path / "home"
    home.mkdir()
    command = ["make", "demo", f"PYTHON={sys.executable}", f"WHEELHOUSE={wheels}"]
    alone = ["unshare", "--map-root-user", "--net"]
    if shutil.which("unshare") and not subprocess.run([*alone, "true"], check=False).returncode:
        command = [*alone, *command]
    settings = {"HOME": str(home), "PIP_CONFIG_FILE": os.devnull}
    printed = _output(copy, settings, *command)
    report = run("report", EXAMPLE / "patient.vcf.gz", "-q", "-o", tmp_path / "report.txt")
    assert report.exit_code == 0, report.stderr
    expected = (tmp_path / "report.txt").read_text(encoding="utf-8")
    expected = expected.replace(str(EXAMPLE), "data/example")
    assert expected == (copy / "demo" / "PATIENT1.txt").read_text(encoding="utf-8")
    head, _, _ = expected.partition("All known sites")
    assert printed.strip().startswith(head.strip())
    assert {
        "PATIENT1.html", "PATIENT1.json", "PATIENT1.txt", "annotations.tsv", "calls.tsv",
        "haplotypes.tsv", "summary.tsv",
    } == {path.name for path in (copy / "demo").iterdir()}  # fmt: skip
    shown = _output(copy, settings, "make", "demo-spoiled").splitlines()
    assert "rs2369049\tno_call\tgenotype missing" in shown
