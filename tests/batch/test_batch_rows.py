"""Batches in one process: the rows of single runs, however the files are divided."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from helpers.batches import (
    IN_THIS_PROCESS,
    TABLES,
    planned,
    settings,
    status,
    table,
    tree,
    whole,
)
from helpers.containers import bgzf_tbi
from helpers.fixture_types import MakeVcf, Run

from pgx_ana.batch import (
    BatchFolder,
    Division,
    finish_batch,
    run_shard,
    start_batch,
)
from pgx_ana.errors import InputError, UsageError
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.terms import TableName
from pgx_ana.vcf import VariantFile

NOT_A_VCF = "is not a VCF or BCF file: it does not begin with ##fileformat=VCF"
ADVICE = (
    "name it with a column sample, or give both the same group if they are of one person or cohort"
)


@pytest.fixture(autouse=True)
def in_tmp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def people(make_vcf: MakeVcf) -> list[str]:
    """Return ten files: people of both assemblies, a cohort, bad ones, and one without assembly."""
    for number, genotype in enumerate(["0/0", "0/1", "1/1", "./.", "0/1"], 1):
        make_vcf([f"1 100 A C {genotype}"], samples=(f"S{number}",), name=f"s{number}.vcf")
    make_vcf(["1 150 A C 1/1"], samples=("old",), assembly="GRCh37", name="old.vcf")
    cohort = ["1 100 A C 0/1 1/1 0/0", "2 50 G T 0/1 ./. 1/1"]
    make_vcf(cohort, samples=("C1", "C2", "C3"), name="cohort.vcf")
    make_vcf(["1 700 A C 0/1"], samples=("lost",), assembly=None, name="unknown.vcf")
    Path("bad.vcf").write_text("bad")
    return [
        "s1.vcf", "s2.vcf", "bad.vcf", "old.vcf", "s3.vcf", "unknown.vcf", "cohort.vcf",
        "s4.vcf", "none.vcf", "s5.vcf",
    ]  # fmt: skip


@pytest.fixture
def manifest(people: Sequence[str]) -> Path:
    path = Path("m.txt")
    path.write_text("# people\n" + "\n".join(people) + "\n")
    return path


@pytest.fixture
def single(run: Run, toy_directory: Path) -> Callable[..., list[str]]:
    """Return a function that annotates files together in one run and returns a table."""

    def lines(name: str, *words: object) -> list[str]:
        result = run("annotate", *words, "-t", name, "--kb", toy_directory, "-q")
        assert (0, "") == (result.exit_code, result.stderr)
        return result.stdout.splitlines()

    return lines


@pytest.mark.parametrize("block_files", [1, 2, 3, 4, 10])
def test_rows_are_those_of_single_runs(
    toy: KnowledgeBase,
    manifest: Path,
    single: Callable[..., list[str]],
    people: Sequence[str],
    block_files: int,
) -> None:
    report = whole(manifest, Path("out"), toy, block_files=block_files)
    assert (10, 3, 9) == (report.n_files, report.n_refused, report.n_people)
    refused = {"bad.vcf", "unknown.vcf", "none.vcf"}
    for name in TABLES:
        runs = [single(name, path) for path in people if path not in refused]
        assert [runs[0][0], *(line for lines in runs for line in lines[1:])] == table(
            Path("out"), name
        )


def test_parts_of_two_assemblies(toy: KnowledgeBase, manifest: Path) -> None:
    whole(manifest, Path("out"), toy, block_files=10)
    parts = sorted(Path("out/parts/calls").iterdir())
    assert ["part-00001.tsv", "part-00001_002.tsv", "part-00001_003.tsv"] == [
        path.name for path in parts
    ]
    rows = [[line.split("\t") for line in path.read_text().splitlines()[1:]] for path in parts]
    assert [{"GRCh38"}, {"GRCh37"}, {"GRCh38"}] == [{row[3] for row in part} for part in rows]


def test_what_came_of_every_file(toy: KnowledgeBase, manifest: Path) -> None:
    whole(manifest, Path("out"), toy)
    rows = status(Path("out"))
    reasons = {row[0]: row.pop() for row in rows}
    assert [
        ["s1.vcf", "1", "S1", "ok", "1"],
        ["s2.vcf", "1", "S2", "ok", "1"],
        ["bad.vcf", ".", ".", "refused", "."],
        ["old.vcf", "1", "old", "ok", "1"],
        ["s3.vcf", "1", "S3", "ok", "1"],
        ["unknown.vcf", ".", ".", "refused", "."],
        ["cohort.vcf", "3", ".", "ok", "2"],
        ["s4.vcf", "1", "S4", "ok", "0"],
        ["none.vcf", ".", ".", "refused", "."],
        ["s5.vcf", "1", "S5", "ok", "1"],
    ] == rows
    assert f"bad.vcf: {NOT_A_VCF}" == reasons.pop("bad.vcf")
    assert "none.vcf: no such file" == reasons.pop("none.vcf")
    assert reasons.pop("unknown.vcf").startswith("unknown.vcf: the assembly cannot be determined")
    assert {"."} == set(reasons.values())


def test_reports_do_not_depend_on_the_division(toy: KnowledgeBase, manifest: Path) -> None:
    found = set()
    for block_files in (1, 2, 3, 4, 10):
        output = Path(f"out{block_files}")
        whole(manifest, output, toy, block_files=block_files)
        found.add(((output / "status.tsv").read_bytes(), (output / "quality.tsv").read_bytes()))
    assert 1 == len(found)


def test_shards_in_any_order_give_the_same_files(toy: KnowledgeBase, manifest: Path) -> None:
    whole(manifest, Path("whole"), toy, block_files=2)
    folder, plan = planned(manifest, Path("shards"), settings(toy), toy, Division(2, 3))
    for shard in (3, 1):
        run_shard(folder, plan, plan.shard(shard), IN_THIS_PROCESS)
    with pytest.raises(InputError) as raised:
        finish_batch(folder, toy, IN_THIS_PROCESS)
    assert (
        "shards: 1 of 3 shards are not finished: 2; run each with pgx-ana batch run shards "
        "--shard N"
    ) == str(raised.value)
    for shard in (2, 3):
        run_shard(folder, plan, plan.shard(shard), IN_THIS_PROCESS)
    for _ in range(2):
        finish_batch(folder, toy, IN_THIS_PROCESS)
        shards, expected = dict(tree(Path("shards"))), dict(tree(Path("whole")))
        assert shards.pop("plan.json") != expected.pop("plan.json")
        assert expected == shards


def test_what_is_finished_is_not_read_again(toy: KnowledgeBase, manifest: Path) -> None:
    folder, plan = planned(manifest, Path("out"), settings(toy), toy, Division(2))
    run_shard(folder, plan, plan.blocks(), IN_THIS_PROCESS)
    before = {path: path.stat().st_mtime_ns for path in Path("out").rglob("*") if path.is_file()}
    run_shard(folder, plan, plan.blocks(), IN_THIS_PROCESS)
    assert before == {path: path.stat().st_mtime_ns for path in before}


def test_a_changed_file_changes_its_block_alone(
    toy: KnowledgeBase, manifest: Path, make_vcf: MakeVcf
) -> None:
    whole(manifest, Path("out"), toy, block_files=2)
    parts = sorted(Path("out/parts").rglob("part-*"))
    before = {path: path.stat().st_mtime_ns for path in parts}
    make_vcf(["1 100 A C 1/1", "2 50 G T 1/1"], samples=("S2",), name="s2.vcf")
    with pytest.raises(UsageError, match=r"^-o out: has the results of another batch, or of files"):
        whole(manifest, Path("out"), toy, block_files=2)
    whole(manifest, Path("out"), toy, block_files=2, resume=True)
    changed = {path.name for path in parts if path.stat().st_mtime_ns != before[path]}
    assert {"part-00001.tsv"} == changed
    whole(manifest, Path("anew"), toy, block_files=2)
    assert tree(Path("anew")) == tree(Path("out"))


def test_a_file_that_changes_after_the_plan_is_refused(
    toy: KnowledgeBase, manifest: Path, make_vcf: MakeVcf
) -> None:
    folder, plan = planned(manifest, Path("out"), settings(toy), toy, Division(10))
    make_vcf(["2 50 G T 1/1"], samples=("S2",), name="s2.vcf")
    Path("none.vcf").write_bytes(Path("s1.vcf").read_bytes())
    Path("s1.vcf").unlink()
    run_shard(folder, plan, plan.blocks(), IN_THIS_PROCESS)
    finish_batch(folder, toy, IN_THIS_PROCESS)
    changed = "has changed since the batch was planned; plan it again with --resume"
    reasons = {row[0]: row[-1] for row in status(Path("out"))}
    for name in ("s1.vcf", "s2.vcf", "none.vcf"):
        assert f"{name}: {changed}" == reasons[name]


def test_fewer_files_leave_nothing_behind(toy: KnowledgeBase, manifest: Path) -> None:
    whole(manifest, Path("out"), toy, block_files=1)
    manifest.write_text("s1.vcf\ns2.vcf\n")
    whole(manifest, Path("out"), toy, block_files=1, resume=True)
    whole(manifest, Path("anew"), toy, block_files=1)
    assert tree(Path("anew")) == tree(Path("out"))


@pytest.mark.parametrize("block_files", [1, 2, 4])
def test_a_sample_of_two_files_is_that_of_the_first(
    toy: KnowledgeBase, make_vcf: MakeVcf, block_files: int
) -> None:
    """Whatever they cover; and also if the first is left out itself."""
    make_vcf(["1 100 A C 0/1"], samples=("A",), name="a.vcf")
    make_vcf(["2 50 G T 1/1 1/1"], samples=("A", "B"), name="ab.vcf")
    make_vcf(["1 100 A C 1/1 0/0"], samples=("B", "D"), name="bd.vcf")
    make_vcf(["1 100 A C 1/1"], samples=("E",), name="e.vcf")
    Path("m.txt").write_text("a.vcf\n\nab.vcf\nbd.vcf\ne.vcf\n")
    whole(Path("m.txt"), Path("out"), toy, block_files=block_files)
    assert [
        ["a.vcf", "1", "A", "ok", "1", "."],
        [
            "ab.vcf", "2", ".", "refused", ".",
            f"ab.vcf: sample 'A' is also in a.vcf (line 1); {ADVICE}",
        ],
        [
            "bd.vcf", "2", ".", "refused", ".",
            f"bd.vcf: sample 'B' is also in ab.vcf (line 3); {ADVICE}",
        ],
        ["e.vcf", "1", "E", "ok", "1", "."],
    ] == status(Path("out"))  # fmt: skip
    assert ["A", "E"] == list(
        dict.fromkeys(line.split("\t")[0] for line in table(Path("out"), "calls")[1:])
    )


def test_a_duplicate_counts_again_when_the_first_is_gone(
    toy: KnowledgeBase, make_vcf: MakeVcf
) -> None:
    for name, row in (("a", "1 100 A C 0/1"), ("b", "1 100 A C 1/1")):
        make_vcf([row], name=f"{name}.vcf")
    Path("m.txt").write_text("a.vcf\nb.vcf\n")
    whole(Path("m.txt"), Path("out"), toy, block_files=1)
    assert ["ok", "refused"] == [row[3] for row in status(Path("out"))]
    Path("a.vcf").write_text("bad")
    whole(Path("m.txt"), Path("out"), toy, block_files=1, resume=True)
    assert ["refused", "ok"] == [row[3] for row in status(Path("out"))]
    whole(Path("m.txt"), Path("anew"), toy, block_files=1)
    assert tree(Path("anew")) == tree(Path("out"))


@pytest.mark.parametrize("block_files", [1, 2, 9])
def test_files_of_a_group_are_one_cohort(
    toy: KnowledgeBase,
    make_vcf: MakeVcf,
    single: Callable[..., list[str]],
    block_files: int,
) -> None:
    make_vcf(["1 100 A C 0/1"], samples=("x",), name="x.vcf")
    make_vcf(["1 100 A C 0/1 1/1"], samples=("A", "B"), name="chr1.vcf")
    make_vcf(["2 50 G T 0/1 1/1"], samples=("A", "B"), name="chr2.vcf")
    make_vcf(["1 100 A C 0/1"], samples=("P",), name="p.vcf")
    Path("q.vcf").write_text("bad")
    Path("m.tsv").write_text(
        "file\tgroup\nx.vcf\t\nchr1.vcf\tcohort\np.vcf\tone\nchr2.vcf\tcohort\nq.vcf\tone\n"
    )
    whole(Path("m.tsv"), Path("out"), toy, block_files=block_files)
    bad = f"q.vcf: {NOT_A_VCF}"
    assert [
        ["x.vcf", "1", "x", "ok", "1", "."],
        ["chr1.vcf", "2", ".", "ok", "2", "."],
        ["p.vcf", ".", ".", "refused", ".", bad],
        ["chr2.vcf", "2", ".", "ok", "2", "."],
        ["q.vcf", ".", ".", "refused", ".", bad],
    ] == status(Path("out"))
    expected = single("calls", "x.vcf")[1:] + single("calls", "chr1.vcf", "chr2.vcf")[1:]
    assert expected == table(Path("out"), "calls")[1:]


def test_sheet_values_reach_the_tables(
    toy: KnowledgeBase, make_vcf: MakeVcf, single: Callable[..., list[str]]
) -> None:
    for name in ("a", "b"):
        make_vcf(["1 100 A C 0/1"], samples=("SAMPLE",), name=f"{name}.vcf")
    sheet = "file\tsample\tsex\na.vcf\tAnn\tfemale\nb.vcf\tBob\tmale\n"
    Path("m.tsv").write_text(sheet)
    whole(Path("m.tsv"), Path("out"), toy)
    expected = single("summary", "a.vcf", "b.vcf", "--sample-sheet", "m.tsv")
    assert expected == table(Path("out"), "summary")
    Path("m.tsv").write_text(sheet.replace("female", "x"))
    with pytest.raises(UsageError, match=r"^m.tsv: sample Ann: unknown sex 'x'"):
        whole(Path("m.tsv"), Path("other"), toy)


@pytest.mark.usefixtures("index_small_files")
def test_an_index_elsewhere(toy: KnowledgeBase, make_vcf: MakeVcf) -> None:
    path = bgzf_tbi(make_vcf(["1 100 A C 0/1"], name="a.vcf"))
    other = bgzf_tbi(make_vcf(["2 50 G T 0/1"], name="b.vcf"))
    Path("index").mkdir()
    for file in (path, other):
        file.with_name(f"{file.name}.tbi").rename(f"index/{file.name}.tbi")
    sheet = "file\tindex\tsample\na.vcf.gz\tindex/{}.tbi\tA\n"
    results = []
    for number, index in enumerate(("a.vcf.gz", "b.vcf.gz", "none")):
        Path("m.tsv").write_text(sheet.format(index))
        whole(Path("m.tsv"), Path(f"out{number}"), toy)
        results += [row[3:] for row in status(Path(f"out{number}"))]
    assert ["ok", "1", "."] == results[0]
    assert ["refused", "refused"] == [row[0] for row in results[1:]]
    assert "the index b.vcf.gz.tbi" in results[1][2]
    assert "a.vcf.gz: there is no index index/none.tbi" == results[2][2]


def test_only_people_have_parts(toy: KnowledgeBase) -> None:
    Path("bad.vcf").write_text("bad")
    Path("m.txt").write_text("bad.vcf\n")
    report = whole(Path("m.txt"), Path("out"), toy)
    assert (1, 1, 0) == (report.n_files, report.n_refused, report.n_people)
    names = ["blocks/block-00001.json", "plan.json", "quality.tsv", "status.tsv"]
    assert names == list(tree(Path("out")))


def test_the_folder_of_something_else(toy: KnowledgeBase, manifest: Path) -> None:
    Path("out").mkdir()
    Path("out/mine").write_text("x")
    with pytest.raises(UsageError, match=r"^-o out: is not empty and has no plan of a batch; "):
        whole(manifest, Path("out"), toy)
    folder, plan = planned(manifest, Path("other"), settings(toy), toy, Division(2))
    start_batch(plan, BatchFolder(Path("out")), resume=False, force=True)
    assert ["mine", "plan.json"] == list(tree(Path("out")))
    run_shard(folder, plan, plan.blocks(), IN_THIS_PROCESS)
    start_batch(plan, folder, resume=False, force=True)
    assert ["plan.json"] == list(tree(folder.path))


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"program": 1}'])
def test_a_damaged_plan(text: str) -> None:
    Path("plan.json").write_text(text)
    with pytest.raises(InputError, match=r"plan\.json: is not a plan of this program: "):
        BatchFolder(Path.cwd()).read_plan()


def test_a_plan_of_another_version(
    toy: KnowledgeBase, manifest: Path, curated: KnowledgeBase
) -> None:
    folder, plan = planned(manifest, Path("out"), settings(toy), toy, Division(2))
    run_shard(folder, plan, plan.blocks(), IN_THIS_PROCESS)
    with pytest.raises(UsageError, match=r"plan\.json: was made with another knowledge base \("):
        finish_batch(folder, curated, IN_THIS_PROCESS)
    folder.plan_path.write_text(plan.as_text().replace(f'"{plan.program}"', '"0.0.1"', 1))
    with pytest.raises(UsageError, match=r"plan\.json: was made by pgx-ana 0\.0\.1, and this is "):
        folder.read_plan()


@pytest.mark.parametrize("kind", ["unreadable", "damaged", "no assembly"])
def test_all_bad_files_cost_one_further_reading(
    toy: KnowledgeBase, make_vcf: MakeVcf, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """They are named together, and each is then read alone."""
    names = [f"{number}.vcf" for number in range(20)]
    for name in names:
        make_vcf(["1 100 A C 0/1"], samples=(name,), name=name)
    bad = ["0.vcf", "9.vcf", "19.vcf"]
    for name in bad:
        if kind == "unreadable":
            Path(name).write_text("bad")
        elif kind == "damaged":
            make_vcf(["1 100 A C 0/9"], samples=(name,), name=name)
        else:
            make_vcf(["1 700 A C 0/1"], samples=(name,), assembly=None, name=name)
    opened: Counter[str] = Counter()
    prepare = VariantFile.__init__

    def counted(file: VariantFile, path: str, *rest: Any, **options: Any) -> None:
        opened[path] += 1
        prepare(file, path, *rest, **options)

    monkeypatch.setattr(VariantFile, "__init__", counted)
    Path("m.txt").write_text("\n".join(names) + "\n")
    whole(Path("m.txt"), Path("out"), toy, block_files=20)
    rows = status(Path("out"))
    assert bad == [row[0] for row in rows if row[3] == "refused"]
    assert dict.fromkeys(names, 2) == opened
    for name in bad:
        Path("m.txt").write_text(f"{name}\n")
        whole(Path("m.txt"), Path(f"alone-{name}"), toy)
        assert status(Path(f"alone-{name}")) == [row for row in rows if row[0] == name]


@pytest.mark.parametrize("damage", ["", "{", '{"key": 1}', "[]"])
def test_a_damaged_record_is_made_again(toy: KnowledgeBase, manifest: Path, damage: str) -> None:
    whole(manifest, Path("out"), toy)
    before = tree(Path("out"))
    Path("out/blocks/block-00002.json").write_text(damage)
    whole(manifest, Path("out"), toy)
    assert before == tree(Path("out"))


def test_quality_is_that_of_all_people(curated: KnowledgeBase, make_vcf: MakeVcf) -> None:
    """Two cohorts of 30 people, in which nearly nobody has the common allele of rs4646."""
    contig = "##contig=<ID=15,length=101991189>"
    for name in ("a", "b"):
        people = tuple(f"{name}{number}" for number in range(30))
        last = "1/1" if name == "a" else "./."
        row = f"15 51210647 A C {' '.join(['0/0'] * 29 + [last])}"
        path = make_vcf([row], samples=people, assembly=None, name=f"{name}.vcf")
        text = path.read_text().replace("##contig=<ID=2>", contig)
        path.write_text(text)
    Path("m.txt").write_text("a.vcf\nb.vcf\n")
    expected = None
    for block_files in (1, 2):
        folder, plan = planned(
            Path("m.txt"),
            Path(f"out{block_files}"),
            settings(curated, [TableName.CALLS]),
            curated,
            Division(block_files),
        )
        run_shard(folder, plan, plan.blocks(), IN_THIS_PROCESS)
        report = finish_batch(folder, curated, IN_THIS_PROCESS)
        text = (folder.path / "quality.tsv").read_text()
        rows = [line.split("\t") for line in text.splitlines()]
        (found,) = [dict(zip(rows[0], row, strict=True)) for row in rows if row[0] == "rs4646"]
        assert expected in {None, text}
        expected = text
    assert {
        "variant": "rs4646", "gene": "CYP19A1", "people": "60", "called": "59", "asserted": "0",
        "partial": "0", "no_call": "1", "filtered": "0", "absent": "0", "unknown_allele": "0",
        "mismatch": "0", "not_assessable": "0", "allele": "C", "frequency": "0.0169",
        "flag": "outlier",
    } == {k: v for k, v in found.items() if not k.startswith("population")}  # fmt: skip
    (warning,) = report.warnings
    assert warning.startswith("rs4646: C has frequency 0.02 among 59 people, ")
    assert len(rows) == 1 + len(curated.variants)


def test_paths_of_the_plan_are_of_its_folder(
    toy: KnowledgeBase, manifest: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    whole(manifest, tmp_path / "here", toy)
    folder, plan = planned(manifest, tmp_path / "there", settings(toy), toy, Division(3))
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    run_shard(folder, plan, plan.blocks(), IN_THIS_PROCESS)
    finish_batch(folder, toy, IN_THIS_PROCESS)
    assert tree(tmp_path / "here") == tree(tmp_path / "there")
    assert os.getcwd() == str(tmp_path / "elsewhere")  # noqa: PTH109
