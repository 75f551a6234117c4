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
        _write_beside(chunks, path)


def make_folder(destination: str) -> Path:
    """Make a folder for results, unless it is there. Raises :class:`OutputError`."""
    folder = Path(destination)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be made a folder: {error.strerror}") from error
    return folder


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


def _write_beside(chunks: Iterable[str], path: Path) -> None:
    temporary = None
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        temporary = Path(name)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as stream:
            stream.writelines(chunks)
            _secure(stream)
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error.strerror}") from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def _secure(stream: IO[str]) -> None:
    stream.flush()
    os.fsync(stream.fileno())


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
