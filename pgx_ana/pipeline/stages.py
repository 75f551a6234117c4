"""The order of the stages: read files, decide their assemblies, call, join the cohort, annotate."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pgx_ana.annotation import Annotations, Annotator
from pgx_ana.calling import (
    FileRecords as SiteRecords,
)
from pgx_ana.calling import (
    assert_reference,
    call_site,
    mark_unseen_repeats,
    merge_files,
    share_structural_rows,
)
from pgx_ana.coded import Coded, distinct_rows
from pgx_ana.errors import InputError, UsageError
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.model import CallOptions, CohortCalls, InputFile, SiteCalls, Variant
from pgx_ana.names import did_you_mean
from pgx_ana.pipeline.assertions import check_assertion, known_chromosomes
from pgx_ana.pipeline.circumstances import stated_circumstances
from pgx_ana.pipeline.faults import GeneFaults, raise_all
from pgx_ana.pipeline.file_records import FileRecords, ReadContext, collect_records
from pgx_ana.pipeline.intake import open_files
from pgx_ana.pipeline.people import People
from pgx_ana.pipeline.request import Request, selected_variants
from pgx_ana.terms import GLOBAL, POPULATIONS
from pgx_ana.vcf import ContigNames, DetectedAssembly, Genome, VariantFile, undetermined_assembly


def run(request: Request, knowledge: KnowledgeBase) -> Annotations:
    """Annotate all selected people of the files.

    Raises :class:`InputError` for files that cannot be read, trusted or matched, and
    :class:`UsageError` for unknown genes, populations and contexts.
    """
    if request.population not in {"", GLOBAL, *POPULATIONS}:
        known = ", ".join((*POPULATIONS, GLOBAL))
        hint = did_you_mean(request.population, (*POPULATIONS, GLOBAL))
        raise UsageError(f"unknown population {request.population!r}; choose from {known}{hint}")
    stated = stated_circumstances(request, knowledge)
    calls = call(request, knowledge)
    annotator = Annotator(knowledge, request.population)
    return annotator.annotate(calls, stated.of(calls.samples))


def call(request: Request, knowledge: KnowledgeBase) -> CohortCalls:
    """Call all known variants of the selected genes in all selected people.

    Raises the same errors as :func:`run`.
    """
    return _call(request, knowledge, GeneFaults(strict=True))


def call_readable(request: Request, knowledge: KnowledgeBase) -> tuple[CohortCalls, dict[str, str]]:
    """Call all selected genes that can be read. Every file is read once.

    Returns the calls, and the error message of each gene with a row that cannot be read. Raises
    :class:`InputError` for all files that cannot be read together, and if no gene can be read.
    """
    faults = GeneFaults(strict=False)
    calls = _call(request, knowledge, faults)
    if not calls.sites:
        raise next(iter(faults.by_gene.values()))
    return calls, {gene: str(error) for gene, error in faults.by_gene.items()}


def _call(request: Request, knowledge: KnowledgeBase, faults: GeneFaults) -> CohortCalls:
    variants = selected_variants(request.selection.genes, knowledge)
    contig_names = ContigNames(knowledge.contig_tables)
    genome = Genome(request.reference, contig_names) if request.reference else None
    if genome is not None:
        genome.check_loci(variants)
    files = open_files(request, contig_names)
    context = ReadContext(contig_names, variants, request, knowledge, genome, faults.strict)
    collected, chromosomes = _read(files, context)
    shared = _shared_assembly(collected)
    collected = _with_rows_of_others(collected, shared, variants)
    called = [_call_file(part, shared, variants, request.options, faults) for part in collected]
    calls = _join_cohort(called, variants, request.options, faults)
    if request.options.absent_is_reference:
        check_assertion(calls, chromosomes)
    return calls


def _read(
    files: Sequence[VariantFile], context: ReadContext
) -> tuple[list[FileRecords], list[frozenset[str]]]:
    """Read each file once, and close it; return its records and, if needed, its chromosomes.

    Raises :class:`InputError` for the first file that cannot be read, for all such files unless the
    context is strict, and for files that may be those of different people.
    """
    identity = context.request.identity
    is_one_person = identity.same_person or bool(identity.sample_sheet)
    people = People([] if is_one_person else files, context.variants)
    needed = {locus.chrom for variant in context.variants for locus in variant.loci.values()}
    collected: list[FileRecords] = []
    chromosomes: list[frozenset[str]] = []
    errors: list[InputError] = []
    for file in files:
        try:
            part = collect_records(file, context)
            people.add(part)
            if context.request.options.absent_is_reference:
                chromosomes.append(known_chromosomes(file, needed))
            collected.append(part)
        except InputError as error:
            if context.strict:
                raise
            errors.append(error)
        finally:
            file.close()
    raise_all(errors, len(files))
    return collected, chromosomes


@dataclass(frozen=True, slots=True)
class _CalledFile:
    """The calls of one file: its description, its selected samples, and its readable variants.

    ``sites`` has the calls by the number of the variant.
    """

    file: InputFile
    samples: tuple[str, ...]
    sites: Mapping[int, SiteCalls]


def _shared_assembly(collected: Sequence[FileRecords]) -> DetectedAssembly | None:
    """Return the one assembly of the other files, for a file whose own cannot be determined."""
    assemblies = {part.detected.assembly for part in collected if part.detected is not None}
    if len(assemblies) != 1:
        return None
    return DetectedAssembly(assemblies.pop(), "as the other files")


def _with_rows_of_others(
    collected: Sequence[FileRecords],
    shared: DetectedAssembly | None,
    variants: Sequence[Variant],
) -> list[FileRecords]:
    """Give each file the deletions and copy-number changes of other files of its samples."""
    assemblies = {detected.assembly for part in collected if (detected := part.detected or shared)}
    if len(collected) < 2 or len(assemblies) != 1:
        return list(collected)
    (assembly,) = assemblies
    by_variant = [
        share_structural_rows(
            variant,
            assembly,
            [SiteRecords(part.records[assembly][n], part.file.samples) for part in collected],
        )
        for n, variant in enumerate(variants)
    ]
    return [
        dataclasses.replace(part, records={assembly: [rows[number] for rows in by_variant]})
        for number, part in enumerate(collected)
    ]


def _call_file(
    collected: FileRecords,
    shared: DetectedAssembly | None,
    variants: Sequence[Variant],
    options: CallOptions,
    faults: GeneFaults,
) -> _CalledFile:
    """Call all variants in one file. Raises :class:`InputError` if its assembly is not known."""
    file, detected = collected.file, collected.detected or shared
    if detected is None:
        raise undetermined_assembly(file.name, file.unknown_lengths)
    assembly, sites = detected.assembly, {}
    unreadable = collected.faults.get(assembly, {})
    for number, variant in enumerate(variants):
        with faults.of(variant.gene):
            if number in unreadable:
                raise unreadable[number]
            records = collected.records[assembly][number]
            sites[number] = call_site(
                variant, assembly, records, len(file.samples), options, file.name
            )
    description = InputFile(
        name=file.name,
        header_sha256=file.header_sha256,
        assembly=detected.assembly,
        assembly_source=detected.source,
        format=file.format,
        indexed=file.indexed,
        samples=len(file.samples),
        remark=file.remark,
        compression=file.compression,
        caller=file.caller,
    )
    return _CalledFile(description, file.samples, sites)


def _join_cohort(
    called: Sequence[_CalledFile],
    variants: Sequence[Variant],
    options: CallOptions,
    faults: GeneFaults,
) -> CohortCalls:
    """Join the calls of all files to one cohort, in which each sample name is one person.

    Genes with a fault are left out.

    Raises :class:`InputError` if the files are on different assemblies.
    """
    file_names = {part.file.assembly: part.file.name for part in called}
    if len(file_names) > 1:
        listed = ", ".join(f"{name} is {assembly}" for assembly, name in file_names.items())
        raise InputError(
            f"the files are on different assemblies ({listed}); annotate them separately"
        )
    assembly = called[0].file.assembly
    samples = tuple(dict.fromkeys(sample for part in called for sample in part.samples))
    index_of = {sample: index for index, sample in enumerate(samples)}
    members = [np.array([index_of[name] for name in part.samples], np.intp) for part in called]
    sites = []
    for index, variant in enumerate(variants):
        if variant.gene in faults.by_gene:
            continue
        parts = [(part.sites[index], who) for part, who in zip(called, members, strict=True)]
        with faults.of(variant.gene):
            site = mark_unseen_repeats(merge_files(variant, parts, samples))
            sites.append(assert_reference(site, assembly) if options.absent_is_reference else site)
    return CohortCalls(
        samples=samples,
        sample_files=_files_by_sample(members, len(samples)),
        files=tuple(part.file for part in called),
        assembly=assembly,
        options=options,
        sites=tuple(site for site in sites if site.variant.gene not in faults.by_gene),
    )


def _files_by_sample(members: Sequence[NDArray[np.intp]], n_samples: int) -> Coded[tuple[int, ...]]:
    """Return the numbers of the files that each sample is in.

    ``members`` has, for each file, the indices of its samples in the cohort.
    """
    if len(members) == 1:
        return Coded.constant((0,), n_samples)
    is_member = np.zeros((len(members), n_samples), np.bool_)
    for file_number, samples in enumerate(members):
        is_member[file_number, samples] = True
    codes, examples = distinct_rows(list(is_member))
    files = (tuple(np.flatnonzero(is_member[:, sample]).tolist()) for sample in examples.tolist())
    return Coded(tuple(files), codes)
