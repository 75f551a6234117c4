"""What an association says, in a line: which genotypes have the higher outcome than which."""

from __future__ import annotations

from pgx_ana.knowledge import Association, Direction

_MAX_NAMED = 6
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
                return f"{words} {_named(genotypes)}"
    higher = _named(association.with_direction(Direction.HIGHER))
    lower = _named(association.with_direction(Direction.LOWER))
    between = association.with_direction(Direction.BETWEEN)
    return f"{higher} higher than {lower}" + (f", {_named(between)} between" if between else "")


def _named(genotypes: tuple[str, ...]) -> str:
    """Return genotypes, or their number if there are many."""
    if len(genotypes) > _MAX_NAMED:
        return f"{len(genotypes)} genotypes"
    return ", ".join(genotypes)
