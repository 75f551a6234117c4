"""Batches on real schedulers and workers of Dask: what is killed is read again, byte for byte."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.batches import (
    TABLES,
    sabotage,
    settings,
    status,
    tree,
    wait_until_ended,
    whole,
)
from helpers.dask_processes import DaskProcesses, dask_processes
from helpers.fake_slurm import Slurm
from helpers.fixture_types import MakeVcf
from helpers.paths import ROOT, TOY

from pgx_ana.file_formats import FileFormat
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.terms import PARQUET_TABLES
from pgx_ana.version import __version__

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


@pytest.fixture
def slurm(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Slurm:
    commands = Slurm.install(tmp_path_factory.mktemp("slurm") / "bin")
    monkeypatch.setenv("PATH", str(commands.folder), prepend=os.pathsep)
    return commands


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
    reasons = {"kill": FELL, "leave": fault}
    assert [
        [f"{name}.vcf", ".", ".", "refused", ".", f"{name}.vcf: {reasons[name]}"]
        if name in reasons
        else [f"{name}.vcf", "1", name.upper(), "ok", "1", "."]
        for name in names
    ] == status(Path("out"))
    assert_nothing_is_left()


def test_the_steps_of_a_batch(make_vcf: MakeVcf, toy: KnowledgeBase, dask: DaskProcesses) -> None:
    """On workers with several threads. Blocks are read again where a sample is in two files."""
    names = [f"{number}.vcf" for number in range(12)]
    for number, name in enumerate(names):
        make_vcf(["1 100 A C 0/1"], samples=(f"S{number % 11}",), name=name)
    manifest = write_manifest(names)
    whole(manifest, Path("undisturbed"), toy, block_files=2)
    dask.start_scheduler()
    dask.start_worker(threads=3)
    words = ["-o", "out", "--kb", TOY, "-t", "calls,summary", "--block-size", 2, "-q"]
    assert (0, "", "") == ended(start("plan", manifest, *words, "-n", 2))
    for shard in (2, 1):
        words = ["out", "--shard", shard, "--cluster", dask.address, "-q"]
        assert (0, "", "") == ended(start("run", *words))
    assert (6, "", "") == ended(start("finish", "out", "--cluster", dask.address, "-q"))
    whole_tree, steps_tree = dict(tree(Path("undisturbed"))), dict(tree(Path("out")))
    assert whole_tree.pop("plan.json") != steps_tree.pop("plan.json")
    assert whole_tree == steps_tree


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("cluster", ["local", "slurm"])
def test_an_interrupted_run_leaves_nothing(
    make_vcf: MakeVcf, slurm: Slurm, number: signal.Signals, cluster: str
) -> None:
    make_vcf(["1 100 A C 0/1"], name="hang.vcf")
    manifest = write_manifest(["hang.vcf"])
    os.environ["PYTHONPATH"] = f"{sabotage(Path('site').absolute())}{os.pathsep}{ROOT}"
    run = start(manifest, "-o", "out", "--kb", TOY, "--cluster", cluster)
    while not list(Path("out").glob("blocks/.making/*")):
        assert run.poll() is None, run.communicate()
        time.sleep(0.05)
    began = time.monotonic()
    run.send_signal(number)
    assert (128 + number, "", "") == ended(run)
    assert time.monotonic() - began < 20
    assert [] == list(Path("tmp").iterdir())
    assert slurm.submitted() == slurm.cancelled()
    assert len(slurm.submitted()) == (cluster == "slurm")
    for group in (run.pid, *slurm.submitted()):
        wait_until_ended(group)


def test_workers_that_are_jobs_of_slurm(
    make_vcf: MakeVcf, toy: KnowledgeBase, slurm: Slurm
) -> None:
    names = [f"{number}.vcf" for number in range(12)]
    for number, name in enumerate(names):
        make_vcf([f"1 100 A C {number % 2}/1"], samples=(f"S{number}",), name=name)
    manifest = write_manifest(names)
    whole(manifest, Path("undisturbed"), toy, block_files=3)
    words = [manifest, "-o", "out", "--kb", TOY, "-t", "calls,summary", "--block-size", 3]
    done = "12 of 12 files annotated (12 samples): see out/status.tsv\n"
    assert (0, "", done) == ended(start(*words, "--jobs", 2, "--cluster", "slurm"))
    assert tree(Path("undisturbed")) == tree(Path("out"))
    assert 2 == len(slurm.submitted())
    assert slurm.submitted() == slurm.cancelled()
    assert_nothing_is_left()


def test_a_job_that_ends_is_replaced(
    make_vcf: MakeVcf, toy: KnowledgeBase, slurm: Slurm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DASK_DISTRIBUTED__DEPLOY__LOST_WORKER_TIMEOUT", "1s")
    names = [f"{number}.vcf" for number in range(100)]
    for number, name in enumerate(names):
        make_vcf(["1 100 A C 0/1"], samples=(f"S{number}",), name=name)
    manifest = write_manifest(names)
    whole(manifest, Path("undisturbed"), toy, block_files=1)
    words = [manifest, "-o", "out", "--kb", TOY, "-t", "calls,summary", "--block-size", 1]
    run = start(*words, "--cluster", "slurm")
    when_records(Path("out"), 5, run)
    (job,) = slurm.submitted()
    os.killpg(job, signal.SIGKILL)
    assert len(list(Path("out").glob("blocks/block-*.json"))) < 100
    done = "100 of 100 files annotated (100 samples): see out/status.tsv\n"
    assert (0, "", done) == ended(run)
    assert tree(Path("undisturbed")) == tree(Path("out"))
    assert 2 == len(slurm.submitted())
    assert slurm.submitted() == slurm.cancelled()


def test_jobs_that_slurm_refuses(make_vcf: MakeVcf, slurm: Slurm) -> None:
    make_vcf(["1 100 A C 0/1"], name="a.vcf")
    (slurm.folder / "refusal").write_text("sbatch: error: invalid partition specified: x\n")
    run = start(write_manifest(["a.vcf"]), "-o", "out", "--kb", TOY, "--cluster", "slurm")
    expected = (
        "Error: --cluster slurm: sbatch refuses the jobs: sbatch: error: invalid partition "
        "specified: x; see jobqueue.slurm in the configuration of Dask\n"
    )
    assert (3, "", expected) == ended(run)
    assert [] == slurm.submitted()


def test_workers_that_are_not_fit(make_vcf: MakeVcf, dask: DaskProcesses) -> None:
    """Without the program, or of another version."""
    make_vcf(["1 100 A C 0/1"], name="a.vcf")
    words = [write_manifest(["a.vcf"]), "-o", "out", "--kb", TOY, "--cluster", dask.address]
    dask.search_path = str(dask.folder / "without")
    dask.start(1)
    code, out, error = ended(start(*words))
    assert (2, "") == (code, out)
    assert error.startswith(
        f"Error: --cluster {dask.address}: cannot run this program (ModuleNotFoundError: No module "
    )
    assert 1 == error.count("\n")
    dask.kill_all()
    other = Path("other")
    other.mkdir()
    (other / "sitecustomize.py").write_text(
        "import pgx_ana.version\npgx_ana.version.__version__ = '0.0.9'\n"
    )
    dask.search_path = f"{other.absolute()}{os.pathsep}{ROOT}"
    dask.start(1)
    expected = (
        f"Error: --cluster {dask.address}: pgx-ana 0.0.9 is installed on {os.uname().nodename}, "
        f"and the batch was planned with {__version__}; all machines need the same\n"
    )
    assert (2, "", expected) == ended(start(*words, "--resume"))
