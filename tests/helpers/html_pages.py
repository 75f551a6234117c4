"""Pages read back as a browser does: elements with their attributes, texts, and faults."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset({"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})
_CLOSED_BY = {
    "dd": {"dd", "dt"},
    "dt": {"dd", "dt"},
    "li": {"li"},
    "p": {
        "article", "dl", "div", "h1", "h2", "h3", "h4", "footer", "header", "main", "nav", "ol",
        "p", "section", "table", "ul", "details", "search",
    },
    "tbody": {"tbody"},
    "td": {"td", "th", "tr", "tbody"},
    "th": {"td", "th", "tr", "tbody"},
    "thead": {"tbody"},
    "tr": {"tr", "tbody"},
}  # fmt: skip
"""Elements whose end tag may be left out, and the start tags that end them."""


@dataclass
class Element:
    """An element of a page with what is in it: elements and texts in their order."""

    tag: str
    attributes: dict[str, str]
    inside: list[Element | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Return all text in it, with single blanks."""
        return " ".join("".join(self._texts()).split())

    def _texts(self) -> Iterator[str]:
        for item in self.inside:
            if isinstance(item, str):
                yield item
            else:
                yield from item._texts()
                yield " " if item.tag in {"td", "th", "p", "dd", "dt", "li", "br", "tr"} else ""

    def all(self, *tags: str, **attributes: str) -> Iterator[Element]:
        """Yield the elements in it of some kinds; attributes as in ``id="x"``, ``class_="x"``."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        for item in self.inside:
            if isinstance(item, Element):
                given = item.attributes
                fits = all(
                    value in given.get(name, "").split() if name == "class"
                    else given.get(name) == value
                    for name, value in wanted.items()
                )  # fmt: skip
                if fits and (not tags or item.tag in tags):
                    yield item
                yield from item.all(*tags, **attributes)

    def one(self, *tags: str, **attributes: str) -> Element:
        """Return the only element in it that fits."""
        (found,) = self.all(*tags, **attributes)
        return found


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", {})
        self.open = [self.root]
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        while tag in _CLOSED_BY.get(self.open[-1].tag, ()):
            self.open.pop()
        names = [name for name, _ in attrs]
        if len(names) != len(set(names)):
            self.faults.append(f"line {self.getpos()[0]}: an attribute twice in <{tag}>")
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].inside.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        while self.open[-1].tag != tag and self.open[-1].tag in _CLOSED_BY:
            self.open.pop()
        if self.open[-1].tag == tag:
            self.open.pop()
        else:
            self.faults.append(
                f"line {self.getpos()[0]}: </{tag}> ends nothing in <{self.open[-1].tag}>"
            )

    def handle_data(self, data: str) -> None:
        self.open[-1].inside.append(data)


@dataclass(frozen=True)
class Page:
    """A page as a tree, and what is wrong with its tags."""

    root: Element
    faults: tuple[str, ...]

    @property
    def ids(self) -> list[str]:
        """Return all identifiers in their order."""
        return [item.attributes["id"] for item in self.root.all() if "id" in item.attributes]

    @property
    def links(self) -> list[str]:
        """Return the addresses of all links in their order."""
        return [item.attributes["href"] for item in self.root.all("a")]


def read_page(content: bytes) -> Page:
    """Read a page; tags that do not fit, and elements that nothing ends, are faults."""
    reader = _Reader()
    reader.feed(content.decode())
    reader.close()
    left = [item.tag for item in reader.open[1:] if item.tag not in _CLOSED_BY]
    return Page(reader.root, (*reader.faults, *(f"<{tag}> is never ended" for tag in left)))
