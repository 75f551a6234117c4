"""The sites of a cohort as a reader meets them: who is called, and how frequent alleles are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter

from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.quality import CALL_STATES, Cohort, Count, Hidden, SiteCell, SiteFrequency, SitePeople
from pgx_ana.report.figures import Figure, Figures, Segment
from pgx_ana.report.words import SITE_STATES, Mark
from pgx_ana.terms import POPULATIONS, Assembly, CallStatus

STATES = {state: SITE_STATES[state] for state in CALL_STATES}
"""All states of a call, in the order in which they are listed."""


@dataclass(frozen=True, slots=True)
class StatePeople:
    """The people in one state at a site."""

    mark: Mark
    people: Figure


@dataclass(frozen=True, slots=True)
class SiteRow:
    """One site: who is called, and who is not for which reason; states of nobody are left out."""

    variant: str
    locus: str
    called: Figure
    others: tuple[StatePeople, ...]
    bar: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class GeneSites:
    """The sites of one gene, with the number of them called in everybody, some and nobody.

    ``n_hidden`` are those of which that is not told. ``bar`` divides the sites.
    """

    gene: str
    n_all: int
    n_some: int
    n_none: int
    n_hidden: int
    bar: tuple[Segment, ...]
    rows: tuple[SiteRow, ...]


@dataclass(frozen=True, slots=True)
class Population:
    """The frequency of an allele in a population: its place from 0 to 100, and as text."""

    name: str
    place: float
    text: str


@dataclass(frozen=True, slots=True)
class FrequencyRow:
    """The frequency of an allele among the people, and in five populations.

    ``place`` is that of ``observed`` from 0 to 100; None where there is none to show. ``verdict``
    says how it compares; ``is_compared`` if it could be, ``is_suspect`` if it fits no population.
    """

    variant: str
    gene: str
    allele: str
    observed: str
    place: float | None
    populations: tuple[Population, ...]
    verdict: str
    is_compared: bool
    is_suspect: bool


def gene_sites(cohort: Cohort, knowledge: KnowledgeBase) -> tuple[GeneSites, ...]:
    """Return the callability of all sites, gene by gene."""
    writer = _SiteWriter(cohort, knowledge)
    by_gene: dict[str, list[SitePeople]] = {}
    for site in cohort.sites:
        by_gene.setdefault(knowledge.definitions[site.variant].gene, []).append(site)
    return tuple(writer.gene(gene, sites) for gene, sites in by_gene.items())


class _SiteWriter:
    def __init__(self, cohort: Cohort, knowledge: KnowledgeBase) -> None:
        self._figures = Figures(cohort.hides)
        assembly = Assembly(next(iter(cohort.files.assemblies), Assembly.GRCH38))
        self._loci = {variant.id: variant.loci[assembly] for variant in knowledge.variants}

    def gene(self, gene: str, sites: Sequence[SitePeople]) -> GeneSites:
        called = [site.people.of(_is_called) for site in sites]
        all_people = [site.people.n_people for site in sites]
        n_all = sum(count == n for count, n in zip(called, all_people, strict=True))
        n_none = sum(count == 0 for count in called)
        n_hidden = sum(isinstance(count, Hidden) for count in called)
        n_some = len(sites) - n_all - n_none - n_hidden
        parts = [
            (STATES[CallStatus.CALLED].key, n_all),
            ("some", n_some),
            (STATES[CallStatus.ABSENT].key, n_none),
        ]
        return GeneSites(
            gene,
            n_all,
            n_some,
            n_none,
            n_hidden,
            self._figures.bar(parts, len(sites)),
            tuple(map(self._row, sites)),
        )

    def _row(self, site: SitePeople) -> SiteRow:
        total = site.people.n_people
        counts: dict[str, Count] = {
            state: site.people.where(attrgetter("state"), state) for state in STATES
        }
        others = [
            StatePeople(STATES[state], self._figures.figure(count, total))
            for state, count in counts.items()
            if count != 0 and state != CallStatus.CALLED and not site.people.hides_zeros
        ]
        locus = self._loci[site.variant]
        parts = [(STATES[state].key, n) for state, n in counts.items()]
        called = counts[CallStatus.CALLED]
        return SiteRow(
            site.variant,
            f"{locus.chrom}:{locus.pos}",
            self._figures.figure(called, total),
            tuple(others),
            self._figures.bar(parts, total),
        )


def _is_called(cell: SiteCell) -> bool:
    return cell.is_called


def frequency_rows(cohort: Cohort, knowledge: KnowledgeBase) -> tuple[FrequencyRow, ...]:
    """Return every allele whose frequency in populations is known."""
    return tuple(
        _frequency_row(site.variant, knowledge.definitions[site.variant].gene, site.frequency)
        for site in cohort.sites
        if site.frequency is not None
    )


def _frequency_row(variant: str, gene: str, frequency: SiteFrequency) -> FrequencyRow:
    observed = frequency.observed
    text, place = "nobody called", None
    if isinstance(observed, Hidden):
        text = "hidden"
    elif observed is not None:
        text, place = f"{observed:.3f}", round(100 * observed, 1)
    return FrequencyRow(
        variant,
        gene,
        frequency.allele,
        text,
        place,
        tuple(_populations(frequency)),
        _verdict(frequency),
        is_compared=frequency.is_compared,
        is_suspect=frequency.is_outlier,
    )


def _populations(frequency: SiteFrequency) -> Iterator[Population]:
    for name in POPULATIONS:
        if name in frequency.populations:
            value = frequency.populations[name]
            yield Population(name, round(100 * value, 1), f"{value:.3f}")


def _verdict(frequency: SiteFrequency) -> str:
    """Say how the frequency compares with those of populations."""
    if isinstance(frequency.observed, Hidden):
        return "not told: it rests on hidden numbers"
    if frequency.is_swapped:
        return "fits no population: the alleles may be swapped, or read on the other strand"
    if frequency.is_outlier:
        return "fits no population"
    return "as in populations" if frequency.is_compared else "not compared: too few people called"
