"""The order of the stages: files are opened, told their assembly, called, joined, annotated."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pgx_ana.annotation import Annotations
from pgx_ana.calling import assert_reference, call_site, mark_unseen_repeats, merge_files
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


@dataclass(frozen=True, slots=True)
class Selection:
    """What is wanted: samples and genes (all where empty), and the assembly if it is said."""

    samples: tuple[str, ...] = ()
    genes: tuple[str, ...] = ()
    assembly: Assembly | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """One run: the files, what is wanted of them, and what counts as a call.

    ``reference`` is a FASTA file that REF is held against; ``verify`` reads files to their ends.
    ``population`` is that of a phased panel by which diplotypes are weighed, empty for none.
    """

    paths: tuple[str, ...]
    choice: Selection = field(default_factory=Selection)
    options: CallOptions = field(default_factory=CallOptions)
    reference: str = ""
    verify: bool = False
    population: str = ""


def run(request: Request, knowledge: KnowledgeBase) -> Annotations:
    """Annotate all chosen people of some files.

    Raises :class:`InputError` for files that cannot be read, trusted or matched, and
    :class:`UsageError` for genes and populations that are not known.
    """
    if request.population not in {"", GLOBAL, *POPULATIONS}:
        known = ", ".join((*POPULATIONS, GLOBAL))
        raise UsageError(f"no population {request.population!r}; there are {known}")
    return Annotations(call(request, knowledge), knowledge, request.population)


def call_by_gene(
    request: Request, knowledge: KnowledgeBase
) -> tuple[list[CohortCalls], dict[str, str]]:
    """Call what can be read: all at once, or gene by gene where something is wrong in one.

    Returns the calls, and for each gene that cannot be read what is wrong. Raises
    :class:`InputError` where no gene can be read.
    """
    try:
        return [call(request, knowledge)], {}
    except InputError as error:
        first = error
    genes = request.choice.genes or [variant.gene for variant in knowledge.variants]
    parts, wrong = [], {}
    for gene in dict.fromkeys(genes):
        try:
            choice = dataclasses.replace(request.choice, genes=(gene,))
            parts.append(call(dataclasses.replace(request, choice=choice), knowledge))
        except InputError as error:
            wrong[gene] = str(error)
    if not parts:
        raise first
    return parts, wrong


def call(request: Request, knowledge: KnowledgeBase) -> CohortCalls:
    """Call all known variants of the chosen genes in all chosen people."""
    if not request.paths:
        raise UsageError("no file was given")
    if len(set(request.paths)) != len(request.paths):
        raise UsageError("a file was given twice")
    variants = _chosen_variants(request.choice.genes, knowledge)
    names = ContigNames(knowledge.contig_tables)
    genome = Genome(request.reference, names) if request.reference else None
    if genome is not None:
        genome.check_loci(variants)
    read: list[_FileRecords] = []
    present: set[str] = set()
    for path in request.paths:
        file = VariantFile(path, names)
        present.update(file.samples)
        if file.select_samples(request.choice.samples):
            read.append(_read(file, _Reading(names, variants, request, knowledge, genome)))
        file.close()
    _refuse_unknown_samples(request.choice.samples, present)
    common = _common_finding(read)
    parts = [_call_file(records, common, variants, request.options) for records in read]
    return _cohort(parts, variants, request.options)


def _chosen_variants(genes: Sequence[str], knowledge: KnowledgeBase) -> tuple[Variant, ...]:
    known = {variant.gene for variant in knowledge.variants}
    strange = sorted(set(genes) - known)
    if strange:
        raise UsageError(
            f"no variant is known in {', '.join(strange)}; known genes: {', '.join(sorted(known))}"
        )
    return tuple(v for v in knowledge.variants if not genes or v.gene in genes)


def _refuse_unknown_samples(wanted: Sequence[str], present: set[str]) -> None:
    strange = [sample for sample in wanted if sample not in present]
    if strange:
        shown = ", ".join(repr(sample) for sample in strange[:5])
        more = f" and {len(strange) - 5} more" if len(strange) > 5 else ""
        raise InputError(
            f"no file has the sample {shown}{more}; there are {len(present)} samples, such as "
            f"{min(present)!r}"
        )


@dataclass(frozen=True, slots=True)
class _Part:
    """What one file gave: its description, its chosen samples, and their calls."""

    file: InputFile
    samples: tuple[str, ...]
    sites: tuple[SiteCalls, ...]


@dataclass(frozen=True, slots=True)
class _FileRecords:
    """The records of one file at the windows of the variants, by the assemblies looked at.

    ``finding`` is None where nothing in the file tells its assembly.
    """

    file: VariantFile
    finding: DetectedAssembly | None
    records: Mapping[Assembly, list[list[Record]]]


def _common_finding(read: Sequence[_FileRecords]) -> DetectedAssembly | None:
    """Return the assembly that the other files share, for a file that does not tell its own."""
    told = {records.finding.assembly for records in read if records.finding is not None}
    return DetectedAssembly(told.pop(), "as the other files") if len(told) == 1 else None


def _call_file(
    read: _FileRecords,
    common: DetectedAssembly | None,
    variants: Sequence[Variant],
    options: CallOptions,
) -> _Part:
    file, finding = read.file, read.finding or common
    if finding is None:
        raise undetermined_assembly(file.name)
    sites = tuple(
        call_site(variant, finding.assembly, found, len(file.samples), options, file.name)
        for variant, found in zip(variants, read.records[finding.assembly], strict=True)
    )
    described = InputFile(
        name=file.name,
        header_sha256=file.header_sha256,
        assembly=finding.assembly,
        assembly_source=finding.source,
        format=file.format,
        indexed=file.indexed,
        samples=len(file.samples),
        remark=file.remark,
        compression=file.compression,
        caller=file.caller,
    )
    return _Part(described, file.samples, sites)


@dataclass(frozen=True, slots=True)
class _Reading:
    """What files are read with."""

    names: ContigNames
    variants: tuple[Variant, ...]
    request: Request
    knowledge: KnowledgeBase
    genome: Genome | None


def _read(file: VariantFile, reading: _Reading) -> _FileRecords:
    """Read the records at each variant's window, and settle the assembly of the file.

    Where the assembly is not known beforehand, loci of both are looked at, of all genes. A file
    without an index is looked at in both, too, so that a wrong header is found out in one pass.
    """
    said = reading.request.choice.assembly
    header = reading.names.detect(file.header, file.name, said)
    if header is None and said is None and reading.genome is not None:
        header = DetectedAssembly(reading.genome.assembly, "contig lengths of --reference")
    expected = said or (header.assembly if header else None)
    assemblies = tuple(Assembly) if expected is None or not file.indexed else (expected,)
    pool = reading.knowledge.variants if expected is None else reading.variants
    verify = reading.request.verify
    found = _collect(file, assemblies, pool, verify=verify)
    matches = _matches(pool, found)
    if expected is not None and file.indexed and matches[expected].agree < FEW_MATCHES:
        others = tuple(assembly for assembly in Assembly if assembly is not expected)
        matches |= _matches(pool, _collect(file, others, pool))
    finding = decide_assembly(said, header, matches, file.name)
    wanted = {variant.id for variant in reading.variants}
    chosen = [number for number, variant in enumerate(pool) if variant.id in wanted]
    records = {assembly: [of[number] for number in chosen] for assembly, of in found.items()}
    if reading.genome is not None:
        records = _held_against(reading.genome, finding, records, file.name)
    return _FileRecords(file, finding, records)


def _held_against(
    genome: Genome,
    finding: DetectedAssembly | None,
    records: Mapping[Assembly, list[list[Record]]],
    name: str,
) -> dict[Assembly, list[list[Record]]]:
    """Mark the records whose REF differs from a genome."""
    if finding is not None and finding.assembly is not genome.assembly:
        raise InputError(f"{name}: is {finding.assembly}, but --reference is {genome.assembly}")
    own = records[genome.assembly]
    return {genome.assembly: [[genome.with_mismatch(record) for record in found] for found in own]}


def _collect(
    file: VariantFile,
    assemblies: Sequence[Assembly],
    variants: Sequence[Variant],
    *,
    verify: bool = False,
) -> dict[Assembly, list[list[Record]]]:
    loci = [variant.loci[assembly] for assembly in assemblies for variant in variants]
    targets = [Target(locus.chrom, locus.window_start, locus.window_end) for locus in loci]
    found = file.records_at(targets, verify=verify)
    return {
        assembly: found[index * len(variants) : (index + 1) * len(variants)]
        for index, assembly in enumerate(assemblies)
    }


def _matches(
    variants: Sequence[Variant], found: dict[Assembly, list[list[Record]]]
) -> dict[Assembly, LocusMatches]:
    return {
        assembly: count_matching_loci(variants, assembly, records)
        for assembly, records in found.items()
    }


def _cohort(
    parts: Sequence[_Part], variants: Sequence[Variant], options: CallOptions
) -> CohortCalls:
    assemblies = {part.file.assembly: part.file.name for part in parts}
    if len(assemblies) > 1:
        seen = ", ".join(f"{name} is {assembly}" for assembly, name in assemblies.items())
        raise InputError(f"the files are on different assemblies ({seen}); annotate them apart")
    assembly = parts[0].file.assembly
    samples = tuple(dict.fromkeys(sample for part in parts for sample in part.samples))
    numbers = {sample: number for number, sample in enumerate(samples)}
    members = [np.array([numbers[sample] for sample in part.samples], np.intp) for part in parts]
    sites = []
    for index, variant in enumerate(variants):
        found = [(part.sites[index], who) for part, who in zip(parts, members, strict=True)]
        site = mark_unseen_repeats(merge_files(variant, found, samples))
        sites.append(assert_reference(site, assembly) if options.absent_is_reference else site)
    return CohortCalls(
        samples=samples,
        sample_files=_files_by_sample(members, len(samples)),
        files=tuple(part.file for part in parts),
        assembly=assembly,
        options=options,
        sites=tuple(sites),
    )


def _files_by_sample(members: Sequence[NDArray[np.intp]], n_samples: int) -> Coded[tuple[int, ...]]:
    """Return, for each sample, the numbers of the files that it is in."""
    if len(members) == 1:
        return Coded.constant((0,), n_samples)
    holds = np.zeros((len(members), n_samples), np.bool_)
    for number, who in enumerate(members):
        holds[number, who] = True
    codes, samples = distinct_rows(list(holds))
    lists = (tuple(np.flatnonzero(holds[:, sample]).tolist()) for sample in samples.tolist())
    return Coded(tuple(lists), codes)
