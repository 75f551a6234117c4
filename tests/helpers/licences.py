"""The licences of libraries, as the libraries declare them, and all that some need in turn."""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib.metadata import Distribution, distribution

from packaging.requirements import Requirement

ALLOWED = frozenset(
    {
        "0BSD",
        "Apache-2.0",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "CC0-1.0",
        "MIT",
        "MPL-2.0",
        "PSF-2.0",
        "Zlib",
    }
)
"""Licences under which libraries may be used and shipped beside this program, by their SPDX names.

MPL-2.0 asks for the source of changed files of the library only.
"""

EXCEPTIONS = {
    "pebble": ("LGPL-3.0", "imported as it is, a library apart, which anybody can replace"),
    "pgenlib": ("LGPL-3.0-only", "the same; and it comes with an extra only"),
}
"""Libraries with another licence, and why they may be used."""

_SPOKEN = {
    "Apache 2.0": "Apache-2.0",
    "MIT License": "MIT",
    "BSD": "BSD-3-Clause",
    "BSD 3-Clause": "BSD-3-Clause",
    "BSD License": "BSD-3-Clause",
    "LGPL": "LGPL-3.0",
}
"""Names that are not those of SPDX. Who only says BSD was looked at: all have three clauses."""

_MAX_NAME = 60
"""Length of a name; in the place of a name there may be a whole licence."""


def declared_licence(distribution: Distribution) -> str:
    """Return the licence that a library declares; empty if it declares none."""
    metadata = distribution.metadata
    fields = [name for name in ("License-Expression", "License") if name in metadata]
    named = metadata[fields[0]] if fields else ""
    if not named or len(named) > _MAX_NAME or "\n" in named:
        classifiers = metadata.get_all("Classifier") or []
        found = [
            text.rpartition(" :: ")[2] for text in classifiers if text.startswith("License ::")
        ]
        named = " AND ".join(found)
    return _SPOKEN.get(named, named)


def is_allowed(name: str, licence: str) -> bool:
    """Say whether a library with this licence may be used."""
    parts = re.split(r" AND |[()]", licence)
    if licence and all(ALLOWED & set(part.split(" OR ")) for part in parts if part):
        return True
    return (name.casefold(), licence) in {(key, named) for key, (named, _) in EXCEPTIONS.items()}


def with_all_needed(requirements: Iterable[str]) -> dict[str, Distribution]:
    """Return the libraries that requirements name, and all that these need, by their names.

    Raises :class:`importlib.metadata.PackageNotFoundError` for one that is not installed.
    """
    found: dict[str, Distribution] = {}
    left = [(Requirement(text), frozenset({""})) for text in requirements]
    while left:
        requirement, extras = left.pop()
        marker = requirement.marker
        if marker and not any(marker.evaluate({"extra": extra}) for extra in extras):
            continue
        library = distribution(requirement.name)
        if library.name not in found:
            found[library.name] = library
            own = frozenset({"", *requirement.extras})
            left += [(Requirement(text), own) for text in library.requires or ()]
    return found
