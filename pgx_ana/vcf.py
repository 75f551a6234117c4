"""Variant files: VCF and BCF, plain, gzip or BGZF, by index or in one pass.

The door to pysam. Rows are found here and read as text; a row that is wanted is read in full by
:mod:`pgx_ana.records`, all others need only be such that it is certain where they stand.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

import pysam

from pgx_ana.assembly import ContigNames, Header
from pgx_ana.container import STDIN, inspect, spooled
from pgx_ana.errors import InputError
from pgx_ana.index import refuse_foreign
from pgx_ana.lines import FIXED, MOST_BYTES, Line, Scan, Target, Wanted, parse
from pgx_ana.model import Record
from pgx_ana.records import read_records

_CONTIG = re.compile(r"^##contig=<(?P<body>.*)>\s*$")
_CONTIG_ID = re.compile(r"(?:^|,)ID=(?P<id>[^,>]+)")
_CONTIG_LENGTH = re.compile(r"(?:^|,)length=(?P<length>\d{1,10})(?!\d)")
_COLUMNS = ["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT"]
_TEXT_PS = re.compile(r"^##FORMAT=<ID=PS,.*Type=String", re.MULTILINE)

# What is wrong is told by this module; htslib's own lines on stderr would stand beside it.
pysam.set_verbosity(0)


class VariantFile:
    """One variant file, opened and checked; read through :meth:`collect`.

    ``remark`` is what a user should know of how it was read.

    Raises :class:`InputError` when the file is missing, empty, truncated, not VCF or BCF, has no
    samples, or has an index that does not belong to it.
    """

    def __init__(self, path: str, contig_names: ContigNames) -> None:
        self.name = path if path != STDIN else "<stdin>"
        self.remark = ""
        self._contig_names = contig_names
        self._copy = spooled(path)
        self._path = Path(path if self._copy is None else self._copy.name)
        self._container = inspect(self._path, self.name)
        self._index = self._container.index
        text = self._header_text()
        self._header_lines = text.count("\n")
        self.header_sha256 = hashlib.sha256(text.encode()).hexdigest()
        self.header = _parse_header(text)
        self._text_ps = _TEXT_PS.search(text) is not None
        self._all_samples = _samples(text, self.name)
        self._chosen: Sequence[int] = range(len(self._all_samples))
        self._contigs = self._contigs_by_plain_name()
        self._settle_index()

    @property
    def format(self) -> str:
        """Return ``VCF`` or ``BCF``."""
        return self._container.kind

    @property
    def indexed(self) -> bool:
        """Say whether loci are sought through an index."""
        return self._index is not None

    @property
    def samples(self) -> tuple[str, ...]:
        """Return the chosen samples, in the order of the file."""
        return tuple(self._all_samples[number] for number in self._chosen)

    def choose(self, wanted: Sequence[str]) -> bool:
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

    def collect(self, targets: Sequence[Target], *, verify: bool = False) -> list[list[Record]]:
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
        left = MOST_BYTES
        try:
            while line := stream.readline(left):
                left -= len(line)
                if left <= 0:
                    raise InputError(f"{self.name}: its header has more than {MOST_BYTES} bytes")
                if not line.startswith(b"#"):
                    raise InputError(f"{self.name}: has no line that begins with #CHROM")
                yield line
                if not line.startswith(b"##"):
                    return
        except (OSError, EOFError, zlib.error) as error:
            raise InputError(f"{self.name}: its header is truncated or damaged: {error}") from error
        raise InputError(f"{self.name}: its header is truncated: no line begins with #CHROM")

    def _settle_index(self) -> None:
        declared = {line.split(",")[0] for line in self.header.lines}
        if "##INFO=<ID=SVLEN" in declared and "##INFO=<ID=END" not in declared and self._index:
            # An index knows where a record ends by END alone, and would not find it further on.
            self._index = None
            self.remark = "structural variants have SVLEN and no END: index not used"
        if self._index is not None:
            numbers = {contig: number for number, contig in enumerate(self.header.contigs)}
            known = [contig for of_one in self._contigs.values() for contig in of_one]
            wanted = {contig: numbers.get(contig, -1) for contig in known}
            refuse_foreign(self._path, self._index, self.name, wanted)

    def _contigs_by_plain_name(self) -> dict[str, list[str]]:
        """List the names that a chromosome has in the file; only needed where it has an index."""
        names = list(self.header.contigs)
        if self._index is not None and self.format == "VCF":
            with self._open_tabix() as index:
                names = list(index.contigs)
        contigs: dict[str, list[str]] = defaultdict(list)
        for name in names:
            plain = self._contig_names.plain(name)
            if plain is not None:
                contigs[plain].append(name)
        return contigs

    def _open_tabix(self) -> pysam.TabixFile:
        try:
            return pysam.TabixFile(str(self._path), index=str(self._index), encoding="latin-1")
        except (OSError, ValueError) as error:
            raise InputError(f"{self.name}: cannot be read through its index: {error}") from error

    def _open_bcf(self) -> Any:
        index = str(self._index) if self._index is not None else None
        try:
            return pysam.VariantFile(str(self._path), index_filename=index)
        except (OSError, ValueError) as error:
            raise InputError(f"{self.name}: is not a readable BCF file: {error}") from error

    def _find(self, targets: Sequence[Target], *, by_index: bool) -> list[list[Line]]:
        found: list[list[Line]] = [[] for _ in targets]
        for line, hits in self._sought(targets) if by_index else self._scanned(targets):
            for number in hits:
                found[number].append(line)
        return found

    def _sought(self, targets: Sequence[Target]) -> Iterator[tuple[Line, list[int]]]:
        """Yield what an index leads to; pysam raises where the file is damaged."""
        contig = ""
        try:
            with self._open_bcf() if self.format == "BCF" else self._open_tabix() as file:
                for number, target in enumerate(targets):
                    for contig in self._contigs.get(target.chrom, ()):
                        for row in file.fetch(contig, target.start - 1, target.end):
                            line = parse(_bytes_of(row), target.chrom, self.name)
                            if line.pos <= target.end and line.end >= target.start:
                                yield line, [number]
        except (OSError, ValueError) as error:
            raise InputError(f"{self.name}: the file is damaged at {contig} ({error})") from error

    def _scanned(self, targets: Sequence[Target]) -> Iterator[tuple[Line, list[int]]]:
        wanted = Wanted(targets)
        if self.format == "BCF":
            yield from self._scanned_bcf(wanted)
            return
        scan = self._scan()
        with self._rows() as stream:
            yield from scan.wanted(stream, self._contig_names.plain, wanted)
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

    def _scanned_bcf(self, wanted: Wanted) -> Iterator[tuple[Line, list[int]]]:
        place = "the first record"
        try:
            with self._open_bcf() as file:
                for row in file:
                    place = f"{row.chrom}:{row.pos}"
                    chrom = self._contig_names.plain(row.chrom)
                    start = None if chrom is None or chrom not in wanted else row.pos
                    if chrom is None or start is None or wanted.next_start(chrom, start) is None:
                        continue
                    line = parse(_bytes_of(row), chrom, self.name)
                    hits = wanted.hits(chrom, line.pos, line.end)
                    if hits:
                        yield line, hits
        except (OSError, ValueError) as error:
            raise InputError(
                f"{self.name}: is truncated or damaged after {place} ({error})"
            ) from error

    def _verify(self) -> None:
        if self.format == "BCF":
            for _ in self._scanned_bcf(Wanted([])):
                pass
        else:
            with self._rows() as stream:
                self._scan().verify(stream)


def _bytes_of(row: Any) -> bytes:
    """Return a row as bytes: text as it stands in the file, or a record of BCF written as text."""
    return row.encode("latin-1") if isinstance(row, str) else str(row).encode()


def _texts(found: list[list[Line]]) -> list[list[bytes]]:
    return [sorted(line.text for line in lines) for lines in found]


def _samples(header: str, name: str) -> tuple[str, ...]:
    columns = header.rstrip("\n").rpartition("\n")[2].split("\t")
    if columns[:FIXED] != _COLUMNS[:FIXED]:
        raise InputError(
            f"{name}: its #CHROM line does not name the columns {' '.join(_COLUMNS)}, separated by "
            "tabs"
        )
    samples = columns[FIXED + 1 :]
    if columns[FIXED : FIXED + 1] != _COLUMNS[FIXED:] or not samples:
        raise InputError(f"{name}: has no samples, so there are no genotypes to annotate")
    if len(set(samples)) != len(samples):
        twice = next(sample for sample in samples if samples.count(sample) > 1)
        raise InputError(f"{name}: the sample {twice!r} is named twice in its header")
    if "" in samples:
        raise InputError(f"{name}: a sample in its header has no name")
    return tuple(samples)


def _parse_header(text: str) -> Header:
    contigs: dict[str, int | None] = {}
    lines = tuple(line for line in text.split("\n") if line.startswith("##"))
    for line in lines:
        match = _CONTIG.match(line)
        found = _CONTIG_ID.search(match["body"]) if match else None
        if match and found:
            length = _CONTIG_LENGTH.search(match["body"])
            contigs[found["id"]] = int(length["length"]) if length else None
    return Header(contigs, lines)
