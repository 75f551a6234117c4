"""Faults of associations: subject, evidence, genotypes, directions, setting, level and wording."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.broken_knowledge import (
    EVIDENCE,
    FRAME,
    HAPLOTYPES,
    VARIANTS,
    Edit,
    ExpectedFault,
    Rule,
    edited_haplotypes,
    edited_toy,
    located,
    reported,
    unknown_entries,
)
from helpers.toy_overlays import association_entry, result_entry, section

from pgx_ana.knowledge import Level, load

Fields = dict[str, str]

MORE = "more.yaml"
"""The file of an association on rs3 and pain, and its results."""

WHERE = "associations(rs3-pain)"

RS3_GENOTYPES = ("T/T", "T/C", "C/C")

FOUND = {
    "cohort": "first",
    "drugs": "[anastrozole]",
    "n": "50",
    "result": "association",
    "alleles": "{rs3: C}",
    "direction": "lower",
    "significance": "nominal",
}
"""Less pain in carriers of C."""

OPPOSITE = {**FOUND, "cohort": "second", "direction": "higher"}
NULL = {"drugs": "[anastrozole]", "n": "60"}
UNPLACED = {
    key: value for key, value in {**FOUND, "direction": "unknown"}.items() if key != "alleles"
}
LABORATORY = {**FOUND, "kind": "laboratory"}


def with_association(tmp_path: Path, directions: str, *results: Fields, **fields: str) -> Path:
    """Return a knowledge base with one more association, on these results.

    ``directions`` are those of T/T, T/C and C/C, separated by spaces.
    """
    directory = edited_toy(tmp_path)
    names = [f"result-{number}" for number in range(len(results))]
    evidence = [
        result_entry(name, **{"variants": "[rs3]", "outcome": "pain", **result})
        for name, result in zip(names, results, strict=True)
    ]
    association = association_entry(
        "rs3-pain",
        dict(zip(RS3_GENOTYPES, directions.split(), strict=True)),
        **{
            "variant": "rs3",
            "outcome": "pain",
            "drug": "anastrozole",
            "evidence": f"[{', '.join(names)}]",
            **fields,
        },
    )
    text = section("evidence", *evidence) + section("associations", association)
    (directory / MORE).write_text(text, encoding="utf-8")
    return directory


# evidence and genotypes

ASSOCIATION = (
    "associations:\n  - id: rs1-survival\n    variant: rs1\n    outcome: survival\n"
    "    drug: anastrozole\n    setting: metastatic\n    evidence: [one-rs1-survival]\n"
)
IN_ADJUVANT = ASSOCIATION.replace("setting: metastatic", "setting: adjuvant")
RELAPSE_RESULT = result_entry(
    "three-rs1-relapse", variants="[rs1]", outcome="relapse", result='"null" # of relapse'
)
PAIN_RESULT = RELAPSE_RESULT.replace("relapse", "pain")
WITH_RELAPSE = "survival, three-rs1-relapse]"
OTHER_SETTING = "no scored result has this setting; scored results have metastatic"

RULES: dict[str, Rule] = {
    "setting without a scored result": (
        (EVIDENCE, ASSOCIATION, IN_ADJUVANT),
        (
            EVIDENCE,
            "setting: adjuvant\n    evidence: [one",
            "associations(rs1-survival).setting",
            OTHER_SETTING,
        ),
    ),
    "setting of an excluded result": (
        (
            EVIDENCE,
            ASSOCIATION,
            RELAPSE_RESULT
            + IN_ADJUVANT.replace("survival]", WITH_RELAPSE)
            + "    excluded: {three-rs1-relapse: too small}\n",
        ),
        (
            EVIDENCE,
            "setting: adjuvant\n    evidence: [one",
            "associations(rs1-survival).setting",
            OTHER_SETTING,
        ),
    ),
    "association with a background outcome": (
        (
            FRAME,
            "{id: survival, name: survival, category: efficacy",
            "{id: survival, name: survival, category: background",
        ),
        (
            EVIDENCE,
            "outcome: survival\n    drug:",
            "associations(rs1-survival).outcome",
            "no association can be based on a background outcome",
        ),
    ),
    "result listed twice": (
        (EVIDENCE, "[one-rs1-survival]", "[one-rs1-survival, one-rs1-survival]"),
        (
            EVIDENCE,
            "evidence: [one-rs1-survival, one",
            "associations(rs1-survival).evidence",
            "one-rs1-survival is listed twice",
        ),
    ),
    "omitted result": (
        (EVIDENCE, ASSOCIATION, RELAPSE_RESULT + ASSOCIATION),
        (
            EVIDENCE,
            "evidence: [one-rs1-survival]",
            "associations(rs1-survival).evidence",
            "omits three-rs1-relapse, a result on rs1 in the outcome group control",
        ),
    ),
    "evidence on another variant": (
        (EVIDENCE, "[one-rs1-survival]", "[one-rs1-survival, two-rs2-level-null]"),
        (
            EVIDENCE,
            "evidence: [one-rs1-survival, two",
            "associations(rs1-survival).evidence",
            "two-rs2-level-null is not a result on rs1 in the outcome group control",
        ),
    ),
    "evidence on another outcome": (
        (
            EVIDENCE,
            ASSOCIATION,
            PAIN_RESULT + ASSOCIATION.replace("survival]", "survival, three-rs1-pain]"),
        ),
        (
            EVIDENCE,
            "evidence: [one-rs1-survival, three",
            "associations(rs1-survival).evidence",
            "three-rs1-pain is not a result on rs1 in the outcome group control",
        ),
    ),
    "excluded result that is not listed": (
        (
            EVIDENCE,
            ASSOCIATION,
            f"{RELAPSE_RESULT}{ASSOCIATION}    excluded: {{three-rs1-relapse: too small}}\n",
        ),
        (
            EVIDENCE,
            "excluded:",
            "associations(rs1-survival).excluded",
            "three-rs1-relapse is not in evidence",
        ),
    ),
    "genotype that is not covered": (
        (EVIDENCE, "      A/C: higher\n", ""),
        (
            EVIDENCE,
            "A/A: higher",
            "associations(rs1-survival).genotypes",
            "A/C is not covered",
        ),
    ),
    "genotype with an unknown allele": (
        (EVIDENCE, "      C/C: lower\n", "      A/G: not_studied\n      C/C: lower\n"),
        (
            EVIDENCE,
            "A/A: higher",
            "associations(rs1-survival).genotypes",
            "A/G is not a genotype of rs1 (reference allele first)",
        ),
    ),
    "keys for a variant": (
        (EVIDENCE, "    variant: rs1\n", "    variant: rs1\n    keyed_by: diplotype\n"),
        (
            EVIDENCE,
            "keyed_by: diplotype",
            "associations(rs1-survival).keyed_by",
            "must be given for a haplotype set, and only for that",
        ),
    ),
    "no subject": (
        (EVIDENCE, "    variant: rs1\n", ""),
        (
            EVIDENCE,
            "- id: rs1-survival\n",
            "associations(rs1-survival)",
            "must have one variant, one haplotype or one haplotype set",
        ),
    ),
}
ALLOWED: dict[str, Edit] = {
    "setting of one result of two": (
        EVIDENCE,
        ASSOCIATION,
        RELAPSE_RESULT + IN_ADJUVANT.replace("survival]", WITH_RELAPSE),
    ),
    "unlisted result on another outcome": (EVIDENCE, ASSOCIATION, PAIN_RESULT + ASSOCIATION),
    "unlisted result on another variant": (
        EVIDENCE,
        ASSOCIATION,
        RELAPSE_RESULT.replace("[rs1]", "[rs3]") + ASSOCIATION,
    ),
    "result that is listed and excluded": (
        EVIDENCE,
        ASSOCIATION,
        RELAPSE_RESULT
        + ASSOCIATION.replace("survival]", WITH_RELAPSE)
        + "    excluded: {three-rs1-relapse: too small}\n",
    ),
}


@pytest.mark.parametrize(("change", "fault"), RULES.values(), ids=RULES)
def test_broken_rule_is_reported(tmp_path: Path, change: Edit, fault: ExpectedFault) -> None:
    directory = edited_toy(tmp_path, change)
    assert located(directory, fault) == reported(directory)


@pytest.mark.parametrize("change", ALLOWED.values(), ids=ALLOWED)
def test_borderline_case_is_valid(tmp_path: Path, change: Edit) -> None:
    assert "toy" == load([edited_toy(tmp_path, change)]).info.name


@pytest.mark.parametrize("given", ["C/A", "A|C", "C", "A/C/C", "1", "other"])
def test_genotype_must_name_the_reference_allele_first(tmp_path: Path, given: str) -> None:
    directory = edited_toy(tmp_path, (EVIDENCE, "A/C: higher", f'"{given}": higher'))
    place = (EVIDENCE, "A/A: higher", "associations(rs1-survival).genotypes")
    expected = [
        (*place, "A/C is not covered"),
        (*place, f"{given} is not a genotype of rs1 (reference allele first)"),
    ]
    assert located(directory, *expected) == reported(directory)


def test_genotypes_of_a_third_allele_must_be_covered(tmp_path: Path) -> None:
    old = "alleles: [{bases: A}, {bases: C}]\n    studied"
    directory = edited_toy(tmp_path, (VARIANTS, old, old.replace("C}]", "C}, {bases: G}]")))
    place = (EVIDENCE, "A/A: higher", "associations(rs1-survival).genotypes")
    expected = [(*place, f"{genotype} is not covered") for genotype in ("A/G", "C/G", "G/G")]
    assert located(directory, *expected) == reported(directory)


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("A/C A/A C/C", "A/A, A/C, C/C"),
        ("C/C A/C A/A", "A/A, A/C, C/C"),
    ],
)
def test_genotypes_must_be_in_the_order_of_the_alleles(
    tmp_path: Path, order: str, expected: str
) -> None:
    directions = {"A/A": "higher", "A/C": "higher", "C/C": "lower"}
    old = "".join(f"      {key}: {direction}\n" for key, direction in directions.items())
    new = "".join(f"      {key}: {directions[key]}\n" for key in order.split())
    directory = edited_toy(tmp_path, (EVIDENCE, old, new))
    fault = (
        EVIDENCE,
        new.splitlines()[0],
        "associations(rs1-survival).genotypes",
        f"must be in the order of the alleles: {expected}",
    )
    assert located(directory, fault) == reported(directory)


# directions

NOT_COMPARED = "{} has nothing to be compared with"
NOT_MIXED = "what is unsettled for one genotype is so for all that were studied"
OVERLAPPING = "the outcome rises with the copies of nothing: the groups overlap"
NO_ENDS = "{} cannot be between: its homozygotes are not on both sides"
IN_NO_GROUP = "a genotype without a difference stands in no group: it is between, or not studied"


@pytest.mark.parametrize(
    ("directions", "what"),
    [
        # one side only
        ("higher higher higher", NOT_COMPARED.format("higher")),
        ("lower lower lower", NOT_COMPARED.format("lower")),
        ("higher not_studied not_studied", NOT_COMPARED.format("higher")),
        ("no_difference no_difference lower", NOT_COMPARED.format("lower")),
        ("higher between not_studied", NOT_COMPARED.format("higher")),
        ("unsettled unsettled higher", NOT_COMPARED.format("higher")),
        ("not_studied no_difference not_studied", NOT_COMPARED.format("no_difference")),
        ("unsettled unsettled no_difference", NOT_COMPARED.format("no_difference")),
        # no difference beside one
        ("higher no_difference lower", IN_NO_GROUP),
        ("no_difference higher lower", IN_NO_GROUP),
        # unsettled and something else
        ("unsettled no_difference no_difference", NOT_MIXED),
        ("unsettled between unsettled", NOT_MIXED),
        ("higher unsettled lower", NOT_MIXED),
        # nothing studied
        ("not_studied not_studied not_studied", "no genotype was studied"),
        (
            "not_studied between not_studied",
            "T/C is between nothing: no genotype is higher or lower",
        ),
        # between
        (
            "no_difference between no_difference",
            "T/C is between nothing: no genotype is higher or lower",
        ),
        ("between higher lower", NO_ENDS.format("T/T")),
        ("higher lower between", NO_ENDS.format("C/C")),
        ("between lower higher", NO_ENDS.format("T/T")),
        # the groups overlap
        ("higher lower higher", OVERLAPPING),
        ("lower higher lower", OVERLAPPING),
    ],
)
def test_directions_that_make_no_comparison(tmp_path: Path, directions: str, what: str) -> None:
    """They are reported alone, whatever the evidence."""
    directory = with_association(tmp_path, directions, FOUND)
    marker = f"T/T: {directions.split()[0]}"
    fault = (MORE, marker, f"{WHERE}.genotypes", what)
    assert located(directory, fault) == reported(directory)


@pytest.mark.parametrize(
    "directions",
    [
        "higher higher lower",
        "higher lower lower",
        "higher between lower",
        "higher not_studied lower",
        "not_studied higher lower",
        "higher lower not_studied",
    ],
)
def test_directions_that_make_a_comparison(tmp_path: Path, directions: str) -> None:
    """The result is of less pain with C: every one of these claims follows from it."""
    loaded = load([with_association(tmp_path, directions, FOUND)])
    assert Level.SINGLE_NOMINAL is loaded.level("rs3-pain")


@pytest.mark.parametrize(
    ("directions", "found", "valid"),
    [
        # A/A A/C A/T C/C C/T T/T
        ("higher higher higher lower lower lower", "{rs2: A}", True),
        ("higher between between lower lower lower", "{rs2: A}", True),
        ("higher higher not_studied lower not_studied not_studied", "{rs2: A}", True),
        ("not_studied lower higher not_studied not_studied not_studied", "{rs2: T}", True),
        ("higher lower not_studied higher not_studied not_studied", "{rs2: T}", False),
        ("higher lower lower lower higher lower", "{rs2: A}", False),
    ],
)
def test_outcome_rises_with_one_of_three_alleles(
    tmp_path: Path, directions: str, found: str, *, valid: bool
) -> None:
    genotypes = dict(
        zip(("A/A", "A/C", "A/T", "C/C", "C/T", "T/T"), directions.split(), strict=True)
    )
    result = {**FOUND, "variants": "[rs2]", "alleles": found, "direction": "higher"}
    text = section("evidence", result_entry("x", **{"outcome": "pain", **result}))
    text += section(
        "associations",
        association_entry("rs2-pain", genotypes, variant="rs2", outcome="pain", evidence="[x]"),
    )
    directory = edited_toy(tmp_path)
    (directory / MORE).write_text(text, encoding="utf-8")
    if valid:
        assert ("x",) == load([directory]).associations["rs2-pain"].evidence
        return
    marker = f"A/A: {directions.split()[0]}"
    fault = (MORE, marker, "associations(rs2-pain).genotypes", OVERLAPPING)
    assert located(directory, fault) == reported(directory)


# level against claim

OTHERS_DIFFER = "Some found less, some the opposite."
"""A statement that every level allows."""

CLAIMS = {
    "a difference": "higher higher lower",
    "no difference": "no_difference no_difference no_difference",
    "unsettled": "unsettled unsettled unsettled",
}
BASES: dict[str, dict[Level, tuple[Fields, ...]]] = {
    "a difference": {
        Level.REPLICATED: (
            {**FOUND, "significance": "corrected"},
            {**FOUND, "cohort": "second"},
        ),
        Level.SINGLE_CORRECTED: ({**FOUND, "significance": "corrected"},),
        Level.SINGLE_NOMINAL: (FOUND,),
        Level.INDIRECT: ({**FOUND, "drugs": "[letrozole]"},),
        Level.NOT_CONFIRMED: (FOUND, NULL),
        Level.CONTRADICTED: (FOUND, OPPOSITE),
        Level.UNSETTLED: (UNPLACED,),
        Level.NULL: (NULL,),
        Level.NOT_ASSESSABLE: (LABORATORY,),
    },
    "no difference": {
        Level.CONTRADICTED: (FOUND,),
        Level.UNSETTLED: (UNPLACED, NULL),
        Level.NULL: (NULL,),
        Level.NOT_ASSESSABLE: (LABORATORY,),
    },
    "unsettled": {
        Level.UNSETTLED: (FOUND,),
        Level.NULL: (NULL,),
        Level.NOT_ASSESSABLE: (LABORATORY,),
    },
}
"""By claim: results that give it each level that it can have without a guideline."""

BORNE: dict[str, set[Level]] = {
    "a difference": {
        Level.GUIDELINE,
        Level.REPLICATED,
        Level.SINGLE_CORRECTED,
        Level.SINGLE_NOMINAL,
        Level.INDIRECT,
        Level.NOT_CONFIRMED,
        Level.CONTRADICTED,
    },
    "no difference": {Level.CONTRADICTED, Level.NULL, Level.NOT_ASSESSABLE},
    "unsettled": {Level.UNSETTLED, Level.NOT_ASSESSABLE},
}
"""By claim: the levels that bear it."""


def assert_level(directory: Path, claim: str, level: Level) -> None:
    """Assert that the level is computed if it bears the claim, and else that it is reported."""
    if level in BORNE[claim]:
        assert level is load([directory]).level("rs3-pain")
        return
    what = f"the conclusion is {claim}, but the evidence makes it {level}"
    marker = f"T/T: {CLAIMS[claim].split()[0]}"
    assert located(directory, (MORE, marker, f"{WHERE}.genotypes", what)) == reported(directory)


@pytest.mark.parametrize(
    ("claim", "level"), [(claim, level) for claim, levels in BASES.items() for level in levels]
)
def test_evidence_must_bear_the_claim(tmp_path: Path, claim: str, level: Level) -> None:
    results = BASES[claim][level]
    directory = with_association(tmp_path, CLAIMS[claim], *results, statement=OTHERS_DIFFER)
    assert_level(directory, claim, level)


@pytest.mark.parametrize("claim", CLAIMS)
def test_guideline_bears_a_difference_only(tmp_path: Path, claim: str) -> None:
    directory = with_association(tmp_path, CLAIMS[claim], NULL, guideline="made up")
    assert_level(directory, claim, Level.GUIDELINE)


def test_fault_of_the_genotypes_is_reported_before_the_level(tmp_path: Path) -> None:
    directory = with_association(tmp_path, "higher higher higher", NULL, statement="Confirmed.")
    fault = (MORE, "T/T: higher", f"{WHERE}.genotypes", NOT_COMPARED.format("higher"))
    assert located(directory, fault) == reported(directory)


# setting


def test_unplaced_result_counts_for_the_setting(tmp_path: Path) -> None:
    result = {**UNPLACED, "setting": "metastatic"}
    directory = with_association(tmp_path, CLAIMS["unsettled"], result)
    fault = (MORE, "setting: adjuvant\n    variant", f"{WHERE}.setting", OTHER_SETTING)
    assert located(directory, fault) == reported(directory)


def test_any_setting_without_a_scored_result(tmp_path: Path) -> None:
    result = {**LABORATORY, "setting": "metastatic"}
    loaded = load([with_association(tmp_path, CLAIMS["unsettled"], result)])
    assert "adjuvant" == loaded.associations["rs3-pain"].setting


# wording


@pytest.mark.parametrize(
    ("field", "text", "what"),
    [
        ("statement", "x" * 301, "has 301 characters; at most 300 are read"),
        ("caution", "x" * 302, "has 302 characters; at most 300 are read"),
        ("statement", "Carriers should know.", "gives advice (should); no text may"),
        ("caution", "Avoid a dose.", "gives advice (dose, avoid); no text may"),
        (
            "statement",
            "It was confirmed.",
            "says 'confirmed', which the level single_nominal does not carry",
        ),
    ],
)
def test_wording_that_readers_must_not_see(
    tmp_path: Path, field: str, text: str, what: str
) -> None:
    directory = with_association(tmp_path, CLAIMS["a difference"], FOUND, **{field: text})
    fault = (MORE, f"{field}: {text}", f"{WHERE}.{field}", what)
    assert located(directory, fault) == reported(directory)


@pytest.mark.parametrize("results", [(FOUND, OPPOSITE), (FOUND, NULL)], ids=["opposite", "null"])
def test_statement_must_tell_that_other_results_differ(
    tmp_path: Path, results: tuple[Fields, ...]
) -> None:
    directory = with_association(
        tmp_path, CLAIMS["a difference"], *results, statement="Less pain with C."
    )
    level = Level.CONTRADICTED if OPPOSITE in results else Level.NOT_CONFIRMED
    what = f"does not tell that other results differ, although the level is {level}"
    fault = (MORE, "statement: Less", f"{WHERE}.statement", what)
    assert located(directory, fault) == reported(directory)


def test_all_faults_of_the_wording_are_reported(tmp_path: Path) -> None:
    directory = with_association(
        tmp_path,
        CLAIMS["a difference"],
        FOUND,
        OPPOSITE,
        statement="This proves that the dose matters.",
        caution="Test first.",
    )
    statement = (MORE, "statement: This", f"{WHERE}.statement")
    expected = [
        (MORE, "caution: Test", f"{WHERE}.caution", "gives advice (imperative); no text may"),
        (*statement, "gives advice (dose); no text may"),
        (*statement, "says 'proves', which the level contradicted does not carry"),
        (
            *statement,
            "does not tell that other results differ, although the level is contradicted",
        ),
    ]
    assert located(directory, *expected) == reported(directory)


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("statement", "x" * 300),
        ("caution", "x" * 300),
        ("statement", "Less pain with C, not confirmed."),
    ],
)
def test_wording_at_its_limits(tmp_path: Path, field: str, text: str) -> None:
    directory = with_association(tmp_path, CLAIMS["a difference"], FOUND, **{field: text})
    assert text == getattr(load([directory]).associations["rs3-pain"], field)


# associations on haplotypes

PHENOTYPE_CLAIM = (
    "- id: AAA-metaboliser-level\n    haplotype_set: AAA-star\n    keyed_by: phenotype\n"
)
HAPLOTYPE_CLAIM = "- id: AAA-2-pain\n    haplotype: AAA-2\n"
DIPLOTYPE_CLAIM = "- id: AAA-33-survival\n    haplotype_set: AAA-star\n    keyed_by: diplotype\n"
RS1_CLAIM = "- id: rs1-level\n    variant: rs1\n"
ASSOCIATIONS = "associations:\n  - id: rs1-level\n"
ONE_SUBJECT = "must have one variant, one haplotype or one haplotype set"
KEYED_BY = "must be given for a haplotype set, and only for that"
NOT_A_DIPLOTYPE = "is not a diplotype of AAA-star, whose haplotypes must be in file order"
SIX_PAIN = result_entry(
    "six-pain", variants="[rs1]", outcome="pain", strand="not_applicable", flags="[SUBJECT]"
)


def result_on(subject: str) -> Edit:
    """Return an edit that adds a null result on haplotypes and pain."""
    text = SIX_PAIN.replace("flags: [SUBJECT]", subject)
    return (HAPLOTYPES, ASSOCIATIONS, text + ASSOCIATIONS)


OMITTED = (
    HAPLOTYPES,
    "evidence: [four-star2-pain]",
    "associations(AAA-2-pain).evidence",
    "omits six-pain, a result on AAA-star in the outcome group joints",
)
HAPLOTYPE_RULES: dict[str, Rule] = {
    **unknown_entries(
        {
            "unknown haplotype": (
                (HAPLOTYPES, HAPLOTYPE_CLAIM, HAPLOTYPE_CLAIM.replace(": AAA-2\n", ": AAA-9\n")),
                (HAPLOTYPES, "haplotype: AAA-9", "associations(AAA-2-pain).haplotype", "AAA-9"),
            ),
            "unknown set": (
                (HAPLOTYPES, DIPLOTYPE_CLAIM, DIPLOTYPE_CLAIM.replace("AAA-star", "stars")),
                (HAPLOTYPES, "set: stars", "associations(AAA-33-survival).haplotype_set", "stars"),
            ),
        }
    ),
    "no subject": (
        (HAPLOTYPES, HAPLOTYPE_CLAIM, "- id: AAA-2-pain\n"),
        (HAPLOTYPES, "- id: AAA-2-pain\n", "associations(AAA-2-pain)", ONE_SUBJECT),
    ),
    "variant and haplotype": (
        (HAPLOTYPES, HAPLOTYPE_CLAIM, f"{HAPLOTYPE_CLAIM}    variant: rs1\n"),
        (HAPLOTYPES, "- id: AAA-2-pain\n", "associations(AAA-2-pain)", ONE_SUBJECT),
    ),
    "haplotype and set": (
        (
            HAPLOTYPES,
            HAPLOTYPE_CLAIM,
            f"{HAPLOTYPE_CLAIM}    haplotype_set: AAA-star\n    keyed_by: diplotype\n",
        ),
        (HAPLOTYPES, "- id: AAA-2-pain\n", "associations(AAA-2-pain)", ONE_SUBJECT),
    ),
    "variant and set": (
        (HAPLOTYPES, PHENOTYPE_CLAIM, f"{PHENOTYPE_CLAIM}    variant: rs1\n"),
        (
            HAPLOTYPES,
            "- id: AAA-metaboliser-level",
            "associations(AAA-metaboliser-level)",
            ONE_SUBJECT,
        ),
    ),
    "set without keys": (
        (HAPLOTYPES, DIPLOTYPE_CLAIM, DIPLOTYPE_CLAIM.replace("    keyed_by: diplotype\n", "")),
        (
            HAPLOTYPES,
            "- id: AAA-33-survival",
            "associations(AAA-33-survival).keyed_by",
            KEYED_BY,
        ),
    ),
    "keys for a haplotype": (
        (HAPLOTYPES, HAPLOTYPE_CLAIM, f"{HAPLOTYPE_CLAIM}    keyed_by: diplotype # none\n"),
        (HAPLOTYPES, "# none", "associations(AAA-2-pain).keyed_by", KEYED_BY),
    ),
    "keys for a variant": (
        (HAPLOTYPES, RS1_CLAIM, f"{RS1_CLAIM}    keyed_by: phenotype # none\n"),
        (HAPLOTYPES, "# none", "associations(rs1-level).keyed_by", KEYED_BY),
    ),
    "haplotype that is not callable": (
        (HAPLOTYPES, HAPLOTYPE_CLAIM, HAPLOTYPE_CLAIM.replace(": AAA-2\n", ": AAA-6\n")),
        (
            HAPLOTYPES,
            "haplotype: AAA-6",
            "associations(AAA-2-pain).haplotype",
            "AAA-6 is not_callable, so it is never called",
        ),
    ),
    "omitted result on a haplotype": (result_on("haplotype: AAA-5"), OMITTED),
    "omitted result on a haplotype that is not callable": (result_on("haplotype: AAA-6"), OMITTED),
    "omitted result on diplotypes": (
        result_on('haplotype_set: AAA-star\n    diplotypes: ["*4/*4"]'),
        OMITTED,
    ),
    "omitted result on phenotypes": (
        result_on("haplotype_set: AAA-star\n    phenotypes: [poor metaboliser]"),
        OMITTED,
    ),
    "result on another variant": (
        (HAPLOTYPES, "[four-star2-pain]", "[four-star2-pain, two-rs2-level-null]"),
        (
            HAPLOTYPES,
            "[four-star2-pain, two",
            "associations(AAA-2-pain).evidence",
            "two-rs2-level-null is not a result on AAA-star in the outcome group joints",
        ),
    ),
    "setting without a scored result": (
        (
            HAPLOTYPES,
            "outcome: pain\n    drug: anastrozole\n    setting: adjuvant",
            "outcome: pain\n    drug: anastrozole\n    setting: metastatic",
        ),
        (
            HAPLOTYPES,
            "setting: metastatic",
            "associations(AAA-2-pain).setting",
            "no scored result has this setting; scored results have adjuvant",
        ),
    ),
    "number of copies that is not covered": (
        (HAPLOTYPES, '      "1": lower\n', ""),
        (HAPLOTYPES, '"0": higher', "associations(AAA-2-pain).genotypes", "1 is not covered"),
    ),
    "three copies": (
        (HAPLOTYPES, '      "2": lower\n', '      "2": lower\n      "3": not_studied\n'),
        (
            HAPLOTYPES,
            '"0": higher',
            "associations(AAA-2-pain).genotypes",
            "3 is not a number of copies (0, 1 or 2)",
        ),
    ),
    "phenotype that is not covered": (
        (HAPLOTYPES, "      intermediate metaboliser: higher\n", ""),
        (
            HAPLOTYPES,
            "normal metaboliser: lower",
            "associations(AAA-metaboliser-level).genotypes",
            "intermediate metaboliser is not covered",
        ),
    ),
    "unknown phenotype": (
        (
            HAPLOTYPES,
            "      normal metaboliser: lower\n",
            "      normal metaboliser: lower\n      other: lower\n",
        ),
        (
            HAPLOTYPES,
            "normal metaboliser: lower",
            "associations(AAA-metaboliser-level).genotypes",
            "other is not a phenotype of AAA-star",
        ),
    ),
    "other diplotypes that are not covered": (
        (HAPLOTYPES, "      other: lower\n", '      "*1/*1": lower\n'),
        (
            HAPLOTYPES,
            '"*3/*3": higher',
            "associations(AAA-33-survival).genotypes",
            "other is not covered",
        ),
    ),
    "diplotype in another order": (
        (HAPLOTYPES, '"*1/*3": not_studied', '"*3/*1": not_studied'),
        (
            HAPLOTYPES,
            '"*3/*3": higher',
            "associations(AAA-33-survival).genotypes",
            f"*3/*1 {NOT_A_DIPLOTYPE}",
        ),
    ),
    "diplotype of a haplotype that is not callable": (
        (HAPLOTYPES, '"*1/*3": not_studied', '"*1/*6": not_studied'),
        (
            HAPLOTYPES,
            '"*3/*3": higher',
            "associations(AAA-33-survival).genotypes",
            f"*1/*6 {NOT_A_DIPLOTYPE}",
        ),
    ),
    "copies in another order": (
        (
            HAPLOTYPES,
            '      "0": higher\n      "1": lower\n',
            '      "1": lower\n      "0": higher\n',
        ),
        (
            HAPLOTYPES,
            '"1": lower',
            "associations(AAA-2-pain).genotypes",
            "must be in the order of the alleles: 0, 1, 2",
        ),
    ),
    "one side of the copies": (
        (HAPLOTYPES, '"0": higher', '"0": not_studied'),
        (
            HAPLOTYPES,
            '"0": not_studied',
            "associations(AAA-2-pain).genotypes",
            NOT_COMPARED.format("lower"),
        ),
    ),
    "two copies between": (
        (HAPLOTYPES, '"2": lower', '"2": between'),
        (
            HAPLOTYPES,
            '"0": higher',
            "associations(AAA-2-pain).genotypes",
            NO_ENDS.format("2"),
        ),
    ),
    "one diplotype between nothing else": (
        (HAPLOTYPES, "other: lower", "other: between"),
        (
            HAPLOTYPES,
            '"*3/*3": higher',
            "associations(AAA-33-survival).genotypes",
            NOT_COMPARED.format("higher"),
        ),
    ),
    "phenotype between": (
        (HAPLOTYPES, "intermediate metaboliser: higher", "intermediate metaboliser: between"),
        (
            HAPLOTYPES,
            "normal metaboliser: lower",
            "associations(AAA-metaboliser-level).genotypes",
            NO_ENDS.format("intermediate metaboliser"),
        ),
    ),
    "heterozygous diplotype between homozygotes of one side": (
        (HAPLOTYPES, '"*1/*3": not_studied', '"*1/*1": higher\n      "*1/*3": between'),
        (
            HAPLOTYPES,
            '"*3/*3": higher',
            "associations(AAA-33-survival).genotypes",
            NO_ENDS.format("*1/*3"),
        ),
    ),
    "homozygous diplotype between": (
        (HAPLOTYPES, '"*1/*3": not_studied', '"*1/*1": between'),
        (
            HAPLOTYPES,
            '"*3/*3": higher',
            "associations(AAA-33-survival).genotypes",
            NO_ENDS.format("*1/*1"),
        ),
    ),
    "copies on both sides": (
        (HAPLOTYPES, '"2": lower', '"2": higher'),
        (
            HAPLOTYPES,
            '"0": higher',
            "associations(AAA-2-pain).genotypes",
            OVERLAPPING,
        ),
    ),
    "result on both sides": (
        (HAPLOTYPES, "intermediate metaboliser: higher", "intermediate metaboliser: lower"),
        (
            HAPLOTYPES,
            "normal metaboliser: lower",
            "associations(AAA-metaboliser-level).genotypes",
            "the conclusion is a difference, but the evidence makes it not_assessable",
        ),
    ),
}
HAPLOTYPE_ALLOWED: dict[str, tuple[Edit, ...]] = {
    "unlisted result on a haplotype of another set": (result_on("haplotype: AAA-AC"),),
    "unlisted result on diplotypes of another set": (
        result_on("haplotype_set: AAA-pair\n    diplotypes: [A-T/A-C]"),
    ),
    "unlisted result on the variant alone": (result_on("flags: []"),),
    "listed result on a haplotype that is not callable": (
        result_on("haplotype: AAA-6"),
        (HAPLOTYPES, "[four-star2-pain]", "[four-star2-pain, six-pain]"),
    ),
    "further diplotype": (
        (HAPLOTYPES, '"*1/*3": not_studied', '"*1/*3": not_studied\n      "*5/*5": lower'),
    ),
    "phenotypes in another order": (
        (
            HAPLOTYPES,
            "      normal metaboliser: lower\n      intermediate metaboliser: higher\n",
            "      intermediate metaboliser: higher\n      normal metaboliser: lower\n",
        ),
    ),
    "two diplotypes on one side": ((HAPLOTYPES, '"*1/*3": not_studied', '"*1/*3": higher'),),
    "heterozygous diplotype between": (
        (HAPLOTYPES, '"*1/*3": not_studied', '"*1/*1": lower\n      "*1/*3": between'),
    ),
    "one copy between": ((HAPLOTYPES, '"1": lower', '"1": between'),),
    "one copy not studied": ((HAPLOTYPES, '"1": lower', '"1": not_studied'),),
    "phenotype not studied": (
        (HAPLOTYPES, "poor metaboliser: higher", "poor metaboliser: not_studied"),
        (HAPLOTYPES, "[intermediate metaboliser, poor metaboliser]", "[intermediate metaboliser]"),
    ),
}


@pytest.mark.parametrize(("change", "fault"), HAPLOTYPE_RULES.values(), ids=HAPLOTYPE_RULES)
def test_broken_rule_of_haplotypes_is_reported(
    tmp_path: Path, change: Edit, fault: ExpectedFault
) -> None:
    directory = edited_haplotypes(tmp_path, change)
    assert located(directory, fault) == reported(directory)


@pytest.mark.parametrize("changes", HAPLOTYPE_ALLOWED.values(), ids=HAPLOTYPE_ALLOWED)
def test_borderline_case_of_haplotypes_is_valid(tmp_path: Path, changes: tuple[Edit, ...]) -> None:
    assert "toy" == load([edited_haplotypes(tmp_path, *changes)]).info.name


def test_keys_are_those_of_the_field_keyed_by(tmp_path: Path) -> None:
    """The diplotypes of the claim are no phenotypes."""
    change = (HAPLOTYPES, DIPLOTYPE_CLAIM, DIPLOTYPE_CLAIM.replace("diplotype\n", "phenotype\n"))
    directory = edited_haplotypes(tmp_path, change)
    place = (HAPLOTYPES, '"*3/*3": higher', "associations(AAA-33-survival).genotypes")
    expected = [
        *(
            (*place, f"{phenotype} metaboliser is not covered")
            for phenotype in ("intermediate", "normal", "poor")
        ),
        *((*place, f"{key} is not a phenotype of AAA-star") for key in ("*1/*3", "*3/*3", "other")),
    ]
    assert located(directory, *expected) == reported(directory)
