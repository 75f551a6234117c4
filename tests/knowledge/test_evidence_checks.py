"""Faults of published results: direction, significance, alleles, strand and compared genotypes."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.broken_knowledge import EVIDENCE, edited_toy, located, reported
from helpers.toy_overlays import result_entry

from pgx_ana.knowledge import load

Fields = dict[str, str]

FOUND = {
    "variants": "[rs2]",
    "result": "association",
    "direction": "lower",
    "significance": "nominal",
}
ON_RS1 = {**FOUND, "variants": "[rs1]"}
NULL = {"variants": "[rs2]"}
NULL_FAULT = "a null must have the direction none and must not be significant"

FAULTS: dict[str, tuple[Fields, str, str, str]] = {
    # fields of a result, the field that is reported, a text in its line, and what is wrong
    "base of a variant that was not studied": (
        {**ON_RS1, "alleles": "{rs6: G}"},
        "alleles",
        "{rs6: G}",
        "rs6 is not in variants",
    ),
    "base of an unknown variant": (
        {**ON_RS1, "alleles": "{rs9: A}"},
        "alleles",
        "{rs9: A}",
        "rs9 is not in variants",
    ),
    "base that is not an allele": (
        {**ON_RS1, "alleles": "{rs1: G}"},
        "alleles",
        "{rs1: G}",
        "G is not an allele of rs1",
    ),
    "palindromic base of unknown strand": (
        {**FOUND, "alleles": "{rs2: A}", "strand": "unknown"},
        "strand",
        "strand: unknown",
        "rs2 is palindromic: determine the strand or leave the base out",
    ),
    "null with a direction": (
        {**NULL, "direction": "lower"},
        "result",
        'result: "null" # of pain',
        NULL_FAULT,
    ),
    "null with an unknown direction": (
        {**NULL, "direction": "unknown"},
        "result",
        'result: "null" # of pain',
        NULL_FAULT,
    ),
    "null that is nominally significant": (
        {**NULL, "significance": "nominal"},
        "result",
        'result: "null" # of pain',
        NULL_FAULT,
    ),
    "null that is significant after correction": (
        {**NULL, "significance": "corrected"},
        "result",
        'result: "null" # of pain',
        NULL_FAULT,
    ),
    "association that is not significant": (
        {**FOUND, "significance": "not_significant # trend"},
        "significance",
        "# trend",
        "a result that is not significant must be a null",
    ),
    "association without a direction": (
        {**FOUND, "direction": "none # neither"},
        "direction",
        "# neither",
        "an association must be higher, lower or unknown",
    ),
    "base with an unknown direction": (
        {**FOUND, "alleles": "{rs2: A}", "direction": "unknown"},
        "direction",
        "direction: unknown",
        "unknown, although a base is given for it",
    ),
    "interval that ends before it begins": (
        {**FOUND, "effects": "[{measure: HR of A, value: 2, low: 3, high: 1.5}]"},
        "effects",
        "{measure: HR of A",
        "the interval of HR of A ends before it begins",
    ),
    "genotypes of two variants compared": (
        {
            **FOUND,
            "variants": "[rs2, rs6]",
            "compared": "{effect: [A/A], comparator: [C/C]}",
        },
        "compared",
        "{effect: [A/A]",
        "genotypes can be compared for a single variant only",
    ),
    "unknown genotype in the effect group": (
        {**ON_RS1, "compared": "{effect: [A/A, A/G], comparator: [C/C]}"},
        "compared",
        "[A/A, A/G]",
        "A/G is not a genotype of rs1",
    ),
    "unknown genotype in the comparator": (
        {**ON_RS1, "compared": "{effect: [A/A, A/C], comparator: [T/T]}"},
        "compared",
        "[T/T]",
        "T/T is not a genotype of rs1",
    ),
}
ALLOWED: dict[str, Fields] = {
    "palindromic variant whose base is left out": {**FOUND, "strand": "unknown"},
    "palindromic base of settled strand": {
        **FOUND,
        "alleles": "{rs2: A}",
        "strand": "inferred",
    },
    "base of unknown strand that is not palindromic": {
        **ON_RS1,
        "alleles": "{rs1: A}",
        "strand": "unknown",
    },
    "association of unknown direction without a base": {**FOUND, "direction": "unknown"},
    "association of unstated significance": {**FOUND, "significance": "not_stated"},
    "unclear result that is significant": {**FOUND, "result": "unclear"},
    "interval of one number": {**FOUND, "effects": "[{measure: HR, value: 2, low: 2, high: 2}]"},
    "half an interval": {**FOUND, "effects": "[{measure: HR, value: 2, low: 3}]"},
    "null of unstated significance": {**NULL, "significance": "not_stated"},
    "heterozygotes compared in the order of the paper": {
        **ON_RS1,
        "compared": "{effect: [A/A, C/A], comparator: [C/C]}",
    },
}


def with_result(tmp_path: Path, fields: Fields) -> Path:
    """Return a knowledge base with one more result, on which no association rests."""
    result = result_entry(
        "three-pain", **{"outcome": "pain", "result": '"null" # of pain', **fields}
    )
    return edited_toy(tmp_path, (EVIDENCE, "associations:\n", f"{result}associations:\n"))


@pytest.mark.parametrize(("fields", "field", "marker", "what"), FAULTS.values(), ids=FAULTS)
def test_broken_rule_is_reported(
    tmp_path: Path, fields: Fields, field: str, marker: str, what: str
) -> None:
    directory = with_result(tmp_path, fields)
    fault = (EVIDENCE, marker, f"evidence(three-pain).{field}", what)
    assert located(directory, fault) == reported(directory)


@pytest.mark.parametrize("fields", ALLOWED.values(), ids=ALLOWED)
def test_borderline_case_is_valid(tmp_path: Path, fields: Fields) -> None:
    assert "three-pain" == list(load([with_result(tmp_path, fields)]).evidence)[-1]


def test_fault_of_a_result_does_not_hide_that_its_association_has_no_basis(tmp_path: Path) -> None:
    directory = edited_toy(tmp_path, (EVIDENCE, "alleles: {rs1: A}", "alleles: {rs6: G}"))
    expected = [
        (EVIDENCE, "{rs6: G}", "evidence(one-rs1-survival).alleles", "rs6 is not in variants"),
        (
            EVIDENCE,
            "A/A: higher",
            "associations(rs1-survival).genotypes",
            "the conclusion is a difference, but the evidence makes it unsettled",
        ),
    ]
    assert located(directory, *expected) == reported(directory)
