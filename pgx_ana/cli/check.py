"""``pgx-ana check``: the callability of variant files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from pgx_ana.cli.options import (
    NOT_ALL_CALLED,
    call_options,
    check_destination,
    check_writable,
    kb_option,
    load_knowledge,
    request_from,
)
from pgx_ana.errors import UsageError

if TYPE_CHECKING:
    from pgx_ana.knowledge import KnowledgeBase
    from pgx_ana.quality import Callability


@click.command()
@click.argument("files", nargs=-1, required=True)
@click.option(
    "-f",
    "--format",
    "file_format",
    type=click.Choice(["text", "tsv", "json"]),
    default="text",
    show_default=True,
    help="TSV contains the sites only.",
)
@click.option("-o", "--output", default="-", help="Output file, - for stdout.")
@click.option(
    "--min-called",
    type=click.FloatRange(0, 1),
    metavar="FRACTION",
    help="Exit with 0 if at least this fraction of all sites in all people is called, else with 5.",
)
@click.option(
    "--exit-zero", is_flag=True, help="Exit with 0 whatever can be answered, if FILES can be read."
)
@call_options
@kb_option
@click.pass_context
def check(ctx: click.Context, /, output: str, file_format: str, **given: Any) -> None:
    """Report what FILES can answer, without annotating: assembly, samples, all known sites.

    Exit code 0: all sites are called in everyone; 5: only part; 3: nothing, or unreadable. All
    unusable files are listed together.
    """
    _check_options(given, output)
    # Loaded first: its imports take half as long again if they run nested inside other imports.
    knowledge = load_knowledge(given["directories"])
    callability = _assess(given, knowledge)
    _write(callability, file_format, output)
    ctx.exit(_exit_code(callability, given))


def _check_options(given: Mapping[str, Any], output: str) -> None:
    if given["exit_zero"] and given["min_called"] is not None:
        raise UsageError("--exit-zero and --min-called cannot be combined")
    check_destination(output, given["files"])
    check_writable(output, is_folder=False)


def _exit_code(callability: Callability, given: Mapping[str, Any]) -> int:
    if given["exit_zero"]:
        return 0
    if given["min_called"] is None:
        return callability.extent.value
    return 0 if callability.called_fraction >= given["min_called"] else NOT_ALL_CALLED


def _assess(given: Mapping[str, Any], knowledge: KnowledgeBase) -> Callability:
    from pgx_ana.pipeline import call_readable
    from pgx_ana.quality import assess_callability

    calls, unreadable = call_readable(request_from(given), knowledge)
    return assess_callability(calls, unreadable, knowledge)


def _write(callability: Callability, file_format: str, output: str) -> None:
    from pgx_ana.output import write_callability

    write_callability(callability, file_format, output)
