"""Parquet of batches: rows of people in parts, and once for all what people share."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest
from helpers.batches import IN_THIS_PROCESS, planned, settings, tree
from helpers.fixture_types import MakeVcf, Run
from helpers.pages import page_code
from helpers.paths import TOY

from pgx_ana.batch import (
    BatchFolder,
    Division,
    Effort,
    Settings,
    finish_batch,
    read_manifest,
    run_shard,
    start_batch,
)
from pgx_ana.errors import InputError
from pgx_ana.file_formats import FileFormat, OutputChoice
from pgx_ana.formats import write_annotations
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.pipeline import run as annotate
from pgx_ana.terms import PARQUET_TABLES, SHARED_TABLES, TEXT_TABLES, TableName

ALL = tuple(TableName)
IN_PARTS = [table for table in ALL if table not in SHARED_TABLES]
SHARED = [f"{table}.parquet" for table in SHARED_TABLES]
GENOTYPES = ["0/0", "0/1", "1/1", "./.", "0/1", "1/0", "0/1"]
CONTEXTS = ["", "adjuvant", "", "men", "", "adjuvant", ""]

Rows = dict[str, list[dict[str, Any]]]


@pytest.fixture(autouse=True)
def in_tmp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def lines(make_vcf: MakeVcf) -> list[str]:
    """Return a manifest of seven people on GRCh38, a cohort, and a file that is refused."""
    sheet = ["file\tsample\tsex\tcontext"]
    for number, genotype in enumerate(GENOTYPES):
        rows = [f"1 100 A C {genotype}", f"1 200 A C {GENOTYPES[-number]}", "2 50 G T 0/1"]
        make_vcf(rows, samples=("SAMPLE",), name=f"{number}.vcf")
        sheet.append(f"{number}.vcf\tP{number}\t\t{CONTEXTS[number]}")
    cohort = ["1 100 A C 0/1 1/1 0/0", "1 300 T C 0|1 1|1 ./."]
    make_vcf(cohort, samples=("C1", "C2", "C3"), name="cohort.vcf")
    Path("bad.vcf").write_text("bad")
    return [*sheet[:4], "bad.vcf\t\t\t", *sheet[4:], "cohort.vcf\t\t\t"]


@pytest.fixture
def mixed(lines: list[str], make_vcf: MakeVcf) -> list[str]:
    """Return the same with people on GRCh37 in between."""
    for name in ("old1", "old2"):
        make_vcf(["1 150 A C 1/1"], samples=(name,), assembly="GRCh37", name=f"{name}.vcf")
    return [*lines[:3], "old1.vcf\t\t\t", *lines[3:7], "old2.vcf\t\t\t", *lines[7:]]


def chosen(
    knowledge: KnowledgeBase,
    tables: Sequence[TableName] = ALL,
    kind: FileFormat = FileFormat.PARQUET,
) -> Settings:
    return settings(knowledge, tables, kind)


def batch(
    lines: Sequence[str],
    output: str,
    what: Settings,
    knowledge: KnowledgeBase,
    division: Division,
    effort: Effort = IN_THIS_PROCESS,
    *,
    resume: bool = False,
) -> Path:
    """Run a batch, the last shard first, and return its folder."""
    manifest = Path("m.tsv")
    manifest.write_text("\n".join(lines) + "\n")
    path = Path(output).absolute()
    folder, plan = planned(manifest, path, what, knowledge, division, resume=resume)
    for shard in range(division.shards, 0, -1):
        run_shard(folder, plan, plan.shard(shard), effort)
    finish_batch(folder, knowledge, effort)
    return path


def rows_of(folder: Path, table: TableName) -> Rows:
    """Return the rows of each person in all parts, people in their order."""
    rows: Rows = {}
    for part in sorted((folder / "parts" / table).iterdir()):
        for row in pq.read_table(part).to_pylist():
            rows.setdefault(row["sample"], []).append(row)
    return rows


def lines_of(folder: Path, table: TableName) -> list[str]:
    parts = sorted((folder / "parts" / table).iterdir())
    return [line for part in parts for line in part.read_text().splitlines()[1:]]


DIVISIONS = [Division(1), Division(7), Division(256), Division(2, 3), Division(1, 2)]


def test_rows_do_not_depend_on_the_division(
    mixed: list[str], toy_haplotypes: KnowledgeBase
) -> None:
    what = chosen(toy_haplotypes)
    found = []
    for number, division in enumerate(DIVISIONS):
        folder = batch(mixed, f"out{number}", what, toy_haplotypes, division)
        rows = {table: rows_of(folder, table) for table in IN_PARTS}
        reports = [(folder / name).read_bytes() for name in (*SHARED, "status.tsv", "quality.tsv")]
        found.append(([(table, list(rows[table].items())) for table in IN_PARTS], reports))
        columns = {tuple(row) for people in rows.values() for of in people.values() for row in of}
        assert {"sample"} == {names[0] for names in columns}
        assert not any("sample_index" in names for names in columns)
    assert all(found[0] == other for other in found[1:])
    names = ["P0", "P1", "old1", "P2", "P3", "P4", "old2", "P5", "P6", "C1", "C2", "C3"]
    assert all(names == [name for name, _ in people] for _, people in found[0][0])


def test_lines_do_not_depend_on_the_division(
    mixed: list[str], toy_haplotypes: KnowledgeBase
) -> None:
    what = chosen(toy_haplotypes, TEXT_TABLES, FileFormat.TSV)
    found = []
    for number, division in enumerate(DIVISIONS):
        folder = batch(mixed, f"out{number}", what, toy_haplotypes, division)
        found.append([lines_of(folder, table) for table in TEXT_TABLES])
        assert not any((folder / name).exists() for name in SHARED)
    assert all(found[0] == other for other in found[1:])


def test_several_processes_give_the_same_files(
    mixed: list[str], toy_haplotypes: KnowledgeBase
) -> None:
    what = chosen(toy_haplotypes, PARQUET_TABLES)
    one = batch(mixed, "one", what, toy_haplotypes, Division(2))
    two = batch(mixed, "two", what, toy_haplotypes, Division(2), Effort(jobs=2))
    assert tree(one) == tree(two)


@pytest.mark.parametrize("block_files", [1, 4, 256])
def test_files_are_those_of_one_run(
    lines: list[str], toy_haplotypes: KnowledgeBase, block_files: int
) -> None:
    """Rows of people without their numbers; the same bytes of what people share."""
    lines = [line for line in lines if not line.startswith("bad")]
    what = chosen(toy_haplotypes)
    folder = batch(lines, "out", what, toy_haplotypes, Division(block_files))
    rows = read_manifest("m.tsv", from_file_name=False)
    people = annotate(what.request_for(rows, "m.tsv"), toy_haplotypes)
    write_annotations([people], OutputChoice(FileFormat.PARQUET, ALL), "run", 10)
    for name in SHARED:
        assert (Path("run") / name).read_bytes() == (folder / name).read_bytes()
    for table in IN_PARTS:
        expected: Rows = {}
        for row in pq.read_table(f"run/{table}.parquet").to_pylist():
            del row["sample_index"]
            expected.setdefault(row["sample"], []).append(row)
        assert list(expected.items()) == list(rows_of(folder, table).items())


def test_variants_of_both_assemblies(mixed: list[str], toy_haplotypes: KnowledgeBase) -> None:
    """Calls have the variants of their own assembly once; the facts of the run name none."""
    folder = batch(mixed, "out", chosen(toy_haplotypes), toy_haplotypes, Division(256))
    variants = pq.read_table(folder / "variants.parquet").to_pylist()
    ids = [variant.id for variant in toy_haplotypes.variants]
    assert [(assembly, id_) for assembly in ("GRCh37", "GRCh38") for id_ in ids] == [
        (row["assembly"], row["variant"]) for row in variants
    ]
    query = """
        SELECT sample, variant, pos FROM 'out/parts/calls/*.parquet'
        JOIN 'out/parts/samples/*.parquet' USING (sample)
        JOIN 'out/variants.parquet' USING (variant, assembly)
    """
    with duckdb.connect() as connection:
        joined = connection.execute(query).fetchall()
    text = batch(
        mixed,
        "tsv",
        chosen(toy_haplotypes, [TableName.CALLS], FileFormat.TSV),
        toy_haplotypes,
        Division(3),
    )
    cells = [line.split("\t") for line in lines_of(text, TableName.CALLS)]
    assert sorted((row[0], row[2], int(row[5])) for row in cells) == sorted(joined)
    for name in SHARED:
        assert json.loads(pq.read_schema(folder / name).metadata[b"pgx_ana"])["assembly"] is None


def test_annotations_follow_from_calls_and_conclusions(
    mixed: list[str], toy_haplotypes: KnowledgeBase
) -> None:
    """The view of the page has the rows of the table, row for row."""
    batch(mixed, "results", chosen(toy_haplotypes), toy_haplotypes, Division(3))
    codes = page_code("docs/batch.md", "sql", "Parquet")
    (view,) = [code for code in codes if code.startswith("CREATE VIEW")]
    with duckdb.connect() as connection:
        connection.execute(view)
        found = connection.execute("SELECT * FROM annotations")
        names = [column[0] for column in found.description]
        rows = found.fetchall()
    expected = rows_of(Path("results"), TableName.ANNOTATIONS)
    assert names == list(next(iter(expected.values()))[0])
    in_table = [tuple(row.values()) for people in expected.values() for row in people]
    assert sorted(map(repr, in_table)) == sorted(map(repr, rows))
    assert {"P0", "old1", "C3"} < expected.keys()


def test_what_people_share_is_not_among_the_parts(lines: list[str], toy: KnowledgeBase) -> None:
    folder = batch(lines, "out", chosen(toy, PARQUET_TABLES), toy, Division(4))
    assert {"samples", "calls", "haplotypes", "summary"} == {
        path.name for path in (folder / "parts").iterdir()
    }
    assert {"plan.json", "status.tsv", "quality.tsv", "parts", "blocks", *SHARED} == {
        path.name for path in folder.iterdir()
    }


def test_the_last_step_can_be_repeated(lines: list[str], toy: KnowledgeBase) -> None:
    folder = batch(lines, "out", chosen(toy), toy, Division(2))
    before = tree(folder)
    for name in SHARED:
        (folder / name).unlink()
    for _ in range(2):
        finish_batch(BatchFolder(folder), toy, IN_THIS_PROCESS)
        assert before == tree(folder)


def test_conclusions_of_files_that_are_gone_are_gone(lines: list[str], toy: KnowledgeBase) -> None:
    what = chosen(toy)
    folder = batch(lines, "out", what, toy, Division(1))
    all_rows = pq.read_metadata(folder / "conclusions.parquet").num_rows
    batch(lines[:2], "out", what, toy, Division(1), resume=True)
    assert pq.read_metadata(folder / "conclusions.parquet").num_rows < all_rows
    assert tree(batch(lines[:2], "anew", what, toy, Division(1))) == tree(folder)
    Path("0.vcf").write_text("bad")
    batch(lines[:2], "out", what, toy, Division(1), resume=True)
    assert {"plan.json", "status.tsv", "quality.tsv", "blocks/block-00001.json"} == set(
        tree(folder)
    )


def test_a_new_start_removes_all_results(lines: list[str], toy: KnowledgeBase) -> None:
    folder = batch(lines, "out", chosen(toy), toy, Division(2))
    plan = BatchFolder(folder).read_plan()
    start_batch(plan, BatchFolder(folder), resume=True, force=False)
    assert not any((folder / name).exists() for name in (*SHARED, "status.tsv", "quality.tsv"))
    start_batch(plan, BatchFolder(folder), resume=False, force=True)
    assert ["plan.json"] == list(tree(folder))


@pytest.mark.parametrize("lost", ["parts/calls/part-00002_002", "blocks/conclusions/part-00001"])
def test_a_block_without_one_of_its_parts_is_not_finished(
    mixed: list[str], toy: KnowledgeBase, lost: str
) -> None:
    what = chosen(toy)
    folder = batch(mixed, "out", what, toy, Division(4))
    before = tree(folder)
    (folder / f"{lost}.parquet").unlink()
    with pytest.raises(InputError, match=r"1 of 1 shards are not finished: 1; "):
        finish_batch(BatchFolder(folder), toy, IN_THIS_PROCESS)
    batch(mixed, "out", what, toy, Division(4), resume=True)
    assert before == tree(folder)


def test_a_damaged_part_is_named(lines: list[str], toy: KnowledgeBase) -> None:
    what = chosen(toy)
    folder = batch(lines, "out", what, toy, Division(4))
    before = tree(folder)
    part = folder / "blocks" / "conclusions" / "part-00002.parquet"
    part.write_bytes(part.read_bytes()[:100])
    with pytest.raises(InputError) as raised:
        finish_batch(BatchFolder(folder), toy, IN_THIS_PROCESS)
    assert str(raised.value).startswith(f"{part}: cannot be read: ")
    assert str(raised.value).endswith("; remove it, and continue the batch with --resume")
    part.unlink()
    batch(lines, "out", what, toy, Division(4), resume=True)
    assert before == tree(folder)


def test_one_shared_table_alone(run: Run, lines: list[str]) -> None:
    Path("m.tsv").write_text("\n".join(lines) + "\n")
    words = ["batch", "m.tsv", "-f", "parquet", "-o", "out", "-q", "--kb", TOY]
    assert 6 == run(*words, "-t", "conclusions").exit_code
    assert not Path("out/parts").exists()
    assert Path("out/conclusions.parquet").exists()
