"""The page on a haplotype set: its sites, its haplotypes with frequencies, and the evidence."""

from __future__ import annotations

from dataclasses import dataclass

from pgx_ana.browse import haplotype_rows
from pgx_ana.report.site_addresses import Link
from pgx_ana.report.site_subject import Site, SubjectEvidence
from pgx_ana.terms import GLOBAL, POPULATIONS


@dataclass(frozen=True, slots=True)
class HaplotypeRow:
    """A haplotype; ``frequencies`` is empty where it was not counted, else one per population."""

    name: str
    alleles: tuple[str, ...]
    function: str
    state: str
    names: tuple[str, ...]
    note: str
    frequencies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Panel:
    """The people in whom haplotypes were counted; sites that are missing there count as usual."""

    name: str
    source: str
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HaplotypeSetView:
    """What the page on a haplotype set shows, in its order."""

    id: str
    name: str
    gene: Link
    sites: tuple[Link, ...]
    further_sites: tuple[Link, ...]
    elsewhere: str
    note: str
    source: str
    populations: tuple[str, ...]
    haplotypes: tuple[HaplotypeRow, ...]
    panels: tuple[Panel, ...]
    phenotypes: tuple[tuple[str, tuple[str, ...]], ...]
    phenotype_source: str
    evidence: SubjectEvidence


_ELSEWHERE = {
    "reference": "At core sites that a haplotype does not name, it has the first allele of the "
    "variant.",
    "named": "Every haplotype names its allele at all core sites.",
}


def haplotype_set_view(key: str, site: Site) -> HaplotypeSetView:
    """Return what the page on a haplotype set shows."""
    knowledge = site.knowledge
    definition = knowledge.haplotype_sets[key]
    return HaplotypeSetView(
        id=key,
        name=definition.name,
        gene=Link(definition.gene, site.addresses.genes[definition.gene]),
        sites=_variants(definition.sites, site),
        further_sites=_variants(definition.further_sites, site),
        elsewhere=_ELSEWHERE[definition.elsewhere],
        note=definition.note or "",
        source=definition.source,
        populations=(*POPULATIONS, "all"),
        haplotypes=_haplotypes(key, site),
        panels=tuple(
            Panel(item.panel, item.source, item.not_in_panel) for item in knowledge.counts_of(key)
        ),
        phenotypes=tuple((rule.phenotype, rule.functions) for rule in definition.phenotypes),
        phenotype_source=definition.phenotype_source or "",
        evidence=site.evidence(key),
    )


def _variants(keys: tuple[str, ...], site: Site) -> tuple[Link, ...]:
    return tuple(Link(key, site.addresses.variants[key]) for key in keys)


def _haplotypes(key: str, site: Site) -> tuple[HaplotypeRow, ...]:
    """Return the haplotypes of a set, then those that were only counted."""
    notes = {item.name: item.note or "" for item in site.knowledge.haplotypes_of(key)}
    gene = site.knowledge.haplotype_sets[key].gene
    rows = (row for row in haplotype_rows(site.knowledge, [gene]) if row["haplotypes"] == key)
    return tuple(
        HaplotypeRow(
            name=str(row["name"]),
            alleles=_texts(row["alleles"]),
            function=str(row["function"] or ""),
            state=str(row["state"]).replace("_", " "),
            names=_texts(row["other_names"]),
            note=notes.get(str(row["name"]), ""),
            frequencies=tuple(_frequency(row[name]) for name in (*POPULATIONS, GLOBAL)),
        )
        for row in rows
    )


def _texts(value: object) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, list) else ()


def _frequency(value: object) -> str:
    return f"{value:.4f}" if isinstance(value, float) else ""
