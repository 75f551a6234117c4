"""The level of a claim, from small lists of made-up results."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest
from helpers.toy_chromosomes import variant

from pgx_ana.knowledge import LADDER, Association, Evidence, EvidenceGrade, Level, Stance
from pgx_ana.knowledge.evidence import Cohort, Outcome
from pgx_ana.knowledge.levels import Lookup, grade_evidence, stance

Counted = tuple[Level, tuple[str, ...], tuple[str, ...], tuple[str, ...]]
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
    """Return the claim that carriers of A live longer on adjuvant anastrozole, but for fields."""
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


def found(people: str = "a", **fields: Any) -> Evidence:
    """Return a result that supports the claim at nominal significance, but for fields."""
    told = f"{fields.get('outcome', 'survival')}-{fields.get('direction', 'higher')}"
    return Evidence.model_validate(
        {
            "id": f"{people}-{told}",
            "publication": "paper",
            "cohort": people,
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


def corrected(people: str = "a", **fields: Any) -> Evidence:
    return found(people, **{"significance": "corrected", **fields})


def against(people: str = "b", **fields: Any) -> Evidence:
    return found(people, **{"direction": "lower", **fields})


def null(people: str = "b", **fields: Any) -> Evidence:
    changed = {
        "result": "null",
        "alleles": {},
        "direction": "none",
        "significance": "not_significant",
        **fields,
    }
    return found(people, **changed)


def counted(grade: EvidenceGrade) -> Counted:
    return (grade.level, grade.supporting, grade.contradicting, grade.null)


CLASS: dict[str, Any] = {"drugs": ["letrozole"]}
ELSEWHERE: dict[str, Any] = {"setting": "metastatic"}
QUOTED: dict[str, Any] = {"read": "second_hand"}

LEVELS: dict[str, tuple[list[Evidence], Counted]] = {
    # the ladder
    "replicated": (
        [corrected("a"), found("b")],
        (Level.REPLICATED, ("a", "b"), (), ()),
    ),
    "replicated, both corrected": (
        [corrected("a"), corrected("b")],
        (Level.REPLICATED, ("a", "b"), (), ()),
    ),
    "one cohort after correction": (
        [corrected("a")],
        (Level.SINGLE_CORRECTED, ("a",), (), ()),
    ),
    "several without correction": (
        [found("a"), found("b"), found("c")],
        (Level.SINGLE_CORRECTED, ("a", "b", "c"), (), ()),
    ),
    "one cohort without correction": (
        [found("a")],
        (Level.SINGLE_NOMINAL, ("a",), (), ()),
    ),
    "less than that": (
        [found("a", **CLASS)],
        (Level.INDIRECT, ("a",), (), ()),
    ),
    # lowered
    "other drug": (
        [corrected("a", **CLASS), found("b", **CLASS)],
        (Level.SINGLE_CORRECTED, ("a", "b"), (), ()),
    ),
    "other setting": (
        [corrected("a", **ELSEWHERE), found("b", **ELSEWHERE)],
        (Level.SINGLE_CORRECTED, ("a", "b"), (), ()),
    ),
    "quoted": (
        [corrected("a", **QUOTED), found("b", **QUOTED)],
        (Level.SINGLE_CORRECTED, ("a", "b"), (), ()),
    ),
    "other drug and setting": (
        [corrected("a", **CLASS, **ELSEWHERE), found("b", **CLASS, **ELSEWHERE)],
        (Level.SINGLE_NOMINAL, ("a", "b"), (), ()),
    ),
    "other drug and setting, quoted": (
        [
            corrected("a", **CLASS, **ELSEWHERE, **QUOTED),
            found("b", **CLASS, **ELSEWHERE, **QUOTED),
        ],
        (Level.INDIRECT, ("a", "b"), (), ()),
    ),
    "no lower than the last step": (
        [found("a", **CLASS, **ELSEWHERE, **QUOTED)],
        (Level.INDIRECT, ("a",), (), ()),
    ),
    "other drug in one cohort only": (
        [corrected("a", **CLASS), found("b")],
        (Level.REPLICATED, ("a", "b"), (), ()),
    ),
    "drugs pooled, the drug among them": (
        [corrected("a", drugs=["letrozole", "anastrozole"])],
        (Level.SINGLE_CORRECTED, ("a",), (), ()),
    ),
    "other setting in one cohort only": (
        [corrected("a", **ELSEWHERE), found("b")],
        (Level.REPLICATED, ("a", "b"), (), ()),
    ),
    "quoted in one cohort only": (
        [corrected("a", **QUOTED), found("b", read="abstract")],
        (Level.REPLICATED, ("a", "b"), (), ()),
    ),
    "read in part": (
        [corrected("a", read="partial")],
        (Level.SINGLE_CORRECTED, ("a",), (), ()),
    ),
    "the drug in a null only": (
        [corrected("a", **CLASS), null("b", n=10)],
        (Level.SINGLE_NOMINAL, ("a",), (), ("b",)),
    ),
    # contradicted
    "another cohort the other way": (
        [corrected("a"), corrected("c"), against("b", n=1)],
        (Level.CONTRADICTED, ("a", "c"), ("b",), ()),
    ),
    "only the other way": (
        [against("b"), null("c", n=1000)],
        (Level.CONTRADICTED, (), ("b",), ("c",)),
    ),
    "larger null": (
        [corrected("a", n=100), null("b", n=101)],
        (Level.CONTRADICTED, ("a",), (), ("b",)),
    ),
    "null as large": (
        [corrected("a", n=100), null("b", n=100)],
        (Level.CONTRADICTED, ("a",), (), ("b",)),
    ),
    "smaller null": (
        [corrected("a", n=100), null("b", n=99)],
        (Level.SINGLE_CORRECTED, ("a",), (), ("b",)),
    ),
    "null of unknown size": (
        [corrected("a", n=100), null("b", n=None)],
        (Level.SINGLE_CORRECTED, ("a",), (), ("b",)),
    ),
    "null and support of unknown size": (
        [corrected("a", n=None), null("b", n=None)],
        (Level.SINGLE_CORRECTED, ("a",), (), ("b",)),
    ),
    "null smaller than the largest support": (
        [found("a", n=100), found("c", n=300), null("b", n=200)],
        (Level.SINGLE_CORRECTED, ("a", "c"), (), ("b",)),
    ),
    "nulls are not added up": (
        [found("a", n=100), null("b", n=60), null("c", n=60)],
        (Level.SINGLE_NOMINAL, ("a",), (), ("b", "c")),
    ),
    "a cohort is as large as its largest result": (
        [found("a", n=10), found("a", outcome="level", n=100), null("b", n=60)],
        (Level.SINGLE_NOMINAL, ("a",), (), ("b",)),
    ),
    # nothing found, nothing told
    "nulls": (
        [null("b"), null("a")],
        (Level.NULL, (), (), ("b", "a")),
    ),
    "nothing": ([], (Level.NOT_ASSESSABLE, (), (), ())),
    "nothing that can be scored": (
        [found("a", alleles={}), against("b", kind="laboratory")],
        (Level.NOT_ASSESSABLE, (), (), ()),
    ),
    # cohorts
    "two papers on one cohort": (
        [corrected("a", id="first"), corrected("a", id="second")],
        (Level.SINGLE_CORRECTED, ("a",), (), ()),
    ),
    "two outcomes of one cohort": (
        [found("a"), found("a", outcome="relapse", direction="lower")],
        (Level.SINGLE_NOMINAL, ("a",), (), ()),
    ),
    "one result of a cohort after correction": (
        [found("a"), corrected("a", id="second")],
        (Level.SINGLE_CORRECTED, ("a",), (), ()),
    ),
    "overlapping cohorts": (
        [corrected("a"), found("a-again")],
        (Level.SINGLE_CORRECTED, ("a",), (), ()),
    ),
    "overlap declared by the other cohort": (
        [corrected("a-again"), found("a")],
        (Level.SINGLE_CORRECTED, ("a",), (), ()),
    ),
    "overlap in a chain": (
        [corrected("a-later"), found("a"), found("a-again")],
        (Level.SINGLE_CORRECTED, ("a",), (), ()),
    ),
    "pooled with two others": (
        [corrected("pooled"), found("b"), found("c"), found("d")],
        (Level.REPLICATED, ("b", "d"), (), ()),
    ),
    "overlap with a cohort that says nothing": (
        [corrected("a-again"), found("b"), found("a", kind="laboratory")],
        (Level.REPLICATED, ("a-again", "b"), (), ()),
    ),
    "null of the same people": (
        [found("a"), null("a-again", n=1000)],
        (Level.SINGLE_NOMINAL, ("a",), (), ()),
    ),
    "in the order of the evidence": (
        [found("d"), null("c", n=1), found("b"), null("a", n=1)],
        (Level.SINGLE_CORRECTED, ("d", "b"), (), ("c", "a")),
    ),
    # the voice of a cohort
    "planned null, finding made later": (
        [null("a", specified="pre_specified"), found("a", specified="post_hoc")],
        (Level.NULL, (), (), ("a",)),
    ),
    "planned null, finding explored": (
        [found("a", specified="exploratory"), null("a", specified="pre_specified")],
        (Level.NULL, (), (), ("a",)),
    ),
    "planned null, contradiction made later": (
        [null("a", specified="pre_specified"), against("a", specified="post_hoc"), found("b")],
        (Level.CONTRADICTED, ("b",), (), ("a",)),
    ),
    "planned null and planned finding": (
        [null("a", specified="pre_specified"), found("a", specified="pre_specified")],
        (Level.SINGLE_NOMINAL, ("a",), (), ()),
    ),
    "planned finding, null made later": (
        [found("a", specified="pre_specified"), null("a", specified="post_hoc")],
        (Level.SINGLE_NOMINAL, ("a",), (), ()),
    ),
    "null and finding, neither planned": (
        [null("a"), found("a")],
        (Level.SINGLE_NOMINAL, ("a",), (), ()),
    ),
    "both directions in one cohort": (
        [found("a"), against("a")],
        (Level.CONTRADICTED, (), ("a",), ()),
    ),
    "planned null of overlapping people": (
        [found("a", specified="post_hoc"), null("a-again", specified="pre_specified")],
        (Level.NULL, (), (), ("a",)),
    ),
}


@pytest.mark.parametrize(("evidence", "expected"), LEVELS.values(), ids=LEVELS)
def test_level_and_cohorts(evidence: list[Evidence], expected: Counted) -> None:
    assert expected == counted(grade_evidence(claim(), evidence, LOOKUP))


STANCES: dict[str, tuple[dict[str, Any], dict[str, Any], Stance]] = {
    # base and direction
    "same base, same way": ({}, {}, Stance.SUPPORTS),
    "same base, other way": ({"direction": "lower"}, {}, Stance.CONTRADICTS),
    "other base, same way": ({"alleles": {"rs1": "C"}}, {}, Stance.CONTRADICTS),
    "other base, other way": (
        {"alleles": {"rs1": "C"}, "direction": "lower"},
        {},
        Stance.SUPPORTS,
    ),
    "claim of the other base": ({}, {"allele": "C"}, Stance.CONTRADICTS),
    "claim of less": ({}, {"direction": "lower"}, Stance.CONTRADICTS),
    "claim of less of the other base": (
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
    "claim of more relapses": ({}, {"outcome": "relapse"}, Stance.CONTRADICTS),
    "claim of fewer relapses": (
        {},
        {"outcome": "relapse", "direction": "lower"},
        Stance.SUPPORTS,
    ),
    "more relapses for the claim of more": (
        {"outcome": "relapse"},
        {"outcome": "relapse"},
        Stance.SUPPORTS,
    ),
    "neither better nor worse": (
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
    # scored all the same
    "pooled study": ({"kind": "meta_analysis"}, {}, Stance.SUPPORTS),
    "null without a base": (
        {"result": "null", "direction": "none", "alleles": {}},
        {},
        Stance.NULL,
    ),
    "null with a base": ({"result": "null", "direction": "none"}, {}, Stance.NULL),
    # claims that have no direction
    "finding against no difference": ({}, {"direction": "none"}, Stance.CONTRADICTS),
    "finding of less against no difference": (
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
def test_what_a_result_says_of_a_claim(
    result: dict[str, Any], claimed: dict[str, Any], expected: Stance
) -> None:
    assert expected is stance(claim(**claimed), found(**result), LOOKUP)


OF: dict[str, dict[str, Any]] = {
    "haplotype": {"haplotype": "h2"},
    "diplotypes": {"haplotype_set": "h", "diplotypes": ["*1/*2", "*2/*2"]},
    "phenotypes": {"haplotype_set": "h", "phenotypes": ["poor", "intermediate"]},
}
"""What a claim or a result may be about instead of a variant."""


def of_set(subject: str, **fields: Any) -> Association:
    """Return the claim that those who have some haplotypes live longer, but for fields."""
    return claim(**{"variant": None, "allele": None, **OF[subject], **fields})


def seen(subject: str, people: str = "a", **fields: Any) -> Evidence:
    """Return a result that supports such a claim at nominal significance, but for fields."""
    return found(people, **{"alleles": {}, **OF[subject], **fields})


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
@pytest.mark.parametrize("subject", OF)
def test_what_a_result_on_haplotypes_says_of_a_claim_on_the_same(
    subject: str, result: dict[str, Any], claimed: dict[str, Any], expected: Stance
) -> None:
    assert expected is stance(of_set(subject, **claimed), seen(subject, **result), LOOKUP)


OTHER_ORDER = ["intermediate", "poor"]
NOTHING: dict[str, Any] = {
    "haplotype": None,
    "haplotype_set": None,
    "diplotypes": [],
    "phenotypes": [],
}
ON_VARIANT: dict[str, Any] = {**NOTHING, "alleles": {"rs1": "A"}}
ABOUT: dict[str, tuple[str, dict[str, Any], bool]] = {
    # subject of the claim, result, whether it is about the same
    "another haplotype": ("haplotype", {"haplotype": "h3"}, False),
    "haplotype, result on a variant": ("haplotype", ON_VARIANT, False),
    "haplotype, result on nothing": ("haplotype", NOTHING, False),
    "haplotype, result on diplotypes": ("haplotype", {**NOTHING, **OF["diplotypes"]}, False),
    "haplotype, result on phenotypes": ("haplotype", {**NOTHING, **OF["phenotypes"]}, False),
    "haplotype, named beside a base": ("haplotype", {"alleles": {"rs1": "A"}}, True),
    "one of the diplotypes": ("diplotypes", {"diplotypes": ["*2/*2"]}, True),
    "the diplotypes in another order": ("diplotypes", {"diplotypes": ["*2/*2", "*1/*2"]}, True),
    "one more diplotype": ("diplotypes", {"diplotypes": ["*1/*2", "*2/*2", "*1/*3"]}, False),
    "another diplotype": ("diplotypes", {"diplotypes": ["*1/*3"]}, False),
    "diplotypes of another set": ("diplotypes", {"haplotype_set": "i"}, False),
    "diplotypes, result on phenotypes": ("diplotypes", {**NOTHING, **OF["phenotypes"]}, False),
    "diplotypes, result on a haplotype": ("diplotypes", {**NOTHING, **OF["haplotype"]}, False),
    "diplotypes, result on the set": ("diplotypes", {"diplotypes": []}, False),
    "diplotypes, result on a variant": ("diplotypes", ON_VARIANT, False),
    "one of the phenotypes": ("phenotypes", {"phenotypes": ["poor"]}, True),
    "the phenotypes in another order": ("phenotypes", {"phenotypes": OTHER_ORDER}, True),
    "one more phenotype": ("phenotypes", {"phenotypes": [*OTHER_ORDER, "normal"]}, False),
    "another phenotype": ("phenotypes", {"phenotypes": ["normal"]}, False),
    "phenotypes of another set": ("phenotypes", {"haplotype_set": "i"}, False),
    "phenotypes, result on diplotypes": ("phenotypes", {**NOTHING, **OF["diplotypes"]}, False),
    "phenotypes, result on a haplotype": ("phenotypes", {**NOTHING, **OF["haplotype"]}, False),
    "phenotypes, result on the set": ("phenotypes", {"phenotypes": []}, False),
    "phenotypes, result on a variant": ("phenotypes", ON_VARIANT, False),
}


@pytest.mark.parametrize(
    ("direction", "result", "scored"),
    [
        ("higher", "association", Stance.SUPPORTS),
        ("lower", "association", Stance.CONTRADICTS),
        ("none", "null", Stance.NULL),
    ],
)
@pytest.mark.parametrize(("subject", "named", "same"), ABOUT.values(), ids=ABOUT)
def test_a_result_on_others_is_not_scored_unless_it_is_a_null(
    subject: str, named: dict[str, Any], same: bool, direction: str, result: str, scored: Stance
) -> None:
    """All those of a result must be among those of the claim; a null counts whomever it names."""
    expected = scored if same or result == "null" else Stance.NOT_SCORED
    told = seen(subject, **{**named, "direction": direction, "result": result})
    assert expected is stance(of_set(subject), told, LOOKUP)


def test_a_result_on_haplotypes_alone_is_not_scored_for_a_variant() -> None:
    assert [Stance.NOT_SCORED] * 3 == [stance(claim(), seen(of), LOOKUP) for of in OF]


@pytest.mark.parametrize("subject", OF)
@pytest.mark.parametrize(("evidence", "expected"), LEVELS.values(), ids=LEVELS)
def test_claims_on_haplotypes_are_weighed_like_those_on_variants(
    subject: str, evidence: list[Evidence], expected: Counted
) -> None:
    """The same results, named by what the claim is about where a base was named."""
    told = [
        item.model_copy(update=OF[subject] | {"alleles": {}}) if item.alleles else item
        for item in evidence
    ]
    assert expected == counted(grade_evidence(of_set(subject), told, LOOKUP))


@pytest.mark.parametrize("subject", OF)
def test_what_is_excluded_does_not_count_for_haplotypes(subject: str) -> None:
    evidence = [seen(subject, "a"), seen(subject, "b", direction="lower")]
    grade = grade_evidence(of_set(subject, excluded={"b-survival-lower": "x"}), evidence, LOOKUP)
    expected = EvidenceGrade(
        Level.SINGLE_NOMINAL, ("a",), (), (), {"a-survival-higher": Stance.SUPPORTS}
    )
    assert expected == grade


@pytest.mark.parametrize(
    ("direction", "evidence", "expected"),
    [
        ("none", [null("a")], (Level.NULL, (), (), ("a",))),
        ("none", [null("a", n=1000), found("b")], (Level.CONTRADICTED, (), ("b",), ("a",))),
        ("unsettled", [null("a"), found("b")], (Level.NULL, (), (), ("a",))),
        ("unsettled", [against("a"), found("b")], (Level.NOT_ASSESSABLE, (), (), ())),
    ],
    ids=["nulls", "a finding after all", "nulls, unsettled", "findings, unsettled"],
)
def test_claims_without_a_direction(
    direction: str, evidence: list[Evidence], expected: Counted
) -> None:
    assert expected == counted(grade_evidence(claim(direction=direction), evidence, LOOKUP))


def test_what_is_excluded_does_not_count() -> None:
    """Neither for nor against, nor as a result of its cohort, nor in its size."""
    evidence = [
        corrected("a", n=100),
        found("a", id="sub-study", n=5000),
        against("b"),
        null("c", n=100),
        null("d", n=99),
    ]
    excluded = {"b-survival-lower": "x", "c-survival-none": "x", "sub-study": "x"}
    assert EvidenceGrade(
        Level.SINGLE_CORRECTED,
        supporting=("a",),
        contradicting=(),
        null=("d",),
        stances={"a-survival-higher": Stance.SUPPORTS, "d-survival-none": Stance.NULL},
    ) == grade_evidence(claim(excluded=excluded), evidence, LOOKUP)


def test_everything_excluded_leaves_nothing_to_assess() -> None:
    assert EvidenceGrade(Level.NOT_ASSESSABLE, (), (), (), {}) == grade_evidence(
        claim(excluded={"a-survival-higher": "x"}), [corrected("a")], LOOKUP
    )


def test_every_listed_result_has_a_stance() -> None:
    evidence = [found("a"), against("b"), null("c"), found("d", kind="laboratory")]
    assert {
        "a-survival-higher": Stance.SUPPORTS,
        "b-survival-lower": Stance.CONTRADICTS,
        "c-survival-none": Stance.NULL,
        "d-survival-higher": Stance.NOT_SCORED,
    } == grade_evidence(claim(), evidence, LOOKUP).stances


@pytest.mark.parametrize(("evidence", "expected"), LEVELS.values(), ids=LEVELS)
def test_the_order_of_the_evidence_changes_nothing(
    evidence: list[Evidence], expected: Counted
) -> None:
    """But for the order in which the cohorts are named."""
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
def test_the_same_claim_of_the_other_allele_has_the_same_level(
    evidence: list[Evidence], expected: Counted
) -> None:
    assert expected == counted(
        grade_evidence(claim(allele="C", direction="lower"), evidence, LOOKUP)
    )


def test_words_of_levels_and_stances() -> None:
    """They stand in every output; the order is that of strength."""
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


def test_a_guideline_stands_above_the_evidence() -> None:
    named = claim(guideline="a guideline that names the variant", evidence=["x"])

    assert Level.GUIDELINE == grade_evidence(named, [against()], LOOKUP).level


def test_support_of_unknown_size_is_not_outweighed() -> None:
    unknown = [corrected("a", n=None), null("b", n=2)]

    assert Level.SINGLE_CORRECTED == grade_evidence(claim(evidence=["x"]), unknown, LOOKUP).level


def test_the_ladder() -> None:
    """No evidence alone makes a guideline; every other level is reached by some case above."""
    assert (
        Level.GUIDELINE,
        Level.REPLICATED,
        Level.SINGLE_CORRECTED,
        Level.SINGLE_NOMINAL,
        Level.INDIRECT,
    ) == LADDER
    assert set(Level) - {Level.GUIDELINE} == {level for _, (level, *_) in LEVELS.values()}
