"""The tools in the Common Workflow Language, run by its reference runner."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
from pathlib import Path

import pandas as pd
import pytest
from helpers.pages import page_code
from helpers.paths import EXAMPLE, tool_environment
from helpers.pipeline_files import (
    BROKEN,
    PIPELINES,
    REFUSED,
    environment,
    place_repository,
    write_broken,
    write_people,
)

import pgx_ana

CWLTOOL = tool_environment("cwltool") / "bin" / "cwltool"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CWLTOOL.exists(), reason="cwltool is not installed: make cwltool"),
]


def run(folder: Path, tool: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a tool in a folder, without a container; its outputs are in ``out``."""
    options = ["--no-container", "--preserve-environment", "XDG_CACHE_HOME", "--outdir", "out"]
    return subprocess.run(
        [str(CWLTOOL), *options, str(PIPELINES / "cwl" / f"{tool}.cwl"), *words],
        check=False,
        cwd=folder,
        env=environment(folder / "bin"),
        capture_output=True,
        text=True,
    )


def test_annotate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_people(tmp_path, "P1")
    given = ["--calls", "P1.vcf", "--output_name", "P1.jsonl.gz", "--sex", "female"]
    process = run(tmp_path, "annotate", *given, "--context", "adjuvant")
    assert 0 == process.returncode, process.stderr
    outputs = json.loads(process.stdout)
    names = {name: output["basename"] for name, output in outputs.items()}
    assert {"annotations": "P1.jsonl.gz", "log": "pgx-ana.log"} == names
    (expected,) = pgx_ana.annotate("P1.vcf", sex="female", context="adjuvant")
    with gzip.open(tmp_path / "out" / "P1.jsonl.gz", "rt", encoding="utf-8") as lines:
        (line,) = lines
    folder = Path(json.loads(line)["inputs"][0]["name"]).parent
    assert expected == json.loads(line.replace(f"{folder}/", ""))


def test_the_command_of_the_page(tmp_path: Path) -> None:
    place_repository(tmp_path)
    for path in EXAMPLE.glob("patient.vcf.gz*"):
        shutil.copy(path, tmp_path)
    process = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", *page_code("docs/pipelines.md", "bash", "CWL")],
        check=False,
        cwd=tmp_path,
        env=environment(tmp_path / "bin", CWLTOOL.parent),
        capture_output=True,
        text=True,
    )
    assert 0 == process.returncode, process.stderr
    with gzip.open(tmp_path / "patient.jsonl.gz", "rt", encoding="utf-8") as lines:
        assert ["PATIENT1"] == [json.loads(line)["sample"] for line in lines]


def test_batch(tmp_path: Path) -> None:
    """A file that is refused does not fail the tool."""
    paths = [*write_people(tmp_path, "P1", "P2"), write_broken(tmp_path)]
    (tmp_path / "files.txt").write_text("".join(f"{path.name}\n" for path in paths))
    files = [word for path in paths for word in ("--files", path.name)]
    process = run(tmp_path, "batch", "--manifest", "files.txt", "--format", "parquet", *files)
    assert 0 == process.returncode, process.stderr
    assert {"results", "status", "log"} == set(json.loads(process.stdout))
    status = pd.read_csv(tmp_path / "out" / "results" / "status.tsv", sep="\t")
    assert [
        ("P1.vcf", "ok", "."),
        ("P2.vcf", "ok", "."),
        (BROKEN, "refused", f"{BROKEN}: {REFUSED}"),
    ] == list(status[["file", "status", "reason"]].itertuples(index=False, name=None))
    people = pd.read_parquet(tmp_path / "out" / "results" / "parts" / "samples")
    assert ["P1", "P2"] == list(people["sample"])


def test_a_file_that_is_refused_fails_the_tool(tmp_path: Path) -> None:
    write_broken(tmp_path)
    process = run(tmp_path, "annotate", "--calls", BROKEN)
    assert 1 == process.returncode
    assert "exited with status: 3" in process.stderr
