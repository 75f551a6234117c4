"""A file that belongs to one with genotypes, in place of that one: what to name instead."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.fixture_types import Run
from helpers.paths import TOY


@pytest.mark.parametrize("suffix", ["pvar", "psam", "bim", "fam", "bgi", "sample"])
def test_the_file_with_the_genotypes_is_to_be_named(run: Run, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"x.{suffix}"
    path.write_text("1\trs1\t0\t100\tC\tA\n")
    result = run("annotate", "--kb", TOY, path)
    message = (
        f"Error: {path}: is not a VCF or BCF file: it does not begin with ##fileformat=VCF; "
        "name the .pgen, .bed or .bgen file that it belongs to\n"
    )
    assert (3, message) == (result.exit_code, result.stderr)
