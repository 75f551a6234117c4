"""Annotations as tables of distinct rows.

Most people share their rows. A table therefore holds each distinct row once, and for every person
the number of the row. Text, JSON and data frames are made from these tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pgx_ana.annotation import (
    Annotations,
    AssociationResult,
    CategorySummary,
    Conclusion,
    MarkerCall,
    Summary,
    evidence_context,
    summarise,
)
from pgx_ana.coded import Coded, combine
from pgx_ana.haplotypes import Diplotype, DiplotypeCall, HaplotypeCalls, Nomenclature
from pgx_ana.knowledge import Publication
from pgx_ana.model import (
    FIRST_NAMED_SET,
    FROM_A_RECORD,
    Call,
    Circumstances,
    CohortCalls,
    SiteCalls,
)
from pgx_ana.output.columns import COLUMNS, Column
from pgx_ana.output.listing import Listing, candidate_listing, listing, status_listing
from pgx_ana.terms import TableName
from pgx_ana.version import __version__

Value = str | int | float | tuple[str, ...] | Listing | None
Row = tuple[Value, ...]

_LABEL_USES = {"no": "on_label", "yes": "off_label"}


@dataclass(frozen=True, slots=True, eq=False)
class TableSection:
    """One row per sample, without the sample name.

    ``numbers`` has the columns that differ from sample to sample: float32 with NaN, or int64 with
    -1 for missing, of shape (samples,). The rows have None in their place.
    """

    rows: Coded[Row]
    numbers: Mapping[str, NDArray[np.generic]]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Table:
    """A table of all samples. Each sample has one row per section, in the order of the sections."""

    name: TableName
    samples: tuple[str, ...]
    sections: tuple[TableSection, ...]

    def __repr__(self) -> str:
        """Return ``<Table: calls, 2 samples, 12 rows>``."""
        n_samples = len(self.samples)
        return f"<Table: {self.name}, {n_samples} samples, {n_samples * len(self.sections)} rows>"

    @property
    def columns(self) -> tuple[Column, ...]:
        """Return the columns, beginning with the sample."""
        return COLUMNS[self.name]


def make_table(name: TableName, annotations: Annotations) -> Table:
    """Return a table of the annotations."""
    stamps = (annotations.knowledge.stamp, __version__)
    samples = annotations.calls.samples
    if name is TableName.CALLS:
        sections = tuple(
            _call_section(site, annotations.calls, stamps) for site in annotations.calls.sites
        )
    elif name is TableName.ANNOTATIONS:
        sections = tuple(
            _annotation_section(result, annotations, stamps) for result in annotations.associations
        )
    elif name is TableName.HAPLOTYPES:
        population = annotations.population
        sections = tuple(
            _haplotype_section(calls, population, stamps) for calls in annotations.haplotypes
        )
    else:
        sections = tuple(
            _summary_section(summary, annotations, stamps) for summary in summarise(annotations)
        )
    return Table(name, samples, sections)


def _call_section(site: SiteCalls, calls: CohortCalls, stamps: tuple[str, str]) -> TableSection:
    assembly = calls.assembly
    locus = site.variant.loci[assembly]
    ref = locus.ref if locus.ref_is_certain else None
    locus_columns = (
        site.variant.gene,
        site.variant.id,
        assembly.value,
        locus.chrom,
        locus.pos,
        ref,
    )

    def row(call: Call, file: str) -> Row:
        return (
            *locus_columns,
            None if call.genotype == "." else call.genotype,
            call.status.value,
            call.source.value,
            call.reason or None,
            None,
            None,
            None,
            call.filter if call.filter not in {"", "."} else None,
            file or None,
            *stamps,
        )

    arrays = {"phase_set": _numbered_sets(site.phase_set), "gq": site.gq, "dp": site.dp}
    observed = site.calls.mask(lambda call: call.source in FROM_A_RECORD)
    numbers = {
        name: np.where(observed, values, _missing_value(values))
        for name, values in arrays.items()
        if values is not None
    }
    return TableSection(calls.with_file_names(site).map(lambda pair: row(*pair)), numbers)


def _numbered_sets(phase_set: NDArray[np.int64] | None) -> NDArray[np.int64] | None:
    """Return phase sets without those that have a name in the file, and no number."""
    return None if phase_set is None else np.where(phase_set < FIRST_NAMED_SET, phase_set, -1)


def _missing_value(values: NDArray[np.generic]) -> float | int:
    return np.nan if values.dtype.kind == "f" else -1


def _annotation_section(
    result: AssociationResult, annotations: Annotations, stamps: tuple[str, str]
) -> TableSection:
    association, grade, marker, basis = (
        result.association,
        result.grade,
        result.marker,
        result.basis,
    )
    knowledge = annotations.knowledge
    evidence = [knowledge.evidence[item] for item in association.evidence]
    citations = (_citation(knowledge.publications[item.publication]) for item in evidence)
    pmids = tuple(dict.fromkeys(citations))

    def row(found: tuple[MarkerCall, Conclusion], context: str) -> Row:
        call, conclusion = found
        return (
            marker.gene,
            marker.id,
            None if call.genotype == "." else call.genotype,
            call.status.value,
            call.source.value,
            result.category.value,
            association.outcome,
            conclusion.direction,
            listing(conclusion.compared_with, "other genotypes"),
            conclusion.effect or None,
            conclusion.headline,
            basis.name,
            basis.drugs,
            grade.level.value,
            basis.n,
            basis.estimate or None,
            len(grade.supporting),
            len(grade.contradicting),
            len(grade.null),
            association.setting,
            evidence_context(basis.settings, knowledge.contexts.get(context)),
            pmids,
            conclusion.statement,
            conclusion.caution or None,
            association.id,
            *stamps,
        )

    calls = Coded(
        tuple(zip(marker.calls.values, result.conclusions, strict=True)), marker.calls.codes
    )
    contexts = annotations.circumstances.map(lambda person: person.context).unique()
    if len(contexts.values) == 1:
        (context,) = contexts.values
        return TableSection(calls.map(lambda found: row(found, context)), {})
    return TableSection(combine([calls, contexts]).map(lambda pair: row(*pair)), {})


def _citation(publication: Publication) -> str:
    return publication.pmid or publication.doi or publication.pmcid or publication.id


def _haplotype_section(
    calls: HaplotypeCalls, population: str, stamps: tuple[str, str]
) -> TableSection:
    nomenclature = calls.nomenclature
    rows = calls.diplotypes.map(lambda call: _haplotype_row(nomenclature, call, population, stamps))
    return TableSection(rows, {})


def _haplotype_row(
    nomenclature: Nomenclature, call: DiplotypeCall, population: str, stamps: tuple[str, str]
) -> Row:
    diplotype = call.diplotype
    probabilities = diplotype.probabilities
    likeliest, probability = probabilities[0] if probabilities else (None, None)
    return (
        nomenclature.gene,
        nomenclature.id,
        diplotype.diplotype or None,
        diplotype.status.value,
        candidate_listing([candidate.text for candidate in diplotype.candidates]),
        listing(tuple(_not_excluded(nomenclature, diplotype)), "haplotypes"),
        likeliest,
        None if probability is None else _rounded(probability),
        listing([f"{text}={_rounded(value)}" for text, value in probabilities], "diplotypes"),
        population if probabilities else None,
        status_listing(diplotype.deciding, len(nomenclature.sites), "sites"),
        diplotype.extras,
        diplotype.function or None,
        diplotype.phenotype or None,
        call.source.value,
        *stamps,
    )


def _not_excluded(nomenclature: Nomenclature, diplotype: Diplotype) -> Iterator[str]:
    """Yield all haplotypes that a person without a diplotype may have, in the order of the set."""
    if not diplotype.diplotype:
        labels = (
            label
            for candidate in diplotype.candidates
            for group in candidate.groups
            for label in group
        )
        numbers = diplotype.also_possible.union(*(label.haplotypes for label in labels))
        yield from (nomenclature.haplotypes[number].name for number in sorted(numbers))


def _rounded(probability: float) -> float:
    """Round to four digits, but never to 1: other diplotypes are compatible, so none is certain."""
    return min(round(probability, 4), 0.9999)


def _summary_section(
    summary: CategorySummary, annotations: Annotations, stamps: tuple[str, str]
) -> TableSection:
    contexts = annotations.knowledge.contexts

    def row(item: Summary, person: Circumstances) -> Row:
        context = contexts.get(person.context)
        n_markers = len(item.assessed) + len(item.not_assessed)
        return (
            summary.category,
            item.conclusion,
            None if item.highest_level is None else item.highest_level.value,
            person.sex or None,
            person.context or None,
            None if context is None else _LABEL_USES[context.off_label],
            listing(item.findings, "findings"),
            listing(item.assessed, "markers"),
            status_listing(item.not_assessed, n_markers, "markers"),
            *stamps,
        )

    people = annotations.circumstances
    if len(people.values) == 1:
        (person,) = people.values
        return TableSection(summary.summaries.map(lambda item: row(item, person)), {})
    return TableSection(combine([summary.summaries, people]).map(lambda pair: row(*pair)), {})
