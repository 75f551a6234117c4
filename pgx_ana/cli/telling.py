"""What a run tells on stderr: the files, what looks wrong, and the number of calls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pgx_ana.cli.streams import Level, say
from pgx_ana.printable import printable

if TYPE_CHECKING:
    from pgx_ana.model import InputFile
    from pgx_ana.quality import CallCounts, RunTally

_ASSERTED_WARNING = (
    "--absent-is-reference: sites without a record are treated as reference; "
    "their rows have source 'asserted'"
)


def tell_run(tally: RunTally, given: Mapping[str, Any]) -> CallCounts:
    """Print what a reader of the results must know; where not quiet, the inputs and counts too.

    Returns the number of calls.
    """
    if given["absent_is_reference"]:
        say(_ASSERTED_WARNING, Level.WARNING, code="absent_is_reference")
    for warning in tally.warnings():
        say(warning, Level.WARNING, code="allele_frequencies")
    counts = tally.call_counts()
    if not given["quiet"]:
        _list_inputs(tally)
        say(
            str(counts),
            code="calls",
            samples=counts.samples,
            variants=counts.variants,
            called_variants=counts.called_variants,
            states=dict(counts.states),
        )
        return counts
    for file in tally.files:
        if file.remark:
            say(f"{file.name}: {file.remark}", Level.WARNING, code="input_file", **_facts(file))
    return counts


def _list_inputs(tally: RunTally) -> None:
    """Print each file with its assembly, how it was detected, and its samples."""
    for file in tally.files:
        people = "1 sample" if file.samples == 1 else f"{file.samples} samples"
        remark = f"; {file.remark}" if file.remark else ""
        say(
            f"{file.name}: {file.assembly} ({file.assembly_source}), {people}{remark}",
            code="input_file",
            **_facts(file),
        )
    if tally.in_several_files:
        say(
            f"samples in several files, each treated as one person: {tally.in_several_files}",
            code="samples_in_several_files",
            samples=tally.in_several_files,
        )


def _facts(file: InputFile) -> dict[str, Any]:
    """Return what the message on a file says, for programs."""
    return {
        "file": printable(file.name),
        "assembly": file.assembly,
        "assembly_source": file.assembly_source,
        "samples": file.samples,
        "remark": printable(file.remark) or None,
    }
