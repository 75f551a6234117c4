"""``pgx-ana annotate``: variant files in, annotations out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from pgx_ana.cli.destination import check_destination, chosen_format
from pgx_ana.cli.options import (
    Choice,
    call_options,
    kb_option,
    load_knowledge,
    output_option,
    request_from,
    table_names,
)
from pgx_ana.cli.streams import say
from pgx_ana.terms import GLOBAL, POPULATIONS, FileFormat, TableName

if TYPE_CHECKING:
    from pgx_ana.annotation import Annotations
    from pgx_ana.knowledge import KnowledgeBase

_ASSERTED_WARNING = (
    "WARNING: --absent-is-reference: sites without a record are treated as reference; "
    "their rows have source 'asserted'"
)


@click.command()
@click.argument("files", nargs=-1, required=True)
@output_option("Output file, - for stdout; a folder for several tables.")
@click.option(
    "-f",
    "--format",
    "file_format",
    type=Choice([kind.value for kind in FileFormat]),
    help="Format of the output; JSON contains all tables, one document per patient.  [default: by "
    "the ending of -o, else tsv; .gz compresses]",
)
@click.option(
    "-t",
    "--table",
    "tables",
    multiple=True,
    callback=table_names,
    help=f"Tables to write, separated by commas: {', '.join(TableName)}, or all.  [default: "
    "annotations]",
)
@call_options
@click.option(
    "--absent-is-reference",
    is_flag=True,
    help="DANGEROUS: treat sites without any record as reference; their rows have source asserted.",
)
@click.option(
    "--population",
    type=Choice([*POPULATIONS, GLOBAL]),
    help="Estimate probabilities of ambiguous diplotypes from haplotype frequencies of this 1000 "
    "Genomes population; shown in addition to the candidates.",
)
@click.option("-q", "--quiet", is_flag=True, help="Do not list the input files on stderr.")
@kb_option
def annotate(
    output: str,
    file_format: str | None,
    tables: tuple[TableName, ...],
    *,
    quiet: bool,
    **given: Any,
) -> None:
    """Annotate the people in VCF or BCF FILES (- for stdin).

    Files with the same samples are joined to one cohort; files with other samples add people.

    \b
    Examples:
      pgx-ana annotate patient.vcf.gz
      pgx-ana annotate chr*.vcf.gz --table summary -o summary.tsv
      pgx-ana annotate cohort.bcf --table calls,annotations -o results/
    """
    kind = chosen_format(output, file_format, tables)
    check_destination(output, given, kind, tables)
    # Loaded first: its imports take half as long again if they run nested inside other imports.
    knowledge = load_knowledge(given["directories"])
    annotations = _run(given, knowledge)
    _warn(annotations)
    if not quiet:
        _list_inputs(annotations)
    _write(annotations, kind, tables, output)


def _run(given: Mapping[str, Any], knowledge: KnowledgeBase) -> Annotations:
    from pgx_ana.pipeline import run

    return run(request_from(given, knowledge), knowledge)


def _warn(annotations: Annotations) -> None:
    """Print on stderr what a reader of the results must know."""
    from pgx_ana.quality import frequency_warnings

    if annotations.calls.options.absent_is_reference:
        say(_ASSERTED_WARNING)
    for warning in frequency_warnings(annotations.calls, annotations.knowledge):
        say(f"WARNING: {warning}")


def _list_inputs(annotations: Annotations) -> None:
    """Print on stderr each file with its assembly, how it was detected, and its samples."""
    for file in annotations.calls.files:
        people = "1 sample" if file.samples == 1 else f"{file.samples} samples"
        remark = f"; {file.remark}" if file.remark else ""
        say(f"{file.name}: {file.assembly} ({file.assembly_source}), {people}{remark}")
    shared = sum(
        count for files, count in annotations.calls.sample_files.counts() if len(files) > 1
    )
    if shared:
        say(f"samples in several files, each treated as one person: {shared}")


def _write(
    annotations: Annotations, file_format: FileFormat, tables: Sequence[TableName], output: str
) -> None:
    from pgx_ana.output import write_annotations

    write_annotations(annotations, file_format, tables, output)
