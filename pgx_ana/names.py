"""Names as users type them: lists, any case, and what was probably meant by an unknown one.

This module imports nothing heavy: the command line uses it before anything else is loaded.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

_MAX_KNOWN = 20_000
"""Number of known names up to which similar ones are searched: the search compares every one."""


def listed_names(given: Iterable[str]) -> tuple[str, ...]:
    """Return names that may be given one by one or separated by commas, each once."""
    names = (name.strip() for text in given for name in text.split(","))
    return tuple(dict.fromkeys(name for name in names if name))


def known_name(name: str, known: Iterable[str]) -> str | None:
    """Return a name as it is known, whatever its case; None if it is unknown or ambiguous."""
    candidates = [item for item in known if item.casefold() == name.casefold()]
    if name in candidates:
        return name
    return candidates[0] if len(candidates) == 1 else None


def did_you_mean(name: str, known: Collection[str]) -> str:
    """Return ``; did you mean X?`` with the most similar known name; empty if none is similar."""
    if len(known) > _MAX_KNOWN:
        return ""
    from difflib import get_close_matches  # noqa: PLC0415  # only needed after a typing error

    by_folded = {item.casefold(): item for item in sorted(known)}
    similar = get_close_matches(name.casefold(), by_folded, n=1)
    return f"; did you mean {by_folded[similar[0]]}?" if similar else ""
