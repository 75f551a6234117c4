"""The lines of a stream, many at a time: where they are, and the positions of all of them at once.

A stream is read into one buffer of fixed size. Its letters are an array, so that one operation
looks at thousands of lines. A line that is longer than the buffer is a table of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from io import BufferedReader

import numpy as np
from numpy.typing import NDArray

_TAB = 9
_LINE_FEED = 10
_SIZE = 1 << 18  # fits into the cache of a processor
_WORD = 8
_PAD = 2 * _WORD  # before and behind the lines, so that words can be read there
_LONG_LINE = 1 << 12  # mean length from which lines are looked at one by one
_FIXED_TABS = 7  # in the columns before FORMAT
_MAX_DIGITS = 10

Places = NDArray[np.int64]
Flags = NDArray[np.bool_]
_Words = NDArray[np.uint64]


def _word(byte: int) -> np.uint64:
    """Return a word of eight times the same byte."""
    return np.uint64(int.from_bytes(bytes([byte]) * _WORD, "little"))


_HIGH, _ZEROS, _SIX, _LOW = map(_word, (0xF0, 0x30, 0x06, 0x0F))
# Of a word, the last n bytes, for n from 0 to 8; and zeros as digits for the bytes before them.
_KEPT: _Words = np.array(
    [(2**64 - 1) ^ (2 ** (8 * (_WORD - n)) - 1) for n in range(_WORD + 1)], np.uint64
)
_FILLED: _Words = _ZEROS & ~_KEPT
# Two digits become one number, then four, then eight: each step multiplies, shifts and masks.
_STEPS = (
    (np.uint64(10 * 2**8 + 1), np.uint64(8), np.uint64(0x00FF00FF00FF00FF)),
    (np.uint64(100 * 2**16 + 1), np.uint64(16), np.uint64(0x0000FFFF0000FFFF)),
    (np.uint64(10_000 * 2**32 + 1), np.uint64(32), np.uint64(0x00000000FFFFFFFF)),
)


@dataclass(frozen=True, slots=True)
class Positions:
    """The POS of some lines, and which of them are well-formed; others have any number.

    A well-formed line has at least eight columns, and a POS of one to ten digits.
    """

    pos: Places
    is_valid: Flags


class _Buffer:
    """A stretch of memory for lines, with room for the results of comparing each of its letters."""

    def __init__(self, size: int) -> None:
        self.bytes = bytearray(_PAD + size + _PAD)
        self.letters = np.frombuffer(self.bytes, np.uint8)
        # The eight bytes from each place on.
        self.words: _Words = np.ndarray((len(self.bytes) - _WORD + 1,), "<u8", self.bytes, 0, (1,))
        self.scratch = np.empty(len(self.bytes), np.uint8)
        self.flags = np.empty(len(self.bytes), np.bool_)


class LineTable:
    """The lines in a stretch of a buffer, each with its line feed.

    A table holds until the next one is read.
    """

    def __init__(self, buffer: _Buffer, start: int, stop: int) -> None:
        self._buffer = buffer
        self._words = buffer.words
        self._start, self._stop = start, stop
        self._letters = buffer.letters[start:stop]
        flags = np.equal(self._letters, _LINE_FEED, out=buffer.flags[start:stop])
        self._n_lines = int(np.count_nonzero(flags))

    def __len__(self) -> int:
        return self._n_lines

    @property
    def has_short_lines(self) -> bool:
        """Say whether the lines are short enough to look at them together."""
        return self._stop - self._start < self._n_lines * _LONG_LINE

    @cached_property
    def _breaks(self) -> tuple[Places, Places]:
        """The places of all tabs and line feeds, and which of them, by number, are line feeds."""
        letters, flags = self._letters, self._buffer.flags[self._start : self._stop]
        # Both are neighbours: one comparison finds them.
        steps = np.subtract(letters, _TAB, out=self._buffer.scratch[self._start : self._stop])
        breaks = np.flatnonzero(np.less_equal(steps, _LINE_FEED - _TAB, out=flags))
        return breaks + self._start, np.flatnonzero(letters[breaks] == _LINE_FEED)

    @cached_property
    def stops(self) -> Places:
        """The places behind each line."""
        if not self.has_short_lines:
            return np.flatnonzero(self._letters == _LINE_FEED) + (self._start + 1)
        breaks, feeds = self._breaks
        return breaks[feeds] + 1

    @cached_property
    def starts(self) -> Places:
        """The first place of each line."""
        return np.concatenate([np.array([self._start]), self.stops[:-1]])

    def text(self, number: int) -> bytes:
        """Return a line."""
        return bytes(self._buffer.bytes[self.starts[number] : self.stops[number]])

    def run(self, first: int, beginning: bytes) -> int:
        """Return how many lines from a number on begin alike, up to the first other one."""
        if not beginning:
            return 0
        is_same = self.begin_with(beginning, first)
        return len(is_same) if is_same.all() else int(is_same.argmin())

    def begin_with(self, beginning: bytes, first: int = 0) -> Flags:
        """Return which lines, from a number on, begin with some letters."""
        starts = self.starts[first:]
        is_same = np.ones(len(starts), np.bool_)
        for at in range(0, len(beginning), _WORD):
            part = beginning[at : at + _WORD]
            mask = np.uint64(2 ** (8 * len(part)) - 1)
            within = np.minimum(starts + at, len(self._words) - 1) if at else starts
            is_same &= (self._words[within] & mask) == np.uint64(int.from_bytes(part, "little"))
        return is_same

    def positions(self, first: int, last: int) -> Positions:
        """Return the positions of the lines from a number on and before another."""
        breaks, feeds = self._breaks
        feeds_before = feeds[first - 1 : last] if first else np.append(-1, feeds[:last])
        first_break, feed = feeds_before[:-1] + 1, feeds_before[1:]
        second_tab = breaks[np.minimum(first_break + 1, feed)]
        pos, is_number = self._numbers(second_tab, second_tab - breaks[first_break] - 1)
        return Positions(pos, is_number & (feed - first_break >= _FIXED_TABS))

    def columns(self, number: int) -> tuple[Places, Places]:
        """Return where a column, counted from 0, begins in each line, and the place behind it.

        A line with fewer columns has its last column there.
        """
        breaks, feeds = self._breaks
        first = np.append(0, feeds[:-1] + 1)
        last = np.minimum(first + number, feeds)
        before = np.where(last == first, self.starts - 1, breaks[np.maximum(last - 1, 0)])
        return before + 1, breaks[last]

    def numbers(self, column: int) -> Positions:
        """Return the numbers in a column, and which are whole numbers of one to ten digits."""
        starts, stops = self.columns(column)
        return Positions(*self._numbers(stops, stops - starts))

    def count_in(self, letter: bytes, column: int) -> Places:
        """Return how often a letter is in a column of each line."""
        found = np.flatnonzero(self._letters == letter[0]) + self._start
        if not len(found):
            return np.zeros(len(self), np.int64)
        starts, stops = self.columns(column)
        return np.searchsorted(found, stops) - np.searchsorted(found, starts)

    def n_columns(self) -> Places:
        """Return the number of columns of each line."""
        _, feeds = self._breaks
        return np.diff(feeds, prepend=-1)

    def _numbers(self, stops: Places, widths: Places) -> tuple[Places, Flags]:
        """Return the whole numbers of some widths that end before places, and which are valid."""
        widest = int(widths.max(initial=0))
        is_valid = widths > 0
        if widest > _MAX_DIGITS:
            is_valid &= widths <= _MAX_DIGITS
        kept = np.maximum(np.minimum(widths, _WORD), 0)
        words = (self._words[stops - _WORD] & _KEPT[kept]) | _FILLED[kept]
        is_valid &= ((words & _HIGH) == _ZEROS) & (((words + _SIX) & _HIGH) == _ZEROS)
        words &= _LOW
        for factor, shift, mask in _STEPS:
            words *= factor
            words >>= shift
            words &= mask
        numbers = words.astype(np.int64)
        for n_digits in range(_WORD + 1, min(widest, _MAX_DIGITS) + 1):
            digits = self._buffer.letters[stops - n_digits] - np.uint8(ord("0"))
            has_digit = widths >= n_digits
            is_valid &= ~has_digit | (digits < len(b"0123456789"))
            numbers += np.where(has_digit, digits, 0).astype(np.int64) * 10 ** (n_digits - 1)
        return numbers, is_valid

    @cached_property
    def _pairs(self) -> tuple[NDArray[np.uint16], NDArray[np.uint16]]:
        """The letters two by two, from the first and from the second letter on."""
        n = self._stop - self._start
        even = np.frombuffer(self._buffer.bytes, "<u2", n // 2, self._start)
        odd = np.frombuffer(self._buffer.bytes, "<u2", (n - 1) // 2, self._start + 1)
        return even, odd

    def _has_pair(self, pair: bytes) -> bool:
        value = np.uint16(int.from_bytes(pair, "little"))
        flags = self._buffer.flags
        return any(
            bool(np.equal(pairs, value, out=flags[: len(pairs)]).any()) for pairs in self._pairs
        )

    @cached_property
    def far_ends(self) -> tuple[Places, Places, Places]:
        """Return which lines may end far behind their REF: in their INFO or FORMAT.

        The values are lines with a single END, the number of each, and lines with anything else
        that has to be read in full: other ENDs, SVLEN and LEN.
        """
        nothing = np.zeros(0, np.int64)
        if not self._has_pair(b"EN"):
            return nothing, nothing, nothing
        lines, ends, is_plain = self._plain_ends()
        others = [lines[~is_plain]]
        for pair, name in ((b"VL", b"SVLEN="), (b":L", b":LEN")):
            if self._has_pair(pair):
                others.append(self._lines_with(name))
        return lines[is_plain], ends[is_plain], np.concatenate(others)

    def _plain_ends(self) -> tuple[Places, Places, Flags]:
        """Return the lines with END=, its numbers, and whether each is one number."""
        first, second = (np.uint16(int.from_bytes(pair, "little")) for pair in (b"EN", b"D="))
        found = [
            np.flatnonzero((pairs[:-1] == first) & (pairs[1:] == second)) * 2 + n + self._start
            for n, pairs in enumerate(self._pairs)
        ]
        places = np.sort(np.concatenate(found))
        if not len(places):
            return places, places, np.zeros(0, np.bool_)
        before = self._letters[places - self._start - 1]
        places = places[(before == _TAB) | (before == ord(";"))] + len(b"END=")
        following = places[:, None] + np.arange(_MAX_DIGITS + 1)
        letters = self._buffer.letters[following]
        is_digit = (letters >= ord("0")) & (letters <= ord("9"))
        widths = np.where(is_digit.all(axis=1), _MAX_DIGITS + 1, is_digit.argmin(axis=1))
        numbers, is_valid = self._numbers(places + widths, widths)
        behind = np.take_along_axis(letters, np.minimum(widths, _MAX_DIGITS)[:, None], axis=1)[:, 0]
        is_plain = is_valid & ((behind == _TAB) | (behind == ord(";")))
        return np.searchsorted(self.stops, places, "right"), numbers, is_plain

    def _lines_with(self, name: bytes) -> Places:
        """Return the numbers of the lines that contain a text, rising."""
        found: list[int] = []
        place = self._buffer.bytes.find(name, self._start, self._stop)
        while place >= 0:
            number = int(np.searchsorted(self.stops, place, "right"))
            found.append(number)
            place = self._buffer.bytes.find(name, int(self.stops[number]), self._stop)
        return np.array(found, np.int64)


def line_tables(
    stream: BufferedReader, max_line: int, size: int = _SIZE
) -> Iterator[LineTable | bytes]:
    """Yield all lines of a stream from its position on, in tables; long ones one by one.

    Only the last line may lack its line feed, and one that is longer than ``max_line`` bytes: it is
    cut there, and nothing follows. Both are yielded by themselves.
    """
    buffer = _Buffer(size)
    data, view = buffer.bytes, memoryview(buffer.bytes)
    kept, n_long = 0, 0  # bytes of an unfinished line: in the buffer, and in parts before it
    long_line: list[bytes] = []  # the parts of one that the buffer cannot hold
    while n_read := stream.readinto1(view[_PAD + kept : _PAD + size]):
        start, filled = _PAD, _PAD + kept + n_read
        if long_line:
            start = data.find(b"\n", _PAD, filled) + 1
            long_line.append(bytes(view[_PAD : start or filled]))
            n_long += len(long_line[-1])
            if n_long > max_line:
                break
            if not start:
                continue
            yield b"".join(long_line)
            long_line.clear()
        stop = data.rfind(b"\n", start, filled) + 1
        if stop:
            yield LineTable(buffer, start, stop)
            start = stop
        kept = filled - start
        if kept == size:
            long_line, n_long, kept = [bytes(view[_PAD:filled])], kept, 0
        elif kept:
            data[_PAD : _PAD + kept] = data[start:filled]
    rest = b"".join(long_line) or bytes(view[_PAD : _PAD + kept])
    if rest:
        yield rest[:max_line]
