"""Rows of a sorted BGZF file without an index, found by hopping from block to block.

A block can be found from any byte of the file, and shows by its first row where in the genome it
is. A few of them are enough to find the contigs and, on each, the known sites: the user says that
the file is sorted. What is read is checked as in one pass; a wrong order that is seen is an error.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BufferedReader
from itertools import groupby, pairwise
from pathlib import Path

import numpy as np

from pgx_ana.errors import InputError
from pgx_ana.printable import printable
from pgx_ana.vcf.inflation import BgzfContent, Blocks, open_blocks
from pgx_ana.vcf.line_table import LineTable, Places
from pgx_ana.vcf.lines import TAB, ChromosomeOf, Line, Scan, header_among_rows, parse_line
from pgx_ana.vcf.targets import Target, TargetIndex

REACH = 1_000_000
"""Rows that begin more bases before a site are not looked for, even if they span it."""

_NEAR_BYTES = 1 << 16  # compressed: blocks so near one another are read, not hopped over
_GROUP_BYTES = 1 << 16
_LINE_FEED = b"\n"


@dataclass(frozen=True, slots=True)
class _Landmark:
    """A row: its block, where in the content it begins, its contig and position."""

    block: int
    within: int
    contig: bytes
    pos: int


class SortedFile:
    """A sorted BGZF file, which messages call ``name``; ``n_columns`` are those of its rows."""

    def __init__(self, path: Path, name: str, n_columns: int) -> None:
        self._path = path
        self._name = name
        self._n_columns = n_columns

    def overlapping(
        self, chromosome_of: ChromosomeOf, targets: Sequence[Target]
    ) -> Iterator[tuple[Line, list[int]]]:
        """Yield the rows that overlap a target, with the numbers of the targets.

        A row that overlaps distant targets is yielded for each of them. Raises :class:`InputError`
        where the file is seen not to be sorted, or is damaged, or a row that is read is malformed.
        """
        try:
            with open_blocks(self._path) as blocks:
                landmarks = _Landmarks(blocks, self._path.stat().st_size, self._name)
                yield from self._of_contigs(landmarks, chromosome_of, targets)
        except OSError as error:
            raise InputError(
                f"{self._name}: the file is truncated or damaged ({error}); copy or download it "
                "again"
            ) from error

    def _of_contigs(
        self, landmarks: _Landmarks, chromosome_of: ChromosomeOf, targets: Sequence[Target]
    ) -> Iterator[tuple[Line, list[int]]]:
        known = landmarks.of_contigs()
        runs = [list(run) for _, run in groupby(known, lambda landmark: landmark.contig)]
        contigs = [run[0].contig for run in runs]
        if len(set(contigs)) < len(contigs):
            twice = next(contig for contig in contigs if contigs.count(contig) > 1)
            name = printable(twice.decode("latin-1"))
            raise unsorted(self._name, f"the rows of {name} are in several places")
        for number, run in enumerate(runs):
            contig = contigs[number]
            chrom = chromosome_of(contig.decode("latin-1"))
            before = runs[number - 1][-1] if number else None
            behind = runs[number + 1][0] if number + 1 < len(runs) else None
            for numbers in _stretches(targets, chrom):
                stretch = [targets[n] for n in numbers]
                first = landmarks.last_before(stretch[0].start - REACH, before, run, behind)
                end = max(target.end for target in stretch)
                index = TargetIndex(stretch, numbers)
                yield from self._read(first, chromosome_of, index, _Watch(self._name, contig, end))
        # Contigs of a few rows may lie between two landmarks, and behind the last one.
        for before, behind in pairwise([*known, None]):
            if before is not None and (behind is None or before.contig != behind.contig):
                contig = b"" if behind is None else behind.contig
                others = self._other_contigs(chromosome_of, contigs, before.contig)
                watch = _Watch(self._name, contig, 0)
                yield from self._read(before, others, TargetIndex(targets), watch)

    def _other_contigs(
        self, chromosome_of: ChromosomeOf, contigs: Sequence[bytes], here: bytes
    ) -> ChromosomeOf:
        """Return what gives the chromosome of a contig that is none of those with landmarks.

        Those before the one that is ``here`` may not have rows any more.
        """
        known = [contig.decode("latin-1") for contig in contigs]
        earlier = known[: contigs.index(here)]

        def chromosome(name: str) -> str | None:
            if name in earlier:
                raise unsorted(self._name, f"the rows of {printable(name)} are in several places")
            return None if name in known else chromosome_of(name)

        return chromosome

    def _read(
        self, first: _Landmark, chromosome_of: ChromosomeOf, targets: TargetIndex, watch: _Watch
    ) -> Iterator[tuple[Line, list[int]]]:
        """Yield the rows that overlap a target from a landmark on, up to where the watch says."""
        content = BgzfContent(self._path, first.block, _GROUP_BYTES)
        opened: BufferedReader = BufferedReader(content, _GROUP_BYTES)
        with opened as stream:
            stream.read(first.within)
            scan = Scan(self._name, None, self._n_columns)
            yield from scan.overlapping(stream, chromosome_of, targets, watch)


def unsorted(name: str, what: str) -> InputError:
    """Return the error for a file, called ``name``, that is seen not to be sorted."""
    return InputError(
        f"{name}: is not sorted ({what}); sort it with bcftools sort, or read it without "
        "--assume-sorted"
    )


def _stretches(targets: Sequence[Target], chrom: str | None) -> Iterator[list[int]]:
    """Yield the numbers of the targets of a chromosome, by start, near ones together."""
    numbers = [number for number, target in enumerate(targets) if target.chrom == chrom]
    numbers.sort(key=lambda number: targets[number].start)
    together: list[int] = []
    for number in numbers:
        if together and targets[number].start - targets[together[-1]].end > REACH:
            yield together
            together = []
        together.append(number)
    if together:
        yield together


class _Watch:
    """Says when the rows of a contig up to a position have been read, and checks their order.

    Rows of other contigs may come before them. Without a contig, everything is read.
    """

    def __init__(self, name: str, contig: bytes, end: int) -> None:
        self._name = name
        self._contig = contig
        self._end = end
        self._last = 0
        self._is_entered = False

    def __call__(self, lines: LineTable | bytes, blocks_end: int) -> bool:
        """Say whether nothing behind a table has to be read; blocks of rows reach to a position."""
        if not self._contig:
            return False
        if isinstance(lines, LineTable) and lines.has_short_lines:
            is_behind = self._pass_table(lines)
        else:
            texts = [lines] if isinstance(lines, bytes) else map(lines.text, range(len(lines)))
            is_behind = any(self._pass_row(text) for text in texts)
        return is_behind or self._last > max(self._end, blocks_end)

    def _pass_table(self, lines: LineTable) -> bool:
        """Go behind a table, and say whether another contig begins in it."""
        is_here = lines.begin_with(self._contig + TAB)
        if not self._is_entered and not is_here.any():
            return False
        first = 0 if self._is_entered else int(is_here.argmax())
        self._is_entered = True
        is_other = ~is_here & (lines.stops - lines.starts > len(b"\r\n"))
        is_other[:first] = False
        last = int(is_other.argmax()) if is_other.any() else len(lines)
        if first < last:
            found = lines.positions(first, last)
            self._check(found.pos[is_here[first:last] & found.is_valid])
        return last < len(lines)

    def _pass_row(self, text: bytes) -> bool:
        """Go behind a row, and say whether it is of a contig behind."""
        contig, _, rest = text.partition(TAB)
        if contig != self._contig:
            return self._is_entered and bool(text.strip())
        self._is_entered = True
        digits = rest.partition(TAB)[0]
        self._check(np.array([int(digits)] if digits.isdigit() else [], np.int64))
        return False

    def _check(self, positions: Places) -> None:
        """Go to the last of some positions. Raises :class:`InputError` if they do not rise."""
        if (np.diff(positions, prepend=self._last) < 0).any():
            contig = self._contig.decode("utf-8", "backslashreplace")
            raise unsorted(self._name, f"the positions on {contig} do not rise")
        self._last = int(positions[-1]) if len(positions) else self._last


class _Landmarks:
    """Single rows of a file of some size, which show where in the genome its blocks are."""

    def __init__(self, blocks: Blocks, size: int, name: str) -> None:
        self._blocks = blocks
        self._size = size
        self._name = name
        self._known: dict[int, _Landmark | None] = {}

    def of_contigs(self) -> list[_Landmark]:
        """Return landmarks in the order of the file; none where it has no rows.

        The first one is the first row. Between two neighbours on different contigs are only a few
        blocks, and behind the last one. Raises :class:`InputError` where a position is below that
        of a landmark before it.
        """
        first = self._first_row(0, is_inside=False)
        if first is None:
            return []
        last, distance = None, _NEAR_BYTES
        while last is None and self._size - distance > first.block:
            last = self._behind(self._size - distance)
            distance *= 2
        return [first, *(self._divide(first, last) if last is not None else ())]

    def last_before(
        self, pos: int, before: _Landmark | None, run: Sequence[_Landmark], behind: _Landmark | None
    ) -> _Landmark:
        """Return a landmark behind which are all rows of a contig from a position on.

        ``run`` are the landmarks of the contig; ``before`` and ``behind`` are next to them.
        """
        if run[0].pos >= pos:
            return before or run[0]
        number = max(n for n, landmark in enumerate(run) if landmark.pos < pos)
        low = run[number]
        high = run[number + 1] if number + 1 < len(run) else behind
        start, stop = low.block + 1, self._size if high is None else high.block
        while stop - start > _NEAR_BYTES:
            middle = (start + stop) // 2
            landmark = self._behind(middle)
            if landmark is not None and landmark.contig == low.contig:
                if landmark.pos < low.pos:
                    raise self._unsorted(low, landmark)
                if landmark.pos < pos:
                    low, start = landmark, landmark.block + 1
                    continue
            stop = middle
        return low

    def _divide(self, low: _Landmark, high: _Landmark) -> Iterator[_Landmark]:
        """Yield landmarks behind one up to another, until neighbours are of one contig or near."""
        if low.contig == high.contig:
            if high.pos < low.pos:
                raise self._unsorted(low, high)
            yield high
            return
        start, stop = low.block + 1, high.block
        while stop - start > _NEAR_BYTES:
            middle = (start + stop) // 2
            landmark = self._behind(middle)
            if landmark is not None and landmark.block < high.block:
                yield from self._divide(low, landmark)
                yield from self._divide(landmark, high)
                return
            stop = middle
        yield high

    def _unsorted(self, low: _Landmark, high: _Landmark) -> InputError:
        contig = low.contig.decode("utf-8", "backslashreplace")
        return unsorted(self._name, f"{contig}:{low.pos} comes before {contig}:{high.pos}")

    def _behind(self, byte: int) -> _Landmark | None:
        """Return the first row that begins behind the start of the first block from a byte on."""
        if byte not in self._known:
            block = self._blocks.first_from(byte)
            self._known[byte] = None if block is None else self._first_row(block, is_inside=True)
        return self._known[byte]

    def _first_row(self, block: int, *, is_inside: bool) -> _Landmark | None:
        """Return the first row from a block on; the block may begin within another if so said."""
        is_in_header = not is_inside
        for start, within, text in self._lines(block):
            if is_inside:
                is_inside = False
            elif text.startswith(b"#"):
                if not is_in_header:
                    raise header_among_rows(self._name, "among the rows", text)
            elif text.strip():
                line = parse_line(text, "", self._name)
                return _Landmark(start, within, text.partition(TAB)[0], line.pos)
        return None

    def _lines(self, start: int) -> Iterator[tuple[int, int, bytes]]:
        """Yield the lines from a block on, each with its block and place in it."""
        place = (start, 0)
        parts: list[bytes] = []
        while (block := self._blocks.at(start)) is not None:
            *lines, rest = block.content.split(_LINE_FEED)
            at = 0
            for line in lines:
                if not parts:
                    place = (start, at)
                yield *place, b"".join([*parts, line])
                parts = []
                at += len(line) + 1
            if rest:
                if not parts:
                    place = (start, at)
                parts.append(rest)
            start = block.stop
        if parts:
            yield *place, b"".join(parts)
