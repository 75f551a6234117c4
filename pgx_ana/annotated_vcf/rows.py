"""VCF with the rows of the input at known sites, to which annotations are added."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pgx_ana.annotated_vcf.file import RowSpool, write_vcf
from pgx_ana.annotated_vcf.identifiers import IDENTIFIER_LINES, IDENTIFIERS_KEY
from pgx_ana.annotated_vcf.terms import (
    ANNOTATION_KEY,
    MISSING_VALUE,
    OWN_KEYS,
    OWN_LINE,
    STATUS_KEY,
    VARIANTS_KEY,
    AlleleNotes,
    escaped,
    info_lines,
    stamp_lines,
    status_code,
    status_line,
)
from pgx_ana.annotation import Annotations
from pgx_ana.coded import Coded, combine
from pgx_ana.errors import UsageError
from pgx_ana.model import SiteCalls, Variant
from pgx_ana.output import InputRow, Job
from pgx_ana.writing import OutputStream, as_utf8

_DECLARED = re.compile(rb"^##(contig|INFO|FORMAT|FILTER)=<(?:[^\n]*?,)?ID=([^,>\n]+)", re.MULTILINE)
_NOT_DESCRIBED = {
    b"contig": b"##contig=<ID=%s>",
    b"INFO": b'##INFO=<ID=%s,Number=.,Type=String,Description="not declared in the input">',
    b"FORMAT": b'##FORMAT=<ID=%s,Number=.,Type=String,Description="not declared in the input">',
    b"FILTER": b'##FILTER=<ID=%s,Description="not declared in the input">',
}
_RESERVED = {
    (b"INFO", b"END"): b'##INFO=<ID=END,Number=1,Type=Integer,Description="end of the row">',
    (b"FORMAT", b"GT"): b'##FORMAT=<ID=GT,Number=1,Type=String,Description="genotype">',
}
"""Declarations of fields without which readers take a row for another one."""

_BUILT_IN = frozenset({(b"FILTER", b"PASS"), (b"FILTER", b"."), (b"INFO", b"."), (b"FORMAT", b".")})


class RowsWriter:
    """Writes the rows of the input, with what is known of their alleles and the status of people.

    What an earlier run added is replaced. Each block of people adds columns to all rows.
    """

    def __init__(self, stream: OutputStream, job: Job) -> None:
        if job.rows is None:
            raise UsageError("there are no rows of the input to annotate; use --all-sites")
        self._stream = stream
        self._job = job
        self._input = job.rows
        self._spool = RowSpool()
        self._rows: Sequence[InputRow] = ()
        self._head: list[bytes] = []
        self._variants: dict[str, Variant] = {}
        self._notes: AlleleNotes | None = None

    def write(self, block: Annotations) -> None:
        """Add the people of a block."""
        sites = {site.variant.id: site for site in block.calls.sites}
        if self._notes is None:
            self._begin(block)
        self._spool.add_people(block.calls.samples)
        for number, row in enumerate(self._rows):
            columns = self._input.columns(number)
            statuses = _statuses([sites[name] for name, _ in row.sites])
            self._spool.add(number, _with_status(row.format, columns, statuses))

    def close(self) -> None:
        """Write the file, whose rows are complete now."""
        write_vcf(self._spool.text(self._head, self._fixed()), self._stream, self._job)

    def _begin(self, block: Annotations) -> None:
        self._notes = AlleleNotes(block.knowledge, block.calls.assembly)
        self._rows = self._input.rows()
        self._variants = {site.variant.id: site.variant for site in block.calls.sites}
        lines = [
            line
            for line in self._input.meta_lines().split(b"\n")
            if line and not line.startswith(as_utf8(OWN_LINE)) and not _is_own(line)
        ]
        declared = {found.groups() for found in _DECLARED.finditer(b"\n".join(lines))}
        used = dict.fromkeys(tag for row in self._rows for tag in _used(row))
        lines += [
            _RESERVED.get((kind, name)) or _NOT_DESCRIBED[kind] % name
            for kind, name in used
            if (kind, name) not in declared | _BUILT_IN
        ]
        identifiers = (
            line
            for name, line in IDENTIFIER_LINES.items()
            if (b"INFO", as_utf8(name)) not in declared
        )
        per = "for each variant and allele of the row"
        own = (*identifiers, *info_lines(per=per), status_line())
        self._head = [*lines, *map(as_utf8, (*stamp_lines(block), *self._absent(), *own))]

    def _absent(self) -> Iterator[str]:
        """Yield which known sites have no row, and so are not in the file."""
        present = {name for row in self._rows for name, _ in row.sites}
        absent = [name for name in self._variants if name not in present]
        listed = f": {', '.join(absent)}" if absent else ""
        yield f"{OWN_LINE}sites_without_row={len(absent)}{listed}"

    def _fixed(self) -> Iterator[tuple[int, bytes]]:
        """Yield the number of each row, and its columns from CHROM to FORMAT."""
        if self._notes is None:
            return  # no block came
        for number, row in enumerate(self._rows):
            *fixed, info = row.fixed.split(b"\t")
            annotated = self._info(row, info, self._notes)
            yield number, b"\t".join((*fixed, annotated, _format(row.format)))

    def _info(self, row: InputRow, info: bytes, notes: AlleleNotes) -> bytes:
        """Return the INFO of a row with what is known of its alleles behind it."""
        kept = [part for part in info.split(b";") if part not in {b"", MISSING_VALUE}]
        kept = [part for part in kept if part.partition(b"=")[0] not in _OWN_NAMES]
        columns = row.fixed.split(b"\t")
        alts = () if columns[4] == MISSING_VALUE else columns[4].split(b",")
        alleles = [text.decode("utf-8", "backslashreplace") for text in (columns[3], *alts)]
        entries = [
            entry
            for name, bases in row.sites
            for entry in notes.entries(self._variants[name], alleles, bases or ("",) * len(alleles))
        ]
        names = ",".join(escaped(name) for name, _ in row.sites)
        own = [f"{VARIANTS_KEY}={names}", f"{ANNOTATION_KEY}={','.join(entries)}"]
        if not info.startswith(_IDENTIFIED) and b";" + _IDENTIFIED not in info:
            variants = [self._variants[name] for name, _ in row.sites]
            own[:0] = notes.identifiers.info(variants, int(columns[1]), alleles)
        return b";".join((*kept, *map(as_utf8, own)))


_IDENTIFIED = as_utf8(f"{IDENTIFIERS_KEY}=")
_STATUS = as_utf8(STATUS_KEY)
_OWN_NAMES = frozenset(map(as_utf8, OWN_KEYS))


def _is_own(line: bytes) -> bool:
    found = _DECLARED.match(line)
    return found is not None and found[1] in {b"INFO", b"FORMAT"} and found[2] in _OWN_NAMES


def _used(row: InputRow) -> Iterator[tuple[bytes, bytes]]:
    """Yield what a row names that a header must declare."""
    contig, _, _, _, _, _, filters, info = row.fixed.split(b"\t")
    yield b"contig", contig
    for name in filters.split(b";"):
        yield b"FILTER", name
    for part in info.split(b";"):
        name = part.partition(b"=")[0]
        if name and name not in _OWN_NAMES:
            yield b"INFO", name
    for name in row.format.split(b":"):
        if name and name not in _OWN_NAMES:
            yield b"FORMAT", name


def _statuses(sites: Sequence[SiteCalls]) -> Coded[bytes]:
    """Return the status codes of people at the variants of a row, with commas between them."""
    codes = combine([site.calls.map(status_code).unique() for site in sites])
    return codes.map(b",".join)


def _fields(row_format: bytes) -> list[tuple[int, bytes]]:
    """Return the number and name of each field of FORMAT that is kept.

    Fields without a name and the status of an earlier run are not.
    """
    dropped = {b"", MISSING_VALUE, _STATUS}
    return [
        (number, name) for number, name in enumerate(row_format.split(b":")) if name not in dropped
    ]


def _format(row_format: bytes) -> bytes:
    return b":".join((*(name for _, name in _fields(row_format)), _STATUS))


def _with_status(
    row_format: bytes, columns: Sequence[bytes], statuses: Coded[bytes]
) -> Iterator[bytes]:
    """Yield the columns of people, each with the status behind its last field.

    Fields that a column leaves out at its end are written as missing, and so are those that it
    leaves empty. Columns that are alike are made once.
    """
    numbers = [number for number, _ in _fields(row_format)]
    made: dict[tuple[bytes, int], bytes] = {}
    for column, code in zip(columns, statuses.codes.tolist(), strict=True):
        cell = made.get((column, code))
        if cell is None:
            values = dict(enumerate(column.split(b":")))
            kept = [values.get(number) or MISSING_VALUE for number in numbers]
            cell = b":".join((*kept, statuses.values[code]))
            made[column, code] = cell
        yield cell
