"""Reverse complements, and alleles that are ambiguous between the strands."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from pgx_ana.bases import complement, is_palindromic


@pytest.mark.parametrize(
    ("bases", "expected"),
    [("A", "T"), ("AACG", "CGTT"), ("ACGT", "ACGT"), ("", ""), ("NA*", "*TN")],
)
def test_complement(bases: str, expected: str) -> None:
    """The order of the bases is reversed, and other characters are kept."""
    assert expected == complement(bases)
    assert bases == complement(expected)


@pytest.mark.parametrize(
    ("alleles", "expected"),
    [
        ("AC", False),
        ("AT", True),
        ("CG", True),
        ("ACT", True),
        ("CAG", True),
        ("AG", False),
        ("GT", False),
        ("A", False),
        (("G", "GT"), False),
        (("GCA", "G"), False),
        (("AC", "GT"), True),
        (("CA", "TG"), True),
        (("AT", "A"), False),
    ],
)
def test_is_palindromic(alleles: Sequence[str], *, expected: bool) -> None:
    """Two alleles that are reverse complements of each other look the same on both strands."""
    assert expected is is_palindromic(alleles)
