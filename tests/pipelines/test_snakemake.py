"""The wrappers and the workflow for Snakemake, run by Snakemake."""

from __future__ import annotations

import gzip
import json
import os
import re
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd
import pytest
from helpers.pages import page_code
from helpers.paths import tool_environment
from helpers.pipeline_files import (
    BROKEN,
    PIPELINES,
    REFUSED,
    WRAPPERS,
    environment,
    place_repository,
    write_broken,
    write_people,
)

import pgx_ana

PROGRAMS = tool_environment("snakemake") / "bin"
MULTIQC = tool_environment("multiqc") / "bin"
SNAKEFILES = sorted((PIPELINES / "snakemake").rglob("Snakefile"))

N_PEOPLE = 51

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (PROGRAMS / "snakefmt").exists(), reason="Snakemake is not installed: make snakemake"
    ),
]

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def variables(tmp_path: Path) -> Mapping[str, str]:
    """Return variables with which Snakemake, MultiQC and the program under test are found."""
    return environment(tmp_path / "bin", PROGRAMS, MULTIQC)


@pytest.fixture
def run(tmp_path: Path, variables: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a function that runs a Snakefile in a folder, which is the working directory.

    Wrappers are there where their test files expect them.
    """
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    place = tmp_path / "repository" / "master" / "bio"
    place.mkdir(parents=True)
    (place / "pgxana").symlink_to(WRAPPERS)
    prefix = f"file://{tmp_path / 'repository'}/"

    def snakemake(snakefile: Path, *words: str) -> subprocess.CompletedProcess[str]:
        options = ["--cores", "2", "--nocolor", "--wrapper-prefix", prefix]
        return subprocess.run(
            ["snakemake", "-s", str(snakefile), *options, *words],
            check=False,
            cwd=folder,
            env=variables,
            capture_output=True,
            text=True,
        )

    return snakemake


def documents(path: str) -> list[dict[str, object]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def pages(folder: str) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in Path(folder).rglob("*.html"))


def test_annotate_and_report(run: Run) -> None:
    """What the test files of both wrappers show, on two people."""
    write_people(Path(), "P1", "P2")
    names = [f"P{number}" for number in (1, 2)]
    endings = ("tsv.gz", "jsonl.gz", "pgx-ana.json")
    files = [f"{name}.{ending}" for name in names for ending in endings]
    process = run(
        WRAPPERS / "annotate" / "test" / "Snakefile",
        *files,
        "P1.annotated.vcf.gz",
        "P1.annotated.vcf.gz.tbi",
    )
    assert 0 == process.returncode, process.stderr
    for name in names:
        expected = pgx_ana.annotate(f"{name}.vcf", context="adjuvant")
        assert list(expected) == documents(f"{name}.jsonl.gz")
        table = pd.read_csv(f"{name}.tsv.gz", sep="\t")
        assert len(expected.summary) == len(table)
        assert name == json.loads(Path(f"{name}.pgx-ana.json").read_bytes())["sample"]
        log = Path("logs", "annotate", f"{name}.log").read_text().splitlines()
        assert f"{name}.vcf: GRCh38 (contig lengths), 1 sample" == log[0]
        assert 2 == len(log)
    with gzip.open("P1.annotated.vcf.gz", "rt") as rows:
        assert any(line.startswith("##INFO=<ID=PGXANA") for line in rows)
    assert Path("P1.annotated.vcf.gz.tbi").stat().st_size

    process = run(WRAPPERS / "report" / "test" / "Snakefile", "P1.html", "report")
    assert 0 == process.returncode, process.stderr
    assert "adjuvant" in Path("P1.html").read_text(encoding="utf-8")
    assert ["cohort.html", "index.html", "people/P1.html", "people/P2.html"] == pages("report")


def test_batch_and_report(run: Run) -> None:
    """A file that is refused does not fail the job; what is finished is not read again."""
    write_people(Path(), "P1", "P2")
    write_broken(Path())
    Path("files.txt").write_text(f"P1.vcf\n{BROKEN}\nP2.vcf\n")
    snakefile = WRAPPERS / "batch" / "test" / "Snakefile"
    process = run(snakefile, "report", "results/quality.tsv")
    assert 0 == process.returncode, process.stderr
    status = pd.read_csv("results/status.tsv", sep="\t")
    assert [
        ("P1.vcf", "ok", "."),
        (BROKEN, "refused", f"{BROKEN}: {REFUSED}"),
        ("P2.vcf", "ok", "."),
    ] == list(status[["file", "status", "reason"]].itertuples(index=False, name=None))
    assert ["cohort.html", "index.html", "people/P1.html", "people/P2.html"] == pages("report")

    block = Path("results", "blocks", "block-00001.json")
    before = block.stat().st_mtime_ns
    process = run(snakefile, "results/status.tsv", "--forcerun", "batch")
    assert 0 == process.returncode, process.stderr
    assert before == block.stat().st_mtime_ns


@pytest.mark.usefixtures("run")
def test_the_workflow_goes_on_without_a_broken_file(variables: Mapping[str, str]) -> None:
    """It then reports on all others, and on everybody once the file is mended."""
    names = [f"P{number:02}" for number in range(1, N_PEOPLE + 1)]
    paths = write_people(Path(), *names)
    rows = [
        f"{path.stem}\t{path}\t{('female', '')[number % 2]}\n" for number, path in enumerate(paths)
    ]
    Path("people.tsv").write_text("person\tfile\tsex\n" + "".join(rows))
    good = paths[16].read_text()
    paths[16].write_text("broken\n")

    place_repository(Path())
    (code,) = page_code("docs/pipelines.md", "bash", "Snakemake")
    lines = code.replace("--cores 8", "--cores 2 --nocolor")
    if not MULTIQC.exists():
        lines = lines.replace(" multiqc", "")
    copy, annotate, report = lines.splitlines()
    assert 0 == shell(copy, variables).returncode
    assert 1 == shell(annotate, variables).returncode
    others = [name for name in names if name != "P17"]
    found = sorted(path.name for path in Path("results", "documents").iterdir())
    assert [f"{name}.jsonl.gz" for name in others] == found
    log = Path("logs", "annotate", "P17.log")
    assert f"Error: P17.vcf: {REFUSED}\n" == log.read_text()
    assert [{"P01": "female"}, {"P02": None}] == [sex_of("P01"), sex_of("P02")]
    assert_reported(shell(report, variables), others)

    paths[16].write_text(good)
    process = shell(annotate, variables)
    assert 0 == process.returncode, process.stderr
    assert 1 == len(re.findall(r"^localrule annotate:", process.stderr, re.MULTILINE))
    assert "Error" not in log.read_text()
    assert_reported(shell(report, variables), names)


@pytest.mark.usefixtures("run")
@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ("P1\ta.vcf\nP1\tb.vcf\n", "'P1' is there twice"),
        ("P1\t\n", "'P1' has no file"),
        ("a;touch b\ta.vcf\n", "'a;touch b' cannot be the name of a file"),
        ("-x\ta.vcf\n", "'-x' cannot be the name of a file"),
    ],
)
def test_the_workflow_refuses_people_that_it_cannot_name(
    variables: Mapping[str, str], rows: str, says: str
) -> None:
    Path("config.yaml").write_text("people: people.tsv\nextra: ''\n")
    Path("people.tsv").write_text(f"person\tfile\n{rows}")
    process = shell(f"snakemake -s {SNAKEFILES[0]} --cores 1 --nocolor", variables)
    assert 1 == process.returncode
    assert f"people.tsv: {says}" in process.stderr


def test_files_with_other_names_than_shells_expect(run: Run) -> None:
    name = "-a $b; 'c'"
    write_people(Path(), name)
    rules = (
        f'rule one:\n    input: calls="{name}.vcf"\n    output: "-x y.tsv"\n'
        '    wrapper: "master/bio/pgxana/annotate"\n'
        f'rule two:\n    input: "{name}.vcf"\n    output: "-$z.html"\n'
        '    wrapper: "master/bio/pgxana/report"\n'
    )
    Path("Snakefile").write_text(rules)
    process = run(Path("Snakefile"), "one", "two")
    assert 0 == process.returncode, process.stderr
    assert name in Path("-x y.tsv").read_text(encoding="utf-8")
    assert Path("-$z.html").stat().st_size


def shell(line: str, variables: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    words = ["bash", "-c", line]
    return subprocess.run(words, check=False, env=variables, capture_output=True, text=True)


def sex_of(name: str) -> dict[str, object]:
    (document,) = documents(f"results/documents/{name}.jsonl.gz")
    return {str(document["sample"]): document.get("sex")}


def assert_reported(process: subprocess.CompletedProcess[str], names: list[str]) -> None:
    """Hold pages, and the data of MultiQC if it is there, against names."""
    assert 0 == process.returncode, process.stderr
    people = [f"people/{name}.html" for name in names]
    assert ["cohort.html", "index.html", *people] == pages("results/report")
    if MULTIQC.exists():
        data = Path("results", "multiqc", "multiqc_data", "multiqc_pgx_ana.txt")
        assert names == sorted(pd.read_csv(data, sep="\t")["Sample"])


def test_files_are_as_the_repository_of_wrappers_wants_them(
    variables: Mapping[str, str], run: Run
) -> None:
    """Formatted, and nothing for the linter of Snakemake to say."""
    wrappers = [str(path) for path in WRAPPERS.glob("*/wrapper.py")]
    for words in (["snakefmt", "--check", *map(str, SNAKEFILES)], ["black", "--check", *wrappers]):
        process = subprocess.run(
            words, check=False, cwd=os.sep, env=variables, capture_output=True, text=True
        )
        assert 0 == process.returncode, process.stderr
    Path("config.yaml").write_text("people: people.tsv\nextra: ''\n")
    Path("people.tsv").write_text("person\tfile\n")
    for snakefile in SNAKEFILES:
        process = run(snakefile, "--lint")
        said = process.stdout + process.stderr
        assert said.startswith("Congratulations, your workflow is in a good condition!"), said
