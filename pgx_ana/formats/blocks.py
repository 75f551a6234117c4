"""Blocks of people into files: the writer of a format, at a destination."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence

from pgx_ana.annotation import Annotations
from pgx_ana.file_formats import OutputChoice
from pgx_ana.formats.registry import WRITERS
from pgx_ana.output import (
    FOLDER_WRITERS,
    InputRows,
    Job,
    Writer,
    check_number,
    require_library,
)
from pgx_ana.writing import output_file, output_folder, output_with_index, page_folder


def write_annotations(
    blocks: Iterable[Annotations],
    choice: OutputChoice,
    destination: str,
    n_people: int,
    rows: InputRows | None = None,
) -> None:
    """Write the people of a run to a file, to stdout for ``-``, or to a folder.

    In a folder are several tables, or a file for each person.

    Every block is written before the next one is asked for, so that memory does not grow with
    their number. There is at least one; ``n_people`` are those of all blocks. ``rows`` are those of
    the input, which VCF and BCF need unless they have all sites. Files appear complete and all
    together, or not at all. Raises :class:`OutputError`, and :class:`UsageError` where a library
    for the format is missing, or where a file for one person is to hold several.
    """
    require_library(choice)
    check_number(choice, destination, n_people)
    open_writer = WRITERS[choice.file_format]
    job = Job(choice, choice.written_tables, n_people, rows)
    if choice.file_names:
        with output_folder(destination, choice.file_names) as streams:
            jobs = (dataclasses.replace(job, tables=(table,)) for table in choice.written_tables)
            pairs = zip(streams, jobs, strict=True)
            _write_blocks(blocks, [open_writer(stream, one) for stream, one in pairs])
    elif choice.is_folder(destination):
        with page_folder(destination) as folder:
            _write_blocks(blocks, [FOLDER_WRITERS[choice.file_format](folder, job)])
    elif choice.with_index:
        ending = choice.facts.index_ending
        with output_with_index(destination, ending) as (stream, index):
            _write_blocks(blocks, [open_writer(stream, dataclasses.replace(job, index=index))])
    else:
        with output_file(destination) as stream:
            _write_blocks(blocks, [open_writer(stream, job)])


def _write_blocks(blocks: Iterable[Annotations], writers: Sequence[Writer]) -> None:
    for block in blocks:
        for writer in writers:
            writer.write(block)
        del block  # before the next one is made, so that there is only one at a time
    for writer in writers:
        writer.close()
