"""Options that several commands share, and the requests that they make."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from pgx_ana.errors import UsageError
from pgx_ana.terms import Assembly, FileFormat, TableName

if TYPE_CHECKING:
    from pgx_ana.knowledge import KnowledgeBase
    from pgx_ana.pipeline import Request

Command = TypeVar("Command", bound=Callable[..., Any])


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
        type=click.Choice([assembly.value for assembly in Assembly]),
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


def request_from(given: Mapping[str, Any]) -> Request:
    """Return the run that the options of a command ask for."""
    from pgx_ana.model import CallOptions
    from pgx_ana.pipeline import Request, Selection
    from pgx_ana.terms import Assembly

    assembly = Assembly(given["assembly"]) if given["assembly"] else None
    samples = _chosen_samples(given["samples"], given["samples_file"])
    return Request(
        paths=given["files"],
        choice=Selection(samples=samples, genes=given["genes"], assembly=assembly),
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


def _chosen_samples(listed: str, file: Path | None) -> tuple[str, ...]:
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


def check_destination(
    output: str,
    files: Sequence[str],
    file_format: FileFormat = FileFormat.TSV,
    tables: Sequence[TableName] = (),
) -> None:
    """Raise :class:`UsageError` for a destination that cannot hold the results, or is an input."""
    if tables and file_format not in {FileFormat.TSV, FileFormat.CSV}:
        raise UsageError(f"--format {file_format} holds all tables; leave --table out")
    if len(tables) > 1 and output == "-":
        raise UsageError("several tables need -o with a folder")
    for file in files:
        if "-" not in {file, output} and os.path.realpath(file) == os.path.realpath(output):
            raise UsageError(f"-o {output}: is one of the files to read")


def load_knowledge(directories: Iterable[Path], *, cached: bool = True) -> KnowledgeBase:
    """Return the knowledge base of ``--kb``: the shipped one where none was named."""
    from pgx_ana.knowledge import default_directory, load

    places = [default_directory() if str(place) == "default" else place for place in directories]
    return load(places, cached=cached)
