"""Rows as tab-separated lines or as a JSON array."""

from __future__ import annotations

import json

import pytest

from pgx_ana.browse.rows import Cell, rows_in_format


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a b", "a b"),
        ("", "."),
        (None, "."),
        (0, "0"),
        (12, "12"),
        (0.0, "0.00000"),
        (0.123456, "0.12346"),
        ([], "."),
        (["a"], "a"),
        (["a", "b c"], "a;b c"),
    ],
)
def test_values(value: Cell, text: str) -> None:
    rows = [{"name": "x", "value": value}]
    columns = ("name", "value")
    assert ["name\tvalue", f"x\t{text}"] == list(rows_in_format(columns, rows, "tsv"))
    assert rows == json.loads("\n".join(rows_in_format(columns, rows, "json")))


def test_no_row() -> None:
    assert ["name\tvalue"] == list(rows_in_format(("name", "value"), [], "tsv"))
    assert ["[]"] == list(rows_in_format(("name", "value"), [], "json"))


def test_json_is_indented_and_keeps_letters() -> None:
    rows: list[dict[str, Cell]] = [{"name": "β"}, {"name": "x"}]
    assert [
        "[",
        "  {",
        '    "name": "β"',
        "  },",
        "  {",
        '    "name": "x"',
        "  }",
        "]",
    ] == list(rows_in_format(("name",), rows, "json"))
