"""The fields of one cyvcf2 record as arrays over samples, with missing values kept as missing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pgx_ana.errors import InputError
from pgx_ana.model import MISSING, NO_COPY

# Of each group, the first field that a sample has is used. GQX is written by Isaac and Strelka, RGQ
# by GATK for reference calls; MIN_DP is the lowest depth within a reference block.
QUALITY_FIELDS = ("GQ", "RGQ", "GQX")
DEPTH_FIELDS = ("MIN_DP", "DP")

# Imputed genotypes: genotype probabilities, haplotype dosages, dosages. Q is written by HipSTR: the
# posterior probability of its genotype.
PROBABILITIES = ("GP", "HDS", "DS", "Q")

_FLOAT_END_BITS = 0x7F800002  # end of vector: pads a sample to the longest one (BCF, 6.3.3)
_INT_MISSING = np.iinfo(np.int32).min + 1  # and one below: end of vector
_MAX_ROUNDING = 0.03  # of a sum of probabilities, which are written with two or three digits

Floats = NDArray[np.float32]
Alleles = NDArray[np.int16]
Widths = NDArray[np.int_]


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
        guess = {"GP": _guess_by_gp, "HDS": _guess_by_hds, "DS": _guess_by_ds}[name]
        guessed, probability = guess(values, widths, n_alts)
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
            given = {"GP": _by_gp, "HDS": _by_hds, "DS": _by_ds}[name](
                values, widths, alleles, in_order, n_alts
            )
            probabilities = given if probabilities is None else np.fmin(probabilities, given)
    return probabilities


def _by_gp(
    values: Floats, widths: Widths, alleles: Alleles, _: NDArray[np.bool_], n_alts: int
) -> Floats:
    """Return the probabilities of genotypes by GP."""
    rows = np.arange(len(values))
    low, high = np.sort(alleles, axis=1).T.astype(np.intp)
    is_listed = high <= n_alts
    is_diploid = is_listed & (low >= 0)
    is_haploid = is_listed & (low == NO_COPY) & (high >= 0)
    diploid = _probabilities(values, widths, len(_diploid_genotypes(n_alts)))
    haploid = _probabilities(values, widths, n_alts + 1)
    probabilities = np.full(len(values), np.nan, np.float32)
    # The position of a diploid genotype in the order of Number=G.
    position = np.where(is_diploid, high * (high + 1) // 2 + low, 0)
    probabilities[is_diploid] = diploid[rows, position][is_diploid]
    probabilities[is_haploid] = haploid[rows, np.where(is_haploid, high, 0)][is_haploid]
    return probabilities


def _by_hds(
    values: Floats, widths: Widths, alleles: Alleles, phased: NDArray[np.bool_], n_alts: int
) -> Floats:
    """Return the probabilities of genotypes by HDS, haplotypes taken as independent.

    Those of an unphased genotype are in either order.
    """
    unknown = np.full(len(values), np.nan, np.float32)
    if n_alts != 1:
        return unknown
    haploid = _of_width(values, widths, 1)[:, 0]
    first, second = _of_width(values, widths, 2).T
    has_alt = alleles == 1

    def in_order(one: NDArray[np.bool_], two: NDArray[np.bool_]) -> Floats:
        return np.asarray(np.where(one, first, 1 - first) * np.where(two, second, 1 - second))

    as_given = in_order(has_alt[:, 0], has_alt[:, 1])
    swapped = in_order(has_alt[:, 1], has_alt[:, 0])
    is_two_sided = ~phased & (has_alt[:, 0] != has_alt[:, 1])
    diploid = as_given + np.where(is_two_sided, swapped, np.float32(0))
    is_haploid = alleles[:, 1] == NO_COPY
    one_copy = np.where(has_alt[:, 0], haploid, 1 - haploid)
    probability = np.where(is_haploid, one_copy, diploid)
    in_range = np.where(is_haploid[:, None], haploid[:, None], np.column_stack([first, second]))
    is_valid = ((in_range >= 0) & (in_range <= 1)).all(axis=1) & (alleles != MISSING).all(axis=1)
    return np.where(is_valid, probability, unknown).astype(np.float32)


def _by_ds(
    values: Floats, widths: Widths, alleles: Alleles, _: NDArray[np.bool_], n_alts: int
) -> Floats:
    """Return the probabilities of genotypes by DS: 1 less the distance to their number of copies.

    DS is the expected number of copies of each ALT.
    """
    unknown = np.full(len(values), np.nan, np.float32)
    if not n_alts:
        return unknown
    numbers = np.arange(1, n_alts + 1)
    copies = (alleles[:, :, None] == numbers).sum(axis=1)
    dosages = _of_width(values, widths, n_alts)
    distance = np.abs(dosages - copies).max(axis=1)
    is_called = (alleles != MISSING).all(axis=1)
    return np.where(is_called, np.maximum(1 - distance, 0), unknown).astype(np.float32)


def matrix(variant: Any, name: str) -> tuple[Floats, Widths]:
    """Return the values of a field, of shape (samples, values), and how many each sample has.

    Missing values are NaN. The number of values of a sample does not depend on the others, which
    may have more.
    """
    values: Floats = np.ascontiguousarray(variant.format(name), np.float32)
    widths = (values.view(np.uint32) != _FLOAT_END_BITS).sum(axis=1)
    return np.where(np.isfinite(values), values, np.float32(np.nan)), widths


def _of_width(values: Floats, widths: Widths, width: int) -> Floats:
    """Return ``width`` values of each sample, NaN for those that have more or fewer."""
    selected = np.full((len(values), width), np.nan, np.float32)
    fits = widths == width
    if fits.any():
        selected[fits] = values[fits, :width]
    return selected


def _diploid_genotypes(n_alts: int) -> list[tuple[int, int]]:
    """Return the genotypes in the order of Number=G (VCF 4.3, section 1.6.2)."""
    return [(low, high) for high in range(n_alts + 1) for low in range(high + 1)]


def _probabilities(values: Floats, widths: Widths, width: int) -> Floats:
    """Return GP as probabilities, also where it is phred-scaled as in VCF before 4.3.

    NaN for a sample whose values sum to one on neither scale, or are not ``width`` values.
    """
    given = _of_width(values, widths, width)
    linear = np.where(given >= 0, given, np.float32(np.nan))
    phred = np.power(np.float32(10), -linear / 10)
    probabilities = np.full_like(linear, np.nan)
    for scaled in (phred, linear):
        sums_to_one = np.abs(scaled.sum(axis=1) - 1) <= _MAX_ROUNDING
        probabilities[sums_to_one] = scaled[sums_to_one]
    return probabilities


def _guess_by_gp(values: Floats, widths: Widths, n_alts: int) -> tuple[Alleles, Floats]:
    """Return the most probable genotypes by GP, and their probabilities."""
    alleles, probabilities = _no_guesses(len(values))
    haploid = [(number, NO_COPY) for number in range(n_alts + 1)]
    for genotypes in (haploid, _diploid_genotypes(n_alts)):
        scaled = _probabilities(values, widths, len(genotypes))
        best = np.nan_to_num(scaled).argmax(axis=1)
        is_valid = ~np.isnan(scaled).any(axis=1)
        alleles[is_valid] = np.array(genotypes, np.int16)[best][is_valid]
        probabilities[is_valid] = scaled[np.arange(len(values)), best][is_valid]
    return alleles, probabilities


def _guess_by_hds(values: Floats, widths: Widths, n_alts: int) -> tuple[Alleles, Floats]:
    """Return the nearer allele of each haplotype by HDS, haplotypes taken as independent."""
    if n_alts != 1:
        return _no_guesses(len(values))
    is_haploid = widths == 1
    dosages = np.where(
        is_haploid[:, None], _of_width(values, widths, 1), _of_width(values, widths, 2)
    )
    is_valid = ((dosages >= 0) & (dosages <= 1)).all(axis=1)
    nearest = np.maximum(dosages, 1 - dosages)
    probability = np.where(is_haploid, nearest[:, 0], nearest[:, 0] * nearest[:, 1])
    alleles = (dosages >= 0.5).astype(np.int16)
    alleles[is_haploid, 1] = NO_COPY
    return alleles, np.where(is_valid, probability, np.float32(np.nan))


def _guess_by_ds(values: Floats, widths: Widths, n_alts: int) -> tuple[Alleles, Floats]:
    """Return the genotypes nearest to DS, the dosage of each ALT.

    The distance to the nearest whole number is taken as the probability of the next genotype.
    """
    if not n_alts:
        return _no_guesses(len(values))
    dosages = _of_width(values, widths, n_alts)
    copies = np.rint(dosages)
    distance = np.abs(dosages - copies).max(axis=1)
    is_valid = (copies >= 0).all(axis=1) & (copies.sum(axis=1) <= 2) & (distance < 0.5)
    alleles = np.zeros((len(dosages), 2), np.int16)
    # From the highest ALT down, the second copy is filled first: alleles rise within a genotype.
    next_copy = np.ones(len(dosages), np.intp)
    for number in range(n_alts, 0, -1):
        for n_copies in (1, 2):
            carriers = np.flatnonzero(is_valid & (copies[:, number - 1] >= n_copies))
            alleles[carriers, next_copy[carriers]] = number
            next_copy[carriers] -= 1
    return alleles, np.where(is_valid, 1 - distance, np.float32(np.nan)).astype(np.float32)


def _no_guesses(n_samples: int) -> tuple[Alleles, Floats]:
    return np.full((n_samples, 2), MISSING, np.int16), np.full(n_samples, np.nan, np.float32)


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
