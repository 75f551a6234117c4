"""Whatever the machine and the shell do: every byte is written or the run fails in one line."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from click.testing import Result

MakeVcf = Callable[..., Path]
Run = Callable[..., Result]
Done = subprocess.CompletedProcess[bytes]

FULL = Path("/dev/full")
NO_SPACE = b"Error: stdout: cannot be written: No space left on device\n"
BAD_DESCRIPTOR = b"Error: stdout: cannot be written: Bad file descriptor\n"
UNBUFFERED = {"PYTHONUNBUFFERED": "1"}
ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "ascii"}
BUFFERING = pytest.mark.parametrize("environment", [{}, UNBUFFERED], ids=["buffered", "unbuffered"])

needs_full = pytest.mark.skipif(not FULL.exists(), reason="no /dev/full on this system")


@pytest.fixture
def shell(tmp_path: Path, toy_directory: Path) -> Callable[..., Done]:
    """Return a function that runs a shell line in a folder of its own; ``{}`` is the program."""
    program = f"{sys.executable} -m pgx_ana"

    def runner(line: str, environment: dict[str, str] | None = None) -> Done:
        kept = {name: text for name, text in os.environ.items() if name != "PYTHONUNBUFFERED"}
        root = str(Path(__file__).parent.parent.parent)
        return subprocess.run(
            ["bash", "-c", line.replace("{}", program).replace("{kb}", f"--kb {toy_directory}")],
            cwd=tmp_path,
            env=kept | {"PYTHONPATH": root} | (environment or {}),
            capture_output=True,
            check=False,
            timeout=60,
        )

    return runner


Shell = Callable[..., Done]


@pytest.fixture
def cohort(make_vcf: MakeVcf) -> Path:
    """Return a file whose annotations take some 200 kB."""
    samples = [f"S{number}" for number in range(500)]
    return make_vcf([f"1 100 A C {' '.join(['0/1'] * 500)}"], samples=samples)


# Stdout that takes less than it is given.

COMMANDS: list[tuple[str, dict[str, str]]] = [
    ("--help", {}),
    ("--help", UNBUFFERED),
    ("--version", {}),
    ("annotate --help", UNBUFFERED),
    ("kb list {kb}", {}),
    ("kb list {kb}", UNBUFFERED),
    ("kb haplotypes -f json {kb}", UNBUFFERED),
    ("kb show rs1 {kb}", {}),
    ("kb check {kb}", {}),
    ("kb path", UNBUFFERED),
    ("annotate -q made.vcf {kb}", {}),
    ("annotate -q made.vcf {kb}", UNBUFFERED),
    ("check made.vcf -f json {kb}", UNBUFFERED),
]


@needs_full
@pytest.mark.parametrize(("command", "environment"), COMMANDS)
def test_a_full_disk(
    shell: Shell, make_vcf: MakeVcf, command: str, environment: dict[str, str]
) -> None:
    make_vcf(["1 100 A C 0/1"])
    done = shell("{} " + command + " > /dev/full", environment)
    assert (3, NO_SPACE) == (done.returncode, done.stderr)


@pytest.mark.parametrize(("command", "environment"), COMMANDS[::2])
def test_closed_stdout(
    shell: Shell, make_vcf: MakeVcf, command: str, environment: dict[str, str]
) -> None:
    make_vcf(["1 100 A C 0/1"])
    done = shell("{} " + command + " >&-", environment)
    assert (3, BAD_DESCRIPTOR) == (done.returncode, done.stderr)


@BUFFERING
@pytest.mark.parametrize("command", ["annotate -q made.vcf {kb}", "kb show rs4646"])
@pytest.mark.usefixtures("cohort")
def test_a_limit_on_the_size_of_files(
    shell: Shell, tmp_path: Path, command: str, environment: dict[str, str]
) -> None:
    """The last write takes a part of its bytes, and without a buffer nobody asks how many."""
    done = shell("ulimit -f 10; {} " + command + " > out", environment)
    assert (3, b"Error: stdout: cannot be written: File too large\n") == (
        done.returncode,
        done.stderr,
    )
    assert 10 * 1024 == (tmp_path / "out").stat().st_size


@BUFFERING
@pytest.mark.usefixtures("cohort")
def test_all_bytes_arrive(shell: Shell, tmp_path: Path, environment: dict[str, str]) -> None:
    """A slow reader of a pipe gets what a file gets."""
    shell("{} annotate -q made.vcf {kb} -o expected.tsv")
    done = shell("{} annotate -q made.vcf {kb} | (sleep 1; cat) > piped.tsv", environment)
    assert (0, b"") == (done.returncode, done.stderr)
    expected = (tmp_path / "expected.tsv").read_bytes()
    assert 100_000 < len(expected)
    assert expected == (tmp_path / "piped.tsv").read_bytes()


@pytest.mark.parametrize("command", ["annotate", "check"])
def test_a_full_pipe_that_does_not_block(
    cohort: Path, toy_directory: Path, tmp_path: Path, command: str
) -> None:
    """The run waits for its reader, as with a pipe that blocks."""
    words = [command, str(cohort), "--kb", str(toy_directory)]
    words += ["-f", "json"] if command == "annotate" else []
    program = [sys.executable, "-m", "pgx_ana", *words]
    subprocess.run([*program, "-o", str(tmp_path / "expected")], check=False, capture_output=True)
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    with subprocess.Popen(program, stdout=writer, stderr=subprocess.DEVNULL) as started:
        os.close(writer)
        time.sleep(1.5)  # until the pipe is full
        with os.fdopen(reader, "rb") as stream:
            received = stream.read()
    assert (0 if command == "annotate" else 5) == started.returncode
    assert (tmp_path / "expected").read_bytes() == received


@needs_full
def test_a_full_stderr_changes_no_exit_code(shell: Shell, make_vcf: MakeVcf) -> None:
    make_vcf(["1 100 A C 0/1"])
    codes = [
        shell(f"{{}} {words} {{kb}} 2> /dev/full").returncode
        for words in ("annotate made.vcf", "annotate missing.vcf", "annotate", "kb show x")
    ]
    assert [0, 3, 2, 2] == codes


# Closed streams.


@pytest.mark.parametrize("streams", ["<&-", ">&-", "2>&-", "<&- >&-", "<&- >&- 2>&-"])
def test_closed_streams_that_are_not_needed(
    shell: Shell, make_vcf: MakeVcf, tmp_path: Path, streams: str
) -> None:
    make_vcf(["1 100 A C 0/1"])
    shell("{} annotate -q made.vcf {kb} -o expected.tsv")
    done = shell("{} annotate -q made.vcf {kb} -o out.tsv " + streams)
    assert (0, b"", b"") == (done.returncode, done.stdout, done.stderr)
    assert (tmp_path / "expected.tsv").read_bytes() == (tmp_path / "out.tsv").read_bytes()


CLOSED_STDIN = b"Error: <stdin>: is closed, so that nothing can be read from it\n"


@pytest.mark.parametrize("command", ["annotate", "check"])
def test_closed_stdin_as_input(shell: Shell, command: str) -> None:
    done = shell("{} " + command + " - {kb} <&-")
    assert (3, CLOSED_STDIN) == (done.returncode, done.stderr)


# Interrupts and memory.

INTERRUPTED = """\
import os, signal, sys
class Interrupting:
    def find_spec(self, name, path=None, target=None):
        if name == sys.argv[1]:
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Interrupting())
words = sys.argv[2:]
from pgx_ana.cli import main
main(words)
"""


@pytest.mark.parametrize("module", ["click", "numpy", "yaml", "cyvcf2", "pgx_ana.output"])
def test_an_interrupt_while_importing(
    make_vcf: MakeVcf, toy_directory: Path, tmp_path: Path, module: str
) -> None:
    """With an empty cache, so that the YAML files are parsed."""
    path = make_vcf(["1 100 A C 0/1"])
    command = [sys.executable, "-c", INTERRUPTED, module, "annotate", str(path)]
    command += ["--kb", str(toy_directory)]
    done = subprocess.run(
        [*command, "-o", str(tmp_path / "out.tsv")],
        env=os.environ | {"XDG_CACHE_HOME": str(tmp_path / "cache")},
        capture_output=True,
        check=False,
    )
    assert (130, b"") == (done.returncode, done.stdout)
    assert b"Traceback" not in done.stderr
    assert not (tmp_path / "out.tsv").exists()


def test_an_interrupt_at_any_time(make_vcf: MakeVcf, toy_directory: Path, tmp_path: Path) -> None:
    """From the first import to the last: never a traceback, never half of a file."""
    path, folder = make_vcf(["1 100 A C 0/1"]), tmp_path / "results"
    folder.mkdir()
    words = ["annotate", "-q", path, "--kb", toy_directory, "-o", folder / "out.tsv"]
    for number in range(8):
        with subprocess.Popen(
            [sys.executable, "-m", "pgx_ana", *map(str, words)], stderr=subprocess.PIPE
        ) as started:
            time.sleep(0.15 + number * 0.06)  # Python itself takes less to start
            started.send_signal(signal.SIGINT)
            _, stderr = started.communicate(timeout=30)
        assert started.returncode in {0, 130, -signal.SIGINT}
        assert b"" == stderr
        assert {path.name for path in folder.iterdir()} <= {"out.tsv"}


def limit_memory(megabytes: int) -> Callable[[], None]:
    """Return a function that limits the address space of a process that is about to start."""
    size = megabytes * 1_000_000
    return lambda: resource.setrlimit(resource.RLIMIT_AS, (size, size))


@pytest.mark.parametrize("megabytes", [60, 140, 160])
def test_too_little_memory(make_vcf: MakeVcf, toy_directory: Path, megabytes: int) -> None:
    """It may be enough on another machine; there is never a traceback."""
    words = ["annotate", "-q", make_vcf(["1 100 A C 0/1"]), "--kb", toy_directory]
    done = subprocess.run(
        [sys.executable, "-m", "pgx_ana", *map(str, words)],
        preexec_fn=limit_memory(megabytes),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in {0, 3}
    lines = done.stderr.splitlines()
    assert (1 if done.returncode else 0) == len(lines)
    assert [] == [line for line in lines if not line.startswith("Error: ")]
    if megabytes < 150:
        assert ["Error: there is not enough memory for this run"] == lines


def test_a_memory_error_is_one_message(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def exhausted(*_: object) -> object:
        raise MemoryError

    monkeypatch.setattr("pgx_ana.cli.kb.load_knowledge", exhausted)
    result = run("kb", "list")
    assert (3, "Error: there is not enough memory for this run\n") == (
        result.exit_code,
        result.output,
    )


# Files that are none.


@pytest.mark.parametrize(
    ("place", "code", "where"),
    [
        ("-S /dev/zero", 2, "--samples-file /dev/zero: "),
        ("-S zero", 2, "--samples-file zero: "),
        ("-S .", 2, "--samples-file .: "),
        ("--kb /dev/zero", 4, "the knowledge base has 1 fault:\n/dev/zero:1: "),
        ("{kb} --kb endless", 4, "the knowledge base has 1 fault:\nendless/zero.yaml:1: "),
        ("{kb} --kb waiting", 4, "the knowledge base has 1 fault:\nwaiting/pipe.yaml:1: "),
    ],
)
def test_files_without_an_end(
    shell: Shell, make_vcf: MakeVcf, tmp_path: Path, place: str, code: int, where: str
) -> None:
    make_vcf(["1 100 A C 0/1"])
    (tmp_path / "endless").mkdir()
    (tmp_path / "waiting").mkdir()
    (tmp_path / "zero").symlink_to("/dev/zero")
    (tmp_path / "endless" / "zero.yaml").symlink_to("/dev/zero")
    os.mkfifo(tmp_path / "waiting" / "pipe.yaml")
    done = shell("timeout 20 {} annotate made.vcf " + place)
    message = done.stderr.decode()
    assert (code, b"") == (done.returncode, done.stdout)
    assert message.startswith(f"Error: {where}")
    assert 1 + where.count("\n") == len(message.splitlines())


def test_a_list_of_samples_from_a_pipe(shell: Shell, make_vcf: MakeVcf) -> None:
    make_vcf(["1 100 A C 0/1 1/1"], samples=("S1", "S2"))
    done = shell("{} annotate -q made.vcf -t calls {kb} -S <(echo S2)")
    assert {b"S2"} == {line.split(b"\t")[0] for line in done.stdout.splitlines()[1:]}


def test_a_large_list_of_samples(
    run: Run, make_vcf: MakeVcf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pgx_ana.cli.options._MAX_SAMPLES_BYTES", 5)
    (tmp_path / "listed").write_text("S1\nS2\n")
    result = run("annotate", make_vcf([]), "-S", tmp_path / "listed")
    assert 2 == result.exit_code
    assert "listed: cannot be read: [Errno 27] is larger than 5 bytes" in result.stderr


def test_a_deleted_working_directory(
    shell: Shell, make_vcf: MakeVcf, toy_directory: Path, tmp_path: Path
) -> None:
    path = make_vcf(["1 100 A C 0/1"])
    enter = "mkdir gone; cd gone; rmdir ../gone; "
    expected = shell(f"{{}} annotate -q {path} --kb {toy_directory}")
    done = shell(f"{enter}{{}} annotate -q {path} --kb {toy_directory}")
    assert (0, expected.stdout, b"") == (done.returncode, done.stdout, done.stderr)
    for words, message in (
        ("made.vcf", "made.vcf: no such file"),
        (f"{path} -o x.tsv", "x.tsv: cannot be written: No such file or directory"),
        (f"{path} -o x -t all", "x: cannot create the folder: No such file or directory"),
    ):
        done = shell(f"{enter}{{}} annotate -q {words} --kb {toy_directory}")
        assert (3, f"Error: {message}\n") == (done.returncode, done.stderr.decode())
    assert [path] == list(tmp_path.iterdir())


# Text in any locale.

NAME = "Jos\u00e9 \u4e2d\U0001f600"


@pytest.mark.parametrize(
    "environment",
    [ASCII, {"LC_ALL": "C"}, {"PYTHONIOENCODING": "latin-1"}, {"PYTHONIOENCODING": "utf-16"}],
    ids=["ascii", "C", "latin-1", "utf-16"],
)
@pytest.mark.parametrize(
    "words", ["annotate -q -t calls", "annotate -q -f csv", "annotate -q -f json", "check"]
)
def test_output_is_utf8_in_any_locale(
    shell: Shell, make_vcf: MakeVcf, environment: dict[str, str], words: str
) -> None:
    make_vcf(["1 100 A C 0/1"], samples=(NAME,), name="\u00e9.vcf")
    line = "{} " + words + " {kb} \u00e9.vcf"
    expected, done = shell(line, {"LC_ALL": "C.UTF-8"}), shell(line, environment)
    assert (expected.returncode, expected.stdout) == (done.returncode, done.stdout)
    assert ("\u00e9.vcf" if words == "check" else NAME) in done.stdout.decode("utf-8")
    assert b"" == done.stderr


@pytest.mark.parametrize("words", [["-f", "tsv"], ["-f", "json"]])
def test_files_are_utf8_in_any_locale(
    shell: Shell, make_vcf: MakeVcf, tmp_path: Path, words: Sequence[str]
) -> None:
    make_vcf(["1 100 A C 0/1"], samples=(NAME,))
    line = "{} annotate -q made.vcf {kb} -s '" + NAME + "' " + " ".join(words) + " -o \u00e9."
    assert 0 == shell(f"{line}utf", {"LC_ALL": "C.UTF-8"}).returncode
    assert 0 == shell(f"{line}ascii", ASCII).returncode
    assert (tmp_path / "\u00e9.utf").read_bytes() == (tmp_path / "\u00e9.ascii").read_bytes()


def test_file_names_that_are_not_utf8(shell: Shell, make_vcf: MakeVcf, tmp_path: Path) -> None:
    """The output is UTF-8 nevertheless, and the terminal gets an escape."""
    make_vcf(["1 100 A C 0/1"])
    shell("mv made.vcf $'b\\xe9.vcf'")
    done = shell("{} annotate {kb} -f json $'b\\xe9.vcf'")
    listed, _ = done.stderr.splitlines()
    assert b"b\\xe9.vcf: GRCh38 (contig lengths), 1 sample" == listed
    (document,) = json.loads(done.stdout.decode("utf-8"))
    assert r"b\xe9.vcf" == document["inputs"][0]["name"]
    done = shell("{} annotate -q {kb} $'b\\xe9.vcf' -o $'o\\xe9.tsv'")
    assert (0, b"") == (done.returncode, done.stderr)
    assert b"o\xe9.tsv" in os.listdir(os.fsencode(tmp_path))  # noqa: PTH208  # as bytes


# Control characters.

CONTROL = "a\x1b[31m\x07\u202e\x9bb"
ESCAPED = r"a\x1b[31m\x07\u202e\x9bb"


@pytest.mark.parametrize(
    "words",
    [
        ["annotate", CONTROL],
        ["annotate", "made.vcf", f"--{CONTROL}"],
        ["annotate", "made.vcf", "-o", f"x.{CONTROL}"],
        ["annotate", "made.vcf", "-g", CONTROL],
        ["annotate", "made.vcf", "-t", CONTROL],
        ["annotate", "made.vcf", "--kb", CONTROL],
        ["annotate", "made.vcf", "-S", CONTROL],
        ["annotate", "made.vcf", "--assembly", CONTROL],
        ["annotate", "made.vcf", "--reference", CONTROL],
        ["check", CONTROL],
        ["kb", "show", CONTROL],
        ["kb", "show", "x", CONTROL],
        ["kb", "list", "--drug", CONTROL],
        ["kb", "diff", CONTROL, "default"],
        [CONTROL],
        [f"--{CONTROL}"],
    ],
    ids=lambda words: "-".join(words).replace(CONTROL, "X"),
)
def test_control_characters_of_arguments(
    run: Run, make_vcf: MakeVcf, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    monkeypatch.chdir(make_vcf(["1 100 A C 0/1"]).parent)
    result = run(*words)
    assert 0 != result.exit_code
    assert ESCAPED in result.stderr
    assert result.output.replace("\n", "").isprintable()


def test_control_characters_of_headers(run: Run, make_vcf: MakeVcf, toy_directory: Path) -> None:
    """A caller's name, a sample's name and a file's name, in reports and in messages."""
    path = make_vcf(
        ["1 100 A C 0/1"],
        samples=(CONTROL,),
        name=f"{CONTROL}.vcf",
        extra_header=[f"##source={CONTROL}"],
    )
    shown = run("check", path, "--kb", toy_directory)
    listed = run("annotate", path, "--kb", toy_directory).stderr
    failed = run("annotate", path, "--kb", toy_directory, "-s", "S1").stderr
    for text in (shown.output, listed, failed):
        assert text.replace("\n", "").isprintable()
    assert f"{ESCAPED}.vcf" in shown.stdout.splitlines()[0]
    assert f"{ESCAPED}.vcf: GRCh38" in listed
