"""The summary of a category: what is established, and on which drugs the findings were made."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from helpers.synthetic_calls import annotated, called, summary
from helpers.toy_overlays import association_entry, result_entry, section, written_overlay

from pgx_ana.knowledge import KnowledgeBase, load

TAMOXIFEN = "drugs: [{id: tamoxifen, name: tamoxifen, drug_class: receptor modulator}]\n"
FOUND = {
    "variants": "[rs3]",
    "drugs": "[anastrozole]",
    "outcome": "pain",
    "result": "association",
    "alleles": "{rs3: C}",
    "direction": "higher",
    "significance": "nominal",
}
CLAIM = {
    "variant": "rs3",
    "outcome": "pain",
    "drug": "anastrozole",
    "evidence": "[first-result]",
}
PER_ALLELE = {"T/T": "lower", "T/C": "between", "C/C": "higher"}

Conclude = Callable[..., str]


@pytest.fixture
def conclude(toy_directory: Path, tmp_path: Path) -> Conclude:
    """Return a function that gives the summary of toxicity for a genotype at rs3.

    Its fields change the result and the association of rs3 with joint pain.
    """

    def concluded(
        genotype: str = "C/C",
        *results: str,
        claim: dict[str, str] | None = None,
        **fields: str,
    ) -> str:
        results = (result_entry("first-result", **{**FOUND, **fields}), *results)
        association = association_entry("rs3-pain", PER_ALLELE, **{**CLAIM, **(claim or {})})
        sections = (
            TAMOXIFEN,
            section("evidence", *results),
            section("associations", association),
        )
        knowledge = load([toy_directory, written_overlay(tmp_path / "more", *sections)])
        (row,) = summary(annotated(knowledge, {"rs3": [called(genotype)]}), "toxicity")
        return str(row["conclusion"])

    return concluded


@pytest.mark.parametrize(
    ("genotype", "effect"), [("C/C", "worse"), ("T/T", "better"), ("T/C", "in between")]
)
def test_a_finding_is_told_by_its_effect(conclude: Conclude, genotype: str, effect: str) -> None:
    found = f"On anastrozole itself: 1 finding: joint pain {effect} (rs3; weak evidence)."
    assert f"Nothing established. {found}" == conclude(genotype)


@pytest.mark.parametrize(
    ("drugs", "told"),
    [
        (
            "[anastrozole]",
            "On anastrozole itself: 1 finding: joint pain worse (rs3; weak evidence).",
        ),
        (
            "[letrozole]",
            "On other or pooled aromatase inhibitors: 1 finding: 1 worse (indirect evidence).",
        ),
        (
            "[anastrozole, letrozole]",
            "On other or pooled aromatase inhibitors: 1 finding: 1 worse ",
        ),
        (
            "[tamoxifen]",
            "On other drugs or in the laboratory: 1 finding: 1 worse (indirect evidence).",
        ),
        ("[anastrozole, tamoxifen]", "On other drugs or in the laboratory: 1 finding: 1 worse "),
    ],
)
def test_findings_are_told_by_the_drugs_that_were_given(
    conclude: Conclude, drugs: str, told: str
) -> None:
    assert conclude(drugs=drugs).startswith(f"Nothing established. {told}")


SECOND = result_entry("second-result", **{**FOUND, "publication": "one-2001", "cohort": "first"})
BOTH = {"evidence": "[first-result, second-result]"}
GUIDELINE = {"guideline": "made up"}


def test_a_finding_that_was_replicated_is_established(conclude: Conclude) -> None:
    assert (
        "Established: 1 finding: joint pain worse (rs3; replicated). "
        "On anastrozole itself: 1 finding: joint pain worse (rs3; replicated)."
    ) == conclude("C/C", SECOND, claim=BOTH, significance="corrected")


def test_a_finding_in_two_studies_without_correction_is_not(conclude: Conclude) -> None:
    told = "1 finding: joint pain worse (rs3; limited evidence)."
    assert f"Nothing established. On anastrozole itself: {told}" == conclude(
        "C/C", SECOND, claim=BOTH
    )


def test_a_finding_that_a_guideline_names_is_established_whatever_it_rests_on(
    conclude: Conclude,
) -> None:
    words = "1 finding: joint pain worse (rs3; named by a guideline)."
    counted = "1 finding: 1 worse (named by a guideline)."
    assert {
        "clinical": f"Established: {words} On anastrozole itself: {words}",
        "laboratory": f"Established: {words} On other drugs or in the laboratory: {counted}",
    } == {kind: conclude(claim=GUIDELINE, kind=kind) for kind in ("clinical", "laboratory")}


def test_findings_of_different_kinds_are_counted_apart(toy_directory: Path, tmp_path: Path) -> None:
    """Two of one effect and level, one of another effect, and one on another drug."""
    results, claims = [], []
    for rsid, base, drug, direction in (
        ("rs1", "A", "anastrozole", "higher"),
        ("rs3", "C", "anastrozole", "higher"),
        ("rs4", "GT", "anastrozole", "lower"),
        ("rs6", "T", "letrozole", "lower"),
    ):
        changed = {
            "variants": f"[{rsid}]",
            "alleles": f"{{{rsid}: {base}}}",
            "drugs": f"[{drug}]",
            "direction": direction,
        }
        results.append(result_entry(f"{rsid}-result", **{**FOUND, **changed}))
        other = {"higher": "lower", "lower": "higher"}[direction]
        genotypes = {
            "rs1": {"A/A": direction, "A/C": direction, "C/C": other},
            "rs3": {"T/T": other, "T/C": direction, "C/C": direction},
            "rs4": {"G/G": other, "G/GT": direction, "GT/GT": direction},
            "rs6": {"G/G": other, "G/T": direction, "T/T": direction},
        }[rsid]
        fields = {**CLAIM, "variant": rsid, "evidence": f"[{rsid}-result]"}
        claims.append(association_entry(f"{rsid}-pain", genotypes, **fields))
    sections = (section("evidence", *results), section("associations", *claims))
    knowledge = load([toy_directory, written_overlay(tmp_path / "more", *sections)])
    genotypes_of = {"rs1": "A/C", "rs3": "T/C", "rs4": "G/GT", "rs6": "G/T"}
    calls = {rsid: [called(genotype)] for rsid, genotype in genotypes_of.items()}
    (row,) = summary(annotated(knowledge, calls), "toxicity")
    assert (
        "Nothing established. On anastrozole itself: 3 findings: joint pain worse (rs1; "
        "weak evidence), joint pain worse (rs3; weak evidence), joint pain better (rs4; "
        "weak evidence). On other or pooled aromatase inhibitors: 1 finding: 1 "
        "better (indirect evidence)."
    ) == row["conclusion"]
    assert "single_nominal" == row["highest_level"]


def test_a_category_without_associations_has_no_evidence(toy: KnowledgeBase) -> None:
    (row,) = summary(annotated(toy, {"rs1": [called("A/C")]}), "toxicity")
    assert (
        "No evidence: the knowledge base has no association in this category for the chosen genes."
    ) == row["conclusion"]
