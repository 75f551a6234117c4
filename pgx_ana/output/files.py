"""Output files, each written completely or not at all."""

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

    A file appears under its name only when it is complete; until then, an earlier file of that name
    stays. Devices and pipes are written to directly. Raises :class:`OutputError`.
    """
    if destination == STDOUT:
        _write_stdout(chunks)
        return
    try:
        path = Path(destination).resolve()  # a symbolic link stays: its target is replaced
        is_device = path.exists() and not path.is_file() and not path.is_dir()
    except OSError as error:
        raise OutputError(f"{destination}: cannot be written: {error.strerror}") from error
    if path.is_dir():
        raise OutputError(f"{path}: is a directory; name a file")
    if is_device:
        _write_directly(chunks, path)
    else:
        _write_then_rename([(path, chunks)])


def write_folder(files: Iterable[tuple[str, Iterable[str]]], destination: str) -> None:
    """Write several named files to a folder, all or none; a missing folder is created.

    Raises :class:`OutputError`.
    """
    folder = Path(destination)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: cannot create the folder: {error.strerror}") from error
    _write_then_rename((folder / name, chunks) for name, chunks in files)


def _write_stdout(chunks: Iterable[str]) -> None:
    try:
        for chunk in chunks:
            sys.stdout.write(chunk)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        _discard_stdout()
        raise OutputError(f"stdout: cannot be written: {error.strerror}") from error


def _discard_stdout() -> None:
    """Redirect stdout to the null device, so that Python's flush at exit does not fail again."""
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


def _write_then_rename(files: Iterable[tuple[Path, Iterable[str]]]) -> None:
    """Write all files under temporary names in their folders; rename them once all are complete."""
    written: list[tuple[Path, Path]] = []
    path = Path()
    try:
        for path, chunks in files:
            descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
            written.append((Path(name), path))
            with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as stream:
                stream.writelines(chunks)
                _flush_to_disk(stream)
        for temporary, path in written:
            temporary.chmod(0o666 & ~_umask())
            temporary.replace(path)
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error.strerror}") from error
    finally:
        for temporary, _ in written:
            temporary.unlink(missing_ok=True)


def _flush_to_disk(stream: IO[str]) -> None:
    stream.flush()
    os.fsync(stream.fileno())


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
