"""Computed results in the user's cache folder, each stored under a key derived from its inputs.

The cache only saves time: a missing, damaged or unwritable cache changes no result.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path

_DIGEST_BYTES = 32
"""Size of the SHA-256 digest at the start of every entry."""


def cache_folder() -> Path:
    """Return the cache folder: ``pgx-ana`` in ``$XDG_CACHE_HOME``, else in ``~/.cache``."""
    home = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(home).expanduser() / "pgx-ana"


def read_cached(key: str) -> bytes | None:
    """Return the content stored under a key; None if it is missing or damaged."""
    try:
        entry = (cache_folder() / key).read_bytes()
    except (OSError, RuntimeError):  # RuntimeError: the user has no home folder
        return None
    digest, content = entry[:_DIGEST_BYTES], entry[_DIGEST_BYTES:]
    return content if hashlib.sha256(content).digest() == digest else None


def write_cached(key: str, content: bytes) -> None:
    """Store content under a key; do nothing if the cache cannot be written."""
    with contextlib.suppress(OSError, RuntimeError):
        folder = cache_folder()
        folder.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(prefix=f".{key}.", dir=folder)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(hashlib.sha256(content).digest() + content)
            Path(temporary).replace(folder / key)
        finally:
            Path(temporary).unlink(missing_ok=True)
