"""The summary of a person as a whole: counts, context, men, and the questions of the field."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from helpers.synthetic_calls import (
    UNSTATED,
    annotated,
    called,
    coded,
    partial,
    summary,
    table_rows,
    unobserved,
)
from helpers.toy_overlays import (
    association_entry,
    polygenic_entry,
    result_entry,
    section,
    written_overlay,
)

from pgx_ana.annotation import evidence_context
from pgx_ana.knowledge import KnowledgeBase, load
from pgx_ana.model import ABSENT, Call, Circumstances
from pgx_ana.output.tables import Value
from pgx_ana.terms import TEXT_TABLES, CallStatus, TableName

ADJUVANT = Circumstances("female", "adjuvant")
MAN = Circumstances("male", "")
MAN_IN_CONTEXT = Circumstances("male", "men")

MEN = (
    "No study of any germline variant and anastrozole in men was found; what is shown was studied "
    "in women. Better and worse refer to them."
)
STUDIED_IN = "The evidence was gathered in: metastatic; adjuvant."
QUESTIONS = (
    "Of 3 questions that the field asks, germline variants were studied on anastrozole itself for "
    "2, only on other or pooled drugs of its class for 0, and on none of them for 1 (fertility); "
    "in men for 0."
)
CALLED = "Called: {} of 2 known sites; assessed: {} of 2 variants and haplotype sets with evidence."
ONE_FINDING = "1 finding in all, linked variants counted once; the firmest: limited evidence."
NO_FINDING = "No finding applies."

Load = Callable[..., KnowledgeBase]


def overall(
    knowledge: KnowledgeBase, calls: Mapping[str, Call], person: Circumstances = UNSTATED
) -> dict[str, Value]:
    """Return the summary of one person as a whole."""
    people = {name: [call] for name, call in calls.items()}
    (row,) = summary(annotated(knowledge, people, person=person), "overall")
    return row


def sentences(*texts: str) -> str:
    return " ".join(texts)


@pytest.mark.parametrize(
    ("rs1", "rs2", "conclusion", "level"),
    [
        pytest.param(
            called("A/C"),
            called("A/A"),
            sentences(CALLED.format(2, 2), ONE_FINDING),
            "single_corrected",
            id="a-finding",
        ),
        pytest.param(
            ABSENT,
            called("A/A"),
            sentences(CALLED.format(1, 1), NO_FINDING),
            None,
            id="assessed-without-a-finding",
        ),
        pytest.param(
            partial("A", "."),
            called("T/T"),
            sentences(CALLED.format(1, 2), ONE_FINDING),
            "single_corrected",
            id="a-partial-call-is-assessed-but-not-called",
        ),
        pytest.param(
            ABSENT,
            unobserved(CallStatus.FILTERED, ("A", "A")),
            sentences(CALLED.format(0, 0), NO_FINDING),
            "not_assessable",
            id="nothing-assessed",
        ),
    ],
)
def test_counts_and_the_highest_level(
    toy: KnowledgeBase, rs1: Call, rs2: Call, conclusion: str, level: str | None
) -> None:
    assert {
        "sample": "S0",
        "category": "overall",
        "conclusion": sentences(conclusion, STUDIED_IN, QUESTIONS),
        "highest_level": level,
        "sex": None,
        "context": None,
        "label_use": None,
        "findings": (),
        "assessed": (),
        "not_assessed": (),
    } == overall(toy, {"rs1": rs1, "rs2": rs2})


def test_a_set_is_assessed_if_any_conclusion_on_it_could_be_drawn(
    toy_haplotypes: KnowledgeBase,
) -> None:
    """Without rs4 the copies of *2 are known, but not the phenotype."""
    calls = {"rs1": called("A/A"), "rs2": called("A/A"), "rs4": ABSENT, "rs5": ABSENT}
    row = overall(toy_haplotypes, calls)
    expected = (
        "Called: 2 of 4 known sites; assessed: 3 of 3 variants and haplotype sets with evidence."
    )
    assert str(row["conclusion"]).startswith(expected)


def test_the_overall_summary_is_the_last(toy: KnowledgeBase) -> None:
    rows = table_rows(TableName.SUMMARY, annotated(toy, {"rs1": [called("A/A")]}))
    assert [
        "efficacy",
        "exposure",
        "estradiol_suppression",
        "toxicity",
        "overall",
    ] == [row["category"] for row in rows]


ADJUVANT_TEXT = (
    "Context: adjuvant use (a labelled use); 1 of 2 conclusions rest on evidence from it. Usually "
    "monitored, or measured in studies of this use: pain, lipids."
)
MEN_TEXT = (
    "Context: use in men (off-label); 0 of 2 conclusions rest on evidence from it. Usually "
    "monitored, or measured in studies of this use: testosterone. Nothing was studied in men."
)


@pytest.mark.parametrize(
    ("person", "before", "after", "label_use"),
    [
        pytest.param(UNSTATED, (), (STUDIED_IN,), None, id="nothing-stated"),
        pytest.param(Circumstances("female", ""), (), (STUDIED_IN,), None, id="woman"),
        pytest.param(MAN, (MEN,), (STUDIED_IN,), None, id="man"),
        pytest.param(ADJUVANT, (), (ADJUVANT_TEXT,), "on_label", id="labelled-use"),
        pytest.param(MAN_IN_CONTEXT, (MEN,), (MEN_TEXT,), "off_label", id="off-label-use-in-men"),
    ],
)
def test_the_context_of_a_person(
    toy: KnowledgeBase,
    person: Circumstances,
    before: tuple[str, ...],
    after: tuple[str, ...],
    label_use: str | None,
) -> None:
    row = overall(toy, {"rs1": called("A/C"), "rs2": called("A/A")}, person)
    finding = ONE_FINDING
    expected = sentences(*before, CALLED.format(2, 2), finding, *after, QUESTIONS)
    assert (expected, person.sex or None, person.context or None, label_use) == (
        row["conclusion"],
        row["sex"],
        row["context"],
        row["label_use"],
    )


def test_every_category_tells_a_man_that_men_were_not_studied(toy: KnowledgeBase) -> None:
    people = {"rs1": [called("A/C")], "rs2": [ABSENT]}
    of_anyone, of_man, of_woman = (
        [
            row["conclusion"]
            for row in table_rows(TableName.SUMMARY, annotated(toy, people, person=person))
        ]
        for person in (UNSTATED, MAN, Circumstances("female", ""))
    )
    assert [f"{MEN} {text}" for text in of_anyone] == of_man
    assert of_anyone == of_woman


@pytest.fixture
def load_with(toy_directory: Path, tmp_path: Path) -> Load:
    """Return a function that loads the toy knowledge base with more sections."""

    def loaded(*sections: str) -> KnowledgeBase:
        return load([toy_directory, written_overlay(tmp_path / "more", *sections)])

    return loaded


IN_MEN = {
    "variants": "[rs3]",
    "outcome": "pain",
    "drugs": "[anastrozole]",
    "population": "{sex: male}",
}


@pytest.mark.parametrize(
    ("changed", "is_told"),
    [
        pytest.param({}, False, id="men-on-the-drug"),
        pytest.param({"population": "{sex: both}"}, False, id="both-sexes-on-the-drug"),
        pytest.param({"drugs": "[anastrozole, letrozole]"}, False, id="men-on-pooled-drugs"),
        pytest.param({"drugs": "[letrozole]"}, True, id="men-on-another-drug"),
        pytest.param({"kind": "laboratory"}, True, id="samples-from-men"),
        pytest.param({"population": "{sex: not_stated}"}, True, id="sex-not-stated"),
    ],
)
def test_men_are_told_so_until_there_is_a_result_in_men_on_the_drug(
    load_with: Load, changed: dict[str, str], is_told: bool
) -> None:
    knowledge = load_with(section("evidence", result_entry("in-men", **{**IN_MEN, **changed})))
    conclusion = overall(knowledge, {"rs1": called("A/C")}, MAN)["conclusion"]
    assert is_told is str(conclusion).startswith(MEN)


@pytest.mark.parametrize(
    ("fields", "is_told"),
    [
        pytest.param({}, False, id="men-on-the-drug"),
        pytest.param({"population": "{sex: both}"}, False, id="both-sexes-on-the-drug"),
        pytest.param({"drugs": "[letrozole]"}, True, id="men-on-another-drug"),
        pytest.param({"population": "{sex: female}"}, True, id="women"),
    ],
)
def test_a_study_of_many_variants_in_men_is_a_study_in_men(
    load_with: Load, fields: dict[str, str], is_told: bool
) -> None:
    score = {key: IN_MEN[key] for key in ("outcome", "drugs", "population")}
    knowledge = load_with(section("polygenic", polygenic_entry("score", **{**score, **fields})))
    conclusion = overall(knowledge, {"rs1": called("A/C")}, MAN)["conclusion"]
    assert is_told is str(conclusion).startswith(MEN)


def linkage(*conflicts: str) -> str:
    """Return a linkage group of rs1 and rs3."""
    return f"""\
linkage:
  - id: linked
    variants: [rs1, rs3]
    together: {{rs1: A, rs3: T}}
    conflicts: [{", ".join(conflicts)}]
    note: made up
"""


def rs3_survival(direction: str) -> str:
    """Return an association of rs3 T with survival."""
    other = {"higher": "lower", "lower": "higher"}[direction]
    evidence = result_entry(
        "rs3-result",
        variants="[rs3]",
        drugs="[anastrozole]",
        outcome="survival",
        result="association",
        alleles="{rs3: T}",
        direction=direction,
        significance="nominal",
    )
    association = association_entry(
        "rs3-survival",
        {"T/T": direction, "T/C": direction, "C/C": other},
        variant="rs3",
        outcome="survival",
        drug="anastrozole",
        evidence="[rs3-result]",
    )
    return section("evidence", evidence) + section("associations", association)


CONFLICT = ("rs1-survival", "rs3-survival")


@pytest.mark.parametrize(
    ("direction", "linked", "efficacy", "n_findings"),
    [
        pytest.param(
            "higher",
            "",
            (
                "2 findings: survival better (rs1; limited evidence), "
                "survival better (rs3; weak evidence)"
            ),
            "2 findings",
            id="not-linked",
        ),
        pytest.param(
            "higher",
            linkage(),
            "1 finding: survival better (rs1, rs3; limited evidence)",
            "1 finding",
            id="linked",
        ),
        pytest.param(
            "lower",
            linkage(*CONFLICT),
            "1 finding: survival conflicting (rs1, rs3; limited evidence)",
            "1 finding",
            id="linked-with-opposite-effects",
        ),
    ],
)
def test_linked_findings_are_counted_once(
    load_with: Load, direction: str, linked: str, efficacy: str, n_findings: str
) -> None:
    knowledge = load_with(rs3_survival(direction), linked)
    people = {"rs1": [called("A/C")], "rs3": [called("T/C")]}
    rows = table_rows(TableName.SUMMARY, annotated(knowledge, people))
    by_category = {row["category"]: row for row in rows}
    assert (
        f"Nothing established. On anastrozole itself: {efficacy}."
        == (by_category["efficacy"]["conclusion"])
    )
    findings = by_category["efficacy"]["findings"]
    assert isinstance(findings, tuple)
    assert ["rs1 A/C", "rs3 T/C"] == [text.split(":")[0] for text in findings]
    in_all = f"{n_findings} in all, linked variants counted once; the firmest: limited evidence."
    assert in_all in str(by_category["overall"]["conclusion"])


def test_questions_on_other_drugs_only(load_with: Load) -> None:
    """A question without a study is counted and named; one on the class alone is counted."""
    questions = """\
questions:
  - {id: joints, name: joint pain, groups: [joints], searched: made up, searched_on: "2026-01-02"}
"""
    on_letrozole = result_entry("letrozole-pain", variants="[rs3]", outcome="pain")
    knowledge = load_with(section("evidence", on_letrozole), questions)
    assert (
        "Of 4 questions that the field asks, germline variants were studied on anastrozole itself "
        "for 2, only on other or pooled drugs of its class for 1, and on none of them for 1 "
        "(fertility); in men for 0."
    ) in str(overall(knowledge, {"rs1": called("A/C")})["conclusion"])


def test_without_questions_nothing_is_said_of_them(toy: KnowledgeBase) -> None:
    knowledge = dataclasses.replace(toy, questions={})
    row = overall(knowledge, {"rs1": called("A/C"), "rs2": called("A/A")})
    finding = ONE_FINDING
    assert sentences(CALLED.format(2, 2), finding, STUDIED_IN) == row["conclusion"]


def test_only_the_settings_of_chosen_variants_are_named(toy: KnowledgeBase) -> None:
    conclusion = overall(toy, {"rs2": called("A/A")})["conclusion"]
    assert "The evidence was gathered in: adjuvant." in str(conclusion)
    conclusion = overall(toy, {"rs6": called("G/G")})["conclusion"]
    assert "assessed: 0 of 0 variants" in str(conclusion)
    assert "The evidence was gathered" not in str(conclusion)


@pytest.mark.parametrize(
    ("settings", "context", "expected"),
    [
        (("adjuvant",), "", None),
        ((), "", None),
        (("adjuvant",), "adjuvant", "same"),
        (("metastatic", "adjuvant"), "adjuvant", "same"),
        (("metastatic",), "adjuvant", "other"),
        ((), "adjuvant", "none"),
        (("adjuvant",), "men", "other"),
        ((), "men", "none"),
    ],
)
def test_evidence_context(
    toy: KnowledgeBase, settings: tuple[str, ...], context: str, expected: str | None
) -> None:
    assert expected == evidence_context(settings, toy.contexts.get(context))


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        (UNSTATED, {"rs1-survival": None, "rs2-level": None}),
        (MAN, {"rs1-survival": None, "rs2-level": None}),
        (ADJUVANT, {"rs1-survival": "other", "rs2-level": "same"}),
        (MAN_IN_CONTEXT, {"rs1-survival": "other", "rs2-level": "other"}),
    ],
)
def test_evidence_context_of_each_conclusion(
    toy: KnowledgeBase, person: Circumstances, expected: dict[str, str | None]
) -> None:
    people = {"rs1": [called("A/C")], "rs2": [ABSENT]}
    rows = table_rows(TableName.ANNOTATIONS, annotated(toy, people, person=person))
    assert expected == {row["association"]: row["evidence_context"] for row in rows}


def test_people_of_one_cohort_keep_their_circumstances(toy: KnowledgeBase) -> None:
    """Equal calls in different circumstances, and different calls in equal ones."""
    people = (UNSTATED, ADJUVANT, MAN_IN_CONTEXT, MAN, ADJUVANT)
    calls = (called("A/C"), called("A/C"), called("C/C"), ABSENT, called("C/C"))
    together = dataclasses.replace(
        annotated(toy, {"rs1": calls, "rs2": [called("A/A")] * len(calls)}),
        circumstances=coded(people),
    )
    for name in TEXT_TABLES:
        rows = table_rows(name, together)
        expected = [
            row | {"sample": f"S{number}"}
            for number, (call, person) in enumerate(zip(calls, people, strict=True))
            for row in table_rows(
                name, annotated(toy, {"rs1": [call], "rs2": [called("A/A")]}, person=person)
            )
        ]
        assert expected == rows
