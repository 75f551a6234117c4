"""What cannot be told of a person: sites without a genotype, why, and what would settle them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pgx_ana.report.studies import Facts
from pgx_ana.report.words import SETTLED_BY, STATUSES, Mark
from pgx_ana.terms import CallStatus


@dataclass(frozen=True, slots=True)
class MissingSite:
    """A site with evidence that has no genotype; ``reason`` is that of the call.

    ``hides_studied`` tells that people homozygous for the studied allele, which is the reference
    base, have no row in a file of variants only.
    """

    gene: str
    variant: str
    reason: str
    outcomes: tuple[str, ...]
    hides_studied: bool


@dataclass(frozen=True, slots=True)
class MissingSites:
    """Sites with evidence that share a status, and what would settle them."""

    status: Mark
    settled_by: str
    sites: tuple[MissingSite, ...]


@dataclass(frozen=True, slots=True)
class MissingSet:
    """A haplotype set with evidence of which nothing can be concluded, with its status."""

    gene: str
    name: str
    status: str
    outcomes: tuple[str, ...]


def missing_sites(document: Facts) -> Iterator[MissingSites]:
    """Yield the sites with conclusions that are not called, by status."""
    outcomes = _outcomes(document)
    for status, mark in STATUSES.items():
        sites = tuple(
            MissingSite(
                call["gene"],
                call["variant"],
                call["reason"] or "",
                outcomes[call["variant"]],
                status == CallStatus.ABSENT and call["variant"] in document["studied_references"],
            )
            for call in document["calls"]
            if call["status"] == status and call["variant"] in outcomes
        )
        if sites:
            yield MissingSites(mark, SETTLED_BY.get(status, ""), sites)


def missing_sets(document: Facts) -> Iterator[MissingSet]:
    """Yield the haplotype sets with conclusions of which none could be assessed."""
    outcomes = _outcomes(document)
    names = {item["haplotypes"]: item["name"] for item in document["haplotype_sets"]}
    for row in document["haplotypes"]:
        key = row["haplotypes"]
        if key in outcomes:
            yield MissingSet(
                row["gene"], names[key], row["status"].replace("_", " "), outcomes[key]
            )


def _outcomes(document: Facts) -> dict[str, tuple[str, ...]]:
    """Return what could not be assessed, by variant or haplotype set."""
    found: dict[str, dict[str, None]] = {}
    for row in document["annotations"]:
        if row["direction"] == "not_assessed":
            name = row["headline"].partition(":")[0]
            found.setdefault(row["variant"], {})[name] = None
    return {key: tuple(outcomes) for key, outcomes in found.items()}
