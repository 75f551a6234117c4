"""The header of a variant file: its contigs, its samples and the program that wrote it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from pgx_ana.errors import InputError
from pgx_ana.vcf.lines import FIXED

_CONTIG = re.compile(r"^##contig=<(?P<body>.*)>[^\S\n]*$", re.MULTILINE)
_CONTIG_ID = re.compile(r"(?:^|,)ID=(?P<id>[^,>]+)")
_CONTIG_LENGTH = re.compile(r"(?:^|,)length=(?P<length>\d{1,10})(?!\d)")
# The program that wrote the file names itself in one of these, in this order of trust.
_CALLERS = (
    re.compile(r"^##source=\"?(?P<name>[^\"\n]+)", re.MULTILINE),
    re.compile(r"^##GATKCommandLine[^\n]*?ID=(?P<name>[^,>\n]+)", re.MULTILINE),
    re.compile(r"^##(?P<name>[A-Za-z0-9]+_version=[^\n]+)", re.MULTILINE),
    re.compile(r"^##command=(?P<name>[^ \n]+)", re.MULTILINE),
)
_COLUMNS = ["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT"]
# Half a million names and a hundred thousand contigs take a tenth of it.
MAX_HEADER_BYTES = 1 << 26
MAX_HEADER_LINES = 1_000_000
_TEXT_PS = re.compile(r"^##FORMAT=<ID=PS,.*Type=String", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Header:
    """What a header says: contig names with their lengths (None where not given), and lines."""

    contigs: Mapping[str, int | None]
    lines: tuple[str, ...]


def parse_header(text: str) -> Header:
    """Return the contigs and the meta-information lines of a header."""
    contigs: dict[str, int | None] = {}
    lines = tuple(line for line in text.split("\n") if line.startswith("##"))
    for match in _CONTIG.finditer(text):
        found = _CONTIG_ID.search(match["body"])
        if found:
            length = _CONTIG_LENGTH.search(match["body"])
            contigs[found["id"]] = int(length["length"]) if length else None
    return Header(contigs, lines)


def sample_names(header: str, name: str) -> tuple[str, ...]:
    """Return the sample names of the ``#CHROM`` line, which is the last one of a header.

    ``name`` is that of the file, for messages. Raises :class:`InputError` where the columns are not
    those of VCF, there is no sample, or a name cannot be used.
    """
    columns = header.rstrip("\n").rpartition("\n")[2].split("\t")
    if columns[:FIXED] != _COLUMNS[:FIXED]:
        raise InputError(
            f"{name}: its #CHROM line does not name the columns {' '.join(_COLUMNS)}, separated by "
            "tabs"
        )
    samples = columns[FIXED + 1 :]
    if columns[FIXED : FIXED + 1] != _COLUMNS[FIXED:] or not samples:
        raise InputError(f"{name}: has no samples, so there are no genotypes to annotate")
    if len(set(samples)) != len(samples):
        ((twice, _),) = Counter(samples).most_common(1)
        raise InputError(f"{name}: the sample {twice!r} is named twice in its header")
    for sample in samples:
        if not sample or "\r" in sample or "\0" in sample:
            wrong = "holds a carriage return or NUL" if sample else "is empty"
            raise InputError(f"{name}: the name of a sample {wrong}: {sample!r}")
    return tuple(samples)


def calling_program(text: str) -> str:
    """Return the program that a header names as its origin; empty where it names none."""
    named = next(filter(None, (caller.search(text) for caller in _CALLERS)), None)
    return named["name"].strip() if named else ""


def has_text_phase_sets(text: str) -> bool:
    """Say whether a header declares PS as text."""
    return _TEXT_PS.search(text) is not None
