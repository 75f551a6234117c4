"""One PGEN, PLINK bed or BGEN file with its companions, as a file of records."""

from __future__ import annotations

import dataclasses
import importlib.util
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pgx_ana.biobank.kinds import Kind, head_of, kind_of
from pgx_ana.biobank.reference_order import OrderedSite, as_given, by_reference
from pgx_ana.biobank.source import Entry, Source
from pgx_ana.errors import InputError, UsageError
from pgx_ana.model import MISSING, NO_COPY, Record
from pgx_ana.printable import printable_line
from pgx_ana.vcf import Extent, FileContigs, Headers, RecordFile, Row, Target, TargetIndex

_LIBRARIES = {Kind.PGEN: "pgenlib", Kind.BED: "pgenlib"}


@dataclass(frozen=True, slots=True, eq=False)
class BiobankRow(Row):
    """An entry at a target, as its alleles were put in order there."""

    entry: Entry
    order: OrderedSite


class BiobankFile(RecordFile):
    """One PGEN, PLINK bed or BGEN file.

    ``index`` is the path of an index that is not beside the file, empty for none. With
    ``assume_ref_order``, the first allele is the reference where the sequence fits several. Raises
    :class:`InputError` where the file or a companion is missing, damaged, or does not fit the
    others, and :class:`UsageError` where the library that reads the format is not installed.
    """

    def __init__(
        self, path: str, headers: Headers, index: str = "", *, assume_ref_order: bool = False
    ) -> None:
        super().__init__()
        self.path = path
        self.name = printable_line(path)
        self._kind = _required_kind(path, self.name)
        self._source = _open(self._kind, path, self.name, index)
        self.header = self._source.header
        self.header_sha256 = self._source.digest
        self.caller = self._source.caller
        self.phase_declarations = None
        self.unknown_lengths = headers.contig_names.unknown_lengths(self.header)
        self._contigs = FileContigs(headers.contig_names, self.header.contigs, self.name)
        self.take_samples(self._source.samples)
        self._assumes_order = assume_ref_order

    @property
    def format(self) -> str:
        """Return ``PGEN``, ``PLINK bed`` or ``BGEN``."""
        return self._kind.value

    @property
    def compression(self) -> str:
        """Return what the source says of it."""
        return self._source.compression

    @property
    def indexed(self) -> bool:
        """Say whether only the entries at targets are read."""
        return self._source.is_indexed

    @property
    def remark(self) -> str:
        """Return what a user should know about how the file was read; empty for nothing."""
        return "; ".join([*self._source.remarks, *self._remarks])

    @property
    def declared_chromosomes(self) -> set[str]:
        """Return the known chromosomes that the header names, and those that have entries."""
        names = map(self._contigs.chromosome, self.header.contigs.lengths)
        return {name for name in names if name is not None} | set(self.extents())

    def is_structural(self) -> bool:
        """Say no: such files are made of variants of bases."""
        return False

    def extents(self) -> dict[str, Extent]:
        """Return, for each known chromosome with entries, the first and the last position."""
        return self._source.extents(self._contigs.chromosome)

    def forget_index(self) -> None:
        """Keep everything: a source keeps no more than it needs."""

    def close(self) -> None:
        """Release the file; what was read from its header remains available."""
        self._source.close()

    def rows_at(
        self,
        targets: TargetIndex,
        *,
        verify: bool = False,
        faults: dict[int, InputError] | None = None,  # entries are listed as a whole
    ) -> dict[int, list[Row]]:
        """Return the rows that overlap each target, by its number, in the order of the file."""
        if verify:
            self._source.verify()
        rows: dict[int, list[Row]] = {}
        for entry, numbers in self._source.entries(targets, self._contigs.chromosome_of_row):
            known: dict[tuple[str, str], Row] = {}
            for number in numbers:
                order = self._in_order(entry, targets.targets[number])
                key = order.site.ref, order.site.mismatch
                row = BiobankRow(order.site, entry.place, entry, order)
                rows.setdefault(number, []).append(known.setdefault(key, row))
        remark = self._contigs.remark(targets.chromosomes)
        self._remarks.update({remark: None} if remark else {})
        return rows

    def read(
        self,
        rows: Sequence[Row],
        people: NDArray[np.intp],
        names: Sequence[str],  # genotypes are damaged as a whole
    ) -> list[Record]:
        """Return the records of some rows, for some people: their numbers in the file, rising."""
        return [self._record(row, people) for row in rows if isinstance(row, BiobankRow)]

    def take_note(self, rows: Iterable[Row]) -> None:
        """Note where the first allele of the file is not the reference.

        Raises :class:`InputError` where the user says that it is.
        """
        turned = {
            row.place
            for row in rows
            if isinstance(row, BiobankRow) and row.order.is_turned
            # One that is undecided was not put in order, but is not the first allele either.
            if self._assumes_order or not row.order.is_undecided
        }
        if turned and self._assumes_order:
            raise InputError(
                f"{min(turned)}: the first allele is not the reference, so --assume-ref-order is "
                f"wrong for this file ({len(turned)} known sites)"
            )
        if turned:
            remark = (
                "the first allele of the file is not the reference, and alleles were put in order, "
                f"at {len(turned)} known sites"
            )
            self._remarks[remark] = None

    def _in_order(self, entry: Entry, target: Target) -> OrderedSite:
        if entry.is_ordered:
            return as_given(entry.site)
        order = by_reference(entry.site, target)
        return order.as_mismatch() if order.is_undecided and not self._assumes_order else order

    def _record(self, row: BiobankRow, people: NDArray[np.intp]) -> Record:
        found = self._source.genotypes(row.entry, people)
        # The last two elements of the lookup are those of NO_COPY (-2) and MISSING (-1).
        lookup = np.array([*row.order.numbers, NO_COPY, MISSING], np.int16)
        return dataclasses.replace(
            row.site,
            alleles=_in_allele_order(lookup[found.alleles], found.phased),
            phased=found.phased,
            codes=found.codes,
            probability=found.probability,
            has_genotypes=not found.is_best_guess,
        )


def _in_allele_order(alleles: NDArray[np.int16], phased: NDArray[np.bool_]) -> NDArray[np.int16]:
    """Return pairs of alleles, the lower number of an unphased one first, a missing copy last.

    The formats do not keep the order of unphased copies, so that of their own alleles says nothing.
    """
    first, second = alleles[:, 0], alleles[:, 1]
    is_reverse = ~phased & (second >= 0) & ((first > second) | (first == MISSING))
    return np.where(is_reverse[:, None], alleles[:, ::-1], alleles)


def _required_kind(path: str, name: str) -> Kind:
    """Return the format of a file. Raises :class:`UsageError` if no library can read it."""
    kind = kind_of(head_of(path))
    if kind is None:
        raise InputError(f"{name}: has changed while it was opened")
    library = _LIBRARIES.get(kind)
    if library is not None and importlib.util.find_spec(library) is None:
        raise UsageError(
            f"{name}: {kind} is read by {library}, which is not installed: "
            "pip install 'pgx-ana[biobank]'"
        )
    return kind


def _open(kind: Kind, path: str, name: str, index: str) -> Source:
    if kind is Kind.BGEN:
        from pgx_ana.biobank.bgen import BgenSource  # noqa: PLC0415  # most runs need no SQLite

        return BgenSource(path, name, index)
    from pgx_ana.biobank.plink import PlinkSource  # noqa: PLC0415  # needs an optional library

    return PlinkSource(path, name, kind)
