"""What files can answer, and what looks wrong in them.

Takes: calls and the knowledge base.
Gives: how many people are called at every site and in every gene, and allele frequencies that no
    population has.
Never: changes a call.
"""

from pgx_ana.quality.allele_frequencies import frequency_warnings
from pgx_ana.quality.callability import STATES, Callability, assess_callability

__all__ = [
    "STATES",
    "Callability",
    "assess_callability",
    "frequency_warnings",
]
