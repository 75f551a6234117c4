"""Annotations as tables of distinct rows.

Most people share their rows. A table therefore holds each distinct row once, and for every person
the number of the row. Text, JSON and data frames are made from these tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import overload

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
from pgx_ana.haplotypes import Candidate, Diplotype, DiplotypeCall, HaplotypeCalls, Nomenclature
from pgx_ana.knowledge import Context, Publication
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
from pgx_ana.output.provenance import version_stamps
from pgx_ana.terms import TableName

Value = str | int | float | tuple[str, ...] | Listing | None
Row = tuple[Value, ...]

_LABEL_USES = {"no": "on_label", "yes": "off_label"}


@dataclass(frozen=True, slots=True, eq=False)
class TableSection:
    """One row per sample, without the sample name.

    ``numbers`` and ``texts`` have the columns that differ from sample to sample. Numbers are
    float32 with NaN, or int64 with -1 for missing, of shape (samples,). The rows have None in their
    place.
    """

    rows: Coded[Row]
    numbers: Mapping[str, NDArray[np.generic]]
    texts: Mapping[str, Coded[str | None]] = field(default_factory=dict)


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


def joined(value: Value) -> str | int | float | None:
    """Return a value with a list as text, complete and joined by ``;``; None for an empty one."""
    items = value.items if isinstance(value, Listing) else value
    return ";".join(items) or None if isinstance(items, tuple) else items


def make_table(name: TableName, annotations: Annotations) -> Table:
    """Return a table of the annotations."""
    return Table(name, annotations.calls.samples, tuple(table_sections(name, annotations)))


def table_sections(name: TableName, annotations: Annotations) -> Iterator[TableSection]:
    """Yield the sections of a table, each made when it is asked for."""
    stamps = version_stamps(annotations)
    if name is TableName.CALLS:
        for site in annotations.calls.sites:
            yield _call_section(site, annotations.calls, stamps)
    elif name is TableName.ANNOTATIONS:
        for result in annotations.associations:
            yield _annotation_section(result, annotations)
    elif name is TableName.HAPLOTYPES:
        for calls in annotations.haplotypes:
            yield _haplotype_section(calls, annotations.population, stamps)
    else:
        for summary in summarise(annotations):
            yield _summary_section(summary, annotations, stamps)


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

    # People with the same files share their rows; else, each has the name of a file in its row.
    shared = calls.sample_files.values[0] if len(calls.sample_files.values) == 1 else None

    def row(call: Call) -> Row:
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
            None if shared is None else calls.file_of(call, shared),
            *stamps,
        )

    arrays = {"phase_set": _numbered_sets(site.phase_set), "gq": site.gq, "dp": site.dp}
    observed = site.calls.mask(lambda call: call.source in FROM_A_RECORD)
    numbers = {
        name: np.where(observed, values, _missing_value(values))
        for name, values in arrays.items()
        if values is not None
    }
    texts = {} if shared is not None else {"file": calls.file_names(site)}
    return TableSection(site.calls.map(row), numbers, texts)


def _numbered_sets(phase_set: NDArray[np.int64] | None) -> NDArray[np.int64] | None:
    """Return phase sets without those that have a name in the file, and no number."""
    return None if phase_set is None else np.where(phase_set < FIRST_NAMED_SET, phase_set, -1)


def _missing_value(values: NDArray[np.generic]) -> float | int:
    return np.nan if values.dtype.kind == "f" else -1


class AnnotationRows:
    """Makes the rows of one association, without the sample name."""

    def __init__(self, result: AssociationResult, annotations: Annotations) -> None:
        knowledge = annotations.knowledge
        evidence = [knowledge.evidence[item] for item in result.association.evidence]
        citations = (_citation(knowledge.publications[item.publication]) for item in evidence)
        self._result = result
        self._knowledge = knowledge
        self._pmids = tuple(dict.fromkeys(citations))
        self._stamps = version_stamps(annotations)

    def row(self, call: MarkerCall, conclusion: Conclusion, context: str) -> Row:
        """Return the row of people with this call who use the drug in this context."""
        result, association = self._result, self._result.association
        grade, basis = result.grade, result.basis
        person_context = self._knowledge.contexts.get(context)
        return (
            result.marker.gene,
            result.marker.id,
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
            evidence_context(basis.settings, person_context),
            self._pmids,
            conclusion.statement,
            conclusion.caution or None,
            association.id,
            *self._stamps,
        )


def _annotation_section(result: AssociationResult, annotations: Annotations) -> TableSection:
    rows = AnnotationRows(result, annotations)
    codes = result.marker.calls.codes
    calls = Coded(tuple(zip(result.marker.calls.values, result.conclusions, strict=True)), codes)

    def row(found: tuple[MarkerCall, Conclusion], context: str) -> Row:
        return rows.row(*found, context)

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
        candidate_listing(CandidateTexts(diplotype.candidates)),
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


class CandidateTexts(Sequence[str]):
    """The texts of candidates, each made only when it is asked for."""

    __slots__ = ("_candidates",)

    def __init__(self, candidates: Sequence[Candidate]) -> None:
        self._candidates = candidates

    def __eq__(self, other: object) -> bool:
        """Compare the candidates by identity: those of one diplotype are made once in a run."""
        return isinstance(other, CandidateTexts) and self._candidates is other._candidates

    def __hash__(self) -> int:
        return id(self._candidates)

    def __len__(self) -> int:
        return len(self._candidates)

    @overload
    def __getitem__(self, index: int) -> str: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...

    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        return tuple(self)[index]

    def __iter__(self) -> Iterator[str]:
        return (candidate.text for candidate in self._candidates)


def _not_excluded(nomenclature: Nomenclature, diplotype: Diplotype) -> Iterator[str]:
    """Yield all haplotypes that a person without a diplotype may have, in the order of the set."""
    if not diplotype.diplotype:
        numbers = sorted(diplotype.haplotypes)
        yield from (nomenclature.haplotypes[number].name for number in numbers)


def _rounded(probability: float) -> float:
    """Round to four digits, but never to 1: other diplotypes are compatible, so none is certain."""
    return min(round(probability, 4), 0.9999)


def label_use(context: Context | None) -> str | None:
    """Return whether a use of the drug is that of its label; None for no context."""
    return None if context is None else _LABEL_USES[context.off_label]


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
            label_use(context),
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
