"""Long lists: whole for programs, counted for readers."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence

import pytest
from helpers.fixture_types import Run
from helpers.paths import EXAMPLE
from helpers.synthetic_calls import annotated, called, table_rows

import pgx_ana
from pgx_ana.api import Result
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.output.listing import (
    Listing,
    candidate_listing,
    listing,
    short_candidate,
    status_listing,
)
from pgx_ana.terms import TableName

PERSON = EXAMPLE / "spoiled.GRCh38.vcf"


def numbered(text: str, count: int) -> tuple[str, ...]:
    return tuple(text.format(number) for number in range(1, count + 1))


@pytest.mark.parametrize("count", [0, 1, 8])
def test_short_lists_are_shown(count: int) -> None:
    items = numbered("*{}", count)
    assert items == listing(items, "haplotypes")
    assert items == status_listing(items, 20, "sites")
    assert items == candidate_listing(items)


@pytest.mark.parametrize("count", [9, 45])
def test_long_lists_are_counted(count: int) -> None:
    items = numbered("*{}", count)
    assert Listing(items, f"{count} haplotypes") == listing(items, "haplotypes")
    assert Listing(items, f"{count} candidates") == candidate_listing(items)


@pytest.mark.parametrize(
    ("items", "text"),
    [
        pytest.param(numbered("rs{} absent", 9), "9 of 12 sites absent", id="one-status"),
        pytest.param(
            (*numbered("rs{} absent", 9), "rs10 no_call", "rs11 no_call"),
            "9 of 12 sites absent, 2 no call",
            id="two-statuses",
        ),
        pytest.param(
            ("rs10 one copy missing", *numbered("rs{} absent", 9)),
            "1 of 12 sites one copy missing, 9 absent",
            id="a-status-of-several-words",
        ),
        pytest.param(
            (*numbered("rs{} absent", 8), "phase of rs10 and rs11"),
            "8 of 12 sites absent, 1 phase of rs10 and rs11",
            id="phase",
        ),
    ],
)
def test_items_with_a_status_are_counted_by_status(items: Sequence[str], text: str) -> None:
    assert Listing(tuple(items), text) == status_listing(items, 12, "sites")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("*1/*2", "*1/*2"),
        ("*1|*2|*3|*4|*5|*6/*2", "*1|*2|*3|*4|*5|*6/*2"),
        ("*1|*2|*3|*4|*5|*6|*7/*2|*3", "7 haplotypes/*2|*3"),
        ("/".join(["|".join(numbered("*{}", 40))] * 2), "40 haplotypes/40 haplotypes"),
    ],
)
def test_alternatives_of_a_chromosome_are_counted(text: str, expected: str) -> None:
    assert expected == short_candidate(text)


def test_few_candidates_with_many_alternatives_are_shortened() -> None:
    items = ("*1/*2", "|".join(numbered("*{}", 7)) + "/*9")
    assert Listing(items, "*1/*2;7 haplotypes/*9") == candidate_listing(items)


@pytest.fixture(scope="module")
def person() -> Result:
    """Return a person without a record at most sites: its lists are long."""
    return pgx_ana.annotate(PERSON)


LONG_LISTS = {"summary": "not_assessed", "haplotypes": "deciding"}


@pytest.mark.parametrize(("table", "column"), LONG_LISTS.items())
def test_long_lists_are_counted_in_text_and_whole_elsewhere(
    run: Run, person: Result, table: str, column: str
) -> None:
    arguments = ["annotate", PERSON, "-q", "-t", table]
    texts = {
        name: [row[column] for row in csv.DictReader(io.StringIO(text), delimiter=delimiter)]
        for name, delimiter in (("tsv", "\t"), ("csv", ","))
        for text in (run(*arguments, "-f", name).stdout,)
    }
    assert texts["tsv"] == texts["csv"]
    (document,) = person
    whole = [row[column] for row in document[table]]
    in_frame = [
        [] if isinstance(cell, float) else str(cell).split(";")
        for cell in getattr(person, table)[column]
    ]
    assert whole == in_frame
    assert json.loads(run(*arguments[:3], "-f", "json").stdout)[0][table] == document[table]
    counted = [
        (len(items), text)
        for items, text in zip(whole, texts["tsv"], strict=True)
        if len(items) > 8
    ]
    assert counted
    for count, text in counted:
        assert ";" not in text
        assert count == sum(int(part.split()[0]) for part in text.split(", "))


@pytest.mark.parametrize("column", ["basis_drugs", "pmids"])
def test_what_a_conclusion_rests_on_is_never_counted(run: Run, person: Result, column: str) -> None:
    stdout = run("annotate", PERSON, "-q", "-t", "annotations").stdout
    shown = [row[column] for row in csv.DictReader(stdout.splitlines(), delimiter="\t")]
    (document,) = person
    assert [";".join(row[column]) for row in document["annotations"]] == shown


def test_many_compared_genotypes_are_counted(curated: KnowledgeBase) -> None:
    """The repeat in CYP19A1 has seven alleles, 28 genotypes."""
    repeat = next(variant for variant in curated.variants if variant.id == "rs60271534")
    genotypes = len(repeat.alleles) * (len(repeat.alleles) + 1) // 2
    people = {repeat.id: [called("/".join(repeat.alleles[:1] * 2))]}
    rows = table_rows(TableName.ANNOTATIONS, annotated(curated, people))
    compared = [row["compared_with"] for row in rows if row["direction"] == "unsettled"]
    lists = [cell for cell in compared if isinstance(cell, Listing)]
    assert lists
    assert {(genotypes - 1, f"{genotypes - 1} other genotypes")} == {
        (len(cell.items), cell.text) for cell in lists
    }
