"""The whole knowledge base as one Markdown document: variants, conclusions and studies."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from pgx_ana.browse.claim_line import claim_text
from pgx_ana.browse.context_list import label_use
from pgx_ana.browse.haplotype_list import haplotype_table
from pgx_ana.browse.question_list import answer_text, polygenic_text
from pgx_ana.browse.study_table import study_row
from pgx_ana.browse.variant_list import VariantFilter, select_variants
from pgx_ana.knowledge import (
    Association,
    Evidence,
    HaplotypeSet,
    KnowledgeBase,
    Level,
    VariantDefinition,
)


def handbook_lines(knowledge: KnowledgeBase) -> Iterator[str]:
    """Yield the lines of the document, with a section for each gene."""
    yield "# The knowledge base"
    yield ""
    yield f"Made from `data/kb` ({knowledge.info.name} {knowledge.info.version}); do not edit."
    yield "How levels are computed: [the rubric](../../data/kb/README.md#levels)."
    yield ""
    yield (
        f"{len(knowledge.definitions)} variants, {len(knowledge.evidence)} results from "
        f"{len(knowledge.publications)} publications, {len(knowledge.associations)} conclusions."
    )
    yield ""
    yield from _level_counts(knowledge)
    yield from _contexts(knowledge)
    yield from _questions(knowledge)
    for gene in knowledge.genes.values():
        variants = select_variants(knowledge, VariantFilter(genes=(gene.id,)))
        yield from ("", f"## {gene.id}", "", gene.role)
        unstudied = [variant for variant in variants if not knowledge.evidence_on(variant.id)]
        for variant in variants:
            if variant not in unstudied:
                yield from _variant_section(variant, knowledge)
        for haplotype_set in knowledge.haplotype_sets.values():
            if haplotype_set.gene == gene.id:
                yield from _haplotype_set_section(haplotype_set, knowledge)
        if unstudied:
            names = ", ".join(_heading(variant) for variant in unstudied)
            yield from ("", f"Defined and called, without a published result: {names}.")


def _level_counts(knowledge: KnowledgeBase) -> Iterator[str]:
    """Yield a table with the number of conclusions of each level in each category."""
    categories = ["efficacy", "exposure", "estradiol_suppression", "toxicity"]
    yield f"| level | {' | '.join(name.replace('_', ' ') for name in categories)} |"
    yield f"|---|{'---|' * len(categories)}"
    for level in Level:
        counts = [
            sum(
                knowledge.level(item.id) is level
                and knowledge.outcomes[item.outcome].category.value == category
                for item in knowledge.associations.values()
            )
            for category in categories
        ]
        yield f"| {level.value} | {' | '.join(map(str, counts))} |"


def _contexts(knowledge: KnowledgeBase) -> Iterator[str]:
    """Yield a table of the uses of the drug, and what is monitored in each."""
    yield from (
        "",
        "## Contexts",
        "",
        "| context | name | sex | label | usually monitored | note |",
        "|---|---|---|---|---|---|",
    )
    for context in knowledge.contexts.values():
        label = label_use(context).replace("_", " ")
        monitored = ", ".join(context.monitored)
        cells = (context.id, context.name, context.sex, label, monitored, context.note or "")
        yield _table_row(cells)


def _questions(knowledge: KnowledgeBase) -> Iterator[str]:
    """Yield a table of the questions that the field asks, and the polygenic results."""
    yield from ("", "## Questions", "", "| question | germline variants | note |", "|---|---|---|")
    for answer in knowledge.answers:
        question = answer.question
        yield _table_row((question.name, answer_text(answer, knowledge), question.note or ""))
    if knowledge.polygenic:
        yield from ("", "Results on many variants at once, never scored on a genotype:", "")
    for item in knowledge.polygenic.values():
        yield f"* {_escaped(polygenic_text(item, knowledge))}"


def _escaped(text: str) -> str:
    """Return text whose star alleles are no emphasis in Markdown; bold markers stay."""
    return re.sub(r"(?<!\*)\*(?!\*)", r"\\*", text)


def _table_row(cells: Iterable[str]) -> str:
    """Return a row of a Markdown table.

    Pipes and stars in a cell are escaped, line breaks become blanks.
    """
    escaped = (" ".join(cell.replace("|", "\\|").replace("*", "\\*").split()) for cell in cells)
    return f"| {' | '.join(escaped)} |"


def _heading(variant: VariantDefinition) -> str:
    """Return the rsID of a variant, with the star alleles among its names."""
    star_alleles = [name for name in variant.names if "*" in name]
    return f"{variant.id} ({', '.join(star_alleles)})" if star_alleles else variant.id


def _variant_section(variant: VariantDefinition, knowledge: KnowledgeBase) -> Iterator[str]:
    loci = ", ".join(
        f"{assembly} {locus.chrom}:{locus.pos} {locus.ref}"
        f"{'' if locus.ref_verified == 'yes' else ' (not verified)'}"
        for assembly, locus in variant.loci.items()
    )
    alleles = "/".join(allele.bases for allele in variant.alleles)
    yield from ("", f"### {_heading(variant)}", "")
    yield f"{alleles} on the plus strand; {loci}; {variant.consequence}."
    associations = knowledge.associations_of(variant.id)
    for association in associations:
        yield from _conclusion(association, knowledge)
    results = knowledge.evidence_on(variant.id)
    yield from _studies(results, variant.id, associations, knowledge)


def _haplotype_set_section(definition: HaplotypeSet, knowledge: KnowledgeBase) -> Iterator[str]:
    yield from ("", f"### {definition.name}", "")
    if definition.note:
        yield from (definition.note, "")
    header, *rows = haplotype_table(definition, knowledge)
    yield _table_row(header)
    yield f"|{'---|' * len(header)}"
    yield from map(_table_row, rows)
    associations = knowledge.associations_of_set(definition.id)
    for association in associations:
        yield from _conclusion(association, knowledge)
    results = knowledge.evidence_on_set(definition.id)
    if results:
        yield from _studies(results, definition.id, associations, knowledge)


def _studies(
    results: Iterable[Evidence],
    subject: str,
    associations: Sequence[Association],
    knowledge: KnowledgeBase,
) -> Iterator[str]:
    """Yield a table of the published results on a variant or haplotype set."""
    yield from ("", "| year | study | n | setting | drug | outcome | effect | p | verdict |")
    yield "|---|---|---|---|---|---|---|---|---|"
    for result in results:
        cells = list(study_row(result, subject, associations, knowledge))
        publication = knowledge.publications[result.publication]
        if publication.pmid:
            cells[1] += f" (PMID {publication.pmid})"
        yield _table_row(cells)


def _conclusion(association: Association, knowledge: KnowledgeBase) -> Iterator[str]:
    """Yield an association as a paragraph: its claim, its level and the number of cohorts."""
    grade = knowledge.grades[association.id]
    outcome = knowledge.outcomes[association.outcome]
    basis = knowledge.basis(association.id)
    drugs = ", ".join(knowledge.drugs[drug].name for drug in basis.drugs)
    yield ""
    yield _escaped(
        f"**{outcome.category.value.replace('_', ' ')}, {outcome.name}**: "
        f"{claim_text(association)}; {drugs}; level `{grade.level.value}` "
        f"({len(grade.supporting)} for, {len(grade.contradicting)} against, "
        f"{len(grade.null)} null). {association.statement}"
    )
    if association.caution:
        yield _escaped(f"Caution: {association.caution}")
