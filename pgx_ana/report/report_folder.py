"""A folder of pages: one on each person, one on the cohort, and an index of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.quality import Cohort
from pgx_ana.report.cohort import CohortOptions
from pgx_ana.report.cohort_html import cohort_page
from pgx_ana.report.environment import render
from pgx_ana.report.patient_html import patient_page
from pgx_ana.report.studies import Facts
from pgx_ana.terms import FIXED_SENTENCE
from pgx_ana.writing import FileNames, page_folder

MAX_PAGES = 10_000
"""People up to whom each gets a page, unless it is asked for otherwise."""

_PEOPLE = "people"
_COHORT, _INDEX = "cohort.html", "index.html"


@dataclass(frozen=True, slots=True)
class PersonLink:
    """A person with the address of their page, relative to the index."""

    sample: str
    page: str


@dataclass(frozen=True, slots=True)
class ReportedPeople:
    """The people of a folder.

    ``documents`` are theirs, of those who get a page. ``cohort`` returns all of them in numbers,
    and the files that could not be used, with the reason; it is called after the documents have
    been read to their end.
    """

    documents: Iterable[Facts]
    cohort: Callable[[], tuple[Cohort, Sequence[tuple[str, str]]]]


def write_report_folder(
    people: ReportedPeople, destination: str, knowledge: KnowledgeBase, options: CohortOptions
) -> int:
    """Write the pages on people, the cohort and the index; return the number of people with a page.

    The folder appears complete, or an earlier one stays. Raises :class:`OutputError`, and the
    errors of reading the people.
    """
    names, links = FileNames(".html"), []
    with page_folder(destination) as folder:
        for document in people.documents:
            link = PersonLink(document["sample"], f"{_PEOPLE}/{names.name(document['sample'])}")
            folder.write(link.page, patient_page(document, home=f"../{_INDEX}"))
            links.append(link)
        pages = {link.sample: link.page for link in links}
        cohort, refused = people.cohort()
        complete = replace(options, pages=pages, refused=refused)
        folder.write(_COHORT, cohort_page(cohort, knowledge, complete))
        folder.write(_INDEX, _index_page(links, knowledge))
    return len(links)


def _index_page(links: list[PersonLink], knowledge: KnowledgeBase) -> bytes:
    drug = knowledge.drugs[knowledge.info.drug].name
    return render(
        "index.html",
        {
            "links": links,
            "cohort": _COHORT,
            "drug": drug,
            "fixed_sentence": FIXED_SENTENCE.format(drug=drug),
        },
    )
