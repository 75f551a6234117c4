"""What every file of records has in common, whatever its format: people, and rows at loci."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pgx_ana.errors import InputError
from pgx_ana.model import Record
from pgx_ana.vcf.extents import Extent
from pgx_ana.vcf.header import Header
from pgx_ana.vcf.phase_fields import PhaseDeclarations
from pgx_ana.vcf.targets import TargetIndex


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """One row that overlaps a target: its record without people, and its place in messages."""

    site: Record
    place: str


class RecordFile(ABC):
    """A file of records, opened and checked: :meth:`rows_at` locates rows, :meth:`read` reads them.

    ``path`` is as it was given, and ``name`` what messages and results call the file. ``header``
    has its contigs, and ``header_sha256`` is the digest of what identifies the file and its people.
    ``caller`` is the program that wrote the file, empty where it does not say. ``unknown_lengths``
    are the contig lengths that are those of no assembly. ``all_samples`` are the samples of the
    file, ``samples`` the selected ones, in the order of the file, and ``selected`` their numbers
    (intp, rising). ``phase_declarations`` is None where rows are not text, so that those of several
    files cannot be put side by side.
    """

    path: str
    name: str
    header: Header
    header_sha256: str
    caller: str
    unknown_lengths: list[str]
    phase_declarations: PhaseDeclarations | None
    all_samples: tuple[str, ...]
    samples: tuple[str, ...]
    selected: NDArray[np.intp]

    def __init__(self) -> None:
        self._remarks: dict[str, None] = {}

    @property
    def remark(self) -> str:
        """Return what a user should know about how the file was read; empty for nothing."""
        return "; ".join(self._remarks)

    @property
    @abstractmethod
    def format(self) -> str:
        """Return the name of the format, such as ``VCF``."""

    @property
    @abstractmethod
    def compression(self) -> str:
        """Return ``BGZF``, ``gzip``, another name, or nothing."""

    @property
    @abstractmethod
    def indexed(self) -> bool:
        """Say whether the file is read at the targets only, so that others cost nothing."""

    def take_samples(self, samples: Sequence[str]) -> None:
        """Take the samples of the file, all of which are selected."""
        self.all_samples = self.samples = tuple(samples)
        self.selected = np.arange(len(self.all_samples), dtype=np.intp)

    def select_samples(self, names: Sequence[str]) -> bool:
        """Read only the samples with these names (all where empty), in the order of the file.

        Returns whether the file has any of them.
        """
        if names:
            unique = set(names)
            chosen = [n for n, name in enumerate(self.all_samples) if name in unique]
            self.selected = np.array(chosen, np.intp)
            self.samples = tuple(self.all_samples[number] for number in chosen)
        return bool(self.samples)

    def rename_sample(self, name: str) -> None:
        """Give the one sample of the file another name.

        Raises :class:`InputError` where the file has several samples.
        """
        if len(self.all_samples) > 1:
            raise InputError(
                f"{self.name}: has {len(self.all_samples)} samples; only the sample of a file "
                "with one sample can be named by its file name or a sample sheet"
            )
        self.all_samples = (name,)
        self.samples = tuple(name for _ in self.samples)

    @property
    @abstractmethod
    def declared_chromosomes(self) -> set[str]:
        """Return the known chromosomes that the file is known to be about, by their plain names."""

    @abstractmethod
    def is_structural(self) -> bool:
        """Say whether the file has rows, and all are copy numbers or structural variants."""

    @abstractmethod
    def extents(self) -> dict[str, Extent]:
        """Return, for each known chromosome with rows, their first and last POS.

        Raises :class:`InputError` where the file is damaged.
        """

    @abstractmethod
    def forget_index(self) -> None:
        """Release the memory of an index, which is read again when it is needed."""

    @abstractmethod
    def close(self) -> None:
        """Release the file and its rows; what was read from its header remains available."""

    @abstractmethod
    def rows_at(
        self,
        targets: TargetIndex,
        *,
        verify: bool = False,
        faults: dict[int, InputError] | None = None,
    ) -> dict[int, list[Row]]:
        """Return the rows that overlap each target, by its number, in the order of the file.

        Targets without rows are left out. Rows can be read until the file is closed. ``verify``
        reads the whole file. Raises :class:`InputError` where the file is damaged, or a row
        malformed. With ``faults``, the errors of single rows are put there instead, by the number
        of the target, which then has no rows.
        """

    @abstractmethod
    def settled(self, rows: Mapping[int, list[Row]]) -> dict[int, list[Row]]:
        """Return the rows at targets, which are on the assembly of the file, as they are read.

        What one of them shows may hold for others. Raises :class:`InputError` where they contradict
        what the user says of the file.
        """

    @abstractmethod
    def read(
        self, rows: Sequence[Row], people: NDArray[np.intp], names: Sequence[str]
    ) -> list[Record]:
        """Return the records of some rows, for some people: their numbers in the file, rising.

        There is at least one. ``names`` are what messages call them. Raises :class:`InputError` for
        malformed genotypes.
        """
