"""Reports for people: one person, as a page; made to be read, printed and kept.

Takes: the JSON document of a person.
Gives: a page that needs nothing else: no script, no request, the same bytes for the same document.
Never: concludes anything, or shows what the document does not say.
"""

from pgx_ana.report.patient_page import patient_page
from pgx_ana.report.site_pages import site_pages

__all__ = ["patient_page", "site_pages"]
