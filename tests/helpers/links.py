"""The links and headings of Markdown pages."""

from __future__ import annotations

import itertools
import posixpath
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_CODE = re.compile(r"^( *)(`{3,}).*?^\1\2`*$|(`+)(?!`).+?(?<!`)\3(?!`)", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"(?<!\\)\]\((?P<target>[^()\s]+(?:\([^()\s]*\)[^()\s]*)*)\)")
_HEADING = re.compile(r"^(#{1,6}) +(.+?) *#*$", re.MULTILINE)
_ITEM = re.compile(r" *(?:[-*+]|[0-9]+\.) ")
_NESTED = re.compile(r"(?:  )+[-*+] ")
_RULE = re.compile(r"\|(?: *:?-+:? *\|)+ *")
_PLACE = re.compile(r'<a (?:id|name)="([^"]+)"')


@dataclass(frozen=True)
class Link:
    """A link of a page: its target as it is written, and its line, 1-based."""

    target: str
    line: int

    @property
    def is_external(self) -> bool:
        """Return whether it leads to another host, or to a mail address."""
        return re.match(r"[a-z][a-z0-9+.-]*:", self.target) is not None

    @property
    def path(self) -> str:
        """Return the target without its anchor; empty for a link within the page."""
        return self.target.partition("#")[0]

    @property
    def anchor(self) -> str:
        """Return what follows ``#``."""
        return self.target.partition("#")[2]

    def file_from(self, page: str) -> str:
        """Return the path that it leads to from a page; both are relative to one folder."""
        return posixpath.normpath(posixpath.join(posixpath.dirname(page), self.path))


def links(page: str) -> Iterator[Link]:
    """Yield the links of a page, images too, but none in code."""
    prose = _without_code(page)
    for match in _LINK.finditer(prose):
        yield Link(match["target"], prose.count("\n", 0, match.start()) + 1)


def with_targets(page: str, changed: Callable[[Link], str]) -> str:
    """Return a page whose links lead to what a function says; code stays as it is."""
    prose, parts, end = _without_code(page), [], 0
    for match in _LINK.finditer(prose):
        line = prose.count("\n", 0, match.start()) + 1
        parts += [page[end : match.start("target")], changed(Link(match["target"], line))]
        end = match.end("target")
    return "".join(parts) + page[end:]


def anchors(page: str) -> set[str]:
    """Return the anchors of a page: of its headings as code hosts name them, and set ones."""
    found: Counter[str] = Counter()
    names = set(_PLACE.findall(page))
    for _, heading in headings(page):
        name = _anchor(heading)
        names.add(f"{name}-{found[name]}" if found[name] else name)
        found[name] += 1
    return names


def headings(page: str) -> list[tuple[int, str]]:
    """Return the level of each heading of a page, and its text with its marks."""
    # Code within a heading belongs to its text.
    found = _HEADING.finditer(_without_code(page))
    return [(len(match[1]), page[match.start(2) : match.end(2)]) for match in found]


def run_into_paragraphs(page: str) -> Iterator[str]:
    """Yield the lists and tables that begin right below a line of a paragraph, by their line.

    Code hosts show them as they are meant; Python-Markdown takes them for text.
    """
    lines = _without_code(page).split("\n")
    for number, (above, line) in enumerate(itertools.pairwise(lines), start=2):
        if not above.strip() or above.startswith((" ", "#")) or _ITEM.match(above):
            continue
        if _ITEM.match(line) or (line.startswith("|") and not above.startswith("|")):
            yield f"line {number}: {line}"


def empty_headings_of_columns(page: str) -> Iterator[str]:
    """Yield the header rows of tables in which a column has no heading, by their line."""
    lines = _without_code(page).split("\n")
    headers = page.split("\n")
    for number, (header, below) in enumerate(zip(headers, lines[1:], strict=False), start=1):
        if header.startswith("|") and _RULE.fullmatch(below) and re.search(r"\| *\|", header):
            yield f"line {number}: {header}"


def uneven_rows(page: str) -> Iterator[str]:
    """Yield the rows of tables that have more or fewer cells than their header, by their line.

    A ``|`` parts cells in code, too, unless a backslash stands before it.
    """
    expected = 0
    pages = zip(_without_code(page).split("\n"), page.split("\n"), strict=True)
    for number, (prose, line) in enumerate(pages, start=1):
        cells = len(re.findall(r"(?<!\\)\|", line)) if prose.startswith("|") else 0
        if expected and cells and cells != expected:
            yield f"line {number}: {line}"
        expected = expected or cells if cells else 0


def with_four_spaces(page: str) -> str:
    """Return a page whose nested lists have the indent that Python-Markdown needs."""
    prose = _without_code(page).split("\n")
    return "\n".join(
        " " * (len(seen) - len(seen.lstrip())) + line if _NESTED.match(seen) else line
        for seen, line in zip(prose, page.split("\n"), strict=True)
    )


def _anchor(heading: str) -> str:
    """Return the anchor of a heading: letters, digits, ``-`` and ``_``, in small letters."""
    text = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading)
    return re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")


def _without_code(page: str) -> str:
    """Return a page of the same length with blanks for code, so that places stay the same."""
    return _CODE.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), page)
