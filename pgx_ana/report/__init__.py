"""Reports for people: on a person, a cohort or the knowledge base, to be read, printed and kept.

Takes: the JSON document of a person; a cohort in numbers, and the knowledge base.
Gives: pages that need nothing else: no request, the same bytes for the same input, and no script
    but those that sort a table of people and search the names of a site; and lines for a terminal.
Never: concludes anything, or shows what the document or the numbers do not say.
"""

from pgx_ana.report.cohort import CohortOptions
from pgx_ana.report.cohort_html import cohort_page
from pgx_ana.report.patient_html import patient_page
from pgx_ana.report.patient_lines import patient_text
from pgx_ana.report.report_folder import MAX_PAGES, ReportedPeople, write_report_folder
from pgx_ana.report.site import site_pages

__all__ = [
    "MAX_PAGES",
    "CohortOptions",
    "ReportedPeople",
    "cohort_page",
    "patient_page",
    "patient_text",
    "site_pages",
    "write_report_folder",
]
