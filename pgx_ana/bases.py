"""Bases of DNA: the complementary strand, and alleles that look alike on both strands."""

from __future__ import annotations

from collections.abc import Iterable

_COMPLEMENT = str.maketrans("ACGT", "TGCA")


def complement(bases: str) -> str:
    """Return the bases of the other strand, in its reading order; ``*`` and the like stay.

    >>> complement("AACG")
    'CGTT'
    """
    return bases.translate(_COMPLEMENT)[::-1]


def is_palindromic(alleles: Iterable[str]) -> bool:
    """Say whether two of the alleles are each other's complement, so letters tell no strand."""
    bases = set(alleles)
    return any(complement(base) in bases - {base} for base in bases)
