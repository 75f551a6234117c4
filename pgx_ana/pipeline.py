"""The order of the stages: read files, decide their assemblies, call, join the cohort, annotate."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pgx_ana.annotation import Annotations
from pgx_ana.calling import (
    FileRecords,
    assert_reference,
    call_site,
    mark_unseen_repeats,
    merge_files,
    share_structural_rows,
)
from pgx_ana.coded import Coded, distinct_rows
from pgx_ana.errors import InputError, UsageError
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.model import CallOptions, CohortCalls, InputFile, Record, SiteCalls, Variant
from pgx_ana.terms import GLOBAL, POPULATIONS, Assembly
from pgx_ana.vcf import (
    FEW_MATCHES,
    ContigNames,
    DetectedAssembly,
    Genome,
    LocusMatches,
    Target,
    VariantFile,
    count_matching_loci,
    decide_assembly,
    undetermined_assembly,
)

_MAX_SAMPLES_SHOWN = 5
"""Number of unknown samples that an error message names."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What to annotate: samples and genes (all where empty), and the assembly if one was given."""

    samples: tuple[str, ...] = ()
    genes: tuple[str, ...] = ()
    assembly: Assembly | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """One run: the files, what to annotate in them, and what counts as a call.

    ``reference`` is an indexed FASTA file that REF is checked against, empty for none. With
    ``verify`` every file is read to its end. ``population`` is the panel population whose haplotype
    frequencies weight ambiguous diplotypes, empty for none.
    """

    paths: tuple[str, ...]
    selection: Selection = field(default_factory=Selection)
    options: CallOptions = field(default_factory=CallOptions)
    reference: str = ""
    verify: bool = False
    population: str = ""


def run(request: Request, knowledge: KnowledgeBase) -> Annotations:
    """Annotate all selected people of the files.

    Raises :class:`InputError` for files that cannot be read, trusted or matched, and
    :class:`UsageError` for unknown genes and populations.
    """
    if request.population not in {"", GLOBAL, *POPULATIONS}:
        known = ", ".join((*POPULATIONS, GLOBAL))
        raise UsageError(f"unknown population {request.population!r}; choose from {known}")
    return Annotations(call(request, knowledge), knowledge, request.population)


def call_by_gene(
    request: Request, knowledge: KnowledgeBase
) -> tuple[list[CohortCalls], dict[str, str]]:
    """Call all genes at once or, if that fails, gene by gene.

    Returns the calls of the readable genes, and the error message of each gene that cannot be read.
    Raises :class:`InputError` if no gene can be read.
    """
    try:
        return [call(request, knowledge)], {}
    except InputError as error:
        first_error = error
    genes = request.selection.genes or [variant.gene for variant in knowledge.variants]
    parts, errors = [], {}
    for gene in dict.fromkeys(genes):
        try:
            selection = dataclasses.replace(request.selection, genes=(gene,))
            parts.append(call(dataclasses.replace(request, selection=selection), knowledge))
        except InputError as error:
            errors[gene] = str(error)
    if not parts:
        raise first_error
    return parts, errors


def call(request: Request, knowledge: KnowledgeBase) -> CohortCalls:
    """Call all known variants of the selected genes in all selected people.

    Raises the same errors as :func:`run`.
    """
    _check_paths(request.paths)
    variants = _selected_variants(request.selection.genes, knowledge)
    contig_names = ContigNames(knowledge.contig_tables)
    genome = Genome(request.reference, contig_names) if request.reference else None
    if genome is not None:
        genome.check_loci(variants)
    context = _ReadContext(contig_names, variants, request, knowledge, genome)
    collected: list[_FileRecords] = []
    present_samples: set[str] = set()
    for path in request.paths:
        file = VariantFile(path, contig_names)
        present_samples.update(file.samples)
        if file.select_samples(request.selection.samples):
            collected.append(_collect_records(file, context))
        file.close()
    _check_samples(request.selection.samples, present_samples)
    shared = _shared_assembly(collected)
    collected = _with_rows_of_others(collected, shared, variants)
    called = [_call_file(records, shared, variants, request.options) for records in collected]
    return _join_cohort(called, variants, request.options)


def _check_paths(paths: Sequence[str]) -> None:
    """Raise :class:`UsageError` if there is no file, or the same file twice."""
    if not paths:
        raise UsageError("no file was given")
    for path, count in Counter(paths).items():
        if count > 1:
            raise UsageError(f"{path}: the file was given twice")


def _selected_variants(genes: Sequence[str], knowledge: KnowledgeBase) -> tuple[Variant, ...]:
    """Return the variants of some genes, of all where empty, in the order of the knowledge base."""
    known = {variant.gene for variant in knowledge.variants}
    unknown = sorted(set(genes) - known)
    if unknown:
        raise UsageError(
            f"the knowledge base has no variant in {', '.join(unknown)}; genes with variants: "
            f"{', '.join(sorted(known))}"
        )
    return tuple(v for v in knowledge.variants if not genes or v.gene in genes)


def _check_samples(selected: Sequence[str], present: set[str]) -> None:
    """Raise :class:`InputError` for selected samples that no file has."""
    unknown = [sample for sample in selected if sample not in present]
    if unknown:
        shown = ", ".join(repr(sample) for sample in unknown[:_MAX_SAMPLES_SHOWN])
        hidden = len(unknown) - _MAX_SAMPLES_SHOWN
        more = f" and {hidden} more" if hidden > 0 else ""
        raise InputError(
            f"{'sample' if len(unknown) == 1 else 'samples'} not found in any file: {shown}{more}; "
            f"there are {len(present)} samples, such as {min(present)!r}"
        )


@dataclass(frozen=True, slots=True)
class _CalledFile:
    """The calls of one file: its description, its selected samples, and one item per variant."""

    file: InputFile
    samples: tuple[str, ...]
    sites: tuple[SiteCalls, ...]


@dataclass(frozen=True, slots=True)
class _FileRecords:
    """The records of one file that overlap each variant's window, by the assembly of the windows.

    ``detected`` is None where the assembly cannot be determined from the file itself.
    """

    file: VariantFile
    detected: DetectedAssembly | None
    records: Mapping[Assembly, list[list[Record]]]


def _shared_assembly(collected: Sequence[_FileRecords]) -> DetectedAssembly | None:
    """Return the one assembly of the other files, for a file whose own cannot be determined."""
    assemblies = {part.detected.assembly for part in collected if part.detected is not None}
    if len(assemblies) != 1:
        return None
    return DetectedAssembly(assemblies.pop(), "as the other files")


def _with_rows_of_others(
    collected: Sequence[_FileRecords],
    shared: DetectedAssembly | None,
    variants: Sequence[Variant],
) -> list[_FileRecords]:
    """Give each file the deletions and copy-number changes of other files of its samples."""
    assemblies = {detected.assembly for part in collected if (detected := part.detected or shared)}
    if len(collected) < 2 or len(assemblies) != 1:
        return list(collected)
    (assembly,) = assemblies
    by_variant = [
        share_structural_rows(
            variant,
            assembly,
            [FileRecords(part.records[assembly][n], part.file.samples) for part in collected],
        )
        for n, variant in enumerate(variants)
    ]
    return [
        dataclasses.replace(part, records={assembly: [rows[number] for rows in by_variant]})
        for number, part in enumerate(collected)
    ]


def _call_file(
    collected: _FileRecords,
    shared: DetectedAssembly | None,
    variants: Sequence[Variant],
    options: CallOptions,
) -> _CalledFile:
    """Call all variants in one file. Raises :class:`InputError` if its assembly is not known."""
    file, detected = collected.file, collected.detected or shared
    if detected is None:
        raise undetermined_assembly(file.name)
    sites = tuple(
        call_site(variant, detected.assembly, records, len(file.samples), options, file.name)
        for variant, records in zip(variants, collected.records[detected.assembly], strict=True)
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


@dataclass(frozen=True, slots=True)
class _ReadContext:
    """What the files of one run have in common while they are read."""

    contig_names: ContigNames
    variants: tuple[Variant, ...]
    request: Request
    knowledge: KnowledgeBase
    genome: Genome | None


def _collect_records(file: VariantFile, context: _ReadContext) -> _FileRecords:
    """Collect the records that overlap each variant's window, and decide the assembly of the file.

    If neither the user nor the header gives the assembly, the loci of both assemblies and of all
    genes are read. A file without an index is always read at the loci of both assemblies, so that
    one pass is enough even if its header is wrong. An indexed file with few matches at the loci of
    its expected assembly is read a second time, at the loci of the other.
    """
    given = context.request.selection.assembly
    from_header = _assembly_from_header(file, context)
    expected = given or (from_header.assembly if from_header else None)
    assemblies = tuple(Assembly) if expected is None or not file.indexed else (expected,)
    probed = context.knowledge.variants if expected is None else context.variants
    records = _records_in_windows(file, assemblies, probed, verify=context.request.verify)
    matches = _matches_by_assembly(probed, records)
    if expected is not None and file.indexed and matches[expected].agree < FEW_MATCHES:
        others = tuple(assembly for assembly in Assembly if assembly is not expected)
        matches |= _matches_by_assembly(probed, _records_in_windows(file, others, probed))
    detected = decide_assembly(given, from_header, matches, file.name)
    selected_ids = {variant.id for variant in context.variants}
    selected = [index for index, variant in enumerate(probed) if variant.id in selected_ids]
    records = {
        assembly: [by_variant[index] for index in selected]
        for assembly, by_variant in records.items()
    }
    if context.genome is not None:
        records = _checked_against_genome(context.genome, detected, records, file.name)
    return _FileRecords(file, detected, records)


def _assembly_from_header(file: VariantFile, context: _ReadContext) -> DetectedAssembly | None:
    """Return the assembly of the header, else that of ``--reference`` if the user gave none."""
    given = context.request.selection.assembly
    detected = context.contig_names.detect(file.header, file.name, given)
    if detected is None and given is None and context.genome is not None:
        return DetectedAssembly(context.genome.assembly, "contig lengths of --reference")
    return detected


def _checked_against_genome(
    genome: Genome,
    detected: DetectedAssembly | None,
    records: Mapping[Assembly, list[list[Record]]],
    name: str,
) -> dict[Assembly, list[list[Record]]]:
    """Return the records on the genome's assembly, each marked if its REF differs from the genome.

    Raises :class:`InputError` if the file is on another assembly than the genome.
    """
    if detected is not None and detected.assembly is not genome.assembly:
        raise InputError(f"{name}: is {detected.assembly}, but --reference is {genome.assembly}")
    return {
        genome.assembly: [
            [genome.with_mismatch(record) for record in at_variant]
            for at_variant in records[genome.assembly]
        ]
    }


def _records_in_windows(
    file: VariantFile,
    assemblies: Sequence[Assembly],
    variants: Sequence[Variant],
    *,
    verify: bool = False,
) -> dict[Assembly, list[list[Record]]]:
    """Return, for each assembly and variant, the records that overlap the window of the variant."""
    loci = [variant.loci[assembly] for assembly in assemblies for variant in variants]
    targets = [Target(locus.chrom, locus.window_start, locus.window_end) for locus in loci]
    records = file.records_at(targets, verify=verify)
    return {
        assembly: records[index * len(variants) : (index + 1) * len(variants)]
        for index, assembly in enumerate(assemblies)
    }


def _matches_by_assembly(
    variants: Sequence[Variant], records: Mapping[Assembly, list[list[Record]]]
) -> dict[Assembly, LocusMatches]:
    """Count, for each assembly, the loci at which REF agrees with the knowledge base or differs."""
    return {
        assembly: count_matching_loci(variants, assembly, by_variant)
        for assembly, by_variant in records.items()
    }


def _join_cohort(
    called: Sequence[_CalledFile], variants: Sequence[Variant], options: CallOptions
) -> CohortCalls:
    """Join the calls of all files to one cohort, in which each sample name is one person.

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
        parts = [(part.sites[index], who) for part, who in zip(called, members, strict=True)]
        site = mark_unseen_repeats(merge_files(variant, parts, samples))
        sites.append(assert_reference(site, assembly) if options.absent_is_reference else site)
    return CohortCalls(
        samples=samples,
        sample_files=_files_by_sample(members, len(samples)),
        files=tuple(part.file for part in called),
        assembly=assembly,
        options=options,
        sites=tuple(sites),
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
