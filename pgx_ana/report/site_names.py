"""All names of a knowledge base with their pages: what the search of the site looks through."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pgx_ana.report.site_addresses import Link
from pgx_ana.report.site_subject import Site

_NUMBERS = re.compile(r"(\d+)")


@dataclass(frozen=True, slots=True)
class Entry:
    """A page by its main name, with what else it is known by."""

    link: Link
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EntryGroup:
    """Pages of one kind by their names, in alphabetical order; numbers count as numbers."""

    key: str
    title: str
    entries: tuple[Entry, ...]


def entry_groups(site: Site) -> tuple[EntryGroup, ...]:
    """Return all names, by kind."""
    groups = (
        ("genes", "Genes", _genes(site)),
        ("variants", "Variants", _variants(site)),
        ("sets", "Haplotype sets", _sets(site)),
        ("haplotypes", "Haplotypes", _haplotypes(site)),
        ("studies", "Studies", _studies(site)),
        ("questions", "Questions", _questions(site)),
        ("uses", "Uses of the drug", _contexts(site)),
    )
    return tuple(EntryGroup(key, title, _sorted(entries)) for key, title, entries in groups)


def _sorted(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    return tuple(sorted(entries, key=lambda entry: _order(entry.link.text)))


def _order(text: str) -> list[tuple[int, int, str]]:
    """Return a key by which rs9 comes before rs10, whatever the case."""
    parts = _NUMBERS.split(text.casefold())
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts]


def _genes(site: Site) -> Iterator[Entry]:
    for key, gene in site.knowledge.genes.items():
        yield Entry(Link(key, site.addresses.genes[key]), () if gene.name == key else (gene.name,))


def _variants(site: Site) -> Iterator[Entry]:
    for key, item in site.knowledge.definitions.items():
        link = Link(key, site.addresses.variants[key])
        yield Entry(link, (item.gene, *item.names, *item.merged))


def _sets(site: Site) -> Iterator[Entry]:
    for key, item in site.knowledge.haplotype_sets.items():
        yield Entry(Link(key, site.addresses.haplotype_sets[key]), (item.name,))


def _haplotypes(site: Site) -> Iterator[Entry]:
    knowledge = site.knowledge
    for item in knowledge.haplotypes.values():
        gene = knowledge.haplotype_sets[item.haplotype_set].gene
        is_star = item.name.startswith("*")
        text = f"{gene}{item.name}" if is_star else f"{gene} {item.name}"
        yield Entry(Link(text, site.addresses.haplotype_sets[item.haplotype_set]), item.names)


def _studies(site: Site) -> Iterator[Entry]:
    for key, item in site.knowledge.publications.items():
        named = (item.title, item.pmid and f"PMID {item.pmid}", item.pmcid, item.doi)
        yield Entry(site.results.study(key), tuple(filter(None, named)))


def _questions(site: Site) -> Iterator[Entry]:
    for key, item in site.knowledge.questions.items():
        yield Entry(Link(item.name, site.addresses.questions[key]), ())


def _contexts(site: Site) -> Iterator[Entry]:
    for key, item in site.knowledge.contexts.items():
        yield Entry(Link(item.name, site.addresses.contexts[key]), (key,))
