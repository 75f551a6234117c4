"""Reports in a real browser: nobody's page makes a request, is cut off, or shuts a reader out."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.chromium import Browser
from helpers.page_checks import CHECKS
from helpers.report_cases import CASES, REAL_CASES, Case

pytestmark = pytest.mark.slow


def check(browser: Browser, pages: list[Path]) -> None:
    """Fail with all faults of pages."""
    assert pages
    faults = [
        f"{page.name}: {name}: {fault}"
        for page in pages
        for name, check in CHECKS.items()
        for fault in check(browser, page)
    ]
    if faults:
        pytest.fail("\n".join(faults), pytrace=False)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_pages(browser: Browser, tmp_path: Path, case: Case) -> None:
    check(browser, case(tmp_path))


@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize("case", REAL_CASES.values(), ids=REAL_CASES)
def test_pages_on_real_people(browser: Browser, tmp_path: Path, case: Case) -> None:
    check(browser, case(tmp_path))
