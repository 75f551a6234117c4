"""What opens a writer of each format of this room; its library is loaded only where asked for."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Mapping
from types import MappingProxyType

from pgx_ana.file_formats import FileFormat, Layout
from pgx_ana.output.delimited import DelimitedWriter
from pgx_ana.output.documents import DocumentWriter
from pgx_ana.output.multiqc import SummaryFileWriter, SummaryFolderWriter
from pgx_ana.output.wide import WideWriter
from pgx_ana.output.writer import Job, Writer
from pgx_ana.writing import OutputStream, PageFolder

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


def _phenopacket(stream: OutputStream, job: Job) -> Writer:
    from pgx_ana.output.phenopacket import PhenopacketWriter, creation_time  # noqa: PLC0415  # rare

    del job
    return PhenopacketWriter(stream, creation_time(os.environ))


OUTPUT_WRITERS: Mapping[FileFormat, Callable[[OutputStream, Job], Writer]] = MappingProxyType(
    {
        FileFormat.TSV: _tsv,
        FileFormat.CSV: _csv,
        FileFormat.JSON: _json,
        FileFormat.JSONL: _jsonl,
        FileFormat.PARQUET: _parquet,
        FileFormat.XLSX: _xlsx,
        FileFormat.MULTIQC: _multiqc,
        FileFormat.PHENOPACKET: _phenopacket,
    }
)
"""What writes one file of each format of this room."""

FOLDER_WRITERS: Mapping[FileFormat, Callable[[PageFolder, Job], Writer]] = MappingProxyType(
    {FileFormat.MULTIQC: _multiqc_folder}
)
"""What writes a folder of each format with a file for each person."""
