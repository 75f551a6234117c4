"""The values that the stages pass to each other.

Coordinates are 1-based and inclusive, as in VCF. Bases are on the plus strand. Per-sample values
are numpy arrays in sample order. All values are immutable by convention: no stage changes one in
place.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pgx_ana.coded import Coded, combine
from pgx_ana.errors import UsageError
from pgx_ana.terms import OBSERVED, Assembly, CallSource, CallStatus

MISSING = -1
"""Allele number of a missing copy (``.``)."""

NO_COPY = -2
"""Allele number of the second copy in a haploid call."""

FIRST_NAMED_SET = 1 << 62
"""Phase sets from this number on have a name in their file, and no number to show."""

DELETED = "*"
"""Allele text of a copy that has the locus deleted."""

COPY_NUMBER = "<CNV>"
"""Allele text of a copy for which the file reports a copy-number change."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """In whom and for what the drug is used: sex and context, each empty where not known."""

    sex: str = ""
    context: str = ""


@dataclass(frozen=True, slots=True)
class Chromosome:
    """One chromosome of an assembly: its name (``15``), length in bases, and accessions."""

    name: str
    length: int
    accessions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ContigTable:
    """The chromosomes that identify an assembly, and the names by which headers refer to it."""

    assembly: Assembly
    names: tuple[str, ...]
    chromosomes: tuple[Chromosome, ...]


@dataclass(frozen=True, slots=True)
class Locus:
    """The position and reference sequence of a variant in one assembly.

    ``window`` is the reference sequence from ``window_start`` on, in which alleles are compared. It
    is REF itself for an SNV, and a longer stretch for insertions, deletions and repeats. If
    ``ref_is_certain`` is False, the reference base may be the other allele; the REF of a file
    decides.
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
        """Return whether every allele is a single base."""
        return self.type == "snv"


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """One row of a variant file, for the selected samples.

    ``alleles`` is int16 of shape (samples, 2): allele numbers of this row, ``MISSING`` or
    ``NO_COPY``. The other arrays have shape (samples,). ``phased`` is bool. ``phase_set`` is int64,
    -1 for none. ``phase_probability`` is float32, the probability that the order of the copies is
    right, NaN where unknown. ``gq`` and ``dp`` are float32, NaN where missing. ``failed`` is bool,
    True for a genotype with an FT other than PASS. ``probability`` is float32, the probability of
    the genotype, NaN where unknown. An optional array is None if the row lacks the field.
    ``has_genotypes`` is False if the row has no GT; ``alleles`` then holds the most probable
    genotypes, if the row has any probabilities. ``mismatch`` describes how REF differs from the
    reference genome it was checked against; it is empty if it does not. ``alt_ends`` has the last
    position of each ALT, where they differ; it is empty where each ends with the row.
    ``counts_copies`` is True for a segment that counts copies and says nothing of bases.
    ``sample_ends`` is int64, the last position of the block of each sample, if they differ.

    Where most people share their genotypes, the arrays hold each distinct one once: person ``i``
    has row ``codes[i]`` of every array. ``codes`` (any unsigned integer, of shape (people,)) is
    None where the arrays are those of the people themselves.
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
    phase_probability: NDArray[np.float32] | None = None
    has_genotypes: bool = True
    mismatch: str = ""
    alt_ends: tuple[int, ...] = ()
    counts_copies: bool = False
    sample_ends: NDArray[np.int64] | None = None
    codes: NDArray[np.unsignedinteger[Any]] | None = None

    def of(self, people: NDArray[np.intp]) -> Record:
        """Return the record of some people, by their numbers, with arrays of their own."""
        rows = people if self.codes is None else self.codes[people]
        arrays = {
            name: values[rows]
            for name in _PER_PERSON
            if (values := getattr(self, name)) is not None
        }
        return dataclasses.replace(self, **arrays, codes=None)

    @property
    def is_block(self) -> bool:
        """Return whether the row reports reference only: ALT is ``.``, ``<NON_REF>`` or ``<*>``."""
        return all(alt in ANY_ALLELE for alt in self.alts)

    @property
    def excludes_others(self) -> bool:
        """Return whether a reference copy rules out all alternates, not only the listed ones."""
        return not self.alts or any(alt in ANY_ALLELE for alt in self.alts)


_PER_PERSON = (
    "alleles",
    "phased",
    "phase_set",
    "gq",
    "dp",
    "failed",
    "probability",
    "phase_probability",
    "sample_ends",
)
"""The arrays of a record that have a row for each person."""

ANY_ALLELE = frozenset({"<NON_REF>", "<*>", "."})
"""ALTs that stand for any allele other than REF and the listed ones."""


@dataclass(frozen=True, slots=True)
class Call:
    """The call of one variant, without GQ, DP and phase set, so that many samples can share it.

    ``alleles`` are plus-strand bases, ``.`` for a missing copy. The tuple is empty if no genotype
    was observed and has one element if the call is haploid. Unphased alleles are in the order
    of the variant's alleles. ``spanning_row`` names an unphased row that carries these alleles and
    covers other sites too; the order of the copies is then the same at all sites of that row.
    ``swapped`` is True if the first copy of that row is the second of ``alleles``. ``file`` is
    the name of the file; it is empty where people with one file each share their calls.
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
    def is_observed(self) -> bool:
        """Return whether there is a genotype that counts: at least one copy is known."""
        return self.status in OBSERVED

    @property
    def linked_alleles(self) -> tuple[str, ...]:
        """Return the alleles in an order that holds at other sites too; empty if unknown."""
        if not (self.phased or self.spanning_row):
            return ()
        return self.alleles[::-1] if self.swapped else self.alleles


FROM_A_RECORD = frozenset({CallSource.RECORD, CallSource.REFERENCE_BLOCK, CallSource.OTHER_STRAND})
"""The sources of calls that rest on a record of a file."""

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

    ``gq`` and ``dp`` (float32, NaN where missing) and ``phase_set`` (int64, -1 for none) have shape
    (samples,). Each is None if no file reports it. ``has_evidence`` is False if no row of the file
    could show a base at the locus.
    """

    variant: Variant
    calls: Coded[Call]
    gq: NDArray[np.float32] | None = None
    dp: NDArray[np.float32] | None = None
    phase_set: NDArray[np.int64] | None = None
    has_evidence: bool = True


@dataclass(frozen=True, slots=True)
class InputFile:
    """An input file: its name, header digest, assembly and how the assembly was determined.

    ``compression`` is ``BGZF``, ``gzip`` or empty. ``caller`` is the program that wrote the file
    according to its header.
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
    """The thresholds and rules by which a genotype counts as a call.

    ``min_gq`` is phred-scaled: 10 is a probability of 0.9 that the genotype is right. A call
    without GQ or DP passes; by default, a call with a DP of 0 does not. ``min_gp`` is the lowest
    accepted probability of a genotype (GP, HDS or DS, or HipSTR's Q), ``min_phase_probability``
    that of a phase; with 0, phase is taken as it is written. ``include_filtered`` accepts calls
    whose FILTER or FT is not PASS, ``absent_is_reference`` takes sites without a record for
    reference, and ``allow_strand_flip`` accepts alleles that match only the other strand. Where a
    file does not say which allele is the reference and the known sequence fits several,
    ``assume_ref_order`` takes the one at the place that REF has at its other known sites.
    """

    min_gq: float = 10
    min_dp: float = 1
    min_gp: float = 0.9
    min_phase_probability: float = 0.9
    include_filtered: bool = False
    absent_is_reference: bool = False
    allow_strand_flip: bool = False
    assume_ref_order: bool = False

    def __post_init__(self) -> None:
        """Raise :class:`UsageError` for thresholds that would silently disable a filter."""
        for name in ("min_gq", "min_dp", "min_gp", "min_phase_probability"):
            threshold = getattr(self, name)
            if not threshold >= 0:  # nor NaN
                raise UsageError(f"{name} must be a number of 0 or more")
            object.__setattr__(self, name, float(threshold))  # results show 10 and 10.0 alike
        for name in ("min_gp", "min_phase_probability"):
            if getattr(self, name) > 1:
                raise UsageError(f"{name} must be a probability, between 0 and 1")


@dataclass(frozen=True, slots=True, eq=False)
class CohortCalls:
    """The calls of all samples from all files, one :class:`SiteCalls` per variant.

    ``sample_files`` holds, for each sample, the indices into ``files`` of the files that contain
    it, in rising order.
    """

    samples: tuple[str, ...]
    sample_files: Coded[tuple[int, ...]]
    files: tuple[InputFile, ...]
    assembly: Assembly
    options: CallOptions
    sites: tuple[SiteCalls, ...] = field(default=())

    def file_of(self, call: Call, numbers: tuple[int, ...]) -> str | None:
        """Return the name of the file that the call of a person is from; None for none.

        ``numbers`` are those of the files of the person.
        """
        is_from_file = call.source in FROM_A_RECORD
        return (call.file or self.files[numbers[0]].name) if is_from_file else None

    def file_names(self, site: SiteCalls) -> Coded[str | None]:
        """Return the name of the file that the call of each sample is from."""
        pairs = combine([site.calls, self.sample_files])
        return pairs.map(lambda pair: self.file_of(*pair)).unique()
