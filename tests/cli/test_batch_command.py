"""``pgx-ana batch`` on the command line: its steps and its options."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from helpers.batches import status, table, tree
from helpers.fixture_types import MakeVcf, Run
from helpers.paths import TOY

from pgx_ana.batch import Effort

NAMES = [f"{number}.vcf" for number in range(6)]
BATCH = ("-o", "out", "--kb", TOY, "-t", "calls")


@pytest.fixture(autouse=True)
def in_tmp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture(autouse=True)
def manifest(make_vcf: MakeVcf) -> Path:
    for number, name in enumerate(NAMES):
        make_vcf(["1 100 A C 0/1"], samples=(f"S{number}",), name=name)
    path = Path("m.txt")
    path.write_text("\n".join(NAMES) + "\n")
    return path


@pytest.fixture
def in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read files in this process: the start of others takes most of the time of small batches."""

    def effort(**given: object) -> Effort:
        return Effort(**{**given, "jobs": 0})  # type: ignore[arg-type]

    monkeypatch.setattr("pgx_ana.batch.Effort", effort)


in_this_process = pytest.mark.usefixtures("in_process")


def test_a_whole_batch(run: Run) -> None:
    result = run("batch", "m.txt", *BATCH, "--jobs", 2)
    expected = "6 of 6 files annotated (6 samples): see out/status.tsv\n"
    assert (0, "", expected) == (result.exit_code, result.stdout, result.stderr)
    before = tree(Path("out"))
    assert {"plan.json", "status.tsv", "quality.tsv", "blocks", "parts"} == {
        name.split("/")[0] for name in before
    }
    again = run("batch", *BATCH, "m.txt", "-q")
    assert (0, "", "") == (again.exit_code, again.stdout, again.stderr)
    assert before == tree(Path("out"))


@pytest.mark.parametrize("step", ["all", "plan"])
def test_one_batch_has_one_folder(run: Run, step: str) -> None:
    result = run("batch", step, "m.txt", *BATCH, "--output=other")
    assert (2, "") == (result.exit_code, result.stdout)
    expected = "Error: --output is given twice, and names one file or folder.\n"
    assert result.stderr.endswith(expected)
    assert not Path("out").exists()
    assert not Path("other").exists()


@in_this_process
def test_the_steps_do_what_the_whole_does(run: Run) -> None:
    assert 0 == run("batch", "all", "m.txt", *BATCH, "--block-size", 2).exit_code
    expected = dict(tree(Path("out")))
    steps = ("-o", "steps", *BATCH[2:])
    result = run("batch", "plan", "m.txt", *steps, "-n", 3)
    assert (
        0,
        "",
        (
            "6 files in 3 blocks; run pgx-ana batch run steps --shard N for N from 1 to 3, then "
            "pgx-ana batch finish steps\n"
        ),
    ) == (result.exit_code, result.stdout, result.stderr)
    for shard in (2, 3, 1):
        result = run("batch", "run", "steps", "--shard", shard)
        assert (0, "", "1 block finished\n") == (result.exit_code, result.stdout, result.stderr)
    result = run("batch", "finish", "steps")
    last = "6 of 6 files annotated (6 samples): see steps/status.tsv\n"
    assert (0, "", last) == (result.exit_code, result.stdout, result.stderr)
    found = dict(tree(Path("steps")))
    assert found.pop("plan.json") != expected.pop("plan.json")
    assert expected == found


@in_this_process
def test_refused_files_show_in_the_exit_code_of_the_whole_and_of_the_last_step(run: Run) -> None:
    Path("3.vcf").write_text("bad")
    assert 6 == run("batch", "m.txt", *BATCH).exit_code
    assert 0 == run("batch", "run", "out").exit_code
    assert 6 == run("batch", "finish", "out", "-q").exit_code
    assert ["ok"] * 3 + ["refused"] + ["ok"] * 2 == [row[3] for row in status(Path("out"))]


@in_this_process
def test_a_manifest_with_the_name_of_a_step(run: Run) -> None:
    Path("m.txt").rename("plan")
    assert 2 == run("batch", "plan").exit_code
    assert 0 == run("batch", "./plan", *BATCH).exit_code


@in_this_process
def test_a_manifest_from_stdin(run: Run) -> None:
    assert 0 == run("batch", "-", *BATCH, input="0.vcf\n1.vcf\n").exit_code
    assert ["0.vcf", "1.vcf"] == [row[0] for row in status(Path("out"))]


@in_this_process
def test_options_of_a_batch(run: Run) -> None:
    words = ("--sample-from-filename", "-g", "bbb", "--absent-is-reference", "--assembly", "hg38")
    assert 0 == run("batch", "m.txt", *BATCH, *words).exit_code
    lines = [line.split("\t") for line in table(Path("out"), "calls")]
    rows = [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]
    assert [(str(n), "rs6", "G/G", "asserted") for n in range(6)] == [
        (row["sample"], row["variant"], row["genotype"], row["source"]) for row in rows
    ]
    settings = json.loads(Path("out/plan.json").read_text())["settings"]
    assert (["BBB"], "GRCh38", True) == (
        settings["genes"],
        settings["assembly"],
        settings["calls"]["absent_is_reference"],
    )


FAULTS = {
    "no manifest": (["batch"], 0, ""),
    "no folder": (["batch", "m.txt"], 2, "Missing option '-o' / '--output'"),
    "missing manifest": (["batch", "none", "-o", "o"], 2, "none: cannot be read: [Errno 2]"),
    "unknown gene": (["batch", "m.txt", *BATCH, "-g", "X"], 2, "X"),
    "unknown context": (["batch", "m.txt", *BATCH, "--context", "x"], 2, "x"),
    "folder is a file": (["batch", "m.txt", "-o", "0.vcf"], 3, "0.vcf: "),
    "no plan": (
        ["batch", "run", "x"],
        3,
        "cannot be read: No such file or directory; make it with pgx-ana batch plan MANIFEST -o ",
    ),
    "knowledge base": (["batch", "m.txt", "-o", "o", "--kb", "x"], 4, "x"),
}


@pytest.mark.parametrize(("words", "code", "message"), FAULTS.values(), ids=FAULTS)
def test_faults(run: Run, words: list[object], code: int, message: str) -> None:
    result = run(*words)
    if code:
        assert (code, "") == (result.exit_code, result.stdout)
        assert message in result.stderr
        assert not Path("o").exists()
    else:
        assert "Commands:" in result.output


@in_this_process
def test_results_of_another_batch(run: Run) -> None:
    assert 0 == run("batch", "m.txt", *BATCH).exit_code
    result = run("batch", "m.txt", *BATCH, "--min-gq", 20)
    assert (
        2,
        (
            f"Error: -o {Path('out').absolute()}: has the results of another batch, or of files "
            "that have changed since; use --resume to keep what still fits, or --force to start "
            "anew\n"
        ),
    ) == (result.exit_code, result.stderr)
    for option in ("--resume", "--force"):
        assert 0 == run("batch", "m.txt", *BATCH, "--min-gq", 20, option).exit_code


@in_this_process
def test_a_shard_without_blocks(run: Run) -> None:
    assert 0 == run("batch", "plan", "m.txt", *BATCH, "-n", 8, "-q").exit_code
    for shard in range(1, 9):
        assert 0 == run("batch", "run", "out", "--shard", shard, "-q").exit_code
    assert 2 == run("batch", "run", "out", "--shard", 9).exit_code
    assert 0 == run("batch", "finish", "out").exit_code
