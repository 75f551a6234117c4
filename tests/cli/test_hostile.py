"""Hostile input and a failing environment: bounded memory, one message, no partial output."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from click.testing import Result
from helpers.fixture_types import MakeVcf, Run

FULL = Path("/dev/full")
TEN_MEGABYTES = 10_000_000
MEGABYTE = 1 << 20
EARLIER = "an earlier result\n"

NAMES = [
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://a.b")',
    "+1",
    "-1",
    "@SUM(1,2)",
    "<script>alert(1)</script>",
    'quoted "twice"',
    '"',
    "'single",
    "comma, and ,",
    "semicolon;",
    "pipe|back\\slash\\n",
    " leading",
    "trailing ",
    ".",
    "NA",
    "null",
    "true",
    "007",
    "1e5",
    "\x01\x02\x1b[31mred\x1b[0m",
    "\x7f",
    "bell\x07",
    "file\x1cseparator",
    "vertical\x0btab and form\x0cfeed",
    "next\x85line",
    "line\u2028and paragraph\u2029separator",
    "right\u202eleft",
    "\ufeffmark",
    "Jos\u00e9",
    "Jose\u0301",
    "\u4e2d\u6587",
    "\U0001f600",
    "x" * MEGABYTE,
]


@pytest.fixture
def annotate(run: Run, toy_directory: Path) -> Run:
    """Return a runner of ``annotate`` with the toy knowledge base."""

    def runner(*arguments: object, **options: object) -> Result:
        return run("annotate", "--kb", toy_directory, "-q", *arguments, **options)

    return runner


@pytest.fixture
def named(tmp_path: Path, make_vcf: MakeVcf) -> Callable[[Sequence[str]], Path]:
    """Return a builder of a file with the given sample names."""

    def build(names: Sequence[str]) -> Path:
        return make_vcf([" ".join(["1 100 A C", *["0/1"] * len(names)])], samples=names)

    return build


@pytest.fixture
def long_fields() -> Iterator[None]:
    """Let the csv module read fields as long as the longest sample name."""
    original = csv.field_size_limit(2 * MEGABYTE)
    yield
    csv.field_size_limit(original)


def table(text: str, kind: str) -> list[dict[str, str]]:
    """Parse a table; in TSV, quotes have no meaning."""
    stream = io.StringIO(text, newline="")
    if kind == "csv":
        return list(csv.DictReader(stream))
    return list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.mark.usefixtures("long_fields")
@pytest.mark.parametrize("kind", ["tsv", "csv"])
def test_sample_names_survive_in_tables(
    annotate: Run, named: Callable[[Sequence[str]], Path], kind: str
) -> None:
    """They are unchanged, and each sample has one row per variant."""
    result = annotate(named(NAMES), "-t", "calls", "-f", kind)
    assert (0, "") == (result.exit_code, result.stderr)
    variants = [f"rs{number}" for number in range(1, 7)]
    expected = [(name, variant) for name in NAMES for variant in variants]
    assert expected == [(row["sample"], row["variant"]) for row in table(result.stdout, kind)]


@pytest.mark.parametrize("kind", ["json", "jsonl"])
def test_sample_names_survive_in_documents(
    annotate: Run, named: Callable[[Sequence[str]], Path], kind: str
) -> None:
    result = annotate(named(NAMES), "-f", kind)
    assert (0, "") == (result.exit_code, result.stderr)
    lines = result.stdout.split("\n")[:-1]
    documents = json.loads(result.stdout) if kind == "json" else [json.loads(li) for li in lines]
    assert NAMES == [document["sample"] for document in documents]
    assert {6} == {len(document["calls"]) for document in documents}


@pytest.mark.parametrize("name", ["=cmd", "a,b", "Jose\u0301", "\u202ex"])
def test_a_strange_sample_name_can_be_selected(
    annotate: Run, named: Callable[[Sequence[str]], Path], tmp_path: Path, name: str
) -> None:
    listed = tmp_path / "samples.txt"
    listed.write_text(f"{name}\n", encoding="utf-8")
    result = annotate(named(["other", name]), "-S", listed, "-f", "jsonl")
    assert [name] == [json.loads(line)["sample"] for line in result.stdout.splitlines()]


def test_a_carriage_return_in_a_sample_name_is_rejected(
    annotate: Run, named: Callable[[Sequence[str]], Path]
) -> None:
    """No table can represent it; in TSV it would become the name of another person."""
    result = annotate(named(["a\rb", "a b"]))
    assert (3, "") == (result.exit_code, result.stdout)
    assert "carriage return" in result.stderr


def test_control_characters_of_an_unknown_sample_are_escaped(
    annotate: Run, named: Callable[[Sequence[str]], Path]
) -> None:
    """They do not reach the terminal."""
    result = annotate(named(["\x1b[2J\x07"]), "-s", "\x1b[31mnobody")
    assert 3 == result.exit_code
    assert {"\n"} == {sign for sign in result.stderr if ord(sign) < 32}


def with_replacement(path: Path, old: str, new: str) -> Path:
    """Replace a text that occurs once in a file."""
    text = path.read_text(encoding="utf-8")
    assert 1 == text.count(old)
    path.write_text(text.replace(old, new), encoding="utf-8", newline="")
    return path


CALLED = ("A/C", "called")
LONG_ALLELE = "C" + "G" * TEN_MEGABYTES
LONG_FIELDS: dict[str, tuple[str, str, tuple[str, str]]] = {
    "INFO": ("PASS\t.", "PASS\tX=" + "x" * TEN_MEGABYTES, CALLED),
    "INFO of many entries": ("PASS\t.", "PASS\t" + "X;" * (TEN_MEGABYTES // 2) + "Y", CALLED),
    "ID": ("100\t.", "100\t" + "x" * TEN_MEGABYTES, CALLED),
    "QUAL": ("C\t.", "C\t" + "9" * TEN_MEGABYTES, CALLED),
    "ALT that is not called": ("A\tC\t", f"A\tC,{LONG_ALLELE}\t", CALLED),
    "sample field": ("GT\t0/1", "GT:X\t0/1:" + "x" * TEN_MEGABYTES, CALLED),
}


@pytest.mark.usefixtures("long_fields")
@pytest.mark.parametrize(("old", "new", "expected"), LONG_FIELDS.values(), ids=LONG_FIELDS)
def test_a_row_of_ten_megabytes_at_a_site(
    annotate: Run, make_vcf: MakeVcf, old: str, new: str, expected: tuple[str, str]
) -> None:
    result = annotate(with_replacement(make_vcf(["1 100 A C 0/1"]), old, new), "-t", "calls")
    found = table(result.stdout, "tsv")[0]
    assert (0, *expected) == (result.exit_code, found["genotype"], found["status"])


@pytest.mark.parametrize("old", ["PASS\t.", "\tA\tC\t", "GT\t0/1"])
def test_a_row_of_ten_megabytes_at_no_site(annotate: Run, make_vcf: MakeVcf, old: str) -> None:
    """It is skipped, and the row at a site is called as usual."""
    row = "2\t600\t.\tA\tC\t.\tPASS\t.\tGT\t0/1"
    new = row.replace(
        old,
        f"{old}{'G' * TEN_MEGABYTES}" if old != "\tA\tC\t" else f"\tA\tC{'G' * TEN_MEGABYTES}\t",
    )
    result = annotate(
        with_replacement(make_vcf(["1 100 A C 0/1", "2 600 A C 0/1"]), row, new), "-t", "calls"
    )
    found = table(result.stdout, "tsv")[0]
    assert (0, *CALLED) == (result.exit_code, found["genotype"], found["status"])


def test_a_genotype_of_many_copies(annotate: Run, make_vcf: MakeVcf) -> None:
    result = annotate(make_vcf([f"1 100 A C {'0/' * 100_000}0"]))
    assert (3, "") == (result.exit_code, result.stdout)
    assert "has a genotype of 100001 copies; expected at most two" in result.stderr


HEADERS = {
    "many contigs": [f"##contig=<ID=scaffold_{number},length=5>" for number in range(100_000)],
    "ten megabytes in one line": [f"##x={'y' * TEN_MEGABYTES}"],
    "ten megabytes of lines": [f"##x={'y' * 100}" for _ in range(TEN_MEGABYTES // 100)],
}


@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS)
def test_a_large_header(annotate: Run, make_vcf: MakeVcf, header: list[str]) -> None:
    result = annotate(make_vcf(["1 100 A C 0/1"], extra_header=header), "-t", "calls")
    found = table(result.stdout, "tsv")[0]
    assert (0, *CALLED) == (result.exit_code, found["genotype"], found["status"])


def start_process(*words: object, **changes: str) -> subprocess.Popen[bytes]:
    """Start the program in a process that prints its peak memory (kB) on the last line of stderr.

    VmHWM is the peak of this process alone; the value of getrusage includes its parent.
    """
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from pgx_ana.cli import main\n"
        "try:\n"
        "    main()\n"
        "finally:\n"
        "    lines = Path('/proc/self/status').read_text().splitlines()\n"
        "    (peak,) = (line.split()[1] for line in lines if line.startswith('VmHWM'))\n"
        "    print(peak, file=sys.stderr)\n"
    )
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, **changes},
    )


@pytest.mark.slow
def test_a_gzip_bomb(tmp_path: Path, toy_directory: Path) -> None:
    """A header of 200 MB of zeros is rejected with a message, within 600 MB of memory."""
    zeros = gzip.compress(bytes(MEGABYTE))
    bomb = tmp_path / "bomb.vcf.gz"
    bomb.write_bytes(gzip.compress(b"##fileformat=VCFv4.2\n##x=") + zeros * 200)
    assert bomb.stat().st_size < MEGABYTE
    with start_process("annotate", bomb, "--kb", toy_directory) as started:
        stdout, stderr = started.communicate(timeout=60)
    message, memory = stderr.decode().splitlines()
    assert (3, b"") == (started.returncode, stdout)
    expected = f"Error: {bomb}: the header is longer than 67108864 bytes or 1000000 lines"
    assert expected == message
    assert int(memory) < 600_000


def billion_laughs() -> str:
    """Return YAML aliases that would expand to ten thousand million words."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    return "\n".join(lines)


ALIAS = "aliases are not allowed: write the value out"
YAML: dict[str, tuple[str, int, str]] = {
    "billion laughs": (billion_laughs(), 1, f"a1[0]: {ALIAS}"),
    "alias bomb": ("a: &a [b]\nc: [*a, *a, *a, *a]\n", 1, f"c[0]: {ALIAS}"),
    "self-referring alias": ("a: &a [*a]\n", 1, f"a[0]: {ALIAS}"),
    "merge key": ("a: &a {b: c}\nd: {<<: *a}\n", 1, f"d.<<: {ALIAS}"),
    "nested lists": (
        f"a:\n  {'[' * 900}",
        1,
        "is not valid YAML: nested more than 32 levels deep",
    ),
    "nested mappings": (
        f"{'{a: ' * 9_999}",
        1,
        "is not valid YAML: nested more than 32 levels deep",
    ),
    "nested blocks": (
        "".join(f"{' ' * depth}a:\n" for depth in range(1_000)),
        1,
        "is not valid YAML: nested more than 32 levels deep",
    ),
    "function call": (
        'drugs:\n  - !!python/object/apply:os.system ["touch {}"]\n',
        2,
        "drugs[0]: tags are not allowed: tag:yaml.org,2002:python/object/apply:os.system",
    ),
    "object": (
        'drugs:\n  - !!python/object/new:subprocess.Popen [["touch", "{}"]]\n',
        2,
        "drugs[0]: tags are not allowed: tag:yaml.org,2002:python/object/new:subprocess.Popen",
    ),
    "Python name": (
        "drugs: !!python/name:os.system\n",
        1,
        "drugs: tags are not allowed: tag:yaml.org,2002:python/name:os.system",
    ),
    "custom tag": (
        "%TAG ! tag:example.org,2000:\n---\ndrugs: !foo []\n",
        3,
        "drugs: tags are not allowed: tag:example.org,2000:foo",
    ),
    "binary": (
        "drugs: !!binary aGk=\n",
        1,
        "drugs: tags are not allowed: tag:yaml.org,2002:binary",
    ),
    "repeated section": ("drugs: []\ndrugs: []\n", 2, "drugs: is given twice"),
    "repeated key": ("drugs:\n  - id: a\n    id: b\n", 3, "drugs[0].id: is given twice"),
    "huge value": (
        f"\ndrugs: {'x' * TEN_MEGABYTES}\n",
        2,
        "drugs: Input should be a valid",
    ),
    "huge key": (f"\n{'x' * TEN_MEGABYTES}: 1\n", 2, "is not valid YAML: "),
    "compound key": ("? [a, b]\n: c\n", 1, "a key must be plain text"),
    "two documents": ("---\na: b\n---\nc: d\n", 3, "is not valid YAML: but found another document"),
    "control character": ("drugs: \x00\n", 1, "is not valid YAML: unacceptable character #x0000"),
}


@pytest.mark.parametrize(("text", "line", "fault"), YAML.values(), ids=YAML)
def test_a_hostile_knowledge_base(
    run: Run, tmp_path: Path, toy_directory: Path, text: str, line: int, fault: str
) -> None:
    """The exit code is 4, the message has the line, and nothing is executed."""
    witness, folder = tmp_path / "executed", tmp_path / "kb"
    folder.mkdir()
    file = folder / "hostile.yaml"
    file.write_text(text.replace("{}", str(witness)), encoding="utf-8")
    result = run("kb", "check", "--kb", toy_directory, "--kb", folder)
    assert (4, "") == (result.exit_code, result.stdout)
    head, first, *_ = result.stderr.splitlines()
    assert head.startswith("Error: the knowledge base has ")
    assert first.startswith(f"{file}:{line}: {fault}")
    assert len(result.stderr) < 20_000
    assert not witness.exists()


@pytest.mark.skipif(not FULL.exists(), reason="no /dev/full on this system")
@pytest.mark.parametrize("words", [["-f", "tsv"], ["-f", "csv"], ["-f", "json"], ["-f", "jsonl"]])
def test_a_full_device(annotate: Run, make_vcf: MakeVcf, words: list[str]) -> None:
    result = annotate(make_vcf(["1 100 A C 0/1"]), "-o", FULL, *words)
    expected = "Error: /dev/full: cannot be written: No space left on device\n"
    assert (3, "", expected) == (result.exit_code, result.stdout, result.stderr)
    assert stat.S_ISCHR(FULL.stat().st_mode)


@pytest.mark.skipif(not FULL.exists(), reason="no /dev/full on this system")
@pytest.mark.parametrize("command", ["annotate", "check"])
def test_stdout_on_a_full_device(make_vcf: MakeVcf, toy_directory: Path, command: str) -> None:
    words = [command, str(make_vcf(["1 100 A C 0/1"])), "--kb", str(toy_directory)]
    with FULL.open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "pgx_ana", *words],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert 3 == done.returncode
    lines = [line for line in done.stderr.splitlines() if "GRCh38 (contig lengths)" not in line]
    assert ["Error: stdout: cannot be written: No space left on device"] == lines


UNWRITABLE = ["{file}/result.tsv", "/proc/result.tsv", "{missing}/result.tsv", "{folder}"]


@pytest.mark.parametrize("target", UNWRITABLE)
def test_unwritable_targets(annotate: Run, make_vcf: MakeVcf, tmp_path: Path, target: str) -> None:
    path = make_vcf(["1 100 A C 0/1"])
    file, folder = tmp_path / "file", tmp_path / "folder"
    file.write_text(EARLIER, encoding="utf-8")
    folder.mkdir()
    output = target.format(file=file, missing=tmp_path / "missing", folder=folder)
    result = annotate(path, "-o", output)
    assert (3, "") == (result.exit_code, result.stdout)
    assert result.stderr.startswith(f"Error: {output}: ")
    assert {path, file, folder} == set(tmp_path.iterdir())
    assert EARLIER == file.read_text(encoding="utf-8")
    assert [] == list(folder.iterdir())


def wait_for(condition: Callable[[], bool]) -> None:
    """Wait until a condition holds; fail after 30 seconds, which no run needs."""
    for _ in range(3_000):
        if condition():
            return
        time.sleep(0.01)
    pytest.fail("the condition did not become true")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with an earlier result."""
    results = tmp_path / "results"
    results.mkdir()
    (results / "result.tsv").write_text(EARLIER, encoding="utf-8")
    return results


def contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}


def check_end(started: subprocess.Popen[bytes], number: signal.Signals, code: int) -> None:
    """Check that a process ends on a signal, with this exit code and without a traceback."""
    started.send_signal(number)
    _, stderr = started.communicate(timeout=30)
    assert code == started.returncode
    assert b"Traceback" not in stderr


ENDS = [(signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)]


@pytest.mark.parametrize(("number", "code"), ENDS)
def test_signal_while_reading(
    make_vcf: MakeVcf,
    tmp_path: Path,
    toy_directory: Path,
    folder: Path,
    number: signal.Signals,
    code: int,
) -> None:
    """The run waits for more input from a pipe; the input so far is in a temporary file."""
    pipe, temporary = tmp_path / "pipe", tmp_path / "temporary"
    os.mkfifo(pipe)
    temporary.mkdir()
    text = make_vcf(["1 100 A C 0/1"]).read_bytes()
    words = ["annotate", pipe, "--kb", toy_directory, "-o", folder / "result.tsv"]
    with (
        start_process(*words, TMPDIR=str(temporary)) as started,
        pipe.open("wb", buffering=0) as writer,
    ):
        writer.write(text)
        wait_for(lambda: bool(list(temporary.iterdir())))
        time.sleep(0.2)  # until it blocks in read: an earlier signal would be handled only after it
        check_end(started, number, code)
    assert {"result.tsv": EARLIER} == contents(folder)
    if number is not signal.SIGKILL:
        assert [] == list(temporary.iterdir())


SLOW_WRITER = """
import sys, time
from pathlib import Path
from pgx_ana.cli import main
from pgx_ana.output.delimited import DelimitedWriter

def slow(writer, block):
    writer._stream.write(b"half a result\\n" * 10_000)
    Path(sys.argv.pop()).touch()
    time.sleep(60)

DelimitedWriter.write = slow
marker = sys.argv.pop(1)
words = sys.argv[1:]
sys.argv.append(marker)
main(words)
"""


@pytest.mark.parametrize(
    ("number", "code", "earlier"),
    [*((number, code, True) for number, code in ENDS), (*ENDS[0], False), (*ENDS[2], False)],
)
def test_signal_while_writing(
    make_vcf: MakeVcf,
    tmp_path: Path,
    toy_directory: Path,
    folder: Path,
    number: signal.Signals,
    code: int,
    earlier: bool,
) -> None:
    """Half of the result is written by then, to a temporary file."""
    target = folder / ("result.tsv" if earlier else "new.tsv")
    marker, path = tmp_path / "marker", make_vcf(["1 100 A C 0/1"])
    words = [marker, "annotate", path, "--kb", toy_directory, "-o", target]
    with subprocess.Popen(
        [sys.executable, "-c", SLOW_WRITER, *map(str, words)], stderr=subprocess.PIPE
    ) as started:
        wait_for(marker.exists)
        assert 2 == len(list(folder.iterdir()))
        check_end(started, number, code)
    files = contents(folder)
    if number is not signal.SIGKILL:
        assert {"result.tsv": EARLIER} == files
    assert EARLIER == files["result.tsv"]
    assert "new.tsv" not in files


def test_signal_while_blocked_on_a_full_pipe(
    make_vcf: MakeVcf, tmp_path: Path, toy_directory: Path
) -> None:
    """A run that waits for the reader of its output pipe ends on a signal."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    samples = [f"S{number}" for number in range(3_000)]
    path = make_vcf([f"1 100 A C {' '.join(['0/1'] * len(samples))}"], samples=samples)
    words = ["annotate", path, "--kb", toy_directory, "-q", "-t", "calls", "-o", pipe]
    with start_process(*words) as started:
        reader = os.open(pipe, os.O_RDONLY)
        first_bytes = os.read(reader, 6)
        started.send_signal(signal.SIGTERM)
        try:
            started.wait(timeout=5)
        except subprocess.TimeoutExpired:
            started.kill()
        os.close(reader)
        started.communicate(timeout=30)
    assert (b"sample", 143) == (first_bytes, started.returncode)
    assert stat.S_ISFIFO(pipe.stat().st_mode)
