"""The ways to install of docs/install.md, from a folder that stands for an index."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from helpers.environments import UV
from helpers.pages import blocks, commands, faults, fill_folder, run_page
from helpers.paths import ROOT

from pgx_ana.version import __version__

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not UV.exists(), reason="uv is not installed: make packaging-tools"),
]

PAGE = ROOT / "docs" / "install.md"
NOTE = "<!-- run by: tests/slow/test_install.py -->\n"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the wheels of the program, of all that it needs, and of pip."""
    folder = tmp_path_factory.mktemp("index")
    uv = [str(UV), "build", "--quiet", "--wheel", "--out-dir", str(folder), str(ROOT)]
    subprocess.run(uv, check=True)
    (wheel,) = folder.glob("*.whl")
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--dest", str(folder)]
    subprocess.run([*pip, str(wheel), "pip"], check=True)
    return folder


def test_every_way_ends_with_a_program_that_works(index: Path, tmp_path: Path) -> None:
    """Only the blocks of this test are run; no other index than the folder can be reached."""
    settings = {
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(index),
        "UV_CONFIG_FILE": str(tmp_path / "uv.toml"),
        "UV_PYTHON_DOWNLOADS": "never",
        "HOME": str(tmp_path),
    }
    (tmp_path / "uv.toml").write_text(f"no-index = true\nfind-links = ['{index}']\n")
    settings["PATH"] = os.pathsep.join([str(UV.parent), os.environ["PATH"]])
    first = "".join(f"$ export {name}='{text}'\n" for name, text in settings.items())
    page = PAGE.read_text(encoding="utf-8")
    mine = re.findall(re.escape(NOTE) + r"(```console\n.*?^```$)", page, re.DOTALL | re.MULTILINE)
    whole = "\n\n".join([f"```console\n$ unset PYTHONPATH\n{first}```", *mine, ""])
    fill_folder(tmp_path / "folder")
    outcomes = run_page(whole, tmp_path / "folder")
    assert [] == list(faults(whole, outcomes))
    versions = [
        outcomes[command.line].output
        for block in blocks(whole)
        for command in commands(block)
        if command.text.endswith("pgx-ana --version")
    ]
    assert 5 == len(versions)
    assert 1 == len({*versions})
    assert versions[0].startswith(f"pgx-ana {__version__}, knowledge base pgx-ana ")
    assert (tmp_path / "folder" / "with-pip.html").stat().st_size > 10_000
