"""Options that several commands share, and the request that they describe."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from pgx_ana.cli.choices import (
    contexts,
    files,
    genes,
    knowledge_folders,
    named,
    samples,
    words,
)
from pgx_ana.errors import OutputError, UsageError
from pgx_ana.names import did_you_mean, known_name, listed_names
from pgx_ana.reading import read_small
from pgx_ana.terms import GLOBAL, POPULATIONS, TEXT_TABLES, Assembly, TableName

if TYPE_CHECKING:
    from pgx_ana.knowledge import KnowledgeBase
    from pgx_ana.pipeline import Request

NOT_ALL_CALLED = 5
"""Exit code if fewer genotypes are called than the user requires."""

Command = TypeVar("Command", bound=Callable[..., Any])

_MAX_SAMPLES_BYTES = 256_000_000
"""Size of a list of samples; that of half a million people has some 10 MB."""

ALL_TABLES = "all"


_HEADINGS = {
    "output": "Output",
    "samples": "People",
    "genes": "Genotypes",
    "absent_is_reference": "Conclusions",
    "fail_on": "Run",
    "provenance": "Run",
    "quiet": "Run",
}
"""The headings of the help, by the parameter at which they begin."""

_ONE_PLACE = ("--output", "--provenance")
"""Options that name what is written. Of other options that are given twice, the last counts."""


class OneOutputCommand(click.Command):
    """A command that writes one output, and refuses several."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the command line; refuse several outputs, of which only the last would be written.

        Raises :class:`click.UsageError`.
        """
        if not ctx.resilient_parsing:
            _, _, given = self.make_parser(ctx).parse_args(list(args))
            for parameter in given:
                option = max(parameter.opts, key=len)
                if option in _ONE_PLACE and given.count(parameter) > 1:
                    message = f"{option} is given twice, and names one file or folder."
                    raise click.UsageError(message, ctx)
        return super().parse_args(ctx, args)


class SectionedCommand(OneOutputCommand):
    """A command with so many options that its help has them under headings."""

    def sections(self, ctx: click.Context) -> dict[str, list[click.Option]]:
        """Return the options in their order, each under the heading that begins at or before it."""
        sections: dict[str, list[click.Option]] = {}
        heading = _HEADINGS["output"]
        for parameter in self.get_params(ctx):
            heading = _HEADINGS.get(parameter.name or "", heading)
            if isinstance(parameter, click.Option) and not parameter.hidden:
                sections.setdefault(heading, []).append(parameter)
        return sections

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options under their headings."""
        for title, options in self.sections(ctx).items():
            records = (option.get_help_record(ctx) for option in options)
            with formatter.section(title):
                formatter.write_dl([record for record in records if record is not None])


class Choice(click.Choice[str]):
    """One of several words; a mistyped one gets a suggestion."""

    def get_invalid_choice_message(self, value: Any, ctx: click.Context | None) -> str:
        """Return the message for an unknown word."""
        message = super().get_invalid_choice_message(value, ctx).removesuffix(".")
        return f"{message}{did_you_mean(str(value), tuple(map(str, self.choices)))}"


class PathName(click.Path):
    """A path; the empty text, which :class:`Path` takes for the working directory, is none."""

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Return the path."""
        if value == "":
            self.fail("a name is needed, not an empty text.", param, ctx)
        return Path(os.fsdecode(super().convert(value, param, ctx)))


def output_option(help_text: str) -> Callable[[Command], Command]:
    """Return a decorator that adds ``-o``."""
    return click.option(
        "-o",
        "--output",
        default="-",
        callback=_not_empty,
        shell_complete=files,
        help=help_text,
    )


def files_argument(*, required: bool = True) -> Callable[[Command], Command]:
    """Return a decorator that adds FILES."""
    return click.argument(
        "files", nargs=-1, required=required, callback=_none_empty, shell_complete=files
    )


def genes_option(help_text: str) -> Callable[[Command], Command]:
    """Return a decorator that adds ``--gene``."""
    return click.option(
        "-g",
        "--gene",
        "genes",
        multiple=True,
        shell_complete=named(genes, listed=True),
        help=help_text,
    )


def assembly_option(help_text: str) -> Callable[[Command], Command]:
    """Return a decorator that adds ``--assembly``."""
    return click.option("--assembly", shell_complete=words(*Assembly), help=help_text)


def _not_empty(ctx: click.Context, parameter: click.Parameter, value: str) -> str:
    if not value:
        raise click.BadParameter("a name is needed, not an empty text.", ctx, parameter)
    return value


def _none_empty(
    ctx: click.Context, parameter: click.Parameter, given: tuple[str, ...]
) -> tuple[str, ...]:
    """Return names; an empty one, as of a variable that is not set, would be the folder."""
    for value in given:
        _not_empty(ctx, parameter, value)
    return given


def table_names(
    ctx: click.Context, parameter: click.Parameter, given: tuple[str, ...]
) -> tuple[str, ...]:
    """Return the tables of ``--table``, each once; or :data:`ALL_TABLES`, if that is among them."""
    known = [*TableName, ALL_TABLES]
    if given and not listed_names(given):
        raise click.BadParameter("lists no table", ctx, parameter)
    tables: dict[str, None] = {}
    for name in listed_names(given):
        table = known_name(name, known)
        if table is None:
            words = ", ".join(known)
            message = f"{name!r} is not one of {words}{did_you_mean(name, known)}"
            raise click.BadParameter(message, ctx, parameter)
        tables[table] = None
    return (ALL_TABLES,) if ALL_TABLES in tables else tuple(tables)


def kb_option(command: Command) -> Command:
    """Add the repeatable option ``--kb``."""
    return click.option(
        "--kb",
        "directories",
        multiple=True,
        type=PathName(),
        shell_complete=knowledge_folders,
        help="Directory of a knowledge base; repeatable: entries of a later one replace those of "
        "an earlier one by id. 'default' is the shipped one.",
    )(command)


def quiet_option(command: Command) -> Command:
    """Add ``--quiet`` to a command that tells of its run with :func:`telling.tell_run`."""
    return click.option(
        "-q",
        "--quiet",
        is_flag=True,
        help="Do not list the input files and the number of calls on stderr; warnings remain.",
    )(command)


def provenance_option(command: Command) -> Command:
    """Add ``--provenance`` to a command that makes a :class:`provenance.Recorder`."""
    return click.option(
        "--provenance",
        default="",
        metavar="FILE",
        shell_complete=files,
        help="Also write a record of the run, with times and the digests of all files read and "
        "written: RO-Crate metadata, if it is called ro-crate-metadata.json beside the results.",
    )(command)


def call_options(command: Command) -> Command:
    """Add the options of all commands that call genotypes in the files of one run."""
    return _with_options(command, (*_PEOPLE_OPTIONS, *_RULE_OPTIONS))


def rule_options(command: Command) -> Command:
    """Add the options that say what counts as a call, and of which genes; not of whom."""
    return _with_options(command, _RULE_OPTIONS)


def annotation_options(command: Command) -> Command:
    """Add the options of commands that annotate, beside those of commands that call genotypes."""
    return _with_options(command, _ANNOTATION_OPTIONS)


def tables_option(command: Command) -> Command:
    """Add ``--table``."""
    return click.option(
        "-t",
        "--table",
        "tables",
        multiple=True,
        callback=table_names,
        shell_complete=words(*TableName, ALL_TABLES, listed=True),
        help=f"Tables of TSV, CSV and Parquet to write, separated by commas: "
        f"{', '.join(TEXT_TABLES)}, or all; Parquet also has samples, variants and conclusions.  "
        "[default: annotations; in Parquet, all others; with --layout wide, calls]",
    )(command)


def vcf_options(command: Command) -> Command:
    """Add the options of annotated VCF and BCF."""
    return _with_options(command, _VCF_OPTIONS)


def _with_options(
    command: Command, options: Sequence[Callable[[Callable[..., Any]], Callable[..., Any]]]
) -> Command:
    for option in reversed(options):
        command = option(command)
    return command


def _not_negative(ctx: click.Context, parameter: click.Parameter, value: float) -> float:
    if not value >= 0:  # rejects NaN too, which would filter nothing
        raise click.BadParameter("must be a number that is not negative", ctx, parameter)
    return value


_PEOPLE_OPTIONS = (
    click.option(
        "-s",
        "--samples",
        default="",
        shell_complete=samples,
        help="Samples to include, separated by commas.",
    ),
    click.option(
        "-S",
        "--samples-file",
        type=PathName(),
        help="File with the samples to include, one per line.",
    ),
    click.option(
        "--same-person",
        is_flag=True,
        help="Files that name the same sample are files of one person, whatever they cover.",
    ),
    click.option(
        "--sample-from-filename",
        is_flag=True,
        help="Call the one sample of each file after the file: NA12717.vcf.gz is NA12717.",
    ),
    click.option(
        "--sample-sheet",
        default="",
        metavar="TSV",
        shell_complete=files,
        help="Table with the columns file and sample that names the one sample of each file; files "
        "with the same sample are files of one person. It may have the columns sex and context, "
        "and index for an index that is not beside its file.",
    ),
)

_RULE_OPTIONS = (
    genes_option("Genes to include, separated by commas."),
    assembly_option(
        "Assembly, if it cannot be detected from the file: GRCh37, GRCh38 or another name of one "
        "of them, such as hg38."
    ),
    click.option(
        "--min-gq",
        default=10.0,
        callback=_not_negative,
        show_default=True,
        help="Minimum genotype quality of a call.",
    ),
    click.option(
        "--min-dp",
        default=1.0,
        callback=_not_negative,
        show_default=True,
        help="Minimum read depth of a call.",
    ),
    click.option(
        "--min-gp",
        default=0.9,
        type=click.FloatRange(0, 1),
        show_default=True,
        help="Minimum probability of a genotype: GP, HDS, DS, HipSTR's Q, dosages of PGEN, "
        "probabilities of BGEN.",
    ),
    click.option(
        "--min-phase-probability",
        default=0.9,
        type=click.FloatRange(0, 1),
        show_default=True,
        help="Minimum probability of a phase (PP, PQ or PSQ); 0 takes phase as written.",
    ),
    click.option(
        "--include-filtered", is_flag=True, help="Use calls whose FILTER or FT is not PASS."
    ),
    click.option(
        "--allow-strand-flip",
        is_flag=True,
        help="Use alleles that match only on the other strand; such calls have source "
        "other_strand.",
    ),
    click.option(
        "--assume-ref-order",
        is_flag=True,
        help="PLINK bed, BGEN, provisional PGEN: where the known sequence fits several alleles, as "
        "at repeats, REF is at the place that it has at all other known sites of the file.",
    ),
    click.option(
        "--reference",
        default="",
        metavar="FASTA",
        shell_complete=files,
        help="Check REF against this genome, which must have an index (.fai).",
    ),
    click.option(
        "--verify", is_flag=True, help="Read files completely, not only at the known sites."
    ),
    click.option(
        "--assume-sorted",
        is_flag=True,
        help="Read large .vcf.gz files without an index near the known sites only: their rows must "
        "be sorted.",
    ),
)

_ANNOTATION_OPTIONS = (
    click.option(
        "--absent-is-reference",
        is_flag=True,
        help="DANGEROUS: treat sites without any record as reference; their rows have source "
        "asserted.",
    ),
    click.option(
        "--population",
        type=Choice([*POPULATIONS, GLOBAL]),
        help="Estimate probabilities of ambiguous diplotypes from haplotype frequencies of this "
        "1000 Genomes population; shown in addition to the candidates.",
    ),
    click.option(
        "--sex",
        type=Choice(["female", "male"]),
        help="The sex of the people for whom the sample sheet states none.",
    ),
    click.option(
        "--context",
        metavar="NAME",
        shell_complete=named(contexts),
        help="The use of the drug, such as adjuvant or men_testosterone (pgx-ana kb list "
        "--context): shows which evidence comes from it, its label status and what is usually "
        "monitored.",
    ),
)


_VCF_OPTIONS = (
    click.option(
        "-O",
        "--output-type",
        type=Choice(["v", "z", "b"]),
        help="VCF on stdout, as in bcftools: v plain, z compressed, b BCF.",
    ),
    click.option(
        "--all-sites",
        is_flag=True,
        help="VCF and BCF: a row for each known site with the calls as they were made, not the "
        "rows of the input.",
    ),
    click.option(
        "--write-index",
        "with_index",
        is_flag=True,
        help="Write an index beside a .vcf.gz file (.tbi) or a .bcf file (.csi).",
    ),
)


def request_from(given: Mapping[str, Any], knowledge: KnowledgeBase) -> Request:
    """Return the request that the options of a command describe."""
    from pgx_ana.model import CallOptions
    from pgx_ana.pipeline import Identity, Request, Selection

    return Request(
        paths=given["files"],
        selection=Selection(
            samples=selected_samples(given["samples"], given["samples_file"]),
            genes=knowledge.genes_named(given["genes"]),
            assembly=knowledge.assembly_named(given["assembly"]) if given["assembly"] else None,
        ),
        options=CallOptions(
            min_gq=given["min_gq"],
            min_dp=given["min_dp"],
            min_gp=given["min_gp"],
            min_phase_probability=given["min_phase_probability"],
            include_filtered=given["include_filtered"],
            absent_is_reference=given.get("absent_is_reference", False),
            allow_strand_flip=given["allow_strand_flip"],
            assume_ref_order=given["assume_ref_order"],
        ),
        reference=given["reference"],
        verify=given["verify"],
        assume_sorted=given["assume_sorted"],
        population=given.get("population") or "",
        identity=Identity(
            same_person=given["same_person"],
            from_file_name=given["sample_from_filename"],
            sample_sheet=given["sample_sheet"],
        ),
        sex=given.get("sex"),
        context=given.get("context"),
    )


def selected_samples(listed: str, file: Path | None) -> tuple[str, ...]:
    """Return the samples of ``--samples`` or ``--samples-file``, each once; empty for neither."""
    if listed and file:
        raise UsageError("--samples and --samples-file cannot be combined")
    if file is None:
        if listed and not listed.strip(","):
            raise UsageError("--samples lists no sample")
        return tuple(dict.fromkeys(_as_utf8(name) for name in listed.split(",") if name))
    try:
        content = read_small(file, _MAX_SAMPLES_BYTES, accept_pipes=True)
        lines = content.decode("utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise UsageError(f"--samples-file {file}: is not text in UTF-8") from error
    except OSError as error:
        raise UsageError(f"--samples-file {file}: cannot be read: {error}") from error
    names = tuple(dict.fromkeys(line.strip() for line in lines if line.strip()))
    if not names:
        raise UsageError(f"--samples-file {file}: lists no sample")
    return names


def _as_utf8(argument: str) -> str:
    """Return an argument as it was typed: in an ASCII locale, Python does not decode it."""
    return argument.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def check_writable(output: str, *, is_folder: bool) -> None:
    """Raise :class:`OutputError` if results cannot be written: before any input is read.

    The folder of an output file must exist. An output folder is made when it is written.
    """
    path = Path(output)
    if output == "-":
        return
    try:
        problem = _folder_problem(path) if is_folder else _file_problem(path)
    except (OSError, ValueError) as error:
        problem = f"cannot be written: {getattr(error, 'strerror', None) or error}"
    if problem:
        raise OutputError(f"{path}: {problem}")


def _file_problem(path: Path) -> str:
    """Say why a file cannot be written; nothing where it can."""
    target = path.resolve()  # a symbolic link stays: its target is replaced
    if target.is_dir():
        return "is a directory; name a file"
    if not target.parent.is_dir():
        return f"cannot be written: there is no folder {path.parent}; make it first"
    replaced = target.parent if target.is_file() or not target.exists() else target
    return "" if os.access(replaced, os.W_OK) else "cannot be written: Permission denied"


def _folder_problem(path: Path) -> str:
    """Say why a folder cannot be made or written to; nothing where it can."""
    existing = next(folder for folder in (path, *path.parents) if folder.exists())
    if not existing.is_dir():
        return f"cannot create the folder: {existing} is not a folder"
    writable = os.access(existing, os.W_OK | os.X_OK)
    return "" if writable else "cannot be written: Permission denied"


def load_knowledge(directories: Iterable[Path], *, cached: bool = True) -> KnowledgeBase:
    """Return the knowledge base of ``--kb``, the shipped one if there is no ``--kb``."""
    from pgx_ana.knowledge import load

    return load(knowledge_directories(directories), cached=cached)


def knowledge_directories(directories: Iterable[Path]) -> list[Path]:
    """Return the directories of ``--kb``, that of the shipped knowledge base for ``default``."""
    from pgx_ana.knowledge import default_directory

    given = list(directories) or [Path("default")]
    return [default_directory() if str(path) == "default" else path for path in given]
