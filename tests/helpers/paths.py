"""Paths of the project files that tests read."""

from __future__ import annotations

from pathlib import Path

TESTS = Path(__file__).parent.parent
ROOT = TESTS.parent
TOY = TESTS / "toy_kb"
TOY_HAPLOTYPES = TESTS / "toy_haplotypes"
GOLDEN = TESTS / "golden"
EXAMPLE = ROOT / "data" / "example"
REAL = ROOT.parent / "shared" / "data"
"""Real data, not part of the project; tests that need them are skipped if they are missing."""

PANEL_GENES = ("ABCB1", "CYP19A1", "CYP3A4", "UGT1A4")
"""The genes around which there are rows of 1000 Genomes in ``REAL``, a file for each."""


def tool_environment(target: str) -> Path:
    """Return the environment that ``make TARGET`` makes for foreign programs; they are in bin/."""
    return ROOT / f".venv-{target}"
