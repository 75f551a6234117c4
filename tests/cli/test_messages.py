"""Messages on stderr as one JSON object a line, and the same as text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from helpers.fixture_types import MakeVcf, Run

from pgx_ana.cli.streams import LogFormat, asked_log_format

ALL_CALLED = "2 of 6 known variants called in any sample"


def messages(result: Result) -> list[dict[str, Any]]:
    """Return the objects on stderr, which holds nothing else."""
    return [json.loads(line) for line in result.stderr.splitlines()]


@pytest.fixture
def file(make_vcf: MakeVcf) -> Path:
    return make_vcf(["1 100 A C 0/1", "1 200 A C 1/1"])


def test_a_run(run: Run, file: Path, toy_directory: Path) -> None:
    words = ("annotate", file, "--kb", toy_directory, "-t", "calls")
    text, result = run(*words), run("--log-format", "json", *words)
    assert (0, text.stdout) == (result.exit_code, result.stdout)
    told = messages(result)
    assert text.stderr.splitlines() == [message["message"] for message in told]
    assert [
        {
            "level": "info",
            "message": f"{file}: GRCh38 (contig lengths), 1 sample",
            "code": "input_file",
            "file": str(file),
            "assembly": "GRCh38",
            "assembly_source": "contig lengths",
            "samples": 1,
            "remark": None,
        },
        {
            "level": "info",
            "message": told[1]["message"],
            "code": "calls",
            "samples": 1,
            "variants": 6,
            "called_variants": 2,
            "states": {"called": 2, "absent": 4},
        },
    ] == told
    assert told[1]["message"].startswith(ALL_CALLED)


def test_a_warning_has_its_level_apart(run: Run, file: Path, toy_directory: Path) -> None:
    words = ("annotate", file, "--kb", toy_directory, "-q", "--absent-is-reference")
    (line,) = run(*words).stderr.splitlines()
    (told,) = messages(run("--log-format", "json", *words))
    assert ("warning", "absent_is_reference") == (told["level"], told["code"])
    assert f"WARNING: {told['message']}" == line


ERRORS = [
    (["annotate", "missing.vcf"], "missing.vcf: no such file", "input", 3),
    (["annotate", "x.vcf", "-o", "missing/x.tsv"], "missing", "output", 3),
    (["annotate", "x.vcf", "--kb", "missing"], "is not a directory", "knowledge_base", 4),
    (["annotate", "x.vcf", "-t", "calls", "-f", "json"], "has no tables", "usage", 2),
    (["annotate", "x.vcf", "--bogus"], "No such option", "usage", 2),
    (["annotate"], "Missing argument 'FILES...'", "usage", 2),
    (["anotate"], "No such command", "usage", 2),
    (["--bogus"], "No such option", "usage", 2),
    (["--json"], "--json goes with --version", "usage", 2),
    ([], "Missing command", "usage", 2),
]


@pytest.mark.parametrize(("words", "text", "code", "exit_code"), ERRORS)
def test_errors(run: Run, words: list[str], text: str, code: str, exit_code: int) -> None:
    result = run("--log-format=json", *words)
    (told,) = messages(result)
    assert text in told.pop("message")
    assert {"level": "error", "code": code, "exit_code": exit_code} == told
    assert (exit_code, "") == (result.exit_code, result.stdout)


def test_the_variable_of_the_environment(run: Run) -> None:
    asked = {"PGX_ANA_LOG_FORMAT": "json"}
    (told,) = messages(run("annotate", "missing.vcf", env=asked))
    assert "input" == told["code"]
    (told,) = messages(run("--bogus", env=asked))
    assert "usage" == told["code"]
    text = run("--log-format", "text", "annotate", "missing.vcf", env=asked)
    assert "Error: missing.vcf: no such file\n" == text.stderr


@pytest.mark.parametrize("env", [{}, {"PGX_ANA_LOG_FORMAT": "xml"}])
def test_an_unknown_format(run: Run, env: dict[str, str]) -> None:
    result = run(*([] if env else ["--log-format", "xml"]), "kb", "path", env=env)
    assert (2, "") == (result.exit_code, result.stdout)
    assert "'xml' is not one of 'text', 'json'" in result.stderr


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], LogFormat.TEXT),
        (["--log-format", "json", "annotate"], LogFormat.JSON),
        (["--log-format=json"], LogFormat.JSON),
        (["--log-format", "json", "--log-format", "text"], LogFormat.TEXT),
        (["--log-format"], LogFormat.TEXT),
        (["annotate", "--log-format", "json"], LogFormat.TEXT),
    ],
)
def test_the_format_is_known_before_options_are_parsed(
    words: list[str], expected: LogFormat
) -> None:
    assert expected is asked_log_format(words)


def test_batch(run: Run, file: Path, toy_directory: Path, tmp_path: Path) -> None:
    manifest = tmp_path / "files.txt"
    manifest.write_text(f"{file}\n", encoding="utf-8")
    words = ("batch", manifest, "-o", tmp_path / "results", "--kb", toy_directory)
    (told,) = messages(run("--log-format", "json", *words))
    assert ("info", "batch", 1, 0, 1) == tuple(
        told[key] for key in ("level", "code", "files", "refused", "samples")
    )


def test_a_name_that_could_command_a_terminal(run: Run) -> None:
    (told,) = messages(run("--log-format", "json", "annotate", "a\x1b[2J.vcf"))
    assert "a\\x1b[2J.vcf: no such file" == told["message"]


def test_a_bug(run: Run, monkeypatch: pytest.MonkeyPatch, toy_directory: Path) -> None:
    """Its traceback is one message as well; as text, Python prints it."""

    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr("pgx_ana.knowledge.load", fail)
    words = ("kb", "list", "--kb", toy_directory)
    result = run("--log-format", "json", *words)
    (told,) = messages(result)
    assert told["message"].startswith("Traceback (most recent call last):\n")
    assert told.pop("message").endswith("ZeroDivisionError: a bug\n")
    assert {"level": "error", "code": "bug", "exit_code": 1} == told
    assert 1 == result.exit_code
    with pytest.raises(ZeroDivisionError):
        run(*words)
