"""One run, from paths to the calls and annotations of a cohort: the only room that knows the order.

Takes: a request: the files, whose they are, what to annotate in them, and what counts as a call.
Gives: the calls of all people, or their annotations. All files are looked at before any is read,
    and all unusable ones are reported together.
Never: takes files of two people for files of one because their sample names are the same.
"""

from pgx_ana.pipeline.circumstances import stated_circumstances
from pgx_ana.pipeline.faults import FileFaultsError
from pgx_ana.pipeline.request import Identity, Request, Selection
from pgx_ana.pipeline.sample_sheet import (
    SheetRow,
    name_from_path,
    read_sheet_text,
    sheet_lines,
    sheet_rows,
)
from pgx_ana.pipeline.stages import AS_OTHER_FILES, Run, call, call_readable, run

__all__ = [
    "AS_OTHER_FILES",
    "FileFaultsError",
    "Identity",
    "Request",
    "Run",
    "Selection",
    "SheetRow",
    "call",
    "call_readable",
    "name_from_path",
    "read_sheet_text",
    "run",
    "sheet_lines",
    "sheet_rows",
    "stated_circumstances",
]
