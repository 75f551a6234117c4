"""Loading: reads and checks the YAML files of a knowledge base, or loads what they compiled to."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import MappingProxyType

from pgx_ana.knowledge.base import KnowledgeBase, field_of
from pgx_ana.knowledge.cache import read_cached, read_shipped, sealed, write_cached
from pgx_ana.knowledge.compiled import compiled, document_from
from pgx_ana.knowledge.schema import SECTIONS, Document
from pgx_ana.knowledge.sources import Source, digest, read_source
from pgx_ana.version import __version__

_HERE = Path(__file__).parent

_CHECKING_MODULES = (
    "entry",
    "vocabulary",
    "definitions",
    "evidence",
    "association",
    "context",
    "schema",
    "compiled",
    "form",
    "yamlfile",
    "entry_index",
    "levels",
    "wording",
    "haplotype_checks",
    "subject_checks",
    "evidence_checks",
    "association_checks",
    "linkage_checks",
    "text_checks",
    "checks",
    "sources",
    "validation",
)
"""The modules that decide whether a knowledge base has faults, and how it is compiled.

Their text is part of the key of what is compiled, so that nothing older is ever used.
"""

DEFAULT = "default"
"""Name of the shipped knowledge base among directories."""


def default_directory() -> Path:
    """Return the directory shipped inside the package, else ``data/kb`` of the checkout."""
    package = Path(__file__).parent.parent
    shipped = package / "data" / "kb"
    return shipped if shipped.is_dir() else package.parent / "data" / "kb"


def load(directories: Sequence[Path] = (), *, cached: bool = True) -> KnowledgeBase:
    """Load a knowledge base; entries of later directories replace earlier ones by identifier.

    A directory called ``default`` is the shipped knowledge base, as is none at all.
    A knowledge base without faults is compiled under a key of the digest of its files: that of the
    shipped one is in the installed package, any other in the user's cache. With ``cached`` False,
    the files are read and checked even if they are compiled. Raises :class:`KnowledgeBaseError`
    with every fault.
    """
    layers = _layers(directories)
    sources = [read_source(layer) for layer in layers]
    sha256 = digest(sources)
    key = _cache_key(sources, sha256)
    stored = _stored(key) if cached else None
    if stored is None:
        document = _checked(sources)
        write_cached(key, compiled(document))
    else:
        document = document_from(stored)
    return _knowledge_base(document, sha256, layers)


def load_compiled(directories: Sequence[Path] = ()) -> KnowledgeBase | None:
    """Load a knowledge base as :func:`load` does, if it is compiled already; None otherwise.

    This never takes the time that checking the files takes, and never tells of a fault in them.
    """
    layers = _layers(directories)
    sources = [read_source(layer) for layer in layers]
    sha256 = digest(sources)
    stored = _stored(_cache_key(sources, sha256))
    return None if stored is None else _knowledge_base(document_from(stored), sha256, layers)


def _layers(directories: Sequence[Path]) -> tuple[Path, ...]:
    shipped = default_directory()
    return tuple(shipped if str(d) == DEFAULT else d for d in directories) or (shipped,)


def _stored(key: str) -> bytes | None:
    return read_shipped(key) or read_cached(key)


def _knowledge_base(document: Document, sha256: str, layers: tuple[Path, ...]) -> KnowledgeBase:
    assert document.knowledge is not None
    return KnowledgeBase(
        info=document.knowledge,
        digest=sha256,
        directories=layers,
        **{
            field_of(name): MappingProxyType({entry.id: entry for entry in getattr(document, name)})
            for name in SECTIONS
        },
    )


def compile_default(folder: Path) -> Path:
    """Write the compiled form of the shipped knowledge base to a folder, and return its path.

    A wheel brings this file as ``pgx_ana/data/compiled/<name>``; its name is the key.
    """
    sources = [read_source(default_directory())]
    path = folder / _cache_key(sources, digest(sources))
    path.write_bytes(sealed(compiled(_checked(sources))))
    return path


def _checked(sources: Sequence[Source]) -> Document:
    # The checks, PyYAML and pydantic are imported only when files are checked.
    from pgx_ana.knowledge.validation import checked_document  # noqa: PLC0415

    return checked_document(sources)


def _cache_key(sources: Iterable[Source], sha256: str) -> str:
    """Return the key of a checked knowledge base: program, layers and digest.

    The layers distinguish the same files in other directories. They count unreadable files too,
    because the digest does not cover those.
    """
    program = hashlib.sha256(__version__.encode())
    for module in _CHECKING_MODULES:
        program.update((_HERE / f"{module}.py").read_bytes())
    layers = "-".join(str(len(source.files) + 1_000_000 * len(source.faults)) for source in sources)
    return f"kb-{program.hexdigest()[:12]}-{layers}-{sha256}"
