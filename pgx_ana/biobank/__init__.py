"""PGEN, PLINK bed, BGEN and VCF Zarr: genotypes with lists of variants and people.

Takes: paths, and the loci to read.
Gives: what ``vcf/`` gives of a VCF file: the rows that overlap each locus, and their records.
Never: takes an allele for the reference because of its place. Where a file does not tell which
    allele is the reference, its alleles are held against the known reference bases.
"""

from pgx_ana.biobank.file import BiobankFile
from pgx_ana.biobank.kinds import companions_of, is_biobank_file
from pgx_ana.biobank.listed_people import people_listed

__all__ = ["BiobankFile", "companions_of", "is_biobank_file", "people_listed"]
