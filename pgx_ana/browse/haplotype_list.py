"""The haplotypes of the knowledge base as lists: what defines each, and how frequent it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pgx_ana.browse.rows import Cell, ListFormat, rows_in_format
from pgx_ana.errors import UsageError
from pgx_ana.haplotypes import Nomenclature, nomenclature_of
from pgx_ana.knowledge import HaplotypeDefinition, HaplotypeSet, KnowledgeBase
from pgx_ana.names import did_you_mean, known_name, listed_names
from pgx_ana.terms import GLOBAL, POPULATIONS

_COLUMNS = (
    "haplotypes", "gene", "name", "alleles", "function", "state", "other_names",
    *POPULATIONS, GLOBAL,
)  # fmt: skip
_NOT_NAMED = "not named"


def haplotypes_in_format(
    knowledge: KnowledgeBase, genes: Sequence[str], file_format: ListFormat
) -> Iterator[str]:
    """Return the haplotypes of some genes, of all where empty, as lines of TSV or JSON.

    Within a set, defined haplotypes come first, then those that were only counted in the panel.
    Raises :class:`UsageError` for genes without a haplotype set.
    """
    return rows_in_format(_COLUMNS, list(haplotype_rows(knowledge, genes)), file_format)


def haplotype_table(definition: HaplotypeSet, knowledge: KnowledgeBase) -> list[tuple[str, ...]]:
    """Return the haplotypes of a set as rows of a table for people, header first.

    Counts are chromosomes of all panel populations together.
    """
    counts = _panel_counts(nomenclature_of(definition.id, knowledge)).get(GLOBAL, {})
    total = sum(counts.values())
    rows: list[tuple[str, ...]] = [("name", "alleles", "function", "counted", "other names")]
    for haplotype in knowledge.haplotypes_of(definition.id):
        name, current = haplotype.name, haplotype.state == "current"
        rows.append(
            (
                name if current else f"{name} ({haplotype.state.replace('_', ' ')})",
                " ".join(_alleles(haplotype)) or ("reference" if current else "."),
                haplotype.function or ".",
                f"{counts.get(name, 0)}/{total}" if current and total else ".",
                ", ".join(haplotype.names) or ".",
            )
        )
    return rows


def _panel_counts(nomenclature: Nomenclature) -> dict[str, dict[str, int]]:
    """Return the number of chromosomes in each panel population, by the name of the haplotype."""
    by_population: dict[str, dict[str, int]] = {}
    if not nomenclature.haplotypes:
        return by_population
    for population, counts in nomenclature.panel.counts.items():
        by_name = by_population.setdefault(population, {})
        for alleles, count in counts.items():
            name = nomenclature.label(alleles).text
            by_name[name] = by_name.get(name, 0) + count
    return by_population


def haplotype_rows(knowledge: KnowledgeBase, genes: Sequence[str]) -> Iterator[dict[str, Cell]]:
    """Yield a row per haplotype, by column, in the order of the sets; see the list."""
    known = {definition.gene for definition in knowledge.haplotype_sets.values()}
    found = {name: known_name(name, known) for name in listed_names(genes)}
    unknown = sorted(name for name, gene in found.items() if gene is None)
    if unknown:
        raise UsageError(
            f"the knowledge base has no haplotypes in {', '.join(unknown)}; genes with haplotypes: "
            f"{', '.join(sorted(known))}{did_you_mean(unknown[0], known)}"
        )
    if genes and not found:
        raise UsageError("a gene is needed, not an empty text")
    for key, definition in knowledge.haplotype_sets.items():
        if found and definition.gene not in found.values():
            continue
        gene = definition.gene
        counts = _panel_counts(nomenclature_of(key, knowledge))
        defined = knowledge.haplotypes_of(key)
        for haplotype in defined:
            name, state = haplotype.name, haplotype.state
            details = (_alleles(haplotype), haplotype.function, state, list(haplotype.names))
            yield _row((key, gene, name, *details), name, counts if state == "current" else {})
        defined_names = {haplotype.name for haplotype in defined}
        counted_names = dict.fromkeys(name for by_name in counts.values() for name in by_name)
        for name in counted_names:
            if name not in defined_names:
                yield _row((key, gene, name, [], None, _NOT_NAMED, []), name, counts)


def _row(
    values: tuple[Cell, ...], name: str, counts: Mapping[str, Mapping[str, int]]
) -> dict[str, Cell]:
    """Return a row: the values of the first columns, then the frequency in each population."""
    frequencies = (
        counts[population].get(name, 0) / sum(counts[population].values()) if counts else None
        for population in (*POPULATIONS, GLOBAL)
    )
    return dict(zip(_COLUMNS, (*values, *frequencies), strict=True))


def _alleles(haplotype: HaplotypeDefinition) -> list[str]:
    return [f"{rsid} {bases}" for rsid, bases in haplotype.alleles.items()]
