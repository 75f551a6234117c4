"""The columns of the tables in a report of MultiQC."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pgx_ana.multiqc_plugin.summary import Summary

Columns = dict[str, dict[str, Any]]
"""What MultiQC is to know of each column, by its key."""

_EFFECTS = {
    "better": "Findings that are better for the person, in all categories",
    "worse": "Findings that are worse for the person, in all categories",
    "other": "Findings that are neither, or conflicting, in all categories",
}
_COHORTS = {
    "for": "Cohorts that support the conclusions on this person, once for each",
    "null": "Cohorts in which no difference was found, once for each conclusion",
    "against": "Cohorts in which the opposite was found, once for each conclusion",
}


def general_columns() -> Columns:
    """Return the columns of the general statistics; two of them are shown at first."""
    return {
        "called_percent": {
            "title": "Sites called",
            "description": "Known sites that are called; absent is not reference",
            "suffix": "%",
            "min": 0,
            "max": 100,
            "scale": "Blues",
        },
        "findings": {
            "title": "Findings",
            "description": "Differences that were found and concern the genotypes, linked variants "
            "counted once",
            "min": 0,
            "scale": "Purples",
            "format": "{:,.0f}",
        },
        "highest_level": {
            "title": "Highest level",
            "description": "Level of evidence of the firmest finding",
            "scale": False,
            "hidden": True,
        },
        "called_sites": {
            "title": "Called",
            "description": "Number of known sites that are called",
            "min": 0,
            "scale": "Blues",
            "format": "{:,.0f}",
            "hidden": True,
        },
        "known_sites": {
            "title": "Known",
            "description": "Number of known sites",
            "min": 0,
            "scale": "Greys",
            "format": "{:,.0f}",
            "hidden": True,
        },
    }


def finding_columns(people: Iterable[Summary]) -> Columns:
    """Return the columns of the table of findings.

    They are the categories, the effects of findings, the cohorts behind the conclusions, and the
    levels of evidence, in the order of the files.
    """
    categories: dict[str, None] = {}
    levels: dict[str, None] = {}
    for person in people:
        categories |= dict.fromkeys(person.categories)
        levels |= dict.fromkeys(person.totals("levels"))
    columns = {
        f"findings.{name}": _count(_words(name), f"Findings on {_words(name).lower()}", "Purples")
        for name in categories
    }
    columns |= {name: _count(name.capitalize(), text, "Purples") for name, text in _EFFECTS.items()}
    columns |= {
        f"cohorts.{name}": _count(f"Cohorts {name}", text, "Greys")
        for name, text in _COHORTS.items()
    }
    columns["no_difference"] = _count(
        "No difference", "Conclusions that found no difference for the genotype", "Greys"
    )
    columns |= {
        f"levels.{name}": _count(
            _words(name), f"Conclusions with the level of evidence: {_words(name).lower()}", "Blues"
        )
        for name in levels
    }
    return columns


def row_of_findings(person: Summary) -> dict[str, int]:
    """Return the values of a person in the columns of :func:`finding_columns`."""
    row = {f"findings.{name}": found.findings for name, found in person.categories.items()}
    totals = person.totals("findings")
    row |= {name: totals.get(name, 0) for name in _EFFECTS}
    row |= {f"cohorts.{name}": number for name, number in person.totals("cohorts").items()}
    row["no_difference"] = person.totals("conclusions").get("no_difference", 0)
    return row | {f"levels.{name}": number for name, number in person.totals("levels").items()}


def _count(title: str, description: str, scale: str) -> dict[str, Any]:
    return {
        "title": title,
        "description": description,
        "min": 0,
        "scale": scale,
        "format": "{:,.0f}",
    }


def _words(name: str) -> str:
    return name.replace("_", " ").capitalize()
