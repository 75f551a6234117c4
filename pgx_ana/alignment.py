"""What a replacement of some bases by as many or as few others changes, base by base.

Callers write neighbouring changes as one row (``ATTT`` to ``TTA``) or as several. REF and ALT are
aligned with the fewest edits; what all shortest alignments say of a base is told of it.
"""

from __future__ import annotations

from collections.abc import Sequence

Change = tuple[int, str, str]
"""Position, and the bases that give way to others there; a pure insertion stands before it."""

MOST = 100_000
"""Longer replacements, as the product of both lengths, are not aligned."""


def bases_at(ref: str, alt: str, at: int) -> frozenset[str]:
    """Return what the base at an index of ``ref`` may become; empty text where it is deleted.

    >>> sorted(bases_at("ATTT", "TTA", 3))
    ['A']
    >>> sorted(bases_at("TG", "C", 1))
    ['', 'C']
    """
    before = _distances(ref[:at], alt)
    after = [row[::-1] for row in _distances(ref[at + 1 :][::-1], alt[::-1])]
    start, rest = before[-1], after[-1]
    fewest = min(
        min(start[j] + (ref[at] != alt[j]) + rest[j + 1] for j in range(len(alt))),
        min(one + 1 + other for one, other in zip(start, rest, strict=True)),
    )
    told = {
        alt[j] for j in range(len(alt)) if start[j] + (ref[at] != alt[j]) + rest[j + 1] == fewest
    }
    if any(one + 1 + other == fewest for one, other in zip(start, rest, strict=True)):
        told.add("")
    return frozenset(told)


def indels(pos: int, ref: str, alt: str) -> list[Change]:
    """Return the insertions and deletions of the shortest alignment, placed as far left as can be.

    ``pos`` is that of the first base of ``ref``.

    >>> indels(100, "TTTCT", "CTTC")
    [(104, 'T', '')]
    """
    distances = _distances(ref, alt)
    i, j = len(ref), len(alt)
    found: list[Change] = []
    while i or j:
        here = distances[i][j]
        if i and j and here == distances[i - 1][j - 1] + (ref[i - 1] != alt[j - 1]):
            i, j = i - 1, j - 1
        elif i and here == distances[i - 1][j] + 1:
            i -= 1
            _extend(found, (pos + i, ref[i], ""))
        else:
            j -= 1
            _extend(found, (pos + i, "", alt[j]))
    return found[::-1]


def _extend(found: list[Change], new: Change) -> None:
    """Add an edit of one base before the earlier ones, as part of the last one if it adjoins."""
    pos, ref, alt = new
    if found:
        last_pos, last_ref, last_alt = found[-1]
        if pos + len(ref) == last_pos and bool(ref) == bool(last_ref):
            found[-1] = (pos, ref + last_ref, alt + last_alt)
            return
    found.append(new)


def _distances(ref: str, alt: str) -> Sequence[Sequence[int]]:
    """Return the edit distances of all beginnings of both."""
    rows = [list(range(len(alt) + 1))]
    for i, base in enumerate(ref, 1):
        above, row = rows[-1], [i]
        for j, other in enumerate(alt):
            row.append(min(above[j] + (base != other), above[j + 1] + 1, row[j] + 1))
        rows.append(row)
    return rows
