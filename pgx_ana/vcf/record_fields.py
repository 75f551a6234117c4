"""The record of one row from the fields of its samples, whichever reader has them."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from pgx_ana.model import Record
from pgx_ana.vcf.confidence import depth, quality
from pgx_ana.vcf.fields import (
    allele_beyond_alt,
    best_guesses,
    fails_sample_filter,
    first_present,
    probability_of,
)
from pgx_ana.vcf.imputation import Alleles
from pgx_ana.vcf.phase_fields import PhaseFields
from pgx_ana.vcf.record_file import Row

_IMPUTED = re.compile(rb"(?:^|;)(?:IMP|IMPUTED)(?:;|$)")
_NO_READS = re.compile(rb"(?:^|;)DP=0(?:;|$)")
_END = re.compile(rb"(?:^|;)END=([0-9]{1,10})(?:;|$)")

Genotyped = tuple[Alleles, NDArray[np.bool_]]
"""Allele numbers (samples, 2), and whether each genotype is phased."""


class FieldValues(Protocol):
    """The values of one row: ``format`` gives those of a FORMAT field, as cyvcf2 does.

    Numbers have shape (samples, values). Texts are one for each sample. A missing number is NaN; a
    float that pads a sample to the longest one has the bits that BCF gives it.
    """

    def format(self, name: str) -> NDArray[Any] | None:
        """Return the values of a field that the row has."""
        ...


@dataclass(frozen=True, slots=True)
class InfoFacts:
    """What INFO says of all genotypes of a row: see :class:`FieldRow`."""

    is_imputed: bool
    has_no_reads: bool
    stated_end: int


def info_facts(info: bytes, pos: int) -> InfoFacts:
    """Return what the INFO column of a row at a position says of all of its genotypes."""
    end = _END.search(info) if b"END=" in info else None
    return InfoFacts(
        is_imputed=b"IMP" in info and _IMPUTED.search(info) is not None,
        has_no_reads=b"DP=0" in info and _NO_READS.search(info) is not None,
        stated_end=int(end[1]) if end is not None else pos,
    )


@dataclass(frozen=True, slots=True, eq=False)
class FieldRow(Row):
    """One row that overlaps a target, with what INFO says of all of its genotypes.

    ``is_imputed``: they are imputed. ``has_no_reads``: the DP of the row is 0. ``stated_end`` is
    its END, else POS.
    """

    is_imputed: bool
    has_no_reads: bool
    stated_end: int


def record_of(
    row: FieldRow,
    values: FieldValues,
    fields: set[str],
    genotypes: Genotyped | None,
    samples: Sequence[str],
    phase_fields: PhaseFields,
) -> Record:
    """Return the record of a row.

    ``fields`` are those of FORMAT that can be asked of ``values``, and ``genotypes`` those of GT,
    None where the row has no GT. Raises :class:`InputError` for an allele that the row does not
    list.
    """
    n_alts = len(row.site.alts)
    if genotypes is not None:
        alleles, phased = genotypes
        probability = probability_of(values, fields, alleles, n_alts, phased)
        if probability is None and row.is_imputed:
            probability = np.zeros(len(samples), np.float32)  # nothing says how likely it is
    else:
        alleles, phased, probability = best_guesses(values, fields, len(samples), n_alts)
    check_numbers(alleles, samples, None, n_alts, row.place)
    phase = phase_fields.phase(values, fields, alleles, phased)
    return dataclasses.replace(
        row.site,
        alleles=phase.alleles,
        phased=phase.phased,
        phase_set=phase.phase_set,
        phase_probability=phase.probability,
        gq=quality(values, fields),
        dp=depth(values, fields, len(samples), has_no_reads=row.has_no_reads),
        failed=fails_sample_filter(values) if "FT" in fields else None,
        probability=probability,
        has_genotypes=genotypes is not None,
        sample_ends=_sample_ends(row, values, len(samples)) if "LEN" in fields else None,
    )


def check_numbers(
    alleles: Alleles,
    samples: Sequence[str],
    selected: NDArray[np.intp] | None,
    n_alts: int,
    place: str,
) -> None:
    """Raise :class:`InputError` for an allele number beyond ALT."""
    highest = alleles.max(axis=1, initial=-1)
    if len(highest) and highest.max() > n_alts:
        first = int(highest.argmax())
        sample = samples[first if selected is None else int(selected[first])]
        raise allele_beyond_alt(place, sample, int(highest.max()), n_alts)


def _sample_ends(row: FieldRow, values: FieldValues, n_samples: int) -> NDArray[np.int64]:
    """Return the last position of the block of each sample: by LEN, else by END or REF."""
    lengths = first_present(values, ("LEN",), {"LEN"})
    if lengths is None:
        return np.full(n_samples, row.stated_end, np.int64)
    ends = row.site.pos + lengths - 1
    return np.where(np.isnan(lengths), row.stated_end, ends).astype(np.int64)
