"""Conclusions: calls and diplotypes joined with the knowledge base.

Takes: calls, diplotypes and the knowledge base.
Gives: for every association what it says of each distinct genotype, and summaries by category.
Never: concludes from a genotype that was not observed, or works anything out once per person.
"""

from pgx_ana.annotation.annotations import Annotations, AssociationResult
from pgx_ana.annotation.summary import CategorySummary, Summary, summarise

__all__ = [
    "Annotations",
    "AssociationResult",
    "CategorySummary",
    "Summary",
    "summarise",
]
