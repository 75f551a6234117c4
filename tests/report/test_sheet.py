"""Columns, wrapping and the two columns of a sheet."""

from __future__ import annotations

import pytest

from pgx_ana.report.forest import Bar
from pgx_ana.report.interval_text import AXIS, COLUMNS, interval_text
from pgx_ana.report.sheet import NO_BREAK, Sheet, columns, joined, merged, wrapped


@pytest.mark.parametrize(
    ("text", "expected"),
    [("abc", 3), ("王", 2), ("e\u0301", 1), ("\x1b[1mab\x1b[0m", 2), ("●●○", 3), ("", 0)],
)
def test_columns(text: str, expected: int) -> None:
    assert expected == columns(text)


def test_wrapped_text_hangs() -> None:
    assert ["- one two", "  three"] == list(wrapped("one two  three", 9, "- ", "  "))


def test_words_that_are_too_long_are_cut_with_their_style() -> None:
    assert ["王小", "明"] == list(wrapped("王小明", 5))
    bold = Sheet(40, is_styled=True).bold("abcde")
    assert ["\x1b[1mabc\x1b[0m", "\x1b[1mde\x1b[0m"] == list(wrapped(bold, 3))


def test_words_of_one_style_share_it() -> None:
    sheet = Sheet(40, is_styled=True)
    line = f"{sheet.bold('one two  three')} four {sheet.dim('five')} {sheet.bold('six')}"
    assert "\x1b[1mone two  three\x1b[0m four \x1b[2mfive\x1b[0m \x1b[1msix\x1b[0m" == merged(line)


def test_items_stay_whole_as_long_as_they_fit() -> None:
    text = joined(["rs1 A/C", "rs2 G/G"])
    assert ["rs1 A/C,", "rs2 G/G"] == list(wrapped(text, 10))
    assert ["rs1", "A/C,", "rs2", "G/G"] == list(wrapped(text, 5))
    assert NO_BREAK not in "".join(wrapped(text, 40))


def test_two_ends_of_a_line_or_two_lines() -> None:
    sheet = Sheet(40, is_styled=False)
    assert ["left" + " " * 31 + "right"] == list(sheet.spread("left", "right"))
    assert ["l" * 36, "    right"] == list(sheet.spread("l" * 36, "right"))


def test_units_stand_at_stops() -> None:
    sheet = Sheet(40, is_styled=False)
    assert ["a         bbbbbbbbbbb         c", "d" * 30] == list(
        sheet.packed(["a", "bbbbbbbbbbb", "c", "d" * 30], 10)
    )


@pytest.mark.parametrize(
    ("low", "value", "high", "cut_low", "cut_high", "is_pooled", "expected"),
    [
        (30, 45, 60, False, False, False, "      ├──■┼─┤"),
        (60, 70, 80, False, False, True, "          ┊ ├─◆─┤"),
        (0, 20, 40, True, False, False, "◀───■───┤ ┊"),
        (60, 90, 100, False, True, False, "          ┊ ├─────■─▶"),
        (50, 50, 50, False, False, False, "          ■"),
    ],
)
def test_intervals(
    low: int,
    value: int,
    high: int,
    cut_low: bool,
    cut_high: bool,
    is_pooled: bool,
    expected: str,
) -> None:
    bar = Bar(low, value, high, cut_low=cut_low, cut_high=cut_high, is_pooled=is_pooled)
    assert expected == interval_text(bar)


def test_the_line_of_no_difference_is_in_the_middle_of_the_axis() -> None:
    assert (COLUMNS, "┊") == (len(AXIS), AXIS[COLUMNS // 2])
