"""What a reader sees first: counts in a sentence, four states of a category, the strip of sites."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from helpers.report_documents import (
    DRUG,
    Facts,
    annotation,
    association,
    call,
    document,
    marker,
    publication,
    result,
)

from pgx_ana.report.cards import Card, cards
from pgx_ana.report.overview import (
    CategoryState,
    answer,
    category_rows,
    gene_strips,
    opening,
    status_counts,
)
from pgx_ana.report.studies import StudyWriter
from pgx_ana.terms import CallStatus

CATEGORIES = ("efficacy", "exposure", "estradiol_suppression", "toxicity")


def summary(category: str, **facts: object) -> Facts:
    return {
        "category": category,
        "conclusion": "Nothing could be assessed.",
        "highest_level": None,
        "assessed": [],
        "not_assessed": [],
        **facts,
    }


def shown(given: Facts) -> tuple[Card, ...]:
    keys = [item["result"] for one in given["markers"] for item in one["results"]]
    publications = [publication(key, 2000) for key in keys]
    return tuple(cards(given, StudyWriter(publications, [], DRUG)))


def with_rows(rows: Sequence[Facts], **parts: object) -> Facts:
    """Return a document in which each conclusion is on a variant of its own."""
    variants = {row["variant"]: row for row in rows if row["direction"] != "not_assessed"}
    markers = [
        marker(key, [association(row["association"], supports=["r"])], [result("r")])
        for key, row in variants.items()
    ]
    calls = [call(key) for key in variants]
    return document(annotations=rows, markers=markers, calls=calls, **parts)


def several(*kinds: Mapping[str, object]) -> list[Facts]:
    return [annotation(f"a{n}", f"rs{n}", **kind) for n, kind in enumerate(kinds, 1)]


MISSING = {"direction": "not_assessed"}
NULL = {"direction": "no_difference", "level": "null"}
OPEN = {"direction": "unsettled", "level": "unsettled"}


FINDINGS = several({}, {"level": "replicated"}, {"level": "contradicted", "basis": "class"}, NULL)
ONE_OF_FIVE = several({"level": "guideline"}, OPEN, OPEN, MISSING, MISSING)
ANSWERS = {
    "findings": (
        FINDINGS,
        """4 conclusions in the knowledge base, 4 could be looked at in this person: 3 report a
        difference for this genotype (2 on anastrozole itself, 1 (1 contradicted) elsewhere; 1
        replicated); 1 reports no significant difference.""",
    ),
    "some missing": (
        ONE_OF_FIVE,
        """5 conclusions in the knowledge base, 3 could be looked at in this person: 1 reports a
        difference for this genotype (1 on anastrozole itself, 0 elsewhere; 1 replicated); 2
        cannot be told. 2 could not be assessed.""",
    ),
    "none": (
        several(NULL),
        """1 conclusion in the knowledge base, 1 could be looked at in this person: none reports a
        difference; 1 reports no significant difference.""",
    ),
    "nothing": (
        several(MISSING),
        """1 conclusion in the knowledge base, 0 could be looked at in this person, because no site
        with evidence has a known genotype.""",
    ),
}


@pytest.mark.parametrize(("rows", "told"), ANSWERS.values(), ids=ANSWERS)
def test_the_answer_is_made_of_counts(rows: Sequence[Facts], told: str) -> None:
    given = with_rows(rows)
    assert f"Of {' '.join(told.split())}" == answer(given, shown(given))


def test_what_lies_on_other_genes_is_not_said_to_be_unknown() -> None:
    """With chosen genes, the document has only their conclusions."""
    given = with_rows(
        several(NULL), genes=["AAA"], summary=[summary(key) for key in (*CATEGORIES, "overall")]
    )
    assert answer(given, shown(given)).startswith("Of 1 conclusion on the chosen genes, 1 could")
    row, *_ = category_rows(given, shown(given))
    assert CategoryState.NO_EVIDENCE is row.state
    assert row.why.startswith("Not looked at: the knowledge base has no conclusion")


def test_a_category_is_in_one_of_four_states() -> None:
    rows = several({"category": "efficacy"}, {**NULL, "category": "exposure"}, MISSING)
    sides = "Not assessed: 2 of 3 variants and haplotype sets (2 absent)."
    given = with_rows(
        rows,
        summary=[
            summary(
                "efficacy",
                conclusion=f"Nothing established. On it: 1 finding: worse (rs1). {sides}",
                highest_level="single_nominal",
                assessed=["rs1 A/C"],
                not_assessed=["rs8 absent", "rs9 absent"],
            ),
            summary(
                "exposure",
                conclusion=f"Nothing established. Genotypes without a usable result: rs2. {sides}",
                highest_level="null",
                assessed=["rs2 A/C"],
            ),
            summary("estradiol_suppression", conclusion="No evidence: none."),
            summary(
                "toxicity",
                not_assessed=["rs3 no_call", "rs4 absent", "rs5 absent", "SET not_assessed"],
            ),
            summary("overall", conclusion="Called: 2 of 3."),
        ],
    )
    found = list(category_rows(given, shown(given)))
    assert [
        (CategoryState.FINDINGS, "Nothing established", "On it: 1 finding: worse (rs1).", 1, 3, ""),
        (CategoryState.NONE_APPLIES, "Nothing established", "", 1, 1, ""),
        (
            CategoryState.NO_EVIDENCE,
            "No evidence: none",
            "",
            0,
            0,
            "No evidence exists: nobody has published a usable result.",
        ),
        (
            CategoryState.NOT_ASSESSED,
            "Nothing could be assessed",
            "",
            0,
            4,
            "2 absent, 1 no call, 1 not assessed",
        ),
    ] == [(row.state, row.title, row.text, row.assessed, row.total, row.why) for row in found]
    assert ["single_nominal", None, None, None] == [row.level and row.level.key for row in found]


def test_a_result_counts_once_in_a_category_however_many_conclusions_list_it() -> None:
    """Those of findings count; where there is none, those of all that was assessed."""
    findings = [annotation("a", "rs1"), annotation("b", "rs2"), annotation("c", "rs3", **NULL)]
    nulls = [annotation("d", "rs3", category="efficacy", **NULL)]
    of = {
        "rs1": [association("a", supports=["one", "two"], null=["three"], left_out={"x": "y"})],
        "rs2": [association("b", supports=["two"], contradicts=["four"], unplaced=["five"])],
        "rs3": [association("c", null=["six", "seven"]), association("d", null=["six"])],
    }
    every = [result(key) for key in ("one", "two", "three", "four", "five", "six", "seven")]
    given = document(
        annotations=[*findings, *nulls],
        markers=[marker(key, items, every) for key, items in of.items()],
        calls=[call(key) for key in of],
        summary=[
            *(
                summary(key, assessed=["rs1 A/C"], highest_level="single_nominal")
                for key in CATEGORIES
            ),
            summary("overall"),
        ],
    )
    found = {row.key: row.tally for row in category_rows(given, shown(given))}
    assert {"toxicity": (2, 1, 1), "efficacy": (0, 1, 0)} == {
        key: found[key] for key in ("toxicity", "efficacy")
    }


def test_what_every_summary_begins_with_is_told_once() -> None:
    texts = ["Nobody studied men. Read it so. Nothing.", "Nobody studied men. Read it so. More."]
    given = document(
        summary=[
            *(summary(key, conclusion=texts[0]) for key in CATEGORIES),
            summary("overall", conclusion=texts[1]),
        ]
    )
    assert opening(given) == "Nobody studied men. Read it so."
    assert ["Nothing"] * 4 == [row.title for row in category_rows(given, ())]
    given["summary"][-1]["conclusion"] = "Called: 1."
    assert opening(given) == ""


def test_an_asserted_genotype_is_not_shown_as_called() -> None:
    """Nobody has observed it."""
    given = document(calls=[call("rs1"), call("rs2", source="asserted"), call("rs3", "absent")])
    (strip,) = gene_strips(given)
    assert ["called", "asserted", "absent"] == [mark.word for mark, _ in strip.runs]
    assert {"called": 1, "asserted": 1, "absent": 1} == {
        mark.word: count for mark, count in status_counts(given) if count
    }


def test_neighbouring_sites_of_a_status_are_one_run() -> None:
    statuses = ["called", "called", "absent", "called", "no_call"]
    calls = [call(f"rs{n}", status) for n, status in enumerate(statuses)]
    given = document(calls=[*calls, call("rs9", "absent", gene="BBB"), call("rs10", "absent")])
    first, second = gene_strips(given)
    assert (
        "AAA",
        [("called", 2), ("absent", 1), ("called", 1), ("no call", 1), ("absent", 1)],
    ) == (
        first.gene,
        [(mark.word, count) for mark, count in first.runs],
    )
    assert ("BBB", [("absent", 1)]) == (second.gene, [(m.word, n) for m, n in second.runs])
    assert {"called": 3, "absent": 3, "no call": 1} == {
        mark.word: count for mark, count in status_counts(given) if count
    }


def test_every_status_has_a_shape_of_its_own() -> None:
    marks = [mark for mark, _ in status_counts(document())]
    called, *others = (status.value.replace("_", " ") for status in CallStatus)
    assert [called, "asserted", *others] == [mark.word for mark in marks]
    assert len({mark.shape for mark in marks}) == len({mark.key for mark in marks}) == len(marks)
