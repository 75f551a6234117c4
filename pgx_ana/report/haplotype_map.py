"""The haplotypes of a person, drawn on the sites of their gene: alleles and phase blocks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pgx_ana.report.studies import Facts
from pgx_ana.report.words import STATUSES, Mark

_MAX_CANDIDATES = 12
"""Candidates that are listed; of more, their number is told."""


@dataclass(frozen=True, slots=True)
class MapSite:
    """One site of a set in a person: the two copies, as far as they are known.

    ``copies`` are bases in phased order, else in any, ``.`` for one that is not known; ``block`` is
    the number of the phase block, from 1, 0 where the order of the copies is not known.
    ``is_other`` has for each copy whether it is known to differ from the reference base.
    """

    variant: str
    status: Mark
    copies: tuple[str, ...]
    is_other: tuple[bool, ...]
    block: int


@dataclass(frozen=True, slots=True)
class HaplotypeMap:
    """A haplotype set of a person: the diplotype or its candidates, on the sites of the set.

    ``candidates`` are at most twelve; ``n_candidates`` is the number of all. ``n_blocks`` counts
    phase blocks: between them, the order of the copies is not known. ``quiet`` counts sites that
    are called homozygous for the reference base and are not drawn, ``missing`` those without a
    genotype.
    """

    gene: str
    name: str
    diplotype: str
    status: str
    phenotype: str
    candidates: tuple[str, ...]
    n_candidates: int
    probabilities: tuple[str, ...]
    population: str
    not_excluded: tuple[str, ...]
    deciding: tuple[str, ...]
    extra_variants: tuple[str, ...]
    sites: tuple[MapSite, ...]
    n_blocks: int
    quiet: int
    missing: int


def haplotype_maps(document: Facts) -> Iterator[HaplotypeMap]:
    """Yield every haplotype set of a document."""
    calls = {call["variant"]: call for call in document["calls"]}
    sets = {item["haplotypes"]: item for item in document["haplotype_sets"]}
    for row in document["haplotypes"]:
        known = sets[row["haplotypes"]]
        of_set = [calls[site] for site in known["sites"] if site in calls]
        drawn, quiet, missing = _drawn(of_set)
        yield HaplotypeMap(
            gene=row["gene"],
            name=known["name"],
            diplotype=row["diplotype"] or "",
            status=row["status"].replace("_", " "),
            phenotype=row["phenotype"] or "",
            candidates=tuple(map(_readable, row["candidates"][:_MAX_CANDIDATES])),
            n_candidates=len(row["candidates"]),
            probabilities=tuple(row["probabilities"][:_MAX_CANDIDATES]),
            population=row["population"] or "",
            not_excluded=tuple(row["not_excluded"]),
            deciding=tuple(row["deciding"]),
            extra_variants=tuple(row["extra_variants"]),
            sites=drawn,
            n_blocks=len({site.block for site in drawn} - {0}),
            quiet=quiet,
            missing=missing,
        )


_MANY = 5
"""Haplotypes of one copy that are counted and not listed."""


def _readable(candidate: str) -> str:
    """Return a candidate; of a copy that may be one of many haplotypes, how many these are.

    >>> _readable("*1|*2|*3|*4|*5/*22")
    'one of 5 haplotypes / *22'
    """
    copies = [copy.split("|") for copy in candidate.split("/")]
    if all(len(names) < _MANY for names in copies):
        return candidate
    return " / ".join(
        "|".join(names) if len(names) < _MANY else f"one of {len(names)} haplotypes"
        for names in copies
    )


_FEW = 8
"""Sites that are all drawn; of larger sets, only those at which a copy may differ are."""


def _drawn(calls: Sequence[Facts]) -> tuple[tuple[MapSite, ...], int, int]:
    """Return the sites to draw, and how many are left out: homozygous reference, and missing."""
    blocks = _blocks(calls)
    sites = [_site(call, blocks) for call in calls]
    if len(sites) <= _FEW:
        return tuple(sites), 0, 0
    varied = tuple(site for site in sites if any(site.is_other) or "." in site.copies)
    missing = sum(not site.copies for site in sites)
    return varied, len(sites) - len(varied) - missing, missing


def _blocks(calls: Sequence[Facts]) -> Mapping[object, int]:
    """Number the phase sets of the phased sites; phased genotypes without a set are one block."""
    phased = [call["phase_set"] for call in calls if "|" in (call["genotype"] or "")]
    return {name: number for number, name in enumerate(dict.fromkeys(phased), 1)}


def _site(call: Facts, blocks: Mapping[object, int]) -> MapSite:
    genotype = call["genotype"] or ""
    is_shown = call["status"] in {"called", "partial", "filtered", "unknown_allele"} and genotype
    copies = tuple(genotype.replace("|", "/").split("/")) if is_shown else ()
    return MapSite(
        call["variant"],
        STATUSES[call["status"]],
        copies,
        tuple(copy not in {call["ref"], "."} for copy in copies),
        blocks[call["phase_set"]] if "|" in genotype else 0,
    )
