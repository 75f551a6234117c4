"""Options that several commands share, and the request that they describe."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from pgx_ana.errors import OutputError, UsageError
from pgx_ana.terms import Assembly, FileFormat, TableName

if TYPE_CHECKING:
    from pgx_ana.knowledge import KnowledgeBase
    from pgx_ana.pipeline import Request

NOT_ALL_CALLED = 5
"""Exit code if fewer genotypes are called than the user requires."""

Command = TypeVar("Command", bound=Callable[..., Any])


def kb_option(command: Command) -> Command:
    """Add the repeatable option ``--kb``."""
    return click.option(
        "--kb",
        "directories",
        multiple=True,
        type=click.Path(path_type=Path),
        help="Directory of a knowledge base; repeatable: entries of a later one replace those of "
        "an earlier one by id. 'default' is the shipped one.",
    )(command)


def call_options(command: Command) -> Command:
    """Add the options of all commands that call genotypes."""
    for option in reversed(_CALL_OPTIONS):
        command = option(command)
    return command


def _not_negative(ctx: click.Context, parameter: click.Parameter, value: float) -> float:
    if not value >= 0:  # rejects NaN too, which would filter nothing
        raise click.BadParameter("must be a number that is not negative", ctx, parameter)
    return value


_CALL_OPTIONS = (
    click.option("-s", "--samples", default="", help="Samples to include, separated by commas."),
    click.option(
        "-S",
        "--samples-file",
        type=click.Path(path_type=Path),
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
        help="Table with the columns file and sample that names the one sample of each file; files "
        "with the same sample are files of one person.",
    ),
    click.option("-g", "--gene", "genes", multiple=True, help="Gene to include; repeatable."),
    click.option(
        "--assembly",
        type=click.Choice([assembly.value for assembly in Assembly]),
        help="Assembly, if it cannot be detected from the file.",
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
        help="Minimum probability of an imputed genotype (GP, HDS or DS).",
    ),
    click.option("--include-filtered", is_flag=True, help="Use calls whose FILTER is not PASS."),
    click.option(
        "--allow-strand-flip",
        is_flag=True,
        help="Use alleles that match only on the other strand; such calls have source "
        "other_strand.",
    ),
    click.option(
        "--reference",
        default="",
        metavar="FASTA",
        help="Check REF against this genome, which must have an index (.fai).",
    ),
    click.option(
        "--verify", is_flag=True, help="Read files completely, not only at the known sites."
    ),
)


def request_from(given: Mapping[str, Any]) -> Request:
    """Return the request that the options of a command describe."""
    from pgx_ana.model import CallOptions
    from pgx_ana.pipeline import Identity, Request, Selection
    from pgx_ana.terms import Assembly

    assembly = Assembly(given["assembly"]) if given["assembly"] else None
    samples = _selected_samples(given["samples"], given["samples_file"])
    return Request(
        paths=given["files"],
        selection=Selection(samples=samples, genes=given["genes"], assembly=assembly),
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
        identity=Identity(
            same_person=given["same_person"],
            from_file_name=given["sample_from_filename"],
            sample_sheet=given["sample_sheet"],
        ),
    )


def _selected_samples(listed: str, file: Path | None) -> tuple[str, ...]:
    """Return the samples of ``--samples`` or ``--samples-file``, each once; empty for neither."""
    if listed and file:
        raise UsageError("--samples and --samples-file cannot be combined")
    if file is None:
        if listed and not listed.strip(","):
            raise UsageError("--samples lists no sample")
        return tuple(dict.fromkeys(name for name in listed.split(",") if name))
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"--samples-file {file}: cannot be read: {error}") from error
    names = tuple(dict.fromkeys(line.strip() for line in lines if line.strip()))
    if not names:
        raise UsageError(f"--samples-file {file}: lists no sample")
    return names


def check_destination(
    output: str,
    files: Sequence[str],
    file_format: FileFormat = FileFormat.TSV,
    tables: Sequence[TableName] = (),
) -> None:
    """Raise :class:`UsageError` if a destination does not suit the tables, or is an input file."""
    if tables and file_format not in {FileFormat.TSV, FileFormat.CSV}:
        raise UsageError(f"--format {file_format} contains all tables; omit --table")
    if len(tables) > 1 and output == "-":
        raise UsageError("several tables need a folder: give one with -o")
    for file in files:
        if "-" not in {file, output} and os.path.realpath(file) == os.path.realpath(output):
            raise UsageError(f"-o {output}: is an input file; give another name")


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
    from pgx_ana.knowledge import default_directory, load

    paths = [default_directory() if str(path) == "default" else path for path in directories]
    return load(paths, cached=cached)
