"""Cohorts built directly from calls, without a file, and the findings on them."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeVar

import numpy as np

from pgx_ana.annotation import Annotations, Annotator, AssociationResult
from pgx_ana.coded import Coded
from pgx_ana.haplotypes import DiplotypeStatus
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.model import (
    ABSENT,
    Call,
    CallOptions,
    Circumstances,
    CohortCalls,
    InputFile,
    SiteCalls,
)
from pgx_ana.output import make_table
from pgx_ana.output.columns import COLUMNS
from pgx_ana.output.tables import Value
from pgx_ana.terms import Assembly, CallSource, CallStatus, TableName

RECORD = CallSource.RECORD
UNSTATED = Circumstances()
"""Neither the sex nor the use of the drug is known."""

T = TypeVar("T")


class Finding(NamedTuple):
    """The state of a marker (genotype or diplotype) and the conclusion drawn from it."""

    genotype: str
    status: CallStatus | DiplotypeStatus
    direction: str
    statement: str


def called(genotype: str, source: CallSource = RECORD) -> Call:
    """Return a called genotype from text: ``A/C`` or ``C|A``."""
    phased = "|" in genotype
    alleles = tuple(genotype.split("|" if phased else "/"))
    return Call(alleles, phased, CallStatus.CALLED, source, file="f.vcf")


def partial(known: str, *missing: str) -> Call:
    """Return a partial call: haploid, or with ``.`` as the missing copy."""
    reason = "one copy missing" if missing else "haploid call"
    return Call((known, *missing), False, CallStatus.PARTIAL, RECORD, reason, file="f.vcf")


def unobserved(status: CallStatus, alleles: tuple[str, ...] = (), reason: str = "why") -> Call:
    """Return a call without an observed genotype, such as ``no_call`` or ``filtered``."""
    if status is CallStatus.ABSENT:
        return ABSENT
    return Call(alleles, False, status, RECORD, reason, file="f.vcf")


def coded(calls: Sequence[T]) -> Coded[T]:
    """Return the values of the samples, in sample order, as distinct values and codes."""
    distinct = tuple(dict.fromkeys(calls))
    return Coded(distinct, np.array([distinct.index(call) for call in calls], np.int32))


def cohort(
    knowledge: KnowledgeBase,
    calls: Mapping[str, Sequence[Call]],
    assembly: Assembly = Assembly.GRCH38,
) -> CohortCalls:
    """Return a cohort from the calls of each variant (by ID), one call per sample."""
    n_samples = len(next(iter(calls.values())))
    variants = {variant.id: variant for variant in knowledge.variants}
    return CohortCalls(
        options=CallOptions(),
        samples=tuple(f"S{number}" for number in range(n_samples)),
        sample_files=Coded.constant((0,), n_samples),
        files=(InputFile("f.vcf", "0" * 64, assembly, "made", "VCF", False, n_samples),),
        assembly=assembly,
        sites=tuple(SiteCalls(variants[name], coded(cells)) for name, cells in calls.items()),
    )


def annotated(
    knowledge: KnowledgeBase,
    calls: Mapping[str, Sequence[Call]],
    *,
    assembly: Assembly = Assembly.GRCH38,
    person: Circumstances = UNSTATED,
    population: str = "",
) -> Annotations:
    """Return the annotations of a cohort from the calls of each variant; see :func:`cohort`."""
    people = cohort(knowledge, calls, assembly)
    circumstances = Coded.constant(person, len(people.samples))
    return Annotator(knowledge, population).annotate(people, circumstances)


def people_with_every_genotype(
    knowledge: KnowledgeBase, sources: Sequence[CallSource] = (RECORD,)
) -> Annotations:
    """Return the annotations of people who have, together, every genotype of every variant.

    Each genotype is called from each of the sources. Each allele is also the only known copy.
    """
    calls = {
        variant.id: [
            *(
                called("/".join(pair), source)
                for pair in itertools.combinations_with_replacement(variant.alleles, 2)
                for source in sources
            ),
            *(partial(allele, ".") for allele in variant.alleles),
        ]
        for variant in knowledge.variants
    }
    n_people = max(map(len, calls.values()))
    people = {name: [*x, *[x[0]] * (n_people - len(x))] for name, x in calls.items()}
    return annotated(knowledge, people)


def findings(item: AssociationResult) -> list[Finding]:
    """Return the finding of an association for each distinct state of its marker."""
    return [
        Finding(state.genotype, state.status, conclusion.direction, conclusion.statement)
        for state, conclusion in zip(item.marker.calls.values, item.conclusions, strict=True)
    ]


def table_rows(name: TableName, annotations: Annotations) -> list[dict[str, Value]]:
    """Return a table as dictionaries, sample by sample, without the two version columns."""
    table = make_table(name, annotations)
    names = [column.name for column in COLUMNS[name]][:-2]
    return [
        dict(zip(names, (sample, *section.rows[number]), strict=False))
        for number, sample in enumerate(table.samples)
        for section in table.sections
    ]


def summary(annotations: Annotations, category: str) -> list[dict[str, Value]]:
    """Return the summary row of each sample for one category."""
    rows = table_rows(TableName.SUMMARY, annotations)
    return [row for row in rows if row["category"] == category]
