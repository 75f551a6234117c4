"""The fields of one of cyvcf2's records as arrays over samples, with missing values as they are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pgx_ana.errors import InputError
from pgx_ana.model import MISSING, NO_COPY

# The first of each that a person has; GQX is Isaac's and Strelka's, RGQ GATK's for reference calls,
# MIN_DP the least depth within a reference block.
QUALITY_FIELDS = ("GQ", "RGQ", "GQX")
DEPTH_FIELDS = ("MIN_DP", "DP")

# Of imputed genotypes: probability of each, dosage of each haplotype, dosage; and that of HipSTR.
PROBABILITIES = ("GP", "HDS", "DS", "Q")

_FLOAT_END = 0x7F800002  # bits of what fills up a person's values to the longest row (BCF 6.3.3)
_INT_MISSING = np.iinfo(np.int32).min + 1  # and one below: end of vector
_TOLERANCE = 0.03  # probabilities are written with two or three digits

Floats = NDArray[np.float32]
Alleles = NDArray[np.int16]
Widths = NDArray[np.int_]


def genotypes_of(variant: Any, n_samples: int, place: str) -> tuple[Alleles, NDArray[np.bool_]]:
    """Return allele numbers (samples, 2) and phase."""
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


def check_allele_numbers(variant: Any, n_alts: int, place: str) -> None:
    """Refuse allele numbers that the 16 bits of cyvcf2's arrays cannot hold and would wrap."""
    most = max((max(genotype[:-1]) for genotype in variant.genotypes), default=0)
    if most > n_alts:
        raise InputError(f"{place}: a sample has allele {most}, but the record has {n_alts} ALT")


def best_guesses(
    variant: Any, fields: set[str], n_samples: int, n_alts: int
) -> tuple[Alleles, NDArray[np.bool_], Floats | None]:
    """Return the likeliest genotypes of a row without GT, their phase, and how likely they are.

    From GP, else from HDS, else from DS, each person's first that is there; NaN where none is.
    """
    alleles = np.full((n_samples, 2), MISSING, np.int16)
    phased = np.zeros(n_samples, np.bool_)
    likely = np.full(n_samples, np.nan, np.float32)
    told = [name for name in ("GP", "HDS", "DS") if name in fields]
    for name in told:
        values, widths = _matrix(variant, name)
        guess = {"GP": _by_probability, "HDS": _by_haplotype, "DS": _by_dosage}[name]
        found, probability = guess(values, widths, n_alts)
        take = np.isnan(likely) & ~np.isnan(probability)
        alleles[take], likely[take] = found[take], probability[take]
        phased[take] = name == "HDS"
    return alleles, phased, likely if told else None


def probability_of(variant: Any, fields: set[str], alleles: Alleles, n_alts: int) -> Floats | None:
    """Return how likely the called genotypes are, by GP or by HipSTR's Q; NaN where not told."""
    if "Q" in fields:
        quality: Floats = _matrix(variant, "Q")[0][:, 0]
        return quality
    if "GP" not in fields:
        return None
    values, widths = _matrix(variant, "GP")
    everyone = np.arange(len(values))
    low, high = np.sort(alleles, axis=1).T.astype(np.intp)
    within = high <= n_alts
    diploid, haploid = within & (low >= 0), within & (low == NO_COPY) & (high >= 0)
    of_pairs = _probabilities(values, widths, len(_diploid(n_alts)))
    of_ones = _probabilities(values, widths, n_alts + 1)
    likely = np.full(len(values), np.nan, np.float32)
    place = np.where(diploid, high * (high + 1) // 2 + low, 0)
    likely[diploid] = of_pairs[everyone, place][diploid]
    likely[haploid] = of_ones[everyone, np.where(haploid, high, 0)][haploid]
    return likely


def _matrix(variant: Any, name: str) -> tuple[Floats, Widths]:
    """Return the numbers of a field, (samples, values), NaN where missing; and how many each has.

    How many a person has does not hang on the others, who may have more.
    """
    values: Floats = np.ascontiguousarray(variant.format(name), np.float32)
    widths = (values.view(np.uint32) != _FLOAT_END).sum(axis=1)
    return np.where(np.isfinite(values), values, np.float32(np.nan)), widths


def _exactly(values: Floats, widths: Widths, width: int) -> Floats:
    """Return so many values of each person, NaN for those who have more or fewer."""
    found = np.full((len(values), width), np.nan, np.float32)
    fits = widths == width
    if fits.any():
        found[fits] = values[fits, :width]
    return found


def _diploid(n_alts: int) -> list[tuple[int, int]]:
    """Return the genotypes in the order of Number=G (VCF 4.3, section 1.6.2)."""
    return [(low, high) for high in range(n_alts + 1) for low in range(high + 1)]


def _probabilities(values: Floats, widths: Widths, width: int) -> Floats:
    """Return GP as probabilities, also where it is phred-scaled as in VCF before 4.3.

    NaN for a person whose values sum to one in neither way, or are not as many as there should be.
    """
    given = _exactly(values, widths, width)
    linear = np.where(given >= 0, given, np.float32(np.nan))
    phred = np.power(np.float32(10), -linear / 10)
    found = np.full_like(linear, np.nan)
    for scaled in (phred, linear):
        whole = np.abs(scaled.sum(axis=1) - 1) <= _TOLERANCE
        found[whole] = scaled[whole]
    return found


def _by_probability(values: Floats, widths: Widths, n_alts: int) -> tuple[Alleles, Floats]:
    """Take the likeliest genotype by GP."""
    alleles, likely = _nothing(len(values))
    haploid = [(number, NO_COPY) for number in range(n_alts + 1)]
    for genotypes in (haploid, _diploid(n_alts)):
        scaled = _probabilities(values, widths, len(genotypes))
        best = np.nan_to_num(scaled).argmax(axis=1)
        told = ~np.isnan(scaled).any(axis=1)
        alleles[told] = np.array(genotypes, np.int16)[best][told]
        likely[told] = scaled[np.arange(len(values)), best][told]
    return alleles, likely


def _by_haplotype(values: Floats, widths: Widths, n_alts: int) -> tuple[Alleles, Floats]:
    """Take the nearer allele of each haplotype by HDS; haplotypes are taken as independent."""
    if n_alts != 1:
        return _nothing(len(values))
    haploid = widths == 1
    two = np.where(haploid[:, None], _exactly(values, widths, 1), _exactly(values, widths, 2))
    sound = ((two >= 0) & (two <= 1)).all(axis=1)
    nearest = np.maximum(two, 1 - two)
    probability = np.where(haploid, nearest[:, 0], nearest[:, 0] * nearest[:, 1])
    alleles = (two >= 0.5).astype(np.int16)
    alleles[haploid, 1] = NO_COPY
    return alleles, np.where(sound, probability, np.float32(np.nan))


def _by_dosage(values: Floats, widths: Widths, n_alts: int) -> tuple[Alleles, Floats]:
    """Take the genotype nearest to DS, copies of each ALT; doubt is between it and the next one."""
    if not n_alts:
        return _nothing(len(values))
    values = _exactly(values, widths, n_alts)
    copies = np.rint(values)
    doubt = np.abs(values - copies).max(axis=1)
    fits = (copies >= 0).all(axis=1) & (copies.sum(axis=1) <= 2) & (doubt < 0.5)
    alleles = np.zeros((len(values), 2), np.int16)
    filled = np.ones(len(values), np.intp)
    for number in range(n_alts, 0, -1):
        for repeat in (1, 2):
            put = np.flatnonzero(fits & (copies[:, number - 1] >= repeat))
            alleles[put, filled[put]] = number
            filled[put] -= 1
    return alleles, np.where(fits, 1 - doubt, np.float32(np.nan)).astype(np.float32)


def _nothing(n_samples: int) -> tuple[Alleles, Floats]:
    return np.full((n_samples, 2), MISSING, np.int16), np.full(n_samples, np.nan, np.float32)


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
