"""The container of a variant file: VCF or BCF, its compression, its completeness and its index."""

from __future__ import annotations

import errno
import gzip
import io
import os
import select
import stat
import sys
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from pgx_ana.errors import InputError
from pgx_ana.vcf.inflation import GZIP_MAGIC, BgzfContent, GzipContent, is_bgzf
from pgx_ana.vcf.spool import (
    MAX_STREAM_VARIABLE,
    max_stream_bytes,
    temporary_file,
    write_spool,
)

STDIN = "-"
MIN_INDEXED_BYTES = 128 * 1024
"""Smaller files are read in one pass: an index saves nothing there and may be wrong."""

# The empty block that ends every complete BGZF file (SAM specification, section 4.1.2).
_BGZF_END = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")
_BUFFER_BYTES = 1 << 17
_PROBE_BYTES = 512  # of the content: enough to recognise it
_MIN_PROBE_BYTES = 16  # of a stream: ##fileformat=VCF
_POLL_MILLISECONDS = 50
_PIPE_SECONDS = 3  # for a program to open a named pipe for writing
_OTHER_CONTENT = (
    (b"PK\x03\x04", "is a zip archive; extract the file first"),
    (GZIP_MAGIC, "is compressed twice; decompress it once"),
    (b"\xfd7zXZ", "is compressed with xz; decompress it"),
    (b"BZh", "is compressed with bzip2; decompress it"),
    (b"\x28\xb5\x2f\xfd", "is compressed with zstd; decompress it"),
    (b"7z\xbc\xaf", "is a 7-Zip archive; extract the file first"),
    (b"BAM\1", "is a BAM file: reads, not variants; call variants first"),
    (b"CRAM", "is a CRAM file: reads, not variants; call variants first"),
    (b"\xef\xbb\xbf", "begins with a byte order mark; save it as UTF-8 without one"),
    ((b"\xff\xfe", b"\xfe\xff", b"#\0#\0", b"\0#\0#"), "is UTF-16 text; save it as UTF-8"),
    (
        b'"##fileformat',
        "has its header lines in quotes (line 1), as spreadsheets write them; remove the quotes",
    ),
)
"""How other files begin, and what to do with them."""

_COMPANIONS = (".pvar", ".psam", ".bim", ".fam", ".bgi", ".sample")
"""How files end that belong to one with genotypes."""


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

    def open(self, path: Path) -> io.BufferedReader:
        """Open the decompressed content; truncation and damage raise while it is read."""
        if self.compression == "BGZF":
            return io.BufferedReader(BgzfContent(path), _BUFFER_BYTES)
        if self.compression:
            return io.BufferedReader(GzipContent(path), _BUFFER_BYTES)
        return io.BufferedReader(path.open("rb", buffering=0), _BUFFER_BYTES)


_CLOSED = "<stdin>: is closed, so that nothing can be read from it"


def regular_copy(path: str) -> IO[bytes] | None:
    """Copy stdin or a pipe to a temporary file; return None for a regular file.

    A stream that can be read only once cannot be checked for its end and then read again. Raises
    :class:`InputError` where there is no such file, and where it cannot be read.
    """
    try:
        if path == STDIN:
            if sys.stdin is None:
                raise InputError(_CLOSED)
            # Unbuffered, so that a signal is handled between two reads.
            return _copy_of(getattr(sys.stdin.buffer, "raw", sys.stdin.buffer), "<stdin>")
        mode = Path(path).stat().st_mode
        if stat.S_ISDIR(mode):
            raise InputError(f"{path}: is a directory, not a variant file")
        if stat.S_ISREG(mode):
            return None
        flags = os.O_RDONLY | (os.O_NONBLOCK if stat.S_ISFIFO(mode) else 0)
        with os.fdopen(os.open(path, flags), "rb", buffering=0) as stream:
            first = _first_of_pipe(stream, path) if stat.S_ISFIFO(mode) else b""
            return _copy_of(stream, path, first)
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file") from error
    except ValueError as error:
        raise InputError(f"{path!r}: is not a valid file name: {error}") from error
    except OSError as error:
        if path == STDIN and error.errno == errno.EBADF:
            raise InputError(_CLOSED) from error
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from error


def _first_of_pipe(stream: IO[bytes], name: str) -> bytes:
    """Return the first bytes of a pipe opened without waiting, and let further reads wait.

    Nothing is returned where a program has it open and has written nothing yet. Raises
    :class:`InputError` where no program opens it for writing within a moment.
    """
    poll = select.poll()
    poll.register(stream, select.POLLIN)
    deadline = time.monotonic() + _PIPE_SECONDS
    events: list[tuple[int, int]] = []
    # None: a program has the pipe open; no bytes and no event: none has had it open so far.
    while not events and (first := stream.read(_BUFFER_BYTES)) == b"":
        if time.monotonic() > deadline:
            raise InputError(f"{name}: is a pipe that no program writes to")
        events = poll.poll(_POLL_MILLISECONDS)
    os.set_blocking(stream.fileno(), True)
    return first or b""


def _copy_of(stream: IO[bytes], name: str, first: bytes = b"") -> IO[bytes]:
    """Copy a stream to a temporary file, if it begins as a variant file does.

    ``first`` are bytes that were read from it before.
    """
    limit = max_stream_bytes()
    while len(_content_of(first)) < _MIN_PROBE_BYTES and (chunk := stream.read(_BUFFER_BYTES)):
        first += chunk
    content = _content_of(first)
    if content and not content.startswith(GZIP_MAGIC):
        _kind_of(content, name)
    copy = temporary_file()
    try:
        write_spool(copy, _limited(first, stream, limit, name))
    except BaseException:
        copy.close()
        raise
    return copy


def _limited(first: bytes, stream: IO[bytes], limit: int, name: str) -> Iterator[bytes]:
    """Yield the bytes of a stream. Raises :class:`InputError` where they exceed a limit."""
    chunk, n_bytes = first, 0
    while chunk:
        n_bytes += len(chunk)
        if n_bytes > limit:
            raise InputError(
                f"{name}: is larger than {limit} bytes; give a file instead of a stream, or a "
                f"higher limit with {MAX_STREAM_VARIABLE}, such as {MAX_STREAM_VARIABLE}=2T"
            )
        yield chunk
        chunk = stream.read(_BUFFER_BYTES)


def _content_of(first: bytes) -> bytes:
    """Return the beginning of the content of a file, as far as its first bytes show it."""
    if not first.startswith(GZIP_MAGIC):
        return first
    try:
        return zlib.decompressobj(wbits=31).decompress(first, _PROBE_BYTES)
    except zlib.error:
        return first  # its damage is described where the whole file is checked


def _kind_of(content: bytes, name: str) -> str:
    """Return the format of a file from the beginning of its content.

    Raises :class:`InputError` for another file, with what it seems to be.
    """
    if content.startswith(b"BCF"):
        return "BCF"
    if content.startswith(b"##fileformat=VCF"):
        return "VCF"
    for beginning, what in _OTHER_CONTENT:
        if content.startswith(beginning):
            raise InputError(f"{name}: {what}")
    if content[257:262] == b"ustar":
        raise InputError(f"{name}: is a tar archive; extract the file first")
    hint = "; name the .pgen, .bed or .bgen file that it belongs to" * name.endswith(_COMPANIONS)
    raise InputError(
        f"{name}: is not a VCF or BCF file: it does not begin with ##fileformat=VCF{hint}"
    )


def inspect_file(path: Path, name: str, index_path: str = "") -> Container:
    """Return the container of a file, which messages call ``name``.

    ``index_path`` is that of an index that is not beside the file, empty for none. Raises
    :class:`InputError` for a file that is empty, truncated, or neither VCF nor BCF, and for a named
    index that is not there.
    """
    try:
        with path.open("rb") as stream:
            start = stream.read(_PROBE_BYTES)
            size = stream.seek(0, 2)
            stream.seek(max(size - len(_BGZF_END), 0))
            end = stream.read()
    except OSError as error:
        raise InputError(f"{name}: cannot be read: {error.strerror or error}") from error
    if not start:
        raise InputError(f"{name}: the file is empty")
    is_compressed = start.startswith(GZIP_MAGIC)
    is_blocked = is_bgzf(start)
    content = _first_bytes(path, name) if is_compressed else start
    kind = _kind_of(content, name)
    if is_blocked and end != _BGZF_END:
        raise InputError(
            f"{name}: the file is truncated: its BGZF end-of-file block is missing; copy or "
            "download it again"
        )
    compression = "BGZF" if is_blocked else "gzip" if is_compressed else ""
    candidates = [index_path] if index_path else [f"{path}.tbi", f"{path}.csi"]
    # Unlike Path.exists, this raises no error where a folder cannot be searched.
    existing = [Path(candidate) for candidate in candidates if os.path.exists(candidate)]  # noqa: PTH110
    if index_path and not existing:
        raise InputError(f"{name}: there is no index {index_path}")
    index = existing[0] if existing and is_blocked else None
    if size < MIN_INDEXED_BYTES:
        return Container(kind, compression, None, index)
    return Container(kind, compression, index)


def _first_bytes(path: Path, name: str) -> bytes:
    """Return the decompressed beginning of a gzip file."""
    try:
        with gzip.open(path) as stream:
            first = stream.read(_PROBE_BYTES)
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(
            f"{name}: the compressed data are damaged: {error}; copy or download the file again"
        ) from error
    if not first:
        raise InputError(f"{name}: the file is empty")
    return first
