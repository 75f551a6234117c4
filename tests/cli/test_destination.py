"""The destination of results: its name decides the format, and no input is ever written over."""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pysam
import pytest
from click.testing import Result

from pgx_ana.file_formats import FORMATS
from pgx_ana.terms import PARQUET_TABLES, TEXT_TABLES, TableName

MakeVcf = Callable[..., Path]
Run = Callable[..., Result]
ROWS = ["1 100 A C 0/1", "1 200 A C 1/1"]


@pytest.fixture
def annotate(run: Run, toy_directory: Path) -> Run:
    """Return a runner of ``annotate`` with the toy knowledge base."""

    def runner(*words: object) -> Result:
        return run("annotate", "--kb", toy_directory, "-q", *words)

    return runner


@pytest.fixture
def check(run: Run, toy_directory: Path) -> Run:
    """Return a runner of ``check`` with the toy knowledge base."""

    def runner(*words: object) -> Result:
        return run("check", "--kb", toy_directory, *words)

    return runner


@pytest.fixture
def file(make_vcf: MakeVcf) -> Path:
    return make_vcf(ROWS)


def contents(folder: Path) -> dict[str, bytes]:
    """Return the bytes of all files in a folder, by name."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


# The ending decides the format.


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("x.tsv", "tsv"),
        ("x.csv", "csv"),
        ("x.json", "json"),
        ("x.jsonl", "jsonl"),
        ("x.y.JSON", "json"),
        ("x.tsv.gz", "tsv"),
        ("x.csv.gz", "csv"),
        ("x.json.gz", "json"),
        ("x.jsonl.bgz", "jsonl"),
        ("x", "tsv"),
        ("x.gz", "tsv"),
    ],
)
@pytest.mark.parametrize("given", [None, "csv", "json"])
def test_format_of_annotations(
    annotate: Run, file: Path, tmp_path: Path, name: str, kind: str, given: str | None
) -> None:
    """``--format`` wins; ``.gz`` compresses in any case."""
    target = tmp_path / "results" / name
    target.parent.mkdir()
    result = annotate(file, "-o", target, *(["-f", given] if given else []))
    assert (0, "") == (result.exit_code, result.output)
    written = target.read_bytes()
    if target.suffix in {".gz", ".bgz"}:
        written = gzip.decompress(written)
    assert annotate(file, "-f", given or kind).stdout_bytes == written


@pytest.mark.parametrize(
    ("name", "kind"),
    [("x.json", "json"), ("x.tsv", "tsv"), ("x.txt", "text"), ("x", "text"), ("x.TSV.gz", "tsv")],
)
@pytest.mark.parametrize("given", [None, "json"])
def test_format_of_a_callability_report(
    check: Run, file: Path, tmp_path: Path, name: str, kind: str, given: str | None
) -> None:
    target = tmp_path / name
    result = check(file, "-o", target, *(["-f", given] if given else []))
    assert (5, "") == (result.exit_code, result.output)
    written = target.read_bytes()
    written = gzip.decompress(written) if target.suffix == ".gz" else written
    assert check(file, "-f", given or kind).stdout_bytes == written


def test_compressed_output_is_bgzf_and_always_the_same(
    annotate: Run, file: Path, tmp_path: Path
) -> None:
    for name in ("a.tsv.gz", "b.tsv.gz"):
        annotate(file, "-o", tmp_path / name)
    first, second = ((tmp_path / name).read_bytes() for name in ("a.tsv.gz", "b.tsv.gz"))
    assert first == second
    with pysam.BGZFile(str(tmp_path / "a.tsv.gz"), "r", None) as stream:
        assert gzip.decompress(first) == stream.read(10**6)


@pytest.mark.parametrize("name", ["x.docx", "x.xyz.gz", "x.txt", "x.tsv.zip", "results.d"])
def test_an_unknown_ending(annotate: Run, file: Path, tmp_path: Path, name: str) -> None:
    target = tmp_path / name
    result = annotate(file, "-o", target)
    ending = Path(name.removesuffix(".gz")).suffix
    plain, compressed = (
        [
            known
            for facts in FORMATS.values()
            if facts.is_compressed is is_so
            for known in facts.endings
        ]
        for is_so in (False, True)
    )
    message = (
        f"Error: -o {target}: no format has the ending {ending}; use {', '.join(plain)}, "
        f"each also with .gz, or {', or '.join(compressed)}, or give --format\n"
    )
    assert (2, message) == (result.exit_code, result.output)
    assert [file] == list(tmp_path.iterdir())
    assert 0 == annotate(file, "-o", target, "-f", "tsv").exit_code


def test_an_unknown_ending_of_a_report(check: Run, file: Path, tmp_path: Path) -> None:
    result = check(file, "-o", tmp_path / "x.csv")
    expected = (
        f"Error: -o {tmp_path}/x.csv: no format has the ending .csv; use .txt, .tsv, .json, each "
        "also with .gz, or give --format\n"
    )
    assert (2, expected) == (result.exit_code, result.output)


def test_pipes_and_devices_need_no_ending(annotate: Run, file: Path, tmp_path: Path) -> None:
    link = tmp_path / "device.xyz"
    link.symlink_to("/dev/null")
    assert (0, "") == ((result := annotate(file, "-o", link)).exit_code, result.output)


def test_one_table_cannot_be_json(annotate: Run, file: Path, tmp_path: Path) -> None:
    result = annotate(file, "-t", "calls", "-o", tmp_path / "x.json")
    expected = f"Error: -o {tmp_path}/x.json: JSON has no tables to choose; omit --table\n"
    assert (2, expected) == (result.exit_code, result.output)


@pytest.mark.parametrize("name", ["x.tsv", "x.csv.gz", "x.json"])
def test_several_tables_are_no_single_file(
    annotate: Run, file: Path, tmp_path: Path, name: str
) -> None:
    result = annotate(file, "-t", "all", "-o", tmp_path / name)
    expected = f"Error: -o {tmp_path}/{name}: several tables need a folder, not one file\n"
    assert (2, expected) == (result.exit_code, result.output)
    (tmp_path / name).mkdir()
    assert 0 == annotate(file, "-t", "all", "-o", tmp_path / name).exit_code


@pytest.mark.parametrize("option", ["--output", "--provenance"])
def test_one_run_writes_one_output(annotate: Run, file: Path, tmp_path: Path, option: str) -> None:
    names = [tmp_path / "a.json", tmp_path / "b.json"]
    result = annotate(file, option, names[0], f"{option}={names[1]}")
    assert 2 == result.exit_code
    assert result.output.endswith(
        f"Error: {option} is given twice, and names one file or folder.\n"
    )
    assert [] == [name for name in names if name.exists()]


@pytest.mark.parametrize(
    ("words", "tables"),
    [
        (["-t", "all"], list(TEXT_TABLES)),
        (["-t", "ALL"], list(TEXT_TABLES)),
        (["-t", "calls,summary"], ["calls", "summary"]),
        (["-t", " calls, Summary ,"], ["calls", "summary"]),
        (["-t", "calls", "-t", "summary,calls"], ["calls", "summary"]),
        (["-t", "summary,all"], list(TEXT_TABLES)),
    ],
)
def test_lists_of_tables(
    annotate: Run, file: Path, tmp_path: Path, words: list[str], tables: list[str]
) -> None:
    assert 0 == annotate(file, *words, "-o", tmp_path / "out").exit_code
    assert {f"{name}.tsv" for name in tables} == set(contents(tmp_path / "out"))


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (["-f", "parquet"], [table.value for table in PARQUET_TABLES]),
        (["-f", "parquet", "-t", "all"], [table.value for table in TableName]),
        (["-f", "parquet", "-t", "calls,conclusions"], ["calls", "conclusions"]),
    ],
)
def test_parquet_goes_to_a_folder(
    annotate: Run, file: Path, tmp_path: Path, words: list[str], names: list[str]
) -> None:
    assert 0 == annotate(file, *words, "-o", tmp_path / "out").exit_code
    assert {f"{name}.parquet" for name in names} == set(contents(tmp_path / "out"))


def test_one_table_is_one_file_of_parquet(annotate: Run, file: Path, tmp_path: Path) -> None:
    """The ending of its name is enough; stdout has the same bytes."""
    target = tmp_path / "x.parquet"
    assert 0 == annotate(file, "-t", "calls", "-o", target).exit_code
    stdout = annotate(file, "-t", "calls", "-f", "parquet").stdout_bytes
    assert target.read_bytes() == stdout
    assert [b"PAR1", b"PAR1"] == [stdout[:4], stdout[-4:]]


@pytest.mark.parametrize("name", ["x.tsv", "x.csv.gz", "x.parquet"])
@pytest.mark.parametrize("tables", ["calls", "calls,haplotypes", "all"])
def test_one_row_per_person_is_one_file(
    annotate: Run, file: Path, tmp_path: Path, name: str, tables: str
) -> None:
    words = ("--layout", "wide", "-t", tables, "-o", tmp_path / name)
    assert 0 == annotate(file, *words).exit_code
    assert {name, file.name} == set(contents(tmp_path))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["-f", "parquet"], "several tables need a folder: give one with -o"),
        (
            ["-o", "x.parquet"],
            (
                "-o x.parquet: Parquet has several tables: name one with --table, or give a "
                "folder with -o"
            ),
        ),
        (
            ["-o", "x.parquet", "-t", "calls,summary"],
            "-o x.parquet: several tables need a folder, not one file",
        ),
        (
            ["-o", "x.parquet.gz", "-t", "calls"],
            "-o x.parquet.gz: Parquet is compressed as it is; leave out the last ending",
        ),
        (["-t", "conclusions"], "--table conclusions: only --format parquet has this table"),
        (
            ["--layout", "wide", "-t", "summary"],
            "--layout wide has the tables calls and haplotypes, not summary",
        ),
        (
            ["--layout", "wide", "-f", "json"],
            "--format json has no wide layout; --layout wide is for tsv, csv and parquet",
        ),
        (
            ["--names"],
            "--names is for --format parquet: other formats have the names anyway",
        ),
    ],
)
def test_what_cannot_be_combined(
    annotate: Run,
    file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    result = annotate(file, *words)
    assert (2, f"Error: {message}\n") == (result.exit_code, result.output)
    assert [file] == list(tmp_path.iterdir())


def test_without_pyarrow_nothing_is_read(
    annotate: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    result = annotate(tmp_path / "missing.vcf", "-f", "parquet", "-o", tmp_path / "out")
    expected = (
        "Error: Parquet is written by pyarrow, which is not installed: "
        "pip install 'pgx-ana[parquet]'\n"
    )
    assert (2, expected) == (result.exit_code, result.output)


def test_an_input_in_the_folder_is_protected(
    annotate: Run, make_vcf: MakeVcf, tmp_path: Path
) -> None:
    """Whatever it is called."""
    path = make_vcf(["1 100 A C 0/1"]).rename(tmp_path / "calls.parquet")
    result = annotate(path, "-f", "parquet", "-o", tmp_path)
    assert 2 == result.exit_code
    assert f"-o {path}: is an input file; give another name" in result.stderr


@pytest.mark.parametrize("command", ["annotate", "check"])
@pytest.mark.parametrize(
    ("words", "option"), [(["-o", ""], "'-o' / '--output'"), (["--kb", ""], "'--kb'"),
                          (["-S", ""], "'-S' / '--samples-file'")],
)  # fmt: skip
def test_empty_names(
    run: Run, file: Path, tmp_path: Path, command: str, words: list[str], option: str
) -> None:
    result = run(command, file, *words)
    expected = f"Error: Invalid value for {option}: a name is needed, not an empty text."
    assert (2, expected) == (result.exit_code, result.output.splitlines()[-1])
    assert [file] == list(tmp_path.iterdir())


@pytest.mark.parametrize("command", ["annotate", "check", "report"])
def test_an_empty_name_of_a_file_is_none(run: Run, file: Path, command: str) -> None:
    """As of a variable that is not set; it is not the working directory."""
    result = run(command, file, "")
    assert 2 == result.exit_code
    assert "a name is needed, not an empty text." == result.stderr.strip().split(": ")[-1]


# No input is written over.


def is_protected(result: Result | subprocess.CompletedProcess[str], folder: Path) -> str:
    """Return the only message of a run that refused to write over an input."""
    code = result.exit_code if isinstance(result, Result) else result.returncode
    assert (2, "") == (code, result.stdout)
    (message,) = result.stderr.splitlines()
    assert [] == list(folder.rglob(".pgx-ana*"))
    return message


@pytest.mark.parametrize("command", ["annotate", "check"])
@pytest.mark.parametrize("how", ["same", "relative", "symlink", "hard link"])
def test_an_input_by_any_of_its_names(
    run: Run, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, how: str
) -> None:
    monkeypatch.chdir(tmp_path)
    before = file.read_bytes()
    target = {"same": str(file), "relative": "./made.vcf"}.get(how, str(tmp_path / "other.tsv"))
    if how == "symlink":
        Path(target).symlink_to(file)
    elif how == "hard link":
        Path(target).hardlink_to(file)
    words = ["-f", "tsv"] if how in {"same", "relative"} else []
    message = is_protected(run(command, file, "-o", target, *words), tmp_path)
    also = "" if how == "same" else f" ({file})"
    assert f"Error: -o {target}: is an input file{also}; give another name" == message
    assert before == file.read_bytes()


@pytest.mark.parametrize("words", [["-o", "{file}"], ["-o", "{link}"], ["-o", "{folder}"]])
def test_stdin_that_comes_from_the_output(
    file: Path, tmp_path: Path, toy_directory: Path, words: list[str]
) -> None:
    folder = tmp_path / "results"
    folder.mkdir()
    (folder / "calls.tsv").hardlink_to(file)
    (tmp_path / "link").symlink_to(file)
    before = file.read_bytes()
    places = {"file": file, "link": tmp_path / "link", "folder": folder}
    target = words[1].format(**places)
    options = ["-t", "calls,summary"] if target == str(folder) else ["-f", "tsv"]
    with file.open("rb") as stream:
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "pgx_ana",
                "annotate",
                "-",
                "-o",
                target,
                *options,
                "--kb",
                str(toy_directory),
            ],
            stdin=stream,
            capture_output=True,
            text=True,
            check=False,
        )
    shown = f"{folder}/calls.tsv" if target == str(folder) else target
    expected = f"Error: -o {shown}: is an input file (stdin); give another name"
    assert expected == is_protected(done, tmp_path)
    assert before == file.read_bytes()


def test_stdout_that_is_appended_to_the_input(file: Path, toy_directory: Path) -> None:
    before = file.read_bytes()
    command = [sys.executable, "-m", "pgx_ana", "annotate", str(file), "--kb", str(toy_directory)]
    with file.open("ab") as stream:
        done = subprocess.run(
            command, stdout=stream, stderr=subprocess.PIPE, text=True, check=False
        )
    expected = f"Error: stdout: is an input file ({file}); give another name\n"
    assert (2, expected) == (done.returncode, done.stderr)
    assert before == file.read_bytes()


def test_an_input_in_the_output_folder(annotate: Run, file: Path, tmp_path: Path) -> None:
    target = file.rename(tmp_path / "summary.tsv")
    before = contents(tmp_path)
    result = annotate(target, "-t", "calls,summary", "-o", tmp_path)
    expected = f"Error: -o {target}: is an input file; give another name"
    assert expected == is_protected(result, tmp_path)
    assert before == contents(tmp_path)
    assert 0 == annotate(target, "-t", "calls,haplotypes", "-o", tmp_path).exit_code


def test_other_files_of_a_run(run: Run, file: Path, tmp_path: Path, toy_directory: Path) -> None:
    """The list of samples, the genome and its index, the index of a file, the knowledge base."""
    knowledge = Path(shutil.copytree(toy_directory, tmp_path / "kb"))
    listed, genome = tmp_path / "samples.tsv", tmp_path / "genome.json"
    files = [listed, genome, Path(f"{genome}.fai"), Path(f"{file}.tbi"), knowledge / "frame.yaml"]
    listed.write_text("S1\n")
    for other in files[1:4]:
        other.write_text("content\n")
    before = {path: path.read_bytes() for path in files}
    words = ["-S", listed, "--reference", genome, "--kb", knowledge]
    for target in files:
        message = is_protected(run("annotate", file, *words, "-o", target, "-f", "tsv"), tmp_path)
        assert f"Error: -o {target}: is an input file; give another name" == message
    assert before == {path: path.read_bytes() for path in files}


@pytest.mark.parametrize(
    ("name", "head", "beside"),
    [
        ("cohort.pgen", b"\x6c\x1b\x10", ["cohort.pvar", "cohort.psam", "cohort.pgen.pgi"]),
        ("cohort.bed", b"\x6c\x1b\x01", ["cohort.bim", "cohort.bim.zst", "cohort.fam"]),
        ("cohort.bgen", bytes(16) + b"bgen", ["cohort.sample", "cohort.bgen.bgi"]),
    ],
)
def test_files_beside_a_biobank_file(
    annotate: Run, tmp_path: Path, name: str, head: bytes, beside: list[str]
) -> None:
    """They are known before any of them is read, and before anything is wrong with them."""
    (tmp_path / name).write_bytes(head)
    for other in beside:
        (tmp_path / other).write_text("content\n")
    before = contents(tmp_path)
    for other in beside:
        target = tmp_path / other
        message = is_protected(annotate(tmp_path / name, "-o", target, "-f", "tsv"), tmp_path)
        assert f"Error: -o {target}: is an input file; give another name" == message
    assert before == contents(tmp_path)


def test_devices_may_be_input_and_output(annotate: Run, file: Path) -> None:
    result = annotate(file, "-S", os.devnull, "-o", os.devnull)
    assert "is an input file" not in result.output


@pytest.mark.parametrize("name", ["a.bim", "a.fam"])
def test_a_list_that_belongs_to_an_input(run: Run, tmp_path: Path, name: str) -> None:
    (tmp_path / "a.bed").write_bytes(b"\x6c\x1b\x01\x02")
    (tmp_path / "a.bim").write_text("1\trs1\t0\t100\tC\tA\n")
    (tmp_path / "a.fam").write_text("0 S1 0 0 0 -9\n")
    target = tmp_path / name
    before = target.read_bytes()
    words = ["--assembly", "GRCh38", "-f", "tsv", "-o", target]
    message = is_protected(run("annotate", tmp_path / "a.bed", *words), tmp_path)
    assert f"Error: -o {target}: is an input file; give another name" == message
    assert before == target.read_bytes()
