"""A sheet of a terminal: columns, styles that are never needed to understand it, and wrapping."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from pgx_ana.report.words import Mark

NARROWEST = 40
"""Columns below which a sheet does not go."""

_TABLE = 78
"""Columns from which on things stand side by side."""

NO_BREAK = "\xa0"
"""A blank at which no line ends; it is escaped in documents, so that it has no other use here."""

_STYLE = re.compile("\x1b\\[[0-9;]*m")
_PIECE = re.compile("\x1b\\[[0-9;]*m|.", re.DOTALL)
_SAME_STYLE = re.compile("(\x1b\\[[0-9;]+m)([^\x1b]*)\x1b\\[0m( +)\\1")
_PLAIN = "\x1b[0m"
_BOLD = "1"
_DIM = "2"
_BLUE, _RED, _GREEN, _GOLD, _PURPLE = "38;5;32", "38;5;166", "38;5;36", "38;5;172", "38;5;169"
_COLOURS = {
    "for": _BLUE,
    "against": _RED,
    "open": _GOLD,
    "out": _DIM,
    "called": _BLUE,
    "asserted": _GREEN,
    "partial": _GREEN,
    "nocall": _GOLD,
    "filtered": _GOLD,
    "absent": _DIM,
    "unknown": _PURPLE,
    "mismatch": _RED,
    "notass": _RED,
    "guideline": _BLUE,
    "replicated": _BLUE,
    "single_corrected": _BLUE,
    "single_nominal": _BLUE,
    "indirect": _BLUE,
    "not_confirmed": _GOLD,
    "contradicted": _RED,
}
"""Colours of 256 by the key of a mark, which read on a dark and on a light ground."""


def columns(text: str) -> int:
    """Return how many columns of a terminal a text takes, without its styles."""
    bare = _STYLE.sub("", text) if "\x1b" in text else text
    return len(bare) if bare.isascii() else sum(map(_columns_of, bare))


@lru_cache(maxsize=1000)
def _columns_of(sign: str) -> int:
    if unicodedata.category(sign) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(sign) in {"W", "F"} else 1


def wrapped(text: str, width: int, first: str = "", rest: str = "") -> Iterator[str]:
    """Yield text as lines of at most ``width`` columns; a word that is longer is cut.

    ``first`` begins the first line, ``rest`` all others. Styles must begin and end within a word.
    """
    for line in _lines(text, width, first, rest):
        yield line.rstrip(" ").replace(NO_BREAK, " ")


def _lines(text: str, width: int, first: str, rest: str) -> Iterator[str]:
    line, gap, room = first, "", width - columns(first)
    for word in filter(None, text.split(" ")):
        for piece in _pieces(word, width - columns(rest)):
            size = columns(piece)
            if gap and size + 1 > room:
                yield line
                line, gap, room = rest, "", width - columns(rest)
            line += gap + piece
            room -= size + len(gap)
            gap = " "
    if gap:
        yield line


def _pieces(word: str, width: int) -> Iterator[str]:
    """Yield a word, or its parts between unbroken blanks, or those cut if they are too long."""
    for part in [word] if columns(word) <= width else word.split(NO_BREAK):
        yield from _cut(part, width)


def _cut(word: str, width: int) -> Iterator[str]:
    """Yield a word in pieces of at most ``width`` columns, each with its own styles."""
    if columns(word) <= width:
        yield word
        return
    piece, style, room = "", "", width
    for sign in _PIECE.findall(word):
        if sign.startswith("\x1b"):
            style = "" if sign == _PLAIN else sign
        elif _columns_of(sign) > room:
            yield piece + (_PLAIN if style else "")
            piece, room = style, width
        room -= columns(sign)
        piece += sign
    yield piece


def joined(items: Iterable[str], between: str = ", ") -> str:
    """Return items as one text in which a line ends only between them, or in a long one."""
    return between.join(item.replace(" ", NO_BREAK) for item in items)


def merged(line: str) -> str:
    """Return a line with one style where words beside each other have the same."""
    shorter = _SAME_STYLE.sub(r"\1\2\3", line)
    return line if shorter == line else merged(shorter)


def padded(text: str, size: int) -> str:
    """Return text with blanks up to a number of columns."""
    return text + " " * (size - columns(text))


@dataclass(frozen=True, slots=True)
class Sheet:
    """A width in columns, and whether styles are used; all that it gives is at most so wide."""

    width: int
    is_styled: bool

    @property
    def has_columns(self) -> bool:
        """Return whether there is room for things side by side."""
        return self.width >= _TABLE

    def bold(self, text: str) -> str:
        """Return a text whose words are bold."""
        return self._styled(text, _BOLD)

    def dim(self, text: str) -> str:
        """Return a text whose words are dim."""
        return self._styled(text, _DIM)

    def coloured(self, text: str, key: str) -> str:
        """Return a text in the colour of a mark, if that has one."""
        return self._styled(text, _COLOURS.get(key, ""))

    def mark(self, mark: Mark) -> str:
        """Return a mark as shape and word."""
        return f"{self.coloured(mark.shape, mark.key)} {mark.word}"

    def _styled(self, text: str, code: str) -> str:
        """Style each word by itself, so that a line may end after any."""
        if not (self.is_styled and code):
            return text
        words = text.split(" ")
        return " ".join(f"\x1b[{code}m{word}{_PLAIN}" if word else "" for word in words)

    def heading(self, text: str) -> Iterator[str]:
        """Yield the heading of a section, with a blank line before it and a rule below."""
        lines = list(wrapped(text, self.width))
        yield ""
        yield from (self.bold(line) for line in lines)
        yield self.dim("─" * max(map(columns, lines)))

    def text(self, text: str, indent: int = 0, hang: int = 0) -> Iterator[str]:
        """Yield a paragraph; lines after the first are ``hang`` columns further in."""
        yield from wrapped(text, self.width, " " * indent, " " * (indent + hang))

    def spread(self, left: str, right: str, indent: int = 0) -> Iterator[str]:
        """Yield two texts at the two ends of a line, or below each other where they do not fit."""
        gap = self.width - indent - columns(left) - columns(right)
        if right and gap >= 2:
            yield f"{' ' * indent}{left}{' ' * gap}{right}"
            return
        yield from self.text(left, indent, 4)
        yield from self.text(right, indent + 4)

    def beside(self, left: Iterable[str], right: Iterable[str], place: int) -> Iterator[str]:
        """Yield two columns of finished lines; the right one begins at column ``place``."""
        lefts, rights = list(left), list(right)
        for number in range(max(len(lefts), len(rights))):
            line = lefts[number] if number < len(lefts) else ""
            if number < len(rights):
                line = padded(line, place) + rights[number]
            yield line.rstrip()

    def packed(self, units: Iterable[str], stop: int = 20) -> Iterator[str]:
        """Yield units, none of them broken; ``stop`` is the distance of the places for them."""
        line = ""
        for unit in units:
            start = -(-(columns(line) + 2) // stop) * stop if line else 0
            if line and start + columns(unit) > self.width:
                yield from self.text(line) if columns(line) > self.width else [line]
                line, start = "", 0
            line = padded(line, start) + unit
        if line:
            yield from self.text(line) if columns(line) > self.width else [line]

    def terms(self, rows: Iterable[tuple[str, str]], indent: int = 0) -> Iterator[str]:
        """Yield terms with what is said of each, in two columns where there is room."""
        known = list(rows)
        widest = max((columns(term) for term, _ in known), default=0)
        is_aligned = widest <= self.width // 2 - indent
        for term, told in known:
            if is_aligned:
                first = padded(" " * indent + term, indent + widest + 2)
                yield from wrapped(told, self.width, first, " " * columns(first))
            else:
                yield from self.text(f"{term}: {told}", indent, 4)
