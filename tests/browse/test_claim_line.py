"""The claim of an association in a line."""

from __future__ import annotations

import pytest

from pgx_ana.browse.claim_line import claim_text
from pgx_ana.knowledge import Association, Direction, KnowledgeBase

STAR_CLAIMS = {
    "AAA-metaboliser-level": (
        "intermediate metaboliser, poor metaboliser higher than normal metaboliser"
    ),
    "AAA-2-pain": "no copy of AAA-2 higher than one copy of AAA-2, two copies of AAA-2",
    "AAA-33-survival": "*3/*3 higher than other",
    "rs1-level": "unsettled between A/A, A/C, C/C",
    "rs1-survival": "A/A, A/C higher than C/C",
    "rs2-level": "no difference between A/A, A/C, C/C",
}


def claim(words: str) -> str:
    """Return the claim of an association, given as in ``"A/A higher, A/C lower"``."""
    genotypes = dict(part.split() for part in words.split(", "))
    return claim_text(
        Association(
            id="made-up",
            variant="rs1",
            outcome="pain",
            drug="letrozole",
            setting="adjuvant",
            evidence=("result",),
            genotypes={key: Direction(direction) for key, direction in genotypes.items()},
            statement="Made up.",
        )
    )


@pytest.mark.parametrize(
    ("genotypes", "expected"),
    [
        ("A/A higher, A/C lower, C/C lower", "A/A higher than A/C, C/C"),
        ("A/A lower, A/C lower, C/C higher", "C/C higher than A/A, A/C"),
        ("A/A higher, A/C between, C/C lower", "A/A higher than C/C, A/C between"),
        ("A/A lower, A/C not_studied, C/C higher", "C/C higher than A/A"),
        ("A/A higher, A/C no_difference, C/C lower", "A/A higher than C/C"),
        ("A/A no_difference, A/C no_difference", "no difference between A/A, A/C"),
        ("A/A no_difference, A/C not_studied", "no difference between A/A"),
        ("A/A unsettled, A/C unsettled, C/C not_studied", "unsettled between A/A, A/C"),
    ],
)
def test_claims(genotypes: str, expected: str) -> None:
    """Genotypes keep the order of the file; those that no study had are not named."""
    assert expected == claim(genotypes)


@pytest.mark.parametrize(
    ("count", "expected"),
    [(6, "*1/*1, *1/*2, *1/*3, *1/*4, *1/*5, *1/*6"), (7, "7 genotypes"), (20, "20 genotypes")],
)
def test_many_genotypes_are_counted(count: int, expected: str) -> None:
    names = [f"*1/*{number}" for number in range(1, count + 1)]
    told = {word: ", ".join(f"{name} {word}" for name in names) for word in Direction}
    assert f"{expected} higher than other" == claim(f"{told[Direction.HIGHER]}, other lower")
    assert f"other higher than {expected}" == claim(f"{told[Direction.LOWER]}, other higher")
    assert f"no difference between {expected}" == claim(told[Direction.NO_DIFFERENCE])
    assert f"unsettled between {expected}" == claim(told[Direction.UNSETTLED])


def test_claims_on_haplotypes(toy_haplotypes: KnowledgeBase) -> None:
    associations = toy_haplotypes.associations.values()
    assert STAR_CLAIMS == {item.id: claim_text(item) for item in associations}


def test_every_curated_claim_has_its_groups(curated: KnowledgeBase) -> None:
    """A claim with a difference names both sides; none is empty."""
    wrong = [
        (item.id, claim_text(item))
        for item in curated.associations.values()
        if item.claims_difference != (" higher than " in claim_text(item))
        or "" in claim_text(item).split(" higher than ")
    ]
    assert [] == wrong
