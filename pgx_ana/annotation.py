"""Calls joined with the knowledge base.

The join is made once for each association and each distinct cell of its variant; people only carry
the numbers of their cells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.levels import LADDER, Level, Weight
from pgx_ana.model import (
    Assembly,
    CallSource,
    CallStatus,
    Cell,
    CohortCalls,
    SiteCalls,
    Variant,
)
from pgx_ana.schema import Association, Category, Direction

NOT_ASSESSED = "not_assessed"
"""Direction of a conclusion where the genotype was not observed."""

UNDETERMINED = "undetermined"
"""Direction where one copy is unknown and the possible genotypes differ."""

_OBSERVED = frozenset({CallStatus.CALLED, CallStatus.PARTIAL})
_EFFECTS = frozenset({Direction.HIGHER.value, Direction.LOWER.value})


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


@dataclass(frozen=True, slots=True)
class Summary:
    """One category in one person: what was concluded, how firmly, and what could not be looked at.

    ``highest_level`` is that of the strongest finding that applies to the genotype: None where none
    does, ``not_assessable`` where nothing was assessed. ``findings``, ``assessed`` and
    ``not_assessed`` name associations and variants with genotype or status.
    """

    conclusion: str
    highest_level: Level | None
    findings: tuple[str, ...]
    assessed: tuple[str, ...]
    not_assessed: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class CategorySummary:
    """One category in all people: distinct summaries, and for each sample the number of its own."""

    category: AnnotatedCategory
    summaries: tuple[Summary, ...]
    codes: NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Annotations:
    """Everything that is said of a cohort."""

    calls: CohortCalls
    knowledge: KnowledgeBase
    associations: tuple[AssociationCalls, ...]
    summaries: tuple[CategorySummary, ...]


def annotate_calls(calls: CohortCalls, knowledge: KnowledgeBase) -> Annotations:
    """Join the calls of a cohort with the knowledge base."""
    associations = tuple(
        _conclude(association, site, calls.assembly, knowledge)
        for site in calls.sites
        for association in knowledge.associations_of(site.variant.id)
    )
    summaries = tuple(
        _summarise(
            category, [item for item in associations if item.category is category], calls, knowledge
        )
        for category in AnnotatedCategory
    )
    return Annotations(calls, knowledge, associations, summaries)


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
        self.ref = variant.loci[assembly].ref
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
        if cell.source is CallSource.ASSERTED:
            statement = self._say("asserted", statement=statement)
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
        if cell.status is CallStatus.ABSENT and self.ref == self.definition.studied_allele:
            name = "absent_reference_studied"
        return self._say(
            name, variant=self.variant.id, ref=self.ref, genotype=genotype, reason=cell.reason
        )

    def _say(self, name: str, **fields: str) -> str:
        return self.messages[name].text.format(**fields)


def _summarise(
    category: AnnotatedCategory,
    associations: Sequence[AssociationCalls],
    calls: CohortCalls,
    knowledge: KnowledgeBase,
) -> CategorySummary:
    """Summarise a category once for each distinct combination of cells of its variants."""
    sites = list({item.site.variant.id: item.site for item in associations}.values())
    if not sites:
        summary = _summary([], {}, knowledge)
        return CategorySummary(category, (summary,), np.zeros(len(calls.samples), np.int32))
    codes, combinations = _distinct([site.codes for site in sites])
    summaries = []
    for combination in combinations:
        cells = {
            site.variant.id: (site, code) for site, code in zip(sites, combination, strict=True)
        }
        summaries.append(_summary(associations, cells, knowledge))
    return CategorySummary(category, tuple(summaries), codes)


def _distinct(columns: Sequence[NDArray[np.int32]]) -> tuple[NDArray[np.int32], list[list[int]]]:
    """Number the distinct rows of some columns; returns the numbers and the rows."""
    numbers = np.zeros(len(columns[0]), np.int64)
    for column in columns:
        # Renumbering after each column keeps the product of the counts within 64 bits.
        _, numbers = np.unique(
            numbers * (int(column.max(initial=0)) + 1) + column, return_inverse=True
        )
        numbers = numbers.reshape(-1).astype(np.int64)
    _, first = np.unique(numbers, return_index=True)
    rows = np.column_stack([column[first] for column in columns])
    return numbers.astype(np.int32), rows.tolist()


def _summary(
    associations: Sequence[AssociationCalls],
    cells: dict[str, tuple[SiteCalls, int]],
    knowledge: KnowledgeBase,
) -> Summary:
    assessed, missing = [], []
    for variant, (site, code) in cells.items():
        cell = site.cells[code]
        if cell.status in _OBSERVED:
            assessed.append(f"{variant} {unphased(cell, site.variant)}")
        else:
            missing.append(f"{variant} {cell.status}")
    findings = []
    for item in associations:
        conclusion = item.conclusions[cells[item.site.variant.id][1]]
        if conclusion.status in _OBSERVED and conclusion.direction in _EFFECTS:
            findings.append((item, conclusion))
    return Summary(
        conclusion=_summary_sentence(findings, assessed, missing, knowledge),
        highest_level=_highest(
            [item.weight.level for item, _ in findings], assessed=bool(assessed)
        ),
        findings=tuple(
            " ".join((item.association.id, said.genotype, said.direction, item.weight.level))
            for item, said in findings
        ),
        assessed=tuple(assessed),
        not_assessed=tuple(missing),
    )


def _highest(levels: Sequence[Level], *, assessed: bool) -> Level | None:
    """Return the strongest of some levels; the order of the enum is that of strength."""
    if not assessed:
        return Level.NOT_ASSESSABLE
    order = list(Level)
    return min(levels, key=order.index, default=None)


def _summary_sentence(
    findings: Sequence[tuple[AssociationCalls, Conclusion]],
    assessed: Sequence[str],
    missing: Sequence[str],
    knowledge: KnowledgeBase,
) -> str:
    total = len(assessed) + len(missing)
    say = knowledge.messages
    if not assessed:
        return say["summary_nothing"].text.format(total=total)
    firm = LADDER[: LADDER.index(Level.REPLICATED) + 1]
    weak = LADDER[len(firm) :]
    replicated = _signals(findings, firm, knowledge)
    unreplicated = _signals(findings, weak, knowledge)
    contradicted = _signals(findings, (Level.CONTRADICTED,), knowledge)
    parts = []
    if replicated:
        parts.append(say["summary_replicated"].text.format(replicated=replicated))
    else:
        parts.append(say["summary_not_replicated"].text)
    if unreplicated:
        parts.append(say["summary_unreplicated"].text.format(unreplicated=unreplicated))
    if contradicted:
        parts.append(say["summary_contradicted"].text.format(contradicted=contradicted))
    if not (replicated or unreplicated or contradicted):
        text = say["summary_no_finding"].text
        parts.append(text.format(assessed=len(assessed), total=total))
    if missing:
        parts.append(say["summary_missing"].text.format(missing=", ".join(missing)))
    return " ".join(parts)


def _signals(
    findings: Sequence[tuple[AssociationCalls, Conclusion]],
    levels: Sequence[Level],
    knowledge: KnowledgeBase,
) -> str:
    """Name the findings of some levels, variants that carry one signal together."""
    groups = {
        variant: group.id for group in knowledge.linkage.values() for variant in group.variants
    }
    signals: dict[tuple[str, str, str], list[str]] = {}
    for item, conclusion in findings:
        if item.weight.level in levels:
            variant = item.site.variant.id
            outcome = knowledge.outcomes[item.association.outcome].name
            key = (groups.get(variant, variant), outcome, conclusion.direction)
            signals.setdefault(key, []).append(f"{variant} {conclusion.genotype}")
    return "; ".join(
        f"{' with '.join(names)} ({outcome} {direction})"
        for (_, outcome, direction), names in signals.items()
    )
