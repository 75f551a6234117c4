"""``pgx-ana check``: the callability of variant files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from pgx_ana.cli.options import (
    call_options,
    check_destination,
    kb_option,
    load_knowledge,
    request_from,
)

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
@call_options
@kb_option
@click.pass_context
def check(ctx: click.Context, /, output: str, file_format: str, **given: Any) -> None:
    """Report which known sites FILES call, and which genes can be answered.

    Exit code 0: all sites are called in everyone; 5: only part; 3: nothing, or unreadable.
    """
    check_destination(output, given["files"])
    # Loaded first: its imports take half as long again if they run nested inside other imports.
    knowledge = load_knowledge(given["directories"])
    callability = _assess(given, knowledge)
    _write(callability, file_format, output)
    ctx.exit(callability.extent.value)


def _assess(given: Mapping[str, Any], knowledge: KnowledgeBase) -> Callability:
    from pgx_ana.pipeline import call_by_gene
    from pgx_ana.quality import assess_callability

    parts, unreadable = call_by_gene(request_from(given), knowledge)
    return assess_callability(parts, unreadable, knowledge)


def _write(callability: Callability, file_format: str, output: str) -> None:
    from pgx_ana.output import write_callability

    write_callability(callability, file_format, output)
