"""Every word that a result uses is explained on a page, in the words of the program."""

from __future__ import annotations

import re

import pytest
from helpers.paths import ROOT

from pgx_ana.annotation import NOT_ASSESSED, UNDETERMINED
from pgx_ana.annotation.markers import AnnotatedCategory
from pgx_ana.annotation.signals import BETTER, WORSE
from pgx_ana.haplotypes.diplotypes import DiplotypeStatus
from pgx_ana.knowledge import BasisKind, Direction, KnowledgeBase, Level
from pgx_ana.report.words import (
    ASSERTED,
    SETTLED_BY,
    STATUSES,
    VERDICTS,
    glossary,
    level_glossary,
)
from pgx_ana.terms import STATUS_MEANINGS, CallSource

RESULT = ROOT / "docs" / "result.md"
GLOSSARY = ROOT / "docs" / "glossary.md"


def tables(page: str) -> dict[str, list[tuple[str, ...]]]:
    """Return the tables of a page by the first cell of their heads: rows of plain cells."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for block in re.findall(r"(?:^\|.*\n)+", page, re.MULTILINE):
        head, _, *rows = (
            tuple(cell.strip().replace("`", "") for cell in line.strip("|").split("|"))
            for line in block.splitlines()
        )
        assert head[0] not in found, head
        found[head[0]] = rows
    return found


@pytest.fixture(scope="module")
def explained() -> dict[str, list[tuple[str, ...]]]:
    return tables(RESULT.read_text(encoding="utf-8"))


def firsts(rows: list[tuple[str, ...]]) -> list[str]:
    return [row[0] for row in rows]


def test_statuses(explained: dict[str, list[tuple[str, ...]]]) -> None:
    marks = {**STATUSES, "asserted": ASSERTED}
    expected = [
        (status, mark.shape, STATUS_MEANINGS[status], SETTLED_BY.get(status, ""))
        for status, mark in marks.items()
    ]
    assert expected == explained["status"]


def test_levels(explained: dict[str, list[tuple[str, ...]]]) -> None:
    expected = [(mark.key, mark.word, mark.shape, text) for mark, text in level_glossary()]
    assert len(Level) == len(expected)
    assert expected == explained["level in tables"]


def test_verdicts(explained: dict[str, list[tuple[str, ...]]]) -> None:
    expected = [(mark.word, mark.shape) for mark in VERDICTS.values()]
    assert expected == [row[:2] for row in explained["verdict"]]


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("source", [*CallSource]),
        ("direction", [*Direction, UNDETERMINED, NOT_ASSESSED]),
        ("effect", [BETTER, WORSE, "neutral"]),
        ("category", [*AnnotatedCategory, "overall"]),
        ("status of a diplotype", [*DiplotypeStatus]),
        ("evidence_context", ["same", "other", "none"]),
    ],
)
def test_every_word_has_its_row(
    explained: dict[str, list[tuple[str, ...]]], table: str, words: list[str]
) -> None:
    assert sorted(words) == sorted(firsts(explained[table]))
    assert all(row[1] for row in explained[table])


def test_bases(explained: dict[str, list[tuple[str, ...]]], curated: KnowledgeBase) -> None:
    """A kind that does not occur has its own name."""
    bases = map(curated.basis, curated.associations)
    names = {basis.kind: basis.name for basis in bases}
    expected = [names.get(kind, kind.value) for kind in BasisKind]
    assert expected == firsts(explained["basis"])


def test_effects_of_outcomes_are_explained(
    explained: dict[str, list[tuple[str, ...]]], curated: KnowledgeBase
) -> None:
    used = {outcome.higher_is for outcome in curated.outcomes.values()}
    assert used <= {*firsts(explained["effect"])}


def test_the_glossary_has_the_words_of_reports_and_each_word_once() -> None:
    rows = tables(GLOSSARY.read_text(encoding="utf-8"))["word"]
    words = firsts(rows)
    assert sorted(words, key=str.casefold) == words
    assert len({*words}) == len(words)
    assert {*glossary()} <= {*rows}
