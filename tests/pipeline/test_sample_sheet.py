"""Samples named by their files, or by a sample sheet."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from pgx_ana.api import annotate
from pgx_ana.errors import UsageError
from pgx_ana.pipeline.sample_sheet import name_from_path

MakeVcf = Callable[..., Path]
Run = Callable[..., Result]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("NA12717.vcf", "NA12717"),
        ("run 1/NA12717.vcf.gz", "NA12717"),
        ("NA12717.g.vcf.gz", "NA12717"),
        ("NA12717.gvcf", "NA12717"),
        ("run/NA12717.pgen", "NA12717"),
        ("NA12717.BED", "NA12717"),
        ("NA12717.v1.bgen", "NA12717.v1"),
        ("NA12717.VCF.BGZ", "NA12717"),
        ("NA12717.bcf", "NA12717"),
        ("NA12717.hard-filtered.vcf.gz", "NA12717.hard-filtered"),
        ("patient.g", "patient.g"),
        ("data", "data"),
        (".vcf", ".vcf"),
    ],
)
def test_the_name_of_a_file(path: str, name: str) -> None:
    assert name == name_from_path(path)


@pytest.fixture
def two(make_vcf: MakeVcf) -> list[Path]:
    """Return files of two people with one sample name."""
    return [
        make_vcf([f"1 100 A C {genotype}"], samples=("SAMPLE",), name=f"{name}.vcf")
        for name, genotype in (("ann", "0/1"), ("eve", "1/1"))
    ]


@pytest.fixture
def calls(run: Run, toy_directory: Path) -> Callable[..., list[tuple[str, str]]]:
    """Return a function that annotates files and returns sample and genotype at rs1."""

    def called(*words: object) -> list[tuple[str, str]]:
        result = run("annotate", *words, "--kb", toy_directory, "-t", "calls", "-q")
        assert (0, "") == (result.exit_code, result.stderr)
        rows = [line.split("\t") for line in result.stdout.splitlines()]
        genotype = rows[0].index("genotype")
        return [(row[0], row[genotype]) for row in rows if "rs1" in row]

    return called


def error(result: Result, code: int) -> str:
    assert (code, "") == (result.exit_code, result.stdout)
    (line,) = result.stderr.splitlines()
    return line.removeprefix("Error: ")


def test_samples_are_called_after_their_files(
    calls: Callable[..., object], two: list[Path]
) -> None:
    expected = [("ann", "A/C"), ("eve", "C/C")]
    assert expected == calls(*two, "--sample-from-filename")
    assert expected[1:] == calls(*two, "--sample-from-filename", "-s", "eve")


def test_a_file_of_several_samples_has_no_name_of_its_own(
    run: Run, make_vcf: MakeVcf, toy_directory: Path, two: list[Path]
) -> None:
    cohort = make_vcf(["1 100 A C 0/1 0/1"], samples=("A", "B"), name="cohort.vcf")
    result = run("annotate", two[0], cohort, "--sample-from-filename", "--kb", toy_directory)
    assert (
        f"{cohort}: has 2 samples; only the sample of a file with one sample can be named by its "
        "file name or a sample sheet"
    ) == error(result, 3)


def test_stdin_has_no_file_name(run: Run, toy_directory: Path, two: list[Path]) -> None:
    words = ["annotate", "-", "--sample-from-filename", "--kb", toy_directory]
    expected = "--sample-from-filename: stdin has no file name; use --sample-sheet"
    assert expected == error(run(*words, input=two[0].read_bytes()), 2)


def test_files_of_one_name_in_several_folders(
    run: Run, make_vcf: MakeVcf, tmp_path: Path, toy_directory: Path
) -> None:
    paths = []
    for name, row in (("ann", "1 100 A C 0/1"), ("eve", "2 50 G T 0/1")):
        (tmp_path / name).mkdir()
        paths.append(make_vcf([row], name=f"{name}/calls.vcf"))
    words = ["annotate", *paths, "--sample-from-filename", "--kb", toy_directory]
    assert (
        f"--sample-from-filename: {paths[0]} and {paths[1]} both name sample 'calls'; use "
        "--sample-sheet, or --same-person if they are files of one person"
    ) == error(run(*words), 3)
    assert 0 == run(*words, "--same-person").exit_code


SHEETS = {
    "plain": "file\tsample\nann.vcf\tAnn\neve.vcf\tEve\n",
    "more columns, another order": (
        "context\tsample\tfile\tsex\nadjuvant\tAnn\tann.vcf\tfemale\n\tEve\teve.vcf\t\n"
    ),
    "byte order mark, CRLF, blank lines, spaces": (
        "\ufefffile\tsample\r\n\r\n ann.vcf \tAnn \r\neve.vcf\tEve\r\n"
    ),
    "rows of other files": "file\tsample\nbob.vcf\tBob\nann.vcf\tAnn\neve.vcf\tEve\n",
    "no empty cells at the end": (
        "file\tsample\tsex\tcontext\nann.vcf\tAnn\neve.vcf\tEve\tfemale\n"
    ),
    "carriage returns": "file\tsample\rann.vcf\tAnn\reve.vcf\tEve\r",
    "no line feed at the end": "file\tsample\neve.vcf\tEve\nann.vcf\tAnn",
}


@pytest.mark.parametrize("text", SHEETS.values(), ids=SHEETS)
def test_a_sample_sheet_names_the_samples(
    calls: Callable[..., object], two: list[Path], tmp_path: Path, text: str
) -> None:
    sheet = tmp_path / "sheet.tsv"
    sheet.write_bytes(text.encode())
    assert [("Ann", "A/C"), ("Eve", "C/C")] == calls(*two, "--sample-sheet", sheet)


def test_files_of_a_sheet_are_found(
    calls: Callable[..., object],
    two: list[Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By path from the working directory, from the folder of the sheet, or by bare name."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    expected = [("Ann", "A/C"), ("Eve", "C/C")]
    for folder, names in (
        (tmp_path, ("ann.vcf", "./eve.vcf")),
        (elsewhere, ("../ann.vcf", str(two[1]))),
        (elsewhere, ("ann.vcf", "eve.vcf")),
    ):
        sheet = folder / "sheet.tsv"
        sheet.write_text(f"file\tsample\n{names[0]}\tAnn\n{names[1]}\tEve\n")
        assert expected == calls(*two, "--sample-sheet", sheet)
        monkeypatch.chdir(elsewhere)
        assert expected == calls(*two, "--sample-sheet", sheet)
        monkeypatch.chdir(tmp_path)
        assert expected == calls("ann.vcf", "eve.vcf", "--sample-sheet", sheet)


def test_a_sheet_says_which_files_are_of_one_person(
    calls: Callable[..., object], make_vcf: MakeVcf, two: list[Path], tmp_path: Path
) -> None:
    more = make_vcf(["1 100 A C 1/0", "1 200 A C 0/1"], samples=("x",), name="more.vcf")
    sheet = tmp_path / "sheet.tsv"
    sheet.write_text("file\tsample\nann.vcf\tAnn\neve.vcf\tEve\nmore.vcf\tAnn\n")
    assert [("Ann", "A/C"), ("Eve", "C/C")] == calls(*two, more, "--sample-sheet", sheet)


COLUMNS = (
    "its first line must name the columns file and sample, and may name sex, context, index and "
    "group, separated by tabs"
)
FAULTS = {
    "unknown column": (
        "file\tsample\tage\nann.vcf\tA\t1\n",
        f"{{sheet}}: unknown column 'age'; {COLUMNS}",
    ),
    "mistyped column": (
        "file\tsampel\nann.vcf\tA\n",
        f"{{sheet}}: unknown column 'sampel'; did you mean sample, no column 'sample'; {COLUMNS}",
    ),
    "spaces for tabs": (
        "file sample\nann.vcf A\n",
        (
            "{sheet}: unknown column 'file sample'; did you mean sample, no column 'file', "
            f"no column 'sample'; {COLUMNS}"
        ),
    ),
    "column twice": (
        "file\tsample\tsample\nann.vcf\tA\tB\n",
        f"{{sheet}}: column 'sample' twice; {COLUMNS}",
    ),
    "no rows": ("file\tsample\n\n", "{sheet}: lists no file"),
    "empty": ("", "{sheet}: lists no file"),
    "columns": (
        "file\tsample\n\nann.vcf\tA\tfemale\n",
        "{sheet}: line 3: has 3 columns; the first line has 2",
    ),
    "file alone": ("file\tsample\nann.vcf\n", "{sheet}: line 2: has no file or no sample"),
    "no sample": ("file\tsample\nann.vcf\t \n", "{sheet}: line 2: has no file or no sample"),
    "a file that is not listed": (
        "file\tsample\nann.vcf\tA\n",
        "{sheet}: has no row for {eve}",
    ),
    "a file listed twice": (
        "file\tsample\nann.vcf\tA\neve.vcf\tB\n./ann.vcf\tC\n",
        "{sheet}: has two rows for {ann}",
    ),
}


@pytest.mark.parametrize(("text", "message"), FAULTS.values(), ids=FAULTS)
def test_faults_of_a_sheet(
    run: Run, two: list[Path], tmp_path: Path, toy_directory: Path, text: str, message: str
) -> None:
    sheet = tmp_path / "sheet.tsv"
    sheet.write_text(text)
    result = run("annotate", *two, "--sample-sheet", sheet, "--kb", toy_directory)
    expected = message.format(sheet=sheet, ann=two[0], eve=two[1])
    assert f"--sample-sheet {expected}" == error(result, 2)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("missing.vcf\tA\tx", "sample A: unknown sex 'x'; use female or male"),
        ("missing.vcf\t\tm", "line 2: has no file or no sample"),
        ("other.vcf\tA\tm", "has no row for {missing}"),
    ],
    ids=["sex", "no sample", "no row"],
)
def test_faults_of_a_sheet_are_found_before_any_file_is_read(
    run: Run, tmp_path: Path, toy_directory: Path, row: str, message: str
) -> None:
    missing, sheet = tmp_path / "missing.vcf", tmp_path / "sheet.tsv"
    sheet.write_text(f"file\tsample\tsex\n{row}\n")
    result = run("annotate", missing, "--sample-sheet", sheet, "--kb", toy_directory)
    assert f"--sample-sheet {sheet}: {message.format(missing=missing)}" == error(result, 2)


@pytest.mark.parametrize("separator", ["\u2028", "\u0085", "\x0b", "\x0c", "\x1c"])
def test_separators_that_end_no_line_may_be_part_of_a_name(
    two: list[Path], tmp_path: Path, toy_directory: Path, separator: str
) -> None:
    sheet = tmp_path / "sheet.tsv"
    text = f"file\tsample\nann.vcf\tAnn{separator}1\neve.vcf\tEve\n"
    sheet.write_bytes(text.encode())
    samples = annotate(two, kb=toy_directory, sample_sheet=sheet).samples
    assert (f"Ann{separator}1", "Eve") == samples


def test_a_bare_name_of_two_files(
    run: Run, make_vcf: MakeVcf, tmp_path: Path, toy_directory: Path
) -> None:
    paths = []
    for name in ("ann", "eve", "sheet"):
        (tmp_path / name).mkdir()
    paths = [make_vcf(["1 100 A C 0/1"], name=f"{name}/x.vcf") for name in ("ann", "eve")]
    sheet = tmp_path / "sheet" / "s.tsv"
    sheet.write_text("file\tsample\nx.vcf\tA\n")
    result = run("annotate", *paths, "--sample-sheet", sheet, "--kb", toy_directory)
    assert (
        f"--sample-sheet {sheet}: 'x.vcf' is the name of several files ({paths[0]}, {paths[1]}); "
        "give their paths"
    ) == error(result, 2)


def test_a_sheet_that_cannot_be_read(
    run: Run, two: list[Path], tmp_path: Path, toy_directory: Path
) -> None:
    words = ["annotate", *two, "--kb", toy_directory, "--sample-sheet"]
    assert "cannot be read: [Errno 2]" in error(run(*words, tmp_path / "none"), 2)
    (tmp_path / "latin").write_bytes(b"file\tsample\nann.vcf\t\xe9\n")
    assert "is not text in UTF-8" in error(run(*words, tmp_path / "latin"), 2)


def test_names_cannot_come_from_both(
    run: Run, two: list[Path], tmp_path: Path, toy_directory: Path
) -> None:
    words = ["--sample-from-filename", "--sample-sheet", tmp_path / "s.tsv"]
    expected = "--sample-from-filename and --sample-sheet cannot be combined"
    assert expected == error(run("annotate", *two, *words, "--kb", toy_directory), 2)


def test_the_python_interface_names_samples_too(
    two: list[Path], tmp_path: Path, toy_directory: Path
) -> None:
    sheet = tmp_path / "sheet.tsv"
    sheet.write_text("file\tsample\nann.vcf\tAnn\neve.vcf\tEve\n")
    assert ("Ann", "Eve") == annotate(two, kb=toy_directory, sample_sheet=sheet).samples
    assert ("ann", "eve") == annotate(two, kb=toy_directory, sample_from_filename=True).samples
    same = [two[0], two[0].with_name("copy.vcf")]
    same[1].write_bytes(two[0].read_bytes())
    assert ("SAMPLE",) == annotate(same, kb=toy_directory, same_person=True).samples
    with pytest.raises(UsageError, match=r"cannot be combined$"):
        annotate(two, kb=toy_directory, sample_from_filename=True, sample_sheet=sheet)
