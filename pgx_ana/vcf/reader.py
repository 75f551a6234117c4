"""One variant file: its header, and its rows at target loci, by index or in one pass.

Rows are located as text here, and kept. The genotypes of those that overlap a target are read by
:mod:`pgx_ana.vcf.records`, for as many people at a time as is wanted; of all other rows, only the
position must be valid.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import BufferedReader
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from pgx_ana.errors import InputError
from pgx_ana.model import Record
from pgx_ana.printable import printable
from pgx_ana.vcf.bcf import BcfFile
from pgx_ana.vcf.blocks import OpenBlocks
from pgx_ana.vcf.container import STDIN, inspect_file, regular_copy
from pgx_ana.vcf.contigs import FileContigs
from pgx_ana.vcf.extents import Extent, are_structural, extents_of, positions_in
from pgx_ana.vcf.header import Contigs, Header, sample_names
from pgx_ana.vcf.headers import FileHeader, Headers, MetaLines
from pgx_ana.vcf.hopping import SortedFile
from pgx_ana.vcf.index import DamagedIndexError, Index, IndexedRows
from pgx_ana.vcf.lines import FIXED, TAB, Line, Scan, parse_line, reject_unterminated
from pgx_ana.vcf.phase_fields import PhaseDeclarations
from pgx_ana.vcf.record_file import RecordFile, Row
from pgx_ana.vcf.records import read_records
from pgx_ana.vcf.rows import RowStore, TextRow
from pgx_ana.vcf.targets import Target, TargetIndex

_MAX_KEY_BYTES = 1 << 12


class VariantFile(RecordFile):
    """One VCF or BCF file.

    With ``assume_sorted``, a BGZF file without an index is read near the targets only: its rows
    must be sorted. With an index, verifying also compares the rows that it gives with those of one
    pass. ``index`` is the path of an index that is not beside the file, empty for none. Raises
    :class:`InputError` where the file is missing, empty, truncated, or neither VCF nor BCF, where
    it has no samples, and where its index does not belong to it.
    """

    def __init__(
        self, path: str, headers: Headers, index: str = "", *, assume_sorted: bool = False
    ) -> None:
        super().__init__()
        self.path = path
        self.name = printable(path).replace("\n", "\\n") if path != STDIN else "<stdin>"
        self._copy = regular_copy(path)
        self._first_contigs: list[str] = []
        self._path = Path(path if self._copy is None else self._copy.name)
        self._container = inspect_file(self._path, self.name, index)
        header = self._read_header(headers)
        self._header_bytes, self._header_lines = header.n_bytes, header.n_lines
        self.header_sha256 = header.sha256
        self._end_is_declared = header.meta.end_is_declared
        self.caller = header.meta.caller
        self.phase_declarations: PhaseDeclarations = header.meta.phase_declarations
        self.take_samples(sample_names(header.last_line, self.name))
        self._store = RowStore(len(self.all_samples))
        self._note_somatic(header.meta)
        self._read_index = self._usable_index(header.meta.hides_ends(is_bcf=self.format == "BCF"))
        self.header = self._header_with_contigs(header.meta.header)
        self.unknown_lengths = headers.contig_names.unknown_lengths(self.header)
        self._contig_names = FileContigs(headers.contig_names, self.header.contigs, self.name)
        self._contigs = self._contigs_by_chromosome()
        if self._index is not None:
            self._check_index(self._index)
        self._is_hopped = (
            assume_sorted
            and self._index is None
            and (self.format, self.compression) == ("VCF", "BGZF")
            and not header.meta.may_span_far
        )

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
    def declared_chromosomes(self) -> set[str]:
        """Return the known chromosomes among the contigs of the header, and of the index."""
        names = (self._contig_names.chromosome(contig) for contig in self.header.contigs.lengths)
        return {name for name in names if name is not None} | set(self._contigs)

    def meta_lines(self) -> bytes:
        """Return the ``##`` lines of the header, read again from the file, with line feeds alone.

        The file must not be closed.
        """
        if self.format == "BCF":
            header = self._bcf.header()
        else:
            with self._container.open(self._path) as stream:
                header = stream.read(self._header_bytes)
        lines = (line.rstrip(b"\r\n") for line in header.splitlines(keepends=True))
        return b"".join(line + b"\n" for line in lines if line.startswith(b"##"))

    def is_structural(self) -> bool:
        """Say whether the file has rows, and all are copy numbers or structural variants."""
        if self.format == "BCF":
            return are_structural(self._bcf.rows())
        with self._rows() as stream:
            return are_structural(self._new_scan().rows(stream))

    def extents(self) -> dict[str, Extent]:
        """Return, for each known chromosome with rows, their first and last POS.

        Without an index, this reads the whole file. Raises :class:`InputError` where it is damaged.
        """
        if self._index is not None and self.format == "VCF":
            return extents_of(self._outer_positions(self._index), self._contig_names.chromosome)
        if self.format == "BCF":
            return extents_of(positions_in(self._bcf.rows()), self._contig_names.chromosome)
        with self._rows() as stream:
            outer = self._new_scan().outer_positions(stream)
            return extents_of(outer, self._contig_names.chromosome)

    def forget_index(self) -> None:
        """Release the memory of the index, which is read again when it is needed."""
        self._read_index = None

    @property
    def _index(self) -> Index | None:
        if self._read_index is None and self._container.index is not None:
            self._read_index = Index(self._container.index, self.name)
        return self._read_index

    def close(self) -> None:
        """Release the file and its rows; what was read from its header remains available."""
        self._store.close()
        if self._copy is not None:
            self._copy.close()

    def rows_at(
        self,
        targets: TargetIndex,
        *,
        verify: bool = False,
        faults: dict[int, InputError] | None = None,
    ) -> dict[int, list[Row]]:
        """Return the rows that overlap each target, by its number, in the order of the file."""
        found = self._look_up(targets.targets) if self.indexed else self._scan(targets)
        rows, digests = self._kept(found, faults, with_digests=verify)
        remark = self._contig_names.remark(targets.chromosomes)
        self._remarks.update({remark: None} if remark else {})
        if verify:
            self._verify()
            if self.indexed and digests != _digests(self._scan(targets)):
                raise InputError(
                    f"{self.name}: the index hides rows of the file; rebuild the index"
                )
        return rows

    def settled(self, rows: Mapping[int, list[Row]]) -> dict[int, list[Row]]:
        """Return the same rows: each says itself which allele is the reference."""
        return dict(rows)

    def read(
        self, rows: Sequence[Row], people: NDArray[np.intp], names: Sequence[str]
    ) -> list[Record]:
        """Return the records of some rows, for some people: their numbers in the file, rising."""
        text_rows = cast(Sequence[TextRow], rows)  # those of :meth:`rows_at`
        start, stop = int(people[0]), int(people[-1]) + 1
        bodies = [row.columns.read(start, stop) for row in text_rows]
        is_all = len(people) == stop - start
        all_names = names if is_all else self.all_samples[start:stop]
        chosen = None if is_all else people - start
        return read_records(text_rows, bodies, all_names, chosen, self.phase_declarations)

    def _kept(
        self,
        found: Iterable[tuple[Line, list[int]]],
        faults: dict[int, InputError] | None,
        *,
        with_digests: bool,
    ) -> tuple[dict[int, list[Row]], dict[int, list[bytes]]]:
        """Keep the rows that were found, by target; on demand with the digests of their text."""
        rows: dict[int, list[Row]] = {}
        digests: dict[int, list[bytes]] = {}
        row_of: dict[bytes, TextRow] = {}
        for line, numbers in found:
            key = _key_of(line)
            try:
                if key not in row_of:
                    row_of[key] = self._store.row(line)
            except InputError as error:
                if faults is None:
                    raise
                faults |= dict.fromkeys(set(numbers) - set(faults), error)
                continue
            for number in numbers:
                rows.setdefault(number, []).append(row_of[key])
                if with_digests:
                    digests.setdefault(number, []).append(_digest(line))
        for number in faults or ():
            rows.pop(number, None)
        return rows, {number: sorted(of_target) for number, of_target in digests.items()}

    @property
    def _bcf(self) -> BcfFile:
        return BcfFile(self._path, self.name, self._container.index)

    def _read_header(self, headers: Headers) -> FileHeader:
        if self.format == "BCF":
            return headers.of_bcf(self._bcf.header(), self.name)
        header, row = headers.read(lambda: self._container.open(self._path), self.name)
        contig, tab, _ = row.partition(TAB)
        is_row = tab and not contig.startswith(b"#")
        self._first_contigs = [contig.decode("latin-1")] if is_row else []
        return header

    def _header_with_contigs(self, header: Header) -> Header:
        """Return a header of a VCF with the contigs of its rows, as far as these are known."""
        in_rows = self._index.contigs() if self._index is not None else self._first_contigs
        lengths = header.contigs.lengths
        if self.format == "BCF" or lengths.keys() >= set(in_rows):
            return header
        contigs = Contigs({**dict.fromkeys(in_rows), **lengths}, header.contigs.lines)
        return Header(contigs, header.lines)

    def _note_somatic(self, meta: MetaLines) -> None:
        reason = meta.shown_as_somatic(self.all_samples)
        if reason:
            remark = f"written by a somatic caller ({reason}): its genotypes are not germline ones"
            self._remarks[remark] = None

    def _usable_index(self, unused_because: str) -> Index | None:
        """Return the index to read through, if any, and note in the container if there is none.

        ``unused_because`` says why an index may miss records that span a locus; empty if it cannot.
        """
        if unused_because and self.indexed:
            self._container = dataclasses.replace(self._container, index=None)
            self._remarks[unused_because] = None
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
            names = list(self.header.contigs.lengths)
        else:
            names = self._index.contigs()
        contigs: dict[str, list[str]] = defaultdict(list)
        for name in names:
            chromosome = self._contig_names.chromosome(name)
            if chromosome is not None:
                contigs[chromosome].append(name)
        return contigs

    def _contigs_with_rows(self) -> list[str]:
        """Return the contigs that have rows according to the index."""
        if self._index is None:
            return []
        if self.format == "VCF":
            return self._index.contigs()
        names = list(self.header.contigs.lengths)
        return [names[number] for number in self._index.numbers() if number < len(names)]

    def _check_index(self, index: Index) -> None:
        """Raise :class:`InputError` where the index does not belong to the file."""
        numbers = {contig: number for number, contig in enumerate(self.header.contigs.lengths)}
        known = [contig for contigs in self._contigs.values() for contig in contigs]
        index.check_belongs_to(self._path, {contig: numbers.get(contig, -1) for contig in known})

    def _look_up(self, targets: Sequence[Target]) -> Iterator[tuple[Line, list[int]]]:
        """Yield the rows that overlap a target, with its number, through the index."""
        contig = ""
        for name in self._contigs_with_rows():
            self._contig_names.chromosome_of_row(name)
        try:
            with self._open() as opened:
                blocks: dict[bytes, tuple[str, Line]] = {}  # rows that others must not overlap
                for number, target in enumerate(targets):
                    for contig in self._contigs.get(target.chrom, ()):
                        for line in self._rows_at(contig, target, opened):
                            if line.pos <= target.end and line.end >= target.start:
                                if line.end > line.pos:
                                    blocks[_key_of(line)] = (contig, line)
                                yield line, [number]
                for contig, line in blocks.values():
                    self._check_block(contig, line, opened)
        except (OSError, ValueError) as error:
            raise self._damaged_at(contig, error) from error

    def _open(self) -> contextlib.AbstractContextManager[Any]:
        """Open the file for reading through its index."""
        return (
            self._bcf.open()
            if self._index is None or self.format == "BCF"
            else self._index.open(self._path)
        )

    def _outer_positions(self, index: Index) -> Iterator[tuple[str, int]]:
        """Yield the contig and position of the first and last rows of known chromosomes."""
        contig = ""
        try:
            with index.open(self._path) as rows:
                for contig in (name for contigs in self._contigs.values() for name in contigs):
                    yield from positions_in(rows.outer(contig))
        except (OSError, ValueError) as error:
            raise self._damaged_at(contig, error) from error

    def _damaged_at(self, contig: str, error: Exception) -> InputError:
        return InputError(
            f"{self.name}: the file or its index is damaged at {contig} ({error}); copy or "
            "download the file again and rebuild its index"
        )

    def _check_block(self, contig: str, line: Line, opened: Any) -> None:
        """Raise :class:`InputError` where a reference block overlaps another of its sample."""
        blocks = OpenBlocks()
        blocks.add(line.text)
        if blocks.end:
            for other in self._rows_at(contig, Target(line.chrom, line.pos, blocks.end), opened):
                if line.pos < other.pos:
                    blocks.check(other.text, other.place)

    def _rows_at(self, contig: str, target: Target, opened: Any) -> Iterator[Line]:
        """Yield the rows of a contig near a target; ``opened`` is the opened file."""
        if not isinstance(opened, IndexedRows):
            yield from self._bcf.rows_at(opened, contig, target)
        else:
            for row, is_unterminated in opened.at(contig, target.start, target.end):
                line = parse_line(row, target.chrom, self.name)
                if line.pos > target.end:
                    return
                if is_unterminated and line.end >= target.start:
                    reject_unterminated(line)
                yield line

    def _scan(self, targets: TargetIndex) -> Iterator[tuple[Line, list[int]]]:
        """Yield the rows that overlap a target, with the numbers of the targets, in one pass."""
        chromosome_of = self._contig_names.chromosome_of_row
        if self.format == "BCF":
            declared = self._end_is_declared
            yield from self._bcf.scan(chromosome_of, targets, end_is_declared=declared)
            return
        if self._is_hopped:
            self._remarks["assumed to be sorted: only rows near known sites were read"] = None
            yield from SortedFile(self._path, self.name, self._n_columns).overlapping(
                chromosome_of, targets.targets
            )
            return
        scan = self._new_scan()
        with self._rows() as stream:
            yield from scan.overlapping(stream, chromosome_of, targets)
        if scan.is_unterminated:
            self._remarks["ends without a line feed and may be cut"] = None

    def _new_scan(self) -> Scan:
        return Scan(self.name, self._header_lines, self._n_columns)

    @property
    def _n_columns(self) -> int:
        return FIXED + 1 + len(self.all_samples)

    def _rows(self) -> BufferedReader:
        """Open the decompressed file behind its header."""
        stream = self._container.open(self._path)
        stream.read(self._header_bytes)
        return stream

    def _verify(self) -> None:
        """Read the whole file. Raises :class:`InputError` for the first fault."""
        if self.format == "BCF":
            chromosome_of = self._contig_names.chromosome
            for _ in self._bcf.scan(chromosome_of, TargetIndex([]), end_is_declared=True):
                pass
        else:
            with self._rows() as stream:
                self._new_scan().verify(stream)


def _key_of(line: Line) -> bytes:
    """Return what tells the rows of a file apart: a row itself, the digest of a long one."""
    return line.text if len(line.text) <= _MAX_KEY_BYTES else _digest(line)


def _digest(line: Line) -> bytes:
    return hashlib.blake2b(line.text, digest_size=20).digest()


def _digests(found: Iterable[tuple[Line, list[int]]]) -> dict[int, list[bytes]]:
    """Return the digests of the rows at each target, sorted."""
    digests: dict[int, list[bytes]] = {}
    for line, numbers in found:
        for number in numbers:
            digests.setdefault(number, []).append(_digest(line))
    return {number: sorted(of_target) for number, of_target in digests.items()}
