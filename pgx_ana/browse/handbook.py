"""The whole knowledge base as one document: its variants, conclusions and studies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from pgx_ana.browse.haplotype_list import haplotype_table
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
    """Yield the lines of a document on all variants, conclusions and studies."""
    yield "# The knowledge base"
    yield ""
    yield f"Made from `data/kb` ({knowledge.info.name} {knowledge.info.version}); do not edit."
    yield "How levels are computed: [data/kb/README.md](../data/kb/README.md)."
    yield ""
    yield (
        f"{len(knowledge.definitions)} variants, {len(knowledge.evidence)} results from "
        f"{len(knowledge.publications)} publications, {len(knowledge.associations)} conclusions."
    )
    yield ""
    yield from _counts(knowledge)
    yield from _settings(knowledge)
    for gene in knowledge.genes.values():
        found = select_variants(knowledge, VariantFilter(genes=(gene.id,)))
        yield from ("", f"## {gene.id}", "", gene.role)
        bare = [definition for definition in found if not knowledge.evidence_on(definition.id)]
        for definition in found:
            if definition not in bare:
                yield from _variant(definition, knowledge)
        for haplotype_set in knowledge.haplotype_sets.values():
            if haplotype_set.gene == gene.id:
                yield from _set(haplotype_set, knowledge)
        if bare:
            names = ", ".join(_named(definition) for definition in bare)
            yield from ("", f"Defined and called, without a published result: {names}.")


def _counts(knowledge: KnowledgeBase) -> Iterator[str]:
    """Yield how many conclusions of which level there are in each category."""
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


def _settings(knowledge: KnowledgeBase) -> Iterator[str]:
    """Yield in whom the drug is given, and what is usually monitored there."""
    yield from (
        "",
        "## Contexts",
        "",
        "| context | off-label | usually monitored | |",
        "|---|---|---|---|",
    )
    for setting in knowledge.settings.values():
        if setting.monitored:
            watched = ", ".join(setting.monitored)
            yield _row((setting.name, setting.off_label, watched, setting.note or ""))


def _row(cells: Iterable[str]) -> str:
    """Return a row of a table; a pipe in a cell ends no cell, nor a line in it the row.

    A star is a star, as in names of alleles.
    """
    escaped = (" ".join(cell.replace("|", "\\|").replace("*", "\\*").split()) for cell in cells)
    return f"| {' | '.join(escaped)} |"


def _named(definition: VariantDefinition) -> str:
    star = [name for name in definition.names if "*" in name]
    return f"{definition.id} ({', '.join(star)})" if star else definition.id


def _variant(definition: VariantDefinition, knowledge: KnowledgeBase) -> Iterator[str]:
    places = ", ".join(
        f"{a} {x.chrom}:{x.pos} {x.ref}{'' if x.ref_verified == 'yes' else ' (not verified)'}"
        for a, x in definition.loci.items()
    )
    alleles = "/".join(allele.bases for allele in definition.alleles)
    yield from ("", f"### {_named(definition)}", "")
    yield f"{alleles} on the plus strand; {places}; {definition.consequence}."
    associations = knowledge.associations_of(definition.id)
    for association in associations:
        yield from _conclusion(association, knowledge)
    yield from _studies(
        knowledge.evidence_on(definition.id), definition.id, associations, knowledge
    )


def _set(definition: HaplotypeSet, knowledge: KnowledgeBase) -> Iterator[str]:
    """Yield the section of a set of haplotypes."""
    yield from ("", f"### {definition.name}", "")
    if definition.note:
        yield from (definition.note, "")
    header, *rows = haplotype_table(definition, knowledge)
    yield _row(header)
    yield f"|{'---|' * len(header)}"
    yield from map(_row, rows)
    associations = knowledge.associations_of_set(definition.id)
    for association in associations:
        yield from _conclusion(association, knowledge)
    found = knowledge.evidence_on_set(definition.id)
    if found:
        yield from _studies(found, definition.id, associations, knowledge)


def _studies(
    found: Iterable[Evidence],
    subject: str,
    associations: Sequence[Association],
    knowledge: KnowledgeBase,
) -> Iterator[str]:
    yield from ("", "| year | study | n | setting | drug | outcome | effect | p | verdict |")
    yield "|---|---|---|---|---|---|---|---|---|"
    for item in found:
        cells = list(study_row(item, subject, associations, knowledge))
        publication = knowledge.publications[item.publication]
        if publication.pmid:
            cells[1] += f" (PMID {publication.pmid})"
        yield _row(cells)


def _conclusion(association: Association, knowledge: KnowledgeBase) -> Iterator[str]:
    grade = knowledge.grades[association.id]
    outcome = knowledge.outcomes[association.outcome]
    claim = f"{association.about} {association.direction}"
    yield ""
    yield (
        f"**{outcome.category.value.replace('_', ' ')}, {outcome.name}**: {claim}, "
        f"level `{grade.level.value}` ({len(grade.supporting)} for, "
        f"{len(grade.contradicting)} against, {len(grade.null)} null)."
    )
    if association.caution:
        yield f"{association.caution}"
