"""Results that this program wrote earlier, read back: patient documents, and people as in a run.

Takes: files of patient documents, or a folder of Parquet of ``annotate`` or ``batch``.
Gives: the documents, each checked against its schema; and all people block by block, annotated anew
    from the stored calls.
Never: takes the results of another knowledge base or version for its own, or gives annotations that
    differ from those that are stored.
"""

from pgx_ana.results.document_check import Document
from pgx_ana.results.document_files import documents_in
from pgx_ana.results.folder import RefusedFile
from pgx_ana.results.opening import Results, open_results
from pgx_ana.results.stored_run import PEOPLE_IN_BLOCK, StoredRun

__all__ = [
    "PEOPLE_IN_BLOCK",
    "Document",
    "RefusedFile",
    "Results",
    "StoredRun",
    "documents_in",
    "open_results",
]
