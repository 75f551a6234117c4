"""The sample columns of a row with genotypes alone, read as bytes for all samples at once.

In the rows of large cohorts, every sample column is three bytes and a tab: ``0/1``, ``.|.``. A
genotype is then one 32-bit number, and half a million of them are read in about a millisecond.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pgx_ana.model import MISSING

_WIDTH = 4  # bytes of a sample column: first allele, sign, second allele, tab
_MISSING = int.from_bytes(b"./.\t", "little")

# Of a number less _MISSING: the bits that a genotype may have. The alleles have four bits each, at
# 0 and 16, and the sign those of "|" less "/", at 8. A byte below these values sets other bits.
_BITS = 0x0F | (ord("|") - ord("/")) << 8 | 0x0F << 16
_SHIFT = 12  # moves the second allele between the first one and the sign: 16 bits tell all apart
_MAX_PATTERN = 1 << 15


@dataclass(frozen=True, slots=True, eq=False)
class GenotypeColumn:
    """The genotypes of one row: sample ``i`` has the distinct genotype ``codes[i]``.

    ``alleles`` is int16 of shape (distinct, 2): allele numbers of the row, or ``MISSING``.
    ``phased`` is bool of shape (distinct,). ``codes`` is uint16 of shape (samples,). Genotypes are
    sorted by first allele, second allele and phase; each one occurs.
    """

    alleles: NDArray[np.int16]
    phased: NDArray[np.bool_]
    codes: NDArray[np.uint16]


def read_gt_column(body: bytes | memoryview, n_samples: int) -> GenotypeColumn | None:
    """Return the genotypes of a row whose FORMAT is GT, from its bytes behind the tab of FORMAT.

    ``body`` has no line end. The result is None unless every sample has two alleles of one digit
    or ``.``, with a phase sign between them. Allele numbers are not held against ALT.
    """
    if n_samples < 1 or len(body) != _WIDTH * n_samples - 1:
        return None
    numbers = np.empty(n_samples, np.uint32)
    numbers[:-1] = np.frombuffer(body, "<u4", n_samples - 1)
    numbers[-1] = int.from_bytes(bytes(body[-3:]) + b"\t", "little")
    numbers -= np.uint32(_MISSING)
    if int(np.bitwise_or.reduce(numbers)) & ~_BITS:
        return None
    numbers ^= numbers >> np.uint32(_SHIFT)
    patterns = numbers.astype(np.uint16).astype(np.intp)
    is_present = np.zeros(_MAX_PATTERN, np.bool_)
    is_present[patterns] = True
    present = np.flatnonzero(is_present[_PATTERNS])
    if len(present) < np.count_nonzero(is_present):
        return None
    code_of = np.zeros(_MAX_PATTERN, np.uint16)
    code_of[_PATTERNS[present]] = np.arange(len(present))
    return GenotypeColumn(_ALLELES[present], _PHASED[present], code_of[patterns])


def _pattern(first: str, sign: str, second: str) -> int:
    number = int.from_bytes(f"{first}{sign}{second}\t".encode(), "little") - _MISSING
    return (number ^ number >> _SHIFT) & 0xFFFF


_COPIES = {".": MISSING} | {str(number): number for number in range(10)}
# All genotypes in the order of the result.
_GENOTYPES = [(a, sign, b) for a in _COPIES for b in _COPIES for sign in "/|"]
_PATTERNS = np.array([_pattern(*genotype) for genotype in _GENOTYPES], np.intp)
_ALLELES = np.array([(_COPIES[a], _COPIES[b]) for a, _, b in _GENOTYPES], np.int16)
_PHASED = np.array([sign == "|" for _, sign, _ in _GENOTYPES])
