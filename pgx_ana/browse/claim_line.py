"""What an association says, in a line: which genotypes have the higher outcome than which."""

from __future__ import annotations

from collections.abc import Sequence

from pgx_ana.knowledge import Association, Direction

_MAX_NAMED = 6
_COPIES = {"0": "no copy", "1": "one copy", "2": "two copies"}
_PLAIN_CLAIMS = (
    (Direction.UNSETTLED, "unsettled between"),
    (Direction.NO_DIFFERENCE, "no difference between"),
)


def claim_text(association: Association) -> str:
    """Return the claim of an association: ``A/A higher than A/G, G/G``."""
    if not association.claims_difference:
        for direction, words in _PLAIN_CLAIMS:
            genotypes = association.with_direction(direction)
            if genotypes:
                return f"{words} {_named(association, genotypes)}"
    higher, lower, between = (
        _named(association, association.with_direction(direction))
        for direction in (Direction.HIGHER, Direction.LOWER, Direction.BETWEEN)
    )
    return f"{higher} higher than {lower}" + (f", {between} between" if between else "")


def _named(association: Association, genotypes: Sequence[str]) -> str:
    """Return genotypes, or their number if there are many."""
    if len(genotypes) > _MAX_NAMED:
        return f"{len(genotypes)} genotypes"
    return ", ".join(genotype_name(association, key) for key in genotypes)


def genotype_name(association: Association, key: str) -> str:
    """Return a key of the genotypes of an association in words: ``one copy of x``, ``A/C``."""
    if association.haplotype is not None:
        return f"{_COPIES[key]} of {association.haplotype}"
    return key
