"""The summary in numbers agrees with the text summary of the same people."""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from helpers.panel_people import panel_calls
from helpers.synthetic_calls import annotated, called, cohort, partial, unobserved

from pgx_ana.annotation import (
    Annotations,
    Annotator,
    CategorySummary,
    CategoryTally,
    count_levels,
    summarise,
    tally_categories,
)
from pgx_ana.annotation.conclusions import UNDETERMINED
from pgx_ana.annotation.markers import AnnotatedCategory
from pgx_ana.annotation.signals import Signal, SignalCounter
from pgx_ana.coded import Coded
from pgx_ana.knowledge import BasisKind, Direction, KnowledgeBase, Level
from pgx_ana.model import Call, Circumstances
from pgx_ana.terms import CallSource, CallStatus

OF_FINDINGS = ("findings", "better", "worse", "other_effect", "on_drug", "on_class", "on_others")


def random_calls(knowledge: KnowledgeBase, n_people: int, seed: int) -> dict[str, list[Call]]:
    """Return calls of all variants with all genotypes, and some copies and genotypes missing."""
    chance = random.Random(seed)
    people = {}
    for variant in knowledge.variants:
        genotypes = ["/".join(two) for two in itertools.product(variant.alleles, repeat=2)]
        calls = [
            *(called(genotype) for genotype in genotypes),
            *(called(genotype.replace("/", "|")) for genotype in genotypes),
            called(genotypes[0], CallSource.ASSERTED),
            partial(variant.alleles[0], "."),
            unobserved(CallStatus.ABSENT),
            unobserved(CallStatus.NO_CALL),
        ]
        n_calls = chance.choice([1, len(genotypes), len(calls)])
        people[variant.id] = chance.choices(calls[:n_calls], k=n_people)
    return people


def signals_of_people(annotations: Annotations, category: AnnotatedCategory) -> list[list[Signal]]:
    """Return the signals of each person, from the findings at all markers of a category at once."""
    maker = annotations.annotator.finding_maker
    markers = [maker.of_marker(results) for results in annotations.of_category(category)]
    linked = [group.variants for group in annotations.knowledge.linkage.values()]
    counter = SignalCounter(linked)
    return [
        counter.signals([finding for marker in markers for finding in marker[person].findings])
        for person in range(len(annotations.calls.samples))
    ]


def counted(signals: Sequence[Signal]) -> tuple[int, ...]:
    """Return the numbers of signals in the order of ``OF_FINDINGS``."""
    effects = [signal.effect for signal in signals]
    kinds = [signal.kind for signal in signals]
    others = [effect for effect in effects if effect not in {"better", "worse"}]
    return (
        len(signals),
        effects.count("better"),
        effects.count("worse"),
        len(others),
        kinds.count(BasisKind.DRUG),
        kinds.count(BasisKind.DRUG_CLASS),
        kinds.count(BasisKind.OTHER_DRUGS) + kinds.count(BasisKind.LABORATORY),
    )


def numbers_of_findings(tally: CategoryTally) -> list[tuple[int, ...]]:
    columns = [getattr(tally, f"n_{name}").tolist() for name in OF_FINDINGS]
    return list(zip(*columns, strict=True))


def markers_with(annotations: Annotations, direction: str, category: str = "") -> list[int]:
    """Return for each person how many markers have a conclusion with a direction."""
    results = [item for item in annotations.associations if category in {"", item.category}]
    return [
        len(
            {
                item.marker.id
                for item in results
                if item.conclusions[int(item.marker.calls.codes[person])].direction == direction
            }
        )
        for person in range(len(annotations.calls.samples))
    ]


def assert_as_in_text(
    annotations: Annotations, summary: CategorySummary, tally: CategoryTally
) -> None:
    """Assert that a tally has the numbers of the text summary, and those that it rests on."""
    people = list(summary.summaries)
    assert summary.category == tally.category
    assert [one.highest_level for one in people] == list(tally.highest_level)
    assert [one.n_findings for one in people] == tally.n_findings.tolist()
    category = "" if tally.category == "overall" else tally.category
    undetermined = markers_with(annotations, UNDETERMINED, category)
    not_studied = markers_with(annotations, Direction.NOT_STUDIED, category)
    assert (undetermined, not_studied) == (
        tally.n_undetermined.tolist(),
        tally.n_not_studied.tolist(),
    )


def assert_tallies(annotations: Annotations) -> None:
    """Assert that every number agrees with the text summary or the findings that it is made of."""
    *summaries, overall = summarise(annotations)
    *tallies, overall_tally = tally_categories(annotations)
    assert len(summaries) == len(tallies) == 4
    for category, summary, tally in zip(AnnotatedCategory, summaries, tallies, strict=True):
        assert_as_in_text(annotations, summary, tally)
        people = list(summary.summaries)
        expected = [counted(signals) for signals in signals_of_people(annotations, category)]
        assert expected == numbers_of_findings(tally)
        assert [len(one.assessed) for one in people] == tally.n_assessed.tolist()
        assert [len(one.not_assessed) for one in people] == tally.n_not_assessed.tolist()
        assert tally.n_called_sites is None
    assert_as_in_text(annotations, overall, overall_tally)
    sums = np.sum([numbers_of_findings(tally) for tally in tallies], axis=0)
    assert sums.tolist() == [list(row) for row in numbers_of_findings(overall_tally)]
    assert overall_tally.n_called_sites is not None
    assert overall_numbers(overall) == [
        *zip(
            overall_tally.n_called_sites.tolist(),
            overall_tally.n_assessed.tolist(),
            (overall_tally.n_assessed + overall_tally.n_not_assessed).tolist(),
            strict=True,
        )
    ]


def overall_numbers(overall: CategorySummary) -> list[tuple[int, int, int]]:
    """Return called sites, assessed markers and all markers from the text of each person."""
    pattern = re.compile(r"Called: (\d+) of \d+ known sites; assessed: (\d+) of (\d+) ")
    found = [pattern.search(summary.conclusion) for summary in overall.summaries]
    return [(int(match[1]), int(match[2]), int(match[3])) for match in found if match is not None]


@pytest.mark.parametrize("seed", range(3))
def test_random_people(curated: KnowledgeBase, seed: int) -> None:
    """All sites are drawn alone, so every link between findings is seen in some person."""
    assert_tallies(annotated(curated, random_calls(curated, 60, seed)))


def test_real_people(curated: KnowledgeBase, shared: Path) -> None:
    """All people of the panel; sites that it leaves out are absent."""
    calls = panel_calls(shared, curated, "GRCh38", samples=(), absent_is_reference=False)
    people = Coded.constant(Circumstances(), len(calls.samples))
    assert 3202 == len(calls.samples)
    assert_tallies(Annotator(curated).annotate(calls, people))


def test_nobody_and_nothing(toy: KnowledgeBase) -> None:
    """Where no site is called, no marker is assessed."""
    calls = {variant.id: [unobserved(CallStatus.ABSENT)] * 2 for variant in toy.variants}
    annotations = annotated(toy, calls)
    assert_tallies(annotations)
    for tally in tally_categories(annotations):
        assert ["not_assessable"] * 2 == list(tally.highest_level)
        assert [0, 0] == tally.n_assessed.tolist()


def test_blocks_have_the_numbers_of_the_whole(curated: KnowledgeBase) -> None:
    """People in blocks, annotated one after the other, are as in one block."""
    n_people = 30
    calls = random_calls(curated, n_people, 7)
    annotator = Annotator(curated)
    whole = annotator.annotate(cohort(curated, calls), Coded.constant(Circumstances(), n_people))
    expected = tally_categories(whole)
    start = 0
    for size in (1, 9, 20):
        part = {name: each[start : start + size] for name, each in calls.items()}
        circumstances = Coded.constant(Circumstances(), size)
        block = annotator.annotate(cohort(curated, part), circumstances)
        for tally, of_whole in zip(tally_categories(block), expected, strict=True):
            rows = numbers_of_findings(of_whole)[start : start + size]
            assert rows == numbers_of_findings(tally)
            levels = list(of_whole.highest_level)[start : start + size]
            assert levels == list(tally.highest_level)
        start += size


@pytest.mark.parametrize("seed", range(2))
def test_people_with_a_finding_of_a_level(curated: KnowledgeBase, seed: int) -> None:
    """Each person is counted once for a level, however many findings of it there are."""
    annotations = annotated(curated, random_calls(curated, 40, seed))
    maker = annotations.annotator.finding_maker
    expected = {}
    for category in AnnotatedCategory:
        markers = [list(maker.of_marker(found)) for found in annotations.of_category(category)]
        of_people = [
            {finding.level for found in person for finding in found.findings}
            for person in zip(*markers, strict=True)
        ]
        counts = {level: sum(level in levels for levels in of_people) for level in Level}
        expected[category.value] = {level: count for level, count in counts.items() if count}
    assert expected == count_levels(annotations)
    assert all(expected.values())
