"""Grading of evidence: the level of a claim from small lists of invented results."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest
from helpers.entries import checked

from pgx_ana.knowledge import LADDER, Association, Evidence, EvidenceGrade, Level, Stance
from pgx_ana.knowledge.evidence import Cohort, Outcome
from pgx_ana.knowledge.levels import Lookup, allele_trend, grade_evidence, stance

LevelAndCohorts = tuple[Level, tuple[str, ...], tuple[str, ...], tuple[str, ...]]
"""Level, supporting, contradicting and null cohorts."""


def outcome(key: str, higher_is: str) -> Outcome:
    return checked(
        Outcome,
        {"id": key, "name": key, "category": "efficacy", "group": "g", "higher_is": higher_is},
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
)


Genotypes = dict[str, str]

CARRIERS = {"A/A": "higher", "A/C": "higher", "C/C": "lower"}
"""The outcome is higher in carriers of A."""
OTHERS = {"A/A": "lower", "A/C": "lower", "C/C": "higher"}
NO_DIFFERENCE = dict.fromkeys(CARRIERS, "no_difference")
UNSETTLED = dict.fromkeys(CARRIERS, "unsettled")
CARRIERS_OF_THREE = {
    **dict.fromkeys(("A/A", "A/C", "A/T"), "higher"),
    **dict.fromkeys(("C/C", "C/T", "T/T"), "lower"),
}
A_AND_C_OF_THREE = {**CARRIERS, "A/T": "not_studied", "C/T": "not_studied", "T/T": "not_studied"}


def claim(**fields: Any) -> Association:
    """Return the claim that carriers of A live longer on adjuvant anastrozole; fields override."""
    return checked(
        Association,
        {
            "id": "claim",
            "variant": "rs1",
            "outcome": "survival",
            "drug": "anastrozole",
            "setting": "adjuvant",
            "evidence": ["any"],
            "genotypes": CARRIERS,
            "statement": "made up",
            **fields,
        },
    )


def finding(study: str = "a", **fields: Any) -> Evidence:
    """Return a nominally significant result of a cohort for the claim; fields override."""
    topic = f"{fields.get('outcome', 'survival')}-{fields.get('direction', 'higher')}"
    return checked(
        Evidence,
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
        },
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


def unplaced_finding(study: str = "a", **fields: Any) -> Evidence:
    """Return a significant difference of which nobody knows the carriers."""
    return finding(study, **{"direction": "unknown", "alleles": {}, **fields})


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
    "opposite finding and a larger null": (
        [corrected_finding("a"), opposite_finding("b"), null_result("c", n=1000)],
        (Level.CONTRADICTED, ("a",), ("b",), ("c",)),
    ),
    # not confirmed
    "larger null": (
        [corrected_finding("a", n=100), null_result("b", n=101)],
        (Level.NOT_CONFIRMED, ("a",), (), ("b",)),
    ),
    "null as large": (
        [corrected_finding("a", n=100), null_result("b", n=100)],
        (Level.NOT_CONFIRMED, ("a",), (), ("b",)),
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
    # not placed
    "unplaced finding": ([unplaced_finding("a")], (Level.UNSETTLED, (), (), ())),
    "unplaced finding and a null": (
        [unplaced_finding("a"), null_result("b")],
        (Level.UNSETTLED, (), (), ("b",)),
    ),
    "unplaced finding beside a finding": (
        [unplaced_finding("a"), finding("b")],
        (Level.SINGLE_NOMINAL, ("b",), (), ()),
    ),
    "unplaced finding beside a finding and a larger null": (
        [unplaced_finding("a"), finding("b", n=10), null_result("c", n=11)],
        (Level.NOT_CONFIRMED, ("b",), (), ("c",)),
    ),
    "unplaced finding beside an opposite finding": (
        [unplaced_finding("a"), opposite_finding("b")],
        (Level.CONTRADICTED, (), ("b",), ()),
    ),
    "unclear, but significant": (
        [finding("a", result="unclear")],
        (Level.UNSETTLED, (), (), ()),
    ),
    # no finding
    "nulls": (
        [null_result("b"), null_result("a")],
        (Level.NULL, (), (), ("b", "a")),
    ),
    "no evidence": ([], (Level.NOT_ASSESSABLE, (), (), ())),
    "no scored result": (
        [
            finding("a", result="unclear", significance="not_stated"),
            opposite_finding("b", kind="laboratory"),
        ],
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
        (Level.NOT_CONFIRMED, ("b",), (), ("a",)),
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
    "claim of the other side": ({}, {"genotypes": OTHERS}, Stance.CONTRADICTS),
    "other base, claim of the other side": (
        {"alleles": {"rs1": "C"}},
        {"genotypes": OTHERS},
        Stance.SUPPORTS,
    ),
    # groups of genotypes
    "homozygotes against the others": (
        {},
        {"genotypes": {"A/A": "higher", "A/C": "lower", "C/C": "lower"}},
        Stance.SUPPORTS,
    ),
    "per allele": (
        {},
        {"genotypes": {"A/A": "higher", "A/C": "between", "C/C": "lower"}},
        Stance.SUPPORTS,
    ),
    "per allele, other base": (
        {"alleles": {"rs1": "C"}},
        {"genotypes": {"A/A": "higher", "A/C": "between", "C/C": "lower"}},
        Stance.CONTRADICTS,
    ),
    "heterozygotes not studied": (
        {},
        {"genotypes": {"A/A": "higher", "A/C": "not_studied", "C/C": "lower"}},
        Stance.SUPPORTS,
    ),
    "heterozygotes against one homozygote": (
        {},
        {"genotypes": {"A/A": "not_studied", "A/C": "higher", "C/C": "lower"}},
        Stance.SUPPORTS,
    ),
    "heterozygotes against both homozygotes": (
        {},
        {"genotypes": {"A/A": "lower", "A/C": "higher", "C/C": "lower"}},
        Stance.NOT_SCORED,
    ),
    # three alleles
    "same base of three": (
        {"alleles": {"rs2": "A"}},
        {"variant": "rs2", "genotypes": CARRIERS_OF_THREE},
        Stance.SUPPORTS,
    ),
    "other base of three": (
        {"alleles": {"rs2": "C"}},
        {"variant": "rs2", "genotypes": CARRIERS_OF_THREE},
        Stance.NOT_SCORED,
    ),
    "other base of the two that were compared": (
        {"alleles": {"rs2": "C"}},
        {"variant": "rs2", "genotypes": A_AND_C_OF_THREE},
        Stance.CONTRADICTS,
    ),
    "base of three that was not compared": (
        {"alleles": {"rs2": "T"}},
        {"variant": "rs2", "genotypes": A_AND_C_OF_THREE},
        Stance.NOT_SCORED,
    ),
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
        {"outcome": "relapse", "genotypes": OTHERS},
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
    "unclear": ({"result": "unclear", "significance": "not_stated"}, {}, Stance.NOT_SCORED),
    "unclear, not significant": (
        {"result": "unclear", "significance": "not_significant"},
        {},
        Stance.NOT_SCORED,
    ),
    # not placed
    "unclear, nominally significant": ({"result": "unclear"}, {}, Stance.UNPLACED),
    "unclear, significant after correction": (
        {"result": "unclear", "significance": "corrected"},
        {},
        Stance.UNPLACED,
    ),
    "unknown base": ({"alleles": {}}, {}, Stance.UNPLACED),
    "base of another variant": ({"alleles": {"rs2": "A"}}, {}, Stance.UNPLACED),
    "unknown direction": ({"direction": "unknown"}, {}, Stance.UNPLACED),
    "unknown base of a meta-analysis": (
        {"kind": "meta_analysis", "alleles": {}},
        {},
        Stance.UNPLACED,
    ),
    "unknown base in the laboratory": (
        {"kind": "laboratory", "alleles": {}},
        {},
        Stance.NOT_SCORED,
    ),
    # scored nevertheless
    "meta-analysis": ({"kind": "meta_analysis"}, {}, Stance.SUPPORTS),
    "null without a base": (
        {"result": "null", "direction": "none", "alleles": {}},
        {},
        Stance.NULL,
    ),
    "null with a base": ({"result": "null", "direction": "none"}, {}, Stance.NULL),
    # claims of no difference
    "finding against no difference": ({}, {"genotypes": NO_DIFFERENCE}, Stance.CONTRADICTS),
    "opposite finding against no difference": (
        {"direction": "lower"},
        {"genotypes": NO_DIFFERENCE},
        Stance.CONTRADICTS,
    ),
    "null for no difference": (
        {"result": "null", "direction": "none"},
        {"genotypes": NO_DIFFERENCE},
        Stance.NULL,
    ),
    "unknown base, no difference": (
        {"alleles": {}},
        {"genotypes": NO_DIFFERENCE},
        Stance.UNPLACED,
    ),
    "unknown direction, no difference": (
        {"direction": "unknown"},
        {"genotypes": NO_DIFFERENCE},
        Stance.UNPLACED,
    ),
    "haplotype, no difference": (
        {"alleles": {}, "haplotype": "h2"},
        {"genotypes": NO_DIFFERENCE},
        Stance.NOT_SCORED,
    ),
    # unsettled claims
    "finding, unsettled": ({}, {"genotypes": UNSETTLED}, Stance.UNPLACED),
    "unknown base, unsettled": ({"alleles": {}}, {"genotypes": UNSETTLED}, Stance.UNPLACED),
    "unclear, unsettled": (
        {"result": "unclear", "significance": "not_stated"},
        {"genotypes": UNSETTLED},
        Stance.NOT_SCORED,
    ),
    "null, unsettled": (
        {"result": "null", "direction": "none"},
        {"genotypes": UNSETTLED},
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
"""Subjects of a result other than a variant."""

HAPLOTYPE_CLAIMS: dict[str, tuple[dict[str, str], Genotypes]] = {
    "haplotype": ({"haplotype": "h2"}, {"0": "lower", "1": "higher", "2": "higher"}),
    "diplotypes": (
        {"haplotype_set": "h", "keyed_by": "diplotype"},
        {"*1/*1": "lower", "*1/*2": "higher", "*2/*2": "higher", "other": "lower"},
    ),
    "phenotypes": (
        {"haplotype_set": "h", "keyed_by": "phenotype"},
        {"normal": "lower", "intermediate": "higher", "poor": "higher"},
    ),
}
"""The fields and genotypes of the claim that people with such a subject live longer."""

OTHER_SIDE = {"higher": "lower", "lower": "higher"}


def haplotype_claim(subject: str, claimed: str = "higher", **fields: Any) -> Association:
    """Return the claim on people with some haplotypes; fields override.

    ``claimed`` is the direction in them: ``higher`` or ``lower`` than in others, or the direction
    of all people.
    """
    subject_fields, genotypes = HAPLOTYPE_CLAIMS[subject]
    if claimed == "lower":
        genotypes = {key: OTHER_SIDE[direction] for key, direction in genotypes.items()}
    elif claimed != "higher":
        genotypes = dict.fromkeys(genotypes, claimed)
    return claim(**{"variant": None, **subject_fields, "genotypes": genotypes, **fields})


def haplotype_finding(subject: str, study: str = "a", **fields: Any) -> Evidence:
    """Return a nominally significant result for such a claim; fields override."""
    return finding(study, **{"alleles": {}, **HAPLOTYPE_SUBJECTS[subject], **fields})


RELAPSE = {"outcome": "relapse"}
NO_BENEFIT = {"result": "null", "direction": "none"}


@pytest.mark.parametrize(
    ("result", "claimed", "fields", "expected"),
    [
        ({}, "higher", {}, Stance.SUPPORTS),
        ({"direction": "lower"}, "higher", {}, Stance.CONTRADICTS),
        ({}, "lower", {}, Stance.CONTRADICTS),
        ({"direction": "lower"}, "lower", {}, Stance.SUPPORTS),
        (RELAPSE, "higher", {}, Stance.CONTRADICTS),
        ({**RELAPSE, "direction": "lower"}, "higher", {}, Stance.SUPPORTS),
        ({}, "lower", RELAPSE, Stance.SUPPORTS),
        ({"direction": "unknown"}, "higher", {}, Stance.UNPLACED),
        ({"kind": "laboratory"}, "higher", {}, Stance.NOT_SCORED),
        ({"kind": "background"}, "higher", {}, Stance.NOT_SCORED),
        ({"result": "unclear"}, "higher", {}, Stance.UNPLACED),
        ({"result": "unclear", "significance": "not_stated"}, "higher", {}, Stance.NOT_SCORED),
        (NO_BENEFIT, "higher", {}, Stance.NULL),
        (NO_BENEFIT, "no_difference", {}, Stance.NULL),
        (NO_BENEFIT, "unsettled", {}, Stance.NULL),
        ({}, "no_difference", {}, Stance.CONTRADICTS),
        ({"direction": "lower"}, "no_difference", {}, Stance.CONTRADICTS),
        ({"direction": "unknown"}, "no_difference", {}, Stance.UNPLACED),
        ({}, "unsettled", {}, Stance.UNPLACED),
    ],
)
@pytest.mark.parametrize("subject", HAPLOTYPE_SUBJECTS)
def test_stance_of_a_result_on_the_same_haplotypes(
    subject: str, result: dict[str, Any], claimed: str, fields: dict[str, str], expected: Stance
) -> None:
    assert expected is stance(
        haplotype_claim(subject, claimed, **fields), haplotype_finding(subject, **result), LOOKUP
    )


PHENOTYPES_REVERSED = ["intermediate", "poor"]
NO_HAPLOTYPE: dict[str, Any] = {
    "haplotype": None,
    "haplotype_set": None,
    "diplotypes": [],
    "phenotypes": [],
}
VARIANT_SUBJECT: dict[str, Any] = {**NO_HAPLOTYPE, "alleles": {"rs1": "A"}}
SUBJECT_PAIRS: dict[str, tuple[str, dict[str, Any], int]] = {
    # subject of the claim, fields of the result, and the side of the claim that its subject is on
    "another haplotype": ("haplotype", {"haplotype": "h3"}, 0),
    "haplotype, result on a variant": ("haplotype", VARIANT_SUBJECT, 0),
    "haplotype, result without a subject": ("haplotype", NO_HAPLOTYPE, 0),
    "haplotype, result on diplotypes": (
        "haplotype",
        {**NO_HAPLOTYPE, **HAPLOTYPE_SUBJECTS["diplotypes"]},
        0,
    ),
    "haplotype, result on phenotypes": (
        "haplotype",
        {**NO_HAPLOTYPE, **HAPLOTYPE_SUBJECTS["phenotypes"]},
        0,
    ),
    "haplotype, result with a base as well": ("haplotype", {"alleles": {"rs1": "A"}}, 1),
    "one of the diplotypes": ("diplotypes", {"diplotypes": ["*2/*2"]}, 1),
    "the diplotypes in another order": ("diplotypes", {"diplotypes": ["*2/*2", "*1/*2"]}, 1),
    "one more diplotype": ("diplotypes", {"diplotypes": ["*1/*2", "*2/*2", "*1/*3"]}, 0),
    "another diplotype": ("diplotypes", {"diplotypes": ["*1/*3"]}, 0),
    "diplotype of the other side": ("diplotypes", {"diplotypes": ["*1/*1"]}, -1),
    "diplotypes of both sides": ("diplotypes", {"diplotypes": ["*1/*1", "*2/*2"]}, 0),
    "diplotypes of another set": ("diplotypes", {"haplotype_set": "i"}, 0),
    "diplotypes, result on phenotypes": (
        "diplotypes",
        {**NO_HAPLOTYPE, **HAPLOTYPE_SUBJECTS["phenotypes"]},
        0,
    ),
    "diplotypes, result on a haplotype": (
        "diplotypes",
        {**NO_HAPLOTYPE, **HAPLOTYPE_SUBJECTS["haplotype"]},
        0,
    ),
    "diplotypes, result on the set": ("diplotypes", {"diplotypes": []}, 0),
    "diplotypes, result on a variant": ("diplotypes", VARIANT_SUBJECT, 0),
    "one of the phenotypes": ("phenotypes", {"phenotypes": ["poor"]}, 1),
    "the phenotypes in another order": ("phenotypes", {"phenotypes": PHENOTYPES_REVERSED}, 1),
    "phenotypes of both sides": ("phenotypes", {"phenotypes": [*PHENOTYPES_REVERSED, "normal"]}, 0),
    "phenotype of the other side": ("phenotypes", {"phenotypes": ["normal"]}, -1),
    "phenotypes of another set": ("phenotypes", {"haplotype_set": "i"}, 0),
    "phenotypes, result on diplotypes": (
        "phenotypes",
        {**NO_HAPLOTYPE, **HAPLOTYPE_SUBJECTS["diplotypes"]},
        0,
    ),
    "phenotypes, result on a haplotype": (
        "phenotypes",
        {**NO_HAPLOTYPE, **HAPLOTYPE_SUBJECTS["haplotype"]},
        0,
    ),
    "phenotypes, result on the set": ("phenotypes", {"phenotypes": []}, 0),
    "phenotypes, result on a variant": ("phenotypes", VARIANT_SUBJECT, 0),
}


STANCE_OF_SIGN = {1: Stance.SUPPORTS, -1: Stance.CONTRADICTS, 0: Stance.NOT_SCORED}


@pytest.mark.parametrize(("direction", "sign"), [("higher", 1), ("lower", -1)])
@pytest.mark.parametrize(("subject", "fields", "side"), SUBJECT_PAIRS.values(), ids=SUBJECT_PAIRS)
def test_result_counts_on_the_side_of_the_claim_that_has_all_its_people(
    subject: str, fields: dict[str, Any], side: int, direction: str, sign: int
) -> None:
    item = haplotype_finding(subject, **{**fields, "direction": direction})
    assert STANCE_OF_SIGN[side * sign] is stance(haplotype_claim(subject), item, LOOKUP)


@pytest.mark.parametrize(
    ("subject", "fields"),
    [(subject, fields) for subject, fields, _ in SUBJECT_PAIRS.values()],
    ids=SUBJECT_PAIRS,
)
def test_null_counts_whatever_its_subject(subject: str, fields: dict[str, Any]) -> None:
    item = haplotype_finding(subject, **{**fields, **NO_BENEFIT})
    assert Stance.NULL is stance(haplotype_claim(subject), item, LOOKUP)


@pytest.mark.parametrize(
    ("directions", "rises_with"),
    [
        ("higher higher lower", "A"),
        ("higher lower lower", "A"),
        ("higher between lower", "A"),
        ("higher not_studied lower", "A"),
        ("higher no_difference lower", "A"),
        ("not_studied higher lower", "A"),
        ("higher lower not_studied", "A"),
        ("lower lower higher", "C"),
        ("lower between higher", "C"),
        ("lower higher not_studied", "C"),
        ("lower higher lower", ""),
        ("higher lower higher", ""),
    ],
)
def test_trend_of_an_outcome_with_the_copies_of_a_base(directions: str, rises_with: str) -> None:
    """At a variant of two alleles, the outcome falls with the copies of the other base."""
    genotypes = dict(zip(CARRIERS, directions.split(), strict=True))
    expected = {"A": (1, -1), "C": (-1, 1), "": (0, 0)}[rises_with]
    found = claim(genotypes=genotypes)
    assert expected == (allele_trend(found, "A"), allele_trend(found, "C"))


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
        replace(item, **HAPLOTYPE_SUBJECTS[subject] | {"alleles": {}}) if item.alleles else item
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
        Level.SINGLE_NOMINAL,
        ("a",),
        (),
        (),
        {"a-survival-higher": Stance.SUPPORTS},
        ("a-survival-higher",),
    )
    assert expected == grade


@pytest.mark.parametrize(
    ("genotypes", "evidence", "expected"),
    [
        (NO_DIFFERENCE, [null_result("a")], (Level.NULL, (), (), ("a",))),
        (
            NO_DIFFERENCE,
            [null_result("a", n=1000), finding("b")],
            (Level.CONTRADICTED, (), ("b",), ("a",)),
        ),
        (
            NO_DIFFERENCE,
            [null_result("a"), unplaced_finding("b")],
            (Level.UNSETTLED, (), (), ("a",)),
        ),
        (UNSETTLED, [null_result("a"), finding("b")], (Level.UNSETTLED, (), (), ("a",))),
        (UNSETTLED, [opposite_finding("a"), finding("b")], (Level.UNSETTLED, (), (), ())),
        (UNSETTLED, [null_result("a")], (Level.NULL, (), (), ("a",))),
        (UNSETTLED, [finding("a", kind="laboratory")], (Level.NOT_ASSESSABLE, (), (), ())),
    ],
    ids=[
        "nulls",
        "a finding",
        "an unplaced finding",
        "a finding, unsettled",
        "findings, unsettled",
        "nulls, unsettled",
        "nothing scored, unsettled",
    ],
)
def test_level_of_a_claim_without_a_difference(
    genotypes: Genotypes, evidence: list[Evidence], expected: LevelAndCohorts
) -> None:
    assert expected == level_and_cohorts(
        grade_evidence(claim(genotypes=genotypes), evidence, LOOKUP)
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
        deciding=("a-survival-higher",),
    ) == grade_evidence(claim(excluded=excluded), evidence, LOOKUP)


def test_claim_is_not_assessable_if_all_results_are_excluded() -> None:
    assert EvidenceGrade(Level.NOT_ASSESSABLE, (), (), (), {}, ()) == grade_evidence(
        claim(excluded={"a-survival-higher": "x"}), [corrected_finding("a")], LOOKUP
    )


LATER = {"specified": "post_hoc"}
PLANNED = {"specified": "pre_specified"}


@pytest.mark.parametrize(
    ("evidence", "deciding"),
    [
        ([finding("a"), finding("b")], ["a-survival-higher", "b-survival-higher"]),
        (
            [null_result("c", n=9000), finding("a"), opposite_finding("b")],
            ["a-survival-higher"],
        ),
        ([null_result("c"), opposite_finding("b")], ["b-survival-lower"]),
        ([opposite_finding("a"), finding("a")], ["a-survival-lower"]),
        ([null_result("a"), finding("a")], ["a-survival-higher"]),
        ([null_result("a", **PLANNED), finding("a", **LATER)], ["a-survival-none"]),
        (
            [null_result("a", **PLANNED), finding("a", **LATER), finding("b")],
            ["b-survival-higher"],
        ),
        (
            [null_result("a", **PLANNED), finding("a-again", **LATER), unplaced_finding("b")],
            ["b-survival-unknown"],
        ),
        ([null_result("a"), unplaced_finding("b")], ["b-survival-unknown"]),
        ([finding("b", kind="laboratory"), null_result("a")], ["a-survival-none"]),
        (
            [finding("b", kind="laboratory"), finding("a", kind="background")],
            ["b-survival-higher", "a-survival-higher"],
        ),
        ([], []),
    ],
    ids=[
        "support",
        "support beside the rest",
        "contradiction",
        "contradiction in one cohort",
        "support and a null in one cohort",
        "planned null",
        "support beside a planned null",
        "unplaced beside a planned null",
        "unplaced",
        "null",
        "nothing scored",
        "nothing",
    ],
)
def test_results_that_decide_the_level(evidence: list[Evidence], deciding: list[str]) -> None:
    """Those of cohorts that count for the first stance that any cohort counts for."""
    assert tuple(deciding) == grade_evidence(claim(), evidence, LOOKUP).deciding


NOT_STATED = {"result": "unclear", "significance": "not_stated"}


@pytest.mark.parametrize(
    ("genotypes", "evidence", "deciding"),
    [
        (NO_DIFFERENCE, [finding("a"), null_result("b")], ["b-survival-none"]),
        (
            NO_DIFFERENCE,
            [finding("a"), opposite_finding("b")],
            ["a-survival-higher", "b-survival-lower"],
        ),
        (NO_DIFFERENCE, [null_result("b"), unplaced_finding("a")], ["b-survival-none"]),
        (NO_DIFFERENCE, [finding("a"), finding("b", **NOT_STATED)], ["a-survival-higher"]),
        (UNSETTLED, [finding("a"), null_result("b")], ["a-survival-higher"]),
        (UNSETTLED, [null_result("b"), finding("a", kind="laboratory")], ["b-survival-none"]),
    ],
    ids=[
        "a null beside a difference",
        "differences alone",
        "unplaced beside a null",
        "a difference beside an unclear result",
        "unsettled, with a null",
        "unsettled, with a null alone",
    ],
)
def test_results_that_decide_where_no_difference_is_claimed(
    genotypes: Genotypes, evidence: list[Evidence], deciding: list[str]
) -> None:
    """No difference rests on those that found none, not on those that contradict it."""
    grade = grade_evidence(claim(genotypes=genotypes), evidence, LOOKUP)
    assert tuple(deciding) == grade.deciding


def test_excluded_result_decides_nothing() -> None:
    excluded = claim(excluded={"a-survival-higher": "x"})
    grade = grade_evidence(excluded, [finding("a"), null_result("b")], LOOKUP)
    assert ("b-survival-none",) == grade.deciding


def test_every_graded_result_has_a_stance() -> None:
    evidence = [
        finding("a"),
        opposite_finding("b"),
        null_result("c"),
        finding("d", kind="laboratory"),
        unplaced_finding("a"),
    ]
    assert {
        "a-survival-higher": Stance.SUPPORTS,
        "b-survival-lower": Stance.CONTRADICTS,
        "c-survival-none": Stance.NULL,
        "d-survival-higher": Stance.NOT_SCORED,
        "a-survival-unknown": Stance.UNPLACED,
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


@pytest.mark.parametrize(
    "fields",
    [
        {"genotypes": OTHERS, "outcome": "relapse"},
        {"genotypes": {"A/A": "higher", "A/C": "between", "C/C": "lower"}},
        {"genotypes": {"A/A": "higher", "A/C": "lower", "C/C": "lower"}},
    ],
    ids=["fewer relapses", "per allele", "homozygotes"],
)
@pytest.mark.parametrize(("evidence", "expected"), LEVELS.values(), ids=LEVELS)
def test_claim_on_the_same_side_has_the_same_level(
    evidence: list[Evidence], expected: LevelAndCohorts, fields: dict[str, Any]
) -> None:
    assert expected == level_and_cohorts(grade_evidence(claim(**fields), evidence, LOOKUP))


def test_names_of_levels_and_stances() -> None:
    """Outputs contain these names; the levels are in the order of strength."""
    assert [
        "guideline",
        "replicated",
        "single_corrected",
        "single_nominal",
        "indirect",
        "not_confirmed",
        "contradicted",
        "unsettled",
        "null",
        "not_assessable",
    ] == [str(level) for level in Level]
    assert ["supports", "contradicts", "unplaced", "null", "not_scored"] == [
        str(item) for item in Stance
    ]


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
