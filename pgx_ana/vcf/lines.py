"""The rows of a variant file as text: where each one is, and which of them overlap a target.

Rows are kept as bytes. Only their positions are read here, and no row is skipped without being
placed: a row without a valid position is an error on a chromosome that has targets. What else a
row contains matters only where it overlaps a target.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import BufferedReader
from typing import NoReturn

import numpy as np

from pgx_ana.errors import InputError
from pgx_ana.printable import printable
from pgx_ana.vcf.blocks import OpenBlocks, longest_block_end
from pgx_ana.vcf.line_table import LineTable, line_tables
from pgx_ana.vcf.targets import BEYOND_ALL, MAX_POSITION_DIGITS, NextTarget, TargetIndex

TAB = b"\t"

FIXED = 8
"""Columns before FORMAT."""

_MAX_LINE_BYTES = 1 << 28  # rows of half a million people with many fields are well below
_LINE_FEED = 10
_ZERO = ord("0")
_BLANK = frozenset({b"\n", b"\r\n"})
_LONG_LINE = 1 << 12  # bytes from which the columns of samples are not searched
_SHORT_RUN = 16  # lines of one contig: if so few follow one another, they are not sorted
_ONE_BY_ONE = 64
_ONE_END = re.compile(rb"(?:^|;)END=([0-9]{1,10})(?:;|$)")
_END = re.compile(rb"(?:^|;)END=((?:[0-9]{1,10}|\.)(?:,(?:[0-9]{1,10}|\.))*)(?:;|$)")
_SVLEN = re.compile(rb"(?:^|;)SVLEN=((?:-?[0-9]{1,10}|\.)(?:,(?:-?[0-9]{1,10}|\.))*)(?:;|$)")
_SPANNING_ALTS = (b"<DEL", b"<DUP", b"<CN")

CARRIAGE_RETURNS = (
    "the lines end with carriage returns alone, as on old Macintosh systems; convert them to line "
    "feeds, for example with tr '\\r' '\\n'"
)

ChromosomeOf = Callable[[str], str | None]
"""Gives the plain name of a contig, None where it is no known chromosome."""

IsLast = Callable[[LineTable | bytes, int], bool]
"""Says of lines, and of the last position of their blocks, whether no others are wanted."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row: its chromosome (plain name), first and last position, and bytes without line end.

    ``place`` is the file, the line number where known, contig and position, for messages. ``ends``
    has the last position of each ALT.
    """

    chrom: str
    pos: int
    end: int
    text: bytes
    place: str
    ends: tuple[int, ...]


class Scan:
    """One pass over the rows of a text file.

    ``name`` is that of the file and ``header_lines`` the length of its header, for messages: None
    where the pass begins elsewhere, so that lines have no numbers;
    ``n_columns`` is the number of columns that a row must have. After the pass, ``is_unterminated``
    says whether the last row lacks its line feed.
    """

    def __init__(self, name: str, header_lines: int | None, n_columns: int) -> None:
        self._name = name
        self._is_numbered = header_lines is not None
        self._line_number = header_lines or 0
        self._n_columns = n_columns
        self.is_unterminated = False

    def overlapping(
        self,
        stream: BufferedReader,
        chromosome_of: ChromosomeOf,
        targets: TargetIndex,
        is_last: IsLast | None = None,
    ) -> Iterator[tuple[Line, list[int]]]:
        """Yield the rows that overlap a target, with the numbers of the targets.

        ``stream`` is behind the header. Raises :class:`InputError` for a row without a valid
        position, and for a file that ends within a row. If ``is_last`` says so of some lines, all
        behind them is left unread.
        """
        search = _Search(chromosome_of, targets)
        for lines in self._tables(stream):
            before = self._line_number
            for number in _one_by_one(lines, search):
                self._line_number = before + number
                found = self._overlapped(_text(lines, number), search)
                if found is not None:
                    yield found
            self._line_number = before + _count(lines)
            if is_last is not None and is_last(lines, search.blocks.end):
                return

    def _overlapped(self, text: bytes, search: _Search) -> tuple[Line, list[int]] | None:
        """Return the next row and the targets that it overlaps; None where it overlaps none."""
        if self._is_blank(text):
            return None
        tab = text.find(TAB)
        if tab < 0 or text[: tab + 1] != search.beginning:
            search.enter(self._contig(text, tab))
        nearest, blocks = search.nearest, search.blocks
        if nearest is None:
            return None
        head = _head(text)
        digits = text[tab + 1 : text.find(TAB, tab + 1)]
        pos = self._position(text, digits, head)
        if pos <= blocks.end:
            blocks.check(text, self._place)
        if not nearest.floor < pos <= nearest.ceiling:
            nearest = search.nearest = search.targets.next_target(nearest.chrom, pos)
        # REF is shorter than its row: such a row cannot reach the target.
        if nearest.start - pos > len(head) and not _may_have_end(head):
            return None
        columns = head.split(TAB, FIXED)
        if not _is_position(digits):
            self._reject(text, digits)
        if b"LEN" in columns[-1]:
            columns = text.split(TAB, FIXED)
        ends = ends_of(columns)
        numbers = search.targets.overlapped(nearest.chrom, pos, max(ends))
        if not numbers:
            return None
        blocks.add(text)
        return self._line(text, nearest.chrom, pos, ends), numbers

    def _position(self, text: bytes, digits: bytes, head: bytes) -> int:
        if not _is_number(digits) or head.count(TAB) < FIXED - 1:
            self._reject(text, digits)
        return int(digits)

    def verify(self, stream: BufferedReader) -> None:
        """Read every row and raise :class:`InputError` for the first malformed one."""
        for lines in self._tables(stream):
            before = self._line_number
            for number in _malformed(lines, self._n_columns):
                self._line_number = before + number
                text = _text(lines, number)
                if not self._is_blank(text):
                    self._check(text)
            self._line_number = before + _count(lines)

    def _check(self, text: bytes) -> None:
        if text.startswith(b"#"):
            self._contig(text, text.find(TAB))
        digits = text[text.find(TAB) + 1 :].split(TAB, 1)[0]
        if text.count(TAB) + 1 != self._n_columns or not _is_number(digits):
            self._reject(text, digits)

    def rows(self, stream: BufferedReader) -> Iterator[bytes]:
        """Yield every row as bytes, unchecked. Raises :class:`InputError` for a damaged file."""
        for lines in self._tables(stream):
            for number in range(_count(lines)):
                text = _text(lines, number)
                if not self._is_blank(text):
                    yield text

    def outer_positions(self, stream: BufferedReader) -> Iterator[tuple[str, int]]:
        """Yield contigs with the lowest and highest POS of rows that follow one another on them.

        Rows without a position are passed over. Raises :class:`InputError` for a damaged file.
        """
        for lines in self._tables(stream):
            first = 0
            while first < _count(lines):
                text = _text(lines, first)
                self._is_blank(text)
                contig, tab, rest = text.partition(TAB)
                digits = rest.partition(TAB)[0]
                positions = [int(digits)] if digits.isdigit() else []
                n_alike = 1
                if tab and isinstance(lines, LineTable) and lines.has_short_lines:
                    n_alike = lines.run(first, contig + tab)
                    found = lines.positions(first, first + n_alike)
                    valid = found.pos[found.is_valid]
                    positions = [int(valid.min()), int(valid.max())] if len(valid) else []
                for pos in positions:
                    yield contig.decode("latin-1"), pos
                first += n_alike
                self._line_number += n_alike - 1

    @property
    def _place(self) -> str:
        return f"{self._name}: line {self._line_number}" if self._is_numbered else self._name

    def _tables(self, stream: BufferedReader) -> Iterator[LineTable | bytes]:
        """Yield the lines, many at a time or a single long one."""
        try:
            yield from line_tables(stream, _MAX_LINE_BYTES)
        except (EOFError, OSError) as error:
            after = f" after line {self._line_number}" if self._is_numbered else ""
            raise InputError(
                f"{self._name}: the file is truncated or damaged{after} ({error}); copy or "
                "download it again"
            ) from error

    def _is_blank(self, text: bytes) -> bool:
        """Count a line, and say whether it is blank; reject it if it is cut in an early column."""
        self._line_number += 1
        if text[-1] != _LINE_FEED:
            self._note_unterminated(text)
        return len(text) <= len(b"\r\n") and text in _BLANK

    def _note_unterminated(self, text: bytes) -> None:
        """Note that a line has no line feed; reject it if too long, or cut in an early column."""
        self.is_unterminated = True
        if len(text) == _MAX_LINE_BYTES:
            raise InputError(f"{self._place}: the line is longer than {_MAX_LINE_BYTES} bytes")
        if b"\r" in text.rstrip(b"\r"):
            raise InputError(f"{self._place}: {CARRIAGE_RETURNS}")
        if text.count(TAB) + 1 < self._n_columns:
            raise InputError(
                f"{self._place}: the file is truncated: it ends within this row; copy or download "
                "it again"
            )

    def _contig(self, text: bytes, tab: int) -> bytes:
        if text.startswith(b"#"):
            where = f"at line {self._line_number}" if self._is_numbered else "among the rows"
            raise header_among_rows(self._name, where, text)
        if tab < 0:
            raise InputError(f"{self._place}: is not a row of a VCF file: it has no tab")
        return text[:tab]

    def _line(self, text: bytes, chrom: str, pos: int, ends: tuple[int, ...]) -> Line:
        """Return a row that overlaps a target; reject it if the file ends within it."""
        contig = text[: text.find(TAB)]
        place = f"{self._place}: {_quoted(contig)}:{pos}"
        line = Line(chrom, pos, max(ends), text.rstrip(b"\r\n"), place, ends)
        if self.is_unterminated:
            reject_unterminated(line)
        return line

    def _reject(self, text: bytes, digits: bytes) -> NoReturn:
        """Reject a row for its number of columns if that is not the header's, else for its POS."""
        n_columns = text.count(TAB) + 1
        if n_columns == self._n_columns:
            raise InputError(f"{self._place}: {_not_a_position(digits)}")
        raise InputError(
            f"{self._place}: the row has {n_columns} columns; the header has {self._n_columns}"
        )


class _Search:
    """The search for targets in the rows of a file: where it is, and which rows it passes over.

    ``beginning`` is the contig of the row before, with its tab; ``nearest`` the next target, None
    where the contig has none. Both hold until a row of another contig is entered.
    """

    def __init__(self, chromosome_of: ChromosomeOf, targets: TargetIndex) -> None:
        self._chromosome_of = chromosome_of
        self.targets = targets
        self.beginning = b""
        self.nearest: NextTarget | None = None
        self.blocks = OpenBlocks()

    def enter(self, contig: bytes) -> None:
        """Go to another contig."""
        self.beginning = contig + TAB
        chrom = self._chromosome_of(contig.decode("latin-1"))
        has_targets = chrom is not None and chrom in self.targets
        self.nearest = self.targets.next_target(chrom, 0) if chrom and has_targets else None
        self.blocks = OpenBlocks()

    def near(self, lines: LineTable, first: int, last: int) -> Iterator[int]:
        """Yield the numbers of the lines of a run on the present contig that have to be read.

        The others are well-formed, and overlap neither a target nor a block that was read.
        """
        if self.nearest is None or first == last:
            return
        found = lines.positions(first, last)
        reach = found.pos + (lines.stops[first:last] - lines.starts[first:last])
        with_end, ends, others = lines.far_ends
        if len(with_end):
            is_here = (with_end >= first) & (with_end < last)
            np.maximum.at(reach, with_end[is_here] - first, ends[is_here])
        is_near = self.targets.may_overlap(self.nearest.chrom, found.pos, reach) | ~found.is_valid
        is_near[others[(others >= first) & (others < last)] - first] = True
        number, blocks_end = 0, 0
        while number < len(is_near):
            if self.blocks.end > blocks_end:
                blocks_end = self.blocks.end
                is_near |= found.pos <= blocks_end
            number += int(is_near[number:].argmax())
            if not is_near[number]:
                return
            yield first + number
            number += 1


def _one_by_one(lines: LineTable | bytes, search: _Search) -> Iterator[int]:
    """Yield the numbers of the lines of a table that have to be read.

    Each is read before the next one is yielded.
    """
    if isinstance(lines, bytes) or not lines.has_short_lines:
        yield from range(_count(lines))
        return
    first, n_lines = 0, len(lines)
    while first < n_lines:
        is_first_row = not search.beginning
        n_alike = lines.run(first, search.beginning)
        yield from search.near(lines, first, first + n_alike)
        first += n_alike
        n_others = 1 if n_alike >= _SHORT_RUN or is_first_row else _ONE_BY_ONE
        others = range(first, min(first + n_others, n_lines))
        yield from others
        first = others.stop


def _malformed(lines: LineTable | bytes, n_columns: int) -> Iterable[int]:
    """Return the numbers of the lines of a table that may be malformed."""
    if isinstance(lines, bytes) or not lines.has_short_lines:
        return range(_count(lines))
    is_well_formed = lines.positions(0, len(lines)).is_valid & (lines.n_columns() == n_columns)
    found: list[int] = np.flatnonzero(~is_well_formed | lines.begin_with(b"#")).tolist()
    return found


def _text(lines: LineTable | bytes, number: int) -> bytes:
    return lines if isinstance(lines, bytes) else lines.text(number)


def _count(lines: LineTable | bytes) -> int:
    return 1 if isinstance(lines, bytes) else len(lines)


def _head(text: bytes) -> bytes:
    """Return a row without its samples if it is long."""
    if len(text) < _LONG_LINE:
        return text
    tab = -1
    for _ in range(FIXED + 1):
        tab = text.find(TAB, tab + 1)
        if tab < 0:
            return text
    return text[:tab]


def _may_have_end(text: bytes) -> bool:
    """Say whether a row may end elsewhere than its REF."""
    return b"END=" in text or b"SVLEN=" in text or b":LEN" in text


def span_of(row: bytes) -> tuple[int, int]:
    """Return the first and the last position of a row.

    Where the row must be read in full to know them, or is malformed, they are 0 and a number beyond
    every position.
    """
    columns = _head(row).split(TAB, FIXED)
    if len(columns) < FIXED or not _is_position(columns[1]):
        return 0, BEYOND_ALL
    pos, info = int(columns[1]), columns[7]
    last = pos + (len(columns[3]) or 1) - 1
    if b"SVLEN=" in info or b"LEN" in columns[-1]:
        return 0, BEYOND_ALL
    if b"END=" not in info:
        return pos, last
    end = info[len(b"END=") :].partition(b";")[0]  # the rows of a gVCF, of which there are most
    if not info.startswith(b"END=") or not _is_number(end) or info.count(b"END=") > 1:
        return 0, BEYOND_ALL
    return pos, max(last, int(end))


def reject_unterminated(line: Line) -> NoReturn:
    """Reject a row that overlaps a target and ends with the file, without a line feed."""
    raise InputError(
        f"{line.place}: the file ends within this row, without a line feed, and may be truncated; "
        "if it is complete, add a line feed at its end"
    )


def ends_of(columns: Sequence[bytes]) -> tuple[int, ...]:
    """Return the last position of each ALT of a row from its fixed columns.

    It is END, else that of a structural variant by its SVLEN, else the last position of REF. Both
    fields may have a value for each ALT (VCF 4.4, section 3); a single value counts for all, and of
    a wrong number of values the largest does. Where a row has several structural variants, SVLEN
    tells them apart, and END is that of the longest. A block reaches at least as far as the longest
    of any sample by LEN.
    """
    pos, alt_column, info = int(columns[1]), columns[4], columns[7]
    last = max(pos + max(len(columns[3]), 1) - 1, longest_block_end(columns))
    if b"END=" not in info and (b"<" not in alt_column or b"SVLEN=" not in info):
        return (last,) * (alt_column.count(b",") + 1)
    end = _ONE_END.search(info)
    if end is not None and b"SVLEN=" not in info:  # the rows of a gVCF, of which there are most
        value = int(end[1])
        row_end = (value if value > last else last,)
        return row_end * (alt_column.count(b",") + 1) if b"," in alt_column else row_end
    n_alts = alt_column.count(b",") + 1
    ends = _END.search(info) if b"END=" in info else None
    lengths = _SVLEN.search(info) if b"SVLEN=" in info and b"<" in alt_column else None
    if lengths is None:
        if ends is None:
            return (last,) * n_alts
        return tuple(max(last, end) for end in _per_alt(ends, n_alts))
    by_end = _per_alt(ends, n_alts)
    by_length = _per_alt(lengths, n_alts)
    is_spanning = [alt.startswith(_SPANNING_ALTS) for alt in alt_column.upper().split(b",")]
    for number, length in enumerate(by_length):
        if length and is_spanning[number] and (sum(is_spanning) > 1 or not by_end[number]):
            by_end[number] = pos + length
    return tuple(max(last, end) for end in by_end)


def _per_alt(match: re.Match[bytes] | None, n_alts: int) -> list[int]:
    """Return a value of a field for each ALT, without its sign; 0 where it has none."""
    if match is None:
        return [0] * n_alts
    values = [0 if value == b"." else abs(int(value)) for value in match[1].split(b",")]
    return values if len(values) == n_alts else [max(values)] * n_alts


def header_among_rows(name: str, where: str, text: bytes) -> InputError:
    """Return the error for a line of a file, called ``name``, that begins with ``#`` among rows."""
    line = printable(_quoted(text.rstrip(b"\r\n").split(TAB, 1)[0]))
    if text.startswith((b"##fileformat", b"#CHROM")):
        return InputError(
            f"{name}: a second header begins {where} ({line}): the rows behind it may be another "
            "person's; if files were put together, separate them or join them with bcftools"
        )
    return InputError(
        f"{name}: the line {where} begins with # among the rows ({line}): a comment or a second "
        "header; the rows behind it may be another person's; remove the line if they are not"
    )


def parse_line(text: bytes, chrom: str, name: str) -> Line:
    """Return a row of a file that an index gave; ``name`` is that of the file, for messages.

    Raises :class:`InputError` where the row has too few columns or no valid position.
    """
    columns = text.split(TAB, FIXED)
    place = f"{name}: {_quoted(columns[0])}"
    if len(columns) < FIXED:
        raise InputError(f"{place}: a row has {len(columns)} columns; it must have at least 8")
    if not _is_position(columns[1]):
        raise InputError(f"{place}: {_not_a_position(columns[1])}")
    pos = int(columns[1])
    ends = ends_of(columns)
    return Line(chrom, pos, max(ends), text.rstrip(b"\r\n"), f"{place}:{pos}", ends)


def _is_position(digits: bytes) -> bool:
    """Say whether all readers take bytes for the same number.

    A leading zero makes them octal to the readers that build an index: 0100 is 64 there.
    """
    return (
        digits.isdigit()
        and len(digits) <= MAX_POSITION_DIGITS
        and (digits[0] != _ZERO or len(digits) == 1)
    )


def _is_number(digits: bytes) -> bool:
    return digits.isdigit() and len(digits) <= MAX_POSITION_DIGITS


def _not_a_position(digits: bytes) -> str:
    return (
        f"POS {_quoted(digits)!r} is not a position: it must be a number of at most "
        f"{MAX_POSITION_DIGITS} digits, without leading zeros"
    )


def _quoted(text: bytes) -> str:
    """Return the beginning of a piece of a file, for messages."""
    return text[:40].decode("utf-8", "backslashreplace")
