"""The probabilities of one variant of a BGEN file, and the most probable genotype of each person.

Probabilities are whole numbers here until they are compared no more: 1 is exactly 1. The structure
of every block is checked before it is read, and so is the checksum of one that zlib compressed.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pgx_ana.biobank.bgen_header import Compression
from pgx_ana.biobank.bgen_variants import Variant, place_of
from pgx_ana.biobank.source import Genotypes
from pgx_ana.biobank.zstd import inflated_block
from pgx_ana.coded import Codes, distinct_rows
from pgx_ana.errors import InputError
from pgx_ana.model import MISSING, NO_COPY

_Numbers = NDArray[np.int64]
_Bytes = NDArray[np.uint8]
_Column = Callable[[int], _Numbers]
"""Gives, by its number, the stored value of each person."""

_HEAD = struct.Struct("<IHBB")
_MAX_INFLATED = 1 << 29
_SMALL_BLOCK = 1 << 20
_MAX_BITS = 32
_MAX_COPIES = 2
_IS_MISSING, _COPIES, _UNUSED = 0x80, 0x3F, 0x40
_LAYOUT_1_ONE = 1 << 15
_LAYOUT_1_VALUES = 3
_MAX_EXCESS = 0.03  # of the sum of probabilities over one, by rounding: as for GP of a VCF
_SMALL_KEY_BITS = 16
_PADDING = bytes(8)
_COPY_AGAIN = "copy or download the file again"


@dataclass(frozen=True, slots=True)
class _Guesses:
    """The most probable genotypes of some people: ``codes`` into alleles and probabilities.

    ``alleles`` is int16 of shape (distinct, 2), ``probability`` float64 of shape (distinct,).
    """

    codes: Codes
    alleles: NDArray[np.int16]
    probability: NDArray[np.float64]
    is_phased: bool


class ProbabilityReader:
    """Decodes the variants of a file, called ``name``, in its layout and compression."""

    def __init__(
        self, name: str, people: Sequence[str], layout: int, compression: Compression
    ) -> None:
        self._name = name
        self._people = people
        self._layout = layout
        self._compression = compression

    def check_size(self, variant: Variant) -> None:
        """Raise :class:`InputError` where inflated genotypes are larger than they can be."""
        n, k = len(self._people), len(variant.alleles)
        n_values = max(_n_values(k, _MAX_COPIES, is_phased=p) for p in (False, True))
        # A small block is inflated and then says better what is wrong, such as a third copy.
        limit = max(10 + n + n * n_values * _MAX_BITS // 8, _SMALL_BLOCK)
        limit = min(limit, _MAX_INFLATED)
        if variant.n_inflated > limit:
            raise InputError(
                f"{place_of(self._name, variant)}: the genotypes claim {variant.n_inflated} bytes; "
                f"two copies of {k} alleles in {n} people need at most {limit}; {_COPY_AGAIN}"
            )

    def genotypes(self, variant: Variant, stored: bytes) -> Genotypes:
        """Return the most probable genotypes of all people from the stored bytes of a variant.

        Raises :class:`InputError` where they are damaged, or a person has more than two copies.
        """
        place = place_of(self._name, variant)
        data = _inflated(stored, variant.n_inflated, self._compression, place)
        if self._layout == 1:
            return _merged([(None, self._layout_1(data, place))], len(self._people))
        return _Block(data, self._people, len(variant.alleles), place).genotypes()

    def _layout_1(self, data: bytes, place: str) -> _Guesses:
        """Return the guesses from three values each; all are 0 where a genotype is missing."""
        values = np.frombuffer(data, "<u2").reshape(-1, _LAYOUT_1_VALUES)
        best = _Best(len(values))
        for number in range(_LAYOUT_1_VALUES):
            best.take(values[:, number].astype(np.int64))
        _check_sums(best.total, _LAYOUT_1_ONE, self._people, None, place)
        best.index[best.total < (1 - _MAX_EXCESS) * _LAYOUT_1_ONE] = _LAYOUT_1_VALUES
        codes, examples = distinct_rows([best.index, best.value])
        genotypes = np.array([*_genotypes(2, _MAX_COPIES), (MISSING, MISSING)], np.int16)
        index = best.index[examples]
        probability = best.value[examples] / _LAYOUT_1_ONE
        probability[index == _LAYOUT_1_VALUES] = np.nan
        return _Guesses(codes, genotypes[index], probability, is_phased=False)


class _Block:
    """The probabilities of one variant in layout 2."""

    def __init__(self, data: bytes, people: Sequence[str], n_alleles: int, place: str) -> None:
        n = len(people)
        if len(data) < _HEAD.size + n + 2:
            raise _damaged(place, f"they have {len(data)} bytes, too few for {n} people")
        n_people, n_listed, low, high = _HEAD.unpack_from(data)
        if n_people != n or n_listed != n_alleles:
            raise _damaged(place, f"they are of {n_people} people and {n_listed} alleles")
        states = np.frombuffer(data, np.uint8, n, _HEAD.size)
        copies = states & _COPIES
        phase, bits = data[_HEAD.size + n], data[_HEAD.size + n + 1]
        if phase > 1 or not 1 <= bits <= _MAX_BITS:
            raise _damaged(place, f"their phase is {phase}, and probabilities have {bits} bits")
        if (states & _UNUSED).any() or copies.min() < low or copies.max() > high:
            raise _damaged(place, "a number of copies is not one that the block declares")
        if copies.max() > _MAX_COPIES:
            first = int(copies.argmax())
            raise InputError(
                f"{place}: sample {people[first]!r} has a genotype of {copies[first]} copies; "
                "expected at most two"
            )
        self._people, self._place = people, place
        self._n_alleles, self._is_phased, self._bits = n_alleles, bool(phase), bits
        self._copies, self._is_missing = copies, states >= _IS_MISSING
        by_copies = [_n_values(n_alleles, z, is_phased=self._is_phased) for z in range(3)]
        n_values = np.array(by_copies, np.int64)[copies]
        first_values = np.cumsum(n_values) - n_values
        n_bytes = -(-int(n_values.sum()) * bits // 8)
        begin = _HEAD.size + n + 2
        if len(data) - begin != n_bytes:
            raise _damaged(place, f"they have {len(data) - begin} bytes, not {n_bytes}")
        self._first_values = first_values
        self._n_values = by_copies
        self._values = np.frombuffer(data[begin:] + _PADDING, np.uint8)

    def genotypes(self) -> Genotypes:
        """Return the most probable genotypes of all people."""
        parts = []
        for copies in range(_MAX_COPIES + 1):
            of_copies = self._copies == copies
            is_missing = of_copies & self._is_missing if copies else of_copies
            if is_missing.any():
                parts.append((np.flatnonzero(is_missing), _missing(int(is_missing.sum()), copies)))
            if copies and (of_copies & ~is_missing).any():
                people = np.flatnonzero(of_copies & ~is_missing)
                parts.append((people, self._guesses(people, copies)))
        return _merged(parts, len(self._people))

    def _guesses(self, people: NDArray[np.intp], copies: int) -> _Guesses:
        """Return the guesses of people with so many copies, one or two."""
        n_values = self._n_values[copies]
        first_bits = self._first_values[people] * self._bits
        if n_values * self._bits > _SMALL_KEY_BITS:
            return self._of_bits(first_bits, people, copies)
        # What is stored for a person is a small number: each distinct one is looked at once.
        keys = _bits_at(self._values, first_bits, n_values * self._bits)
        codes, examples = distinct_rows([keys])
        found = self._of_bits(first_bits[examples], people[examples], copies)
        return _Guesses(found.codes[codes], found.alleles, found.probability, found.is_phased)

    def _of_bits(self, first_bits: _Numbers, people: NDArray[np.intp], copies: int) -> _Guesses:
        """Return the guesses of people whose values begin at some bits."""

        def column(number: int) -> _Numbers:
            return _bits_at(self._values, first_bits + number * self._bits, self._bits)

        one = (1 << self._bits) - 1
        if not self._is_phased or copies == 1:
            best = self._best(column, 0, self._n_values[copies], people)
            codes, examples = distinct_rows([best.index, best.value])
            genotypes = np.array(_genotypes(self._n_alleles, copies), np.int16)
            probability = best.value[examples] / one
            return _Guesses(codes, genotypes[best.index[examples]], probability, is_phased=False)
        per_copy = self._n_alleles - 1
        pair = [self._best(column, number * per_copy, per_copy, people) for number in (0, 1)]
        codes, examples = distinct_rows(
            [distinct_rows([best.index, best.value])[0] for best in pair]
        )
        alleles = np.column_stack([best.index[examples] for best in pair]).astype(np.int16)
        first, second = (best.value[examples] / one for best in pair)
        return _Guesses(codes, alleles, first * second, is_phased=True)

    def _best(self, column: _Column, first: int, count: int, people: NDArray[np.intp]) -> _Best:
        """Return the largest of some values of each person and what they lack to one."""
        one = (1 << self._bits) - 1
        best = _Best(len(people))
        for number in range(first, first + count):
            best.take(column(number))
        _check_sums(best.total, one, self._people, people, self._place)
        best.take(np.maximum(one - best.total, 0))
        return best


class _Best:
    """The largest of the values of each person taken so far, the first of equal ones.

    ``index`` is its number, ``value`` the value, and ``total`` the sum: int64 of shape (people,).
    """

    def __init__(self, n_people: int) -> None:
        self.index = np.zeros(n_people, np.int64)
        self.value = np.full(n_people, -1, np.int64)
        self.total = np.zeros(n_people, np.int64)
        self._n_taken = 0

    def take(self, values: _Numbers) -> None:
        """Take the next value of each person."""
        self.index[values > self.value] = self._n_taken
        np.maximum(self.value, values, out=self.value)
        self.total += values
        self._n_taken += 1


def _inflated(stored: bytes, size: int, compression: Compression, place: str) -> bytes:
    """Return the bytes that were compressed, which must be as many as ``size``."""
    try:
        match compression:
            case Compression.NONE:
                data = stored
            case Compression.ZLIB:
                data = _zlib_inflated(stored, size)
            case Compression.ZSTD:
                data = inflated_block(stored, size)
    except (zlib.error, ValueError) as error:
        raise _damaged(place, str(error)) from error
    if len(data) != size:
        raise _damaged(place, f"they have {len(data)} bytes, not {size}")
    return data


def _zlib_inflated(stored: bytes, size: int) -> bytes:
    """Inflate ``size`` bytes. Raises :class:`ValueError` where the stream has more or fewer."""
    stream = zlib.decompressobj()
    data = stream.decompress(stored, size) if size else b""
    # The checksum behind the last byte is read with the next one, which must not be there.
    excess = stream.decompress(stream.unconsumed_tail if size else stored, 1)
    if excess or not stream.eof or stream.unused_data:
        raise ValueError("the compressed bytes have another length than they should")
    return data


def _bits_at(values: _Bytes, first_bits: _Numbers, width: int) -> _Numbers:
    """Return the numbers of up to 32 bits that begin at some bits, the lowest bit first."""
    first_bytes, shifts = first_bits >> 3, first_bits & 7
    numbers = np.zeros(len(first_bits), np.int64)
    n_bytes = (width + int(shifts.max(initial=0)) + 7) // 8
    for number in range(n_bytes):
        numbers |= values[first_bytes + number].astype(np.int64) << (8 * number)
    return numbers >> shifts & ((1 << width) - 1)


def _genotypes(n_alleles: int, copies: int) -> list[tuple[int, int]]:
    """Return the unphased genotypes of one or two copies in the order of their probabilities."""
    if copies == 1:
        return [(number, NO_COPY) for number in range(n_alleles)]
    return [(low, high) for high in range(n_alleles) for low in range(high + 1)]


def _n_values(n_alleles: int, copies: int, *, is_phased: bool) -> int:
    """Return how many probabilities are stored of a person."""
    if is_phased:
        return copies * (n_alleles - 1)
    return (0, n_alleles, n_alleles * (n_alleles + 1) // 2)[copies] - (copies > 0)


def _check_sums(
    total: _Numbers,
    one: int,
    names: Sequence[str],
    people: NDArray[np.intp] | None,
    place: str,
) -> None:
    """Raise :class:`InputError` where probabilities sum to more than one."""
    if len(total) and total.max() > one * (1 + _MAX_EXCESS):
        worst = int(total.argmax())
        name = names[worst if people is None else int(people[worst])]
        raise _damaged(place, f"the probabilities of sample {name!r} sum to more than one")


def _missing(n_people: int, copies: int) -> _Guesses:
    """Return no genotypes; a person with one copy has no second one."""
    second = NO_COPY if copies == 1 else MISSING
    return _Guesses(
        np.zeros(n_people, np.uint8),
        np.array([[MISSING, second]], np.int16),
        np.array([np.nan]),
        is_phased=False,
    )


def _merged(parts: Sequence[tuple[NDArray[np.intp] | None, _Guesses]], n_people: int) -> Genotypes:
    """Return the genotypes of all people from those of some each, equal ones once.

    The people of a part are all of them where None.
    """
    known: dict[tuple[int, int, bool, float | None], int] = {}
    codes = np.zeros(n_people, np.int64)
    for people, found in parts:
        probabilities = found.probability.astype(np.float32).tolist()
        new = [
            known.setdefault((*pair, found.is_phased, None if p != p else p), len(known))
            for pair, p in zip(found.alleles.tolist(), probabilities, strict=True)
        ]
        codes[slice(None) if people is None else people] = np.array(new, np.int64)[found.codes]
    rows = list(known)
    return Genotypes(
        alleles=np.array([row[:2] for row in rows], np.int16),
        phased=np.array([row[2] for row in rows], np.bool_),
        codes=codes.astype(np.min_scalar_type(max(len(rows) - 1, 0))),
        probability=np.array([np.nan if row[3] is None else row[3] for row in rows], np.float32),
        is_best_guess=True,
    )


def _damaged(place: str, what: str) -> InputError:
    return InputError(f"{place}: the genotypes are damaged: {what}; {_COPY_AGAIN}")
