"""The variants of a PLINK file: ``.pvar`` and ``.bim``, read in one pass.

Formats: https://www.cog-genomics.org/plink/2.0/formats#pvar and #bim. A ``.pvar`` file is a VCF
file without people, whose last columns may be missing.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import BufferedReader

import numpy as np
from numpy.typing import NDArray

from pgx_ana.biobank.companions import Companion
from pgx_ana.biobank.reference_order import UNNAMED
from pgx_ana.errors import InputError
from pgx_ana.model import Record
from pgx_ana.vcf import (
    ChromosomeOf,
    Extent,
    Header,
    LineTable,
    TargetIndex,
    line_tables,
    other_lines,
    parse_contigs,
    parse_line,
    site_of,
)

_MAX_LINE_BYTES = 1 << 26
_MAX_HEADER_BYTES = 1 << 26
_VCF_COLUMNS = ("#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO")
_BIM_COLUMNS = ("#CHROM", "ID", "CM", "POS", "ALT", "REF")
_BIM_COLUMNS_WITHOUT_CM = ("#CHROM", "ID", "POS", "ALT", "REF")
_MAX_ALTS = 254  # of PGEN
_UNNAMED = (b"0", b".")
_PROVISIONAL = re.compile(rb"(?:^|;)PR(?:;|$)")
_SPACES = re.compile(rb"[ \t]+")
# What PLINK 1 calls chromosomes that have no number.
_PLINK_CODES = {"23": "X", "24": "Y", "26": "MT"}
_POSITION = re.compile(rb"[1-9][0-9]{0,9}|0")


@dataclass(frozen=True, slots=True, eq=False)
class ListedVariant:
    """A variant near a target. ``number`` counts from 0; ``is_provisional`` as INFO/PR says.

    A list without a header, which is a ``.bim`` file, vouches for no reference.
    """

    number: int
    site: Record
    place: str
    is_provisional: bool


@dataclass(slots=True)
class Pass:
    """What one pass over the variants of a file found.

    ``extents`` are those of known chromosomes. ``n_alleles`` are the numbers of alleles of all
    variants, in parts; there are none where ``is_biallelic``.
    """

    n_variants: int = 0
    extents: dict[str, Extent] = field(default_factory=dict)
    n_alleles: list[NDArray[np.uint16]] = field(default_factory=list)
    is_biallelic: bool = True

    def allele_offsets(self) -> NDArray[np.uintp] | None:
        """Return where the alleles of each variant begin among all alleles, as pgenlib wants them.

        None where every variant has two.
        """
        if self.is_biallelic:
            return None
        counts = np.concatenate(self.n_alleles)
        return np.concatenate([[0], np.cumsum(counts, dtype=np.uintp)]).astype(np.uintp)

    def cover(self, chrom: str, first: int, last: int) -> None:
        """Note variants on a known chromosome."""
        known = self.extents.get(chrom, (first, last))
        self.extents[chrom] = (min(first, known[0]), max(last, known[1]))


class VariantList:
    """A ``.pvar`` or ``.bim`` file. ``header`` has its contigs and other lines, if any.

    ``header_text`` are its header lines. Raises :class:`InputError` for a malformed header.
    """

    def __init__(self, companion: Companion) -> None:
        self._companion = companion
        self.name = companion.name
        with companion.open() as stream:
            lines, row = _header_lines(stream, self.name)
        self.header_text = b"".join(lines)
        self._n_header_lines = len(lines)
        text = self.header_text.decode("utf-8", "backslashreplace").replace("\r\n", "\n")
        self.header = Header(parse_contigs(text), other_lines(text))
        named = lines[-1].decode("latin-1").split() if lines else _columns_of_bim(row)
        self._column_of = _column_numbers(named, self.name)
        self._is_bim = not lines
        self._has_blanks = self._is_bim or b"\t" not in lines[-1]
        self._n_columns = len(named)

    def near(
        self, targets: TargetIndex, chromosome_of: ChromosomeOf, found: Pass
    ) -> Iterator[tuple[ListedVariant, list[int]]]:
        """Yield the variants with an allele that overlaps a target, with the numbers of these.

        ``found`` is filled as the pass goes on. Raises :class:`InputError` where the file is
        damaged, or a line malformed.
        """
        search = _Search(targets, _plink_names(chromosome_of), found)
        with self._companion.open() as stream:
            stream.read(len(self.header_text))
            for lines in line_tables(stream, _MAX_LINE_BYTES):
                for number, text in self._candidates(lines, search):
                    yield from self._parsed(number, text, search)

    def _candidates(self, lines: LineTable | bytes, search: _Search) -> Iterator[tuple[int, bytes]]:
        """Yield the lines that may overlap a target, with the numbers of their variants."""
        first = search.found.n_variants
        if isinstance(lines, bytes) or not self._is_regular(lines):
            texts = [lines] if isinstance(lines, bytes) else map(lines.text, range(len(lines)))
            for text in texts:
                yield from self._one(text, search)
            return
        positions = lines.numbers(self._column_of["POS"])
        if not positions.is_valid.all():
            bad = int(positions.is_valid.argmin())
            raise self._malformed(first + bad, "POS is not a position")
        n_alts = lines.count_in(b",", self._column_of["ALT"]) + 1
        self._count(np.ones_like(n_alts) if self._is_bim else n_alts, search)
        for start, stop, chrom in self._runs(lines, search):
            pos = positions.pos[start:stop]
            search.found.cover(chrom, int(pos.min()), int(pos.max()))
            if chrom in search.targets:
                for number in search.near(lines, start, stop, chrom, pos):
                    yield first + number, lines.text(number)

    def _is_regular(self, lines: LineTable) -> bool:
        """Say whether all lines have as many tabs as the header, and none is blank or a comment."""
        if not lines.has_short_lines or (self._has_blanks and not self._is_bim):
            return False
        is_good = (lines.n_columns() == self._n_columns) & ~lines.begin_with(b"#")
        return bool(is_good.all())

    def _runs(self, lines: LineTable, search: _Search) -> Iterator[tuple[int, int, str]]:
        """Yield the first and last number of lines on a known chromosome that follow each other."""
        start = 0
        while start < len(lines):
            contig = lines.text(start).split(b"\t", 1)[0]
            stop = start + lines.run(start, contig + b"\t")
            chrom = search.chromosome_of(contig.decode("latin-1"))
            if chrom is not None:
                yield start, stop, chrom
            start = stop

    def _one(self, text: bytes, search: _Search) -> Iterator[tuple[int, bytes]]:
        """Yield a line that is looked at by itself, if it is on a chromosome with targets."""
        number = search.found.n_variants
        if not text.strip():
            search.has_blank_line = True
            return
        if not text.endswith(b"\n") and len(text) >= _MAX_LINE_BYTES:
            raise self._malformed(number, f"is longer than {_MAX_LINE_BYTES} bytes")
        columns = self._columns(number, text)
        n_alts = 1 if self._is_bim else columns[self._column_of["ALT"]].count(b",") + 1
        self._count(np.array([n_alts]), search)
        chrom = search.chromosome_of(columns[0].decode("latin-1"))
        if chrom is not None:
            pos = int(columns[self._column_of["POS"]])
            search.found.cover(chrom, pos, pos)
            if chrom in search.targets:
                yield number, text

    def _columns(self, number: int, text: bytes) -> list[bytes]:
        """Return the columns of a line. Raises :class:`InputError` where it is malformed."""
        line = text.rstrip(b"\r\n")
        columns = _SPACES.split(line.strip(b" \t")) if self._has_blanks else line.split(b"\t")
        if line.startswith(b"#"):
            raise self._malformed(number, "a header line follows a variant")
        if len(columns) != self._n_columns:
            raise self._malformed(number, f"has {len(columns)} columns; expected {self._n_columns}")
        if b"\0" in line or b"\r" in line:
            raise self._malformed(number, "has a NUL byte or a carriage return")
        if not _POSITION.fullmatch(columns[self._column_of["POS"]]):
            raise self._malformed(number, "POS is not a position")
        return columns

    def _count(self, n_alts: NDArray[np.int64], search: _Search) -> None:
        """Count variants. Raises :class:`InputError` for what no file of genotypes can hold."""
        first = search.found.n_variants
        if search.has_blank_line:
            raise self._malformed(first, "there are variants behind a blank line")
        if n_alts.max(initial=0) > _MAX_ALTS:
            raise self._malformed(
                first + int(n_alts.argmax()), f"has more than {_MAX_ALTS} ALT alleles"
            )
        search.count(n_alts)

    def _parsed(
        self, number: int, text: bytes, search: _Search
    ) -> Iterator[tuple[ListedVariant, list[int]]]:
        """Yield a variant if it overlaps a target."""
        columns = self._columns(number, text)
        fixed = {name: columns[at] for name, at in self._column_of.items()}
        named = [fixed.get(name, b".") for name in _VCF_COLUMNS]
        chrom = search.chromosome_of(named[0].decode("latin-1")) or ""
        place = f"{self.name}: line {self._n_header_lines + number + 1}"
        line = parse_line(b"\t".join(named), chrom, place)
        site = site_of(line, named)
        if len(site.alts) <= 1:
            site = _with_unnamed(site, named)
        last = max(site.end, site.pos + max(map(len, (site.ref, *_sequences(site)))) - 1)
        numbers = search.targets.overlapped(chrom, site.pos, last)
        if numbers:
            is_provisional = self._is_bim or _PROVISIONAL.search(named[7]) is not None
            yield ListedVariant(number, site, line.place, is_provisional), numbers

    def _malformed(self, number: int, what: str) -> InputError:
        return InputError(f"{self.name}: line {self._n_header_lines + number + 1}: {what}")


@dataclass(slots=True)
class _Search:
    """The search for targets, and what was found so far."""

    targets: TargetIndex
    chromosome_of: ChromosomeOf
    found: Pass
    has_blank_line: bool = False

    def count(self, n_alts: NDArray[np.int64]) -> None:
        """Count variants by their numbers of ALTs."""
        found = self.found
        if found.is_biallelic and int(n_alts.max(initial=1)) > 1:
            found.is_biallelic = False
            found.n_alleles.append(np.full(found.n_variants, 2, np.uint16))
        if not found.is_biallelic:
            found.n_alleles.append((n_alts + 1).astype(np.uint16))
        found.n_variants += len(n_alts)

    def near(
        self, lines: LineTable, start: int, stop: int, chrom: str, pos: NDArray[np.int64]
    ) -> Iterator[int]:
        """Yield the numbers of the lines of a run that may overlap a target."""
        reach = pos + (lines.stops[start:stop] - lines.starts[start:stop])
        with_end, ends, others = lines.far_ends
        is_here = (with_end >= start) & (with_end < stop)
        np.maximum.at(reach, with_end[is_here] - start, ends[is_here])
        is_near = self.targets.may_overlap(chrom, pos, reach)
        is_near[others[(others >= start) & (others < stop)] - start] = True
        yield from (np.flatnonzero(is_near) + start).tolist()


def _header_lines(stream: BufferedReader, name: str) -> tuple[list[bytes], bytes]:
    """Return the lines that begin with ``#``, of which the last one names the columns.

    Where there are none, the first line follows.
    """
    lines: list[bytes] = []
    n_bytes = 0
    while (line := stream.readline(_MAX_HEADER_BYTES)).startswith(b"#"):
        lines.append(line)
        n_bytes += len(line)
        if n_bytes > _MAX_HEADER_BYTES:
            raise InputError(f"{name}: the header is longer than {_MAX_HEADER_BYTES} bytes")
        if not line.startswith(b"##"):
            return lines, b""
    if lines:
        raise InputError(f"{name}: the header has no line that begins with #CHROM")
    if not line:
        raise InputError(f"{name}: lists no variants")
    return lines, line


def _columns_of_bim(row: bytes) -> Sequence[str]:
    """Return the columns of a file without a header; CM may be left out."""
    has_cm = len(row.split()) != len(_BIM_COLUMNS_WITHOUT_CM)
    return _BIM_COLUMNS if has_cm else _BIM_COLUMNS_WITHOUT_CM


def _column_numbers(named: Sequence[str], name: str) -> Mapping[str, int]:
    """Return the number of each column by its name."""
    missing = [column for column in _VCF_COLUMNS[:5] if named.count(column) != 1]
    if missing or named[0] != _VCF_COLUMNS[0]:
        raise InputError(
            f"{name}: the line of column names must have {' '.join(_VCF_COLUMNS[:5])}, once each"
        )
    return {column: number for number, column in enumerate(named)}


def _plink_names(chromosome_of: ChromosomeOf) -> ChromosomeOf:
    """Return what also knows the numbers that PLINK gives X, Y and MT."""
    known: dict[str, str | None] = {}

    def plain_name(contig: str) -> str | None:
        if contig not in known:
            plain = contig.removeprefix("chr")
            known[contig] = chromosome_of(_PLINK_CODES.get(plain, contig))
        return known[contig]

    return plain_name


def _sequences(site: Record) -> Iterator[str]:
    return (alt for alt in site.alts if not alt.startswith("<"))


def _with_unnamed(site: Record, columns: Sequence[bytes]) -> Record:
    """Return a site with the alleles that have no name as empty texts."""
    ref, alt = ("" if text in _UNNAMED else text.decode("latin-1").upper() for text in columns[3:5])
    return dataclasses.replace(site, ref=ref or UNNAMED, alts=(alt or UNNAMED,))
