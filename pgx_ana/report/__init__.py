"""Reports for people: on one person or on a cohort, as pages; made to be read, printed and kept.

Takes: the JSON document of a person; a cohort in numbers, and the knowledge base.
Gives: pages that need nothing else: no request, the same bytes for the same input, and no script
    but the one that sorts a table of people.
Never: concludes anything, or shows what the document or the numbers do not say.
"""

from pgx_ana.report.cohort import CohortOptions
from pgx_ana.report.cohort_page import cohort_page
from pgx_ana.report.patient_page import patient_page

__all__ = ["CohortOptions", "cohort_page", "patient_page"]
