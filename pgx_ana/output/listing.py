"""Lists that would fill a cell: the whole list for programs, a few words for readers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

_MAX_LISTED = 8
"""Items that are shown in a cell; more are counted."""

_MAX_ALTERNATIVES = 6
"""Labels of one chromosome that are shown; more are counted."""


@dataclass(frozen=True, slots=True)
class Listing:
    """The items of a long list, and the text that stands for them in a table.

    ``source`` may be a sequence that makes the items only when they are asked for.
    """

    source: Sequence[str]
    text: str

    @property
    def items(self) -> tuple[str, ...]:
        """Return all items."""
        return tuple(self.source)


def listing(items: Sequence[str], noun: str) -> tuple[str, ...] | Listing:
    """Return items as they are, or as a listing that counts them: 45 haplotypes."""
    items = tuple(items)
    return items if len(items) <= _MAX_LISTED else Listing(items, f"{len(items)} {noun}")


def status_listing(items: Sequence[str], n_total: int, noun: str) -> tuple[str, ...] | Listing:
    """Return items that end with a status, or a listing by status: 40 of 42 sites absent.

    >>> status_listing([f"rs{n} absent" for n in range(1, 41)], 42, "sites").text
    '40 of 42 sites absent'
    """
    items = tuple(items)
    if len(items) <= _MAX_LISTED:
        return items
    counts = Counter(_status(item) for item in items)
    texts = [f"{count} {status}" for status, count in counts.items()]
    first, _, status = texts[0].partition(" ")
    texts[0] = f"{first} of {n_total} {noun} {status}"
    return Listing(items, ", ".join(texts))


def _status(item: str) -> str:
    """Return the status of a site; what is no site, such as an unknown phase, as it is."""
    _, _, status = item.partition(" ")
    return item if item.startswith("phase of ") else status.replace("_", " ")


def short_candidate(text: str) -> str:
    """Return a pair of chromosomes with long alternatives counted: 43 haplotypes/*22|*37."""
    groups = (group.split("|") for group in text.split("/"))
    return "/".join(
        "|".join(labels) if len(labels) <= _MAX_ALTERNATIVES else f"{len(labels)} haplotypes"
        for labels in groups
    )


def candidate_listing(items: Sequence[str]) -> tuple[str, ...] | Listing:
    """Return candidate diplotypes as they are, or with long alternatives counted."""
    if len(items) > _MAX_LISTED:
        return Listing(items, f"{len(items)} candidates")
    items = tuple(items)
    short = tuple(map(short_candidate, items))
    return items if short == items else Listing(items, ";".join(short))
