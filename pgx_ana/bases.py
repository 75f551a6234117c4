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


def common_prefix_length(first: str, second: str) -> int:
    """Return how many bases two sequences share from their start.

    >>> common_prefix_length("GCTA", "GCA")
    2
    """
    pairs = enumerate(zip(first, second, strict=False))
    return next((n for n, (a, b) in pairs if a != b), min(len(first), len(second)))
