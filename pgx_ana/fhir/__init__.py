"""People as FHIR: a bundle each, by the profiles of the Genomics Reporting guide.

Takes: annotations, block by block.
Gives: a writer of bundles: what was observed at each site and of each haplotype, what follows for
    the drug, and the report that holds them together.
Never: draws a conclusion, or opens a file: bytes go to the stream that it is given.
"""

from pgx_ana.fhir.bundle import BundleWriter

__all__ = ["BundleWriter"]
