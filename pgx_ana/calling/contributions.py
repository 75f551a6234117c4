"""The records at a locus in the allele numbers of the site, ready to be merged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pgx_ana.calling.alleles import ANY_OTHER, REFERENCE, Resolution
from pgx_ana.calling.merging import Bools, Contribution, Copies
from pgx_ana.calling.thresholds import known_phase, min_probability
from pgx_ana.model import (
    COPY_NUMBER,
    DELETED,
    MISSING,
    NO_COPY,
    CallOptions,
    Locus,
    Record,
    Variant,
)


@dataclass(frozen=True, slots=True)
class SiteAlleles:
    """The alleles observed at a site; the number of an allele is its index in ``bases``.

    The known alleles of the variant come first, in their order, and ``DELETED`` is last. Unknown
    alleles are in between, sorted.
    """

    bases: tuple[str, ...]
    n_known: int
    ref: int

    @classmethod
    def of(cls, variant: Variant, locus: Locus, resolutions: Sequence[Resolution]) -> SiteAlleles:
        """Return the alleles of a variant and those that its records list."""
        listed = {bases for resolution in resolutions for bases in resolution.bases}
        unknown = listed - set(variant.alleles) - {REFERENCE, DELETED, COPY_NUMBER}
        bases = (*variant.alleles, *sorted(unknown), DELETED)
        return cls(bases, len(variant.alleles), bases.index(locus.ref))

    def __len__(self) -> int:
        return len(self.bases)

    @property
    def deleted(self) -> int:
        """Return the number of a deleted copy."""
        return len(self.bases) - 1

    def number(self, bases: str) -> int:
        """Return the number of a resolved allele; a copy-number change counts as reference."""
        return self.ref if bases in {REFERENCE, COPY_NUMBER} else self.bases.index(bases)


def contributions(
    resolved: Sequence[tuple[Record, Resolution]],
    alleles: SiteAlleles,
    locus: Locus,
    options: CallOptions,
) -> list[Contribution]:
    """Return what each record contributes at a locus."""
    return [
        _contribution(
            record,
            resolution,
            [(row, other) for row, other in resolved if row is not record and other.is_evidence],
            alleles,
            locus,
            options,
        )
        for record, resolution in resolved
    ]


def copy_number_changed(record: Record, resolution: Resolution) -> Bools:
    """Return the samples for which a record reports a copy-number change."""
    numbers = [number for number, bases in enumerate(resolution.bases) if bases == COPY_NUMBER]
    return np.asarray(np.isin(record.alleles, numbers).any(axis=1))


def _contribution(
    record: Record,
    resolution: Resolution,
    others: Sequence[tuple[Record, Resolution]],
    alleles: SiteAlleles,
    locus: Locus,
    options: CallOptions,
) -> Contribution:
    """Return the contribution of one record; ``others`` are the other records with evidence."""
    numbers = [alleles.number(bases) for bases in resolution.bases]
    # The last two elements of the lookup are those of NO_COPY (-2) and MISSING (-1).
    lookup = np.array([*numbers, NO_COPY, MISSING], dtype=np.int8)
    listed = frozenset(numbers) - {alleles.ref}
    if record.excludes_others and (record.is_block or record.pos == locus.pos):
        listed = frozenset(range(len(alleles))) - {alleles.ref}
    # An allele that results from a different change is for the other record to report: an SNV row
    # does not rule out the MNV over it. <NON_REF> is any allele without a row of its own. A row
    # without an ALT rules out every alternate; but one of several rows that begin at one position
    # and have the same REF is what is left of a split row whose allele nobody has.
    reported_elsewhere = frozenset(
        alleles.number(bases)
        for row, other in others
        if record.alts or (row.pos == record.pos and record.end < record.pos + len(record.ref))
        for bases, change in zip(other.bases[1:], other.changes, strict=True)
        if bases != ANY_OTHER
        and (bases not in resolution.bases or change not in resolution.changes)
    )
    copies = lookup[_accepted_genotypes(record, options)]
    if record.counts_copies:  # a segment without a call says nothing of its bases
        copies = np.where(copies == MISSING, np.int8(alleles.ref), copies)
    silent = _silent(record, resolution, copies, alleles, locus)
    return Contribution(
        copies=np.where(silent[:, None] & (copies == MISSING), np.int8(alleles.ref), copies),
        listed=listed,
        ruled_out=listed - reported_elsewhere,
        is_evidence=resolution.is_evidence or bool(resolution.symbols),
        changes=resolution.changes,
        phased=known_phase(record, options),
        phase_set=record.phase_set,
        ignored=silent if silent.any() else None,
    )


def _silent(
    record: Record, resolution: Resolution, copies: Copies, alleles: SiteAlleles, locus: Locus
) -> Bools:
    """Return the samples of which a record says nothing at a locus.

    A block says nothing behind its end in the sample. A row that is no evidence of reference speaks
    of the samples in which it deletes copies, changes their number or has a symbolic allele, and of
    those without a genotype.
    """
    silent = np.zeros(len(copies), np.bool_)
    if record.sample_ends is not None and record.pos + len(record.ref) - 1 < locus.end:
        silent = record.sample_ends < locus.end
    if resolution.is_evidence:
        return silent
    spoken_of = [alleles.deleted, MISSING, *(alleles.number(bases) for bases in resolution.symbols)]
    speaks = np.isin(copies, spoken_of).any(axis=1) | copy_number_changed(record, resolution)
    return np.asarray(silent | ~speaks)


def _accepted_genotypes(record: Record, options: CallOptions) -> NDArray[np.int16]:
    """Return the genotypes of a record; without GT, improbable ones become missing."""
    if record.has_genotypes or record.probability is None:
        return record.alleles
    # Comparisons with NaN are false: a genotype without a probability is missing already.
    improbable = record.probability < min_probability(options)
    return np.where(improbable[:, None] & (record.alleles != NO_COPY), MISSING, record.alleles)
