"""``pgx-ana annotate``: variant files in, annotations out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import click

from pgx_ana.cli.destination import (
    VCF_FORMATS,
    check_destination,
    check_indexes,
    chosen_output,
    written_files,
)
from pgx_ana.cli.options import (
    NOT_ALL_CALLED,
    Choice,
    SectionedCommand,
    annotation_options,
    call_options,
    check_writable,
    files_argument,
    kb_option,
    load_knowledge,
    output_option,
    provenance_option,
    quiet_option,
    request_from,
    tables_option,
    vcf_options,
)
from pgx_ana.cli.provenance import Recorder
from pgx_ana.cli.telling import tell_run
from pgx_ana.file_formats import FileFormat, Layout, OutputChoice

if TYPE_CHECKING:
    from pgx_ana.annotation import Annotations
    from pgx_ana.knowledge import KnowledgeBase
    from pgx_ana.quality import CallCounts, RunTally


@click.command(cls=SectionedCommand)
@files_argument()
@output_option(
    "Output file, whose ending chooses the format, or - for stdout. A folder for several tables, "
    "for Parquet, and for MultiQC, which has a file for each person."
)
@click.option(
    "-f",
    "--format",
    "file_format",
    type=Choice([kind.value for kind in FileFormat]),
    help="Format of the output, where the ending of -o does not say it. JSON, FHIR and "
    "phenopackets have one document per person.  [default: by the ending of -o, else tsv; .gz "
    "compresses]",
)
@click.option(
    "--layout",
    type=Choice([layout.value for layout in Layout]),
    default=Layout.LONG.value,
    show_default=True,
    help="wide: one row per person and one column per variant or haplotype set, for the tables "
    "calls, haplotypes or both.",
)
@click.option(
    "--names",
    "with_names",
    is_flag=True,
    help="Parquet: repeat sample names in every table above 20,000 people too, not only numbers.",
)
@tables_option
@vcf_options
@call_options
@annotation_options
@click.option(
    "--fail-on",
    type=click.Choice(["none-called", "any-uncalled"]),
    help="Exit with 5, with the results written, if no variant is called in any sample, or if any "
    "is not called in any sample.",
)
@provenance_option
@quiet_option
@kb_option
@click.pass_context
def annotate(
    ctx: click.Context,
    /,
    output: str,
    **given: Any,
) -> None:
    """Annotate the people in FILES.

    FILES are VCF or BCF (- for stdin), VCF Zarr, PGEN, PLINK bed or BGEN. Of the last three, name
    the file with the genotypes; what belongs to it is found beside it.

    Files with the same samples that cover different chromosomes or regions are joined to one
    cohort; files with other samples add people.

    \b
    Examples:
      pgx-ana annotate patient.vcf.gz
      pgx-ana annotate chr*.vcf.gz --table summary -o summary.tsv
      pgx-ana annotate cohort.bcf --table calls,annotations -o results/
      pgx-ana annotate cohort.bcf --table calls,haplotypes --layout wide -o people.tsv
      pgx-ana annotate cohort.bcf --format parquet -o results/
      pgx-ana annotate patient.vcf.gz -o annotated.vcf.gz --write-index
    """
    choice = _checked_choice(output, given)
    targets = written_files(output, choice)
    recorder = Recorder(ctx, given, targets, folder=output if choice.is_folder(output) else "")
    # Loaded first: its imports take half as long again if they run nested inside other imports.
    knowledge = load_knowledge(given["directories"])
    tally = _annotate(given, knowledge, choice, output)
    counts = tell_run(tally, given)
    recorder.write(knowledge, targets)
    ctx.exit(_exit_code(counts, given["fail_on"]))


def _checked_choice(output: str, given: Mapping[str, Any]) -> OutputChoice:
    """Return what is written. Raises an error if that is not possible, before anything is read."""
    choice = chosen_output(output, given)
    check_destination(written_files(output, choice), given)
    check_indexes(output, choice)
    check_writable(output, is_folder=choice.is_folder(output))
    if choice.facts.library:
        from pgx_ana.output import require_library

        require_library(choice)
    return choice


def _annotate(
    given: Mapping[str, Any], knowledge: KnowledgeBase, choice: OutputChoice, output: str
) -> RunTally:
    """Annotate and write block by block, and return what is known of the run as a whole."""
    from pgx_ana.formats import write_annotations
    from pgx_ana.pipeline import Run
    from pgx_ana.quality import RunTally

    run = Run(request_from(given, knowledge), knowledge)
    tally = RunTally(knowledge)
    needs_rows = choice.file_format in VCF_FORMATS and not choice.all_sites
    rows = run.input_rows() if needs_rows else None
    write_annotations(_counted(run.blocks(), tally), choice, output, run.n_people, rows)
    return tally


def _counted(blocks: Iterable[Annotations], tally: RunTally) -> Iterator[Annotations]:
    """Yield blocks, and add each to the tally."""
    for block in blocks:
        tally.add(block.calls)
        yield block


def _exit_code(counts: CallCounts, fail_on: str | None) -> int:
    failed = {"none-called": not counts.called_variants, "any-uncalled": not counts.are_all_called}
    return NOT_ALL_CALLED if fail_on is not None and failed[fail_on] else 0
