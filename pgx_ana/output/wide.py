"""One row per person: a column per variant with its genotype, and one per haplotype set.

A cell without a genotype or diplotype has the status in its place, such as ``absent``: a word in
small letters, while the bases of a genotype are capitals. So no missing genotype looks like one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from pgx_ana.annotation import SOURCE_NOTES, Annotations, unphased_genotype
from pgx_ana.coded import Coded
from pgx_ana.haplotypes import DiplotypeCall
from pgx_ana.model import Call, Variant
from pgx_ana.output.delimited import DelimitedStyle
from pgx_ana.output.provenance import STAMPS, version_stamps
from pgx_ana.output.rendering import ByteStream, sample_batches
from pgx_ana.terms import TableName
from pgx_ana.writing import as_utf8


@dataclass(frozen=True, slots=True, eq=False)
class WideColumn:
    """The cells of one variant or haplotype set in all people, under its identifier."""

    name: str
    cells: Coded[str]


def wide_columns(block: Annotations, tables: Collection[TableName]) -> list[WideColumn]:
    """Return the columns of the calls, of the haplotypes, or of both, in this order."""
    columns = []
    if TableName.CALLS in tables:
        columns += [
            WideColumn(site.variant.id, _genotype_cells(site.variant, site.calls))
            for site in block.calls.sites
        ]
    if TableName.HAPLOTYPES in tables:
        columns += [
            WideColumn(calls.nomenclature.id, calls.diplotypes.map(_diplotype_cell))
            for calls in block.haplotypes
        ]
    return columns


class WideWriter:
    """Writes people as lines of text, after a header with the identifiers."""

    def __init__(self, stream: ByteStream, tables: Collection[TableName], separator: str) -> None:
        self._stream = stream
        self._tables = tables
        self._style = DelimitedStyle(separator)
        self._has_begun = False

    def write(self, block: Annotations) -> None:
        """Write the lines of a block, after the header if it is the first one."""
        columns = wide_columns(block, self._tables)
        if not self._has_begun:
            names = ["sample", *(column.name for column in columns), *STAMPS]
            self._stream.write(self._style.line(names))
            self._has_begun = True
        for line in self._lines(block, columns):
            self._stream.write(line)

    def close(self) -> None:
        """Nothing comes after the last block."""

    def _lines(self, block: Annotations, columns: list[WideColumn]) -> Iterator[bytes]:
        style, samples = self._style, block.calls.samples
        separator = as_utf8(style.separator)
        texts = [[as_utf8(style.field(cell)) for cell in column.cells.values] for column in columns]
        end = separator + style.line(version_stamps(block))
        for start, stop in sample_batches(len(samples)):
            names = (as_utf8(style.field(name)) for name in samples[start:stop])
            cells = [
                [of_column[code] for code in column.cells.codes[start:stop].tolist()]
                for of_column, column in zip(texts, columns, strict=True)
            ]
            for fields in zip(names, *cells, strict=True):
                yield separator.join(fields) + end


def _genotype_cells(variant: Variant, calls: Coded[Call]) -> Coded[str]:
    """Return genotypes in a fixed order regardless of phase, or the status."""

    def cell(call: Call) -> str:
        if not call.is_observed:
            return call.status.value
        return unphased_genotype(call, variant) + SOURCE_NOTES.get(call.source, "")

    return calls.map(cell)


def _diplotype_cell(call: DiplotypeCall) -> str:
    """Return the diplotype, or its status."""
    diplotype = call.diplotype
    if not diplotype.diplotype:
        return diplotype.status.value
    return diplotype.diplotype + SOURCE_NOTES.get(call.source, "")
