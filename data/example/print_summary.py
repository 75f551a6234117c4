"""Print a summary table and the status counts of a calls table; used by ``make demo``."""

from __future__ import annotations

import csv
import sys
import textwrap
from collections import Counter
from pathlib import Path

_WIDTH = 100


def read_tsv(path: Path) -> list[dict[str, str]]:
    """Read a TSV table as one dictionary per row."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter="\t"))


def main(summary: Path, calls: Path) -> None:
    """Print the status counts, then the conclusion of every category."""
    variants = read_tsv(calls)
    statuses = Counter(row["status"] for row in variants)
    print(f"{len(variants)} known variants: " + ", ".join(f"{n} {s}" for s, n in statuses.items()))
    for row in read_tsv(summary):
        print(f"\n{row['sample']}  {row['category']}  (highest level: {row['highest_level']})")
        print(textwrap.fill(row["conclusion"], _WIDTH, initial_indent="  ", subsequent_indent="  "))
    print()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
