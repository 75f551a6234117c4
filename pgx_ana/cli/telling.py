"""What a run tells on stderr: the files, what looks wrong, and the number of calls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pgx_ana.cli.streams import say

if TYPE_CHECKING:
    from pgx_ana.quality import CallCounts, RunTally

_ASSERTED_WARNING = (
    "WARNING: --absent-is-reference: sites without a record are treated as reference; "
    "their rows have source 'asserted'"
)


def tell_run(tally: RunTally, given: Mapping[str, Any]) -> CallCounts:
    """Print what a reader of the results must know; where not quiet, the inputs and counts too.

    Returns the number of calls.
    """
    if given["absent_is_reference"]:
        say(_ASSERTED_WARNING)
    for warning in tally.warnings():
        say(f"WARNING: {warning}")
    counts = tally.call_counts()
    if not given["quiet"]:
        _list_inputs(tally)
        say(str(counts))
        return counts
    for file in tally.files:
        if file.remark:
            say(f"WARNING: {file.name}: {file.remark}")
    return counts


def _list_inputs(tally: RunTally) -> None:
    """Print each file with its assembly, how it was detected, and its samples."""
    for file in tally.files:
        people = "1 sample" if file.samples == 1 else f"{file.samples} samples"
        remark = f"; {file.remark}" if file.remark else ""
        say(f"{file.name}: {file.assembly} ({file.assembly_source}), {people}{remark}")
    if tally.in_several_files:
        say(f"samples in several files, each treated as one person: {tally.in_several_files}")
