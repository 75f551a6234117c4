"""The spelling of all texts, by codespell: no common mistake, and British throughout."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from helpers.pages import all_pages
from helpers.paths import ROOT, tool_environment

pytestmark = pytest.mark.slow

CODESPELL = tool_environment("page-tools") / "bin" / "codespell"

NO_MISTAKES = (
    *("mane", "ther", "fertil"),  # a set of transcripts, parts of names of journals
    *("trough", "ons", "theses"),  # the lowest level of a drug, more than one add-on
    *("activ", "choos", "increas", "indicat"),  # beginnings of words that rules look for
)

ALSO_BRITISH = (
    *("program", "programs", "math"),  # of a computer, and a module of Python
    *("license", "licensed"),  # the verb, and a key of others
    *("practice", "sulfate"),  # in medicine and chemistry
    "randomized",  # in a query, as it was typed
)

CODE = "`[^`]*`"
"""Names in code have the spelling of whoever named them."""


@pytest.fixture(scope="module")
def codespell() -> Path:
    if not CODESPELL.exists():
        pytest.skip("codespell is not installed: make page-tools")
    return CODESPELL


@pytest.fixture(scope="module")
def british(codespell: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return codespell's list of British words, read the other way round: it has none of American.

    Words with several spellings on the other side are left out.
    """
    (data,) = codespell.parents[1].glob("lib/python*/site-packages/codespell_lib/data")
    lines = (data / "dictionary_en-GB_to_en-US.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.split("->") for line in lines if "," not in line)
    found = tmp_path_factory.mktemp("spelling") / "american.txt"
    text = "".join(f"{american.strip()}->{word}\n" for word, american in pairs)
    found.write_text(text, encoding="utf-8")
    return found


def mistakes(codespell: Path, words: Sequence[str], paths: Sequence[Path]) -> list[str]:
    """Return what codespell finds in files: the place, the word and what is meant."""
    options = ["--ignore-regex", CODE, "--disable-colors", *words]
    command = [str(codespell), *options, *map(str, paths)]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    assert done.stderr == ""
    return done.stdout.splitlines()


def test_no_common_mistake(codespell: Path) -> None:
    package = [path for kind in ("py", "html") for path in (ROOT / "pgx_ana").rglob(f"*.{kind}")]
    knowledge = (ROOT / "data" / "kb").rglob("*.yaml")
    words = ["--builtin", "clear,rare", "--ignore-words-list", ",".join(NO_MISTAKES)]
    assert [] == mistakes(codespell, words, sorted([*all_pages(), *package, *knowledge]))


def test_spelling_of_pages_is_british(codespell: Path, british: Path) -> None:
    """The knowledge base has titles and names of others, which are not."""
    words = ["--dictionary", str(british), "--ignore-words-list", ",".join(ALSO_BRITISH)]
    assert [] == mistakes(codespell, words, all_pages())


def test_mistakes_are_found(codespell: Path, british: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("A color, `color`, and teh rest.\n", encoding="utf-8")
    assert mistakes(codespell, ["--builtin", "clear"], [page]) == [f"{page}:1: teh ==> the"]
    american = ["--dictionary", str(british)]
    assert mistakes(codespell, american, [page]) == [f"{page}:1: color ==> colour"]
