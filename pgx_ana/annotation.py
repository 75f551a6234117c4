"""Calls joined with the knowledge base.

The join is made once for each association and each distinct cell of its variant; people only carry
the numbers of their cells.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.levels import Weight
from pgx_ana.model import (
    Assembly,
    CallSource,
    CallStatus,
    Cell,
    CohortCalls,
    SiteCalls,
    Variant,
)
from pgx_ana.schema import Association, Category

NOT_ASSESSED = "not_assessed"
"""Direction of a conclusion where the genotype was not observed."""

UNDETERMINED = "undetermined"
"""Direction where one copy is unknown and the possible genotypes differ."""

OBSERVED = frozenset({CallStatus.CALLED, CallStatus.PARTIAL})
"""Statuses from which something may be concluded."""


class AnnotatedCategory(StrEnum):
    """The categories that are concluded on, in the order of the summary."""

    EFFICACY = Category.EFFICACY.value
    EXPOSURE = Category.EXPOSURE.value
    ESTRADIOL_SUPPRESSION = Category.ESTRADIOL_SUPPRESSION.value
    TOXICITY = Category.TOXICITY.value


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What an association says of one cell: the genotype as read, a direction and a sentence."""

    genotype: str
    status: CallStatus
    direction: str
    statement: str


@dataclass(frozen=True, slots=True, eq=False)
class AssociationCalls:
    """One association in all people: a conclusion for each cell of its site."""

    association: Association
    category: AnnotatedCategory
    weight: Weight
    site: SiteCalls
    conclusions: tuple[Conclusion, ...]


@dataclass(frozen=True, eq=False)
class Annotations:
    """Everything that is said of a cohort; what is not asked for is not worked out."""

    calls: CohortCalls
    knowledge: KnowledgeBase

    @cached_property
    def associations(self) -> tuple[AssociationCalls, ...]:
        """Every association of every called variant."""
        return tuple(
            _conclude(association, site, self.calls.assembly, self.knowledge)
            for site in self.calls.sites
            for association in self.knowledge.associations_of(site.variant.id)
        )


def unphased(cell: Cell, variant: Variant) -> str:
    """Return a genotype with its alleles in the order of the variant, whatever their phase.

    >>> from pgx_ana.model import CallStatus as Status, CallSource as Source
    >>> v = Variant("rs1", "G", "snv", ("A", "C"), {})
    >>> unphased(Cell(("C", "A"), True, Status.CALLED, Source.RECORD), v)
    'A/C'
    """
    rank = {base: number for number, base in enumerate((*variant.alleles, "."))}
    ordered = sorted(cell.alleles, key=lambda base: (base == ".", rank.get(base, len(rank)), base))
    return "/".join(ordered) or "."


def _conclude(
    association: Association, site: SiteCalls, assembly: Assembly, knowledge: KnowledgeBase
) -> AssociationCalls:
    outcome = knowledge.outcomes[association.outcome]
    speaker = _Speaker(association, site.variant, assembly, knowledge)
    return AssociationCalls(
        association,
        AnnotatedCategory(outcome.category.value),
        knowledge.weights[association.id],
        site,
        tuple(speaker.conclusion(cell) for cell in site.cells),
    )


class _Speaker:
    """Finds the direction and the sentence of an association for a cell."""

    def __init__(
        self,
        association: Association,
        variant: Variant,
        assembly: Assembly,
        knowledge: KnowledgeBase,
    ) -> None:
        self.association = association
        self.variant = variant
        self.locus = variant.loci[assembly]
        self.messages = knowledge.messages
        self.definition = knowledge.definitions[variant.id]

    def conclusion(self, cell: Cell) -> Conclusion:
        """Return what is said of a cell."""
        genotype = unphased(cell, self.variant)
        if cell.status is CallStatus.CALLED:
            said = self.association.genotypes[genotype]
            direction, statement = said.direction.value, said.statement
        elif cell.status is CallStatus.PARTIAL:
            direction, statement = self._partial(cell)
        else:
            direction, statement = NOT_ASSESSED, self._not_assessed(cell, genotype)
        if cell.source in {CallSource.ASSERTED, CallSource.OTHER_STRAND}:
            statement = self._say(cell.source.value, statement=statement)
        return Conclusion(genotype, cell.status, direction, statement)

    def _partial(self, cell: Cell) -> tuple[str, str]:
        known = next(base for base in cell.alleles if base != ".")
        possible = [
            genotype for genotype in self.association.genotypes if known in genotype.split("/")
        ]
        said = [self.association.genotypes[genotype] for genotype in possible]
        if len({item.direction for item in said}) == 1:
            statement = self._say(
                "partial_agrees",
                known=known,
                reason=cell.reason,
                statement=" / ".join(dict.fromkeys(item.statement for item in said)),
            )
            return said[0].direction.value, statement
        names = ", ".join(possible)
        return UNDETERMINED, self._say(
            "partial_open", known=known, reason=cell.reason, possible=names
        )

    def _not_assessed(self, cell: Cell, genotype: str) -> str:
        name = cell.status.value
        ref, studied = self.locus.ref, self.definition.studied_allele
        if cell.status is CallStatus.ABSENT and self.locus.ref_is_certain and ref == studied:
            name = "absent_reference_studied"
        return self._say(
            name, variant=self.variant.id, ref=ref, genotype=genotype, reason=cell.reason
        )

    def _say(self, name: str, **fields: str) -> str:
        return self.messages[name].text.format(**fields)
