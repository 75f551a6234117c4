"""BGEN files (versions 1.1 to 1.3): the variants at targets, and the most probable genotypes.

A BGEN file holds probabilities, in which a hard call has the probability 1, and does not tell which
of its alleles is the reference.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pgx_ana.biobank.bgen_header import BgenHeader, Compression, FileBytes, read_header
from pgx_ana.biobank.bgen_index import BgenIndex, IndexedFile
from pgx_ana.biobank.bgen_probabilities import ProbabilityReader
from pgx_ana.biobank.bgen_variants import Variant, VariantList, place_of
from pgx_ana.biobank.genotype_store import GenotypeStore
from pgx_ana.biobank.oxford_samples import names_of_people, sample_file_of
from pgx_ana.biobank.source import Entry, Genotypes
from pgx_ana.biobank.zstd import require_zstandard
from pgx_ana.errors import InputError, PgxAnaError
from pgx_ana.model import MISSING, Record
from pgx_ana.printable import printable_line
from pgx_ana.vcf import ChromosomeOf, Contigs, Extent, Header, TargetIndex, extents_of

_INDEX_HEAD_BYTES = 1000
_NO_CHROMOSOME = frozenset({"", "NA"})
_UNNAMED = frozenset({"0", "."})
_NO_ALLELES = np.zeros((0, 2), np.int16)
_NO_PHASES = np.zeros(0, np.bool_)

_Near = Iterator[tuple[Variant, str]]
"""Variants that may overlap a target, each with the plain name of its chromosome."""


class BgenSource:
    """One BGEN file with its ``.sample`` file and its index, if it has them.

    ``index`` is the path of an index that is not beside the file, empty for none. Raises
    :class:`InputError` where one of them is missing, damaged, or does not fit the others, and
    :class:`UsageError` where the library that its compression needs is not installed.
    """

    samples: Sequence[str]
    header: Header
    digest: str
    compression: str
    is_indexed: bool

    def __init__(self, path: str, name: str, index: str) -> None:
        self.caller = ""
        self.remarks: dict[str, None] = {}
        self._name = name
        self._listed: list[Variant] = []
        self._extents: dict[str, Extent] | None = None
        self._store = GenotypeStore()
        self._index: BgenIndex | None = None
        self._file = FileBytes(path, name)
        try:
            self._open(path, index)
        except PgxAnaError:
            self.close()
            raise

    def entries(
        self, targets: TargetIndex, chromosome_of: ChromosomeOf
    ) -> Iterator[tuple[Entry, list[int]]]:
        """Yield the entries with an allele that overlaps a target, and the numbers of the targets.

        The index tells where they are; without one, every variant of the file is looked at.
        """
        if self._index is None:
            found = self._found_in_file(targets, chromosome_of)
        else:
            found = self._found_in_index(self._index, targets, chromosome_of)
        for variant, chromosome in found:
            numbers = targets.overlapped(chromosome, variant.pos, variant.last)
            if numbers:
                yield self._entry(variant), numbers

    def extents(self, chromosome_of: ChromosomeOf) -> dict[str, Extent]:
        """Return, for each known chromosome with entries, the first and the last position."""
        if self._extents is None:
            for _ in self._all_variants():
                pass
        known = self._extents or {}
        ends = ((contig, pos) for contig, extent in known.items() for pos in extent)
        return extents_of(ends, chromosome_of)

    def verify(self) -> None:
        """Decode every variant of the file."""
        for variant in self._variants:
            self._decoded(variant)

    def genotypes(self, entry: Entry, people: NDArray[np.intp]) -> Genotypes:
        """Return the most probable genotypes of some people, by their numbers, rising.

        A variant is decoded once: the genotypes of all people are kept as small codes.
        """
        known = self._store.of(entry.number, len(self.samples))
        if known is None:
            known = _without_unnamed(self._decoded(self._listed[entry.number]), entry)
            if len(people) < len(self.samples):
                self._store.keep(entry.number, known)
        return dataclasses.replace(known, codes=known.codes[people])

    def close(self) -> None:
        """Release the file, its index and what was decoded."""
        self._file.close()
        self._store.close()
        if self._index is not None:
            self._index.close()

    def _open(self, path: str, index: str) -> None:
        header = read_header(self._file)
        if header.compression is Compression.ZSTD:
            require_zstandard(self._name)
        sample_file = sample_file_of(path)
        self.samples = names_of_people(self._name, header.names, header.n_people, sample_file)
        digest = hashlib.sha256(header.content)
        digest.update(hashlib.sha256(sample_file.content if sample_file else b"").digest())
        self.digest = digest.hexdigest()
        self.compression = header.compression.value
        self._variants = VariantList(self._file, header)
        self._reader = ProbabilityReader(
            self._name, self.samples, header.layout, header.compression
        )
        index_path = index or f"{path}.bgi"
        if index or Path(index_path).exists():
            self._open_index(index_path, header)
        self.is_indexed = self._index is not None
        self.header = Header(Contigs(dict.fromkeys(self._extents or ())), ())

    def _open_index(self, path: str, header: BgenHeader) -> None:
        head = self._file.read(0, _INDEX_HEAD_BYTES)
        indexed = IndexedFile(self._name, self._file.size, head, header)
        self._index = BgenIndex(path, printable_line(path), indexed)
        contigs = self._index.contigs.items()
        self._take_extents({contig: (known.first, known.last) for contig, known in contigs})

    def _take_extents(self, extents: dict[str, Extent]) -> None:
        """Keep the first and last position of each contig.

        Raises :class:`InputError` where no variant has a chromosome.
        """
        if extents and _NO_CHROMOSOME.issuperset(extents):
            raise InputError(
                f"{self._name}: its variants have no chromosome; if all are on one, such as 15, "
                "write it with 'plink2 --bgen FILE ref-unknown --sample FILE --oxford-single-chr "
                "15 --make-pgen --out NEW' and read NEW.pgen"
            )
        self._extents = extents

    def _all_variants(self) -> Iterator[Variant]:
        """Yield every variant of the file, and keep the first and last position of each contig."""
        extents: dict[str, Extent] = {}
        for variant in self._variants:
            first, last = extents.get(variant.contig, (variant.pos, variant.pos))
            if not first <= variant.pos < last:
                extents[variant.contig] = min(first, variant.pos), max(last, variant.pos)
            yield variant
        self._take_extents(extents)

    def _found_in_file(self, targets: TargetIndex, chromosome_of: ChromosomeOf) -> _Near:
        chromosomes: dict[str, str | None] = {}
        near = None
        for variant in self._all_variants():
            contig, pos = variant.contig, variant.pos
            if contig not in chromosomes:
                chromosomes[contig] = chromosome_of(contig)
            chromosome = chromosomes[contig]
            if chromosome is None or chromosome not in targets:
                continue
            if near is None or near.chrom != chromosome or not near.floor < pos <= near.ceiling:
                near = targets.next_target(chromosome, pos)
            if variant.last >= near.start:
                yield variant, chromosome

    def _found_in_index(
        self, index: BgenIndex, targets: TargetIndex, chromosome_of: ChromosomeOf
    ) -> _Near:
        chromosomes = {contig: chromosome_of(contig) for contig in index.contigs}
        stretches: dict[str, list[tuple[int, int]]] = {}
        for target in targets.targets:
            stretches.setdefault(target.chrom, []).append((target.start, target.end))
        places = [
            place
            for contig, chromosome in chromosomes.items()
            if chromosome is not None
            for place in index.spanning(contig, stretches.get(chromosome, ()))
        ]
        for place in sorted(places, key=lambda place: place.start):
            variant = self._variants.at(place.start)
            index.check(place, variant)
            chromosome = chromosomes[variant.contig]
            if chromosome is not None:
                yield variant, chromosome

    def _entry(self, variant: Variant) -> Entry:
        """Return a variant as an entry, which is kept under its number."""
        place = place_of(self._name, variant)
        if "" in variant.alleles:
            raise InputError(f"{place}: an allele is empty; write alleles with the base before")
        first, *others = ("" if one in _UNNAMED else one.upper() for one in variant.alleles)
        site = Record(
            chrom=variant.contig,
            pos=variant.pos,
            end=variant.pos + max(len(first), 1) - 1,
            ref=first,
            alts=tuple(others),
            filters=(".",),
            alleles=_NO_ALLELES,
            phased=_NO_PHASES,
        )
        self._listed.append(variant)
        return Entry(site, len(self._listed) - 1, place, is_ordered=False)

    def _decoded(self, variant: Variant) -> Genotypes:
        self._reader.check_size(variant)
        stored = self._file.read(variant.genotypes, variant.n_stored)
        return self._reader.genotypes(variant, stored)


def _without_unnamed(found: Genotypes, entry: Entry) -> Genotypes:
    """Return genotypes in which nobody has an allele without a name."""
    alleles = entry.site.ref, *entry.site.alts
    unnamed = [number for number, allele in enumerate(alleles) if not allele]
    if not unnamed:
        return found
    named = np.where(np.isin(found.alleles, unnamed), np.int16(MISSING), found.alleles)
    return dataclasses.replace(found, alleles=named)
