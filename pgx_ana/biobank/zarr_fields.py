"""The genotypes and other values of people in a VCF Zarr, as the readers of VCF expect them.

A chunk has some thousand variants and people. Of a chunk, only the rows at targets are kept, and
they are read together, so that each chunk is decoded once for a block of people.
"""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pgx_ana.biobank.zarr_store import Bounds, StoredArray, ZarrStore
from pgx_ana.errors import InputError
from pgx_ana.model import MISSING, NO_COPY

GENOTYPE = "call_genotype"
PHASED = "call_genotype_phased"
_MASK = "call_genotype_mask"
_CALL = "call_"

# The fields that are read as text; all others are read as numbers.
_TEXT_FIELDS = frozenset({"FT", "PSL"})
_EITHER = frozenset({"PS", "PQ", "PSQ", "PP"})
_QUALITIES = frozenset({"GQ", "RGQ", "GQX", "MIN_DP", "DP", "PL", "GL", "AD", "RO", "AO", "NR"})
_NUMBERS = _QUALITIES | {"GP", "HDS", "DS", "Q", "LEN", "LPL", "LAD"}
_OF_LOCAL_ALLELES = {"PL": "LPL", "AD": "LAD"}
_FILL = -2
_END_OF_VECTOR = np.uint32(0x7F800002)
_END_OF_VECTOR_64 = np.uint64(0x7FF0000000000002)
_MAX_KEPT_BYTES = 1 << 28
_RESERVED = frozenset({"genotypes", "alleles", "alt_alleles"})


class CallFields:
    """Reads what a store has of its people, for the rows at targets.

    They are made known by :meth:`add_row`.
    """

    def __init__(self, store: ZarrStore, n_variants: int, n_people: int) -> None:
        self._store = store
        self._arrays: dict[str, StoredArray] = {}
        self._shape = (n_variants, n_people)
        self._kept: dict[tuple[str, int], NDArray[Any]] = {}
        self._kept_for: NDArray[np.intp] | None = None
        self._n_bytes = 0
        self._rows: list[int] = []
        self.n_left_out = 0
        present = store.names()
        self.stored = frozenset(n.removeprefix(_CALL) for n in present if n.startswith(_CALL))
        self.has_genotypes = GENOTYPE in present
        self._has_phases, self._has_mask = PHASED in present, _MASK in present
        self.fields = self._known_fields(present)

    def add_row(self, row: int) -> None:
        """Take note of a row at a target, by its number."""
        bisect.insort(self._rows, row)
        self._forget()

    def genotypes(
        self, row: int, people: NDArray[np.intp], place: str
    ) -> tuple[NDArray[np.int16], NDArray[np.bool_]]:
        """Return allele numbers (people, 2) of a row, and which genotypes are phased.

        Raises :class:`InputError` where there are more than two copies, or a number below -2.
        """
        numbers = self._of_row(GENOTYPE, row, people).astype(np.int64)
        numbers = numbers.reshape(len(people), -1)
        if int(numbers.min(initial=0)) < NO_COPY or int(numbers.max(initial=0)) >= 1 << 15:
            raise InputError(f"{place}: {GENOTYPE} has a value that is no allele number")
        if (numbers[:, 2:] != NO_COPY).any():
            raise InputError(f"{place}: a genotype has more than two copies; expected at most two")
        alleles = np.full((len(people), 2), NO_COPY, np.int16)
        alleles[:, : numbers.shape[1]] = numbers[:, :2]
        is_unknown = alleles[:, 0] == NO_COPY
        if (alleles[is_unknown, 1] >= 0).any():
            raise InputError(f"{place}: a genotype has a second copy and no first one")
        alleles[is_unknown, 0] = MISSING
        if not self._has_phases:
            return alleles, np.zeros(len(people), np.bool_)
        return alleles, self._of_row(PHASED, row, people).astype(np.bool_)

    def values(self, row: int, people: NDArray[np.intp]) -> RowValues:
        """Return the values of the other fields of a row."""
        return RowValues(self, row, people)

    def field(self, name: str, row: int, people: NDArray[np.intp]) -> NDArray[Any] | None:
        """Return the values of one field, as :class:`FieldValues` of VCF has them.

        Raises :class:`InputError` where they are no numbers and should be.
        """
        if name not in self.fields:
            return None
        stored = name if f"{_CALL}{name}" in self._arrays else _OF_LOCAL_ALLELES[name]
        array = self._arrays[f"{_CALL}{stored}"]
        values = self._of_row(array.name, row, people)
        if array.kind == "text":
            texts = _joined(values)
            if name in _TEXT_FIELDS | _EITHER:
                return texts
            return _parsed(texts, f"{self._store.name}: {array.name}")
        matrix = values.reshape(len(people), -1)
        return _as_whole(matrix) if name == "PS" else _as_floats(matrix)

    def has_any(self, name: str, row: int) -> bool:
        """Say whether anybody has a value of a field in a row."""
        array = self._store.array(f"{_CALL}{name}")
        for people in array.stretches(1, 0, self._shape[1]):
            values = array.read((row, row + 1), people)
            if array.kind == "text":
                found = not set(values.ravel().tolist()) <= {"", "."}
            elif array.kind == "number":
                found = not np.isnan(values).all()
            else:
                found = bool((values >= 0).any())
            if found:
                return True
        return False

    def verify(self) -> None:
        """Decode every chunk of what is read. Raises :class:`InputError` for a damaged one."""
        for array in self._arrays.values():
            for rows in array.stretches(0, 0, self._shape[0]):
                for people in array.stretches(1, 0, self._shape[1]):
                    array.read(rows, people)

    def _known_fields(self, present: frozenset[str]) -> set[str]:
        """Open the arrays that matter, and return the names of their fields."""
        wanted = _TEXT_FIELDS | _EITHER | _NUMBERS
        for name in sorted(present):
            if name in {GENOTYPE, _MASK}:
                self._open(name, 3, "flag" if name == _MASK else "whole number")
            elif name == PHASED:
                self._open(name, 2, "flag")
            elif name.removeprefix(_CALL) in wanted and name.startswith(_CALL):
                field = name.removeprefix(_CALL)
                kinds = ("text",) if field in _TEXT_FIELDS else ("whole number", "number", "text")
                self._open(name, len(self._store.array(name).shape), *kinds)
        fields = {name.removeprefix(_CALL) for name in self._arrays} & wanted
        fields |= {name for name, local in _OF_LOCAL_ALLELES.items() if local in fields}
        if "PP" in fields and not self._is_phase_probability():
            fields.remove("PP")
        if "GB" not in self.stored:  # Q is a probability only where HipSTR writes it
            fields.discard("Q")
        return fields

    def _is_phase_probability(self) -> bool:
        array = self._arrays[f"{_CALL}PP"]
        return array.kind == "number" and _RESERVED.isdisjoint(array.dimensions)

    def _open(self, name: str, n_dimensions: int, *kinds: str) -> None:
        any_length = (None,) * (n_dimensions - 2) if n_dimensions in {2, 3} else (None,)
        array = self._store.array(name).expect((*self._shape, *any_length), *kinds)
        self._arrays[name] = array

    def _of_row(self, name: str, row: int, people: NDArray[np.intp]) -> NDArray[Any]:
        """Return the values of people in a row, of shape (people,) or (people, values)."""
        if self._kept_for is not people:
            self._forget()
            self._kept_for = people
        array = self._arrays[name]
        ((start, stop),) = array.stretches(0, row, row + 1)
        rows = self._rows
        here = rows[bisect.bisect_left(rows, start) : bisect.bisect_left(rows, stop)]
        key = name, start
        if key not in self._kept:
            found = self._read(array, (start, stop), here, people)
            if self._n_bytes + found.nbytes > _MAX_KEPT_BYTES:
                self._forget()
            self._kept[key] = found
            self._n_bytes += found.nbytes
        return np.asarray(self._kept[key][here.index(row)])

    def _forget(self) -> None:
        self._kept.clear()
        self._n_bytes = 0

    def _read(
        self, array: StoredArray, bounds: Bounds, rows: Sequence[int], people: NDArray[np.intp]
    ) -> NDArray[Any]:
        """Return the values of some rows of one chunk of variants, of some people."""
        wanted = np.array(rows, np.intp) - bounds[0]
        parts = []
        for start, stop in array.stretches(1, int(people[0]), int(people[-1]) + 1):
            first, last = np.searchsorted(people, [start, stop])
            if first == last:
                continue
            if array.name == GENOTYPE:
                self._check_left_out(array, bounds, (start, stop))
            chunk = array.read(bounds, (start, stop))
            parts.append(chunk[wanted][:, people[first:last] - start])
        return np.concatenate(parts, axis=1)

    def _check_left_out(self, array: StoredArray, rows: Bounds, people: Bounds) -> None:
        """Count a chunk of genotypes that is not there.

        Raises :class:`InputError` where the store tells that it had a missing genotype or copy.
        """
        if not array.is_left_out(rows[0], people[0]):
            return
        self.n_left_out += 1
        if self._has_mask and self._arrays[_MASK].read(rows, people).any():
            raise InputError(
                f"{self._store.name}: a chunk of {GENOTYPE} is not there, but {_MASK} says that it "
                "had missing genotypes: the store is incomplete; copy it again"
            )


class RowValues:
    """The values of one row for some people."""

    def __init__(self, fields: CallFields, row: int, people: NDArray[np.intp]) -> None:
        self._fields, self._row, self._people = fields, row, people

    def format(self, name: str) -> NDArray[Any] | None:
        """Return the values of a field; None where the store has none."""
        return self._fields.field(name, self._row, self._people)


def _joined(values: NDArray[Any]) -> NDArray[Any]:
    """Return the texts of people, several of one joined by commas."""
    if values.ndim == 1:
        return values.astype(str)
    joined = [",".join(text for text in texts if text != "") for texts in values.tolist()]
    return np.array(joined, dtype=str)


def _as_whole(values: NDArray[Any]) -> NDArray[np.int64]:
    """Return whole numbers, missing ones as -1."""
    if values.dtype.kind == "f":
        values = np.where(np.isfinite(values), values, -1)
    return np.maximum(values.astype(np.int64), -1)


def _as_floats(values: NDArray[Any]) -> NDArray[np.float32]:
    """Return numbers with a missing one as NaN, and fill as the end of a vector of BCF."""
    if values.dtype.kind in "iu":
        floats = np.where(values < 0, np.float32(np.nan), values.astype(np.float32))
        is_fill = values == _FILL
    elif values.dtype.itemsize == _END_OF_VECTOR_64.itemsize:
        plain = values.astype(np.float64)
        is_fill = plain.view(np.uint64) == _END_OF_VECTOR_64
        with np.errstate(over="ignore", invalid="ignore"):
            floats = np.where(np.isnan(plain), np.nan, plain).astype(np.float32)
    else:
        plain = np.ascontiguousarray(values, np.float32)
        is_fill = plain.view(np.uint32) == _END_OF_VECTOR
        floats = plain.copy()
    floats = np.ascontiguousarray(floats, np.float32)
    floats.view(np.uint32)[is_fill] = _END_OF_VECTOR
    return floats


def _parsed(texts: NDArray[Any], what: str) -> NDArray[np.float32]:
    """Return the numbers that texts hold, as those of :func:`_as_floats`."""
    distinct, codes = np.unique(texts, return_inverse=True)
    split = [text.split(",") for text in distinct.tolist()]
    found = np.full((len(split), max(map(len, split), default=1)), np.nan, np.float32)
    found.view(np.uint32)[:] = _END_OF_VECTOR
    try:
        for number, words in enumerate(split):
            numbers = [np.nan if word in {"", "."} else float(word) for word in words]
            found[number, : len(words)] = numbers
    except ValueError as error:
        raise InputError(f"{what} holds a text that is no number: {error}") from error
    return found[codes.reshape(-1)]
