"""Whether the parts of a patient document fit together: what one names, another has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from pgx_ana.annotation import NOT_ASSESSED, OVERALL
from pgx_ana.knowledge import Category, Level
from pgx_ana.terms import CallStatus

_STATUSES = frozenset(status.value for status in CallStatus)
_LEVELS = frozenset(level.value for level in Level)
_CATEGORIES = (*(item.value for item in Category if item is not Category.BACKGROUND), OVERALL)


def reference_fault(document: Mapping[str, Any]) -> str:
    """Return the first thing that a part names and no other part has; empty where all fit.

    The document follows the JSON Schema.
    """
    return next(chain(_table_faults(document), _published_faults(document)), "")


def _table_faults(document: Mapping[str, Any]) -> Iterator[str]:
    for row in document["calls"]:
        if row["status"] not in _STATUSES:
            yield f"calls: {row['variant']} has the unknown status {row['status']!r}"
    called = {row["variant"] for row in document["calls"]}
    for variant in document["vrs"]:
        if variant not in called:
            yield f"vrs: {variant!r} is not in calls"
    if sorted(row["category"] or "" for row in document["summary"]) != sorted(_CATEGORIES):
        yield f"summary: has not one row for each of {', '.join(_CATEGORIES)}"
    named = {item["haplotypes"] for item in document["haplotype_sets"]}
    for row in document["haplotypes"]:
        if row["haplotypes"] not in named:
            yield f"haplotypes: {row['haplotypes']!r} is not in haplotype_sets"


def _published_faults(document: Mapping[str, Any]) -> Iterator[str]:
    published = {
        (marker["marker"], item["association"])
        for marker in document["markers"]
        for item in marker["associations"]
    }
    for row in document["annotations"]:
        key = row["variant"], row["association"]
        where = f"annotations: {row['association']}"
        if row["category"] not in _CATEGORIES or not row["headline"]:
            yield f"{where} has no known category, or no headline"
        if row["direction"] != NOT_ASSESSED and row["level"] not in _LEVELS:
            yield f"{where} has the unknown level {row['level']!r}"
        if row["direction"] != NOT_ASSESSED and key not in published:
            yield f"{where} is not in markers"
    publications = {item["publication"] for item in document["publications"]}
    for marker in document["markers"]:
        for result in marker["results"]:
            if result["publication"] not in publications:
                yield f"markers: {result['publication']!r} is not in publications"
