"""The controlled vocabulary of inputs and results: assemblies, call statuses, tables, populations.

Imports nothing heavy, so that the command line can name its choices before any work is done.
"""

from __future__ import annotations

from enum import StrEnum

POPULATIONS = ("AFR", "AMR", "EAS", "EUR", "SAS")
"""Superpopulations of the 1000 Genomes Project."""

GLOBAL = "global"
"""All superpopulations together."""


class Assembly(StrEnum):
    """A human reference assembly."""

    GRCH37 = "GRCh37"
    GRCH38 = "GRCh38"


class CallStatus(StrEnum):
    """What is known of one variant in one person. Only ``called`` and ``partial`` are observed."""

    CALLED = "called"
    PARTIAL = "partial"
    NO_CALL = "no_call"
    FILTERED = "filtered"
    ABSENT = "absent"
    UNKNOWN_ALLELE = "unknown_allele"
    MISMATCH = "mismatch"
    NOT_ASSESSABLE = "not_assessable"


class CallSource(StrEnum):
    """Where a call comes from; ``none`` where there is none.

    ``other_strand``: from a record whose alleles fit only the other strand, as the user allowed.
    """

    RECORD = "record"
    OTHER_STRAND = "other_strand"
    REFERENCE_BLOCK = "reference_block"
    ASSERTED = "asserted"
    NONE = "none"


class TableName(StrEnum):
    """The tables that can be written."""

    ANNOTATIONS = "annotations"
    CALLS = "calls"
    HAPLOTYPES = "haplotypes"
    SUMMARY = "summary"


class FileFormat(StrEnum):
    """The formats in which annotations are written."""

    TSV = "tsv"
    CSV = "csv"
    JSON = "json"
    JSONL = "jsonl"
