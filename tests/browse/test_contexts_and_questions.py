"""The uses of the drug and the questions that the field asks: lists, pages, the handbook."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from helpers.toy_overlays import (
    kb_options,
    polygenic_entry,
    result_entry,
    section,
    written_overlay,
)

from pgx_ana.browse.handbook import handbook_lines
from pgx_ana.knowledge import KnowledgeBase, load

if TYPE_CHECKING:
    from helpers.fixture_types import Run

OTHER_DRUG = """\
drugs:
  - {id: tamoxifen, name: tamoxifen, drug_class: receptor modulator}
publications:
  - {id: three, first_author: Three C, year: 1999}
"""
CONTEXTS = """\
contexts:
  - id: everywhere
    name: use anywhere
    sex: female
    off_label: "yes"
    settings: [adjuvant, metastatic]
    monitored_source: a label
"""
QUESTIONS = """\
questions:
  - {id: pain, name: joint pain, groups: [joints], searched: "a, b", searched_on: "2026-01-03"}
  - id: pain_in_men
    name: joint pain of men
    groups: [joints]
    sex: male
    searched: elsewhere
    searched_on: "2026-01-04"
  - id: both
    name: level and survival
    groups: [control, level]
    searched: made up
    searched_on: "2026-01-05"
"""
PAIN = {"outcome": "pain", "variants": "[rs3]"}
RESULTS = (
    result_entry("women", **PAIN),
    result_entry("women-again", **PAIN),
    result_entry("alone", drugs="[anastrozole]", **PAIN),
    result_entry("pooled", drugs="[letrozole, anastrozole]", population="{sex: both}", **PAIN),
    result_entry("cells", drugs="[anastrozole]", kind="laboratory", **PAIN),
    result_entry("men", drugs="[tamoxifen]", population="{sex: male}", **PAIN),
)
POLYGENIC = (
    polygenic_entry("two-score", outcome="survival", summary="No difference by a score."),
    polygenic_entry(
        "three-score",
        publication="three",
        outcome="relapse",
        result="association",
        significance="nominal",
        summary="Fewer relapses with a high score.",
    ),
)
SCORES = [
    "Two B 2002 (two-2002): No difference by a score.",
    "Three C 1999 (three): Fewer relapses with a high score.",
]
NOBODY = "no study with germline variants was found"


def answer(on_drug: str, on_class: str, in_men: str, without: str, many: int = 0) -> str:
    on_many = f"; on many variants at once: {many}" if many else ""
    return (
        f"results on anastrozole itself: {on_drug}; on other or pooled aromatase inhibitors: "
        f"{on_class}; in men on any of them: {in_men}; without them: {without}{on_many}"
    )


CONTEXT_HEADER = ["context", "name", "sex", "label_use", "monitored", "results", "note"]
ADJUVANT = ["adjuvant", "adjuvant use", "female", "on_label", "pain;lipids", "1", "."]
MEN = ["men", "use in men", "male", "off_label", "testosterone", "0", "Nothing was studied in men."]
EVERYWHERE = ["everywhere", "use anywhere", "female", "off_label", ".", "2", "."]

QUESTION_HEADER = [
    "question", "name", "answer", "on_drug", "on_drug_class", "in_men", "without_drug", "polygenic",
    "searched_on", "searched", "note",
]  # fmt: skip
ONCE, FOUND = answer("1", "none", "none", "none"), ["1", "0", "0", "0"]
ON_MANY_TOO = answer("1", "none", "none", "none", 2)
SURVIVAL = ["survival", "survival", ONCE, *FOUND, ".", "2026-01-02", "made up", "."]
SCORED = [
    "survival",
    "survival",
    ON_MANY_TOO,
    *FOUND,
    ";".join(SCORES),
    "2026-01-02",
    "made up",
    ".",
]
LEVEL = ["level", "drug level", ONCE, *FOUND, ".", "2026-01-02", "made up", "."]
FERTILITY = [
    "fertility", "fertility", NOBODY, "0", "0", "0", "0", ".", "2026-01-02", "made up",
    "Nobody asked.",
]  # fmt: skip
PAIN_ROW = [
    "pain", "joint pain", answer("1", "3", "1", "2"), "1", "3", "1", "2", ".", "2026-01-03",
    "a, b", ".",
]  # fmt: skip
PAIN_IN_MEN = [
    "pain_in_men", "joint pain of men", answer("none", "1", "1", "1"), "0", "1", "1", "1",
    ".", "2026-01-04", "elsewhere", ".",
]  # fmt: skip
BOTH = [
    "both", "level and survival", answer("2", "none", "none", "none", 2), "2", "0", "0", "0",
    ";".join(SCORES), "2026-01-05", "made up", ".",
]  # fmt: skip


@pytest.fixture(scope="module")
def everywhere(tmp_path_factory: pytest.TempPathFactory, toy_directory: Path) -> list[Path]:
    """Return the toy knowledge base with a context that has two settings, and no monitoring."""
    return [toy_directory, written_overlay(tmp_path_factory.mktemp("contexts"), CONTEXTS)]


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory, toy_directory: Path) -> list[Path]:
    """Return the toy knowledge base with further questions, results on pain, and scores."""
    overlay = written_overlay(
        tmp_path_factory.mktemp("questions"),
        OTHER_DRUG,
        QUESTIONS,
        section("evidence", *RESULTS),
        section("polygenic", *POLYGENIC),
    )
    return [toy_directory, overlay]


def table(run: Run, *words: str) -> list[list[str]]:
    """Return the rows of a list as TSV, header first."""
    result = run("kb", *words)
    assert (0, "") == (result.exit_code, result.stderr)
    return [line.split("\t") for line in result.stdout.splitlines()]


def test_the_list_of_contexts(run: Run, toy_directory: Path, everywhere: list[Path]) -> None:
    """Results are those from any setting of the context."""
    words = ["list", "--context"]
    assert [CONTEXT_HEADER, ADJUVANT, MEN] == table(run, *words, *kb_options([toy_directory]))
    assert [CONTEXT_HEADER, ADJUVANT, MEN, EVERYWHERE] == table(
        run, *words, *kb_options(everywhere)
    )


def test_contexts_as_json(run: Run, toy_directory: Path) -> None:
    result = run("kb", "list", "--context", "--format", "json", "--kb", toy_directory)
    assert (0, "") == (result.exit_code, result.stderr)
    assert [
        {
            "context": "adjuvant",
            "name": "adjuvant use",
            "sex": "female",
            "label_use": "on_label",
            "monitored": ["pain", "lipids"],
            "results": 1,
            "note": "",
        },
        {
            "context": "men",
            "name": "use in men",
            "sex": "male",
            "label_use": "off_label",
            "monitored": ["testosterone"],
            "results": 0,
            "note": "Nothing was studied in men.",
        },
    ] == json.loads(result.stdout)


@pytest.mark.parametrize("words", [["list", "--context"], ["questions"]], ids=" ".join)
def test_a_knowledge_base_without_contexts_and_questions(
    run: Run, toy_directory: Path, tmp_path: Path, words: list[str]
) -> None:
    for path in toy_directory.iterdir():
        text = path.read_text(encoding="utf-8").partition("contexts:\n")[0]
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    header = CONTEXT_HEADER if "--context" in words else QUESTION_HEADER
    assert [header] == table(run, *words, *kb_options([tmp_path]))
    as_json = run("kb", *words, "--format", "json", *kb_options([tmp_path]))
    assert (0, "[]\n", "") == (as_json.exit_code, as_json.stdout, as_json.stderr)


@pytest.mark.parametrize("name", ["adjuvant", "ADJUVANT"])
def test_the_page_on_a_context(run: Run, toy_directory: Path, name: str) -> None:
    result = run("kb", "show", name, "--kb", toy_directory)
    assert (0, "") == (result.exit_code, result.stderr)
    assert [
        "adjuvant  adjuvant use",
        "  female, on label",
        "  usually monitored: pain, lipids",
        "  results from it: 1",
    ] == result.stdout.splitlines()


def test_the_page_on_a_context_with_a_note(run: Run, toy_directory: Path) -> None:
    result = run("kb", "show", "men", "--kb", toy_directory)
    assert [
        "men  use in men",
        "  male, off label",
        "  usually monitored: testosterone",
        "  results from it: 0",
        "  Nothing was studied in men.",
    ] == result.stdout.splitlines()


def test_the_page_on_a_context_of_which_little_is_known(run: Run, everywhere: list[Path]) -> None:
    result = run("kb", "show", "everywhere", *kb_options(everywhere))
    assert [
        "everywhere  use anywhere",
        "  female, off label",
        "  usually monitored: not known",
        "  source: a label",
        "  results from it: 2",
    ] == result.stdout.splitlines()


def test_the_list_of_questions(run: Run, toy_directory: Path, asked: list[Path]) -> None:
    """Pooled results count for the class; a question of men counts those in both sexes too."""
    plain = [QUESTION_HEADER, SURVIVAL, LEVEL, FERTILITY]
    assert plain == table(run, "questions", *kb_options([toy_directory]))
    further = [QUESTION_HEADER, SCORED, LEVEL, FERTILITY, PAIN_ROW, PAIN_IN_MEN, BOTH]
    assert further == table(run, "questions", *kb_options(asked))


def test_questions_as_json(run: Run, asked: list[Path]) -> None:
    result = run("kb", "questions", "-f", "json", *kb_options(asked))
    assert (0, "") == (result.exit_code, result.stderr)
    survival, _, fertility, *_ = json.loads(result.stdout)
    assert {
        "question": "survival",
        "name": "survival",
        "answer": ON_MANY_TOO,
        "on_drug": 1,
        "on_drug_class": 0,
        "in_men": 0,
        "without_drug": 0,
        "polygenic": SCORES,
        "searched_on": "2026-01-02",
        "searched": "made up",
        "note": "",
    } == survival
    assert (NOBODY, [], "Nobody asked.") == tuple(
        fertility[name] for name in ("answer", "polygenic", "note")
    )


def part(lines: list[str], heading: str) -> list[str]:
    """Return the lines under a heading of the handbook, up to the next one."""
    after = lines[lines.index(heading) + 1 :]
    end = next(number for number, line in enumerate(after) if line.startswith("## "))
    return after[:end]


def first_cells(lines: list[str]) -> list[str]:
    """Return the first cell of each row of a table, header first."""
    return [line.split(" | ")[0][2:] for line in lines if line.startswith("| ")]


def test_contexts_in_the_handbook(everywhere: list[Path]) -> None:
    assert [
        "",
        "| context | name | sex | label | usually monitored | note |",
        "|---|---|---|---|---|---|",
        "| adjuvant | adjuvant use | female | on label | pain, lipids |  |",
        "| men | use in men | male | off label | testosterone | Nothing was studied in men. |",
        "| everywhere | use anywhere | female | off label |  |  |",
        "",
    ] == part(list(handbook_lines(load(everywhere))), "## Contexts")


def test_questions_in_the_handbook(toy: KnowledgeBase, asked: list[Path]) -> None:
    """Results on many variants are listed once, whatever the number of questions about them."""
    plain = [
        "",
        "| question | germline variants | note |",
        "|---|---|---|",
    ]
    others = [f"| drug level | {ONCE} |  |", f"| fertility | {NOBODY} | Nobody asked. |"]
    survival = f"| survival | {ONCE} |  |"
    assert [*plain, survival, *others, ""] == part(list(handbook_lines(toy)), "## Questions")
    assert [
        *plain,
        f"| survival | {ON_MANY_TOO} |  |",
        *others,
        f"| joint pain | {answer('1', '3', '1', '2')} |  |",
        f"| joint pain of men | {answer('none', '1', '1', '1')} |  |",
        f"| level and survival | {answer('2', 'none', 'none', 'none', 2)} |  |",
        "",
        "Results on many variants at once, never scored on a genotype:",
        "",
        *(f"* {score}" for score in SCORES),
        "",
    ] == part(list(handbook_lines(load(asked))), "## Questions")


def test_the_handbook_has_every_curated_context_and_question(curated: KnowledgeBase) -> None:
    lines = list(handbook_lines(curated))
    contexts, questions = part(lines, "## Contexts"), part(lines, "## Questions")
    assert list(curated.contexts) == first_cells(contexts)[1:]
    assert [item.name for item in curated.questions.values()] == first_cells(questions)[1:]
    assert len(curated.polygenic) == sum(line.startswith("* ") for line in questions)
