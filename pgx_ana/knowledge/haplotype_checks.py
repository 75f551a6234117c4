"""Checks of haplotype sets, their haplotypes, and the counts of haplotypes in phased panels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from pgx_ana.errors import Fault
from pgx_ana.knowledge.definitions import HaplotypeDefinition, HaplotypeSet, VariantDefinition
from pgx_ana.knowledge.entry_index import EntryIndex


def haplotype_faults(entries: EntryIndex) -> Iterator[Fault]:
    """Yield the faults of sets, haplotypes and counts; all references must resolve."""
    yield from _all_set_faults(entries)
    yield from _all_member_faults(entries)
    yield from _count_faults(entries)


def _all_set_faults(entries: EntryIndex) -> Iterator[Fault]:
    variants = entries.values("variants")
    sets = entries.values("haplotype_sets")
    for key, haplotype_set in sets.items():
        for field, what in _set_faults(haplotype_set, variants):
            yield entries.fault("haplotype_sets", key, field, what)
    current = [h for h in entries.values("haplotypes").values() if h.state == "current"]
    for key in dict.fromkeys(haplotype.haplotype_set for haplotype in current):
        has_reference = any(h.haplotype_set == key and not h.alleles for h in current)
        if sets[key].elsewhere == "reference" and not has_reference:
            what = "no haplotype has the reference allele at all core sites"
            yield entries.fault("haplotype_sets", key, "elsewhere", what)


def _all_member_faults(entries: EntryIndex) -> Iterator[Fault]:
    variants = entries.values("variants")
    sets = entries.values("haplotype_sets")
    owners: dict[tuple[str, object], str] = {}
    for key, haplotype in entries.values("haplotypes").items():
        haplotype_set = sets[haplotype.haplotype_set]
        for field, what in _member_faults(haplotype, haplotype_set, variants):
            yield entries.fault("haplotypes", key, field, what)
        unique_values: list[tuple[str, object]] = [
            ("name", name) for name in dict.fromkeys((haplotype.name, *haplotype.names))
        ]
        if haplotype.state == "current":
            unique_values.append(("alleles", frozenset(haplotype.alleles.items())))
        for field, value in unique_values:
            owner = owners.setdefault((haplotype_set.id, value), key)
            if owner != key:
                yield entries.fault("haplotypes", key, field, f"is also that of {owner}")


def _member_faults(
    haplotype: HaplotypeDefinition,
    haplotype_set: HaplotypeSet,
    variants: Mapping[str, VariantDefinition],
) -> Iterator[tuple[str, str]]:
    """Yield the faults of a haplotype against its set, each with its field."""
    for what in _allele_faults(haplotype.alleles, haplotype_set, variants, "core"):
        yield "alleles", what
    for what in _allele_faults(haplotype.usual, haplotype_set, variants, "further"):
        yield "usual", what
    functions = {
        function
        for rule in haplotype_set.phenotypes
        for pair in rule.functions
        for function in pair.split("/")
    }
    if haplotype.function is not None and functions and haplotype.function not in functions:
        what = f"no phenotype of {haplotype_set.id} has the function {haplotype.function}"
        yield "function", what
    if haplotype.state != "current":
        if haplotype.note is None:
            yield "state", "needs a note with the reason"
    elif not _names_required_sites(haplotype.alleles, haplotype_set):
        yield "alleles", f"must name all core sites of {haplotype_set.id}"


def _names_required_sites(alleles: Mapping[str, str], haplotype_set: HaplotypeSet) -> bool:
    return haplotype_set.elsewhere == "reference" or set(alleles) == set(haplotype_set.sites)


def _set_faults(
    haplotype_set: HaplotypeSet, variants: Mapping[str, VariantDefinition]
) -> Iterator[tuple[str, str]]:
    """Yield the faults of a set, each with its field."""
    sites = (*haplotype_set.sites, *haplotype_set.further_sites)
    for rsid in _repeated(sites):
        yield "sites", f"{rsid} is listed twice"
    for rsid in sites:
        if variants[rsid].gene != haplotype_set.gene:
            yield "sites", f"{rsid} is in {variants[rsid].gene}, not in {haplotype_set.gene}"
    pairs = [
        "/".join(sorted(pair.split("/")))
        for rule in haplotype_set.phenotypes
        for pair in rule.functions
    ]
    for pair in _repeated(pairs):
        yield "phenotypes", f"the functions {pair} are listed twice"


def _repeated(values: Iterable[str]) -> list[str]:
    return sorted(value for value, count in Counter(values).items() if count > 1)


def _allele_faults(
    alleles: Mapping[str, str],
    haplotype_set: HaplotypeSet,
    variants: Mapping[str, VariantDefinition],
    kind: Literal["core", "further"],
) -> Iterator[str]:
    """Yield the faults of alleles that must be at core sites, or at further sites, of a set."""
    sites = haplotype_set.sites if kind == "core" else haplotype_set.further_sites
    for rsid, bases in alleles.items():
        known = [allele.bases for allele in variants[rsid].alleles] if rsid in sites else []
        if rsid not in sites:
            yield f"{rsid} is not a {kind} site of {haplotype_set.id}"
        elif bases not in known:
            yield f"{bases} is not an allele of {rsid}"
        elif haplotype_set.elsewhere == "reference" and bases == known[0]:
            yield (
                f"{bases} is the reference allele of {rsid}, "
                f"which haplotypes of {haplotype_set.id} leave out"
            )


def _count_faults(entries: EntryIndex) -> Iterator[Fault]:
    variants = entries.values("variants")
    for key, panel in entries.values("haplotype_counts").items():
        haplotype_set = entries.values("haplotype_sets")[panel.haplotype_set]
        for rsid in panel.not_in_panel:
            if rsid not in haplotype_set.sites:
                what = f"{rsid} is not a core site of {haplotype_set.id}"
                yield entries.fault("haplotype_counts", key, "not_in_panel", what)
        counted: set[frozenset[tuple[str, str]]] = set()
        for index, row in enumerate(panel.counts):
            faults = [*_allele_faults(row.alleles, haplotype_set, variants, "core")]
            if not _names_required_sites(row.alleles, haplotype_set):
                faults.append(f"must name all core sites of {haplotype_set.id}")
            alleles = frozenset(row.alleles.items())
            if alleles in counted:
                faults.append("the same haplotype is counted twice")
            counted.add(alleles)
            for what in faults:
                yield entries.fault("haplotype_counts", key, f"counts.{index}", what)
