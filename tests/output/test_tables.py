"""Tables as text, JSON and data frames agree in every cell."""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
from helpers.fixture_types import MakeVcf
from helpers.paths import EXAMPLE
from helpers.table_text import documents_text, table_text
from helpers.varied_people import GQX, SAMPLES, varied_people
from numpy.typing import NDArray

from pgx_ana.annotation import Annotations
from pgx_ana.coded import Coded
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.model import CallOptions
from pgx_ana.output import Table, make_table, to_frame
from pgx_ana.output.columns import COLUMNS, Column
from pgx_ana.output.listing import Listing
from pgx_ana.output.rendering import number_texts
from pgx_ana.output.tables import TableSection, Value
from pgx_ana.pipeline import Request, run
from pgx_ana.terms import TEXT_TABLES, TableName
from pgx_ana.version import __version__

Rows = list[dict[str, Value]]


def parsed_cell(cell: object, column: Column) -> Value:
    """Return the value of a text cell, with the type of its column."""
    assert isinstance(cell, str)
    if column.type == "list":
        return () if cell == "." else tuple(cell.split(";"))
    if cell == ".":
        return None
    if column.type == "integer":
        return int(cell)
    return float(cell) if column.type == "number" else cell


def text_rows(table: Table, separator: str) -> Rows:
    text = table_text(table, separator)
    lines: Iterator[list[str]]
    if separator == ",":
        lines = csv.reader(io.StringIO(text, newline=""))
    else:
        lines = (line.split("\t") for line in text.removesuffix("\n").split("\n"))
    assert [column.name for column in table.columns] == next(lines)
    return [
        {c.name: parsed_cell(cell, c) for c, cell in zip(table.columns, line, strict=True)}
        for line in lines
    ]


def json_rows(table: Table, annotations: Annotations) -> Rows:
    documents = json.loads(documents_text(annotations))
    rows = []
    for document in documents:
        for entry in document[table.name.value]:
            row = {"sample": document["sample"], **entry}
            assert {column.name for column in table.columns} == set(row)
            rows.append({key: tuple(v) if isinstance(v, list) else v for key, v in row.items()})
    return rows


def shortest_decimal(cell: Any) -> Any:
    """Return a float32 of a data frame as the shortest decimal number that identifies it."""
    return float(np.format_float_positional(np.float32(cell))) if type(cell) is float else cell


def frame_rows(table: Table) -> Rows:
    frame = to_frame(table)
    assert [column.name for column in table.columns] == list(frame.columns)
    rows = []
    for record in frame.to_dict("records"):
        row: dict[str, Value] = {}
        for column in table.columns:
            cell: Any = record[column.name]
            missing = bool(pd.isna(cell))
            if column.type == "list":
                row[column.name] = () if missing else tuple(str(cell).split(";"))
            else:
                row[column.name] = None if missing else shortest_decimal(cell)
        rows.append(row)
    return rows


def counted(table: Table, rows: Rows) -> Rows:
    """Return the rows of a table with the text of each long list in its place."""
    shown = []
    for number, row in enumerate(rows):
        sample, section = divmod(number, len(table.sections))
        cells = zip(table.columns[1:], table.sections[section].rows[sample], strict=True)
        texts = {
            column.name: tuple(cell.text.split(";"))
            for column, cell in cells
            if isinstance(cell, Listing)
        }
        shown.append({**row, **texts})
    return shown


def assert_formats_agree(annotations: Annotations) -> None:
    """Check that TSV, CSV, JSON and data frame have the same rows, for every table.

    Long lists are whole in JSON and data frames, and counted in TSV and CSV.
    """
    for name in TEXT_TABLES:
        table = make_table(name, annotations)
        expected = json_rows(table, annotations)
        assert expected
        assert expected == frame_rows(table)
        assert counted(table, expected) == text_rows(table, "\t")
        assert counted(table, expected) == text_rows(table, ",")


@pytest.fixture
def varied(toy_haplotypes: KnowledgeBase, make_vcf: MakeVcf) -> Annotations:
    return varied_people(make_vcf, toy_haplotypes)


def test_formats_agree_on_all_call_statuses(varied: Annotations) -> None:
    assert_formats_agree(varied)


def test_varied_fixture_has_all_statuses(varied: Annotations) -> None:
    """Without them, the agreement of the formats would prove little."""
    rows = text_rows(make_table(TableName.CALLS, varied), "\t")
    expected = {
        "called",
        "partial",
        "no_call",
        "filtered",
        "absent",
        "unknown_allele",
        "mismatch",
    }
    assert expected == {row["status"] for row in rows}
    haplotypes = text_rows(make_table(TableName.HAPLOTYPES, varied), "\t")
    assert {"incomplete", "unknown_allele"} <= {row["status"] for row in haplotypes}


def test_formats_agree_on_asserted_calls(toy_haplotypes: KnowledgeBase, make_vcf: MakeVcf) -> None:
    path = make_vcf(["1 200 A C 0/1"], samples=SAMPLES[:1])
    options = CallOptions(absent_is_reference=True)
    assert_formats_agree(run(Request((str(path),), options=options), toy_haplotypes))


@pytest.mark.parametrize("assembly", ["GRCh37", "GRCh38"])
def test_formats_agree_on_the_example(curated: KnowledgeBase, assembly: str) -> None:
    path = EXAMPLE / f"spoiled.{assembly}.vcf"
    assert_formats_agree(run(Request((str(path),)), curated))


@pytest.mark.slow
def test_formats_agree_across_batches_of_samples(
    toy_haplotypes: KnowledgeBase, make_vcf: MakeVcf
) -> None:
    """Text and JSON are rendered in batches of 512 samples."""
    rng = random.Random(20)
    samples = [f"S{number}" for number in range(2100)]
    rows = []
    for site in ("1 100 A C", "1 200 A C,T", "2 50 G T"):
        calls = (
            f"{rng.choice(('0/0', '0/1', '1|0', './.', '1/1'))}:{rng.randrange(100)}"
            for _ in samples
        )
        rows.append(" ".join((site, *calls)))
    path = make_vcf(rows, samples=samples, fmt="GT:GQ")
    annotations = run(Request((str(path),), population="EUR"), toy_haplotypes)
    assert_formats_agree(annotations)
    people = [row["sample"] for row in text_rows(make_table(TableName.SUMMARY, annotations), "\t")]
    assert [sample for sample in samples for _ in range(5)] == people
    haplotypes = text_rows(make_table(TableName.HAPLOTYPES, annotations), "\t")
    assert {"*1/*1", "*2/*3"} <= {row["likeliest"] for row in haplotypes}


def test_values_have_the_type_of_their_column(varied: Annotations) -> None:
    types = {"integer": int, "number": float, "list": tuple, "text": str, "category": str}
    for name in TEXT_TABLES:
        table = make_table(name, varied)
        assert table.columns == COLUMNS[name]
        for section in table.sections:
            assert len(SAMPLES) == len(section.rows)
            for row in section.rows.values:
                cells = zip(table.columns[1:], row, strict=True)
                wrong = [c.name for c, v in cells if v is not None and type(v) is not types[c.type]]
                assert [] == wrong


def test_no_item_of_a_list_contains_the_separator_of_lists(
    toy_haplotypes: KnowledgeBase, make_vcf: MakeVcf
) -> None:
    path = make_vcf(["1 100 A C 0/1", "1 200 A C 0/1", "1 401 G GT 0/0"])
    annotations = run(Request((str(path),), population="EUR"), toy_haplotypes)
    cells = [
        cell
        for name in TEXT_TABLES
        for section in make_table(name, annotations).sections
        for row in section.rows.values
        for cell in row
    ]
    lists = [cell.items if isinstance(cell, Listing) else cell for cell in cells]
    assert [] == [x for items in lists if isinstance(items, tuple) for x in items if ";" in x]


def test_every_row_carries_the_versions(varied: Annotations, toy_haplotypes: KnowledgeBase) -> None:
    expected = {(toy_haplotypes.stamp, __version__)}
    for name in TEXT_TABLES:
        rows = text_rows(make_table(name, varied), "\t")
        assert expected == {(row["kb_version"], row["pgx_ana_version"]) for row in rows}


def test_calls_as_text(toy: KnowledgeBase, make_vcf: MakeVcf) -> None:
    """An absent call has neither quality nor depth, even if a record spans the site."""
    rows = ["1 99 CA C 0/0:50:7:.", "1 200 A C 1|0:99.5:30:150", "1 300 T C 0/1:3:2:."]
    path = make_vcf(rows, fmt="GT:GQX:DP:PS", extra_header=[GQX], filters={1: "."})
    table = make_table(TableName.CALLS, run(Request((str(path),)), toy))
    stamps = f"{toy.stamp} {__version__}"
    expected = [
        f"S1 AAA rs1 GRCh38 1 100 A . absent none no_record . . . . . {stamps}",
        f"S1 AAA rs2 GRCh38 1 200 A C|A called record . 150 99.5 30 . {path} {stamps}",
        f"S1 AAA rs3 GRCh38 1 300 T T/C filtered record GQ_low . 3 2 PASS {path} {stamps}",
    ]
    reasons = {"no record covers the locus": "no_record", "GQ below 10": "GQ_low"}
    lines = [line.split("\t") for line in table_text(table).splitlines()]
    assert expected == [" ".join(reasons.get(x, x) for x in line) for line in lines[1:4]]


def test_asserted_calls_are_marked_in_calls_and_annotations(
    toy: KnowledgeBase, make_vcf: MakeVcf
) -> None:
    options = CallOptions(absent_is_reference=True)
    annotations = run(Request((str(make_vcf([])),), options=options), toy)
    calls = text_rows(make_table(TableName.CALLS, annotations), "\t")
    expected = {("called", "asserted", "absent, asserted to be reference")}
    assert expected == {(row["status"], row["source"], row["reason"]) for row in calls}
    conclusions = text_rows(make_table(TableName.ANNOTATIONS, annotations), "\t")
    assert [
        (
            "asserted",
            "Asserted: Survival: higher than C/C (better), on anastrozole [limited evidence]",
        ),
        ("asserted", "Asserted: Plasma level: no difference found on anastrozole"),
    ] == [(row["source"], row["headline"]) for row in conclusions]


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        (np.array([99.0, np.nan, 0.0, 2.5, 99.9, -3.25], np.float32), "99 . 0 2.5 99.9 -3.25"),
        (np.array([1234567.0, 0.001], np.float32), "1234567 0.001"),
        (np.array([150, -1, 0, 150], np.int64), "150 . 0 150"),
        (np.array([], np.float32), ""),
    ],
    ids=["floats", "long-floats", "integers", "none"],
)
def test_numbers_as_text(numbers: NDArray[np.generic], expected: str) -> None:
    assert expected.encode().split() == number_texts(numbers, ".")


def table_with_separators() -> Table:
    """Return a table of two samples whose texts contain the separators of cells and rows."""
    lists = (("x", "y,z"), Listing(("p", "q"), "2 markers, not 3"), ("w",))
    row = ("toxicity", 'a\tb\nc, "d"\r', None, "male", None, "off_label", *lists, "1+0", "2")
    return Table(
        TableName.SUMMARY,
        ("one\ttab", "two,commas"),
        (TableSection(Coded.constant(row, 2), {}),),
    )


def test_separators_within_tsv_cells_become_blanks() -> None:
    cells = ["toxicity", 'a b c, "d" ', ".", "male", ".", "off_label"]
    cells += ["x;y,z", "2 markers, not 3", "w", "1+0", "2"]
    expected = [
        [column.name for column in COLUMNS[TableName.SUMMARY]],
        ["one tab", *cells],
        ["two,commas", *cells],
    ]
    text = table_text(table_with_separators())
    assert expected == [line.split("\t") for line in text.removesuffix("\n").split("\n")]


def test_csv_cells_are_quoted_only_where_needed() -> None:
    start = (
        "sample,category,conclusion,highest_level,sex,context,label_use,findings,assessed,"
        "not_assessed,kb_version,pgx_ana_version"
    )
    cells = 'toxicity,"a\tb\nc, ""d""\r",.,male,.,off_label,"x;y,z","2 markers, not 3",w,1+0,2'
    expected = f'{start}\none\ttab,{cells}\n"two,commas",{cells}\n'
    assert expected == table_text(table_with_separators(), ",")


@pytest.mark.parametrize("text", ["a\rb", "a\nb", "\r\n", 'a"b', "a,b"])
def test_csv_cells_are_read_again(text: str) -> None:
    """A lone carriage return ends a row for readers of CSV, so that it needs quotes too."""
    row = (text, "1", None, None, None, None, (), (), (), "1+0", "2")
    table = Table(TableName.SUMMARY, ("S1",), (TableSection(Coded.constant(row, 1), {}),))
    rows = list(csv.reader(io.StringIO(table_text(table, ","), newline="")))
    assert ["S1", text, "1", *"......", ".", "1+0", "2"] == rows[1]
    assert 2 == len(rows)
