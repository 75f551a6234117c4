"""The fixed columns of a VCF with genotypes, and the contigs of the toy knowledge base."""

from __future__ import annotations

VCF_COLUMNS = ("#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT")
CONTIG_LENGTHS = {"GRCh37": {"1": 900, "2": 800}, "GRCh38": {"1": 1000, "2": 700}}
