"""The rows of a variant file as text: where each stands, and which of them are wanted.

Rows are kept as bytes. What stands where is read here, and nothing is skipped in silence: a row
that cannot be placed is an error, a row elsewhere may look as it likes.
"""

from __future__ import annotations

import re
import zlib
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import accumulate
from typing import IO, NoReturn

from pgx_ana.errors import InputError

TAB = b"\t"

FIXED = 8
"""Columns before FORMAT."""

MAX_BYTES = 1 << 28
"""No line may be longer; rows of half a million people with many fields stay well below."""

_MAX_DIGITS = 10
_FARTHEST = 10**_MAX_DIGITS
_LINE_FEED = 10
_BLANK = frozenset({b"\n", b"\r\n"})
_END = re.compile(rb"(?:^|;)END=([0-9]{1,10})(?:;|$)")
_SVLEN = re.compile(rb"(?:^|;)SVLEN=(-?[0-9]{1,10})")
_SPANNING = (b"<DEL", b"<DUP", b"<CNV")

ChromosomeOf = Callable[[str], str | None]
"""Gives the plain name of a contig, None where it is no known chromosome."""


@dataclass(frozen=True, slots=True)
class Target:
    """A stretch of a chromosome (plain name, 1-based inclusive) whose records are wanted."""

    chrom: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Line:
    """One row: its chromosome (plain name), first and last position, and bytes without line end.

    ``place`` says where it stands, for messages.
    """

    chrom: str
    pos: int
    end: int
    text: bytes
    place: str


@dataclass(slots=True)
class _NextTarget:
    """The next target for rows whose POS is above ``floor`` and at most ``ceiling``.

    ``start`` is the first position of any target from there on; far away where none is left.
    """

    chrom: str
    floor: int
    ceiling: int
    start: int


class TargetIndex:
    """Finds the targets that a row overlaps, quickly for the many that overlap none."""

    def __init__(self, targets: Sequence[Target]) -> None:
        by_chrom: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
        for number, target in enumerate(targets):
            by_chrom[target.chrom].append((target.end, target.start, number))
        self._of: dict[str, tuple[list[int], list[int], list[tuple[int, int, int]]]] = {}
        for chrom, found in by_chrom.items():
            found.sort()
            starts = list(accumulate((start for _, start, _ in reversed(found)), min))
            self._of[chrom] = ([end for end, _, _ in found], starts[::-1], found)

    def __contains__(self, chrom: str) -> bool:
        return chrom in self._of

    def near(self, chrom: str, pos: int) -> _NextTarget:
        """Return what lies next for rows at a position, and up to where that holds."""
        ends, starts, _ = self._of[chrom]
        index = bisect_left(ends, pos)
        floor = ends[index - 1] if index else -1
        if index == len(ends):
            return _NextTarget(chrom, floor, _FARTHEST, 2 * _FARTHEST)
        return _NextTarget(chrom, floor, ends[index], starts[index])

    def hits(self, chrom: str, start: int, end: int) -> list[int]:
        """Return the numbers of the targets that a stretch overlaps, in their order."""
        ends, _, found = self._of[chrom]
        rest = found[bisect_left(ends, start) :]
        return sorted(number for _, first, number in rest if first <= end)


class Scan:
    """One pass over the rows of a text file.

    ``name`` and ``number``, the lines of the header, are for messages; ``n_columns`` is what a row
    must have. After the pass, ``is_open`` says whether the last row lacks its line end.
    """

    def __init__(self, name: str, number: int, n_columns: int) -> None:
        self._name = name
        self._number = number
        self._n_columns = n_columns
        self.is_open = False

    def wanted(
        self, stream: IO[bytes], plain: ChromosomeOf, wanted: TargetIndex
    ) -> Iterator[tuple[Line, list[int]]]:
        """Yield the rows that overlap a target, with the numbers of the targets.

        ``stream`` stands behind the header. Raises :class:`InputError` for a row that cannot be
        placed, and for a file that ends within a row.
        """
        contig: bytes | None = None
        near: _NextTarget | None = None
        for text in self._texts(stream):
            tab = text.find(TAB)
            if text[:tab] != contig or tab < 0:
                contig = self._contig(text, tab)
                chrom = plain(contig.decode("latin-1"))
                near = wanted.near(chrom, 0) if chrom is not None and chrom in wanted else None
            if near is None:
                continue
            digits = text[tab + 1 : text.find(TAB, tab + 1)]
            if not digits.isdigit() or len(digits) > _MAX_DIGITS or text.count(TAB) < FIXED - 1:
                self._refuse(text, digits)
            pos = int(digits)
            if not near.floor < pos <= near.ceiling:
                near = wanted.near(near.chrom, pos)
            distance = near.start - pos
            if distance > len(text) and b"END=" not in text and b"SVLEN=" not in text:
                continue
            line = self._line(text, near.chrom)
            hits = wanted.hits(near.chrom, line.pos, line.end)
            if hits and self.is_open:
                raise_unterminated(line)
            if hits:
                yield line, hits

    def verify(self, stream: IO[bytes]) -> None:
        """Read every row and raise :class:`InputError` for the first malformed one."""
        for text in self._texts(stream):
            digits = text[text.find(TAB) + 1 :].split(TAB, 1)[0]
            columns = text.count(TAB) + 1
            if columns != self._n_columns or not digits.isdigit() or len(digits) > _MAX_DIGITS:
                self._refuse(text, digits)

    @property
    def _place(self) -> str:
        return f"{self._name}: line {self._number}"

    def _texts(self, stream: IO[bytes]) -> Iterator[bytes]:
        """Yield the rows, without blank lines."""
        try:
            for text in iter(partial(stream.readline, MAX_BYTES), b""):
                self._number += 1
                if text[-1] != _LINE_FEED:
                    self._end(text)
                if text not in _BLANK:
                    yield text
        except (EOFError, OSError, zlib.error) as error:
            raise InputError(
                f"{self._name}: is truncated or damaged after line {self._number}: {error}"
            ) from error

    def _end(self, text: bytes) -> None:
        """Note that a line has no end; refuse what is too long, or cut before its last column."""
        self.is_open = True
        if len(text) == MAX_BYTES:
            raise InputError(f"{self._place}: is longer than {MAX_BYTES} bytes")
        if text.count(TAB) + 1 < self._n_columns:
            raise InputError(f"{self._place}: the file is truncated: it ends within this row")

    def _contig(self, text: bytes, tab: int) -> bytes:
        if tab < 0:
            raise InputError(f"{self._place}: is not a row: it has no tab")
        return text[:tab]

    def _line(self, text: bytes, chrom: str) -> Line:
        columns = text.split(TAB, FIXED)
        if not _is_position(columns[1]):
            self._refuse(text, columns[1])
        place = f"{self._place}: {quoted(columns[0])}:{int(columns[1])}"
        return Line(chrom, int(columns[1]), end_of(columns), text.rstrip(b"\r\n"), place)

    def _refuse(self, text: bytes, digits: bytes) -> NoReturn:
        """Refuse a row that has another number of columns than the header, or no position."""
        columns = text.count(TAB) + 1
        if columns == self._n_columns:
            raise InputError(f"{self._place}: POS {quoted(digits)!r} is not a position")
        raise InputError(f"{self._place}: has {columns} columns; the header has {self._n_columns}")


def raise_unterminated(line: Line) -> NoReturn:
    """Refuse a wanted row that ends with the file, but without a line feed."""
    raise InputError(
        f"{line.place}: the file ends within this row, without a line feed, and may be cut; add a "
        "line feed if it is whole"
    )


def end_of(columns: Sequence[bytes]) -> int:
    """Return the last position of a row from its fixed columns.

    That is END, else that of a structural variant by its SVLEN, else that of REF.
    """
    pos, ref, alt, info = int(columns[1]), columns[3], columns[4], columns[7]
    last = pos + max(len(ref), 1) - 1
    end = _END.search(info)
    if end is not None:
        return max(last, int(end[1]))
    if last == pos and any(word in alt for word in _SPANNING):
        length = _SVLEN.search(info)
        if length is not None:
            return pos + abs(int(length[1]))
    return last


def parse_line(text: bytes, chrom: str, name: str) -> Line:
    """Return a row that an index led to. Raises :class:`InputError` where it is malformed."""
    columns = text.split(TAB, FIXED)
    place = f"{name}: {quoted(columns[0])}"
    if len(columns) < FIXED:
        raise InputError(f"{place}: a row has only {len(columns)} columns")
    if not _is_position(columns[1]):
        raise InputError(f"{place}: POS {quoted(columns[1])!r} is not a position")
    pos = int(columns[1])
    return Line(chrom, pos, end_of(columns), text.rstrip(b"\r\n"), f"{place}:{pos}")


def _is_position(digits: bytes) -> bool:
    """Say whether bytes are a number as all readers read it: 0100 is 64 to those of an index."""
    return (
        digits.isdigit()
        and len(digits) <= _MAX_DIGITS
        and not (digits.startswith(b"0") and len(digits) > 1)
    )


def quoted(text: bytes) -> str:
    """Return a piece of a file as it may stand in a message."""
    return text[:40].decode("utf-8", "backslashreplace")
