"""The prose of Markdown pages: sentences without code, tables and links."""

from __future__ import annotations

import re
from collections.abc import Iterator

_BLOCK = re.compile(r"^( *)(`{3,}).*?^\1\2`*$|<!--.*?-->", re.DOTALL | re.MULTILINE)
_CODE = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)", re.DOTALL)
_LINK = re.compile(r"!?\[([^]]*)\]\([^)]*\)")
_ITEM = re.compile(r"^ *(?:[-*+]|[0-9]+\.) +", re.MULTILINE)
_END = re.compile(r"(?<=[.!?:;])[)*\"]*\s+(?=[^a-z])|(?<=[:;])\s+|\n\s*\n|\n(?=\x00)")


def prose(page: str) -> str:
    """Return a page with ``X`` for each piece of code, and links and comments without target."""
    text = _BLOCK.sub("\n", page)
    return _LINK.sub(r"\1", _CODE.sub("X", text))


def sentences(page: str) -> Iterator[str]:
    """Yield the sentences of a page, and the parts before and after a colon or semicolon.

    An item of a list is no part of the sentence before it, and a table or heading has none.
    """
    text = re.sub(r"^(?:\||#|>).*$", "\n", prose(page), flags=re.MULTILINE)
    for part in _END.split(_ITEM.sub("\x00", text)):
        sentence = " ".join(part.replace("\x00", "").split())
        if sentence:
            yield sentence
