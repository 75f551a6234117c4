"""The controlled vocabulary of inputs and results: assemblies, call statuses, tables, populations.

This module imports nothing heavy, so that the command line can list its choices without loading the
rest of the package.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

POPULATIONS = ("AFR", "AMR", "EAS", "EUR", "SAS")
"""Superpopulations of the 1000 Genomes Project."""

GLOBAL = "global"
"""All superpopulations together."""

FIXED_SENTENCE = (
    "For research use. No guideline links any germline variant to the use of {drug}, and nothing "
    "here is treatment advice."
)
"""Stands in front of whatever people read about a person; ``drug`` is to be filled in."""


class Assembly(StrEnum):
    """A human reference assembly."""

    GRCH37 = "GRCh37"
    GRCH38 = "GRCh38"


class CallStatus(StrEnum):
    """What is known about one variant in one sample."""

    CALLED = "called"
    PARTIAL = "partial"
    NO_CALL = "no_call"
    FILTERED = "filtered"
    ABSENT = "absent"
    UNKNOWN_ALLELE = "unknown_allele"
    MISMATCH = "mismatch"
    NOT_ASSESSABLE = "not_assessable"


OBSERVED = frozenset({CallStatus.CALLED, CallStatus.PARTIAL})
"""The statuses of observed genotypes: at least one copy is known."""


class CallSource(StrEnum):
    """The origin of a call; ``none`` if there is no record of the variant.

    ``other_strand`` marks a record whose alleles match only the other strand, which the user
    allowed. ``asserted`` marks an absent call that the user asserted to be reference.
    """

    RECORD = "record"
    OTHER_STRAND = "other_strand"
    REFERENCE_BLOCK = "reference_block"
    ASSERTED = "asserted"
    NONE = "none"


STATUS_MEANINGS: Mapping[str, str] = MappingProxyType(
    {
        CallStatus.CALLED.value: "both copies are known",
        CallSource.ASSERTED.value: "no record; the user declared such sites to be reference: not "
        "observed",
        CallStatus.PARTIAL.value: "one copy is known, or there is only one",
        CallStatus.NO_CALL.value: "the file has the site, but no genotype",
        CallStatus.FILTERED.value: "the genotype did not pass a filter",
        CallStatus.ABSENT.value: "the file says nothing: this is not a reference genotype",
        CallStatus.UNKNOWN_ALLELE.value: "an allele that the knowledge base does not list, or a "
        "deleted copy",
        CallStatus.MISMATCH.value: "the file contradicts the reference or itself",
        CallStatus.NOT_ASSESSABLE.value: "a deletion, a copy-number change or a repeat hides the "
        "site",
    }
)
"""What each state of a call means: its status, or ``asserted``."""

STATE_COLOURS: Mapping[str, str] = MappingProxyType(
    {
        CallStatus.CALLED.value: "#0072b2",
        CallSource.ASSERTED.value: "#56b4e9",
        CallStatus.PARTIAL.value: "#009e73",
        CallStatus.NO_CALL.value: "#f0e442",
        CallStatus.FILTERED.value: "#e69f00",
        CallStatus.ABSENT.value: "#bbbbbb",
        CallStatus.UNKNOWN_ALLELE.value: "#cc79a7",
        CallStatus.MISMATCH.value: "#d55e00",
        CallStatus.NOT_ASSESSABLE.value: "#555555",
    }
)
"""The states of a call (its status, or ``asserted``), each with a colour for charts.

People tell them apart who see few colours. The states are in the order in which they are shown.
"""


class TableName(StrEnum):
    """The tables that can be written. Those after ``summary`` exist in Parquet alone."""

    ANNOTATIONS = "annotations"
    CALLS = "calls"
    HAPLOTYPES = "haplotypes"
    SUMMARY = "summary"
    SAMPLES = "samples"
    VARIANTS = "variants"
    CONCLUSIONS = "conclusions"


TEXT_TABLES = (
    TableName.ANNOTATIONS,
    TableName.CALLS,
    TableName.HAPLOTYPES,
    TableName.SUMMARY,
)
"""The tables that every format has, in the order of a document."""

PARQUET_TABLES = (
    TableName.SAMPLES,
    TableName.VARIANTS,
    TableName.CALLS,
    TableName.HAPLOTYPES,
    TableName.SUMMARY,
    TableName.CONCLUSIONS,
)
"""The tables that are written to Parquet where none is named: annotations follow from them."""

SHARED_TABLES = (TableName.VARIANTS, TableName.CONCLUSIONS)
"""The tables without rows per person: people share their rows."""

WIDE_TABLES = (TableName.CALLS, TableName.HAPLOTYPES)
"""The tables with a wide layout."""
