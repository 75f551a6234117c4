"""The program: its commands, its exit codes, and how it ends when it is interrupted."""

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

_BROKEN_PIPE = 141
_INTERRUPTED = 130
_BY_SIGNAL = 128
_HELP = {"help_option_names": ["-h", "--help"]}


class Group(click.Group):
    """A group that turns the program's own errors into one message and their exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except PgxAnaError as error:
            click.echo(f"Error: {error}", err=True)
            ctx.exit(error.exit_code)
        except KeyboardInterrupt:
            ctx.exit(_INTERRUPTED)
        except BrokenPipeError:
            # The reader has gone; what Python would flush at exit must go nowhere.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(_BROKEN_PIPE)


@click.group(cls=Group, context_settings=_HELP)
@click.version_option(__version__, "-V", "--version", message="pgx-ana %(version)s")
def main() -> None:
    """Say what germline variants in VCF files mean for response to anastrozole.

    For research. No guideline links any germline variant to the use of anastrozole; the published
    associations are shown with what contradicts them.
    """
    for ending in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(ending) is signal.SIG_DFL:
            # A run that is ended leaves nothing behind: what it has written is cleared away.
            signal.signal(ending, _end)
    # Start-up makes many objects that stay; looking at them again and again slows it by half.
    gc.set_threshold(200_000, 20, 20)
    # Nor is every installed package to be searched for plugins of pydantic: there are none to use.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")


def _end(number: int, frame: object) -> NoReturn:
    """End the program as a signal asks, through every clean-up."""
    del frame
    sys.exit(_BY_SIGNAL + number)


for command in (annotate, check, kb):
    main.add_command(command)
