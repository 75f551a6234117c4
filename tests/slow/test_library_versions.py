"""The lowest versions of all libraries, and the newest on each Python, give the same results."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from helpers.environments import LOWEST, NEWEST, UV, extras, make, python_of
from helpers.paths import EXAMPLE, ROOT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not UV.exists(), reason="uv is not installed: make packaging-tools"),
]

PERSON = str(EXAMPLE / "spoiled.GRCh38.vcf")
RUNS = {
    "tables": ("annotate", PERSON, "-t", "all", "-o", "tables"),
    "people.jsonl": ("annotate", PERSON, "-o", "people.jsonl"),
    "people.vcf": ("annotate", PERSON, "-o", "people.vcf"),
    "people.fhir.ndjson": ("annotate", PERSON, "-o", "people.fhir.ndjson"),
    "report": ("report", PERSON, "-o", "report"),
    "check.txt": ("kb", "check"),
}
RUNS_OF_EXTRAS = {
    "people.xlsx": ("annotate", PERSON, "-o", "people.xlsx"),
    "parquet": ("annotate", PERSON, "--format", "parquet", "-o", "parquet"),
    "again": ("report", "--from", "parquet", "-o", "again"),
}
IMPORTS = "import pgenlib, zstandard, zarr, dask_jobqueue, distributed"


def results(python: Path | str, folder: Path, with_extras: bool) -> dict[str, bytes]:
    """Run the program of this tree; return its files, without those whose form is a library's."""
    folder.mkdir()
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error"}
    runs = RUNS | (RUNS_OF_EXTRAS if with_extras else {})
    for words in runs.values():
        process = subprocess.run(
            [python, "-m", "pgx_ana", *words, *([] if words[0] == "kb" else ["-q"])],
            cwd=folder,
            env=environment,
            check=False,
            capture_output=True,
            text=True,
        )
        assert (0, "") == (process.returncode, process.stderr), words
        if words[0] == "kb":
            (folder / "check.txt").write_text(process.stdout)
    paths = [path for path in folder.rglob("*") if path.is_file()]
    foreign = {".xlsx", ".parquet"}
    return {
        str(path.relative_to(folder)): b"" if path.suffix in foreign else path.read_bytes()
        for path in paths
    }


@pytest.mark.parametrize(
    ("version", "resolution"), [("3.11", LOWEST), ("3.12", NEWEST), ("3.13", NEWEST)]
)
def test_other_versions_give_the_same_results(
    version: str, resolution: str, tmp_path: Path
) -> None:
    """With the lowest versions, those of the extras are tested, too."""
    python = python_of(version)
    if python is None:
        pytest.skip(f"Python {version} is not installed")
    with_extras = resolution == LOWEST
    wanted = extras() if with_extras else []
    other = make(tmp_path / "venv", python, resolution, wanted)
    expected = results(sys.executable, tmp_path / "here", with_extras)
    assert expected == results(other, tmp_path / "there", with_extras)
    if with_extras:
        subprocess.run([other, "-W", "error", "-c", IMPORTS], check=True)
