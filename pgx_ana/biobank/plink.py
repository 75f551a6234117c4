"""PGEN and PLINK bed files. Only this module uses pgenlib.

Formats: https://www.cog-genomics.org/plink/2.0/formats. Neither has a quality or a depth. PLINK bed
has no phase, and its alleles A1 and A2 are in any order.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pgenlib  # type: ignore[import-untyped]  # it has no stubs
from numpy.typing import NDArray

from pgx_ana.biobank.companions import Companion, beside
from pgx_ana.biobank.kinds import Kind
from pgx_ana.biobank.pgen_header import PgenHeader, read_pgen_header
from pgx_ana.biobank.reference_order import UNNAMED
from pgx_ana.biobank.sample_lists import FEMALE, MALE, SampleList, read_sample_list
from pgx_ana.biobank.source import Entry, Genotypes
from pgx_ana.biobank.variant_lists import ListedVariant, Pass, VariantList
from pgx_ana.coded import code_dtype, distinct_rows
from pgx_ana.errors import InputError
from pgx_ana.model import MISSING, NO_COPY, Record
from pgx_ana.vcf import PROBABILITIES, ChromosomeOf, Extent, TargetIndex

_COMPANIONS = {
    Kind.PGEN: ((".pvar", ".pvar.zst", ".pvar.gz"), (".psam",)),
    Kind.BED: ((".bim", ".bim.zst", ".bim.gz"), (".fam",)),
}
_BED_HEAD = b"\x6c\x1b\x01"
_DOSAGE_UNIT = 1 << 14
_NO_VALUE = -9
_SPARE = 64  # behind the dosages of people; the bits of one word
# Of a count of the second allele, as an unsigned byte: the row of the table of genotypes.
_ROW_OF_COUNT = np.full(256, 3, np.uint8)
_ROW_OF_COUNT[:3] = (0, 1, 2)
_BY_COUNT = np.array([(0, 0), (0, 1), (1, 1), (MISSING, MISSING)], np.int16)

Flags = NDArray[np.bool_]


class PlinkSource:
    """A PGEN or PLINK bed file with its list of variants and its list of people.

    ``name`` is what messages call it. Raises :class:`InputError` where a file is missing, damaged,
    or has other numbers of people or variants than the others.
    """

    is_indexed = False
    caller = ""

    def __init__(self, path: str, name: str, kind: Kind) -> None:
        self._path, self._name, self._kind = Path(path), name, kind
        variants, samples = (beside(path, name, suffixes) for suffixes in _COMPANIONS[kind])
        self._people_name = Companion(samples).name
        self._people: SampleList = read_sample_list(Companion(samples))
        self.samples: Sequence[str] = self._people.names
        self._variants = VariantList(Companion(variants))
        self.compression = Companion(variants).compression
        self.header = self._variants.header
        digest = hashlib.sha256(self._people.digest.encode() + self._variants.header_text)
        self.digest = digest.hexdigest()
        self.remarks: dict[str, None] = {}
        self._pgen = self._checked_pgen() if kind is Kind.PGEN else None
        if kind is Kind.BED:
            self._check_bed()
        self._pass: Pass | None = None
        self._reader: pgenlib.PgenReader | None = None
        self._selected: NDArray[np.intp] | None = None

    def entries(
        self, targets: TargetIndex, chromosome_of: ChromosomeOf
    ) -> Iterator[tuple[Entry, list[int]]]:
        """Yield the variants with an allele that overlaps a target, and their targets."""
        found = Pass()
        for variant, numbers in self._variants.near(targets, chromosome_of, found):
            yield self._entry(variant), numbers
        self._check_count(found.n_variants)
        self._pass = found

    def extents(self, chromosome_of: ChromosomeOf) -> dict[str, Extent]:
        """Return, for each known chromosome with variants, the first and the last position."""
        return self._listed(chromosome_of).extents

    def verify(self) -> None:
        """Read all genotypes. Raises :class:`InputError` for the first fault."""
        found = self._listed(lambda _: None)
        everyone = np.arange(len(self.samples))
        for number in range(found.n_variants):
            self._read(number, everyone)
            if self._pgen is not None and self._pgen.has_dosages(number):
                self._read_dosages(number, everyone)

    def genotypes(self, entry: Entry, people: NDArray[np.intp]) -> Genotypes:
        """Return the genotypes of some people, by their numbers in the file, rising."""
        sexes = self._people.sexes[people]
        is_haploid, has_no_copy = _PLOIDY.get(entry.site.chrom, _diploid)(sexes)
        if self._is_plain(entry) and not is_haploid.any() and not has_no_copy.any():
            counts = np.empty(len(people), np.int8)
            self._call(entry.number, people, lambda r: r.read(entry.number, counts))
            phased = np.zeros(len(_BY_COUNT), np.bool_)
            return Genotypes(_BY_COUNT, phased, _ROW_OF_COUNT[counts.view(np.uint8)])
        alleles, phased = self._read(entry.number, people)
        alleles[has_no_copy] = MISSING
        dosages = self._dosages(entry, people)
        return _coded(alleles, phased, is_haploid, dosages)

    def close(self) -> None:
        """Release the file."""
        if self._reader is not None:
            self._reader.close()
            self._reader = self._selected = None

    def _is_plain(self, entry: Entry) -> bool:
        """Say whether genotypes are counts of one allele, without phase or dosages."""
        if len(entry.site.alts) > 1:
            return False
        if self._pgen is None:
            return True
        has_phase = self._open().hardcall_phase_present()
        return not has_phase and not self._pgen.has_dosages(entry.number)

    def _entry(self, variant: ListedVariant) -> Entry:
        site, pgen = variant.site, self._pgen
        is_ordered = False
        if pgen is not None:
            says = pgen.says_of_references
            is_ordered = not (
                pgen.is_provisional(variant.number) if says else variant.is_provisional
            )
        if not site.alts:  # somebody may have the allele, whatever the list says
            site = dataclasses.replace(site, alts=(UNNAMED,))
        self._check_alleles(site, variant)
        self._check_spare_bits(variant)
        return Entry(site, variant.number, variant.place, is_ordered)

    def _check_spare_bits(self, variant: ListedVariant) -> None:
        """Raise :class:`InputError` where a bed file has a genotype behind its last person.

        Its size does not show that up to three people are missing from the list.
        """
        width, n_used = -(-len(self.samples) // 4), len(self.samples) % 4
        if self._pgen is not None or not n_used:
            return
        with self._path.open("rb") as file:
            file.seek(len(_BED_HEAD) + (variant.number + 1) * width - 1)
            last = file.read(1)
        if last and last[0] >> 2 * n_used:
            raise InputError(
                f"{variant.place}: {self._name} has genotypes of more people than the "
                f"{len(self.samples)} of {self._people_name}: they do not belong together"
            )

    def _check_alleles(self, site: Record, variant: ListedVariant) -> None:
        """Raise :class:`InputError` where the file has a third allele, and the list has two.

        The library would give it as the second one.
        """
        is_biallelic = len(site.alts) <= 1
        if self._pgen and is_biallelic and self._pgen.has_further_alleles(variant.number):
            raise InputError(
                f"{variant.place}: {self._name} has more than two alleles there: the files do not "
                "belong together, or the order of the list was changed"
            )

    def _read(self, number: int, people: NDArray[np.intp]) -> tuple[NDArray[np.int16], Flags]:
        """Return alleles and phase of some people.

        Homozygous genotypes have no phase in the file: like missing ones, they are phased where the
        file has any phase.
        """
        alleles = np.empty(2 * len(people), np.int32)
        is_known = np.empty(len(people), np.uint8)
        self._call(
            number, people, lambda r: r.read_alleles_and_phasepresent(number, alleles, is_known)
        )
        pairs = np.where(alleles == _NO_VALUE, MISSING, alleles).astype(np.int16).reshape(-1, 2)
        is_heterozygous = pairs[:, 0] != pairs[:, 1]
        has_phase = self._open().hardcall_phase_present()
        return pairs, np.where(is_heterozygous, is_known.astype(np.bool_), has_phase)

    def _dosages(self, entry: Entry, people: NDArray[np.intp]) -> NDArray[np.float32] | None:
        """Return the dosages of the second allele, NaN where missing; None where there are none.

        Where there are more than two alleles, the library does not tell those of each: then none is
        known.
        """
        if self._pgen is None or not self._pgen.has_dosages(entry.number):
            return None
        if len(entry.site.alts) > 1:
            return np.full(len(people), np.nan, np.float32)
        dosages = self._read_dosages(entry.number, people)
        return np.where(dosages == _NO_VALUE, np.float32(np.nan), dosages)

    def _read_dosages(self, number: int, people: NDArray[np.intp]) -> NDArray[np.float32]:
        """Return the dosages of the second allele of a variant, as the library gives them.

        Where bits behind the last person are set, the library writes behind the last dosage.
        """
        dosages = np.full(len(people) + _SPARE, np.nan, np.float32)
        self._call(number, people, lambda r: r.read_dosages(number, dosages))
        if not np.isnan(dosages[len(people) :]).all():
            raise InputError(
                f"{self._name}: the file is damaged at variant {number + 1} (dosages of nobody); "
                "copy or download it again"
            )
        return dosages[: len(people)]

    def _call(
        self, number: int, people: NDArray[np.intp], read: Callable[[pgenlib.PgenReader], None]
    ) -> None:
        """Read from the file for some people. Raises :class:`InputError` where it is damaged."""
        reader = self._open()
        try:
            if self._selected is not people:
                is_all = len(people) == len(self.samples)
                reader.change_sample_subset(None if is_all else people.astype(np.uint32))
                self._selected = people
            read(reader)
        except RuntimeError as error:
            raise self._damaged(f"variant {number + 1}", error) from error

    def _open(self) -> pgenlib.PgenReader:
        if self._reader is None:
            found = self._pass
            try:
                self._reader = pgenlib.PgenReader(
                    bytes(self._path),
                    raw_sample_ct=len(self.samples),
                    variant_ct=None if found is None else found.n_variants,
                    allele_idx_offsets=None if found is None else found.allele_offsets(),
                )
            except RuntimeError as error:
                raise self._damaged("its header", error) from error
        return self._reader

    def _damaged(self, where: str, error: RuntimeError) -> InputError:
        """Return the error for what the library could not read; it says so in bytes."""
        (text,) = error.args or (b"",)
        said = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
        return InputError(
            f"{self._name}: the file is damaged at {where} ({' '.join(said.split())}); copy or "
            "download it again"
        )

    def _listed(self, chromosome_of: ChromosomeOf) -> Pass:
        """Return what a pass over the list of variants found."""
        if self._pass is None:
            found = Pass()
            for _ in self._variants.near(TargetIndex([]), chromosome_of, found):
                pass
            self._check_count(found.n_variants)
            self._pass = found
        return self._pass

    def _checked_pgen(self) -> PgenHeader:
        header = read_pgen_header(self._path, self._name)
        if header.n_samples != len(self.samples):
            raise InputError(
                f"{self._name}: has {header.n_samples} people, but {self._people_name} lists "
                f"{len(self.samples)}: they do not belong together"
            )
        return header

    def _check_bed(self) -> None:
        with self._path.open("rb") as file:
            head = file.read(len(_BED_HEAD))
        if head != _BED_HEAD:
            raise InputError(
                f"{self._name}: is a PLINK bed file in the order of people; write it again with "
                "plink2 --make-bed"
            )

    def _check_count(self, n_variants: int) -> None:
        """Raise :class:`InputError` where the list has another number of variants than the file."""
        if self._pgen is not None:
            if self._pgen.n_variants != n_variants:
                raise InputError(
                    f"{self._name}: has {self._pgen.n_variants} variants, but "
                    f"{self._variants.name} lists {n_variants}: they do not belong together"
                )
            return
        size = self._path.stat().st_size
        expected = len(_BED_HEAD) + n_variants * -(-len(self.samples) // 4)
        if size != expected:
            raise InputError(
                f"{self._name}: has {size} bytes, but {n_variants} variants of "
                f"{self._variants.name} in {len(self.samples)} people of {self._people_name} need "
                f"{expected}: they do not belong together, or a file is truncated"
            )


def _coded(
    alleles: NDArray[np.int16],
    phased: Flags,
    is_haploid: Flags,
    dosages: NDArray[np.float32] | None,
) -> Genotypes:
    """Return genotypes with each distinct one once.

    Of people with one copy, as they are in PLINK 2: two equal copies are one, and two unlike ones
    stay.
    """
    is_one = is_haploid & (alleles[:, 0] == alleles[:, 1]) & (alleles[:, 0] != MISSING)
    probability = None
    columns: list[NDArray[np.integer] | Flags] = [alleles[:, 0] + 1, alleles[:, 1] + 1, phased]
    if dosages is not None:
        widths = np.ones(len(dosages), np.int_)
        probability = PROBABILITIES["DS"](dosages[:, None], widths, alleles, phased, 1)
        # The file has the dosage of one copy doubled, and so its distance from the genotype.
        probability[is_one] = (1 + probability[is_one]) / 2
        unknown = np.isnan(probability)
        columns.append(
            np.where(unknown, 0, np.rint(probability * _DOSAGE_UNIT) + 1).astype(np.int64)
        )
    columns.append(is_one)
    codes, people = distinct_rows(columns)
    pairs = alleles[people]
    pairs[is_one[people], 1] = NO_COPY
    return Genotypes(
        pairs,
        phased[people],
        codes.astype(code_dtype(len(people))),
        None if probability is None else probability[people],
    )


def _diploid(sexes: NDArray[np.int8]) -> tuple[Flags, Flags]:
    nobody = np.zeros(len(sexes), np.bool_)
    return nobody, nobody


def _on_x(sexes: NDArray[np.int8]) -> tuple[Flags, Flags]:
    return sexes == MALE, np.zeros(len(sexes), np.bool_)


def _on_y(sexes: NDArray[np.int8]) -> tuple[Flags, Flags]:
    return sexes != FEMALE, sexes == FEMALE


def _mitochondrial(sexes: NDArray[np.int8]) -> tuple[Flags, Flags]:
    return np.ones(len(sexes), np.bool_), np.zeros(len(sexes), np.bool_)


_PLOIDY = {"X": _on_x, "Y": _on_y, "MT": _mitochondrial, "M": _mitochondrial}
"""Who has one copy of a chromosome, and who has none, by their sexes."""
