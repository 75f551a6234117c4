"""A knowledge base from its directories: read, checked whole, and kept for the next run."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from pgx_ana.errors import Fault, KnowledgeBaseError
from pgx_ana.knowledge import (
    checks,
    definitions,
    entry_index,
    evidence,
    evidence_checks,
    schema,
    vocabulary,
    yamlfile,
)
from pgx_ana.knowledge.base import KnowledgeBase, field_of
from pgx_ana.knowledge.cache import read_cached, write_cached
from pgx_ana.knowledge.checks import check
from pgx_ana.knowledge.entry_index import SECTIONS, EntryIndex
from pgx_ana.knowledge.schema import Document, document_as_json, document_from_json
from pgx_ana.knowledge.yamlfile import read_yaml
from pgx_ana.version import __version__

_CHECKED_WITH = (
    yamlfile,
    vocabulary,
    definitions,
    evidence,
    schema,
    entry_index,
    checks,
    evidence_checks,
)
"""The modules that decide whether a knowledge base has a fault."""


def default_directory() -> Path:
    """Return the knowledge base that ships with the package, or the checkout's ``data/kb``."""
    package = Path(__file__).parent.parent
    shipped = package / "data" / "kb"
    return shipped if shipped.is_dir() else package.parent / "data" / "kb"


def load(directories: Sequence[Path] = (), *, cached: bool = True) -> KnowledgeBase:
    """Load a knowledge base; entries of later directories replace those of earlier ones by id.

    One that was found to have no fault is kept in the user's cache, by the digest of its files;
    ``cached`` False reads and checks the files whatever is kept. Raises
    :class:`KnowledgeBaseError` with every fault.
    """
    places = tuple(directories) or (default_directory(),)
    sources = [_read_source(place) for place in places]
    digest = _digest(sources)
    key = _cache_key(sources, digest)
    kept = read_cached(key) if cached else None
    if kept is None:
        document = _checked(sources)
        write_cached(key, document_as_json(document))
    else:
        document = document_from_json(kept)
    assert document.knowledge is not None
    return KnowledgeBase(
        info=document.knowledge,
        digest=digest,
        directories=places,
        **{
            field_of(name): MappingProxyType({entry.id: entry for entry in getattr(document, name)})
            for name in SECTIONS
        },
    )


def _checked(sources: Sequence[_Source]) -> Document:
    """Read all files into one document. Raises :class:`KnowledgeBaseError` for any fault."""
    faults = [fault for source in sources for fault in source.faults]
    collected, info = EntryIndex(), None
    for source in sources:
        read = [read_yaml(path, content) for path, content in source.files]
        faults += [fault for _, found in read for fault in found]
        faults += collected.add([file for file, _ in read])
        for file, _ in read:
            info = file.document.knowledge or info
    if info is None and not faults:
        faults.append(
            Fault(sources[0].directory, 1, "knowledge", "no file says what this knowledge base is")
        )
    if not faults:
        faults = list(check(collected))
    if faults or info is None:
        raise KnowledgeBaseError(tuple(sorted(faults, key=lambda fault: (fault.file, fault.line))))
    sections = {name: tuple(collected.values(name).values()) for name in SECTIONS}
    return Document(knowledge=info, **sections)


@dataclass(frozen=True, slots=True)
class _Source:
    """The files of one directory with what they hold, in the order of their paths.

    ``faults`` say what could not be read.
    """

    directory: Path
    files: tuple[tuple[Path, bytes], ...]
    faults: tuple[Fault, ...]


def _read_source(directory: Path) -> _Source:
    if not directory.is_dir():
        return _Source(
            directory, (), (Fault(directory, 1, "", "is not a directory with YAML files"),)
        )
    paths = sorted(directory.rglob("*.yaml"), key=lambda path: path.relative_to(directory).parts)
    if not paths:
        return _Source(directory, (), (Fault(directory, 1, "", "holds no *.yaml file"),))
    files, faults = [], []
    for path in paths:
        try:
            files.append((path, path.read_bytes()))
        except OSError as error:
            faults.append(Fault(path, 1, "", f"cannot be read: {error}"))
    return _Source(directory, tuple(files), tuple(faults))


def _digest(sources: Iterable[_Source]) -> str:
    digest = hashlib.sha256()
    for source in sources:
        for path, content in source.files:
            name = path.relative_to(source.directory).as_posix()
            digest.update(f"{name}\0{len(content)}\0".encode())
            digest.update(content)
    return digest.hexdigest()


def _cache_key(sources: Iterable[_Source], digest: str) -> str:
    """Return a name for a checked knowledge base: by program, layers and digest.

    What could not be read has no name: its faults are in no digest.
    """
    program = hashlib.sha256(__version__.encode())
    for module in _CHECKED_WITH:
        program.update(Path(str(module.__file__)).read_bytes())
    layers = "-".join(str(len(source.files) + 1_000_000 * len(source.faults)) for source in sources)
    return f"kb-{program.hexdigest()[:12]}-{layers}-{digest}"
