"""The recipes for workflow programs on one machine: the bytes of a batch at once."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from helpers.batches import status
from helpers.fixture_types import MakeVcf
from helpers.paths import tool_environment
from helpers.recipes import BROKEN, SHARDS, Batch, prepare_batch, recipes

pytestmark = pytest.mark.slow

SNAKEMAKE = tool_environment("snakemake") / "bin"


@pytest.fixture
def batch(tmp_path: Path, make_vcf: MakeVcf) -> Batch:
    return prepare_batch(tmp_path, make_vcf)


@pytest.mark.parametrize(("heading", "program"), [("xargs", "xargs"), ("GNU parallel", "parallel")])
def test_a_script(heading: str, program: str, batch: Batch) -> None:
    """It ends with 6, because a file is broken."""
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    (script,) = recipes(heading)
    process = batch.run(script, {})
    assert 6 == process.returncode, process.stderr
    assert batch.at_once == batch.results


@pytest.fixture
def snakemake(batch: Batch) -> Callable[..., int]:
    """Return a function that runs Snakemake, and returns how many jobs it did."""
    places = [str(SNAKEMAKE), os.environ["PATH"]]
    program = shutil.which("snakemake", path=os.pathsep.join(places))
    if program is None:
        pytest.skip("Snakemake is not installed: make snakemake")
    (recipe,) = recipes("Snakemake", "python")
    (batch.folder / "Snakefile").write_text(recipe)

    def run(*options: str) -> int:
        process = subprocess.run(
            [program, "--cores", "2", "--nocolor", *options],
            check=False,
            cwd=batch.folder,
            env=batch.environment,
            capture_output=True,
            text=True,
        )
        assert 0 == process.returncode, process.stderr
        return process.stderr.count("\nFinished jobid: ")

    return run


def test_snakemake(snakemake: Callable[..., int], batch: Batch) -> None:
    """Run again, it does nothing; after a change, it reads no more than what has changed."""
    assert 2 + SHARDS == snakemake()
    assert batch.at_once == batch.results
    assert 0 == snakemake()

    text = (batch.folder / "hang.vcf").read_text().replace("P100", "another")
    (batch.folder / BROKEN).write_text(text)
    before = batch.finished()
    assert 2 + SHARDS == snakemake("--forcerun", "plan")
    after = batch.finished()
    assert ["block-00011.json"] == [name for name in before if before[name] != after[name]]
    assert [BROKEN, "1", "another", "ok"] == status(batch.folder / "results")[200][:4]
