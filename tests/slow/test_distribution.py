"""The archives of a release: the same from any place, and all that a reader of the source needs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from helpers.paths import ROOT, tool_environment

from pgx_ana.version import __version__

TOOLS = tool_environment("packaging-tools") / "bin"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (TOOLS / "uv").exists(), reason="uv is not installed: make packaging-tools"
    ),
]


@dataclass(frozen=True)
class Release:
    """The archive of the source, a folder where it is unpacked, and the wheel of this tree."""

    source: Path
    unpacked: Path
    wheel: Path


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Release]:
    folder = tmp_path_factory.mktemp("release")
    source, wheel = build(ROOT, folder, "sdist"), build(ROOT, folder, "wheel")
    with tarfile.open(source) as archive:
        archive.extractall(folder, filter="data")
    yield Release(source, folder / f"pgx_ana-{__version__}", wheel)
    shutil.rmtree(folder)


def build(tree: Path, folder: Path, kind: str) -> Path:
    """Build with the very versions that the lock names; their digests are checked."""
    command = ["build", "--quiet", f"--{kind}", "--no-python-downloads", "--python", sys.executable]
    lock = ["--build-constraints", f"{tree}/requirements-build.lock", "--require-hashes"]
    subprocess.run(
        [f"{TOOLS}/uv", *command, *lock, "--out-dir", str(folder), str(tree)], check=True
    )
    (path,) = folder.glob({"sdist": "*.tar.gz", "wheel": "*.whl"}[kind])
    return path


def test_the_source_is_complete(release: Release) -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("git is not installed, or this is no clone")
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    files = (path for path in release.unpacked.rglob("*") if path.is_file())
    packed = {str(path.relative_to(release.unpacked)) for path in files}
    assert {*filter(lambda name: (ROOT / name).exists(), listed.stdout.splitlines())} == packed - {
        "PKG-INFO"
    }


def test_archives_are_the_same_from_any_place(release: Release, tmp_path: Path) -> None:
    """As a second clone would be: other times, and nothing but the files of the project."""
    (release.unpacked / "PKG-INFO").unlink()
    for path in release.unpacked.rglob("*"):
        os.utime(path, (1_000_000_000, 1_000_000_000))
    assert release.wheel.read_bytes() == build(release.unpacked, tmp_path, "wheel").read_bytes()
    assert release.source.read_bytes() == build(release.unpacked, tmp_path, "sdist").read_bytes()


def test_an_index_would_take_them(release: Release) -> None:
    source, wheel = str(release.source), str(release.wheel)
    for command in (
        [f"{TOOLS}/twine", "check", "--strict", source, wheel],
        [f"{TOOLS}/check-wheel-contents", wheel],
    ):
        process = subprocess.run(command, check=False, capture_output=True, text=True)
        assert 0 == process.returncode, process.stdout + process.stderr


def test_the_source_can_be_used(release: Release, tmp_path: Path) -> None:
    """``make demo`` and tests run in it, here with the libraries of this environment."""
    programs = tmp_path / "venv" / "bin"
    programs.mkdir(parents=True)
    for name, words in {"pgx-ana": "-m pgx_ana", "python": ""}.items():
        (programs / name).write_text(f'#!/bin/sh\nexec {sys.executable} {words} "$@"\n')
        (programs / name).chmod(0o755)
    for name in (".installed", ".ready"):
        (tmp_path / "venv" / name).touch()
    environment = {
        name: text for name, text in os.environ.items() if not name.startswith(("PYTEST", "PYTHON"))
    }
    tests = ["tests/test_bases.py", "tests/test_api.py", "tests/cli/test_kb.py"]
    for command in (
        ["make", "--silent", "demo", f"VENV={tmp_path / 'venv'}"],
        [f"{programs}/python", "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests],
    ):
        process = subprocess.run(
            command,
            cwd=release.unpacked,
            env=environment,
            check=False,
            capture_output=True,
            text=True,
        )
        assert 0 == process.returncode, process.stdout + process.stderr
    assert (release.unpacked / "demo" / "PATIENT1.html").stat().st_size > 10_000
