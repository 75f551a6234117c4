"""``pgx-ana check``: the callability of variant files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from pgx_ana.cli.destination import check_destination, format_by_name
from pgx_ana.cli.options import (
    Choice,
    call_options,
    kb_option,
    load_knowledge,
    output_option,
    request_from,
)

if TYPE_CHECKING:
    from pgx_ana.knowledge import KnowledgeBase
    from pgx_ana.quality import Callability

_FORMATS = {".txt": "text", ".tsv": "tsv", ".json": "json"}
"""The formats by the ending of a file."""


@click.command()
@click.argument("files", nargs=-1, required=True)
@click.option(
    "-f",
    "--format",
    "file_format",
    type=Choice(list(_FORMATS.values())),
    help="TSV contains the sites only.  [default: by the ending of -o, else text; .gz compresses]",
)
@output_option("Output file, - for stdout.")
@call_options
@kb_option
@click.pass_context
def check(ctx: click.Context, /, output: str, file_format: str | None, **given: Any) -> None:
    """Report which known sites FILES call, and which genes can be answered.

    Exit code 0: all sites are called in everyone; 5: only part; 3: nothing, or unreadable.
    """
    kind = file_format or format_by_name(output, _FORMATS, "text")
    check_destination(output, given)
    # Loaded first: its imports take half as long again if they run nested inside other imports.
    knowledge = load_knowledge(given["directories"])
    callability = _assess(given, knowledge)
    _write(callability, kind, output)
    ctx.exit(callability.extent.value)


def _assess(given: Mapping[str, Any], knowledge: KnowledgeBase) -> Callability:
    from pgx_ana.pipeline import call_by_gene
    from pgx_ana.quality import assess_callability

    parts, unreadable = call_by_gene(request_from(given, knowledge), knowledge)
    return assess_callability(parts, unreadable, knowledge)


def _write(callability: Callability, file_format: str, output: str) -> None:
    from pgx_ana.output import write_callability

    write_callability(callability, file_format, output)
