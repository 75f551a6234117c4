"""Haplotypes of people in whole files.

How the same people are written changes nothing, and what is not known makes nothing more certain.
"""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click.testing
import pytest
from helpers.toy_chromosomes import (
    LAYERS,
    LISTED,
    NAMED,
    NAMES,
    REFERENCE,
    SITES,
    Names,
    in_order,
    singles,
)
from helpers.toy_people import BASES, PLAIN, Copies, Person, Style, rows, write_vcf
from hypothesis import given, settings
from hypothesis import strategies as st

from pgx_ana.annotation import Annotations
from pgx_ana.haplotypes import Diplotype, DiplotypeStatus
from pgx_ana.haplotypes.panel import Alleles
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.output import make_table
from pgx_ana.output.delimited import text_chunks
from pgx_ana.pipeline import Request
from pgx_ana.pipeline import run as run_files
from pgx_ana.terms import TableName

Run = Callable[..., click.testing.Result]


def annotated(
    toy_haplotypes: KnowledgeBase, people: Sequence[Person], style: Style = PLAIN
) -> Annotations:
    with tempfile.TemporaryDirectory() as folder:
        path = write_vcf(people, style, Path(folder))
        return run_files(Request((str(path),), population="EUR"), toy_haplotypes)


def table(
    toy_haplotypes: KnowledgeBase, people: Sequence[Person], style: Style = PLAIN
) -> list[str]:
    """Return the rows of the table of haplotypes."""
    made = make_table(TableName.HAPLOTYPES, annotated(toy_haplotypes, people, style))
    return "".join(text_chunks(made, "\t")).splitlines()[1:]


def called(toy_haplotypes: KnowledgeBase, people: Sequence[Person]) -> list[tuple[Diplotype, ...]]:
    """Return what everybody has of each set: the star alleles, then the haplotypes of a pair."""
    found = annotated(toy_haplotypes, people).haplotypes
    columns = [[call.diplotype for call in of.diplotypes] for of in found]
    return list(zip(*columns, strict=True))


@dataclass(frozen=True)
class Truth:
    """A person as seen in a file, and the names of what the person has of each set."""

    seen: Person
    star: Names
    pair: Names


@st.composite
def truths(
    draw: st.DrawFn, pool: Sequence[Alleles] = tuple(NAMES), *, missing: bool = True
) -> Truth:
    """Draw two chromosomes, and how much of them and of their phase is seen."""
    pair = [draw(st.sampled_from(pool)) for _ in range(2)]
    rs3 = ["C" if one[0] == "C" else draw(st.sampled_from("TC")) for one in pair]
    rs5 = [draw(st.sampled_from(BASES["rs5"])) for _ in range(2)]
    core = zip(SITES, zip(*pair, strict=True), strict=True)
    sites: dict[str, tuple[str, ...]] = dict(core) | {"rs3": tuple(rs3), "rs5": tuple(rs5)}
    phased = draw(st.frozensets(st.sampled_from(list(BASES))))
    sets = draw(st.dictionaries(st.sampled_from(list(BASES)), st.sampled_from([100, 200])))
    block = {rsid: str(sets.get(rsid)) if rsid in phased else rsid for rsid in BASES}
    turned = draw(st.frozensets(st.sampled_from(sorted({*block.values()}))))
    gone = draw(st.frozensets(st.sampled_from(LOSSES), max_size=3)) if missing else frozenset()
    copies = {
        rsid: hidden(sites[rsid][:: -1 if block[rsid] in turned else 1], rsid, gone)
        for rsid in BASES
    }
    return Truth(
        Person(copies, phased, {rsid: of for rsid, of in sets.items() if rsid in phased}),
        star=in_order(*(NAMES[one] for one in pair)),
        pair=in_order(*(f"{one[0]}-{three}" for one, three in zip(pair, rs3, strict=True))),
    )


Loss = tuple[str, tuple[int, ...]]
LOSSES: tuple[Loss, ...] = tuple(itertools.product(BASES, ((0, 1), (0, 1), (0,), (1,))))
"""A site, and the copies of it that are not seen."""


def hidden(copies: tuple[str, ...], rsid: str, losses: Iterable[Loss]) -> Copies:
    lost = {copy for site, of in losses for copy in of if site == rsid}
    first, second = ("." if n in lost else base for n, base in enumerate(copies))
    return (first, second)


def unphased(person: Person) -> Person:
    return replace(person, phased=frozenset(), sets={})


def without(person: Person, loss: Loss) -> Person:
    rsid = loss[0]
    return replace(
        person, copies={**person.copies, rsid: hidden(person.copies[rsid], rsid, [loss])}
    )


PEOPLE = st.lists(truths().map(lambda truth: truth.seen), min_size=1, max_size=4)
STYLES = {
    "copies the other way round": Style(swapped=True),
    "alternates in rows of their own": Style(split=True),
    "the same the other way round": Style(split=True, swapped=True),
    "names with chr": Style(prefix="chr"),
    "GRCh37": Style(assembly="GRCh37"),
    "BCF": Style(bcf=True),
    "blocks": Style(blocks=True),
    "all of it": Style("GRCh37", "chr", split=True, blocks=True, swapped=True, bcf=True),
}


KNOWN = [
    Person(
        {"rs1": ("A", "C"), "rs2": ("C", "T"), "rs3": ("T", "C"), "rs4": ("G", "G")}
        | {"rs5": ("G", "GCA")},
        phased=frozenset({"rs1", "rs2"}),
        sets={"rs1": 7, "rs2": 7},
    )
]


@pytest.mark.parametrize("name", [name for name in STYLES if name != "BCF"])
def test_people_are_written_in_other_ways(name: str) -> None:
    assert list(rows(KNOWN, PLAIN)) != list(rows(KNOWN, STYLES[name]))


def test_command_line_writes_the_same(
    toy_haplotypes: KnowledgeBase, run: Run, tmp_path: Path
) -> None:
    """By hand: C at rs1 lies with T at rs2, and G at rs5 goes with *2."""
    path = write_vcf(KNOWN, PLAIN, tmp_path)
    layers = [word for place in LAYERS for word in ("--kb", place)]
    words = ["--table", "haplotypes", "--population", "EUR", "--quiet"]
    lines = run("annotate", path, *layers, *words).stdout.splitlines()

    assert table(toy_haplotypes, KNOWN) == lines[1:]
    expected = [
        ["AAA-star", "*3/[*2 + rs2 T]", "determined", "*3/[*2 + rs2 T]"],
        ["AAA-pair", "A-T/C-C", "presumed", "A-T/C-C;A-C/[rs1 C + rs3 T]"],
    ]
    assert expected == [line.split("\t")[2:6] for line in lines[1:]]


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
@settings(max_examples=25, deadline=None)
@given(people=PEOPLE)
def test_how_people_are_written_changes_nothing(
    toy_haplotypes: KnowledgeBase, style: Style, people: list[Person]
) -> None:
    assert table(toy_haplotypes, people) == table(toy_haplotypes, people, style)


@settings(max_examples=25, deadline=None)
@given(data=st.data(), people=PEOPLE)
def test_order_of_people_changes_nothing(
    toy_haplotypes: KnowledgeBase, data: st.DataObject, people: list[Person]
) -> None:
    order = data.draw(st.permutations(range(len(people))))
    before = called(toy_haplotypes, people)

    assert [before[n] for n in order] == called(toy_haplotypes, [people[n] for n in order])


@settings(max_examples=25, deadline=None)
@given(people=PEOPLE)
def test_others_in_the_file_change_nothing(
    toy_haplotypes: KnowledgeBase, people: list[Person]
) -> None:
    """But for why a site is missing: without others it may have no row."""
    together = called(toy_haplotypes, people)
    alone = [called(toy_haplotypes, [person])[0] for person in people]

    assert [[bare(one) for one in of] for of in alone] == [
        [bare(one) for one in of] for of in together
    ]


def bare(one: Diplotype) -> Diplotype:
    return replace(one, deciding=())


@settings(max_examples=50, deadline=None)
@given(truth=truths(missing=False), named=truths(LISTED))
def test_what_is_true_fits(toy_haplotypes: KnowledgeBase, truth: Truth, named: Truth) -> None:
    """Whatever phase is lost. Where sites are lost, too, of all that is defined or was counted."""
    people = [truth.seen, named.seen]
    people += [unphased(person) for person in people]
    for one, (star, _) in zip((truth, named) * 2, called(toy_haplotypes, people), strict=True):
        assert star.status == "not_assessed" or one.star in singles(star)


@settings(max_examples=50, deadline=None)
@given(people=PEOPLE, named=truths(NAMED))
def test_less_phase_leaves_more_open(
    toy_haplotypes: KnowledgeBase, people: list[Person], named: Truth
) -> None:
    """What is made of haplotypes without names may be presumed to be others, never determined."""
    people = [named.seen, *people]
    pairs = both(toy_haplotypes, people, [unphased(person) for person in people])

    for before, after in pairs:
        assert singles(before) <= singles(after)
        if after.status is DiplotypeStatus.DETERMINED:
            assert (before.status, before.diplotype) == (after.status, after.diplotype)
    for before, after in pairs[:2]:
        assert certainty(after) <= certainty(before)


@settings(max_examples=50, deadline=None)
@given(people=PEOPLE, loss=st.sampled_from(LOSSES))
def test_less_sites_leave_more_open(
    toy_haplotypes: KnowledgeBase, people: list[Person], loss: Loss
) -> None:
    """What fitted still fits, but for what is named at the site: that may not be told any more."""
    less = [without(person, loss) for person in people]

    for index, (before, after) in enumerate(both(toy_haplotypes, people, less)):
        assert certainty(after) <= certainty(before)
        is_star = index % 2 == 0
        if is_star and after.status is not DiplotypeStatus.NOT_ASSESSED:
            assert all(still_fits(names, loss[0], singles(after)) for names in singles(before))


def both(
    toy_haplotypes: KnowledgeBase, people: Sequence[Person], less: Sequence[Person]
) -> list[tuple[Diplotype, Diplotype]]:
    """Return what everybody has of each set when more is known, and when less is."""
    more, fewer = called(toy_haplotypes, people), called(toy_haplotypes, less)
    pairs = zip(itertools.chain(*more), itertools.chain(*fewer), strict=True)
    return list(pairs)


def certainty(one: Diplotype) -> int:
    ladder = {"not_assessed": 0, "incomplete": 1, "ambiguous": 2, "presumed": 3, "determined": 4}
    return ladder[one.status.value]


def still_fits(names: Names, rsid: str, after: set[Names]) -> bool:
    """Say whether two names fit, each as it was or as it is without what a site adds to it."""
    others = [(name, reduced(name, rsid)) for name in names]
    return any(in_order(*pair) in after for pair in itertools.product(*others))


def reduced(name: str, rsid: str) -> str:
    """Return the name of a chromosome that has the reference at a site."""
    (alleles,) = (alleles for alleles, other in NAMES.items() if other == name)
    return NAMES[
        tuple(p if s == rsid else a for s, a, p in zip(SITES, alleles, REFERENCE, strict=True))
    ]


@settings(max_examples=100, deadline=None)
@given(people=st.lists(truths(NAMED), min_size=1, max_size=4))
def test_what_is_told_of_named_haplotypes_is_true(
    toy_haplotypes: KnowledgeBase, people: list[Truth]
) -> None:
    """Of people all of whose haplotypes have names; what is presumed is then right as well."""
    for truth, found in zip(
        people, called(toy_haplotypes, [one.seen for one in people]), strict=True
    ):
        for one, names in zip(found, (truth.star, truth.pair), strict=True):
            if one.status in {DiplotypeStatus.DETERMINED, DiplotypeStatus.PRESUMED}:
                assert names == in_order(*one.diplotype.split("/"))
            else:
                assert "" == one.diplotype


def test_people_of_all_statuses_are_drawn(toy_haplotypes: KnowledgeBase) -> None:
    """The properties above would be empty otherwise."""
    seen: set[str] = set()

    @settings(max_examples=40, deadline=None, database=None, derandomize=True)
    @given(people=PEOPLE)
    def look(people: list[Person]) -> None:
        seen.update(one.status for of in called(toy_haplotypes, people) for one in of)

    look()
    assert {"determined", "presumed", "ambiguous", "incomplete"} <= seen
