"""``annotate --context``, and the columns sex and context of a sample sheet."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from helpers.fixture_types import MakeVcf, Run

Rows = list[dict[str, str]]
Annotate = Callable[..., Rows]

CATEGORIES = ["efficacy", "exposure", "estradiol_suppression", "toxicity", "overall"]
KNOWN = "known: adjuvant, men"
IN_MEN = (
    "No study of any germline variant and anastrozole in men was found; what is shown was studied "
    "in women. Better and worse refer to them. "
)
CALLED = (
    "Called: 1 of 6 known sites; assessed: 1 of 2 variants and haplotype sets with evidence. 1 "
    "finding in all, linked variants counted once; the firmest: limited evidence. "
)
QUESTIONS = (
    "Of 3 questions that the field asks, germline variants were studied on anastrozole itself for "
    "2, only on other or pooled drugs of its class for 0, and on none of them for 1 (fertility); "
    "in men for 0."
)
MONITORED = "Usually monitored, or measured in studies of this use:"
OVERALL = {
    "": f"{CALLED}The evidence was gathered in: metastatic; adjuvant. {QUESTIONS}",
    "adjuvant": (
        f"{CALLED}Context: adjuvant use (a labelled use); 1 of 2 conclusions rest on evidence from "
        f"it. {MONITORED} pain, lipids. {QUESTIONS}"
    ),
    "men": (
        f"{IN_MEN}{CALLED}Context: use in men (off-label); 0 of 2 conclusions rest on evidence "
        f"from it. {MONITORED} testosterone. Nothing was studied in men. {QUESTIONS}"
    ),
}
"""The conclusion of the row ``overall``, by context."""


@pytest.fixture
def two(make_vcf: MakeVcf) -> list[Path]:
    """Return files of two people with one sample name."""
    return [
        make_vcf(["1 100 A C 0/1"], samples=("SAMPLE",), name=f"{name}.vcf")
        for name in ("ann", "bob")
    ]


@pytest.fixture
def annotate(run: Run, toy_directory: Path) -> Annotate:
    """Return a function that annotates with the toy knowledge base and returns the rows."""

    def annotated(*words: object) -> Rows:
        result = run("annotate", *words, "--kb", toy_directory, "-q")
        assert (0, "") == (result.exit_code, result.stderr)
        return list(csv.DictReader(result.stdout.splitlines(), delimiter="\t"))

    return annotated


def sheet_of(folder: Path, *rows: str) -> Path:
    """Write a sample sheet; the columns of a row are separated by blanks, ``.`` is empty."""
    path = folder / "sheet.tsv"
    lines = ["\t".join("" if cell == "." else cell for cell in row.split(" ")) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def stated(rows: Rows) -> list[tuple[str, ...]]:
    """Return sample, sex, context and label use of each person; all rows of one are alike."""
    columns = ("sample", "sex", "context", "label_use")
    return list(dict.fromkeys(tuple(row[name] for name in columns) for row in rows))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], (".", ".", ".")),
        (["--context", "adjuvant"], ("female", "adjuvant", "on_label")),
        (["--context", "men"], ("male", "men", "off_label")),
        (["--context", "MEN"], ("male", "men", "off_label")),
    ],
    ids=" ".join,
)
def test_a_context_is_in_every_row_of_the_summary(
    annotate: Annotate, two: list[Path], words: list[str], expected: tuple[str, ...]
) -> None:
    """The sex follows from the context; without a context, neither is assumed."""
    rows = annotate(two[0], "-t", "summary", *words)
    assert CATEGORIES == [row["category"] for row in rows]
    assert [("SAMPLE", *expected)] == stated(rows)
    assert OVERALL["" if expected[1] == "." else expected[1]] == rows[-1]["conclusion"]


@pytest.mark.parametrize("context", ["", "adjuvant", "men"])
def test_every_conclusion_in_men_begins_with_the_missing_studies(
    annotate: Annotate, two: list[Path], context: str
) -> None:
    rows = annotate(two[0], "-t", "summary", *(["--context", context] if context else []))
    expected = [context == "men"] * len(CATEGORIES)
    assert expected == [row["conclusion"].startswith(IN_MEN) for row in rows]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], {"rs1-survival": ".", "rs2-level": "."}),
        (["--context", "adjuvant"], {"rs1-survival": "other", "rs2-level": "same"}),
        (["--context", "men"], {"rs1-survival": "other", "rs2-level": "other"}),
    ],
    ids=" ".join,
)
def test_a_context_marks_the_evidence_from_it(
    annotate: Annotate, two: list[Path], words: list[str], expected: dict[str, str]
) -> None:
    rows = annotate(two[0], *words)
    assert expected == {row["association"]: row["evidence_context"] for row in rows}


def test_a_context_changes_no_conclusion(annotate: Annotate, two: list[Path]) -> None:
    def without_context(rows: Rows) -> Rows:
        return [{key: row[key] for key in row if key != "evidence_context"} for row in rows]

    plain = without_context(annotate(two[0]))
    for name in ("adjuvant", "men"):
        assert plain == without_context(annotate(two[0], "--context", name))


def test_a_context_in_json(run: Run, two: list[Path], toy_directory: Path) -> None:
    words = ["-f", "json", "--context", "men", "--kb", toy_directory, "-q"]
    (document,) = json.loads(run("annotate", two[0], *words).stdout)
    assert (
        "male",
        {
            "id": "men",
            "name": "use in men",
            "sex": "male",
            "off_label": True,
            "monitored": ["testosterone"],
            "note": "Nothing was studied in men.",
        },
    ) == (document["sex"], document["context"])
    assert {("male", "men")} == {(row["sex"], row["context"]) for row in document["summary"]}


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("adjuvent", f"unknown context 'adjuvent'; {KNOWN}; did you mean adjuvant?"),
        ("Man", f"unknown context 'Man'; {KNOWN}; did you mean men?"),
        ("fertility", f"unknown context 'fertility'; {KNOWN}"),
    ],
)
def test_an_unknown_context_is_rejected_before_any_file_is_read(
    run: Run, toy_directory: Path, tmp_path: Path, name: str, message: str
) -> None:
    target = tmp_path / "result.tsv"
    words = ["--context", name, "--kb", toy_directory, "-o", target]
    result = run("annotate", tmp_path / "missing.vcf", *words)
    assert (2, "", f"Error: {message}\n") == (result.exit_code, result.stdout, result.stderr)
    assert [] == list(tmp_path.iterdir())


def test_a_knowledge_base_without_contexts_knows_none(
    run: Run, toy_directory: Path, tmp_path: Path
) -> None:
    for path in toy_directory.iterdir():
        text = path.read_text(encoding="utf-8").partition("contexts:\n")[0]
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    result = run("annotate", "missing.vcf", "--context", "men", "--kb", tmp_path)
    expected = "Error: unknown context 'men'; known: none\n"
    assert (2, "", expected) == (result.exit_code, result.stdout, result.stderr)


def test_the_help_text_tells_where_the_contexts_are_listed(run: Run) -> None:
    words = " ".join(run("annotate", "--help").stdout.split())
    assert (
        "--context NAME The use of the drug, such as adjuvant or men_testosterone (pgx-ana kb list "
        "--context): shows which evidence comes from it, its label status and what is usually "
        "monitored."
    ) in words
    assert "It may have the columns sex and context, and index for" in words


def test_the_contexts_of_the_help_text_exist(run: Run) -> None:
    listed = run("kb", "list", "--context").stdout.splitlines()
    assert {"adjuvant", "men_testosterone"} <= {line.split("\t")[0] for line in listed}


def test_calling_alone_takes_no_context(run: Run, two: list[Path], toy_directory: Path) -> None:
    result = run("check", two[0], "--context", "men", "--kb", toy_directory)
    assert (2, "") == (result.exit_code, result.stdout)
    assert re.search("No such option:? '?--context'?", result.stderr)


FULL_SHEET = "file sample sex context"


@pytest.mark.parametrize(
    ("rows", "words", "expected"),
    [
        (
            [FULL_SHEET, "ann.vcf A female adjuvant", "bob.vcf B male men"],
            [],
            [("A", "female", "adjuvant", "on_label"), ("B", "male", "men", "off_label")],
        ),
        (
            [FULL_SHEET, "ann.vcf A . adjuvant", "bob.vcf B . MEN"],
            [],
            [("A", "female", "adjuvant", "on_label"), ("B", "male", "men", "off_label")],
        ),
        (
            [FULL_SHEET, "ann.vcf A F .", "bob.vcf B Male ."],
            [],
            [("A", "female", ".", "."), ("B", "male", ".", ".")],
        ),
        (
            ["sex file sample", "m bob.vcf B", ". ann.vcf A"],
            [],
            [("A", ".", ".", "."), ("B", "male", ".", ".")],
        ),
        (
            ["file sample context", "ann.vcf A .", "bob.vcf B men"],
            ["--context", "adjuvant"],
            [("A", "female", "adjuvant", "on_label"), ("B", "male", "men", "off_label")],
        ),
        (
            ["file sample", "ann.vcf A", "bob.vcf B"],
            ["--context", "men"],
            [("A", "male", "men", "off_label"), ("B", "male", "men", "off_label")],
        ),
        (
            [FULL_SHEET, "ann.vcf A female adjuvant", "bob.vcf A female adjuvant"],
            [],
            [("A", "female", "adjuvant", "on_label")],
        ),
    ],
    ids=[
        "sex and context",
        "sex of the context",
        "sex alone",
        "other order",
        "default context",
        "neither column",
        "two files of one person",
    ],
)
def test_a_sample_sheet_states_sex_and_context(
    annotate: Annotate,
    two: list[Path],
    tmp_path: Path,
    rows: list[str],
    words: list[str],
    expected: list[tuple[str, ...]],
) -> None:
    """A context of the sheet is preferred to that of ``--context``."""
    sheet = sheet_of(tmp_path, *rows)
    found = annotate(*two, "-t", "summary", "--sample-sheet", sheet, *words)
    assert expected == stated(found)


def test_each_person_of_a_sheet_has_the_evidence_of_the_own_context(
    annotate: Annotate, two: list[Path], tmp_path: Path
) -> None:
    sheet = sheet_of(tmp_path, FULL_SHEET, "ann.vcf A . adjuvant", "bob.vcf B male .")
    rows = annotate(*two, "--sample-sheet", sheet)
    assert [
        ("A", "rs1-survival", "other"),
        ("A", "rs2-level", "same"),
        ("B", "rs1-survival", "."),
        ("B", "rs2-level", "."),
    ] == [(row["sample"], row["association"], row["evidence_context"]) for row in rows]
    summary = annotate(*two, "--sample-sheet", sheet, "-t", "summary")
    conclusions = {row["sample"]: row["conclusion"] for row in summary}
    assert {"A": OVERALL["adjuvant"], "B": IN_MEN + OVERALL[""]} == conclusions


@pytest.mark.parametrize(
    ("rows", "words", "message"),
    [
        (
            [FULL_SHEET, "ann.vcf A femal .", "bob.vcf B . ."],
            [],
            "sample A: unknown sex 'femal'; use female or male; did you mean female?",
        ),
        (
            [FULL_SHEET, "ann.vcf A XX .", "bob.vcf B . ."],
            [],
            "sample A: unknown sex 'XX'; use female or male",
        ),
        (
            [FULL_SHEET, "ann.vcf A . .", "bob.vcf B . adjuvent"],
            [],
            f"sample B: unknown context 'adjuvent'; {KNOWN}; did you mean adjuvant?",
        ),
        (
            [FULL_SHEET, "ann.vcf A . .", "bob.vcf B male adjuvant"],
            [],
            "sample B: the context adjuvant is one of a female, not male",
        ),
        (
            [FULL_SHEET, "ann.vcf A female .", "bob.vcf B . ."],
            ["--context", "men"],
            "sample A: the context men is one of a male, not female",
        ),
        (
            [FULL_SHEET, "ann.vcf A female .", "bob.vcf A male ."],
            [],
            "sample A: its rows disagree: female, male",
        ),
    ],
    ids=[
        "mistyped sex",
        "unknown sex",
        "unknown context",
        "sex against context",
        "sex against --context",
        "rows disagree",
    ],
)
def test_faults_of_sex_and_context(
    run: Run,
    two: list[Path],
    toy_directory: Path,
    tmp_path: Path,
    rows: list[str],
    words: list[str],
    message: str,
) -> None:
    sheet = sheet_of(tmp_path, *rows)
    result = run("annotate", *two, "--kb", toy_directory, "--sample-sheet", sheet, *words)
    assert (2, "", f"Error: --sample-sheet {sheet}: {message}\n") == (
        result.exit_code,
        result.stdout,
        result.stderr,
    )
