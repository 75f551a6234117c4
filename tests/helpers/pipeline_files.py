"""What is shipped for workflow programs, and people to run it on."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from helpers.paths import EXAMPLE, ROOT
from helpers.recipes import program_folder

PIPELINES = ROOT / "pipelines"
MODULES = PIPELINES / "nf-core" / "modules" / "nf-core" / "pgxana"
WRAPPERS = PIPELINES / "snakemake" / "wrappers" / "pgxana"

PERSON = EXAMPLE / "spoiled.GRCh38.vcf"
BROKEN = "broken.vcf"
REFUSED = "is not a VCF or BCF file: it does not begin with ##fileformat=VCF"


def place_repository(folder: Path) -> None:
    """Make the repository ``pgx-ana`` of a folder this one."""
    (folder / "pgx-ana").symlink_to(ROOT)


def write_people(folder: Path, *names: str) -> list[Path]:
    """Write a file for each person: the rows of the example under another name."""
    text = PERSON.read_text(encoding="utf-8")
    paths = [folder / f"{name}.vcf" for name in names]
    for path in paths:
        path.write_text(text.replace("NA12717", path.stem), encoding="utf-8")
    return paths


def write_broken(folder: Path) -> Path:
    """Write a file that is refused."""
    path = folder / BROKEN
    path.write_text("broken\n")
    return path


def environment(folder: Path, *places: Path) -> Mapping[str, str]:
    """Return variables with which the program under test is found, and programs in places."""
    paths = [program_folder(folder), *places, os.environ["PATH"]]
    return {**os.environ, "PATH": os.pathsep.join(map(str, paths))}
