"""Output files, each written completely or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from collections.abc import Iterable, Iterator
from io import FileIO
from pathlib import Path
from typing import IO, BinaryIO

from pgx_ana.errors import OutputError
from pgx_ana.output.bgzf import compressed
from pgx_ana.output.leftovers import remove_leftovers, temporary_file

STDOUT = "-"
_PIECE_BYTES = 1 << 16
"""Bytes that are written at once, if chunks are smaller."""

_COMPRESSED_ENDINGS = (".gz", ".bgz")


def write(chunks: Iterable[bytes], destination: str) -> None:
    """Write bytes to a file, or to stdout for ``-``; as BGZF if the name ends in ``.gz``.

    A file appears under its name only when it is complete; until then, an earlier file of that name
    stays. Devices and pipes are written to directly. Raises :class:`OutputError`.
    """
    content = _content(chunks, destination)
    if destination == STDOUT:
        _write_stdout(content)
        return
    try:
        path = Path(destination).resolve()  # a symbolic link stays: its target is replaced
        is_folder = path.is_dir()
        is_device = path.exists() and not path.is_file() and not is_folder
    except (OSError, RuntimeError) as error:  # RuntimeError: links that form a loop
        what = getattr(error, "strerror", None) or "Too many levels of symbolic links"
        raise OutputError(f"{destination}: cannot be written: {what}") from error
    if is_folder:
        raise OutputError(f"{path}: is a directory; name a file")
    if is_device:
        _write_directly(content, path)
    else:
        _write_then_rename([(path, content)])


def write_folder(files: Iterable[tuple[str, Iterable[bytes]]], destination: str) -> None:
    """Write several named files to a folder, all or none; a missing folder is created.

    Raises :class:`OutputError`.
    """
    folder = Path(destination)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: cannot create the folder: {error.strerror}") from error
    _write_then_rename((folder / name, _content(chunks, name)) for name, chunks in files)


def _content(chunks: Iterable[bytes], name: str) -> Iterable[bytes]:
    """Return the bytes of a file, compressed if its name says so."""
    return compressed(chunks) if name.casefold().endswith(_COMPRESSED_ENDINGS) else _pieces(chunks)


def _pieces(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the same bytes with small chunks joined, so that each piece is worth a system call."""
    pending: list[bytes] = []
    size = 0
    for chunk in chunks:
        pending.append(chunk)
        size += len(chunk)
        if size >= _PIECE_BYTES:
            yield b"".join(pending) if len(pending) > 1 else chunk
            pending, size = [], 0
    if pending:
        yield b"".join(pending)


def _write_stdout(content: Iterable[bytes]) -> None:
    """Write all bytes to stdout."""
    try:
        sys.stdout.flush()
        for chunk in content:
            _write_all(sys.stdout.buffer, chunk)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        _discard_stdout()
        raise OutputError(f"stdout: cannot be written: {error.strerror}") from error


def _write_all(stream: BinaryIO | FileIO, content: bytes) -> None:
    """Write all bytes to a stream that may take only a part of what it is given."""
    rest = memoryview(content)
    while rest:
        written = stream.write(rest)
        if not written:
            raise OSError(errno.EIO, "it takes no more bytes")
        rest = rest[written:]


def _discard_stdout() -> None:
    """Redirect stdout to the null device, so that Python's flush at exit does not fail again."""
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _write_directly(content: Iterable[bytes], path: Path) -> None:
    """Write to a device or pipe, unbuffered: closing a buffer would wait for a slow reader."""
    try:
        with path.open("wb", buffering=0) as stream:
            for chunk in content:
                _write_all(stream, chunk)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error.strerror}") from error


def _write_then_rename(files: Iterable[tuple[Path, Iterable[bytes]]]) -> None:
    """Write all files under temporary names in their folders; rename them once all are complete."""
    written: list[tuple[Path, Path]] = []
    path = Path()
    try:
        for path, content in files:
            if path.parent not in {earlier.parent for _, earlier in written}:
                remove_leftovers(path.parent)
            descriptor, temporary = temporary_file(path.parent)
            written.append((temporary, path))
            with os.fdopen(descriptor, "wb") as stream:
                stream.writelines(content)
                _flush_to_disk(stream)
        for temporary, path in written:
            temporary.chmod(0o666 & ~_umask())
            temporary.replace(path)
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error.strerror}") from error
    finally:
        for temporary, _ in written:
            temporary.unlink(missing_ok=True)


def _flush_to_disk(stream: IO[bytes]) -> None:
    stream.flush()
    os.fsync(stream.fileno())


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
