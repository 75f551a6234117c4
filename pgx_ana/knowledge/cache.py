"""Computed results, each stored under a key derived from its inputs.

They are in the user's cache folder, or come with the package. They only save time: a missing,
damaged or unwritable cache changes no result.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import tempfile
import time
from pathlib import Path

from pgx_ana.reading import read_small

_DIGEST_BYTES = 32
"""Size of the SHA-256 digest at the start of every entry."""

_SHIPPED = Path(__file__).parent.parent / "data" / "compiled"
"""The folder of entries in an installed package; a checkout has none."""

_MAX_ENTRY_BYTES = 512_000_000
"""Size of an entry; that of the shipped knowledge base has a few MB."""

_MAX_ENTRIES = 8
"""Entries that are kept: one for every knowledge base and program version in use at a time."""

_SECONDS_PER_DAY = 86_400


def cache_folder() -> Path:
    """Return the cache folder: ``pgx-ana`` in ``$XDG_CACHE_HOME``, else in ``~/.cache``."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache")
    # The XDG Base Directory Specification: relative paths are invalid and must be ignored.
    return (home if home.is_absolute() else Path("~/.cache")).expanduser() / "pgx-ana"


def read_cached(key: str) -> bytes | None:
    """Return the content stored under a key; None if it is missing, damaged or not trusted."""
    try:
        path = cache_folder() / key
        if not (_is_private(path.parent) and _is_private(path)):
            return None
        entry = read_small(path, _MAX_ENTRY_BYTES)
    except (OSError, RuntimeError):  # RuntimeError: the user has no home folder
        return None
    return _unsealed(entry)


def read_shipped(key: str) -> bytes | None:
    """Return the content that the package brings under a key; None if there is none."""
    try:
        return _unsealed(read_small(_SHIPPED / key, _MAX_ENTRY_BYTES))
    except OSError:
        return None


def sealed(content: bytes) -> bytes:
    """Return an entry: its digest, and the content."""
    return hashlib.sha256(content).digest() + content


def _unsealed(entry: bytes) -> bytes | None:
    """Return the content of an entry; None if it is damaged."""
    content = entry[_DIGEST_BYTES:]
    return content if sealed(content) == entry else None


def write_cached(key: str, content: bytes) -> None:
    """Store content under a key, and remove old entries; do nothing if the cache is not usable."""
    with contextlib.suppress(OSError, RuntimeError):
        folder = cache_folder()
        if not folder.parent.parent.is_dir():
            return  # a home folder that does not exist is not created
        folder.parent.mkdir(mode=0o700, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        if not _is_private(folder):
            return
        descriptor, temporary = tempfile.mkstemp(prefix=f".{key}.", dir=folder)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(sealed(content))
            Path(temporary).replace(folder / key)
        finally:
            Path(temporary).unlink(missing_ok=True)
        _prune(folder)


def _is_private(path: Path) -> bool:
    """Return whether a file or folder is the user's, and nobody else can change it."""
    status = path.stat()
    return status.st_uid == os.geteuid() and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _prune(folder: Path) -> None:
    """Remove all but the newest entries, and what killed runs left behind a day ago or earlier."""
    entries: list[tuple[float, Path]] = []
    for path in folder.iterdir():
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode):
            continue
        if path.name.startswith("kb-"):
            entries.append((status.st_mtime, path))
        elif path.name.startswith(".kb-") and time.time() - status.st_mtime > _SECONDS_PER_DAY:
            path.unlink(missing_ok=True)
    for _, path in sorted(entries)[:-_MAX_ENTRIES]:
        path.unlink(missing_ok=True)
