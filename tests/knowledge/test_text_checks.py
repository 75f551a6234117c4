"""Faults of the other texts that readers see, and of the groups of outcomes of questions."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.broken_knowledge import (
    EVIDENCE,
    FRAME,
    MESSAGES,
    Edit,
    ExpectedFault,
    Rule,
    edited_toy,
    located,
    reported,
)
from helpers.toy_overlays import polygenic_entry, section

from pgx_ana.knowledge import load

LONG = "x" * 301
TOO_LONG = "has 301 characters; at most 300 are read"
BEGINNING = "evidence:\n  - id: one"
NOT_CALLED = '"Not assessed: {variant} was not called ({reason})."'


def polygenic(summary: str) -> Edit:
    """Return an edit that adds a polygenic result with a summary."""
    entry = polygenic_entry("p", outcome="pain", summary=summary)
    return (EVIDENCE, BEGINNING, section("polygenic", entry) + BEGINNING)


def message(text: str) -> Edit:
    """Return an edit that replaces the text of a message."""
    return (MESSAGES, NOT_CALLED, f'"{text}"')


CONTEXT_NOTE = "note: Nothing was studied in men."
QUESTION = 'name: fertility, searched: made up, searched_on: "2026-01-02", note: Nobody asked.'
NOT_ONE_LINE = "must be one line without ';', which separates the items of lists"
MESSAGE_PLACE = "messages(no_call).text"
RULES: dict[str, Rule] = {
    "long note of a context": (
        (FRAME, CONTEXT_NOTE, f"note: {LONG}"),
        (FRAME, LONG, "contexts(men).note", TOO_LONG),
    ),
    "advice in a note of a context": (
        (FRAME, CONTEXT_NOTE, "note: Switch to another drug."),
        (FRAME, "Switch", "contexts(men).note", "gives advice (switch); no text may"),
    ),
    "long search": (
        (FRAME, QUESTION, QUESTION.replace("made up", LONG)),
        (FRAME, LONG, "questions(fertility).searched", TOO_LONG),
    ),
    "advice in a search": (
        (FRAME, QUESTION, QUESTION.replace("made up", "Avoid")),
        (FRAME, "Avoid", "questions(fertility).searched", "gives advice (avoid); no text may"),
    ),
    "long note of a question": (
        (FRAME, QUESTION, QUESTION.replace("Nobody asked.", LONG)),
        (FRAME, LONG, "questions(fertility).note", TOO_LONG),
    ),
    "advice in a note of a question": (
        (FRAME, QUESTION, QUESTION.replace("Nobody asked.", "Nobody should ask.")),
        (FRAME, "Nobody should", "questions(fertility).note", "gives advice (should); no text may"),
    ),
    "long summary of a polygenic result": (
        polygenic(LONG),
        (EVIDENCE, LONG, "polygenic(p).summary", TOO_LONG),
    ),
    "advice in a summary of a polygenic result": (
        polygenic("It can guide treatment."),
        (EVIDENCE, "It can guide", "polygenic(p).summary", "gives advice (tailor); no text may"),
    ),
    "advice in a message": (
        message("Avoid {variant} ({reason})."),
        (MESSAGES, "Avoid", MESSAGE_PLACE, "gives advice (avoid); no text may"),
    ),
    "advice after a field of a message": (
        message("{variant}: a dose of 1 mg ({reason})."),
        (MESSAGES, "a dose", MESSAGE_PLACE, "gives advice (dose, amount); no text may"),
    ),
    "long name of an outcome": (
        (FRAME, "name: joint pain", f"name: {'x' * 37}"),
        (
            FRAME,
            "x" * 37,
            "outcomes(pain).name",
            "has 37 characters; at most 36 fit a headline",
        ),
    ),
    "long name of a drug": (
        (FRAME, "name: letrozole", f"name: {'x' * 37}"),
        (FRAME, "x" * 37, "drugs(letrozole).name", "has 37 characters; at most 36 fit a headline"),
    ),
    "separator of lists in a headline": (
        (MESSAGES, "{outcome}: not determined, the", "{outcome}: not determined; the"),
        (MESSAGES, "not determined; the", "messages(headline_undetermined).text", NOT_ONE_LINE),
    ),
    "headline of two lines": (
        (MESSAGES, "{outcome}: not determined, the", "{outcome}: not determined,\\nthe"),
        (MESSAGES, "not determined,", "messages(headline_undetermined).text", NOT_ONE_LINE),
    ),
    "unknown group of outcomes": (
        (FRAME, "groups: [level]", "groups: [level, cure]"),
        (
            FRAME,
            "groups: [level, cure]",
            "questions(level).groups",
            "refers to an unknown group of outcomes: cure",
        ),
    ),
    "outcome instead of a group": (
        (FRAME, "groups: [control]", "groups: [survival]"),
        (
            FRAME,
            "groups: [survival]",
            "questions(survival).groups",
            "refers to an unknown group of outcomes: survival",
        ),
    ),
}
ALLOWED: dict[str, Edit] = {
    "longest name of an outcome": (FRAME, "name: joint pain", f"name: {'x' * 36}"),
    "long name of a background outcome": (
        FRAME,
        "name: promoter activity",
        f"name: {'x' * 37}",
    ),
    "longest note of a context": (FRAME, CONTEXT_NOTE, f"note: {'x' * 300}"),
    "long message": message(f"{LONG} {{variant}} {{reason}}"),
    "context without a note": (FRAME, f", {CONTEXT_NOTE}", ""),
    "name of a context": (FRAME, "name: use in men", f"name: {'x' * 301}"),
    "longest name of a drug": (FRAME, "name: letrozole", f"name: {'x' * 36}"),
    "separator of lists in a sentence": message(
        "Not assessed; {variant} was not called ({reason})."
    ),
    "several groups of outcomes": (FRAME, "groups: [level]", "groups: [level, joints, promoter]"),
    "longest summary of a polygenic result": polygenic("x" * 300),
}


NAMES = {
    # place: a text in its line, and the name there
    "outcomes(pain).name": ("category: toxicity", "joint pain"),
    "drugs(letrozole).name": ("id: letrozole, name", "name: letrozole"),
    "settings(metastatic).name": ("id: metastatic", "name: metastatic"),
    "contexts(men).name": ("id: men", "use in men"),
    "contexts(men).monitored": ("id: men", "testosterone"),
    "questions(fertility).name": ("id: fertility", "name: fertility"),
}


@pytest.mark.parametrize(("place", "found"), NAMES.items(), ids=NAMES)
def test_no_name_gives_advice(tmp_path: Path, place: str, found: tuple[str, str]) -> None:
    marker, name = found
    key = "name: " if name.startswith("name: ") else ""
    directory = edited_toy(tmp_path, (FRAME, name, f"{key}what to avoid"))
    fault = (FRAME, marker, place, "gives advice (avoid); no text may")
    assert located(directory, fault) == reported(directory)


@pytest.mark.parametrize(("change", "fault"), RULES.values(), ids=RULES)
def test_broken_rule_is_reported(tmp_path: Path, change: Edit, fault: ExpectedFault) -> None:
    directory = edited_toy(tmp_path, change)
    assert located(directory, fault) == reported(directory)


@pytest.mark.parametrize("change", ALLOWED.values(), ids=ALLOWED)
def test_borderline_case_is_valid(tmp_path: Path, change: Edit) -> None:
    assert "toy" == load([edited_toy(tmp_path, change)]).info.name
