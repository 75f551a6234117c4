"""Reports for people: one person, as a page or as text; made to be read, printed and kept.

Takes: the JSON document of a person.
Gives: a page that needs nothing else (no script, no request), or lines for a terminal; the same
bytes for the same document.
Never: concludes anything, or shows what the document does not say.
"""

from pgx_ana.report.patient_page import patient_page
from pgx_ana.report.patient_text import patient_text

__all__ = ["patient_page", "patient_text"]
