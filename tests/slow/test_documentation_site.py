"""The documentation site is built strictly, and read in a real browser from a real server."""

from __future__ import annotations

import functools
import http.server
import json
import re
import shutil
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from helpers.chromium import Browser, View
from helpers.page_checks import sideways_faults
from helpers.paths import ROOT, tool_environment
from selenium.webdriver.common.keys import Keys
from tools.site import STAGE, addresses, gather

pytestmark = pytest.mark.slow

ZENSICAL = tool_environment("page-tools") / "bin" / "zensical"

PAGES = (
    "index.html",
    "result.html",
    "inputs.html",
    "tutorials/cohort.html",
    "reference/cli.html",
    "reference/knowledge-base.html",
    "explanation/architecture.html",
    "404.html",
)
VIEWS = {"phone": View(width=400), "light": View(), "dark": View(dark=True)}
BIG = "reference/knowledge-base.html"
"""A page with thousands of elements, which is looked at on a phone only."""

ELEMENTS = ("h1", "h2", "h3", "h4", "ul", "ol", "li", "table", "tr", "td", "img", "pre")
"""What a page has as often on the site as on a code host."""

SCHEME = "return document.body.dataset.mdColorScheme"
QUERY = "absent is not reference"
WANTED = "/explanation/absent-is-not-reference.html"
FOUND = """
const dialog = document.activeElement.shadowRoot;
const found = [...dialog.querySelectorAll("[role=option]")].map(e => new URL(e.href).pathname);
const before = window.seen;
window.seen = found.join();
return before === window.seen && found.some(path => path.endsWith(arguments[0])) && found;
"""
"""Where results lead, once they change no more and what is wanted is among them."""

OF_THE_THEME = (
    # The path above a result is black at 45%, in a style that no page can reach.
    r"color-contrast: .*-path > li",
    # Its path belongs to what is seen of a result, and describes it instead of naming it.
    r"label-content-name-mismatch: .*-results-",
)
"""Violations in the list of what the search found, which cannot be configured away."""


def build(folder: Path, *, spoiled: str = "") -> subprocess.CompletedProcess[str]:
    """Build the site in a folder, with a text at the end of one page."""
    if not ZENSICAL.exists():
        pytest.skip("zensical is not installed: make page-tools")
    shutil.copy(ROOT / "mkdocs.yml", folder)
    gather(folder / STAGE.name)
    with (folder / STAGE.name / "inputs.md").open("a", encoding="utf-8") as page:
        page.write(spoiled)
    command = [str(ZENSICAL), "build", "--strict"]
    return subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("documentation")
    done = build(folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "site"


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    """Serve the site; yield where."""
    handler = functools.partial(Quiet, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A server that writes no log."""

    def log_message(self, *words: object) -> None:
        """Write nothing."""


class Loaded(HTMLParser):
    """What a page loads, and where its links lead."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.loads: set[str] = set()
        self.leads: set[str] = set()
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep addresses."""
        given = {name: value for name, value in attrs if value}
        if tag == "a":
            self.leads.add(given.get("href", ""))
        else:
            self.loads |= {given[name] for name in ("href", "src", "srcset") if name in given}


def test_every_page_is_built(site: Path) -> None:
    pages = [place for place in addresses().values() if place.endswith(".md")]
    built = {page.relative_to(site).as_posix() for page in site.rglob("*.html")}
    assert built == {*map(_built, pages), "404.html"}


def _built(page: str) -> str:
    """Return the place of what is built from a page."""
    return re.sub(r"\.md$", ".html", re.sub(r"README\.md$", "index.md", page))


def test_pages_are_as_on_code_hosts(site: Path) -> None:
    """Two parsers of Markdown see the same lists, tables, headings, pictures and blocks of code."""
    pages = {path: place for path, place in addresses().items() if place.endswith(".md")}
    command = [str(ZENSICAL.with_name("python")), "tests/tools/code_host.py", *pages]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    differing = {}
    for path, there in json.loads(done.stdout).items():
        html = (site / _built(pages[path])).read_text(encoding="utf-8")
        article = html[html.index("<article") : html.index("</article")]
        here = Counter(re.findall(r"<([a-z0-9]+)[ >]", article))
        numbers = {name: (there.get(name, 0), here[name]) for name in ELEMENTS}
        if found := {name: pair for name, pair in numbers.items() if pair[0] != pair[1]}:
            differing[path] = found
    assert {} == differing


@pytest.mark.parametrize("spoiled", ["\n[x](no.md)\n", "\n[x](scale.md#no-such-heading)\n"])
def test_a_broken_link_fails(tmp_path: Path, spoiled: str) -> None:
    done = build(tmp_path, spoiled=spoiled)
    assert done.returncode != 0
    assert "inputs.md" in done.stdout + done.stderr


def test_pages_load_nothing_from_elsewhere_and_lead_to_what_is_there(site: Path) -> None:
    """Read in the HTML and the styles, so that a place is found that no browser came to."""
    faults = []
    for page in site.rglob("*.html"):
        found = Loaded(page)
        base = site if page.name == "404.html" else page.parent
        for target in found.loads | {link for link in found.leads if not urlsplit(link).scheme}:
            parts = urlsplit(target)
            path = unquote(parts.path)
            file = site / path.lstrip("/") if path.startswith("/") else base / path
            if parts.scheme or parts.netloc or not (file.exists() or not path):
                faults.append(f"{page.relative_to(site)}: {target}")
    styles = "".join(page.read_text(encoding="utf-8") for page in site.rglob("*.css"))
    assert [] == faults
    assert [] == re.findall(r"(?:@import|url\()\s*[\"']?(?:https?:)?//[^)\"']*", styles)


@pytest.mark.parametrize("page", PAGES)
def test_pages_are_accessible(browser: Browser, address: str, page: str) -> None:
    """In light and dark and on a phone, without a request to any other place."""
    faults = []
    for name, view in list(VIEWS.items())[: 1 if page == BIG else None]:
        loading = browser.visit(address + page, view)
        assert browser.ask(SCHEME) == ("slate" if view.dark else "default")
        faults += [f"{name}: {fault}" for fault in browser.axe()]
        faults += [f"{name}: {fault}" for fault in sideways_faults(browser)]
        faults += [f"{name}: console: {message}" for message in loading.console]
        faults += [
            f"{name}: request: {asked}"
            for asked in loading.requests
            if not asked.startswith((address, "blob:"))
        ]
    assert [] == faults


@pytest.mark.parametrize("view", [View(), View(dark=True)], ids=["light", "dark"])
def test_the_search_is_used_by_keyboard(browser: Browser, address: str, view: View) -> None:
    browser.visit(address + "reference/cli.html", view)
    found = search(browser)
    unknown = [
        fault for fault in browser.axe() if not any(re.match(rule, fault) for rule in OF_THE_THEME)
    ]
    assert [] == unknown
    browser.press(Keys.ENTER)
    browser.wait_for("return location.pathname === arguments[0]", found[0])
    assert [] == browser.axe()


def search(browser: Browser) -> list[str]:
    """Open the search by keyboard, look for something, and return where what is found leads."""
    browser.press_together(Keys.CONTROL, "k")
    browser.wait_for("return document.activeElement.shadowRoot !== null")
    browser.press(QUERY)
    return list(browser.wait_for(FOUND, WANTED))


def test_pages_work_from_files(browser: Browser, site: Path) -> None:
    """All but the search does: browsers let no page from a file read its index."""
    browser.open(site / "index.html")
    assert [] == browser.axe()
    browser.ask("document.querySelector('article a[href$=\"start.html\"]').click()")
    browser.wait_for("return location.pathname.endsWith('/start.html') && document.title")
