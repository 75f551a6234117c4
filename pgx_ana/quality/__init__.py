"""Callability of files, and signs that a file is wrong.

Takes: calls, the diplotypes that follow from them, and the knowledge base.
Gives: the number of people per call state at every site, a verdict per gene, the number of calls
    per status, and warnings about allele frequencies that occur in no population.
Never: changes a call.
"""

from pgx_ana.quality.allele_frequencies import frequency_warnings
from pgx_ana.quality.call_counts import CallCounts, count_calls
from pgx_ana.quality.callability import STATES, Callability, assess_callability

__all__ = [
    "STATES",
    "CallCounts",
    "Callability",
    "assess_callability",
    "count_calls",
    "frequency_warnings",
]
