"""What must hold of every page of a report, in a real browser: each check returns its faults.

A fault is one line for people. An empty list of all checks says that the page makes no request and
needs no script, can be read on a phone, in the dark, on paper, by keyboard and with a screen
reader, and that its links lead somewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from helpers.chromium import Browser, View
from helpers.page_print import print_faults

PHONE = View(width=400)
DARK = View(dark=True)

OPEN_ALL = "for (const box of document.querySelectorAll('details')) box.open = true;"
"""Opens what is closed: a closed part of a page is not seen by most checks."""

VISIBLE_TEXTS = """
const found = [];
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
for (let node = walker.nextNode(); node; node = walker.nextNode()) {
  const parent = node.parentElement, text = node.data.trim();
  if (text && !parent.closest('script, style, template, noscript, svg title, svg desc, search')
      && parent.checkVisibility({visibilityProperty: true})) found.push(text);
}
return found;
"""

_SIDEWAYS = """
const page = document.scrollingElement, inside = page.clientWidth;
if (page.scrollWidth <= inside) return [];
const scrolls = e => e && (['auto', 'scroll', 'hidden', 'clip'].includes(
  getComputedStyle(e).overflowX) || scrolls(e.parentElement));
const wide = [...document.body.querySelectorAll('*')].filter(
  e => e.getBoundingClientRect().right > inside + 1 && !scrolls(e.parentElement));
return [`${page.scrollWidth} pixels are needed`, ...wide.slice(-3).map(
  e => e.outerHTML.slice(0, 120))];
"""

_CUT = """
const cut = e => {
  const style = getComputedStyle(e);
  if (e.clientWidth <= 1 || !e.checkVisibility({visibilityProperty: true})) return false;
  return ['hidden', 'clip'].includes(style.overflowX) && e.scrollWidth > e.clientWidth + 1 ||
    ['hidden', 'clip'].includes(style.overflowY) && e.scrollHeight > e.clientHeight + 1;
};
return [...document.body.querySelectorAll(':not(svg, svg *)')].filter(cut).map(
  e => `${e.clientWidth} x ${e.clientHeight} of ${e.scrollWidth} x ${e.scrollHeight} are shown: ` +
    e.outerHTML.slice(0, 120));
"""

_STRUCTURE = """
const all = selector => [...document.querySelectorAll(selector)];
const ids = all('[id]').map(e => e.id);
const referring = ['aria-labelledby', 'aria-describedby', 'aria-controls', 'for', 'headers'];
const policy = document.querySelector('meta[http-equiv="Content-Security-Policy"]');
return {
  mode: document.compatMode,
  charset: document.characterSet,
  lang: document.documentElement.lang,
  title: document.title,
  policy: policy && policy.content,
  scripts: all('script').length,
  handlers: all('*').flatMap(e => e.getAttributeNames().filter(n => n.startsWith('on'))),
  headings: all('h1, h2, h3, h4, h5, h6').map(e => [Number(e.tagName[1]), e.textContent.trim()]),
  mains: all('main').length,
  repeated: [...new Set(ids.filter((id, n) => ids.indexOf(id) !== n))],
  empty: ids.filter(id => !id || /\\s/.test(id)),
  missing: referring.flatMap(name => all(`[${name}]`).flatMap(
    e => e.getAttribute(name).split(/\\s+/).filter(id => id && !document.getElementById(id)))),
  headless: all('th:not([scope]):not(thead th)').map(e => e.outerHTML.slice(0, 80)),
  unlabelled: all('svg:not([aria-hidden="true"])').filter(
    e => !e.querySelector('title, text')).map(e => e.outerHTML.slice(0, 80)),
  links: all('a').map(e => e.getAttribute('href')),
};
"""

_FOCUS_ON_TAB = """
const wanted = 'a[href], summary, button, input, select, textarea, [tabindex]';
window.reached = [];
addEventListener('focusin', event => {
  const e = event.target, style = getComputedStyle(e), box = e.getBoundingClientRect();
  const outlined = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0;
  const seen = (outlined || style.boxShadow !== 'none') && box.width > 1 && box.right > 0;
  window.reached.push([[...document.querySelectorAll(wanted)].indexOf(e), seen]);
});
window.targets = [...document.querySelectorAll(wanted)];
return window.targets.map((e, n) => [n, e.tabIndex, e.checkVisibility({visibilityProperty: true})
  && !e.disabled, e.outerHTML.slice(0, 120)]);
"""


def loading_faults(browser: Browser, page: Path) -> list[str]:
    """No message on the console, and one request: that of the page itself."""
    loading = browser.open(page)
    faults = [f"console: {message}" for message in loading.console]
    if loading.requests != (page.absolute().as_uri(),):
        faults.append(f"requests: {', '.join(loading.requests)}")
    return faults


def axe_faults(browser: Browser, page: Path) -> list[str]:
    """No violation of axe-core with everything open: light, dark, on a phone."""
    faults = []
    for name, view in {"light": View(), "dark": DARK, "phone": PHONE}.items():
        browser.open(page, view)
        browser.ask(OPEN_ALL)
        faults += [f"axe, {name}: {violation}" for violation in browser.axe()]
    return faults


def sideways_faults(browser: Browser) -> list[str]:
    """The page that is open needs no sideways scroll; what has its own may be wider."""
    return list(browser.ask(_SIDEWAYS))


def width_faults(browser: Browser, page: Path) -> list[str]:
    """No sideways scroll of the page on a phone, and nothing cut off, closed and open."""
    browser.open(page, PHONE)
    closed = [*sideways_faults(browser), *browser.ask(_CUT)]
    browser.ask(OPEN_ALL)
    opened = [*sideways_faults(browser), *browser.ask(_CUT)]
    return [f"at {PHONE.width} pixels: {line}" for line in dict.fromkeys(closed + opened)]


def structure_faults(browser: Browser, page: Path) -> list[str]:
    """Standards mode, language, title, policy, headings in order, ids once, links that lead."""
    browser.open(page)
    facts = browser.ask(_STRUCTURE)
    return [
        *_head_faults(facts),
        *_heading_faults(facts["headings"]),
        *(f"id {name!r} is there more than once" for name in facts["repeated"]),
        *(f"id {name!r} is no id" for name in facts["empty"]),
        *(f"id {name!r} is referred to, but nowhere" for name in facts["missing"]),
        *(f"a header cell has no scope: {cell}" for cell in facts["headless"]),
        *(
            f"a drawing has no words, and is not hidden: {drawing}"
            for drawing in facts["unlabelled"]
        ),
        *_link_faults(facts["links"], page),
    ]


def script_faults(browser: Browser, page: Path) -> list[str]:
    """Without scripts everything can be read that can be read with them, but for a search box."""
    browser.open(page)
    browser.ask(OPEN_ALL)
    texts = browser.ask(VISIBLE_TEXTS)
    browser.open(page, View(scripts=False))
    browser.ask(OPEN_ALL)
    missing = set(texts) - set(browser.ask(VISIBLE_TEXTS))
    return [f"without scripts there is no {text!r}" for text in sorted(missing)]


def keyboard_faults(browser: Browser, page: Path) -> list[str]:
    """The tab key reaches every link, summary and region in order, and one sees where one is."""
    browser.open(page)
    browser.ask(OPEN_ALL)
    targets = browser.ask(_FOCUS_ON_TAB)
    wanted = [number for number, index, visible, _ in targets if index >= 0 and visible]
    browser.press_tab(len(targets) + 10)
    reached = dict(map(tuple, browser.ask("return window.reached")))
    texts = {number: text for number, _, _, text in targets}
    order = [number for number in reached if number >= 0]
    return [
        *(f"not reached by the tab key: {texts[n]}" for n in wanted if n not in reached),
        *(
            f"focus is not seen: {texts.get(n, 'no link')}"
            for n, seen in reached.items()
            if not seen
        ),
        *(["the tab key goes back and forth"] if order != sorted(order) else []),
    ]


CHECKS: Mapping[str, Callable[[Browser, Path], list[str]]] = {
    "loading": loading_faults,
    "structure": structure_faults,
    "axe": axe_faults,
    "width": width_faults,
    "print": print_faults,
    "scripts": script_faults,
    "keyboard": keyboard_faults,
}
"""All checks of a page, by name."""


def _head_faults(facts: Mapping[str, Any]) -> Iterator[str]:
    if facts["mode"] != "CSS1Compat":
        yield "no <!doctype html>"
    if facts["charset"] != "UTF-8":
        yield f"the character set is {facts['charset']}"
    if facts["lang"] != "en":
        yield f"lang is {facts['lang']!r}"
    if not facts["title"].strip():
        yield "no title"
    if facts["mains"] != 1:
        yield f"{facts['mains']} <main>"
    if facts["handlers"]:
        yield f"scripts in attributes: {facts['handlers']}"
    yield from _policy_faults(facts["policy"] or "", facts["scripts"])


def _policy_faults(policy: str, scripts: int) -> Iterator[str]:
    parts = {part.split()[0]: part.split()[1:] for part in policy.split(";") if part.strip()}
    if parts.get("default-src") != ["'none'"]:
        yield f"the policy lets something be loaded: {policy!r}"
    allowed = parts.get("script-src", [])
    if len(allowed) != scripts or not all(source.startswith("'sha256-") for source in allowed):
        yield f"{scripts} scripts, allowed are {allowed}"


def _heading_faults(headings: list[tuple[int, str]]) -> Iterator[str]:
    levels = [level for level, _ in headings]
    if levels[:1] != [1] or levels.count(1) != 1:
        yield f"the first heading, and no other, is <h1>; levels are {levels}"
    for (before, _), (level, text) in pairwise(headings):
        if level > before + 1:
            yield f"heading {text!r} of level {level} follows one of level {before}"
    yield from (f"a heading of level {level} is empty" for level, text in headings if not text)


def _link_faults(links: list[str | None], page: Path) -> Iterator[str]:
    for link in dict.fromkeys(links):
        if link is None:
            yield "a link leads nowhere"
            continue
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            if parts.scheme != "https" or not parts.netloc:
                yield f"{link!r} is not an address of https"
            continue
        target = page.parent / unquote(parts.path) if parts.path else page
        if not target.is_file():
            yield f"{link!r} leads to no file"
        elif parts.fragment and unquote(parts.fragment) not in _ids(target):
            yield f"{link!r} leads to no part of its page"


class _Ids(HTMLParser):
    """All ids of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.update(value for name, value in attrs if name == "id" and value)


@lru_cache(maxsize=64)
def _ids(page: Path) -> frozenset[str]:
    return frozenset(_Ids(page.read_text(encoding="utf-8")).found)
