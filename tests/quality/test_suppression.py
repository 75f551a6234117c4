"""Small counts cannot be computed from what is told of a cohort."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cache

import pytest
from helpers.paths import TOY, TOY_HAPLOTYPES
from helpers.synthetic_calls import annotated, called, unobserved
from hypothesis import given, settings
from hypothesis import strategies as st

from pgx_ana.errors import UsageError
from pgx_ana.knowledge import KnowledgeBase, Level, load
from pgx_ana.model import Call
from pgx_ana.quality import CategoryPeople, Cohort, CohortTally, Count, Hidden, Partition, suppress
from pgx_ana.quality.suppression import hide_small
from pgx_ana.terms import CallStatus

SMALL, OTHER = Hidden.SMALL, Hidden.OTHER
SITES = ("rs1", "rs2", "rs3")
GENOTYPES = (("A/A", "A/C", "C/C", "."), ("A/A", "A/C", "C/C", "."), ("T/T", "T/C", "C/C"))
Person = tuple[str, ...]
STAR, BOTH = ("AAA-star",), ("AAA-star", "AAA-pair")
Counts = dict[str, int]


def hidden(counts: Mapping[str, int], below: int) -> Partition[str]:
    return hide_small(Partition(sum(counts.values()), counts), below)


@pytest.mark.parametrize(
    ("counts", "below", "expected"),
    [
        ({"A/A": 20, "A/C": 40}, 20, {"A/A": 20, "A/C": 40}),
        ({"A/A": 5, "A/C": 95, "C/C": 900}, 20, {"C/C": 900, "A/A": SMALL, "A/C": OTHER}),
        ({"A/A": 19, "A/C": 19, "C/C": 900}, 20, {"C/C": 900, "A/A": OTHER, "A/C": OTHER}),
        ({"A/A": 1, "A/C": 1, "C/C": 900}, 20, {"A/A": SMALL, "A/C": SMALL, "C/C": OTHER}),
        ({"A/A": 1, "C/C": 900}, 20, {"A/A": SMALL, "C/C": OTHER}),
        ({"A/A": 1, "C/C": 20}, 20, {"A/A": OTHER, "C/C": OTHER}),
        ({"C/C": 900}, 20, {"C/C": 900}),
    ],
    ids=["none", "the next smallest", "both might be told", "two of one", "two", "close", "all"],
)
def test_cells_that_are_hidden(counts: Counts, below: int, expected: dict[str, Count]) -> None:
    assert expected == hidden(counts, below).cells
    assert list(expected) == list(hidden(counts, below).cells)


def test_nothing_is_told_where_even_zeros_would_tell() -> None:
    partition = hidden({"A/A": 1, "A/C": 1, "C/C": 18}, 20)
    assert Partition(20, {}, hides_zeros=True) == partition
    assert OTHER == partition.of(lambda cell: cell == "A/T")


def test_sums_are_told_only_if_they_follow_from_what_is_told() -> None:
    partition = hidden({"A/A": 5, "A/C": 95, "C/C": 900, "C/T": 40}, 20)
    assert {"C/C": 900, "A/A": OTHER, "A/C": 95, "C/T": OTHER} != partition.cells
    assert {"C/C": 900, "A/C": 95, "A/A": SMALL, "C/T": OTHER} == partition.cells
    sums = {
        name: partition.of(lambda cell, name=name: cell in name.split())  # type: ignore[misc]
        for name in ("A/A", "C/T", "A/A C/T", "A/A C/C", "A/C C/C", "A/A C/T C/C", "T/T")
    }
    assert sums == {
        "A/A": SMALL,
        "C/T": OTHER,
        "A/A C/T": 45,
        "A/A C/C": OTHER,
        "A/C C/C": 995,
        "A/A C/T C/C": 945,
        "T/T": 0,
    }


def assignments(partition: Partition[str], names: Sequence[str], below: int) -> Iterator[Counts]:
    """Yield all numbers of people that agree with what is told and with the meaning of marks."""
    cells = dict.fromkeys(names, OTHER) if partition.hides_zeros else partition.cells
    unknown = [name for name, count in cells.items() if isinstance(count, Hidden)]
    total = partition.n_people - sum(n for n in cells.values() if isinstance(n, int))
    least = 0 if partition.hides_zeros else below if SMALL in cells.values() else 1
    ranges = [
        range(1, below) if cells[name] is SMALL else range(least, total + 1) for name in unknown
    ]
    for values in itertools.product(*ranges[:-1]):
        last = total - sum(values)
        if ranges and last in ranges[-1]:
            yield dict(zip(unknown, (*values, last), strict=True))


@given(st.lists(st.integers(0, 40), min_size=1, max_size=4), st.integers(3, 6))
def test_a_small_number_may_be_any_small_number(counts: list[int], below: int) -> None:
    names = [f"g{number}" for number in range(len(counts))]
    truth = {name: count for name, count in zip(names, counts, strict=True) if count}
    partition = hidden(truth, below)
    if partition.n_people < below:
        return
    possible = list(assignments(partition, names, below))
    for name, count in truth.items():
        if count < below:
            assert set(range(1, below)) <= {each[name] for each in possible}


def people(knowledge: KnowledgeBase, numbers: Mapping[Person, int]) -> Cohort:
    """Return a cohort with a number of people for each combination of genotypes.

    Genotypes are those at rs1, rs2 and rs3; ``.`` is no call.
    """
    everyone = [person for person, count in numbers.items() for _ in range(count)]
    columns = {
        rsid: [_call(genotype) for genotype in genotypes]
        for rsid, genotypes in zip(SITES, zip(*everyone, strict=True), strict=True)
    }
    for rsid, genotype in {"rs4": "G/G", "rs5": "GCA/GCA", "rs6": "G/G"}.items():
        columns[rsid] = [called(genotype)] * len(everyone)
    tally = CohortTally(knowledge)
    tally.add(annotated(knowledge, columns))
    return tally.finish()


def _call(genotype: str) -> Call:
    return unobserved(CallStatus.NO_CALL) if genotype == "." else called(genotype)


Row = list[Fraction]


def determined(equations: Sequence[Sequence[int]], wanted: Sequence[list[int]]) -> list[list[int]]:
    """Return the sums of unknowns that follow from equations by sums and differences."""
    by_pivot: dict[int, Row] = {}
    for equation in equations:
        rest = reduced(equation, by_pivot)
        pivot = next((place for place, value in enumerate(rest) if value), None)
        if pivot is not None:
            by_pivot[pivot] = [value / rest[pivot] for value in rest]
    return [row for row in wanted if not any(reduced(row, by_pivot))]


def reduced(row: Sequence[int], by_pivot: Mapping[int, Row]) -> Row:
    """Return what is left of a sum after taking off the equations, by their first unknown."""
    rest = [Fraction(value) for value in row]
    for place in range(len(rest)):
        factor, pivot_row = rest[place], by_pivot.get(place)
        if factor and pivot_row is not None:
            rest = [value - factor * other for value, other in zip(rest, pivot_row, strict=True)]
    return rest


@pytest.mark.slow
@given(
    st.dictionaries(
        st.tuples(*map(st.sampled_from, GENOTYPES)),
        st.sampled_from([1, 2, 3, 5, 8, 30, 100]),
        min_size=1,
        max_size=9,
    ),
    st.sampled_from([STAR, BOTH]),
)
@settings(deadline=None)  # the first example loads the knowledge base
def test_no_small_number_follows_from_all_tables_together(
    numbers: dict[Person, int], sets: tuple[str, ...]
) -> None:
    """Genotypes at sites and diplotypes are about the same people.

    The unknowns are the numbers of people with each combination of genotypes that is possible.
    """
    below = 5
    whole = people(knowledge(sets), numbers)
    told = suppress(whole, below)
    if isinstance(told.n_people, Hidden):
        return
    kinds = list(itertools.product(*GENOTYPES))
    equations: list[list[int]] = [[1] * len(kinds)]
    small: list[list[int]] = []
    for column, before, after in columns_of(whole, told, kinds):
        if after == 0:  # then so is every number in the sum
            members = [number for number, is_in in enumerate(column) if is_in]
            equations += [[int(one == number) for one in range(len(kinds))] for number in members]
        elif isinstance(after, int):
            equations.append(column)
        elif isinstance(before, int) and 0 < before < below:
            small.append(column)
    assert [] == determined(equations, small)


@cache
def knowledge(sets: tuple[str, ...] = STAR) -> KnowledgeBase:
    """Return the toy knowledge base with some haplotype sets; both have rs1 among their sites."""
    whole = load([TOY, TOY_HAPLOTYPES])
    chosen = {key: value for key, value in whole.haplotype_sets.items() if key in sets}
    return dataclasses.replace(whole, haplotype_sets=chosen)


def columns_of(
    whole: Cohort, told: Cohort, kinds: Sequence[Person]
) -> Iterator[tuple[list[int], Count, Count]]:
    """Yield every sum of people that a page may show: of which kinds, how many, and as told."""
    for number, sites in enumerate(zip(whole.sites[:3], told.sites[:3], strict=True)):
        for genotype in GENOTYPES[number]:
            name = genotype.strip(".")
            before, after = (site.people.where(lambda cell: cell.genotype, name) for site in sites)
            yield [int(kind[number] == genotype) for kind in kinds], before, after
    for number, (set_before, set_after) in enumerate(
        zip(whole.haplotype_sets, told.haplotype_sets, strict=True)
    ):
        diplotypes = [diplotypes_of(kind)[number] for kind in kinds]
        for name in set(diplotypes):
            before = set_before.people.where(lambda cell: cell.diplotype, name)
            after = set_after.people.where(lambda cell: cell.diplotype, name)
            yield [int(found == name) for found in diplotypes], before, after


@cache
def diplotypes_of(person: Person) -> tuple[str, ...]:
    """Return the diplotype of a person in each set; empty where none is reported."""
    sets = people(knowledge(BOTH), {person: 1}).haplotype_sets
    return tuple(next(cell.diplotype for cell in of_set.people.cells) for of_set in sets)


def test_a_haplotype_set_is_hidden_with_its_sites() -> None:
    """Of 103 people with A/C or C/C at rs1, 100 have A/C: that must not follow from *1/*2."""
    numbers: dict[Person, int] = {
        ("A/A", "A/A", "T/T"): 800,
        ("A/C", "A/A", "T/T"): 100,
        ("C/C", "A/A", "T/T"): 3,
    }
    (star,) = suppress(people(knowledge(), numbers), 20).haplotype_sets
    assert Partition(903, {}, hides_zeros=True) == star.people


def test_a_haplotype_set_without_small_numbers_is_told() -> None:
    numbers: dict[Person, int] = {("A/A", "A/A", "T/T"): 800, ("A/C", "A/A", "T/T"): 100}
    whole = people(knowledge(), numbers)
    assert whole.haplotype_sets == suppress(whole, 20).haplotype_sets


def test_what_rests_on_hidden_numbers_is_hidden() -> None:
    numbers: dict[Person, int] = {
        ("A/A", "A/A", "T/T"): 500,
        ("A/C", "A/A", "T/T"): 60,
        ("C/C", "A/A", "T/T"): 3,
    }
    told = suppress(people(knowledge(), numbers), 20)
    site = told.sites[0]
    assert {("called", "A/A"): 500, ("called", "A/C"): OTHER, ("called", "C/C"): SMALL} == {
        tuple(cell): count for cell, count in site.people.cells.items()
    }
    survival = next(item for item in told.associations if item.id == "rs1-survival")
    assert [OTHER, SMALL] == [told.count(survival, way) for way in ("higher", "lower")]
    assert all(item.highest.hides_zeros for item in told.categories if item.category == "efficacy")
    assert None is told.people
    assert () == told.files.first
    assert 20 == told.hides


@pytest.mark.parametrize(("with_any", "is_told"), [(900, True), (905, False), (995, False)])
def test_people_with_two_levels_are_not_told_by_a_difference(with_any: int, is_told: bool) -> None:
    """905 with any finding of a level, and 900 with none firmer, are 5 with both."""
    cohort = people(knowledge(), {("A/A", "A/A", "T/T"): 1000})
    firm, weak = Level.SINGLE_CORRECTED, Level.SINGLE_NOMINAL
    category = CategoryPeople(
        "exposure", Partition(1000, {firm: 100, weak: 900}), {firm: 100, weak: with_any}, 1005
    )
    cohort = dataclasses.replace(cohort, categories=(category,))
    (found,) = suppress(cohort, 20).categories
    assert is_told == (found == category)
    assert is_told != found.highest.hides_zeros


@pytest.mark.parametrize(("of_all", "is_told"), [(500, True), (505, False), (600, True)])
def test_people_with_findings_in_one_category_alone_are_not_told(
    of_all: int, is_told: bool
) -> None:
    """505 with a finding in any category, and 500 in one, are 5 in the other alone."""

    def category(name: str, count: int) -> CategoryPeople:
        level = Level.SINGLE_CORRECTED
        cells: dict[Level | None, Count] = {level: count, None: 1000 - count}
        highest = Partition(1000, cells)
        return CategoryPeople(name, highest, {level: count} if name != "overall" else {}, count)

    categories = (category("toxicity", 100), category("exposure", 500), category("overall", of_all))
    cohort = people(knowledge(), {("A/A", "A/A", "T/T"): 1000})
    told = suppress(dataclasses.replace(cohort, categories=categories), 20).categories
    assert categories[:2] == told[:2]
    assert is_told == (categories[2] == told[2])


@pytest.mark.parametrize("missing", [5, 7])
def test_whether_a_frequency_was_compared_does_not_narrow_a_hidden_number(missing: int) -> None:
    """Of 60 people, at most 6 may be missing for a comparison."""
    curated = load()
    columns = {item.id: [called("/".join(item.alleles[:1] * 2))] * 60 for item in curated.variants}
    columns["rs4646"] = [_call(".")] * missing + [called("C/A")] * (60 - missing)
    tally = CohortTally(curated)
    tally.add(annotated(curated, columns))
    site = next(site for site in suppress(tally.finish(), 20).sites if site.variant == "rs4646")
    assert site.frequency is not None
    assert OTHER is site.frequency.observed
    assert not site.frequency.is_compared


def test_a_cohort_of_fewer_people_than_are_told() -> None:
    told = suppress(people(knowledge(), {("A/A", "A/A", "T/T"): 4}), 20)
    assert SMALL is told.n_people
    assert all(site.people.hides_zeros for site in told.sites)


def test_counts_cannot_be_hidden_twice_or_below_two() -> None:
    cohort = people(knowledge(), {("A/A", "A/A", "T/T"): 30})
    with pytest.raises(UsageError, match="below 3 or more"):
        suppress(cohort, 2)
    with pytest.raises(UsageError, match="hidden already"):
        suppress(suppress(cohort, 3), 3)
