"""The command line: options in, one library call, results out.

Results go to stdout or ``-o``, everything else to stderr. Exit codes: 0 fine, 1 a bug, 2 usage,
3 input, 4 knowledge base. Heavy modules are imported by the command that needs them, so that
``--version`` and ``--help`` answer at once.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

from pgx_ana.columns import TableName
from pgx_ana.errors import PgxAnaError, UsageError
from pgx_ana.version import __version__

if TYPE_CHECKING:
    from pgx_ana.annotation import Annotations
    from pgx_ana.knowledge import KnowledgeBase
    from pgx_ana.pipeline import Request

Command = TypeVar("Command", bound=Callable[..., Any])

_ASSERTED = (
    "WARNING: --absent-is-reference: sites without a record are taken for reference; "
    "such rows have source 'asserted'"
)
_BROKEN_PIPE = 141
_INTERRUPTED = 130
_BY_SIGNAL = 128
_SEPARATORS = {"tsv": "\t", "csv": ","}
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


def kb_option(command: Command) -> Command:
    """Add --kb, which may be given again."""
    return click.option(
        "--kb",
        "directories",
        multiple=True,
        type=click.Path(path_type=Path),
        help="Use another knowledge base; given again, a later one overlays the earlier by id. "
        "'default' is the one that is shipped.",
    )(command)


def call_options(command: Command) -> Command:
    """Add what all commands that call genotypes share."""
    for option in reversed(_CALL_OPTIONS):
        command = option(command)
    return command


def _not_negative(ctx: click.Context, parameter: click.Parameter, value: float) -> float:
    if not value >= 0:  # nor NaN, with which nothing would be filtered
        raise click.BadParameter("must be a number that is not negative", ctx, parameter)
    return value


_CALL_OPTIONS = (
    click.option("-s", "--samples", default="", help="Samples to annotate, separated by commas."),
    click.option(
        "-S",
        "--samples-file",
        type=click.Path(path_type=Path),
        help="File with one sample per line.",
    ),
    click.option(
        "-g", "--gene", "genes", multiple=True, help="Gene to annotate; may be given again."
    ),
    click.option(
        "--assembly",
        type=click.Choice(["GRCh37", "GRCh38"]),
        help="Assembly, where the file does not tell.",
    ),
    click.option(
        "--min-gq",
        default=10.0,
        callback=_not_negative,
        show_default=True,
        help="Least genotype quality of a call.",
    ),
    click.option(
        "--min-dp",
        default=1.0,
        callback=_not_negative,
        show_default=True,
        help="Least read depth of a call.",
    ),
    click.option(
        "--min-gp",
        default=0.9,
        type=click.FloatRange(0, 1),
        show_default=True,
        help="Least probability of an imputed genotype (GP, HDS or DS).",
    ),
    click.option("--include-filtered", is_flag=True, help="Take calls whose FILTER is not PASS."),
    click.option(
        "--allow-strand-flip",
        is_flag=True,
        help="Take alleles that fit only the other strand as if on this one; such calls say so.",
    ),
    click.option(
        "--reference",
        default="",
        metavar="FASTA",
        help="Hold REF against this genome too; it must have an index (.fai).",
    ),
    click.option("--verify", is_flag=True, help="Read files whole, not only where the sites are."),
)


@main.command()
@click.argument("files", nargs=-1, required=True)
@click.option(
    "-o", "--output", default="-", help="File to write, - for stdout; with several tables a folder."
)
@click.option(
    "-f",
    "--format",
    "file_format",
    type=click.Choice(["tsv", "csv", "json", "jsonl"]),
    default="tsv",
    show_default=True,
    help="JSON holds all tables, one document per patient.",
)
@click.option(
    "-t",
    "--table",
    "tables",
    multiple=True,
    type=click.Choice([name.value for name in TableName]),
    help="Table to write; may be given again.  [default: annotations]",
)
@call_options
@click.option(
    "--absent-is-reference",
    is_flag=True,
    help="DANGEROUS: take sites without any record for reference; every such row says so.",
)
@click.option(
    "--population",
    type=click.Choice(["AFR", "AMR", "EAS", "EUR", "SAS", "global"]),
    help="Weigh diplotypes that are open by haplotype frequencies of this population of 1000 "
    "Genomes: an estimate, shown beside the candidates.",
)
@click.option("-q", "--quiet", is_flag=True, help="Do not say on stderr what was read.")
@kb_option
def annotate(
    output: str, file_format: str, tables: tuple[str, ...], *, quiet: bool, **given: Any
) -> None:
    """Annotate the people in VCF or BCF FILES (- for stdin).

    Files with the same samples are one cohort, files with other samples are further people.

    \b
    Examples:
      pgx-ana annotate patient.vcf.gz
      pgx-ana annotate chr*.vcf.gz --table summary -o summary.tsv
      pgx-ana annotate cohort.bcf --table calls --table annotations -o results/
    """
    from pgx_ana.frequencies import frequency_warnings  # noqa: PLC0415  # heavy
    from pgx_ana.pipeline import run  # noqa: PLC0415  # heavy

    names = [TableName(name) for name in dict.fromkeys(tables)]
    _check_output(output, file_format, names)
    _keep_inputs(output, given["files"])
    annotations = run(_request(given), _load(given["directories"]))
    if given["absent_is_reference"]:
        click.echo(_ASSERTED, err=True)
    for warning in frequency_warnings(annotations.calls, annotations.knowledge):
        click.echo(f"WARNING: {warning}", err=True)
    if not quiet:
        _tell(annotations)
    _write(annotations, file_format, names or [TableName.ANNOTATIONS], output)


@main.command("check")
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
def check_files(ctx: click.Context, /, output: str, file_format: str, **given: Any) -> None:
    """Say what FILES can answer, without annotating: assembly, samples, every known site.

    Exit code 0: everything can be answered in everyone; 5: only a part; 3: nothing, or unreadable.
    """
    from pgx_ana.callability import as_json, as_text, as_tsv, callability  # noqa: PLC0415  # heavy
    from pgx_ana.output import write  # noqa: PLC0415  # heavy
    from pgx_ana.pipeline import call_by_gene  # noqa: PLC0415  # heavy

    _keep_inputs(output, given["files"])
    knowledge = _load(given["directories"])
    parts, unreadable = call_by_gene(_request(given), knowledge)
    found = callability(parts, unreadable, knowledge)
    if file_format == "json":
        write([as_json(found)], output)
    else:
        lines = as_tsv(found) if file_format == "tsv" else as_text(found)
        write((f"{line}\n" for line in lines), output)
    ctx.exit(found.extent.value)


def _request(given: dict[str, Any]) -> Request:
    from pgx_ana.model import Assembly, CallOptions  # noqa: PLC0415  # heavy
    from pgx_ana.pipeline import Choice, Request  # noqa: PLC0415  # heavy

    assembly = Assembly(given["assembly"]) if given["assembly"] else None
    samples = _samples(given["samples"], given["samples_file"])
    return Request(
        paths=given["files"],
        choice=Choice(samples=samples, genes=given["genes"], assembly=assembly),
        options=CallOptions(
            min_gq=given["min_gq"],
            min_dp=given["min_dp"],
            min_gp=given["min_gp"],
            include_filtered=given["include_filtered"],
            absent_is_reference=given.get("absent_is_reference", False),
            allow_strand_flip=given["allow_strand_flip"],
        ),
        reference=given["reference"],
        verify=given["verify"],
        population=given.get("population") or "",
    )


def _samples(listed: str, file: Path | None) -> tuple[str, ...]:
    if listed and file:
        raise UsageError("--samples and --samples-file do not go together")
    if file is None:
        if listed and not listed.strip(","):
            raise UsageError("--samples names no sample")
        return tuple(dict.fromkeys(name for name in listed.split(",") if name))
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"--samples-file {file}: cannot be read: {error}") from error
    names = tuple(dict.fromkeys(line.strip() for line in lines if line.strip()))
    if not names:
        raise UsageError(f"--samples-file {file}: names no sample")
    return names


def _check_output(output: str, file_format: str, tables: list[TableName]) -> None:
    if file_format not in _SEPARATORS and tables:
        raise UsageError(f"--format {file_format} holds all tables; leave --table out")
    if len(tables) > 1 and output == "-":
        raise UsageError("several tables need -o with a folder")


def _keep_inputs(output: str, files: tuple[str, ...]) -> None:
    """Refuse to write over a file that is to be read."""
    for file in files:
        if "-" not in {file, output} and os.path.realpath(file) == os.path.realpath(output):
            raise UsageError(f"-o {output}: is one of the files to read")


def _write(annotations: Annotations, file_format: str, names: list[TableName], output: str) -> None:
    from pgx_ana.documents import document_chunks  # noqa: PLC0415  # heavy
    from pgx_ana.output import write, write_folder  # noqa: PLC0415  # heavy
    from pgx_ana.tables import make_table  # noqa: PLC0415  # heavy
    from pgx_ana.text import text_chunks  # noqa: PLC0415  # heavy

    separator = _SEPARATORS.get(file_format)
    if separator is None:
        write(document_chunks(annotations, lines=file_format == "jsonl"), output)
    elif len(names) == 1:
        write(text_chunks(make_table(names[0], annotations), separator), output)
    else:
        files = (
            (f"{name}.{file_format}", text_chunks(make_table(name, annotations), separator))
            for name in names
        )
        write_folder(files, output)


def _tell(annotations: Annotations) -> None:
    for file in annotations.calls.files:
        people = "1 sample" if file.samples == 1 else f"{file.samples} samples"
        remark = f"; {file.remark}" if file.remark else ""
        line = f"{file.name}: {file.assembly} ({file.assembly_source}), {people}{remark}"
        click.echo(line, err=True)
    shared = sum(len(numbers) > 1 for numbers in annotations.calls.sample_files)
    if shared:
        click.echo(f"samples in several files, each taken for one person: {shared}", err=True)


def _load(directories: Iterable[Path], *, cached: bool = True) -> KnowledgeBase:
    from pgx_ana.knowledge import default_directory, load  # noqa: PLC0415  # heavy

    places = [default_directory() if str(place) == "default" else place for place in directories]
    return load(places, cached=cached)


genes_to_list = click.option(
    "-g", "--gene", "genes", multiple=True, help="Gene to list; may be given again."
)
list_format = click.option(
    "-f",
    "--format",
    "file_format",
    type=click.Choice(["tsv", "json"]),
    default="tsv",
    show_default=True,
)


@main.group()
def kb() -> None:
    """Look into the knowledge base."""


@kb.command()
@kb_option
def check(directories: tuple[Path, ...]) -> None:
    """Read everything and say all that is wrong at once."""
    knowledge = _load(directories, cached=False)
    click.echo(
        f"{knowledge.info.name} {knowledge.stamp}: {len(knowledge.definitions)} variants, "
        f"{len(knowledge.evidence)} results from {len(knowledge.publications)} publications, "
        f"{len(knowledge.associations)} associations; no fault"
    )


@kb.command("list")
@genes_to_list
@click.option(
    "--category", "categories", multiple=True, help="Only variants with a conclusion in it."
)
@click.option(
    "--level", "levels", multiple=True, help="Only variants with a conclusion of this level."
)
@click.option("--drug", "drugs", multiple=True, help="Only variants with a result on this drug.")
@list_format
@kb_option
def list_variants(**given: Any) -> None:
    """List the known variants, all or those that fit."""
    from pgx_ana.catalogue import Filter, as_json, as_tsv  # noqa: PLC0415  # heavy

    write_lines = as_json if given["file_format"] == "json" else as_tsv
    wanted = Filter(given["genes"], given["categories"], given["levels"], given["drugs"])
    _print(write_lines(_load(given["directories"]), wanted))


@kb.command("haplotypes")
@genes_to_list
@list_format
@kb_option
def list_haplotypes(
    genes: tuple[str, ...], file_format: str, directories: tuple[Path, ...]
) -> None:
    """List the haplotypes of all sets, with their frequencies in 1000 Genomes where counted."""
    from pgx_ana.roster import as_json, as_tsv  # noqa: PLC0415  # heavy

    write_lines = as_json if file_format == "json" else as_tsv
    _print(write_lines(_load(directories), genes))


@kb.command()
@click.argument("name")
@kb_option
def show(name: str, directories: tuple[Path, ...]) -> None:
    """Show a variant or a set of haplotypes by NAME, with its evidence and conclusions.

    A variant may be named by rsID, merged rsID or legacy name, a set by its name or one of its
    haplotypes (ABCB1 T-T-T).
    """
    from pgx_ana.pages import page  # noqa: PLC0415  # heavy

    _print(page(_load(directories), name))


@kb.command()
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
def diff(old: Path, new: Path) -> None:
    """Say what changed from the knowledge base OLD to NEW ('default' is the shipped one)."""
    from pgx_ana.comparison import compare  # noqa: PLC0415  # heavy

    _print(compare(_load([old]), _load([new])))


@kb.command()
def path() -> None:
    """Print where the knowledge base that is shipped lies."""
    from pgx_ana.knowledge import default_directory  # noqa: PLC0415  # heavy

    click.echo(default_directory())


def _print(lines: Iterator[str]) -> None:
    for line in lines:
        click.echo(line)
