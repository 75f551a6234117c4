"""The checks of pages in a real browser: a good page passes all, and each can fail."""

from __future__ import annotations

import base64
import contextlib
import hashlib
from pathlib import Path
from typing import NamedTuple

import pytest
from helpers.chromium import Browser, Keeper
from helpers.page_checks import CHECKS
from urllib3.exceptions import ReadTimeoutError

pytestmark = pytest.mark.slow

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
SCRIPT = "document.querySelector('search').hidden = false;"
HASH = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()

STYLE = """
:root { color: #111; background: #fff; }
a { color: #00f }
@media screen and (prefers-color-scheme: dark) {
  :root { color: #eee; background: #111; color-scheme: dark; }
  a { color: #9cf }
}
body { margin: 1rem; overflow-wrap: anywhere; }
.region { overflow-x: auto; }
@media print {
  @page { size: A4; margin: 15mm; }
  .region { overflow: visible; }
  .region td { white-space: normal; }
  details::details-content { content-visibility: visible; display: block; }
}
"""

FRAME = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><style>{style}{more_style}</style></head>
<body>{before}<main><h1>A person</h1>{body}</main></body></html>
"""

PARAGRAPH = "A sentence that fills a line and is never twice the same, number {}. "
BODY = f"""
<p id="top">{"".join(map(PARAGRAPH.format, range(200)))}</p>
<p><a href="#top">up</a> <a href="second.html#there">second</a>
<a href="https://example.org/1">a paper</a></p>
<h2>Sites</h2>
<details><summary>All sites</summary>
<div class="region" tabindex="0" role="region" aria-label="sites"><table>
<tr><th scope="col">site</th><th scope="col">what</th></tr>
<tr><td style="min-width: 30rem">only here, closed</td><td>CYP19A1</td></tr></table></div>
</details>
<h3>A drawing</h3>
<svg width="20" height="20" role="img" aria-label="square"><title>square</title>
<rect width="9" height="9" fill="currentColor"/></svg>
<p>{"unbroken" * 40} שלום <bdi>مرحبا</bdi> e\u0301\u0302</p>
"""
SECOND = '<p id="there">there</p>'
SEARCH = f"<search hidden><label>find <input></label></search><script>{SCRIPT}</script>"


class Bad(NamedTuple):
    """A part of the fault that is found, and what is added to a good page, or stands instead."""

    fault: str
    body: str = ""
    style: str = ""
    policy: str = POLICY
    title: str = "A person"
    before: str = ""


SCRIPTED = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'"

DIM = '<p class="dim">hardly seen</p>'
WIDE = '<p style="width: 480px">wide</p>'
LINK = '<a href="#top">up</a>'

LOADING = {
    "a message": Bad("console: ", "<script>console.warn('x')</script>", policy=SCRIPTED),
    "a script against the policy": Bad("console: ", "<script>1</script>"),
    "an error of a script": Bad("Uncaught", "<script>throw 'x'</script>", policy=SCRIPTED),
    "a second page": Bad(
        "second.html", '<iframe title="x" src="second.html"></iframe>', policy="frame-src *"
    ),
    "a request by style": Bad("x.png", style="p { background: url(x.png) }"),
    "a request by script": Bad(
        "example.org",
        "<script>fetch('https://example.org')</script>",
        policy="default-src * 'unsafe-inline'",
    ),
}

STRUCTURE = {
    "no policy": Bad("the policy lets something be loaded: ''", policy=""),
    "a loose policy": Bad("the policy lets", policy="default-src 'self'"),
    "any script": Bad("1 scripts, allowed are", "<script>1</script>", policy=SCRIPTED),
    "a script in an attribute": Bad("['onclick']", '<p onclick="x()">x</p>'),
    "no title": Bad("no title", title=""),
    "two headings of level 1": Bad("levels are [1, 2, 3, 1]", "<h1>x</h1>"),
    "a level is left out": Bad("'x' of level 5 follows one of level 3", "<h5>x</h5>"),
    "an empty heading": Bad("level 3 is empty", "<h3></h3>"),
    "an id twice": Bad("'top' is there more", '<p id="top">x</p>'),
    "an empty id": Bad("id '' is no id", '<p id="">x</p>'),
    "a reference to nothing": Bad("'no' is referred", '<p aria-describedby="top no">x</p>'),
    "a header cell": Bad("<th>x</th>", "<table><tr><th>x</th><td>x</td></tr></table>"),
    "a drawing without words": Bad("no words, and is not hidden: <svg", "<svg></svg>"),
    "a link to nowhere": Bad("a link leads nowhere", "<a>x</a>"),
    "no file": Bad("'no.html' leads to no file", '<a href="no.html">x</a>'),
    "no part": Bad("'second.html#no' leads to no part", '<a href="second.html#no">x</a>'),
    "no part of itself": Bad("'#no' leads to no part", '<a href="#no">x</a>'),
    "a link to a machine": Bad("is not an address", '<a href="file:///tmp">x</a>'),
    "two landmarks": Bad("2 <main>", "</main><main>x"),
}

AXE = {
    "contrast": Bad("axe, light: color-contrast", DIM, ".dim { color: #999 }"),
    "contrast in the dark": Bad(
        "axe, dark: color-contrast",
        DIM,
        "@media (prefers-color-scheme: dark) { .dim { color: #444 } }",
    ),
    "contrast in a closed part": Bad(
        "color-contrast", f"<details><summary>x</summary>{DIM}</details>", ".dim { color: #999 }"
    ),
    "an image without words": Bad(
        "image-alt", '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">'
    ),
    "a region that keys cannot scroll": Bad(
        "axe, phone: scrollable-region-focusable",
        f'<div class="region">{WIDE}</div>',
        "p { text-align: right }",
    ),
    "text outside of landmarks": Bad("region: ", before="<p>x</p>"),
}

WIDTH = {
    "sideways scroll": Bad("496 pixels are needed", WIDE),
    "sideways scroll when open": Bad(
        "496 pixels are needed", f"<details><summary>x</summary>{WIDE}</details>"
    ),
    "sideways scroll, but hidden": Bad(
        "496 pixels are needed", WIDE, "html { overflow-x: hidden }"
    ),
    "cut off": Bad("are shown", WIDE, "main { overflow: hidden }"),
}

PRINT = {
    "closed in print": Bad(
        "not in print: 'only here, closed'",
        style="@media print { details::details-content { display: none } }",
    ),
    "not in print": Bad("not in print: 'hardly seen'", DIM, "@media print { .dim { opacity: 0 } }"),
    "a short text once of twice": Bad(
        "not in print: 'CYP19A1'",
        '<p class="dim">CYP19A1</p>',
        "@media print { .dim { display: none } }",
    ),
    "other colours in the dark": Bad(
        "in the dark", style="@media (prefers-color-scheme: dark) { p { color: #ddd } }"
    ),
    "wider than paper": Bad("the page is ", '<p style="width: 300mm">x</p>'),
    "wider than its region": Bad(
        "cut off in print",
        style="@media print { .region { overflow: auto } .region td { min-width: 300mm } }",
    ),
    "higher than its region": Bad(
        "cut off in print",
        '<div style="overflow: auto; max-height: 2rem" tabindex="0">a<br>b<br>c<br>d</div>',
    ),
}

SCRIPTS = {
    "only with scripts": Bad(
        "'made by a script'",
        "<p id=p></p><script>p.textContent = 'made by a script'</script>",
        policy=SCRIPTED,
    ),
}

KEYBOARD = {
    "not reached": Bad(
        'not reached by the tab key: <a href="#top" id="b"',
        '<a href="#top" id="a">a</a> <a href="#top" id="b">b</a>'
        "<script>a.onkeydown = event => event.preventDefault()</script>",
        policy=SCRIPTED,
    ),
    "an order of its own": Bad("back and forth", '<a href="#top" tabindex="1">x</a>'),
    "no sign of focus": Bad(f"focus is not seen: {LINK}", style="a:focus { outline: none }"),
    "out of sight": Bad(
        "focus is not seen: <a href",
        f'<div class="dim">{LINK}</div>',
        ".dim { translate: -9999px }",
    ),
}

BAD = {
    "loading": LOADING,
    "structure": STRUCTURE,
    "axe": AXE,
    "width": WIDTH,
    "print": PRINT,
    "scripts": SCRIPTS,
    "keyboard": KEYBOARD,
}


def write(folder: Path, bad: Bad | None = None) -> Path:
    bad = bad or Bad("")
    page, second = folder / "a person.html", folder / "second.html"
    values = {"policy": bad.policy, "title": bad.title, "style": STYLE}
    text = FRAME.format(**values, more_style=bad.style, before=bad.before, body=BODY + bad.body)
    page.write_text(text, encoding="utf-8")
    text = FRAME.format(**values, more_style="", before="", body=SECOND)
    second.write_text(text, encoding="utf-8")
    return page


@pytest.mark.parametrize("check", CHECKS)
def test_a_good_page_has_no_fault(browser: Browser, tmp_path: Path, check: str) -> None:
    assert [] == CHECKS[check](browser, write(tmp_path))


@pytest.mark.parametrize("check", CHECKS)
def test_a_page_may_have_a_script_that_its_policy_names(
    browser: Browser, tmp_path: Path, check: str
) -> None:
    good = Bad("", SEARCH, policy=f"{POLICY}; script-src 'sha256-{HASH}'")
    assert [] == CHECKS[check](browser, write(tmp_path, good))


def test_every_check_has_bad_pages() -> None:
    assert list(BAD) == list(CHECKS)


@pytest.mark.parametrize(
    ("check", "bad"),
    [
        pytest.param(c, bad, id=f"{c}: {name}")
        for c, bads in BAD.items()
        for name, bad in bads.items()
    ],
)
def test_a_fault_is_found(browser: Browser, tmp_path: Path, check: str, bad: Bad) -> None:
    faults = CHECKS[check](browser, write(tmp_path, bad))
    assert [fault for fault in faults if bad.fault in fault], faults


@pytest.mark.usefixtures("browser")
def test_a_browser_that_hangs_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("helpers.chromium.COMMAND_SECONDS", 2)
    with contextlib.closing(Keeper()) as keeper:
        first = keeper.browser()
        assert first is keeper.browser()
        with pytest.raises(ReadTimeoutError):
            first.ask("for (;;);")
        second = keeper.browser()
        assert [first.is_broken, second.is_broken] == [True, False]
        assert second.ask("return 6 * 7") == 42
