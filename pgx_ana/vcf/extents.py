"""Which stretch of each chromosome the rows of a file cover: from the first POS to the last."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pgx_ana.vcf.lines import TAB, ChromosomeOf

Extent = tuple[int, int]
"""The first and the last POS of a file on a chromosome, 1-based."""


def extents_of(
    positions: Iterable[tuple[str, int]], chromosome_of: ChromosomeOf
) -> dict[str, Extent]:
    """Return the extent of each known chromosome from the contigs and positions of rows."""
    by_contig: dict[str, Extent] = {}
    contig, first, last = "", 0, 0
    for name, pos in positions:
        if name != contig:
            if contig:
                by_contig[contig] = (first, last)
            contig = name
            first, last = by_contig.get(name, (pos, pos))
        if pos < first:
            first = pos
        elif pos > last:
            last = pos
    if contig:
        by_contig[contig] = (first, last)
    extents: dict[str, Extent] = {}
    for name, (start, end) in by_contig.items():
        chromosome = chromosome_of(name)
        if chromosome is not None:
            known = extents.get(chromosome, (start, end))
            extents[chromosome] = (min(start, known[0]), max(end, known[1]))
    return extents


def positions_in(rows: Iterable[bytes]) -> Iterator[tuple[str, int]]:
    """Yield contig and position of each row of a VCF; rows without a position are passed over."""
    for row in rows:
        contig, _, rest = row.partition(TAB)
        digits = rest.partition(TAB)[0]
        if digits.isdigit():
            yield contig.decode("latin-1"), int(digits)
