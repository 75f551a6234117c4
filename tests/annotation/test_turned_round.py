"""No conclusion depends on which base of a variant a paper calls the effect allele.

A result that names one base of a biallelic variant and a direction says the same as one that names
the other base and the opposite direction. Nor does the order matter in which genotypes are listed.
"""

from __future__ import annotations

import dataclasses
import itertools
import random
from collections.abc import Callable, Mapping
from typing import Literal

import pytest
from helpers.synthetic_calls import annotated, called, partial, table_rows

from pgx_ana.annotation.conclusions import UNDETERMINED
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.knowledge.association import Association
from pgx_ana.knowledge.evidence import Evidence
from pgx_ana.model import ABSENT, Call
from pgx_ana.output.listing import Listing
from pgx_ana.output.tables import Value
from pgx_ana.terms import TableName

OPPOSITE: dict[str, Literal["higher", "lower"]] = {"higher": "lower", "lower": "higher"}
NAMES_GENOTYPES = {"headline", "estimate", "findings"}
"""Columns whose text names genotypes in an order, or a base."""

Row = dict[str, Value | frozenset[str]]
Choose = Callable[[], bool]


def other_bases(item: Evidence, knowledge: KnowledgeBase) -> dict[str, str] | None:
    """Return the other base of each variant; None if one is not biallelic, or none is named.

    None also for a result whose direction is that of a haplotype or of diplotypes.
    """
    if item.haplotype is not None or item.haplotype_set is not None:
        return None
    others = {}
    for rsid, base in item.alleles.items():
        remaining = {allele.bases for allele in knowledge.definitions[rsid].alleles} - {base}
        if len(remaining) != 1:
            return None
        (others[rsid],) = remaining
    return others or None


def turned_result(item: Evidence, knowledge: KnowledgeBase) -> Evidence:
    """Return a result that names the other base with the opposite direction."""
    others = other_bases(item, knowledge)
    if others is None:
        return item
    direction = OPPOSITE.get(item.direction, item.direction)
    return dataclasses.replace(item, alleles=others, direction=direction)


def reordered(association: Association, shuffler: random.Random) -> Association:
    """Return an association with its genotypes listed in another order."""
    genotypes = list(association.genotypes.items())
    shuffler.shuffle(genotypes)
    if genotypes == list(association.genotypes.items()):
        genotypes.reverse()
    return dataclasses.replace(association, genotypes=dict(genotypes))


def turned(knowledge: KnowledgeBase, shuffler: random.Random, choose: Choose) -> KnowledgeBase:
    """Return a knowledge base with chosen results turned round and all associations reordered."""
    return dataclasses.replace(
        knowledge,
        evidence={
            key: turned_result(item, knowledge) if choose() else item
            for key, item in knowledge.evidence.items()
        },
        associations={
            key: reordered(item, shuffler) for key, item in knowledge.associations.items()
        },
    )


def everybody(knowledge: KnowledgeBase) -> Mapping[str, list[Call]]:
    """Return people with every genotype of every variant, partial ones too.

    Neighbouring sites have different genotypes, so that many diplotypes occur.
    """
    people = {}
    for variant in knowledge.variants:
        pairs = itertools.product(variant.alleles, repeat=2)
        people[variant.id] = [
            *(called("|".join(pair)) for pair in pairs),
            *(partial(allele, ".") for allele in variant.alleles),
            ABSENT,
        ]
    n_people = 3 * max(map(len, people.values()))
    return {
        name: [calls[(number * step) % len(calls)] for number in range(n_people)]
        for step, (name, calls) in enumerate(people.items(), 1)
    }


def rows_of(knowledge: KnowledgeBase) -> list[Row]:
    """Return annotations and summaries without the order in which genotypes are named."""
    annotations = annotated(knowledge, everybody(knowledge))
    return [
        {
            name: frozenset(items(value)) if name == "compared_with" else value
            for name, value in row.items()
            if name not in NAMES_GENOTYPES
            and not (name == "statement" and row["direction"] == UNDETERMINED)
        }
        for table in (TableName.ANNOTATIONS, TableName.SUMMARY)
        for row in table_rows(table, annotations)
    ]


def items(value: Value) -> tuple[str, ...]:
    """Return the items of a list, however long it is."""
    if isinstance(value, Listing):
        return value.items
    assert isinstance(value, tuple)
    return value


@pytest.fixture(params=["toy", "toy_haplotypes", "curated"])
def knowledge(request: pytest.FixtureRequest) -> KnowledgeBase:
    value = request.getfixturevalue(request.param)
    assert isinstance(value, KnowledgeBase)
    return value


@pytest.mark.parametrize("share", [1.0, 0.5, 0.0])
def test_nothing_changes_if_results_are_turned_round(
    knowledge: KnowledgeBase, share: float
) -> None:
    shuffler = random.Random(20)
    turned_round = turned(knowledge, shuffler, lambda: shuffler.random() < share)
    changed = [
        key
        for key, item in knowledge.evidence.items()
        if item.alleles != turned_round.evidence[key].alleles
    ]
    nameable = [
        key for key, item in knowledge.evidence.items() if other_bases(item, knowledge) is not None
    ]
    if share == 1:
        assert nameable == changed
    assert rows_of(knowledge) == rows_of(turned_round)


def test_most_curated_results_that_name_a_base_are_turned(curated: KnowledgeBase) -> None:
    """The rest are on a variant with more than two alleles, or on haplotypes."""
    named = [item for item in curated.evidence.values() if item.alleles]
    nameable = [item for item in named if other_bases(item, curated) is not None]
    assert len(nameable) > 100
    assert len(nameable) > 0.8 * len(named)


def test_a_result_with_another_base_and_the_same_direction_is_another_result(
    curated: KnowledgeBase,
) -> None:
    """Otherwise nothing would be shown by the test above."""
    evidence = {
        key: dataclasses.replace(item, alleles=other_bases(item, curated) or item.alleles)
        for key, item in curated.evidence.items()
    }
    other = dataclasses.replace(curated, evidence=evidence)
    levels = [[base.level(name) for name in curated.associations] for base in (curated, other)]
    n_changed = sum(before is not after for before, after in zip(*levels, strict=True))
    assert n_changed > 40
