"""One file or store of a biobank with its companions, as a file of records."""

from __future__ import annotations

import dataclasses
import importlib.util
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pgx_ana.biobank.kinds import Kind, kind_of_file
from pgx_ana.biobank.reference_order import OrderedSite, by_reference, with_reference
from pgx_ana.biobank.source import Entry, Source
from pgx_ana.errors import InputError, UsageError
from pgx_ana.model import MISSING, NO_COPY, Record
from pgx_ana.printable import printable_line
from pgx_ana.vcf import Extent, FileContigs, Headers, RecordFile, Row, TargetIndex

# What reads a format, and the extra that installs it.
_LIBRARIES = {
    Kind.PGEN: ("pgenlib", "biobank"),
    Kind.BED: ("pgenlib", "biobank"),
    Kind.VCF_ZARR: ("zarr", "zarr"),
}


@dataclass(frozen=True, slots=True, eq=False)
class BiobankRow(Row):
    """An entry at a target, as its alleles were put in order there."""

    entry: Entry
    order: OrderedSite


class BiobankFile(RecordFile):
    """One PGEN, PLINK bed, BGEN or VCF Zarr file.

    ``index`` is the path of an index that is not beside the file, empty for none. With
    ``assume_ref_order``, the reference is at the same place among the alleles everywhere. Raises
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
        """Return ``PGEN``, ``PLINK bed``, ``BGEN`` or ``VCF Zarr``."""
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
        """Say no: such files are made of variants of bases, or are of whole genomes."""
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
                order = (
                    with_reference(entry.site, 0)
                    if entry.is_ordered
                    else by_reference(entry.site, targets.targets[number])
                )
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

    def settled(self, rows: Mapping[int, list[Row]]) -> dict[int, list[Row]]:
        """Return the rows with the order of alleles that others show, where a row does not.

        An entry has one order at all targets. Where nothing shows it, the user may say that the
        reference is at the same place as elsewhere. Raises :class:`InputError` where it is at no
        such place.
        """
        own = [row for of_target in rows.values() for row in of_target]
        shown = {
            id(row.entry): row.order
            for row in own
            if isinstance(row, BiobankRow) and row.order.is_shown
        }
        n_turned = sum(order.is_turned for order in shown.values())
        if n_turned:
            remark = "the first allele of the file is not the reference, and alleles were put in"
            self._remarks[f"{remark} order, at {n_turned} known sites"] = None
        if self._assumes_order and n_turned and not all(o.is_last for o in shown.values()):
            raise InputError(
                f"{self.name}: --assume-ref-order is wrong for this file: at {n_turned} of "
                f"{len(shown)} known sites the first allele is not the reference, and at the "
                "others it is"
            )
        is_assumed = self._assumes_order and bool(shown)
        settled = {
            id(row): _settled(row, shown, is_last=n_turned > 0, is_assumed=is_assumed)
            for row in own
            if isinstance(row, BiobankRow)
        }
        return {number: [settled[id(row)] for row in found] for number, found in rows.items()}

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
            gq=found.gq,
            dp=found.dp,
            failed=found.failed,
            phase_set=found.phase_set,
            phase_probability=found.phase_probability,
            sample_ends=found.sample_ends,
        )


def _settled(
    row: BiobankRow, shown: Mapping[int, OrderedSite], *, is_last: bool, is_assumed: bool
) -> Row:
    """Return a row whose order is undecided in the order of others, if that is known."""
    if not row.order.is_undecided:
        return row
    elsewhere = shown.get(id(row.entry))
    if elsewhere is None and not is_assumed:
        return row
    site = row.entry.site
    place = len(site.alts) if is_last else 0
    if elsewhere is None and not (site.ref, *site.alts)[place]:
        return row  # the reference would be an allele without a name
    order = elsewhere or with_reference(site, place)
    return dataclasses.replace(row, site=order.site, order=order)


def _in_allele_order(alleles: NDArray[np.int16], phased: NDArray[np.bool_]) -> NDArray[np.int16]:
    """Return pairs of alleles, the lower number of an unphased one first, a missing copy last.

    The formats do not keep the order of unphased copies, so that of their own alleles says nothing.
    """
    first, second = alleles[:, 0], alleles[:, 1]
    is_reverse = ~phased & (second >= 0) & ((first > second) | (first == MISSING))
    return np.where(is_reverse[:, None], alleles[:, ::-1], alleles)


def _required_kind(path: str, name: str) -> Kind:
    """Return the format of a file. Raises :class:`UsageError` if no library can read it."""
    kind = kind_of_file(path)
    if kind is None:
        raise InputError(f"{name}: has changed while it was opened")
    library, extra = _LIBRARIES.get(kind, ("", ""))
    if library and importlib.util.find_spec(library) is None:
        raise UsageError(
            f"{name}: {kind} is read by {library}, which is not installed: "
            f"pip install 'pgx-ana[{extra}]'"
        )
    return kind


def _open(kind: Kind, path: str, name: str, index: str) -> Source:
    if kind is Kind.BGEN:
        from pgx_ana.biobank.bgen import BgenSource  # noqa: PLC0415  # most runs need no SQLite

        return BgenSource(path, name, index)
    if kind is Kind.VCF_ZARR:
        from pgx_ana.biobank.vcf_zarr import VcfZarrSource  # noqa: PLC0415  # the same

        return VcfZarrSource(path, name, index)
    from pgx_ana.biobank.plink import PlinkSource  # noqa: PLC0415  # needs an optional library

    return PlinkSource(path, name, kind)
