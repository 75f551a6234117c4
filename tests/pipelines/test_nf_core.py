"""The modules for nf-core: every declared output is there, and the linter of nf-core agrees."""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from helpers.nextflow import Filled, NoGroovyError, Process, Task, fill_in, read_process
from helpers.paths import tool_environment
from helpers.pipeline_files import (
    BROKEN,
    MODULES,
    PIPELINES,
    REFUSED,
    environment,
    write_broken,
    write_people,
)

import pgx_ana

NAMES = ("annotate", "batch", "report")
PROCESSES = {name: read_process(MODULES / name / "main.nf") for name in NAMES}
Case = tuple[Process, Mapping[str, Any]]
NF_CORE = tool_environment("nf-core") / "bin" / "nf-core"

pytestmark = pytest.mark.slow


def case(name: str, engine: str = "docker", cpus: int = 2, **given: Any) -> Case:
    """Return a process with values of its inputs; those that are options are of ``task.ext``."""
    options = {key: given.pop(key) for key in ("args", "args2", "prefix") if key in given}
    nothing: dict[str, Any] = {key: [] for key in PROCESSES[name].inputs}
    task = {"process": PROCESSES[name].name, "cpus": cpus, "ext": options}
    return PROCESSES[name], {
        **nothing,
        "meta": {"id": "P1"},
        "task": task,
        "workflow": {"containerEngine": engine},
        **given,
    }


CASES = {
    "annotate": case("annotate", vcf="P1.vcf"),
    "annotate 2": case("annotate", vcf="P2.vcf", meta={"id": "P2"}),
    "annotate with options": case(
        "annotate",
        vcf="P2.vcf",
        args="--context adjuvant --sex female",
        args2="--table calls",
        prefix="x",
    ),
    "annotate a broken file": case("annotate", vcf=BROKEN),
    "report": case("report", vcf="P1.vcf"),
    "report on a result": case("report", results="P1.jsonl.gz", prefix="all"),
    "report on results": case("report", results=["P1.jsonl.gz", "P2.jsonl.gz"], prefix="all"),
    "report on a batch": case("report", results="b", prefix="all"),
    "report on a broken file": case("report", vcf=BROKEN),
    "batch": case("batch", vcfs=f"P2.vcf {BROKEN} P1.vcf"),
    "batch with a manifest": case(
        "batch",
        vcfs="P1.vcf P2.vcf",
        manifest="sheet.tsv",
        args="--format parquet",
        prefix="b",
    ),
    "batch with a limit": case("batch", vcfs=f"P1.vcf {BROKEN}", args="--max-failures 0"),
    "batch with a wrong option": case("batch", vcfs="P1.vcf", args="--wrong"),
    **{f"{name} in apptainer": case(name, engine="apptainer") for name in NAMES},
}


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Filled]:
    """Return all cases with their variables filled in."""
    try:
        found = fill_in(list(CASES.values()), tmp_path_factory.mktemp("groovy"))
    except NoGroovyError as error:
        pytest.skip(str(error))
    return dict(zip(CASES, found, strict=True))


@dataclass(frozen=True)
class Staged:
    """A folder of a task, the variables of its shell, and the cases to run in it."""

    folder: Path
    variables: Mapping[str, str]
    filled: Mapping[str, Filled]

    def exit_code(self, name: str) -> int:
        """Run a case, and return with what it ends."""
        return self.filled[name].task.run(self.folder, self.variables).returncode

    def run(self, name: str) -> dict[str, list[str]]:
        """Run a case, and return the files of its outputs."""
        task = self.filled[name].task
        process = task.run(self.folder, self.variables)
        assert 0 == process.returncode, process.stderr
        return task.files(self.folder)


@pytest.fixture
def staged(tmp_path: Path, filled: Mapping[str, Filled], monkeypatch: pytest.MonkeyPatch) -> Staged:
    """Return a folder with two people, and a file that is none; it is the working directory."""
    folder = tmp_path / "work"
    folder.mkdir()
    write_people(folder, "P1", "P2")
    write_broken(folder)
    monkeypatch.chdir(folder)
    return Staged(folder, environment(tmp_path / "bin"), filled)


def test_annotate(staged: Staged) -> None:
    assert {
        "tsv": ["P1.tsv.gz"],
        "json": ["P1.jsonl.gz"],
        "multiqc": ["P1_multiqc/P1.pgx-ana.json"],
    } == staged.run("annotate")
    expected = pgx_ana.annotate("P1.vcf")
    assert list(expected) == documents(staged.folder / "P1.jsonl.gz")
    table = pd.read_csv("P1.tsv.gz", sep="\t", dtype=str, keep_default_na=False)
    assert len(expected.annotations) == len(table)
    assert {"P1"} == set(table["sample"])


def test_annotate_with_options(staged: Staged) -> None:
    """Those of ``ext.args`` are of all outputs, and those of ``ext.args2`` of the table."""
    assert {
        "tsv": ["x.tsv.gz"],
        "json": ["x.jsonl.gz"],
        "multiqc": ["x_multiqc/P2.pgx-ana.json"],
    } == staged.run("annotate with options")
    (expected,) = pgx_ana.annotate("P2.vcf", context="adjuvant", sex="female")
    assert [expected] == documents(staged.folder / "x.jsonl.gz")
    assert len(expected["calls"]) == len(pd.read_csv("x.tsv.gz", sep="\t"))


def documents(path: Path) -> list[Any]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def test_report_on_a_file(staged: Staged) -> None:
    assert {"report": ["P1_report"]} == staged.run("report")
    assert ["cohort.html", "index.html", "people/P1.html"] == pages(staged.folder / "P1_report")


def test_report_on_results(staged: Staged) -> None:
    """Of one person or of several."""
    staged.run("annotate")
    staged.run("annotate 2")
    people = ["people/P1.html", "people/P2.html"]
    assert {"report": ["all"]} == staged.run("report on results")
    assert ["cohort.html", "index.html", *people] == pages(staged.folder / "all")
    shutil.rmtree("all")
    assert {"report": ["all"]} == staged.run("report on a result")
    assert ["cohort.html", "index.html", people[0]] == pages(staged.folder / "all")


def pages(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*.html"))


def test_batch(staged: Staged) -> None:
    """Files are in the order of their names, and one that is refused does not end the task."""
    assert {
        "results": ["P1"],
        "status": ["P1/status.tsv"],
        "quality": ["P1/quality.tsv"],
    } == staged.run("batch")
    status = pd.read_csv("P1/status.tsv", sep="\t")
    assert [
        ("P1.vcf", "ok", "."),
        ("P2.vcf", "ok", "."),
        (BROKEN, "refused", f"{BROKEN}: {REFUSED}"),
    ] == list(status[["file", "status", "reason"]].itertuples(index=False, name=None))


def test_batch_with_a_manifest(staged: Staged) -> None:
    """The names are those of the manifest, and Parquet is what a report is made from."""
    Path("sheet.tsv").write_text("file\tsample\tsex\nP2.vcf\tone\tfemale\n")
    staged.run("batch with a manifest")
    people = pd.read_parquet("b/parts/samples")
    assert [("one", "female")] == list(people[["sample", "sex"]].itertuples(index=False, name=None))
    staged.run("report on a batch")
    assert ["cohort.html", "index.html", "people/one.html"] == pages(staged.folder / "all")


def test_batch_lacks_outputs_if_too_many_are_refused(staged: Staged) -> None:
    """Nextflow then ends the task, for a file that is declared is missing."""
    assert {"results": ["P1"], "status": [], "quality": []} == staged.run("batch with a limit")


def test_exit_codes_are_those_of_the_program(staged: Staged) -> None:
    assert 3 == staged.exit_code("annotate a broken file")
    assert 3 == staged.exit_code("report on a broken file")
    assert 2 == staged.exit_code("batch with a wrong option")


@pytest.mark.parametrize("name", NAMES)
def test_a_stub_makes_all_outputs(staged: Staged, name: str) -> None:
    real = staged.run(name)
    assert all(real.values())
    stubs = staged.folder / "stubs"
    stubs.mkdir()
    stub = staged.filled[name].stub
    assert 0 == stub.run(stubs, staged.variables).returncode
    assert real == stub.files(stubs)


def test_versions_are_true(staged: Staged) -> None:
    found = {
        (CASES[name][0].name, tuple(task.outputs["versions_pgxana"]))
        for name, one in staged.filled.items()
        for task in (one.task, one.stub)
    }
    command = {parts[2][1] for _, parts in found}.pop()
    names = [process.name for process in PROCESSES.values()]
    assert {
        (name, (("val", name), ("val", "pgx-ana"), ("eval", command))) for name in names
    } == found
    printed = Task(command, {}).run(staged.folder, staged.variables)
    assert f"{pgx_ana.__version__}\n" == printed.stdout


def test_images_have_the_version_of_the_program(filled: Mapping[str, Filled]) -> None:
    tag = f"pgx-ana:{pgx_ana.__version__}--pyhdfd78af_0"
    for name in NAMES:
        assert f"quay.io/biocontainers/{tag}" == filled[name].image
        singularity = f"https://depot.galaxyproject.org/singularity/{tag}"
        assert singularity == filled[f"{name} in apptainer"].image


_NEXTFLOW = """#!/bin/sh
case "$1" in
    -v) echo "nextflow version 25.10.0" ;;
    config) echo "{{}}" ;;
    inspect) [ "$3" = singularity ] && cat {folder}/singularity.json || cat {folder}/docker.json ;;
esac
"""
"""Answers what the linter asks Nextflow: the images of a module, as Groovy gives them."""

_SCHEMAS = ("meta-schema.json", "environment-schema.json")


def modules_repository(folder: Path) -> Path:
    """Make a repository as that of nf-core with these modules alone, and return it.

    Its schemas are those of a clone of nf-core/modules, if ``NF_CORE_MODULES`` names one; else
    they allow everything.
    """
    shutil.copytree(PIPELINES / "nf-core" / "modules", folder / "modules")
    (folder / "subworkflows" / "nf-core").mkdir(parents=True)
    (folder / "subworkflows" / "nf-core" / ".keep").touch()
    (folder / "main.nf").touch()
    (folder / ".nf-core.yml").write_text("repository_type: modules\norg_path: nf-core\n")
    clone = os.environ.get("NF_CORE_MODULES")
    for name in _SCHEMAS:
        schema = Path(clone, "modules", name).read_text() if clone else "{}"
        (folder / "modules" / name).write_text(schema)
    who = ["-c", "user.name=tests", "-c", "user.email=tests@example.org"]
    for words in (["init", "-q", "-b", "master"], ["add", "."], [*who, "commit", "-qm", "all"]):
        subprocess.run(["git", "-C", str(folder), *words], check=True)
    return folder


def linter_environment(folder: Path, repository: Path, images: Mapping[str, str]) -> dict[str, str]:
    """Return variables for a linter that takes a repository for that of nf-core."""
    programs = folder / "bin"
    programs.mkdir()
    for profile, image in images.items():
        answer = {"processes": [{"name": "ANY", "container": image}]}
        (folder / f"{profile}.json").write_text(json.dumps(answer))
    (programs / "nextflow").write_text(_NEXTFLOW.format(folder=folder))
    (programs / "nextflow").chmod(0o755)
    (folder / "gitconfig").write_text(
        f'[url "file://{repository}"]\n    insteadOf = https://github.com/nf-core/modules.git\n'
    )
    homes = {name: str(folder / name) for name in ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME")}
    return {
        **os.environ,
        **homes,
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "GIT_CONFIG_GLOBAL": str(folder / "gitconfig"),
        "NXF_OFFLINE": "true",
        "COLUMNS": "400",
    }


KNOWN = {"bioconda_version", "test_snapshot_exists"}
"""What the linter has to say: the package is not published, and only nf-test makes snapshots."""


@pytest.mark.skipif(not NF_CORE.exists(), reason="nf-core is not installed: make nf-core")
def test_the_linter_of_nf_core_agrees(tmp_path: Path, filled: Mapping[str, Filled]) -> None:
    repository = modules_repository(tmp_path / "modules")
    images = {
        "docker": filled["annotate"].image,
        "singularity": filled["annotate in apptainer"].image,
    }
    process = subprocess.run(
        [str(NF_CORE), "--hide-progress", "modules", "lint", "--all", "--plain-text"],
        check=False,
        cwd=repository,
        env=linter_environment(tmp_path, repository, images),
        capture_output=True,
        text=True,
    )
    findings = re.findall(r"^pgxana/(\w+) (\w+)$", process.stdout, re.MULTILINE)
    assert {(name, known) for name in NAMES for known in KNOWN} == set(findings), process.stdout
    counts = re.findall(r"^\[.\] +(\d+) Tests?", process.stdout, re.MULTILINE)
    n_passed, n_warned, n_failed = map(int, counts)
    assert n_passed >= 150
    assert len(findings) == n_warned + n_failed


def test_every_process_has_its_place() -> None:
    """The names that nf-core derives from folders."""
    found = {path.parent.name: read_process(path).name for path in MODULES.glob("*/main.nf")}
    assert {name: f"PGXANA_{name.upper()}" for name in NAMES} == found
