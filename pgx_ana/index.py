"""Whether an index belongs to its file.

Readers trust an index: one of another file, or of an earlier state of the same file, makes them
skip rows in silence. An index says where in the file the rows of each contig begin and end, as
virtual offsets (SAM specification, section 4.1.1); here the file is looked at in these places. That
reads a few blocks, not the file.
"""

from __future__ import annotations

import gzip
import struct
import zlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from pgx_ana.container import read_block
from pgx_ana.errors import InputError

_TABIX = struct.Struct("<7i")  # format, col_seq, col_beg, col_end, meta, skip, l_nm
_PAIR = struct.Struct("<QQ")
_TBI_DEPTH = 5
_ENOUGH = 64  # bytes: contig and position of a row, or the fixed part of a BCF record


@dataclass(frozen=True, slots=True)
class Extent:
    """Virtual offsets of the first row of a contig and of what follows its last one."""

    begin: int
    end: int


Extents = Mapping[str | int, Extent]
"""By the contig's name, or by its number where the index has no names (BCF)."""


def read_extents(index: Path, name: str) -> Extents:
    """Read where an index, .tbi or .csi, says that the rows of each contig are.

    Raises :class:`InputError` where the index is cut or damaged.
    """
    try:
        with gzip.open(index) as stream:
            return _parse(stream.read())
    except (OSError, EOFError, ValueError, struct.error, zlib.error, IndexError) as error:
        raise InputError(
            f"{name}: its index {index.name} is damaged ({error}); make it again, or remove it"
        ) from error


def _parse(data: bytes) -> Extents:
    magic = data[:4]
    if magic == b"TBI\1":
        (n_contigs,) = struct.unpack_from("<i", data, 4)
        names, at = _names(data, 8)
        return dict(_walk(data, at, names or range(n_contigs), depth=_TBI_DEPTH, is_csi=False))
    if magic == b"CSI\1":
        _, depth, l_aux = struct.unpack_from("<3i", data, 4)
        names = _names(data, 16)[0] if l_aux >= _TABIX.size else []
        (n_contigs,) = struct.unpack_from("<i", data, 16 + l_aux)
        return dict(_walk(data, 20 + l_aux, names or range(n_contigs), depth=depth, is_csi=True))
    raise ValueError("it is neither tbi nor csi")


def _names(data: bytes, at: int) -> tuple[list[str], int]:
    length = _TABIX.unpack_from(data, at)[-1]
    end = at + _TABIX.size + length
    return data[at + _TABIX.size : end].decode("latin-1").split("\0")[:-1], end


def _walk(
    data: bytes, at: int, contigs: Collection[str] | Collection[int], *, depth: int, is_csi: bool
) -> Iterator[tuple[str | int, Extent]]:
    """Yield the extent of each contig that has rows."""
    bin_head = struct.Struct("<IQi" if is_csi else "<Ii")
    # Beyond the last bin stands one that holds counts (SAM specification, section 5.2).
    counts = ((1 << 3 * (depth + 1)) - 1) // 7 + 1
    for contig in contigs:
        begin, end = 1 << 64, 0
        (n_bins,) = struct.unpack_from("<i", data, at)
        at += 4
        for _ in range(n_bins):
            number, *_, n_chunks = bin_head.unpack_from(data, at)
            at += bin_head.size
            if number != counts and n_chunks:
                begin = min(begin, _PAIR.unpack_from(data, at)[0])
                end = max(end, _PAIR.unpack_from(data, at + _PAIR.size * (n_chunks - 1))[1])
            at += _PAIR.size * n_chunks
        if not is_csi:
            (n_intervals,) = struct.unpack_from("<i", data, at)
            at += 4 + 8 * n_intervals
        if end:
            yield contig, Extent(begin, end)


def refuse_foreign(path: Path, index: Path, name: str, wanted: Mapping[str, int]) -> None:
    """Refuse an index that does not belong to a BGZF file.

    ``wanted`` are the contigs that will be looked up, with their numbers in the header of a BCF
    file. Raises :class:`InputError`.
    """
    extents = read_extents(index, name)
    with path.open("rb") as stream:
        wrong = _disagreement(stream, extents, wanted)
    if wrong:
        raise InputError(
            f"{name}: its index {index.name} does not belong to it ({wrong}); if the file is "
            "whole, make the index again"
        )


def _disagreement(stream: IO[bytes], extents: Extents, wanted: Mapping[str, int]) -> str:
    last = max((extent.end for extent in extents.values()), default=0)
    try:
        if last and _bytes_at(stream, last):
            return "it ends before the file does"
        for contig, number in wanted.items():
            by_name = contig in extents
            extent = extents.get(contig if by_name else number)
            if extent is None:
                continue
            first, beyond = (_bytes_at(stream, at) for at in (extent.begin, extent.end))
            if by_name:
                tag = f"{contig}\t".encode("latin-1")
                inside, outside = first.startswith(tag), not beyond.startswith(tag)
            else:
                tag = struct.pack("<i", number)
                inside, outside = first[8:12] == tag, beyond[8:12] != tag
            if not (inside and outside):
                return f"rows of {contig} are not where it says"
    except OSError as error:
        return str(error)
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
