"""Completion: what click gives to a shell that asks, by the variables that its script sets."""

from __future__ import annotations

import gzip
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from helpers.fixture_types import MakeVcf, Run
from helpers.paths import ROOT, TOY, TOY_HAPLOTYPES

from pgx_ana.cli import main
from pgx_ana.knowledge import KnowledgeBase, load

Ask = Callable[..., list[str]]
TOY_BASE = f"--kb {TOY} --kb {TOY_HAPLOTYPES}"


def asked(shell: str, line: str) -> str:
    """Return the answer to a shell in whose line the last word is not complete."""
    words = line.split(" ")
    environment = {
        "_PGX_ANA_COMPLETE": f"{shell}_complete",
        "COMP_WORDS": line,
        "COMP_CWORD": words[-1] if shell == "fish" else str(len(words) - 1),
    }
    result = CliRunner().invoke(main, [], env=environment, prog_name="pgx-ana")
    assert (0, "") == (result.exit_code, result.stderr)
    return result.stdout


@pytest.fixture
def ask() -> Ask:
    """Return a function that gives the choices for the last word of a line, as bash gets them."""
    return lambda line: asked("bash", f"pgx-ana {line}").split()


@pytest.mark.parametrize(
    ("line", "choices"),
    [
        ("c", ["plain,check", "plain,completion"]),
        ("--version an", ["plain,annotate"]),
        ("kb s", ["plain,show", "plain,site"]),
        ("annotate --popu", ["plain,--population"]),
        ("annotate --population E", ["plain,EAS", "plain,EUR"]),
        ("annotate --assembly ", ["plain,GRCh37", "plain,GRCh38"]),
        ("annotate -t calls,AN", ["plain,calls,annotations"]),
        ("annotate -t calls,ca", []),
        ("annotate -f parq", ["plain,parquet"]),
        ("annotate some", ["file,some"]),
        ("report --from some", ["file,some"]),
        ("annotate -o some", ["file,some"]),
        ("annotate --provenance some", ["file,some"]),
        ("annotate --kb some", ["dir,some"]),
        ("annotate --kb def", ["plain,default"]),
        ("batch p", ["plain,plan"]),
        ("batch some", ["file,some"]),
        ("batch --resu", ["plain,--resume"]),
        ("batch some.txt --cluster s", ["plain,slurm"]),
        ("kb list -f re", ["plain,regions"]),
        ("completion f", ["plain,fish"]),
    ],
)
def test_words_of_the_command_line(ask: Ask, line: str, choices: list[str]) -> None:
    assert choices == ask(line)


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("annotate {kb} -g ", ["AAA", "BBB"]),
        ("annotate {kb} -g bbb,", ["bbb,AAA"]),
        ("annotate {kb} --context men", ["men"]),
        ("kb show {kb} rs1", ["rs1"]),
        ("kb show {kb} AA", ["AAA-star", "AAA-pair", "AAA"]),
        ("kb list {kb} --drug l", ["letrozole"]),
        ("kb list {kb} --category tox", ["toxicity"]),
        ("kb list {kb} --level null,single_n", ["null,single_nominal"]),
        ("kb list {kb} --context AD", ["adjuvant"]),
        ("kb haplotypes {kb} -g b", ["BBB"]),
    ],
)
@pytest.mark.usefixtures("toy_haplotypes")  # compiles it
def test_names_of_the_knowledge_base(ask: Ask, line: str, names: list[str]) -> None:
    assert [f"plain,{name}" for name in names] == ask(line.format(kb=TOY_BASE))


def test_the_shipped_knowledge_base_is_completed(ask: Ask, curated: KnowledgeBase) -> None:
    assert [f"plain,{key}" for key in curated.genes if key.startswith("CYP1")] == ask(
        "annotate -g CYP1"
    )


def test_what_was_never_checked_completes_nothing(ask: Ask, tmp_path: Path) -> None:
    copy = tmp_path / "kb"
    copy.mkdir()
    for path in TOY.glob("*.yaml"):
        (copy / path.name).write_bytes(path.read_bytes())
    (copy / "more.yaml").write_text("# nothing\n")
    assert [] == ask(f"annotate --kb {copy} -g ")
    load([copy])
    assert ["plain,AAA", "plain,BBB"] == ask(f"annotate --kb {copy} -g ")


@pytest.mark.parametrize("place", ["nowhere", "kb/broken"])
def test_a_missing_or_broken_knowledge_base_completes_nothing(
    ask: Ask, tmp_path: Path, place: str
) -> None:
    (tmp_path / "kb" / "broken").mkdir(parents=True)
    (tmp_path / "kb" / "broken" / "x.yaml").write_text("genes: [")
    assert [] == ask(f"annotate --kb {tmp_path / place} -g ")


@pytest.mark.parametrize(
    ("begun", "names"),
    [("", ["S1", "s2", "T3"]), ("s", ["S1", "s2"]), ("S1,", ["S1,s2", "S1,T3"]), ("x", [])],
)
def test_samples_of_the_files(ask: Ask, make_vcf: MakeVcf, begun: str, names: list[str]) -> None:
    one = make_vcf([], samples=["S1", "s2"], name="one.vcf")
    other = make_vcf([], samples=["s2", "T3"], name="other.vcf")
    compressed = other.with_suffix(".vcf.gz")
    compressed.write_bytes(gzip.compress(other.read_bytes()))
    for command in ("annotate", "check", "report"):
        expected = [f"plain,{name}" for name in names]
        assert expected == ask(f"{command} {one} {compressed} -s {begun}")
        assert expected == ask(f"{command} {one} {compressed} --min-gq 20 --samples {begun}")


def test_paths_are_those_that_the_shell_will_read(
    ask: Ask, make_vcf: MakeVcf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_vcf([], samples=["S1"], name="one.vcf")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert ["plain,S1"] == ask("annotate ~/one.vcf -s ")
    assert ["plain,S1"] == ask("annotate $HOME/one.vcf -s ")


def test_a_knowledge_base_below_home(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    load([TOY])
    monkeypatch.setenv("HOME", str(TOY.parent))
    assert ["plain,AAA", "plain,BBB"] == ask(f"annotate --kb ~/{TOY.name} -g ")


def test_samples_of_bcf(ask: Ask, make_vcf: MakeVcf, tmp_path: Path) -> None:
    import pysam.bcftools

    vcf, bcf = make_vcf([], samples=["S1", "S2"]), tmp_path / "made.bcf"
    pysam.bcftools.view("-Ob", "-o", str(bcf), str(vcf), catch_stdout=False)
    assert ["plain,S1", "plain,S2"] == ask(f"annotate {bcf} -s S")


def test_samples_beside_biobank_files(ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "x.bed").write_bytes(b"\x6c\x1b\x01")
    (tmp_path / "x.fam").write_text("F1 P1 0 0 1 -9\nF1 P2 0 0 2 -9\n")
    (tmp_path / "y.pgen").write_bytes(b"\x6c\x1b\x10\0")
    (tmp_path / "y.psam").write_text("#IID SEX\nP3 1\n")
    (tmp_path / "z.bgen").write_bytes(b"\0" * 16 + b"bgen\0\0\0\0")
    (tmp_path / "z.sample").write_text("ID_1 ID_2 missing\n0 0 0\nP4 P4 0\n")
    files = " ".join(str(tmp_path / name) for name in ("x.bed", "y.pgen", "z.bgen"))
    assert [f"plain,P{number}" for number in range(1, 5)] == ask(f"annotate {files} -s ")


@pytest.mark.parametrize("content", [None, b"", b"not a VCF", b"\x1f\x8bdamaged", b"\xff" * 100])
def test_files_that_cannot_be_read_complete_nothing(
    ask: Ask, make_vcf: MakeVcf, tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "broken.vcf.gz"
    if content is not None:
        path.write_bytes(content)
    assert [] == ask(f"annotate {path} -s ")
    assert ["plain,S1"] == ask(f"annotate {path} {make_vcf([])} -s ")


def test_a_pipe_and_stdin_are_not_read(ask: Ask, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.vcf"
    os.mkfifo(pipe)
    assert [] == ask(f"annotate {pipe} - -s ")


@pytest.mark.parametrize("line", ["annotate a\udcff", "batch a\udcff", "batch m -o a\udcff"])
def test_a_name_that_is_no_text_is_left_to_the_shell(ask: Ask, line: str) -> None:
    """Bash completes names itself; the answer says only of what kind they are."""
    assert ["file,a\ufffd"] == ask(line)


HOSTILE = ("$(reboot)", "a b", "`id`", "x;y", "a:b", "a=b", "é", "it's", "a\x1b[2J", "-x", "*")


def test_names_that_a_shell_would_have_to_quote_are_left_out(ask: Ask, make_vcf: MakeVcf) -> None:
    """Bash puts them into the line as they are, where they would be run."""
    path = make_vcf([], samples=["plain_1.x-2", *HOSTILE])
    assert ["plain,plain_1.x-2", "plain,-x"] == ask(f"annotate {path} -s ")


def test_too_many_choices_are_not_shown(ask: Ask, make_vcf: MakeVcf) -> None:
    path = make_vcf([], samples=[f"S{number}" for number in range(5001)])
    assert [] == ask(f"annotate {path} -s ")
    assert 1111 == len(ask(f"annotate {path} -s S1"))


@pytest.mark.parametrize("shell", ["zsh", "fish"])
@pytest.mark.usefixtures("toy_haplotypes")
def test_other_shells_get_a_description(shell: str) -> None:
    """What parts the type, the word and the description depends on the version of click."""
    answer = asked(shell, f"pgx-ana annotate {TOY_BASE} -g B")
    assert ["plain", "BBB", "second toy gene"] == re.split(r"[,\n\t]", answer.strip())


@pytest.mark.parametrize(
    ("shell", "says", "changed"),
    [
        ("bash", "_PGX_ANA_COMPLETE=bash_complete", (1, 5)),
        ("zsh", "#compdef pgx-ana", (2, 3)),
        ("fish", "complete --no-files --command pgx-ana", (2, 2)),
    ],
)
def test_the_script_is_that_of_click(
    run: Run, shell: str, says: str, changed: tuple[int, int]
) -> None:
    """But for the lines that this program replaces, and those that it adds."""
    result = run("completion", shell)
    assert (0, "") == (result.exit_code, result.stderr)
    assert says in result.stdout
    answer = CliRunner().invoke(
        main, [], env={"_PGX_ANA_COMPLETE": f"{shell}_source"}, prog_name="pgx-ana"
    )
    theirs, ours = answer.stdout.splitlines(), result.stdout.splitlines()
    gone, new = ([line for line in a if line not in b] for a, b in ((theirs, ours), (ours, theirs)))
    assert (len(gone), len(new)) == changed


def test_nothing_slow_is_imported() -> None:
    """Names take numpy, which is in the knowledge base, and nothing else that is large."""
    code = (
        "import sys; from pgx_ana.cli import main\n"
        "try:\n    main(prog_name='pgx-ana')\n"
        "finally:\n    slow = ('pandas', 'pydantic', 'yaml', 'jinja2', 'cyvcf2', 'pysam')\n"
        "    print([name for name in slow if name in sys.modules], file=sys.stderr)"
    )
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "_PGX_ANA_COMPLETE": "bash_complete",
        "COMP_WORDS": "pgx-ana annotate -g CYP19",
        "COMP_CWORD": "3",
    }
    load()  # is compiled
    process = subprocess.run(
        [sys.executable, "-c", code], check=False, env=environment, capture_output=True, text=True
    )
    assert ("plain,CYP19A1\n", "[]\n") == (process.stdout, process.stderr)
