"""Every published result has a row: in order, with whom it compares, and what it rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from helpers.report_documents import DRUG, Facts, estimate, marker, publication, result

from pgx_ana.report.studies import StudyBlock, StudyRow, StudyWriter, surname


def blocks(
    results: Sequence[Facts],
    stances: Mapping[str, str] | None = None,
    years: Mapping[str, int | None] | None = None,
    left_out: Mapping[str, str] | None = None,
    genotype: str = "A/C",
) -> tuple[StudyBlock, ...]:
    keys = [item["result"] for item in results]
    publications = [publication(key, (years or {}).get(key, 2000)) for key in keys]
    writer = StudyWriter(publications, results, DRUG)
    verdicts = dict.fromkeys(keys, "supports") | dict(stances or {})
    return writer.blocks(verdicts, marker("rs1", [], results), genotype, left_out or {})


def rows(results: Sequence[Facts], **given: object) -> list[StudyRow]:
    return [row for block in blocks(results, **given) for row in block.rows]  # type: ignore[arg-type]


def row(**facts: object) -> StudyRow:
    (found,) = rows([result("one", **facts)])
    return found


def test_for_comes_before_null_and_against_and_then_the_older() -> None:
    stances = {
        "a": "not_scored",
        "b": "contradicts",
        "c": "null",
        "d": "supports",
        "e": "supports",
        "f": "unplaced",
        "g": "left_out",
        "h": "supports",
    }
    years = {"d": 2010, "e": 2001, "h": None}
    found = rows([result(key) for key in stances], stances=stances, years=years)
    assert [
        ("e", "for"),
        ("d", "for"),
        ("h", "for"),
        ("c", "null"),
        ("b", "against"),
        ("f", "not placed"),
        ("a", "not scored"),
        ("g", "left out"),
    ] == [(item.result, item.verdict.word) for item in found]
    assert ["Liu 2001", "Liu 2010", "Liu (year unknown)"] == [item.label for item in found[:3]]


def test_results_of_a_conclusion_alone_are_shown() -> None:
    results = [result("listed"), result("other")]
    writer = StudyWriter([publication("listed", 2000)], results, DRUG)
    (block,) = writer.blocks({"listed": "null"}, marker("rs1", [], results), "A/C", {})
    assert ["listed"] == [item.result for item in block.rows]
    assert {"listed": 1} == writer.cited


def test_other_drugs_and_background_have_blocks_of_their_own() -> None:
    found = blocks(
        [
            result("several", drugs=[DRUG, "letrozole"], is_on_drug=False),
            result("lab", kind="laboratory"),
            result("healthy", kind="background"),
            result("unnamed", drugs=["an aromatase inhibitor not named"], is_on_drug=False),
            result("alone"),
        ]
    )
    assert [
        ("On anastrozole itself", True, ["alone"]),
        ("On other drugs or several together", False, ["several", "unnamed"]),
        ("Background", False, ["healthy", "lab"]),
    ] == [(b.title, b.is_on_drug, [item.result for item in b.rows]) for b in found]
    assert ["anastrozole + letrozole", "unnamed AI"] == [item.drugs for item in found[1].rows]


@pytest.mark.parametrize(
    ("cohorts", "letters"),
    [
        ({"a": [], "b": []}, ["", ""]),
        ({"a": ["b"], "b": []}, ["a", "a"]),
        ({"a": [], "b": ["a"]}, ["a", "a"]),
        ({"a": ["z"], "b": ["z"], "c": []}, ["a", "a", ""]),
        ({"a": [], "b": [], "c": ["a", "b"]}, ["a", "a", "a"]),
        ({"a": ["b"], "b": [], "c": [], "d": ["c"], "e": ["d"]}, ["a", "a", "b", "b", "b"]),
    ],
    ids=["apart", "named by the first", "by the second", "a third", "joined late", "two chains"],
)
def test_the_same_or_overlapping_people_share_a_letter(
    cohorts: Mapping[str, list[str]], letters: list[str]
) -> None:
    results = [result(key, cohort=key, overlaps=near) for key, near in cohorts.items()]
    assert letters == [item.overlap for item in rows(results)]


def test_results_of_one_publication_need_no_letter() -> None:
    results = [result(key, cohort="same", publication="paper") for key in ("a", "b")]
    writer = StudyWriter([publication("paper", 2000)], results, DRUG)
    (block,) = writer.blocks({"a": "supports", "b": "null"}, marker("rs1", [], results), "A/C", {})
    assert ["", ""] == [item.overlap for item in block.rows]


def test_letters_go_on_after_z_and_over_blocks() -> None:
    results = [
        result(f"{number:02}{side}", cohort=f"{number}", is_on_drug=side == "x")
        for number in range(28)
        for side in "xy"
    ]
    on_drug, others = blocks(results)
    letters = [item.overlap for item in on_drug.rows]
    assert [*"abcdefghijklmnopqrstuvwxyz", "aa", "ab"] == letters
    assert letters == [item.overlap for item in others.rows]


def test_what_is_left_out_says_why() -> None:
    found = rows([result("a"), result("b")], stances={"b": "left_out"}, left_out={"b": "a poster"})
    assert [("a", ""), ("b", "a poster")] == [(item.result, item.reason) for item in found]


def test_groups_mark_the_genotype_of_the_person() -> None:
    compared = {"effect": ["A/A", "A/C"], "comparator": ["C/C"]}
    found = row(compared=compared, carriers="A")
    assert [("A/A", False), ("A/C", True)] == [(g.text, g.is_own) for g in found.effect]
    assert [("C/C", False)] == [(g.text, g.is_own) for g in found.comparator]
    assert found.carriers == ""


@pytest.mark.parametrize(
    ("carried", "model", "told"),
    [
        ("A", "per_allele", "per A"),
        ("A", "carriers", "carriers of A"),
        ("A", "homozygotes", "A/A"),
        ("*2", "carriers", "in *2"),
        ("poor metaboliser", "unknown", "in poor metaboliser"),
        (None, "carriers", ""),
    ],
)
def test_without_groups_a_row_says_in_whom(carried: str | None, model: str, told: str) -> None:
    assert told == row(carriers=carried, model=model).carriers


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({}, "1,000"),
        ({"n": None}, "n unknown"),
        ({"setting": "breast_cancer_any", "n": 7}, "7, breast cancer any"),
        ({"sex": "male"}, "1,000, men"),
    ],
)
def test_people_are_told_where_they_are_not_the_usual_ones(facts: Facts, told: str) -> None:
    assert told == row(**facts).people


def test_an_effect_size_about_another_variant_is_not_shown() -> None:
    found = row(
        estimates=[
            estimate("OR of pain, rs10", 3, 2, 4),
            estimate("OR of pain, rs1", 0.5, 0.25, 1),
        ]
    )
    assert found.estimate == "OR of pain, rs1 0.5 (0.25 to 1)"
    assert found.bar is not None
    assert (25, 38, 50) == (found.bar.low, found.bar.value, found.bar.high)
    other = row(estimates=[estimate("OR of pain, rs10", 3, 2, 4)])
    assert ("", "no size reported", None) == (other.estimate, other.undrawn, other.bar)


def test_the_effect_size_that_is_drawn_is_the_first_one_told() -> None:
    sizes = [
        estimate("median months, A/A", 9, 8, 10),
        estimate("women with pain", 4),
        estimate("OR of joint pain", 2, 1, 4),
    ]
    found = row(estimates=sizes)
    assert found.estimate == "OR 2 (1 to 4); 2 more"
    assert found.short_estimate == "OR 2 (1 to 4)"
    undrawn = row(estimates=sizes[:2])
    assert undrawn.short_estimate == "median months, A/A 9 (8 to 10)"
    assert undrawn.estimate == "median months, A/A 9 (8 to 10); women with pain 4"
    assert (None, "no interval reported") == (undrawn.bar, undrawn.undrawn)


def test_another_interval_and_a_remark_are_named() -> None:
    wide = estimate("HR of relapse", 2, 1, 4) | {"interval": "99% CI"}
    told = estimate("mean level", None) | {"text": "3 in carriers"}
    assert row(estimates=[wide]).estimate == "HR of relapse 2 (99% CI 1 to 4)"
    assert row(estimates=[told, told]).estimate == (
        "mean level: 3 in carriers; mean level: 3 in carriers"
    )


def test_a_meta_analysis_is_a_diamond() -> None:
    size = estimate("OR of joint pain", 2, 1, 4)
    bars = [row(estimates=[size], kind=kind).bar for kind in ("meta_analysis", "clinical")]
    assert [True, False] == [bar is not None and bar.is_pooled for bar in bars]


@pytest.mark.parametrize(
    ("author", "name"),
    [
        ("Liu L", "Liu"),
        ("van der Berg JA", "van der Berg"),
        ("ATAC", "ATAC"),
        ("The Group", "The Group"),
    ],
)
def test_a_person_is_named_by_surname_and_a_group_by_its_name(author: str, name: str) -> None:
    assert name == surname(author)
