"""The variants of a BGEN file: where they are, what they are called, and where their genotypes are.

Genotypes are not read here: from one variant to the next it is one step.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from pgx_ana.biobank.bgen_header import BgenHeader, Compression, FileBytes, truncated
from pgx_ana.errors import InputError
from pgx_ana.printable import printable_line

MAX_ALLELES = 255

_MAX_BYTES = 1 << 26  # of names and alleles of one variant
_NEAR_BYTES = 1 << 10
_AHEAD_BYTES = 1 << 18
_FAR = 1 << 13  # bytes from one variant to the next, above which nothing is read ahead
_MAX_SHOWN = 40

_U16 = struct.Struct("<H")
_U32 = struct.Struct("<I")


class Variant(NamedTuple):
    """One variant: its names as they are in the file, ``pos`` 1-based, and its place in the file.

    It begins at byte ``start``, and ends in front of byte ``end``. The ``n_stored`` bytes of its
    genotypes begin at byte ``genotypes``; inflated they are ``n_inflated``.
    """

    contig: str
    pos: int
    rsid: str
    alleles: tuple[str, ...]
    start: int
    genotypes: int
    n_stored: int
    n_inflated: int

    @property
    def end(self) -> int:
        """Return where the next variant begins."""
        return self.genotypes + self.n_stored

    @property
    def last(self) -> int:
        """Return the last position of the longest allele."""
        return self.pos + max(map(len, self.alleles)) - 1


class _BeyondError(Exception):
    """A variant does not end within the bytes at hand."""


class VariantList:
    """The variants of one file, from any byte on or all in turn.

    Raises :class:`InputError` where the file is truncated or a variant is damaged.
    """

    def __init__(self, file: FileBytes, header: BgenHeader) -> None:
        self._file = file
        self._header = header
        self._window = b""
        self._window_start = 0
        self._is_far = False

    def __iter__(self) -> Iterator[Variant]:
        """Yield all variants; there must be as many as the header says, up to the end."""
        start, n_variants = self._header.first_variant, self._header.n_variants
        for number in range(n_variants):
            if start >= self._file.size:
                raise InputError(
                    f"{self._file.name}: the file is truncated: it has {number} variants, and "
                    f"{n_variants} according to its header; copy or download the file again"
                )
            variant = self.at(start)
            yield variant
            self._is_far = variant.end - start > _FAR
            start = variant.end
        if start != self._file.size:
            raise InputError(
                f"{self._file.name}: bytes follow the last of its {n_variants} variants: the file "
                "is damaged, or was joined with another one by mistake"
            )

    def at(self, start: int) -> Variant:
        """Return the variant that begins at a byte of the file."""
        count = _NEAR_BYTES
        while True:
            skipped = self._move(start, count)
            try:
                variant = self._parsed(start, skipped)
            except (_BeyondError, struct.error):
                n_bytes = len(self._window) - skipped
                if start + n_bytes >= self._file.size:
                    raise truncated(self._file.name, f"the variant at byte {start}") from None
                if n_bytes > _MAX_BYTES:
                    raise self._damaged(
                        start, f"its names and alleles have more than {_MAX_BYTES} bytes"
                    ) from None
                count = 4 * n_bytes
                continue
            if variant.end > self._file.size:
                raise truncated(self._file.name, f"the genotypes of {_shown(variant)}")
            return variant

    def _move(self, start: int, count: int) -> int:
        """Have ``count`` bytes at hand, and return where among them ``start`` is."""
        skipped = start - self._window_start
        if skipped < 0 or start + count > self._window_start + len(self._window):
            wanted = count if self._is_far else max(count, _AHEAD_BYTES)
            self._window, self._window_start, skipped = self._file.read(start, wanted), start, 0
        return skipped

    def _parsed(self, start: int, at: int) -> Variant:
        data, header = self._window, self._header
        if header.layout == 1:
            n_people = _U32.unpack_from(data, at)[0]
            if n_people != header.n_people:
                raise self._damaged(start, f"it has {n_people} people, not {header.n_people}")
            at += 4
        _, at = self._text(start, at, 2)
        rsid, at = self._text(start, at, 2)
        contig, at = self._text(start, at, 2)
        pos = _U32.unpack_from(data, at)[0]
        at += 4
        n_alleles = 2
        if header.layout > 1:
            n_alleles = _U16.unpack_from(data, at)[0]
            at += 2
            if not 1 <= n_alleles <= MAX_ALLELES:
                raise self._damaged(
                    start, f"it has {n_alleles} alleles; 1 to {MAX_ALLELES} can be read"
                )
        alleles = []
        for _ in range(n_alleles):
            allele, at = self._text(start, at, 4)
            alleles.append(allele)
        stored, inflated, at = self._lengths(start, at)
        genotypes = self._window_start + at
        return Variant(contig, pos, rsid, tuple(alleles), start, genotypes, stored, inflated)

    def _lengths(self, start: int, at: int) -> tuple[int, int, int]:
        """Return the lengths of the genotypes, stored and inflated, and where they begin."""
        data, header = self._window, self._header
        if header.layout == 1:
            inflated = 6 * header.n_people
            if header.compression is Compression.NONE:
                return inflated, inflated, at
            return _U32.unpack_from(data, at)[0], inflated, at + 4
        stored = _U32.unpack_from(data, at)[0]
        if header.compression is Compression.NONE:
            return stored, stored, at + 4
        if stored < _U32.size:
            raise self._damaged(start, f"its genotypes have {stored} bytes")
        return stored - 4, _U32.unpack_from(data, at + 4)[0], at + 8

    def _text(self, start: int, at: int, width: int) -> tuple[str, int]:
        """Return a text that begins with its length, and where the next field begins."""
        length = (_U16 if width == _U16.size else _U32).unpack_from(self._window, at)[0]
        begin, end = at + width, at + width + length
        if end > len(self._window):
            if self._window_start + end > self._file.size:
                raise truncated(self._file.name, f"the variant at byte {start}")
            raise _BeyondError
        try:
            return self._window[begin:end].decode("utf-8"), end
        except UnicodeDecodeError as error:
            raise self._damaged(start, f"a name or allele is not UTF-8: {error}") from error

    def _damaged(self, start: int, what: str) -> InputError:
        return InputError(
            f"{self._file.name}: the variant at byte {start} is damaged: {what}; copy or download "
            "the file again"
        )


def place_of(name: str, variant: Variant) -> str:
    """Return a variant of the file called ``name`` in messages."""
    rsid = f" {printable_line(variant.rsid[:_MAX_SHOWN])}" if variant.rsid else ""
    return f"{name}: {_shown(variant)}{rsid}"


def _shown(variant: Variant) -> str:
    return f"{printable_line(variant.contig[:_MAX_SHOWN])}:{variant.pos}"
