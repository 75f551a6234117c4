"""Hostile input and hostile surroundings: bounded, told in a message, and nothing half-written."""

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

MakeVcf = Callable[..., Path]
Run = Callable[..., Result]

FULL = Path("/dev/full")
LONG = 10_000_000
MANY = 1 << 20
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
    "x" * MANY,
]


@pytest.fixture
def annotate(run: Run, toy_directory: Path) -> Run:
    """Return a runner of ``annotate`` with the toy knowledge base."""

    def runner(*arguments: object, **options: object) -> Result:
        return run("annotate", "--kb", toy_directory, "-q", *arguments, **options)

    return runner


@pytest.fixture
def named(tmp_path: Path, make_vcf: MakeVcf) -> Callable[[Sequence[str]], Path]:
    """Return a builder of a file whose samples have the given names."""

    def build(names: Sequence[str]) -> Path:
        return make_vcf([" ".join(["1 100 A C", *["0/1"] * len(names)])], samples=names)

    return build


@pytest.fixture
def long_fields() -> Iterator[None]:
    """Let the csv module read fields as long as the longest name."""
    before = csv.field_size_limit(2 * MANY)
    yield
    csv.field_size_limit(before)


def table(text: str, kind: str) -> list[dict[str, str]]:
    """Read a table as its format says: quotes mean nothing in TSV."""
    stream = io.StringIO(text, newline="")
    if kind == "csv":
        return list(csv.DictReader(stream))
    return list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.mark.usefixtures("long_fields")
@pytest.mark.parametrize("kind", ["tsv", "csv"])
def test_names_come_back_from_tables(
    annotate: Run, named: Callable[[Sequence[str]], Path], kind: str
) -> None:
    """As they are, and one row for each person and variant."""
    result = annotate(named(NAMES), "-t", "calls", "-f", kind)
    assert (0, "") == (result.exit_code, result.stderr)
    variants = [f"rs{number}" for number in range(1, 7)]
    expected = [(name, variant) for name in NAMES for variant in variants]
    assert expected == [(row["sample"], row["variant"]) for row in table(result.stdout, kind)]


@pytest.mark.parametrize("kind", ["json", "jsonl"])
def test_names_come_back_from_documents(
    annotate: Run, named: Callable[[Sequence[str]], Path], kind: str
) -> None:
    result = annotate(named(NAMES), "-f", kind)
    assert (0, "") == (result.exit_code, result.stderr)
    lines = result.stdout.split("\n")[:-1]
    documents = json.loads(result.stdout) if kind == "json" else [json.loads(li) for li in lines]
    assert NAMES == [document["sample"] for document in documents]
    assert {6} == {len(document["calls"]) for document in documents}


@pytest.mark.parametrize("name", ["=cmd", "a,b", "Jose\u0301", "\u202ex"])
def test_a_strange_name_can_be_chosen(
    annotate: Run, named: Callable[[Sequence[str]], Path], tmp_path: Path, name: str
) -> None:
    chosen = tmp_path / "chosen"
    chosen.write_text(f"{name}\n", encoding="utf-8")
    result = annotate(named(["other", name]), "-S", chosen, "-f", "jsonl")
    assert [name] == [json.loads(line)["sample"] for line in result.stdout.splitlines()]


def test_a_carriage_return_in_a_name_is_refused(
    annotate: Run, named: Callable[[Sequence[str]], Path]
) -> None:
    """No table could hold it, and in TSV it would become the name of another person."""
    result = annotate(named(["a\rb", "a b"]))
    assert (3, "") == (result.exit_code, result.stdout)
    assert "carriage return" in result.stderr


def test_an_unknown_sample_is_told_harmlessly(
    annotate: Run, named: Callable[[Sequence[str]], Path]
) -> None:
    """Control characters of a name do not reach the terminal."""
    result = annotate(named(["\x1b[2J\x07"]), "-s", "\x1b[31mnobody")
    assert 3 == result.exit_code
    assert {"\n"} == {sign for sign in result.stderr if ord(sign) < 32}


def spoilt(path: Path, old: str, new: str) -> Path:
    text = path.read_text(encoding="utf-8")
    assert 1 == text.count(old)
    path.write_text(text.replace(old, new), encoding="utf-8", newline="")
    return path


CALLED = ("A/C", "called")
MANY_BASES = "C" + "G" * LONG
BIG: dict[str, tuple[str, str, tuple[str, str]]] = {
    "INFO": ("PASS\t.", "PASS\tX=" + "x" * LONG, CALLED),
    "INFO of many entries": ("PASS\t.", "PASS\t" + "X;" * (LONG // 2) + "Y", CALLED),
    "ID": ("100\t.", "100\t" + "x" * LONG, CALLED),
    "QUAL": ("C\t.", "C\t" + "9" * LONG, CALLED),
    "ALT that is not the one called": ("A\tC\t", f"A\tC,{MANY_BASES}\t", CALLED),
    "a sample's field": ("GT\t0/1", "GT:X\t0/1:" + "x" * LONG, CALLED),
}


@pytest.mark.usefixtures("long_fields")
@pytest.mark.parametrize(("old", "new", "expected"), BIG.values(), ids=BIG)
def test_a_row_of_ten_megabytes(
    annotate: Run, make_vcf: MakeVcf, old: str, new: str, expected: tuple[str, str]
) -> None:
    result = annotate(spoilt(make_vcf(["1 100 A C 0/1"]), old, new), "-t", "calls")
    found = table(result.stdout, "tsv")[0]
    assert (0, *expected) == (result.exit_code, found["genotype"], found["status"])


@pytest.mark.parametrize("old", ["PASS\t.", "\tA\tC\t", "GT\t0/1"])
def test_a_row_of_ten_megabytes_elsewhere(annotate: Run, make_vcf: MakeVcf, old: str) -> None:
    """It is passed over, and the row at a site is called as ever."""
    row = "2\t600\t.\tA\tC\t.\tPASS\t.\tGT\t0/1"
    new = row.replace(old, f"{old}{'G' * LONG}" if old != "\tA\tC\t" else f"\tA\tC{'G' * LONG}\t")
    result = annotate(spoilt(make_vcf(["1 100 A C 0/1", "2 600 A C 0/1"]), row, new), "-t", "calls")
    found = table(result.stdout, "tsv")[0]
    assert (0, *CALLED) == (result.exit_code, found["genotype"], found["status"])


def test_a_genotype_of_many_copies(annotate: Run, make_vcf: MakeVcf) -> None:
    result = annotate(make_vcf([f"1 100 A C {'0/' * 100_000}0"]))
    assert (3, "") == (result.exit_code, result.stdout)
    assert "has a genotype of 100001 copies; expected two" in result.stderr


HEADERS = {
    "many contigs": [f"##contig=<ID=scaffold_{number},length=5>" for number in range(100_000)],
    "ten megabytes in a line": [f"##x={'y' * LONG}"],
    "ten megabytes of lines": [f"##x={'y' * 100}" for _ in range(LONG // 100)],
}


@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS)
def test_a_large_header(annotate: Run, make_vcf: MakeVcf, header: list[str]) -> None:
    result = annotate(make_vcf(["1 100 A C 0/1"], extra_header=header), "-t", "calls")
    found = table(result.stdout, "tsv")[0]
    assert (0, *CALLED) == (result.exit_code, found["genotype"], found["status"])


def process(*words: object, **changes: str) -> subprocess.Popen[bytes]:
    """Start the program as a process of its own; its memory stands on the last line of stderr.

    That is its own peak: what getrusage tells has that of the process that started it, too.
    """
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from pgx_ana.cli import main\n"
        "try:\n"
        "    main()\n"
        "finally:\n"
        "    lines = Path('/proc/self/status').read_text().splitlines()\n"
        "    (most,) = (line.split()[1] for line in lines if line.startswith('VmHWM'))\n"
        "    print(most, file=sys.stderr)\n"
    )
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, **changes},
    )


def test_little_that_unpacks_to_much(tmp_path: Path, toy_directory: Path) -> None:
    """A header of 200 MB of zeros: refused with a message, within 600 MB."""
    zeros = gzip.compress(bytes(MANY))
    bomb = tmp_path / "bomb.vcf.gz"
    bomb.write_bytes(gzip.compress(b"##fileformat=VCFv4.2\n##x=") + zeros * 200)
    assert bomb.stat().st_size < MANY
    with process("annotate", bomb, "--kb", toy_directory) as started:
        stdout, stderr = started.communicate(timeout=60)
    message, memory = stderr.decode().splitlines()
    assert (3, b"") == (started.returncode, stdout)
    expected = f"Error: {bomb}: its header has more than 67108864 bytes or 1000000 lines"
    assert expected == message
    assert int(memory) < 600_000


def laughs() -> str:
    """Return aliases that would stand for ten thousand million words."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    return "\n".join(lines)


ALIAS = "aliases are not allowed: write the value out"
YAML: dict[str, tuple[str, int, str]] = {
    "billion laughs": (laughs(), 1, f"a1[0]: {ALIAS}"),
    "alias bomb": ("a: &a [b]\nc: [*a, *a, *a, *a]\n", 1, f"c[0]: {ALIAS}"),
    "an alias of itself": ("a: &a [*a]\n", 1, f"a[0]: {ALIAS}"),
    "a merge": ("a: &a {b: c}\nd: {<<: *a}\n", 1, f"d.<<: {ALIAS}"),
    "nested lists": (
        f"a:\n  {'[' * 100_000}",
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
    "a call": (
        'drugs:\n  - !!python/object/apply:os.system ["touch {}"]\n',
        2,
        "drugs[0]: tags are not allowed: tag:yaml.org,2002:python/object/apply:os.system",
    ),
    "an object": (
        'drugs:\n  - !!python/object/new:subprocess.Popen [["touch", "{}"]]\n',
        2,
        "drugs[0]: tags are not allowed: tag:yaml.org,2002:python/object/new:subprocess.Popen",
    ),
    "a name": (
        "drugs: !!python/name:os.system\n",
        1,
        "drugs: tags are not allowed: tag:yaml.org,2002:python/name:os.system",
    ),
    "a tag of its own": (
        "%TAG ! tag:example.org,2000:\n---\ndrugs: !foo []\n",
        3,
        "drugs: tags are not allowed: tag:example.org,2000:foo",
    ),
    "binary": (
        "drugs: !!binary aGk=\n",
        1,
        "drugs: tags are not allowed: tag:yaml.org,2002:binary",
    ),
    "a section twice": ("drugs: []\ndrugs: []\n", 2, "drugs: is given twice"),
    "a key twice": ("drugs:\n  - id: a\n    id: b\n", 3, "drugs[0].id: is given twice"),
    "a huge value": (
        f"\ndrugs: {'x' * LONG}\n",
        2,
        "drugs: Input should be a valid",
    ),
    "a huge key": (f"\n{'x' * LONG}: 1\n", 2, "is not valid YAML: "),
    "a key of many parts": ("? [a, b]\n: c\n", 1, "a key must be plain text"),
    "two documents": ("---\na: b\n---\nc: d\n", 3, "is not valid YAML: but found another document"),
    "a control character": ("drugs: \x00\n", 1, "is not valid YAML: unacceptable character #x0000"),
}


@pytest.mark.parametrize(("text", "line", "wrong"), YAML.values(), ids=YAML)
def test_a_hostile_knowledge_base(
    run: Run, tmp_path: Path, toy_directory: Path, text: str, line: int, wrong: str
) -> None:
    """Exit code 4 with the line; nothing is executed."""
    witness, folder = tmp_path / "executed", tmp_path / "kb"
    folder.mkdir()
    file = folder / "hostile.yaml"
    file.write_text(text.replace("{}", str(witness)), encoding="utf-8")
    result = run("kb", "check", "--kb", toy_directory, "--kb", folder)
    assert (4, "") == (result.exit_code, result.stdout)
    head, first, *_ = result.stderr.splitlines()
    assert head.startswith("Error: the knowledge base has ")
    assert first.startswith(f"{file}:{line}: {wrong}")
    assert len(result.stderr) < 20_000
    assert not witness.exists()


@pytest.mark.skipif(not FULL.exists(), reason="has no /dev/full")
@pytest.mark.parametrize("words", [["-f", "tsv"], ["-f", "csv"], ["-f", "json"], ["-f", "jsonl"]])
def test_a_full_device(annotate: Run, make_vcf: MakeVcf, words: list[str]) -> None:
    result = annotate(make_vcf(["1 100 A C 0/1"]), "-o", FULL, *words)
    expected = "Error: /dev/full: cannot be written: No space left on device\n"
    assert (3, "", expected) == (result.exit_code, result.stdout, result.stderr)
    assert stat.S_ISCHR(FULL.stat().st_mode)


@pytest.mark.skipif(not FULL.exists(), reason="has no /dev/full")
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


def test_a_reader_that_takes_one_line(make_vcf: MakeVcf, toy_directory: Path) -> None:
    """As with ``| head -1``: 141, and no traceback."""
    samples = [f"S{number}" for number in range(5_000)]
    path = make_vcf([f"1 100 A C {' '.join(['0/1'] * len(samples))}"], samples=samples)
    script = '"$0" -m pgx_ana annotate -q "$1" --kb "$2" | head -1; exit "${PIPESTATUS[0]}"'
    done = subprocess.run(
        ["bash", "-c", script, sys.executable, str(path), str(toy_directory)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (141, 1, "") == (done.returncode, len(done.stdout.splitlines()), done.stderr)


UNWRITABLE = ["{file}/result.tsv", "/proc/result.tsv", "{missing}/result.tsv", "{folder}"]


@pytest.mark.parametrize("target", UNWRITABLE)
def test_where_nothing_can_be_written(
    annotate: Run, make_vcf: MakeVcf, tmp_path: Path, target: str
) -> None:
    path = make_vcf(["1 100 A C 0/1"])
    file, folder = tmp_path / "file", tmp_path / "folder"
    file.write_text(EARLIER, encoding="utf-8")
    folder.mkdir()
    place = target.format(file=file, missing=tmp_path / "missing", folder=folder)
    result = annotate(path, "-o", place)
    assert (3, "") == (result.exit_code, result.stdout)
    assert result.stderr.startswith(f"Error: {place}: ")
    assert {path, file, folder} == set(tmp_path.iterdir())
    assert EARLIER == file.read_text(encoding="utf-8")
    assert [] == list(folder.iterdir())


def wait_for(found: Callable[[], bool]) -> None:
    """Wait until something is so; give up after a time that no run needs."""
    for _ in range(3_000):
        if found():
            return
        time.sleep(0.01)
    pytest.fail("it did not come about")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with an earlier result."""
    place = tmp_path / "results"
    place.mkdir()
    (place / "result.tsv").write_text(EARLIER, encoding="utf-8")
    return place


def contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}


ENDS = [(signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)]


@pytest.mark.parametrize(("number", "code"), ENDS)
def test_ended_while_it_reads(
    make_vcf: MakeVcf,
    tmp_path: Path,
    toy_directory: Path,
    folder: Path,
    number: signal.Signals,
    code: int,
) -> None:
    """A pipe keeps it waiting; what came so far is in a temporary file."""
    pipe, temporary = tmp_path / "pipe", tmp_path / "temporary"
    os.mkfifo(pipe)
    temporary.mkdir()
    text = make_vcf(["1 100 A C 0/1"]).read_bytes()
    words = ["annotate", pipe, "--kb", toy_directory, "-o", folder / "result.tsv"]
    with (
        process(*words, TMPDIR=str(temporary)) as started,
        pipe.open("wb", buffering=0) as writer,
    ):
        writer.write(text)
        wait_for(lambda: bool(list(temporary.iterdir())))
        time.sleep(0.2)  # until it waits for more: a signal just before that is seen only after it
        started.send_signal(number)
        _, stderr = started.communicate(timeout=30)
    assert code == started.returncode
    assert {"result.tsv": EARLIER} == contents(folder)
    if number is not signal.SIGKILL:
        assert [] == list(temporary.iterdir())
        assert b"Traceback" not in stderr


SLOW = """
import sys, time
from pathlib import Path
import pgx_ana.output.formats
from pgx_ana.cli import main

def slow(table, separator):
    yield "half a result\\n" * 10_000
    Path(sys.argv.pop()).touch()
    time.sleep(60)

pgx_ana.output.formats.text_chunks = slow
marker = sys.argv.pop(1)
words = sys.argv[1:]
sys.argv.append(marker)
main(words)
"""


@pytest.mark.parametrize(
    ("number", "code", "earlier"),
    [*((number, code, True) for number, code in ENDS), (*ENDS[0], False), (*ENDS[2], False)],
)
def test_ended_while_it_writes(
    make_vcf: MakeVcf,
    tmp_path: Path,
    toy_directory: Path,
    folder: Path,
    number: signal.Signals,
    code: int,
    earlier: bool,
) -> None:
    """Half of the result is written, under another name."""
    target = folder / ("result.tsv" if earlier else "new.tsv")
    marker, path = tmp_path / "marker", make_vcf(["1 100 A C 0/1"])
    words = [marker, "annotate", path, "--kb", toy_directory, "-o", target]
    with subprocess.Popen(
        [sys.executable, "-c", SLOW, *map(str, words)], stderr=subprocess.PIPE
    ) as started:
        wait_for(marker.exists)
        assert 2 == len(list(folder.iterdir()))
        started.send_signal(number)
        _, stderr = started.communicate(timeout=30)
    assert code == started.returncode
    found = contents(folder)
    if number is not signal.SIGKILL:
        assert {"result.tsv": EARLIER} == found
        assert b"Traceback" not in stderr
    assert EARLIER == found["result.tsv"]
    assert "new.tsv" not in found


def test_ended_while_nobody_reads(make_vcf: MakeVcf, tmp_path: Path, toy_directory: Path) -> None:
    """A result into a pipe that is full waits for its reader, and ends when asked to."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    samples = [f"S{number}" for number in range(3_000)]
    path = make_vcf([f"1 100 A C {' '.join(['0/1'] * len(samples))}"], samples=samples)
    words = ["annotate", path, "--kb", toy_directory, "-q", "-t", "calls", "-o", pipe]
    with process(*words) as started:
        reader = os.open(pipe, os.O_RDONLY)
        begin = os.read(reader, 6)
        started.send_signal(signal.SIGTERM)
        try:
            started.wait(timeout=5)
        except subprocess.TimeoutExpired:
            started.kill()
        os.close(reader)
        started.communicate(timeout=30)
    assert (b"sample", 143) == (begin, started.returncode)
    assert stat.S_ISFIFO(pipe.stat().st_mode)
