"""What files can answer, before anything is annotated: every known site, and a verdict per gene."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from pgx_ana.haplotypes import call_all_haplotypes
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.model import Call, CohortCalls, InputFile, Locus, SiteCalls, Variant
from pgx_ana.quality.allele_frequencies import frequency_warnings
from pgx_ana.terms import CallSource, CallStatus

BLOCK = "block"
"""Called, by a reference block."""

STATES = (CallStatus.CALLED.value, BLOCK, *(s.value for s in CallStatus if s != CallStatus.CALLED))
UNREADABLE = "unreadable"
_ANSWERED = (CallStatus.CALLED.value, BLOCK)


class Extent(IntEnum):
    """How much can be answered; the value is the exit code."""

    ALL = 0
    NOTHING = 3
    PARTLY = 5


@dataclass(frozen=True, slots=True)
class SiteCallability:
    """How many people have a site in which state; ``unreadable`` says why it cannot be read."""

    variant: Variant
    place: str
    people: Mapping[str, int]
    unreadable: str = ""

    @property
    def answered(self) -> int:
        """Return how many people are called."""
        return sum(self.people.get(state, 0) for state in _ANSWERED)

    @property
    def main_state(self) -> str:
        """Return the state that most of the people who are not called are in."""
        if self.unreadable:
            return UNREADABLE
        others = {state: n for state, n in self.people.items() if n and state not in _ANSWERED}
        return max(others, key=lambda state: others[state]) if others else ""


@dataclass(frozen=True, slots=True)
class GeneVerdict:
    """What can be said of a gene, in a sentence."""

    gene: str
    extent: Extent
    sentence: str


@dataclass(frozen=True, slots=True)
class SetCallability:
    """In how many people the diplotype of a set of haplotypes has which status."""

    id: str
    name: str
    people: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Callability:
    """What some files can answer. ``content`` says of each file what kind of rows it has."""

    files: tuple[InputFile, ...]
    content: tuple[str, ...]
    n_samples: int
    sites: tuple[SiteCallability, ...]
    genes: tuple[GeneVerdict, ...]
    sets: tuple[SetCallability, ...]
    warnings: tuple[str, ...]

    @property
    def extent(self) -> Extent:
        """Return how much can be answered in all."""
        return _overall([gene.extent for gene in self.genes])


def assess_callability(
    parts: Sequence[CohortCalls], unreadable: Mapping[str, str], knowledge: KnowledgeBase
) -> Callability:
    """Say what can be answered from calls.

    ``parts`` are the calls of some genes each, of the same files; ``unreadable`` has for every
    other gene why it cannot be read.
    """
    calls = parts[0]
    sites = [_site(site, part) for part in parts for site in part.sites]
    sites += [
        SiteCallability(
            variant, _place(variant, calls), {}, " ".join(unreadable[variant.gene].split())
        )
        for variant in knowledge.variants
        if variant.gene in unreadable
    ]
    by_gene: dict[str, list[SiteCallability]] = {}
    for site in sites:
        by_gene.setdefault(site.variant.gene, []).append(site)
    observed = [call for part in parts for site in part.sites for call in site.calls.values]
    has_blocks = {call.file for call in observed if call.source is CallSource.REFERENCE_BLOCK}
    has_rows = {call.file for call in observed if call.file}
    references = {
        call.file
        for part in parts
        for site in part.sites
        for call in site.calls.values
        if _is_reference(call, site.variant.loci[part.assembly])
    }
    content = tuple(
        "reference blocks"
        if file.name in has_blocks
        else "rows for reference genotypes too"
        if file.name in references
        else "variant rows only"
        if file.name in has_rows
        else "no row at a known site"
        for file in calls.files
    )
    people = len(calls.samples)
    studied = {key: definition.studied_allele for key, definition in knowledge.definitions.items()}
    return Callability(
        files=calls.files,
        content=content,
        n_samples=people,
        sites=tuple(sites),
        genes=tuple(
            _verdict(gene, found, people, _hidden(found, calls, studied))
            for gene, found in by_gene.items()
        ),
        sets=tuple(s for part in parts for s in _sets(part, knowledge)),
        warnings=tuple(w for part in parts for w in frequency_warnings(part, knowledge)),
    )


def _sets(calls: CohortCalls, knowledge: KnowledgeBase) -> Iterator[SetCallability]:
    for found in call_all_haplotypes(calls, knowledge):
        people: Counter[str] = Counter()
        for call, count in found.diplotypes.counts():
            people[call.diplotype.status.value] += count
        yield SetCallability(found.nomenclature.id, found.nomenclature.name, people)


def _is_reference(call: Call, locus: Locus) -> bool:
    return locus.ref_is_certain and set(call.alleles) == {locus.ref}


def _place(variant: Variant, calls: CohortCalls) -> str:
    locus = variant.loci[calls.assembly]
    return f"{locus.chrom}:{locus.pos}"


def _site(site: SiteCalls, calls: CohortCalls) -> SiteCallability:
    people: Counter[str] = Counter()
    for call, count in site.calls.counts():
        is_block = call.source is CallSource.REFERENCE_BLOCK and call.status is CallStatus.CALLED
        people[BLOCK if is_block else call.status.value] += count
    return SiteCallability(site.variant, _place(site.variant, calls), people)


def _hidden(
    sites: Sequence[SiteCallability], calls: CohortCalls, studied: Mapping[str, str | None]
) -> list[str]:
    """List the genotypes of studied alleles that absent sites may hide, being reference."""
    found = []
    for site in sites:
        locus = site.variant.loci[calls.assembly]
        is_studied = locus.ref_is_certain and studied[site.variant.id] == locus.ref
        if site.people.get(CallStatus.ABSENT.value) and is_studied:
            found.append(f"{locus.ref}/{locus.ref} at {site.variant.id}")
    return found


def _verdict(
    gene: str, sites: Sequence[SiteCallability], people: int, hidden: Sequence[str]
) -> GeneVerdict:
    whole = [site for site in sites if people and site.answered == people]
    extent = _overall(
        [
            Extent.ALL if site in whole else Extent.PARTLY if site.answered else Extent.NOTHING
            for site in sites
        ]
    )
    count = "its one site is" if len(sites) == 1 else f"all {len(sites)} sites are"
    if extent is Extent.ALL:
        return GeneVerdict(gene, extent, f"{gene} can be answered: {count} called.")
    reasons = "; ".join(_shortfalls([site for site in sites if site not in whole], people))
    if extent is Extent.NOTHING:
        sentence = f"{gene} cannot be answered: {reasons}."
    else:
        everyone = "" if people == 1 else " in everyone"
        sentence = (
            f"{gene} can be answered in part: {len(whole)} of {len(sites)} sites called{everyone}; "
            f"{reasons}."
        )
    if hidden:
        sentence += f" An absent row cannot tell {', '.join(hidden)} from not looked at."
    return GeneVerdict(gene, extent, sentence)


def _shortfalls(sites: Sequence[SiteCallability], people: int) -> Iterator[str]:
    """Yield each state with the sites that are in it."""
    by_state: dict[str, list[str]] = {}
    for site in sites:
        called = f" (called in {site.answered} of {people})" if site.answered else ""
        by_state.setdefault(site.main_state, []).append(site.variant.id + called)
    for state, names in by_state.items():
        yield f"{state.replace('_', ' ')}: {', '.join(names)}"


def _overall(extents: Sequence[Extent]) -> Extent:
    kinds = set(extents)
    return kinds.pop() if len(kinds) == 1 else Extent.PARTLY if kinds else Extent.NOTHING
