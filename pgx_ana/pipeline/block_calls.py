"""The calls of one block of people, from the rows of the files that they are in."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from pgx_ana.calling import (
    FileRecords,
    assert_reference,
    call_site,
    mark_unseen_repeats,
    merge_files,
    share_structural_rows,
)
from pgx_ana.coded import Coded, distinct_rows
from pgx_ana.errors import InputError
from pgx_ana.model import CallOptions, CohortCalls, InputFile, Record, SiteCalls, Variant
from pgx_ana.pipeline.division import BlockMember, PeopleBlock
from pgx_ana.pipeline.faults import FileFaultsError, GeneFaults
from pgx_ana.pipeline.file_rows import FileRows
from pgx_ana.terms import Assembly
from pgx_ana.vcf import (
    DetectedAssembly,
    PhaseDeclarations,
    RecordFile,
    Row,
    Target,
    TextRow,
    pooled,
    read_pool,
)

_MAX_CELLS = 1 << 22
"""Genotypes of several rows that are read at once, unless one row has more."""

_Part = tuple[SiteCalls, NDArray[np.intp]]
"""The calls of some people, and their positions in the block."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds for every block: the variants to call, what counts, and where faults are kept."""

    variants: tuple[Variant, ...]
    options: CallOptions
    faults: GeneFaults


def call_block(
    block: PeopleBlock,
    located: Mapping[int, FileRows],
    assembly: DetectedAssembly,
    rules: Rules,
) -> CohortCalls:
    """Call all variants in the people of a block.

    ``located`` has the rows of each of its files, by number, all on one ``assembly``: the own one
    of each file, or that of the others. Raises :class:`FileFaultsError` for files that cannot be
    read, and :class:`InputError` for files of one person that contradict each other.
    """
    callers = list(_callers(block, located, assembly.assembly, rules))
    sites = []
    for number, variant in enumerate(rules.variants):
        if variant.gene in rules.faults.by_gene:
            continue
        with rules.faults.of(variant.gene):
            parts = [part for caller in callers for part in caller.parts_at(number)]
            site = mark_unseen_repeats(merge_files(variant, parts, block.samples))
            is_asserted = rules.options.absent_is_reference
            sites.append(assert_reference(site, assembly.assembly) if is_asserted else site)
    return CohortCalls(
        samples=block.samples,
        sample_files=_files_by_sample(block),
        files=tuple(_description(located[member.file], assembly) for member in block.members),
        assembly=assembly.assembly,
        options=rules.options,
        sites=tuple(site for site in sites if site.variant.gene not in rules.faults.by_gene),
    )


def _callers(
    block: PeopleBlock, located: Mapping[int, FileRows], assembly: Assembly, rules: Rules
) -> Iterator[_Pool | _Separately]:
    """Yield what calls the files of a block: pools of files of one person, and all others."""
    n_files = Counter(int(at) for member in block.members for at in member.positions)
    pools: dict[PhaseDeclarations, list[BlockMember]] = {}
    others = []
    for member in block.members:
        file = located[member.file].file
        is_alone = len(file.all_samples) == 1 and n_files[int(member.positions[0])] == 1
        if is_alone and rules.faults.strict and file.phase_declarations is not None:
            pools.setdefault(file.phase_declarations, []).append(member)
        else:
            others.append(member)
    for declarations, members in pools.items():
        yield _Pool(members, located, assembly, rules, declarations)
    if others:
        yield _Separately(others, block.samples, located, assembly, rules)


class _Pool:
    """Files of one person each, whose people are in no other file."""

    def __init__(
        self,
        members: Sequence[BlockMember],
        located: Mapping[int, FileRows],
        assembly: Assembly,
        rules: Rules,
        declarations: PhaseDeclarations,
    ) -> None:
        self._rules = rules
        self._assembly = assembly
        self._positions = np.array([member.positions[0] for member in members], np.intp)
        self._files = [located[member.file] for member in members]
        self._groups = [
            list(pooled([_text_rows(part, assembly, n) for part in self._files], target))
            for n, target in enumerate(_targets(rules.variants, assembly))
        ]
        self._records = self._read(declarations)

    def parts_at(self, number: int) -> Iterator[_Part]:
        """Yield the calls of one variant, by its number, and the positions of their people."""
        variant = self._rules.variants[number]
        for group, records in zip(self._groups[number], self._records[number], strict=True):
            files = np.array(group.files, np.intp)
            try:
                site = call_site(
                    variant, self._assembly, records, len(files), self._rules.options, ""
                )
            except InputError as error:
                raise FileFaultsError(
                    {
                        file.path: InputError(f"{file.name}{error}")
                        for file in (self._files[number].file for number in group.files)
                    }
                ) from error
            yield site, self._positions[files]

    def _read(self, declarations: PhaseDeclarations) -> list[list[list[Record]]]:
        names = [part.file.samples[0] for part in self._files]
        flat = [group for at_variant in self._groups for group in at_variant]
        try:
            read = iter(read_pool(flat, names, declarations))
        except InputError as error:
            guilty = dict(self._guilty())
            if not guilty:
                raise
            raise FileFaultsError(guilty) from error
        return [[next(read) for _ in at_variant] for at_variant in self._groups]

    def _guilty(self) -> Iterator[tuple[str, InputError]]:
        """Yield the files that cannot be read on their own, by path, with the error."""
        for part in self._files:
            rows = _unique(row for found in part.rows[self._assembly].values() for row in found)
            try:
                part.file.read(rows, part.file.selected, part.file.samples)
            except InputError as error:
                yield part.file.path, error


class _Separately:
    """Files of many people, and files that share people."""

    def __init__(
        self,
        members: Sequence[BlockMember],
        samples: tuple[str, ...],
        located: Mapping[int, FileRows],
        assembly: Assembly,
        rules: Rules,
    ) -> None:
        self._rules = rules
        self._assembly = assembly
        self._members = members
        self._files = [located[member.file].file for member in members]
        self._names = [
            samples
            if len(member.positions) == len(samples)
            else tuple(samples[at] for at in member.positions.tolist())
            for member in members
        ]
        self._records = [
            _ReadAhead(located[member.file], assembly, member, names, len(rules.variants))
            for member, names in zip(members, self._names, strict=True)
        ]
        self._share = len(members) > 1

    def parts_at(self, number: int) -> Iterator[_Part]:
        """Yield the calls of one variant, by its number, and the positions of their people."""
        variant = self._rules.variants[number]
        records = [of_file.at(number) for of_file in self._records]
        if self._share:
            files = [FileRecords(*pair) for pair in zip(records, self._names, strict=True)]
            records = share_structural_rows(variant, self._assembly, files)
        for member, file, at_site in zip(self._members, self._files, records, strict=True):
            n_people, options = len(member.people), self._rules.options
            with _fault_of(file):
                site = call_site(variant, self._assembly, at_site, n_people, options, file.name)
            yield site, member.positions


class _ReadAhead:
    """The records of one file for some of its people, some variants at a time."""

    def __init__(
        self,
        part: FileRows,
        assembly: Assembly,
        member: BlockMember,
        names: Sequence[str],
        n_variants: int,
    ) -> None:
        self._file = part.file
        self._rows = part.rows[assembly]
        self._n_variants = n_variants
        self._faults = part.faults.get(assembly, {})
        self._member = member
        self._names = names
        self._read: dict[int, list[Record]] = {}
        self._reads_single = False

    def at(self, number: int) -> list[Record]:
        """Return the records at a variant. Variants are asked for in their order.

        Raises :class:`FileFaultsError` where they cannot be read.
        """
        with _fault_of(self._file):
            if number in self._faults:
                raise self._faults[number]
            if number not in self._read:
                try:
                    self._load([number] if self._reads_single else self._next(number))
                except InputError:
                    if self._reads_single:
                        raise
                    self._reads_single = True
                    self._load([number])
            return self._read.pop(number)

    def _next(self, number: int) -> list[int]:
        """Return a variant and those behind it that are read together with it."""
        n_people, n_cells = len(self._member.people), 0
        numbers: list[int] = []
        for following in range(number, self._n_variants):
            n_cells += len(self._rows.get(following, ())) * n_people
            if numbers and n_cells > _MAX_CELLS:
                break
            if following not in self._faults:
                numbers.append(following)
        return numbers

    def _load(self, numbers: Sequence[int]) -> None:
        rows = _unique(row for number in numbers for row in self._rows.get(number, ()))
        records = self._file.read(rows, self._member.people, self._names)
        record_of = {id(row): record for row, record in zip(rows, records, strict=True)}
        self._read = {
            number: [record_of[id(row)] for row in self._rows.get(number, ())] for number in numbers
        }


@contextlib.contextmanager
def _fault_of(file: RecordFile) -> Iterator[None]:
    """Make an error that of a file."""
    try:
        yield
    except InputError as error:
        raise FileFaultsError({file.path: error}) from error


def _text_rows(part: FileRows, assembly: Assembly, number: int) -> Sequence[TextRow]:
    """Return the rows of a file in a pool at a variant, by its number."""
    return cast(Sequence[TextRow], part.rows[assembly].get(number, ()))


def _unique(rows: Iterable[Row]) -> list[Row]:
    """Return rows without repetition: one may be at several variants."""
    return list({id(row): row for row in rows}.values())


def _targets(variants: Sequence[Variant], assembly: Assembly) -> Iterator[Target]:
    for variant in variants:
        locus = variant.loci[assembly]
        yield Target(locus.chrom, locus.window_start, locus.window_end)


def _description(part: FileRows, assembly: DetectedAssembly) -> InputFile:
    file, detected = part.file, part.detected or assembly
    return InputFile(
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


def _files_by_sample(block: PeopleBlock) -> Coded[tuple[int, ...]]:
    """Return the numbers of the files that each sample is in, among those of the block."""
    n_people, n_files = len(block.samples), len(block.members)
    if sum(len(member.positions) for member in block.members) == n_people:
        only = np.zeros(n_people, np.int32)
        for number, member in enumerate(block.members):
            only[member.positions] = number
        return Coded(tuple((number,) for number in range(n_files)), only)
    is_member = np.zeros((n_files, n_people), np.bool_)
    for number, member in enumerate(block.members):
        is_member[number, member.positions] = True
    codes, examples = distinct_rows(list(is_member))
    files = (tuple(np.flatnonzero(is_member[:, sample]).tolist()) for sample in examples.tolist())
    return Coded(tuple(files), codes)
