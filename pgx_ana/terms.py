"""The controlled vocabulary of inputs and results: assemblies, call statuses, tables, populations.

This module imports nothing heavy, so that the command line can list its choices without loading the
rest of the package.
"""

from __future__ import annotations

from dataclasses import dataclass
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
    """What is known about one variant in one sample.

    Only ``called`` and ``partial`` count as observed genotypes.
    """

    CALLED = "called"
    PARTIAL = "partial"
    NO_CALL = "no_call"
    FILTERED = "filtered"
    ABSENT = "absent"
    UNKNOWN_ALLELE = "unknown_allele"
    MISMATCH = "mismatch"
    NOT_ASSESSABLE = "not_assessable"


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


class Layout(StrEnum):
    """Whether a person has a row per variant and haplotype set (long), or one row (wide)."""

    LONG = "long"
    WIDE = "wide"


class FileFormat(StrEnum):
    """The formats in which annotations are written."""

    TSV = "tsv"
    CSV = "csv"
    JSON = "json"
    JSONL = "jsonl"
    PARQUET = "parquet"


DOCUMENT_FORMATS = frozenset({FileFormat.JSON, FileFormat.JSONL})
"""Formats with one document per person, which contains all tables."""


@dataclass(frozen=True, slots=True)
class OutputChoice:
    """What is written, and how.

    ``tables`` is empty for those that a format has by default: annotations as text, calls in the
    wide layout, :data:`PARQUET_TABLES` in Parquet; documents contain all tables. ``with_names``
    gives every table of Parquet the names of the people, however many there are; ``with_numbers``
    gives it their numbers in the run.
    """

    file_format: FileFormat = FileFormat.TSV
    tables: tuple[TableName, ...] = ()
    layout: Layout = Layout.LONG
    with_names: bool = False
    with_numbers: bool = True

    @property
    def written_tables(self) -> tuple[TableName, ...]:
        """Return the tables that are written, each to a file unless the layout is wide."""
        if self.layout is Layout.WIDE:
            return self.tables or (TableName.CALLS,)
        if self.file_format in DOCUMENT_FORMATS:
            return TEXT_TABLES
        if self.file_format is FileFormat.PARQUET:
            return self.tables or PARQUET_TABLES
        return self.tables or (TableName.ANNOTATIONS,)

    @property
    def file_names(self) -> tuple[str, ...]:
        """Return the names of the files in a folder; empty if all is written to one file."""
        is_one = self.layout is Layout.WIDE or self.file_format in DOCUMENT_FORMATS
        if is_one or len(self.written_tables) == 1:
            return ()
        return tuple(f"{table}.{self.file_format}" for table in self.written_tables)
