"""The standard streams: usable whatever the caller made of them, UTF-8, and never short of bytes.

Everything else may rely on ``sys.stdout`` and ``sys.stdin`` being there.
"""

from __future__ import annotations

import contextlib
import io
import os
import select
import sys
from collections.abc import Iterator
from typing import TextIO

import click

from pgx_ana.errors import OutputError
from pgx_ana.printable import printable


def prepare_streams() -> None:
    """Open closed streams on descriptors that fail when used; make stdout report every failure."""
    # In this order each stream gets its own number back, so that no file is opened as stdout.
    if sys.stdin is None:
        sys.stdin = open(os.open(os.devnull, os.O_WRONLY), encoding="utf-8")  # noqa: PTH123, SIM115
    descriptor = _descriptor_of_stdout()
    if descriptor is not None:
        raw = _Stdout(descriptor, "w", closefd=False)
        sys.stdout = io.TextIOWrapper(
            io.BufferedWriter(raw), encoding="utf-8", newline="", line_buffering=raw.isatty()
        )
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115


def _descriptor_of_stdout() -> int | None:
    """Return the descriptor of stdout; None where it has been replaced, as tests do."""
    if sys.stdout is None:
        return os.open(os.devnull, os.O_RDONLY)
    original = sys.__stdout__
    return original.fileno() if original is not None and sys.stdout is original else None


class _Stdout(io.FileIO):
    """Stdout whose failures are errors of this program, in whatever library they occur.

    A buffer in front of it calls ``write`` until all bytes are written: this matters where Python
    is told not to buffer (``PYTHONUNBUFFERED``), which otherwise ignores a partial write.
    """

    def write(self, data: object, /) -> int:
        """Write some of the bytes, and return their number. Raises :class:`OutputError`."""
        try:
            while (written := super().write(data)) is None:  # type: ignore[arg-type]  # bytes
                select.select([], [self], [])  # a full pipe that does not block, as node.js makes
        except BrokenPipeError:
            raise
        except OSError as error:
            discard_stdout()
            raise OutputError(f"stdout: cannot be written: {error.strerror}") from error
        return written


def discard_stdout() -> None:
    """Redirect stdout to the null device, so that Python's flush at exit does not fail again."""
    _discard(sys.stdout)


def _discard(stream: TextIO) -> None:
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def say(message: str) -> None:
    """Print a message on stderr, with characters escaped that could command a terminal."""
    with losing_messages():
        click.echo(printable(message), err=True)


@contextlib.contextmanager
def losing_messages() -> Iterator[None]:
    """Let messages be lost where stderr takes none: the exit code still tells what happened."""
    try:
        yield
    except OSError:
        _discard(sys.stderr)
