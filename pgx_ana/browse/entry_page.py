"""A page on an entry: for a variant or haplotype set definition, studies and graded conclusions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pgx_ana.bases import is_palindromic
from pgx_ana.browse.claim_line import claim_text
from pgx_ana.browse.context_list import context_lines
from pgx_ana.browse.haplotype_list import haplotype_table
from pgx_ana.browse.paragraph import wrapped
from pgx_ana.browse.reference_page import drug_lines, gene_lines, haplotype_choices
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
    VrsAllele,
)
from pgx_ana.names import did_you_mean, known_name
from pgx_ana.terms import Assembly


def page_lines(knowledge: KnowledgeBase, name: str) -> Iterator[str]:
    """Yield the lines of the page on a variant, haplotype set, gene, drug or context.

    A haplotype name without its gene leads to its set, or to a list where several sets have it.
    Raises :class:`UsageError` for an unknown name.
    """
    variant = knowledge.find_variant(name)
    if variant is not None:
        return _variant_page(variant, knowledge)
    haplotype_set = knowledge.find_haplotype_set(name)
    haplotypes = () if haplotype_set else knowledge.find_haplotypes(name)
    sets = dict.fromkeys(haplotype.haplotype_set for haplotype in haplotypes)
    if haplotype_set or len(sets) == 1:
        return _haplotype_set_page(haplotype_set or next(iter(sets)), knowledge)
    if haplotypes:
        return haplotype_choices(name, haplotypes, knowledge)
    gene = known_name(name, knowledge.genes)
    if gene is not None:
        return gene_lines(gene, knowledge)
    drug = knowledge.find_drug(name)
    if drug is not None:
        return drug_lines(drug, knowledge)
    context = known_name(name, knowledge.contexts)
    if context is not None:
        return context_lines(knowledge.contexts[context], knowledge)
    listed = ", ".join(knowledge.haplotype_sets) or "none"
    raise UsageError(
        f"no variant, haplotype, haplotype set, gene, drug or context is named {name!r}; pgx-ana "
        f"kb list "
        f"shows the variants; haplotype sets: {listed}{did_you_mean(name, knowledge.all_names)}"
    )


def _variant_page(key: str, knowledge: KnowledgeBase) -> Iterator[str]:
    yield from _variant_definition(knowledge.definitions[key], knowledge)
    results, associations = knowledge.evidence_on(key), knowledge.associations_of(key)
    yield from _studies_and_conclusions(results, associations, key, knowledge)


def _haplotype_set_page(key: str, knowledge: KnowledgeBase) -> Iterator[str]:
    yield from _haplotype_set_definition(knowledge.haplotype_sets[key], knowledge)
    results, associations = knowledge.evidence_on_set(key), knowledge.associations_of_set(key)
    yield from _studies_and_conclusions(results, associations, key, knowledge)


def _studies_and_conclusions(
    results: Sequence[Evidence],
    associations: Sequence[Association],
    subject: str,
    knowledge: KnowledgeBase,
) -> Iterator[str]:
    """Yield the published results on a variant or set, and the conclusions from them.

    ``subject`` is the identifier of the variant or set.
    """
    yield ""
    yield "STUDIES"
    if results:
        yield from (f"  {line}" for line in study_table(results, subject, associations, knowledge))
    else:
        yield "  No published result on an aromatase inhibitor was found."
    for number, result in enumerate(results, 1):
        yield from _result(number, result, subject, knowledge)
    yield ""
    yield "CONCLUSIONS"
    if not associations:
        yield "  None: there is nothing to conclude from."
    for association in associations:
        yield from _conclusion(association, knowledge)


def _haplotype_set_definition(definition: HaplotypeSet, knowledge: KnowledgeBase) -> Iterator[str]:
    yield f"{definition.id}  {definition.name}"
    yield from wrapped(f"{len(definition.sites)} core sites: {', '.join(definition.sites)}")
    if definition.further_sites:
        yield from wrapped(f"further sites: {', '.join(definition.further_sites)}")
    if definition.note:
        yield from wrapped(definition.note)
    yield from wrapped(f"source: {definition.source}")
    yield ""
    yield "HAPLOTYPES"
    yield from (f"  {line}" for line in aligned(haplotype_table(definition, knowledge)))
    for haplotype in knowledge.haplotypes_of(definition.id):
        if haplotype.note:
            yield from wrapped(f"{haplotype.name}: {haplotype.note}")
    for rule in definition.phenotypes:
        yield from wrapped(f"{rule.phenotype}: {', '.join(rule.functions)}")
    if definition.phenotype_source:
        yield from wrapped(f"phenotypes: {definition.phenotype_source}")


def _variant_definition(variant: VariantDefinition, knowledge: KnowledgeBase) -> Iterator[str]:
    gene = knowledge.genes[variant.gene]
    names = f" ({', '.join(variant.names)})" if variant.names else ""
    yield f"{variant.id}  {variant.gene}{names}"
    strand = f", strand {gene.strand}" if gene.strand else ""
    yield f"  {gene.name}{strand}; {variant.consequence}"
    for assembly, locus in variant.loci.items():
        caveat = "" if locus.ref_verified == "yes" else " (not verified: the file tells)"
        yield f"  {assembly}  {locus.chrom}:{locus.pos}  reference {locus.ref}{caveat}"
    yield from _alleles(variant, knowledge)
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
        yield from wrapped(f"merged: {', '.join(variant.merged)}")
    yield from wrapped(variant.paper_wording)
    for note in variant.notes:
        yield from wrapped(note)
    for frequency in variant.frequencies:
        by_population = "  ".join(f"{name} {value:g}" for name, value in frequency.known.items())
        yield f"  frequency of {frequency.allele}: {by_population}"
        yield f"    {frequency.source}"
    yield from _defined_haplotypes(variant, knowledge)
    for annotation in variant.clinpgx:
        yield from wrapped(
            f"ClinPGx {annotation.id}, level {annotation.level}: {annotation.about}"
            f" ({', '.join(annotation.drugs)})"
            + (f"; {annotation.note}" if annotation.note else "")
        )


def _alleles(variant: VariantDefinition, knowledge: KnowledgeBase) -> Iterator[str]:
    """Yield the alleles with their names and VRS identifiers, and which have no identifier."""
    without: dict[str, dict[str, None]] = {}
    for allele in variant.alleles:
        names = f"  {', '.join(allele.names)}" if allele.names else ""
        yield f"  allele {allele.bases}{names}"
        for assembly in variant.loci:
            found = knowledge.vrs_alleles[Assembly(assembly)][variant.id][allele.bases]
            if isinstance(found, VrsAllele):
                yield f"    {assembly}  {found.id}"
            else:
                without.setdefault(found.value, {})[allele.bases] = None
    for reason, bases in without.items():
        yield from wrapped(f"no VRS identifier: {', '.join(bases)} ({reason})")


def _defined_haplotypes(variant: VariantDefinition, knowledge: KnowledgeBase) -> Iterator[str]:
    """Yield the haplotypes that the variant helps to define, if there are any."""
    names = [
        f"{haplotype.haplotype_set} {haplotype.name}"
        for haplotype in knowledge.haplotypes.values()
        if variant.id in haplotype.alleles
    ]
    if names:
        yield from wrapped(f"part of: {', '.join(names)}")


def _result(number: int, result: Evidence, subject: str, knowledge: KnowledgeBase) -> Iterator[str]:
    """Yield the details of one published result, numbered as in the table of studies."""
    publication = knowledge.publications[result.publication]
    year = publication.year or "year unknown"
    people = f"n={result.n}" if result.n else "n unknown"
    drugs = ", ".join(result.drugs)
    carried = carriers(result, subject)
    direction = f"{carried} {result.direction}" if carried else result.direction
    yield ""
    yield f"  {number}. {publication.first_author} {year}  {people}  {drugs}  {result.setting}"
    yield f"    {knowledge.outcomes[result.outcome].name}: {result.result} ({direction})"
    facts = [_effect(effect) for effect in result.effects]
    facts += [f"p {result.p}"] if result.p else []
    facts += [f"{result.significance}", f"{result.specified}", f"read: {result.read}"]
    yield from wrapped("; ".join(facts), indent=4)
    yield from wrapped(result.summary, indent=4)
    for flag in result.flags:
        yield from wrapped(f"! {flag}", indent=4)
    ids = [f"PMID {publication.pmid}"] if publication.pmid else []
    ids += [f"doi {publication.doi}"] if publication.doi else []
    yield f"    [{result.id}] {'; '.join(ids)}".rstrip()


def _effect(effect: Effect) -> str:
    text = effect.measure
    if effect.value is not None:
        text += f" {effect.value:g}"
    if effect.low is not None and effect.high is not None:
        text += f" ({effect.low:g} to {effect.high:g})"
    return f"{text} {effect.text}" if effect.text else text


def _conclusion(association: Association, knowledge: KnowledgeBase) -> Iterator[str]:
    """Yield an association with its level, the cohorts behind it, and its genotypes."""
    grade = knowledge.grades[association.id]
    outcome = knowledge.outcomes[association.outcome]
    yield ""
    yield f"  {association.id}  {outcome.category}: {outcome.name}"
    basis = knowledge.basis(association.id)
    claim = f"claim: {claim_text(association)}; {association.setting}"
    yield from wrapped(claim, indent=4)
    yield from wrapped(
        f"rests on: {basis.text}, n {basis.n or 'unknown'}"
        + (f"; {basis.estimate}" if basis.estimate else ""),
        indent=4,
    )
    yield (
        f"    level: {grade.level} ({len(grade.supporting)} supporting, "
        f"{len(grade.contradicting)} contradicting, {len(grade.null)} null cohorts)"
    )
    for stance, cohorts in (
        ("for", grade.supporting),
        ("against", grade.contradicting),
        ("null", grade.null),
    ):
        if cohorts:
            names = ", ".join(knowledge.cohorts[cohort].name for cohort in cohorts)
            yield from wrapped(f"{stance}: {names}", indent=4)
    for words, stance in (
        ("carriers unknown", Stance.UNPLACED),
        ("not scored", Stance.NOT_SCORED),
    ):
        keys = [key for key, found in grade.stances.items() if found is stance]
        if keys:
            yield from wrapped(f"{words}: {', '.join(keys)}", indent=4)
    for key, reason in association.excluded.items():
        yield from wrapped(f"left out: {key} ({reason})", indent=4)
    directions = (f"{key} {direction}" for key, direction in association.genotypes.items())
    yield from wrapped(f"genotypes: {', '.join(directions)}", indent=4)
    yield from wrapped(association.statement, indent=4)
    if association.caution:
        yield from wrapped(f"Caution: {association.caution}", indent=4)
