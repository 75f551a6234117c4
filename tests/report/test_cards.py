"""Conclusions: how papers write the genotype, one card for one signal, no result lost."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from helpers.report_documents import (
    DRUG,
    Facts,
    annotation,
    association,
    call,
    document,
    marker,
    publication,
    result,
)

from pgx_ana.report.cards import Card, by_signal, cards, each_result_once, other_results
from pgx_ana.report.gathered import answered, gathered
from pgx_ana.report.studies import StudyWriter

KEYS = ("one", "two", "three")


def writer(results: Sequence[Facts] = ()) -> StudyWriter:
    years = {"one": 2001, "two": 2002, "three": 2003}
    publications = [publication(key, year) for key, year in years.items()]
    return StudyWriter(publications, list(results), DRUG)


def made(rows: Sequence[Facts], markers: Sequence[Facts], **parts: object) -> list[Card]:
    calls = [call(item["marker"]) for item in markers]
    given = {"annotations": rows, "markers": markers, "calls": calls, **parts}
    results = [item for of in markers for item in of["results"]]
    return list(cards(document(**given), writer(results)))


def single(row: Facts, **facts: object) -> Card:
    of = association(row["association"], supports=["one"])
    (card,) = made([row], [marker(row["variant"], [of], [result("one")], **facts)])
    return card


def test_what_is_not_assessed_has_no_card() -> None:
    row = annotation("x", "rs1", direction="not_assessed")
    of = association("x", supports=["one"])
    assert [] == made([row], [marker("rs1", [of], [result("one")])])
    assert [] == made([annotation("x", "rs1")], [])


@pytest.mark.parametrize(
    ("genotype", "facts", "notes"),
    [
        ("A/C", {}, ["A is *2"]),
        ("C/C", {}, []),
        ("A|A", {"reference": "A"}, ["A is *2", "the reference base A is the studied allele"]),
        ("C/C", {"reference": "A"}, ["the reference base A is the studied allele"]),
        ("C/C", {"reference": None, "studied_allele": None}, []),
    ],
)
def test_the_letters_of_papers(genotype: str, facts: Facts, notes: list[str]) -> None:
    of = association("x", supports=["one"])
    (card,) = made(
        [annotation("x", "rs1", genotype=genotype.replace("|", "/"))],
        [marker("rs1", [of], [result("one")], **facts)],
        calls=[call("rs1", genotype=genotype)],
    )
    assert notes == list(card.allele_notes)


@pytest.mark.parametrize(
    ("source", "sign"), [("asserted", "not observed"), ("other_strand", "the other strand")]
)
def test_what_was_not_observed_is_told(source: str, sign: str) -> None:
    assert sign in single(annotation("x", "rs1", source=source)).allele_notes[-1]


def linked_cards(**second: object) -> list[Card]:
    """Return cards on two linked variants, with one result of their own each and one of both."""
    markers = [
        marker(
            key,
            [association(f"{key}-pain", supports=[own, "three"])],
            [result(own, cohort="c", carriers="A"), result("three", carriers="A")],
            linked=[other],
        )
        for key, own, other in (("rs1", "two", "rs2"), ("rs2", "one", "rs1"))
    ]
    rows = [annotation("rs1-pain", "rs1"), annotation("rs2-pain", "rs2", **second)]
    return list(by_signal(made(rows, markers)))


def test_linked_markers_that_tell_the_same_share_a_card() -> None:
    (card,) = linked_cards()
    assert ("rs1", ["rs2"]) == (card.marker, [other.marker for other in card.same_signal])
    (block,) = card.blocks
    assert [("one", "rs2", "a"), ("two", "", "a"), ("three", "", "")] == [
        (row.result, row.at, row.overlap) for row in block.rows
    ]


@pytest.mark.parametrize(
    "difference",
    [{"effect": "better"}, {"direction": "lower"}, {"level": "indirect"}],
    ids=["effect", "direction", "level"],
)
def test_linked_markers_that_tell_something_else_have_a_card_each(difference: Facts) -> None:
    found = linked_cards(**difference)
    assert [("rs1", ()), ("rs2", ())] == [(card.marker, card.same_signal) for card in found]
    first, second = each_result_once(found)
    assert ["rs1", "rs1"] == [row.shown_at for row in first.blocks[0].rows]
    assert {"one": "rs2", "three": "rs1"} == {
        row.result: row.shown_at for row in second.blocks[0].rows
    }


def test_what_is_not_linked_has_a_card_of_its_own() -> None:
    found = [single(annotation("x", "rs1")), single(annotation("y", "rs2"))]
    assert found == list(by_signal(found))


def test_results_that_no_conclusion_of_the_person_lists_are_shown_beside() -> None:
    listed = association("x", null=["one"], left_out={"two": "a poster"})
    missing = association("y", supports=["three"])
    results = [result(key) for key in (*KEYS, "four")]
    given = document(
        annotations=[annotation("x", "rs1"), annotation("y", "rs1", direction="not_assessed")],
        markers=[marker("rs1", [listed, missing], results), marker("rs2", [], [result("one")])],
        calls=[call("rs1", genotype="A|C"), call("rs2")],
    )
    studies = StudyWriter([publication(key, 2000) for key in (*KEYS, "four")], results, DRUG)
    (others,) = other_results(given, studies)
    assert ("rs1", "A/C") == (others.marker, others.genotype)
    assert ["four", "three"] == [row.result for block in others.blocks for row in block.rows]


def test_gathered_results_are_there_once_with_all_their_genotypes() -> None:
    of = {key: association(f"{key}-pain", null=["one"]) for key in ("rs1", "rs2")}
    of["rs2"]["results"]["supports"] = ["two"]
    shared = [result("one", cohort="c"), result("two", cohort="c"), result("three", cohort="d")]
    found = made(
        [annotation(f"{key}-pain", key, direction="no_difference", level="null") for key in of],
        [marker(key, [item], shared) for key, item in of.items()],
    )
    (outcome,) = gathered(found)
    assert [("one", ("rs1 A/C", "rs2 A/C"), "a"), ("two", ("rs2 A/C",), "a")] == [
        (item.row.result, item.subjects, item.row.overlap) for item in outcome.rows
    ]


def test_a_result_with_another_verdict_or_reason_is_there_again() -> None:
    of = {
        "x": association("x", null=["one"]),
        "y": association("y", left_out={"one": "a poster"}),
        "z": association("z", left_out={"one": "too few"}),
    }
    found = made(
        [annotation(key, "rs1", direction="no_difference") for key in of],
        [marker("rs1", [*of.values()], [result("one")])],
    )
    (outcome,) = gathered(found)
    assert [("null", ""), ("left out", "a poster"), ("left out", "too few")] == [
        (item.row.verdict.word, item.row.reason) for item in outcome.rows
    ]


def test_answers_say_what_is_unusual_about_a_level() -> None:
    rows = [
        annotation("a", "rs1", direction="no_difference", level="null"),
        annotation("b", "rs1", direction="no_difference", level="contradicted"),
        annotation("c", "rs1", direction="not_studied", level="replicated"),
        annotation("d", "rs1", direction="undetermined", level="indirect"),
        annotation("e", "rs1", direction="unsettled", level="unsettled"),
    ]
    of = [association(row["association"], null=["one"]) for row in rows]
    found = answered(made(rows, [marker("rs1", of, [result("one")])]))
    assert [
        ("No significant difference reported", 2, ["rs1 A/C", "rs1 A/C [contradicted]"]),
        ("Cannot be settled: a difference was reported, but not in whom", 1, ["rs1 A/C"]),
        ("No usable result for this genotype", 1, ["rs1 A/C"]),
        (
            "Not determined: the possible genotypes differ",
            1,
            ["rs1 A/C [indirect evidence]"],
        ),
    ] == [(item.title, item.n_conclusions, [*item.lines[0].genotypes]) for item in found]
