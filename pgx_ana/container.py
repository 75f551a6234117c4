"""What kind of file is given: VCF or BCF, how it is compressed, whether it is whole and indexed."""

from __future__ import annotations

import gzip
import shutil
import stat
import sys
import tempfile
import zlib
from pathlib import Path
from typing import IO

from pgx_ana.errors import InputError

STDIN = "-"

_GZIP = b"\x1f\x8b"
# The empty block that ends every complete BGZF file (SAM specification, section 4.1.2).
_BGZF_END = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")


def spooled(path: str) -> IO[bytes] | None:
    """Copy stdin, or what is no regular file, to a temporary file; None for a regular file.

    What can be read only once could not be checked for its end, nor read again.
    """
    try:
        if path == STDIN:
            return _copied(sys.stdin.buffer)
        mode = Path(path).stat().st_mode
        if stat.S_ISDIR(mode):
            raise InputError(f"{path}: is a directory, not a variant file")
        if stat.S_ISREG(mode):
            return None
        with Path(path).open("rb") as stream:
            return _copied(stream)
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file") from error
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from error


def _copied(stream: IO[bytes]) -> IO[bytes]:
    copy = tempfile.NamedTemporaryFile(prefix="pgx-ana.")  # noqa: SIM115  # closed by its owner
    shutil.copyfileobj(stream, copy, 1 << 20)
    copy.flush()
    return copy


def inspect(path: Path, name: str) -> tuple[str, Path | None]:
    """Return a file's format and its index, if it has one that can be used."""
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
    return kind, index if bgzf else None


def _first_bytes(path: Path, name: str) -> bytes:
    try:
        with gzip.open(path) as stream:
            first = stream.read(16)
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"{name}: its compression is damaged: {error}") from error
    if not first:
        raise InputError(f"{name}: is empty")
    return first
