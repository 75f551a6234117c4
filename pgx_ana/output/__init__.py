"""Results in every format. A file is written completely or not at all.

Takes: annotations, or the callability of files.
Gives: tables as TSV, CSV, Parquet and data frames, one JSON document per person with what was
    published on its genotypes, callability reports; the column registry describes all tables.
    Blocks of people are written one by one. The record of a run, where it is asked for.
Never: draws a conclusion, or leaves an incomplete file behind.
"""

from pgx_ana.output.columnar import Cells, parts_of
from pgx_ana.output.columns import COLUMNS, PARQUET_COLUMNS
from pgx_ana.output.document_schema import json_schema
from pgx_ana.output.documents import json_value, patient_texts
from pgx_ana.output.file_names import FileNames
from pgx_ana.output.files import write
from pgx_ana.output.formats import (
    merge_tables,
    write_annotations,
    write_callability,
)
from pgx_ana.output.frames import to_frame
from pgx_ana.output.literature import marker_facts, publication_facts
from pgx_ana.output.page_files import PageFolder, page_folder
from pgx_ana.output.phase_blocks import PhaseBlock
from pgx_ana.output.provenance import METADATA_KEY, SCHEMA_VERSION, STAMPS, time_set
from pgx_ana.output.run_crate import DataFile, RunRecord, crate_metadata, data_file
from pgx_ana.output.tables import Table, make_table
from pgx_ana.output.writer import require_library

__all__ = [
    "COLUMNS",
    "METADATA_KEY",
    "PARQUET_COLUMNS",
    "SCHEMA_VERSION",
    "STAMPS",
    "Cells",
    "DataFile",
    "FileNames",
    "PageFolder",
    "PhaseBlock",
    "RunRecord",
    "Table",
    "crate_metadata",
    "data_file",
    "json_schema",
    "json_value",
    "make_table",
    "marker_facts",
    "merge_tables",
    "page_folder",
    "parts_of",
    "patient_texts",
    "publication_facts",
    "require_library",
    "time_set",
    "to_frame",
    "write",
    "write_annotations",
    "write_callability",
]
