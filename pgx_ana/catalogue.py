"""The whole knowledge base for reading: its variants as a list, and all of it as one document."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pgx_ana.errors import UsageError
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.levels import Level
from pgx_ana.pages import study
from pgx_ana.roster import haplotype_rows
from pgx_ana.schema import Association, Evidence, HaplotypeSet, VariantDefinition

_COLUMNS = (
    "variant", "gene", "names", "GRCh37", "GRCh38", "alleles", "results", "associations", "levels"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Filter:
    """Which variants are wanted: those of the genes, with an association or result that fits."""

    genes: Sequence[str] = ()
    categories: Sequence[str] = ()
    levels: Sequence[str] = ()
    drugs: Sequence[str] = ()


def chosen(knowledge: KnowledgeBase, wanted: Filter) -> list[VariantDefinition]:
    """Return the variants that pass a filter. Raises :class:`UsageError` for unknown names."""
    categories = {outcome.category.value for outcome in knowledge.outcomes.values()}
    for kind, given, known in (
        ("gene", wanted.genes, set(knowledge.genes)),
        ("category", wanted.categories, categories),
        ("level", wanted.levels, {level.value for level in Level}),
        ("drug", wanted.drugs, set(knowledge.drugs)),
    ):
        strange = sorted(set(given) - known)
        if strange:
            raise UsageError(
                f"no such {kind}: {', '.join(strange)}; known: {', '.join(sorted(known))}"
            )
    return [
        knowledge.definitions[variant.id]
        for variant in knowledge.variants
        if (not wanted.genes or variant.gene in wanted.genes)
        and _has(variant.id, knowledge, wanted)
    ]


def _has(variant: str, knowledge: KnowledgeBase, wanted: Filter) -> bool:
    """Say whether a variant has a fitting association, and a result on one of the drugs."""
    results = knowledge.evidence_on(variant)
    by_drug = not wanted.drugs or any(set(item.drugs) & set(wanted.drugs) for item in results)
    if not (wanted.categories or wanted.levels):
        return by_drug
    return by_drug and any(
        (not wanted.levels or knowledge.level(item.id).value in wanted.levels)
        and (
            not wanted.categories
            or knowledge.outcomes[item.outcome].category.value in wanted.categories
        )
        for item in knowledge.associations_of(variant)
    )


def as_tsv(knowledge: KnowledgeBase, wanted: Filter) -> Iterator[str]:
    """Yield the variants as tab-separated lines, header first."""
    rows = list(_rows(knowledge, wanted))  # before anything is written: it may be refused
    yield "\t".join(_COLUMNS)
    for row in rows:
        texts = [";".join(v) if isinstance(v, list) else str(v) for v in row.values()]
        yield "\t".join(text or "." for text in texts)


def as_json(knowledge: KnowledgeBase, wanted: Filter) -> Iterator[str]:
    """Yield the lines of the variants as a JSON array."""
    yield from json.dumps(list(_rows(knowledge, wanted)), indent=2, ensure_ascii=False).split("\n")


def _rows(knowledge: KnowledgeBase, wanted: Filter) -> Iterator[dict[str, str | int | list[str]]]:
    for definition in chosen(knowledge, wanted):
        associations = knowledge.associations_of(definition.id)
        places = [f"{locus.chrom}:{locus.pos}" for locus in definition.loci.values()]
        values: tuple[str | int | list[str], ...] = (
            definition.id,
            definition.gene,
            list(definition.names),
            *places,
            "/".join(allele.bases for allele in definition.alleles),
            len(knowledge.evidence_on(definition.id)),
            len(associations),
            list(dict.fromkeys(knowledge.level(item.id).value for item in associations)),
        )
        yield dict(zip(_COLUMNS, values, strict=True))


def markdown(knowledge: KnowledgeBase) -> Iterator[str]:
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
        found = chosen(knowledge, Filter(genes=(gene.id,)))
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
    header, *rows = haplotype_rows(definition, knowledge)
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
        cells = list(study(item, subject, associations, knowledge))
        publication = knowledge.publications[item.publication]
        if publication.pmid:
            cells[1] += f" (PMID {publication.pmid})"
        yield _row(cells)


def _conclusion(association: Association, knowledge: KnowledgeBase) -> Iterator[str]:
    weight = knowledge.weights[association.id]
    outcome = knowledge.outcomes[association.outcome]
    claim = f"{association.about} {association.direction}"
    yield ""
    yield (
        f"**{outcome.category.value.replace('_', ' ')}, {outcome.name}**: {claim}, "
        f"level `{weight.level.value}` ({len(weight.supporting)} for, "
        f"{len(weight.contradicting)} against, {len(weight.null)} null)."
    )
    if association.caution:
        yield f"{association.caution}"
