"""What a complex replacement does to each reference base, by optimal alignment.

Callers write adjacent changes as one row (``ATTT`` to ``TTA``) or as several. REF and ALT are
aligned with the fewest edits and, among those alignments, with the fewest gaps (Gotoh's algorithm).
If several alignments are equally good, all of them count.
"""

from __future__ import annotations

from dataclasses import dataclass

Change = tuple[int, str, str]
"""Position, removed bases and inserted bases; a pure insertion is placed before the position."""

MAX_CELLS = 100_000
"""Size of the largest alignment matrix, length of REF times length of ALT, that is computed."""

_EDIT = 1000  # far more than a gap: gaps only decide between alignments with equally many edits
_GAP = 1
_IMPOSSIBLE = 1 << 60


@dataclass(frozen=True, slots=True)
class _Costs:
    """Lowest costs of aligning one prefix of ``ref`` with every prefix of ``alt``.

    There is one list for each way in which the alignment can end: with a pair of bases, a deleted
    base or an inserted base. Lists are indexed by the length of the prefix of ``alt``.
    """

    pair: list[int]
    deletion: list[int]
    insertion: list[int]

    def lowest(self, j: int) -> int:
        return min(self.pair[j], self.deletion[j], self.insertion[j])

    def lowest_without_deletion(self, j: int) -> int:
        return min(self.pair[j], self.insertion[j])


def bases_at(ref: str, alt: str, index: int) -> frozenset[str]:
    """Return what the base at an index of ``ref`` may become; the empty string is a deletion.

    >>> sorted(bases_at("ATTT", "TTA", 3))
    ['A']
    >>> sorted(bases_at("TG", "C", 1))
    ['', 'C']
    """
    before = _costs(ref[:index], alt)[-1]
    after = _costs(ref[:index:-1], alt[::-1])[-1]
    cost_of = {"": _deletion_cost(before, after, len(alt))}
    for j, base in enumerate(alt):
        cost = before.lowest(j) + after.lowest(len(alt) - j - 1) + _EDIT * (ref[index] != base)
        cost_of[base] = min(cost, cost_of.get(base, _IMPOSSIBLE))
    lowest = min(cost_of.values())
    return frozenset(base for base, cost in cost_of.items() if cost == lowest)


def _deletion_cost(before: _Costs, after: _Costs, alt_length: int) -> int:
    """Return the lowest cost of deleting a base; adjacent deletions on either side share a gap."""
    return _EDIT + min(
        min(
            before.deletion[j] + after.deletion[alt_length - j] - _GAP,
            before.deletion[j] + after.lowest_without_deletion(alt_length - j),
            before.lowest_without_deletion(j) + after.deletion[alt_length - j],
            before.lowest_without_deletion(j)
            + after.lowest_without_deletion(alt_length - j)
            + _GAP,
        )
        for j in range(alt_length + 1)
    )


def indels(pos: int, ref: str, alt: str) -> list[Change]:
    """Return the insertions and deletions of the best alignment, left-aligned and in order.

    ``pos`` is the position of the first base of ``ref``.

    >>> indels(100, "TTTCT", "CTTC")
    [(104, 'T', '')]
    """
    costs = _costs(ref, alt)
    i, j = len(ref), len(alt)
    changes: list[Change] = []
    while i or j:
        lowest = costs[i].lowest(j)
        if costs[i].pair[j] == lowest and i and j:
            i, j = i - 1, j - 1
            continue
        # The gap is traced back to its start before anything else is considered.
        is_deletion = costs[i].deletion[j] == lowest
        cost, length = lowest, 0
        while True:
            length += 1
            i, j = (i - 1, j) if is_deletion else (i, j - 1)
            cost -= _EDIT
            extended = costs[i].deletion[j] if is_deletion else costs[i].insertion[j]
            if costs[i].lowest(j) + _GAP == cost or extended != cost:
                break
        removed, inserted = (ref[i : i + length], "") if is_deletion else ("", alt[j : j + length])
        changes.append((pos + i, removed, inserted))
    return changes[::-1]


def _costs(ref: str, alt: str) -> list[_Costs]:
    """Return the costs of every prefix of ``ref``, the empty one first."""
    width = len(alt) + 1
    impossible = [_IMPOSSIBLE] * width
    leading_insertion = [_IMPOSSIBLE, *(_GAP + _EDIT * j for j in range(1, width))]
    rows = [_Costs([0, *impossible[1:]], impossible, leading_insertion)]
    for ref_base in ref:
        above = rows[-1]
        pair, insertion = [_IMPOSSIBLE], [_IMPOSSIBLE]
        deletion = [
            _EDIT + min(above.deletion[j], above.lowest_without_deletion(j) + _GAP)
            for j in range(width)
        ]
        for j, alt_base in enumerate(alt):
            pair.append(above.lowest(j) + _EDIT * (ref_base != alt_base))
            insertion.append(_EDIT + min(insertion[j], min(pair[j], deletion[j]) + _GAP))
        rows.append(_Costs(pair, deletion, insertion))
    return rows
