"""The files of a knowledge base as they are on disk: their contents, in order, and their digest."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pgx_ana.errors import Fault
from pgx_ana.reading import read_small

_MAX_FILE_BYTES = 64_000_000
"""Size of one file; the largest of the shipped knowledge base has less than 1 MB."""


@dataclass(frozen=True, slots=True)
class Source:
    """The files of one directory with their contents, in the order of their paths.

    ``faults`` report what could not be read.
    """

    directory: Path
    files: tuple[tuple[Path, bytes], ...]
    faults: tuple[Fault, ...]


def read_source(directory: Path) -> Source:
    """Read every ``*.yaml`` file below a directory."""
    if not directory.is_dir():
        return Source(
            directory, (), (Fault(directory, 1, "", "is not a directory with YAML files"),)
        )
    paths = sorted(directory.rglob("*.yaml"), key=lambda path: path.relative_to(directory).parts)
    if not paths:
        return Source(directory, (), (Fault(directory, 1, "", "contains no *.yaml file"),))
    files, faults = [], []
    for path in paths:
        try:
            files.append((path, read_small(path, _MAX_FILE_BYTES)))
        except OSError as error:
            faults.append(Fault(path, 1, "", f"cannot be read: {error}"))
    return Source(directory, tuple(files), tuple(faults))


def digest(sources: Iterable[Source]) -> str:
    """Return the SHA-256 of all files with their paths."""
    sha256 = hashlib.sha256()
    for source in sources:
        for path, content in source.files:
            name = path.relative_to(source.directory).as_posix()
            sha256.update(f"{name}\0{len(content)}\0".encode())
            sha256.update(content)
    return sha256.hexdigest()
