"""What a replacement of some bases by as many or as few others changes, base by base.

Callers write neighbouring changes as one row (``ATTT`` to ``TTA``) or as several. REF and ALT are
aligned with the fewest edits and, among those, the fewest gaps (Gotoh's
algorithm); what all such alignments say of a base is told of it.
"""

from __future__ import annotations

from dataclasses import dataclass

Change = tuple[int, str, str]
"""Position, and the bases that give way to others there; a pure insertion stands before it."""

MAX = 100_000
"""Longer replacements, as the product of both lengths, are not aligned."""

_EDIT = 1000  # a gap costs less than any edit: it decides between equals only
_GAP = 1
_NEVER = 1 << 60


@dataclass(frozen=True, slots=True)
class _Costs:
    """Least costs of aligning a beginning of ``ref`` with every beginning of ``alt``.

    By what the alignment ends in: a pair of bases, a deleted base, an inserted base.
    """

    pair: list[int]
    deletion: list[int]
    insertion: list[int]

    def least(self, j: int) -> int:
        return min(self.pair[j], self.deletion[j], self.insertion[j])

    def undeleted(self, j: int) -> int:
        return min(self.pair[j], self.insertion[j])


def bases_at(ref: str, alt: str, at: int) -> frozenset[str]:
    """Return what the base at an index of ``ref`` may become; empty text where it is deleted.

    >>> sorted(bases_at("ATTT", "TTA", 3))
    ['A']
    >>> sorted(bases_at("TG", "C", 1))
    ['', 'C']
    """
    before = _costs(ref[:at], alt)[-1]
    after = _costs(ref[:at:-1], alt[::-1])[-1]
    costs = {"": _deleted(before, after, len(alt))}
    for j, base in enumerate(alt):
        cost = before.least(j) + after.least(len(alt) - j - 1) + _EDIT * (ref[at] != base)
        costs[base] = min(cost, costs.get(base, _NEVER))
    fewest = min(costs.values())
    return frozenset(base for base, cost in costs.items() if cost == fewest)


def _deleted(before: _Costs, after: _Costs, length: int) -> int:
    """Return the least cost of deleting a base; a gap goes on on both sides where it can."""
    return _EDIT + min(
        min(
            before.deletion[j] + after.deletion[length - j] - _GAP,
            before.deletion[j] + after.undeleted(length - j),
            before.undeleted(j) + after.deletion[length - j],
            before.undeleted(j) + after.undeleted(length - j) + _GAP,
        )
        for j in range(length + 1)
    )


def indels(pos: int, ref: str, alt: str) -> list[Change]:
    """Return the insertions and deletions of the best alignment, placed as far left as can be.

    ``pos`` is that of the first base of ``ref``.

    >>> indels(100, "TTTCT", "CTTC")
    [(104, 'T', '')]
    """
    rows = _costs(ref, alt)
    i, j = len(ref), len(alt)
    found: list[Change] = []
    while i or j:
        here = rows[i]
        best = here.least(j)
        if here.pair[j] == best and i and j:
            i, j = i - 1, j - 1
            continue
        # A gap is followed to its other end before anything else is looked at.
        deletes = here.deletion[j] == best
        cost, length = best, 0
        while True:
            length += 1
            i, j = (i - 1, j) if deletes else (i, j - 1)
            cost -= _EDIT
            kept = rows[i].deletion[j] if deletes else rows[i].insertion[j]
            if rows[i].least(j) + _GAP == cost or kept != cost:
                break
        lost, inserted = (ref[i : i + length], "") if deletes else ("", alt[j : j + length])
        found.append((pos + i, lost, inserted))
    return found[::-1]


def _costs(ref: str, alt: str) -> list[_Costs]:
    """Return the costs of all beginnings of ``ref``, the empty one first."""
    width = len(alt) + 1
    never = [_NEVER] * width
    first = _Costs([0, *never[1:]], never, [_NEVER, *(_GAP + _EDIT * j for j in range(1, width))])
    rows = [first]
    for base in ref:
        above = rows[-1]
        pair, insertion = [_NEVER], [_NEVER]
        deletion = [_EDIT + min(above.deletion[j], above.undeleted(j) + _GAP) for j in range(width)]
        for j, other in enumerate(alt):
            pair.append(above.least(j) + _EDIT * (base != other))
            insertion.append(_EDIT + min(insertion[j], min(pair[j], deletion[j]) + _GAP))
        rows.append(_Costs(pair, deletion, insertion))
    return rows
