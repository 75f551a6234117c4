"""Genotypes: from the records at a locus to one call for each person and variant.

Takes: records that overlap the window of a variant.
Gives: one status for every person, with alleles as plus-strand bases where they were observed;
    alleles are compared by sequence, rows at one site merged, files of one person reconciled.
Never: takes a missing record or a missing copy for reference.
"""

from pgx_ana.calling.cohort import assert_reference, mark_unseen_repeats, merge_files
from pgx_ana.calling.genotypes import call_site

__all__ = [
    "assert_reference",
    "call_site",
    "mark_unseen_repeats",
    "merge_files",
]
