"""The rows of one file at the known loci, and its assembly."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pgx_ana.errors import InputError
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.model import Locus, Variant
from pgx_ana.pipeline.request import Request
from pgx_ana.terms import Assembly
from pgx_ana.vcf import (
    FEW_MATCHES,
    ContigNames,
    DetectedAssembly,
    Genome,
    LocusMatches,
    RecordFile,
    Row,
    Target,
    TargetIndex,
    count_matching_loci,
    decide_assembly,
)

_RowsOf = dict[Assembly, dict[int, list[Row]]]
_FaultsOf = dict[Assembly, dict[int, InputError]]


@dataclass(frozen=True, slots=True)
class FileRows:
    """The rows of one file that overlap each variant's window, by the assembly of the windows.

    ``rows`` has those of variants that have any, by the number of the variant. ``detected`` is None
    where the assembly cannot be determined from the file itself. ``faults`` has, by the number of
    the variant, the errors of rows that cannot be read.
    """

    file: RecordFile
    detected: DetectedAssembly | None
    rows: Mapping[Assembly, Mapping[int, list[Row]]]
    faults: Mapping[Assembly, Mapping[int, InputError]]

    def loci_with_rows(self) -> frozenset[int]:
        """Return the numbers of the variants that any row overlaps.

        They are those on the assembly of the file, on both assemblies if it is not known.
        """
        return frozenset(
            number
            for assembly, by_variant in self.rows.items()
            if self.detected is None or self.detected.assembly is assembly
            for number in by_variant
        )


@dataclass(frozen=True, slots=True)
class ReadContext:
    """What the files of one run have in common while they are read.

    If ``strict``, a row that cannot be read is an error; otherwise it is kept as a fault.
    """

    contig_names: ContigNames
    variants: tuple[Variant, ...]
    request: Request
    knowledge: KnowledgeBase
    genome: Genome | None
    strict: bool
    _targets: dict[tuple[tuple[Assembly, ...], int], TargetIndex] = field(default_factory=dict)

    def targets(
        self, assemblies: tuple[Assembly, ...], variants: tuple[Variant, ...]
    ) -> TargetIndex:
        """Return the windows of variants in some assemblies: all of one, then all of the next."""
        key = assemblies, id(variants)
        if key not in self._targets:
            loci = [variant.loci[assembly] for assembly in assemblies for variant in variants]
            self._targets[key] = TargetIndex(list(map(_target, loci)))
        return self._targets[key]


def _target(locus: Locus) -> Target:
    reference = locus.window if locus.ref_is_certain else ""
    return Target(locus.chrom, locus.window_start, locus.window_end, reference)


def locate_rows(file: RecordFile, context: ReadContext) -> FileRows:
    """Locate the rows that overlap each variant's window, and decide the assembly of the file.

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
    faults: _FaultsOf = {}
    targets = context.targets(assemblies, probed)
    rows = _rows_in_windows(
        file,
        assemblies,
        targets,
        verify=context.request.verify,
        faults=None if context.strict else faults,
    )
    matches = _matches_by_assembly(probed, rows)
    if expected is not None and file.indexed and matches[expected].agree < FEW_MATCHES:
        others = tuple(assembly for assembly in Assembly if assembly is not expected)
        targets = context.targets(others, probed)
        matches |= _matches_by_assembly(probed, _rows_in_windows(file, others, targets))
    detected = decide_assembly(given, from_header, matches, file.name)
    if detected is not None:
        rows = {**rows, detected.assembly: file.settled(rows[detected.assembly])}
    rows, faults = _selected(rows, faults, probed, context.variants)
    if context.genome is not None:
        rows = _checked_against_genome(context.genome, detected, rows, file.name)
    return FileRows(file, detected, rows, faults)


def _selected(
    rows: _RowsOf, faults: _FaultsOf, probed: Sequence[Variant], variants: Sequence[Variant]
) -> tuple[_RowsOf, _FaultsOf]:
    """Return the rows and faults of the probed variants that are selected, by their numbers."""
    if probed is variants:
        return rows, faults
    numbers = {variant.id: number for number, variant in enumerate(variants)}
    new = {old: numbers[v.id] for old, v in enumerate(probed) if v.id in numbers}
    return (
        {a: {new[n]: found[n] for n in found if n in new} for a, found in rows.items()},
        {a: {new[n]: found[n] for n in found if n in new} for a, found in faults.items()},
    )


def _assembly_from_header(file: RecordFile, context: ReadContext) -> DetectedAssembly | None:
    """Return the assembly of the header, else that of ``--reference`` if the user gave none."""
    given = context.request.selection.assembly
    detected = context.contig_names.detect(file.header, file.name, given)
    if detected is None and given is None and context.genome is not None:
        return DetectedAssembly(context.genome.assembly, "contig lengths of --reference")
    return detected


def _checked_against_genome(
    genome: Genome,
    detected: DetectedAssembly | None,
    rows: _RowsOf,
    name: str,
) -> _RowsOf:
    """Return the rows on the genome's assembly, each marked if its REF differs from the genome.

    Raises :class:`InputError` if the file is on another assembly than the genome.
    """
    if detected is not None and detected.assembly is not genome.assembly:
        raise InputError(f"{name}: is {detected.assembly}, but --reference is {genome.assembly}")
    return {
        genome.assembly: {
            number: [dataclasses.replace(row, site=genome.with_mismatch(row.site)) for row in found]
            for number, found in rows[genome.assembly].items()
        }
    }


def _rows_in_windows(
    file: RecordFile,
    assemblies: Sequence[Assembly],
    targets: TargetIndex,
    *,
    verify: bool = False,
    faults: _FaultsOf | None = None,
) -> _RowsOf:
    """Return, for each assembly and variant, the rows that overlap the window of the variant.

    With ``faults``, the errors of single rows are put there, by assembly and number of the variant.
    """
    n_variants = len(targets.targets) // len(assemblies)
    by_target: dict[int, InputError] = {}
    found = file.rows_at(targets, verify=verify, faults=None if faults is None else by_target)
    for number, error in by_target.items():
        if faults is not None:
            assembly = assemblies[number // n_variants]
            faults.setdefault(assembly, {})[number % n_variants] = error
    rows: _RowsOf = {assembly: {} for assembly in assemblies}
    for number, at_target in found.items():
        rows[assemblies[number // n_variants]][number % n_variants] = at_target
    return rows


def _matches_by_assembly(
    variants: Sequence[Variant], rows: _RowsOf
) -> dict[Assembly, LocusMatches]:
    """Count, for each assembly, the loci at which REF agrees with the knowledge base or differs."""
    return {
        assembly: count_matching_loci(
            variants, assembly, {n: [row.site for row in found] for n, found in by_variant.items()}
        )
        for assembly, by_variant in rows.items()
    }
