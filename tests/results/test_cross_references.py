"""Documents that follow the schema, and of which a part was taken out or changed by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from helpers.fixture_types import MakeVcf

from pgx_ana.errors import InputError
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.output import patient_texts
from pgx_ana.pipeline import Request, run
from pgx_ana.results.document_check import check_document

Document = dict[str, Any]


@pytest.fixture
def document(make_vcf: MakeVcf, toy_haplotypes: KnowledgeBase) -> Document:
    rows = ["1 100 A C 0/1", "1 200 A C,T 0/0", "2 50 G T 0/1"]
    (text,) = patient_texts(run(Request((str(make_vcf(rows)),)), toy_haplotypes))
    found: Document = json.loads(text)
    return found


def assessed(document: Document) -> Document:
    rows = document["annotations"]
    row: Document = next(row for row in rows if row["direction"] != "not_assessed")
    return row


FAULTS: dict[str, tuple[Callable[[Document], object], str]] = {
    "status": (lambda d: d["calls"][0].update(status="odd"), "unknown status 'odd'"),
    "no overall": (lambda d: d["summary"].pop(), "summary: has not one row for each of efficacy"),
    "category twice": (lambda d: d["summary"].append(d["summary"][0]), "not one row for each"),
    "no sets": (lambda d: d.update(haplotype_sets=[]), "is not in haplotype_sets"),
    "identifier": (lambda d: d["vrs"].update(rs0={}), "vrs: 'rs0' is not in calls"),
    "headline": (lambda d: d["annotations"][0].update(headline=None), "or no headline"),
    "category": (lambda d: d["annotations"][0].update(category="odd"), "no known category"),
    "level": (lambda d: assessed(d).update(level="odd"), "the unknown level 'odd'"),
    "no markers": (lambda d: d.update(markers=[]), "is not in markers"),
    "no publications": (lambda d: d.update(publications=[]), "is not in publications"),
}


@pytest.mark.parametrize(("change", "told"), FAULTS.values(), ids=FAULTS)
def test_parts_that_do_not_fit(
    document: Document, change: Callable[[Document], object], told: str
) -> None:
    """Each of them would be a report that says too little, or none."""
    assert check_document(document, "x.json:1") is document
    change(document)
    with pytest.raises(InputError) as raised:
        check_document(document, "x.json:1")
    message = str(raised.value)
    assert message.startswith("x.json:1: sample ")
    assert told in message
    assert "\n" not in message
