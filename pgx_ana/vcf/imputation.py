"""Imputed genotypes: what probabilities and dosages say, as arrays over samples.

Probabilities (GP), haplotype dosages (HDS) and dosages (DS) have shape (samples, values), float32,
NaN where missing; ``widths`` says how many values each sample has.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from pgx_ana.model import MISSING, NO_COPY

Floats = NDArray[np.float32]
Alleles = NDArray[np.int16]
Widths = NDArray[np.int_]

_MAX_ROUNDING = 0.03  # of a sum of probabilities, which are written with two or three digits


def by_gp(
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


def by_hds(
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


def by_ds(
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


def guess_by_gp(values: Floats, widths: Widths, n_alts: int) -> tuple[Alleles, Floats]:
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


def guess_by_hds(values: Floats, widths: Widths, n_alts: int) -> tuple[Alleles, Floats]:
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


def guess_by_ds(values: Floats, widths: Widths, n_alts: int) -> tuple[Alleles, Floats]:
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


Guess = Callable[[Floats, Widths, int], tuple[Alleles, Floats]]
Probability = Callable[[Floats, Widths, Alleles, NDArray[np.bool_], int], Floats]

GUESSES: dict[str, Guess] = {"GP": guess_by_gp, "HDS": guess_by_hds, "DS": guess_by_ds}
"""Give the most probable genotypes by a field, and their probabilities, for a number of ALTs."""

PROBABILITIES: dict[str, Probability] = {"GP": by_gp, "HDS": by_hds, "DS": by_ds}
"""Give the probabilities of genotypes by a field; they are phased or not."""
