"""All files are looked at before any is read, and every unusable one is reported."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from helpers.containers import bgzf, bgzf_tbi, rejection

from pgx_ana.errors import InputError
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.pipeline import FileFaultsError, Request, call_readable
from pgx_ana.pipeline import run as run_pipeline
from pgx_ana.vcf import VariantFile

MakeVcf = Callable[..., Path]
Run = Callable[..., Result]


@pytest.fixture
def bad_files(make_vcf: MakeVcf, tmp_path: Path) -> dict[Path, str]:
    """Return files that cannot be used, with what is said of them, in the order given."""
    truncated = bgzf(make_vcf(["1 100 A C 0/1"], name="truncated.vcf"))
    truncated.write_bytes(truncated.read_bytes()[:-28])
    text = tmp_path / "text.vcf"
    text.write_text("text")
    no_samples = make_vcf([], samples=(), name="no_samples.vcf")
    twice = make_vcf([], samples=("A", "A"), name="twice.vcf")
    return {
        tmp_path / "missing.vcf": "no such file",
        truncated: (
            "the file is truncated: its BGZF end-of-file block is missing; copy or download it "
            "again"
        ),
        tmp_path: "is a directory, not a variant file",
        text: "is not a VCF or BCF file: it does not begin with ##fileformat=VCF",
        no_samples: "the file has no samples, so there are no genotypes to annotate",
        twice: "the header names sample 'A' more than once; rename the samples",
    }


@pytest.mark.parametrize("command", ["annotate", "check"])
def test_every_bad_file_is_reported(
    run: Run,
    make_vcf: MakeVcf,
    toy_directory: Path,
    bad_files: dict[Path, str],
    monkeypatch: pytest.MonkeyPatch,
    command: str,
) -> None:
    """No file is read: the good ones are not either."""
    monkeypatch.setattr(VariantFile, "rows_at", None)
    good = [make_vcf(["1 100 A C 0/1"], samples=(name,), name=f"{name}.vcf") for name in "XYZ"]
    paths = [good[0], *bad_files, *good[1:]]
    result = run(command, *paths, "--kb", toy_directory)
    assert (3, "") == (result.exit_code, result.stdout)
    expected = [f"{path}: {message}" for path, message in bad_files.items()]
    assert ["Error: 6 of 9 files cannot be used:", *expected] == result.stderr.splitlines()


@pytest.mark.parametrize("rows", [["1 100 A C 0/9"], ["2 50 T G"]])
def test_errors_have_the_paths_of_their_files(
    toy: KnowledgeBase, make_vcf: MakeVcf, bad_files: dict[Path, str], rows: list[str]
) -> None:
    """Whether files cannot be opened, or only their rows cannot be read."""
    good = make_vcf(["1 100 A C 0/1"], samples=("good",), name="good.vcf")
    bad = [make_vcf(rows, samples=(f"B{n}",), name=f"bad{n}.vcf") for n in range(3)]
    for guilty in (list(bad_files), bad):
        with pytest.raises(FileFaultsError) as raised:
            run_pipeline(Request((str(good), *map(str, guilty))), toy)
        assert list(map(str, guilty)) == list(raised.value.by_path)
        for path, error in raised.value.by_path.items():
            with pytest.raises(InputError) as alone:
                run_pipeline(Request((path,)), toy)
            assert str(alone.value) == str(error)


def test_a_single_bad_file_is_one_line(
    toy: KnowledgeBase, make_vcf: MakeVcf, tmp_path: Path
) -> None:
    good = make_vcf(["1 100 A C 0/1"])
    assert f"{tmp_path}/none.vcf: no such file" == rejection(toy, good, tmp_path / "none.vcf")


def test_very_many_bad_files(toy: KnowledgeBase, tmp_path: Path) -> None:
    lines = rejection(toy, *(tmp_path / f"{number}.vcf" for number in range(60))).splitlines()
    assert "60 of 60 files cannot be used:" == lines[0]
    assert f"{tmp_path}/49.vcf: no such file" == lines[50]
    assert ["and 10 more files"] == lines[51:]


@pytest.mark.usefixtures("index_small_files")
def test_an_index_of_another_file_is_reported_with_the_others(
    toy: KnowledgeBase, make_vcf: MakeVcf, tmp_path: Path
) -> None:
    path = bgzf_tbi(make_vcf(["1 100 A C 0/1"], name="one.vcf"))
    other = bgzf_tbi(make_vcf(["2 50 G T 0/1", "2 60 G T 0/1"], name="two.vcf"))
    Path(f"{path}.tbi").write_bytes(Path(f"{other}.tbi").read_bytes())
    lines = rejection(toy, path, tmp_path / "none.vcf").splitlines()
    assert "2 of 2 files cannot be used:" == lines[0]
    assert lines[1].startswith(f"{path}: the index {path.name}.tbi does not match the file")
    assert f"{tmp_path}/none.vcf: no such file" == lines[2]


def test_unknown_samples_are_noticed_before_anything_is_read(
    toy: KnowledgeBase, make_vcf: MakeVcf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(VariantFile, "rows_at", None)
    paths = [
        make_vcf(["1 100 A C 0/1"], samples=(name,), name=f"{name}.vcf") for name in ("A", "B")
    ]
    expected = "sample not found in any file: 'C'; there are 2 samples, such as 'A'"
    assert expected == rejection(toy, *paths, samples=("A", "C"))
    expected = "sample not found in any file: 'C'; the only sample is 'A'"
    assert expected == rejection(toy, paths[0], samples=("C",))


@pytest.fixture
def count_reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list that gets the name of a file each time its rows are read."""
    reads: list[str] = []
    original = VariantFile.rows_at

    def counted(file: VariantFile, *words: object, **options: object) -> object:
        reads.append(Path(file.name).name)
        return original(file, *words, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(VariantFile, "rows_at", counted)
    return reads


def people(make_vcf: MakeVcf, *last_rows: str) -> list[str]:
    """Make a file for each person, with a row in each gene."""
    return [
        str(make_vcf(["1 100 A C 0/1", row], samples=(f"P{number}",), name=f"{number}.vcf"))
        for number, row in enumerate(last_rows)
    ]


def test_check_reads_every_file_once(
    toy: KnowledgeBase, make_vcf: MakeVcf, count_reads: list[str]
) -> None:
    """A row that cannot be read belongs to its gene; all files are answered for the others."""
    paths = people(make_vcf, "2 50 G T 0/1", "2 50 G T 0/9", "2 50 G T 0/1/1", "2 50 G T 0/0")
    calls, unreadable = call_readable(Request(tuple(paths)), toy)
    assert ["0.vcf", "1.vcf", "2.vcf", "3.vcf"] == count_reads
    assert ["rs1", "rs2", "rs3", "rs4", "rs5"] == [site.variant.id for site in calls.sites]
    assert ["A/C"] * 4 == [one.genotype for one in calls.sites[0].calls]
    expected = "2:50: sample 'P1' has allele 9, but the record has 1 ALT allele"
    assert {"BBB": f"{paths[1]}: line 13: {expected}"} == unreadable


def test_check_reports_every_file_that_cannot_be_read(
    toy: KnowledgeBase, make_vcf: MakeVcf, count_reads: list[str]
) -> None:
    """A fault that is not one of a known site is one of the file."""
    paths = people(make_vcf, "2 x G T 0/1", "2 50 G T 0/1", "2 y G T 0/1")
    with pytest.raises(InputError) as caught:
        call_readable(Request(tuple(paths)), toy)
    lines = str(caught.value).splitlines()
    assert "2 of 3 files cannot be used:" == lines[0]
    assert [f"{paths[0]}: line 13: POS 'x' is", f"{paths[2]}: line 13: POS 'y' is"] == [
        line.partition(" not")[0] for line in lines[1:]
    ]
    assert ["0.vcf", "1.vcf", "2.vcf"] == count_reads


def test_files_that_disagree_make_one_gene_unreadable(
    run: Run, make_vcf: MakeVcf, toy_directory: Path
) -> None:
    one = make_vcf(["1 100 A C 0/1", "2 50 G T 0/1"], name="one.vcf")
    two = make_vcf(["2 50 G T 1/1"], name="two.vcf")
    words = ["check", one, two, "--same-person", "--kb", toy_directory, "-f", "tsv"]
    result = run(*words)
    assert 5 == result.exit_code
    last = result.stdout.splitlines()[-1].split("\t")
    assert ("BBB", "rs6") == (last[0], last[1])
    assert last[-1].startswith("sample 'S1' is in two files that disagree on rs6: G/T (called)")


OPTIONS = {
    "nothing": ([], 5),
    "exit zero": (["--exit-zero"], 0),
    "just enough": (["--min-called", "0.5"], 0),
    "all": (["--min-called", "1"], 5),
    "none": (["--min-called", "0"], 0),
    "a little more": (["--min-called", "0.51"], 5),
}


@pytest.mark.parametrize(("words", "code"), OPTIONS.values(), ids=OPTIONS)
def test_exit_codes_of_check_for_pipelines(
    run: Run, make_vcf: MakeVcf, toy_directory: Path, words: list[str], code: int
) -> None:
    """Of six sites in two people, six are called."""
    rows = ["1 100 A C 0/1 1/1", "1 200 A C 0/1 0/0", "1 300 T C 0/1 ./.", "2 50 G T 0/1 ./1"]
    path = make_vcf(rows, samples=("A", "B"))
    plain = run("check", path, "--kb", toy_directory)
    result = run("check", path, "--kb", toy_directory, *words)
    assert (code, plain.stdout, "") == (result.exit_code, result.stdout, result.stderr)


def test_check_of_nothing_called(run: Run, make_vcf: MakeVcf, toy_directory: Path) -> None:
    words = ["check", make_vcf(["1 700 A C 0/1"]), "--kb", toy_directory]
    assert [3, 0, 5, 0] == [
        run(*words, *more).exit_code
        for more in ([], ["--exit-zero"], ["--min-called", "0.1"], ["--min-called", "0"])
    ]


def test_an_unreadable_gene_is_not_called(run: Run, make_vcf: MakeVcf, toy_directory: Path) -> None:
    path = make_vcf(["1 100 A C 0/1", "1 200 A C 0/0", "1 300 T C 0/0", "2 50 G T 0/9"])
    words = ["check", path, "--kb", toy_directory, "--min-called"]
    assert [0, 5] == [run(*words, share).exit_code for share in ("0.5", "0.6")]


def test_unusable_files_fail_whatever_the_options(
    run: Run, tmp_path: Path, toy_directory: Path
) -> None:
    words = ["check", tmp_path / "none.vcf", "--kb", toy_directory]
    for more in (["--exit-zero"], ["--min-called", "0"]):
        assert 3 == run(*words, *more).exit_code
    both = run(*words, "--exit-zero", "--min-called", "0.5")
    expected = "Error: --exit-zero and --min-called cannot be combined\n"
    assert (2, expected) == (both.exit_code, both.stderr)
