"""The known variants as a list, all or those that pass a filter."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from pgx_ana.browse.rows import Cell, ListFormat, rows_in_format
from pgx_ana.errors import UsageError
from pgx_ana.knowledge import KnowledgeBase, Level, VariantDefinition
from pgx_ana.names import did_you_mean, known_name, listed_names

_COLUMNS = (
    "variant", "gene", "names", "GRCh37", "GRCh38", "alleles", "results", "associations", "levels"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class VariantFilter:
    """A filter for variants; an empty field lets all pass.

    Category and level must be those of one association. The drug is that of any published result,
    as is the context.
    """

    genes: Sequence[str] = ()
    categories: Sequence[str] = ()
    levels: Sequence[str] = ()
    drugs: Sequence[str] = ()
    context: str | None = None


def select_variants(
    knowledge: KnowledgeBase, variant_filter: VariantFilter
) -> list[VariantDefinition]:
    """Return the variants that pass a filter. Raises :class:`UsageError` for unknown names."""
    categories = {outcome.category.value for outcome in knowledge.outcomes.values()}
    wanted = VariantFilter(
        genes=_known("gene", variant_filter.genes, knowledge.genes),
        categories=_known("category", variant_filter.categories, categories),
        levels=_known("level", variant_filter.levels, {level.value for level in Level}),
        drugs=_known("drug", variant_filter.drugs, knowledge.drugs),
        context=(
            None
            if variant_filter.context is None
            else knowledge.context_named(variant_filter.context)
        ),
    )
    return [
        knowledge.definitions[variant.id]
        for variant in knowledge.variants
        if (not wanted.genes or variant.gene in wanted.genes)
        and _passes(variant.id, knowledge, wanted)
    ]


def _known(kind: str, given: Sequence[str], known: Collection[str]) -> tuple[str, ...]:
    """Return names as the knowledge base writes them; they may be in any case, or in a list."""
    found = {name: known_name(name, known) for name in listed_names(given)}
    if given and not found:
        raise UsageError(f"a {kind} is needed, not an empty text")
    unknown = sorted(name for name, item in found.items() if item is None)
    if unknown:
        raise UsageError(
            f"unknown {kind}: {', '.join(unknown)}; known: {', '.join(sorted(known))}"
            f"{did_you_mean(unknown[0], known)}"
        )
    return tuple(item for item in found.values() if item is not None)


def _passes(variant_id: str, knowledge: KnowledgeBase, variant_filter: VariantFilter) -> bool:
    """Return whether a variant passes the filter for drugs, categories and levels."""
    categories, levels, drugs = (
        set(variant_filter.categories),
        set(variant_filter.levels),
        set(variant_filter.drugs),
    )
    results = knowledge.evidence_on(variant_id)
    if drugs and not any(set(result.drugs) & drugs for result in results):
        return False
    if variant_filter.context:
        settings = knowledge.contexts[variant_filter.context].settings
        if not any(result.setting in settings for result in results):
            return False
    if not (categories or levels):
        return True
    return any(
        (not levels or knowledge.level(association.id).value in levels)
        and (not categories or knowledge.outcomes[association.outcome].category.value in categories)
        for association in knowledge.associations_of(variant_id)
    )


def variants_in_format(
    knowledge: KnowledgeBase, variant_filter: VariantFilter, file_format: ListFormat
) -> Iterator[str]:
    """Return the variants that pass a filter as lines of TSV or JSON.

    Raises :class:`UsageError` for unknown names.
    """
    return rows_in_format(_COLUMNS, list(_rows(knowledge, variant_filter)), file_format)


def _rows(knowledge: KnowledgeBase, variant_filter: VariantFilter) -> Iterator[dict[str, Cell]]:
    """Yield a row per variant, by column."""
    for definition in select_variants(knowledge, variant_filter):
        associations = knowledge.associations_of(definition.id)
        loci = [f"{locus.chrom}:{locus.pos}" for locus in definition.loci.values()]
        values: tuple[Cell, ...] = (
            definition.id,
            definition.gene,
            list(definition.names),
            *loci,
            "/".join(allele.bases for allele in definition.alleles),
            len(knowledge.evidence_on(definition.id)),
            len(associations),
            list(dict.fromkeys(knowledge.level(item.id).value for item in associations)),
        )
        yield dict(zip(_COLUMNS, values, strict=True))
