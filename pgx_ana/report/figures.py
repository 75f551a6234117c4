"""Numbers of people as text, and as parts of a bar."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pgx_ana.quality import Count, Hidden

_HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of people: ``1,365``, with its share of all, ``42.6 %``.

    A number that is not told is ``<20`` or ``hidden``, without a share. ``is_none`` tells that
    there is nobody.
    """

    text: str
    share: str = ""
    is_none: bool = False


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a bar from 0 to 100: its style and its place."""

    key: str
    start: int
    width: int


class Figures:
    """Writes numbers of people; ``below`` is the least number that is told, 0 for all."""

    def __init__(self, below: int) -> None:
        self._below = below

    def figure(self, count: Count, total: Count = 0) -> Figure:
        """Return a number, with its share of ``total`` if that is told and not 0."""
        if count is Hidden.SMALL:
            return Figure(f"<{self._below}")
        if isinstance(count, Hidden):
            return Figure(_HIDDEN)
        share = share_text(count, total) if isinstance(total, int) and total else ""
        return Figure(f"{count:,}", share, is_none=count == 0)

    def bar(self, parts: Iterable[tuple[str, Count]], total: Count) -> tuple[Segment, ...]:
        """Return the parts of a bar; each is a style and a number of people.

        Parts too narrow to be seen are left out. All that are not told are one segment, at the end.
        """
        if isinstance(total, Hidden) or not total:
            return ()
        segments, start = [], 0
        for key, count in parts:
            if isinstance(count, int) and count:
                segment = _segment(key, start, count, total)
                segments += [segment] if segment.width else []
                start += count
        if start < total:
            segment = _segment(_HIDDEN, start, total - start, total)
            segments += [segment] if segment.width else []
        return tuple(segments)


def _segment(key: str, start: int, count: int, total: int) -> Segment:
    """Return a segment in whole percent, 0 for one too narrow to be seen."""
    place = round(100 * start / total)
    return Segment(key, place, round(100 * (start + count) / total) - place)


def share_text(count: int, total: int) -> str:
    """Return a share in percent, never rounded to none or to all.

    >>> share_text(1, 3), share_text(1, 9999), share_text(9998, 9999), share_text(3, 3)
    ('33.3 %', '<0.1 %', '>99.9 %', '100 %')
    """
    if count in {0, total}:
        return "100 %" if count else "0 %"
    share = 100 * count / total
    if share < 0.1:
        return "<0.1 %"
    return ">99.9 %" if share > 99.9 else f"{share:.1f} %"
