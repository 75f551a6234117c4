"""The forest column of a terminal: an interval and its estimate as one line of signs."""

from __future__ import annotations

from pgx_ana.report.forest import MIDDLE, Bar

COLUMNS = 21
"""Columns of an axis: an odd number, so that one of them is the line of no difference."""

AXIS = "lower     ┊    higher"
"""The heading of the column."""


def interval_text(bar: Bar) -> str:
    """Return a bar as signs, without blanks at the end; an arrow is an interval that goes on.

    >>> interval_text(Bar(30, 45, 60, cut_low=False, cut_high=False, is_pooled=False))
    '      ├──■┼─┤'
    """
    low, value, high = (_column(place) for place in (bar.low, bar.value, bar.high))
    middle = _column(MIDDLE)
    signs = [" "] * COLUMNS
    signs[middle] = "┊"
    for place in range(low, high + 1):
        signs[place] = "┼" if place == middle else "─"
    if low < high:
        signs[low] = "◀" if bar.cut_low else "├"
        signs[high] = "▶" if bar.cut_high else "┤"
    signs[value] = "◆" if bar.is_pooled else "■"
    return "".join(signs).rstrip()


def _column(place: int) -> int:
    return round(place * (COLUMNS - 1) / (2 * MIDDLE))
