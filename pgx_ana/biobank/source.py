"""What each format gives: entries at targets, and the genotypes of people in an entry."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from pgx_ana.model import Record
from pgx_ana.vcf import ChromosomeOf, Extent, Header, TargetIndex


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One variant of a file.

    ``site`` is its record without people: REF is the first allele of the file, ALT are all others.
    An allele without a name (``0`` or ``.``) is an empty text. ``is_ordered`` says that the file
    vouches for the first allele being the reference. ``number`` tells the source where the
    genotypes are, and ``place`` is the entry in messages.
    """

    site: Record
    number: int
    place: str
    is_ordered: bool


@dataclass(frozen=True, slots=True, eq=False)
class Genotypes:
    """The genotypes of some people in one entry, each distinct one once.

    ``alleles`` is int16 of shape (distinct, 2): numbers of alleles in the order of the entry,
    ``MISSING`` or ``NO_COPY``. ``phased`` is bool and ``probability`` float32, NaN where unknown,
    both of shape (distinct,); ``probability`` is None where the file has none. Person ``i`` has the
    genotype ``codes[i]``. With ``is_best_guess``, the file has no genotypes but probabilities, and
    these are the most probable genotypes. The other arrays, of shape (distinct,), are those of
    :class:`Record`; each is None where the file has none.
    """

    alleles: NDArray[np.int16]
    phased: NDArray[np.bool_]
    codes: NDArray[np.unsignedinteger[Any]]
    probability: NDArray[np.float32] | None = None
    is_best_guess: bool = False
    gq: NDArray[np.float32] | None = None
    dp: NDArray[np.float32] | None = None
    failed: NDArray[np.bool_] | None = None
    phase_set: NDArray[np.int64] | None = None
    phase_probability: NDArray[np.float32] | None = None
    sample_ends: NDArray[np.int64] | None = None


class Source(Protocol):
    """A file of one format with its companions, opened and checked against each other.

    ``samples`` are the names of its people, ``header`` what is known of its contigs, and ``digest``
    the SHA-256 of what identifies the file and its people. ``compression`` is that of the list of
    variants or of the genotypes, if it has one worth naming. ``is_indexed`` says that the list of
    variants is not read in one pass. ``remarks`` are what a user should know; they may grow.
    """

    samples: Sequence[str]
    header: Header
    digest: str
    caller: str
    compression: str
    is_indexed: bool
    remarks: dict[str, None]

    def entries(
        self, targets: TargetIndex, chromosome_of: ChromosomeOf
    ) -> Iterator[tuple[Entry, list[int]]]:
        """Yield the entries with an allele that overlaps a target, and the numbers of the targets.

        They come in the order of the file. ``chromosome_of`` is asked for every contig that has
        entries. Raises :class:`InputError` for a damaged file and a malformed entry.
        """
        ...

    def extents(self, chromosome_of: ChromosomeOf) -> dict[str, Extent]:
        """Return, for each known chromosome with entries, the first and the last position."""
        ...

    def verify(self) -> None:
        """Read the whole file. Raises :class:`InputError` for the first fault."""
        ...

    def genotypes(self, entry: Entry, people: NDArray[np.intp]) -> Genotypes:
        """Return the genotypes of some people, by their numbers in the file, rising.

        Raises :class:`InputError` where they are damaged.
        """
        ...

    def close(self) -> None:
        """Release the file."""
        ...
