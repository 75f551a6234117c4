"""The page on a cohort: of the same size for ten people and for half a million."""

from __future__ import annotations

from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.quality import Cohort
from pgx_ana.report.cohort import CohortOptions, cohort_view
from pgx_ana.report.cohort_sites import STATES
from pgx_ana.report.environment import render
from pgx_ana.report.people_script import PEOPLE_SCRIPT
from pgx_ana.report.script_source import script_source
from pgx_ana.terms import FIXED_SENTENCE, STATUS_MEANINGS


def cohort_page(
    cohort: Cohort, knowledge: KnowledgeBase, options: CohortOptions | None = None
) -> bytes:
    """Return the page on a cohort, as UTF-8.

    Raises :class:`UsageError` if numbers cannot be hidden below ``options.suppress_below``.
    """
    states = [(mark, STATUS_MEANINGS[state]) for state, mark in STATES.items()]
    view = cohort_view(cohort, knowledge, options or CohortOptions())
    return render(
        "cohort.html",
        {
            "view": view,
            "fixed_sentence": FIXED_SENTENCE.format(drug=view.drug),
            "states": states,
            "script": PEOPLE_SCRIPT,
            "script_hash": script_source(PEOPLE_SCRIPT),
        },
    )
