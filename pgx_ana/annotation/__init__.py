"""Conclusions: calls and diplotypes interpreted with the associations of the knowledge base.

Takes: calls, diplotypes and the knowledge base.
Gives: for every association a conclusion on each distinct genotype, and a summary by category.
Never: concludes from a genotype that was neither observed nor asserted by the user, or interprets
    a genotype once per person.
"""

from pgx_ana.annotation.annotations import Annotations, Annotator
from pgx_ana.annotation.conclusions import NOT_ASSESSED, UNDETERMINED, Conclusion
from pgx_ana.annotation.findings import SOURCE_NOTES
from pgx_ana.annotation.headlines import level_words
from pgx_ana.annotation.markers import AssociationResult, MarkerCall
from pgx_ana.annotation.overall import evidence_context, summarise
from pgx_ana.annotation.summary import OVERALL, CategorySummary, Summary
from pgx_ana.annotation.tallies import CategoryTally, count_levels, tally_categories
from pgx_ana.annotation.variant_conclusions import unphased_genotype

__all__ = [
    "NOT_ASSESSED",
    "OVERALL",
    "SOURCE_NOTES",
    "UNDETERMINED",
    "Annotations",
    "Annotator",
    "AssociationResult",
    "CategorySummary",
    "CategoryTally",
    "Conclusion",
    "MarkerCall",
    "Summary",
    "count_levels",
    "evidence_context",
    "level_words",
    "summarise",
    "tally_categories",
    "unphased_genotype",
]
