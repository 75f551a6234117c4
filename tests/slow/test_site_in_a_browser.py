"""The site of the knowledge base in a real browser: its pages, and the search of the first."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.chromium import Browser, View
from helpers.page_checks import CHECKS

from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.report import site_pages
from pgx_ana.writing import page_folder

pytestmark = pytest.mark.slow

PAGES = (
    "index.html",
    "genes/CYP19A1.html",
    "variants/rs4646.html",
    "variants/rs429358.html",
    "haplotypes/CYP3A4-star.html",
    "studies/gervasini-2017.html",
    "studies/reinbolt-2018.html",
    "questions/arthralgia.html",
    "levels/contradicted.html",
    "contexts/adjuvant.html",
)

TYPE = """
const box = document.getElementById("find");
box.value = arguments[0];
box.dispatchEvent(new Event("input"));
"""
PRESS = """
document.activeElement.dispatchEvent(
  new KeyboardEvent("keydown", {key: arguments[0], bubbles: true, cancelable: true}));
return document.activeElement.textContent;
"""
LISTED = """
return [...document.querySelectorAll("[data-group] a")].filter(
  e => e.checkVisibility({visibilityProperty: true})).map(e => e.textContent);
"""
TOLD = "return document.getElementById('found').textContent"
SEEN_SECTIONS = """
return [...document.querySelectorAll("h2")].filter(e => e.checkVisibility()).map(e => e.id);
"""


@pytest.fixture(scope="module")
def folder(curated: KnowledgeBase, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("site") / "site"
    with page_folder(str(made)) as pages:
        for address, page in site_pages(curated):
            pages.write(address, page)
    return made


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("page", PAGES)
def test_pages_have_no_fault(browser: Browser, folder: Path, page: str, check: str) -> None:
    assert [] == CHECKS[check](browser, folder / page)


@pytest.mark.parametrize(
    ("typed", "first", "count"),
    [
        ("rs4646", "rs4646", None),
        ("RS3191019", "rs4646", 1),  # merged
        ("g2677t", "rs2032582", None),  # a legacy name
        ("cyp3a4*22", "rs35599367", None),
        ("27747906", "Gervasini 2017", 1),  # PMID
        ("gervasini 2017", "Gervasini 2017", 1),
        ("2017 gervasini", "Gervasini 2017", 1),
        ("aromatase estrogens", None, None),
        ("nothing like this", None, 0),
    ],
)
def test_names_are_found_as_one_types(
    browser: Browser, folder: Path, typed: str, first: str | None, count: int | None
) -> None:
    browser.open(folder / "index.html")
    everything = browser.ask(LISTED)
    browser.ask(TYPE, typed)
    listed = browser.ask(LISTED)
    assert ["names"] == browser.ask(SEEN_SECTIONS)
    if first is not None:
        assert first in listed
    if count is not None:
        assert count == len(listed)
    assert browser.ask(TOLD) == (f"{len(listed)} found" if listed else "nothing found")
    browser.ask(TYPE, " ")
    assert everything == browser.ask(LISTED)
    assert "levels" in browser.ask(SEEN_SECTIONS)
    assert browser.ask(TOLD) == ""


def test_the_search_is_used_by_keyboard(browser: Browser, folder: Path) -> None:
    """The tab key leads to the box, arrows to what was found and back, escape empties the box."""
    browser.open(folder / "index.html")
    browser.press_tab(2)
    assert browser.ask("return document.activeElement.id") == "find"
    browser.ask(TYPE, "rs464")
    listed = browser.ask(LISTED)
    assert listed[0] == browser.ask(PRESS, "ArrowDown")
    assert listed[1] == browser.ask(PRESS, "ArrowDown")
    assert listed[0] == browser.ask(PRESS, "ArrowUp")
    browser.ask(PRESS, "ArrowUp")
    assert browser.ask("return document.activeElement.id") == "find"
    browser.ask(PRESS, "ArrowDown")
    browser.ask(PRESS, "Escape")
    assert ["find", ""] == browser.ask(
        "return [document.activeElement.id, document.activeElement.value]"
    )
    assert len(listed) < len(browser.ask(LISTED))


def test_without_scripts_there_is_no_box_and_every_name(browser: Browser, folder: Path) -> None:
    browser.open(folder / "index.html")
    everything = browser.ask(LISTED)
    browser.open(folder / "index.html", View(scripts=False))
    assert everything == browser.ask(LISTED)
    assert not browser.ask("return document.getElementById('find').checkVisibility()")
