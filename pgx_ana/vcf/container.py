"""What kind of file is given: VCF or BCF, how it is compressed, whether it is whole and indexed."""

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
SMALL = 128 * 1024
"""Files below so many bytes are read whole; an index could only be wrong."""

_GZIP = b"\x1f\x8b"
# The empty block that ends every complete BGZF file (SAM specification, section 4.1.2).
_BGZF_END = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")
_AT_ONCE = 1 << 20
_HEAD_OF_BLOCK = 18


@dataclass(frozen=True, slots=True)
class Container:
    """A file's format (``VCF`` or ``BCF``), its compression, and its index if it is used.

    ``compression`` is ``BGZF``, ``gzip`` or empty; only BGZF has an index. ``spare`` is an index
    that is not used, the file being small.
    """

    kind: str
    compression: str
    index: Path | None
    spare: Path | None = None

    def open(self, path: Path) -> IO[bytes]:
        """Open the text within; what is cut or damaged raises while it is read."""
        if self.compression == "BGZF":
            return io.BufferedReader(_Blocks(path), _AT_ONCE)
        if self.compression:
            return io.BufferedReader(_Members(path), _AT_ONCE)
        return path.open("rb", buffering=_AT_ONCE)


def read_block(stream: IO[bytes]) -> bytes | None:
    """Return the content of the BGZF block at which a stream stands; None at its end.

    Unlike gzip, which passes over zeros between its members, this takes nothing for granted. Raises
    :class:`OSError` where no block begins, or where one is damaged.
    """
    start = stream.tell()
    head = stream.read(_HEAD_OF_BLOCK)
    if not head:
        return None
    if len(head) < _HEAD_OF_BLOCK or head[:4] != _GZIP + b"\x08\x04" or head[12:14] != b"BC":
        raise OSError(f"no block begins at byte {start}")
    size = int.from_bytes(head[16:18], "little") + 1
    member = zlib.decompressobj(wbits=31)
    try:
        content = member.decompress(head + stream.read(size - _HEAD_OF_BLOCK))
    except zlib.error as error:
        raise OSError(f"the block at byte {start} is damaged: {error}") from error
    if not member.eof or member.unused_data:
        raise OSError(f"the block at byte {start} has another length than it says")
    return content


class _Blocks(io.RawIOBase):
    """The content of a BGZF file."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb", buffering=_AT_ONCE)
        self._left = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._left:
            block = read_block(self._file)
            if block is None:
                return 0
            self._left = memoryview(block)
        taken = self._left[: len(buffer)]
        buffer[: len(taken)] = taken
        self._left = self._left[len(taken) :]
        return len(taken)

    def close(self) -> None:
        self._file.close()
        super().close()


class _Members(io.RawIOBase):
    """The content of a gzip file, given out as far as it is whole."""

    def __init__(self, path: Path) -> None:
        self._file = gzip.GzipFile(path)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        taken = self._file.read1(len(buffer))
        buffer[: len(taken)] = taken
        return len(taken)

    def close(self) -> None:
        self._file.close()
        super().close()


def regular_copy(path: str) -> IO[bytes] | None:
    """Copy stdin, or what is no regular file, to a temporary file; None for a regular file.

    What can be read only once could not be checked for its end, nor read again.
    """
    try:
        if path == STDIN:
            return _copied(getattr(sys.stdin.buffer, "raw", sys.stdin.buffer))
        mode = Path(path).stat().st_mode
        if stat.S_ISDIR(mode):
            raise InputError(f"{path}: is a directory, not a variant file")
        if stat.S_ISREG(mode):
            return None
        # Unbuffered, so that a signal is heard between two reads.
        with Path(path).open("rb", buffering=0) as stream:
            return _copied(stream)
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file") from error
    except ValueError as error:
        raise InputError(f"{path!r}: is no name of a file: {error}") from error
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from error


def _copied(stream: IO[bytes]) -> IO[bytes]:
    copy = tempfile.NamedTemporaryFile(prefix="pgx-ana.")  # noqa: SIM115  # closed by its owner
    shutil.copyfileobj(stream, copy, _AT_ONCE)
    copy.flush()
    return copy


def inspect_file(path: Path, name: str) -> Container:
    """Tell what a file is. Raises :class:`InputError` for what is empty, cut or no VCF or BCF."""
    try:
        with path.open("rb") as stream:
            start = stream.read(18)
            size = stream.seek(0, 2)
            stream.seek(max(size - len(_BGZF_END), 0))
            end = stream.read()
    except OSError as error:
        raise InputError(f"{name}: cannot be read: {error.strerror or error}") from error
    if not start:
        raise InputError(f"{name}: is empty")
    compressed = start.startswith(_GZIP)
    bgzf = compressed and start[3:4] == b"\x04" and start[12:14] == b"BC"
    first = _first_bytes(path, name) if compressed else start
    if first.startswith(b"BCF"):
        kind = "BCF"
    elif first.startswith(b"##fileformat=VCF"):
        kind = "VCF"
    else:
        raise InputError(
            f"{name}: is not a VCF or BCF file: it does not begin with ##fileformat=VCF"
        )
    if bgzf and end != _BGZF_END:
        raise InputError(f"{name}: is truncated: its BGZF end-of-file block is missing")
    index = next((i for i in (Path(f"{path}.tbi"), Path(f"{path}.csi")) if i.exists()), None)
    compression = "BGZF" if bgzf else "gzip" if compressed else ""
    if size < SMALL:
        return Container(kind, compression, None, index if bgzf else None)
    return Container(kind, compression, index if bgzf else None)


def _first_bytes(path: Path, name: str) -> bytes:
    try:
        with gzip.open(path) as stream:
            first = stream.read(16)
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"{name}: its compression is damaged: {error}") from error
    if not first:
        raise InputError(f"{name}: is empty")
    return first
