"""What was worked out before, kept in the user's cache folder by a key that says from what.

A convenience only: a missing, damaged or unwritable cache changes nothing but the time it takes.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path

_DIGEST_SIZE = 32


def folder() -> Path:
    """Return the folder: ``pgx-ana`` in ``$XDG_CACHE_HOME``, else in ``~/.cache``."""
    home = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(home).expanduser() / "pgx-ana"


def read_cached(key: str) -> bytes | None:
    """Return what was kept under a key; None where nothing is, or it is not whole."""
    try:
        stored = (folder() / key).read_bytes()
    except (OSError, RuntimeError):  # no home folder
        return None
    digest, content = stored[:_DIGEST_SIZE], stored[_DIGEST_SIZE:]
    return content if hashlib.sha256(content).digest() == digest else None


def write_cached(key: str, content: bytes) -> None:
    """Keep something under a key, if that can be done."""
    with contextlib.suppress(OSError, RuntimeError):
        place = folder()
        place.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=f".{key}.", dir=place)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(hashlib.sha256(content).digest() + content)
            Path(name).replace(place / key)
        finally:
            Path(name).unlink(missing_ok=True)
