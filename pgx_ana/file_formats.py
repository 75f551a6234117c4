"""The formats in which annotations are written, and what is written in them.

This module imports nothing heavy, so that the command line can list its choices without loading the
rest of the package.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from pgx_ana.terms import PARQUET_TABLES, TEXT_TABLES, TableName


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
    FHIR = "fhir"
    PARQUET = "parquet"
    XLSX = "xlsx"
    MULTIQC = "multiqc"
    VCF = "vcf"
    BCF = "bcf"
    PHENOPACKET = "phenopacket"


@dataclass(frozen=True, slots=True)
class FormatFacts:
    """What a format can hold, and how its files are called.

    ``title`` is its name in messages. Its ``endings`` may have several dots; a longer one goes
    before a shorter one. Files with ``endings_of_one`` hold one person. ``tables`` are those that
    can be chosen, ``default_tables`` those written where none is; a format without tables has one
    content. ``has_wide`` says whether it has the wide layout. A format that ``is_compressed`` takes
    no further ending ``.gz``. One that ``is_by_person`` has a file for each person: a name with its
    ending is that of the file of one, any other name that of a folder. ``library`` is the module
    that writes it, and ``extra`` the extra that installs it; both are empty for what is always
    installed. ``index_ending`` is that of the index which a compressed file may have; empty where
    there is none.
    """

    title: str
    endings: tuple[str, ...]
    tables: tuple[TableName, ...] = ()
    default_tables: tuple[TableName, ...] = ()
    has_wide: bool = False
    is_compressed: bool = False
    is_by_person: bool = False
    library: str = ""
    extra: str = ""
    endings_of_one: tuple[str, ...] = ()
    index_ending: str = ""


STDOUT = "-"
"""Name of an output that is no file."""

COMPRESSED_ENDINGS = (".gz", ".bgz")
"""The endings that may follow that of a format."""

_ANNOTATIONS = (TableName.ANNOTATIONS,)

FORMATS: Mapping[FileFormat, FormatFacts] = MappingProxyType(
    {
        FileFormat.TSV: FormatFacts("TSV", (".tsv",), TEXT_TABLES, _ANNOTATIONS, has_wide=True),
        FileFormat.CSV: FormatFacts("CSV", (".csv",), TEXT_TABLES, _ANNOTATIONS, has_wide=True),
        FileFormat.JSON: FormatFacts("JSON", (".json",)),
        FileFormat.JSONL: FormatFacts("JSONL", (".jsonl",)),
        FileFormat.FHIR: FormatFacts(
            "FHIR", (".fhir.ndjson", ".fhir.json"), endings_of_one=(".fhir.json",)
        ),
        FileFormat.PARQUET: FormatFacts(
            "Parquet",
            (".parquet",),
            tuple(TableName),
            PARQUET_TABLES,
            has_wide=True,
            is_compressed=True,
            library="pyarrow",
            extra="parquet",
        ),
        FileFormat.XLSX: FormatFacts(
            "Excel", (".xlsx",), is_compressed=True, library="xlsxwriter", extra="excel"
        ),
        FileFormat.MULTIQC: FormatFacts("MultiQC", (".pgx-ana.json",), is_by_person=True),
        FileFormat.VCF: FormatFacts("VCF", (".vcf",), index_ending=".tbi"),
        FileFormat.BCF: FormatFacts("BCF", (".bcf",), is_compressed=True, index_ending=".csi"),
        FileFormat.PHENOPACKET: FormatFacts(
            "Phenopacket",
            (".phenopacket.json", ".phenopacket.ndjson"),
            endings_of_one=(".phenopacket.json",),
        ),
    }
)
"""All formats; ``formats/registry.py`` has what writes each of them."""


def without_compression(name: str) -> str:
    """Return the name of a file without the ending that only says that it is compressed."""
    for ending in COMPRESSED_ENDINGS:
        if name.casefold().endswith(ending):
            return name[: -len(ending)]
    return name


def format_endings() -> Mapping[str, FileFormat]:
    """Return the format of each ending of a file name."""
    return {ending: kind for kind, facts in FORMATS.items() for ending in facts.endings}


@dataclass(frozen=True, slots=True)
class OutputChoice:
    """What is written, and how.

    ``tables`` is empty for those that a format has by default: annotations as text, calls in the
    wide layout, :data:`PARQUET_TABLES` in Parquet. ``with_names`` gives every table of Parquet the
    names of the people, however many there are; ``with_numbers`` gives it their numbers in the run.
    VCF and BCF have the rows of the input or, with ``all_sites``, one for each known site;
    ``with_index`` writes an index beside them, and ``is_compressed`` compresses VCF on stdout.
    """

    file_format: FileFormat = FileFormat.TSV
    tables: tuple[TableName, ...] = ()
    layout: Layout = Layout.LONG
    with_names: bool = False
    with_numbers: bool = True
    all_sites: bool = False
    with_index: bool = False
    is_compressed: bool = False

    @property
    def facts(self) -> FormatFacts:
        """Return what the format can hold."""
        return FORMATS[self.file_format]

    @property
    def written_tables(self) -> tuple[TableName, ...]:
        """Return the tables that are written, each to a file unless the layout is wide.

        A format without tables has none.
        """
        if self.layout is Layout.WIDE:
            return self.tables or (TableName.CALLS,)
        return self.tables or self.facts.default_tables

    @property
    def file_names(self) -> tuple[str, ...]:
        """Return the names of the files in a folder; empty if all is written to one file."""
        if self.layout is Layout.WIDE or len(self.written_tables) <= 1:
            return ()
        return tuple(f"{table}.{self.file_format}" for table in self.written_tables)

    def is_folder(self, destination: str) -> bool:
        """Return whether what is written is a folder: several tables, or a file for each person."""
        if self.file_names:
            return True
        ends = ("", *COMPRESSED_ENDINGS)
        endings = tuple(f"{ending}{end}" for ending in self.facts.endings for end in ends)
        is_file = destination == STDOUT or destination.casefold().endswith(endings)
        return self.facts.is_by_person and not is_file
