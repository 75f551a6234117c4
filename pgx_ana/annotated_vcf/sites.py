"""VCF with one row for each known site, and the call of each person as it was made."""

from __future__ import annotations

from collections.abc import Iterator

from pgx_ana.annotated_vcf.cells import (
    FILTERED,
    OTHERS_KEY,
    UNCERTAIN_KEY,
    Numbers,
    SiteRow,
    contig_name,
)
from pgx_ana.annotated_vcf.file import RowSpool, write_vcf
from pgx_ana.annotated_vcf.identifiers import IDENTIFIER_LINES
from pgx_ana.annotated_vcf.terms import AlleleNotes, info_lines, stamp_lines, status_line
from pgx_ana.annotation import Annotations
from pgx_ana.output import Job
from pgx_ana.writing import OutputStream, as_utf8

_LINES = (
    f'##FILTER=<ID={FILTERED},Description="The genotype fails a filter or threshold of the run">',
    (
        '##INFO=<ID=AC,Number=A,Type=Integer,Description="Copies of each ALT in genotypes, those '
        f'that are {FILTERED} too">'
    ),
    '##INFO=<ID=AN,Number=1,Type=Integer,Description="All copies in genotypes">',
    '##INFO=<ID=NS,Number=1,Type=Integer,Description="People with a genotype">',
    (
        f'##INFO=<ID={OTHERS_KEY},Number=.,Type=String,Description="Alleles for which <*> stands, '
        'percent-encoded">'
    ),
    (
        f'##INFO=<ID={UNCERTAIN_KEY},Number=0,Type=Flag,Description="Which allele the assembly has '
        'is not certain: REF may be another one">'
    ),
    '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype as it was called">',
    f'##FORMAT=<ID=FT,Number=1,Type=String,Description="PASS, or {FILTERED}">',
)


class SitesWriter:
    """Writes a row for each known site of the chosen genes, sorted by position.

    Each block of people adds columns to all rows; they are put together after the last block.
    """

    def __init__(self, stream: OutputStream, job: Job) -> None:
        self._stream = stream
        self._job = job
        self._spool = RowSpool()
        self._rows: list[SiteRow] = []
        self._fields = (Numbers(), Numbers(), Numbers())
        self._head: tuple[str, ...] = ()
        self._notes: AlleleNotes | None = None
        self._ranks: dict[str, int] = {}

    def write(self, block: Annotations) -> None:
        """Add the people of a block."""
        calls = block.calls
        if self._notes is None:
            self._begin(block)
        self._spool.add_people(calls.samples)
        for number, (row, site) in enumerate(zip(self._rows, calls.sites, strict=True)):
            self._spool.add(number, row.cells(site))

    def close(self) -> None:
        """Write the file, whose rows are complete now."""
        head = (*self._head, *self._field_lines(), status_line())
        text = self._spool.text(map(as_utf8, head), self._fixed())
        write_vcf(text, self._stream, self._job)

    def _begin(self, block: Annotations) -> None:
        assembly = block.calls.assembly
        chromosomes = next(
            table.chromosomes
            for table in block.knowledge.contig_tables
            if table.assembly is assembly
        )
        self._notes = AlleleNotes(block.knowledge, assembly)
        self._rows = [SiteRow(site.variant, assembly, self._fields) for site in block.calls.sites]
        self._ranks = {item.name: rank for rank, item in enumerate(chromosomes)}
        contigs = (
            f"##contig=<ID={contig_name(item.name, assembly)},length={item.length},"
            f"assembly={assembly}>"
            for item in chromosomes
        )
        first = ("##fileformat=VCFv4.3", f"##reference={assembly}")
        head = (*first, *stamp_lines(block), *contigs, *_LINES)
        self._head = (
            *head,
            *IDENTIFIER_LINES.values(),
            *info_lines(per="for each allele of the row"),
        )

    def _fixed(self) -> Iterator[tuple[int, bytes]]:
        """Yield the number of each row, and its columns from CHROM to FORMAT."""
        if self._notes is None:
            return  # no block came
        places = [(self._ranks[row.chrom], row.pos, at) for at, row in enumerate(self._rows)]
        for _, _, number in sorted(places):
            yield number, as_utf8(self._rows[number].fixed(self._notes))

    def _field_lines(self) -> Iterator[str]:
        """Yield the declarations of the fields whose type depends on their values."""
        gq, dp, ps = self._fields
        for name, field, other, meaning in (
            ("GQ", gq, "Float", "Genotype quality"),
            ("DP", dp, "Float", "Read depth"),
            ("PS", ps, "String", "Phase set"),
        ):
            kind = "Integer" if field.are_plain else other
            yield f'##FORMAT=<ID={name},Number=1,Type={kind},Description="{meaning}">'
