"""Results written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import IO

from pgx_ana.errors import OutputError

STDOUT = "-"


def write(chunks: Iterable[str], destination: str) -> None:
    """Write text to a file, or to stdout for ``-``.

    A file appears under its name only when it is complete; an earlier one stays until then. Devices
    and pipes are written to directly. Raises :class:`OutputError`.
    """
    if destination == STDOUT:
        _write_stdout(chunks)
        return
    try:
        path = Path(destination).resolve()  # a link stays a link to the file that is written
        is_device = path.exists() and not path.is_file() and not path.is_dir()
    except OSError as error:
        raise OutputError(f"{destination}: cannot be written: {error.strerror}") from error
    if path.is_dir():
        raise OutputError(f"{path}: is a directory; name a file")
    if is_device:
        _write_directly(chunks, path)
    else:
        _write_beside([(path, chunks)])


def write_folder(files: Iterable[tuple[str, Iterable[str]]], destination: str) -> None:
    """Write several files, by name, to a folder, all or none; the folder is made if need be.

    Raises :class:`OutputError`.
    """
    folder = Path(destination)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be made a folder: {error.strerror}") from error
    _write_beside((folder / name, chunks) for name, chunks in files)


def _write_stdout(chunks: Iterable[str]) -> None:
    try:
        for chunk in chunks:
            sys.stdout.write(chunk)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        drop_stdout()
        raise OutputError(f"stdout: cannot be written: {error.strerror}") from error


def drop_stdout() -> None:
    """Send to nowhere what Python would still write to stdout at its end, and fail again."""
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _write_directly(chunks: Iterable[str], path: Path) -> None:
    try:
        with path.open("w", encoding="utf-8", newline="") as stream:
            stream.writelines(chunks)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error.strerror}") from error


def _write_beside(files: Iterable[tuple[Path, Iterable[str]]]) -> None:
    """Write all files under other names first; none takes its name before all are complete."""
    written: list[tuple[Path, Path]] = []
    path = Path()
    try:
        for path, chunks in files:
            descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
            written.append((Path(name), path))
            with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as stream:
                stream.writelines(chunks)
                _secure(stream)
        for temporary, path in written:
            temporary.chmod(0o666 & ~_umask())
            temporary.replace(path)
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error.strerror}") from error
    finally:
        for temporary, _ in written:
            temporary.unlink(missing_ok=True)


def _secure(stream: IO[str]) -> None:
    stream.flush()
    os.fsync(stream.fileno())


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
