"""``pgx-ana annotate``: data on stdout, messages on stderr, an exit code for each kind of error."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import click
import pytest
from click.testing import Result
from helpers.fixture_types import MakeVcf, Run
from helpers.paths import EXAMPLE
from helpers.toy_overlays import written_overlay

from pgx_ana.cli.annotate import annotate as command
from pgx_ana.output.columns import COLUMNS
from pgx_ana.terms import TEXT_TABLES, TableName

PERSON = EXAMPLE / "spoiled.GRCh38.vcf"
HEADERS = {name: [column.name for column in columns] for name, columns in COLUMNS.items()}
ROWS = {
    TableName.ANNOTATIONS: 2,
    TableName.CALLS: 6,
    TableName.HAPLOTYPES: 0,
    TableName.SUMMARY: 5,
}
"""Rows per person with the toy knowledge base, which has no haplotypes."""

SLOW_IMPORTS = ["cyvcf2", "numpy", "pandas", "pydantic", "pysam", "yaml"]
SLOW_IMPORTS += ["bgen", "distributed", "dask_jobqueue", "pebble", "pgenlib", "pyarrow", "zarr"]
SLOW_IMPORTS += ["zstandard"]


@pytest.fixture
def annotate(run: Run, toy_directory: Path) -> Run:
    """Return a runner of ``annotate`` with the toy knowledge base."""

    def runner(*arguments: object) -> Result:
        return run("annotate", "--kb", toy_directory, *arguments)

    return runner


@pytest.fixture
def file(make_vcf: MakeVcf) -> Path:
    rows = [
        "1 100 A C 0/1:99:9 1/1:5:30",
        "1 200 A C ./.:.:. 0/0:50:8",
        "2 50 G T 1/1:60:7 0/1:9:9",
    ]
    return make_vcf(rows, samples=("S1", "S2"), fmt="GT:GQ:DP", filters={1: "LowQual"})


def rows(text: str, separator: str = "\t") -> list[dict[str, str]]:
    return list(csv.DictReader(text.splitlines(), delimiter=separator, quoting=csv.QUOTE_NONE))


def statuses(result: Result) -> dict[str, str]:
    """Return, for each sample, the statuses of its variants as words."""
    assert 0 == result.exit_code
    by_sample: dict[str, str] = {}
    for row in rows(result.stdout):
        sample = row["sample"]
        by_sample[sample] = f"{by_sample.get(sample, '')} {row['status']}".strip()
    return by_sample


def buffered_environment(**changes: str) -> dict[str, str]:
    """Return an buffered_environment with buffered stdout, as users have it."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    return kept | changes


def run_process(*words: object, **changes: str) -> subprocess.CompletedProcess[str]:
    """Run the program in a separate process."""
    return subprocess.run(
        [sys.executable, "-m", "pgx_ana", *map(str, words)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env=buffered_environment(**changes),
    )


def slow_modules(*words: str, cache: Path) -> list[str]:
    """Run the program in a process of its own and return the slow modules that it imported."""
    code = (
        "import sys\n"
        "from pgx_ana.cli import main\n"
        "try:\n"
        f"    main({list(words)!r})\n"
        "finally:\n"
        f"    print(*sorted(set({SLOW_IMPORTS!r}) & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "XDG_CACHE_HOME": str(cache)},
    )
    assert done.stdout
    return done.stderr.split()


def test_slow_modules_are_imported_only_where_needed(tmp_path: Path) -> None:
    """pydantic and PyYAML only where the knowledge base is not compiled yet, the others never."""
    assert [] == slow_modules("annotate", "--help", cache=tmp_path)
    annotate = ("annotate", str(PERSON), "-q")
    assert ["cyvcf2", "numpy", "pydantic", "yaml"] == slow_modules(*annotate, cache=tmp_path)
    assert ["cyvcf2", "numpy"] == slow_modules(*annotate, cache=tmp_path)
    assert ["numpy"] == slow_modules("--version", cache=tmp_path)


@pytest.mark.parametrize("words", [["--help"], ["-h"], ["annotate", "--help"], ["annotate", "-h"]])
def test_help(run: Run, words: list[str]) -> None:
    result = run(*words)
    assert (0, "") == (result.exit_code, result.stderr)
    assert result.stdout.startswith("Usage: ")


def test_help_names_every_option(run: Run) -> None:
    words = set(run("annotate", "--help").stdout.replace(",", " ").split())
    options = [item for item in command.params if isinstance(item, click.Option)]
    assert len(options) > 30
    assert {name for option in options for name in option.opts} <= words


def test_help_has_options_under_headings(run: Run) -> None:
    """Each heading stands once, and at the option with which its part begins."""
    lines = run("annotate", "--help").stdout.splitlines()
    assert "  FILES..." not in lines
    headings = {
        line: next(text for text in lines[number + 1 :] if text.startswith("  -")).split()[0]
        for number, line in enumerate(lines)
        if line.endswith(":") and not line.startswith(" ")
    }
    assert headings == {
        "Output:": "-o,",
        "People:": "-s,",
        "Genotypes:": "-g,",
        "Conclusions:": "--absent-is-reference",
        "Run:": "--fail-on",
    }


def test_stdout_has_data_only(annotate: Run, file: Path) -> None:
    result = annotate(file)
    assert 0 == result.exit_code
    lines = [line.split("\t") for line in result.stdout.splitlines()]
    assert HEADERS[TableName.ANNOTATIONS] == lines[0]
    assert {len(lines[0])} == {len(line) for line in lines}
    assert ["S1", "S1", "S2", "S2"] == [line[0] for line in lines[1:]]
    assert [
        f"{file}: GRCh38 (contig lengths), 2 samples",
        (
            "2 of 6 known variants called in any sample; of 12 calls (2 samples x 6 variants): "
            "2 called, 1 no_call, 3 filtered, 6 absent"
        ),
    ] == result.stderr.splitlines()


def test_quiet_empties_stderr(annotate: Run, file: Path) -> None:
    verbose, quiet = annotate(file), annotate(file, "--quiet")
    assert (0, verbose.stdout, "") == (quiet.exit_code, quiet.stdout, quiet.stderr)


@pytest.mark.parametrize("table", list(TEXT_TABLES))
@pytest.mark.parametrize(("kind", "separator"), [("tsv", "\t"), ("csv", ",")])
def test_tables(annotate: Run, file: Path, table: TableName, kind: str, separator: str) -> None:
    result = annotate(file, "--table", table, "--format", kind)
    assert 0 == result.exit_code
    lines = list(csv.reader(result.stdout.splitlines(), delimiter=separator))
    assert HEADERS[table] == lines[0]
    assert {len(lines[0])} == {len(line) for line in lines}
    expected = ROWS[table]
    assert [sample for sample in ("S1", "S2") for _ in range(expected)] == [x[0] for x in lines[1:]]


@pytest.mark.parametrize(
    ("words", "likeliest", "probability", "population"),
    [
        ([], ".", ".", "."),
        (["--population", "AFR"], "*1/*4", "0.999", "AFR"),
        (["--population", "EUR"], "*2/*3", "0.5873", "EUR"),
        (["--population", "SAS"], "*1/*4", "0.5107", "SAS"),
        (["--population", "global"], "*1/*4", "0.8885", "global"),
    ],
    ids=["none", "AFR", "EUR", "SAS", "global"],
)
def test_probabilities_of_ambiguous_diplotypes_by_population(
    annotate: Run,
    make_vcf: MakeVcf,
    haplotype_directory: Path,
    words: list[str],
    likeliest: str,
    probability: str,
    population: str,
) -> None:
    """The candidates do not depend on the population."""
    path = make_vcf(["1 100 A C 0/1", "1 200 A C 0/1", "1 401 G GT 0/0"])
    overlay = ("--kb", haplotype_directory)
    result = annotate(path, *overlay, "--table", "haplotypes", *words)
    assert 0 == result.exit_code
    (row,) = (row for row in rows(result.stdout) if row["haplotypes"] == "AAA-star")
    assert "*1/*4;*2/*3" == row["candidates"]
    estimate = (row["diplotype"], row["likeliest"], row["probability"], row["population"])
    assert (".", likeliest, probability, population) == estimate


def test_json_and_jsonl_have_the_same_documents(annotate: Run, file: Path) -> None:
    array = json.loads(annotate(file, "--format", "json").stdout)
    lines = annotate(file, "--format", "jsonl").stdout.splitlines()
    assert array == [json.loads(line) for line in lines]
    assert ["S1", "S2"] == [document["sample"] for document in array]


@pytest.mark.parametrize(
    "words",
    [[], ["--table", "calls"], ["--table", "summary", "--format", "csv"], ["--format", "json"]],
    ids=["annotations", "calls", "csv", "json"],
)
def test_a_file_has_the_same_bytes_as_stdout(
    annotate: Run, file: Path, tmp_path: Path, words: list[str]
) -> None:
    target = tmp_path / "result"
    result = annotate(file, *words, "-o", target)
    assert (0, "") == (result.exit_code, result.stdout)
    assert annotate(file, *words).stdout_bytes == target.read_bytes()


def test_several_tables_are_written_to_a_folder(annotate: Run, file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "results"
    words = ["--table", "calls", "--table", "summary", "--table", "calls"]
    result = annotate(file, *words, "--format", "csv", "-o", folder)
    assert (0, "") == (result.exit_code, result.stdout)
    expected = {
        f"{table}.csv": annotate(file, "--table", table, "--format", "csv").stdout_bytes
        for table in ("calls", "summary")
    }
    assert expected == {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param(
            [],
            {
                "S1": "called no_call absent absent absent called",
                "S2": "filtered filtered absent absent absent filtered",
            },
            id="defaults",
        ),
        pytest.param(
            ["--min-gq", "5"],
            {
                "S1": "called no_call absent absent absent called",
                "S2": "called filtered absent absent absent called",
            },
            id="min-gq",
        ),
        pytest.param(
            ["--min-gq", "0", "--min-dp", "9"],
            {
                "S1": "called no_call absent absent absent filtered",
                "S2": "called filtered absent absent absent called",
            },
            id="min-dp",
        ),
        pytest.param(
            ["--include-filtered"],
            {
                "S1": "called no_call absent absent absent called",
                "S2": "filtered called absent absent absent filtered",
            },
            id="include-filtered",
        ),
        pytest.param(
            ["--include-filtered", "--absent-is-reference"],
            {
                "S1": "called no_call called called called called",
                "S2": "filtered called called called called filtered",
            },
            id="absent-is-reference",
        ),
        pytest.param(["-s", "S2", "-g", "BBB"], {"S2": "filtered"}, id="sample-and-gene"),
        pytest.param(
            ["-s", "S2,S1", "-g", "BBB", "-g", "BBB"],
            {"S1": "called", "S2": "filtered"},
            id="samples-in-the-order-of-the-file",
        ),
    ],
)
def test_options_of_calling(
    annotate: Run, file: Path, words: list[str], expected: dict[str, str]
) -> None:
    assert expected == statuses(annotate(file, "--table", "calls", *words))


def test_asserting_reference_gives_a_warning(annotate: Run, file: Path) -> None:
    result = annotate(file, "--absent-is-reference", "--table", "calls")
    expected = (
        "WARNING: --absent-is-reference: sites without a record are treated as reference; "
        "their rows have source 'asserted'"
    )
    assert expected == result.stderr.splitlines()[0]
    found = [(r["variant"], r["genotype"], r["source"]) for r in rows(result.stdout)]
    asserted = [("rs3", "T/T", "asserted"), ("rs4", "G/G", "asserted")]
    assert asserted == [row for row in found[:6] if row[0] in {"rs3", "rs4"}]
    assert ("rs1", "A/C", "record") == found[0]


@pytest.mark.parametrize("content", ["S2\n", "\n  S2 \r\n\nS2\n"], ids=["plain", "untidy"])
def test_samples_file(annotate: Run, file: Path, tmp_path: Path, content: str) -> None:
    listed = tmp_path / "samples.txt"
    listed.write_bytes(content.encode())
    assert ["S2"] == list(statuses(annotate(file, "-S", listed)))


def test_knowledge_bases_overlay(
    annotate: Run, run: Run, file: Path, toy_directory: Path, tmp_path: Path
) -> None:
    """``default`` is the shipped knowledge base."""
    overlay = written_overlay(
        tmp_path / "overlay",
        'knowledge: {name: over, format: "2", version: 9.9.9, licence: MIT, drug: anastrozole, '
        "description: made up}",
    )
    result = annotate(file, "--kb", overlay)
    assert ["9.9.9"] * 4 == [row["kb_version"].split("+")[0] for row in rows(result.stdout)]
    shipped = run("annotate", PERSON, "-q", "--kb", "default")
    assert run("annotate", PERSON, "-q").stdout == shipped.stdout


NO_FOLDER = "several tables need a folder: give one with -o"


def check_error(result: Result, code: int, message: str) -> None:
    """Check the exit code, and that one message on stderr is the only output."""
    assert (code, "") == (result.exit_code, result.stdout)
    assert f"Error: {message}\n" == result.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["-t", "calls", "-t", "summary"], NO_FOLDER),
        (["-t", "calls", "-t", "summary", "-o", "-"], NO_FOLDER),
        (["-f", "json", "-t", "calls"], "--format json has no tables to choose; omit --table"),
        (["-f", "jsonl", "-t", "calls"], "--format jsonl has no tables to choose; omit --table"),
        (["-g", "XYZ"], "the knowledge base has no variant in XYZ; genes with variants: AAA, BBB"),
        (
            ["-g", "ZZ", "-g", "AAA", "-g", "YY"],
            "the knowledge base has no variant in YY, ZZ; genes with variants: AAA, BBB",
        ),
        (["-s", "S1", "-S", "any"], "--samples and --samples-file cannot be combined"),
    ],
    ids=["tables", "tables-to-stdout", "json", "jsonl", "gene", "genes", "samples-twice"],
)
def test_usage_errors(annotate: Run, file: Path, words: list[str], message: str) -> None:
    check_error(annotate(file, *words), 2, message)


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (["annotate"], "FILES"),
        (["annotate", "x", "--tables"], "--tables"),
        (["annotate", "x", "-f", "xml"], "--format"),
        (["annotate", "x", "--population", "eur"], "--population"),
        (["annotate", "x", "-t", "al"], "--table"),
        (["annotate", "x", "--assembly", "hg83"], "--assembly"),
        (["annotate", "x", "--min-gq", "high"], "--min-gq"),
        (["annotated"], "annotated"),
    ],
    ids=["no-file", "option", "format", "population", "table", "assembly", "min-gq", "command"],
)
def test_usage_errors_of_click(run: Run, words: list[str], name: str) -> None:
    result = run(*words)
    assert (2, "") == (result.exit_code, result.stdout)
    (error,) = [line for line in result.stderr.splitlines() if line.startswith("Error: ")]
    assert name in error


def test_a_missing_samples_file(annotate: Run, file: Path, tmp_path: Path) -> None:
    listed = tmp_path / "samples.txt"
    message = f"[Errno 2] No such file or directory: '{listed}'"
    result = annotate(file, "-S", listed)
    check_error(result, 2, f"--samples-file {listed}: cannot be read: {message}")


def test_a_samples_file_that_is_no_text(annotate: Run, file: Path, tmp_path: Path) -> None:
    listed = tmp_path / "samples.txt"
    listed.write_bytes(b"S1\n\xff\n")
    check_error(annotate(file, "-S", listed), 2, f"--samples-file {listed}: is not text in UTF-8")


def test_an_empty_samples_file(annotate: Run, file: Path, tmp_path: Path) -> None:
    listed = tmp_path / "samples.txt"
    listed.write_text("\n \n")
    check_error(annotate(file, "-S", listed), 2, f"--samples-file {listed}: lists no sample")


def test_a_file_given_twice(annotate: Run, file: Path) -> None:
    check_error(annotate(file, file), 2, f"{file}: the file was given twice")


@pytest.mark.parametrize("earlier", [None, "an earlier result\n"], ids=["new", "earlier"])
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "no such file"),
        (b"", "the file is empty"),
        (b"text", "is not a VCF or BCF file: it does not begin with ##fileformat=VCF"),
    ],
    ids=["missing", "empty", "text"],
)
def test_input_errors_leave_earlier_outputs_unchanged(
    annotate: Run, tmp_path: Path, content: bytes | None, message: str, earlier: str | None
) -> None:
    path, target = tmp_path / "input.vcf", tmp_path / "result.tsv"
    if content is not None:
        path.write_bytes(content)
    if earlier is not None:
        target.write_text(earlier)
    before = {entry.name: entry.read_bytes() for entry in tmp_path.iterdir()}
    check_error(annotate(path, "-o", target), 3, f"{path}: {message}")
    assert before == {entry.name: entry.read_bytes() for entry in tmp_path.iterdir()}


def test_input_errors_create_no_folder(annotate: Run, tmp_path: Path) -> None:
    words = ["-t", "calls", "-t", "summary", "-o", tmp_path / "results"]
    assert 3 == annotate(tmp_path / "missing.vcf", *words).exit_code
    assert [] == list(tmp_path.iterdir())


def test_an_error_in_a_late_row_leaves_no_partial_output(annotate: Run, make_vcf: MakeVcf) -> None:
    path = make_vcf(["1 100 A C 0/1", "2 50 G T 0/9"])
    expected = f"{path}: line 13: 2:50: sample 'S1' has allele 9, but the record has 1 ALT allele"
    check_error(annotate(path), 3, expected)


def test_a_contradicting_assembly(annotate: Run, file: Path) -> None:
    expected = (
        f"{file}: --assembly GRCh37 contradicts the file: its contig lengths indicate GRCh38; "
        "correct or omit --assembly"
    )
    check_error(annotate(file, "--assembly", "GRCh37"), 3, expected)


def test_an_unknown_sample(annotate: Run, file: Path) -> None:
    expected = "sample not found in any file: 'S9'; there are 2 samples, such as 'S1'"
    check_error(annotate(file, "-s", "S1,S9"), 3, expected)


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("", "is a directory; name a file"),
        ("missing/result.tsv", "cannot be written: there is no folder {folder}; make it first"),
    ],
    ids=["directory", "missing-folder"],
)
def test_output_errors(
    annotate: Run, file: Path, tmp_path: Path, target: str, message: str
) -> None:
    """They come before the list of inputs: no input has been read by then."""
    before = set(tmp_path.iterdir())
    path = tmp_path / target
    expected = f"{path}: {message.format(folder=path.parent)}"
    check_error(annotate(file, "-o", path), 3, expected)
    assert f"Error: {expected}\n" == annotate(tmp_path / "none.vcf", "-o", path).stderr
    assert before == set(tmp_path.iterdir())


def test_a_knowledge_base_with_faults(run: Run, file: Path, tmp_path: Path) -> None:
    """One message has all faults."""
    folder = tmp_path / "kb"
    folder.mkdir()
    (folder / "a.yaml").write_text("drugs:\n  - {id: x, name: y}\n  - {id: x, nome: y}\n")
    target = tmp_path / "result.tsv"
    result = run("annotate", file, "--kb", folder, "-o", target)
    assert (4, "") == (result.exit_code, result.stdout)
    first, *faults = result.stderr.splitlines()
    assert f"Error: the knowledge base has {len(faults)} faults:" == first
    assert len(faults) > 1
    assert [] == [fault for fault in faults if not fault.startswith(f"{folder}")]
    assert not target.exists()


def test_a_missing_knowledge_base(run: Run, file: Path, tmp_path: Path) -> None:
    result = run("annotate", file, "--kb", tmp_path / "missing")
    assert (4, "") == (result.exit_code, result.stdout)
    assert f"{tmp_path / 'missing'}:1: is not a directory with YAML files" in result.stderr


FAILURES: list[tuple[list[object], int]] = [
    (["annotate"], 2),
    (["annotate", PERSON, "-t", "calls", "-t", "summary"], 2),
    (["annotate", "missing.vcf"], 3),
    (["annotate", PERSON, "--kb", "missing"], 4),
]


@pytest.mark.parametrize(
    ("words", "code"), FAILURES, ids=["click", "usage", "input", "knowledge-base"]
)
def test_exit_codes_of_a_process(tmp_path: Path, words: Sequence[object], code: int) -> None:
    target = tmp_path / "result"
    extra = [] if code == 2 else ["-o", target]
    done = run_process(*words, *extra)
    assert (code, "") == (done.returncode, done.stdout)
    assert "Traceback" not in done.stderr
    assert 1 == sum(line.startswith("Error: ") for line in done.stderr.splitlines())
    assert [] == list(tmp_path.iterdir())


def test_the_same_input_gives_the_same_bytes(run: Run) -> None:
    """Twice within one process, and in separate processes with other hash seeds."""
    words = ["annotate", PERSON, "--format", "json", "--quiet"]
    expected = run(*words).stdout
    assert expected == run(*words).stdout
    for seed in ("1", "2"):
        done = run_process(*words, PYTHONHASHSEED=seed)
        assert (0, expected, "") == (done.returncode, done.stdout, done.stderr)


def test_a_reader_that_stops_after_one_line(make_vcf: MakeVcf, toy_directory: Path) -> None:
    """As with ``| head -1``: the first line arrives, and there is no traceback."""
    samples = [f"S{number}" for number in range(3000)]
    path = make_vcf([" ".join(["1 100 A C", *(["0/1"] * 3000)])], samples=samples)
    command = [sys.executable, "-m", "pgx_ana", "annotate", str(path), "--kb", str(toy_directory)]
    with subprocess.Popen(
        [*command, "-q"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=buffered_environment(),
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        line = process.stdout.readline()
        process.stdout.close()
        stderr = process.stderr.read()
        code = process.wait(30)
    assert HEADERS[TableName.ANNOTATIONS] == line.rstrip("\n").split("\t")
    assert (141, "") == (code, stderr)


def test_a_reader_that_never_reads(file: Path, toy_directory: Path) -> None:
    """Output that fits into the buffer fails only when it is flushed at exit."""
    read_end, write_end = os.pipe()
    os.close(read_end)
    command = [sys.executable, "-m", "pgx_ana", "annotate", str(file), "--kb", str(toy_directory)]
    done = subprocess.run(
        [*command, "-q"],
        stdout=write_end,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        env=buffered_environment(),
    )
    os.close(write_end)
    assert (141, "") == (done.returncode, done.stderr)
