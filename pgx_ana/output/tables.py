"""Annotations as tables of distinct rows.

Most people share their rows: a table holds each distinct row once, and for every person the number
of the row. Text, JSON and data frames are made from that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pgx_ana.annotation import Annotations, AssociationCalls, CategorySummary, summarise
from pgx_ana.haplotypes import Diplotype, HaplotypeCalls, Nomenclature, PersonHaplotypes
from pgx_ana.knowledge import KnowledgeBase, Publication
from pgx_ana.model import SiteCalls
from pgx_ana.output.columns import COLUMNS, Column
from pgx_ana.terms import CallSource, TableName
from pgx_ana.version import __version__

Value = str | int | float | tuple[str, ...] | None


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """One row for each sample: row ``rows[codes[i]]`` for sample ``i``.

    Rows lack the sample. ``numbers`` are columns that differ from person to person: float32 with
    NaN or int64 with -1 for missing; the rows have None in their place.
    """

    rows: tuple[tuple[Value, ...], ...]
    codes: NDArray[np.int32]
    numbers: Mapping[str, NDArray[np.generic]]


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A table of all samples: each has one row in each block, in the order of the blocks."""

    name: TableName
    samples: tuple[str, ...]
    blocks: tuple[Block, ...]

    @property
    def columns(self) -> tuple[Column, ...]:
        """Return the columns, the sample first."""
        return COLUMNS[self.name]


def make_table(name: TableName, annotations: Annotations) -> Table:
    """Make a table from annotations."""
    stamps = (annotations.knowledge.stamp, __version__)
    samples = annotations.calls.samples
    if name is TableName.CALLS:
        blocks = tuple(_call_block(site, annotations, stamps) for site in annotations.calls.sites)
    elif name is TableName.ANNOTATIONS:
        knowledge = annotations.knowledge
        blocks = tuple(_annotation_block(a, knowledge, stamps) for a in annotations.associations)
    elif name is TableName.HAPLOTYPES:
        population = annotations.population
        blocks = tuple(_haplotype_block(c, population, stamps) for c in annotations.haplotypes)
    else:
        blocks = tuple(_summary_block(summary, stamps) for summary in summarise(annotations))
    return Table(name, samples, blocks)


def _call_block(site: SiteCalls, annotations: Annotations, stamps: tuple[str, str]) -> Block:
    assembly = annotations.calls.assembly
    locus = site.variant.loci[assembly]
    ref = locus.ref if locus.ref_is_certain else None
    place = (site.variant.gene, site.variant.id, assembly.value, locus.chrom, locus.pos, ref)
    rows = tuple(
        (
            *place,
            None if cell.genotype == "." else cell.genotype,
            cell.status.value,
            cell.source.value,
            cell.reason or None,
            None,
            None,
            None,
            cell.filter if cell.filter not in {"", "."} else None,
            cell.file or None,
            *stamps,
        )
        for cell in site.cells
    )
    arrays = {"phase_set": site.phase_set, "gq": site.gq, "dp": site.dp}
    from_record = {CallSource.RECORD, CallSource.REFERENCE_BLOCK, CallSource.OTHER_STRAND}
    observed = np.array([cell.source in from_record for cell in site.cells])[site.codes]
    numbers = {
        name: np.where(observed, values, _missing(values))
        for name, values in arrays.items()
        if values is not None
    }
    return Block(rows, site.codes, numbers)


def _missing(values: NDArray[np.generic]) -> float | int:
    return np.nan if values.dtype.kind == "f" else -1


def _annotation_block(
    calls: AssociationCalls, knowledge: KnowledgeBase, stamps: tuple[str, str]
) -> Block:
    association, weight = calls.association, calls.weight
    evidence = [knowledge.evidence[item] for item in association.evidence]
    drugs = tuple(dict.fromkeys(drug for item in evidence for drug in item.drugs))
    papers = (_cite(knowledge.publications[item.publication]) for item in evidence)
    pmids = tuple(dict.fromkeys(papers))
    rows = tuple(
        (
            calls.subject.gene,
            calls.subject.id,
            None if state.genotype == "." else state.genotype,
            state.status.value,
            calls.category.value,
            association.outcome,
            association.drug,
            drugs,
            association.setting,
            conclusion.direction,
            weight.level.value,
            len(weight.supporting),
            len(weight.contradicting),
            len(weight.null),
            pmids,
            conclusion.statement,
            association.id,
            *stamps,
        )
        for state, conclusion in zip(calls.subject.states, calls.conclusions, strict=True)
    )
    return Block(rows, calls.subject.codes, {})


def _cite(publication: Publication) -> str:
    return publication.pmid or publication.doi or publication.pmcid or publication.id


def _haplotype_block(calls: HaplotypeCalls, population: str, stamps: tuple[str, str]) -> Block:
    rows = tuple(_haplotype_row(calls.names, person, population, stamps) for person in calls.people)
    return Block(rows, calls.codes, {})


def _haplotype_row(
    names: Nomenclature, person: PersonHaplotypes, population: str, stamps: tuple[str, str]
) -> tuple[Value, ...]:
    told = person.diplotype
    likeliest, probability = told.likely[0] if told.likely else (None, None)
    return (
        names.gene,
        names.id,
        told.diplotype or None,
        told.status.value,
        tuple(candidate.text for candidate in told.candidates),
        tuple(_not_excluded(names, told)),
        likeliest,
        None if probability is None else _estimate(probability),
        tuple(f"{text}={_estimate(value)}" for text, value in told.likely),
        population if told.likely else None,
        told.deciding,
        told.extras,
        told.function or None,
        told.phenotype or None,
        person.source.value,
        *stamps,
    )


def _not_excluded(names: Nomenclature, diplotype: Diplotype) -> Iterator[str]:
    """Yield the haplotypes that a person may have, in their order, where none are told."""
    if not diplotype.diplotype:
        labels = (label for c in diplotype.candidates for group in c.groups for label in group)
        numbers = diplotype.others.union(*(label.haplotypes for label in labels))
        yield from (names.haplotypes[number].name for number in sorted(numbers))


def _estimate(probability: float) -> float:
    """Round an estimate; where another diplotype fits, none is certain."""
    return min(round(probability, 4), 0.9999)


def _summary_block(summary: CategorySummary, stamps: tuple[str, str]) -> Block:
    rows = tuple(
        (
            summary.category.value,
            item.conclusion,
            None if item.highest_level is None else item.highest_level.value,
            item.findings,
            item.assessed,
            item.not_assessed,
            *stamps,
        )
        for item in summary.summaries
    )
    return Block(rows, summary.codes, {})
