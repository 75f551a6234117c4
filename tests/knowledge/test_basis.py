"""What a conclusion rests on: the kind and names of the drugs, the people, and the estimate."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import pytest
from helpers.entries import checked

from pgx_ana.knowledge import Basis, BasisKind, Effect, Evidence, KnowledgeBase, Stance
from pgx_ana.knowledge.basis import BasisSources, basis_of
from pgx_ana.knowledge.definitions import HaplotypeDefinition
from pgx_ana.knowledge.evidence import Drug
from pgx_ana.knowledge.levels import EvidenceGrade, Level

DRUGS = {
    drug.id: drug
    for drug in (
        Drug(id="anastrozole", name="anastrozole", drug_class="aromatase inhibitor"),
        Drug(id="letrozole", name="letrozole", drug_class="aromatase inhibitor"),
        Drug(id="tamoxifen", name="tamoxifen", drug_class="SERM"),
        Drug(id="none", name="no drug", drug_class="none"),
    )
}

HAPLOTYPES = {
    "AAA-2": HaplotypeDefinition(
        id="AAA-2", haplotype_set="AAA-star", name="*2", alleles={"rs1": "C"}, source="made up"
    )
}

ESTIMATE = "HR 0.5 [0.3, 0.8] (A/A, A/C against C/C)"
"""The effect size of the toy result on rs1 and survival."""

Result = tuple[str, dict[str, Any]]
"""Whether a result decides the level, and the fields in which it differs."""

DECIDES = "decides"
GRADED = "graded, but does not decide"
NULL = "found no difference"
EXCLUDED = "excluded"


def basis(toy: KnowledgeBase, *results: Result, **fields: Any) -> Basis:
    """Return the basis of the claim on rs1 and survival; ``fields`` are those of the claim.

    The results are called r0, r1 and so on. Each is that of the toy knowledge base, except for the
    fields given.
    """
    evidence: dict[str, Evidence] = {}
    for number, (_, changed) in enumerate(results):
        base = asdict(toy.evidence["one-rs1-survival"])
        item = checked(Evidence, {**base, "id": f"r{number}", **changed})
        evidence[item.id] = item
    association = replace(toy.associations["rs1-survival"], evidence=tuple(evidence), **fields)
    parts = dict(zip(evidence, (part for part, _ in results), strict=True))
    stances = {
        name: Stance.NULL if part == NULL else Stance.SUPPORTS
        for name, part in parts.items()
        if part != EXCLUDED
    }
    deciding = tuple(name for name, part in parts.items() if part == DECIDES)
    grade = EvidenceGrade(Level.SINGLE_NOMINAL, (), (), (), stances, deciding)
    return basis_of(association, grade, BasisSources(evidence, DRUGS, HAPLOTYPES))


def test_basis_of_the_toy_knowledge_base(toy: KnowledgeBase) -> None:
    assert {
        "rs1-survival": Basis(
            kind=BasisKind.DRUG,
            name="anastrozole",
            drugs=("anastrozole",),
            n=100,
            estimate=ESTIMATE,
            settings=("metastatic",),
            has_null_on_drug=False,
        ),
        "rs2-level": Basis(
            kind=BasisKind.DRUG,
            name="anastrozole",
            drugs=("anastrozole",),
            n=50,
            estimate="",
            settings=("adjuvant",),
            has_null_on_drug=True,
        ),
    } == {key: toy.basis(key) for key in toy.associations}


# kind, name and drugs


@pytest.mark.parametrize(
    ("kind", "drugs", "expected"),
    [
        ("clinical", ["anastrozole"], (BasisKind.DRUG, "anastrozole")),
        ("meta_analysis", ["anastrozole"], (BasisKind.DRUG, "anastrozole")),
        ("clinical", ["letrozole"], (BasisKind.DRUG_CLASS, "aromatase_inhibitors")),
        (
            "clinical",
            ["anastrozole", "letrozole"],
            (BasisKind.DRUG_CLASS, "aromatase_inhibitors"),
        ),
        ("clinical", ["tamoxifen"], (BasisKind.OTHER_DRUGS, "other_drugs")),
        ("clinical", ["anastrozole", "tamoxifen"], (BasisKind.OTHER_DRUGS, "other_drugs")),
        ("clinical", ["none"], (BasisKind.OTHER_DRUGS, "other_drugs")),
        ("laboratory", ["anastrozole"], (BasisKind.LABORATORY, "laboratory")),
        ("background", ["anastrozole"], (BasisKind.LABORATORY, "laboratory")),
    ],
)
def test_kind_name_and_drugs(
    toy: KnowledgeBase, kind: str, drugs: list[str], expected: tuple[BasisKind, str]
) -> None:
    found = basis(toy, (DECIDES, {"kind": kind, "drugs": drugs}))
    assert (*expected, tuple(drugs)) == (found.kind, found.name, found.drugs)


LETROZOLE: dict[str, Any] = {"drugs": ["letrozole"], "n": 900}
TAMOXIFEN: dict[str, Any] = {"drugs": ["tamoxifen"], "n": 9000}
POOLED: dict[str, Any] = {"drugs": ["letrozole", "anastrozole"], "n": 700}


@pytest.mark.parametrize(
    ("results", "kind", "drugs", "n"),
    [
        ([LETROZOLE, {"n": 20}, TAMOXIFEN], BasisKind.DRUG, ("anastrozole",), 20),
        ([TAMOXIFEN, LETROZOLE], BasisKind.DRUG_CLASS, ("letrozole",), 900),
        ([POOLED, LETROZOLE], BasisKind.DRUG_CLASS, ("letrozole", "anastrozole"), 900),
        ([LETROZOLE, POOLED], BasisKind.DRUG_CLASS, ("letrozole", "anastrozole"), 900),
        (
            [{"kind": "laboratory"}, TAMOXIFEN],
            BasisKind.OTHER_DRUGS,
            ("tamoxifen",),
            9000,
        ),
    ],
)
def test_results_on_the_nearest_drugs_count(
    toy: KnowledgeBase,
    results: list[dict[str, Any]],
    kind: BasisKind,
    drugs: tuple[str, ...],
    n: int,
) -> None:
    """The larger results on drugs that are less near do not."""
    found = basis(toy, *((DECIDES, fields) for fields in results))
    assert (kind, drugs, n) == (found.kind, found.drugs, found.n)


@pytest.mark.parametrize("kind", BasisKind)
def test_kinds_are_in_the_order_of_nearness(toy: KnowledgeBase, kind: BasisKind) -> None:
    """Each kind is found if results of it and of all less near kinds support the claim."""
    by_kind: dict[BasisKind, dict[str, Any]] = {
        BasisKind.DRUG: {},
        BasisKind.DRUG_CLASS: LETROZOLE,
        BasisKind.OTHER_DRUGS: TAMOXIFEN,
        BasisKind.LABORATORY: {"kind": "laboratory"},
    }
    kinds = list(BasisKind)
    results = [(DECIDES, by_kind[item]) for item in reversed(kinds[kinds.index(kind) :])]
    assert kind is basis(toy, *results).kind


# the results that decide


def test_results_that_decide_count(toy: KnowledgeBase) -> None:
    """A larger result, one on a nearer drug, and one from another setting do not."""
    found = basis(
        toy,
        (GRADED, {"n": 5000}),
        (DECIDES, TAMOXIFEN),
        (GRADED, {"setting": "adjuvant"}),
    )
    assert (
        Basis(
            kind=BasisKind.OTHER_DRUGS,
            name="other_drugs",
            drugs=("tamoxifen",),
            n=9000,
            estimate=ESTIMATE,
            settings=("metastatic",),
            has_null_on_drug=False,
        )
        == found
    )


def test_excluded_result_does_not_count(toy: KnowledgeBase) -> None:
    excluded = {"n": 5000, "setting": "adjuvant"}
    found = basis(toy, (DECIDES, LETROZOLE), (EXCLUDED, excluded))
    assert (BasisKind.DRUG_CLASS, 900, ("metastatic",)) == (found.kind, found.n, found.settings)


def test_basis_of_excluded_results_only(toy: KnowledgeBase) -> None:
    """They are all that there is; an estimate would be one that nothing rests on."""
    found = basis(toy, (EXCLUDED, {}), (EXCLUDED, LETROZOLE))
    assert (
        Basis(
            kind=BasisKind.DRUG,
            name="anastrozole",
            drugs=("anastrozole",),
            n=100,
            estimate="",
            settings=("metastatic",),
            has_null_on_drug=False,
        )
        == found
    )


# people and settings


@pytest.mark.parametrize(
    ("sizes", "expected"), [([10, 30, 20], 30), ([None, 20], 20), ([None, None], None)]
)
def test_people_of_the_largest_result(
    toy: KnowledgeBase, sizes: list[int | None], expected: int | None
) -> None:
    assert expected == basis(toy, *((DECIDES, {"n": size}) for size in sizes)).n


def test_settings_are_those_of_the_results_that_it_rests_on(toy: KnowledgeBase) -> None:
    """Of those that decide, on the nearest drugs: each once, in the order of the evidence."""
    found = basis(
        toy,
        (DECIDES, {}),
        (GRADED, {"setting": "neoadjuvant"}),
        (DECIDES, {"setting": "prevention", "kind": "meta_analysis"}),
        (DECIDES, {"setting": "adjuvant"}),
        (DECIDES, {"setting": "prevention"}),
        (DECIDES, {**LETROZOLE, "setting": "extended"}),
        (DECIDES, {"setting": "cells", "kind": "laboratory"}),
    )
    assert ("metastatic", "prevention", "adjuvant") == found.settings


def test_laboratory_results_have_no_setting(toy: KnowledgeBase) -> None:
    assert () == basis(toy, (DECIDES, {"kind": "laboratory"})).settings


@pytest.mark.parametrize(
    ("part", "fields", "expected"),
    [
        pytest.param(NULL, {}, True, id="on-the-drug-alone"),
        pytest.param(NULL, POOLED, False, id="pooled"),
        pytest.param(NULL, LETROZOLE, False, id="on-another-drug"),
        pytest.param(GRADED, {}, False, id="no-null"),
        pytest.param(EXCLUDED, {}, False, id="excluded"),
    ],
)
def test_a_null_on_the_drug_alone_is_told(
    toy: KnowledgeBase, part: str, fields: dict[str, Any], expected: bool
) -> None:
    assert expected is basis(toy, (DECIDES, LETROZOLE), (part, fields)).has_null_on_drug


# estimate

WITHOUT_GROUPS: dict[str, Any] = {"compared": None}

RATIO = {"measure": "HR", "value": 0.51, "low": 0.33, "high": 0.78}


@pytest.mark.parametrize(
    ("effects", "expected"),
    [
        ([], ""),
        ([{"measure": "HR", "text": "not given"}], ""),
        ([RATIO], "HR 0.51 [0.33, 0.78] (A carriers)"),
        ([{"measure": "HR", "value": 2.0}], "HR 2 (A carriers)"),
        ([{"measure": "HR", "value": 2.0, "low": 1.5}], "HR 2 (A carriers)"),
        ([{"measure": "mean ng/mL", "value": 31.25}], "mean ng/mL 31.25 (A carriers)"),
        ([{"measure": "OR", "value": 3}, RATIO], "HR 0.51 [0.33, 0.78] (A carriers)"),
        (
            [
                {"measure": "median months, A carriers", "value": 16.4},
                {"measure": "median months, C/C", "value": 13.52},
            ],
            "median months 16.4 (A carriers) against 13.52 (C/C)",
        ),
        (
            [
                {"measure": "median months, A carriers", "value": 16.4},
                {"measure": "mean months, C/C", "value": 13.5},
            ],
            "median months, A carriers 16.4",
        ),
        (
            [{"measure": "OR", "value": 3}, {"measure": "OR", "value": 4}],
            "OR 3 (A carriers)",
        ),
        ([{**RATIO, "measure": "HR per A"}], "HR per A 0.51 [0.33, 0.78]"),
        ([{**RATIO, "measure": "HR per allele"}], "HR per allele 0.51 [0.33, 0.78] (A carriers)"),
        ([{**RATIO, "measure": "HR, A carriers"}], "HR, A carriers 0.51 [0.33, 0.78]"),
        ([{**RATIO, "measure": "HR of rs1"}], "HR of rs1 0.51 [0.33, 0.78] (A carriers)"),
        ([{**RATIO, "measure": "HR of rs2"}], ""),
        ([{**RATIO, "measure": "HR of rs11"}, {"measure": "OR", "value": 3}], "OR 3 (A carriers)"),
        (
            [{**RATIO, "measure": "HR of rs1 with rs2"}],
            "HR of rs1 with rs2 0.51 [0.33, 0.78] (A carriers)",
        ),
        (
            [
                {"measure": "median months, A carriers", "text": "not reached"},
                {"measure": "median months, C/C", "value": 13.5},
            ],
            "median months, C/C 13.5 (A carriers)",
        ),
    ],
    ids=[
        "none",
        "text",
        "interval",
        "number",
        "half an interval",
        "decimals",
        "interval before a number",
        "two groups",
        "two groups of two measures",
        "two numbers without groups",
        "base, told in the measure",
        "an allele, not told which",
        "carriers, told in the measure",
        "of the variant",
        "of another variant",
        "of another variant and of none",
        "of two variants",
        "one group",
    ],
)
def test_form_of_the_estimate(
    toy: KnowledgeBase, effects: list[dict[str, Any]], expected: str
) -> None:
    """The numbers are as published, and in whom they were found is told once."""
    found = basis(toy, (DECIDES, {**WITHOUT_GROUPS, "effects": effects}))
    assert expected == found.estimate


@pytest.mark.parametrize(
    ("fields", "carriers"),
    [
        ({}, " (A/A, A/C against C/C)"),
        ({"compared": {"effect": ["A/A"], "comparator": ["C/C"]}}, " (A/A against C/C)"),
        (WITHOUT_GROUPS, " (A carriers)"),
        ({**WITHOUT_GROUPS, "model": "not_stated"}, " (A carriers)"),
        ({**WITHOUT_GROUPS, "model": "genotypes"}, " (A carriers)"),
        ({**WITHOUT_GROUPS, "model": "per_allele"}, " (per A)"),
        ({**WITHOUT_GROUPS, "model": "homozygotes"}, " (A/A)"),
        ({**WITHOUT_GROUPS, "alleles": {}}, ""),
        ({**WITHOUT_GROUPS, "alleles": {"rs2": "A"}}, ""),
    ],
)
def test_carriers_of_the_estimate(
    toy: KnowledgeBase, fields: dict[str, Any], carriers: str
) -> None:
    found = basis(toy, (DECIDES, {**fields, "effects": [RATIO]}))
    assert f"HR 0.51 [0.33, 0.78]{carriers}" == found.estimate


@pytest.mark.parametrize(
    ("claim", "result", "carriers"),
    [
        ({"haplotype": "AAA-2"}, {"haplotype": "AAA-2"}, " (*2 carriers)"),
        (
            {"haplotype_set": "AAA-star"},
            {"haplotype_set": "AAA-star", "diplotypes": ["*1/*3", "*3/*3"]},
            " (*1/*3 or *3/*3)",
        ),
        (
            {"haplotype_set": "AAA-star"},
            {"haplotype_set": "AAA-star", "phenotypes": ["poor metaboliser"]},
            " (poor metaboliser)",
        ),
    ],
    ids=["haplotype", "diplotypes", "phenotypes"],
)
def test_haplotypes_of_the_estimate(
    toy: KnowledgeBase, claim: dict[str, str], result: dict[str, Any], carriers: str
) -> None:
    fields = {**WITHOUT_GROUPS, "alleles": {}, "effects": [RATIO], **result}
    found = basis(toy, (DECIDES, fields), variant=None, **claim)
    assert f"HR 0.51 [0.33, 0.78]{carriers}" == found.estimate


@pytest.mark.parametrize(
    "fields",
    [{"haplotype": "AAA-2"}, {"haplotype_set": "AAA-star", "diplotypes": ["*1/*3", "*3/*3"]}],
    ids=["haplotype", "diplotypes"],
)
def test_the_figure_of_a_haplotype_is_not_that_of_its_sites(
    toy: KnowledgeBase, fields: dict[str, Any]
) -> None:
    of_haplotype = (DECIDES, {**WITHOUT_GROUPS, **fields, "n": 500, "effects": [RATIO]})
    assert (500, "") == _size_and_estimate(basis(toy, of_haplotype))
    assert (500, ESTIMATE) == _size_and_estimate(basis(toy, of_haplotype, (DECIDES, {"n": 40})))


def _size_and_estimate(found: Basis) -> tuple[int | None, str]:
    return found.n, found.estimate


def test_estimate_of_the_largest_result_that_has_one(toy: KnowledgeBase) -> None:
    sizes = [(30, 3.0), (50, None), (40, 4.0), (None, 5.0)]
    results: list[Result] = [
        (
            DECIDES,
            {"n": n, "effects": [] if value is None else [{"measure": "OR", "value": value}]},
        )
        for n, value in sizes
    ]
    found = basis(toy, *results)
    assert (50, "OR 4 (A/A, A/C against C/C)") == (found.n, found.estimate)


def test_estimate_of_a_result_of_unknown_size(toy: KnowledgeBase) -> None:
    effect = asdict(Effect(measure="OR", value=5))
    found = basis(toy, (DECIDES, {"n": None, "effects": [effect]}))
    assert (None, "OR 5 (A/A, A/C against C/C)") == (found.n, found.estimate)
