"""The haplotypes of the knowledge base as lists: what defines each, and how often it is seen."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from pgx_ana.errors import UsageError
from pgx_ana.haplotypes import Nomenclature, nomenclature_of
from pgx_ana.knowledge import HaplotypeDefinition, HaplotypeSet, KnowledgeBase
from pgx_ana.terms import GLOBAL, POPULATIONS

_COLUMNS = (
    "haplotypes", "gene", "name", "alleles", "function", "state", "other_names",
    *POPULATIONS, GLOBAL,
)  # fmt: skip
_NOT_NAMED = "not named"

_Value = str | float | list[str] | None


def haplotypes_as_tsv(knowledge: KnowledgeBase, genes: Sequence[str]) -> Iterator[str]:
    """Yield all haplotypes of some genes, of all where empty, as tab-separated lines.

    Those that were only counted in a panel follow those that are defined. Raises
    :class:`UsageError` for genes without a set.
    """
    rows = list(_rows(knowledge, genes))  # before anything is written: it may be refused
    yield "\t".join(_COLUMNS)
    for row in rows:
        yield "\t".join(_field(value) for value in row.values())


def haplotypes_as_json(knowledge: KnowledgeBase, genes: Sequence[str]) -> Iterator[str]:
    """Yield the same as the lines of a JSON array."""
    rows = list(_rows(knowledge, genes))
    yield from json.dumps(rows, indent=2, ensure_ascii=False).split("\n")


def haplotype_table(definition: HaplotypeSet, knowledge: KnowledgeBase) -> list[tuple[str, ...]]:
    """Return the haplotypes of a set as rows of a table for the reader, its header first.

    Chromosomes are counted over all populations of the panel.
    """
    counts = counted(nomenclature_of(definition.id, knowledge)).get(GLOBAL, {})
    total = sum(counts.values())
    rows: list[tuple[str, ...]] = [("name", "alleles", "function", "counted", "other names")]
    for item in knowledge.haplotypes_of(definition.id):
        current = item.state == "current"
        rows.append(
            (
                item.name if current else f"{item.name} ({item.state.replace('_', ' ')})",
                " ".join(_alleles(item)) or ("reference" if current else "."),
                item.function or ".",
                f"{counts.get(item.name, 0)}/{total}" if current and total else ".",
                ", ".join(item.names) or ".",
            )
        )
    return rows


def counted(names: Nomenclature) -> dict[str, dict[str, int]]:
    """Return how often each haplotype, by name, was counted in each population of the panel."""
    found: dict[str, dict[str, int]] = {}
    if not names.haplotypes:
        return found
    for population, counts in names.panel.counts.items():
        of_population = found.setdefault(population, {})
        for alleles, number in counts.items():
            name = names.label(alleles).text
            of_population[name] = of_population.get(name, 0) + number
    return found


def _rows(knowledge: KnowledgeBase, genes: Sequence[str]) -> Iterator[dict[str, _Value]]:
    known = {definition.gene for definition in knowledge.haplotype_sets.values()}
    strange = sorted(set(genes) - known)
    if strange:
        raise UsageError(
            f"no haplotypes are known in {', '.join(strange)}; known: {', '.join(sorted(known))}"
        )
    for key, definition in knowledge.haplotype_sets.items():
        if genes and definition.gene not in genes:
            continue
        counts = counted(nomenclature_of(key, knowledge))
        defined = knowledge.haplotypes_of(key)
        for item in defined:
            found = counts if item.state == "current" else {}
            about = (_alleles(item), item.function, item.state, list(item.names))
            yield _row((key, definition.gene, item.name, *about), item.name, found)
        named = {item.name for item in defined}
        for name in dict.fromkeys(
            n for of_one in counts.values() for n in of_one if n not in named
        ):
            yield _row((key, definition.gene, name, [], None, _NOT_NAMED, []), name, counts)


def _row(
    values: tuple[_Value, ...], name: str, counts: Mapping[str, Mapping[str, int]]
) -> dict[str, _Value]:
    frequencies = (
        counts[population].get(name, 0) / sum(counts[population].values()) if counts else None
        for population in (*POPULATIONS, GLOBAL)
    )
    return dict(zip(_COLUMNS, (*values, *frequencies), strict=True))


def _alleles(item: HaplotypeDefinition) -> list[str]:
    return [f"{rsid} {bases}" for rsid, bases in item.alleles.items()]


def _field(value: _Value) -> str:
    if isinstance(value, list):
        return ";".join(value) or "."
    return "." if value is None else f"{value:.5f}" if isinstance(value, float) else value
