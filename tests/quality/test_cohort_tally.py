"""A cohort in numbers: whole values of toy people, and the same whatever the blocks."""

from __future__ import annotations

import dataclasses
from collections import Counter

import pytest
from helpers.people_in_blocks import in_blocks
from helpers.synthetic_calls import annotated, called, partial, unobserved

from pgx_ana.annotation import Annotations
from pgx_ana.knowledge import KnowledgeBase, Level
from pgx_ana.model import CallOptions, Circumstances
from pgx_ana.quality import (
    AssociationPeople,
    CategoryPeople,
    Cohort,
    CohortTally,
    Partition,
    Person,
    SetCell,
    SetPeople,
    SiteCell,
    SiteFrequency,
)
from pgx_ana.quality import cohort_tally as module
from pgx_ana.terms import CallSource, CallStatus

CALLS = {
    "rs1": [called("A/A"), called("C|A"), called("A|C"), partial("C", "."), called("C/C")],
    "rs2": [called("A/A")] * 4 + [called("A/A", CallSource.ASSERTED)],
    "rs3": [called("T/T")] * 4 + [unobserved(CallStatus.ABSENT)],
    "rs4": [called("G/G")] * 5,
    "rs5": [called("GCA/GCA")] * 5,
    "rs6": [called("G/G")] * 4 + [unobserved(CallStatus.FILTERED, ("G", "G"))],
}


def tallied(*blocks: Annotations) -> Cohort:
    tally = CohortTally(blocks[0].knowledge)
    for block in blocks:
        tally.add(block)
    return tally.finish()


@pytest.fixture(scope="module")
def people(toy_haplotypes: KnowledgeBase) -> Annotations:
    return annotated(toy_haplotypes, CALLS, person=Circumstances("female", "adjuvant"))


def test_people_by_state_and_genotype(people: Annotations) -> None:
    """Phase does not matter; a reference that the user asserted is a state of its own."""
    cohort = tallied(people)
    assert [site.variant for site in cohort.sites] == list(CALLS)
    assert {site.variant: dict(site.people.cells) for site in cohort.sites} == {
        "rs1": {
            SiteCell("called", "A/C"): 2,
            SiteCell("called", "A/A"): 1,
            SiteCell("called", "C/C"): 1,
            SiteCell("partial", "C/."): 1,
        },
        "rs2": {SiteCell("called", "A/A"): 4, SiteCell("asserted", "A/A"): 1},
        "rs3": {SiteCell("called", "T/T"): 4, SiteCell("absent", ""): 1},
        "rs4": {SiteCell("called", "G/G"): 5},
        "rs5": {SiteCell("called", "GCA/GCA"): 5},
        "rs6": {SiteCell("called", "G/G"): 4, SiteCell("filtered", ""): 1},
    }
    assert {site.people.n_people for site in cohort.sites} == {5}


def test_people_of_whom_an_association_says_the_same(people: Annotations) -> None:
    cohort = tallied(people)
    by_id = {item.id: item for item in cohort.associations}
    assert by_id["rs1-survival"] == AssociationPeople(
        "rs1-survival",
        "efficacy",
        "rs1",
        {
            SiteCell("called", "A/A"): "higher",
            SiteCell("called", "A/C"): "higher",
            SiteCell("partial", "C/."): "undetermined",
            SiteCell("called", "C/C"): "lower",
        },
    )
    directions = ("higher", "lower", "undetermined", "not_studied")
    counts = {key: [cohort.count(item, way) for way in directions] for key, item in by_id.items()}
    assert counts == {
        "rs1-survival": [3, 1, 1, 0],
        "rs2-level": [0, 0, 0, 0],
        "rs1-level": [0, 0, 0, 0],
        "AAA-metaboliser-level": [4, 1, 0, 0],
        "AAA-2-pain": [1, 4, 0, 0],
        "AAA-33-survival": [0, 5, 0, 0],
    }
    assert cohort.count(by_id["rs2-level"], "no_difference") == 5


def test_diplotypes_and_what_would_settle_them(people: Annotations) -> None:
    star, pair = tallied(people).haplotype_sets
    reported = [(cell.status, cell.diplotype, n) for cell, n in star.people.cells.items()]
    assert reported == [
        ("determined", "*1/*2", 2),
        ("determined", "*1/*1", 1),
        ("determined", "*2/*2", 1),
        ("incomplete", "", 1),
    ]
    assert star.deciding == (("rs1 one copy missing", 1),)
    assert pair == SetPeople(
        "AAA-pair",
        ("rs1", "rs3"),
        Partition(
            5,
            {
                SetCell("determined", "A-T/[rs1 C + rs3 T]", "", ()): 2,
                SetCell("determined", "A-T/A-T", "", ()): 1,
                SetCell("incomplete", "", "", ()): 2,
            },
        ),
        (("rs1 one copy missing", 1), ("rs3 absent", 1)),
    )


def test_findings_by_category_and_level(people: Annotations) -> None:
    efficacy, exposure, _, toxicity, overall = tallied(people).categories
    assert efficacy == CategoryPeople(
        "efficacy",
        Partition(5, {Level.SINGLE_CORRECTED: 5}),
        {Level.SINGLE_CORRECTED: 5},
        efficacy.n_findings,
    )
    assert exposure.highest.cells == {Level.SINGLE_NOMINAL: 5}
    assert toxicity.with_level == {Level.SINGLE_NOMINAL: 5}
    assert overall.highest.cells == {Level.SINGLE_CORRECTED: 5}
    assert overall.n_findings == sum(
        item.n_findings
        for item in tallied(people).categories[:4]
        if isinstance(item.n_findings, int)
    )


def test_people_by_name_sex_and_use(people: Annotations) -> None:
    cohort = tallied(people)
    assert cohort.sexes == Partition(5, {"female": 5})
    assert cohort.contexts == Partition(5, {"adjuvant": 5})
    assert cohort.people is not None
    assert [person.name for person in cohort.people] == ["S0", "S1", "S2", "S3", "S4"]
    assert cohort.people[0] == Person(
        "S0",
        6,
        {"efficacy": 1, "exposure": 1, "estradiol_suppression": 0, "toxicity": 1},
        Level.SINGLE_CORRECTED,
    )


@pytest.mark.parametrize("size", [1, 2, 4])
def test_blocks_add_up(people: Annotations, size: int) -> None:
    assert tallied(*in_blocks(people, size)) == tallied(people)


def test_nobody_is_listed_among_too_many(
    people: Annotations, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_LISTED_PEOPLE", 4)
    assert tallied(*in_blocks(people, 2)).people is None
    assert tallied(*in_blocks(people, 2)) == dataclasses.replace(tallied(people), people=None)


def test_too_many_diplotypes_are_counted_together(
    people: Annotations, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_MAX_DIPLOTYPES", 1)
    star = tallied(people).haplotype_sets[0].people
    kinds = Counter[bool]()
    for cell, count in star.cells.items():
        assert isinstance(count, int)
        kinds[cell.is_rest] += count
    assert star.n_people == 5
    assert kinds[False] < 5
    assert kinds.total() == 5


def test_frequencies_beside_those_of_populations(curated: KnowledgeBase) -> None:
    """A swap in a file of a hundred people is told as such."""
    columns = {
        variant.id: [called("/".join(variant.alleles[:1] * 2))] * 100
        for variant in curated.variants
    }
    columns["rs11575899"] = [called("A/A")] * 100
    sites = tallied(annotated(curated, columns)).sites
    known = curated.definitions["rs4646"].frequencies[0]
    by_id = {site.variant: site.frequency for site in sites}
    assert by_id["rs4646"] == SiteFrequency(
        "C", 0.0, known.known, is_compared=True, is_outlier=True, is_swapped=False
    )
    assert {key for key, found in by_id.items() if found is None} == {
        key for key, item in curated.definitions.items() if not item.frequencies
    }


def test_how_people_were_called_is_kept(people: Annotations) -> None:
    """Of people of some genes and of all, no choice is told."""
    calls = people.calls
    one_site = dataclasses.replace(calls, sites=calls.sites[:1], options=CallOptions(min_dp=9))
    chosen = dataclasses.replace(people, calls=one_site)
    every, some = tallied(people), tallied(chosen)
    assert (calls.options, "", ()) == (every.options, every.population, every.genes)
    assert (CallOptions(min_dp=9), ("AAA",)) == (some.options, some.genes)
    assert () == tallied(chosen, people).genes
