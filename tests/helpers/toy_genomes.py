"""Made-up genomes for the toy knowledge base."""

from __future__ import annotations

from pathlib import Path

import pysam

from helpers.vcf_text import CONTIG_LENGTHS
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.terms import Assembly

Sequences = dict[Assembly, dict[str, str]]

FILLER = "ACGTTGCA"


def toy_genomes(toy: KnowledgeBase) -> Sequences:
    """Return made-up genomes that have the windows of the toy loci at their positions."""
    genomes = {}
    for assembly in Assembly:
        lengths = CONTIG_LENGTHS[assembly]
        bases = {chrom: list((FILLER * length)[:length]) for chrom, length in lengths.items()}
        for variant in toy.variants:
            locus = variant.loci[assembly]
            bases[locus.chrom][locus.window_start - 1 : locus.window_end] = locus.window
        genomes[assembly] = {chrom: "".join(letters) for chrom, letters in bases.items()}
    return genomes


def write_fasta(path: Path, genome: dict[str, str]) -> Path:
    """Write a genome as an indexed FASTA file."""
    path.write_text("".join(f">{chrom}\n{bases}\n" for chrom, bases in genome.items()))
    pysam.faidx(str(path))
    return path
