"""DNA bases: reverse complements, and alleles that are ambiguous between the strands."""

from __future__ import annotations

from collections.abc import Iterable

_COMPLEMENT = str.maketrans("ACGT", "TGCA")


def complement(bases: str) -> str:
    """Return the reverse complement; characters other than A, C, G and T are kept.

    >>> complement("AACG")
    'CGTT'
    """
    return bases.translate(_COMPLEMENT)[::-1]


def is_palindromic(alleles: Iterable[str]) -> bool:
    """Return whether two alleles are reverse complements, which makes the strand ambiguous."""
    distinct = set(alleles)
    return any(complement(allele) in distinct - {allele} for allele in distinct)
