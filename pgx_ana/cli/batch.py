"""``pgx-ana batch``: many files, read by several processes, in steps that can be repeated."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from pgx_ana.cli.choices import files, words
from pgx_ana.cli.destination import chosen_output
from pgx_ana.cli.options import (
    Choice,
    Command,
    OneOutputCommand,
    PathName,
    annotation_options,
    check_writable,
    kb_option,
    load_knowledge,
    request_from,
    rule_options,
    tables_option,
)
from pgx_ana.cli.streams import Level, LogFormat, chosen_log_format, say
from pgx_ana.errors import UsageError
from pgx_ana.file_formats import FileFormat, Layout, OutputChoice

if TYPE_CHECKING:
    from pgx_ana.batch import BatchFolder, BatchReport, Effort, Plan

SOME_REFUSED = 6
"""Exit code if some files of a batch are refused, and the others annotated."""

_WHOLE = "all"
_MAX_BLOCK_FILES = 128


class _Steps(click.Group):
    """A group whose first word is a step, or else the manifest of the whole batch."""

    command_class = OneOutputCommand

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the step for everything in front of a manifest or option."""
        asks_for_help = args[:1] in ([name] for name in ctx.help_option_names)
        if args and args[0] not in self.commands and not asks_for_help:
            args = [_WHOLE, *args]
        return super().parse_args(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete the steps, and what the whole batch takes: its options, or else a file."""
        if incomplete.startswith("-"):
            return self.commands[_WHOLE].shell_complete(ctx, incomplete)
        steps = super().shell_complete(ctx, incomplete)
        return steps or [CompletionItem(incomplete, type="file")]


@click.group(cls=_Steps)
def batch() -> None:
    """Annotate many files: those of a MANIFEST, into the folder of -o.

    A manifest has one file per line, or is a table with tabs: the column file, and any of sample,
    sex, context, index and group; - is a manifest on stdin. The whole batch is run where no step is
    named; the steps are for clusters and workflows.

    \b
    Examples:
      pgx-ana batch files.txt -o results/ --jobs 8
      pgx-ana batch files.txt -o results/ --jobs 8 --resume
      pgx-ana batch all --help
    """


def _plan_options(command: Command) -> Command:
    """Add what decides the results: the manifest, the folder, and what is done with each file."""
    decorators: tuple[Callable[[Command], Command], ...] = (
        click.argument("manifest", shell_complete=files),
        click.option(
            "-o",
            "--output",
            required=True,
            type=PathName(),
            metavar="DIR",
            help="Folder for the results; it is made if it is missing.",
        ),
        click.option(
            "-f",
            "--format",
            "file_format",
            type=Choice([FileFormat.TSV.value, FileFormat.PARQUET.value]),
            default=FileFormat.TSV.value,
            show_default=True,
            help="Format of the parts.",
        ),
        tables_option,
        rule_options,
        annotation_options,
        click.option(
            "--sample-from-filename",
            is_flag=True,
            help="Call the one sample of each file after the file, where the manifest names none.",
        ),
        click.option(
            "--block-size",
            type=click.IntRange(1),
            metavar="N",
            help="Most files in a block, which is read at once and written as one part.  "
            f"[default: at most {_MAX_BLOCK_FILES}, fewer for few files and for many shards]",
        ),
        click.option(
            "--resume",
            is_flag=True,
            help="Keep finished parts whose files, options, knowledge base and program have not "
            "changed.",
        ),
        click.option("--force", is_flag=True, help="Remove the results of an earlier batch first."),
        kb_option,
    )
    return _decorated(command, decorators)


def _effort_options(command: Command) -> Command:
    """Add what decides how the work is done, and nothing of the results."""
    decorators: tuple[Callable[[Command], Command], ...] = (
        click.option(
            "-j",
            "--jobs",
            type=click.IntRange(1),
            default=1,
            show_default=True,
            help="Number of processes that read files; with --cluster slurm, of jobs.",
        ),
        click.option(
            "--cluster",
            default="",
            metavar="WHERE",
            shell_complete=words("slurm", "local"),
            help="Read files with workers of Dask: those of a scheduler, by its address "
            "(tcp://HOST:PORT); jobs of Slurm (slurm); or processes of this machine (local).",
        ),
        click.option(
            "--timeout",
            type=click.FloatRange(0, min_open=True),
            metavar="SECONDS",
            help="Refuse a file that takes longer than this; not with --cluster.",
        ),
        click.option(
            "-q",
            "--quiet",
            is_flag=True,
            help="Do not print what was done at the end; warnings remain.",
        ),
    )
    return _decorated(command, decorators)


def _max_failures_option(command: Command) -> Command:
    return click.option(
        "--max-failures",
        type=click.IntRange(0),
        metavar="N",
        help="Stop with exit code 6 as soon as more than N files are refused.",
    )(command)


def _decorated(command: Command, decorators: tuple[Callable[[Command], Command], ...]) -> Command:
    for decorator in reversed(decorators):
        command = decorator(command)
    return command


@batch.command(_WHOLE)
@_plan_options
@_effort_options
@_max_failures_option
@click.pass_context
def whole(ctx: click.Context, /, **given: Any) -> None:
    """Do all steps: plan, run and finish; the default.

    The exit code is 6 if some files are refused: status.tsv says which and why.
    """
    from pgx_ana.batch import finish_batch, run_shard

    _check_cluster(given)
    folder, plan = _plan(given, shards=1)
    with _effort(given, len(plan.files)) as effort:
        run_shard(folder, plan, plan.blocks(), effort)
    report = finish_batch(folder, load_knowledge(given["directories"]), _silent(effort))
    ctx.exit(_conclude(report, given["output"], quiet=given["quiet"]))


@batch.command("plan")
@_plan_options
@click.option(
    "-n",
    "--shards",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="Number of shards, each for one pgx-ana batch run.",
)
@click.option("-q", "--quiet", is_flag=True, help="Do not print what is to be run.")
def plan_command(**given: Any) -> None:
    """Look at all files, and divide them into shards.

    Each shard is then run with pgx-ana batch run, on any machine that sees the files and DIR.
    """
    _, plan = _plan(given, shards=given["shards"])
    if not given["quiet"]:
        shards = plan.division.shards
        say(
            f"{_counted(len(plan.files), 'file')} in {_counted(len(plan.blocks()), 'block')}; run "
            f"pgx-ana batch run {given['output']} --shard N for N from 1 to {shards}, then pgx-ana "
            f"batch finish {given['output']}"
        )


@batch.command("run")
@click.argument("directory", type=PathName(), metavar="DIR")
@click.option(
    "--shard",
    type=click.IntRange(1),
    metavar="N",
    help="The shard to run, from 1.  [default: all]",
)
@_effort_options
@_max_failures_option
def run_command(directory: Path, shard: int | None, **given: Any) -> None:
    """Annotate the files of one shard, or of all.

    What is finished is not read again.
    Refused files do not change the exit code: pgx-ana batch finish lists them.
    """
    from pgx_ana.batch import run_shard

    _check_cluster(given)
    folder = _folder(directory)
    plan = folder.read_plan()
    blocks = plan.blocks() if shard is None else plan.shard(shard)
    with _effort(given, sum(block.n_files for block in blocks)) as effort:
        run_shard(folder, plan, blocks, effort)
    if not given["quiet"]:
        say(f"{_counted(len(blocks), 'block')} finished")


@batch.command("finish")
@click.argument("directory", type=PathName(), metavar="DIR")
@_effort_options
@click.pass_context
def finish_command(ctx: click.Context, /, directory: Path, **given: Any) -> None:
    """Check that all shards are finished, and write the reports.

    They are status.tsv, quality.tsv and, with Parquet, the tables that all people share.
    Files with a sample that an earlier file has too are left out of their parts. The exit code is
    6 if some files are refused: status.tsv says which and why.
    """
    from pgx_ana.batch import finish_batch

    _check_cluster(given)
    folder = _folder(directory)
    knowledge = load_knowledge(map(Path, folder.read_plan().settings.directories))
    with _effort(given, 0) as effort:
        report = finish_batch(folder, knowledge, _silent(effort))
    ctx.exit(_conclude(report, directory, quiet=given["quiet"]))


def _folder(directory: Path) -> BatchFolder:
    from pgx_ana.batch import BatchFolder

    return BatchFolder(Path(os.path.abspath(directory)))  # noqa: PTH100  # links stay


def _plan(given: Mapping[str, Any], shards: int) -> tuple[BatchFolder, Plan]:
    """Make the plan that the options describe, and write it to its folder."""
    from pgx_ana.batch import (
        Division,
        Settings,
        make_plan,
        read_manifest,
        start_batch,
    )

    check_writable(str(given["output"]), is_folder=True)
    knowledge = load_knowledge(given["directories"])
    name = given["manifest"]
    rows = read_manifest(name, from_file_name=given["sample_from_filename"])
    whose = {"samples": "", "samples_file": None, "same_person": False, "sample_sheet": ""}
    request = request_from(
        {**given, **whose, "files": (), "sample_from_filename": False}, knowledge
    )
    settings = Settings(
        request=request,
        directories=tuple(map(str, given["directories"])) or ("default",),
        output=_output(given),
    )
    division = Division.of(len(rows), given["block_size"], shards)
    plan = make_plan(rows, name, settings, knowledge, division)
    folder = _folder(given["output"])
    start_batch(plan, folder, resume=given["resume"], force=given["force"])
    return folder, plan


def _output(given: Mapping[str, Any]) -> OutputChoice:
    """Return what is written. Raises :class:`UsageError` if that is not possible."""
    from pgx_ana.batch import part_output
    from pgx_ana.output import require_library

    long = {**given, "layout": Layout.LONG.value, "with_names": False}
    choice = chosen_output(os.curdir, long)
    require_library(choice)
    return part_output(choice.file_format, choice.tables)


def _check_cluster(given: Mapping[str, Any]) -> None:
    """Raise :class:`UsageError` if the cluster that the options name cannot be used."""
    from pgx_ana.batch import check_cluster

    if given["cluster"]:
        if given["timeout"] is not None:
            raise UsageError("--timeout: a cluster cannot end what it has begun; leave it out")
        check_cluster(given["cluster"])


@contextlib.contextmanager
def _effort(given: Mapping[str, Any], n_files: int) -> Iterator[Effort]:
    """Yield how the work is done, with a progress bar if stderr is a terminal and takes text."""
    from tqdm import tqdm

    from pgx_ana.batch import Effort

    takes_bar = chosen_log_format() is LogFormat.TEXT and sys.stderr.isatty()
    is_shown = n_files > 0 and not given["quiet"] and takes_bar
    with tqdm(total=n_files, unit="file", disable=not is_shown, file=sys.stderr) as bar:
        yield Effort(
            jobs=given["jobs"],
            cluster=given["cluster"],
            timeout=given["timeout"],
            max_failures=given.get("max_failures"),
            advance=lambda n_done: _advance(bar, n_done),
            warn=_warn,
        )


def _advance(bar: Any, n_done: int) -> None:
    bar.update(n_done)


def _warn(message: str) -> None:
    from tqdm import tqdm

    with tqdm.external_write_mode(file=sys.stderr):  # the bar is drawn again below the message
        say(message, Level.WARNING)


def _silent(effort: Effort) -> Effort:
    """Return the same effort without progress: some blocks are read again."""
    from pgx_ana.batch import Effort

    return Effort(
        jobs=effort.jobs, cluster=effort.cluster, timeout=effort.timeout, warn=effort.warn
    )


def _conclude(report: BatchReport, directory: Path, *, quiet: bool) -> int:
    """Print the warnings and the last line on stderr, and return the exit code."""
    for warning in report.warnings:
        say(warning, Level.WARNING)
    if not quiet:
        n_ok = report.n_files - report.n_refused
        refused = f", {report.n_refused} refused" if report.n_refused else ""
        say(
            f"{n_ok} of {_counted(report.n_files, 'file')} annotated "
            f"({_counted(report.n_people, 'sample')}){refused}: see {directory / 'status.tsv'}",
            code="batch",
            files=report.n_files,
            refused=report.n_refused,
            samples=report.n_people,
        )
    return SOME_REFUSED if report.n_refused else 0


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
