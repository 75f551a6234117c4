"""The subjects of results and associations: haplotypes, and diplotypes or phenotypes of a set."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping

from pgx_ana.knowledge.association import Association
from pgx_ana.knowledge.definitions import HaplotypeDefinition, HaplotypeSet
from pgx_ana.knowledge.entry_index import EntryIndex
from pgx_ana.knowledge.evidence import Evidence


def haplotype_set_of(
    item: Evidence | Association, haplotypes: Mapping[str, HaplotypeDefinition]
) -> str | None:
    """Return the haplotype set of a subject, also for a single haplotype; None for a variant."""
    if item.haplotype is not None:
        return haplotypes[item.haplotype].haplotype_set
    return item.haplotype_set


def phenotypes_of(haplotype_set: HaplotypeSet) -> list[str]:
    """Return the phenotypes of a set."""
    return [rule.phenotype for rule in haplotype_set.phenotypes]


def diplotypes_of(entries: EntryIndex, haplotype_set: str) -> set[str]:
    """Return the diplotypes of the callable haplotypes of a set, written in file order."""
    names = [
        item.name
        for item in entries.values("haplotypes").values()
        if item.haplotype_set == haplotype_set and item.state == "current"
    ]
    return set(pairs(names))


def pairs(names: Iterable[str]) -> list[str]:
    """Return all unordered pairs in order, each joined by a slash in the order of the names."""
    return [f"{a}/{b}" for a, b in itertools.combinations_with_replacement(names, 2)]


def not_a_diplotype(haplotype_set: str) -> str:
    """Return what a key is that names no diplotype of a set."""
    return f"not a diplotype of {haplotype_set}, whose haplotypes must be in file order"
