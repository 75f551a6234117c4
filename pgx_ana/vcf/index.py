"""Rows found through an index (.tbi or .csi), and whether the index belongs to the file.

Readers trust an index: one of another file, or of an earlier state of the same file, makes them
skip rows in silence. So the index is held against the file first, in the few places that it names;
then blocks are read here, where damage is an error and a row is every byte up to its line feed.

Formats: SAM specification, section 4.1 (BGZF and its virtual offsets) and 5 (bins); the tabix and
CSI specifications of hts-specs.
"""

from __future__ import annotations

import gzip
import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from pgx_ana.errors import InputError
from pgx_ana.vcf.container import read_block

_TABIX = struct.Struct("<7i")  # format, col_seq, col_beg, col_end, meta, skip, l_nm
_PAIR = struct.Struct("<QQ")
_ENOUGH = 64  # bytes: contig and position of a row, or the fixed part of a BCF record
_TAB = b"\t"
_MAX_BYTES = 1 << 29
_DEEPEST = 15  # levels of bins; 5 hold half a billion bases


@dataclass(frozen=True, slots=True)
class _Contig:
    """Where in an index its parts about one contig stand: bins by number, and the linear index."""

    bins: Mapping[int, int]
    linear_at: int
    intervals: int


class DamagedIndexError(InputError):
    """An index that cannot be read."""


class Index:
    """An index that was read whole.

    Raises :class:`DamagedIndexError` where it is cut or damaged.
    """

    def __init__(self, path: Path, name: str) -> None:
        self.path = path
        self._name = name
        try:
            with gzip.open(path) as stream:
                self._data = stream.read(_MAX_BYTES)
            self._parse()
        except (OSError, EOFError, ValueError, struct.error, zlib.error, IndexError) as error:
            raise DamagedIndexError(
                f"{name}: its index {path.name} is damaged ({error}); make the index again, or "
                "remove it"
            ) from error

    @property
    def is_empty(self) -> bool:
        """Say whether no contig has rows: then there is nothing to hold the file against."""
        return not self._contigs

    def contigs(self) -> list[str]:
        """Return the names of the contigs that have rows; none in an index of BCF."""
        return [name for name in self._contigs if isinstance(name, str)]

    def check_belongs_to(self, path: Path, wanted: Mapping[str, int]) -> None:
        """Refuse an index that does not belong to a BGZF file.

        ``wanted`` are the contigs that will be looked up, with their numbers in the header of a BCF
        file. Raises :class:`InputError`.
        """
        with path.open("rb") as stream:
            try:
                wrong = self._disagreement(stream, wanted)
            except OSError as error:
                wrong = str(error)
        if wrong:
            raise InputError(
                f"{self._name}: its index {self.path.name} does not fit it ({wrong}); if the file "
                "is whole, make the index again"
            )

    def check_not_truncated(self, path: Path) -> None:
        """Refuse a file that is shorter than its index says, even if the index is not to be used.

        Raises :class:`InputError`.
        """
        ends = [self._extent(contig)[1] >> 16 for contig in self._contigs.values()]
        if max(ends, default=0) > path.stat().st_size:
            raise InputError(
                f"{self._name}: its index {self.path.name} tells of rows beyond the end of the "
                "file: the file is truncated, or the index is of another one; if the file is "
                "whole, make the index again"
            )

    def rows(self, path: Path, contig: str, start: int, end: int) -> Iterator[tuple[bytes, bool]]:
        """Yield rows of a contig that may overlap a stretch (1-based inclusive), as bytes.

        The second value says whether a row ends with the file, without a line feed. Rows come in
        the order of the file; some before and behind the stretch are among them. Raises
        :class:`OSError` where the file is damaged.
        """
        if contig not in self._contigs:
            return
        tag = contig.encode("latin-1") + _TAB
        with path.open("rb") as stream:
            for first, last in self._chunks(self._contigs[contig], start - 1, end):
                for row, is_open in _lines(stream, first, last):
                    if not row.startswith(tag):
                        raise OSError(f"its index {self.path.name} does not fit it")
                    yield row, is_open

    def _parse(self) -> None:
        data = self._data
        names: list[str] = []
        if data[:4] == b"TBI\1":
            self._is_csi, self._shift, self._depth = False, 14, 5
            self._head = struct.Struct("<Ii")
            (count,) = struct.unpack_from("<i", data, 4)
            names, at = self._names(8)
        elif data[:4] == b"CSI\1":
            self._is_csi = True
            self._head = struct.Struct("<IQi")
            self._shift, self._depth, length = struct.unpack_from("<3i", data, 4)
            if not (self._shift >= 0 <= self._depth <= _DEEPEST):
                raise ValueError(f"it has {self._depth} levels of bins")
            if length >= _TABIX.size:
                names, _ = self._names(16)
            (count,) = struct.unpack_from("<i", data, 16 + length)
            at = 20 + length
        else:
            raise ValueError("it is neither tbi nor csi")
        self._contigs: dict[str | int, _Contig] = {}
        for key in names or range(count):
            contig, at = self._contig(at)
            if any(True for at_bin in contig.bins.values() for _ in self._pairs(at_bin)):
                self._contigs[key] = contig
        if at > len(data):
            raise ValueError("it ends before its last part")

    def _names(self, at: int) -> tuple[list[str], int]:
        end = at + _TABIX.size + _TABIX.unpack_from(self._data, at)[-1]
        return self._data[at + _TABIX.size : end].decode("latin-1").split("\0")[:-1], end

    def _contig(self, at: int) -> tuple[_Contig, int]:
        unpack, size = self._head.unpack_from, self._head.size
        data, bins = self._data, {}
        (n_bins,) = struct.unpack_from("<i", data, at)
        at += 4
        for _ in range(n_bins):
            number, *_, chunks = unpack(data, at)
            if chunks < 0:
                raise ValueError("a bin has a negative number of chunks")
            bins[number] = at
            at += size + _PAIR.size * chunks
        intervals, linear_at = 0, at
        if not self._is_csi:
            (intervals,) = struct.unpack_from("<i", data, at)
            if intervals < 0:
                raise ValueError("it has a negative number of intervals")
            linear_at, at = at + 4, at + 4 + 8 * intervals
        return _Contig(bins, linear_at, intervals), at

    def _pairs(self, at: int) -> Iterator[tuple[int, int]]:
        """Yield the chunks of the bin that stands at a place of the index."""
        n_chunks = self._head.unpack_from(self._data, at)[-1]
        at += self._head.size
        for chunk in range(n_chunks):
            first, last = _PAIR.unpack_from(self._data, at + _PAIR.size * chunk)
            yield first, last

    def _extent(self, contig: _Contig) -> tuple[int, int]:
        """Return the virtual offsets of the first row of a contig and of what follows its last."""
        # Beyond the last bin there may be one of which the first chunk is the whole contig.
        whole = contig.bins.get(((1 << 3 * (self._depth + 1)) - 1) // 7 + 1)
        told = [] if whole is None else list(self._pairs(whole))
        if told:
            return told[0]
        pairs = [pair for at in contig.bins.values() for pair in self._pairs(at)]
        return min(first for first, _ in pairs), max(last for _, last in pairs)

    def _chunks(self, contig: _Contig, start: int, end: int) -> list[tuple[int, int]]:
        """Return the stretches of the file, joined and in order, that hold rows of a region."""
        least = 0
        if contig.intervals:
            interval = min(start >> self._shift, contig.intervals - 1)
            (least,) = struct.unpack_from("<Q", self._data, contig.linear_at + 8 * interval)
        found = [
            (max(first, least), last)
            for number in self._numbers(start, end)
            if number in contig.bins
            for first, last in self._pairs(contig.bins[number])
            if last > least
        ]
        joined: list[tuple[int, int]] = []
        for first, last in sorted(found):
            if joined and first <= joined[-1][1]:
                joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
            else:
                joined.append((first, last))
        return joined

    def _numbers(self, start: int, end: int) -> Iterator[int]:
        """Yield the bins that overlap a stretch, 0-based and half-open."""
        first_of_level, shift = 0, self._shift + 3 * self._depth
        for level in range(self._depth + 1):
            yield from range(
                first_of_level + (start >> shift), first_of_level + ((end - 1) >> shift) + 1
            )
            first_of_level += 1 << 3 * level
            shift -= 3

    def _disagreement(self, stream: IO[bytes], wanted: Mapping[str, int]) -> str:
        last = list(self._contigs.values())[-1:]
        if last and _bytes_at(stream, self._extent(last[0])[1]):
            return "it ends before the file does"
        for name, number in wanted.items():
            by_name = name in self._contigs
            contig = self._contigs.get(name if by_name else number)
            if contig is None:
                continue
            first, beyond = (_bytes_at(stream, at) for at in self._extent(contig))
            if by_name:
                tag = name.encode("latin-1") + _TAB
                fits = first.startswith(tag) and not beyond.startswith(tag)
            else:
                tag = struct.pack("<i", number)
                fits = first[8:12] == tag != beyond[8:12]
            if not fits:
                return f"rows of {name} are not where it says"
        return ""


def _bytes_at(stream: IO[bytes], virtual: int) -> bytes:
    """Return some bytes from a virtual offset on; none at the end of the file."""
    within = virtual & 0xFFFF
    stream.seek(virtual >> 16)
    data = b""
    while len(data) <= within + _ENOUGH:
        block = read_block(stream)
        if block is None:
            break
        data += block
    if within > len(data):
        raise OSError("it points beyond the end of the file")
    return data[within : within + _ENOUGH]


def _lines(stream: IO[bytes], first: int, last: int) -> Iterator[tuple[bytes, bool]]:
    """Yield the lines that begin between two virtual offsets, and whether they have no end."""
    start, at = first >> 16, first & 0xFFFF
    stream.seek(start)
    block = read_block(stream)
    parts: list[bytes] = []
    while block is not None and (parts or (start << 16 | at) < last):
        feed = block.find(b"\n", at)
        if feed >= 0:
            yield b"".join([*parts, block[at : feed + 1]]), False
            parts, at = [], feed + 1
        else:
            if at < len(block):
                parts.append(block[at:])
            start, at = stream.tell(), 0
            block = read_block(stream)
    if parts:
        yield b"".join(parts), True
