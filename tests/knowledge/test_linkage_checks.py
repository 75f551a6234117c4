"""Faults of linkage groups: linked variants must not tell one person opposite things unnoticed."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.broken_knowledge import edited_toy, located, reported
from helpers.toy_overlays import association_entry, result_entry, section

from pgx_ana.knowledge import load

MORE = "more.yaml"
"""The file of the linkage group and of the associations on rs3."""

TOGETHER = "together: {rs1: A, rs3: C}"

RS3_GENOTYPES = ("T/T", "T/C", "C/C")

GROUP = {"survival": "control", "relapse": "control", "pain": "joints"}

OPPOSITES = "{} and {} tell one person opposite things: correct one, or list both in conflicts"
NEEDLESS = "{} is in conflict with no association on a linked variant"


def linked(
    tmp_path: Path, group: str, *conclusions: tuple[str, str], variants: str = "[rs1, rs3]"
) -> Path:
    """Return a knowledge base with the linkage group ``l`` and associations on rs3.

    A conclusion is an outcome and the directions of T/T, T/C and C/C. Carriers of A at rs1 live
    longer than C/C. A guideline bears every difference.
    """
    directory = edited_toy(tmp_path)
    results, associations = [], []
    for outcome, directions in conclusions:
        genotypes = dict(zip(RS3_GENOTYPES, directions.split(), strict=True))
        evidence = [f"null-{key}" for key, _ in conclusions if GROUP[key] == GROUP[outcome]]
        fields = {"guideline": "made up"} if "higher" in genotypes.values() else {}
        results.append(result_entry(f"null-{outcome}", variants="[rs3]", outcome=outcome))
        associations.append(
            association_entry(
                f"rs3-{outcome}",
                genotypes,
                variant="rs3",
                outcome=outcome,
                evidence=f"[{', '.join(evidence)}]",
                **fields,
            )
        )
    text = f"linkage:\n  - {{id: l, variants: {variants}, {group}, note: made up}}\n"
    text += section("evidence", *results) + section("associations", *associations)
    (directory / MORE).write_text(text, encoding="utf-8")
    return directory


CONFLICTS = {
    # outcome, directions of T/T, T/C and C/C at rs3, the alleles that lie together
    "opposite of both homozygotes": ("survival", "higher lower lower", TOGETHER),
    "opposite of one homozygote": ("survival", "higher higher lower", TOGETHER),
    "opposite of the heterozygote": ("survival", "lower lower higher", TOGETHER),
    "opposite of one homozygote, the rest not studied": (
        "survival",
        "not_studied higher lower",
        TOGETHER,
    ),
    "opposite per allele": ("survival", "higher between lower", TOGETHER),
    "the same for the alleles that do not lie together": (
        "survival",
        "lower higher higher",
        "together: {rs1: A, rs3: T}",
    ),
    "more relapses": ("relapse", "lower higher higher", TOGETHER),
}
AGREEMENTS = {
    "same": ("survival", "lower higher higher", TOGETHER),
    "same per allele": ("survival", "lower between higher", TOGETHER),
    "same of the homozygotes, the rest not studied": (
        "survival",
        "lower not_studied higher",
        TOGETHER,
    ),
    "same for the alleles that lie together": (
        "survival",
        "higher higher lower",
        "together: {rs1: A, rs3: T}",
    ),
    "same for the other pair of alleles": (
        "survival",
        "higher higher lower",
        "together: {rs1: C, rs3: C}",
    ),
    "fewer relapses": ("relapse", "higher lower lower", TOGETHER),
    "no difference": ("survival", "no_difference no_difference no_difference", TOGETHER),
    "another group of outcomes": ("pain", "lower higher higher", TOGETHER),
    "unknown which alleles lie together": ("survival", "higher lower lower", "conflicts: []"),
    "unknown for one variant": ("survival", "higher lower lower", "together: {rs1: A}"),
}


@pytest.mark.parametrize(("outcome", "directions", "together"), CONFLICTS.values(), ids=CONFLICTS)
def test_conflict_must_be_listed(
    tmp_path: Path, outcome: str, directions: str, together: str
) -> None:
    directory = linked(tmp_path, together, (outcome, directions))
    what = OPPOSITES.format("rs1-survival", f"rs3-{outcome}")
    assert located(directory, (MORE, "id: l,", "linkage(l).conflicts", what)) == reported(directory)


@pytest.mark.parametrize(("outcome", "directions", "together"), CONFLICTS.values(), ids=CONFLICTS)
def test_listed_conflict_is_valid(
    tmp_path: Path, outcome: str, directions: str, together: str
) -> None:
    conflicts = f"conflicts: [rs1-survival, rs3-{outcome}]"
    directory = linked(tmp_path, f"{together}, {conflicts}", (outcome, directions))
    assert ("rs1-survival", f"rs3-{outcome}") == load([directory]).linkage["l"].conflicts


@pytest.mark.parametrize(("outcome", "directions", "together"), AGREEMENTS.values(), ids=AGREEMENTS)
def test_agreement_need_not_be_listed(
    tmp_path: Path, outcome: str, directions: str, together: str
) -> None:
    directory = linked(tmp_path, together, (outcome, directions))
    assert () == load([directory]).linkage["l"].conflicts


@pytest.mark.parametrize("listed", ["rs1-survival", "rs3-survival"])
def test_both_sides_of_a_conflict_must_be_listed(tmp_path: Path, listed: str) -> None:
    directory = linked(
        tmp_path, f"{TOGETHER}, conflicts: [{listed}]", ("survival", "higher lower lower")
    )
    what = OPPOSITES.format("rs1-survival", "rs3-survival")
    fault = (MORE, f"[{listed}], note", "linkage(l).conflicts", what)
    assert located(directory, fault) == reported(directory)


def test_association_must_not_be_listed_needlessly(tmp_path: Path) -> None:
    """The associations on pain and on a variant of another group of outcomes agree with all."""
    group = f"{TOGETHER}, conflicts: [rs1-survival, rs3-survival, rs3-pain, rs2-level]"
    directory = linked(
        tmp_path, group, ("survival", "higher lower lower"), ("pain", "higher lower lower")
    )
    place = (MORE, "id: l,", "linkage(l).conflicts")
    expected = [(*place, NEEDLESS.format(name)) for name in ("rs3-pain", "rs2-level")]
    assert located(directory, *expected) == reported(directory)


def test_agreement_must_not_be_listed(tmp_path: Path) -> None:
    group = f"{TOGETHER}, conflicts: [rs3-survival, rs1-survival]"
    directory = linked(tmp_path, group, ("survival", "lower higher higher"))
    place = (MORE, "id: l,", "linkage(l).conflicts")
    expected = [(*place, NEEDLESS.format(name)) for name in ("rs3-survival", "rs1-survival")]
    assert located(directory, *expected) == reported(directory)


def test_every_pair_in_conflict_is_reported(tmp_path: Path) -> None:
    """Survival and relapse are in one group of outcomes, and these two claims agree."""
    directory = linked(
        tmp_path,
        f"{TOGETHER}, conflicts: [rs3-survival, rs3-relapse]",
        ("survival", "higher lower lower"),
        ("relapse", "lower higher higher"),
    )
    place = (MORE, "id: l,", "linkage(l).conflicts")
    expected = [
        (*place, OPPOSITES.format("rs1-survival", f"rs3-{outcome}"))
        for outcome in ("survival", "relapse")
    ]
    assert located(directory, *expected) == reported(directory)


@pytest.mark.parametrize(
    ("together", "what"),
    [
        ("{rs1: A, rs4: G}", "rs4 is not in variants"),
        ("{rs1: A, rs3: A}", "A is not an allele of rs3"),
        ("{rs1: G, rs3: T}", "G is not an allele of rs1"),
    ],
)
def test_alleles_that_lie_together_must_be_of_the_group(
    tmp_path: Path, together: str, what: str
) -> None:
    directory = linked(tmp_path, f"together: {together}", ("pain", "lower higher higher"))
    assert located(directory, (MORE, "id: l,", "linkage(l).together", what)) == reported(directory)


def test_variant_must_not_be_in_two_groups(tmp_path: Path) -> None:
    directory = linked(tmp_path, TOGETHER, ("pain", "lower higher higher"))
    text = (directory / MORE).read_text(encoding="utf-8")
    second = "linkage:\n  - {id: m, variants: [rs4, rs3], note: second}\n"
    (directory / MORE).write_text(text.replace("linkage:\n", second), encoding="utf-8")
    what = "rs3 is also in the linkage group m"
    assert located(directory, (MORE, "id: l,", "linkage(l).variants", what)) == reported(directory)
