"""What was published about the variants and haplotype sets of a person, for their document.

A document has the facts of every variant and haplotype set whose genotype is known in the person,
so that a reader needs nothing else to see what the conclusions rest on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pgx_ana.annotation import NOT_ASSESSED, Annotations, AssociationResult
from pgx_ana.coded import Coded
from pgx_ana.knowledge import Association, Effect, Evidence, KnowledgeBase, Stance, level_reason
from pgx_ana.model import SiteCalls
from pgx_ana.terms import Assembly

Facts = Mapping[str, object]
"""An object of a document."""


def known_markers(block: Annotations) -> Iterator[tuple[str, Coded[bool]]]:
    """Yield each variant and set with published results, and in whom its genotype is known."""
    for site in block.calls.sites:
        key = site.variant.id
        if block.knowledge.evidence_on(key):
            yield key, _is_known(site, block.by_marker.get(key, ()))
    for calls in block.haplotypes:
        key = calls.nomenclature.id
        results = block.by_marker.get(key)
        if results is not None:
            yield key, _is_assessed(results)


def _is_known(site: SiteCalls, results: Sequence[AssociationResult]) -> Coded[bool]:
    if results:
        return _is_assessed(results)
    return site.calls.map(lambda call: call.is_observed)


def _is_assessed(results: Sequence[AssociationResult]) -> Coded[bool]:
    """Return in whom any association of a marker could be assessed."""
    conclusions = zip(*(result.conclusions for result in results), strict=True)
    is_assessed = (
        any(item.direction != NOT_ASSESSED for item in of_call) for of_call in conclusions
    )
    return Coded(tuple(is_assessed), results[0].marker.calls.codes)


def marker_facts(key: str, assembly: Assembly, knowledge: KnowledgeBase) -> Facts:
    """Return the facts of a variant or haplotype set."""
    if key in knowledge.definitions:
        subject = _variant_facts(key, assembly, knowledge)
        associations, results = knowledge.associations_of(key), knowledge.evidence_on(key)
    else:
        subject = _set_facts(key, knowledge)
        associations, results = knowledge.associations_of_set(key), knowledge.evidence_on_set(key)
    return {
        **subject,
        "associations": [_association_facts(item, knowledge) for item in associations],
        "results": [_result_facts(item, key, knowledge) for item in results],
    }


def _variant_facts(key: str, assembly: Assembly, knowledge: KnowledgeBase) -> Facts:
    definition = knowledge.definitions[key]
    locus = definition.loci[assembly.value]
    linked = (group.variants for group in knowledge.linkage.values() if key in group.variants)
    others = dict.fromkeys(item for group in linked for item in group if item != key)
    return {
        "marker": key,
        "kind": "variant",
        "gene": definition.gene,
        "names": list(definition.names),
        "alleles": [
            {"bases": allele.bases, "names": list(allele.names)} for allele in definition.alleles
        ],
        "reference": locus.ref if locus.ref_verified == "yes" else None,
        "studied_allele": definition.studied_allele,
        "paper_wording": definition.paper_wording,
        "consequence": definition.consequence,
        "linked": list(others),
    }


def _set_facts(key: str, knowledge: KnowledgeBase) -> Facts:
    definition = knowledge.haplotype_sets[key]
    return {
        "marker": key,
        "kind": "haplotype_set",
        "gene": definition.gene,
        "names": [definition.name],
        "alleles": [],
        "reference": None,
        "studied_allele": None,
        "paper_wording": None,
        "consequence": None,
        "linked": [],
    }


def _association_facts(association: Association, knowledge: KnowledgeBase) -> Facts:
    grade = knowledge.grades[association.id]
    drug = knowledge.drugs[association.drug].name
    return {
        "association": association.id,
        "outcome_name": knowledge.outcomes[association.outcome].name,
        "genotypes": {key: direction.value for key, direction in association.genotypes.items()},
        "level_reason": level_reason(association, grade, knowledge.evidence, drug),
        "results": {
            stance.value: [key for key in association.evidence if grade.stances.get(key) is stance]
            for stance in Stance
        },
        "left_out": dict(association.excluded),
        "studies": {
            "for": list(grade.supporting),
            "null": list(grade.null),
            "against": list(grade.contradicting),
        },
    }


def _result_facts(item: Evidence, subject: str, knowledge: KnowledgeBase) -> Facts:
    publication, cohort = knowledge.publications[item.publication], knowledge.cohorts[item.cohort]
    outcome = knowledge.outcomes[item.outcome]
    compared = item.compared
    return {
        "result": item.id,
        "publication": publication.id,
        "cohort": cohort.id,
        "cohort_name": cohort.name,
        "overlaps": list(cohort.overlaps),
        "kind": item.kind,
        "drugs": [knowledge.drugs[drug].name for drug in item.drugs],
        "is_on_drug": item.drugs == (knowledge.info.drug,),
        "drug_note": item.drug_note,
        "setting": item.setting,
        "sex": item.population.sex,
        "n": item.n,
        "outcome": outcome.name,
        "finding": item.result.value,
        "direction": item.direction,
        "carriers": _haplotype_carriers(item, knowledge) or item.alleles.get(subject),
        "model": item.model,
        "compared": None
        if compared is None
        else {"effect": list(compared.effect), "comparator": list(compared.comparator)},
        "estimates": [_estimate_facts(effect) for effect in item.effects],
        "p": item.p,
        "significance": item.significance.value,
        "read": item.read.value,
    }


def _haplotype_carriers(item: Evidence, knowledge: KnowledgeBase) -> str | None:
    if item.haplotype is not None:
        return knowledge.haplotypes[item.haplotype].name
    return " or ".join((*item.diplotypes, *item.phenotypes)) or None


def _estimate_facts(effect: Effect) -> Facts:
    return {
        "measure": effect.measure,
        "value": effect.value,
        "low": effect.low,
        "high": effect.high,
        "interval": effect.interval,
        "text": effect.text,
    }


def studied_references(block: Annotations) -> list[str]:
    """Return the variants of a run whose reference base is the studied allele.

    In people homozygous for it, a file of variants only has no row there.
    """
    assembly, definitions = block.calls.assembly, block.knowledge.definitions
    loci = {site.variant.id: site.variant.loci[assembly] for site in block.calls.sites}
    return [
        key
        for key, locus in loci.items()
        if locus.ref_is_certain and definitions[key].studied_allele == locus.ref
    ]


def publication_facts(knowledge: KnowledgeBase) -> list[Facts]:
    """Return all publications of the knowledge base."""
    return [
        {
            "publication": item.id,
            "author": item.first_author,
            "year": item.year,
            "title": item.title,
            "journal": item.journal,
            "pmid": item.pmid,
            "pmcid": item.pmcid,
            "doi": item.doi,
        }
        for item in knowledge.publications.values()
    ]


def set_facts(block: Annotations) -> list[Facts]:
    """Return the haplotype sets of a run with their sites and haplotypes."""
    knowledge = block.knowledge
    keys = [calls.nomenclature.id for calls in block.haplotypes]
    return [
        {
            "haplotypes": key,
            "gene": knowledge.haplotype_sets[key].gene,
            "name": knowledge.haplotype_sets[key].name,
            "sites": list(knowledge.haplotype_sets[key].sites),
            "defined": [
                {"name": item.name, "alleles": dict(item.alleles), "function": item.function}
                for item in knowledge.haplotypes_of(key)
            ],
        }
        for key in keys
    ]
