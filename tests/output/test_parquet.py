"""Parquet has the rows of the other formats, whatever the size of the blocks."""

from __future__ import annotations

import dataclasses
import errno
import json
import random
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from helpers.fixture_types import MakeVcf
from helpers.pages import page_code
from helpers.parquet_rows import (
    ALL_TABLES,
    PER_PERSON,
    READERS,
    assert_equal_to_frames,
    by_person,
    differing_columns,
    parquet_folder,
)
from helpers.people_in_blocks import in_blocks
from helpers.synthetic_calls import people_with_every_genotype
from helpers.varied_people import SAMPLES, varied_people

from pgx_ana.annotation import Annotations, summarise
from pgx_ana.coded import Coded
from pgx_ana.errors import UsageError
from pgx_ana.file_formats import FileFormat, Layout, OutputChoice
from pgx_ana.formats import write_annotations
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.model import Circumstances
from pgx_ana.output import PARQUET_COLUMNS, make_table, merge_tables, to_frame
from pgx_ana.output.documents import input_facts
from pgx_ana.output.parquet import parquet_writer
from pgx_ana.terms import PARQUET_TABLES, SHARED_TABLES, CallSource, TableName
from pgx_ana.version import __version__

TEXT = pa.dictionary(pa.int32(), pa.string())
SCHEMAS: dict[TableName, dict[str, Any]] = {
    TableName.SAMPLES: {
        "sample_index": pa.int32(),
        "sample": pa.string(),
        **dict.fromkeys(["files", "inputs", "assembly", "sex", "context"], TEXT),
    },
    TableName.VARIANTS: {
        **dict.fromkeys(["gene", "variant", "assembly", "chrom"], TEXT),
        "pos": pa.int32(),
        "ref": TEXT,
    },
    TableName.CALLS: {
        "sample_index": pa.int32(),
        **dict.fromkeys(["sample", "variant", "genotype", "status", "source", "reason"], TEXT),
        "phase_set": pa.int64(),
        "gq": pa.float32(),
        "dp": pa.float32(),
        **dict.fromkeys(["filter", "file", "phase_block", "conclusion"], TEXT),
    },
    TableName.HAPLOTYPES: {
        "sample_index": pa.int32(),
        **dict.fromkeys(["sample", "gene", "haplotypes", "diplotype", "status"], TEXT),
        **dict.fromkeys(["candidates", "not_excluded", "likeliest"], TEXT),
        "probability": pa.float64(),
        **dict.fromkeys(["probabilities", "population", "deciding", "extra_variants"], TEXT),
        **dict.fromkeys(["function", "phenotype", "source", "conclusion"], TEXT),
    },
    TableName.SUMMARY: {
        "sample_index": pa.int32(),
        **dict.fromkeys(["sample", "category", "highest_level"], TEXT),
        **dict.fromkeys(
            ["n_findings", "n_better", "n_worse", "n_other_effect", "n_on_drug", "n_on_class"],
            pa.int32(),
        ),
        **dict.fromkeys(["n_on_others", "n_assessed", "n_not_assessed"], pa.int32()),
        **dict.fromkeys(["n_undetermined", "n_not_studied", "n_called_sites"], pa.int32()),
        **dict.fromkeys(["sex", "context", "label_use"], TEXT),
    },
}
"""What users rely on; the columns of annotations are those of the text formats."""


@pytest.fixture
def varied(toy_haplotypes: KnowledgeBase, make_vcf: MakeVcf) -> Annotations:
    return varied_people(make_vcf, toy_haplotypes)


@pytest.fixture(scope="module")
def every(curated: KnowledgeBase) -> Annotations:
    """Return people who have every genotype, and use the drug in several contexts."""
    people = people_with_every_genotype(curated, [CallSource.RECORD, CallSource.ASSERTED])
    contexts = (
        Circumstances(),
        Circumstances("female", "adjuvant"),
        Circumstances("male", "men_testosterone"),
    )
    codes = np.arange(len(people.calls.samples)) % len(contexts)
    return dataclasses.replace(people, circumstances=Coded(contexts, codes))


@pytest.mark.parametrize("table", SCHEMAS)
def test_schemas(varied: Annotations, tmp_path: Path, table: TableName) -> None:
    path = parquet_folder([varied], tmp_path / "results") / f"{table}.parquet"
    schema = pq.read_schema(path)
    assert SCHEMAS[table] == dict(zip(schema.names, schema.types, strict=True))


@pytest.mark.parametrize("table", TableName)
def test_the_registry_has_the_columns(
    varied: Annotations, tmp_path: Path, table: TableName
) -> None:
    names = pq.read_schema(
        parquet_folder([varied], tmp_path / "results") / f"{table}.parquet"
    ).names
    assert [column.name for column in PARQUET_COLUMNS[table]] == names


@pytest.mark.parametrize("people", [1, 2, 1000])
def test_rows_are_those_of_the_data_frames(
    varied: Annotations, tmp_path: Path, people: int
) -> None:
    assert_equal_to_frames(varied, parquet_folder(in_blocks(varied, people), tmp_path))


def test_every_genotype_and_context(every: Annotations, tmp_path: Path) -> None:
    assert_equal_to_frames(every, parquet_folder(in_blocks(every, 7), tmp_path))


def test_people(every: Annotations, tmp_path: Path) -> None:
    rows = READERS["pyarrow"](parquet_folder(in_blocks(every, 7), tmp_path) / "samples.parquet")
    expected = [
        {
            "sample_index": number,
            "sample": f"S{number}",
            "files": "f.vcf",
            "inputs": json.dumps(input_facts(every.calls, (0,))),
            "assembly": "GRCh38",
            "sex": [None, "female", "male"][number % 3],
            "context": [None, "adjuvant", "men_testosterone"][number % 3],
        }
        for number in range(len(every.calls.samples))
    ]
    assert expected == rows


def test_the_summary_agrees_with_the_sentences(every: Annotations, tmp_path: Path) -> None:
    rows = by_person(parquet_folder(in_blocks(every, 7), tmp_path) / "summary.parquet")
    shown = to_frame(make_table(TableName.SUMMARY, every))
    shared = ["sample", "category", "highest_level", "sex", "context", "label_use"]
    assert [] == differing_columns(shown[shared], rows)
    summaries = summarise(every)
    found = [
        [item.summaries[number].n_findings for item in summaries]
        for number in range(len(every.calls.samples))
    ]
    assert [n for numbers in found for n in numbers] == list(rows["n_findings"])
    parts = rows["n_better"] + rows["n_worse"] + rows["n_other_effect"]
    assert list(rows["n_findings"]) == list(parts)
    is_overall = rows["category"] == "overall"
    assert list(is_overall) == list(rows["n_called_sites"].notna())


@pytest.mark.slow
def test_blocks_do_not_change_small_tables(every: Annotations, tmp_path: Path) -> None:
    """They are sorted, and written at once: same bytes."""
    contents = [
        [
            (parquet_folder(in_blocks(every, people), tmp_path / str(people)) / name).read_bytes()
            for name in ("conclusions.parquet", "variants.parquet", "samples.parquet")
        ]
        for people in (4, 1000)
    ]
    assert contents[0] == contents[1]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("table", SHARED_TABLES)
def test_merged_parts_are_the_file_of_one_run(
    every: Annotations, tmp_path: Path, table: TableName, seed: int
) -> None:
    """In any order of the parts, and however often each is there."""
    rng = random.Random(seed)
    name = f"{table}.parquet"
    choice = OutputChoice(FileFormat.PARQUET, SHARED_TABLES)
    parts = [
        parquet_folder([block], tmp_path / str(number), choice) / name
        for number, block in enumerate(in_blocks(every, 5 + seed))
    ]
    rng.shuffle(parts)
    merge_tables(table, [*parts, *parts[:3]], str(tmp_path / "merged"))
    expected = parquet_folder([every], tmp_path / "all", choice) / name
    assert expected.read_bytes() == (tmp_path / "merged").read_bytes()


def test_conclusions_are_those_that_occur(varied: Annotations, tmp_path: Path) -> None:
    folder = parquet_folder([varied], tmp_path / "results")
    conclusions = pd.read_parquet(folder / "conclusions.parquet")
    keys = ["conclusion", "context", "association_number"]
    assert not conclusions.duplicated(keys).any()
    calls = pd.concat(
        pd.read_parquet(folder / f"{name}.parquet")["conclusion"].astype(object)
        for name in ("calls", "haplotypes")
    )
    assert set(calls.dropna()) == set(conclusions["conclusion"])
    without = pd.read_parquet(folder / "calls.parquet").query("conclusion.isna()")["variant"]
    studied = {result.marker.id for result in varied.associations}
    assert {site.variant.id for site in varied.calls.sites} - studied == set(without)


PAGE = "docs/reference/parquet.md"


def annotations_by_duckdb() -> pd.DataFrame:
    with duckdb.connect() as connection:
        for code in page_code(PAGE, "sql"):
            connection.execute(code)
        return connection.execute("SELECT * FROM annotations").df()


def annotations_by_python(number: int) -> pd.DataFrame:
    names: dict[str, Any] = {}
    exec(page_code(PAGE, "python")[number], names)  # the recipes of our own page
    found = names["annotations"]
    return found if isinstance(found, pd.DataFrame) else found.to_pandas()


@pytest.mark.parametrize("reader", ["duckdb", "polars", "pandas"])
def test_annotations_follow_from_calls_and_conclusions(
    every: Annotations, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reader: str
) -> None:
    """The recipes of the page give the table of annotations, row for row."""
    folder = parquet_folder(in_blocks(every, 7), tmp_path)
    monkeypatch.chdir(folder)
    expected = by_person(folder / "annotations.parquet")
    if reader == "duckdb":
        found = annotations_by_duckdb()
    else:
        found = annotations_by_python(["polars", "pandas"].index(reader))
    assert list(expected.columns) == list(found.columns)
    missing = ~expected.isna()
    assert (
        expected.astype(object)
        .where(missing, None)
        .equals(found.astype(object).where(found.notna(), None))
    )


@pytest.mark.parametrize("table", TableName)
def test_readers_agree(varied: Annotations, tmp_path: Path, table: TableName) -> None:
    path = parquet_folder(in_blocks(varied, 1), tmp_path) / f"{table}.parquet"
    expected = READERS["pyarrow"](path)
    assert expected
    for name, read in READERS.items():
        assert expected == read(path), name


def test_metadata(varied: Annotations, toy_haplotypes: KnowledgeBase, tmp_path: Path) -> None:
    folder = parquet_folder([varied], tmp_path / "results")
    expected = {
        "schema_version": "2.2",
        "pgx_ana_version": __version__,
        "knowledge_base": {
            "name": toy_haplotypes.info.name,
            "version": toy_haplotypes.info.version,
            "sha256": toy_haplotypes.digest,
            "drug": "anastrozole",
        },
        "assembly": "GRCh38",
        "options": {
            "min_gq": 10.0,
            "min_dp": 1.0,
            "min_gp": 0.9,
            "min_phase_probability": 0.9,
            "include_filtered": False,
            "absent_is_reference": False,
            "allow_strand_flip": False,
            "assume_ref_order": False,
            "population": "EUR",
        },
    }
    for path in folder.iterdir():
        metadata = pq.read_schema(path).metadata
        assert {b"pgx_ana"} == set(metadata)
        # As text: 10 and 10.0 would be equal, but not the same bytes.
        assert json.dumps(expected, sort_keys=True) == metadata[b"pgx_ana"].decode()


def test_same_people_same_bytes(varied: Annotations, tmp_path: Path) -> None:
    first, second = (parquet_folder([varied], tmp_path / name) for name in "ab")
    names = {f"{table}.parquet" for table in TableName}
    assert names == {path.name for path in first.iterdir()}
    for name in names:
        assert (first / name).read_bytes() == (second / name).read_bytes()


@pytest.mark.parametrize(
    ("n_people", "with_names", "expected"),
    [(20_000, False, True), (20_001, False, False), (20_001, True, True)],
)
def test_names_fill_no_large_table(
    varied: Annotations, tmp_path: Path, n_people: int, with_names: bool, expected: bool
) -> None:
    choice = dataclasses.replace(ALL_TABLES, with_names=with_names)
    folder = parquet_folder([varied], tmp_path, choice, n_people)
    for table in (*PER_PERSON, TableName.SUMMARY):
        names = pq.read_schema(folder / f"{table}.parquet").names
        assert ["sample_index", "sample"][: 1 + expected] == names[: 1 + expected]
        assert expected == ("sample" in names)
    samples = pd.read_parquet(folder / "samples.parquet")
    assert SAMPLES == tuple(samples["sample"])
    wide = tmp_path / "wide.parquet"
    write_annotations(
        [varied],
        OutputChoice(FileFormat.PARQUET, (), Layout.WIDE, with_names),
        str(wide),
        n_people,
    )
    assert expected == ("sample" in pq.read_schema(wide).names)


def test_default_tables(varied: Annotations, tmp_path: Path) -> None:
    folder = parquet_folder([varied], tmp_path / "results", OutputChoice(FileFormat.PARQUET))
    assert {f"{table}.parquet" for table in PARQUET_TABLES} == {p.name for p in folder.iterdir()}


def test_a_table_without_rows_has_its_columns(
    toy: KnowledgeBase, make_vcf: MakeVcf, tmp_path: Path
) -> None:
    """The toy knowledge base alone has no haplotypes."""
    folder = parquet_folder([varied_people(make_vcf, toy)], tmp_path)
    table = pq.read_table(folder / "haplotypes.parquet")
    assert 0 == table.num_rows
    assert [c.name for c in PARQUET_COLUMNS[TableName.HAPLOTYPES]] == table.column_names


def test_small_blocks_share_row_groups(every: Annotations, tmp_path: Path) -> None:
    """A file of very many row groups would be slow to open."""
    folder = parquet_folder(in_blocks(every, 5), tmp_path)
    for path in folder.iterdir():
        assert 1 == pq.read_metadata(path).num_row_groups


def test_numbers_are_written_as_differences(varied: Annotations, tmp_path: Path) -> None:
    folder = parquet_folder([varied], tmp_path / "results")
    columns = pq.read_metadata(folder / "calls.parquet").row_group(0)
    encodings = {
        column.path_in_schema: column.encodings
        for column in map(columns.column, range(columns.num_columns))
    }
    assert "DELTA_BINARY_PACKED" in encodings.pop("sample_index")
    assert all("RLE_DICTIONARY" in found for found in encodings.values())


def failing(annotations: Annotations, error: Exception) -> Iterator[Annotations]:
    yield from in_blocks(annotations, 2)
    raise error


@pytest.mark.parametrize("kind", FileFormat)
def test_a_failure_between_blocks_leaves_nothing(
    varied: Annotations, tmp_path: Path, kind: FileFormat
) -> None:
    target = tmp_path / "results" / "out"
    target.parent.mkdir()
    tables = tuple(TableName) if kind is FileFormat.PARQUET else ()
    for chosen in ((TableName.CALLS,), tables):
        choice = OutputChoice(kind, chosen, all_sites=True)
        with pytest.raises(ValueError, match="a bug"):
            write_annotations(failing(varied, ValueError("a bug")), choice, str(target), 3)
        assert [] == [path for path in target.parent.rglob("*") if path.is_file()]


@pytest.mark.parametrize("kind", FileFormat)
def test_there_is_one_block_at_a_time(every: Annotations, tmp_path: Path, kind: FileFormat) -> None:
    """Whoever kept the blocks would need memory for all people."""
    alive: list[weakref.ref[Annotations]] = []
    seen = []

    def blocks() -> Iterator[Annotations]:
        for block in in_blocks(every, 5):
            seen.append(sum(ref() is not None for ref in alive))
            alive.append(weakref.ref(block))
            yield block
            del block

    tables = tuple(TableName) if kind is FileFormat.PARQUET else ()
    choice = OutputChoice(kind, tables, all_sites=True)
    write_annotations(blocks(), choice, str(tmp_path / "out"), 1)
    assert len(seen) > 3
    assert {0} == set(seen[2:])


def test_without_pyarrow(
    varied: Annotations, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(UsageError) as caught:
        parquet_folder([varied], tmp_path / "results")
    assert (
        "Parquet is written by pyarrow, which is not installed: pip install 'pgx-ana[parquet]'"
        == str(caught.value)
    )
    assert [] == list(tmp_path.glob("results"))


class _FullDisk:
    """A stream that takes some bytes and then fails, as a full disk does."""

    def __init__(self, n_bytes: int) -> None:
        self._left = n_bytes

    def write(self, content: bytes, /) -> int:
        self._left -= len(content)
        if self._left < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return len(content)


@pytest.mark.parametrize("n_bytes", [0, 1_000, 10_000])
def test_a_full_disk_is_not_overlooked(every: Annotations, n_bytes: int) -> None:
    """Row groups are written in another thread: its error is that of the run."""
    choice = OutputChoice(FileFormat.PARQUET, (TableName.CALLS,))
    writer = parquet_writer(_FullDisk(n_bytes), TableName.CALLS, choice)

    def write_all() -> None:
        for _ in range(3):
            writer.write(every)
        writer.close()

    with pytest.raises(OSError, match="No space left on device"):
        write_all()
