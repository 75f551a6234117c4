"""Somebody sees every conclusion and every published result of the knowledge base on their page."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations_with_replacement
from typing import Any

import pytest
from helpers.every_genotype import write_everybody
from helpers.page_reader import Element, read_page, sections

from pgx_ana.knowledge import Association, KnowledgeBase
from pgx_ana.output import patient_texts
from pgx_ana.pipeline import Request, run
from pgx_ana.report import patient_page
from pgx_ana.report.patient import PatientReport, patient_report

pytestmark = pytest.mark.slow

Document = Mapping[str, Any]


@pytest.fixture(scope="module")
def documents(curated: KnowledgeBase, tmp_path_factory: pytest.TempPathFactory) -> list[Document]:
    source = write_everybody(tmp_path_factory.mktemp("everybody") / "everybody.vcf", curated)
    return [json.loads(text) for text in patient_texts(run(Request((str(source),)), curated))]


def test_every_genotype_of_every_association_is_met(
    curated: KnowledgeBase, documents: Sequence[Document]
) -> None:
    """Nobody has a site that is not called, and no conclusion waits for a genotype."""
    assert {"called"} == {call["status"] for item in documents for call in item["calls"]}
    met = defaultdict(set)
    for document in documents:
        for row in document["annotations"]:
            if row["direction"] != "not_assessed":
                met[row["association"]].add(row["genotype"])
    assert set(curated.associations) == set(met)
    of_variants = {key: item for key, item in curated.associations.items() if item.variant}
    assert {key: set(item.genotypes) for key, item in of_variants.items()} == {
        key: met[key] for key in of_variants
    }


def test_every_direction_of_every_association_is_met(
    curated: KnowledgeBase, documents: Sequence[Document]
) -> None:
    """Also of those on haplotypes, whose keys are not the genotypes of people.

    ``other`` stands for diplotypes that are not named; nobody has one if every pair is named.
    """
    met = defaultdict(set)
    for document in documents:
        for row in document["annotations"]:
            met[row["association"]].add(row["direction"])
    missing = {
        key: {item.genotypes[name].value for name in _possible(item, curated)} - met[key]
        for key, item in curated.associations.items()
    }
    assert {} == {key: directions for key, directions in missing.items() if directions}


def test_every_result_is_shown_to_everybody_whom_it_concerns(
    curated: KnowledgeBase, documents: Sequence[Document]
) -> None:
    seen: set[str] = set()
    for document in documents:
        known = {item["result"] for marker in document["markers"] for item in marker["results"]}
        assert known == shown_results(patient_report(document)), document["sample"]
        seen |= known
    assert set(curated.evidence) == seen


def test_every_result_is_on_the_page_of_somebody(
    curated: KnowledgeBase, documents: Sequence[Document]
) -> None:
    """Read back from the pages: by publication, number of people or outcome, and p value."""
    seen: set[str] = set()
    for document in documents[::6]:
        assert {} == unseen(document, patient_page(document)), document["sample"]
        seen |= {item["result"] for marker in document["markers"] for item in marker["results"]}
    assert set(curated.evidence) == seen


def _possible(association: Association, knowledge: KnowledgeBase) -> Iterator[str]:
    """Yield the keys of an association that somebody can have."""
    names = [item.name for item in knowledge.haplotypes_of(association.haplotype_set or "")]
    pairs = {f"{a}/{b}" for a, b in combinations_with_replacement(names, 2)}
    for key in association.genotypes:
        if key != "other" or not pairs <= set(association.genotypes):
            yield key


def shown_results(report: PatientReport) -> set[str]:
    cards = (card for group in report.groups for card in group.cards)
    rows = [row for card in cards for block in card.blocks for row in block.rows]
    for part in (report.no_difference, report.open, report.others):
        rows += [item.row for outcome in part.outcomes for item in outcome.rows]
    return {row.result for row in rows}


def unseen(document: Document, page: bytes) -> dict[tuple[str, ...], tuple[int, int]]:
    """Return the signs of results of which the page has fewer rows than there are results."""
    rows = list(shown_rows(read_page(page)))
    signs = Counter(signs_of_results(document))
    found = {
        sign: (count, sum(all(part in row for part in sign) for row in rows))
        for sign, count in signs.items()
    }
    return {sign: counts for sign, counts in found.items() if counts[0] > counts[1]}


def shown_rows(root: Element) -> Iterator[str]:
    """Yield the text of every row, item and line that shows a result."""
    parts = sections(root)
    for name in ("applies", "nodiff", "open"):
        yield from (row.text for row in parts[name].all("tr"))
        yield from (line.text for line in parts[name].all("p", style="e"))
    yield from (item.text for item in parts["background"].all("li"))


def signs_of_results(document: Document) -> Iterator[tuple[str, ...]]:
    """Yield what must stand in one row, for each result that a conclusion of the person lists."""
    publications = {item["publication"]: item for item in document["publications"]}
    results: dict[str, Mapping[str, Any]] = {}
    listed: set[str] = set()
    for marker in document["markers"]:
        results |= {item["result"]: item for item in marker["results"]}
        for item in marker["associations"]:
            listed |= {key for keys in item["results"].values() for key in keys}
            listed |= set(item["left_out"])
    for key, item in results.items():
        publication = publications[item["publication"]]
        author = re.sub(r" [A-Z]{1,3}$", "", publication["author"])
        people = "n unknown" if item["n"] is None else f"{item['n']:,}"
        counted = (people,) if key in listed else (item["outcome"],)
        p = () if item["p"] is None else (re.sub("^([<>]) *", r"\1 ", item["p"]),)
        yield (f"{author} {publication['year'] or '(year unknown)'}", *counted, *p)
