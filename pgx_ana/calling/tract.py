"""Where the alleles of an insertion, deletion or repeat differ, in whichever placement."""

from __future__ import annotations

from pgx_ana.bases import common_prefix_length
from pgx_ana.model import Locus, Variant


def tract(variant: Variant, locus: Locus) -> tuple[int, int]:
    """Return the first and last position that any representation of an allele may change."""
    extents = [
        extent(sequence, locus)
        for sequence in (window_with(bases, locus) for bases in variant.alleles)
        if sequence != locus.window
    ]
    return min(first for first, _ in extents), max(last for _, last in extents)


def extent(sequence: str, locus: Locus) -> tuple[int, int]:
    """Return the first and last position that any placement of a change of the window may change.

    An insertion that fits in one place only has the last position just before the first.
    """
    window = locus.window
    prefix = common_prefix_length(window, sequence)
    suffix = common_prefix_length(window[::-1], sequence[::-1])
    first = min(len(sequence), len(window)) - suffix
    last = prefix + max(len(window) - len(sequence), 0) - 1
    return locus.window_start + min(first, prefix), locus.window_start + last


def is_at_site(first: int, last: int, variant: Variant, locus: Locus) -> bool:
    """Return whether a change of some positions concerns the bases that the alleles may change.

    Two changes concern one another if they share a base; an insertion that fits in one place only
    concerns what is on either side of it.
    """
    tract_first, tract_last = tract(variant, locus)
    is_point = last < first or tract_last < tract_first
    return max(first, tract_first) <= min(last, tract_last) + is_point


def window_with(bases: str, locus: Locus) -> str:
    """Return the window sequence with REF replaced by an allele."""
    offset = locus.pos - locus.window_start
    return locus.window[:offset] + bases + locus.window[offset + len(locus.ref) :]
