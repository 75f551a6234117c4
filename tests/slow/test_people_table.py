"""The table of people on a cohort's page, in a real browser: sorted and filtered by its script."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.chromium import Browser, View
from helpers.synthetic_calls import annotated, called, unobserved

from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.quality import CohortTally
from pgx_ana.report import cohort_page
from pgx_ana.terms import CallStatus

pytestmark = pytest.mark.slow

_NAMES = """
const rows = [...document.querySelectorAll("#people-table tbody tr")];
return rows.filter(row => row.checkVisibility()).map(row => row.cells[0].textContent.trim());
"""
_CLICK = 'document.querySelectorAll("#people-table thead button")[arguments[0]].click();'
_FILTER = """
const box = document.getElementById("people-filter");
box.value = arguments[0];
box.dispatchEvent(new Event("input"));
return document.getElementById("people-found").textContent;
"""
_BOX_IS_SEEN = 'return document.getElementById("people-filter").checkVisibility();'


@pytest.fixture
def page(toy: KnowledgeBase, tmp_path: Path) -> Path:
    """Return the page of eleven people; more sites are called in each than in the one before."""
    ids = [variant.id for variant in toy.variants]
    first = {variant.id: "/".join(variant.alleles[:1] * 2) for variant in toy.variants}
    calls = {
        rsid: [
            called(first[rsid]) if number < n_called else unobserved(CallStatus.NO_CALL)
            for n_called in (0, 1, 2, 3, 4, 5, 6, 6, 6, 6, 6)
        ]
        for number, rsid in enumerate(ids)
    }
    tally = CohortTally(toy)
    tally.add(annotated(toy, calls))
    path = tmp_path / "cohort.html"
    path.write_bytes(cohort_page(tally.finish(), toy))
    return path


def test_rows_are_sorted_and_filtered(browser: Browser, page: Path) -> None:
    in_file_order = [f"S{number}" for number in range(11)]
    loading = browser.open(page)
    assert loading.console == ()
    assert browser.ask(_NAMES) == in_file_order
    browser.ask(_CLICK, 1)
    assert browser.ask(_NAMES) == in_file_order
    browser.ask(_CLICK, 1)
    by_called = browser.ask(_NAMES)
    assert by_called[5:] == ["S5", "S4", "S3", "S2", "S1", "S0"]
    assert sorted(by_called[:5]) == ["S10", "S6", "S7", "S8", "S9"]
    browser.ask(_CLICK, 0)
    assert browser.ask(_NAMES) == sorted(in_file_order)
    assert browser.ask(_FILTER, "s1") == "2 of 11 people"
    assert browser.ask(_NAMES) == ["S1", "S10"]
    assert browser.ask(_BOX_IS_SEEN)


def test_without_scripts_the_table_is_whole(browser: Browser, page: Path) -> None:
    browser.open(page, View(scripts=False))
    assert browser.ask(_NAMES) == [f"S{number}" for number in range(11)]
    assert not browser.ask(_BOX_IS_SEEN)
