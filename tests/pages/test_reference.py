"""The generated pages have every command, option, key and name."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click
import pytest
from helpers.paths import ROOT
from tools.reference_cli import EXIT_CODES, VARIABLES, cli_page
from tools.reference_json import json_page
from tools.reference_python import python_page

import pgx_ana
from pgx_ana.cli import main
from pgx_ana.errors import PgxAnaError
from pgx_ana.output.document_meanings import MEANINGS

SOURCES = [path.read_text(encoding="utf-8") for path in (ROOT / "pgx_ana").rglob("*.py")]


def commands(name: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    yield name, command
    if isinstance(command, click.Group):
        for word, below in command.commands.items():
            yield from commands(f"{name} {word}", below)


COMMANDS = dict(commands("pgx-ana", main))


@pytest.mark.parametrize(("name", "command"), COMMANDS.items(), ids=COMMANDS)
def test_every_command_has_its_options(name: str, command: click.Command) -> None:
    section = re.split(r"^## ", cli_page(), flags=re.MULTILINE)
    (found,) = (part for part in section if part.startswith(f"{name}\n"))
    rows = re.findall(r"^\| (`-.*?) (?:[A-Z][^|]*)?\|", found, re.MULTILINE)
    listed = {word for row in rows for word in re.findall(r"`(--?[\w-]+)`", row)}
    options = {
        word
        for option in command.params
        if isinstance(option, click.Option)
        for word in option.opts
    }
    assert options == listed


@pytest.mark.parametrize(("name", "command"), COMMANDS.items(), ids=COMMANDS)
def test_every_command_says_what_it_does(name: str, command: click.Command) -> None:
    assert f"## {name}\n" in cli_page()
    assert (command.help or "").partition("\n")[0].rstrip().endswith(".")


def test_options_of_the_readme_exist() -> None:
    options = {
        word for command in COMMANDS.values() for item in command.params for word in item.opts
    }
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", readme)) <= options


def test_every_exit_code_has_a_meaning() -> None:
    of_errors = {kind.exit_code for kind in _subclasses(PgxAnaError)}
    constants = {
        int(number)
        for text in SOURCES
        for number in re.findall(
            r"^(?:\w*_EXIT_CODE|NOT_ALL_CALLED|SOME_REFUSED) = (\d+)", text, re.M
        )
    }
    assert {0, *of_errors, *constants} - set(EXIT_CODES) == set()
    assert set(EXIT_CODES) - {0, *of_errors, *constants} == {2, 143} - of_errors


def _subclasses(kind: type[PgxAnaError]) -> Iterator[type[PgxAnaError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from _subclasses(below)


def test_every_variable_of_the_environment_has_a_meaning() -> None:
    """Those that are read by name; a constant stands for some names."""
    constants = dict(
        pair for text in SOURCES for pair in re.findall(r'^(\w+) = "([A-Z_]+)"$', text, re.M)
    )
    places = r"""environ\w*\.get\((\w+|"\w+")|("\w+") (?:not )?in os\.environ|\benvvar=(\w+)"""
    found = {
        word.strip('"') if word.startswith('"') else constants[word]
        for text in SOURCES
        for words in re.findall(places, text)
        for word in words
        if word
    }
    assert found == set(VARIABLES)


def test_every_key_of_documents_is_there() -> None:
    page = json_page()
    for keys in MEANINGS.values():
        for key, meaning in keys.items():
            assert re.search(
                rf"^\| `{key}` \| .* \| {re.escape(meaning)} \|$", page, re.MULTILINE
            ), key


@pytest.mark.parametrize(
    ("path", "row"),
    [
        ("The document", "| `genes` | list of texts or null |"),
        ("markers[]", '| `kind` | `"variant"` or `"haplotype_set"` |'),
        ("markers[].results[].estimates[]", "| `low` | number or null |"),
        ("markers[].associations[]", "| `genotypes` | object of texts |"),
        ("context", "| `off_label` | true or false |"),
        ("calls[]", "| `pos` | integer or null |"),
    ],
)
def test_keys_are_told_where_they_occur(path: str, row: str) -> None:
    parts = json_page().split(f"\n## {path}\n")
    assert len(parts) == 2
    assert row in parts[1].partition("\n## ")[0]


def test_every_name_of_the_package_is_there() -> None:
    page = python_page()
    for name in pgx_ana.__all__:
        if name != "__version__":
            assert f"## pgx_ana.{name}\n" in page or f"\n| `{name}` | " in page, name
    members = {name for name in vars(pgx_ana.Result) if not name.startswith("_")}
    for name in members:
        assert f"### Result.{name}\n" in page or f"\n| `{name}` | " in page, name
    assert "to_html(path: PathName, *, sample: str = '') -> None" in page
    assert "    context: str | None = None,\n) -> Result\n" in page


@pytest.mark.parametrize(
    ("begins", "ends"),
    [
        ("| `--log-format` `text` `json` | ", " Variable: `PGX_ANA_LOG_FORMAT`. | text |"),
        ("| `--min-gp` FLOAT | ", " Values: `0<=x<=1`. | 0.9 |"),
        ("| `-g`, `--gene` TEXT | ", " May be repeated. |  |"),
        ("| `-o`, `--output` DIR | ", " Required. |  |"),
        ("| `--verify` | ", " | off |"),
        ("| `-o`, `--output` TEXT | Output file, whose", " | - |"),
        (
            "| `-t`, `--table` TEXT | ",
            " | annotations; in Parquet, all others; with --layout wide, calls |",
        ),
    ],
)
def test_options_have_values_defaults_and_variables(begins: str, ends: str) -> None:
    rows = [line for line in cli_page().splitlines() if line.startswith(begins)]
    assert rows
    assert [] == [row for row in rows if not row.endswith(ends)]


def test_options_of_large_commands_have_headings() -> None:
    page = cli_page()
    (people,) = re.findall(r"^### annotate: people\n(.*?)^### ", page, re.MULTILINE | re.DOTALL)
    assert "`--same-person`" in people
    assert "`--min-gq`" not in people
