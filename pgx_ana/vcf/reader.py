"""Variant files: VCF and BCF, plain, gzip or BGZF, by index or in one pass.

The door to pysam. Rows are found here and read as text; a row that is wanted is read in full by
:mod:`pgx_ana.records`, all others need only be such that it is certain where they stand.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from pgx_ana.errors import InputError
from pgx_ana.model import Record
from pgx_ana.vcf.assembly import ContigNames
from pgx_ana.vcf.container import STDIN, inspect_file, regular_copy
from pgx_ana.vcf.header import (
    MAX_HEADER_BYTES,
    MAX_HEADER_LINES,
    calling_program,
    has_text_phase_sets,
    parse_header,
    sample_names,
)
from pgx_ana.vcf.index import DamagedIndexError, Index
from pgx_ana.vcf.lines import FIXED, Line, Scan, Target, TargetIndex, parse_line, raise_unterminated
from pgx_ana.vcf.records import read_records


class VariantFile:
    """One variant file, opened and checked; read through :meth:`collect`.

    ``remark`` is what a user should know of how it was read, ``caller`` the program that wrote it,
    as far as the header names it.

    Raises :class:`InputError` when the file is missing, empty, truncated, not VCF or BCF, has no
    samples, or has an index that does not belong to it.
    """

    def __init__(self, path: str, contig_names: ContigNames) -> None:
        self.name = path if path != STDIN else "<stdin>"
        self.remark = ""
        self._contig_names = contig_names
        self._copy = regular_copy(path)
        self._path = Path(path if self._copy is None else self._copy.name)
        self._container = inspect_file(self._path, self.name)
        self._index: Index | None = None
        self._contigs: dict[str, list[str]] = defaultdict(list)
        text = self._header_text()
        self._header_lines = text.count("\n")
        self.header_sha256 = hashlib.sha256(text.encode()).hexdigest()
        self.header = parse_header(text)
        self.caller = calling_program(text)
        self._text_ps = has_text_phase_sets(text)
        self._all_samples = sample_names(text, self.name)
        self._chosen: Sequence[int] = range(len(self._all_samples))
        self._settle_index()

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
        """Say whether loci are sought through an index."""
        return self._container.index is not None

    @property
    def samples(self) -> tuple[str, ...]:
        """Return the chosen samples, in the order of the file."""
        return tuple(self._all_samples[number] for number in self._chosen)

    def select_samples(self, wanted: Sequence[str]) -> bool:
        """Read only the wanted samples (all where empty), in the order of the file.

        Returns whether the file has any of them.
        """
        if wanted:
            names = set(wanted)
            self._chosen = [n for n, name in enumerate(self._all_samples) if name in names]
        return bool(self._chosen)

    def close(self) -> None:
        """Let go of the file; what was read from its header stays."""
        if self._copy is not None:
            self._copy.close()

    def records_at(self, targets: Sequence[Target], *, verify: bool = False) -> list[list[Record]]:
        """Return, for each target, the records that overlap it, in the order of the file.

        ``verify`` reads the whole file, and holds what an index leads to against it.
        """
        found = self._find(targets, by_index=self.indexed)
        if verify:
            self._verify()
            if self.indexed and _texts(self._find(targets, by_index=False)) != _texts(found):
                raise InputError(f"{self.name}: its index hides rows; make the index again")
        unique = {line.text: line for lines in found for line in lines}
        records = read_records(
            list(unique.values()), self._all_samples, self._chosen, text_ps=self._text_ps
        )
        of_text = dict(zip(unique, records, strict=True))
        return [[of_text[line.text] for line in lines] for lines in found]

    def _header_text(self) -> str:
        data = self._bcf_header() if self.format == "BCF" else self._text_header()
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError as error:
            raise InputError(f"{self.name}: its header is not UTF-8: {error}") from error

    def _bcf_header(self) -> bytes:
        with self._open_bcf() as file:
            try:
                return str(file.header).encode()
            except UnicodeDecodeError as error:
                raise InputError(f"{self.name}: its header is not UTF-8: {error}") from error

    def _text_header(self) -> bytes:
        with self._container.open(self._path) as stream:
            return b"".join(line.rstrip(b"\r\n") + b"\n" for line in self._header(stream))

    def _header(self, stream: IO[bytes]) -> Iterator[bytes]:
        """Yield the lines of the header, up to the one that begins with ``#CHROM``."""
        left, lines = MAX_HEADER_BYTES, MAX_HEADER_LINES
        try:
            while line := stream.readline(left):
                left, lines = left - len(line), lines - 1
                if left <= 0 or lines <= 0:
                    raise InputError(
                        f"{self.name}: its header has more than {MAX_HEADER_BYTES} bytes or "
                        f"{MAX_HEADER_LINES} lines"
                    )
                if not line.startswith(b"#"):
                    raise InputError(f"{self.name}: has no line that begins with #CHROM")
                yield line
                if not line.startswith(b"##"):
                    return
        except (OSError, EOFError, zlib.error) as error:
            raise InputError(f"{self.name}: its header is truncated or damaged: {error}") from error
        raise InputError(f"{self.name}: its header is truncated: no line begins with #CHROM")

    def _settle_index(self) -> None:
        """Open the index, if it is to be used, and hold it against the file."""
        declared = {line.split(",")[0] for line in self.header.lines}
        if "##INFO=<ID=SVLEN" in declared and "##INFO=<ID=END" not in declared and self.indexed:
            # An index knows where a record ends by END alone, and would not find it further on.
            self._container = dataclasses.replace(self._container, index=None)
            self.remark = "structural variants have SVLEN and no END: index not used"
        if self._container.spare is not None:
            with contextlib.suppress(DamagedIndexError):
                Index(self._container.spare, self.name).check_not_truncated(self._path)
        names = list(self.header.contigs)
        if self._container.index is not None:
            self._index = Index(self._container.index, self.name)
            if self._index.is_empty:
                # Made when the file had no rows yet; whether it has some now is soon read.
                self._container = dataclasses.replace(self._container, index=None)
                self._index = None
        if self._index is not None:
            names = names if self.format == "BCF" else self._index.contigs()
        for name in names:
            plain = self._contig_names.chromosome(name)
            if plain is not None:
                self._contigs[plain].append(name)
        if self._index is not None:
            numbers = {contig: number for number, contig in enumerate(self.header.contigs)}
            known = [contig for of_one in self._contigs.values() for contig in of_one]
            self._index.check_belongs_to(self._path, {c: numbers.get(c, -1) for c in known})

    @contextlib.contextmanager
    def _open_bcf(self) -> Iterator[Any]:
        """Open a BCF file; what goes wrong is told once, not again when it is closed."""
        import pysam  # noqa: PLC0415  # heavy, and of use for BCF only

        # What is wrong is told by this module; htslib's own lines on stderr would stand beside it.
        pysam.set_verbosity(0)
        index = None if self._container.index is None else str(self._container.index)
        try:
            file = pysam.VariantFile(str(self._path), index_filename=index)
        except (OSError, ValueError) as error:
            raise InputError(f"{self.name}: is not a readable BCF file: {error}") from error
        try:
            yield file
        finally:
            with contextlib.suppress(OSError):
                file.close()

    def _find(self, targets: Sequence[Target], *, by_index: bool) -> list[list[Line]]:
        found: list[list[Line]] = [[] for _ in targets]
        for line, hits in self._sought(targets) if by_index else self._scanned(targets):
            for number in hits:
                found[number].append(line)
        return found

    def _sought(self, targets: Sequence[Target]) -> Iterator[tuple[Line, list[int]]]:
        """Yield what an index leads to."""
        contig = ""
        try:
            with self._open_bcf() if self.format == "BCF" else contextlib.nullcontext() as bcf:
                for number, target in enumerate(targets):
                    for contig in self._contigs.get(target.chrom, ()):
                        for line in self._sought_in(contig, target, bcf):
                            if line.pos <= target.end and line.end >= target.start:
                                yield line, [number]
        except (OSError, ValueError) as error:
            raise InputError(f"{self.name}: the file is damaged at {contig} ({error})") from error

    def _sought_in(self, contig: str, target: Target, bcf: Any) -> Iterator[Line]:
        if bcf is not None:
            for record in bcf.fetch(contig, target.start - 1, target.end):
                yield parse_line(str(record).encode(), target.chrom, self.name)
        elif self._index is not None:
            for row, is_open in self._index.rows(self._path, contig, target.start, target.end):
                line = parse_line(row, target.chrom, self.name)
                if line.pos > target.end:
                    return
                if is_open and line.end >= target.start:
                    raise_unterminated(line)
                yield line

    def _scanned(self, targets: Sequence[Target]) -> Iterator[tuple[Line, list[int]]]:
        wanted = TargetIndex(targets)
        if self.format == "BCF":
            yield from self._scanned_bcf(wanted)
            return
        scan = self._scan()
        with self._rows() as stream:
            yield from scan.wanted(stream, self._contig_names.chromosome, wanted)
        if scan.is_open:
            self.remark = "ends without a line feed and may be cut"

    def _scan(self) -> Scan:
        return Scan(self.name, self._header_lines, FIXED + 1 + len(self._all_samples))

    def _rows(self) -> IO[bytes]:
        """Open the text behind the header."""
        stream = self._container.open(self._path)
        for _ in self._header(stream):
            pass
        return stream

    def _scanned_bcf(self, wanted: TargetIndex) -> Iterator[tuple[Line, list[int]]]:
        place = "the first record"
        try:
            with self._open_bcf() as file:
                for row in file:
                    place = f"{row.chrom}:{row.pos}"
                    chrom = self._contig_names.chromosome(row.chrom)
                    if chrom is None or chrom not in wanted:
                        continue
                    is_plain = not any(alt.startswith("<") for alt in row.alts or ())
                    if is_plain and not wanted.hits(chrom, row.pos, row.stop):
                        continue
                    line = parse_line(str(row).encode(), chrom, self.name)
                    hits = wanted.hits(chrom, line.pos, line.end)
                    if hits:
                        yield line, hits
        except (OSError, ValueError) as error:
            raise InputError(
                f"{self.name}: is truncated or damaged after {place} ({error})"
            ) from error

    def _verify(self) -> None:
        if self.format == "BCF":
            for _ in self._scanned_bcf(TargetIndex([])):
                pass
        else:
            with self._rows() as stream:
                self._scan().verify(stream)


def _texts(found: list[list[Line]]) -> list[list[bytes]]:
    return [sorted(line.text for line in lines) for lines in found]
