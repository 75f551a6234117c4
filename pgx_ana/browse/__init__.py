"""The knowledge base in readable form: lists, pages on entries, a handbook, and comparisons.

Takes: one knowledge base, or two to compare.
Gives: lines of text, TSV, JSON or Markdown.
Never: handles genotypes of people.
"""

from pgx_ana.browse.comparison import compare
from pgx_ana.browse.entry_page import page_lines
from pgx_ana.browse.handbook import handbook_lines
from pgx_ana.browse.haplotype_list import haplotypes_as_json, haplotypes_as_tsv
from pgx_ana.browse.variant_list import VariantFilter, variants_as_json, variants_as_tsv

__all__ = [
    "VariantFilter",
    "compare",
    "handbook_lines",
    "haplotypes_as_json",
    "haplotypes_as_tsv",
    "page_lines",
    "variants_as_json",
    "variants_as_tsv",
]
