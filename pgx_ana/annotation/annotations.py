"""Calls joined with the associations of the knowledge base, one block of people after another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from pgx_ana.annotation.findings import FindingMaker
from pgx_ana.annotation.interpretation import Interpretation
from pgx_ana.annotation.markers import AnnotatedCategory, AssociationResult
from pgx_ana.coded import Coded
from pgx_ana.haplotypes import HaplotypeCaller, HaplotypeCalls
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.model import Circumstances, CohortCalls


class Annotator:
    """Annotates the blocks of people of one run.

    What is computed for a genotype or diplotype of one block is kept for the next, as far as a
    bounded memory goes. ``population`` is the panel population by which ambiguous diplotypes are
    weighed; empty for none.
    """

    def __init__(self, knowledge: KnowledgeBase, population: str = "") -> None:
        self.knowledge = knowledge
        self.population = population
        self.haplotype_caller = HaplotypeCaller(knowledge, population)
        self.interpretation = Interpretation(knowledge)
        self.finding_maker = FindingMaker(knowledge)

    def annotate(self, calls: CohortCalls, circumstances: Coded[Circumstances]) -> Annotations:
        """Return the annotations of a block of people.

        ``circumstances`` has the sex of each person and the use of the drug, where they are known.
        """
        return Annotations(calls, circumstances, self)


@dataclass(frozen=True, eq=False)
class Annotations:
    """All annotations of a block of people, each computed when it is first used.

    ``circumstances`` has the sex of each person and the use of the drug, where they are known.
    ``annotator`` holds what blocks share.
    """

    calls: CohortCalls
    circumstances: Coded[Circumstances]
    annotator: Annotator

    @property
    def knowledge(self) -> KnowledgeBase:
        """The knowledge base with which the calls are joined."""
        return self.annotator.knowledge

    @property
    def population(self) -> str:
        """The panel population by which ambiguous diplotypes are weighed; empty for none."""
        return self.annotator.population

    @property
    def chosen_genes(self) -> tuple[str, ...]:
        """The genes that the calls cover; empty for all that have a variant on the assembly."""
        covered = dict.fromkeys(site.variant.gene for site in self.calls.sites)
        known = (item for item in self.knowledge.variants if self.calls.assembly in item.loci)
        return () if covered.keys() >= {item.gene for item in known} else tuple(covered)

    @cached_property
    def haplotypes(self) -> tuple[HaplotypeCalls, ...]:
        """The diplotypes of every haplotype set for which the calls cover all sites."""
        return self.annotator.haplotype_caller.call(self.calls)

    @cached_property
    def associations(self) -> tuple[AssociationResult, ...]:
        """The results of every association: those of variants, then those of haplotype sets."""
        return tuple(self.annotator.interpretation.results(self.calls, self.haplotypes))

    @cached_property
    def by_marker(self) -> Mapping[str, tuple[AssociationResult, ...]]:
        """The results by the identifier of their marker, in the order of :attr:`associations`."""
        by_marker: dict[str, tuple[AssociationResult, ...]] = {}
        for result in self.associations:
            by_marker[result.marker.id] = (*by_marker.get(result.marker.id, ()), result)
        return by_marker

    def of_category(self, category: AnnotatedCategory) -> list[list[AssociationResult]]:
        """Return the results of a category by marker, in the order of :attr:`associations`."""
        in_category = (
            [result for result in results if result.category is category]
            for results in self.by_marker.values()
        )
        return [results for results in in_category if results]
