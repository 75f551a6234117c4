"""Grading of evidence: the level of a claim from small lists of invented results."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest
from helpers.toy_chromosomes import variant

from pgx_ana.knowledge import LADDER, Association, Evidence, EvidenceGrade, Level, Stance
from pgx_ana.knowledge.evidence import Cohort, Outcome
from pgx_ana.knowledge.levels import Lookup, grade_evidence, stance

LevelAndCohorts = tuple[Level, tuple[str, ...], tuple[str, ...], tuple[str, ...]]
"""Level, supporting, contradicting and null cohorts."""


def outcome(key: str, higher_is: str) -> Outcome:
    return Outcome.model_validate(
        {"id": key, "name": key, "category": "efficacy", "group": "g", "higher_is": higher_is}
    )


def cohort(key: str, *overlaps: str) -> Cohort:
    return Cohort(id=key, name=key, description="made up", overlaps=overlaps)


LOOKUP = Lookup(
    outcomes={
        item.id: item
        for item in (
            outcome("survival", "better"),
            outcome("relapse", "worse"),
            outcome("level", "neutral"),
        )
    },
    cohorts={
        item.id: item
        for item in (
            cohort("a"),
            cohort("b"),
            cohort("c"),
            cohort("d"),
            cohort("a-again", "a"),
            cohort("a-later", "a-again"),
            cohort("pooled", "b", "c"),
        )
    },
    variants={item.id: item for item in (variant("rs1", "A", "C"), variant("rs2", "A", "C", "T"))},
)


def claim(**fields: Any) -> Association:
    """Return the claim that carriers of A live longer on adjuvant anastrozole; fields override."""
    return Association.model_validate(
        {
            "id": "claim",
            "variant": "rs1",
            "outcome": "survival",
            "drug": "anastrozole",
            "setting": "adjuvant",
            "allele": "A",
            "direction": "higher",
            "evidence": ["any"],
            "genotypes": {},
            **fields,
        }
    )


def finding(study: str = "a", **fields: Any) -> Evidence:
    """Return a nominally significant result of a cohort for the claim; fields override."""
    topic = f"{fields.get('outcome', 'survival')}-{fields.get('direction', 'higher')}"
    return Evidence.model_validate(
        {
            "id": f"{study}-{topic}",
            "publication": "paper",
            "cohort": study,
            "variants": ["rs1", "rs2"],
            "kind": "clinical",
            "drugs": ["anastrozole"],
            "setting": "adjuvant",
            "population": {"sex": "female"},
            "n": 100,
            "design": "made up",
            "outcome": "survival",
            "wording": "A carriers",
            "strand": "plus",
            "result": "association",
            "alleles": {"rs1": "A"},
            "direction": "higher",
            "significance": "nominal",
            "specified": "exploratory",
            "read": "full_text",
            "sources": ["made up"],
            "summary": "Made up.",
            **fields,
        }
    )


def corrected_finding(study: str = "a", **fields: Any) -> Evidence:
    return finding(study, **{"significance": "corrected", **fields})


def opposite_finding(study: str = "b", **fields: Any) -> Evidence:
    return finding(study, **{"direction": "lower", **fields})


def null_result(study: str = "b", **fields: Any) -> Evidence:
    overrides = {
        "result": "null",
        "alleles": {},
        "direction": "none",
        "significance": "not_significant",
        **fields,
    }
    return finding(study, **overrides)


def level_and_cohorts(grade: EvidenceGrade) -> LevelAndCohorts:
    return (grade.level, grade.supporting, grade.contradicting, grade.null)


OTHER_DRUG: dict[str, Any] = {"drugs": ["letrozole"]}
OTHER_SETTING: dict[str, Any] = {"setting": "metastatic"}
SECOND_HAND: dict[str, Any] = {"read": "second_hand"}

LEVELS: dict[str, tuple[list[Evidence], LevelAndCohorts]] = {
    # the ladder
    "replicated": (
        [corrected_finding("a"), finding("b")],
        (Level.REPLICATED, ("a", "b"), (), ()),
    ),
    "replicated, both corrected": (
        [corrected_finding("a"), corrected_finding("b")],
        (Level.REPLICATED, ("a", "b"), (), ()),
    ),
    "one cohort after correction": (
        [corrected_finding("a")],
        (Level.SINGLE_CORRECTED, ("a",), (), ()),
    ),
    "several without correction": (
        [finding("a"), finding("b"), finding("c")],
        (Level.SINGLE_CORRECTED, ("a", "b", "c"), (), ()),
    ),
    "one cohort without correction": (
        [finding("a")],
        (Level.SINGLE_NOMINAL, ("a",), (), ()),
    ),
    "one cohort with another drug": (
        [finding("a", **OTHER_DRUG)],
        (Level.INDIRECT, ("a",), (), ()),
    ),
    # downgraded
    "other drug": (
        [corrected_finding("a", **OTHER_DRUG), finding("b", **OTHER_DRUG)],
        (Level.SINGLE_CORRECTED, ("a", "b"), (), ()),
    ),
    "other setting": (
        [corrected_finding("a", **OTHER_SETTING), finding("b", **OTHER_SETTING)],
        (Level.SINGLE_CORRECTED, ("a", "b"), (), ()),
    ),
    "second-hand": (
        [corrected_finding("a", **SECOND_HAND), finding("b", **SECOND_HAND)],
        (Level.SINGLE_CORRECTED, ("a", "b"), (), ()),
    ),
    "other drug and setting": (
        [
            corrected_finding("a", **OTHER_DRUG, **OTHER_SETTING),
            finding("b", **OTHER_DRUG, **OTHER_SETTING),
        ],
        (Level.SINGLE_NOMINAL, ("a", "b"), (), ()),
    ),
    "other drug and setting, second-hand": (
        [
            corrected_finding("a", **OTHER_DRUG, **OTHER_SETTING, **SECOND_HAND),
            finding("b", **OTHER_DRUG, **OTHER_SETTING, **SECOND_HAND),
        ],
        (Level.INDIRECT, ("a", "b"), (), ()),
    ),
    "not below the last step": (
        [finding("a", **OTHER_DRUG, **OTHER_SETTING, **SECOND_HAND)],
        (Level.INDIRECT, ("a",), (), ()),
    ),
    "other drug in one cohort only": (
        [corrected_finding("a", **OTHER_DRUG), finding("b")],
        (Level.REPLICATED, ("a", "b"), (), ()),
    ),
    "drugs pooled, the drug among them": (
        [corrected_finding("a", drugs=["letrozole", "anastrozole"])],
        (Level.SINGLE_CORRECTED, ("a",), (), ()),
    ),
    "other setting in one cohort only": (
        [corrected_finding("a", **OTHER_SETTING), finding("b")],
        (Level.REPLICATED, ("a", "b"), (), ()),
    ),
    "second-hand in one cohort only": (
        [corrected_finding("a", **SECOND_HAND), finding("b", read="abstract")],
        (Level.REPLICATED, ("a", "b"), (), ()),
    ),
    "read in part": (
        [corrected_finding("a", read="partial")],
        (Level.SINGLE_CORRECTED, ("a",), (), ()),
    ),
    "the drug in a null cohort only": (
        [corrected_finding("a", **OTHER_DRUG), null_result("b", n=10)],
        (Level.SINGLE_NOMINAL, ("a",), (), ("b",)),
    ),
    # contradicted
    "opposite finding in another cohort": (
        [corrected_finding("a"), corrected_finding("c"), opposite_finding("b", n=1)],
        (Level.CONTRADICTED, ("a", "c"), ("b",), ()),
    ),
    "opposite finding only": (
        [opposite_finding("b"), null_result("c", n=1000)],
        (Level.CONTRADICTED, (), ("b",), ("c",)),
    ),
    "larger null": (
        [corrected_finding("a", n=100), null_result("b", n=101)],
        (Level.CONTRADICTED, ("a",), (), ("b",)),
    ),
    "null as large": (
        [corrected_finding("a", n=100), null_result("b", n=100)],
        (Level.CONTRADICTED, ("a",), (), ("b",)),
    ),
    "smaller null": (
        [corrected_finding("a", n=100), null_result("b", n=99)],
        (Level.SINGLE_CORRECTED, ("a",), (), ("b",)),
    ),
    "null of unknown size": (
        [corrected_finding("a", n=100), null_result("b", n=None)],
        (Level.SINGLE_CORRECTED, ("a",), (), ("b",)),
    ),
    "null and support of unknown size": (
        [corrected_finding("a", n=None), null_result("b", n=None)],
        (Level.SINGLE_CORRECTED, ("a",), (), ("b",)),
    ),
    "null smaller than the largest support": (
        [finding("a", n=100), finding("c", n=300), null_result("b", n=200)],
        (Level.SINGLE_CORRECTED, ("a", "c"), (), ("b",)),
    ),
    "nulls are not added up": (
        [finding("a", n=100), null_result("b", n=60), null_result("c", n=60)],
        (Level.SINGLE_NOMINAL, ("a",), (), ("b", "c")),
    ),
    "a cohort is as large as its largest result": (
        [finding("a", n=10), finding("a", outcome="level", n=100), null_result("b", n=60)],
        (Level.SINGLE_NOMINAL, ("a",), (), ("b",)),
    ),
    # no finding
    "nulls": (
        [null_result("b"), null_result("a")],
        (Level.NULL, (), (), ("b", "a")),
    ),
    "no evidence": ([], (Level.NOT_ASSESSABLE, (), (), ())),
    "no scored result": (
        [finding("a", alleles={}), opposite_finding("b", kind="laboratory")],
        (Level.NOT_ASSESSABLE, (), (), ()),
    ),
    # cohorts
    "two publications on one cohort": (
        [corrected_finding("a", id="first"), corrected_finding("a", id="second")],
        (Level.SINGLE_CORRECTED, ("a",), (), ()),
    ),
    "two outcomes of one cohort": (
        [finding("a"), finding("a", outcome="relapse", direction="lower")],
        (Level.SINGLE_NOMINAL, ("a",), (), ()),
    ),
    "one result of a cohort after correction": (
        [finding("a"), corrected_finding("a", id="second")],
        (Level.SINGLE_CORRECTED, ("a",), (), ()),
    ),
    "overlapping cohorts": (
        [corrected_finding("a"), finding("a-again")],
        (Level.SINGLE_CORRECTED, ("a",), (), ()),
    ),
    "overlap declared by the other cohort": (
        [corrected_finding("a-again"), finding("a")],
        (Level.SINGLE_CORRECTED, ("a",), (), ()),
    ),
    "chain of overlaps": (
        [corrected_finding("a-later"), finding("a"), finding("a-again")],
        (Level.SINGLE_CORRECTED, ("a",), (), ()),
    ),
    "pooled with two others": (
        [corrected_finding("pooled"), finding("b"), finding("c"), finding("d")],
        (Level.REPLICATED, ("b", "d"), (), ()),
    ),
    "overlap with a cohort without a scored result": (
        [corrected_finding("a-again"), finding("b"), finding("a", kind="laboratory")],
        (Level.REPLICATED, ("a-again", "b"), (), ()),
    ),
    "null of the same people": (
        [finding("a"), null_result("a-again", n=1000)],
        (Level.SINGLE_NOMINAL, ("a",), (), ()),
    ),
    "cohorts in the order of the evidence": (
        [finding("d"), null_result("c", n=1), finding("b"), null_result("a", n=1)],
        (Level.SINGLE_CORRECTED, ("d", "b"), (), ("c", "a")),
    ),
    # the stance of a cohort
    "planned null, finding made later": (
        [null_result("a", specified="pre_specified"), finding("a", specified="post_hoc")],
        (Level.NULL, (), (), ("a",)),
    ),
    "planned null, finding explored": (
        [finding("a", specified="exploratory"), null_result("a", specified="pre_specified")],
        (Level.NULL, (), (), ("a",)),
    ),
    "planned null, contradiction made later": (
        [
            null_result("a", specified="pre_specified"),
            opposite_finding("a", specified="post_hoc"),
            finding("b"),
        ],
        (Level.CONTRADICTED, ("b",), (), ("a",)),
    ),
    "planned null and planned finding": (
        [null_result("a", specified="pre_specified"), finding("a", specified="pre_specified")],
        (Level.SINGLE_NOMINAL, ("a",), (), ()),
    ),
    "planned finding, null made later": (
        [finding("a", specified="pre_specified"), null_result("a", specified="post_hoc")],
        (Level.SINGLE_NOMINAL, ("a",), (), ()),
    ),
    "null and finding, neither planned": (
        [null_result("a"), finding("a")],
        (Level.SINGLE_NOMINAL, ("a",), (), ()),
    ),
    "both directions in one cohort": (
        [finding("a"), opposite_finding("a")],
        (Level.CONTRADICTED, (), ("a",), ()),
    ),
    "planned null of overlapping people": (
        [finding("a", specified="post_hoc"), null_result("a-again", specified="pre_specified")],
        (Level.NULL, (), (), ("a",)),
    ),
}


@pytest.mark.parametrize(("evidence", "expected"), LEVELS.values(), ids=LEVELS)
def test_level_and_cohorts(evidence: list[Evidence], expected: LevelAndCohorts) -> None:
    assert expected == level_and_cohorts(grade_evidence(claim(), evidence, LOOKUP))


STANCES: dict[str, tuple[dict[str, Any], dict[str, Any], Stance]] = {
    # base and direction
    "same base, same direction": ({}, {}, Stance.SUPPORTS),
    "same base, opposite direction": ({"direction": "lower"}, {}, Stance.CONTRADICTS),
    "other base, same direction": ({"alleles": {"rs1": "C"}}, {}, Stance.CONTRADICTS),
    "other base, opposite direction": (
        {"alleles": {"rs1": "C"}, "direction": "lower"},
        {},
        Stance.SUPPORTS,
    ),
    "claim on the other base": ({}, {"allele": "C"}, Stance.CONTRADICTS),
    "claim of the opposite direction": ({}, {"direction": "lower"}, Stance.CONTRADICTS),
    "claim of the opposite direction on the other base": (
        {},
        {"allele": "C", "direction": "lower"},
        Stance.SUPPORTS,
    ),
    # three alleles
    "same base of three": ({"alleles": {"rs2": "A"}}, {"variant": "rs2"}, Stance.SUPPORTS),
    "other base of three": ({"alleles": {"rs2": "C"}}, {"variant": "rs2"}, Stance.NOT_SCORED),
    # outcomes
    "fewer relapses": ({"outcome": "relapse", "direction": "lower"}, {}, Stance.SUPPORTS),
    "more relapses": ({"outcome": "relapse"}, {}, Stance.CONTRADICTS),
    "more relapses with the other base": (
        {"outcome": "relapse", "alleles": {"rs1": "C"}},
        {},
        Stance.SUPPORTS,
    ),
    "claim of more relapses, longer survival": ({}, {"outcome": "relapse"}, Stance.CONTRADICTS),
    "claim of fewer relapses, longer survival": (
        {},
        {"outcome": "relapse", "direction": "lower"},
        Stance.SUPPORTS,
    ),
    "claim of more relapses, more relapses": (
        {"outcome": "relapse"},
        {"outcome": "relapse"},
        Stance.SUPPORTS,
    ),
    "neutral outcome": (
        {"outcome": "level"},
        {"outcome": "level"},
        Stance.SUPPORTS,
    ),
    # not scored
    "laboratory": ({"kind": "laboratory"}, {}, Stance.NOT_SCORED),
    "laboratory null": (
        {"kind": "laboratory", "result": "null", "direction": "none", "alleles": {}},
        {},
        Stance.NOT_SCORED,
    ),
    "background": ({"kind": "background"}, {}, Stance.NOT_SCORED),
    "unclear": ({"result": "unclear"}, {}, Stance.NOT_SCORED),
    "unknown base": ({"alleles": {}}, {}, Stance.NOT_SCORED),
    "base of another variant": ({"alleles": {"rs2": "A"}}, {}, Stance.NOT_SCORED),
    "unknown direction": ({"direction": "unknown"}, {}, Stance.NOT_SCORED),
    # scored nevertheless
    "meta-analysis": ({"kind": "meta_analysis"}, {}, Stance.SUPPORTS),
    "null without a base": (
        {"result": "null", "direction": "none", "alleles": {}},
        {},
        Stance.NULL,
    ),
    "null with a base": ({"result": "null", "direction": "none"}, {}, Stance.NULL),
    # claims that have no direction
    "finding against no difference": ({}, {"direction": "none"}, Stance.CONTRADICTS),
    "opposite finding against no difference": (
        {"direction": "lower"},
        {"direction": "none"},
        Stance.CONTRADICTS,
    ),
    "null for no difference": (
        {"result": "null", "direction": "none"},
        {"direction": "none"},
        Stance.NULL,
    ),
    "unknown base, no difference": (
        {"alleles": {}},
        {"direction": "none"},
        Stance.NOT_SCORED,
    ),
    "finding, unsettled": ({}, {"direction": "unsettled"}, Stance.NOT_SCORED),
    "null, unsettled": (
        {"result": "null", "direction": "none"},
        {"direction": "unsettled"},
        Stance.NULL,
    ),
}


@pytest.mark.parametrize(("result", "claimed", "expected"), STANCES.values(), ids=STANCES)
def test_stance_of_a_result(
    result: dict[str, Any], claimed: dict[str, Any], expected: Stance
) -> None:
    assert expected is stance(claim(**claimed), finding(**result), LOOKUP)


HAPLOTYPE_SUBJECTS: dict[str, dict[str, Any]] = {
    "haplotype": {"haplotype": "h2"},
    "diplotypes": {"haplotype_set": "h", "diplotypes": ["*1/*2", "*2/*2"]},
    "phenotypes": {"haplotype_set": "h", "phenotypes": ["poor", "intermediate"]},
}
"""Subjects of a claim or a result other than a variant."""


def haplotype_claim(subject: str, **fields: Any) -> Association:
    """Return the claim that people with some haplotypes live longer; fields override."""
    return claim(**{"variant": None, "allele": None, **HAPLOTYPE_SUBJECTS[subject], **fields})


def haplotype_finding(subject: str, study: str = "a", **fields: Any) -> Evidence:
    """Return a nominally significant result for such a claim; fields override."""
    return finding(study, **{"alleles": {}, **HAPLOTYPE_SUBJECTS[subject], **fields})


@pytest.mark.parametrize(
    ("result", "claimed", "expected"),
    [
        ({}, {}, Stance.SUPPORTS),
        ({"direction": "lower"}, {}, Stance.CONTRADICTS),
        ({}, {"direction": "lower"}, Stance.CONTRADICTS),
        ({"direction": "lower"}, {"direction": "lower"}, Stance.SUPPORTS),
        ({"outcome": "relapse"}, {}, Stance.CONTRADICTS),
        ({"outcome": "relapse", "direction": "lower"}, {}, Stance.SUPPORTS),
        ({}, {"outcome": "relapse", "direction": "lower"}, Stance.SUPPORTS),
        ({"direction": "unknown"}, {}, Stance.NOT_SCORED),
        ({"kind": "laboratory"}, {}, Stance.NOT_SCORED),
        ({"kind": "background"}, {}, Stance.NOT_SCORED),
        ({"result": "unclear"}, {}, Stance.NOT_SCORED),
        ({"result": "null", "direction": "none"}, {}, Stance.NULL),
        ({"result": "null", "direction": "none"}, {"direction": "none"}, Stance.NULL),
        ({"result": "null", "direction": "none"}, {"direction": "unsettled"}, Stance.NULL),
        ({}, {"direction": "none"}, Stance.CONTRADICTS),
        ({"direction": "lower"}, {"direction": "none"}, Stance.CONTRADICTS),
        ({}, {"direction": "unsettled"}, Stance.NOT_SCORED),
    ],
)
@pytest.mark.parametrize("subject", HAPLOTYPE_SUBJECTS)
def test_stance_of_a_result_on_the_same_haplotypes(
    subject: str, result: dict[str, Any], claimed: dict[str, Any], expected: Stance
) -> None:
    assert expected is stance(
        haplotype_claim(subject, **claimed), haplotype_finding(subject, **result), LOOKUP
    )


PHENOTYPES_REVERSED = ["intermediate", "poor"]
NO_HAPLOTYPE: dict[str, Any] = {
    "haplotype": None,
    "haplotype_set": None,
    "diplotypes": [],
    "phenotypes": [],
}
VARIANT_SUBJECT: dict[str, Any] = {**NO_HAPLOTYPE, "alleles": {"rs1": "A"}}
SUBJECT_PAIRS: dict[str, tuple[str, dict[str, Any], bool]] = {
    # subject of the claim, fields of the result, whether its subject is covered by the claim
    "another haplotype": ("haplotype", {"haplotype": "h3"}, False),
    "haplotype, result on a variant": ("haplotype", VARIANT_SUBJECT, False),
    "haplotype, result without a subject": ("haplotype", NO_HAPLOTYPE, False),
    "haplotype, result on diplotypes": (
        "haplotype",
        {**NO_HAPLOTYPE, **HAPLOTYPE_SUBJECTS["diplotypes"]},
        False,
    ),
    "haplotype, result on phenotypes": (
        "haplotype",
        {**NO_HAPLOTYPE, **HAPLOTYPE_SUBJECTS["phenotypes"]},
        False,
    ),
    "haplotype, result with a base as well": ("haplotype", {"alleles": {"rs1": "A"}}, True),
    "one of the diplotypes": ("diplotypes", {"diplotypes": ["*2/*2"]}, True),
    "the diplotypes in another order": ("diplotypes", {"diplotypes": ["*2/*2", "*1/*2"]}, True),
    "one more diplotype": ("diplotypes", {"diplotypes": ["*1/*2", "*2/*2", "*1/*3"]}, False),
    "another diplotype": ("diplotypes", {"diplotypes": ["*1/*3"]}, False),
    "diplotypes of another set": ("diplotypes", {"haplotype_set": "i"}, False),
    "diplotypes, result on phenotypes": (
        "diplotypes",
        {**NO_HAPLOTYPE, **HAPLOTYPE_SUBJECTS["phenotypes"]},
        False,
    ),
    "diplotypes, result on a haplotype": (
        "diplotypes",
        {**NO_HAPLOTYPE, **HAPLOTYPE_SUBJECTS["haplotype"]},
        False,
    ),
    "diplotypes, result on the set": ("diplotypes", {"diplotypes": []}, False),
    "diplotypes, result on a variant": ("diplotypes", VARIANT_SUBJECT, False),
    "one of the phenotypes": ("phenotypes", {"phenotypes": ["poor"]}, True),
    "the phenotypes in another order": ("phenotypes", {"phenotypes": PHENOTYPES_REVERSED}, True),
    "one more phenotype": ("phenotypes", {"phenotypes": [*PHENOTYPES_REVERSED, "normal"]}, False),
    "another phenotype": ("phenotypes", {"phenotypes": ["normal"]}, False),
    "phenotypes of another set": ("phenotypes", {"haplotype_set": "i"}, False),
    "phenotypes, result on diplotypes": (
        "phenotypes",
        {**NO_HAPLOTYPE, **HAPLOTYPE_SUBJECTS["diplotypes"]},
        False,
    ),
    "phenotypes, result on a haplotype": (
        "phenotypes",
        {**NO_HAPLOTYPE, **HAPLOTYPE_SUBJECTS["haplotype"]},
        False,
    ),
    "phenotypes, result on the set": ("phenotypes", {"phenotypes": []}, False),
    "phenotypes, result on a variant": ("phenotypes", VARIANT_SUBJECT, False),
}


@pytest.mark.parametrize(
    ("direction", "result", "scored"),
    [
        ("higher", "association", Stance.SUPPORTS),
        ("lower", "association", Stance.CONTRADICTS),
        ("none", "null", Stance.NULL),
    ],
)
@pytest.mark.parametrize(
    ("subject", "fields", "covered"), SUBJECT_PAIRS.values(), ids=SUBJECT_PAIRS
)
def test_result_on_another_subject_is_scored_only_if_null(
    subject: str, fields: dict[str, Any], covered: bool, direction: str, result: str, scored: Stance
) -> None:
    """The claim must cover all diplotypes or phenotypes of a result; a null always counts."""
    expected = scored if covered or result == "null" else Stance.NOT_SCORED
    item = haplotype_finding(subject, **{**fields, "direction": direction, "result": result})
    assert expected is stance(haplotype_claim(subject), item, LOOKUP)


def test_result_on_haplotypes_alone_is_not_scored_for_a_variant() -> None:
    assert [Stance.NOT_SCORED] * 3 == [
        stance(claim(), haplotype_finding(subject), LOOKUP) for subject in HAPLOTYPE_SUBJECTS
    ]


@pytest.mark.parametrize("subject", HAPLOTYPE_SUBJECTS)
@pytest.mark.parametrize(("evidence", "expected"), LEVELS.values(), ids=LEVELS)
def test_claims_on_haplotypes_are_graded_like_claims_on_variants(
    subject: str, evidence: list[Evidence], expected: LevelAndCohorts
) -> None:
    """The same results, with the subject of the claim in place of the base."""
    haplotype_evidence = [
        item.model_copy(update=HAPLOTYPE_SUBJECTS[subject] | {"alleles": {}})
        if item.alleles
        else item
        for item in evidence
    ]
    assert expected == level_and_cohorts(
        grade_evidence(haplotype_claim(subject), haplotype_evidence, LOOKUP)
    )


@pytest.mark.parametrize("subject", HAPLOTYPE_SUBJECTS)
def test_excluded_result_on_haplotypes_does_not_count(subject: str) -> None:
    evidence = [haplotype_finding(subject, "a"), haplotype_finding(subject, "b", direction="lower")]
    grade = grade_evidence(
        haplotype_claim(subject, excluded={"b-survival-lower": "x"}), evidence, LOOKUP
    )
    expected = EvidenceGrade(
        Level.SINGLE_NOMINAL, ("a",), (), (), {"a-survival-higher": Stance.SUPPORTS}
    )
    assert expected == grade


@pytest.mark.parametrize(
    ("direction", "evidence", "expected"),
    [
        ("none", [null_result("a")], (Level.NULL, (), (), ("a",))),
        (
            "none",
            [null_result("a", n=1000), finding("b")],
            (Level.CONTRADICTED, (), ("b",), ("a",)),
        ),
        ("unsettled", [null_result("a"), finding("b")], (Level.NULL, (), (), ("a",))),
        ("unsettled", [opposite_finding("a"), finding("b")], (Level.NOT_ASSESSABLE, (), (), ())),
    ],
    ids=["nulls", "a finding", "nulls, unsettled", "findings, unsettled"],
)
def test_level_of_a_claim_without_a_direction(
    direction: str, evidence: list[Evidence], expected: LevelAndCohorts
) -> None:
    assert expected == level_and_cohorts(
        grade_evidence(claim(direction=direction), evidence, LOOKUP)
    )


def test_excluded_results_do_not_count() -> None:
    """They neither support nor contradict, and add nothing to the size of their cohort."""
    evidence = [
        corrected_finding("a", n=100),
        finding("a", id="sub-study", n=5000),
        opposite_finding("b"),
        null_result("c", n=100),
        null_result("d", n=99),
    ]
    excluded = {"b-survival-lower": "x", "c-survival-none": "x", "sub-study": "x"}
    assert EvidenceGrade(
        Level.SINGLE_CORRECTED,
        supporting=("a",),
        contradicting=(),
        null=("d",),
        stances={"a-survival-higher": Stance.SUPPORTS, "d-survival-none": Stance.NULL},
    ) == grade_evidence(claim(excluded=excluded), evidence, LOOKUP)


def test_claim_is_not_assessable_if_all_results_are_excluded() -> None:
    assert EvidenceGrade(Level.NOT_ASSESSABLE, (), (), (), {}) == grade_evidence(
        claim(excluded={"a-survival-higher": "x"}), [corrected_finding("a")], LOOKUP
    )


def test_every_graded_result_has_a_stance() -> None:
    evidence = [
        finding("a"),
        opposite_finding("b"),
        null_result("c"),
        finding("d", kind="laboratory"),
    ]
    assert {
        "a-survival-higher": Stance.SUPPORTS,
        "b-survival-lower": Stance.CONTRADICTS,
        "c-survival-none": Stance.NULL,
        "d-survival-higher": Stance.NOT_SCORED,
    } == grade_evidence(claim(), evidence, LOOKUP).stances


@pytest.mark.parametrize(("evidence", "expected"), LEVELS.values(), ids=LEVELS)
def test_grade_does_not_depend_on_the_order_of_the_evidence(
    evidence: list[Evidence], expected: LevelAndCohorts
) -> None:
    """Only the order of the cohorts in the grade changes."""
    level, *cohorts = expected
    assert {(level, *(frozenset(names) for names in cohorts))} == {
        (
            grade.level,
            frozenset(grade.supporting),
            frozenset(grade.contradicting),
            frozenset(grade.null),
        )
        for grade in (grade_evidence(claim(), order, LOOKUP) for order in permutations(evidence))
    }


@pytest.mark.parametrize(("evidence", "expected"), LEVELS.values(), ids=LEVELS)
def test_equivalent_claim_on_the_other_allele_has_the_same_level(
    evidence: list[Evidence], expected: LevelAndCohorts
) -> None:
    assert expected == level_and_cohorts(
        grade_evidence(claim(allele="C", direction="lower"), evidence, LOOKUP)
    )


def test_names_of_levels_and_stances() -> None:
    """Outputs contain these names; the levels are in the order of strength."""
    assert [
        "guideline",
        "replicated",
        "single_corrected",
        "single_nominal",
        "indirect",
        "contradicted",
        "null",
        "not_assessable",
    ] == [str(level) for level in Level]
    assert ["supports", "contradicts", "null", "not_scored"] == [str(item) for item in Stance]


def test_guideline_overrides_the_evidence() -> None:
    guideline_claim = claim(guideline="a guideline that names the variant", evidence=["x"])

    assert Level.GUIDELINE == grade_evidence(guideline_claim, [opposite_finding()], LOOKUP).level


def test_support_of_unknown_size_is_not_outweighed() -> None:
    evidence = [corrected_finding("a", n=None), null_result("b", n=2)]

    assert Level.SINGLE_CORRECTED == grade_evidence(claim(evidence=["x"]), evidence, LOOKUP).level


def test_the_ladder() -> None:
    """Evidence alone never gives the level guideline; the cases above give every other level."""
    assert (
        Level.GUIDELINE,
        Level.REPLICATED,
        Level.SINGLE_CORRECTED,
        Level.SINGLE_NOMINAL,
        Level.INDIRECT,
    ) == LADDER
    assert set(Level) - {Level.GUIDELINE} == {level for _, (level, *_) in LEVELS.values()}
