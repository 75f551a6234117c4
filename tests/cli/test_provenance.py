"""``--provenance``: a record of the run that is a valid RO-Crate beside the results."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from helpers.containers import bgzf_tbi
from helpers.crate_checks import METADATA, Crate, action, crate_faults, entities
from helpers.fixture_types import MakeVcf, Run
from helpers.paths import ROOT

from pgx_ana.cli.provenance import _written
from pgx_ana.cli.versions import library_versions
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.version import __version__

EPOCH_NAME = "SOURCE_DATE_EPOCH"
EPOCH = {EPOCH_NAME: "1700000000"}
THEN = "2023-11-14T22:13:20+00:00"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, toy_directory: Path) -> Path:
    """Return the working directory, with the toy knowledge base in ``kb``."""
    shutil.copytree(toy_directory, tmp_path / "kb")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def file(here: Path, make_vcf: MakeVcf) -> Path:
    return make_vcf(["1 100 A C 0/1", "1 200 A C 1/1"]).relative_to(here)


def read(path: Path) -> Crate:
    """Return a record, which has no fault."""
    crate: Crate = json.loads(path.read_text(encoding="utf-8"))
    assert [] == crate_faults(crate, path.parent)
    return crate


def names(crate: Crate, role: str) -> dict[str, str]:
    """Return the type of each file of the run by its name; ``role`` is object or result."""
    known = entities(crate)
    files = [known[one["@id"]] for one in action(crate)[role]]
    return {one["name"]: one["@type"] for one in files if one["@type"] != "PropertyValue"}


def test_a_run(run: Run, here: Path, file: Path, toy: KnowledgeBase) -> None:
    words = ("annotate", file, "--kb", "kb", "-q", "-t", "calls", "-o", "calls.tsv")
    result = run(*words, "--provenance", METADATA, env=EPOCH)
    assert (0, "", "") == (result.exit_code, result.stdout, result.stderr)
    crate = read(here / METADATA)
    done, known = action(crate), entities(crate)
    assert (THEN, THEN, THEN) == (
        done["startTime"],
        done["endTime"],
        known["./"]["datePublished"],
    )
    command = "pgx-ana annotate made.vcf --output calls.tsv --table calls"
    assert f"{command} --provenance {METADATA} --quiet --kb kb" == done["description"]
    program = known[done["instrument"]["@id"]]
    assert ("pgx-ana", __version__) == (program["name"], program["softwareVersion"])
    installed = {name: version for name, version in library_versions().items() if version}
    told = [known[one["@id"]] for one in program["softwareRequirements"]]
    versions = {one["name"]: one["softwareVersion"] for one in told}
    assert installed == {key: value for key, value in versions.items() if key != "Python"}
    knowledge = known["#knowledge-base"]
    assert (toy.info.name, toy.info.version, toy.digest) == (
        knowledge["name"],
        knowledge["version"],
        knowledge["sha256"],
    )
    kb_files = {str(path.relative_to(here)) for path in (here / "kb").rglob("*.yaml")}
    assert kb_files
    assert dict.fromkeys(["made.vcf", *kb_files], "File") == {
        name: kind for name, kind in names(crate, "object").items() if name != toy.info.name
    }
    assert {"calls.tsv": "File"} == names(crate, "result")
    assert "text/tab-separated-values" == known["calls.tsv"]["encodingFormat"]
    assert "encodingFormat" not in known["made.vcf"]
    options = {one["name"]: one["value"] for one in crate["@graph"] if "value" in one}
    assert (["calls"], ["kb"], 10.0, True) == tuple(
        options[name] for name in ("--table", "--kb", "--min-gq", "--quiet")
    )


def test_the_same_run_has_the_same_record(run: Run, here: Path, file: Path) -> None:
    words = ("annotate", file, "--kb", "kb", "-q", "-o", "x.tsv", "--provenance", METADATA)
    run(*words, env=EPOCH)
    first = (here / METADATA).read_bytes()
    run(*words, env=EPOCH)
    assert first == (here / METADATA).read_bytes()
    run(*words, "--min-gq", 20, env=EPOCH)
    assert action(json.loads(first))["@id"] != action(read(here / METADATA))["@id"]


def test_times_are_those_of_the_run(run: Run, here: Path, file: Path) -> None:
    run(
        "annotate",
        file,
        "--kb",
        "kb",
        "-q",
        "-o",
        "x.tsv",
        "--provenance",
        METADATA,
        env={EPOCH_NAME: None},
    )
    done = action(read(here / METADATA))
    assert THEN < done["startTime"] <= done["endTime"]


def test_a_folder_of_tables(run: Run, here: Path, file: Path) -> None:
    """The record may be in the folder, which is made with the tables."""
    record = f"results/{METADATA}"
    words = ("-t", "calls,summary", "-o", "results", "--provenance", record)
    assert 0 == run("annotate", file, "--kb", "kb", "-q", *words).exit_code
    crate = read(here / record)
    assert {"results/calls.tsv": "File", "results/summary.tsv": "File"} == names(crate, "result")
    assert {"calls.tsv", "summary.tsv"} == {
        part["@id"] for part in entities(crate)["./"]["hasPart"]
    }
    # A file elsewhere is told with its digest, and is no part of the crate.
    outside = entities(crate)[action(crate)["object"][1]["@id"]]
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    assert ("CreativeWork", "made.vcf", digest) == (
        outside["@type"],
        outside["name"],
        outside["sha256"],
    )


def test_every_file_that_belongs_to_an_input(run: Run, here: Path, file: Path) -> None:
    packed = bgzf_tbi(file)
    (here / "sheet.tsv").write_text(f"file\tsample\n{packed}\tP1\n", encoding="utf-8")
    (here / "people.txt").write_text("P1\n", encoding="utf-8")
    words = ("--sample-sheet", "sheet.tsv", "-S", "people.txt", "-o", "x y.tsv")
    assert (
        0 == run("annotate", packed, "--kb", "kb", "-q", *words, "--provenance", METADATA).exit_code
    )
    crate = read(here / METADATA)
    read_files = [str(packed), f"{packed}.tbi", "sheet.tsv", "people.txt"]
    assert sorted(read_files) == sorted(
        name
        for name, kind in names(crate, "object").items()
        if kind == "File" and not name.startswith("kb/")
    )
    assert "x%20y.tsv" in entities(crate)


def test_streams_have_no_digest(here: Path, file: Path) -> None:
    words = [sys.executable, "-m", "pgx_ana", "annotate", "-", "-q", "--kb", "kb"]
    with file.open("rb") as stdin:
        done = subprocess.run(
            [*words, "--provenance", METADATA],
            stdin=stdin,
            capture_output=True,
            check=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
    assert done.stdout.startswith(b"sample\t")
    crate = read(here / METADATA)
    assert {"standard output": "CreativeWork"} == names(crate, "result")
    assert "standard input" in names(crate, "object")
    assert "sha256" not in entities(crate)["#standard-output"]


def test_reports(run: Run, here: Path, file: Path) -> None:
    words = ("report", file, "--kb", "kb", "-q")
    assert 0 == run(*words, "-o", "p.html", "--provenance", "page.json").exit_code
    assert {"p.html": "File"} == names(read(here / "page.json"), "result")
    assert 0 == run(*words, "-o", "pages", "--provenance", METADATA).exit_code
    expected = {str(path) for path in Path("pages").rglob("*") if path.is_file()}
    assert {"pages/index.html", "pages/cohort.html"} < expected
    assert expected == set(names(read(here / METADATA), "result"))


def test_a_report_on_results(run: Run, here: Path, file: Path) -> None:
    assert 0 == run("annotate", file, "--kb", "kb", "-q", "-o", "people.json").exit_code
    words = ("--from", "people.json", "--kb", "kb", "-o", "p.txt", "--provenance", METADATA)
    assert 0 == run("report", *words).exit_code
    assert "people.json" in names(read(here / METADATA), "object")


def test_results_that_fail_a_check_are_recorded(run: Run, here: Path, file: Path) -> None:
    words = ("-o", "x.tsv", "--fail-on", "any-uncalled", "--provenance", METADATA)
    assert 5 == run("annotate", file, "--kb", "kb", *words).exit_code
    read(here / METADATA)


def test_a_failed_run_has_no_record(run: Run, here: Path, make_vcf: MakeVcf) -> None:
    bad = make_vcf(["1 100 A C x/y"])
    result = run("annotate", bad, "--kb", "kb", "-o", "x.tsv", "--provenance", METADATA)
    assert (3, False) == (result.exit_code, (here / METADATA).exists())


REFUSED: list[tuple[list[str], str]] = [
    (["annotate", "made.vcf", "--provenance", "-"], "a record is a file; name one"),
    (["annotate", "made.vcf", "--provenance", "made.vcf"], "made.vcf: is an input file"),
    (["annotate", "made.vcf", "--provenance", "kb/variants.yaml"], "is an input file"),
    (["annotate", "made.vcf", "-o", "x", "--provenance", "./x"], "is a file of the results"),
    (
        ["annotate", "made.vcf", "-t", "all", "-o", "x", "--provenance", "x/calls.tsv"],
        "is a file of the results",
    ),
    (["report", "made.vcf", "-o", "x", "--provenance", "x/r.json"], "the folder has pages only"),
]


@pytest.mark.parametrize(("words", "message"), REFUSED)
def test_a_record_replaces_nothing(
    run: Run, here: Path, file: Path, words: list[str], message: str
) -> None:
    before = file.read_bytes()
    result = run(*words, "--kb", "kb")
    assert (2, 1) == (result.exit_code, result.stderr.count("\n"))
    assert message in result.stderr
    assert before == file.read_bytes()
    assert not (here / "x").exists()


def test_a_record_that_cannot_be_written(run: Run, here: Path, file: Path) -> None:
    """It is noticed before anything is read."""
    result = run("annotate", file, "-o", "x.tsv", "--provenance", "missing/r.json")
    assert (3, False) == (result.exit_code, (here / "x.tsv").exists())
    assert "there is no folder missing" in result.stderr


@pytest.mark.parametrize("value", ["soon", "1" * 30])
def test_a_time_that_is_none(run: Run, file: Path, value: str) -> None:
    words = ("annotate", file, "-o", "x.tsv", "--provenance", METADATA)
    result = run(*words, env={EPOCH_NAME: value})
    assert (2, f"Error: SOURCE_DATE_EPOCH={value}: is no number of seconds since 1970") == (
        result.exit_code,
        result.stderr.partition(";")[0],
    )


def without_license(crate: Crate) -> None:
    del entities(crate)["./"]["license"]


def without_part(crate: Crate) -> None:
    entities(crate)["./"]["hasPart"].pop()


def with_another_digest(crate: Crate) -> None:
    entities(crate)["x.tsv"]["sha256"] = "0" * 64


def without_program(crate: Crate) -> None:
    crate["@graph"].remove(entities(crate)["#software-numpy"])


@pytest.mark.parametrize(
    ("damage", "expected"),
    [
        (without_license, ["./: has no license"]),
        (without_part, ["parts"]),
        (with_another_digest, ["x.tsv: the digest"]),
        (without_program, ["#program: nothing is #software-numpy"]),
    ],
)
def test_the_checks_of_crates_find_faults(
    run: Run, here: Path, file: Path, damage: Callable[[Crate], None], expected: list[str]
) -> None:
    run("annotate", file, "--kb", "kb", "-q", "-o", "x.tsv", "--provenance", METADATA)
    crate = read(here / METADATA)
    damage(crate)
    faults = crate_faults(crate, here)
    assert len(expected) == len(faults)
    assert faults[0].startswith(expected[0])


def test_only_what_was_written_now_is_told(here: Path) -> None:
    """A folder may hold files of earlier runs, and an index may be of an earlier file."""
    folder = here / "results"
    folder.mkdir()
    for name in ("new", "new.tbi", "old", "new.csi"):
        (folder / name).write_text("x", encoding="utf-8")
    for name in ("old", "new.csi"):
        os.utime(folder / name, (1, 1))
    begun = int((folder / "new").stat().st_mtime)
    new = [str(folder / "new"), str(folder / "new.tbi")]
    assert new == list(_written(str(folder), begun))
    assert new == list(_written(str(folder / "new"), begun))
