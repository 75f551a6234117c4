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
