"""Names of files about people or entries, safe on every file system."""

from __future__ import annotations

import hashlib
import re

_MAX_LENGTH = 60
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)
_DIGITS = 8


class FileNames:
    """Gives each sample a file name of its own, the same in every run with the same people.

    ``ending`` is that of all names, with its dot. A sample whose name is not safe, or differs from
    another in case alone, gets a digest at the end.
    """

    def __init__(self, ending: str) -> None:
        self._ending = ending
        self._taken: set[str] = set()

    def name(self, sample: str) -> str:
        """Return the name of the file about a sample; call once for each."""
        stem = _UNSAFE.sub("_", sample)[:_MAX_LENGTH].strip(".")
        is_reserved = _RESERVED.fullmatch(stem) is not None
        is_plain = stem == sample and bool(stem) and not is_reserved
        if is_reserved:
            stem = stem.replace(".", "_")  # a device keeps its name with any ending
        name = f"{stem}{self._ending}"
        if not is_plain or name.casefold() in self._taken:
            digest = hashlib.sha256(sample.encode("utf-8", "surrogatepass")).hexdigest()
            prefix = f"{stem}-" if stem else ""
            names = (
                f"{prefix}{digest[:end]}{self._ending}" for end in range(_DIGITS, len(digest) + 1)
            )
            name = next(name for name in names if name.casefold() not in self._taken)
        self._taken.add(name.casefold())
        return name
