"""One variant file: its header, and its records at target loci, by index or in one pass.

Rows are located as text here. Those that overlap a target are then read in full by
:mod:`pgx_ana.vcf.records`; of all others, only the position must be valid.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from pgx_ana.errors import InputError
from pgx_ana.model import Record
from pgx_ana.vcf.assembly import ContigNames
from pgx_ana.vcf.bcf import BcfFile
from pgx_ana.vcf.blocks import OpenBlocks
from pgx_ana.vcf.container import STDIN, inspect_file, regular_copy
from pgx_ana.vcf.header import (
    calling_program,
    decode_header,
    has_text_phase_sets,
    parse_header,
    read_header_lines,
    sample_names,
)
from pgx_ana.vcf.index import DamagedIndexError, Index
from pgx_ana.vcf.lines import FIXED, Line, Scan, parse_line, reject_unterminated
from pgx_ana.vcf.records import read_records
from pgx_ana.vcf.targets import Target, TargetIndex


class VariantFile:
    """One variant file, opened and checked; :meth:`records_at` reads it.

    ``remark`` is what a user should know about how it was read; ``caller`` is the program that
    wrote it, where the header names one.

    Raises :class:`InputError` where the file is missing, empty, truncated, or neither VCF nor BCF,
    where it has no samples, and where its index does not belong to it.
    """

    def __init__(self, path: str, contig_names: ContigNames) -> None:
        self.name = path if path != STDIN else "<stdin>"
        self.remark = ""
        self._contig_names = contig_names
        self._copy = regular_copy(path)
        self._path = Path(path if self._copy is None else self._copy.name)
        self._container = inspect_file(self._path, self.name)
        text = self._header_text()
        self._header_lines = text.count("\n")
        self.header_sha256 = hashlib.sha256(text.encode()).hexdigest()
        self.header = parse_header(text)
        self.caller = calling_program(text)
        self._has_text_ps = has_text_phase_sets(text)
        self._all_samples = sample_names(text, self.name)
        self._selected: Sequence[int] = range(len(self._all_samples))
        self._index = self._usable_index()
        self._contigs = self._contigs_by_chromosome()
        if self._index is not None:
            self._check_index(self._index)

    @property
    def format(self) -> str:
        """Return ``VCF`` or ``BCF``."""
        return self._container.kind

    @property
    def compression(self) -> str:
        """Return ``BGZF``, ``gzip`` or nothing."""
        return self._container.compression

    @property
    def indexed(self) -> bool:
        """Say whether the file is read through an index."""
        return self._container.index is not None

    @property
    def samples(self) -> tuple[str, ...]:
        """Return the selected samples, in the order of the file."""
        return tuple(self._all_samples[number] for number in self._selected)

    def select_samples(self, names: Sequence[str]) -> bool:
        """Read only the samples with these names (all where empty), in the order of the file.

        Returns whether the file has any of them.
        """
        if names:
            unique = set(names)
            self._selected = [n for n, name in enumerate(self._all_samples) if name in unique]
        return bool(self._selected)

    def close(self) -> None:
        """Release the file; what was read from its header remains available."""
        if self._copy is not None:
            self._copy.close()

    def records_at(self, targets: Sequence[Target], *, verify: bool = False) -> list[list[Record]]:
        """Return, for each target, the records that overlap it, in the order of the file.

        ``verify`` reads the whole file, and compares the rows that the index gives with those of
        one pass. Raises :class:`InputError` where the file is damaged, or a row malformed.
        """
        lines = self._lines_at(targets, by_index=self.indexed)
        if verify:
            self._verify()
            if self.indexed:
                self._check_complete(lines, self._lines_at(targets, by_index=False))
        unique = {line.text: line for lines_at_target in lines for line in lines_at_target}
        records = read_records(
            list(unique.values()), self._all_samples, self._selected, text_ps=self._has_text_ps
        )
        record_of = dict(zip(unique, records, strict=True))
        return [[record_of[line.text] for line in lines_at_target] for lines_at_target in lines]

    @property
    def _bcf(self) -> BcfFile:
        return BcfFile(self._path, self.name, self._container.index)

    def _header_text(self) -> str:
        if self.format == "BCF":
            return decode_header(self._bcf.header(), self.name)
        with self._container.open(self._path) as stream:
            lines = read_header_lines(stream, self.name)
            header = b"".join(line.rstrip(b"\r\n") + b"\n" for line in lines)
        return decode_header(header, self.name)

    def _usable_index(self) -> Index | None:
        """Return the index to read through, if any, and note in the container if there is none."""
        declared = {line.split(",")[0] for line in self.header.lines}
        if "##INFO=<ID=SVLEN" in declared and "##INFO=<ID=END" not in declared and self.indexed:
            # An index knows the end of a record by END alone, and misses those that span a locus.
            self._container = dataclasses.replace(self._container, index=None)
            self.remark = "structural variants have SVLEN and no END: index not used"
        if "##FORMAT=<ID=LEN" in declared and self.indexed:
            # Nor does it know the length of the block of each sample (VCF 4.5).
            self._container = dataclasses.replace(self._container, index=None)
            self.remark = "reference blocks may have LEN and no END: index not used"
        if self._container.unused_index is not None:
            with contextlib.suppress(DamagedIndexError):
                Index(self._container.unused_index, self.name).check_not_truncated(self._path)
        if self._container.index is None:
            return None
        index = Index(self._container.index, self.name)
        if index.is_empty:
            # Built when the file had no rows; one pass shows whether it has some now.
            self._container = dataclasses.replace(self._container, index=None)
            return None
        return index

    def _contigs_by_chromosome(self) -> dict[str, list[str]]:
        """Return the contigs of each known chromosome: of the index, else of the header.

        An index of a BCF file has no names: its contigs are those of the header.
        """
        if self._index is None or self.format == "BCF":
            names = list(self.header.contigs)
        else:
            names = self._index.contigs()
        contigs: dict[str, list[str]] = defaultdict(list)
        for name in names:
            chromosome = self._contig_names.chromosome(name)
            if chromosome is not None:
                contigs[chromosome].append(name)
        return contigs

    def _check_index(self, index: Index) -> None:
        """Raise :class:`InputError` where the index does not belong to the file."""
        numbers = {contig: number for number, contig in enumerate(self.header.contigs)}
        known = [contig for contigs in self._contigs.values() for contig in contigs]
        index.check_belongs_to(self._path, {contig: numbers.get(contig, -1) for contig in known})

    def _lines_at(self, targets: Sequence[Target], *, by_index: bool) -> list[list[Line]]:
        """Return the rows that overlap each target."""
        lines: list[list[Line]] = [[] for _ in targets]
        for line, numbers in self._look_up(targets) if by_index else self._scan(targets):
            for number in numbers:
                lines[number].append(line)
        return lines

    def _look_up(self, targets: Sequence[Target]) -> Iterator[tuple[Line, list[int]]]:
        """Yield the rows that overlap a target, with its number, through the index."""
        contig = ""
        try:
            with self._bcf.open() if self.format == "BCF" else contextlib.nullcontext() as opened:
                blocks: dict[bytes, tuple[str, Line]] = {}
                for number, target in enumerate(targets):
                    for contig in self._contigs.get(target.chrom, ()):
                        for line in self._rows_at(contig, target, opened):
                            if line.pos <= target.end and line.end >= target.start:
                                blocks[line.text] = (contig, line)
                                yield line, [number]
                for contig, line in blocks.values():
                    self._check_block(contig, line, opened)
        except (OSError, ValueError) as error:
            raise InputError(
                f"{self.name}: the file or its index is damaged at {contig} ({error}); copy or "
                "download the file again and rebuild its index"
            ) from error

    def _check_block(self, contig: str, line: Line, opened: Any) -> None:
        """Raise :class:`InputError` where a reference block overlaps another of its sample."""
        blocks = OpenBlocks()
        blocks.add(line.text)
        if blocks.end:
            for other in self._rows_at(contig, Target(line.chrom, line.pos, blocks.end), opened):
                if line.pos < other.pos:
                    blocks.check(other.text, other.place)

    def _rows_at(self, contig: str, target: Target, opened: Any) -> Iterator[Line]:
        """Yield the rows of a contig near a target; ``opened`` is the opened file of a BCF."""
        if opened is not None:
            yield from self._bcf.rows_at(opened, contig, target)
        elif self._index is not None:
            rows = self._index.rows(self._path, contig, target.start, target.end)
            for row, is_unterminated in rows:
                line = parse_line(row, target.chrom, self.name)
                if line.pos > target.end:
                    return
                if is_unterminated and line.end >= target.start:
                    reject_unterminated(line)
                yield line

    def _scan(self, targets: Sequence[Target]) -> Iterator[tuple[Line, list[int]]]:
        """Yield the rows that overlap a target, with the numbers of the targets, in one pass."""
        index = TargetIndex(targets)
        chromosome_of = self._contig_names.chromosome
        if self.format == "BCF":
            yield from self._bcf.scan(chromosome_of, index)
            return
        scan = self._new_scan()
        with self._rows() as stream:
            yield from scan.overlapping(stream, chromosome_of, index)
        if scan.is_unterminated:
            self.remark = "ends without a line feed and may be cut"

    def _new_scan(self) -> Scan:
        return Scan(self.name, self._header_lines, FIXED + 1 + len(self._all_samples))

    def _rows(self) -> IO[bytes]:
        """Open the decompressed file behind its header."""
        stream = self._container.open(self._path)
        for _ in read_header_lines(stream, self.name):
            pass
        return stream

    def _verify(self) -> None:
        """Read the whole file. Raises :class:`InputError` for the first fault."""
        if self.format == "BCF":
            for _ in self._bcf.scan(self._contig_names.chromosome, TargetIndex([])):
                pass
        else:
            with self._rows() as stream:
                self._new_scan().verify(stream)

    def _check_complete(self, by_index: list[list[Line]], in_one_pass: list[list[Line]]) -> None:
        """Raise :class:`InputError` where the index gives other rows than the file has."""
        if _texts(by_index) != _texts(in_one_pass):
            raise InputError(f"{self.name}: the index hides rows of the file; rebuild the index")


def _texts(lines: list[list[Line]]) -> list[list[bytes]]:
    """Return the rows at each target as bytes, sorted."""
    return [sorted(line.text for line in lines_at_target) for lines_at_target in lines]
