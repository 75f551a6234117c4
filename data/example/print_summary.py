"""Print a summary table and the status counts of a calls table; used by ``make demo``."""

from __future__ import annotations

import csv
import re
import sys
import textwrap
from collections import Counter
from pathlib import Path

_WIDTH = 100
_MISSING = "."
_COUNTED = re.compile("[0-9]+ findings")


def read_tsv(path: Path) -> list[dict[str, str]]:
    """Read a TSV table as one dictionary per row."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))


def findings(row: dict[str, str]) -> list[str]:
    """Return the findings of a row of the summary; where the table counts them, their number."""
    text = row["findings"]
    if _COUNTED.fullmatch(text):
        return [f"{text}: see the annotations"]
    return [item for item in text.split(";") if item != _MISSING]


def _heading(row: dict[str, str]) -> str:
    level = row["highest_level"]
    words = "no finding" if level == _MISSING else f"highest level: {level}"
    return f"{row['sample']}  {row['category']}  ({words})"


def _wrapped(text: str, first: str) -> str:
    blanks = " " * len(first)
    return textwrap.fill(text, _WIDTH, initial_indent=first, subsequent_indent=blanks)


def main(summary: Path, calls: Path) -> None:
    """Print the status counts, then the conclusion and the findings of every category."""
    variants = read_tsv(calls)
    statuses = Counter(row["status"] for row in variants)
    print(f"{len(variants)} known variants: " + ", ".join(f"{n} {s}" for s, n in statuses.items()))
    for row in read_tsv(summary):
        print(f"\n{_heading(row)}")
        print(_wrapped(row["conclusion"], "  "))
        for finding in findings(row):
            print(_wrapped(finding, "  * "))
    print()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
