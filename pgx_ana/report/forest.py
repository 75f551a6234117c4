"""The forest column: an estimate with its interval, as positions on the axis of its measure.

Ratios have one logarithmic axis, so that rows of a page can be compared; correlations one from -1
to 1. A difference has an axis for each measure, as wide as its results on the page need.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

MIDDLE = 50
"""Place of no difference; an axis goes from 0 to 100."""

_OCTAVES = 4
"""Half of the axis of ratios: from 1/16 to 16."""

_RATIO = re.compile(r"\b(HR|OR|RR|SHR)\b|^(ratio|fold|adjusted fold)\b")
_DIFFERENCE = re.compile(r"\b(difference|change)\b|\bregression coefficient\b")
_CORRELATION = re.compile(r"^correlation\b")


class Scale(StrEnum):
    """The kind of axis of a measure."""

    RATIO = "ratio"
    DIFFERENCE = "difference"
    CORRELATION = "correlation"


@dataclass(frozen=True, slots=True)
class Bar:
    """An interval and its estimate on an axis from 0 to 100, whole numbers.

    ``cut_low`` and ``cut_high`` tell that the interval goes on beyond the end of the axis.
    ``is_pooled`` marks a published meta-analysis.
    """

    low: int
    value: int
    high: int
    cut_low: bool
    cut_high: bool
    is_pooled: bool


class Axes:
    """The axes of a page; ``estimates`` are all that it shows, as in a document."""

    def __init__(self, estimates: Iterable[Mapping[str, Any]]) -> None:
        self._widths: dict[str, float] = {}
        for item in estimates:
            ends = [abs(item[name]) for name in ("value", "low", "high") if item[name] is not None]
            width = max([self._widths.get(item["measure"], 0), *ends])
            self._widths[item["measure"]] = width

    def bar(self, item: Mapping[str, Any], *, is_pooled: bool) -> Bar | None:
        """Return an estimate as a bar; None without an interval, or for a measure of no axis."""
        numbers = (item["low"], item["value"], item["high"])
        scale = scale_of(item["measure"])
        if scale is None or None in numbers:
            return None
        if scale is Scale.RATIO and min(numbers) <= 0:
            return None
        low, value, high = (self._place(number, scale, item["measure"]) for number in numbers)
        return Bar(
            low=_within(low),
            value=_within(value),
            high=_within(high),
            cut_low=low < 0,
            cut_high=high > 2 * MIDDLE,
            is_pooled=is_pooled,
        )

    def _place(self, number: float, scale: Scale, measure: str) -> float:
        if scale is Scale.RATIO:
            return MIDDLE + MIDDLE * math.log2(number) / _OCTAVES
        width = 1.0 if scale is Scale.CORRELATION else self._widths[measure]
        return MIDDLE + MIDDLE * number / width if width else MIDDLE


def scale_of(measure: str) -> Scale | None:
    """Return the scale of a measure as published; None for one that is not compared with nothing.

    >>> scale_of("adjusted HR of relapse"), scale_of("median months, C/C")
    (<Scale.RATIO: 'ratio'>, None)
    """
    if _CORRELATION.search(measure):
        return Scale.CORRELATION
    if _RATIO.search(measure):
        return Scale.RATIO
    return Scale.DIFFERENCE if _DIFFERENCE.search(measure) else None


def _within(place: float) -> int:
    return round(min(max(place, 0), 2 * MIDDLE))
