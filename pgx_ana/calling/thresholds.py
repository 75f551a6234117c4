"""The thresholds that records fail: FILTER, FT, GQ, DP and the probability of the genotype.

A failed threshold makes a genotype ``filtered``. The texts of the failed thresholds become the
reason of the call.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pgx_ana.calling.merging import Bools, Contribution
from pgx_ana.coded import distinct_rows
from pgx_ana.model import CallOptions, Record

PASSING_FILTERS = frozenset({"PASS", ".", "REFCALL"})
"""FILTER values, in any case, that do not reject a row.

DeepVariant, Clair3 and Platypus mark reference calls so (``RefCall``, ``REFCALL``).
"""

Failures = dict[str, Bools]
"""The thresholds that one record fails, by text, each with the samples that fail it."""

_ROUNDING = 1e-6
_CHANCE = 0.5  # either order of two copies


def min_probability(options: CallOptions) -> float:
    """Return the lowest accepted genotype probability, with an allowance for rounding.

    Probabilities have single precision: 0.9 * 0.9 must reach 0.81.
    """
    return options.min_gp - _ROUNDING if options.min_gp else 0


def known_phase(record: Record, options: CallOptions) -> Bools:
    """Return the samples whose copies have an order that is probable enough.

    Of a heterozygous genotype, an order with a probability of 0.5 is chance, whatever the minimum
    is, unless that is 0.
    """
    probability, minimum = record.phase_probability, options.min_phase_probability
    if probability is None or not minimum:
        return record.phased
    # Comparisons with NaN are false: without a probability, phase is taken as it is written.
    is_doubtful = (probability < minimum - _ROUNDING) | (probability <= _CHANCE)
    is_heterozygous = record.alleles[:, 0] != record.alleles[:, 1]
    return np.asarray(record.phased & ~(is_doubtful & is_heterozygous))


def failed_thresholds(record: Record, contributes: Bools, options: CallOptions) -> Failures:
    """Return the thresholds that a record fails in samples to which it contributes a call."""
    failed: Failures = {}
    filters = [name for name in record.filters if name.upper() not in PASSING_FILTERS]
    if filters and not options.include_filtered:
        failed[f"FILTER {';'.join(filters)}"] = contributes
    if record.failed is not None and not options.include_filtered:
        failed["FT"] = record.failed & contributes
    for label, values, minimum in (
        ("GQ", record.gq, options.min_gq),
        ("DP", record.dp, options.min_dp),
        ("GP", record.probability, min_probability(options)),
    ):
        if values is not None and minimum > 0:
            # Comparisons with NaN are false: a missing value passes.
            failed[f"{label} below {round(minimum, 5):g}"] = (values < minimum) & contributes
    return {text: samples for text, samples in failed.items() if samples.any()}


def fails_any(failures: Failures, n_samples: int) -> Bools:
    """Return the samples that fail at least one threshold of a record."""
    fails = np.zeros(n_samples, np.bool_)
    for samples in failures.values():
        fails |= samples
    return fails


def ignore_failed(
    records: Sequence[Record],
    contributions: Sequence[Contribution],
    failures: Sequence[Failures],
    structural: Sequence[Bools],
) -> tuple[list[Contribution], list[Failures]]:
    """Ignore failed rows that may only add doubt in samples that another row calls.

    These are reference blocks, where a row that is no block makes the call, and rows that are no
    evidence of a base: a deletion or a copy-number change that failed asserts nothing, not even
    beside a call that failed as well. ``structural`` has the samples in which each record deletes
    copies or changes their number. Returns the contributions and the failures without what is
    ignored.
    """
    n_samples = len(records[0].alleles)
    fails = [fails_any(record_failures, n_samples) for record_failures in failures]
    calls = [
        item.applies & ((item.copies >= 0).all(axis=1) if item.is_evidence else changed & ~failed)
        for failed, item, changed in zip(fails, contributions, structural, strict=True)
    ]
    kept, kept_failures = list(contributions), list(failures)
    for index, item in enumerate(contributions):
        is_block = records[index].is_block
        if not fails[index].any() or (item.is_evidence and not is_block):
            continue
        has_better = np.zeros(n_samples, np.bool_)
        for other, other_item in enumerate(contributions):
            if other == index:
                continue
            if not is_block:
                has_better |= calls[other]
            elif other_item.is_evidence and not records[other].is_block:
                has_better |= calls[other] & ~fails[other]
        ignored = fails[index] & has_better
        kept[index] = dataclasses.replace(item, ignored=ignored | ~item.applies)
        kept_failures[index] = {
            text: samples & ~ignored for text, samples in failures[index].items()
        }
    return kept, kept_failures


def reason_codes(
    failures: Sequence[Failures], filtered: Bools
) -> tuple[NDArray[np.uint8], list[str]]:
    """Return a code for each sample, and the reason that belongs to each code.

    The reason of a filtered sample lists the thresholds that any record fails in it; the reason of
    other samples is empty.
    """
    texts = sorted({text for record_failures in failures for text in record_failures})
    if not texts:
        return np.zeros(len(filtered), np.uint8), [""]
    fails = np.zeros((len(texts), len(filtered)), np.bool_)
    for record_failures in failures:
        for text, samples in record_failures.items():
            fails[texts.index(text)] |= samples & filtered
    codes, examples = distinct_rows(list(fails))
    reasons = [
        ", ".join(
            text for text, is_failed in zip(texts, fails[:, sample], strict=True) if is_failed
        )
        for sample in examples.tolist()
    ]
    return codes.astype(np.uint8), reasons
