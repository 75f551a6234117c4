"""The program: its commands, its exit codes, and what happens when it is interrupted."""

from __future__ import annotations

import atexit
import contextlib
import gc
import os
import resource
import signal
import sys
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import click

from pgx_ana.cli.annotate import annotate
from pgx_ana.cli.batch import batch
from pgx_ana.cli.check import check
from pgx_ana.cli.completion import ASKING, completion, make_question_printable
from pgx_ana.cli.interruption import INTERRUPTED_EXIT_CODE
from pgx_ana.cli.kb import kb
from pgx_ana.cli.report import report
from pgx_ana.cli.streams import (
    LOG_FORMAT_OPTION,
    LOG_FORMAT_VARIABLE,
    Level,
    LogFormat,
    asked_log_format,
    choose_log_format,
    chosen_log_format,
    discard_stdout,
    losing_messages,
    prepare_streams,
    say,
)
from pgx_ana.cli.versions import version_options
from pgx_ana.errors import PgxAnaError
from pgx_ana.printable import printable

_BUG_EXIT_CODE = 1
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
        if ASKING in os.environ:
            make_question_printable(os.environ)
        return super().main(*args, **{"complete_var": ASKING, **extra})

    def make_context(
        self, info_name: str | None, args: list[str], *more: Any, **extra: Any
    ) -> click.Context:
        """Parse the options before the command; this prints help and versions."""
        # Before they are parsed, and wherever that fails, nothing else knows the format.
        log_format = asked_log_format(args)
        with _errors_as_messages(lambda: log_format):
            return super().make_context(info_name, args, *more, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command, and exit with the code of the error that it raises."""
        with _bugs_as_messages(), _errors_as_messages(chosen_log_format):
            return super().invoke(ctx)


@contextlib.contextmanager
def _errors_as_messages(log_format: Callable[[], LogFormat]) -> Iterator[None]:
    """Turn every error that is not a bug into one message on stderr and an exit code."""
    try:
        yield
    except PgxAnaError as error:
        _exit_with(str(error), error.exit_code, error.code, log_format())
    except click.ClickException as error:
        if log_format() is LogFormat.JSON:
            _exit_with(error.format_message(), error.exit_code, "usage", LogFormat.JSON)
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
        message = "there is not enough memory for this run"
        _exit_with(message, _ENVIRONMENT_EXIT_CODE, "memory", log_format())
    except ImportError as error:
        # Of the installation, or of a limit on memory: compiled libraries are mapped when imported.
        message = f"a library cannot be loaded: {_first_cause(error)}"
        _exit_with(message, _ENVIRONMENT_EXIT_CODE, "library", log_format())


@contextlib.contextmanager
def _bugs_as_messages() -> Iterator[None]:
    """Put a traceback into one message where messages are JSON: nothing else may be on stderr."""
    try:
        yield
    except (click.exceptions.Exit, click.Abort):
        raise
    except Exception:
        if chosen_log_format() is LogFormat.TEXT:
            raise
        import traceback

        _exit_with(traceback.format_exc(), _BUG_EXIT_CODE, "bug", LogFormat.JSON)


def _first_cause(error: BaseException) -> str:
    """Return, on one line, the message of the error from which all others follow."""
    while error.__cause__ is not None:
        error = error.__cause__
    return " ".join(str(error).split())


def _exit_with(message: str, exit_code: int, code: str, log_format: LogFormat) -> NoReturn:
    say(message, Level.ERROR, log_format=log_format, code=code, exit_code=exit_code)
    sys.exit(exit_code)


def _keep_log_format(ctx: click.Context, parameter: click.Parameter, value: str) -> None:
    del parameter
    choose_log_format(ctx, LogFormat(value))


@click.group(cls=Group, context_settings=_CONTEXT_SETTINGS)
@click.option(
    LOG_FORMAT_OPTION,
    type=click.Choice([kind.value for kind in LogFormat]),
    default=LogFormat.TEXT.value,
    show_default=True,
    envvar=LOG_FORMAT_VARIABLE,
    show_envvar=True,
    is_eager=True,
    expose_value=False,
    callback=_keep_log_format,
    help="Messages on stderr as text, or as one JSON object a line, without a progress bar.",
)
@version_options
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


for command in (annotate, report, batch, check, kb, completion):
    main.add_command(command)
