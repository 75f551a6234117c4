"""The program: its commands, its exit codes, and what happens when it is interrupted."""

from __future__ import annotations

import gc
import os
import signal
import sys
from typing import Any, NoReturn

import click

from pgx_ana.cli.annotate import annotate
from pgx_ana.cli.check import check
from pgx_ana.cli.kb import kb
from pgx_ana.errors import PgxAnaError
from pgx_ana.version import __version__

_BROKEN_PIPE_EXIT_CODE = 141
_INTERRUPTED_EXIT_CODE = 130
_SIGNAL_EXIT_CODE_BASE = 128
"""Added to the number of the signal that ended the program, as shells do."""

_CONTEXT_SETTINGS = {"help_option_names": ["-h", "--help"]}


class Group(click.Group):
    """A command group that turns the program's own errors into one message and an exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command, and exit with the code of the error that it raises."""
        try:
            return super().invoke(ctx)
        except PgxAnaError as error:
            click.echo(f"Error: {error}", err=True)
            ctx.exit(error.exit_code)
        except KeyboardInterrupt:
            ctx.exit(_INTERRUPTED_EXIT_CODE)
        except BrokenPipeError:
            # The reader is gone: redirect stdout, so that Python's flush at exit does not fail.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(_BROKEN_PIPE_EXIT_CODE)


@click.group(cls=Group, context_settings=_CONTEXT_SETTINGS)
@click.version_option(__version__, "-V", "--version", message="pgx-ana %(version)s")
def main() -> None:
    """Annotate germline variants in VCF files for response to anastrozole.

    For research use. No guideline links any germline variant to the use of anastrozole; published
    associations are shown together with the evidence against them.
    """
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:
            # A terminated run must remove its temporary files.
            signal.signal(number, _exit_on_signal)
    # Start-up creates many long-lived objects; collecting garbage among them slows it by half.
    gc.set_threshold(200_000, 20, 20)
    # Searching all installed packages for pydantic plugins takes time, and none is used.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")


def _exit_on_signal(number: int, frame: object) -> NoReturn:
    """Exit through all clean-up handlers, with the exit code for a signal."""
    del frame
    sys.exit(_SIGNAL_EXIT_CODE_BASE + number)


for command in (annotate, check, kb):
    main.add_command(command)
