"""VCF and BCF with annotations in INFO and FORMAT: rows of the input, or all known sites.

Takes: annotations, block by block, and the rows of the input at known sites.
Gives: a writer of those rows as they were, with what is known on them, and one of a row for every
    known site; an index beside the file.
Never: changes what a row of the input says, or draws a conclusion.
"""

from pgx_ana.annotated_vcf.rows import RowsWriter
from pgx_ana.annotated_vcf.sites import SitesWriter

__all__ = ["RowsWriter", "SitesWriter"]
