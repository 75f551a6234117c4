"""A real browser: Debian's Chromium, driven by chromedriver, that reaches no other machine."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import shutil
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from selenium.common.exceptions import WebDriverException
from selenium.webdriver import ActionChains, Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.remote_connection import RemoteConnection
from selenium.webdriver.support.wait import WebDriverWait
from urllib3.exceptions import HTTPError

from helpers.paths import ROOT

PROGRAMS = ("chromium", "chromedriver")
AXE = ROOT / ".axe" / "node_modules" / "axe-core" / "axe.min.js"

A4_INCHES = (8.27, 11.69)
_SCRIPT_SECONDS = 60
_WAIT_SECONDS = 20
COMMAND_SECONDS = 90
"""Seconds after which the browser counts as hanging."""

_TABS_AT_ONCE = 100

_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)

_AFTER_PAINT = """
const done = arguments[0];
requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 50)));
"""

_RUN_AXE = """
const done = arguments[0];
const line = (rule, node) => `${rule.id}: ${rule.help}: ${node.target.flat().join(" ")} ` +
  `${node.html.slice(0, 200)} (${node.any.concat(node.all, node.none).map(c => c.message)[0]})`;
axe.run(document, {resultTypes: ["violations"]}).then(
  found => done(found.violations.flatMap(rule => rule.nodes.map(node => line(rule, node)))),
  error => done([`axe failed: ${error}`]));
"""

_PART = """
const [start, holding, until] = arguments;
const first = [...document.querySelectorAll(start)].find(e => e.textContent.includes(holding));
const after = Node.DOCUMENT_POSITION_FOLLOWING, inside = Node.DOCUMENT_POSITION_CONTAINED_BY;
const next = [...document.querySelectorAll(until)].find(e => {
  const place = first.compareDocumentPosition(e);
  return place & after && !(place & inside);
});
const range = document.createRange();
range.setStartBefore(first);
range.setEndBefore(next);
const [top, bottom] = [first, next].map(e => Math.floor(e.getBoundingClientRect().top + scrollY));
const [y, height] = [Math.max(0, top - 8), bottom - top];
return [{x: 0, y, width: innerWidth, height, scale: 1}, range.toString()];
"""


class NoBrowserError(Exception):
    """The browser, or what drives it, is not installed; the message says which."""


@dataclass(frozen=True, slots=True)
class View:
    """How a page is looked at; sizes in CSS pixels."""

    width: int = 1200
    height: int = 800
    dark: bool = False
    scripts: bool = True
    media: Literal["", "print"] = ""
    """Style as for print, on the screen; with any media named here, it is printed as well."""
    forced_colors: bool = False


@dataclass(frozen=True, slots=True)
class Loading:
    """What happened while a page was loaded: messages on the console, addresses requested."""

    console: tuple[str, ...]
    requests: tuple[str, ...]


class _Driver(Chrome):
    """What drives a browser; remembers that a command failed, after which the browser may hang."""

    is_broken = False

    def execute(self, *words: Any, **options: Any) -> Any:
        try:
            return super().execute(*words, **options)
        except (HTTPError, WebDriverException):
            self.is_broken = True
            raise


class Browser:
    """A browser with one tab, in which pages from files are opened one after another."""

    def __init__(self, driver: _Driver) -> None:
        self._driver = driver

    @property
    def is_broken(self) -> bool:
        """Return whether something failed, so that another browser should be started."""
        return self._driver.is_broken

    def open(self, page: Path, view: View | None = None) -> Loading:
        """Load a page, wait until it is painted, and return what happened meanwhile."""
        return self.visit(page.absolute().as_uri(), view)

    def visit(self, address: str, view: View | None = None) -> Loading:
        """Do the same with a page of a server on this machine."""
        view = view or View()
        self._driver.get("about:blank")
        self._look_as(view)
        for log in ("browser", "performance"):
            self._log(log)  # empties it
        self._driver.get(address)
        if view.scripts:  # else none of ours would be called back
            self._driver.execute_async_script(_AFTER_PAINT)
        console = tuple(entry["message"] for entry in self._log("browser"))
        return Loading(console, tuple(self._requests()))

    def ask(self, script: str, *arguments: object) -> Any:
        """Return the value of a script that runs in the page, whatever the page allows itself."""
        return self._driver.execute_script(script, *arguments)

    def axe(self) -> list[str]:
        """Return the violations of all rules of axe-core in the page as it is, a line each."""
        self._driver.execute_script(AXE.read_text(encoding="utf-8"))
        return list(self._driver.execute_async_script(_RUN_AXE))

    def press(self, *keys: str) -> None:
        """Press keys one after another; letters of a text are keys, too."""
        ActionChains(self._driver, duration=0).send_keys(*keys).perform()

    def press_together(self, held: str, key: str) -> None:
        """Press a key while another is held."""
        ActionChains(self._driver).key_down(held).send_keys(key).key_up(held).perform()

    def wait_for(self, script: str, *arguments: object) -> Any:
        """Return the value of a script once it is true; fail if it is not after some seconds."""
        return WebDriverWait(self._driver, _WAIT_SECONDS).until(
            lambda driver: driver.execute_script(script, *arguments), script
        )

    def press_tab(self, times: int) -> None:
        """Press the tab key a number of times."""
        for start in range(0, times, _TABS_AT_ONCE):
            keys = Keys.TAB * min(_TABS_AT_ONCE, times - start)
            ActionChains(self._driver, duration=0).send_keys(keys).perform()

    def pdf(self) -> bytes:
        """Print the page on A4, without backgrounds, as is the default for readers."""
        width, height = A4_INCHES
        options = {"paperWidth": width, "paperHeight": height, "preferCSSPageSize": True}
        return base64.b64decode(self._command("Page.printToPDF", **options)["data"])

    def screenshot(self, *, most: int | None = None) -> bytes:
        """Return what is seen as PNG, or the whole page down to a number of pixels."""
        if most is None:
            shot = self._command("Page.captureScreenshot")
        else:
            size = self._command("Page.getLayoutMetrics")["cssContentSize"]
            clip = {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], most)}
            shot = self._command(
                "Page.captureScreenshot", captureBeyondViewport=True, clip=clip | {"scale": 1}
            )
        return base64.b64decode(shot["data"])

    def part(self, start: str, holding: str, until: str) -> tuple[bytes, str]:
        """Return a part of the page as PNG, as wide as the page, and the text in it.

        It begins with the first element of the selector ``start`` that has the text ``holding``,
        and ends before the next element of the selector ``until`` that is not inside of it.
        """
        area, text = self.ask(_PART, start, holding, until)
        shot = self._command("Page.captureScreenshot", captureBeyondViewport=True, clip=area)
        return base64.b64decode(shot["data"]), " ".join(text.split())

    def _command(self, command: str, **options: object) -> Any:
        return self._driver.execute_cdp_cmd(command, options)

    def _log(self, name: str) -> list[dict[str, str]]:
        entries: list[dict[str, str]] = self._driver.get_log(name)  # type: ignore[no-untyped-call]
        return entries

    def _look_as(self, view: View) -> None:
        self._command(
            "Emulation.setDeviceMetricsOverride",
            width=view.width,
            height=view.height,
            deviceScaleFactor=1,
            mobile=False,
        )
        self._command("Emulation.setScrollbarsHidden", hidden=True)  # else they take width
        features = {
            "prefers-color-scheme": "dark" if view.dark else "light",
            "forced-colors": "active" if view.forced_colors else "none",
        }
        self._command(
            "Emulation.setEmulatedMedia",
            media=view.media,
            features=[{"name": name, "value": value} for name, value in features.items()],
        )
        self._command("Emulation.setScriptExecutionDisabled", value=not view.scripts)

    def _requests(self) -> Iterator[str]:
        """Yield the addresses requested since the log was emptied; what is in the page is none."""
        for entry in self._log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                address = str(message["params"]["request"]["url"])
                if not address.startswith("data:"):
                    yield address


class Keeper:
    """Keeps one browser for many users, and replaces it when it is broken."""

    def __init__(self) -> None:
        self._stack = contextlib.ExitStack()
        self._kept: Browser | None = None

    def browser(self) -> Browser:
        """Return a browser that works. Raises :class:`NoBrowserError`."""
        if self._kept is None or self._kept.is_broken:
            self.close()
            self._kept = self._stack.enter_context(running_browser())
        return self._kept

    def close(self) -> None:
        """End the browser."""
        self._stack.close()


@contextlib.contextmanager
def running_browser() -> Iterator[Browser]:
    """Start a browser, and end it. Raises :class:`NoBrowserError`."""
    browser, driver = (_program(name) for name in PROGRAMS)
    options = ChromeOptions()
    options.binary_location = browser
    for flag in _FLAGS:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    started = _Driver(options=options, service=Service(driver))
    try:
        started.set_page_load_timeout(_SCRIPT_SECONDS)
        started.set_script_timeout(_SCRIPT_SECONDS)
        assert isinstance(started.command_executor, RemoteConnection)
        started.command_executor.client_config.timeout = COMMAND_SECONDS
        yield Browser(started)
    finally:
        if started.is_broken:  # it would be waited for
            with contextlib.suppress(ProcessLookupError):
                os.kill(started.capabilities["goog:processID"], signal.SIGKILL)
        started.quit()


def _program(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        raise NoBrowserError(f"{name} is not installed")
    return path
