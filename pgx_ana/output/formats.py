"""The entry points for writing: choose the module for a format, and the destination."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from pgx_ana.annotation import Annotations
from pgx_ana.file_formats import FileFormat, Layout, OutputChoice
from pgx_ana.output.callability import callability_json, callability_text, callability_tsv
from pgx_ana.output.delimited import DelimitedWriter
from pgx_ana.output.documents import DocumentWriter
from pgx_ana.output.encoding import as_utf8
from pgx_ana.output.files import (
    OutputStream,
    output_file,
    output_folder,
    output_with_index,
    write,
)
from pgx_ana.output.multiqc import SummaryFileWriter, SummaryFolderWriter
from pgx_ana.output.page_files import PageFolder, page_folder
from pgx_ana.output.vcf_rows import RowsWriter
from pgx_ana.output.vcf_sites import SitesWriter
from pgx_ana.output.wide import WideWriter
from pgx_ana.output.writer import InputRows, Job, Writer, check_number, require_library
from pgx_ana.quality import Callability
from pgx_ana.terms import TableName

MAX_NAMED = 20_000
"""People up to whom every table of Parquet has their names; with more, names would fill it."""


def _tsv(stream: OutputStream, job: Job) -> Writer:
    return _text_table(stream, job, "\t")


def _csv(stream: OutputStream, job: Job) -> Writer:
    return _text_table(stream, job, ",")


def _text_table(stream: OutputStream, job: Job, separator: str) -> Writer:
    if job.choice.layout is Layout.WIDE:
        return WideWriter(stream, job.choice.written_tables, separator)
    return DelimitedWriter(stream, job.tables[0], separator)


def _json(stream: OutputStream, job: Job) -> Writer:
    del job
    return DocumentWriter(stream, lines=False)


def _jsonl(stream: OutputStream, job: Job) -> Writer:
    del job
    return DocumentWriter(stream, lines=True)


def _fhir(stream: OutputStream, job: Job) -> Writer:
    from pgx_ana.output.fhir_bundle import BundleWriter  # noqa: PLC0415  # only where asked for

    del job
    return BundleWriter(stream)


def _parquet(stream: OutputStream, job: Job) -> Writer:
    from pgx_ana.output.parquet import parquet_writer  # noqa: PLC0415  # needs pyarrow

    has_names = job.choice.with_names or job.n_people <= MAX_NAMED
    choice = dataclasses.replace(job.choice, with_names=has_names)
    return parquet_writer(stream, job.tables[0], choice)


def _xlsx(stream: OutputStream, job: Job) -> Writer:
    from pgx_ana.output.excel import ExcelWriter  # noqa: PLC0415  # needs xlsxwriter

    return ExcelWriter(stream, job.n_people)


def _multiqc(stream: OutputStream, job: Job) -> Writer:
    del job
    return SummaryFileWriter(stream)


def _multiqc_folder(folder: PageFolder, job: Job) -> Writer:
    del job
    return SummaryFolderWriter(folder)


def _vcf(stream: OutputStream, job: Job) -> Writer:
    if job.choice.all_sites:
        return SitesWriter(stream, job)
    return RowsWriter(stream, job)


def _phenopacket(stream: OutputStream, job: Job) -> Writer:
    from pgx_ana.output.phenopacket import PhenopacketWriter, creation_time  # noqa: PLC0415  # rare

    del job
    return PhenopacketWriter(stream, creation_time(os.environ))


_WRITERS: Mapping[FileFormat, Callable[[OutputStream, Job], Writer]] = MappingProxyType(
    {
        FileFormat.TSV: _tsv,
        FileFormat.CSV: _csv,
        FileFormat.JSON: _json,
        FileFormat.JSONL: _jsonl,
        FileFormat.FHIR: _fhir,
        FileFormat.PARQUET: _parquet,
        FileFormat.XLSX: _xlsx,
        FileFormat.MULTIQC: _multiqc,
        FileFormat.VCF: _vcf,
        FileFormat.BCF: _vcf,
        FileFormat.PHENOPACKET: _phenopacket,
    }
)
"""What writes one file of each format."""

_FOLDER_WRITERS: Mapping[FileFormat, Callable[[PageFolder, Job], Writer]] = MappingProxyType(
    {FileFormat.MULTIQC: _multiqc_folder}
)
"""What writes a folder of each format with a file for each person."""


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
    open_writer = _WRITERS[choice.file_format]
    job = Job(choice, choice.written_tables, n_people, rows)
    if choice.file_names:
        with output_folder(destination, choice.file_names) as streams:
            jobs = (dataclasses.replace(job, tables=(table,)) for table in choice.written_tables)
            pairs = zip(streams, jobs, strict=True)
            _write_blocks(blocks, [open_writer(stream, one) for stream, one in pairs])
    elif choice.is_folder(destination):
        with page_folder(destination) as folder:
            _write_blocks(blocks, [_FOLDER_WRITERS[choice.file_format](folder, job)])
    elif choice.with_index:
        ending = choice.facts.index_ending
        with output_with_index(destination, ending) as (stream, index):
            _write_blocks(blocks, [open_writer(stream, dataclasses.replace(job, index=index))])
    else:
        with output_file(destination) as stream:
            _write_blocks(blocks, [open_writer(stream, job)])


def merge_tables(table: TableName, parts: Iterable[Path], destination: str) -> None:
    """Write one file of a table that people share, from its Parquet files for some of them.

    The file does not depend on how people are divided. Raises :class:`InputError` for a part that
    cannot be read, and :class:`OutputError`.
    """
    require_library(OutputChoice(FileFormat.PARQUET))
    from pgx_ana.output.parquet import merge_shared_tables  # noqa: PLC0415  # needs pyarrow

    with output_file(destination) as stream:
        merge_shared_tables(table, parts, stream)


def _write_blocks(blocks: Iterable[Annotations], writers: Sequence[Writer]) -> None:
    for block in blocks:
        for writer in writers:
            writer.write(block)
        del block  # before the next one is made, so that there is only one at a time
    for writer in writers:
        writer.close()


def write_callability(callability: Callability, file_format: str, destination: str) -> None:
    """Write a callability report as ``text``, ``tsv`` or ``json``. Raises :class:`OutputError`."""
    write(_callability_chunks(callability, file_format), destination)


def _callability_chunks(callability: Callability, file_format: str) -> Iterator[bytes]:
    if file_format == "json":
        yield as_utf8(callability_json(callability))
    else:
        lines = callability_tsv if file_format == "tsv" else callability_text
        yield from (as_utf8(f"{line}\n") for line in lines(callability))
