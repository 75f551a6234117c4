"""Copies of the toy knowledge base with faults in them, and the faults that loading reports."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from helpers.paths import TOY, TOY_HAPLOTYPES
from pgx_ana.errors import KnowledgeBaseError
from pgx_ana.knowledge import load

FRAME, VARIANTS, EVIDENCE, MESSAGES, HAPLOTYPES = (
    "frame.yaml",
    "variants.yaml",
    "evidence.yaml",
    "messages.yaml",
    "haplotypes.yaml",
)
"""The files of a copy that the tests edit."""

KNOWLEDGE = "knowledge.yaml"
"""The file of a copy that has the section ``knowledge``."""

Edit = tuple[str, str, str]
"""File name, a text that occurs once in the file, and its replacement."""

ExpectedFault = tuple[str, str, str, str]
"""File name, a text that occurs once in the file and in the reported line, location, message."""

ReportedFault = tuple[str, int, str, str]
"""File name, line, location and message."""

Rule = tuple[Edit, ExpectedFault]
"""An edit that breaks a rule, and the only fault that it causes."""


def edited_toy(tmp_path: Path, *edits: Edit) -> Path:
    """Copy the toy knowledge base, apply the edits, and return the directory of the copy.

    The section ``knowledge`` gets a file of its own, so that it is valid whatever is wrong with the
    rest of the frame.
    """
    directory = tmp_path / "kb"
    shutil.copytree(TOY, directory)
    head, body = (directory / FRAME).read_text(encoding="utf-8").split("assemblies:\n", 1)
    (directory / KNOWLEDGE).write_text(head, encoding="utf-8")
    (directory / FRAME).write_text(f"assemblies:\n{body}", encoding="utf-8")
    _apply(directory, *edits)
    return directory


def edited_haplotypes(tmp_path: Path, *edits: Edit) -> Path:
    """Copy the toy knowledge base with its haplotypes, and apply the edits as above."""
    directory = edited_toy(tmp_path)
    shutil.copy(TOY_HAPLOTYPES / HAPLOTYPES, directory)
    _apply(directory, *edits)
    return directory


def _apply(directory: Path, *edits: Edit) -> None:
    for name, old, new in edits:
        text = (directory / name).read_text(encoding="utf-8")
        assert (1, old) == (text.count(old), old), "the text to replace must occur once"
        (directory / name).write_text(text.replace(old, new), encoding="utf-8")


def joined(*tables: dict[str, Rule]) -> dict[str, Rule]:
    """Return the rules of several tables, which may not share a test id."""
    rules = {rule_id: rule for table in tables for rule_id, rule in table.items()}
    assert len(rules) == sum(map(len, tables)), "a test id occurs in two tables"
    return rules


def unknown_entries(rules: dict[str, Rule]) -> dict[str, Rule]:
    """Complete the messages of rules that give only the identifier that no entry has."""
    return {
        rule_id: (change, (name, marker, where, f"refers to an unknown entry: {identifier}"))
        for rule_id, (change, (name, marker, where, identifier)) in rules.items()
    }


def reported(directory: Path) -> list[ReportedFault]:
    """Return the faults that loading a faulty knowledge base reports."""
    with pytest.raises(KnowledgeBaseError) as raised:
        load([directory])
    return [
        (fault.file.relative_to(directory).as_posix(), fault.line, fault.where, fault.what)
        for fault in raised.value.faults
    ]


def located(directory: Path, *expected: ExpectedFault) -> list[ReportedFault]:
    """Return the expected faults with the number of the line in which each marker occurs."""
    faults = []
    for name, marker, where, what in expected:
        text = (directory / name).read_text(encoding="utf-8")
        assert (1, marker) == (text.count(marker), marker), "the marker must occur once"
        faults.append((name, text[: text.index(marker)].count("\n") + 1, where, what))
    return faults
