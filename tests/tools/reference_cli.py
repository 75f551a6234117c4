"""The page on the command line, made from its commands."""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Iterator, Sequence

import click

from pgx_ana.cli import main
from pgx_ana.cli.options import SectionedCommand

_HEAD = """# Commands

Every command with its arguments and options. This page is made from the commands; `--help` (`-h`)
shows the same in a terminal.

Results go to stdout, or where `-o` says. Messages go to stderr. Options of the program itself, such
as `--log-format`, stand before the command. An option without a default does nothing if it is left
out.
"""

EXIT_CODES = {
    0: "success",
    1: "a bug: please report it",
    2: "the command line: unknown options, values out of range, options that exclude each other",
    3: "an input file that cannot be read or trusted, an output that cannot be written, a cluster "
    "without workers, too little memory, or a library that is missing; `check`: nothing can be "
    "answered; `batch`: shards are missing",
    4: "a knowledge base with faults",
    5: "`check`: only a part can be answered, or less is called than `--min-called`; `annotate`: "
    "less is called than `--fail-on` requires, and the results are written",
    6: "`batch`: some files are refused, and the others are annotated; or more than "
    "`--max-failures` are refused",
    130: "interrupted by Ctrl-C",
    141: "the reader of stdout ended, such as `head`",
    143: "terminated by a signal: 128 and its number, 15 for SIGTERM",
}
"""What every exit code means."""

VARIABLES = {
    "PGX_ANA_LOG_FORMAT": "the same as `--log-format`, which counts more",
    "PGX_ANA_MAX_STDIN": "the largest file that is read from a pipe, such as `500M` or `2T`",
    "TMPDIR": "folder for temporary files: what is read from pipes, and rows of large cohorts",
    "XDG_CACHE_HOME": "folder of caches, instead of `~/.cache`: `pgx-ana` in it keeps checked "
    "knowledge bases",
    "SOURCE_DATE_EPOCH": "the time that results have, in seconds since 1970, so that equal runs "
    "give equal files: phenopackets and `--provenance`",
    "NO_COLOR": "if it is set: no colours and no bold text in the terminal",
    "TERM": "`dumb`: the same",
}
"""What every variable of the environment means that the program reads."""


def cli_page() -> str:
    """Return the page."""
    parts = [_HEAD, *_command("pgx-ana", main, None), *_exit_codes(), *_variables()]
    return "\n".join(parts)


def _command(name: str, command: click.Command, parent: click.Context | None) -> Iterator[str]:
    """Yield the lines on a command, and on those below it."""
    settings = command.context_settings  # click keeps the first option for help that it makes
    ctx = click.Context(command, parent, info_name=name.rpartition(" ")[2], **settings)
    yield f"## {name}\n"
    yield f"```text\n{' '.join([name, *command.collect_usage_pieces(ctx)])}\n```\n"
    yield from _description(command)
    if isinstance(command, SectionedCommand):
        for title, options in command.sections(ctx).items():
            yield f"### {name.rpartition(' ')[2]}: {title[0].lower()}{title[1:]}\n"
            yield from _options(options, ctx)
    else:
        found = [item for item in command.get_params(ctx) if isinstance(item, click.Option)]
        yield from _options(found, ctx)
    if isinstance(command, click.Group):
        for word, below in command.commands.items():
            yield from _command(f"{name} {word}", below, ctx)


def _description(command: click.Command) -> Iterator[str]:
    """Yield what the help says of a command; what keeps its lines there is shown as it is."""
    text = inspect.cleandoc(command.help or "").partition("\f")[0]
    for paragraph in text.split("\n\n"):
        mark, _, kept = paragraph.partition("\b\n")
        if kept and not mark:
            title, _, lines = kept.partition("\n")
            is_titled = title.endswith(":")
            if is_titled:
                yield f"{title}\n"
            shown = textwrap.dedent(lines if is_titled else kept)
            yield f"```text\n{shown}\n```\n"
        else:
            yield f"{_escaped(paragraph)}\n"


def _options(options: Sequence[click.Option], ctx: click.Context) -> Iterator[str]:
    """Yield a table of options, but of no help on help."""
    shown = [option for option in options if "--help" not in option.opts]
    if not shown:
        return
    yield "| option | meaning | default |"
    yield "|---|---|---|"
    for option in shown:
        meaning, default = _meaning(option, ctx)
        yield f"| {_names(option, ctx)} | {_escaped(meaning)} | {_escaped(default)} |"
    yield ""


def _names(option: click.Option, ctx: click.Context) -> str:
    """Return the names of an option with its value, those of several choices in a list."""
    names = ", ".join(f"`{name}`" for name in (*option.opts, *option.secondary_opts))
    if option.is_flag or option.count:
        return names
    if isinstance(option.type, click.Choice):
        return f"{names} {' '.join(f'`{choice}`' for choice in option.type.choices)}"
    return f"{names} {option.make_metavar(ctx).removesuffix(' RANGE')}"


def _meaning(option: click.Option, ctx: click.Context) -> tuple[str, str]:
    """Return what an option means, and what holds without it."""
    text, _, said = (option.help or "").partition("[default: ")
    extra = option.get_help_extra(ctx)
    notes = [
        "Required." if option.required else "",
        "May be repeated." if option.multiple and "repeatable" not in text.casefold() else "",
        f"Values: `{extra['range']}`." if "range" in extra else "",
        f"Variable: `{', '.join(extra['envvars'])}`." if "envvars" in extra else "",
    ]
    default = said.removesuffix("]") or extra.get("default") or ("off" if option.is_flag else "")
    if not default and isinstance(option.default, str):
        default = option.default  # not in the help, which tells of it in words
    return " ".join(filter(None, [text.strip(), *notes])), default


def _exit_codes() -> Iterator[str]:
    yield "## Exit codes\n"
    yield "| code | meaning |\n|---|---|"
    for code, meaning in EXIT_CODES.items():
        yield f"| {code} | {meaning} |"
    yield ""


def _variables() -> Iterator[str]:
    yield "## Environment\n"
    yield "| variable | meaning |\n|---|---|"
    for name, meaning in VARIABLES.items():
        yield f"| `{name}` | {_escaped(meaning)} |"
    yield ""


def _escaped(text: str) -> str:
    """Return text for a cell or a paragraph: no character of it is taken for a mark."""
    return re.sub(r"(?<![\\`0-9x])([|*<])", r"\\\1", " ".join(text.split()))
