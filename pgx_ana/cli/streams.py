"""The standard streams: usable whatever the caller made of them, UTF-8, and never short of bytes.

Messages go to stderr as text, or as one JSON object a line.

Everything else may rely on ``sys.stdout`` and ``sys.stdin`` being there.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import select
import sys
from collections.abc import Iterator, Sequence
from enum import StrEnum
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


class Level(StrEnum):
    """How much a message matters."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class LogFormat(StrEnum):
    """How messages are written on stderr."""

    TEXT = "text"
    JSON = "json"


LOG_FORMAT_OPTION = "--log-format"
LOG_FORMAT_VARIABLE = "PGX_ANA_LOG_FORMAT"
_LOG_FORMAT_KEY = "pgx_ana.log_format"
"""Key of the format among what all contexts of a run share."""

_PREFIXES = {Level.ERROR: "Error: ", Level.WARNING: "WARNING: ", Level.INFO: ""}
"""What text begins with, so that its level can be seen."""


def say(
    message: str,
    level: Level = Level.INFO,
    *,
    log_format: LogFormat | None = None,
    **facts: object,
) -> None:
    """Print a message on stderr, with characters escaped that could command a terminal.

    As JSON, it is one object on one line: ``level``, ``message`` and the facts, which text has in
    its words. There is no time in it: who collects messages knows when they came, and equal runs
    have equal messages. Without ``log_format``, that of the run counts.
    """
    if (log_format or chosen_log_format()) is LogFormat.JSON:
        line = json.dumps({"level": level, "message": printable(message), **facts})
    else:
        line = printable(f"{_PREFIXES[level]}{message}")
    with losing_messages():
        click.echo(line, err=True)


def choose_log_format(ctx: click.Context, log_format: LogFormat) -> None:
    """Let all messages of a run have a format."""
    ctx.meta[_LOG_FORMAT_KEY] = log_format


def chosen_log_format() -> LogFormat:
    """Return the format of the messages of this run."""
    ctx = click.get_current_context(silent=True)
    chosen: LogFormat = (
        LogFormat.TEXT if ctx is None else ctx.meta.get(_LOG_FORMAT_KEY, LogFormat.TEXT)
    )
    return chosen


def asked_log_format(words: Sequence[str]) -> LogFormat:
    """Return the format that a command line asks for, which may be faulty otherwise.

    The option stands before the command; it counts more than the variable of the environment.
    """
    asked = os.environ.get(LOG_FORMAT_VARIABLE, "")
    rest = iter(words)
    for word in rest:
        if word == LOG_FORMAT_OPTION:
            asked = next(rest, "")
        elif word.startswith(f"{LOG_FORMAT_OPTION}="):
            asked = word.partition("=")[2]
        elif not word.startswith("-"):
            break
    return LogFormat.JSON if asked == LogFormat.JSON else LogFormat.TEXT


@contextlib.contextmanager
def losing_messages() -> Iterator[None]:
    """Let messages be lost where stderr takes none: the exit code still tells what happened."""
    try:
        yield
    except OSError:
        _discard(sys.stderr)
