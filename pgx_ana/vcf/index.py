"""Rows read through an index (.tbi or .csi), and whether the index belongs to the file.

Other readers trust an index: one of another file, or of an earlier state of the same file, makes
them miss rows without an error. Here the index is first checked against the file, at the few
offsets that matter. Blocks are then read by this project itself: damage is an error, and a row is
every byte up to its line feed.

Formats: SAM specification, sections 4.1 (BGZF and its virtual offsets) and 5 (bins); the tabix and
CSI specifications of hts-specs.
"""

from __future__ import annotations

import contextlib
import io
import itertools
import os
import stat
import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import numpy as np

from pgx_ana.errors import InputError
from pgx_ana.vcf.inflation import Blocks, GzipContent, open_blocks
from pgx_ana.vcf.lines import TAB, header_among_rows, span_of

_TABIX = struct.Struct("<7i")  # format, col_seq, col_beg, col_end, meta, skip, l_nm
_CHUNK = struct.Struct("<QQ")  # virtual offsets: of its first row, and behind its last one
_PROBE_BYTES = 64  # enough for contig and position of a row, or the fixed part of a BCF record
_MAX_INDEX_BYTES = 1 << 29
_PIECE_BYTES = 1 << 20
_FEW_BINS = 16
_MANY_BINS = 1024
_MAX_KEPT_ROW = 1 << 12  # bytes
_MAX_KEPT_BYTES = 1 << 21
_MAX_BIN_LEVELS = 15  # 5 levels hold half a billion bases


@dataclass(frozen=True, slots=True)
class _Contig:
    """Offsets in an index of the parts about one contig: bins by number, and the linear index."""

    bins: Mapping[int, int]
    n_chunks: int
    linear_at: int
    intervals: int


class DamagedIndexError(InputError):
    """An index that cannot be read, or is damaged."""


class Index:
    """A tabix or CSI index, read whole.

    ``name`` is that of the indexed file, for messages. Raises :class:`DamagedIndexError` where the
    index is truncated or damaged.
    """

    def __init__(self, path: Path, name: str) -> None:
        self.path = path
        self._name = name
        # A pipe in its place must not be waited for.
        is_file = stat.S_ISREG(self._status(path).st_mode)
        if not is_file:
            raise DamagedIndexError(
                f"{name}: the index {path.name} is not a file; delete it or build the index"
            )
        try:
            with io.BufferedReader(GzipContent(path)) as stream:
                self._data = _all_of(stream)
            self._parse()
        except PermissionError as error:
            raise self._unreadable(path, error) from error
        except (OSError, EOFError, ValueError, struct.error, IndexError) as error:
            raise DamagedIndexError(
                f"{name}: the index {path.name} is damaged ({error}); rebuild the index or "
                "delete it"
            ) from error

    def _status(self, path: Path) -> os.stat_result:
        try:
            return path.stat()
        except OSError as error:
            raise self._unreadable(path, error) from error

    def _unreadable(self, path: Path, error: OSError) -> DamagedIndexError:
        return DamagedIndexError(
            f"{self._name}: the index {path.name} cannot be read ({error.strerror or error}); make "
            "it readable, or move it away to read the file without it"
        )

    @property
    def is_empty(self) -> bool:
        """Say whether no contig has rows: then the index cannot be checked against the file."""
        return not self._contigs

    def contigs(self) -> list[str]:
        """Return the names of the contigs that have rows; none for BCF, where they have numbers."""
        return [name for name in self._contigs if isinstance(name, str)]

    def numbers(self) -> list[int]:
        """Return the numbers of the contigs that have rows in a BCF file; none for VCF."""
        return [number for number in self._contigs if isinstance(number, int)]

    def check_belongs_to(self, path: Path, contigs: Mapping[str, int]) -> None:
        """Reject an index that does not belong to a BGZF file.

        ``contigs`` are the ones that will be read, with their numbers in the header of a BCF file.
        Raises :class:`InputError`.
        """
        try:
            with open_blocks(path) as blocks:
                mismatch = self._mismatch(blocks, contigs)
        except OSError as error:
            mismatch = str(error)
        if mismatch:
            raise InputError(
                f"{self._name}: the index {self.path.name} does not match the file ({mismatch}); "
                "if the file is complete, rebuild the index"
            )

    def check_not_truncated(self, path: Path) -> None:
        """Reject a file that is shorter than its index requires, even if the index is not used.

        Raises :class:`InputError`.
        """
        ends = [self._extent(contig)[1] >> 16 for contig in self._contigs.values()]
        if max(ends, default=0) > path.stat().st_size:
            raise InputError(
                f"{self._name}: the index {self.path.name} lists rows beyond the end of the file: "
                "the file is truncated, or the index is that of another file; if the file is "
                "complete, rebuild the index"
            )

    @contextlib.contextmanager
    def open(self, path: Path) -> Iterator[IndexedRows]:
        """Open the indexed file. Raises :class:`OSError` where it cannot be read."""
        with open_blocks(path) as blocks:
            rows = IndexedRows(self, blocks)
            try:
                yield rows
            finally:
                rows.forget()

    def chunks(self, contig: str, start: int, end: int) -> list[tuple[int, int]]:
        """Return where the rows of a contig are that overlap a stretch (1-based inclusive).

        They are the virtual offsets of the first row of a chunk, and of what follows its last one;
        other rows may be there too.
        """
        parts = self._contigs.get(contig)
        return [] if parts is None else self._chunks_at(parts, start - 1, end)

    def outer_chunks(self, contig: str) -> Iterator[tuple[int, int]]:
        """Yield where the first rows of a contig and the last ones are, as virtual offsets."""
        parts = self._contigs.get(contig)
        if parts is None:
            return
        first, _ = self._extent(parts)
        yield first, first + 1
        # The last row is in a bin that reaches the start of the last one, or beyond it.
        spans = {at: self._bin_span(number) for number, at in parts.bins.items()}
        last_start = max(start for start, _ in spans.values())
        for at, (_, end) in spans.items():
            if end > last_start:
                yield from self._chunks_of_bin(at)

    def reject(self, row: bytes, contig: str) -> NoReturn:
        """Reject a row that is not of the contig that the index says.

        Raises :class:`InputError` for a header line, else :class:`OSError`.
        """
        if row.startswith(b"#"):
            raise header_among_rows(self._name, f"among the rows of {contig}", row)
        raise OSError(f"the index {self.path.name} does not match the file")

    def _bin_span(self, number: int) -> tuple[int, int]:
        """Return the positions of a bin, 0-based and half-open; none for one of metadata."""
        first_of_level, shift = 0, self._shift + 3 * self._depth
        for level in range(self._depth + 1):
            if number < first_of_level + (1 << 3 * level):
                start = (number - first_of_level) << shift
                return start, start + (1 << shift)
            first_of_level += 1 << 3 * level
            shift -= 3
        return -1, -1

    def _parse(self) -> None:
        data = self._data
        names: list[str] = []
        if data[:4] == b"TBI\1":
            self._is_csi, self._shift, self._depth = False, 14, 5
            self._bin_header = struct.Struct("<Ii")  # number, n_chunk
            (count,) = struct.unpack_from("<i", data, 4)
            names, at = self._names(8)
        elif data[:4] == b"CSI\1":
            self._is_csi = True
            self._bin_header = struct.Struct("<IQi")  # number, loffset, n_chunk
            self._shift, self._depth, length = struct.unpack_from("<3i", data, 4)
            if self._shift < 0 or not 0 <= self._depth <= _MAX_BIN_LEVELS:
                raise ValueError(f"it has {self._depth} levels of bins")
            if length >= _TABIX.size:
                names, _ = self._names(16)
            (count,) = struct.unpack_from("<i", data, 16 + length)
            at = 20 + length
        else:
            raise ValueError("it is neither a tabix nor a CSI index")
        self._contigs: dict[str | int, _Contig] = {}
        for key in names or range(count):
            contig, at = self._contig(at)
            if contig.n_chunks:
                self._contigs[key] = contig
        if at > len(data):
            raise ValueError("it is truncated")

    def _names(self, at: int) -> tuple[list[str], int]:
        """Return the contig names of the tabix header at an offset, and the offset behind them."""
        end = at + _TABIX.size + _TABIX.unpack_from(self._data, at)[-1]
        return self._data[at + _TABIX.size : end].decode("latin-1").split("\0")[:-1], end

    def _contig(self, at: int) -> tuple[_Contig, int]:
        """Return the parts about the contig at an offset, and the offset behind them."""
        data, bins = self._data, dict[int, int]()
        (n_bins,) = struct.unpack_from("<i", data, at)
        at += 4
        total = 0
        while len(bins) < n_bins:
            n_read = self._single_chunks(bins, at, n_bins - len(bins))
            at += n_read * (self._bin_header.size + _CHUNK.size)
            total += n_read
            # The bins behind these have several chunks, or are few.
            for _ in range(min(_FEW_BINS, n_bins - len(bins))):
                number, *_, n_chunks = self._bin_header.unpack_from(data, at)
                if n_chunks < 0:
                    raise ValueError("a bin has a negative number of chunks")
                if number in bins:
                    raise ValueError("a bin is there twice")
                bins[number] = at
                total += n_chunks
                at += self._bin_header.size + _CHUNK.size * n_chunks
        intervals, linear_at = 0, at
        if not self._is_csi:
            (intervals,) = struct.unpack_from("<i", data, at)
            if intervals < 0:
                raise ValueError("it has a negative number of intervals")
            linear_at, at = at + 4, at + 4 + 8 * intervals
        return _Contig(bins, total, linear_at, intervals), at

    def _single_chunks(self, bins: dict[int, int], at: int, n_bins: int) -> int:
        """Take the bins from an offset on, of some at most, up to one that has not one chunk.

        Returns their number. Most bins have one chunk: they are all of one size.
        """
        size = self._bin_header.size + _CHUNK.size
        n_bins = min(n_bins, _MANY_BINS, max(len(self._data) - at, 0) // size)
        if n_bins < _FEW_BINS:
            return 0
        n_chunks_at = at + self._bin_header.size - 4
        n_chunks = np.ndarray((n_bins,), "<i4", self._data, n_chunks_at, (size,))
        is_single = n_chunks == 1
        n_read = n_bins if is_single.all() else int(is_single.argmin())
        numbers = np.ndarray((n_read,), "<u4", self._data, at, (size,)).tolist()
        n_before = len(bins)
        bins.update(zip(numbers, range(at, at + n_read * size, size), strict=True))
        if len(bins) < n_before + n_read:
            raise ValueError("a bin is there twice")
        return n_read

    def _chunks_of_bin(self, at: int) -> Iterator[tuple[int, int]]:
        """Yield the chunks of the bin at an offset of the index, as virtual offsets."""
        n_chunks = self._bin_header.unpack_from(self._data, at)[-1]
        at += self._bin_header.size
        for chunk in range(n_chunks):
            first, last = _CHUNK.unpack_from(self._data, at + _CHUNK.size * chunk)
            yield first, last

    def _extent(self, contig: _Contig) -> tuple[int, int]:
        """Return the virtual offsets of the first row of a contig and of what follows its last."""
        # A bin beyond the last one may hold metadata: its first chunk is the whole contig.
        metadata_at = contig.bins.get(((1 << 3 * (self._depth + 1)) - 1) // 7 + 1)
        metadata = [] if metadata_at is None else list(self._chunks_of_bin(metadata_at))
        if metadata:
            return metadata[0]
        chunks = [chunk for at in contig.bins.values() for chunk in self._chunks_of_bin(at)]
        return min(first for first, _ in chunks), max(last for _, last in chunks)

    def _chunks_at(self, contig: _Contig, start: int, end: int) -> list[tuple[int, int]]:
        """Return the chunks that hold rows of a region (0-based half-open), joined and in order."""
        # The linear index has the offset before which no row reaches the start of the region.
        lowest = 0
        if contig.intervals:
            interval = min(start >> self._shift, contig.intervals - 1)
            (lowest,) = struct.unpack_from("<Q", self._data, contig.linear_at + 8 * interval)
        chunks = [
            (max(first, lowest), last)
            for number in self._bins_at(start, end)
            if number in contig.bins
            for first, last in self._chunks_of_bin(contig.bins[number])
            if last > lowest
        ]
        joined: list[tuple[int, int]] = []
        for first, last in sorted(chunks):
            if joined and first <= joined[-1][1]:
                joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
            else:
                joined.append((first, last))
        return joined

    def _bins_at(self, start: int, end: int) -> Iterator[int]:
        """Yield the numbers of the bins that overlap a region, 0-based and half-open."""
        first_of_level, shift = 0, self._shift + 3 * self._depth
        for level in range(self._depth + 1):
            yield from range(
                first_of_level + (start >> shift), first_of_level + ((end - 1) >> shift) + 1
            )
            first_of_level += 1 << 3 * level
            shift -= 3

    def _mismatch(self, blocks: Blocks, contigs: Mapping[str, int]) -> str:
        """Say how the index differs from a file; nothing where it fits.

        The last indexed row must be the last one of the file. At the offsets of each contig, its
        rows must begin and end.
        """
        last = list(self._contigs.values())[-1:]
        if last and _bytes_at(blocks, self._extent(last[0])[1]):
            return "the file has rows beyond the last indexed one"
        for name, number in contigs.items():
            is_named = name in self._contigs
            contig = self._contigs.get(name if is_named else number)
            if contig is None:
                continue
            first, beyond = (_bytes_at(blocks, at) for at in self._extent(contig))
            if is_named:
                tag = name.encode("latin-1") + TAB
                fits = first.startswith(tag) and not beyond.startswith(tag)
            else:
                tag = struct.pack("<i", number)
                fits = first[8:12] == tag != beyond[8:12]
            if not fits:
                return f"the rows of {name} are not where the index has them"
        return ""


@dataclass(frozen=True, slots=True)
class _Row:
    """A row as bytes, its span, and whether it lacks a line feed.

    The span is 0 to a number beyond every position where the row must be read in full to know it.
    """

    text: bytes
    first: int
    last: int
    is_unterminated: bool


class _Chunk:
    """The rows of a chunk, to loop over several times; each is read once, and only if wanted."""

    def __init__(self, rows: Iterator[_Row]) -> None:
        self._rows = rows
        self._read: list[_Row] = []
        self.n_bytes = 0

    def __iter__(self) -> Iterator[_Row]:
        yield from self._read
        for row in self._rows:
            self._read.append(row)
            self.n_bytes += len(row.text)
            yield row


class IndexedRows:
    """The rows of an opened file through its index.

    Short rows are kept for a while: known sites lie close to one another.
    """

    def __init__(self, index: Index, blocks: Blocks) -> None:
        self._index = index
        self._blocks = blocks
        self._kept: dict[tuple[int, int], _Chunk] = {}

    def at(self, contig: str, start: int, end: int) -> Iterator[tuple[bytes, bool]]:
        """Yield the rows of a contig that may overlap a stretch (1-based inclusive), as bytes.

        The second value says whether a row ends with the file, without a line feed. Rows come in
        the order of the file. Others may be among them, and all that are malformed. Raises
        :class:`OSError` where the file is damaged. One loop at a time can be under way.
        """
        for chunk in self._index.chunks(contig, start, end):
            for row in self._kept.get(chunk) or self._rows_of(contig, chunk):
                if row.first > end:
                    return
                if row.last >= start:
                    yield row.text, row.is_unterminated

    def forget(self) -> None:
        """Release the rows, which otherwise keep their reader and its blocks alive."""
        self._kept.clear()

    def outer(self, contig: str) -> Iterator[bytes]:
        """Yield the first rows of a contig and the last ones, as bytes; others may be among them.

        Raises :class:`OSError` where the file is damaged.
        """
        for first, last in self._index.outer_chunks(contig):
            for text, _ in _lines(self._blocks, first, last):
                yield text

    def _rows_of(self, contig: str, chunk: tuple[int, int]) -> Iterable[_Row]:
        """Return the rows of a chunk, which are kept if they are short."""
        rows = self._read(contig, chunk)
        first = next(rows, None)
        if first is None:
            return ()
        rows = itertools.chain([first], rows)
        if len(first.text) > _MAX_KEPT_ROW:
            return rows
        if sum(kept.n_bytes for kept in self._kept.values()) > _MAX_KEPT_BYTES:
            self._kept.clear()
        self._kept[chunk] = _Chunk(rows)
        return self._kept[chunk]

    def _read(self, contig: str, chunk: tuple[int, int]) -> Iterator[_Row]:
        tag = contig.encode("latin-1") + TAB
        for text, is_unterminated in _lines(self._blocks, *chunk):
            if not text.startswith(tag):
                self._index.reject(text, contig)
            yield _Row(text, *span_of(text), is_unterminated)


def _all_of(stream: io.BufferedReader[GzipContent]) -> bytes:
    """Return the content of a stream, up to a limit; one large read would reserve the limit."""
    pieces: list[bytes] = []
    n_left = _MAX_INDEX_BYTES
    while n_left > 0 and (piece := stream.read(_PIECE_BYTES)):
        pieces.append(piece)
        n_left -= len(piece)
    return b"".join(pieces)


def _bytes_at(blocks: Blocks, virtual: int) -> bytes:
    """Return a few bytes from a virtual offset on; none at the end of the file."""
    start, within = virtual >> 16, virtual & 0xFFFF
    data = b""
    while len(data) <= within + _PROBE_BYTES and (block := blocks.at(start)) is not None:
        data += block.content
        start = block.stop
    if within > len(data):
        raise OSError("the index points beyond the end of the file")
    return data[within : within + _PROBE_BYTES]


def _lines(blocks: Blocks, first: int, last: int) -> Iterator[tuple[bytes, bool]]:
    """Yield the lines that begin between two virtual offsets, and whether they lack a line feed."""
    start, at = first >> 16, first & 0xFFFF
    block = blocks.at(start)
    parts: list[bytes] = []
    while block is not None and (parts or (start << 16) + at < last):
        feed = block.content.find(b"\n", at) + 1
        if feed:
            line = block.content[at:feed]
            yield b"".join([*parts, line]) if parts else line, False
            parts, at = [], feed
        else:
            if at < len(block.content):
                parts.append(block.content[at:])
            start, at = block.stop, 0
            block = blocks.at(start) if parts or start << 16 < last else None
    if parts:
        yield b"".join(parts), True
