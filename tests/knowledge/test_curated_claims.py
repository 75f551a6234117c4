"""What the shipped knowledge base concludes cannot be misread.

A conclusion is misread if one word means two things, if one side of a comparison is not told, or if
a finding on another drug is told as one on the drug itself. Each test is about one of these ways.
"""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest
from helpers.fixture_types import Run
from helpers.paths import EXAMPLE, ROOT

from pgx_ana.knowledge import (
    BasisKind,
    Direction,
    KnowledgeBase,
    Level,
    Stance,
)

_FILE = EXAMPLE / "NA12717.GRCh38.vcf"


@pytest.fixture(scope="module")
def rows(run: Run) -> list[dict[str, str]]:
    """The annotations of the shipped example."""
    text = run("annotate", _FILE, "-q").stdout
    return list(csv.DictReader(io.StringIO(text), delimiter="\t"))


# one word for one thing


def test_no_difference_and_unsettled_are_two_words(curated: KnowledgeBase) -> None:
    """A reported difference whose base is unknown is not the same as a null."""
    told_as_null = {
        key
        for key, item in curated.associations.items()
        if Direction.NO_DIFFERENCE in item.genotypes.values() and not item.claims_difference
    }
    unplaced = {
        key for key, grade in curated.grades.items() if Stance.UNPLACED in grade.stances.values()
    }
    assert set() == told_as_null & unplaced
    unsettled = curated.associations["rs11648233-musculoskeletal"]
    assert {Direction.UNSETTLED} == set(unsettled.genotypes.values())


@pytest.mark.parametrize(
    "association", ["rs11648233-musculoskeletal", "rs4775936-triglycerides", "rs4870061-bone"]
)
def test_a_positive_of_unknown_base_is_unsettled(curated: KnowledgeBase, association: str) -> None:
    assert Level.UNSETTLED is curated.level(association)


def test_level_null_hides_no_positive(curated: KnowledgeBase) -> None:
    hidden = {
        key
        for key, grade in curated.grades.items()
        if grade.level is Level.NULL and Stance.UNPLACED in grade.stances.values()
    }
    assert set() == hidden


# every genotype seen from its own side


def test_a_genotype_that_no_study_had_is_not_studied(curated: KnowledgeBase) -> None:
    genotypes = curated.associations["rs2077647-musculoskeletal"].genotypes
    assert {"T/T": "higher", "T/C": "lower", "C/C": "not_studied"} == genotypes


def test_both_sides_of_a_comparison_have_the_finding(curated: KnowledgeBase) -> None:
    genotypes = curated.associations["rs9340799-musculoskeletal"].genotypes
    assert {"A/A": "higher", "A/G": "lower", "G/G": "not_studied"} == genotypes
    one_sided = {
        key
        for key, item in curated.associations.items()
        if (Direction.HIGHER in item.genotypes.values())
        != (Direction.LOWER in item.genotypes.values())
    }
    assert set() == one_sided


def test_one_signal_tells_a_person_one_thing(run: Run, shared: Path) -> None:
    """HG00101 is heterozygous at four linked sites that were studied for HDL cholesterol."""
    file = shared / "1000genomes" / "GRCh38" / "CYP19A1.vcf.gz"
    text = run("annotate", file, "-s", "HG00101", "-q").stdout
    told = {
        row["variant"]: (row["genotype"], row["direction"])
        for row in csv.DictReader(io.StringIO(text), delimiter="\t")
        if row["outcome"] == "hdl_cholesterol"
        and row["direction"] in {"higher", "lower", "between"}
    }
    linked = {rsid: told.get(rsid) for rsid in ("rs10046", "rs749292", "rs1062033", "rs2289105")}
    assert {
        "rs10046": ("G/A", "between"),
        "rs749292": ("G/A", "between"),
        "rs1062033": ("C/G", "between"),
        "rs2289105": ("T/C", "between"),
    } == linked


# a null is not an opposite result


@pytest.mark.parametrize(
    "association",
    [
        "rs2077647-musculoskeletal",
        "rs2347868-musculoskeletal",
        "rs60271534-musculoskeletal",
        "rs7158782-musculoskeletal",
        "rs7159713-musculoskeletal",
        "rs9340799-musculoskeletal",
        "rs700518-bone",
        "rs727479-disease-control",
    ],
)
def test_a_larger_null_does_not_contradict(curated: KnowledgeBase, association: str) -> None:
    assert Level.NOT_CONFIRMED is curated.level(association)


def test_only_opposite_results_contradict(curated: KnowledgeBase) -> None:
    without = {
        key
        for key, grade in curated.grades.items()
        if (grade.level is Level.CONTRADICTED) != bool(grade.contradicting)
    }
    assert set() == without


def test_a_cohort_that_contradicts_itself_is_described(curated: KnowledgeBase) -> None:
    grade = curated.grades["rs2077647-bone"]
    assert (Level.CONTRADICTED, (), ("big-1-98",)) == (
        grade.level,
        grade.supporting,
        grade.contradicting,
    )
    rubric = (ROOT / "data" / "kb" / "README.md").read_text(encoding="utf-8")
    assert "a cohort that contradicts itself counts as contradicting only" in rubric


# on which drug


def test_no_other_drug_is_told_as_the_drug(curated: KnowledgeBase) -> None:
    """A conclusion rests on anastrozole only if one of its results gave anastrozole alone."""
    drug = curated.info.drug
    wrong = set()
    for key, item in curated.associations.items():
        basis = curated.basis(key)
        alone = any(curated.evidence[name].drugs == (drug,) for name in item.evidence)
        if basis.kind is BasisKind.DRUG and (basis.drugs != (drug,) or not alone):
            wrong.add(key)
        if basis.kind is not BasisKind.DRUG and basis.name == drug:
            wrong.add(key)
    assert set() == wrong


def test_headlines_name_the_drugs(rows: list[dict[str, str]]) -> None:
    found = {"higher", "lower", "between", "no_difference", "unsettled"}
    told = [row for row in rows if row["direction"] in found]
    assert len(told) > 40
    assert [] == [
        row["headline"]
        for row in told
        if not any(
            f"; {words}" in row["headline"]
            for words in (row["basis"].replace("_", " "), *_drug_texts(row["basis_drugs"]))
        )
    ]


def _drug_texts(drugs: str) -> tuple[str, ...]:
    names = {"aromatase_inhibitor": "an aromatase inhibitor", "statin": "a statin"}
    return (", ".join(names.get(drug, drug) for drug in drugs.split(";"))[:22],)


# what reaches the reader


def test_cautions_reach_every_output(
    run: Run, curated: KnowledgeBase, rows: list[dict[str, str]]
) -> None:
    told = [row for row in rows if row["direction"] != "not_assessed"]
    expected = [curated.associations[row["association"]].caution or "." for row in told]
    assert expected == [row["caution"] for row in told]
    text = run("annotate", _FILE, "-q", "-f", "json").stdout
    (document,) = json.loads(text)
    in_json = [row["caution"] or "." for row in document["annotations"]]
    assert [row["caution"] for row in rows] == in_json


def test_outcomes_are_named_as_quantities(curated: KnowledgeBase) -> None:
    """A name with a direction of its own would turn 'higher' round."""
    turned = re.compile(
        r"\b(rise|fall|loss|gain|increase|decrease|drop|worsening|improvement|reduction)\b"
    )
    assert [] == [item.name for item in curated.outcomes.values() if turned.search(item.name)]


def test_variants_without_a_result_say_what_is_known(curated: KnowledgeBase) -> None:
    """The paper on these was reported only second-hand, without bases or directions."""
    unread = ("rs6163", "rs743572", "rs4646536", "rs11568820", "rs1544410")
    assert [True] * 5 == [
        any("23868189" in note for note in curated.definitions[rsid].notes) for rsid in unread
    ]


# lengths


def test_headlines_and_sentences_are_short(rows: list[dict[str, str]]) -> None:
    longest = {
        name: max(len(row[name]) for row in rows) for name in ("headline", "statement", "caution")
    }
    limits = {"headline": 120, "statement": 300, "caution": 300}
    assert {} == {name: n for name, n in longest.items() if n > limits[name]}
