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
from helpers.paths import EXAMPLE
from helpers.synthetic_calls import people_with_every_genotype

from pgx_ana.annotation import Conclusion
from pgx_ana.knowledge import (
    BasisKind,
    Direction,
    KnowledgeBase,
    Level,
    Stance,
)

_FILE = EXAMPLE / "spoiled.GRCh38.vcf"


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
    "association",
    [
        "rs11648233-musculoskeletal",
        "rs2077647-bone",
        "rs4775936-triglycerides",
        "rs4870061-bone",
    ],
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


TOLD = re.compile(
    r"(?:, | found )(on [^\[\]]+?|in the laboratory)(?: \[([^\[\]]+)\])?$",
)
"""Where a headline says on which drugs it rests, and how firm it is."""
CONCLUDED = {"higher", "lower", "between", "no_difference", "unsettled"}


@pytest.fixture(scope="module")
def conclusions(curated: KnowledgeBase) -> list[tuple[str, Conclusion]]:
    """The conclusions of every association on every genotype, by its identifier."""
    return [
        (result.association.id, conclusion)
        for result in people_with_every_genotype(curated).associations
        for conclusion in result.conclusions
        if conclusion.direction in CONCLUDED
    ]


def drug_phrases(curated: KnowledgeBase, association: str) -> set[str]:
    """Return how a headline may say on which drugs a conclusion rests."""
    basis = curated.basis(association)
    if basis.kind is BasisKind.LABORATORY:
        return {"in the laboratory"}
    *first, last = (curated.drugs[drug].name for drug in basis.drugs)
    named = f"on {', '.join(first)} or {last}" if first else f"on {last}"
    if len(basis.drugs) == 1 and basis.kind is not BasisKind.OTHER_DRUGS:
        return {named}
    return {named, f"on {basis.name.replace('_', ' ')}"}


def test_headlines_name_the_drugs(
    curated: KnowledgeBase, conclusions: list[tuple[str, Conclusion]]
) -> None:
    """The drug of the knowledge base is named only if a result gave it, or found nothing on it."""
    seen = set()
    for association, conclusion in conclusions:
        told = TOLD.search(conclusion.headline)
        assert told, conclusion.headline
        assert told[1] in drug_phrases(curated, association), conclusion.headline
        seen.add(told[1])
        drug, basis = curated.info.drug, curated.basis(association)
        rest = conclusion.headline.removesuffix("]").removesuffix(f", null on {drug}")
        assert drug not in rest or drug in basis.drugs, conclusion.headline
    assert {
        "on anastrozole",
        "on letrozole",
        "on aromatase inhibitors",
        "in the laboratory",
    } <= seen
    associations = {key for key, _ in conclusions}
    assert set(curated.associations) == associations


def test_headlines_tell_a_null_on_the_drug(
    curated: KnowledgeBase, conclusions: list[tuple[str, Conclusion]]
) -> None:
    """It is told of every difference that was found without the drug, where there is room."""
    told, expected = set(), set()
    for association, conclusion in conclusions:
        basis = curated.basis(association)
        if f"null on {curated.info.drug}]" in conclusion.headline:
            told.add(association)
        is_without_drug = basis.has_null_on_drug and basis.kind is not BasisKind.DRUG
        if is_without_drug and conclusion.direction in {"higher", "lower", "between"}:
            expected.add(association)
    assert told == expected
    assert "rs35599367-plasma-level" in told


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
