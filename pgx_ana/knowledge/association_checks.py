"""Checks of associations: their subjects, evidence, genotypes, levels and wording."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from pgx_ana.errors import Fault
from pgx_ana.knowledge.association import Association
from pgx_ana.knowledge.definitions import HaplotypeDefinition
from pgx_ana.knowledge.entry_index import EntryIndex
from pgx_ana.knowledge.evidence import Evidence
from pgx_ana.knowledge.levels import (
    LADDER,
    EvidenceGrade,
    Level,
    Lookup,
    Stance,
    allele_trend,
    copy_trend,
    grade_evidence,
)
from pgx_ana.knowledge.subject_checks import (
    diplotypes_of,
    haplotype_set_of,
    not_a_diplotype,
    pairs,
    phenotypes_of,
)
from pgx_ana.knowledge.vocabulary import OTHER_DIPLOTYPES, Category, Direction
from pgx_ana.knowledge.wording import statement_problems, text_problems

_COPY_NUMBERS = ("0", "1", "2")
"""Keys of the conclusions on the copies of a haplotype."""

_DIFFERENCE_LEVELS = frozenset({*LADDER, Level.NOT_CONFIRMED, Level.CONTRADICTED})
_NO_DIFFERENCE_LEVELS = frozenset({Level.NULL, Level.CONTRADICTED, Level.NOT_ASSESSABLE})
_UNSETTLED_LEVELS = frozenset({Level.UNSETTLED, Level.NOT_ASSESSABLE})


def association_faults(entries: EntryIndex) -> Iterator[Fault]:
    """Yield the faults of associations; all references must resolve."""
    lookup = Lookup(entries.values("outcomes"), entries.values("cohorts"))
    for key, item in entries.values("associations").items():
        if entries.values("outcomes")[item.outcome].category is Category.BACKGROUND:
            what = "no association can be based on a background outcome"
            yield entries.fault("associations", key, "outcome", what)
        subjects = [item.variant, item.haplotype, item.haplotype_set]
        if len([subject for subject in subjects if subject is not None]) != 1:
            what = "must have one variant, one haplotype or one haplotype set"
            yield entries.fault("associations", key, "id", what)
            continue
        if (item.keyed_by is not None) != (item.haplotype_set is not None):
            what = "must be given for a haplotype set, and only for that"
            yield entries.fault("associations", key, "keyed_by", what)
            continue
        faults = [
            *_evidence_list_faults(entries, item),
            *_haplotype_state_faults(entries, item),
            *_genotype_faults(entries, item),
            *_direction_faults(entries, item),
        ]
        yield from faults
        if not faults:
            results = [entries.values("evidence")[name] for name in item.evidence]
            grade = grade_evidence(item, results, lookup)
            yield from _setting_faults(entries, item, grade)
            yield from _level_faults(entries, item, grade.level)
            yield from _wording_faults(entries, item, grade.level)


def _evidence_list_faults(entries: EntryIndex, item: Association) -> Iterator[Fault]:
    """Yield results that an association omits, and results that do not belong to it."""
    outcomes, haplotypes = entries.values("outcomes"), entries.values("haplotypes")
    group = outcomes[item.outcome].group
    subject = item.variant or haplotype_set_of(item, haplotypes)
    expected = [
        result.id
        for result in entries.values("evidence").values()
        if subject in _subjects(result, haplotypes) and outcomes[result.outcome].group == group
    ]
    listed = {*item.evidence, *item.excluded}
    for result in expected:
        if result not in listed:
            what = f"omits {result}, a result on {subject} in the outcome group {group}"
            yield entries.fault("associations", item.id, "evidence", what)
    for result in sorted(listed - set(expected)):
        what = f"{result} is not a result on {subject} in the outcome group {group}"
        yield entries.fault("associations", item.id, "evidence", what)
    for result, count in Counter(item.evidence).items():
        if count > 1:
            yield entries.fault("associations", item.id, "evidence", f"{result} is listed twice")
    for result in item.excluded:
        if result not in item.evidence:
            what = f"{result} is not in evidence"
            yield entries.fault("associations", item.id, "excluded", what)


def _subjects(result: Evidence, haplotypes: Mapping[str, HaplotypeDefinition]) -> set[str | None]:
    return {*result.variants, haplotype_set_of(result, haplotypes)}


def _haplotype_state_faults(entries: EntryIndex, item: Association) -> Iterator[Fault]:
    """Yield the haplotype of a claim if it is never called: everybody would have 0 copies."""
    if item.haplotype is not None:
        state = entries.values("haplotypes")[item.haplotype].state
        if state != "current":
            what = f"{item.haplotype} is {state}, so it is never called"
            yield entries.fault("associations", item.id, "haplotype", what)


def _genotype_faults(entries: EntryIndex, item: Association) -> Iterator[Fault]:
    """Yield genotypes that are missing or unknown."""
    required, possible, otherwise = _genotype_keys(entries, item)
    for key in sorted(required - set(item.genotypes)):
        yield entries.fault("associations", item.id, "genotypes", f"{key} is not covered")
    for key in sorted(set(item.genotypes) - possible):
        yield entries.fault("associations", item.id, "genotypes", f"{key} is {otherwise}")
    in_order = [key for key in _ordered_keys(entries, item) if key in item.genotypes]
    if set(in_order) == set(item.genotypes) and in_order != list(item.genotypes):
        what = f"must be in the order of the alleles: {', '.join(in_order)}"
        yield entries.fault("associations", item.id, "genotypes", what)


def _ordered_keys(entries: EntryIndex, item: Association) -> list[str]:
    """Return the keys in the order in which readers see them; empty if any order will do."""
    if item.variant is not None:
        alleles = entries.values("variants")[item.variant].alleles
        return pairs(allele.bases for allele in alleles)
    return list(_COPY_NUMBERS) if item.haplotype is not None else []


def _genotype_keys(entries: EntryIndex, item: Association) -> tuple[set[str], set[str], str]:
    """Return the required and the possible keys of the genotypes, and what other keys are."""
    if item.variant is not None:
        alleles = entries.values("variants")[item.variant].alleles
        genotypes = set(pairs(allele.bases for allele in alleles))
        return genotypes, genotypes, f"not a genotype of {item.variant} (reference allele first)"
    if item.haplotype is not None:
        return set(_COPY_NUMBERS), set(_COPY_NUMBERS), "not a number of copies (0, 1 or 2)"
    haplotype_set = str(item.haplotype_set)
    if item.keyed_by == "phenotype":
        phenotypes = set(phenotypes_of(entries.values("haplotype_sets")[haplotype_set]))
        return phenotypes, phenotypes, f"not a phenotype of {haplotype_set}"
    possible = {OTHER_DIPLOTYPES, *diplotypes_of(entries, haplotype_set)}
    return {OTHER_DIPLOTYPES}, possible, not_a_diplotype(haplotype_set)


def _direction_faults(entries: EntryIndex, item: Association) -> Iterator[Fault]:
    """Yield directions that do not make a comparison: a difference needs two groups."""
    problem = _direction_problem(item)
    if problem:
        yield entries.fault("associations", item.id, "genotypes", problem)
        return
    if item.claims_difference and not _has_trend(entries, item):
        what = "the outcome rises with the copies of nothing: the groups overlap"
        yield entries.fault("associations", item.id, "genotypes", what)


def _has_trend(entries: EntryIndex, item: Association) -> bool:
    """Return whether the outcome rises or falls with the copies of an allele or haplotype."""
    if item.haplotype is not None:
        return copy_trend(item, int) != 0
    if item.variant is None:
        return True
    alleles = entries.values("variants")[item.variant].alleles
    return any(allele_trend(item, allele.bases) for allele in alleles)


def _direction_problem(item: Association) -> str:
    """Return what is wrong with the directions of an association as a whole; empty if nothing."""
    found = set(item.genotypes.values())
    sides = found & {Direction.HIGHER, Direction.LOWER}
    if len(sides) == 1:
        return f"{sides.pop()} has nothing to be compared with"
    if sides and Direction.NO_DIFFERENCE in found:
        return "a genotype without a difference stands in no group: it is between, or not studied"
    if len(item.with_direction(Direction.NO_DIFFERENCE)) == 1:
        return "no_difference has nothing to be compared with"
    if Direction.UNSETTLED in found and found - {Direction.UNSETTLED, Direction.NOT_STUDIED}:
        return "what is unsettled for one genotype is so for all that were studied"
    between = item.with_direction(Direction.BETWEEN)
    if between and not sides:
        return f"{between[0]} is between nothing: no genotype is higher or lower"
    if not found & {Direction.HIGHER, Direction.NO_DIFFERENCE, Direction.UNSETTLED}:
        return "no genotype was studied"
    for key in between:
        # A diplotype that is not listed is one of the others.
        others = item.genotypes.get(OTHER_DIPLOTYPES)
        ends = {item.genotypes.get(end, others) for end in _homozygotes(item, key)}
        if ends != {Direction.HIGHER, Direction.LOWER}:
            return f"{key} cannot be between: its homozygotes are not on both sides"
    return ""


def _homozygotes(item: Association, key: str) -> tuple[str, ...]:
    """Return the keys of both homozygotes of a heterozygous key; empty for another key."""
    if item.haplotype is not None:
        return ("0", "2") if key == "1" else ()
    if item.keyed_by == "phenotype":
        return ()
    return tuple(f"{name}/{name}" for name in key.split("/"))


def _setting_faults(
    entries: EntryIndex, item: Association, grade: EvidenceGrade
) -> Iterator[Fault]:
    """Yield the setting of an association if results are scored and all have other settings."""
    scored_settings = {
        entries.values("evidence")[name].setting
        for name, found in grade.stances.items()
        if found is not Stance.NOT_SCORED
    }
    if scored_settings and item.setting not in scored_settings:
        settings = ", ".join(sorted(scored_settings))
        what = f"no scored result has this setting; scored results have {settings}"
        yield entries.fault("associations", item.id, "setting", what)


def _level_faults(entries: EntryIndex, item: Association, level: Level) -> Iterator[Fault]:
    """Yield a claim that its evidence does not bear, whatever its level."""
    if item.claims_difference:
        allowed, claim = _DIFFERENCE_LEVELS, "a difference"
    elif item.is_unsettled:
        allowed, claim = _UNSETTLED_LEVELS, "unsettled"
    else:
        allowed, claim = _NO_DIFFERENCE_LEVELS, "no difference"
    if level not in allowed:
        what = f"the conclusion is {claim}, but the evidence makes it {level}"
        yield entries.fault("associations", item.id, "genotypes", what)


def _wording_faults(entries: EntryIndex, item: Association, level: Level) -> Iterator[Fault]:
    for what in (*text_problems(item.statement), *statement_problems(item, level)):
        yield entries.fault("associations", item.id, "statement", what)
    for what in text_problems(item.caution or ""):
        yield entries.fault("associations", item.id, "caution", what)
