"""Properties of the haplotypes that are called from whole files.

The spelling of a file does not change the calls, and missing information never adds certainty.
"""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from helpers.fixture_types import Run
from helpers.table_text import table_text
from helpers.toy_chromosomes import (
    LAYERS,
    LISTED,
    NAMED,
    NAMES,
    REFERENCE,
    SITES,
    NamePair,
    in_order,
    single_diplotypes,
)
from helpers.toy_overlays import kb_options
from helpers.toy_people import BASES, PLAIN, Copies, Person, Style, rows, write_vcf
from hypothesis import given, settings
from hypothesis import strategies as st

from pgx_ana.annotation import Annotations
from pgx_ana.haplotypes import Diplotype, DiplotypeStatus
from pgx_ana.haplotypes.panel import Alleles
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.output import make_table
from pgx_ana.pipeline import Request
from pgx_ana.pipeline import run as run_files
from pgx_ana.terms import TableName


def annotated(
    toy_haplotypes: KnowledgeBase, people: Sequence[Person], style: Style = PLAIN
) -> Annotations:
    with tempfile.TemporaryDirectory() as folder:
        path = write_vcf(people, style, Path(folder))
        return run_files(Request((str(path),), population="EUR"), toy_haplotypes)


def table(
    toy_haplotypes: KnowledgeBase, people: Sequence[Person], style: Style = PLAIN
) -> list[str]:
    """Return the rows of the haplotypes table, without the header."""
    haplotypes = make_table(TableName.HAPLOTYPES, annotated(toy_haplotypes, people, style))
    return table_text(haplotypes).splitlines()[1:]


def called(toy_haplotypes: KnowledgeBase, people: Sequence[Person]) -> list[tuple[Diplotype, ...]]:
    """Return the diplotypes of every person: of the star alleles, then of the two-site set."""
    sets = annotated(toy_haplotypes, people).haplotypes
    columns = [[call.diplotype for call in calls.diplotypes] for calls in sets]
    return list(zip(*columns, strict=True))


@dataclass(frozen=True)
class Truth:
    """A person as written to a file, and the names of the true haplotypes of each set."""

    person: Person
    star: NamePair
    pair: NamePair


@st.composite
def truths(
    draw: st.DrawFn, pool: Sequence[Alleles] = tuple(NAMES), *, missing: bool = True
) -> Truth:
    """Draw two chromosomes, and how much of their alleles and of their phase is observed."""
    pair = [draw(st.sampled_from(pool)) for _ in range(2)]
    rs3 = ["C" if alleles[0] == "C" else draw(st.sampled_from("TC")) for alleles in pair]
    rs5 = [draw(st.sampled_from(BASES["rs5"])) for _ in range(2)]
    core = zip(SITES, zip(*pair, strict=True), strict=True)
    sites: dict[str, tuple[str, ...]] = dict(core) | {"rs3": tuple(rs3), "rs5": tuple(rs5)}
    phased = draw(st.frozensets(st.sampled_from(list(BASES))))
    sets = draw(st.dictionaries(st.sampled_from(list(BASES)), st.sampled_from([100, 200])))
    block = {rsid: str(sets.get(rsid)) if rsid in phased else rsid for rsid in BASES}
    swapped = draw(st.frozensets(st.sampled_from(sorted({*block.values()}))))
    losses = draw(st.frozensets(st.sampled_from(LOSSES), max_size=3)) if missing else frozenset()
    copies = {
        rsid: without_copies(sites[rsid][:: -1 if block[rsid] in swapped else 1], rsid, losses)
        for rsid in BASES
    }
    return Truth(
        Person(copies, phased, {rsid: number for rsid, number in sets.items() if rsid in phased}),
        star=in_order(*(NAMES[alleles] for alleles in pair)),
        pair=in_order(*(f"{alleles[0]}-{third}" for alleles, third in zip(pair, rs3, strict=True))),
    )


Loss = tuple[str, tuple[int, ...]]
LOSSES: tuple[Loss, ...] = tuple(itertools.product(BASES, ((0, 1), (0, 1), (0,), (1,))))
"""A site, and the copies of it that are not observed."""


def without_copies(copies: tuple[str, ...], rsid: str, losses: Iterable[Loss]) -> Copies:
    lost = {copy for site, lost_copies in losses for copy in lost_copies if site == rsid}
    first, second = ("." if copy in lost else base for copy, base in enumerate(copies))
    return (first, second)


def unphased(person: Person) -> Person:
    return replace(person, phased=frozenset(), sets={})


def without(person: Person, loss: Loss) -> Person:
    rsid = loss[0]
    copies = without_copies(person.copies[rsid], rsid, [loss])
    return replace(person, copies={**person.copies, rsid: copies})


PEOPLE = st.lists(truths().map(lambda truth: truth.person), min_size=1, max_size=4)
STYLES = {
    "copies swapped": Style(swapped=True),
    "one row per alternate allele": Style(split=True),
    "one row per alternate allele, copies swapped": Style(split=True, swapped=True),
    "chr prefix": Style(prefix="chr"),
    "GRCh37": Style(assembly="GRCh37"),
    "BCF": Style(bcf=True),
    "reference blocks": Style(blocks=True),
    "all together": Style("GRCh37", "chr", split=True, blocks=True, swapped=True, bcf=True),
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
def test_styles_write_different_rows(name: str) -> None:
    """The properties below would hold trivially otherwise."""
    assert list(rows(KNOWN, PLAIN)) != list(rows(KNOWN, STYLES[name]))


def test_command_line_gives_the_same_table(
    toy_haplotypes: KnowledgeBase, run: Run, tmp_path: Path
) -> None:
    """By hand: C at rs1 is in cis with T at rs2, and G at rs5 usually accompanies *2."""
    path = write_vcf(KNOWN, PLAIN, tmp_path)
    layers = kb_options(LAYERS)
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
def test_file_style_does_not_change_the_table(
    toy_haplotypes: KnowledgeBase, style: Style, people: list[Person]
) -> None:
    assert table(toy_haplotypes, people) == table(toy_haplotypes, people, style)


@settings(max_examples=25, deadline=None)
@given(data=st.data(), people=PEOPLE)
def test_order_of_people_does_not_change_the_calls(
    toy_haplotypes: KnowledgeBase, data: st.DataObject, people: list[Person]
) -> None:
    order = data.draw(st.permutations(range(len(people))))
    before = called(toy_haplotypes, people)

    assert [before[n] for n in order] == called(toy_haplotypes, [people[n] for n in order])


@settings(max_examples=25, deadline=None)
@given(people=PEOPLE)
def test_other_people_in_the_file_do_not_change_the_calls(
    toy_haplotypes: KnowledgeBase, people: list[Person]
) -> None:
    """Except for the reason why a site is missing: alone, a person may have no row there."""
    together = called(toy_haplotypes, people)
    alone = [called(toy_haplotypes, [person])[0] for person in people]

    assert [without_reasons(diplotypes) for diplotypes in alone] == [
        without_reasons(diplotypes) for diplotypes in together
    ]


def without_reasons(diplotypes: Sequence[Diplotype]) -> list[Diplotype]:
    return [replace(diplotype, deciding=()) for diplotype in diplotypes]


@settings(max_examples=50, deadline=None)
@given(complete=truths(missing=False), listed=truths(LISTED))
def test_true_diplotype_is_a_candidate(
    toy_haplotypes: KnowledgeBase, complete: Truth, listed: Truth
) -> None:
    """For any chromosomes if only phase is lost; for listed ones also if sites are missing."""
    people = [complete.person, listed.person]
    people += [unphased(person) for person in people]
    diplotypes = called(toy_haplotypes, people)
    for truth, (star, _) in zip((complete, listed) * 2, diplotypes, strict=True):
        assert star.status == "not_assessed" or truth.star in single_diplotypes(star)


@settings(max_examples=50, deadline=None)
@given(people=PEOPLE, named=truths(NAMED))
def test_less_phase_leaves_more_open(
    toy_haplotypes: KnowledgeBase, people: list[Person], named: Truth
) -> None:
    """Without phase, unnamed chromosomes may be presumed to be named ones, but not determined."""
    people = [named.person, *people]
    pairs = called_twice(toy_haplotypes, people, [unphased(person) for person in people])

    for before, after in pairs:
        assert single_diplotypes(before) <= single_diplotypes(after)
        if after.status is DiplotypeStatus.DETERMINED:
            assert (before.status, before.diplotype) == (after.status, after.diplotype)
    for before, after in pairs[:2]:
        assert certainty(after) <= certainty(before)


@settings(max_examples=50, deadline=None)
@given(people=PEOPLE, loss=st.sampled_from(LOSSES))
def test_fewer_sites_leave_more_open(
    toy_haplotypes: KnowledgeBase, people: list[Person], loss: Loss
) -> None:
    """Every candidate remains, at least with its name reduced by the allele at the lost site."""
    with_loss = [without(person, loss) for person in people]

    for index, (before, after) in enumerate(called_twice(toy_haplotypes, people, with_loss)):
        assert certainty(after) <= certainty(before)
        is_star = index % 2 == 0
        if is_star and after.status is not DiplotypeStatus.NOT_ASSESSED:
            remaining = single_diplotypes(after)
            assert all(still_fits(pair, loss[0], remaining) for pair in single_diplotypes(before))


def called_twice(
    toy_haplotypes: KnowledgeBase, people: Sequence[Person], reduced: Sequence[Person]
) -> list[tuple[Diplotype, Diplotype]]:
    """Return every diplotype with full and with reduced information."""
    before, after = called(toy_haplotypes, people), called(toy_haplotypes, reduced)
    return list(zip(itertools.chain(*before), itertools.chain(*after), strict=True))


def certainty(diplotype: Diplotype) -> int:
    ladder = {"not_assessed": 0, "incomplete": 1, "ambiguous": 2, "presumed": 3, "determined": 4}
    return ladder[diplotype.status.value]


def still_fits(names: NamePair, rsid: str, after: set[NamePair]) -> bool:
    """Return whether two names fit, each as it was or with the reference allele at a site."""
    alternatives = [(name, name_with_reference(name, rsid)) for name in names]
    return any(in_order(*pair) in after for pair in itertools.product(*alternatives))


def name_with_reference(name: str, rsid: str) -> str:
    """Return the name that a chromosome would have with the reference allele at a site."""
    (alleles,) = (alleles for alleles, candidate in NAMES.items() if candidate == name)
    return NAMES[
        tuple(
            reference if site == rsid else allele
            for site, allele, reference in zip(SITES, alleles, REFERENCE, strict=True)
        )
    ]


@settings(max_examples=100, deadline=None)
@given(people=st.lists(truths(NAMED), min_size=1, max_size=4))
def test_reported_diplotypes_of_named_haplotypes_are_true(
    toy_haplotypes: KnowledgeBase, people: list[Truth]
) -> None:
    """If both haplotypes have names, a presumed diplotype is right as well."""
    diplotypes = called(toy_haplotypes, [truth.person for truth in people])
    for truth, sets in zip(people, diplotypes, strict=True):
        for diplotype, names in zip(sets, (truth.star, truth.pair), strict=True):
            if diplotype.status in {DiplotypeStatus.DETERMINED, DiplotypeStatus.PRESUMED}:
                assert names == in_order(*diplotype.diplotype.split("/"))
            else:
                assert "" == diplotype.diplotype


def test_people_of_all_statuses_are_drawn(toy_haplotypes: KnowledgeBase) -> None:
    """The properties above would hold trivially otherwise."""
    statuses: set[str] = set()

    @settings(max_examples=40, deadline=None, database=None, derandomize=True)
    @given(people=PEOPLE)
    def collect(people: list[Person]) -> None:
        diplotypes = itertools.chain(*called(toy_haplotypes, people))
        statuses.update(diplotype.status for diplotype in diplotypes)

    collect()
    assert {"determined", "presumed", "ambiguous", "incomplete"} <= statuses
