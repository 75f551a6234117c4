"""The known alleles with their VRS identifiers, one row per allele and assembly."""

from __future__ import annotations

from collections.abc import Iterator

from pgx_ana.browse.rows import Cell, rows_in_format
from pgx_ana.browse.variant_list import VariantFilter, select_variants
from pgx_ana.knowledge import KnowledgeBase, Unidentified, VrsAllele
from pgx_ana.terms import Assembly

_COLUMNS = (
    "variant", "gene", "assembly", "chrom", "pos", "ref", "allele", "vrs_id", "vrs_start",
    "vrs_end", "vrs_state", "vrs_length", "vrs_repeat_subunit_length", "without_id",
)  # fmt: skip


def allele_lines(
    knowledge: KnowledgeBase, variant_filter: VariantFilter, assembly: Assembly | None
) -> Iterator[str]:
    """Return the alleles of the variants that pass a filter as lines of TSV; both assemblies if
    None.

    ``vrs_start`` and ``vrs_end`` are interbase (0-based), after normalization. ``without_id`` says
    why an allele has no identifier. Raises :class:`UsageError` for unknown names.
    """
    return rows_in_format(_COLUMNS, list(_rows(knowledge, variant_filter, assembly)), "tsv")


def _rows(
    knowledge: KnowledgeBase, variant_filter: VariantFilter, assembly: Assembly | None
) -> Iterator[dict[str, Cell]]:
    for definition in select_variants(knowledge, variant_filter):
        for name, locus in definition.loci.items():
            if assembly is not None and name != assembly:
                continue
            ref = locus.ref if locus.ref_verified == "yes" else None
            place: tuple[Cell, ...] = (definition.id, definition.gene, name, locus.chrom, locus.pos)
            for bases, allele in knowledge.vrs_alleles[Assembly(name)][definition.id].items():
                yield dict(zip(_COLUMNS, (*place, ref, bases, *_facts(allele)), strict=True))


def _facts(allele: VrsAllele | Unidentified) -> tuple[Cell, ...]:
    if isinstance(allele, Unidentified):
        return (*(None,) * 6, allele.value)
    return (
        allele.id,
        allele.start,
        allele.end,
        allele.state,
        allele.length,
        allele.repeat_subunit_length,
        None,
    )
