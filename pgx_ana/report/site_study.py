"""The page on a study: the publication with its links, its cohorts, and every result of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

from pgx_ana.knowledge import PolygenicResult, Publication
from pgx_ana.report.site_addresses import Link
from pgx_ana.report.site_results import ResultDetail, estimate_text
from pgx_ana.report.site_subject import Site
from pgx_ana.report.words import p_text

_VALIDATED = {
    "yes": "tested in other people too",
    "no": "not tested in other people",
    "not_stated": "whether it was tested in other people is not stated",
}
_IN_DOI = "/:;()._-"
"""What an address need not encode of the punctuation of a DOI."""


@dataclass(frozen=True, slots=True)
class CohortView:
    """The people of a study, and the studies with which they overlap."""

    name: str
    description: str
    overlaps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PolygenicView:
    """A result on many variants at once."""

    anchor: str
    outcome: str
    score: str
    people: str
    text: str
    estimates: tuple[str, ...]
    validated: str


@dataclass(frozen=True, slots=True)
class StudyView:
    """What the page on a study shows, in its order."""

    id: str
    name: str
    author: str
    year: str
    title: str
    journal: str
    links: tuple[Link, ...]
    note: str
    cohorts: tuple[CohortView, ...]
    results: tuple[ResultDetail, ...]
    polygenic: tuple[PolygenicView, ...]


def study_view(key: str, site: Site) -> StudyView:
    """Return what the page on a study shows."""
    knowledge = site.knowledge
    publication = knowledge.publications[key]
    results = [item for item in knowledge.evidence.values() if item.publication == key]
    scores = [item for item in knowledge.polygenic.values() if item.publication == key]
    cohorts = dict.fromkeys([*(i.cohort for i in results), *(i.cohort for i in scores)])
    return StudyView(
        id=key,
        name=site.results.study(key).text,
        author=publication.first_author,
        year=str(publication.year or "year unknown"),
        title=publication.title or "",
        journal=publication.journal or "",
        links=tuple(_links(publication)),
        note=publication.note or "",
        cohorts=tuple(_cohort(cohort, site) for cohort in cohorts),
        results=site.results.details(results),
        polygenic=tuple(_polygenic(item, site) for item in scores),
    )


def _links(item: Publication) -> Iterator[Link]:
    """Yield the addresses of a publication in the web."""
    if item.pmid:
        yield Link(f"PMID {item.pmid}", f"https://pubmed.ncbi.nlm.nih.gov/{item.pmid}/")
    if item.doi:
        yield Link(f"doi {item.doi}", f"https://doi.org/{quote(item.doi, safe=_IN_DOI)}")
    if item.pmcid:
        yield Link(item.pmcid, f"https://pmc.ncbi.nlm.nih.gov/articles/{item.pmcid}/")


def _cohort(key: str, site: Site) -> CohortView:
    cohorts = site.knowledge.cohorts
    cohort = cohorts[key]
    overlaps = tuple(cohorts[other].name for other in cohort.overlaps)
    return CohortView(cohort.name, cohort.description, overlaps)


def polygenic_anchor(result: str) -> str:
    """Return the anchor of a result on many variants, on the page of its study."""
    return f"p-{result}"


def _polygenic(item: PolygenicResult, site: Site) -> PolygenicView:
    return PolygenicView(
        anchor=polygenic_anchor(item.id),
        outcome=site.knowledge.outcomes[item.outcome].name,
        score=item.score,
        people=", ".join(["n unknown" if item.n is None else f"n = {item.n:,}", *_on(item, site)]),
        text=item.summary,
        estimates=(*map(estimate_text, item.effects), *([p_text(item.p)] if item.p else [])),
        validated=_VALIDATED[item.validated],
    )


def _on(item: PolygenicResult, site: Site) -> Iterator[str]:
    knowledge = site.knowledge
    yield knowledge.settings[item.setting].name
    yield " + ".join(knowledge.drugs[drug].name for drug in item.drugs)
