"""Print what code hosts make of Markdown pages: the number of each element, as JSON.

Run by a test with the Python of ``make page-tools``, which has a parser of CommonMark.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

from markdown_it import MarkdownIt


def elements(page: str) -> dict[str, int]:
    """Return how often each element occurs in a page."""
    parser = MarkdownIt("commonmark").enable("table")
    counts: Counter[str] = Counter()
    for token in parser.parse(page):
        for item in (token, *(token.children or [])):
            if item.nesting >= 0 and not item.hidden:
                counts["pre" if item.type in ("fence", "code_block") else item.tag] += 1
    return dict(counts)


if __name__ == "__main__":
    found = {name: elements(Path(name).read_text(encoding="utf-8")) for name in sys.argv[1:]}
    json.dump(found, sys.stdout)
