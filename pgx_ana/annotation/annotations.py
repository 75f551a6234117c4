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

import numpy as np
from numpy.typing import NDArray

from pgx_ana.annotation.conclusions import (
    Conclusion,
    HaplotypeSpeaker,
    VariantSpeaker,
    candidates_told,
    unphased,
)
from pgx_ana.haplotypes import DiplotypeStatus, HaplotypeCalls, call_all_haplotypes
from pgx_ana.knowledge import Association, Category, KnowledgeBase, Weight
from pgx_ana.model import CohortCalls, SiteCalls
from pgx_ana.terms import CallSource, CallStatus


class AnnotatedCategory(StrEnum):
    """The categories that are concluded on, in the order of the summary."""

    EFFICACY = Category.EFFICACY.value
    EXPOSURE = Category.EXPOSURE.value
    ESTRADIOL_SUPPRESSION = Category.ESTRADIOL_SUPPRESSION.value
    TOXICITY = Category.TOXICITY.value


@dataclass(frozen=True, slots=True)
class State:
    """What some people have of a subject: genotype or diplotype, empty where nothing is told."""

    genotype: str
    status: CallStatus | DiplotypeStatus
    source: CallSource


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """What associations are about, in all people: a variant, or the haplotypes of a set.

    ``codes`` is int32 of shape (samples,) into ``states``. ``sites`` are the core sites of a set,
    none for a variant.
    """

    id: str
    gene: str
    sites: tuple[str, ...]
    states: tuple[State, ...]
    codes: NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class AssociationCalls:
    """One association in all people: a conclusion for each state of its subject."""

    association: Association
    category: AnnotatedCategory
    weight: Weight
    subject: Subject
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
    def associations(self) -> tuple[AssociationCalls, ...]:
        """Every association of every called variant, then those of haplotypes."""
        return tuple(itertools.chain(self._of_variants(), self._of_haplotypes()))

    def _of_variants(self) -> Iterator[AssociationCalls]:
        knowledge = self.knowledge
        for site in self.calls.sites:
            variant = site.variant
            found = knowledge.associations_of(variant.id)
            if not found:
                continue
            subject = _variant_subject(site)
            locus = variant.loci[self.calls.assembly]
            studied = knowledge.definitions[variant.id].studied_allele
            for item in found:
                speaker = VariantSpeaker(item, knowledge.messages, variant, locus, studied)
                said = tuple(speaker.conclusion(cell) for cell in site.cells)
                yield self._calls(item, subject, said)

    def _of_haplotypes(self) -> Iterator[AssociationCalls]:
        for calls in self.haplotypes:
            found = self.knowledge.associations_of_set(calls.names.id)
            if not found:
                continue
            subject = _haplotype_subject(calls)
            for item in found:
                speaker = HaplotypeSpeaker(item, self.knowledge.messages, calls.names)
                said = tuple(speaker.conclusion(p.diplotype, p.source) for p in calls.people)
                yield self._calls(item, subject, said)

    def _calls(
        self, association: Association, subject: Subject, said: tuple[Conclusion, ...]
    ) -> AssociationCalls:
        return AssociationCalls(
            association,
            AnnotatedCategory(self.knowledge.outcomes[association.outcome].category.value),
            self.knowledge.weights[association.id],
            subject,
            said,
        )


def _variant_subject(site: SiteCalls) -> Subject:
    states = tuple(
        State(unphased(cell, site.variant), cell.status, cell.source) for cell in site.cells
    )
    return Subject(site.variant.id, site.variant.gene, (), states, site.codes)


def _haplotype_subject(calls: HaplotypeCalls) -> Subject:
    states = tuple(
        State(
            person.diplotype.diplotype or candidates_told(person.diplotype) or ".",
            person.diplotype.status,
            person.source,
        )
        for person in calls.people
    )
    return Subject(calls.names.id, calls.names.gene, calls.names.sites, states, calls.codes)
