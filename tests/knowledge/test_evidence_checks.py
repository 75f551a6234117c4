"""Faults of evidence and associations."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
from helpers.broken_knowledge import (
    ALLOWED_DIRECTIONS,
    DIRECTIONS,
    EVIDENCE,
    FRAME,
    VARIANTS,
    Edit,
    ExpectedFault,
    Rule,
    edited_toy,
    joined,
    located,
    reported,
)
from helpers.toy_overlays import result_entry

from pgx_ana.knowledge import load

NULL_RESULT = (
    'strand: plus\n    result: "null"\n    direction: none\n    significance: not_significant\n'
)

EFFECT_ALLELE = "    alleles: {rs1: A}\n    model: carriers\n"

COMPARED = "compared: {effect: [A/A, A/C], comparator: [C/C]}"

LISTED_EVIDENCE = "    evidence: [one-rs1-survival]\n"

ASSOCIATION = (
    "associations:\n  - id: rs1-survival\n    variant: rs1\n    outcome: survival\n"
    "    drug: anastrozole\n    setting: metastatic\n    allele: A\n    direction: higher\n"
    "    evidence: [one-rs1-survival]\n"
)

RELAPSE_RESULT = result_entry(
    "three-rs1-relapse", variants="[rs1]", outcome="relapse", result='"null" # of relapse'
)

PAIN_RESULT = RELAPSE_RESULT.replace("relapse", "pain")

RESULTS: dict[str, Rule] = {
    "base of a variant that was not studied": (
        (EVIDENCE, EFFECT_ALLELE, EFFECT_ALLELE.replace("rs1: A", "rs6: G")),
        (
            EVIDENCE,
            "alleles: {rs6",
            "evidence(one-rs1-survival).alleles",
            "rs6 is not in variants",
        ),
    ),
    "base of an unknown variant": (
        (EVIDENCE, EFFECT_ALLELE, EFFECT_ALLELE.replace("rs1: A", "rs9: A")),
        (
            EVIDENCE,
            "alleles: {rs9",
            "evidence(one-rs1-survival).alleles",
            "rs9 is not in variants",
        ),
    ),
    "base that is not an allele": (
        (EVIDENCE, EFFECT_ALLELE, EFFECT_ALLELE.replace("rs1: A", "rs1: G")),
        (
            EVIDENCE,
            "alleles: {rs1: G",
            "evidence(one-rs1-survival).alleles",
            "G is not an allele of rs1",
        ),
    ),
    "palindromic base of unknown strand": (
        (
            EVIDENCE,
            NULL_RESULT,
            (
                "strand: unknown\n    result: association\n    alleles: {rs2: A}\n"
                "    direction: lower\n    significance: nominal\n"
            ),
        ),
        (
            EVIDENCE,
            "strand: unknown",
            "evidence(two-rs2-level-null).strand",
            "rs2 is palindromic: determine the strand or leave the base out",
        ),
    ),
    "null with a direction": (
        (EVIDENCE, NULL_RESULT, NULL_RESULT.replace("none", "lower")),
        (
            EVIDENCE,
            'result: "null"',
            "evidence(two-rs2-level-null).result",
            "a null must have the direction none and must not be significant",
        ),
    ),
    "null with an unknown direction": (
        (EVIDENCE, NULL_RESULT, NULL_RESULT.replace("none", "unknown")),
        (
            EVIDENCE,
            'result: "null"',
            "evidence(two-rs2-level-null).result",
            "a null must have the direction none and must not be significant",
        ),
    ),
    "null that is nominally significant": (
        (EVIDENCE, NULL_RESULT, NULL_RESULT.replace("not_significant", "nominal")),
        (
            EVIDENCE,
            'result: "null"',
            "evidence(two-rs2-level-null).result",
            "a null must have the direction none and must not be significant",
        ),
    ),
    "null that is significant after correction": (
        (EVIDENCE, NULL_RESULT, NULL_RESULT.replace("not_significant", "corrected")),
        (
            EVIDENCE,
            'result: "null"',
            "evidence(two-rs2-level-null).result",
            "a null must have the direction none and must not be significant",
        ),
    ),
    "association that is not significant": (
        (EVIDENCE, "significance: corrected", "significance: not_significant # trend"),
        (
            EVIDENCE,
            "# trend",
            "evidence(one-rs1-survival).significance",
            "a result that is not significant must be a null",
        ),
    ),
    "association without a direction": (
        (EVIDENCE, "direction: higher\n    effects", "direction: none # neither\n    effects"),
        (
            EVIDENCE,
            "# neither",
            "evidence(one-rs1-survival).direction",
            "an association must be higher, lower or unknown",
        ),
    ),
    "base with an unknown direction": (
        (EVIDENCE, "direction: higher\n    effects", "direction: unknown\n    effects"),
        (
            EVIDENCE,
            "direction: unknown",
            "evidence(one-rs1-survival).direction",
            "unknown, although a base, haplotype, diplotype or phenotype is given for it",
        ),
    ),
    "genotypes of two variants compared": (
        (
            EVIDENCE,
            NULL_RESULT,
            f"{NULL_RESULT}    compared: {{effect: [A/A], comparator: [C/C]}}\n",
        ),
        (
            EVIDENCE,
            "{effect: [A/A], c",
            "evidence(two-rs2-level-null).compared",
            "genotypes can be compared for a single variant only",
        ),
    ),
    "unknown genotype in the effect group": (
        (EVIDENCE, COMPARED, "compared: {effect: [A/A, A/G], comparator: [C/C]}"),
        (
            EVIDENCE,
            "compared:",
            "evidence(one-rs1-survival).compared",
            "A/G is not a genotype of rs1",
        ),
    ),
    "unknown genotype in the comparator": (
        (EVIDENCE, COMPARED, "compared: {effect: [A/A, A/C], comparator: [T/T]}"),
        (
            EVIDENCE,
            "compared:",
            "evidence(one-rs1-survival).compared",
            "T/T is not a genotype of rs1",
        ),
    ),
}

ASSOCIATIONS: dict[str, Rule] = {
    "setting without a scored result": (
        (EVIDENCE, "setting: metastatic\n    allele", "setting: adjuvant\n    allele"),
        (
            EVIDENCE,
            "setting: adjuvant\n    allele: A\n    direction: higher",
            "associations(rs1-survival).setting",
            "no scored result has this setting; scored results have metastatic",
        ),
    ),
    "setting of an excluded result": (
        (
            EVIDENCE,
            ASSOCIATION,
            RELAPSE_RESULT
            + ASSOCIATION.replace("setting: metastatic", "setting: adjuvant").replace(
                "survival]", "survival, three-rs1-relapse]"
            )
            + "    excluded: {three-rs1-relapse: too small}\n",
        ),
        (
            EVIDENCE,
            "setting: adjuvant\n    allele: A\n    direction: higher",
            "associations(rs1-survival).setting",
            "no scored result has this setting; scored results have metastatic",
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
    "allele that is not one of the variant": (
        (EVIDENCE, "allele: A\n    direction: higher", "allele: G\n    direction: higher"),
        (EVIDENCE, "allele: G", "associations(rs1-survival).allele", "G is not an allele of rs1"),
    ),
    "genotype that is not covered": (
        (EVIDENCE, "      C/C: {direction: comparator, statement: Was compared with.}\n", ""),
        (
            EVIDENCE,
            "A/A: {direction: higher",
            "associations(rs1-survival).genotypes",
            "C/C is not covered",
        ),
    ),
    "genotype with an unknown allele": (
        (
            EVIDENCE,
            "      C/C: {direction: comparator",
            "      A/G: {direction: not_studied, statement: x}\n      C/C: {direction: comparator",
        ),
        (
            EVIDENCE,
            "A/A: {direction: higher",
            "associations(rs1-survival).genotypes",
            "A/G is not a genotype of rs1 (reference allele first)",
        ),
    ),
}
ALLOWED: dict[str, Edit] = {
    "setting of one result of two": (
        EVIDENCE,
        ASSOCIATION,
        RELAPSE_RESULT
        + ASSOCIATION.replace("setting: metastatic", "setting: adjuvant").replace(
            "survival]", "survival, three-rs1-relapse]"
        ),
    ),
    "other setting, but no scored result": (
        EVIDENCE,
        "kind: clinical\n    drugs: [anastrozole]\n    setting: metastatic",
        "kind: laboratory\n    drugs: [anastrozole]\n    setting: adjuvant",
    ),
    "other setting of an unsettled claim": (
        EVIDENCE,
        "setting: adjuvant\n    allele: A\n    direction: none",
        "setting: metastatic\n    allele: A\n    direction: unsettled",
    ),
    "unlisted result on another outcome": (
        EVIDENCE,
        ASSOCIATION,
        PAIN_RESULT + ASSOCIATION,
    ),
    "unlisted result on another variant": (
        EVIDENCE,
        ASSOCIATION,
        RELAPSE_RESULT.replace("[rs1]", "[rs3]") + ASSOCIATION,
    ),
    "result that is listed and excluded": (
        EVIDENCE,
        ASSOCIATION,
        RELAPSE_RESULT
        + ASSOCIATION.replace("survival]", "survival, three-rs1-relapse]")
        + "    excluded: {three-rs1-relapse: too small}\n",
    ),
    "palindromic variant whose base is left out": (
        EVIDENCE,
        NULL_RESULT,
        (
            "strand: unknown\n    result: association\n    direction: lower\n"
            "    significance: nominal\n"
        ),
    ),
    "palindromic base of settled strand": (
        EVIDENCE,
        NULL_RESULT,
        (
            "strand: inferred\n    result: association\n    alleles: {rs2: A}\n"
            "    direction: lower\n    significance: nominal\n"
        ),
    ),
    "association of unknown direction without a base": (
        EVIDENCE,
        "    alleles: {rs1: A}\n    model: carriers\n    " + COMPARED + "\n    direction: higher\n",
        "    direction: unknown\n",
    ),
    "null of unstated significance": (
        EVIDENCE,
        NULL_RESULT,
        NULL_RESULT.replace("not_significant", "not_stated"),
    ),
}
RULES = joined(RESULTS, ASSOCIATIONS)


@pytest.mark.parametrize(("change", "fault"), RULES.values(), ids=RULES)
def test_broken_rule_is_reported(tmp_path: Path, change: Edit, fault: ExpectedFault) -> None:
    directory = edited_toy(tmp_path, change)
    assert located(directory, fault) == reported(directory)


@pytest.mark.parametrize("change", ALLOWED.values(), ids=ALLOWED)
def test_borderline_case_is_valid(tmp_path: Path, change: Edit) -> None:
    assert "toy" == load([edited_toy(tmp_path, change)]).info.name


@pytest.mark.parametrize("given", ["C/A", "A|C", "C", "A/C/C", "1", "other"])
def test_genotype_must_name_the_reference_allele_first(tmp_path: Path, given: str) -> None:
    change = (EVIDENCE, "A/C: {direction: higher", f'"{given}": {{direction: higher')
    directory = edited_toy(tmp_path, change)
    place = (EVIDENCE, "A/A: {direction: higher", "associations(rs1-survival).genotypes")
    expected = [
        (*place, "A/C is not covered"),
        (*place, f"{given} is not a genotype of rs1 (reference allele first)"),
    ]
    assert located(directory, *expected) == reported(directory)


def test_genotypes_of_a_third_allele_must_be_covered(tmp_path: Path) -> None:
    old = "alleles: [{bases: A}, {bases: C}]\n    studied"
    directory = edited_toy(tmp_path, (VARIANTS, old, old.replace("C}]", "C}, {bases: G}]")))
    place = (EVIDENCE, "A/A: {direction: higher", "associations(rs1-survival).genotypes")
    expected = [(*place, f"{genotype} is not covered") for genotype in ("A/G", "C/G", "G/G")]
    assert located(directory, *expected) == reported(directory)


CONCLUSIONS = {
    0: ("C/C", "comparator, statement: Was"),
    1: ("A/C", "higher, statement: Lived"),
    2: ("A/A", "higher, statement: Lived"),
}
"""Genotype of rs1 and its conclusion in the toy association, by copies of A."""


@pytest.mark.parametrize(
    ("claim", "copies", "direction"),
    [(*key, direction) for key, direction in product(ALLOWED_DIRECTIONS, DIRECTIONS)],
)
def test_direction_of_a_genotype_must_follow_from_the_claim(
    tmp_path: Path, claim: str, copies: int, direction: str
) -> None:
    """The other two genotypes are not studied, which is consistent with any claim."""
    edits = [(EVIDENCE, "allele: A\n    direction: higher", f"allele: A\n    direction: {claim}")]
    for count, (genotype, conclusion) in CONCLUSIONS.items():
        old_direction, statement = conclusion.split(", ")
        new_direction = direction if count == copies else "not_studied"
        edits.append(
            (
                EVIDENCE,
                f"{genotype}: {{direction: {old_direction}, {statement}",
                f"{genotype}: {{direction: {new_direction}, {statement}",
            )
        )
    directory = edited_toy(tmp_path, *edits)
    allowed = ALLOWED_DIRECTIONS[claim, copies]
    if direction in allowed:
        assert claim == load([directory]).associations["rs1-survival"].direction
        return
    genotype, conclusion = CONCLUSIONS[copies]
    _, statement = conclusion.split(", ")
    fault = (
        EVIDENCE,
        f"{genotype}: {{direction: {direction}, {statement}",
        f"associations(rs1-survival).genotypes.{genotype}",
        f"{direction} does not follow from the claim (A: {claim}); expected {' or '.join(allowed)}",
    )
    assert located(directory, fault) == reported(directory)
