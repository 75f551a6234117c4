"""``pgx-ana check``: the callability of variant files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from pgx_ana.cli.destination import check_destination, format_by_name
from pgx_ana.cli.options import (
    NOT_ALL_CALLED,
    Choice,
    call_options,
    check_writable,
    files_argument,
    kb_option,
    load_knowledge,
    output_option,
    request_from,
)
from pgx_ana.errors import UsageError

if TYPE_CHECKING:
    from pgx_ana.knowledge import KnowledgeBase
    from pgx_ana.quality import Callability

_FORMATS = {".txt": "text", ".tsv": "tsv", ".json": "json"}
"""The formats by the ending of a file."""


@click.command()
@files_argument()
@click.option(
    "-f",
    "--format",
    "file_format",
    type=Choice(list(_FORMATS.values())),
    help="TSV contains the sites only.  [default: by the ending of -o, else text; .gz compresses]",
)
@output_option("Output file, - for stdout.")
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
def check(ctx: click.Context, /, output: str, file_format: str | None, **given: Any) -> None:
    """Report what FILES can answer.

    A table says how many people have which status at each known site, and a sentence for each gene
    what can be answered. FILES are those of pgx-ana annotate.

    Exit code 0: all sites are called in everyone; 5: only part; 3: nothing, or unreadable. All
    unusable files are listed together.
    """
    kind = file_format or format_by_name(output, _FORMATS, "text")
    _check_options(given, output)
    # Loaded first: its imports take half as long again if they run nested inside other imports.
    knowledge = load_knowledge(given["directories"])
    callability = _assess(given, knowledge)
    _write(callability, kind, output)
    ctx.exit(_exit_code(callability, given))


def _check_options(given: Mapping[str, Any], output: str) -> None:
    if given["exit_zero"] and given["min_called"] is not None:
        raise UsageError("--exit-zero and --min-called cannot be combined")
    check_destination([output], given)
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

    calls, unreadable = call_readable(request_from(given, knowledge), knowledge)
    return assess_callability(calls, unreadable, knowledge)


def _write(callability: Callability, file_format: str, output: str) -> None:
    from pgx_ana.output import write_callability

    write_callability(callability, file_format, output)
