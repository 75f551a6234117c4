"""The pictures of docs/pictures, of pages on the example files: ``make pictures``.

Each has the text that it shows in itself, so that a test can tell when it is out of date. They need
Chromium, chromedriver and Pillow.
"""

from __future__ import annotations

import io
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from helpers.chromium import Browser, View, running_browser
from helpers.page_checks import OPEN_ALL
from helpers.pages import fill_folder
from helpers.paths import ROOT
from PIL import Image
from PIL.PngImagePlugin import PngInfo

FOLDER = ROOT / "docs" / "pictures"
TEXT = "Description"
"""Key of the text that a picture shows, in the file of the picture."""

_COLOURS = 24
_VERSION = re.compile(r"\b\d+\.\d+\.\d+(\+[0-9a-f]+)?\b")
_PAGES = {
    "patient.html": ("report", "patient.vcf.gz"),
    "spoiled.html": ("report", "spoiled.GRCh38.vcf"),
    "report": ("report", "cohort.vcf.gz", "--no-people"),
    "site": ("kb", "site"),
}
"""What the pages are made with, by the file or folder that is written."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A part of a page, as :meth:`Browser.part` takes it; ``width`` of the page in CSS pixels."""

    page: str
    start: str
    until: str
    holding: str = ""
    width: int = 900


_FINDING = "Breast cancer recurrence: higher than A/A"
PICTURES = {
    "person": Picture("patient.html", "header", "table.cats + p", width=1000),
    "sites": Picture("spoiled.html", "section", "nav", "All known sites"),
    "finding": Picture("patient.html", "article", "article, h2, h3", _FINDING, 1000),
    "haplotype": Picture("patient.html", "h3", "h3", "ESR1 PvuII"),
    "cohort": Picture("report/cohort.html", "header", "#callability", width=1000),
    "variant": Picture("site/variants/rs4646.html", "h1", "#definition"),
}
"""The pictures by name."""


def photograph(browser: Browser, folder: Path) -> Iterator[tuple[str, bytes, str]]:
    """Yield the name of each picture with its PNG and the text that it shows."""
    fill_folder(folder)
    for name, words in _PAGES.items():
        command = [sys.executable, "-m", "pgx_ana", *words, "-o", name]
        subprocess.run(command, cwd=folder, check=True, stderr=subprocess.DEVNULL)
    for name, picture in PICTURES.items():
        browser.open(folder / picture.page, View(width=picture.width))
        browser.ask(OPEN_ALL)
        content, text = browser.part(picture.start, picture.holding, picture.until)
        yield name, content, without_versions(text)


def without_versions(text: str) -> str:
    """Return a text without the versions in it, for which no picture is made again."""
    return _VERSION.sub("", text)


def small(content: bytes, text: str) -> bytes:
    """Return a PNG in few colours, with the text that it shows."""
    info = PngInfo()
    info.add_itxt(TEXT, text, zip=True)
    out = io.BytesIO()
    with Image.open(io.BytesIO(content)) as image:
        few = image.convert("RGB").quantize(
            _COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE
        )
        few.save(out, "PNG", optimize=True, pnginfo=info)
    return out.getvalue()


def main() -> None:
    """Write all pictures."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, running_browser() as browser:
        for name, content, text in photograph(browser, Path(folder, "example")):
            written = small(content, text)
            (FOLDER / f"{name}.png").write_bytes(written)
            print(f"{name}.png: {len(written):,} bytes")


if __name__ == "__main__":
    main()
