"""Copies of the toy knowledge base with faults in them, and how the faults are told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgx_ana.errors import KnowledgeBaseError
from pgx_ana.knowledge import load

Edit = tuple[str, str, str]
"""File, text in it, and the text that takes its place."""

Told = tuple[str, str, str, str]
"""File, a text that stands in the line that is told and nowhere else, place, and what is wrong."""

Row = tuple[str, int, str, str]
Edited = Callable[..., Path]
Rule = tuple[Edit, Told]


FOLLOWS: dict[tuple[str, int], tuple[str, ...]] = {
    ("higher", 2): ("higher", "not_studied"),
    ("higher", 1): ("higher", "comparator", "none", "not_studied"),
    ("higher", 0): ("comparator", "not_studied"),
    ("lower", 2): ("lower", "not_studied"),
    ("lower", 1): ("lower", "comparator", "none", "not_studied"),
    ("lower", 0): ("comparator", "not_studied"),
    ("none", 2): ("none", "not_studied"),
    ("none", 1): ("none", "not_studied"),
    ("none", 0): ("none", "not_studied"),
    ("unsettled", 2): ("none", "not_studied"),
    ("unsettled", 1): ("none", "not_studied"),
    ("unsettled", 0): ("none", "not_studied"),
}
"""Directions that a conclusion may have, by the claim and the copies of what it is about."""


def edit(directory: Path, *edits: Edit) -> None:
    """Change texts of files."""
    for name, old, new in edits:
        text = (directory / name).read_text(encoding="utf-8")
        assert (1, old) == (text.count(old), old), "the text to change stands there once"
        (directory / name).write_text(text.replace(old, new), encoding="utf-8")


def faults(directory: Path) -> list[Row]:
    """Return the faults of a knowledge base: file, line, place, and what is wrong."""
    with pytest.raises(KnowledgeBaseError) as raised:
        load([directory])
    return [
        (fault.file.relative_to(directory).as_posix(), fault.line, fault.where, fault.what)
        for fault in raised.value.faults
    ]


def row(directory: Path, told: Told) -> Row:
    """Put the line number in the place of the text that marks the line."""
    name, mark, where, what = told
    text = (directory / name).read_text(encoding="utf-8")
    assert (1, mark) == (text.count(mark), mark), "the mark stands there once"
    return (name, text[: text.index(mark)].count("\n") + 1, where, what)
