"""Quality and depth of genotypes, from whichever fields of a row say them.

They come from their own fields or, where a sample lacks these, from the likelihoods of the
genotypes and the reads of the alleles. Values are float32 of shape (samples,), NaN where missing.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pgx_ana.vcf.fields import DEPTH_FIELDS, QUALITY_FIELDS, first_present, matrix
from pgx_ana.vcf.imputation import Floats

LIKELIHOODS = ("PL", "GL")

# Reads of each allele; of REF and of each ALT (freeBayes); all reads, once per ALT (Platypus).
READS = ("AD", "RO", "AO", "NR")


def quality(variant: Any, fields: set[str]) -> Floats | None:
    """Return GQ or, where it is missing, how far the two best likelihoods are apart.

    PL is phred-scaled, GL is the decimal logarithm of a likelihood (VCF 4.3, section 1.6.2). A
    likelihood alone says nothing. None if the row has no such field.
    """
    known = first_present(variant, QUALITY_FIELDS, fields)
    for name, scale in (("PL", 1), ("GL", -10)):
        if name in fields and _is_wanted(known):
            values, _ = matrix(variant, name)
            if values.shape[1] > 1:
                phred = np.sort(values * np.float32(scale), axis=1)  # NaN is last
                known = _filled(known, phred[:, 1] - phred[:, 0])
    return known


def depth(variant: Any, fields: set[str], n_samples: int, *, has_no_reads: bool) -> Floats | None:
    """Return MIN_DP or DP or, where they are missing, the number of reads of the alleles.

    If the row ``has_no_reads``, its depth is 0 in every sample without one of its own. None if the
    row has no such field.
    """
    known = first_present(variant, DEPTH_FIELDS, fields)
    for names in (("AD",), ("RO", "AO"), ("NR",)):
        present = [name for name in names if name in fields]
        if present and _is_wanted(known):
            reads = np.column_stack([matrix(variant, name)[0] for name in present])
            known = _filled(known, _largest(reads) if names == ("NR",) else _total(reads))
    if has_no_reads:
        known = _filled(known, np.zeros(n_samples, np.float32))
    return known


def _is_wanted(known: Floats | None) -> bool:
    return known is None or bool(np.isnan(known).any())


def _filled(known: Floats | None, derived: Floats) -> Floats:
    return derived if known is None else np.where(np.isnan(known), derived, known)


def _total(reads: Floats) -> Floats:
    """Return the sum of each row without missing values, NaN where all are missing."""
    is_known = ~np.isnan(reads)
    total: Floats = np.where(is_known, reads, np.float32(0)).sum(axis=1, dtype=np.float32)
    return np.where(is_known.any(axis=1), total, np.float32(np.nan))


def _largest(reads: Floats) -> Floats:
    """Return the largest value of each row, NaN where all are missing."""
    return np.asarray(np.fmax.reduce(reads, axis=1))
