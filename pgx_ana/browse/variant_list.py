"""The known variants as a list, all or those that fit."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pgx_ana.errors import UsageError
from pgx_ana.knowledge import KnowledgeBase, Level, VariantDefinition

_COLUMNS = (
    "variant", "gene", "names", "GRCh37", "GRCh38", "alleles", "results", "associations", "levels"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class VariantFilter:
    """Which variants are wanted: those of the genes, with an association or result that fits."""

    genes: Sequence[str] = ()
    categories: Sequence[str] = ()
    levels: Sequence[str] = ()
    drugs: Sequence[str] = ()


def select_variants(knowledge: KnowledgeBase, wanted: VariantFilter) -> list[VariantDefinition]:
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


def _has(variant: str, knowledge: KnowledgeBase, wanted: VariantFilter) -> bool:
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


def variants_as_tsv(knowledge: KnowledgeBase, wanted: VariantFilter) -> Iterator[str]:
    """Yield the variants as tab-separated lines, header first."""
    rows = list(_rows(knowledge, wanted))  # before anything is written: it may be refused
    yield "\t".join(_COLUMNS)
    for row in rows:
        texts = [";".join(v) if isinstance(v, list) else str(v) for v in row.values()]
        yield "\t".join(text or "." for text in texts)


def variants_as_json(knowledge: KnowledgeBase, wanted: VariantFilter) -> Iterator[str]:
    """Yield the lines of the variants as a JSON array."""
    yield from json.dumps(list(_rows(knowledge, wanted)), indent=2, ensure_ascii=False).split("\n")


def _rows(
    knowledge: KnowledgeBase, wanted: VariantFilter
) -> Iterator[dict[str, str | int | list[str]]]:
    for definition in select_variants(knowledge, wanted):
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
