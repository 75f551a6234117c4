"""A reference genome as FASTA, that REF of records and loci is held against."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

from pgx_ana.errors import InputError
from pgx_ana.model import Record, Variant
from pgx_ana.terms import Assembly
from pgx_ana.vcf.assembly import ContigNames
from pgx_ana.vcf.header import Header


class Genome:
    """An indexed FASTA file.

    Raises :class:`InputError` where it cannot be read, has no index, or is of neither assembly.
    """

    def __init__(self, path: str, names: ContigNames) -> None:
        self.name = path
        if not Path(path).is_file():
            raise InputError(f"--reference {path}: no such file")
        if not Path(f"{path}.fai").is_file():
            raise InputError(f"--reference {path}: has no index; make it with samtools faidx")
        if path.endswith(".gz") and not Path(f"{path}.gzi").is_file():
            raise InputError(f"--reference {path}: has no .gzi; make it with samtools faidx")
        import pysam  # noqa: PLC0415  # heavy, and of use here only

        try:
            self._fasta = pysam.FastaFile(path)
        except (OSError, ValueError) as error:
            raise InputError(f"--reference {path}: cannot be read: {error}") from error
        lengths = dict(zip(self._fasta.references, self._fasta.lengths, strict=True))
        finding = names.detect(Header(lengths, ()), f"--reference {path}")
        if finding is None:
            raise InputError(f"--reference {path}: is neither GRCh37 nor GRCh38 by its contigs")
        self.assembly: Assembly = finding.assembly
        self._contigs = {names.chromosome(contig): contig for contig in reversed(list(lengths))}

    def bases(self, chrom: str, start: int, end: int) -> str:
        """Return bases of a chromosome (plain name; 1-based, inclusive); fewer at its ends."""
        contig = self._contigs.get(chrom)
        if contig is None:
            return ""
        try:
            return self._fasta.fetch(contig, max(start - 1, 0), end).upper()
        except (OSError, ValueError) as error:
            raise InputError(f"--reference {self.name}: cannot be read: {error}") from error

    def check_loci(self, variants: Sequence[Variant]) -> None:
        """Raise :class:`InputError` where the genome differs from the loci of the variants."""
        for variant in variants:
            locus = variant.loci[self.assembly]
            if not locus.ref_is_certain:
                continue
            there = self.bases(locus.chrom, locus.window_start, locus.window_end)
            if there != locus.window:
                raise InputError(
                    f"--reference {self.name}: has {there or 'nothing'} at {locus.chrom}:"
                    f"{locus.window_start}, where {self.assembly} has {locus.window} ({variant.id})"
                )

    def with_mismatch(self, record: Record) -> Record:
        """Return a record, with its mismatch where its REF differs from the genome."""
        there = self.bases(record.chrom, record.pos, record.pos + len(record.ref) - 1)
        if there == record.ref:
            return record
        what = f"REF is {record.ref}, --reference has {there or 'nothing'}"
        return dataclasses.replace(record, mismatch=what)
