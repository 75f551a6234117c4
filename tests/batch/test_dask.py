"""Batches on real schedulers and workers of Dask: what is killed is read again, and no byte differs."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from helpers.batches import TABLES, sabotage, settings, status, tree, whole
from helpers.dask_processes import DaskProcesses, dask_processes
from helpers.fixture_types import MakeVcf
from helpers.paths import ROOT, TOY

from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.terms import PARQUET_TABLES, FileFormat

pytestmark = pytest.mark.slow

FELL = "the process that read it ended whenever a worker of the cluster began with it"


@pytest.fixture(autouse=True)
def in_tmp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    (tmp_path / "tmp").mkdir()


@pytest.fixture
def dask(tmp_path: Path) -> Iterator[DaskProcesses]:
    with dask_processes(tmp_path / "dask", f"{sabotage(tmp_path / 'site')}:{ROOT}") as processes:
        yield processes


def start(*words: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "pgx_ana", "batch", *map(str, words)],
        env={**os.environ, "TMPDIR": str(Path("tmp").absolute())},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, error = process.communicate(timeout=300)
    return process.returncode, out, error


def when_records(folder: Path, least: int, process: subprocess.Popen[str]) -> None:
    """Wait until a run has finished some blocks."""
    while len(list(folder.glob("blocks/block-*.json"))) < least:
        assert process.poll() is None, process.communicate()
        time.sleep(0.005)


def write_manifest(names: list[str]) -> Path:
    path = Path("m.txt")
    path.write_text("".join(f"{name}\n" for name in names))
    return path


@pytest.fixture
def thousand(make_vcf: MakeVcf) -> Path:
    names = [f"{number}.vcf" for number in range(1000)]
    for number, name in enumerate(names):
        sample = "S7" if number == 900 else f"S{number}"
        make_vcf([f"1 100 A C {number % 2}/1"], samples=(sample,), name=name)
    Path("10.vcf").write_text("bad")
    return write_manifest(names)


def assert_nothing_is_left() -> None:
    """No file is left in the working directory, in that for temporary files, or in the results."""
    assert {"m.txt", "out", "undisturbed", "dask", "site", "tmp"} >= {
        path.name for path in Path().iterdir() if path.suffix != ".vcf"
    }
    assert [] == list(Path("tmp").iterdir())
    assert not list(Path("out").glob("blocks/.*"))


@pytest.mark.parametrize("kind", ["tsv", "parquet"])
def test_a_worker_and_then_everything_is_killed(
    thousand: Path, toy: KnowledgeBase, dask: DaskProcesses, kind: str
) -> None:
    tables = TABLES if kind == "tsv" else PARQUET_TABLES
    chosen = settings(toy, tables, FileFormat(kind))
    whole(thousand, Path("undisturbed"), toy, block_files=4, chosen=chosen)
    dask.start(2)
    words = [thousand, "-o", "out", "--kb", TOY, "--block-size", 4, "-f", kind]
    run = start(*words, "-t", ",".join(tables), "--cluster", dask.address)
    when_records(Path("out"), 20, run)
    dask.kill_worker()
    when_records(Path("out"), 60, run)
    dask.kill_all()
    n_finished = len(list(Path("out").glob("blocks/block-*.json")))
    assert 60 <= n_finished < 250
    time.sleep(2)
    dask.start(2)
    lost = (
        f"WARNING: --cluster {dask.address}: the connection to the scheduler is lost; trying to "
        "connect for 10 minutes\n"
    )
    done = "998 of 1000 files annotated (998 samples), 2 refused: see out/status.tsv\n"
    assert (6, "", lost + done) == ended(run)
    assert tree(Path("undisturbed")) == tree(Path("out"))
    assert_nothing_is_left()


@pytest.mark.parametrize("cluster", ["address", "local"])
def test_a_file_that_ends_its_worker_is_refused_alone(
    make_vcf: MakeVcf, toy: KnowledgeBase, dask: DaskProcesses, cluster: str
) -> None:
    names = ["a", "b", "kill", "c", "leave", "d", "e", "f"]
    for name in names:
        make_vcf(["1 100 A C 0/1"], samples=(name.upper(),), name=f"{name}.vcf")
    manifest = write_manifest([f"{name}.vcf" for name in names])
    os.environ["PYTHONPATH"] = dask.search_path  # of workers of --cluster local
    if cluster == "address":
        dask.start(2)
        cluster = dask.address
    words = [manifest, "-o", "out", "--kb", TOY, "--block-size", 2, "-t", "calls,summary"]
    run = start(*words, "--jobs", 2, "--cluster", cluster)
    done = "6 of 8 files annotated (6 samples), 2 refused: see out/status.tsv\n"
    assert (6, "", done) == ended(run)
    fault = "the process that read it met a fault of this program (SystemExit: 0)"
    refused = {"kill.vcf": f"kill.vcf: {FELL}", "leave.vcf": f"leave.vcf: {fault}"}
    assert [
        [f"{name}.vcf", ".", ".", "refused", ".", refused[f"{name}.vcf"]]
        if f"{name}.vcf" in refused
        else [f"{name}.vcf", "1", name.upper(), "ok", "1", "."]
        for name in names
    ] == status(Path("out"))
    assert_nothing_is_left()
