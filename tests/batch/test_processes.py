"""Batches with several processes: crashes, kills and time limits cost the guilty file alone."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from helpers.batches import (
    TABLES,
    planned,
    sabotage,
    settings,
    status,
    table,
    tree,
    wait_until_ended,
    whole,
)
from helpers.fixture_types import MakeVcf, Run
from helpers.paths import ROOT, TOY

from pgx_ana.batch import Division, Effort, finish_batch, run_shard
from pgx_ana.batch.workers import _ending
from pgx_ana.errors import InputError
from pgx_ana.file_formats import FileFormat
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.terms import PARQUET_TABLES

KILLED = "the process that read it was killed by signal 9 (SIGKILL)"


@pytest.fixture(autouse=True)
def in_tmp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", f"{sabotage(tmp_path / 'site')}{os.pathsep}{ROOT}")


@pytest.fixture
def files(make_vcf: MakeVcf) -> list[str]:
    """Return files of thirteen people, seven of which end what opens them."""
    bad = ["kill", "exit", "segv", "fault", "quit", "leave", "memory"]
    names = ["a", "b", *bad[:1], "c", *bad[1:2], "d", *bad[2:4], "e", *bad[4:6], "f", *bad[6:]]
    for name in names:
        make_vcf(["1 100 A C 0/1"], samples=(name.upper(),), name=f"{name}.vcf")
    return [f"{name}.vcf" for name in names]


def write_manifest(files: Sequence[str]) -> Path:
    path = Path("m.txt")
    path.write_text("\n".join(files) + "\n")
    return path


@pytest.mark.parametrize(("jobs", "block_files"), [(1, 4), (2, 10)])
def test_the_guilty_files_are_refused_and_no_other(
    run: Run, toy: KnowledgeBase, files: list[str], jobs: int, block_files: int
) -> None:
    manifest = write_manifest(files)
    words = ["--kb", TOY, "-t", "calls,summary", "--block-size", block_files, "--jobs", jobs]
    result = run("batch", manifest, "-o", "out", *words)
    expected = "6 of 13 files annotated (6 samples), 7 refused: see out/status.tsv\n"
    assert (6, "", expected) == (result.exit_code, result.stdout, result.stderr)
    assert {
        "kill.vcf": f"kill.vcf: {KILLED}",
        "exit.vcf": "exit.vcf: the process that read it ended with exit code 7",
        "quit.vcf": "quit.vcf: the process that read it ended with exit code 0",
        "leave.vcf": (
            "leave.vcf: the process that read it met a fault of this program (SystemExit: 0)"
        ),
        "segv.vcf": "segv.vcf: the process that read it was killed by signal 11 (SIGSEGV)",
        "fault.vcf": (
            "fault.vcf: the process that read it met a fault of this program (ValueError: a fault)"
        ),
        "memory.vcf": "memory.vcf: the process that read it had not enough memory",
    } == {row[0]: row[-1] for row in status(Path("out")) if row[3] == "refused"}
    good = [name for name in files if len(name) == len("a.vcf")]
    manifest.write_text("\n".join(good) + "\n")
    whole(manifest, Path("good"), toy)
    for name in ("calls", "summary"):
        assert table(Path("good"), name) == table(Path("out"), name)
    assert (Path("good") / "quality.tsv").read_text() == (Path("out") / "quality.tsv").read_text()


@pytest.mark.slow
@pytest.mark.parametrize("block_files", [1, 3])
def test_a_file_that_takes_too_long(run: Run, make_vcf: MakeVcf, block_files: int) -> None:
    names = ["a", "hang", "b"]
    for name in names:
        make_vcf(["1 100 A C 0/1"], samples=(name,), name=f"{name}.vcf")
    manifest = write_manifest([f"{name}.vcf" for name in names])
    words = ["--kb", TOY, "--block-size", block_files, "--jobs", 2, "--timeout", 15]
    assert 6 == run("batch", manifest, "-o", "out", *words).exit_code
    late = "the process that read it took longer than 15 seconds and was ended"
    assert [
        ["a.vcf", "1", "a", "ok", "1", "."],
        ["hang.vcf", ".", ".", "refused", ".", f"hang.vcf: {late}"],
        ["b.vcf", "1", "b", "ok", "1", "."],
    ] == status(Path("out"))


def test_files_that_can_only_be_read_alone(run: Run, make_vcf: MakeVcf) -> None:
    for name in ("a", "crowd", "b"):
        make_vcf(["1 100 A C 0/1"], samples=(name,), name=f"{name}.vcf")
    manifest = write_manifest(["a.vcf", "crowd.vcf", "b.vcf"])
    result = run("batch", manifest, "-o", "out", "--kb", TOY, "--block-size", 2)
    assert 6 == result.exit_code
    together = (
        "the process that read it with the other files of its block was killed by signal 9 "
        "(SIGKILL); use a smaller --block-size"
    )
    assert [
        ["a.vcf", ".", ".", "refused", ".", f"a.vcf: {together}"],
        ["crowd.vcf", ".", ".", "refused", ".", f"crowd.vcf: {together}"],
        ["b.vcf", "1", "b", "ok", "1", "."],
    ] == status(Path("out"))


@pytest.mark.slow
def test_a_lost_file_is_read_again(run: Run, make_vcf: MakeVcf, toy: KnowledgeBase) -> None:
    """It may have been the machine, or the time limit."""
    for name in ("a", "kill"):
        make_vcf(["1 100 A C 0/1"], samples=(name,), name=f"{name}.vcf")
    manifest = write_manifest(["a.vcf", "kill.vcf"])
    words = ["batch", manifest, "-o", "out", "--kb", TOY, "-t", "calls,summary"]
    assert 6 == run(*words).exit_code
    assert 6 == run(*words, "--resume").exit_code
    os.environ["PYTHONPATH"] = str(ROOT)
    assert 0 == run(*words, "--resume").exit_code
    whole(manifest, Path("good"), toy, block_files=2)
    assert tree(Path("good")) == tree(Path("out"))


@pytest.mark.slow
def test_processes_that_are_replaced_lose_nothing(
    make_vcf: MakeVcf, toy: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each ends after one block, as it should."""
    monkeypatch.setattr("pgx_ana.batch.workers._MAX_TASKS", 1)
    for number in range(5):
        make_vcf(["1 100 A C 0/1"], samples=(f"S{number}",), name=f"{number}.vcf")
    manifest = write_manifest([f"{number}.vcf" for number in range(5)])
    whole(manifest, Path("whole").absolute(), toy, block_files=1)
    folder, plan = planned(manifest, Path("out").absolute(), settings(toy), toy, Division(1))
    run_shard(folder, plan, plan.blocks(), Effort(jobs=2))
    finish_batch(folder, toy, Effort(jobs=2))
    assert tree(Path("whole")) == tree(Path("out"))


def test_how_a_process_ended() -> None:
    assert "ended with exit code 0" == _ending(0)
    assert "was killed by signal 11 (SIGSEGV)" == _ending(-11)
    assert "was killed by signal 63" == _ending(-63)


def test_too_many_refused_files_end_the_run(
    run: Run, make_vcf: MakeVcf, toy: KnowledgeBase
) -> None:
    for number in range(4):
        make_vcf(["1 100 A C 0/1"], samples=(f"S{number}",), name=f"{number}.vcf")
    bad = [f"bad{number}.vcf" for number in range(3)]
    for name in bad:
        Path(name).write_text("bad")
    manifest = write_manifest([*bad, *(f"{number}.vcf" for number in range(4))])
    words = ["batch", manifest, "-o", "out", "--kb", TOY, "--block-size", 2]
    result = run(*words, "-t", "calls,summary", "--max-failures", 1)
    expected = (
        "Error: stopped: 2 files are refused, more than --max-failures 1; continue with --resume "
        "and a higher number\n"
    )
    assert (6, "", expected) == (result.exit_code, result.stdout, result.stderr)
    assert not Path("out/status.tsv").exists()
    again = run(*words, "-t", "calls,summary", "--max-failures", 2, "--resume", "-q")
    assert (6, "Error: stopped: 3 files") == (again.exit_code, again.stderr[:23])
    assert (6, "") == ((r := run(*words, "-t", "calls,summary", "-q")).exit_code, r.stderr)
    whole(manifest, Path("undisturbed"), toy, block_files=2)
    assert tree(Path("undisturbed")) == tree(Path("out"))


def command(*words: object) -> list[str]:
    return [sys.executable, "-m", "pgx_ana", "batch", *map(str, words)]


@pytest.mark.parametrize(
    ("seed", "kind"),
    [
        (0, "tsv"),
        *(pytest.param(seed, "tsv", marks=pytest.mark.slow) for seed in range(1, 7)),
        *(pytest.param(seed, "parquet", marks=pytest.mark.slow) for seed in range(1, 8)),
    ],
)
def test_a_killed_run_can_be_continued(
    make_vcf: MakeVcf, toy: KnowledgeBase, seed: int, kind: str
) -> None:
    """All at once, or only the process that was started: its workers end by themselves."""
    names = [f"{number}.vcf" for number in range(30)]
    for number, name in enumerate(names):
        sample = "S7" if number == 20 else f"S{number}"
        make_vcf([f"1 100 A C {number % 2}/1"], samples=(sample,), name=name)
    Path("3.vcf").write_text("bad")
    manifest = write_manifest(names)
    tables = TABLES if kind == "tsv" else PARQUET_TABLES
    chosen = settings(toy, tables, FileFormat(kind))
    whole(manifest, Path("undisturbed"), toy, block_files=2, chosen=chosen)
    words = [manifest, "-o", "out", "--kb", TOY, "--block-size", 2, "-f", kind]
    words += ["-t", ",".join(tables)]
    rng = random.Random(seed)
    kill = os.killpg if seed % 2 else os.kill
    for _ in range(3):
        with subprocess.Popen(
            command(*words, "--jobs", 2, "--resume"),
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            enough = rng.randrange(16)
            while process.poll() is None and len(list(Path("out").glob("blocks/*"))) < enough:
                time.sleep(0.005)
            time.sleep(rng.random() / 20)
            with contextlib.suppress(ProcessLookupError):
                kill(process.pid, signal.SIGKILL)
        wait_until_ended(process.pid)
    done = subprocess.run(command(*words, "--resume", "-q"), capture_output=True, check=False)
    assert (6, b"", b"") == (done.returncode, done.stdout, done.stderr)
    assert tree(Path("undisturbed")) == tree(Path("out"))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_leaves_no_process(make_vcf: MakeVcf, number: signal.Signals) -> None:
    make_vcf(["1 100 A C 0/1"], name="hang.vcf")
    manifest = write_manifest(["hang.vcf"])
    with subprocess.Popen(
        command(manifest, "-o", "out", "--kb", TOY),
        start_new_session=True,
        stderr=subprocess.PIPE,
    ) as process:
        while not Path("out/plan.json").exists():
            time.sleep(0.01)
        time.sleep(1)
        process.send_signal(number)
        assert process.stderr is not None
        assert b"" == process.stderr.read()
    assert 128 + number == process.returncode
    wait_until_ended(process.pid)


def test_shards_with_several_processes(make_vcf: MakeVcf, toy: KnowledgeBase) -> None:
    """Two files with one sample are settled when the batch is finished."""
    for number, sample in enumerate("ABCDEAFG"):
        make_vcf(["1 100 A C 0/1"], samples=(sample,), name=f"{number}.vcf")
    manifest = write_manifest([f"{number}.vcf" for number in range(8)])
    whole(manifest, Path("whole"), toy, block_files=2)
    folder, plan = planned(manifest, Path("out").absolute(), settings(toy), toy, Division(2, 2))
    for shard in (2, 1):
        run_shard(folder, plan, plan.shard(shard), Effort(jobs=2))
    finish_batch(folder, toy, Effort(jobs=2))
    shards, expected = dict(tree(Path("out"))), dict(tree(Path("whole")))
    assert shards.pop("plan.json") != expected.pop("plan.json")
    assert expected == shards
    shutil.rmtree("out/blocks")
    with pytest.raises(InputError, match=r"2 of 2 shards are not finished: 1, 2; run each with "):
        finish_batch(folder, toy, Effort())


@pytest.mark.slow
def test_a_thousand_files_with_three_bad_ones(run: Run, make_vcf: MakeVcf) -> None:
    names = [f"{number}.vcf" for number in range(1000)]
    names[500] = "kill.vcf"
    for number, name in enumerate(names):
        make_vcf(["1 100 A C 0/1"], samples=(f"S{number}",), name=name)
    Path("10.vcf").write_text("bad")
    Path("990.vcf").unlink()
    result = run("batch", write_manifest(names), "-o", "out", "--kb", TOY, "--jobs", 2)
    assert 6 == result.exit_code
    rows = status(Path("out"))
    assert names == [row[0] for row in rows]
    assert {
        "10.vcf": "10.vcf: is not a VCF or BCF file: it does not begin with ##fileformat=VCF",
        "kill.vcf": f"kill.vcf: {KILLED}",
        "990.vcf": "990.vcf: no such file",
    } == {row[0]: row[-1] for row in rows if row[3] == "refused"}
    people = {line.split("\t")[0] for line in table(Path("out"), "annotations")[1:]}
    assert {f"S{number}" for number in range(1000)} - {"S10", "S500", "S990"} == people


def test_another_knowledge_base_ends_the_run(run: Run, make_vcf: MakeVcf, tmp_path: Path) -> None:
    knowledge = shutil.copytree(TOY, tmp_path / "kb")
    make_vcf(["1 100 A C 0/1"], name="a.vcf")
    manifest = write_manifest(["a.vcf"])
    assert 0 == run("batch", "plan", manifest, "-o", "out", "--kb", knowledge, "-q").exit_code
    message = "the knowledge base has changed since the batch was planned; plan it again with "
    for text in ("# more\n", "nonsense: [\n"):
        with (knowledge / "variants.yaml").open("a") as stream:
            stream.write(text)
        result = run("batch", "run", "out")
        assert 2 == result.exit_code
        assert result.stderr.startswith(f"Error: {message}--resume")
