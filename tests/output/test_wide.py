"""One row per person: the same genotypes as in the long tables, and never a missing one as one."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pandas as pd
import pytest
from helpers.fixture_types import MakeVcf
from helpers.people_in_blocks import in_blocks
from helpers.synthetic_calls import annotated, called, people_with_every_genotype
from helpers.table_text import table_text
from helpers.varied_people import varied_people

from pgx_ana.annotation import Annotations
from pgx_ana.file_formats import FileFormat, Layout, OutputChoice
from pgx_ana.formats import write_annotations
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.output import make_table
from pgx_ana.terms import WIDE_TABLES, CallSource, CallStatus, TableName

OBSERVED = {"called", "partial"}


def wide_rows(
    annotations: Annotations, target: Path, *tables: TableName, kind: FileFormat = FileFormat.TSV
) -> list[dict[str, str]]:
    choice = OutputChoice(kind, tables, Layout.WIDE)
    write_annotations(in_blocks(annotations, 2), choice, str(target), 1)
    separator = "\t" if kind is FileFormat.TSV else ","
    text = io.StringIO(target.read_text(encoding="utf-8"), newline="")
    return list(csv.DictReader(text, delimiter=separator))


def long_rows(annotations: Annotations, table: TableName) -> list[dict[str, str]]:
    text = table_text(make_table(table, annotations), ",")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def unphased(row: dict[str, str], knowledge: KnowledgeBase) -> str:
    """Return a genotype of the long table with its alleles in the order of the definition."""
    (variant,) = (one for one in knowledge.variants if one.id == row["variant"])
    order = [*variant.alleles, "."]
    return "/".join(sorted(re.split(r"[/|]", row["genotype"]), key=order.index))


def expected_rows(annotations: Annotations) -> list[dict[str, str]]:
    """Return the wide rows made of the long tables."""
    people: dict[str, dict[str, str]] = {}
    stamps: dict[str, str] = {}
    for row in long_rows(annotations, TableName.CALLS):
        is_observed = row["status"] in OBSERVED
        cell = unphased(row, annotations.knowledge) if is_observed else row["status"]
        people.setdefault(row["sample"], {"sample": row["sample"]})[row["variant"]] = cell
        stamps = {name: row[name] for name in ("kb_version", "pgx_ana_version")}
    for row in long_rows(annotations, TableName.HAPLOTYPES):
        cell = row["status"] if row["diplotype"] == "." else row["diplotype"]
        people[row["sample"]][row["haplotypes"]] = cell
    return [{**row, **stamps} for row in people.values()]


@pytest.fixture
def varied(toy_haplotypes: KnowledgeBase, make_vcf: MakeVcf) -> Annotations:
    return varied_people(make_vcf, toy_haplotypes)


@pytest.mark.parametrize("kind", [FileFormat.TSV, FileFormat.CSV])
def test_wide_rows_are_the_long_ones(varied: Annotations, tmp_path: Path, kind: FileFormat) -> None:
    assert expected_rows(varied) == wide_rows(varied, tmp_path / "x", *WIDE_TABLES, kind=kind)


def test_every_genotype(curated: KnowledgeBase, tmp_path: Path) -> None:
    people = people_with_every_genotype(curated)
    assert expected_rows(people) == wide_rows(people, tmp_path / "x", *WIDE_TABLES)


def test_columns_are_those_of_the_tables(varied: Annotations, tmp_path: Path) -> None:
    variants = [site.variant.id for site in varied.calls.sites]
    sets = [calls.nomenclature.id for calls in varied.haplotypes]
    assert sets
    stamps = ["kb_version", "pgx_ana_version"]
    expected = {
        (): ["sample", *variants, *stamps],
        (TableName.CALLS,): ["sample", *variants, *stamps],
        (TableName.HAPLOTYPES,): ["sample", *sets, *stamps],
        (TableName.HAPLOTYPES, TableName.CALLS): ["sample", *variants, *sets, *stamps],
    }
    assert expected == {
        tables: list(wide_rows(varied, tmp_path / "x", *tables)[0]) for tables in expected
    }


def test_statuses_and_genotypes_are_told_apart_by_their_letters(
    curated: KnowledgeBase, varied: Annotations, tmp_path: Path
) -> None:
    """The rule that the documentation states."""
    everyone = people_with_every_genotype(curated)
    cells = [
        (name, cell)
        for people in (varied, everyone)
        for row in wide_rows(people, tmp_path / "x", TableName.CALLS)
        for name, cell in row.items()
        if name.startswith("rs")
    ]
    statuses = {status.value for status in CallStatus}
    for _, cell in cells:
        assert (cell in statuses) != bool(re.match(r"[ACGT]", cell)), cell


@pytest.mark.parametrize(
    ("source", "note"),
    [
        (CallSource.ASSERTED, " (asserted)"),
        (CallSource.OTHER_STRAND, " (other strand)"),
        (CallSource.REFERENCE_BLOCK, ""),
    ],
)
def test_what_rests_on_the_user_is_marked(
    toy: KnowledgeBase, tmp_path: Path, source: CallSource, note: str
) -> None:
    variant = toy.variants[0]
    genotype = "/".join(variant.alleles[:1] * 2)
    people = annotated(toy, {variant.id: [called(genotype, source), called(genotype)]})
    rows = wide_rows(people, tmp_path / "x")
    assert [genotype + note, genotype] == [row[variant.id] for row in rows]


def test_parquet_has_the_cells_of_the_text(varied: Annotations, tmp_path: Path) -> None:
    path = tmp_path / "wide.parquet"
    choice = OutputChoice(FileFormat.PARQUET, WIDE_TABLES, Layout.WIDE)
    write_annotations(in_blocks(varied, 2), choice, str(path), 1)
    rows = pd.read_parquet(path)
    expected = pd.DataFrame(expected_rows(varied)).drop(columns=["kb_version", "pgx_ana_version"])
    assert list(range(len(expected))) == list(rows.pop("sample_index"))
    assert rows.astype(object).equals(expected.astype(object))
