"""The fields of one cyvcf2 record as arrays over samples, with missing values kept as missing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pgx_ana.errors import InputError
from pgx_ana.model import MISSING, NO_COPY
from pgx_ana.vcf.imputation import GUESSES, Alleles, Floats, Widths
from pgx_ana.vcf.imputation import PROBABILITIES as BY_FIELD

# Of each group, the first field that a sample has is used. GQX is written by Isaac and Strelka, RGQ
# by GATK for reference calls; MIN_DP is the lowest depth within a reference block.
QUALITY_FIELDS = ("GQ", "RGQ", "GQX")
DEPTH_FIELDS = ("MIN_DP", "DP")

# Imputed genotypes: genotype probabilities, haplotype dosages, dosages. Q is written by HipSTR: the
# posterior probability of its genotype.
PROBABILITIES = ("GP", "HDS", "DS", "Q")

_FLOAT_END_BITS = 0x7F800002  # end of vector: pads a sample to the longest one (BCF, 6.3.3)
_INT_MISSING = np.iinfo(np.int32).min + 1  # and one below: end of vector


def read_genotypes(
    variant: Any, samples: Sequence[str], place: str
) -> tuple[Alleles, NDArray[np.bool_]]:
    """Return allele numbers, of shape (samples, 2), and whether each genotype is phased.

    A haploid genotype has ``NO_COPY`` as its second allele. ``place`` is the row, for messages.
    Raises :class:`InputError` where genotypes cannot be read or have more than two copies.
    """
    try:
        array = variant.genotype.array()
    except Exception as error:  # cyvcf2 raises bare Exception
        raise InputError(f"{place}: the genotypes cannot be read: {error}") from error
    numbers, phased = array[:, :-1], array[:, -1].astype(np.bool_)
    if numbers.shape[1] == 1:
        second = np.full(len(samples), NO_COPY, np.int16)
        return np.column_stack([numbers[:, 0], second]).astype(np.int16), phased
    if numbers.shape[1] > 2:
        is_polyploid = (numbers[:, 2:] != NO_COPY).any(axis=1)
        if is_polyploid.any():
            sample = int(is_polyploid.argmax())
            n_copies = int((numbers[sample] != NO_COPY).sum())
            raise InputError(
                f"{place}: sample {samples[sample]!r} has a genotype of {n_copies} copies; "
                "expected at most two"
            )
        numbers = numbers[:, :2]
    return np.ascontiguousarray(numbers, np.int16), phased


def check_allele_numbers(variant: Any, samples: Sequence[str], n_alts: int, place: str) -> None:
    """Reject allele numbers beyond ALT, also those that wrap in the 16 bits of cyvcf2's arrays.

    This reads a list for each sample, which is slow. Raises :class:`InputError`.
    """
    highest = [max(genotype[:-1]) for genotype in variant.genotypes]
    number = max(highest, default=0)
    if number > n_alts:
        raise allele_beyond_alt(place, samples[highest.index(number)], number, n_alts)


def allele_beyond_alt(place: str, sample: str, number: int, n_alts: int) -> InputError:
    """Return the error for a sample with an allele number that the record does not list."""
    alts = "1 ALT allele" if n_alts == 1 else f"{n_alts} ALT alleles"
    return InputError(f"{place}: sample {sample!r} has allele {number}, but the record has {alts}")


def best_guesses(
    variant: Any, fields: set[str], n_samples: int, n_alts: int
) -> tuple[Alleles, NDArray[np.bool_], Floats | None]:
    """Return the most probable genotypes of a row without GT, their phase, and their probability.

    Each sample's genotype is from GP, else from HDS, else from DS; its probability is that of
    :func:`probability_of`. The probabilities are None where the row has no such field.
    """
    alleles = np.full((n_samples, 2), MISSING, np.int16)
    phased = np.zeros(n_samples, np.bool_)
    probabilities = np.full(n_samples, np.nan, np.float32)
    present = [name for name in ("GP", "HDS", "DS") if name in fields]
    for name in present:
        values, widths = matrix(variant, name)
        guessed, probability = GUESSES[name](values, widths, n_alts)
        is_first = np.isnan(probabilities) & ~np.isnan(probability)
        alleles[is_first], probabilities[is_first] = guessed[is_first], probability[is_first]
        phased[is_first] = name == "HDS"
    if not present:
        return alleles, phased, None
    together = probability_of(variant, set(present), alleles, n_alts, phased)
    return alleles, phased, probabilities if together is None else together


def probability_of(
    variant: Any,
    fields: set[str],
    alleles: Alleles,
    n_alts: int,
    phased: NDArray[np.bool_] | None = None,
) -> Floats | None:
    """Return the probability of each called genotype, by HipSTR's Q or by GP, HDS and DS together.

    It is the least that any of them gives: none of them may doubt the genotype. It is NaN where a
    sample has no valid value, and None where the row has no such field. ``phased`` says which
    genotypes are, none where not given.
    """
    if "Q" in fields:
        quality: Floats = matrix(variant, "Q")[0][:, 0]
        return quality
    in_order = np.zeros(len(alleles), np.bool_) if phased is None else phased
    probabilities: Floats | None = None
    for name in ("GP", "HDS", "DS"):
        if name in fields:
            values, widths = matrix(variant, name)
            given = BY_FIELD[name](values, widths, alleles, in_order, n_alts)
            probabilities = given if probabilities is None else np.fmin(probabilities, given)
    return probabilities


def matrix(variant: Any, name: str) -> tuple[Floats, Widths]:
    """Return the values of a field, of shape (samples, values), and how many each sample has.

    Missing values are NaN. The number of values of a sample does not depend on the others, which
    may have more.
    """
    values: Floats = np.ascontiguousarray(variant.format(name), np.float32)
    widths = (values.view(np.uint32) != _FLOAT_END_BITS).sum(axis=1)
    return np.where(np.isfinite(values), values, np.float32(np.nan)), widths


def first_present(variant: Any, names: Sequence[str], fields: set[str]) -> Floats | None:
    """Return, for each sample, the first of the named FORMAT fields that it has.

    The value is NaN where a sample has none of them, the result None where the row has none.
    """
    merged: Floats | None = None
    for name in names:
        values = variant.format(name) if name in fields else None
        if values is not None:
            numbers = _first_numbers(values)
            numbers = np.where(np.isfinite(numbers), numbers, np.float32(np.nan))
            merged = numbers if merged is None else np.where(np.isnan(merged), numbers, merged)
    return merged


def fails_sample_filter(variant: Any) -> NDArray[np.bool_]:
    """Say of each sample whether its genotype has a filter (FT) other than PASS."""
    values = variant.format("FT")
    texts = [] if values is None else [str(value) for value in values.tolist()]
    return np.array([text.upper() not in {"PASS", ".", ""} for text in texts], np.bool_)


def _first_numbers(values: NDArray[Any]) -> Floats:
    """Return the first number of each sample; a field that is not declared is text."""
    if values.dtype.kind in "UO":
        firsts = [str(value).split(",")[0] for value in values.tolist()]
        return np.array([_number(text) for text in firsts], np.float32)
    first = values[:, 0]
    numbers: Floats = first.astype(np.float32)
    if values.dtype.kind == "i":
        numbers[first <= _INT_MISSING] = np.nan
    return numbers


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
