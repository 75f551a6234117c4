"""What the library ``bgen`` writes and reads is decoded alike: an independent oracle."""

from __future__ import annotations

import math
import random
from pathlib import Path

import numpy as np
import pytest
from bgen import BgenReader, BgenWriter
from helpers.bgen_files import Bgen, Variant
from numpy.typing import NDArray

from pgx_ana.biobank.bgen import BgenSource
from pgx_ana.model import MISSING, NO_COPY

N_PEOPLE = 40
NAMES = [f"S{number}" for number in range(N_PEOPLE)]
_NEAR = 1e-6  # the library has single precision

Guess = tuple[tuple[int, int], float] | None
"""A genotype and its probability; None where two are as probable."""


def guess_of(row: NDArray[np.float32], n_alleles: int, copies: int, *, is_phased: bool) -> Guess:
    """Return the most probable genotype of a person from what the library reads."""
    known = row[~np.isnan(row)]
    if not len(known):
        return (MISSING, NO_COPY if copies == 1 else MISSING), math.nan
    groups = known.reshape(-1, n_alleles) if is_phased else known.reshape(1, -1)
    for group in groups:
        if len(group) > 1 and np.diff(np.sort(group)[-2:])[0] < _NEAR:
            return None
    best = [int(group.argmax()) for group in groups]
    probability = math.prod(float(group.max()) for group in groups)
    if is_phased or copies == 1:
        return (best[0], best[1] if len(best) > 1 else NO_COPY), probability
    genotypes = [(low, high) for high in range(n_alleles) for low in range(high + 1)]
    return genotypes[best[0]], probability


def check_against_library(path: Path) -> int:
    """Compare every genotype of a file; return how many are certain enough to be compared."""
    source = BgenSource(str(path), path.name, "")
    n_compared = 0
    with BgenReader(path) as reader:
        for ours, theirs in zip(source._variants, reader, strict=True):
            assert [ours.contig, ours.pos, *ours.alleles] == [
                theirs.chrom, theirs.pos, *theirs.alleles
            ]  # fmt: skip
            found = source._decoded(ours)
            assert found.probability is not None
            is_phased = theirs.is_phased
            rows = zip(theirs.probabilities, theirs.ploidy.tolist(), found.codes, strict=True)
            for row, copies, code in rows:
                expected = guess_of(row, len(theirs.alleles), copies, is_phased=is_phased)
                if expected is not None:
                    assert expected[0] == tuple(found.alleles[code].tolist())
                    probability = float(found.probability[code])
                    assert expected[1] == pytest.approx(probability, abs=_NEAR, nan_ok=True)
                    n_compared += 1
    source.close()
    return n_compared


@pytest.mark.parametrize("compression", [None, "zlib", "zstd"])
@pytest.mark.parametrize("is_phased", [False, True])
def test_what_the_library_writes(
    tmp_path: Path, compression: str | None, *, is_phased: bool
) -> None:
    rng = np.random.default_rng(7)
    path = tmp_path / "made.bgen"
    with BgenWriter(path, N_PEOPLE, NAMES, compression=compression) as writer:
        for pos, (n_alleles, bits) in enumerate([(2, 8), (2, 16), (3, 11), (4, 32), (2, 24)], 1):
            width = n_alleles if is_phased else n_alleles * (n_alleles + 1) // 2
            groups = rng.dirichlet(np.full(width, 0.3), (N_PEOPLE, 2 if is_phased else 1))
            probabilities = groups.reshape(N_PEOPLE, -1)
            probabilities[3] = math.nan
            alleles = ["A", "C", "G", "T"][:n_alleles]
            writer.add_variant(
                "", f"rs{pos}", "1", pos, alleles, probabilities, phased=is_phased, bit_depth=bits
            )
    assert check_against_library(path) > 5 * N_PEOPLE * 9 // 10


@pytest.mark.parametrize("bits", [1, 2, 3, 5, 8, 12, 16, 23])
@pytest.mark.parametrize("is_phased", [False, True])
def test_mixed_numbers_of_copies(tmp_path: Path, bits: int, *, is_phased: bool) -> None:
    rng = random.Random(bits)
    one = (1 << bits) - 1
    copies = [rng.choice((1, 2)) for _ in NAMES]
    people = []
    for number in copies:
        first = rng.randint(0, one)
        rest = one if is_phased else one - first
        people.append([first, rng.randint(0, rest)][:number])
    variant = Variant(7, ("A", "C"), people, bits=bits, is_phased=is_phased, copies=copies)
    path = Bgen([variant, variant], NAMES).write(tmp_path / "made.bgen")
    assert check_against_library(path) > N_PEOPLE
