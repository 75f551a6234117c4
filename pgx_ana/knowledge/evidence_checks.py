"""What must hold of evidence, and of the claims that rest on it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from pgx_ana.bases import is_palindromic
from pgx_ana.errors import Fault
from pgx_ana.knowledge.definitions import HaplotypeSet
from pgx_ana.knowledge.entry_index import EntryIndex
from pgx_ana.knowledge.evidence import Association, Evidence
from pgx_ana.knowledge.levels import Lookup, Stance, stance
from pgx_ana.knowledge.vocabulary import OTHER_DIPLOTYPES, Category, Direction, Result, Significance

_COPIES = ("0", "1", "2")


def evidence_faults(entries: EntryIndex) -> Iterator[Fault]:
    """Yield the faults of evidence and associations; all names in them must be known."""
    yield from _evidence_faults(entries)
    yield from _association_faults(entries)


def _evidence_faults(entries: EntryIndex) -> Iterator[Fault]:
    variants = entries.values("variants")
    for key, item in entries.values("evidence").items():
        for field, what in _result_faults(item):
            yield entries.fault("evidence", key, field, what)
        for rsid, base in item.alleles.items():
            known = [allele.bases for allele in variants[rsid].alleles] if rsid in variants else []
            if rsid not in item.variants:
                yield entries.fault("evidence", key, "alleles", f"{rsid} is not in variants")
            elif base not in known:
                yield entries.fault("evidence", key, "alleles", f"{base} is no allele of {rsid}")
            elif item.strand == "unknown" and is_palindromic(known):
                what = f"{rsid} is palindromic: its strand must be settled or the base left out"
                yield entries.fault("evidence", key, "strand", what)
        if item.compared is not None:
            yield from _comparison_faults(entries, item)
        yield from _subject_faults(entries, "evidence", item)


def _result_faults(item: Evidence) -> Iterator[tuple[str, str]]:
    significant = item.significance in {Significance.CORRECTED, Significance.NOMINAL}
    if item.result is Result.NULL and (significant or item.direction != "none"):
        yield "result", "a null has no direction (none) and is not significant"
    if item.result is Result.ASSOCIATION:
        if item.significance is Significance.NOT_SIGNIFICANT:
            yield "significance", "a result that is not significant is a null"
        if item.direction == "none":
            yield "direction", "an association is higher, lower or unknown"
        carriers = (item.alleles, item.haplotype, item.diplotypes, item.phenotypes)
        if any(carriers) and item.direction == "unknown":
            yield "direction", "a base, haplotype or phenotype is named, but no direction"


def _comparison_faults(entries: EntryIndex, item: Evidence) -> Iterator[Fault]:
    assert item.compared is not None
    if len(item.variants) != 1:
        what = "genotypes can be compared for one variant only"
        yield entries.fault("evidence", item.id, "compared", what)
        return
    known = {allele.bases for allele in entries.values("variants")[item.variants[0]].alleles}
    for genotype in (*item.compared.effect, *item.compared.comparator):
        if not set(genotype.split("/")) <= known:
            what = f"{genotype} is no genotype of {item.variants[0]}"
            yield entries.fault("evidence", item.id, "compared", what)


def _subject_faults(
    entries: EntryIndex, section: str, item: Evidence | Association
) -> Iterator[Fault]:
    """Yield diplotypes and phenotypes that the set does not have, or that no set is named for."""
    if item.haplotype is not None and item.haplotype_set is not None:
        what = "is about one haplotype, or about diplotypes or phenotypes of a set, not both"
        yield entries.fault(section, item.id, "haplotype_set", what)
    elif (item.haplotype_set is not None) != bool(item.diplotypes or item.phenotypes):
        what = "goes with diplotypes or phenotypes of the set, and they with it"
        yield entries.fault(section, item.id, "haplotype_set", what)
    elif item.haplotype_set is not None:
        haplotype_set = entries.values("haplotype_sets")[item.haplotype_set]
        for phenotype in item.phenotypes:
            if phenotype not in _phenotypes(haplotype_set):
                what = f"{phenotype} is no phenotype of {haplotype_set.id}"
                yield entries.fault(section, item.id, "phenotypes", what)
        known = _diplotypes(entries, haplotype_set.id)
        for diplotype in item.diplotypes:
            if diplotype not in known:
                what = f"{diplotype} is no diplotype of {haplotype_set.id}, in their order"
                yield entries.fault(section, item.id, "diplotypes", what)


def _phenotypes(haplotype_set: HaplotypeSet) -> list[str]:
    return [rule.phenotype for rule in haplotype_set.phenotypes]


def _diplotypes(entries: EntryIndex, haplotype_set: str) -> set[str]:
    """Return every diplotype of the haplotypes of a set that can be called."""
    names = [
        item.name
        for item in entries.values("haplotypes").values()
        if item.haplotype_set == haplotype_set and item.state == "current"
    ]
    return {f"{a}/{b}" for a, b in itertools.combinations_with_replacement(names, 2)}


def _association_faults(entries: EntryIndex) -> Iterator[Fault]:
    outcomes, evidence = entries.values("outcomes"), entries.values("evidence")
    haplotypes = entries.values("haplotypes")
    for key, item in entries.values("associations").items():
        outcome = outcomes[item.outcome]
        if outcome.category is Category.BACKGROUND:
            yield entries.fault("associations", key, "outcome", "background is not concluded from")
        subjects = [item.variant, item.haplotype, item.haplotype_set]
        if len([subject for subject in subjects if subject is not None]) != 1 or (
            item.diplotypes and item.phenotypes
        ):
            what = "is about one variant, one haplotype, or diplotypes or phenotypes of one set"
            yield entries.fault("associations", key, "id", what)
            continue
        subject = item.variant or item.haplotype_set or haplotypes[item.haplotype].haplotype_set
        expected = [
            other.id
            for other in evidence.values()
            if subject in {*other.variants, *_sets(other, haplotypes)}
            and outcomes[other.outcome].group == outcome.group
        ]
        named = {*item.evidence, *item.excluded}
        for other in expected:
            if other not in named:
                what = f"leaves out {other}, a result on {subject} in {outcome.group}"
                yield entries.fault("associations", key, "evidence", what)
        for other in sorted(named - set(expected)):
            what = f"{other} is not about {subject} and {outcome.group}"
            yield entries.fault("associations", key, "evidence", what)
        for other in item.excluded:
            if other not in item.evidence:
                yield entries.fault("associations", key, "excluded", f"{other} is not in evidence")
        yield from _setting_faults(entries, item)
        yield from _subject_faults(entries, "associations", item)
        yield from _haplotype_faults(entries, item)
        yield from _conclusion_faults(entries, item)


def _haplotype_faults(entries: EntryIndex, item: Association) -> Iterator[Fault]:
    """Yield the haplotype of a claim that is never called: all would seem to have no copy of it."""
    if item.haplotype is not None:
        state = entries.values("haplotypes")[item.haplotype].state
        if state != "current":
            what = f"{item.haplotype} is {state}: nobody can be told to have it"
            yield entries.fault("associations", item.id, "haplotype", what)


def _sets(item: Evidence, haplotypes: dict[str, Any]) -> set[str]:
    """Return the set of haplotypes that a result is about, if any."""
    if item.haplotype is not None:
        return {haplotypes[item.haplotype].haplotype_set}
    return {item.haplotype_set} if item.haplotype_set is not None else set()


def _setting_faults(entries: EntryIndex, item: Association) -> Iterator[Fault]:
    """Yield the setting of a claim where results are scored, and none of them is from it."""
    lookup = Lookup(*(entries.values(name) for name in ("outcomes", "cohorts", "variants")))
    listed = (entries.values("evidence")[key] for key in item.evidence if key not in item.excluded)
    scored = {e.setting for e in listed if stance(item, e, lookup) is not Stance.NOT_SCORED}
    if scored and item.setting not in scored and item.direction != "unsettled":
        what = f"no scored result is from it, but from {', '.join(sorted(scored))}"
        yield entries.fault("associations", item.id, "setting", what)


def _conclusion_faults(entries: EntryIndex, item: Association) -> Iterator[Fault]:
    """Yield what is not covered by the conclusions of a claim, or does not follow from it."""
    if (item.allele is not None) != (item.variant is not None):
        what = "a claim on a variant names the allele that it is about, and no other does"
        yield entries.fault("associations", item.id, "allele", what)
        return
    if item.variant is not None:
        known = [a.bases for a in entries.values("variants")[item.variant].alleles]
        if item.allele not in known:
            what = f"{item.allele} is no allele of {item.variant}"
            yield entries.fault("associations", item.id, "allele", what)
            return
    wanted, possible, what = _keys(entries, item)
    for key in sorted(wanted - set(item.genotypes)):
        yield entries.fault("associations", item.id, "genotypes", f"{key} is not covered")
    for key in sorted(set(item.genotypes) - possible):
        yield entries.fault("associations", item.id, "genotypes", f"{key} is {what}")
    for key in sorted(possible & set(item.genotypes)):
        given = item.genotypes[key].direction
        allowed = _directions(item, _copies(item, key))
        if given not in allowed:
            what = f"{given} does not follow from {item.about} {item.direction}; expected " + (
                " or ".join(allowed)
            )
            yield entries.fault("associations", item.id, f"genotypes.{key}", what)


def _keys(entries: EntryIndex, item: Association) -> tuple[set[str], set[str], str]:
    """Return what a claim must conclude on, what it may, and what anything else is not."""
    if item.variant is not None:
        bases = [a.bases for a in entries.values("variants")[item.variant].alleles]
        pairs = {f"{a}/{b}" for a, b in itertools.combinations_with_replacement(bases, 2)}
        return pairs, pairs, f"no genotype of {item.variant} (reference allele first)"
    if item.haplotype is not None:
        return set(_COPIES), set(_COPIES), "no number of copies"
    name = str(item.haplotype_set)
    if item.phenotypes:
        phenotypes = set(_phenotypes(entries.values("haplotype_sets")[name]))
        return phenotypes, phenotypes, f"no phenotype of {name}"
    wanted = {*item.diplotypes, OTHER_DIPLOTYPES}
    return wanted, wanted | _diplotypes(entries, name), f"no diplotype of {name}, in their order"


def _copies(item: Association, key: str) -> int:
    """Return how often a conclusion has what the claim is about; all or nothing counts as two."""
    if item.variant is not None:
        return key.split("/").count(str(item.allele))
    if item.haplotype is not None:
        return int(key)
    return 2 if key in {*item.diplotypes, *item.phenotypes} else 0


def _directions(item: Association, copies: int) -> tuple[Direction, ...]:
    """Return the directions that a genotype with so many copies of the allele may have."""
    if item.direction in {"none", "unsettled"}:
        return (Direction.NONE, Direction.NOT_STUDIED)
    claim = Direction(item.direction)
    if copies == 2:
        return (claim, Direction.NOT_STUDIED)
    if copies == 1:
        return (claim, Direction.COMPARATOR, Direction.NONE, Direction.NOT_STUDIED)
    return (Direction.COMPARATOR, Direction.NOT_STUDIED)
