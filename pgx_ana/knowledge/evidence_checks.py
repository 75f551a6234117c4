"""Checks of evidence, and of the associations that are based on it."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping

from pgx_ana.bases import is_palindromic
from pgx_ana.errors import Fault
from pgx_ana.knowledge.definitions import HaplotypeDefinition, HaplotypeSet
from pgx_ana.knowledge.entry_index import EntryIndex
from pgx_ana.knowledge.evidence import Association, Evidence
from pgx_ana.knowledge.levels import Lookup, Stance, stance
from pgx_ana.knowledge.vocabulary import OTHER_DIPLOTYPES, Category, Direction, Result, Significance

_COPY_NUMBERS = ("0", "1", "2")
"""Keys of the conclusions on the copies of a haplotype."""


def evidence_faults(entries: EntryIndex) -> Iterator[Fault]:
    """Yield the faults of evidence and associations; all references must resolve."""
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
                what = f"{base} is not an allele of {rsid}"
                yield entries.fault("evidence", key, "alleles", what)
            elif item.strand == "unknown" and is_palindromic(known):
                what = f"{rsid} is palindromic: determine the strand or leave the base out"
                yield entries.fault("evidence", key, "strand", what)
        if item.compared is not None:
            yield from _comparison_faults(entries, item)
        yield from _subject_faults(entries, "evidence", item)


def _result_faults(item: Evidence) -> Iterator[tuple[str, str]]:
    """Yield contradictions between result, direction and significance, each with its field."""
    significant = item.significance in {Significance.CORRECTED, Significance.NOMINAL}
    if item.result is Result.NULL and (significant or item.direction != "none"):
        yield "result", "a null must have the direction none and must not be significant"
    if item.result is Result.ASSOCIATION:
        if item.significance is Significance.NOT_SIGNIFICANT:
            yield "significance", "a result that is not significant must be a null"
        if item.direction == "none":
            yield "direction", "an association must be higher, lower or unknown"
        subjects = (item.alleles, item.haplotype, item.diplotypes, item.phenotypes)
        if any(subjects) and item.direction == "unknown":
            what = "unknown, although a base, haplotype, diplotype or phenotype is given for it"
            yield "direction", what


def _comparison_faults(entries: EntryIndex, item: Evidence) -> Iterator[Fault]:
    assert item.compared is not None
    if len(item.variants) != 1:
        what = "genotypes can be compared for a single variant only"
        yield entries.fault("evidence", item.id, "compared", what)
        return
    (rsid,) = item.variants
    known = {allele.bases for allele in entries.values("variants")[rsid].alleles}
    for genotype in (*item.compared.effect, *item.compared.comparator):
        if not set(genotype.split("/")) <= known:
            what = f"{genotype} is not a genotype of {rsid}"
            yield entries.fault("evidence", item.id, "compared", what)


def _subject_faults(
    entries: EntryIndex, section: str, item: Evidence | Association
) -> Iterator[Fault]:
    """Yield the faults of a subject: a haplotype, or diplotypes or phenotypes of a set."""
    if item.haplotype is not None and item.haplotype_set is not None:
        what = "cannot be combined with haplotype: it needs diplotypes or phenotypes instead"
        yield entries.fault(section, item.id, "haplotype_set", what)
    elif (item.haplotype_set is not None) != bool(item.diplotypes or item.phenotypes):
        what = "must be given together with diplotypes or phenotypes of the set"
        yield entries.fault(section, item.id, "haplotype_set", what)
    elif item.haplotype_set is not None:
        haplotype_set = entries.values("haplotype_sets")[item.haplotype_set]
        for phenotype in item.phenotypes:
            if phenotype not in _phenotypes(haplotype_set):
                what = f"{phenotype} is not a phenotype of {haplotype_set.id}"
                yield entries.fault(section, item.id, "phenotypes", what)
        known = _diplotypes(entries, haplotype_set.id)
        for diplotype in item.diplotypes:
            if diplotype not in known:
                what = f"{diplotype} is {_not_a_diplotype(haplotype_set.id)}"
                yield entries.fault(section, item.id, "diplotypes", what)


def _phenotypes(haplotype_set: HaplotypeSet) -> list[str]:
    return [rule.phenotype for rule in haplotype_set.phenotypes]


def _diplotypes(entries: EntryIndex, haplotype_set: str) -> set[str]:
    """Return the diplotypes of the callable haplotypes of a set, written in file order."""
    names = [
        item.name
        for item in entries.values("haplotypes").values()
        if item.haplotype_set == haplotype_set and item.state == "current"
    ]
    return _pairs(names)


def _pairs(names: Iterable[str]) -> set[str]:
    """Return all unordered pairs, joined by a slash in the order of the names."""
    return {f"{a}/{b}" for a, b in itertools.combinations_with_replacement(names, 2)}


def _not_a_diplotype(haplotype_set: str) -> str:
    return f"not a diplotype of {haplotype_set}, whose haplotypes must be in file order"


def _association_faults(entries: EntryIndex) -> Iterator[Fault]:
    for key, item in entries.values("associations").items():
        outcome = entries.values("outcomes")[item.outcome]
        if outcome.category is Category.BACKGROUND:
            what = "no association can be based on a background outcome"
            yield entries.fault("associations", key, "outcome", what)
        subjects = [item.variant, item.haplotype, item.haplotype_set]
        if len([subject for subject in subjects if subject is not None]) != 1 or (
            item.diplotypes and item.phenotypes
        ):
            what = "must have one variant, one haplotype, or diplotypes or phenotypes of one set"
            yield entries.fault("associations", key, "id", what)
            continue
        yield from _evidence_list_faults(entries, item)
        yield from _setting_faults(entries, item)
        yield from _subject_faults(entries, "associations", item)
        yield from _haplotype_state_faults(entries, item)
        yield from _conclusion_faults(entries, item)


def _evidence_list_faults(entries: EntryIndex, item: Association) -> Iterator[Fault]:
    """Yield results that an association omits, and results that do not belong to it."""
    outcomes, haplotypes = entries.values("outcomes"), entries.values("haplotypes")
    group = outcomes[item.outcome].group
    subject = item.variant or _haplotype_set_of(item, haplotypes)
    expected = [
        result.id
        for result in entries.values("evidence").values()
        if subject in {*result.variants, _haplotype_set_of(result, haplotypes)}
        and outcomes[result.outcome].group == group
    ]
    listed = {*item.evidence, *item.excluded}
    for result in expected:
        if result not in listed:
            what = f"omits {result}, a result on {subject} in the outcome group {group}"
            yield entries.fault("associations", item.id, "evidence", what)
    for result in sorted(listed - set(expected)):
        what = f"{result} is not a result on {subject} in the outcome group {group}"
        yield entries.fault("associations", item.id, "evidence", what)
    for result in item.excluded:
        if result not in item.evidence:
            what = f"{result} is not in evidence"
            yield entries.fault("associations", item.id, "excluded", what)


def _haplotype_set_of(
    item: Evidence | Association, haplotypes: Mapping[str, HaplotypeDefinition]
) -> str | None:
    """Return the haplotype set of a subject, also for a single haplotype; None for a variant."""
    if item.haplotype is not None:
        return haplotypes[item.haplotype].haplotype_set
    return item.haplotype_set


def _setting_faults(entries: EntryIndex, item: Association) -> Iterator[Fault]:
    """Yield the setting of an association if results are scored and all have other settings."""
    lookup = Lookup(*(entries.values(name) for name in ("outcomes", "cohorts", "variants")))
    results = (entries.values("evidence")[key] for key in item.evidence if key not in item.excluded)
    scored_settings = {
        result.setting
        for result in results
        if stance(item, result, lookup) is not Stance.NOT_SCORED
    }
    if scored_settings and item.setting not in scored_settings and item.direction != "unsettled":
        settings = ", ".join(sorted(scored_settings))
        what = f"no scored result has this setting; scored results have {settings}"
        yield entries.fault("associations", item.id, "setting", what)


def _haplotype_state_faults(entries: EntryIndex, item: Association) -> Iterator[Fault]:
    """Yield the haplotype of a claim if it is never called: everybody would have 0 copies."""
    if item.haplotype is not None:
        state = entries.values("haplotypes")[item.haplotype].state
        if state != "current":
            what = f"{item.haplotype} is {state}, so it is never called"
            yield entries.fault("associations", item.id, "haplotype", what)


def _conclusion_faults(entries: EntryIndex, item: Association) -> Iterator[Fault]:
    """Yield conclusions that are missing, unknown, or inconsistent with the claim."""
    if (item.allele is not None) != (item.variant is not None):
        what = "must be given for a claim on a variant, and only for that"
        yield entries.fault("associations", item.id, "allele", what)
        return
    if item.variant is not None:
        known = [allele.bases for allele in entries.values("variants")[item.variant].alleles]
        if item.allele not in known:
            what = f"{item.allele} is not an allele of {item.variant}"
            yield entries.fault("associations", item.id, "allele", what)
            return
    required, possible, otherwise = _conclusion_keys(entries, item)
    for key in sorted(required - set(item.genotypes)):
        yield entries.fault("associations", item.id, "genotypes", f"{key} is not covered")
    for key in sorted(set(item.genotypes) - possible):
        yield entries.fault("associations", item.id, "genotypes", f"{key} is {otherwise}")
    for key in sorted(possible & set(item.genotypes)):
        direction = item.genotypes[key].direction
        allowed = _allowed_directions(item, _copies(item, key))
        if direction not in allowed:
            what = (
                f"{direction} does not follow from the claim ({item.about}: {item.direction}); "
                f"expected {' or '.join(allowed)}"
            )
            yield entries.fault("associations", item.id, f"genotypes.{key}", what)


def _conclusion_keys(entries: EntryIndex, item: Association) -> tuple[set[str], set[str], str]:
    """Return the required and the possible keys of the conclusions, and what other keys are."""
    if item.variant is not None:
        alleles = entries.values("variants")[item.variant].alleles
        genotypes = _pairs(allele.bases for allele in alleles)
        return genotypes, genotypes, f"not a genotype of {item.variant} (reference allele first)"
    if item.haplotype is not None:
        return set(_COPY_NUMBERS), set(_COPY_NUMBERS), "not a number of copies (0, 1 or 2)"
    haplotype_set = str(item.haplotype_set)
    if item.phenotypes:
        phenotypes = set(_phenotypes(entries.values("haplotype_sets")[haplotype_set]))
        return phenotypes, phenotypes, f"not a phenotype of {haplotype_set}"
    required = {*item.diplotypes, OTHER_DIPLOTYPES}
    possible = required | _diplotypes(entries, haplotype_set)
    return required, possible, _not_a_diplotype(haplotype_set)


def _copies(item: Association, key: str) -> int:
    """Return the copies of the subject at a conclusion; diplotypes and phenotypes have 2 or 0."""
    if item.variant is not None:
        return key.split("/").count(str(item.allele))
    if item.haplotype is not None:
        return int(key)
    return 2 if key in {*item.diplotypes, *item.phenotypes} else 0


def _allowed_directions(item: Association, copies: int) -> tuple[Direction, ...]:
    """Return the directions that are consistent with the claim for a number of copies."""
    if item.direction in {"none", "unsettled"}:
        return (Direction.NONE, Direction.NOT_STUDIED)
    claim = Direction(item.direction)
    if copies == 2:
        return (claim, Direction.NOT_STUDIED)
    if copies == 1:
        return (claim, Direction.COMPARATOR, Direction.NONE, Direction.NOT_STUDIED)
    return (Direction.COMPARATOR, Direction.NOT_STUDIED)
