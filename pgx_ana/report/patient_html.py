"""The report on one person as a page that needs nothing else: no script, and no request."""

from __future__ import annotations

from pgx_ana.report.environment import render
from pgx_ana.report.patient import patient_report
from pgx_ana.report.studies import Facts
from pgx_ana.report.words import SITE_STATES
from pgx_ana.terms import FIXED_SENTENCE, STATUS_MEANINGS


def patient_page(document: Facts, home: str = "") -> bytes:
    """Return the page on the person of a document, which follows the schema of this version.

    ``home`` is the address of the index of all people, empty for a page of its own.
    """
    drug = document["knowledge_base"]["drug"]
    meanings = {SITE_STATES[status].word: text for status, text in STATUS_MEANINGS.items()}
    return render(
        "patient.html",
        {
            "report": patient_report(document),
            "home": home,
            "drug": drug,
            "fixed_sentence": FIXED_SENTENCE.format(drug=drug),
            "status_meanings": meanings,
        },
    )
