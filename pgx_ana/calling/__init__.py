"""Genotype calls: from the records at a locus to one call for each person and variant.

Takes: records that overlap the window of a variant.
Gives: one status for every person, with the observed alleles as plus-strand bases. Alleles are
    compared by sequence, records at one site are merged, and files of one person are reconciled.
Never: takes a missing record or a missing copy for reference, unless the user asks for it
    (:func:`assert_reference`).
"""

from pgx_ana.calling.cohort import assert_reference, mark_unseen_repeats, merge_files
from pgx_ana.calling.genotypes import alleles_at, call_site
from pgx_ana.calling.sharing import FileRecords, share_structural_rows

__all__ = [
    "FileRecords",
    "alleles_at",
    "assert_reference",
    "call_site",
    "mark_unseen_repeats",
    "merge_files",
    "share_structural_rows",
]
