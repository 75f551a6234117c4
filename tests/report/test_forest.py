"""Intervals lie where their numbers are, on the axis of their measure."""

from __future__ import annotations

import math

import pytest
from helpers.report_documents import Facts, estimate
from hypothesis import given
from hypothesis import strategies as st

from pgx_ana.report.forest import Axes, Bar, Scale, scale_of


def bar(*numbers: float | None, measure: str = "HR of relapse", pooled: bool = False) -> Bar | None:
    item = estimate(measure, *numbers)
    return Axes([item]).bar(item, is_pooled=pooled)


def places(found: Bar | None) -> tuple[int, int, int] | None:
    return None if found is None else (found.low, found.value, found.high)


@pytest.mark.parametrize(
    ("measure", "scale"),
    {
        "HR of relapse": Scale.RATIO,
        "adjusted OR of joint pain": Scale.RATIO,
        "subdistribution HR of distant metastasis": Scale.RATIO,
        "fold difference of plasma estradiol": Scale.RATIO,
        "ratio of activity, G/G to carriers of A": Scale.RATIO,
        "difference in mean level, ng/mL": Scale.DIFFERENCE,
        "percent change of bone density": Scale.DIFFERENCE,
        "regression coefficient": Scale.DIFFERENCE,
        "correlation r with the level": Scale.CORRELATION,
        "correlation of the change": Scale.CORRELATION,
        "median months, C/C": None,
        "ORegon score": None,
        "women with symptoms": None,
    }.items(),
)
def test_the_measure_tells_the_scale(measure: str, scale: Scale | None) -> None:
    assert scale is scale_of(measure)


def test_ratios_share_a_logarithmic_axis_with_one_in_the_middle() -> None:
    assert (38, 50, 62) == places(bar(1, 0.5, 2))
    assert (25, 50, 75) == places(bar(1, 0.25, 4))
    assert (0, 50, 100) == places(bar(1, 1 / 16, 16))


def test_an_end_beyond_the_axis_is_cut_and_told() -> None:
    assert Bar(0, 25, 100, cut_low=True, cut_high=True, is_pooled=False) == bar(0.25, 0.01, 100)
    assert Bar(0, 50, 100, cut_low=False, cut_high=False, is_pooled=False) == bar(1, 1 / 16, 16)
    assert Bar(100, 100, 100, cut_low=True, cut_high=True, is_pooled=False) != bar(64, 32, 128)


@pytest.mark.parametrize(
    "numbers",
    [(0.5, None, None), (0.5, 0.3, None), (None, 0.3, 0.8), (0.5, 0.0, 0.8), (-1.0, -2.0, 0.8)],
    ids=["no interval", "no end", "no value", "zero", "negative"],
)
def test_a_ratio_that_cannot_be_drawn_is_not(numbers: tuple[float | None, ...]) -> None:
    assert bar(*numbers) is None


def test_a_measure_of_no_axis_is_not_drawn() -> None:
    assert bar(1, 0.5, 2, measure="median months, C/C") is None


def test_each_difference_has_an_axis_as_wide_as_its_results() -> None:
    wide, narrow = "difference of the level", "difference of the score"
    items = [estimate(wide, 5, -10, 8), estimate(wide, 1, 0, 2), estimate(narrow, 0.1, -0.2, 0.2)]
    axes = Axes(items)
    assert [(0, 75, 90), (50, 55, 60), (0, 75, 100)] == [
        places(axes.bar(item, is_pooled=False)) for item in items
    ]


def test_a_difference_of_nothing_is_in_the_middle() -> None:
    assert (50, 50, 50) == places(bar(0, 0, 0, measure="difference of the level"))


def test_correlations_go_from_minus_one_to_one() -> None:
    assert (10, 30, 50) == places(bar(-0.4, -0.8, 0, measure="correlation r with the level"))


def test_a_published_meta_analysis_is_marked() -> None:
    found = bar(1, 0.5, 2, pooled=True)
    assert found is not None
    assert found.is_pooled


NUMBERS = st.floats(-1e6, 1e6, allow_nan=False).map(lambda number: round(number, 6))
MEASURES = st.sampled_from(["HR of relapse", "difference of the level", "correlation r"])


@given(measure=MEASURES, numbers=st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS), min_size=1))
def test_places_are_in_order_and_on_the_axis(
    measure: str, numbers: list[tuple[float, float, float]]
) -> None:
    """The middle is crossed where the numbers cross that of no difference."""
    items: list[Facts] = []
    for three in numbers:
        low, value, high = sorted(three)
        items.append(estimate(measure, value, low, high))
    axes = Axes(items)
    for item in items:
        found = axes.bar(item, is_pooled=False)
        if measure.startswith("HR") and item["low"] <= 0:
            assert found is None
            continue
        assert found is not None
        assert 0 <= found.low <= found.value <= found.high <= 100
        none = 1 if measure.startswith("HR") else 0
        for place, number in ((found.low, item["low"]), (found.high, item["high"])):
            assert place >= 50 if number >= none else place <= 50


@given(st.floats(1 / 16, 16))
def test_a_ratio_can_be_read_off_its_axis(ratio: float) -> None:
    found = bar(ratio, ratio, ratio)
    assert found is not None
    assert math.isclose(math.log2(ratio), (found.value - 50) * 4 / 50, abs_tol=0.05)
