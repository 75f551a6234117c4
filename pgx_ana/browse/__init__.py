"""The knowledge base in readable form: lists, pages on entries, a handbook, and comparisons.

Takes: one knowledge base, or two to compare.
Gives: lines of text, TSV, JSON or Markdown; BED, regions, rsIDs and VRS identifiers for other
    programs.
Never: handles genotypes of people.
"""

from pgx_ana.browse.allele_list import allele_lines
from pgx_ana.browse.claim_line import claim_text, genotype_name
from pgx_ana.browse.comparison import compare
from pgx_ana.browse.context_list import contexts_in_format, label_use
from pgx_ana.browse.entry_page import page_lines
from pgx_ana.browse.handbook import handbook_lines
from pgx_ana.browse.haplotype_list import haplotype_rows, haplotypes_in_format
from pgx_ana.browse.question_list import answer_text, polygenic_text, questions_in_format
from pgx_ana.browse.rows import ListFormat
from pgx_ana.browse.site_list import RegionFormat, RsidList, listed_rsids, region_lines
from pgx_ana.browse.variant_list import VariantFilter, variants_in_format

__all__ = [
    "ListFormat",
    "RegionFormat",
    "RsidList",
    "VariantFilter",
    "allele_lines",
    "answer_text",
    "claim_text",
    "compare",
    "contexts_in_format",
    "genotype_name",
    "handbook_lines",
    "haplotype_rows",
    "haplotypes_in_format",
    "label_use",
    "listed_rsids",
    "page_lines",
    "polygenic_text",
    "questions_in_format",
    "region_lines",
    "variants_in_format",
]
