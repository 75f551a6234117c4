"""The program: its commands, its exit codes, and what happens when it is interrupted."""

from __future__ import annotations

import atexit
import contextlib
import gc
import os
import resource
import signal
import sys
from collections.abc import Iterator
from typing import Any, NoReturn

import click

from pgx_ana.cli.annotate import annotate
from pgx_ana.cli.batch import batch
from pgx_ana.cli.check import check
from pgx_ana.cli.interruption import INTERRUPTED_EXIT_CODE
from pgx_ana.cli.kb import kb
from pgx_ana.cli.report import report
from pgx_ana.cli.streams import discard_stdout, losing_messages, prepare_streams, say
from pgx_ana.errors import PgxAnaError
from pgx_ana.printable import printable
from pgx_ana.version import __version__

_BROKEN_PIPE_EXIT_CODE = 141
_ENVIRONMENT_EXIT_CODE = 3
"""Exit code where the machine lacks something, as for files that cannot be read or written."""

_SIGNAL_EXIT_CODE_BASE = 128
"""Added to the number of the signal that ended the program, as shells do."""

_MIN_ADDRESS_SPACE = 150_000_000
"""Bytes below which compiled libraries end the process before this program can say why."""

_CONTEXT_SETTINGS = {"help_option_names": ["-h", "--help"]}


class Group(click.Group):
    """A command group that turns the program's own errors into one message and an exit code."""

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run the program: make the standard streams usable first."""
        prepare_streams()
        return super().main(*args, **extra)

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        """Parse the options before the command; this prints help and version."""
        with _errors_as_messages():
            return super().make_context(*args, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command, and exit with the code of the error that it raises."""
        with _errors_as_messages():
            return super().invoke(ctx)


@contextlib.contextmanager
def _errors_as_messages() -> Iterator[None]:
    """Turn every error that is not a bug into one message on stderr and an exit code."""
    try:
        yield
    except PgxAnaError as error:
        _exit_with(str(error), error.exit_code)
    except click.ClickException as error:
        error.message = printable(error.message)  # type: ignore[misc]  # final, but not frozen
        with losing_messages():
            error.show()
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED_EXIT_CODE)
    except BrokenPipeError:
        discard_stdout()  # the reader is gone
        sys.exit(_BROKEN_PIPE_EXIT_CODE)
    except MemoryError:
        _exit_with("there is not enough memory for this run", _ENVIRONMENT_EXIT_CODE)
    except ImportError as error:
        # Of the installation, or of a limit on memory: compiled libraries are mapped when imported.
        _exit_with(f"a library cannot be loaded: {_first_cause(error)}", _ENVIRONMENT_EXIT_CODE)


def _first_cause(error: BaseException) -> str:
    """Return, on one line, the message of the error from which all others follow."""
    while error.__cause__ is not None:
        error = error.__cause__
    return " ".join(str(error).split())


def _exit_with(message: str, exit_code: int) -> NoReturn:
    say(f"Error: {message}")
    sys.exit(exit_code)


@click.group(cls=Group, context_settings=_CONTEXT_SETTINGS)
@click.version_option(__version__, "-V", "--version", message="pgx-ana %(version)s")
def main() -> None:
    """Annotate germline variants of patients and cohorts for response to anastrozole.

    For research use. No guideline links any germline variant to the use of anastrozole; published
    associations are shown together with the evidence against them.
    """
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:
            # A terminated run must remove its temporary files.
            signal.signal(number, _exit_on_signal)
    # Start-up creates many long-lived objects; collecting garbage among them slows it by half.
    gc.set_threshold(200_000, 20, 20)
    # What is left at the end goes with the process: nobody need look for garbage in it.
    atexit.register(gc.freeze)
    # Searching all installed packages for pydantic plugins takes time, and none is used.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    # Nothing here multiplies matrices: threads for it would only take memory, and time to start.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    allowed, _ = resource.getrlimit(resource.RLIMIT_AS)
    if 0 <= allowed < _MIN_ADDRESS_SPACE:  # unlimited is -1
        raise MemoryError


def _exit_on_signal(number: int, frame: object) -> NoReturn:
    """Exit through all clean-up handlers, with the exit code for a signal."""
    del frame
    sys.exit(_SIGNAL_EXIT_CODE_BASE + number)


for command in (annotate, report, batch, check, kb):
    main.add_command(command)
