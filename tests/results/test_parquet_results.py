"""Folders of Parquet: those of batches, and one line for everything that is none."""

from __future__ import annotations

import json
import random
import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from helpers.batches import IN_THIS_PROCESS, planned, settings
from helpers.fixture_types import MakeVcf
from helpers.stored_results import PARQUET, stored_run, texts, written
from helpers.synthetic_calls import called, cohort

from pgx_ana.annotation import Annotations, Annotator
from pgx_ana.batch import Division, finish_batch, run_shard
from pgx_ana.coded import Coded
from pgx_ana.errors import InputError, PgxAnaError, UsageError
from pgx_ana.file_formats import FileFormat
from pgx_ana.formats import write_annotations
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.model import Circumstances
from pgx_ana.output import patient_texts
from pgx_ana.pipeline import Identity, Request, SheetRow, run
from pgx_ana.results import open_results
from pgx_ana.terms import PARQUET_TABLES, TableName

GENOTYPES = ["0/0", "0/1", "1/1", "./.", "0|1", "1/0"]
CONTEXTS = ["", "adjuvant", "", "men", "", "adjuvant"]


@pytest.fixture(autouse=True)
def in_tmp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def rows(make_vcf: MakeVcf) -> list[SheetRow]:
    """Return people on both assemblies, a cohort, and a file that is refused."""
    found = []
    for number, genotype in enumerate(GENOTYPES):
        lines = [f"1 100 A C {genotype}", f"1 200 A C {GENOTYPES[-number]}", "2 50 G T 0/1"]
        make_vcf(lines, samples=("SAMPLE",), name=f"{number}.vcf")
        found.append(SheetRow(f"{number}.vcf", f"P{number}", "", CONTEXTS[number]))
    make_vcf(["1 150 A C 1/1"], samples=("old",), assembly="GRCh37", name="old.vcf")
    cohort_rows = ["1 100 A C 0/1 1/1 0/0", "1 300 T C 0|1 1|1 ./."]
    make_vcf(cohort_rows, samples=("C1", "C2", "C3"), name="cohort.vcf")
    Path("bad.vcf").write_text("bad")
    others = [SheetRow(f"{name}.vcf") for name in ("old", "bad", "cohort")]
    return [*found[:3], *others[:2], *found[3:], others[2]]


def batch(
    rows: Sequence[SheetRow],
    knowledge: KnowledgeBase,
    division: Division,
    *,
    tables: Sequence[TableName] = PARQUET_TABLES,
    finished: bool = True,
) -> Path:
    """Run a batch, and return its folder."""
    cells = ["\t".join((row.file, row.sample, row.sex, row.context)) for row in rows]
    Path("m.tsv").write_text("\n".join(["file\tsample\tsex\tcontext", *cells]) + "\n")
    chosen = settings(knowledge, tables, FileFormat.PARQUET)
    path = Path("out").absolute()
    folder, plan = planned(Path("m.tsv"), path, chosen, knowledge, division)
    run_shard(folder, plan, plan.blocks(), IN_THIS_PROCESS)
    if finished:
        finish_batch(folder, knowledge, IN_THIS_PROCESS)
    return path


def direct(rows: Sequence[SheetRow], knowledge: KnowledgeBase) -> Iterator[bytes]:
    """Yield the documents of the files that can be read, each read alone."""
    for row in rows:
        if row.file != "bad.vcf":
            sheet = Identity(sample_sheet="sheet", rows=(row,))
            yield from patient_texts(run(Request((row.file,), identity=sheet), knowledge))


@pytest.mark.parametrize(
    "division", [Division(1), Division(2), Division(4), Division(256)], ids=str
)
@pytest.mark.parametrize("people", [1, 2, 50_000])
def test_batches(
    rows: list[SheetRow], toy_haplotypes: KnowledgeBase, division: Division, people: int
) -> None:
    """People in the order of parts, on both assemblies; a part has one."""
    results = stored_run(batch(rows, toy_haplotypes, division), toy_haplotypes)
    assert 10 == results.n_people
    blocks = list(results.blocks(people))
    assert all(len(block.calls.samples) <= people for block in blocks)
    assert sorted(direct(rows, toy_haplotypes)) == sorted(texts(blocks))
    (refused,) = results.refused
    assert "bad.vcf" == refused.file
    assert refused.reason.startswith("bad.vcf: ")


def test_small_parts_are_read_as_one_block(
    rows: list[SheetRow], toy_haplotypes: KnowledgeBase
) -> None:
    rows = [row for row in rows if row.file not in {"bad.vcf", "old.vcf"}]
    results = stored_run(batch(rows, toy_haplotypes, Division(1)), toy_haplotypes)
    (block,) = results.blocks()
    expected = [row.sample for row in rows if row.sample] + ["C1", "C2", "C3"]
    assert expected == list(block.calls.samples)
    assert () == results.refused
    assert list(direct(rows, toy_haplotypes)) == list(patient_texts(block))


def refusal(path: Path, knowledge: KnowledgeBase) -> str:
    """Return the error of a folder, which is one line that begins with a path in it."""
    with pytest.raises(PgxAnaError) as raised:
        list(stored_run(path, knowledge).blocks())
    assert isinstance(raised.value, InputError | UsageError)
    found = str(raised.value)
    assert found.startswith(str(path))
    assert "\n" not in found
    return found.removeprefix(str(path))


def test_a_batch_that_is_not_finished(rows: list[SheetRow], toy: KnowledgeBase) -> None:
    path = batch(rows, toy, Division(4), finished=False)
    assert refusal(path, toy).startswith(": the batch is not finished: it has no status.tsv; ")


@pytest.mark.parametrize("lost", [("calls",), ("samples",), ("calls", "samples", "haplotypes")])
def test_a_batch_that_lost_a_part(
    rows: list[SheetRow], toy: KnowledgeBase, lost: Sequence[str]
) -> None:
    path = batch(rows, toy, Division(4))
    for table in lost:
        (path / "parts" / table / "part-00002.parquet").unlink()
    assert refusal(path, toy).endswith("; continue it with pgx-ana batch --resume") or refusal(
        path, toy
    ).endswith("; continue the batch with pgx-ana batch --resume")


def test_a_batch_without_calls(rows: list[SheetRow], toy: KnowledgeBase) -> None:
    path = batch(rows, toy, Division(4), tables=[TableName.SAMPLES, TableName.SUMMARY])
    assert refusal(path, toy).startswith("/parts: has no table calls in Parquet")


def test_a_batch_that_refused_all(rows: list[SheetRow], toy: KnowledgeBase) -> None:
    bad = [row for row in rows if row.file == "bad.vcf"]
    assert refusal(batch(bad, toy, Division(4)), toy).startswith(": the batch refused all files")


@pytest.fixture
def people(toy_haplotypes: KnowledgeBase, make_vcf: MakeVcf) -> Annotations:
    lines = ["1 100 A C 0/1 1/1 0|1", "1 200 A C,T 1|2 0/0 ./.", "2 50 G T 0/1 1/1 ./1"]
    path = make_vcf(lines, samples=("S1", "S2", "S3"), name="x.vcf")
    return run(Request((str(path),), context="adjuvant"), toy_haplotypes)


@pytest.fixture
def folder(people: Annotations, tmp_path: Path) -> Path:
    return written(people, tmp_path, block=2)


def test_haplotypes_may_be_missing(people: Annotations, folder: Path) -> None:
    for table in (TableName.HAPLOTYPES, TableName.SUMMARY, TableName.CONCLUSIONS):
        (folder / f"{table}.parquet").unlink()
    found = texts(stored_run(folder, people.knowledge).blocks())
    assert list(patient_texts(people)) == list(found)


def test_documents_of_a_folder(people: Annotations, folder: Path) -> None:
    found = open_results([str(folder)], people.knowledge).documents()
    assert [json.loads(text) for text in patient_texts(people)] == list(found)


@pytest.mark.parametrize("table", ["samples", "calls"])
def test_tables_that_are_missing(people: Annotations, folder: Path, table: str) -> None:
    (folder / f"{table}.parquet").unlink()
    assert refusal(folder, people.knowledge) == (
        f": has no table {table} in Parquet, which holds what is reported; write them with pgx-ana "
        "annotate --format parquet -o FOLDER, without --table"
    )


Rewrite = Callable[[pa.Table], pa.Table]


def rewritten(path: Path, change: Rewrite) -> None:
    """Change the rows of a file, and keep its metadata."""
    before = pq.read_table(path)
    after = change(before)
    metadata = {**(before.schema.metadata or {}), **(after.schema.metadata or {})}
    pq.write_table(after.replace_schema_metadata(metadata), path)


def with_cells(name: str, cells: Mapping[int, Any]) -> Rewrite:
    """Return what gives some rows other values in a column."""

    def change(table: pa.Table) -> pa.Table:
        values = table[name].to_pylist()
        for row, value in cells.items():
            values[row] = value
        kind = table.schema.field(name).type
        place = table.schema.get_field_index(name)
        plain = kind.value_type if pa.types.is_dictionary(kind) else kind
        column: Any = pa.array(values, plain)
        if pa.types.is_dictionary(kind):
            column = column.dictionary_encode()
        return table.set_column(place, pa.field(name, kind), column)

    return change


def with_facts(**facts: object) -> Rewrite:
    def change(table: pa.Table) -> pa.Table:
        found = json.loads((table.schema.metadata or {})[b"pgx_ana"])
        return table.replace_schema_metadata({b"pgx_ana": json.dumps(found | facts).encode()})

    return change


CHANGED: dict[str, tuple[str, Rewrite, str]] = {
    "genotype": (
        "calls",
        with_cells("genotype", {0: "C/C"}),
        r"/calls.parquet: sample 'S1': the calls are not those that follow from the calls",
    ),
    "genotype that is none": (
        "calls",
        with_cells("genotype", {0: "A/A/A"}),
        r"/calls.parquet: rs1: 'A/A/A' is not a genotype; annotate again",
    ),
    "status that is none": (
        "calls",
        with_cells("status", {0: "sure"}),
        r"/calls.parquet: rs1: 'sure' is not a valid CallStatus; annotate again",
    ),
    "no status": ("calls", with_cells("status", {0: None}), r"/calls.parquet: rs1: 'None' is not"),
    "file": (
        "calls",
        with_cells("file", {0: "other.vcf"}),
        r"/calls.parquet: rs1: the file of a call is not that of the person; annotate again",
    ),
    "phase block": (
        "calls",
        with_cells("phase_block", {0: "set of somebody"}),
        r"/calls.parquet: rs1: ",
    ),
    "variant": (
        "calls",
        with_cells("variant", {0: "rs99", 1: "rs99", 12: "rs99"}),  # of two people, and of one
        r"/calls.parquet: rs99: is no variant of the knowledge base on GRCh38; annotate again",
    ),
    "key": (
        "calls",
        with_cells("conclusion", {1: "0" * 16}),
        r"/calls.parquet: sample 'S2': .*: the results were changed by hand, or by another program",
    ),
    "person": (
        "calls",
        with_cells("sample_index", {0: 1}),
        r"/calls.parquet: rs1: the rows are not those of the people of samples; ",
    ),
    "name": (
        "calls",
        with_cells("sample", {0: "X"}),
        r"/calls.parquet: rs1: the rows are not those of the people of samples; ",
    ),
    "name in samples": (
        "samples",
        with_cells("sample", {0: "X"}),
        r"/calls.parquet: rs1: the rows are not those of the people of samples; ",
    ),
    "name twice": (
        "samples",
        with_cells("sample", {0: "S2"}),
        r"/samples.parquet: sample 'S2' is there twice",
    ),
    "a person less": (
        "samples",
        lambda table: table.slice(0, 2),
        r"/calls.parquet: .*; the file is of another run, or was changed: annotate again",
    ),
    "nobody": ("samples", lambda table: table.slice(0, 0), r"/samples.parquet: has nobody"),
    "rows that are missing": (
        "calls",
        lambda table: table.slice(0, 7),
        r"/calls.parquet: .*; the file is of another run, or was changed: annotate again",
    ),
    "no row": ("calls", lambda table: table.slice(0, 0), r"/calls.parquet: "),
    "context": (
        "samples",
        with_cells("context", {0: "nothing"}),
        r"/samples.parquet: unknown context 'nothing'",
    ),
    "sex": (
        "samples",
        with_cells("sex", {0: "male"}),
        r"/samples.parquet: the sex 'male' does not fit the context 'adjuvant'",
    ),
    "assembly": (
        "samples",
        with_cells("assembly", {0: "hg19", 1: "hg19", 2: "hg19"}),
        r"/samples.parquet: 'hg19' is not a valid Assembly; annotate again",
    ),
    "two assemblies": ("samples", with_cells("assembly", {0: "GRCh37"}), r"/samples.parquet: "),
    "files": (
        "samples",
        with_cells("files", {0: "a;b"}),
        r"/samples.parquet: the columns files and inputs differ on a;b; annotate again",
    ),
    "inputs": (
        "samples",
        with_cells("inputs", {0: "[]"}),
        r"/samples.parquet: the columns files and inputs differ on .*x.vcf; annotate again",
    ),
    "inputs that are none": (
        "samples",
        with_cells("inputs", {0: "[7]"}),
        r"/samples.parquet: the column inputs does not describe files: .*; annotate again",
    ),
    "inputs that are no JSON": ("samples", with_cells("inputs", {0: "x"}), r"/samples.parquet: "),
    "diplotype": (
        "haplotypes",
        with_cells("diplotype", {0: "*9/*9"}),
        r"/calls.parquet: sample 'S1': the haplotypes are not those that follow from the calls",
    ),
    "probability": (
        "haplotypes",
        with_cells("probability", {0: 0.5}),
        r"/calls.parquet: sample 'S1': the haplotypes are not those that follow from the calls",
    ),
    "haplotypes of others": (
        "haplotypes",
        with_cells("sample_index", {0: 1}),
        r"/haplotypes.parquet: AAA-star: the rows are not those of the people of samples; ",
    ),
    "a column less": (
        "calls",
        lambda table: table.drop_columns(["phase_block"]),
        r"/calls.parquet: is not the table calls of this program: the column phase_block is miss",
    ),
    "no names": (
        "samples",
        lambda table: table.drop_columns(["sample"]),
        r"/samples.parquet: is not the table samples of this program: the column sample is missing",
    ),
    "a genotype of one copy that is called": (
        "calls",
        with_cells("genotype", {0: "A"}),
        r"/calls.parquet: rs1: the genotype A is none that can be called; annotate again",
    ),
    "a genotype with another base": (
        "calls",
        with_cells("genotype", {0: "A/G"}),
        r"/calls.parquet: rs1: the genotype A/G is none that can be called; annotate again",
    ),
    "a column of another type": (
        "calls",
        lambda table: with_text(table),
        r"/calls.parquet: is not the table calls of this program: the column gq has the type ",
    ),
    "other options": (
        "samples",
        with_facts(options={"min_gq": 20, "population": None}),
        r"/samples.parquet: was made with other options than the results before it",
    ),
    "options that are none": (
        "calls",
        with_facts(options={"min_gq": -1, "population": None}),
        r"/calls.parquet: its metadata are not those of this program: min_gq must be a number",
    ),
    "another option": (
        "calls",
        with_facts(options={"min_luck": 1, "population": None}),
        r"/calls.parquet: its metadata are not those of this program: ",
    ),
    "no knowledge base": (
        "calls",
        with_facts(knowledge_base=None),
        r"/calls.parquet: its metadata are not those of this program: ",
    ),
}


def with_text(table: pa.Table) -> pa.Table:
    """Return the table with texts in place of numbers."""
    column: Any = pa.array(["1"] * len(table))
    return table.set_column(table.schema.get_field_index("gq"), "gq", column)


@pytest.mark.parametrize(("table", "change", "expected"), CHANGED.values(), ids=CHANGED)
def test_results_that_were_changed(
    people: Annotations, folder: Path, table: str, change: Rewrite, expected: str
) -> None:
    rewritten(folder / f"{table}.parquet", change)
    assert re.match(expected, refusal(folder, people.knowledge))


def test_a_rewritten_file_is_read(people: Annotations, folder: Path) -> None:
    """The row groups need not be those of this program."""
    for path in folder.iterdir():
        table = pq.read_table(path)
        pq.write_table(table, path, row_group_size=2)
    found = texts(stored_run(folder, people.knowledge).blocks())
    assert list(patient_texts(people)) == list(found)


FILES: dict[str, tuple[Callable[[Path], object], str]] = {
    "of others": (
        lambda path: pq.write_table(pa.table({"variant": ["rs1"]}), path),
        r"/calls.parquet: is not the table calls of this program: its metadata do not name a run",
    ),
    "text": (lambda path: path.write_text("variant\n"), r"/calls.parquet: cannot be read as Parq"),
    "empty": (lambda path: path.write_text(""), r"/calls.parquet: cannot be read as Parquet: "),
    "cut off": (
        lambda path: path.write_bytes(path.read_bytes()[:-9]),
        r"/calls.parquet: cannot be read as Parquet: ",
    ),
    "samples in its place": (
        lambda path: shutil.copy(path.parent / "samples.parquet", path),
        r"/calls.parquet: is not the table calls of this program: the column variant is missing",
    ),
}


@pytest.mark.parametrize("table", ["calls", "samples", "haplotypes"])
def test_single_bytes_that_are_damaged(people: Annotations, folder: Path, table: str) -> None:
    """They are found by checksums, or cannot matter: nothing else ever comes out."""
    path = folder / f"{table}.parquet"
    whole, rng = path.read_bytes(), random.Random(table)
    expected, messages = list(patient_texts(people)), []
    for _ in range(40):
        damaged = bytearray(whole)
        damaged[rng.randrange(len(damaged))] ^= rng.randrange(1, 256)
        path.write_bytes(damaged)
        try:
            assert expected == list(texts(stored_run(folder, people.knowledge).blocks()))
        except InputError as error:
            messages.append(str(error))
    assert all(each.startswith(str(folder)) and "\n" not in each for each in messages)
    assert len(messages) > 15


@pytest.mark.parametrize(("change", "expected"), FILES.values(), ids=FILES)
def test_files_of_others(
    people: Annotations, folder: Path, change: Callable[[Path], object], expected: str
) -> None:
    change(folder / "calls.parquet")
    assert re.match(expected, refusal(folder, people.knowledge))


def test_another_knowledge_base(people: Annotations, folder: Path, toy: KnowledgeBase) -> None:
    before = people.knowledge
    assert refusal(folder, toy) == (
        f"/calls.parquet: was made with the knowledge base {before.info.name} {before.stamp}, and "
        f"this is {toy.info.name} {toy.stamp}; name that one with --kb, or annotate again"
    )


def test_another_version_of_the_program(people: Annotations, folder: Path) -> None:
    """What it concludes decides: the same is accepted, anything else is not."""
    for name in ("samples", "calls", "haplotypes"):
        rewritten(folder / f"{name}.parquet", with_facts(pgx_ana_version="0.0.9"))
    found = texts(stored_run(folder, people.knowledge).blocks())
    assert list(patient_texts(people)) == list(found)
    rewritten(folder / "calls.parquet", with_cells("conclusion", {0: "0" * 16}))
    assert "the results were made by pgx-ana 0.0.9, and this is " in refusal(
        folder, people.knowledge
    )


def test_tables_of_two_runs(people: Annotations, folder: Path, make_vcf: MakeVcf) -> None:
    path = make_vcf(["1 100 A C 0/1 1/1 0/1"], samples=("A", "B", "C"), name="other.vcf")
    other = run(Request((str(path),), context="adjuvant"), people.knowledge)
    write_annotations([other], PARQUET, "other", 3)
    shutil.copy(Path("other") / "samples.parquet", folder)
    assert refusal(folder, people.knowledge).startswith(
        "/calls.parquet: rs1: the rows are not those of the people of samples"
    )


def test_one_variant_alone(toy: KnowledgeBase, tmp_path: Path) -> None:
    """Blocks of one variant follow each other without a change of the variant."""
    calls = cohort(toy, {"rs1": [called(text) for text in ("A/A", "A/C", "C/C", "A|C", "A/A")]})
    people = Annotator(toy).annotate(calls, Coded.constant(Circumstances(), 5))
    for block in (1, 2, 5):
        path = written(people, tmp_path, block=block)
        found = list(stored_run(path, toy).blocks(2))
        assert [2, 2, 1] == [len(each.calls.samples) for each in found]
        assert list(patient_texts(people)) == list(texts(found))


def test_names_may_be_missing(people: Annotations) -> None:
    """As above 20,000 people."""
    write_annotations([people], PARQUET, "large", 20_001)
    assert "sample" not in pq.read_schema("large/calls.parquet").names
    found = texts(stored_run(Path("large"), people.knowledge).blocks())
    assert list(patient_texts(people)) == list(found)


def test_no_refused_files_without_a_batch(people: Annotations, folder: Path) -> None:
    assert () == stored_run(folder, people.knowledge).refused
