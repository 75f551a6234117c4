"""Calls joined with the associations of the knowledge base.

An association is interpreted once for each distinct call of its marker, which is a variant or a
haplotype set. Samples only carry the codes of their calls.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from pgx_ana.annotation.conclusions import Claim, Conclusion
from pgx_ana.annotation.haplotype_conclusions import HaplotypeInterpreter, candidates_text
from pgx_ana.annotation.variant_conclusions import VariantInterpreter, unphased_genotype
from pgx_ana.coded import Coded
from pgx_ana.haplotypes import DiplotypeCall, DiplotypeStatus, HaplotypeCalls, call_all_haplotypes
from pgx_ana.knowledge import Association, Basis, Category, EvidenceGrade, KnowledgeBase
from pgx_ana.model import Circumstances, CohortCalls, SiteCalls
from pgx_ana.terms import CallSource, CallStatus


class AnnotatedCategory(StrEnum):
    """The categories with conclusions, in the order of the summary."""

    EFFICACY = Category.EFFICACY.value
    EXPOSURE = Category.EXPOSURE.value
    ESTRADIOL_SUPPRESSION = Category.ESTRADIOL_SUPPRESSION.value
    TOXICITY = Category.TOXICITY.value


@dataclass(frozen=True, slots=True)
class MarkerCall:
    """A genotype or diplotype at a marker as text; ``.`` where none was called."""

    genotype: str
    status: CallStatus | DiplotypeStatus
    source: CallSource


@dataclass(frozen=True, slots=True, eq=False)
class Marker:
    """What an association is about, a variant or a haplotype set, with its calls in all samples.

    ``sites`` are the core sites of a haplotype set; empty for a variant.
    """

    id: str
    gene: str
    sites: tuple[str, ...]
    calls: Coded[MarkerCall]


@dataclass(frozen=True, slots=True, eq=False)
class AssociationResult:
    """One association, with a conclusion for each distinct call of its marker, in their order."""

    association: Association
    category: AnnotatedCategory
    grade: EvidenceGrade
    basis: Basis
    marker: Marker
    conclusions: tuple[Conclusion, ...]


@dataclass(frozen=True, eq=False)
class Annotations:
    """All annotations of a cohort, each computed when it is first used.

    ``circumstances`` has the sex of each person and the use of the drug, where they are known.
    ``population`` is the panel population by which ambiguous diplotypes are weighed; empty for
    none.
    """

    calls: CohortCalls
    knowledge: KnowledgeBase
    circumstances: Coded[Circumstances]
    population: str = ""

    @cached_property
    def haplotypes(self) -> tuple[HaplotypeCalls, ...]:
        """The diplotypes of every haplotype set for which the calls cover all sites."""
        return call_all_haplotypes(self.calls, self.knowledge, self.population)

    @cached_property
    def associations(self) -> tuple[AssociationResult, ...]:
        """The results of every association: those of variants, then those of haplotype sets."""
        return tuple(itertools.chain(self._variant_results(), self._haplotype_results()))

    @cached_property
    def by_marker(self) -> Mapping[str, tuple[AssociationResult, ...]]:
        """The results by the identifier of their marker, in the order of :attr:`associations`."""
        by_marker: dict[str, tuple[AssociationResult, ...]] = {}
        for result in self.associations:
            by_marker[result.marker.id] = (*by_marker.get(result.marker.id, ()), result)
        return by_marker

    def _variant_results(self) -> Iterator[AssociationResult]:
        knowledge = self.knowledge
        for site in self.calls.sites:
            variant = site.variant
            associations = knowledge.associations_of(variant.id)
            if not associations:
                continue
            marker = _variant_marker(site)
            locus = variant.loci[self.calls.assembly]
            studied_allele = knowledge.definitions[variant.id].studied_allele
            for association in associations:
                interpreter = VariantInterpreter(
                    self._claim(association), knowledge.messages, variant, locus, studied_allele
                )
                conclusions = tuple(interpreter.conclusion(call) for call in site.calls.values)
                yield self._result(association, marker, conclusions)

    def _haplotype_results(self) -> Iterator[AssociationResult]:
        for calls in self.haplotypes:
            associations = self.knowledge.associations_of_set(calls.nomenclature.id)
            if not associations:
                continue
            marker = _haplotype_marker(calls)
            for association in associations:
                interpreter = HaplotypeInterpreter(
                    self._claim(association), self.knowledge.messages, calls.nomenclature
                )
                conclusions = tuple(
                    interpreter.conclusion(call.diplotype, call.source)
                    for call in calls.diplotypes.values
                )
                yield self._result(association, marker, conclusions)

    def _claim(self, association: Association) -> Claim:
        knowledge = self.knowledge
        basis = knowledge.basis(association.id)
        return Claim(
            association,
            knowledge.outcomes[association.outcome],
            knowledge.level(association.id),
            basis,
            tuple(knowledge.drugs[drug].name for drug in basis.drugs),
            knowledge.drugs[association.drug].name,
        )

    def _result(
        self, association: Association, marker: Marker, conclusions: tuple[Conclusion, ...]
    ) -> AssociationResult:
        return AssociationResult(
            association,
            AnnotatedCategory(self.knowledge.outcomes[association.outcome].category.value),
            self.knowledge.grades[association.id],
            self.knowledge.basis(association.id),
            marker,
            conclusions,
        )


def _variant_marker(site: SiteCalls) -> Marker:
    calls = site.calls.map(
        lambda call: MarkerCall(unphased_genotype(call, site.variant), call.status, call.source)
    )
    return Marker(site.variant.id, site.variant.gene, (), calls)


def _haplotype_marker(calls: HaplotypeCalls) -> Marker:
    nomenclature = calls.nomenclature

    def marker_call(call: DiplotypeCall) -> MarkerCall:
        text = call.diplotype.diplotype or candidates_text(call.diplotype) or "."
        return MarkerCall(text, call.diplotype.status, call.source)

    return Marker(
        nomenclature.id, nomenclature.gene, nomenclature.sites, calls.diplotypes.map(marker_call)
    )
