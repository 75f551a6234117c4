"""Bytes that must be kept for a while: in memory where possible, else in the temporary folder.

Rows are handed to cyvcf2 as a file in memory, so that no temporary folder is needed to read a file.
A stream can be read only once, and may be larger than memory: it is kept in the temporary folder.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from typing import IO

from pgx_ana.errors import InputError, UsageError

MAX_STREAM_VARIABLE = "PGX_ANA_MAX_STDIN"
"""Environment variable: the largest stream that is kept, such as ``500M`` or ``2T``."""

_DEFAULT_MAX_STREAM = "100G"
_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}
_MAX_IN_MEMORY = 1 << 28
_PREFIX = "pgx-ana."


@contextlib.contextmanager
def written_file(size: int) -> Iterator[tuple[IO[bytes], str]]:
    """Open a new file for about ``size`` bytes, and give it with a path under which it can be read.

    It is in memory if it is small and the system has such files, else in the temporary folder.
    Raises :class:`InputError` where that folder cannot be used.
    """
    descriptor = _in_memory() if size <= _MAX_IN_MEMORY else None
    if descriptor is None:
        with temporary_file() as file:
            yield file, file.name
        return
    with os.fdopen(descriptor, "wb", buffering=0) as file:
        yield file, f"/proc/self/fd/{descriptor}"


def _in_memory() -> int | None:
    """Return the descriptor of a new file in memory; None where the system has none."""
    if not hasattr(os, "memfd_create"):
        return None
    try:
        descriptor = os.memfd_create("pgx-ana")
    except OSError:
        return None
    if not os.path.exists(f"/proc/self/fd/{descriptor}"):  # noqa: PTH110  # no /proc in this container
        os.close(descriptor)
        return None
    return descriptor


def temporary_file() -> IO[bytes]:
    """Create a file in the temporary folder, which vanishes when it is closed.

    A folder that the user set is the only one that is used. Raises :class:`InputError` where the
    folder is missing or cannot be written.
    """
    folder = os.environ.get("TMPDIR") or None
    try:
        return tempfile.NamedTemporaryFile(buffering=0, prefix=_PREFIX, dir=folder)
    except OSError as error:
        raise _unusable_folder(error) from error


def unnamed_file() -> IO[bytes]:
    """Create a file without a name, of which nothing is left even if the program is killed.

    Raises the same errors as :func:`temporary_file`.
    """
    folder = os.environ.get("TMPDIR") or None
    try:
        return tempfile.TemporaryFile(buffering=0, prefix=_PREFIX, dir=folder)
    except OSError as error:
        raise _unusable_folder(error) from error


def write_spool(file: IO[bytes], chunks: Iterable[bytes]) -> None:
    """Write chunks to an unbuffered file. Raises :class:`InputError` where there is no space."""
    for chunk in chunks:
        rest = memoryview(chunk)
        try:
            while rest:
                rest = rest[file.write(rest) :]
        except OSError as error:
            raise _unusable_folder(error) from error


def _unusable_folder(error: OSError) -> InputError:
    folder = os.environ.get("TMPDIR") or "none is set"
    return InputError(
        f"the temporary folder cannot be used (TMPDIR: {folder}): {error.strerror or error}; set "
        "TMPDIR to a folder with enough space"
    )


def max_stream_bytes() -> int:
    """Return the number of bytes of a stream that are kept at most.

    Raises :class:`UsageError` where the environment variable is no size.
    """
    given = os.environ.get(MAX_STREAM_VARIABLE) or _DEFAULT_MAX_STREAM
    text = given.strip().upper().removesuffix("B")
    digits = text.rstrip("KMGT")
    unit = text[len(digits) :]
    if not (digits.isascii() and digits.isdigit()) or unit not in _UNITS:
        raise UsageError(f"{MAX_STREAM_VARIABLE} is {given!r}, not a size such as 500M or 2T")
    return int(digits) * _UNITS[unit]
