"""Associations: what is concluded from all results on one variant and one group of outcomes."""

from __future__ import annotations

from typing import Annotated, Literal

from pgx_ana.knowledge.entry import AtLeastOne, Entry, Limits, described, entry
from pgx_ana.knowledge.vocabulary import (
    ConclusionKey,
    Direction,
    Identifier,
    Rsid,
    Text,
)


@entry
class Association(Entry):
    """A curated conclusion on one variant or on haplotypes, one group of outcomes and one setting.

    It sorts the genotypes into the groups that were compared. No allele is named: both sides of a
    comparison carry the finding. The subject may be haplotypes instead of a variant: the copies of
    one ``haplotype``, or the diplotypes or phenotypes of a ``haplotype_set``. The level is not a
    field: it is computed from the evidence (``levels.py``).
    """

    id: Identifier
    variant: Rsid | None = None
    haplotype: Identifier | None = None
    haplotype_set: Identifier | None = None
    keyed_by: Literal["diplotype", "phenotype"] | None = described(
        "what the keys of `genotypes` are, for a `haplotype_set`", default=None
    )
    outcome: Identifier
    drug: Identifier
    setting: Identifier
    evidence: AtLeastOne[Identifier] = described(
        "all evidence, for and against, on this variant or set and group of outcomes"
    )
    excluded: dict[Identifier, Text] = described(
        "evidence excluded from grading, with the reason", default_factory=dict
    )
    genotypes: dict[ConclusionKey, Direction] = described(
        "the outcome by genotype (A/C), by number of copies of the haplotype (0, 1, "
        "2), by diplotype (*1/*2, and `other` for all that are not listed) or by phenotype"
    )
    clinpgx: tuple[Annotated[str, Limits(pattern=r"^[0-9]+$")], ...] = ()
    guideline: Text | None = described(
        "a germline pharmacogenetic guideline for the drug that names the variant", default=None
    )
    statement: Text = described(
        "what was found, for readers with any of the genotypes, the message first"
    )
    caution: Text | None = described("what must not be concluded from it", default=None)

    def with_direction(self, *directions: Direction) -> tuple[str, ...]:
        """Return the genotypes with one of the directions, in file order."""
        return tuple(key for key, found in self.genotypes.items() if found in directions)

    @property
    def claims_difference(self) -> bool:
        """Return whether some genotypes have a higher outcome than others."""
        return Direction.HIGHER in self.genotypes.values()

    @property
    def is_unsettled(self) -> bool:
        """Return whether the results do not allow a conclusion."""
        return Direction.UNSETTLED in self.genotypes.values()
