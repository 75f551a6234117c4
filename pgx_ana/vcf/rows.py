"""Located rows: what their fixed columns say, and their sample columns, kept until they are read.

The rows of half a million people at all known sites are larger than memory should be. Small ones
stay in memory; once there are many bytes, all further ones go to a file in the temporary folder.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO

import numpy as np
from numpy.typing import NDArray

from pgx_ana.errors import InputError
from pgx_ana.model import Record
from pgx_ana.vcf.blocks import counts_copies
from pgx_ana.vcf.lines import FIXED, TAB, Line
from pgx_ana.vcf.record_fields import FieldRow, info_facts
from pgx_ana.vcf.spool import unnamed_file, write_spool

_MAX_IN_MEMORY = 1 << 25
_MAX_ALTS = 1 << 15  # allele numbers are kept in 16 bits
_CHECKPOINT = 1024  # samples
_TAB_BYTE = TAB[0]


@dataclass(frozen=True, slots=True, eq=False)
class TextRow(FieldRow):
    """One row of a VCF or BCF file that overlaps a target.

    ``fixed`` are the columns from CHROM to INFO as they are in the file, with the tabs between
    them, and ``format`` is the FORMAT column. ``columns`` are those of all samples of the file.
    """

    fixed: bytes
    format: bytes
    columns: SampleColumns


@dataclass(frozen=True, slots=True, eq=False)
class SampleColumns:
    """The columns of the samples of one row, in memory or in a file.

    ``content`` are the bytes, or the file and where in it they begin. ``checkpoints`` is int64:
    where the columns of samples 0, 1024, 2048 ... begin, and the end of all.
    """

    content: bytes | tuple[IO[bytes], int]
    checkpoints: NDArray[np.int64]
    n_samples: int

    def read(self, start: int, stop: int) -> bytes:
        """Return the columns of the samples from ``start`` up to, not including, ``stop``."""
        if start == 0 and stop == self.n_samples:
            return self._bytes(0, int(self.checkpoints[-1]))
        first, last = start // _CHECKPOINT, -(-stop // _CHECKPOINT)
        begin, end = int(self.checkpoints[first]), int(self.checkpoints[last])
        content = self._bytes(begin, end)
        starts = np.flatnonzero(np.frombuffer(content, np.uint8) == _TAB_BYTE) + 1
        skipped, taken = start - first * _CHECKPOINT, stop - first * _CHECKPOINT
        from_byte = int(starts[skipped - 1]) if skipped else 0
        to_byte = int(starts[taken - 1]) - 1 if taken <= len(starts) else len(content)
        return content[from_byte:to_byte]

    def _bytes(self, begin: int, end: int) -> bytes:
        """Return the bytes of a stretch of the columns, without the tab in front of the next."""
        if isinstance(self.content, bytes):
            found = self.content[begin:end]
        else:
            file, offset = self.content
            found = os.pread(file.fileno(), end - begin, offset + begin)
            if len(found) < end - begin:
                raise InputError("the temporary file of this run was cut by another program")
        return found if end == self.checkpoints[-1] else found.removesuffix(TAB)


class RowStore:
    """Makes rows from lines, and keeps their sample columns."""

    def __init__(self, n_samples: int) -> None:
        self._n_samples = n_samples
        self._n_bytes = 0
        self._file: IO[bytes] | None = None
        self._end_of_file = 0

    def row(self, line: Line) -> TextRow:
        """Return a line as a row.

        Raises :class:`InputError` where it has another number of columns than the header, or a
        malformed fixed column.
        """
        columns = line.text.split(TAB, FIXED + 1)
        starts = self._starts(line, columns)
        site = site_of(line, columns)
        facts = info_facts(columns[7], line.pos)
        return TextRow(
            site=site,
            fixed=TAB.join(columns[:FIXED]),
            format=columns[FIXED],
            place=line.place,
            is_imputed=facts.is_imputed,
            has_no_reads=facts.has_no_reads,
            stated_end=facts.stated_end,
            columns=SampleColumns(self._kept(columns[FIXED + 1]), starts, self._n_samples),
        )

    def close(self) -> None:
        """Release the temporary file; its rows cannot be read any more."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _starts(self, line: Line, columns: Sequence[bytes]) -> NDArray[np.int64]:
        """Return where the columns of every 1024th sample begin, and the end of the last one."""
        n_tabs = line.text.count(TAB)
        if len(columns) < FIXED + 2 or n_tabs != FIXED + self._n_samples:
            raise InputError(
                f"{line.place}: the row has {n_tabs + 1} columns; the header has "
                f"{FIXED + 1 + self._n_samples}"
            )
        if b"\0" in line.text:
            raise InputError(f"{line.place}: the row has a NUL byte")
        body = columns[FIXED + 1]
        if self._n_samples <= _CHECKPOINT:
            return np.array([0, len(body)], np.int64)
        tabs = np.flatnonzero(np.frombuffer(body, np.uint8) == _TAB_BYTE)
        inner = tabs[_CHECKPOINT - 1 :: _CHECKPOINT] + 1
        return np.concatenate([[0], inner, [len(body)]]).astype(np.int64)

    def _kept(self, body: bytes) -> bytes | tuple[IO[bytes], int]:
        self._n_bytes += len(body)
        if self._n_bytes <= _MAX_IN_MEMORY:
            return body
        if self._file is None:
            self._file = unnamed_file()
        write_spool(self._file, [body])
        begin, self._end_of_file = self._end_of_file, self._end_of_file + len(body)
        return self._file, begin


_NO_ALLELES = np.zeros((0, 2), np.int16)
_NO_PHASES = np.zeros(0, np.bool_)


def site_of(line: Line, columns: Sequence[bytes]) -> Record:
    """Return the record of a row without people, from its columns up to FORMAT or INFO.

    Raises :class:`InputError` where one of them is malformed.
    """
    return Record(
        chrom=line.chrom,
        pos=line.pos,
        end=line.end,
        ref=_text(columns[3], "REF", line).upper(),
        alts=_alts(columns[4], line),
        filters=tuple(_text(columns[6], "FILTER", line).split(";")),
        alleles=_NO_ALLELES,
        phased=_NO_PHASES,
        alt_ends=line.ends if len(set(line.ends)) > 1 else (),
        counts_copies=counts_copies(columns),
    )


def _alts(column: bytes, line: Line) -> tuple[str, ...]:
    if column.count(b",") >= _MAX_ALTS:
        raise InputError(f"{line.place}: the record has more than {_MAX_ALTS} ALT alleles")
    text = _text(column, "ALT", line)
    alts = () if text == "." else tuple(text.upper().split(","))
    if "" in alts:
        raise InputError(f"{line.place}: ALT {text[:40]!r} has an empty allele")
    return alts


def _text(column: bytes, name: str, line: Line) -> str:
    """Return a fixed column, called ``name`` in messages, as text; an empty one is rejected."""
    if not column:
        raise InputError(f"{line.place}: {name} is empty")
    return column.decode("utf-8", "backslashreplace")
