"""Results as tables, documents and summaries.

Takes: annotations, or the callability of files.
Gives: tables as TSV, CSV, Parquet, Excel and data frames, one JSON document per person with what
    was published on its genotypes, phenopackets, summaries for MultiQC, callability reports; the
    column registry describes all tables. What every writer of a format is, also in other rooms.
    The record of a run, where it is asked for.
Never: draws a conclusion, or puts a file in its place by other means than ``writing``.
"""

from pgx_ana.output.callability import write_callability
from pgx_ana.output.columnar import Cells, parts_of
from pgx_ana.output.columns import COLUMNS, PARQUET_COLUMNS
from pgx_ana.output.document_schema import json_schema
from pgx_ana.output.documents import input_facts, json_value, patient_texts
from pgx_ana.output.format_writers import FOLDER_WRITERS, OUTPUT_WRITERS
from pgx_ana.output.frames import to_frame
from pgx_ana.output.listing import Listing, candidate_listing, status_listing
from pgx_ana.output.literature import marker_facts, publication_facts
from pgx_ana.output.phase_blocks import PhaseBlock
from pgx_ana.output.provenance import METADATA_KEY, SCHEMA_VERSION, STAMPS, run_facts, time_set
from pgx_ana.output.rendering import ByteStream, sample_batches
from pgx_ana.output.run_crate import RunRecord, crate_metadata, data_file
from pgx_ana.output.shared_tables import merge_tables
from pgx_ana.output.tables import CandidateTexts, Table, make_table
from pgx_ana.output.writer import (
    InputRow,
    InputRows,
    Job,
    Writer,
    check_number,
    require_library,
)

__all__ = [
    "COLUMNS",
    "FOLDER_WRITERS",
    "METADATA_KEY",
    "OUTPUT_WRITERS",
    "PARQUET_COLUMNS",
    "SCHEMA_VERSION",
    "STAMPS",
    "ByteStream",
    "CandidateTexts",
    "Cells",
    "InputRow",
    "InputRows",
    "Job",
    "Listing",
    "PhaseBlock",
    "RunRecord",
    "Table",
    "Writer",
    "candidate_listing",
    "check_number",
    "crate_metadata",
    "data_file",
    "input_facts",
    "json_schema",
    "json_value",
    "make_table",
    "marker_facts",
    "merge_tables",
    "parts_of",
    "patient_texts",
    "publication_facts",
    "require_library",
    "run_facts",
    "sample_batches",
    "status_listing",
    "time_set",
    "to_frame",
    "write_callability",
]
