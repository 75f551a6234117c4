"""The fields of one of cyvcf2's records as arrays over samples, with missing values as they are."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pgx_ana.errors import InputError
from pgx_ana.model import NO_COPY

# The first of each that a person has; GQX is Isaac's and Strelka's, RGQ GATK's for reference calls,
# MIN_DP the least depth within a reference block.
QUALITY_FIELDS = ("GQ", "RGQ", "GQX")
DEPTH_FIELDS = ("MIN_DP", "DP")

_INT_MISSING = np.iinfo(np.int32).min + 1  # and one below: end of vector
_LONG_NUMBER = re.compile(r"[0-9]{5}")
_SPANNING = ("<DEL", "<DUP", "<CNV")


def end_of(variant: Any) -> int:
    """Return the last position of a record; of a structural variant without END by its SVLEN."""
    end = int(variant.end)
    if end == variant.POS and any(alt.startswith(_SPANNING) for alt in variant.ALT):
        length = variant.INFO.get("SVLEN")
        first = length[0] if isinstance(length, tuple) else length
        if isinstance(first, int):
            return int(variant.POS) + abs(first)
    return end


def genotypes_of(
    variant: Any, n_samples: int, place: str, *, has_gt: bool
) -> tuple[NDArray[np.int16], NDArray[np.bool_]]:
    """Return allele numbers (samples, 2) and phase; all missing where there is no GT."""
    if not has_gt:
        return np.full((n_samples, 2), -1, np.int16), np.zeros(n_samples, np.bool_)
    try:
        array = variant.genotype.array()
    except Exception as error:  # cyvcf2 raises bare Exception
        raise InputError(f"{place}: its genotypes cannot be read: {error}") from error
    numbers, phased = array[:, :-1], array[:, -1].astype(np.bool_)
    if numbers.shape[1] == 1:
        second = np.full(n_samples, NO_COPY, np.int16)
        return np.column_stack([numbers[:, 0], second]).astype(np.int16), phased
    if numbers.shape[1] > 2:
        if (numbers[:, 2:] != NO_COPY).any():
            raise InputError(f"{place}: has a genotype of {numbers.shape[1]} copies; expected two")
        numbers = numbers[:, :2]
    return np.ascontiguousarray(numbers, np.int16), phased


def refuse_wrapped(variant: Any, place: str) -> None:
    """Refuse allele numbers that the 16 bits of cyvcf2's arrays cannot hold and would wrap."""
    try:
        columns = str(variant).split("\t", 9)
        suspicious = len(columns) > 9 and _LONG_NUMBER.search(columns[9]) is not None
    except UnicodeDecodeError:
        suspicious = True
    if suspicious:
        most = max((max(genotype[:-1]) for genotype in variant.genotypes), default=0)
        if most > len(variant.ALT):
            raise InputError(
                f"{place}: a sample has allele {most}, but the record has {len(variant.ALT)} ALT"
            )


def numbers_of(variant: Any, names: Sequence[str], fields: set[str]) -> NDArray[np.float32] | None:
    """Return, for each sample, the first of the named FORMAT fields that it has; NaN for none."""
    found: NDArray[np.float32] | None = None
    for name in names:
        values = variant.format(name) if name in fields else None
        if values is not None:
            numbers = _first_numbers(values)
            numbers = np.where(np.isfinite(numbers), numbers, np.float32(np.nan))
            found = numbers if found is None else np.where(np.isnan(found), numbers, found)
    return found


def failed_of(variant: Any) -> NDArray[np.bool_]:
    """Say whose genotype has a filter (FT) other than PASS."""
    values = variant.format("FT")
    texts = [] if values is None else [str(value) for value in values.tolist()]
    return np.array([text not in {"PASS", ".", ""} for text in texts], np.bool_)


def _first_numbers(values: NDArray[Any]) -> NDArray[np.float32]:
    """Return the first number of each sample; a field that is not declared comes as text."""
    if values.dtype.kind in "UO":
        firsts = [str(value).split(",")[0] for value in values.tolist()]
        return np.array([_number(text) for text in firsts], np.float32)
    first = values[:, 0]
    numbers: NDArray[np.float32] = first.astype(np.float32)
    if values.dtype.kind == "i":
        numbers[first <= _INT_MISSING] = np.nan
    return numbers


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def phase_sets_of(variant: Any) -> NDArray[np.int64] | None:
    """Return PS of each sample, -1 where missing."""
    values = variant.format("PS")
    if values is None:
        return None
    if values.dtype.kind != "i":
        texts = (str(value) for value in values.tolist())
        return np.array([int(text) if text.isdecimal() else -1 for text in texts], np.int64)
    first = values[:, 0].astype(np.int64)
    return np.where(first <= _INT_MISSING, -1, first)
