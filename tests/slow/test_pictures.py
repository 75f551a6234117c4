"""The pictures of the pages are small, told in words, and show what the program makes today."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from helpers.chromium import Browser
from helpers.pages import all_pages
from PIL import Image
from tools.pictures import FOLDER, PICTURES, TEXT, photograph

pytestmark = pytest.mark.slow

_MOST_BYTES = 80_000
_IMAGE = re.compile(r"!\[(.*?)\]\((\S+?)\)")


def test_all_pictures_are_small() -> None:
    sizes = {path.name: path.stat().st_size for path in FOLDER.iterdir()}
    assert {f"{name}.png" for name in PICTURES} == {*sizes}
    assert {} == {name: size for name, size in sizes.items() if size > _MOST_BYTES}


def test_pages_show_all_pictures_and_say_what_is_in_them() -> None:
    shown = set()
    for page in all_pages():
        for told, target in _IMAGE.findall(page.read_text(encoding="utf-8")):
            assert len(told.split()) >= 8, (page, target)
            shown.add((page.parent / target).resolve())
    assert {path.resolve() for path in FOLDER.iterdir()} == shown


def test_pictures_show_what_the_pages_say(browser: Browser, tmp_path: Path) -> None:
    """If not, ``make pictures`` makes them again."""
    for name, _, text in photograph(browser, tmp_path / "example"):
        with Image.open(FOLDER / f"{name}.png") as picture:
            assert text == picture.info[TEXT], name
