"""Records made from text, without a file."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pgx_ana.model import MISSING, NO_COPY, Record


def record(
    row: str,
    *,
    end: int | None = None,
    filters: tuple[str, ...] = ("PASS",),
    gq: Sequence[float] | None = None,
    dp: Sequence[float] | None = None,
    ps: Sequence[int] | None = None,
) -> Record:
    """Return a record from ``"1 100 A C,T 0/1 ./."``: CHROM, POS, REF, ALT and a GT per sample.

    ALT ``.`` is no alternate.
    """
    chrom, pos, ref, alt, *values = row.split()
    genotypes = [parsed_genotype(value) for value in values]
    return Record(
        chrom=chrom,
        pos=int(pos),
        end=end or int(pos) + len(ref) - 1,
        ref=ref,
        alts=() if alt == "." else tuple(alt.split(",")),
        filters=filters,
        alleles=np.array([numbers for numbers, _ in genotypes], np.int16).reshape(-1, 2),
        phased=np.array([phased for _, phased in genotypes], np.bool_),
        phase_set=None if ps is None else np.array(ps, np.int64),
        gq=None if gq is None else np.array(gq, np.float32),
        dp=None if dp is None else np.array(dp, np.float32),
    )


def parsed_genotype(value: str) -> tuple[list[int], bool]:
    """Return the two allele numbers of a GT value, and whether it is phased."""
    copies = value.replace("|", "/").split("/")
    numbers = [MISSING if copy == "." else int(copy) for copy in copies]
    return [*numbers, NO_COPY][:2], "|" in value
