"""The values that the stages hand to each other.

Coordinates are 1-based and inclusive, as in VCF; bases are on the plus strand. Per-sample values
are numpy arrays in the order of the samples; nothing here is changed after it was made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pgx_ana.coded import Coded
from pgx_ana.errors import UsageError
from pgx_ana.terms import Assembly, CallSource, CallStatus

MISSING = -1
"""Allele number of a copy that the file leaves open (``.``)."""

NO_COPY = -2
"""Allele number of the second copy in a haploid call."""

DELETED = "*"
"""Allele text of a copy on which the locus is deleted."""

COPY_NUMBER = "<CNV>"
"""Allele text of a copy whose number of copies the file declares changed."""


@dataclass(frozen=True, slots=True)
class Chromosome:
    """One chromosome of an assembly: its name (``15``), length in bases, and accessions."""

    name: str
    length: int
    accessions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ContigTable:
    """The chromosomes by which an assembly is recognised, and the words in headers that name it."""

    assembly: Assembly
    names: tuple[str, ...]
    chromosomes: tuple[Chromosome, ...]


@dataclass(frozen=True, slots=True)
class Locus:
    """Where a variant stands in one assembly.

    ``window`` is the reference sequence from ``window_start`` in which alleles are compared: REF
    itself for a single base, a wider stretch for insertions, deletions and repeats. Where
    ``ref_is_certain`` is False, REF may be the other allele: a file's REF tells.
    """

    chrom: str
    pos: int
    ref: str
    window_start: int
    window: str
    ref_is_certain: bool = True

    @property
    def end(self) -> int:
        """Return the last position of REF."""
        return self.pos + len(self.ref) - 1

    @property
    def window_end(self) -> int:
        """Return the last position of the window."""
        return self.window_start + len(self.window) - 1


@dataclass(frozen=True, slots=True)
class Variant:
    """A known variant: its alleles as plus-strand bases and its locus in each assembly."""

    id: str
    gene: str
    type: str
    alleles: tuple[str, ...]
    loci: Mapping[Assembly, Locus]

    @property
    def is_snv(self) -> bool:
        """Say whether every allele is a single base."""
        return self.type == "snv"


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """One row of a variant file, for the chosen samples.

    ``alleles`` is int16 of shape (samples, 2) with allele numbers of this row, ``MISSING`` or
    ``NO_COPY``; ``phased`` is bool of shape (samples,); ``phase_set`` is int64, -1 where there is
    none; ``gq`` and ``dp`` are float32, NaN where missing; ``failed`` says whose genotype has a FT
    other than PASS; ``probability`` is float32, that of the genotype, NaN where it is not told. The
    optional arrays are None where the row does not have the field. ``has_genotypes`` is False where
    the row has no GT: then the genotypes, if any, are the likeliest ones. ``mismatch`` says how REF
    differs from a reference genome that it was held against.
    """

    chrom: str
    pos: int
    end: int
    ref: str
    alts: tuple[str, ...]
    filters: tuple[str, ...]
    alleles: NDArray[np.int16]
    phased: NDArray[np.bool_]
    phase_set: NDArray[np.int64] | None = None
    gq: NDArray[np.float32] | None = None
    dp: NDArray[np.float32] | None = None
    failed: NDArray[np.bool_] | None = None
    probability: NDArray[np.float32] | None = None
    has_genotypes: bool = True
    mismatch: str = ""

    @property
    def is_block(self) -> bool:
        """Say whether the row only states reference: ALT is ``.``, ``<NON_REF>`` or ``<*>``."""
        return all(alt in ANY_ALLELE for alt in self.alts)

    @property
    def excludes_others(self) -> bool:
        """Say whether the row speaks of every alternate allele, not only of those it lists."""
        return not self.alts or any(alt in ANY_ALLELE for alt in self.alts)


ANY_ALLELE = frozenset({"<NON_REF>", "<*>", "."})


@dataclass(frozen=True, slots=True)
class Call:
    """What one or many people have at one variant: everything but their GQ, DP and phase set.

    ``alleles`` are plus-strand bases, ``.`` for a missing copy; empty where nothing was seen, one
    where the call is haploid. Unphased alleles stand in the order of the variant's alleles.
    ``spanning_row`` names an unphased row that has these alleles and covers further sites: their
    alleles in that row are on the same copies. ``swapped``: its first copy is the second one here.
    """

    alleles: tuple[str, ...]
    phased: bool
    status: CallStatus
    source: CallSource
    reason: str = ""
    filter: str = ""
    file: str = ""
    spanning_row: str = ""
    swapped: bool = False

    @property
    def genotype(self) -> str:
        """Return the genotype as text: ``A/C``, ``A|C``, ``C/.``, ``C``, or ``.`` for none."""
        return ("|" if self.phased else "/").join(self.alleles) or "."

    @property
    def order(self) -> tuple[str, ...]:
        """Return the alleles as they lie on the copies of further sites; empty where none says."""
        if not (self.phased or self.spanning_row):
            return ()
        return self.alleles[::-1] if self.swapped else self.alleles


ABSENT = Call(
    (),
    phased=False,
    status=CallStatus.ABSENT,
    source=CallSource.NONE,
    reason="no record covers the locus",
)


@dataclass(frozen=True, slots=True, eq=False)
class SiteCalls:
    """The calls of one variant in all samples.

    ``gq``, ``dp`` (float32, NaN missing) and ``phase_set`` (int64, -1 missing) have shape
    (samples,); they are None where no file has them.
    """

    variant: Variant
    calls: Coded[Call]
    gq: NDArray[np.float32] | None = None
    dp: NDArray[np.float32] | None = None
    phase_set: NDArray[np.int64] | None = None


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file that was read: its name, header digest, assembly and how that was told.

    ``compression`` is ``BGZF``, ``gzip`` or empty; ``caller`` what the header names as its origin.
    """

    name: str
    header_sha256: str
    assembly: Assembly
    assembly_source: str
    format: str
    indexed: bool
    samples: int
    remark: str = ""
    compression: str = ""
    caller: str = ""


@dataclass(frozen=True, slots=True)
class CallOptions:
    """What counts as a call.

    ``min_gq`` is phred-scaled: 10 is a probability of 0.9 that the genotype is right. A call
    without GQ or DP passes; one without a single read does not. ``min_gp`` is the least probability
    of an imputed genotype.
    """

    min_gq: float = 10
    min_dp: float = 1
    min_gp: float = 0.9
    include_filtered: bool = False
    absent_is_reference: bool = False
    allow_strand_flip: bool = False

    def __post_init__(self) -> None:
        """Refuse thresholds with which nothing would be filtered unseen."""
        for name in ("min_gq", "min_dp", "min_gp"):
            if not getattr(self, name) >= 0:  # nor NaN
                raise UsageError(f"{name} must be a number that is not negative")
        if self.min_gp > 1:
            raise UsageError("min_gp must be a probability, between 0 and 1")


@dataclass(frozen=True, slots=True, eq=False)
class CohortCalls:
    """The calls of all samples from all files, one :class:`SiteCalls` per variant.

    ``sample_files`` has for each sample the numbers of the files that it is in.
    """

    samples: tuple[str, ...]
    sample_files: Coded[tuple[int, ...]]
    files: tuple[InputFile, ...]
    assembly: Assembly
    options: CallOptions
    sites: tuple[SiteCalls, ...] = field(default=())
