"""A strict reader of pages: what it reads is well-formed, and nothing has to be guessed.

Browsers repair whatever they are given, so that a misplaced element is not noticed. This reader
knows the end tags that may be left out, and refuses anything else that is not closed or closes
something that is not open.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise

_VOID = frozenset({"meta", "link", "br", "hr", "img", "input"})
_OPTIONAL_END = frozenset({"p", "li", "dt", "dd", "tr", "th", "td", "thead", "tbody"})
_CELL = frozenset({"p", "th", "td"})
_CLOSED_BY_START = {
    "li": frozenset({"p", "li"}),
    "dt": frozenset({"p", "dt", "dd"}),
    "dd": frozenset({"p", "dt", "dd"}),
    "td": _CELL,
    "th": _CELL,
    "tr": _CELL | {"tr"},
    "tbody": _CELL | {"tr", "thead", "tbody"},
} | dict.fromkeys(
    (
        *("article", "details", "div", "dl", "footer", "header", "main", "nav", "ol", "p"),
        *("search", "section", "table", "ul", "h1", "h2", "h3", "h4"),
    ),
    frozenset({"p"}),
)
"""The open elements that a start tag ends, where these are the innermost."""
_CHILDREN = {
    "table": frozenset({"caption", "thead", "tbody", "tr"}),
    "thead": frozenset({"tr"}),
    "tbody": frozenset({"tr"}),
    "tr": frozenset({"th", "td"}),
    "ul": frozenset({"li"}),
    "ol": frozenset({"li"}),
    "dl": frozenset({"dt", "dd"}),
}
"""The only children, without text between them, of some elements."""
_PARENTS = {
    child: frozenset(parent for parent, of in _CHILDREN.items() if child in of)
    for children in _CHILDREN.values()
    for child in children
}
_PHRASING = frozenset({"p", "span", "b", "i", "a", "small", "bdi", "code", "summary", "h1"}) | {
    "h2",
    "h3",
    "h4",
}
_BLOCKS = frozenset(_CLOSED_BY_START) | {"html", "head", "body", "title", "style", "summary"}
_SET_APART = frozenset({"td", "th", "p", "dd", "dt", "li", "br", "tr"})
"""The elements after which a reader sees a gap."""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


class PageFaultError(AssertionError):
    """A page that is not well-formed."""


@dataclass(eq=False)
class Element:
    """An element with its attributes and children, in their order."""

    tag: str
    attributes: dict[str, str]
    children: list[Element | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Return all text inside, with single spaces."""
        return " ".join("".join(self._texts()).split())

    @property
    def classes(self) -> frozenset[str]:
        """Return the names of its styles."""
        return frozenset(self.attributes.get("class", "").split())

    @property
    def ids(self) -> list[str]:
        """Return all identifiers inside, in their order."""
        return [item.attributes["id"] for item in self.all() if "id" in item.attributes]

    @property
    def links(self) -> list[str]:
        """Return the addresses of all links inside, in their order."""
        return [item.attributes["href"] for item in self.all("a")]

    def _texts(self) -> Iterator[str]:
        for child in self.children:
            if isinstance(child, str):
                yield child
            else:
                yield from child._texts()
                yield " " if child.tag in _SET_APART else ""

    def elements(self) -> list[Element]:
        """Return the children that are elements."""
        return [child for child in self.children if isinstance(child, Element)]

    def all(self, *tags: str, style: str = "", **attributes: str) -> Iterator[Element]:
        """Yield the elements inside with one of these tags, this style and these attributes.

        What is not named may be anything; attributes are named with ``_`` for ``-``.
        """
        wanted = {name.replace("_", "-"): value for name, value in attributes.items()}
        for child in self.elements():
            if (
                (not tags or child.tag in tags)
                and (not style or style in child.classes)
                and wanted.items() <= child.attributes.items()
            ):
                yield child
            yield from child.all(*tags, style=style, **attributes)

    def one(self, *tags: str, style: str = "", **attributes: str) -> Element:
        """Return the only such element. Raises ValueError if there is none, or more."""
        (found,) = self.all(*tags, style=style, **attributes)
        return found

    def rows(self) -> list[list[str]]:
        """Return the texts of the cells of its table rows."""
        return [[cell.text for cell in row.elements()] for row in self.all("tr")]


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", {})
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        if len(set(names)) != len(names):
            raise PageFaultError(f"an attribute is repeated: {self.get_starttag_text()}")
        while self.open[-1].tag in _CLOSED_BY_START.get(tag, ()):
            self.open.pop()
        parent = self.open[-1].tag
        if (parent in _CHILDREN and tag not in _CHILDREN[parent]) or (
            tag in _PARENTS and parent not in _PARENTS[tag]
        ):
            raise PageFaultError(f"<{tag}> in <{parent}> at {self.getpos()}")
        if parent in _PHRASING and tag in _BLOCKS:
            raise PageFaultError(f"<{tag}> in <{parent}> at {self.getpos()}")
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(element)
        if tag not in _VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if not any(element.tag == "svg" for element in self.open):
            raise PageFaultError(f"<{tag}/> outside of a drawing at {self.getpos()}")
        self.handle_starttag(tag, attrs)
        self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        while self.open[-1].tag != tag and self.open[-1].tag in _OPTIONAL_END:
            self.open.pop()
        if self.open[-1].tag != tag:
            raise PageFaultError(f"</{tag}> in <{self.open[-1].tag}> at {self.getpos()}")
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if data.strip() and self.open[-1].tag in {*_CHILDREN, "html", "head", ""}:
            raise PageFaultError(f"{data!r} in <{self.open[-1].tag}> at {self.getpos()}")
        self.open[-1].children.append(data)

    def handle_comment(self, data: str) -> None:
        raise PageFaultError(f"a comment: {data!r}")


def read_page(page: bytes) -> Element:
    """Return the root of a page. Raises :class:`PageFaultError` if it is not well-formed."""
    text = page.decode("utf-8")
    if not text.startswith("<!doctype html>\n<html lang=en>\n"):
        raise PageFaultError(f"it begins with {text[:40]!r}")
    builder = _Builder()
    builder.feed(text)
    builder.close()
    if len(builder.open) != 1:
        raise PageFaultError(f"<{builder.open[-1].tag}> has no end")
    return builder.root


def sections(root: Element) -> dict[str, Element]:
    """Return the parts of <main> by the id of the <h2> that begins them."""
    found: dict[str, Element] = {}
    current = Element("section", {})
    for child in root.one("main").elements():
        if child.tag == "h2":
            current = found[child.attributes["id"]] = Element("section", {})
        current.children.append(child)
    return found


def form_faults(page: bytes) -> list[str]:
    """Return what is wrong with a page that needs nothing else, and has no script."""
    root = read_page(page)
    return [
        *_head_faults(root),
        *_request_faults(root),
        *_id_faults(root),
        *_heading_faults(root),
        *_table_faults(root),
    ]


def _head_faults(root: Element) -> Iterator[str]:
    policies = [
        item.attributes["content"]
        for item in root.all("meta")
        if item.attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    if policies != [_POLICY]:
        yield f"policies: {policies}"
    if not root.one("title").text:
        yield "no title"
    names = Counter(element.tag for element in root.all())
    yield from (f"<{tag}>" for tag in ("script", "iframe", "img", "object", "form") if names[tag])
    yield from (f"{names[tag]} <{tag}>" for tag in ("main", "h1", "style") if names[tag] != 1)


def _request_faults(root: Element) -> Iterator[str]:
    for element in root.all():
        for name, value in element.attributes.items():
            if name in {"src", "srcset", "style", "action", "data"} or name.startswith("on"):
                yield f"<{element.tag} {name}={value}>"
            elif name == "href" and not _is_safe(element.tag, value):
                yield f"<{element.tag} href={value}>"
    style = root.one("style").text
    if re.search(r"url\(|@import|expression|https?:", style):
        yield "the style asks for something"


def _is_safe(tag: str, address: str) -> bool:
    if tag == "link":
        return address == "data:,"
    return tag == "a" and bool(
        re.fullmatch(r"#[a-z0-9-]+|https://\S+|(\.\./)?index\.html", address)
    )


def _id_faults(root: Element) -> Iterator[str]:
    ids = Counter(e.attributes["id"] for e in root.all() if "id" in e.attributes)
    yield from (f"id {name!r} {count} times" for name, count in ids.items() if count > 1)
    for element in root.all():
        named = [element.attributes.get("href", "").partition("#")[2]]
        named += element.attributes.get("aria-labelledby", "").split()
        yield from (f"no id {name!r}" for name in named if name and name not in ids)


def _heading_faults(root: Element) -> Iterator[str]:
    headings = list(root.all("h1", "h2", "h3", "h4", "h5", "h6"))
    levels = [int(heading.tag[1]) for heading in headings]
    if levels[:1] != [1]:
        yield f"the first heading is <h{levels[:1]}>"
    yield from (f"<h{b}> after <h{a}>" for a, b in pairwise(levels) if b > a + 1)
    yield from (f"<{heading.tag}> is empty" for heading in headings if not heading.text)


def _table_faults(root: Element) -> Iterator[str]:
    """Find tables whose rows are all head, as they are without <tbody>, and rows too wide."""
    for table in root.all("table"):
        heads = list(table.all("thead"))
        if any(len(head.elements()) != 1 for head in heads):
            yield f"a head with more than one row: {heads[0].text[:60]}"
        widths = [_width(row) for row in table.all("tr")]
        yield from (f"a row of {w} cells, not {widths[0]}" for w in widths if w > widths[0])


def _width(row: Element) -> int:
    return sum(int(cell.attributes.get("colspan", "1")) for cell in row.elements())
