"""Callability: which known sites the files call, and whether each gene can be answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from pgx_ana.coded import combine
from pgx_ana.haplotypes import HaplotypeCaller
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.model import CohortCalls, InputFile, SiteCalls, Variant
from pgx_ana.quality.allele_frequencies import frequency_warnings, tally_sites
from pgx_ana.terms import CallSource, CallStatus

_BLOCK = "block"
"""The state of a site that is called by a reference block."""

STATES = (
    CallStatus.CALLED.value,
    _BLOCK,
    *(status.value for status in CallStatus if status != CallStatus.CALLED),
)
"""The states of a site in one person: the call statuses, with reference blocks apart."""

_UNREADABLE = "unreadable"
_CALLED_STATES = (CallStatus.CALLED.value, _BLOCK)


class Extent(IntEnum):
    """How much can be answered. The value is the exit code of ``pgx-ana check``."""

    ALL = 0
    NOTHING = 3
    PARTLY = 5


@dataclass(frozen=True, slots=True)
class SiteCallability:
    """The number of people in each state at one site.

    ``locus`` is ``CHROM:POS``. ``unreadable`` is the error where the site cannot be read, else
    empty.
    """

    variant: Variant
    locus: str
    people: Mapping[str, int]
    unreadable: str = ""

    @property
    def n_called(self) -> int:
        """Return the number of people who are called."""
        return sum(self.people.get(state, 0) for state in _CALLED_STATES)

    @property
    def main_state(self) -> str:
        """Return the most frequent state of the people who are not called."""
        if self.unreadable:
            return _UNREADABLE
        counts = {state: n for state, n in self.people.items() if n and state not in _CALLED_STATES}
        return max(counts, key=lambda state: counts[state]) if counts else ""


@dataclass(frozen=True, slots=True)
class GeneVerdict:
    """Whether a gene can be answered, with a sentence that says why not."""

    gene: str
    extent: Extent
    sentence: str


@dataclass(frozen=True, slots=True)
class HaplotypeSetCallability:
    """The number of people with each diplotype status, for one haplotype set."""

    id: str
    name: str
    people: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Callability:
    """What the files can answer. ``content`` describes the kind of rows in each file."""

    files: tuple[InputFile, ...]
    content: tuple[str, ...]
    n_samples: int
    sites: tuple[SiteCallability, ...]
    genes: tuple[GeneVerdict, ...]
    haplotype_sets: tuple[HaplotypeSetCallability, ...]
    warnings: tuple[str, ...]

    @property
    def extent(self) -> Extent:
        """Return how much can be answered over all genes."""
        return _overall([gene.extent for gene in self.genes])

    @property
    def called_fraction(self) -> float:
        """Return the fraction of all sites in all people that is called; 0 where there is none."""
        cells = len(self.sites) * self.n_samples
        return sum(site.n_called for site in self.sites) / cells if cells else 0.0


def assess_callability(
    calls: CohortCalls, unreadable: Mapping[str, str], knowledge: KnowledgeBase
) -> Callability:
    """Assess what the files can answer, from their calls.

    ``unreadable`` has, for every selected gene without calls, the error that prevents reading it.
    """
    sites = [_site_callability(site, calls) for site in calls.sites]
    sites += [
        SiteCallability(
            variant, _locus_text(variant, calls), {}, " ".join(unreadable[variant.gene].split())
        )
        for variant in knowledge.variants
        if variant.gene in unreadable
    ]
    by_gene: dict[str, list[SiteCallability]] = {}
    for site in sites:
        by_gene.setdefault(site.variant.gene, []).append(site)
    n_samples = len(calls.samples)
    studied = {key: definition.studied_allele for key, definition in knowledge.definitions.items()}
    return Callability(
        files=calls.files,
        content=_file_contents(calls),
        n_samples=n_samples,
        sites=tuple(sites),
        genes=tuple(
            _gene_verdict(
                gene, gene_sites, n_samples, _hidden_reference_genotypes(gene_sites, calls, studied)
            )
            for gene, gene_sites in by_gene.items()
        ),
        haplotype_sets=tuple(_haplotype_set_callability(calls, knowledge)),
        warnings=tuple(
            frequency_warnings(
                len(calls.samples), tally_sites(calls, knowledge), calls.assembly, knowledge
            )
        ),
    )


def _file_contents(calls: CohortCalls) -> tuple[str, ...]:
    """Describe, for each file, the kind of its rows at known sites."""
    with_rows, with_blocks, with_reference = set(), set(), set()
    for site in calls.sites:
        locus = site.variant.loci[calls.assembly]
        for call, file in combine([site.calls, calls.file_names(site)]).values:
            with_rows.add(file)
            if call.source is CallSource.REFERENCE_BLOCK:
                with_blocks.add(file)
            if locus.ref_is_certain and set(call.alleles) == {locus.ref}:
                with_reference.add(file)
    return tuple(
        "reference blocks"
        if file.name in with_blocks
        else "rows for reference genotypes too"
        if file.name in with_reference
        else "variant rows only"
        if file.name in with_rows
        else "no row at a known site"
        for file in calls.files
    )


def _haplotype_set_callability(
    calls: CohortCalls, knowledge: KnowledgeBase
) -> Iterator[HaplotypeSetCallability]:
    for haplotype_calls in HaplotypeCaller(knowledge).call(calls):
        people: Counter[str] = Counter()
        for call, count in haplotype_calls.diplotypes.counts():
            people[call.diplotype.status.value] += count
        nomenclature = haplotype_calls.nomenclature
        yield HaplotypeSetCallability(nomenclature.id, nomenclature.name, people)


def _locus_text(variant: Variant, calls: CohortCalls) -> str:
    locus = variant.loci[calls.assembly]
    return f"{locus.chrom}:{locus.pos}"


def _site_callability(site: SiteCalls, calls: CohortCalls) -> SiteCallability:
    people: Counter[str] = Counter()
    for call, count in site.calls.counts():
        is_block = call.source is CallSource.REFERENCE_BLOCK and call.status is CallStatus.CALLED
        people[_BLOCK if is_block else call.status.value] += count
    return SiteCallability(site.variant, _locus_text(site.variant, calls), people)


def _hidden_reference_genotypes(
    sites: Sequence[SiteCallability], calls: CohortCalls, studied: Mapping[str, str | None]
) -> list[str]:
    """List the homozygous reference genotypes that a missing row may stand for, where they matter.

    They matter where the studied allele is the reference allele. ``studied`` has the studied allele
    of each variant.
    """
    genotypes = []
    for site in sites:
        locus = site.variant.loci[calls.assembly]
        is_studied = locus.ref_is_certain and studied[site.variant.id] == locus.ref
        if site.people.get(CallStatus.ABSENT.value) and is_studied:
            genotypes.append(f"{locus.ref}/{locus.ref} at {site.variant.id}")
    return genotypes


def _gene_verdict(
    gene: str, sites: Sequence[SiteCallability], n_samples: int, hidden: Sequence[str]
) -> GeneVerdict:
    """Return the verdict on a gene; ``hidden`` lists genotypes that absent rows may stand for."""
    complete = [site for site in sites if n_samples and site.n_called == n_samples]
    extent = _overall(
        [
            Extent.ALL if site in complete else Extent.PARTLY if site.n_called else Extent.NOTHING
            for site in sites
        ]
    )
    count = "its one site is" if len(sites) == 1 else f"all {len(sites)} sites are"
    if extent is Extent.ALL:
        return GeneVerdict(gene, extent, f"{gene} can be answered: {count} called.")
    reasons = "; ".join(_shortfalls([site for site in sites if site not in complete], n_samples))
    if extent is Extent.NOTHING:
        sentence = f"{gene} cannot be answered: {reasons}."
    else:
        everyone = "" if n_samples == 1 else " in everyone"
        sentence = (
            f"{gene} can be answered in part: {len(complete)} of {len(sites)} sites called"
            f"{everyone}; {reasons}."
        )
    if hidden:
        sentence += f" An absent row cannot tell {', '.join(hidden)} from not looked at."
    return GeneVerdict(gene, extent, sentence)


def _shortfalls(sites: Sequence[SiteCallability], n_samples: int) -> Iterator[str]:
    """Yield each main state with its sites, for sites that are not called in everyone."""
    by_state: dict[str, list[str]] = {}
    for site in sites:
        called = f" (called in {site.n_called} of {n_samples})" if site.n_called else ""
        by_state.setdefault(site.main_state, []).append(site.variant.id + called)
    for state, names in by_state.items():
        yield f"{state.replace('_', ' ')}: {', '.join(names)}"


def _overall(extents: Sequence[Extent]) -> Extent:
    """Return the common extent of all parts, ``PARTLY`` if they differ, ``NOTHING`` for no part."""
    distinct = set(extents)
    return distinct.pop() if len(distinct) == 1 else Extent.PARTLY if distinct else Extent.NOTHING
