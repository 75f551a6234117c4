"""The manual pages, made from the commands: one for the program, and one for each command.

They are files of the project, in ``man/``, which the wheel installs where ``man`` looks for them.
``make generate`` writes them. A page of a command that has commands of its own has those, too.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator

import click

from pgx_ana.cli import main
from pgx_ana.version import __version__
from tools.reference_cli import EXIT_CODES, VARIABLES

PROGRAM = "pgx-ana"

_LINE = 66
"""Characters of a line, before some are escaped."""

_NEVER_CUT = 10_000
"""The width of a page for click, which cuts what it says of commands."""

_ESCAPED = {"\\": r"\e", "-": r"\-", "'": r"\(aq", "^": r"\(ha", "~": r"\(ti", "`": r"\(ga"}
"""Characters that a typesetter would change, as they must be written to be copied."""


def man_pages() -> dict[str, str]:
    """Return the text of every manual page by the name of its file."""
    root = click.Context(main, info_name=PROGRAM, **main.context_settings)
    pages = {f"{PROGRAM}.1": _page(main, root)}
    for name, command in sorted(main.commands.items()):
        ctx = click.Context(command, info_name=name, parent=root)
        pages[f"{PROGRAM}-{name}.1"] = _page(command, ctx)
    return pages


class _Roff(click.HelpFormatter):
    """Writes what a command tells of itself in the language of manual pages."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write how a command is called."""
        del prefix
        self.write(f".B {_plain(prog)}\n{_plain(args)}\n")

    def write_heading(self, heading: str) -> None:
        """Write the heading of some options or commands."""
        self.write(f".SS {_plain(heading)}\n")

    def write_paragraph(self) -> None:
        """Write nothing: every part here begins with a macro."""

    def write_text(self, text: str) -> None:
        r"""Write paragraphs; one after ``\b`` keeps its lines."""
        for number, paragraph in enumerate(text.split("\n\n")):
            if number:
                self.write(".PP\n")
            if paragraph.startswith("\b"):
                lines = [_plain(line) for line in paragraph.split("\n")[1:]]
                self.write("\n".join((".nf", *lines, ".fi\n")))
            else:
                self.write(_wrapped(paragraph))

    def write_dl(
        self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2
    ) -> None:
        """Write options, or commands, each with what it is for."""
        del col_max, col_spacing
        for term, meaning in rows:
            self.write(f".TP\n{_term(term)}\n{_wrapped(meaning)}")


def _page(command: click.Command, ctx: click.Context) -> str:
    roff = _Roff(width=_NEVER_CUT)
    name = ctx.command_path.replace(" ", "-")
    short = _plain(command.get_short_help_str(limit=200).removesuffix("."))
    version = f"{PROGRAM} {__version__}"
    roff.write(f'.TH {_plain(name.upper())} 1 "" "{version}" "{PROGRAM}"\n')
    roff.write(f".SH NAME\n{_plain(name)} \\- {short}\n.SH SYNOPSIS\n")
    command.format_usage(ctx, roff)
    roff.write(".SH DESCRIPTION\n")
    command.format_help_text(ctx, roff)
    roff.write(".SH OPTIONS\n")
    command.format_options(ctx, roff)
    if command is main:
        for heading, meanings in (("EXIT STATUS", EXIT_CODES), ("ENVIRONMENT", VARIABLES)):
            roff.write(f".SH {heading}\n")
            roff.write_dl((str(key), text.replace("`", "")) for key, text in meanings.items())
    elif isinstance(command, click.Group):
        for name, inner in sorted(command.commands.items()):
            _describe(inner, click.Context(inner, info_name=name, parent=ctx), roff)
    roff.write(f".SH SEE ALSO\n{', '.join(_others(command))}\n")
    return roff.getvalue().replace(".SH OPTIONS\n.SS Options\n", ".SH OPTIONS\n")


def _describe(command: click.Command, ctx: click.Context, roff: _Roff) -> None:
    """Write the part on a command of a command."""
    roff.write(f".SH {_plain(ctx.command_path.upper())}\n")
    command.format_usage(ctx, roff)
    roff.write(".PP\n")
    command.format_help_text(ctx, roff)
    command.format_options(ctx, roff)


def _others(command: click.Command) -> Iterator[str]:
    """Yield the references to all other pages."""
    if command is not main:
        yield rf"\fB{_plain(PROGRAM)}\fR(1)"
    for name, other in sorted(main.commands.items()):
        if other is not command:
            yield rf"\fB{_plain(f'{PROGRAM}-{name}')}\fR(1)"


def _term(text: str) -> str:
    """Return an option with its value, or a command: bold, with the value in italics."""
    parts = re.split(r"(--?[A-Za-z][\w-]*)", text)
    if len(parts) == 1:
        return rf"\fB{_plain(text)}\fR"
    marked = (rf"\fB{_plain(part)}\fR" if n % 2 else _value(part) for n, part in enumerate(parts))
    return "".join(marked)


def _value(text: str) -> str:
    value = text.strip(" ,")
    return _plain(text).replace(_plain(value), rf"\fI{_plain(value)}\fR") if value else text


def _wrapped(text: str) -> str:
    """Return the lines of a paragraph."""
    return "".join(
        f"{_plain(line)}\n" for line in textwrap.wrap(text, _LINE, break_on_hyphens=False)
    )


def _plain(text: str) -> str:
    """Return text that is shown as it is."""
    escaped = "".join(_ESCAPED.get(character, character) for character in text)
    return rf"\&{escaped}" if escaped.startswith(".") else escaped
