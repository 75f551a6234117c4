"""A reference genome as FASTA, with which REF of records and of known loci is compared."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Sequence
from pathlib import Path

from pgx_ana.errors import InputError
from pgx_ana.model import Record, Variant
from pgx_ana.terms import Assembly
from pgx_ana.vcf.assembly import ContigNames
from pgx_ana.vcf.header import Contigs, Header


class Genome:
    """An indexed FASTA file on GRCh37 or GRCh38.

    ``names`` gives the plain names of its contigs. Raises :class:`InputError` where the file cannot
    be read, has no index, or is on neither assembly.
    """

    def __init__(self, path: str, names: ContigNames) -> None:
        self.name = path
        if not os.path.isfile(path):  # noqa: PTH113  # Path.is_file fails in a closed folder
            raise InputError(f"--reference {path}: no such file")
        # htslib takes a relative path such as data:x or http:/x for an address.
        local = str(Path(path).absolute())
        if not os.path.isfile(f"{local}.fai"):  # noqa: PTH113
            raise InputError(
                f"--reference {path}: has no .fai index; create it with samtools faidx"
            )
        if path.endswith(".gz") and not os.path.isfile(f"{local}.gzi"):  # noqa: PTH113
            raise InputError(
                f"--reference {path}: has no .gzi index; create it with samtools faidx"
            )
        import pysam  # noqa: PLC0415  # slow to import, and needed only with --reference

        try:
            self._fasta = pysam.FastaFile(local)
        except (OSError, ValueError) as error:
            raise InputError(f"--reference {path}: cannot be read: {error}") from error
        lengths = dict(zip(self._fasta.references, self._fasta.lengths, strict=True))
        header = Header(Contigs(lengths), ())
        detected = names.detect(header, f"--reference {path}")
        for unknown in names.unknown_lengths(header):
            raise InputError(
                f"--reference {path}: the contig lengths match neither GRCh37 nor GRCh38 "
                f"({unknown}); only these two human assemblies are supported"
            )
        if detected is None:
            raise InputError(
                f"--reference {path}: is neither GRCh37 nor GRCh38: none of its contigs is a known "
                "chromosome"
            )
        self.assembly: Assembly = detected.assembly
        # Reversed, so that the first of several contigs of one chromosome is used.
        self._contigs = {names.chromosome(contig): contig for contig in reversed(list(lengths))}

    def bases(self, chrom: str, start: int, end: int) -> str:
        """Return the bases of a stretch of a chromosome, in capitals.

        The chromosome is a plain name, positions are 1-based and inclusive. Positions beyond the
        ends of the chromosome have no bases, nor has a chromosome that the genome lacks.
        """
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
            bases = self.bases(locus.chrom, locus.window_start, locus.window_end)
            if bases != locus.window:
                raise InputError(
                    f"--reference {self.name}: has {bases or 'no bases'} at {locus.chrom}:"
                    f"{locus.window_start}, where {self.assembly} has {locus.window} "
                    f"({variant.id}); use an unmodified {self.assembly} genome"
                )

    def with_mismatch(self, record: Record) -> Record:
        """Return a record, with ``mismatch`` set where its REF differs from the genome."""
        bases = self.bases(record.chrom, record.pos, record.pos + len(record.ref) - 1)
        if bases == record.ref:
            return record
        mismatch = f"REF is {record.ref}, --reference has {bases or 'nothing'}"
        return dataclasses.replace(record, mismatch=mismatch)
