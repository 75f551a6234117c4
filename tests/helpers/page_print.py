"""A page on paper: all of its text is there, and none of it is cut off."""

from __future__ import annotations

import bisect
import io
import unicodedata
from collections import Counter
from pathlib import Path

from pypdf import PdfReader

from helpers.chromium import A4_INCHES, Browser, View

_CSS_PIXELS_PER_INCH = 96
_MARGIN_INCHES = 0.4
"""The browser's own margin."""

_SHORT, _MOST_PIECES = 20, 4

_TEXTS = """
const found = [];
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
const tiny = e => e && (e.clientWidth === 1 && e.clientHeight === 1 || tiny(e.parentElement));
for (let node = walker.nextNode(); node; node = walker.nextNode()) {
  const parent = node.parentElement;
  if (node.data.trim() && !parent.closest('script, style, template, noscript, title, desc')
      && !parent.closest(arguments[0]) && !tiny(parent)
      && parent.checkVisibility({visibilityProperty: true})) found.push(node.data);
}
return found;
"""

_MARGINS = """
const pixels = text => {
  const ruler = document.createElement('div');
  ruler.style.width = text;
  document.body.append(ruler);
  const width = ruler.getBoundingClientRect().width;
  ruler.remove();
  return width;
};
for (const sheet of document.styleSheets) for (const rule of sheet.cssRules)
  if (rule instanceof CSSPageRule && rule.style.marginLeft)
    return pixels(rule.style.marginLeft) + pixels(rule.style.marginRight);
return null;
"""

_CUT = """
const page = document.scrollingElement;
const shown = e => `${e.clientWidth} x ${e.clientHeight} of ${e.scrollWidth} x ${e.scrollHeight}`;
const cut = e => {
  if (e.clientWidth <= 1 || !e.checkVisibility({visibilityProperty: true})) return false;
  const style = getComputedStyle(e);
  return style.overflowX !== 'visible' && e.scrollWidth > e.clientWidth + 1 ||
    style.overflowY !== 'visible' && e.scrollHeight > e.clientHeight + 1;
};
return [
  ...(page.scrollWidth > page.clientWidth + 1 ? [`the page is ${page.scrollWidth} wide`] : []),
  ...[...document.body.querySelectorAll(':not(svg, svg *)')].filter(cut).map(
    e => `${shown(e)} are shown: ${e.outerHTML.slice(0, 120)}`),
];
"""

SCREEN_ONLY = "nav, .skip, search"
"""What need not be on paper."""


def print_faults(browser: Browser, page: Path) -> list[str]:
    """Everything is on paper: what is closed as well, nothing cut off, nothing in the dark."""
    browser.open(page)
    width = A4_INCHES[0] * _CSS_PIXELS_PER_INCH
    margins = browser.ask(_MARGINS)
    inside = width - (2 * _MARGIN_INCHES * _CSS_PIXELS_PER_INCH if margins is None else margins)
    browser.open(page, View(width=int(inside), media="print"))
    cut = browser.ask(_CUT)
    browser.open(page, View(dark=True))
    dark = _drawn(browser.pdf())
    browser.open(page)
    pdf = browser.pdf()
    browser.ask("for (const box of document.querySelectorAll('details')) box.open = true;")
    texts = browser.ask(_TEXTS, SCREEN_ONLY)
    return [
        *(f"cut off in print at {int(inside)} pixels: {line}" for line in cut),
        *(f"not in print: {text.strip()[:120]!r}" for text in _missing(texts, text_of(pdf))),
        *(["in the dark, print has other colours"] if dark != _drawn(pdf) else []),
    ]


def text_of(pdf: bytes) -> str:
    """Return the text of all pages, in the order in which it was painted."""
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def _drawn(pdf: bytes) -> list[bytes]:
    """Return what is drawn on each page."""
    pages = [page.get_contents() for page in PdfReader(io.BytesIO(pdf)).pages]
    return [b"" if drawing is None else drawing.get_data() for drawing in pages]


def _missing(texts: list[str], printed: str) -> list[str]:
    """Return texts that are printed less often than they are on the page.

    Of a long text, once is enough, and the end of a page may interrupt it.
    """
    paper = _ink(printed)
    by_ink = {ink: text for text in texts if (ink := _ink(text))}
    missing = []
    for ink, times in Counter(map(_ink, texts)).items():
        whole = len(ink) > _SHORT and _in_pieces(ink, paper)
        if ink and not whole and paper.count(ink) < times:
            missing.append(by_ink[ink])
    return missing


def _in_pieces(text: str, paper: str) -> bool:
    """Tell whether a text is on paper in few pieces, none of them short."""
    for _ in range(_MOST_PIECES):
        if text in paper:
            return True
        fitting = bisect.bisect_left(range(len(text)), True, key=lambda n: text[:n] not in paper)
        if fitting - 1 < _SHORT:
            return False
        text = text[fitting - 1 :]
    return False


def _ink(text: str) -> str:
    """Return the characters of a text that can be compared, without hyphens, in lower case.

    A machine without many fonts prints none above U+FFFF, and what is written from right to left is
    extracted in another order.
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in plain if _is_compared(character))


def _is_compared(character: str) -> bool:
    return (
        character <= "\uffff"
        and character not in "-\u2010"
        and unicodedata.category(character) not in ("Cc", "Cf", "Zl", "Zp", "Zs")
        and unicodedata.bidirectional(character) not in ("R", "AL")
    )
