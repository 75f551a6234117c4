"""A folder has a page on each person, one on the cohort, and an index that leads to them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jinja2
import pytest
from helpers.fixture_types import Run
from helpers.page_reader import form_faults, read_page
from helpers.paths import GOLDEN, TOY
from helpers.report_cases import HOSTILE_NAMES, renamed

from pgx_ana.errors import InputError
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.quality import Cohort, CohortTally
from pgx_ana.report import CohortOptions, ReportedPeople, write_report_folder
from pgx_ana.report.environment import render

_SIGN = ".pgx-ana-pages"


def written(run: Run, folder: Path, *words: object) -> dict[str, bytes]:
    result = run("report", *words, "-o", folder)
    assert result.exit_code == 0, result.stderr
    return contents(folder)


def contents(folder: Path) -> dict[str, bytes]:
    """Return all files but the one that tells that the folder is one of pages."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != _SIGN)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def index_links(page: bytes) -> list[tuple[str, str]]:
    items = read_page(page).one("ul", style="cols").all("a")
    return [("".join(map(str, a.one("bdi").children)), a.attributes["href"]) for a in items]


def test_the_index_leads_to_everybody_and_back(run: Run, tmp_path: Path) -> None:
    files = written(run, tmp_path / "out", GOLDEN / "toy.vcf", "--kb", TOY)
    links = index_links(files["index.html"])
    assert ['Anna, "A"', "Berta", "Clara"] == [name for name, _ in links]
    assert {"index.html", "cohort.html", *(page for _, page in links)} == set(files)
    for name, page in links:
        root = read_page(files[page])
        (home,) = (a for a in root.one("nav").all("a") if a.text == "All people")
        assert ("../index.html", f"{name}: germline variants and anastrozole") == (
            home.attributes["href"],
            root.one("title").text,
        )
        assert [] == form_faults(files[page])
    assert files == written(run, tmp_path / "again", GOLDEN / "toy.vcf", "--kb", TOY)


def test_people_with_hostile_names_have_pages_within_the_folder(run: Run, tmp_path: Path) -> None:
    names = list(HOSTILE_NAMES.values())
    source = renamed(tmp_path / "people.vcf", names)
    inner = tmp_path / "one" / "two"
    inner.mkdir(parents=True)
    files = written(run, inner / "out", source, "--gene", "TCL1A")
    links = index_links(files["index.html"])
    assert names == [name for name, _ in links]
    pages = [page for _, page in links]
    assert {"index.html", "cohort.html", *pages} == set(files)
    assert len(names) == len({page.casefold() for page in pages})
    for name, page in links:
        assert [name] == read_page(files[page]).one("h1").one("bdi").children
    assert ["out"] == [path.name for path in inner.iterdir()]
    assert {"one", "people.vcf"} == {path.name for path in tmp_path.iterdir()}


def test_without_people_the_index_says_so(run: Run, tmp_path: Path) -> None:
    words = (GOLDEN / "toy.vcf", "--kb", TOY, "--no-people")
    files = written(run, tmp_path / "out", *words)
    assert {"index.html", "cohort.html"} == set(files)
    assert "No page was made for single people." in read_page(files["index.html"]).text


def test_an_earlier_folder_stays_if_people_cannot_be_read(
    toy: KnowledgeBase, tmp_path: Path, run: Run
) -> None:
    folder = tmp_path / "out"
    before = written(run, folder, GOLDEN / "toy.vcf", "--kb", TOY)

    def failing() -> Iterator[Any]:
        raise InputError("it is cut")
        yield

    def cohort() -> tuple[Cohort, list[tuple[str, str]]]:
        return CohortTally(toy).finish(), []

    with pytest.raises(InputError, match="it is cut"):
        write_report_folder(ReportedPeople(failing(), cohort), str(folder), toy, CohortOptions())
    assert before == contents(folder)
    assert ["out"] == [path.name for path in tmp_path.iterdir()]


def test_a_template_shows_nothing_that_was_not_given() -> None:
    with pytest.raises(jinja2.UndefinedError):
        render("index.html", {"links": [], "cohort": "c.html", "drug": "x"})


def test_what_is_given_is_escaped() -> None:
    values = {"links": [], "cohort": "c.html", "drug": "<b>&", "fixed_sentence": "'\""}
    page = render("index.html", values)
    assert b"<title>Germline variants and &lt;b&gt;&amp;: reports</title>" in page
    assert b"<p class=fixed>&#39;&#34;" in page
