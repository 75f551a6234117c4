"""Output files, each written completely or not at all."""

from __future__ import annotations

import contextlib
import errno
import functools
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from typing import BinaryIO

from pgx_ana.errors import OutputError
from pgx_ana.file_formats import COMPRESSED_ENDINGS, STDOUT
from pgx_ana.writing.bgzf import BgzfEncoder
from pgx_ana.writing.leftovers import (
    remove_left_folders,
    remove_leftovers,
    temporary_folder,
    temporary_path,
)

_PIECE_BYTES = 1 << 16
"""Bytes that are written at once, if chunks are smaller."""


class OutputStream:
    """Takes the bytes of one output, in any pieces, and compresses them if its name says so.

    Methods raise :class:`OutputError`, with the name of the output, for bytes that cannot be
    written; :class:`BrokenPipeError` is passed on. So an error of a file that is read meanwhile is
    never taken for one of this output.
    """

    def __init__(self, stream: BinaryIO | FileIO, name: str) -> None:
        self._stream = stream
        self._name = name
        is_compressed = name.casefold().endswith(COMPRESSED_ENDINGS)
        self._encoder = BgzfEncoder() if is_compressed else None
        self._pending: list[bytes] = []
        self._size = 0
        self._is_closed = False
        self._at_end = contextlib.ExitStack()

    def write(self, content: bytes) -> int:
        """Add bytes, and return their number. What comes after the end is dropped."""
        if self._is_closed:
            return len(content)
        piece = content if self._encoder is None else self._encoder.add(content)
        self._pending.append(piece)
        self._size += len(piece)
        if self._size >= _PIECE_BYTES:
            self._write_pending()
        return len(content)

    def write_all(self, chunks: Iterable[bytes]) -> None:
        """Add all bytes."""
        for chunk in chunks:
            self.write(chunk)

    def finish(self, *, on_disk: bool = False) -> None:
        """Write what is pending; ``on_disk`` waits until a file is on its disk."""
        if self._encoder is not None:
            self._pending.append(self._encoder.end())
        self._write_pending()
        with written_to(self._name):
            self._stream.flush()
            if on_disk:
                os.fsync(self._stream.fileno())

    def close(self) -> None:
        """Take no more bytes: a library may complete a file late, of a result that failed."""
        self._is_closed = True
        self._pending.clear()
        self._at_end.close()

    def at_end(self, action: Callable[[], object]) -> None:
        """Do something when the output is complete or has failed, the last one first."""
        self._at_end.callback(action)

    def scratch_folder(self) -> Path:
        """Return a new folder for temporary files, which is removed at the end of this output.

        Raises :class:`OutputError`.
        """
        parent = Path(tempfile.gettempdir())
        remove_left_folders(parent)
        with written_to(parent):
            folder = temporary_folder(parent)
        self.at_end(functools.partial(shutil.rmtree, folder, ignore_errors=True))
        return folder

    def _write_pending(self) -> None:
        content = self._pending[0] if len(self._pending) == 1 else b"".join(self._pending)
        self._pending, self._size = [], 0
        with written_to(self._name):
            _write_fully(self._stream, content)


def write(chunks: Iterable[bytes], destination: str) -> None:
    """Write bytes to a destination; see :func:`output_file`."""
    with output_file(destination) as stream:
        stream.write_all(chunks)


@contextmanager
def output_file(destination: str) -> Iterator[OutputStream]:
    """Open a file, or stdout for ``-``; it becomes BGZF if its name ends in ``.gz``.

    A file appears under its name only when the block under ``with`` ends without an error; until
    then, an earlier file of that name stays. Devices and pipes are written to directly. Raises
    :class:`OutputError`.
    """
    if destination == STDOUT:
        opened = _stdout()
    else:
        path, is_device = _resolved(destination)
        opened = _device(path) if is_device else _one_file(path)
    with opened as stream:
        yield stream


@contextmanager
def output_with_index(destination: str, ending: str) -> Iterator[tuple[OutputStream, OutputStream]]:
    """Open a file and its index, whose name has a further ending; both appear, or none.

    Raises :class:`OutputError`, also where the destination is no file.
    """
    path, is_device = _resolved(destination)
    if destination == STDOUT or is_device:
        raise OutputError(f"{destination}: only a file can have an index")
    index, is_device = _resolved(f"{path}{ending}")
    if is_device:
        raise OutputError(f"{index}: an index must be a file")
    with _files([path, index]) as (stream, index_stream):
        yield stream, index_stream


@contextmanager
def output_folder(destination: str, names: Sequence[str]) -> Iterator[tuple[OutputStream, ...]]:
    """Open several named files of a folder, which appear all or none; see :func:`output_file`.

    A missing folder is created; it does not stay if the block fails. Raises :class:`OutputError`.
    """
    folder = Path(destination)
    try:
        missing = [path for path in (folder, *folder.parents) if not path.exists()]
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: cannot create the folder: {error.strerror}") from error
    try:
        with _files([folder / name for name in names]) as streams:
            yield streams
    except BaseException:
        with contextlib.suppress(OSError):
            for path in missing:
                path.rmdir()
        raise


@contextmanager
def written_to(name: str | Path) -> Iterator[None]:
    """Raise :class:`OutputError` for an error of the system while an output is written."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(f"{name}: cannot be written: {error.strerror}") from error


def _resolved(destination: str) -> tuple[Path, bool]:
    """Return the path to write to, and whether it is a device or pipe.

    A symbolic link stays: its target is replaced.
    """
    try:
        path = Path(destination).resolve()
        is_folder = path.is_dir()
        is_device = path.exists() and not path.is_file() and not is_folder
    except (OSError, RuntimeError) as error:  # RuntimeError: links that form a loop
        what = getattr(error, "strerror", None) or "Too many levels of symbolic links"
        raise OutputError(f"{destination}: cannot be written: {what}") from error
    if is_folder:
        raise OutputError(f"{path}: is a directory; name a file")
    return path, is_device


@contextmanager
def _stdout() -> Iterator[OutputStream]:
    try:
        with written_to("stdout"):
            sys.stdout.flush()
        with contextlib.closing(OutputStream(sys.stdout.buffer, "stdout")) as stream:
            yield stream
            stream.finish()
    except OutputError as error:
        if isinstance(error.__cause__, OSError):
            _discard_stdout()
        raise


def _discard_stdout() -> None:
    """Redirect stdout to the null device, so that Python's flush at exit does not fail again."""
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextmanager
def _device(path: Path) -> Iterator[OutputStream]:
    """Open a device or pipe, unbuffered: closing a buffer would wait for a slow reader."""
    with contextlib.ExitStack() as stack:
        with written_to(path):
            device = stack.enter_context(path.open("wb", buffering=0))
        stream = stack.enter_context(contextlib.closing(OutputStream(device, str(path))))
        yield stream
        stream.finish()


@contextmanager
def _one_file(path: Path) -> Iterator[OutputStream]:
    with _files([path]) as (stream,):
        yield stream


@contextmanager
def _files(paths: Sequence[Path]) -> Iterator[tuple[OutputStream, ...]]:
    """Open files under temporary names in their folders; rename them once all are complete."""
    temporaries: list[Path] = []
    with contextlib.ExitStack() as stack:
        stack.callback(_remove, temporaries)
        for folder in dict.fromkeys(path.parent for path in paths):
            remove_leftovers(folder)
        streams = tuple(_open_temporary(path, temporaries, stack) for path in paths)
        yield streams
        for stream in streams:
            stream.finish(on_disk=True)
        for temporary, path in zip(temporaries, paths, strict=True):
            with written_to(path):
                temporary.chmod(0o666 & ~_umask())
                temporary.replace(path)


def _open_temporary(
    path: Path, temporaries: list[Path], stack: contextlib.ExitStack
) -> OutputStream:
    with written_to(path):
        temporary = temporary_path(path.parent)
        temporaries.append(temporary)
        try:
            file = stack.enter_context(FileIO(temporary, "xb", opener=_open_for_owner))
        except OSError:  # there is none, and its folder may be none
            temporaries.remove(temporary)
            raise
        stream = OutputStream(file, str(path))
        return stack.enter_context(contextlib.closing(stream))


def _open_for_owner(name: str, flags: int) -> int:
    """Open a file that nobody else can read until it is complete."""
    return os.open(name, flags, 0o600)


def _remove(temporaries: Iterable[Path]) -> None:
    for temporary in temporaries:
        temporary.unlink(missing_ok=True)


def _write_fully(stream: BinaryIO | FileIO, content: bytes) -> None:
    """Write all bytes to a stream that may take only a part of what it is given."""
    rest = memoryview(content)
    while rest:
        written = stream.write(rest)
        if not written:
            raise OSError(errno.EIO, "it takes no more bytes")
        rest = rest[written:]


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
