"""What the evidence answers of the questions that the field asks: counts of results."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.toy_overlays import polygenic_entry, result_entry, section, written_overlay

from pgx_ana.knowledge import Answer, KnowledgeBase, load

Fields = dict[str, str]
Counts = tuple[int, int, int, int, int]
"""Results on the drug, on its class, in men, and without; and polygenic results."""

DRUGS = (
    "drugs:\n  - {id: tamoxifen, name: tamoxifen, drug_class: SERM}\n"
    "  - {id: none, name: no drug, drug_class: none}\n"
)
ANASTROZOLE = {"drugs": "[anastrozole]"}
POOLED = {"drugs": "[anastrozole, letrozole]"}
LETROZOLE = {"drugs": "[letrozole]"}
TAMOXIFEN = {"drugs": "[tamoxifen]"}
NO_DRUG = {"drugs": "[none]"}
UNCLEAR = {"result": "unclear", "direction": "unknown"}
MALE = {"population": "{sex: male}"}
BOTH = {"population": "{sex: both}"}
NOT_STATED = {"population": "{sex: not_stated}"}


def answered(
    toy_directory: Path,
    folder: Path,
    *results: Fields,
    polygenic: tuple[Fields, ...] = (),
    question: str = "",
) -> Answer:
    """Return the answer to a question on joints, from these results on pain.

    ``question`` has further fields of the question.
    """
    asked = f"{{id: joints, name: joints, groups: [joints], searched: made up{question}, "
    asked += 'searched_on: "2026-01-02"}'
    evidence = [
        result_entry(f"r{number}", **{"variants": "[rs3]", "outcome": "pain", **fields})
        for number, fields in enumerate(results)
    ]
    scores = [
        polygenic_entry(f"p{number}", **{"outcome": "pain", **fields})
        for number, fields in enumerate(polygenic)
    ]
    overlay = written_overlay(
        folder,
        DRUGS,
        f"questions:\n  - {asked}\n",
        section("evidence", *evidence) if evidence else "",
        section("polygenic", *scores) if scores else "",
    )
    (answer,) = (
        item for item in load([toy_directory, overlay]).answers if item.question.id == "joints"
    )
    return answer


def counts(answer: Answer) -> Counts:
    return (
        answer.on_drug,
        answer.on_class,
        answer.in_men,
        answer.without,
        len(answer.polygenic),
    )


def test_answers_of_the_toy_knowledge_base(toy: KnowledgeBase) -> None:
    """A question without groups of outcomes is one that nobody studied."""
    questions = toy.questions
    assert (
        Answer(questions["survival"], 1, 0, 0, 0, (), "drug", ("one-rs1-survival",)),
        Answer(questions["level"], 1, 0, 0, 0, (), "drug", ("two-rs2-level-null",)),
        Answer(questions["fertility"], 0, 0, 0, 0, (), "none", ()),
    ) == toy.answers


@pytest.mark.parametrize(
    ("results", "expected", "studied"),
    [
        ((), (0, 0, 0, 0, 0), "none"),
        ((ANASTROZOLE,), (1, 0, 0, 0, 0), "drug"),
        ((POOLED,), (0, 1, 0, 0, 0), "drug_class"),
        (({"drugs": "[tamoxifen, anastrozole]"},), (0, 1, 0, 0, 0), "drug_class"),
        ((LETROZOLE,), (0, 1, 0, 0, 0), "drug_class"),
        (({"drugs": "[tamoxifen, letrozole]"},), (0, 1, 0, 0, 0), "drug_class"),
        ((TAMOXIFEN,), (0, 0, 0, 1, 0), "other"),
        ((NO_DRUG,), (0, 0, 0, 1, 0), "other"),
        (({**ANASTROZOLE, "kind": "laboratory"},), (0, 0, 0, 1, 0), "other"),
        (({**ANASTROZOLE, "kind": "background"},), (0, 0, 0, 1, 0), "other"),
        (({**ANASTROZOLE, "kind": "meta_analysis"},), (1, 0, 0, 0, 0), "drug"),
        (
            (ANASTROZOLE, LETROZOLE, TAMOXIFEN, LETROZOLE, POOLED, NO_DRUG, NO_DRUG),
            (1, 3, 0, 3, 0),
            "drug",
        ),
        (({**ANASTROZOLE, "outcome": "level"},), (0, 0, 0, 0, 0), "none"),
        (({**ANASTROZOLE, **UNCLEAR},), (0, 0, 0, 0, 0), "none"),
        (({**ANASTROZOLE, **UNCLEAR}, LETROZOLE), (0, 1, 0, 0, 0), "drug_class"),
    ],
)
def test_results_are_counted_by_their_drugs(
    toy_directory: Path,
    tmp_path: Path,
    results: tuple[Fields, ...],
    expected: Counts,
    studied: str,
) -> None:
    """The drug alone is apart from pools with it; what is unclear or in no patient is no result."""
    answer = answered(toy_directory, tmp_path / "kb", *results)
    assert (expected, studied) == (counts(answer), answer.studied)


@pytest.mark.parametrize(
    ("result", "in_men"),
    [
        ({**ANASTROZOLE, **MALE}, 1),
        ({**ANASTROZOLE, **BOTH}, 1),
        ({**LETROZOLE, **MALE}, 1),
        (ANASTROZOLE, 0),
        ({**ANASTROZOLE, **NOT_STATED}, 0),
        ({**TAMOXIFEN, **MALE}, 0),
        ({**NO_DRUG, **MALE}, 0),
        ({**ANASTROZOLE, **MALE, "kind": "laboratory"}, 0),
    ],
)
def test_results_in_men_are_those_on_the_drug_or_its_class(
    toy_directory: Path, tmp_path: Path, result: Fields, in_men: int
) -> None:
    assert in_men == answered(toy_directory, tmp_path / "kb", result).in_men


@pytest.mark.parametrize(
    ("score", "in_men"),
    [({**ANASTROZOLE, **MALE}, 1), ({**LETROZOLE, **BOTH}, 1), (ANASTROZOLE, 0)],
)
def test_polygenic_results_in_men_count(
    toy_directory: Path, tmp_path: Path, score: Fields, in_men: int
) -> None:
    answer = answered(toy_directory, tmp_path / "kb", ANASTROZOLE, polygenic=(score,))
    assert in_men == answer.in_men


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("", (3, 0, 1, 1, 0)),
        (", sex: any", (3, 0, 1, 1, 0)),
        (", sex: female", (1, 0, 0, 1, 0)),
        (", sex: male", (1, 0, 1, 0, 0)),
    ],
)
def test_results_in_the_other_sex_do_not_answer_a_question(
    toy_directory: Path, tmp_path: Path, question: str, expected: Counts
) -> None:
    results = (ANASTROZOLE, {**ANASTROZOLE, **MALE}, TAMOXIFEN, {**ANASTROZOLE, **NOT_STATED})
    answer = answered(toy_directory, tmp_path / "kb", *results, question=question)
    assert expected == counts(answer)


def test_polygenic_results_of_the_groups_of_a_question(toy_directory: Path, tmp_path: Path) -> None:
    """They are listed and not counted by their drugs."""
    scores: tuple[Fields, ...] = ({}, {"outcome": "level"}, TAMOXIFEN)
    answer = answered(toy_directory, tmp_path / "kb", polygenic=scores)
    assert (["p0", "p2"], (0, 0, 0, 0, 2)) == (
        [item.id for item in answer.polygenic],
        counts(answer),
    )


@pytest.mark.parametrize(
    ("results", "polygenic", "studied"),
    [
        ((), (ANASTROZOLE,), "drug"),
        ((), (LETROZOLE,), "drug_class"),
        ((), (POOLED,), "drug_class"),
        ((), (TAMOXIFEN,), "other"),
        ((), (TAMOXIFEN, LETROZOLE), "drug_class"),
        ((), ({**ANASTROZOLE, "outcome": "level"},), "none"),
        ((LETROZOLE,), (ANASTROZOLE,), "drug"),
        ((LETROZOLE,), (TAMOXIFEN,), "drug_class"),
        ((TAMOXIFEN,), (LETROZOLE,), "drug_class"),
        ((ANASTROZOLE,), (TAMOXIFEN,), "drug"),
    ],
)
def test_polygenic_results_tell_on_what_a_question_was_studied(
    toy_directory: Path,
    tmp_path: Path,
    results: tuple[Fields, ...],
    polygenic: tuple[Fields, ...],
    studied: str,
) -> None:
    """The nearest drug of any result counts, on one variant or on many."""
    answer = answered(toy_directory, tmp_path / "kb", *results, polygenic=polygenic)
    assert studied == answer.studied


def test_answer_depends_on_the_drug_of_the_knowledge_base(
    toy_directory: Path, tmp_path: Path
) -> None:
    """The toy results are on anastrozole, which is another drug of the class of letrozole."""
    info = 'knowledge: {name: x, format: "2", version: 1.0.0, licence: x, drug: letrozole, '
    overlay = written_overlay(tmp_path / "kb", info + "description: x}\n")
    assert [(0, 1), (0, 1), (0, 0)] == [
        (answer.on_drug, answer.on_class) for answer in load([toy_directory, overlay]).answers
    ]
