"""Callability of files, and signs that a file is wrong.

Takes: calls, the diplotypes and conclusions that follow from them, and the knowledge base.
Gives: the number of people per call state at every site, a verdict per gene, the number of calls
    per status, tallies of people that can be added up, warnings about allele frequencies that
    occur in no population, and a cohort in numbers, of which small ones can be hidden.
Never: changes a call, or keeps anything of a single person of a large cohort.
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
from pgx_ana.quality.cohort import (
    AssociationPeople,
    CategoryPeople,
    Cohort,
    FileFacts,
    Person,
    SetCell,
    SetPeople,
    SiteCell,
    SiteFrequency,
    SitePeople,
)
from pgx_ana.quality.cohort_tally import MAX_LISTED_PEOPLE, CohortTally
from pgx_ana.quality.partition import Count, Hidden, Partition
from pgx_ana.quality.run_tally import RunTally
from pgx_ana.quality.suppression import suppress

__all__ = [
    "CALL_STATES",
    "MAX_LISTED_PEOPLE",
    "STATES",
    "AssociationPeople",
    "CallCounts",
    "Callability",
    "CategoryPeople",
    "Cohort",
    "CohortTally",
    "Count",
    "FileFacts",
    "FrequencyCheck",
    "Hidden",
    "Partition",
    "Person",
    "RunTally",
    "SetCell",
    "SetPeople",
    "SiteCell",
    "SiteFrequency",
    "SitePeople",
    "SiteTally",
    "add_tallies",
    "assess_callability",
    "check_frequencies",
    "outlier_warnings",
    "state_of",
    "suppress",
    "tally_sites",
]
