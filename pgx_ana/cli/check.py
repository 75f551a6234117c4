"""``pgx-ana check``: what variant files can answer."""

from __future__ import annotations

from typing import Any

import click

from pgx_ana.cli.options import (
    call_options,
    check_destination,
    kb_option,
    load_knowledge,
    request_from,
)


@click.command()
@click.argument("files", nargs=-1, required=True)
@click.option(
    "-f",
    "--format",
    "file_format",
    type=click.Choice(["text", "tsv", "json"]),
    default="text",
    show_default=True,
    help="TSV has the sites only.",
)
@click.option("-o", "--output", default="-", help="File to write, - for stdout.")
@call_options
@kb_option
@click.pass_context
def check(ctx: click.Context, /, output: str, file_format: str, **given: Any) -> None:
    """Say what FILES can answer, without annotating: assembly, samples, every known site.

    Exit code 0: everything can be answered in everyone; 5: only a part; 3: nothing, or unreadable.
    """
    from pgx_ana.output import write_callability
    from pgx_ana.pipeline import call_by_gene
    from pgx_ana.quality import assess_callability

    check_destination(output, given["files"])
    knowledge = load_knowledge(given["directories"])
    parts, unreadable = call_by_gene(request_from(given), knowledge)
    callability = assess_callability(parts, unreadable, knowledge)
    write_callability(callability, file_format, output)
    ctx.exit(callability.extent.value)
