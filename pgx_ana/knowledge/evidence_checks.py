"""Checks of published results: their direction, alleles, comparisons and subjects."""

from __future__ import annotations

from collections.abc import Iterator

from pgx_ana.bases import is_palindromic
from pgx_ana.errors import Fault
from pgx_ana.knowledge.entry_index import EntryIndex
from pgx_ana.knowledge.evidence import Evidence
from pgx_ana.knowledge.subject_checks import diplotypes_of, not_a_diplotype, phenotypes_of
from pgx_ana.knowledge.vocabulary import Result, Significance


def evidence_faults(entries: EntryIndex) -> Iterator[Fault]:
    """Yield the faults of evidence; all references must resolve."""
    variants = entries.values("variants")
    for key, item in entries.values("evidence").items():
        for field, what in _result_faults(item):
            yield entries.fault("evidence", key, field, what)
        for effect in item.effects:
            if effect.low is not None and effect.high is not None and effect.low > effect.high:
                what = f"the interval of {effect.measure} ends before it begins"
                yield entries.fault("evidence", key, "effects", what)
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
        yield from _subject_faults(entries, item)


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
        if item.alleles and item.direction == "unknown":
            yield "direction", "unknown, although a base is given for it"


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


def _subject_faults(entries: EntryIndex, item: Evidence) -> Iterator[Fault]:
    """Yield the faults of a subject: a haplotype, or diplotypes or phenotypes of a set."""
    if item.haplotype is not None and item.haplotype_set is not None:
        what = "cannot be combined with haplotype: it needs diplotypes or phenotypes instead"
        yield entries.fault("evidence", item.id, "haplotype_set", what)
    elif (item.haplotype_set is not None) != bool(item.diplotypes or item.phenotypes):
        what = "must be given together with diplotypes or phenotypes of the set"
        yield entries.fault("evidence", item.id, "haplotype_set", what)
    elif item.haplotype_set is not None:
        haplotype_set = entries.values("haplotype_sets")[item.haplotype_set]
        for phenotype in item.phenotypes:
            if phenotype not in phenotypes_of(haplotype_set):
                what = f"{phenotype} is not a phenotype of {haplotype_set.id}"
                yield entries.fault("evidence", item.id, "phenotypes", what)
        known = diplotypes_of(entries, haplotype_set.id)
        for diplotype in item.diplotypes:
            if diplotype not in known:
                what = f"{diplotype} is {not_a_diplotype(haplotype_set.id)}"
                yield entries.fault("evidence", item.id, "diplotypes", what)
