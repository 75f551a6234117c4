"""Pictures of pages for people to look at: light, dark, forced colours, phone, whole, on paper.

``PYTHONPATH=tests python -m tools.screenshots OUT PAGE...`` writes ``OUT/NAME.light.png`` and so
on for every page; printed pages, as ``OUT/NAME.paper-1.png``, need pdftoppm.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from helpers.chromium import Browser, View, running_browser
from helpers.page_checks import OPEN_ALL, PHONE

VIEWS = {
    "light": View(),
    "dark": View(dark=True),
    "forced": View(dark=True, forced_colors=True),
    "phone": PHONE,
}
_DOTS_PER_INCH = 80
_HIGHEST = 8000
"""More pixels in a picture are cut off."""


def photograph(browser: Browser, page: Path, out: Path) -> Iterator[Path]:
    """Write pictures of a page to a folder, and yield their paths."""
    for name, view in VIEWS.items():
        browser.open(page, view)
        yield _written(out / f"{page.stem}.{name}.png", browser.screenshot())
    for name, view in {"whole": View(), "whole-phone": PHONE}.items():
        browser.open(page, view)
        yield _written(out / f"{page.stem}.{name}.png", browser.screenshot(most=_HIGHEST))
    browser.open(page)
    browser.ask(OPEN_ALL)
    yield _written(out / f"{page.stem}.open.png", browser.screenshot(most=_HIGHEST))
    browser.open(page)
    pdf = _written(out / f"{page.stem}.pdf", browser.pdf())
    yield pdf
    if shutil.which("pdftoppm"):
        prefix = out / f"{page.stem}.paper"
        words = ["pdftoppm", "-png", "-r", str(_DOTS_PER_INCH), str(pdf), str(prefix)]
        subprocess.run(words, check=True)
        yield from sorted(out.glob(f"{prefix.name}-*.png"))


def _written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def main() -> None:
    """Write pictures of the pages that the command line names."""
    folder, *pages = sys.argv[1:]
    out = Path(folder)
    out.mkdir(parents=True, exist_ok=True)
    with running_browser() as browser:
        for page in pages:
            for path in photograph(browser, Path(page), out):
                print(path)


if __name__ == "__main__":
    main()
