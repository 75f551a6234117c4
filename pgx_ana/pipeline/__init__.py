"""One run, from paths to the calls and annotations of a cohort: the only room that knows the order.

Takes: a request: the files, whose they are, what to annotate in them, and what counts as a call.
Gives: the calls of all people, or their annotations. All files are looked at before any is read,
    and all unusable ones are reported together.
Never: takes files of two people for files of one because their sample names are the same.
"""

from pgx_ana.pipeline.request import Identity, Request, Selection
from pgx_ana.pipeline.stages import Run, call, call_readable, run

__all__ = [
    "Identity",
    "Request",
    "Run",
    "Selection",
    "call",
    "call_readable",
    "run",
]
