"""A conclusion as a therapeutic implication: what it rests on, and nothing that advises."""

from __future__ import annotations

from collections.abc import Iterator

from pgx_ana.annotation import NOT_ASSESSED, AssociationResult, Conclusion, level_words
from pgx_ana.fhir.codes import (
    ASSOCIATION,
    DIRECTIONS,
    IMPLICATIONS,
    LEVELS,
    RELATED_ARTIFACT,
    RXNORM,
    Part,
    Profile,
    Resource,
    concept,
)
from pgx_ana.fhir.entries import (
    NOTHING,
    Details,
    Shared,
    component,
    gene_component,
    observation,
    observations,
    text_component,
)
from pgx_ana.fhir.genotypes import genotype_key
from pgx_ana.knowledge import Association, KnowledgeBase, Level, Publication, Stance

_REPLICATED = frozenset({Level.GUIDELINE, Level.REPLICATED})
_LABELS = {
    Stance.SUPPORTS: "for",
    Stance.NULL: "null",
    Stance.CONTRADICTS: "against",
    Stance.UNPLACED: "unplaced",
}
"""Labels of citations; a result that says nothing about the claim has none."""


class Implications:
    """Makes the implications of one association."""

    def __init__(self, result: AssociationResult, knowledge: KnowledgeBase) -> None:
        self._result = result
        self._knowledge = knowledge
        association = result.association
        drug = knowledge.drugs[association.drug]
        rxnorm = drug.ids.get("rxnorm")
        level = result.grade.level
        self._components = [
            gene_component(result.marker.gene, knowledge),
            component(
                Part.DRUG,
                concept(RXNORM, rxnorm, drug.name) if rxnorm else {"text": drug.name},
            ),
            component(Part.LEVEL, concept(LEVELS, level.value, level_words(level))),
            component(Part.CONTEXT, {"text": knowledge.settings[association.setting].name}),
        ]
        self._evidence = [_origin(association), *_citations(result, knowledge)]

    def shared(self, conclusion: Conclusion, context: str) -> Shared:
        """Return the implication for people with a use of the drug; nothing if none is drawn."""
        if conclusion.direction == NOT_ASSESSED:
            return NOTHING
        association, marker = self._result.association, self._result.marker
        components = [*self._components, *self._of_conclusion(conclusion, context)]
        details = Details(
            components,
            derived_from=[genotype_key(marker.id)],
            note=conclusion.caution,
            extensions=self._evidence,
            interpretation=concept(
                DIRECTIONS, conclusion.direction, conclusion.direction.replace("_", " ")
            ),
        )
        content = observation(Profile.IMPLICATION, details)
        return observations([(f"implication {association.id}", content)])

    def _of_conclusion(self, conclusion: Conclusion, context: str) -> Iterator[Resource]:
        if context:
            use = self._knowledge.contexts[context].name
            yield component(Part.CONTEXT, {"text": f"use of the drug: {use}"})
        answer = IMPLICATIONS.get((self._result.category.value, conclusion.effect))
        if answer is not None and self._result.grade.level in _REPLICATED:
            yield component(Part.IMPLICATION, answer)
        yield text_component(Part.CONCLUSION, f"{conclusion.headline}. {conclusion.statement}")


def _origin(association: Association) -> Resource:
    """Return the association of the knowledge base that is applied."""
    name = f"{ASSOCIATION}:{association.id}"
    artifact: Resource = {"type": "derived-from", "label": "association", "url": name}
    return {"url": RELATED_ARTIFACT, "valueRelatedArtifact": artifact}


def _citations(result: AssociationResult, knowledge: KnowledgeBase) -> Iterator[Resource]:
    """Yield a citation for each publication of each cohort, with its side as label."""
    listed = set()
    for key in result.association.evidence:
        label = _LABELS.get(result.grade.stances.get(key, Stance.NOT_SCORED))
        item = knowledge.evidence[key]
        if label is None or (label, item.cohort, item.publication) in listed:
            continue
        listed.add((label, item.cohort, item.publication))
        drugs = ", ".join(knowledge.drugs[drug].name for drug in item.drugs)
        cohort = knowledge.cohorts[item.cohort].name
        artifact: Resource = {
            "type": "citation",
            "label": label,
            "display": f"{cohort}; {drugs}" if drugs else cohort,
            **_citation(knowledge.publications[item.publication]),
        }
        yield {"url": RELATED_ARTIFACT, "valueRelatedArtifact": artifact}


def _citation(item: Publication) -> Resource:
    """Return where a publication is found; its title too where it has no address."""
    url = _address(item)
    where = (item.journal,) if url else (item.title, item.journal)
    words = [f"{item.first_author} {item.year or 'year unknown'}", *filter(None, where)]
    text: Resource = {"citation": ". ".join(words)}
    return text | {"url": url} if url else text


def _address(item: Publication) -> str:
    if item.pmid:
        return f"https://pubmed.ncbi.nlm.nih.gov/{item.pmid}"
    if item.doi:
        return f"https://doi.org/{item.doi}"
    return f"https://pmc.ncbi.nlm.nih.gov/articles/{item.pmcid}/" if item.pmcid else ""
