"""The variants of a VCF Zarr: which of them are at targets, and their fixed columns."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pgx_ana.biobank.zarr_fields import CallFields
from pgx_ana.biobank.zarr_store import Bounds, StoredArray, ZarrStore
from pgx_ana.errors import InputError
from pgx_ana.model import Record
from pgx_ana.vcf import ChromosomeOf, Extent, FieldRow, TargetIndex, info_facts, parse_line, site_of

_STRETCH = 1 << 20  # rows whose positions are read together
_MAX_POSITION = 10**10 - 1
_ALLELE = re.compile(r"[^\s,;\0]+")
_INDEX_COLUMNS = 6
# INFO fields that decide what a row covers or is.
_NUMBERS = ("END", "SVLEN", "DP", "REFLEN")
_FLAGS = ("IMP", "IMPUTED")
# Those of rows that count copies, as the readers of VCF know them.
_COPIES = frozenset({"CN", "CNQ", "CNL", "CNP", "CNF", "CNLP", "MCN", "MCC"})
_COPY_FIELDS = _COPIES | {"SM", "BC", "NP", "QA", "QS", "QSE", "QSS", "REPCN"}

Positions = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Names:
    """The contigs and the filters that rows name by number; ``filters`` is None for no FILTER."""

    contigs: tuple[str, ...]
    filters: tuple[str, ...] | None


class SiteTable:
    """The rows of a store.

    ``lacks_filters`` says that a chunk of FILTER was not there when it was read.
    """

    def __init__(self, store: ZarrStore, names: Names, fields: CallFields) -> None:
        self._store, self._names, self._fields = store, names, fields
        self._present = store.names()
        self._position = store.array("variant_position").expect((None,), "whole number")
        self.n_variants = self._position.shape[0]
        self._contig = self._of("variant_contig", (), "whole number")
        self._allele = self._of("variant_allele", (None,), "text")
        self._filter = None
        if names.filters is not None:
            self._filter = self._of("variant_filter", (len(names.filters),), "flag")
        self._length = self._optional("variant_length", "whole number")
        self._info = {
            name: array
            for name in (*_NUMBERS, *_FLAGS, "SVTYPE")
            if (array := self._optional_info(name)) is not None
        }
        self.lacks_filters = False
        self._extents: dict[str, Extent] | None = None
        self._index = self._read_index()

    @property
    def is_indexed(self) -> bool:
        """Say whether an index tells which chunks have rows at targets."""
        return self._index is not None

    def near(
        self, targets: TargetIndex, chromosome_of: ChromosomeOf
    ) -> Iterator[tuple[int, FieldRow, list[int]]]:
        """Yield the number of each row that overlaps a target, the row, and its targets.

        Raises :class:`InputError` where a row is malformed.
        """
        chromosomes: dict[int, str | None] = {}
        for bounds in self._stretches(targets, chromosome_of):
            candidates = self._candidates(bounds, targets, chromosome_of, chromosomes)
            for chunk in self._allele.stretches(0, *bounds):
                here = [n for n in candidates if chunk[0] <= n < chunk[1]]
                if here:
                    yield from self._rows(chunk, here, chromosomes, targets)

    def extents(self) -> dict[str, Extent]:
        """Return, for each contig with rows, the first and the last position."""
        if self._extents is None:
            self._scan()
        return self._extents or {}

    def verify(self) -> None:
        """Read every row, and hold the index against them. Raises :class:`InputError`."""
        self._scan()
        for array in (self._allele, self._filter, *self._info.values()):
            if array is not None:
                for bounds in array.stretches(0, 0, self.n_variants):
                    array.read(bounds)

    def _of(self, name: str, more: tuple[int | None, ...], *kinds: str) -> StoredArray:
        return self._store.array(name).expect((self.n_variants, *more), *kinds)

    def _optional(self, name: str, *kinds: str) -> StoredArray | None:
        return self._of(name, (), *kinds) if name in self._present else None

    def _optional_info(self, name: str) -> StoredArray | None:
        if f"variant_{name}" not in self._present:
            return None
        array = self._store.array(f"variant_{name}")
        kinds = ("flag",) if name in _FLAGS else ("whole number", "number")
        if name == "SVTYPE":
            kinds = ("text",)
        more = (None,) if len(array.shape) > 1 else ()
        return array.expect((self.n_variants, *more), *kinds)

    def _read_index(self) -> NDArray[np.int64] | None:
        """Return the region index; None where there is none that knows where rows end.

        Raises :class:`InputError` where it does not fit the rows.
        """
        hides_ends = "SVLEN" in self._info or "LEN" in self._fields.fields
        if "region_index" not in self._present or self._length is None or hides_ends:
            return None
        array = self._store.array("region_index").expect((None, _INDEX_COLUMNS), "whole number")
        index = array.read_all().astype(np.int64)
        n_chunks = -(-self.n_variants // self._position.chunks[0])
        in_order = set(range(n_chunks)) == set(index[:, 0].tolist())
        n_rows = int(index[:, 5].sum())
        is_known = ((index[:, 1] >= 0) & (index[:, 1] < len(self._names.contigs))).all()
        if not in_order or n_rows != self.n_variants or not is_known:
            raise InputError(
                f"{self._store.name}: its region_index does not fit its {self.n_variants} "
                "variants; write the store again"
            )
        extents: dict[str, Extent] = {}
        for _, contig, first, last, _, _ in index.tolist():
            _cover(extents, self._names.contigs[contig], first, last)
        self._extents = extents
        return index

    def _stretches(self, targets: TargetIndex, chromosome_of: ChromosomeOf) -> Iterator[Bounds]:
        """Yield the stretches of rows whose positions have to be read."""
        width = self._position.chunks[0]
        if self._index is None:
            step = max(width, _STRETCH // width * width)
            for start in range(0, self.n_variants, step):
                yield start, min(start + step, self.n_variants)
            return
        chunks = set()
        for number, contig in enumerate(self._names.contigs):
            rows = self._index[self._index[:, 1] == number]
            chrom = chromosome_of(contig) if len(rows) else None
            if chrom is not None and chrom in targets:
                chunks |= set(rows[targets.may_overlap(chrom, rows[:, 2], rows[:, 4]), 0].tolist())
        for chunk in sorted(chunks):
            yield chunk * width, min((chunk + 1) * width, self.n_variants)

    def _candidates(
        self,
        bounds: Bounds,
        targets: TargetIndex,
        chromosome_of: ChromosomeOf,
        chromosomes: dict[int, str | None],
    ) -> list[int]:
        """Return the numbers of the rows that may overlap a target."""
        contigs, first, last = self._places(bounds)
        found = np.zeros(len(contigs), np.bool_)
        for contig in np.unique(contigs).tolist():
            if contig not in chromosomes:
                chromosomes[contig] = chromosome_of(self._names.contigs[contig])
            chrom = chromosomes[contig]
            if chrom is not None and chrom in targets:
                is_here = contigs == contig
                found[is_here] = targets.may_overlap(chrom, first[is_here], last[is_here])
        numbers: list[int] = (np.flatnonzero(found) + bounds[0]).tolist()
        return numbers

    def _places(self, bounds: Bounds) -> tuple[NDArray[np.int64], Positions, Positions]:
        """Return the contigs of some rows, and the first and last position that they may have.

        Raises :class:`InputError` for a row without a valid position.
        """
        contigs = self._contig.read(bounds).astype(np.int64)
        first = self._position.read(bounds).astype(np.int64)
        is_wrong = (contigs < 0) | (contigs >= len(self._names.contigs))
        is_wrong |= (first < 0) | (first > _MAX_POSITION)
        if not first.all():  # position 0 is before a telomere, or that of a chunk that is lost
            for start, stop in self._position.stretches(0, *bounds):
                if self._position.is_left_out(start):
                    is_wrong[max(start - bounds[0], 0) : stop - bounds[0]] = True
        if is_wrong.any():
            number = bounds[0] + int(is_wrong.argmax())
            raise InputError(
                f"{self._store.name}: variant {number + 1} has no valid contig and position: the "
                "store is damaged or incomplete; copy it again"
            )
        self._hold_against_index(bounds, contigs, first)
        return contigs, first, self._last(bounds, first)

    def _last(self, bounds: Bounds, first: Positions) -> Positions:
        """Return the last position that rows may have; it may be too high, never too low."""
        if self._length is not None:
            lengths = self._length.read(bounds).astype(np.int64)
        else:
            alleles = self._allele.read(bounds)[:, 0].tolist()
            lengths = np.array([len(allele) for allele in alleles], np.int64)
        last = first + np.maximum(lengths, 1) - 1
        for name in ("END", "SVLEN"):
            if name in self._info:
                values = _whole(self._info[name].read(bounds)).reshape(len(first), -1)
                highest = np.abs(np.where(values == -(1 << 62), 0, values)).max(axis=1)
                last = np.maximum(last, highest if name == "END" else first + highest)
        if "LEN" in self._fields.fields:
            last += self._longest_blocks(bounds)
        return last

    def _longest_blocks(self, bounds: Bounds) -> Positions:
        array = self._store.array("call_LEN").expect(
            (self.n_variants, None), "whole number", "number"
        )
        longest = np.zeros(bounds[1] - bounds[0], np.int64)
        for rows in array.stretches(0, *bounds):
            for people in array.stretches(1, 0, array.shape[1]):
                values = np.maximum(_whole(array.read(rows, people)), 0).max(axis=1)
                at = slice(max(rows[0], bounds[0]) - bounds[0], min(rows[1], bounds[1]) - bounds[0])
                skipped = max(rows[0], bounds[0]) - rows[0]
                part = values[skipped : skipped + at.stop - at.start]
                longest[at] = np.maximum(longest[at], part)
        return longest

    def _hold_against_index(
        self, bounds: Bounds, contigs: NDArray[np.int64], first: Positions
    ) -> None:
        """Raise :class:`InputError` where rows are not those of which the index tells."""
        if self._index is None:
            return
        width = self._position.chunks[0]
        for start in range(bounds[0], bounds[1], width):
            part = slice(start - bounds[0], min(start + width, bounds[1]) - bounds[0])
            told = self._index[self._index[:, 0] == start // width]
            found = [
                (contig, int(first[part][is_here].min()), int(first[part][is_here].max()), n)
                for contig in np.unique(contigs[part]).tolist()
                if (n := int((is_here := contigs[part] == contig).sum()))
            ]
            if sorted(found) != sorted(map(tuple, told[:, [1, 2, 3, 5]].tolist())):
                raise InputError(
                    f"{self._store.name}: its region_index does not fit variants {start + 1} to "
                    f"{start + part.stop - part.start}: the store is damaged or incomplete; copy "
                    "or write it again"
                )

    def _scan(self) -> None:
        """Read the places of all rows."""
        extents: dict[str, Extent] = {}
        step = max(_STRETCH // self._position.chunks[0], 1) * self._position.chunks[0]
        for start in range(0, self.n_variants, step):
            contigs, first, _ = self._places((start, min(start + step, self.n_variants)))
            for contig in np.unique(contigs).tolist():
                here = first[contigs == contig]
                _cover(extents, self._names.contigs[contig], int(here.min()), int(here.max()))
        self._extents = extents

    def _rows(
        self,
        chunk: Bounds,
        numbers: list[int],
        chromosomes: dict[int, str | None],
        targets: TargetIndex,
    ) -> Iterator[tuple[int, FieldRow, list[int]]]:
        read = {
            "CHROM": self._contig.read(chunk),
            "POS": self._position.read(chunk),
            "ALLELES": self._allele.read(chunk),
            **{name: array.read(chunk) for name, array in self._info.items()},
        }
        if self._filter is not None:
            read["FILTER"] = self._filter.read(chunk)
            has_others = len(self._names.filters or ()) > 1
            self.lacks_filters |= has_others and self._filter.is_left_out(chunk[0])
        if self._length is not None:
            read["LENGTH"] = self._length.read(chunk)
        for number in numbers:
            values = {name: column[number - chunk[0]] for name, column in read.items()}
            chrom = chromosomes[int(values["CHROM"])] or ""
            row = self._row(number, values, chrom)
            overlapped = targets.overlapped(chrom, row.site.pos, row.site.end)
            if overlapped:
                yield number, row, overlapped

    def _row(self, number: int, values: dict[str, Any], chrom: str) -> FieldRow:
        place = f"{self._store.name}: variant {number + 1}"
        ref, *alts = self._alleles(values["ALLELES"].tolist(), place)
        contig = self._names.contigs[int(values["CHROM"])]
        alt = ",".join(alts) or "."
        fixed = [contig, str(int(values["POS"])), ".", ref, alt, ".", self._filters(values)]
        info = _info_text(values, len(ref))
        columns = [text.encode() for text in (*fixed, info)]
        columns.append(self._format(number, ref, alts).encode())
        line = parse_line(b"\t".join(columns), chrom, self._store.name)
        site = site_of(line, columns)
        facts = info_facts(columns[7], site.pos)
        if "LEN" in self._fields.fields:
            site = self._with_blocks(number, site)
        return FieldRow(site, line.place, facts.is_imputed, facts.has_no_reads, facts.stated_end)

    def _with_blocks(self, number: int, site: Record) -> Record:
        """Return a site that reaches as far as the longest block of any person by LEN."""
        if not site.is_block:
            return site
        end = site.pos + int(self._longest_blocks((number, number + 1))[0]) - 1
        return dataclasses.replace(site, end=max(site.end, end))

    def _alleles(self, stored: list[str], place: str) -> list[str]:
        """Return REF and the ALTs of a row, without what pads it to the longest one."""
        while len(stored) > 1 and stored[-1] in {"", "."}:
            stored = stored[:-1]
        for allele in stored:
            if not _ALLELE.fullmatch(allele):
                raise InputError(
                    f"{place}: the allele {allele[:40]!r} is none of a VCF file: the store is "
                    "damaged or incomplete; copy it again"
                )
        return stored

    def _filters(self, values: dict[str, Any]) -> str:
        if self._names.filters is None:
            return "."
        failed = zip(self._names.filters, values["FILTER"].tolist(), strict=True)
        return ";".join(name for name, applies in failed if applies) or "."

    def _format(self, number: int, ref: str, alts: list[str]) -> str:
        """Return the fields of a row; of a row without bases, those that anybody has."""
        fields = sorted(self._fields.stored - {"genotype", "genotype_phased", "genotype_mask"})
        is_symbolic = all(alt.startswith("<") for alt in alts)
        may_count = not _COPY_FIELDS.isdisjoint(fields) or ref.upper() == "N"
        if is_symbolic and may_count:
            fields = [name for name in fields if self._fields.has_any(name, number)]
        return ":".join(["GT", *(name for name in fields if _ALLELE.fullmatch(name))])


def _info_text(values: dict[str, Any], ref_length: int) -> str:
    """Return the INFO column of a row, as far as it matters."""
    info = []
    for name in _NUMBERS:
        if name in values:
            numbers = [n for n in _whole(np.atleast_1d(values[name])).tolist() if n != -(1 << 62)]
            known = [n for n in numbers if n >= 0 or name == "SVLEN"]
            if known:
                info.append(f"{name}={','.join(map(str, known))}")
    length = int(values.get("LENGTH", 0))
    if "END" not in values and length > ref_length:
        info.append(f"END={int(values['POS']) + length - 1}")
    info += [name for name in _FLAGS if np.any(values.get(name, False))]
    kind = np.atleast_1d(values.get("SVTYPE", np.array(["."], object)))
    if not set(kind.tolist()) <= {"", "."}:
        info.append("SVTYPE=.")
    return ";".join(info) or "."


def _whole(values: NDArray[Any]) -> NDArray[np.int64]:
    """Return whole numbers; a missing number is below all others."""
    if values.dtype.kind == "f":
        is_known = np.isfinite(values) & (np.abs(values) < 1e15)
        return np.where(is_known, np.where(is_known, values, 0), -(1 << 62)).astype(np.int64)
    whole = values.astype(np.int64)
    return np.where((whole == -1) | (whole == -2), -(1 << 62), whole)


def _cover(extents: dict[str, Extent], contig: str, first: int, last: int) -> None:
    known = extents.get(contig, (first, last))
    extents[contig] = min(first, known[0]), max(last, known[1])
