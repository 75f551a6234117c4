"""A page on one variant or set of haplotypes: definition, studies, conclusions and why."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from pgx_ana.bases import is_palindromic
from pgx_ana.browse.haplotype_list import haplotype_table
from pgx_ana.browse.study_table import aligned, carriers, study_table
from pgx_ana.errors import UsageError
from pgx_ana.knowledge import (
    Association,
    Effect,
    Evidence,
    HaplotypeSet,
    KnowledgeBase,
    Stance,
    VariantDefinition,
)

_WIDTH = 100


def page_lines(knowledge: KnowledgeBase, name: str) -> Iterator[str]:
    """Yield the lines of a page on a variant or on a set of haplotypes, by any of its names."""
    key = knowledge.find_variant(name)
    if key is not None:
        yield from _definition(knowledge.definitions[key], knowledge)
        found = knowledge.evidence_on(key)
        yield from _reasons(found, knowledge.associations_of(key), key, knowledge)
        return
    key = knowledge.find_haplotype_set(name)
    if key is None:
        sets = ", ".join(knowledge.haplotype_sets) or "none"
        raise UsageError(
            f"no known variant or haplotype is called {name!r}; see pgx-ana kb list; sets of "
            f"haplotypes: {sets}"
        )
    yield from _set_definition(knowledge.haplotype_sets[key], knowledge)
    found = knowledge.evidence_on_set(key)
    yield from _reasons(found, knowledge.associations_of_set(key), key, knowledge)


def _reasons(
    found: Sequence[Evidence],
    associations: Sequence[Association],
    subject: str,
    knowledge: KnowledgeBase,
) -> Iterator[str]:
    """Yield the studies of a variant or set, and what is concluded from them."""
    yield ""
    yield "STUDIES"
    if found:
        yield from (f"  {line}" for line in study_table(found, subject, associations, knowledge))
    else:
        yield "  No published result on an aromatase inhibitor was found."
    for number, item in enumerate(found, 1):
        yield from _evidence(number, item, subject, knowledge)
    yield ""
    yield "CONCLUSIONS"
    if not associations:
        yield "  None: there is nothing to conclude from."
    for association in associations:
        yield from _association(association, knowledge)


def _set_definition(definition: HaplotypeSet, knowledge: KnowledgeBase) -> Iterator[str]:
    yield f"{definition.id}  {definition.name}"
    yield from _wrapped(f"{len(definition.sites)} core sites: {', '.join(definition.sites)}")
    if definition.further_sites:
        yield from _wrapped(f"further sites: {', '.join(definition.further_sites)}")
    if definition.note:
        yield from _wrapped(definition.note)
    yield from _wrapped(f"source: {definition.source}")
    yield ""
    yield "HAPLOTYPES"
    yield from (f"  {line}" for line in aligned(haplotype_table(definition, knowledge)))
    for item in knowledge.haplotypes_of(definition.id):
        if item.note:
            yield from _wrapped(f"{item.name}: {item.note}")
    for rule in definition.phenotypes:
        yield from _wrapped(f"{rule.phenotype}: {', '.join(rule.functions)}")
    if definition.phenotype_source:
        yield from _wrapped(f"phenotypes: {definition.phenotype_source}")


def _definition(variant: VariantDefinition, knowledge: KnowledgeBase) -> Iterator[str]:
    gene = knowledge.genes[variant.gene]
    names = f" ({', '.join(variant.names)})" if variant.names else ""
    yield f"{variant.id}  {variant.gene}{names}"
    strand = f", strand {gene.strand}" if gene.strand else ""
    yield f"  {gene.name}{strand}; {variant.consequence}"
    for assembly, locus in variant.loci.items():
        doubt = "" if locus.ref_verified == "yes" else " (not verified: the file tells)"
        yield f"  {assembly}  {locus.chrom}:{locus.pos}  reference {locus.ref}{doubt}"
    for allele in variant.alleles:
        called = f"  {', '.join(allele.names)}" if allele.names else ""
        yield f"  allele {allele.bases}{called}"
    if variant.studied_allele is not None:
        refs = {locus.ref for locus in variant.loci.values()}
        note = ", which is the reference base" if refs == {variant.studied_allele} else ""
        yield f"  studied allele {variant.studied_allele}{note}"
    if is_palindromic(allele.bases for allele in variant.alleles):
        yield "  palindromic: letters alone do not tell the strand"
    hgvs = [
        text for text in (variant.hgvs.grch38, variant.hgvs.coding, variant.hgvs.protein) if text
    ]
    if hgvs:
        yield f"  {'  '.join(hgvs)}"
    if variant.merged:
        yield from _wrapped(f"merged: {', '.join(variant.merged)}")
    yield from _wrapped(variant.paper_wording)
    for note in variant.notes:
        yield from _wrapped(note)
    for frequency in variant.frequencies:
        values = frequency.model_dump(exclude={"allele", "source"}, exclude_none=True)
        shown = "  ".join(f"{where} {value:g}" for where, value in values.items())
        yield f"  frequency of {frequency.allele}: {shown}"
        yield f"    {frequency.source}"
    yield from _part_of(variant, knowledge)
    for annotation in variant.clinpgx:
        yield from _wrapped(
            f"ClinPGx {annotation.id}, level {annotation.level}: {annotation.about}"
            f" ({', '.join(annotation.drugs)})"
            + (f"; {annotation.note}" if annotation.note else "")
        )


def _part_of(variant: VariantDefinition, knowledge: KnowledgeBase) -> Iterator[str]:
    """Yield the haplotypes that an allele of a variant helps to define."""
    found = [
        f"{item.haplotype_set} {item.name}"
        for item in knowledge.haplotypes.values()
        if variant.id in item.alleles
    ]
    if found:
        yield from _wrapped(f"part of: {', '.join(found)}")


def _evidence(number: int, item: Evidence, subject: str, knowledge: KnowledgeBase) -> Iterator[str]:
    publication = knowledge.publications[item.publication]
    year = publication.year or "year unknown"
    people = f"n={item.n}" if item.n else "n unknown"
    drugs = ", ".join(item.drugs)
    base = carriers(item, subject)
    direction = f"{base} {item.direction}" if base else item.direction
    yield ""
    yield f"  {number}. {publication.first_author} {year}  {people}  {drugs}  {item.setting}"
    yield f"    {knowledge.outcomes[item.outcome].name}: {item.result} ({direction})"
    facts = [_effect(effect) for effect in item.effects]
    facts += [f"p {item.p}"] if item.p else []
    facts += [f"{item.significance}", f"{item.specified}", f"read: {item.read}"]
    yield from _wrapped("; ".join(facts), indent=4)
    yield from _wrapped(item.summary, indent=4)
    for flag in item.flags:
        yield from _wrapped(f"! {flag}", indent=4)
    ids = [f"PMID {publication.pmid}"] if publication.pmid else []
    ids += [f"doi {publication.doi}"] if publication.doi else []
    yield f"    [{item.id}] {'; '.join(ids)}".rstrip()


def _effect(effect: Effect) -> str:
    text = effect.measure
    if effect.value is not None:
        text += f" {effect.value:g}"
    if effect.low is not None and effect.high is not None:
        text += f" ({effect.low:g} to {effect.high:g})"
    return f"{text} {effect.text}" if effect.text else text


def _association(association: Association, knowledge: KnowledgeBase) -> Iterator[str]:
    grade = knowledge.grades[association.id]
    outcome = knowledge.outcomes[association.outcome]
    yield ""
    yield f"  {association.id}  {outcome.category}: {outcome.name}"
    claim = f"{association.about} {association.direction}"
    yield f"    claim: {claim}; {association.drug}, {association.setting}"
    yield (
        f"    level: {grade.level} ({len(grade.supporting)} supporting, "
        f"{len(grade.contradicting)} contradicting, {len(grade.null)} null cohorts)"
    )
    for name, cohorts in (
        ("for", grade.supporting),
        ("against", grade.contradicting),
        ("null", grade.null),
    ):
        if cohorts:
            names = ", ".join(knowledge.cohorts[cohort].name for cohort in cohorts)
            yield from _wrapped(f"{name}: {names}", indent=4)
    unscored = [key for key, stance in grade.stances.items() if stance is Stance.NOT_SCORED]
    if unscored:
        yield from _wrapped(f"not scored: {', '.join(unscored)}", indent=4)
    for key, reason in association.excluded.items():
        yield from _wrapped(f"left out: {key} ({reason})", indent=4)
    for genotype, conclusion in association.genotypes.items():
        yield from _wrapped(f"{genotype}  {conclusion.direction}: {conclusion.statement}", indent=4)
    if association.caution:
        yield from _wrapped(f"Caution: {association.caution}", indent=4)


def _wrapped(text: str, indent: int = 2) -> list[str]:
    space = " " * indent
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=space,
        subsequent_indent=f"{space}  ",
        break_on_hyphens=False,
    )
