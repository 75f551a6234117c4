"""Loading: reads and checks the YAML files of a knowledge base, and caches it for the next run."""

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
    haplotype_checks,
    schema,
    vocabulary,
    yamlfile,
)
from pgx_ana.knowledge.base import KnowledgeBase, field_of
from pgx_ana.knowledge.cache import read_cached, write_cached
from pgx_ana.knowledge.checks import entry_faults
from pgx_ana.knowledge.entry_index import SECTIONS, EntryIndex
from pgx_ana.knowledge.schema import Document, document_as_json, document_from_json
from pgx_ana.knowledge.yamlfile import read_yaml
from pgx_ana.reading import read_small
from pgx_ana.version import __version__

_CHECKING_MODULES = (
    yamlfile,
    vocabulary,
    definitions,
    evidence,
    schema,
    entry_index,
    checks,
    haplotype_checks,
    evidence_checks,
)
"""The modules that decide whether a knowledge base has faults: part of the cache key."""

_MAX_FILE_BYTES = 64_000_000
"""Size of one file; the largest of the shipped knowledge base has less than 1 MB."""


def default_directory() -> Path:
    """Return the directory shipped inside the package, else ``data/kb`` of the checkout."""
    package = Path(__file__).parent.parent
    shipped = package / "data" / "kb"
    return shipped if shipped.is_dir() else package.parent / "data" / "kb"


def load(directories: Sequence[Path] = (), *, cached: bool = True) -> KnowledgeBase:
    """Load a knowledge base; entries of later directories replace earlier ones by identifier.

    A knowledge base without faults is stored in the user's cache under the digest of its files.
    With ``cached`` False, the files are read and checked even if the cache has them. Raises
    :class:`KnowledgeBaseError` with every fault.
    """
    layers = tuple(directories) or (default_directory(),)
    sources = [_read_source(layer) for layer in layers]
    digest = _digest(sources)
    key = _cache_key(sources, digest)
    stored = read_cached(key) if cached else None
    if stored is None:
        document = _checked_document(sources)
        write_cached(key, document_as_json(document))
    else:
        document = document_from_json(stored)
    assert document.knowledge is not None
    return KnowledgeBase(
        info=document.knowledge,
        digest=digest,
        directories=layers,
        **{
            field_of(name): MappingProxyType({entry.id: entry for entry in getattr(document, name)})
            for name in SECTIONS
        },
    )


def _checked_document(sources: Sequence[_Source]) -> Document:
    """Read all files into one document. Raises :class:`KnowledgeBaseError` with every fault."""
    faults = [fault for source in sources for fault in source.faults]
    entries, info = EntryIndex(), None
    for source in sources:
        parsed = [read_yaml(path, content) for path, content in source.files]
        faults += [fault for _, file_faults in parsed for fault in file_faults]
        faults += entries.add([file for file, _ in parsed])
        for file, _ in parsed:
            info = file.document.knowledge or info
    if info is None and not faults:
        what = "no file has this section, which names and versions the knowledge base"
        faults.append(Fault(sources[0].directory, 1, "knowledge", what))
    if not faults:
        faults = list(entry_faults(entries))
    if faults or info is None:
        raise KnowledgeBaseError(tuple(sorted(faults, key=lambda fault: (fault.file, fault.line))))
    sections = {name: tuple(entries.values(name).values()) for name in SECTIONS}
    return Document(knowledge=info, **sections)


@dataclass(frozen=True, slots=True)
class _Source:
    """The files of one directory with their contents, in the order of their paths.

    ``faults`` report what could not be read.
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
        return _Source(directory, (), (Fault(directory, 1, "", "contains no *.yaml file"),))
    files, faults = [], []
    for path in paths:
        try:
            files.append((path, read_small(path, _MAX_FILE_BYTES)))
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
    """Return the cache key of a checked knowledge base: program, layers and digest.

    The layers distinguish the same files in other directories. They count unreadable files too,
    because the digest does not cover those.
    """
    program = hashlib.sha256(__version__.encode())
    for module in _CHECKING_MODULES:
        program.update(Path(str(module.__file__)).read_bytes())
    layers = "-".join(str(len(source.files) + 1_000_000 * len(source.faults)) for source in sources)
    return f"kb-{program.hexdigest()[:12]}-{layers}-{digest}"
