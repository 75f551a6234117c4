"""The diplotype of a haplotype set as observations: its genotype, and its two haplotypes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pgx_ana.fhir.codes import Profile, Resource
from pgx_ana.fhir.entries import NOTHING, Details, Shared, gene_component, observation, observations
from pgx_ana.fhir.genotypes import SiteObservations, genotype_key
from pgx_ana.haplotypes import Diplotype, DiplotypeCall, DiplotypeStatus, Label, Nomenclature
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.output import CandidateTexts, Listing, candidate_listing, status_listing
from pgx_ana.terms import CallSource


class DiplotypeObservations:
    """Makes the observations of the diplotypes of one haplotype set."""

    def __init__(
        self,
        nomenclature: Nomenclature,
        sites: Mapping[str, SiteObservations],
        knowledge: KnowledgeBase,
    ) -> None:
        self._nomenclature = nomenclature
        self._sites = sites
        self._id = nomenclature.id
        self._name = knowledge.haplotype_sets[nomenclature.id].name
        self._gene = gene_component(nomenclature.gene, knowledge)

    def shared(self, call: DiplotypeCall) -> Shared:
        """Return what a diplotype adds to a Bundle; nothing if no site of the set was called."""
        if call.diplotype.status is DiplotypeStatus.NOT_ASSESSED:
            return NOTHING
        return observations(self._observed(call))

    def _observed(self, call: DiplotypeCall) -> Iterator[tuple[str, Resource]]:
        diplotype, note = call.diplotype, "; ".join(_notes(call, len(self._nomenclature.sites)))
        keys = []
        for number, label in enumerate(_chromosomes(diplotype), 1):
            key = f"haplotype {self._id} {number}"
            keys.append(key)
            variants = list(self._variants(label))
            details = Details([self._gene], self._named(label.text), variants, note)
            yield key, observation(Profile.HAPLOTYPE, details)
        said = diplotype.diplotype or _candidates(diplotype)
        details = Details([self._gene], self._named(said), keys, note)
        yield genotype_key(self._id), observation(Profile.GENOTYPE, details)

    def _named(self, said: str) -> Resource:
        return {"text": f"{self._name}: {said}"}

    def _variants(self, label: Label) -> Iterator[str]:
        """Yield the keys of the variants by which a chromosome is named."""
        sites = self._nomenclature.sites
        for number in label.haplotypes:
            for site, allele in self._nomenclature.haplotypes[number].core.items():
                key = self._sites[sites[site]].key_of(allele)
                if key:
                    yield key


def _chromosomes(diplotype: Diplotype) -> Iterator[Label]:
    """Yield the names of both chromosomes, if a diplotype is reported."""
    if diplotype.diplotype:
        for labels in diplotype.candidates[0]:
            yield labels[0]


def _candidates(diplotype: Diplotype) -> str:
    """Return the status of a diplotype that is not reported, and its candidates."""
    text = _text(candidate_listing(CandidateTexts(diplotype.candidates)), ";")
    said = diplotype.status.value.replace("_", " ")
    return f"{said}; candidates {text}" if text else said


def _text(listed: tuple[str, ...] | Listing, separator: str) -> str:
    return listed.text if isinstance(listed, Listing) else separator.join(listed)


def _notes(call: DiplotypeCall, n_sites: int) -> Iterator[str]:
    """Yield what qualifies a diplotype, and what follows from it alone."""
    diplotype = call.diplotype
    yield diplotype.status.value.replace("_", " ")
    if call.source is not CallSource.RECORD:
        yield f"source: {call.source.value.replace('_', ' ')}"
    for title, text in (
        ("to be decided by", _text(status_listing(diplotype.deciding, n_sites, "sites"), ", ")),
        ("further alleles", ", ".join(diplotype.extras)),
        ("function", diplotype.function),
        ("phenotype", diplotype.phenotype),
    ):
        if text:
            yield f"{title}: {text}"
