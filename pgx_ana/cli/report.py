"""``pgx-ana report``: results that people read, as text, as a page, or as a folder of pages."""

from __future__ import annotations

import os
import shutil
import stat
import sys
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pgx_ana.cli.choices import files
from pgx_ana.cli.destination import check_destination
from pgx_ana.cli.options import (
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
)
from pgx_ana.cli.provenance import Recorder
from pgx_ana.cli.report_people import FilePeople, People, StoredPeople
from pgx_ana.cli.streams import Level, say
from pgx_ana.errors import UsageError

if TYPE_CHECKING:
    from pgx_ana.knowledge import KnowledgeBase
    from pgx_ana.results import Document

_STDOUT = "-"
_WIDTH = 100
"""Columns of a text that is not for a terminal."""

_MAX_WIDTH = 120
"""Columns beyond which lines are hard to read."""

_WITH_RESULTS = frozenset(
    {
        "files",
        "output",
        "stored",
        "as_text",
        "is_full",
        "suppress_below",
        "without_people",
        "samples",
        "samples_file",
        "directories",
        "provenance",
        "quiet",
    }
)
"""The parameters that go with ``--from``: all others say how files are read."""


class _Kind(StrEnum):
    """What a report is written as."""

    TEXT = "text"
    PAGE = "page"
    FOLDER = "folder"


_KINDS = {".txt": _Kind.TEXT, ".html": _Kind.PAGE, ".htm": _Kind.PAGE}


@click.command(cls=SectionedCommand)
@files_argument(required=False)
@output_option(
    "FILE.html: the page on one person; FILE.txt: text; any other name: a folder with a page on "
    "each person, one on the cohort and an index.  [default: text on stdout]"
)
@click.option(
    "--from",
    "stored",
    multiple=True,
    metavar="RESULTS",
    shell_complete=files,
    help="Results written before, in place of FILES: .json or .jsonl of annotate, or the folder of "
    "Parquet of annotate or batch. Repeatable for documents.",
)
@click.option("--text", "as_text", is_flag=True, help="Write text, whatever -o is called.")
@click.option("--full", "is_full", is_flag=True, help="Text: with every study, site and word.")
@click.option(
    "--suppress-below",
    type=click.IntRange(min=3),
    metavar="N",
    help="Cohort page: hide numbers of people below N, and what would give them away.",
)
@click.option(
    "--no-people", "without_people", is_flag=True, help="Folder: only the cohort page and an index."
)
@call_options
@annotation_options
@provenance_option
@quiet_option
@kb_option
@click.pass_context
def report(ctx: click.Context, /, output: str, **given: Any) -> None:
    """Report what the germline variants of the people in FILES say, for people to read.

    FILES are those of pgx-ana annotate. A page needs nothing else: it can be mailed, printed and
    kept.

    \b
    Examples:
      pgx-ana report patient.vcf.gz
      pgx-ana report patient.vcf.gz -o patient.html
      pgx-ana report patient.vcf.gz --context adjuvant -o patient.html
      pgx-ana report cohort.bcf -o report/
      pgx-ana report --from results/ --no-people --suppress-below 20 -o report/
    """
    kind = _checked_kind(ctx, output, given)
    recorder = _recorder(ctx, output, given, kind)
    knowledge = load_knowledge(given["directories"])
    people = _people(given, knowledge)
    _WRITERS[kind](people, output, given, knowledge)
    people.tell()
    recorder.write(knowledge, [output])


def _recorder(ctx: click.Context, output: str, given: Mapping[str, Any], kind: _Kind) -> Recorder:
    """Return what records the run. Raises :class:`UsageError` for a record among the pages."""
    record = given["provenance"]
    is_within = Path(record).resolve().is_relative_to(Path(output).resolve())
    if record and kind is _Kind.FOLDER and is_within:
        raise UsageError(
            f"--provenance {record}: the folder has pages only; name a file beside {output}"
        )
    return Recorder(ctx, {**given, "files": given["files"] or given["stored"]}, [output])


def _checked_kind(ctx: click.Context, output: str, given: Mapping[str, Any]) -> _Kind:
    """Return what is written. Raises an error if that is not possible, before anything is read."""
    if bool(given["files"]) == bool(given["stored"]):
        raise UsageError(
            "name the FILES to report on, or results that were written before (--from)"
        )
    if given["stored"]:
        _check_only_results(ctx)
    kind = _Kind.TEXT if given["as_text"] else _kind_of(output)
    for name, option in (("suppress_below", "--suppress-below"), ("without_people", "--no-people")):
        if given[name] and kind is not _Kind.FOLDER:
            raise UsageError(f"{option} is for a folder: -o FOLDER")
    if given["is_full"] and kind is not _Kind.TEXT:
        raise UsageError("--full is for text: a page has everything anyway")
    check_destination([output], {**given, "files": given["files"] or given["stored"]})
    check_writable(output, is_folder=kind is _Kind.FOLDER)
    return kind


def _check_only_results(ctx: click.Context) -> None:
    """Raise :class:`UsageError` for options that say how files are read."""
    for parameter in ctx.command.params:
        source = ctx.get_parameter_source(parameter.name or "")
        is_given = source is click.core.ParameterSource.COMMANDLINE
        if is_given and parameter.name not in _WITH_RESULTS:
            raise UsageError(
                f"{parameter.opts[-1]} cannot go with --from: the results were made without it"
            )


def _kind_of(output: str) -> _Kind:
    """Return the kind for a name. Raises :class:`UsageError` for the ending of another format."""
    path = Path(output)
    mode = path.stat().st_mode if path.exists() else 0
    if output == _STDOUT or (mode and not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)):
        return _Kind.TEXT
    ending = path.suffix.casefold()
    if ending in _KINDS and not stat.S_ISDIR(mode):
        return _KINDS[ending]
    if ending and not stat.S_ISDIR(mode) and not output.endswith(os.sep):
        raise UsageError(
            f"-o {output}: a report is a page (.html), text (.txt) or a folder, which has no ending"
        )
    return _Kind.FOLDER


def _people(given: Mapping[str, Any], knowledge: KnowledgeBase) -> People:
    return StoredPeople(given, knowledge) if given["stored"] else FilePeople(given, knowledge)


def _write_text(
    people: People, output: str, given: Mapping[str, Any], knowledge: KnowledgeBase
) -> None:
    from pgx_ana.writing import write

    del knowledge
    write(_text_lines(people.documents(), output, is_full=given["is_full"]), output)


def _text_lines(documents: Iterator[Document], output: str, *, is_full: bool) -> Iterator[bytes]:
    """Yield the texts on people, with a rule between them."""
    from pgx_ana.report import patient_text

    is_terminal = output == _STDOUT and sys.stdout.isatty()
    columns = shutil.get_terminal_size((_WIDTH, 1)).columns if is_terminal else _WIDTH
    width = min(columns, _MAX_WIDTH)
    styled = is_terminal and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
    for number, document in enumerate(documents):
        if number:
            yield b"\n" + "═".encode() * width + b"\n\n"
        for line in patient_text(document, width, styled=styled, detail=is_full):
            yield f"{line}\n".encode()


def _write_page(
    people: People, output: str, given: Mapping[str, Any], knowledge: KnowledgeBase
) -> None:
    from pgx_ana.report import patient_page
    from pgx_ana.writing import write

    del given, knowledge
    number = people.number()
    if number is not None and number > 1:
        raise _only_one(output, f"there are {number:,}")
    documents = people.documents()
    document = next(documents, None)
    if document is None:
        raise UsageError("there is nobody to report on")
    if next(documents, None) is not None:
        raise _only_one(output, "the results have more")
    write([patient_page(document)], output)


def _only_one(output: str, found: str) -> UsageError:
    return UsageError(
        f"-o {output}: a page is on one person, and {found}; choose one with -s, or name a folder"
    )


def _write_folder(
    people: People, output: str, given: Mapping[str, Any], knowledge: KnowledgeBase
) -> None:
    from pgx_ana.report import MAX_PAGES, CohortOptions, ReportedPeople, write_report_folder

    if given["stored"] and (given["samples"] or given["samples_file"]):
        raise UsageError("-s and -S cannot go with --from and a folder: it is on everybody")
    number = people.number()
    is_large = number is not None and number > MAX_PAGES
    if is_large and not given["without_people"]:
        say(f"there are more than {MAX_PAGES:,} people, so that none gets a page", Level.WARNING)
    # Who hides small numbers does not tell single people either.
    without = given["without_people"] or is_large or bool(given["suppress_below"])
    write_report_folder(
        ReportedPeople(
            () if without else people.count(),
            lambda: (people.cohort(unread=without), people.refused),
        ),
        output,
        knowledge,
        CohortOptions(suppress_below=given["suppress_below"] or 0),
    )
    if not given["quiet"]:
        say(f"{Path(output) / 'index.html'}: the first page")


_WRITERS: Mapping[_Kind, Callable[[People, str, Mapping[str, Any], KnowledgeBase], None]] = {
    _Kind.TEXT: _write_text,
    _Kind.PAGE: _write_page,
    _Kind.FOLDER: _write_folder,
}
