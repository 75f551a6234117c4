"""The fixed columns of a VCF with genotypes."""

from __future__ import annotations

VCF_COLUMNS = ("#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT")
