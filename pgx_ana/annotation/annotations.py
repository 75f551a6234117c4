"""Calls joined with the knowledge base.

The join is made once for each association and each distinct state of what it is about, a variant or
the haplotypes of a set; people only carry the numbers of their states.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from pgx_ana.annotation.conclusions import (
    Conclusion,
    HaplotypeInterpreter,
    VariantInterpreter,
    candidates_text,
    unphased_genotype,
)
from pgx_ana.coded import Coded
from pgx_ana.haplotypes import DiplotypeCall, DiplotypeStatus, HaplotypeCalls, call_all_haplotypes
from pgx_ana.knowledge import Association, Category, EvidenceGrade, KnowledgeBase
from pgx_ana.model import CohortCalls, SiteCalls
from pgx_ana.terms import CallSource, CallStatus


class AnnotatedCategory(StrEnum):
    """The categories that are concluded on, in the order of the summary."""

    EFFICACY = Category.EFFICACY.value
    EXPOSURE = Category.EXPOSURE.value
    ESTRADIOL_SUPPRESSION = Category.ESTRADIOL_SUPPRESSION.value
    TOXICITY = Category.TOXICITY.value


@dataclass(frozen=True, slots=True)
class MarkerCall:
    """What some people have of a marker: genotype or diplotype, ``.`` where none was called."""

    genotype: str
    status: CallStatus | DiplotypeStatus
    source: CallSource


@dataclass(frozen=True, slots=True, eq=False)
class Marker:
    """What associations are about: a variant, or the haplotypes of a set, with everybody's calls.

    ``sites`` are the core sites of a set, none for a variant.
    """

    id: str
    gene: str
    sites: tuple[str, ...]
    calls: Coded[MarkerCall]


@dataclass(frozen=True, slots=True, eq=False)
class AssociationResult:
    """One association: a conclusion for each distinct call of its marker, in their order."""

    association: Association
    category: AnnotatedCategory
    grade: EvidenceGrade
    marker: Marker
    conclusions: tuple[Conclusion, ...]


@dataclass(frozen=True, eq=False)
class Annotations:
    """Everything that is said of a cohort; what is not asked for is not worked out.

    ``population`` is that of a phased panel by which ambiguous diplotypes are weighed; empty for
    none.
    """

    calls: CohortCalls
    knowledge: KnowledgeBase
    population: str = ""

    @cached_property
    def haplotypes(self) -> tuple[HaplotypeCalls, ...]:
        """The haplotypes of every set whose sites were looked at."""
        return call_all_haplotypes(self.calls, self.knowledge, self.population)

    @cached_property
    def associations(self) -> tuple[AssociationResult, ...]:
        """Every association of every called variant, then those of haplotypes."""
        return tuple(itertools.chain(self._of_variants(), self._of_haplotypes()))

    def _of_variants(self) -> Iterator[AssociationResult]:
        knowledge = self.knowledge
        for site in self.calls.sites:
            variant = site.variant
            found = knowledge.associations_of(variant.id)
            if not found:
                continue
            marker = _variant_marker(site)
            locus = variant.loci[self.calls.assembly]
            studied = knowledge.definitions[variant.id].studied_allele
            for item in found:
                interpreter = VariantInterpreter(item, knowledge.messages, variant, locus, studied)
                conclusions = tuple(interpreter.conclusion(call) for call in site.calls.values)
                yield self._result(item, marker, conclusions)

    def _of_haplotypes(self) -> Iterator[AssociationResult]:
        for calls in self.haplotypes:
            found = self.knowledge.associations_of_set(calls.nomenclature.id)
            if not found:
                continue
            marker = _haplotype_marker(calls)
            for item in found:
                interpreter = HaplotypeInterpreter(
                    item, self.knowledge.messages, calls.nomenclature
                )
                conclusions = tuple(
                    interpreter.conclusion(call.diplotype, call.source)
                    for call in calls.diplotypes.values
                )
                yield self._result(item, marker, conclusions)

    def _result(
        self, association: Association, marker: Marker, conclusions: tuple[Conclusion, ...]
    ) -> AssociationResult:
        return AssociationResult(
            association,
            AnnotatedCategory(self.knowledge.outcomes[association.outcome].category.value),
            self.knowledge.grades[association.id],
            marker,
            conclusions,
        )


def _variant_marker(site: SiteCalls) -> Marker:
    calls = site.calls.map(
        lambda call: MarkerCall(unphased_genotype(call, site.variant), call.status, call.source)
    )
    return Marker(site.variant.id, site.variant.gene, (), calls)


def _haplotype_marker(calls: HaplotypeCalls) -> Marker:
    names = calls.nomenclature

    def marker_call(call: DiplotypeCall) -> MarkerCall:
        text = call.diplotype.diplotype or candidates_text(call.diplotype) or "."
        return MarkerCall(text, call.diplotype.status, call.source)

    return Marker(names.id, names.gene, names.sites, calls.diplotypes.map(marker_call))
