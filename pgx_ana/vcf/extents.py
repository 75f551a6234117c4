"""What the rows of a whole file are about: stretches of chromosomes, bases or structure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pgx_ana.model import ANY_ALLELE
from pgx_ana.vcf.lines import FIXED, TAB, ChromosomeOf

_ANY_ALLELE = frozenset(alt.encode() for alt in ANY_ALLELE)
_READ_FIELDS = frozenset({b"GQ", b"DP", b"PL", b"AD"})
"""FORMAT fields of rows that rest on reads of bases."""

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


def are_structural(rows: Iterable[bytes]) -> bool:
    """Say whether all rows are about structure, and there is any; stops at the first other one."""
    has_rows = False
    for row in rows:
        has_rows = True
        if _is_about_bases(row.rstrip(b"\r\n").split(TAB, FIXED + 1)):
            return False
    return has_rows


def _is_about_bases(columns: list[bytes]) -> bool:
    """Say whether a row is about bases, rather than a copy number or a structural variant.

    The ALT of a structural variant is a symbol (``<DEL>``) or a breakend (``N[15:100[``).
    Copy-number segments have REF N, or copies (CN) without reads of bases.
    """
    if len(columns) <= FIXED:
        return True
    ref, alts, fields = columns[3], columns[4].split(b","), set(columns[FIXED].split(b":"))
    if ref.strip(b"Nn") == b"" or (b"CN" in fields and not fields & _READ_FIELDS):
        return False
    return any(
        alt in _ANY_ALLELE or not (alt.startswith(b"<") or b"[" in alt or b"]" in alt)
        for alt in alts
    )


def positions_in(rows: Iterable[bytes]) -> Iterator[tuple[str, int]]:
    """Yield contig and position of each row of a VCF; rows without a position are passed over."""
    for row in rows:
        contig, _, rest = row.partition(TAB)
        digits = rest.partition(TAB)[0]
        if digits.isdigit():
            yield contig.decode("latin-1"), int(digits)
