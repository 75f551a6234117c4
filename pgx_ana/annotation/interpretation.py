"""Calls interpreted with the associations of the knowledge base, each distinct call once in a run.

A call of a marker, which is a variant or a haplotype set, is interpreted with each association of
the marker. The conclusions are kept for the next people who have the call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Generic, TypeVar

from pgx_ana.annotation.conclusions import Claim, Conclusion
from pgx_ana.annotation.haplotype_conclusions import HaplotypeInterpreter, candidates_text
from pgx_ana.annotation.markers import AnnotatedCategory, AssociationResult, Marker, MarkerCall
from pgx_ana.annotation.variant_conclusions import VariantInterpreter, unphased_genotype
from pgx_ana.coded import Coded
from pgx_ana.haplotypes import DiplotypeCall, HaplotypeCalls, Nomenclature
from pgx_ana.knowledge import Association, KnowledgeBase
from pgx_ana.model import Call, CohortCalls, SiteCalls, Variant
from pgx_ana.terms import Assembly

_MAX_KEPT = 2_000
"""Distinct calls of one marker whose conclusions are kept from one block of people to the next."""

C = TypeVar("C", Call, DiplotypeCall)


class Interpretation:
    """Interprets the calls of any number of blocks of people; none of them twice."""

    def __init__(self, knowledge: KnowledgeBase) -> None:
        self._knowledge = knowledge
        self._variants: dict[tuple[str, Assembly], _InterpretedCalls[Call]] = {}
        self._sets: dict[str, _InterpretedCalls[DiplotypeCall]] = {}

    def results(
        self, calls: CohortCalls, haplotypes: Sequence[HaplotypeCalls]
    ) -> Iterator[AssociationResult]:
        """Yield the results of every association: those of variants, then of haplotype sets."""
        for site in calls.sites:
            yield from self._variant_results(site, calls.assembly)
        for of_set in haplotypes:
            yield from self._set_results(of_set)

    def _variant_results(self, site: SiteCalls, assembly: Assembly) -> Iterator[AssociationResult]:
        variant = site.variant
        key = (variant.id, assembly)
        if key not in self._variants:
            self._variants[key] = self._interpreted_variant(variant, assembly)
        interpreted = self._variants[key]
        if interpreted.associations:
            found = interpreted.of(site.calls)
            marker = Marker(variant.id, variant.gene, (), found.map(lambda item: item[0]))
            yield from self._association_results(interpreted.associations, marker, found)

    def _set_results(self, calls: HaplotypeCalls) -> Iterator[AssociationResult]:
        nomenclature = calls.nomenclature
        if nomenclature.id not in self._sets:
            self._sets[nomenclature.id] = self._interpreted_set(nomenclature)
        interpreted = self._sets[nomenclature.id]
        if interpreted.associations:
            found = interpreted.of(calls.diplotypes)
            marker = Marker(
                nomenclature.id,
                nomenclature.gene,
                nomenclature.sites,
                found.map(lambda item: item[0]),
            )
            yield from self._association_results(interpreted.associations, marker, found)

    def _interpreted_variant(self, variant: Variant, assembly: Assembly) -> _InterpretedCalls[Call]:
        knowledge = self._knowledge
        associations = knowledge.associations_of(variant.id)
        interpreters = [
            VariantInterpreter(
                self._claim(association),
                knowledge.messages,
                variant,
                variant.loci[assembly],
                knowledge.definitions[variant.id].studied_allele,
            )
            for association in associations
        ]

        def interpreted(call: Call) -> Interpreted:
            text = unphased_genotype(call, variant)
            conclusions = tuple(interpreter.conclusion(call) for interpreter in interpreters)
            return MarkerCall(text, call.status, call.source), conclusions

        return _InterpretedCalls(associations, interpreted)

    def _interpreted_set(self, nomenclature: Nomenclature) -> _InterpretedCalls[DiplotypeCall]:
        associations = self._knowledge.associations_of_set(nomenclature.id)
        interpreters = [
            HaplotypeInterpreter(self._claim(association), self._knowledge.messages, nomenclature)
            for association in associations
        ]

        def interpreted(call: DiplotypeCall) -> Interpreted:
            diplotype = call.diplotype
            text = diplotype.diplotype or candidates_text(diplotype) or "."
            conclusions = tuple(
                interpreter.conclusion(diplotype, call.source) for interpreter in interpreters
            )
            return MarkerCall(text, diplotype.status, call.source), conclusions

        return _InterpretedCalls(associations, interpreted)

    def _claim(self, association: Association) -> Claim:
        knowledge = self._knowledge
        basis = knowledge.basis(association.id)
        return Claim(
            association,
            knowledge.outcomes[association.outcome],
            knowledge.level(association.id),
            basis,
            tuple(knowledge.drugs[drug].name for drug in basis.drugs),
            knowledge.drugs[association.drug].name,
        )

    def _association_results(
        self, associations: Sequence[Association], marker: Marker, found: Coded[Interpreted]
    ) -> Iterator[AssociationResult]:
        for number, association in enumerate(associations):
            yield AssociationResult(
                association,
                AnnotatedCategory(self._knowledge.outcomes[association.outcome].category.value),
                self._knowledge.grades[association.id],
                self._knowledge.basis(association.id),
                marker,
                tuple(conclusions[number] for _, conclusions in found.values),
            )


Interpreted = tuple[MarkerCall, tuple[Conclusion, ...]]
"""A call as shown to the reader, and what each association of its marker concludes on it."""


class _InterpretedCalls(Generic[C]):
    """The calls of one marker that were interpreted so far."""

    def __init__(
        self, associations: Sequence[Association], interpret: Callable[[C], Interpreted]
    ) -> None:
        self.associations = associations
        self._interpret: Callable[[C], Interpreted] = interpret
        self._kept: dict[C, Interpreted] = {}

    def of(self, calls: Coded[C]) -> Coded[Interpreted]:
        """Return the interpretation of each call."""
        # Only between blocks, so that within a block no call is interpreted twice.
        if len(self._kept) > _MAX_KEPT:
            self._kept.clear()
        return calls.map(self._of_call)

    def _of_call(self, call: C) -> Interpreted:
        if call not in self._kept:
            self._kept[call] = self._interpret(call)
        return self._kept[call]
