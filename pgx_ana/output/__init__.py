"""Results in every format, written whole or not at all.

Takes: annotations, or what files can answer.
Gives: tables as TSV, CSV and data frames, one JSON document for each person, reports of
    callability; the registry of columns describes all of them.
Never: decides what is concluded, or leaves half a file behind.
"""

from pgx_ana.output.documents import patient_texts
from pgx_ana.output.formats import write_annotations, write_callability
from pgx_ana.output.frames import to_frame
from pgx_ana.output.tables import Table, make_table

__all__ = [
    "Table",
    "make_table",
    "patient_texts",
    "to_frame",
    "write_annotations",
    "write_callability",
]
