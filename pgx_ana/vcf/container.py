"""The container of a variant file: VCF or BCF, its compression, its completeness and its index."""

from __future__ import annotations

import gzip
import io
import shutil
import stat
import sys
import tempfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from pgx_ana.errors import InputError

STDIN = "-"
MIN_INDEXED_BYTES = 128 * 1024
"""Smaller files are read in one pass: an index saves nothing there and may be wrong."""

_GZIP_MAGIC = b"\x1f\x8b"
# The empty block that ends every complete BGZF file (SAM specification, section 4.1.2).
_BGZF_END = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")
_BLOCK_HEADER_BYTES = 18
_BUFFER_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Container:
    """A file's format (``VCF`` or ``BCF``), its compression, and the index to read it through.

    ``compression`` is ``BGZF``, ``gzip`` or empty; only BGZF has an index. ``unused_index`` is the
    index of a file that is too small to be read through it.
    """

    kind: str
    compression: str
    index: Path | None
    unused_index: Path | None = None

    def open(self, path: Path) -> IO[bytes]:
        """Open the decompressed content; truncation and damage raise while it is read."""
        if self.compression == "BGZF":
            return io.BufferedReader(_BgzfContent(path), _BUFFER_BYTES)
        if self.compression:
            return io.BufferedReader(_GzipContent(path), _BUFFER_BYTES)
        return path.open("rb", buffering=_BUFFER_BYTES)


def read_block(stream: IO[bytes]) -> bytes | None:
    """Return the content of the BGZF block at the position of a stream; None at its end.

    Unlike :mod:`gzip`, which skips zeros between its members, this requires a block. Raises
    :class:`OSError` where no block begins, and where one is damaged.
    """
    start = stream.tell()
    head = stream.read(_BLOCK_HEADER_BYTES)
    if not head:
        return None
    if len(head) < _BLOCK_HEADER_BYTES or not _is_bgzf(head):
        raise OSError(f"no BGZF block begins at byte {start}")
    size = int.from_bytes(head[16:18], "little") + 1
    member = zlib.decompressobj(wbits=31)
    try:
        content = member.decompress(head + stream.read(size - _BLOCK_HEADER_BYTES))
    except zlib.error as error:
        raise OSError(f"the BGZF block at byte {start} is damaged: {error}") from error
    if not member.eof or member.unused_data:
        raise OSError(f"the BGZF block at byte {start} has another length than it declares")
    return content


def _is_bgzf(head: bytes) -> bool:
    """Say whether a gzip file or member begins as a BGZF block does."""
    return head.startswith(_GZIP_MAGIC + b"\x08\x04") and head[12:14] == b"BC"


class _BgzfContent(io.RawIOBase):
    """The decompressed content of a BGZF file."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb", buffering=_BUFFER_BYTES)
        self._rest_of_block = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._rest_of_block:
            block = read_block(self._file)
            if block is None:
                return 0
            self._rest_of_block = memoryview(block)
        chunk = self._rest_of_block[: len(buffer)]
        buffer[: len(chunk)] = chunk
        self._rest_of_block = self._rest_of_block[len(chunk) :]
        return len(chunk)

    def close(self) -> None:
        self._file.close()
        super().close()


class _GzipContent(io.RawIOBase):
    """The decompressed content of a gzip file, up to where it is truncated or damaged."""

    def __init__(self, path: Path) -> None:
        self._file = gzip.GzipFile(path)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        chunk = self._file.read1(len(buffer))
        buffer[: len(chunk)] = chunk
        return len(chunk)

    def close(self) -> None:
        self._file.close()
        super().close()


def regular_copy(path: str) -> IO[bytes] | None:
    """Copy stdin or a pipe to a temporary file; return None for a regular file.

    A stream that can be read only once cannot be checked for its end and then read again. Raises
    :class:`InputError` where there is no such file, and where it cannot be read.
    """
    try:
        if path == STDIN:
            return _copy_of(getattr(sys.stdin.buffer, "raw", sys.stdin.buffer))
        mode = Path(path).stat().st_mode
        if stat.S_ISDIR(mode):
            raise InputError(f"{path}: is a directory, not a variant file")
        if stat.S_ISREG(mode):
            return None
        # Unbuffered, so that a signal is handled between two reads.
        with Path(path).open("rb", buffering=0) as stream:
            return _copy_of(stream)
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file") from error
    except ValueError as error:
        raise InputError(f"{path!r}: is not a valid file name: {error}") from error
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from error


def _copy_of(stream: IO[bytes]) -> IO[bytes]:
    copy = tempfile.NamedTemporaryFile(prefix="pgx-ana.")  # noqa: SIM115  # closed by its owner
    shutil.copyfileobj(stream, copy, _BUFFER_BYTES)
    copy.flush()
    return copy


def inspect_file(path: Path, name: str) -> Container:
    """Return the container of a file, which messages call ``name``.

    Raises :class:`InputError` for a file that is empty, truncated, or neither VCF nor BCF.
    """
    try:
        with path.open("rb") as stream:
            start = stream.read(_BLOCK_HEADER_BYTES)
            size = stream.seek(0, 2)
            stream.seek(max(size - len(_BGZF_END), 0))
            end = stream.read()
    except OSError as error:
        raise InputError(f"{name}: cannot be read: {error.strerror or error}") from error
    if not start:
        raise InputError(f"{name}: the file is empty")
    is_compressed = start.startswith(_GZIP_MAGIC)
    is_bgzf = _is_bgzf(start)
    content = _first_bytes(path, name) if is_compressed else start
    if content.startswith(b"BCF"):
        kind = "BCF"
    elif content.startswith(b"##fileformat=VCF"):
        kind = "VCF"
    else:
        raise InputError(
            f"{name}: is not a VCF or BCF file: it does not begin with ##fileformat=VCF"
        )
    if is_bgzf and end != _BGZF_END:
        raise InputError(
            f"{name}: the file is truncated: its BGZF end-of-file block is missing; copy or "
            "download it again"
        )
    compression = "BGZF" if is_bgzf else "gzip" if is_compressed else ""
    candidates = (Path(f"{path}.tbi"), Path(f"{path}.csi"))
    index = next((i for i in candidates if i.exists()), None) if is_bgzf else None
    if size < MIN_INDEXED_BYTES:
        return Container(kind, compression, None, index)
    return Container(kind, compression, index)


def _first_bytes(path: Path, name: str) -> bytes:
    """Return the decompressed beginning of a gzip file."""
    try:
        with gzip.open(path) as stream:
            first = stream.read(16)
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(
            f"{name}: the compressed data are damaged: {error}; copy or download the file again"
        ) from error
    if not first:
        raise InputError(f"{name}: the file is empty")
    return first
