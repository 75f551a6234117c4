"""Conclusions: calls and diplotypes interpreted with the associations of the knowledge base.

Takes: calls, diplotypes and the knowledge base.
Gives: for every association a conclusion on each distinct genotype, and a summary by category.
Never: concludes from a genotype that was neither observed nor asserted by the user, or interprets
    a genotype once per person.
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
