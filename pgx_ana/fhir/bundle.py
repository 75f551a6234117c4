"""One FHIR Bundle per person: Genomics Reporting 3.0.0 on R4, one Bundle a line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import chain
from typing import TypeVar

from pgx_ana.annotation import OVERALL, Annotations, AssociationResult, summarise
from pgx_ana.coded import Coded, combine
from pgx_ana.fhir.entries import Shared, to_json, uuid_of, with_person
from pgx_ana.fhir.genotypes import SiteObservations
from pgx_ana.fhir.haplotypes import DiplotypeObservations
from pgx_ana.fhir.implications import Implications
from pgx_ana.fhir.phase import phase_relations
from pgx_ana.fhir.study import analysis, device, patient, report, study
from pgx_ana.output import ByteStream, sample_batches

T = TypeVar("T")

_SEPARATOR = b","


class BundleWriter:
    """Writes the Bundles of all people, one per line."""

    def __init__(self, stream: ByteStream) -> None:
        self._stream = stream

    def write(self, block: Annotations) -> None:
        """Write the Bundles of a block."""
        for text in bundle_texts(block):
            self._stream.write(text + b"\n")

    def close(self) -> None:
        """Write nothing: every line is complete."""


def bundle_texts(block: Annotations) -> Iterator[bytes]:
    """Yield the Bundle of each person of a block as UTF-8 JSON on one line."""
    columns = list(_columns(block))
    around_results = _conclusions(block).map(report)
    around_regions = block.calls.sample_files.map(partial(analysis, block))
    same = device(block) + study()
    samples = block.calls.samples
    opening = to_json({"resourceType": "Bundle", "id": uuid_of("bundle"), "type": "collection"})
    start_of_all = opening[:-1] + b',"entry":['
    for start, stop in sample_batches(len(samples)):
        people = zip(*(column.take(slice(start, stop)) for column in columns), strict=True)
        for number, columns_of in zip(range(start, stop), people, strict=True):
            parts = list(chain.from_iterable(columns_of))
            before_results, after_results = around_results[number]
            before_regions, after_regions = around_regions[number]
            yield with_person(
                b"".join(
                    (
                        start_of_all,
                        before_results[len(_SEPARATOR) :],
                        _results(parts),
                        after_results,
                        patient(samples[number]),
                        same,
                        before_regions,
                        *(part.regions for part in parts),
                        after_regions,
                        *(part.entries for part in parts),
                        b"]}",
                    )
                )
            )


def _results(parts: Sequence[Shared]) -> bytes:
    """Return the element with the references to results; it may not be empty."""
    references = b"".join([part.results for part in parts])[len(_SEPARATOR) :]
    return b',"result":[' + references + b"]" if references else b""


def _columns(block: Annotations) -> Iterator[Coded[tuple[Shared, ...]]]:
    """Yield what each site, gene, haplotype set and association adds to the Bundles."""
    knowledge, calls = block.knowledge, block.calls
    sites = [
        (site, SiteObservations(site.variant, calls.assembly, knowledge)) for site in calls.sites
    ]
    yield from (_one_each(site.calls, written.shared) for site, written in sites)
    genes = dict.fromkeys(site.variant.gene for site, _ in sites)
    for gene in genes:
        yield phase_relations([pair for pair in sites if pair[0].variant.gene == gene])
    by_rsid = {site.variant.id: written for site, written in sites}
    for haplotypes in block.haplotypes:
        written = DiplotypeObservations(haplotypes.nomenclature, by_rsid, knowledge)
        yield _one_each(haplotypes.diplotypes, written.shared)
    contexts = block.circumstances.map(lambda person: person.context).unique()
    yield from (_implications(result, block, contexts) for result in block.associations)


def _implications(
    result: AssociationResult, block: Annotations, contexts: Coded[str]
) -> Coded[tuple[Shared, ...]]:
    written = Implications(result, block.knowledge)
    conclusions = Coded(result.conclusions, result.marker.calls.codes)
    pairs = combine([conclusions, contexts])
    return _one_each(pairs, lambda pair: written.shared(*pair))


def _one_each(column: Coded[T], written: Callable[[T], Shared]) -> Coded[tuple[Shared, ...]]:
    return column.map(lambda value: (written(value),))


def _conclusions(block: Annotations) -> Coded[str]:
    """Return what is concluded on each person as a whole, in words."""
    (overall,) = (each for each in summarise(block) if each.category == OVERALL)
    return overall.summaries.map(lambda summary: summary.conclusion)
