"""Checks of linkage groups: one signal must not tell one person opposite things unnoticed."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping

from pgx_ana.errors import Fault
from pgx_ana.knowledge.association import Association
from pgx_ana.knowledge.definitions import LinkageGroup
from pgx_ana.knowledge.entry_index import EntryIndex
from pgx_ana.knowledge.evidence import Outcome
from pgx_ana.knowledge.vocabulary import Direction


def linkage_faults(entries: EntryIndex) -> Iterator[Fault]:
    """Yield the faults of linkage groups; all references must resolve."""
    owners: dict[str, str] = {}
    for key, group in entries.values("linkage").items():
        for rsid in group.variants:
            if rsid in owners:
                what = f"{rsid} is also in the linkage group {owners[rsid]}"
                yield entries.fault("linkage", key, "variants", what)
            owners[rsid] = key
        yield from _allele_faults(entries, group)
        yield from _conflict_faults(entries, group)


def _allele_faults(entries: EntryIndex, group: LinkageGroup) -> Iterator[Fault]:
    for rsid, base in group.together.items():
        known = [allele.bases for allele in entries.values("variants")[rsid].alleles]
        if rsid not in group.variants:
            yield entries.fault("linkage", group.id, "together", f"{rsid} is not in variants")
        elif base not in known:
            what = f"{base} is not an allele of {rsid}"
            yield entries.fault("linkage", group.id, "together", what)


def _conflict_faults(entries: EntryIndex, group: LinkageGroup) -> Iterator[Fault]:
    """Yield linked associations that tell one person opposite things and are not listed so."""
    outcomes = entries.values("outcomes")
    linked = [
        item for item in entries.values("associations").values() if item.variant in group.together
    ]
    conflicting: set[str] = set()
    for first, second in itertools.combinations(linked, 2):
        if not _conflict(first, second, group, outcomes):
            continue
        conflicting |= {first.id, second.id}
        if not {first.id, second.id} <= {*group.conflicts}:
            what = (
                f"{first.id} and {second.id} tell one person opposite things: correct one, or "
                "list both in conflicts"
            )
            yield entries.fault("linkage", group.id, "conflicts", what)
    for name in group.conflicts:
        if name not in conflicting:
            what = f"{name} is in conflict with no association on a linked variant"
            yield entries.fault("linkage", group.id, "conflicts", what)


def _conflict(
    first: Association,
    second: Association,
    group: LinkageGroup,
    outcomes: Mapping[str, Outcome],
) -> bool:
    """Return whether people with 0, 1 or 2 copies of the group's haplotype are told opposites."""
    if outcomes[first.outcome].group != outcomes[second.outcome].group:
        return False
    one, other = (_benefits(item, group, outcomes) for item in (first, second))
    return any((copies, -sign) in other for copies, sign in one)


def _benefits(
    item: Association, group: LinkageGroup, outcomes: Mapping[str, Outcome]
) -> set[tuple[int, int]]:
    """Return copies of the group's haplotype with 1 for better off and -1 for worse off."""
    base = group.together[str(item.variant)]
    higher = -1 if outcomes[item.outcome].higher_is == "worse" else 1
    signs = {Direction.HIGHER: higher, Direction.LOWER: -higher}
    return {
        (genotype.split("/").count(base), signs[direction])
        for genotype, direction in item.genotypes.items()
        if direction in signs
    }
