"""The recipes of the pages on batches, as they are printed, and files to run them on."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from helpers.batches import tree
from helpers.fixture_types import MakeVcf
from helpers.pages import blocks, page_code
from helpers.paths import ROOT, TOY

N_FILES = 301
BROKEN = "broken.vcf"
SHARDS = 4

_GENOTYPES = ("0/0", "0/1", "1/1", "./.")
_SITES = ("1 99 CA C", "1 200 A C", "1 300 T C", "2 50 T G")


def recipes(heading: str, language: str = "bash") -> list[str]:
    """Return the code under a heading of the page on batches, for few shards and the toy base."""
    return [
        code.replace("500", str(SHARDS)).replace("-o results", f"-o results --kb {TOY}")
        for code in page_code("docs/batch.md", language, heading)
    ]


def with_slurm(page: str) -> str:
    """Return the tutorial on many files with the commands of Slurm in place of those without.

    The last of them waits for all jobs, and ends with 6, because files are broken.
    """
    before, rest = page.split("## Without Slurm\n")
    after = rest[rest.index("\n## ") :]
    (script,) = [block.text for block in blocks(before) if block.language == "bash"]
    lines = "".join(f"$ {line}\n" for line in script.splitlines())
    return f"{before}\n```console\n{lines}$ echo $?\n6\n```\n{after}"


@dataclass(frozen=True)
class Batch:
    """Some hundred files in a folder, ``files.txt`` that names them, and what comes of them.

    ``environment`` has the variables with which scripts find the program. ``at_once`` has what the
    batch gives without a recipe: all files but its plan, by their paths.
    """

    folder: Path
    environment: Mapping[str, str]
    at_once: Mapping[str, bytes]

    @property
    def results(self) -> Mapping[str, bytes]:
        """What a recipe has given."""
        return _results(self.folder / "results")

    def finished(self) -> Mapping[str, int]:
        """Return when the record of each finished block was written, by its name."""
        records = (self.folder / "results" / "blocks").glob("block-*")
        return {path.name: path.stat().st_mtime_ns for path in records}

    def run(self, script: str, variables: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
        """Run a script of the shell in the folder."""
        return subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            check=False,
            cwd=self.folder,
            env={**self.environment, **variables},
            capture_output=True,
            text=True,
        )


def prepare_batch(folder: Path, make_vcf: MakeVcf) -> Batch:
    """Write the files, and run them as one batch."""
    manifest = _write_files(make_vcf)
    path = f"{program_folder(folder / 'bin')}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path}
    words = ["pgx-ana", "batch", manifest.name, "-o", "at_once", "--kb", str(TOY), "-q"]
    process = subprocess.run(words, check=False, cwd=folder, env=environment)
    assert 6 == process.returncode
    return Batch(folder, environment, _results(folder / "at_once"))


def _write_files(make_vcf: MakeVcf) -> Path:
    """Write files of one person each, of which one is broken, and the list of them; return it.

    Neighbours differ. ``hang.vcf`` is like the others, unless processes are sabotaged.
    """
    names = []
    patterns = itertools.cycle(itertools.product(_GENOTYPES, repeat=len(_SITES)))
    for number, genotypes in enumerate(itertools.islice(patterns, N_FILES)):
        names.append({100: "hang.vcf", 200: BROKEN}.get(number, f"P{number:03}.vcf"))
        rows = [" ".join(row) for row in zip(_SITES, genotypes, strict=True)]
        path = make_vcf(rows, samples=(f"P{number:03}",), name=names[-1])
        if names[-1] == BROKEN:
            path.write_text("broken\n")
    manifest = path.with_name("files.txt")
    manifest.write_text("".join(f"{name}\n" for name in names))
    return manifest


def program_folder(folder: Path) -> Path:
    """Make a folder for ``PATH`` in which ``pgx-ana`` is the program that is tested."""
    folder.mkdir()
    program = folder / "pgx-ana"
    paths = f'{ROOT}"${{PYTHONPATH:+:$PYTHONPATH}}"'
    program.write_text(f'#!/bin/bash\nPYTHONPATH={paths} exec {sys.executable} -m pgx_ana "$@"\n')
    program.chmod(0o755)
    return folder


def _results(folder: Path) -> Mapping[str, bytes]:
    """Return all files but the plan, which says into how many shards the batch is divided."""
    return {name: content for name, content in tree(folder).items() if name != "plan.json"}
