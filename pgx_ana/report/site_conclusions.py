"""The conclusions of a knowledge base: what each claims, of which genotypes, and why its level."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pgx_ana.browse import claim_text, genotype_name
from pgx_ana.knowledge import (
    OTHER_DIPLOTYPES,
    Association,
    Direction,
    KnowledgeBase,
    level_reason,
)
from pgx_ana.report.site_addresses import Link, SiteAddresses, conclusion_anchor
from pgx_ana.report.site_results import conclusion_name, subject_of
from pgx_ana.report.words import CATEGORIES, Mark, level_mark

_OTHERS = "all other diplotypes"
_CLINPGX = "https://www.clinpgx.org/clinicalAnnotation/"


@dataclass(frozen=True, slots=True)
class DirectionLine:
    """The genotypes of which an association says the same."""

    direction: str
    genotypes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClinpgxView:
    """A clinical annotation of ClinPGx, by its identifier and level."""

    id: str
    address: str
    level: str
    drugs: tuple[str, ...]
    about: str
    note: str


@dataclass(frozen=True, slots=True)
class ConclusionView:
    """What is concluded on a variant or haplotype set and an outcome.

    ``tally`` counts the studies for, null and against, which ``cohorts`` names. ``rests_on`` are
    the drugs, people and estimate of the results that decide. ``opposed`` are conclusions that tell
    one person the opposite.
    """

    association: str
    anchor: str
    link: Link
    gene: Link
    subject: str
    category: str
    outcome: str
    level: Mark
    level_address: str
    tally: tuple[int, int, int]
    cohorts: tuple[tuple[str, tuple[str, ...]], ...]
    claim: str
    why: str
    rests_on: str
    setting: str
    directions: tuple[DirectionLine, ...]
    statement: str
    caution: str
    guideline: str
    clinpgx: tuple[ClinpgxView, ...]
    opposed: tuple[Link, ...]


class SiteConclusions:
    """Tells the conclusions of a knowledge base."""

    def __init__(self, knowledge: KnowledgeBase, addresses: SiteAddresses) -> None:
        self._knowledge = knowledge
        self._addresses = addresses

    def views(self, associations: Iterable[Association]) -> tuple[ConclusionView, ...]:
        """Return conclusions in the order given."""
        return tuple(self._view(association) for association in associations)

    def _view(self, association: Association) -> ConclusionView:
        knowledge = self._knowledge
        grade = knowledge.grades[association.id]
        outcome = knowledge.outcomes[association.outcome]
        subject = subject_of(association, knowledge)
        gene = self._gene(subject)
        drug = knowledge.drugs[association.drug].name
        tally = (grade.supporting, grade.null, grade.contradicting)
        return ConclusionView(
            association=association.id,
            anchor=conclusion_anchor(association.id),
            link=self._link(association),
            gene=Link(gene, self._addresses.genes[gene]),
            subject=subject,
            category=CATEGORIES[outcome.category.value],
            outcome=outcome.name,
            level=level_mark(grade.level.value),
            level_address=self._addresses.levels[grade.level.value],
            tally=(len(tally[0]), len(tally[1]), len(tally[2])),
            cohorts=tuple(
                (words, tuple(knowledge.cohorts[cohort].name for cohort in cohorts))
                for words, cohorts in zip(("for", "null", "against"), tally, strict=True)
                if cohorts
            ),
            claim=claim_text(association),
            why=level_reason(association, grade, knowledge.evidence, drug),
            rests_on=self._rests_on(association),
            setting=f"{drug}, {knowledge.settings[association.setting].name}",
            directions=tuple(_directions(association)),
            statement=association.statement,
            caution=association.caution or "",
            guideline=association.guideline or "",
            clinpgx=self._clinpgx(association),
            opposed=tuple(self._opposed(association)),
        )

    def _link(self, association: Association) -> Link:
        knowledge = self._knowledge
        subject = subject_of(association, knowledge)
        address = self._addresses.conclusion(subject, association.id)
        return Link(conclusion_name(association, knowledge), address)

    def _gene(self, subject: str) -> str:
        knowledge = self._knowledge
        if subject in knowledge.definitions:
            return knowledge.definitions[subject].gene
        return knowledge.haplotype_sets[subject].gene

    def _rests_on(self, association: Association) -> str:
        knowledge = self._knowledge
        basis = knowledge.basis(association.id)
        drugs = ", ".join(knowledge.drugs[drug].name for drug in basis.drugs)
        people = f"n = {basis.n:,}" if basis.n else "n unknown"
        return "; ".join(filter(None, (drugs, f"largest result {people}", basis.estimate)))

    def _clinpgx(self, association: Association) -> tuple[ClinpgxView, ...]:
        """Return the annotations that an association names, as its variant describes them."""
        if association.variant is None:
            return ()
        annotations = clinpgx_views(association.variant, self._knowledge)
        return tuple(item for item in annotations if item.id in association.clinpgx)

    def _opposed(self, association: Association) -> Iterator[Link]:
        for group in self._knowledge.linkage.values():
            if association.id in group.conflicts:
                for key in group.conflicts:
                    if key != association.id:
                        yield self._link(self._knowledge.associations[key])


def clinpgx_views(variant: str, knowledge: KnowledgeBase) -> tuple[ClinpgxView, ...]:
    """Return the clinical annotations of ClinPGx on a variant."""
    return tuple(
        ClinpgxView(
            item.id, f"{_CLINPGX}{item.id}", item.level, item.drugs, item.about, item.note or ""
        )
        for item in knowledge.definitions[variant].clinpgx
    )


def _directions(association: Association) -> Iterator[DirectionLine]:
    for direction in Direction:
        genotypes = association.with_direction(direction)
        if genotypes:
            names = tuple(
                _OTHERS if key == OTHER_DIPLOTYPES else genotype_name(association, key)
                for key in genotypes
            )
            yield DirectionLine(direction.value.replace("_", " "), names)
