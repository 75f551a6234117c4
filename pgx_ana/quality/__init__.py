"""Callability of files, and signs that a file is wrong.

Takes: calls, the diplotypes that follow from them, and the knowledge base.
Gives: the number of people per call state at every site, a verdict per gene, the number of calls
    per status, tallies of people that can be added up, and warnings about allele frequencies that
    occur in no population.
Never: changes a call.
"""

from pgx_ana.quality.allele_frequencies import (
    FrequencyCheck,
    SiteTally,
    add_tallies,
    check_frequencies,
    outlier_warnings,
    tally_sites,
)
from pgx_ana.quality.call_counts import CALL_STATES, CallCounts, state_of
from pgx_ana.quality.callability import STATES, Callability, assess_callability
from pgx_ana.quality.run_tally import RunTally

__all__ = [
    "CALL_STATES",
    "STATES",
    "CallCounts",
    "Callability",
    "FrequencyCheck",
    "RunTally",
    "SiteTally",
    "add_tallies",
    "assess_callability",
    "check_frequencies",
    "outlier_warnings",
    "state_of",
    "tally_sites",
]
