"""Files that nobody here wrote, good and broken: an answer or one clear line, never a traceback."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

pytestmark = pytest.mark.slow


def test_every_file_is_answered_or_refused(shared: Path, run: Callable[..., Result]) -> None:
    """The labelled corpus of the VCF validator, and one file of each caller."""
    files = [path for path in (shared / "corpus").rglob("*") if path.is_file()]
    files += [path for path in (shared / "callers").iterdir() if path.is_file()]
    assert len(files) > 440
    strange = {}
    for path in sorted(files):
        result = run("annotate", path, "--quiet", "--table", "calls")
        lines = result.stderr.splitlines()
        refused = result.exit_code == 3 and len(lines) == 1 and not result.stdout
        if not (refused or (result.exit_code == 0 and not lines)):
            strange[path.name] = (result.exit_code, lines[:2])
    assert {} == strange
