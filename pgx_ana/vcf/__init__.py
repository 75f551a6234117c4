"""Variant files: VCF and BCF, plain, gzip or BGZF, through an index or in one pass.

Takes: paths, and the loci that are wanted.
Gives: the records that overlap each locus, whole or refused with one message, and the assembly
    of the file with how it was detected.
Never: compares alleles, or knows which variants mean what: contig tables and loci come as values.
"""

from pgx_ana.vcf.assembly import (
    FEW_MATCHES,
    ContigNames,
    DetectedAssembly,
    LocusMatches,
    count_matching_loci,
    decide_assembly,
    undetermined_assembly,
)
from pgx_ana.vcf.fasta import Genome
from pgx_ana.vcf.lines import Target
from pgx_ana.vcf.reader import VariantFile

__all__ = [
    "FEW_MATCHES",
    "ContigNames",
    "DetectedAssembly",
    "Genome",
    "LocusMatches",
    "Target",
    "VariantFile",
    "count_matching_loci",
    "decide_assembly",
    "undetermined_assembly",
]
