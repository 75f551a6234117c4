"""Conclusions on diplotypes, known and open, and how they are counted in the summary."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from helpers.synthetic_calls import (
    Finding,
    annotated,
    called,
    findings,
    partial,
    summary,
    table_rows,
    unobserved,
)

from pgx_ana.annotation import Annotations, Annotator
from pgx_ana.annotation.conclusions import NOT_ASSESSED, UNDETERMINED
from pgx_ana.haplotypes import DiplotypeStatus
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.model import ABSENT, Call
from pgx_ana.output import make_table
from pgx_ana.terms import CallSource, CallStatus, TableName

SITES = ("rs1", "rs2", "rs3", "rs4", "rs5")
CallsByRsid = dict[str, Call]
Expected = tuple[str, str]
"""Direction and statement of a conclusion."""

NO_INSERTION = called("G/G")
NOT_STUDIED: Expected = (
    "not_studied",
    "Not studied: no phenotype is assigned to this diplotype of AAA star alleles.",
)
METABOLISERS = "Poor and intermediate metabolisers had a higher level than normal ones."
NORMAL: Expected = ("lower", METABOLISERS)
SLOWER: Expected = ("higher", METABOLISERS)
COPIES = "Carriers of *2 had less pain than others."
NO_COPY: Expected = ("higher", COPIES)
COPY: Expected = ("lower", COPIES)
PAIR = "People with two *3 lived longer than others."
THE_PAIR: Expected = ("higher", PAIR)
OTHER: Expected = ("lower", PAIR)
UNTOLD: Expected = ("not_studied", PAIR)


def differing(candidates: str, deciding: str, direction: str = UNDETERMINED) -> Expected:
    """Return the conclusion where the candidates of an open diplotype differ."""
    return direction, (
        f"What was found differs between the possible genotypes ({candidates}). "
        f"Not known: {deciding}."
    )


EXTRA_ALLELE = (
    UNDETERMINED,
    (
        "It is not known whether what was found of the haplotypes in *1/[*2 + rs2 T] holds with "
        "the alleles beside them."
    ),
)


def not_assessed(reason: str) -> Expected:
    return NOT_ASSESSED, (
        f"Not assessed: AAA star alleles cannot be determined in this person ({reason})."
    )


def annotations_of(knowledge: KnowledgeBase, *people: CallsByRsid) -> Annotations:
    """Return the annotations of people; no record covers a site for which a person has no call."""
    calls = {site: [person.get(site, ABSENT) for person in people] for site in SITES}
    return annotated(knowledge, calls)


def star(rs1: str | Call, rs2: str | Call, rs4: str | Call = NO_INSERTION) -> CallsByRsid:
    """Return calls at the core sites of the star alleles."""
    given = {"rs1": rs1, "rs2": rs2, "rs4": rs4}
    return {site: called(call) if isinstance(call, str) else call for site, call in given.items()}


OPEN_PAIR = "*1/*4 or *2/*3"
EXTRA_PAIR = "*1/[*2 + rs2 T] or *2/[*1 + rs2 T]"
UNKNOWN = unobserved(CallStatus.UNKNOWN_ALLELE, ("A", "G"), "not a known allele: G")

PEOPLE: dict[
    str,
    tuple[
        CallsByRsid,
        str,
        DiplotypeStatus,
        tuple[Expected, Expected, Expected],
    ],
] = {
    # Conclusions on phenotypes (level), on *2 (pain) and on *3/*3 (survival).
    "no copy": (
        star("A/A", "A/A"),
        "*1/*1",
        DiplotypeStatus.DETERMINED,
        (NORMAL, NO_COPY, OTHER),
    ),
    "one copy": (
        star("A/C", "A/A"),
        "*1/*2",
        DiplotypeStatus.DETERMINED,
        (SLOWER, COPY, OTHER),
    ),
    "two copies": (
        star("C/C", "A/A"),
        "*2/*2",
        DiplotypeStatus.DETERMINED,
        (SLOWER, COPY, OTHER),
    ),
    "the diplotype": (
        star("A/A", "C/C"),
        "*3/*3",
        DiplotypeStatus.DETERMINED,
        (NOT_STUDIED, NO_COPY, THE_PAIR),
    ),
    "another diplotype with a conclusion": (
        star("A/A", "A/C"),
        "*1/*3",
        DiplotypeStatus.DETERMINED,
        (NOT_STUDIED, NO_COPY, UNTOLD),
    ),
    "phased": (
        star("A|C", "C|A"),
        "*2/*3",
        DiplotypeStatus.DETERMINED,
        (NOT_STUDIED, COPY, OTHER),
    ),
    "phased the other way": (
        star("A|C", "A|C"),
        "*1/*4",
        DiplotypeStatus.DETERMINED,
        (NOT_STUDIED, NO_COPY, OTHER),
    ),
    "two copies, one with an extra allele": (
        # The chromosome with the extra allele may act like *2 or not: one or two copies.
        star("C/C", "A/T"),
        "*2/[*2 + rs2 T]",
        DiplotypeStatus.DETERMINED,
        (NOT_STUDIED, COPY, OTHER),
    ),
    "one copy with an extra allele": (
        star("A|C", "A|T"),
        "*1/[*2 + rs2 T]",
        DiplotypeStatus.DETERMINED,
        (NOT_STUDIED, EXTRA_ALLELE, OTHER),
    ),
    "presumed": (
        star("A/C", "A/A", "G/GT"),
        "*2/*5",
        DiplotypeStatus.PRESUMED,
        (
            differing("*2/*5 or *1/[*2 + *5]", "phase of rs1 and rs4"),
            differing("*2/*5 or *1/[*2 + *5]", "phase of rs1 and rs4"),
            OTHER,
        ),
    ),
    "presumed, with one chromosome that may count as *3": (
        star("A/A", "A/C", "G/GT"),
        "*3/*5",
        DiplotypeStatus.PRESUMED,
        (
            NOT_STUDIED,
            NO_COPY,
            differing("*3/*5 or *1/[*3 + *5]", "phase of rs2 and rs4"),
        ),
    ),
    "ambiguous": (
        star("A/C", "A/C"),
        OPEN_PAIR,
        DiplotypeStatus.AMBIGUOUS,
        (
            NOT_STUDIED,
            differing(OPEN_PAIR, "phase of rs1 and rs2"),
            OTHER,
        ),
    ),
    "ambiguous with an extra allele": (
        star("A/C", "A/T"),
        EXTRA_PAIR,
        DiplotypeStatus.AMBIGUOUS,
        (
            NOT_STUDIED,
            differing(EXTRA_PAIR, "phase of rs1 and rs2"),
            OTHER,
        ),
    ),
    "a site without a record": (
        star("A/A", "A/A", ABSENT),
        "*1|*5/*1|*5",
        DiplotypeStatus.INCOMPLETE,
        (
            differing("*1|*5/*1|*5", "rs4 absent", NOT_ASSESSED),
            NO_COPY,
            OTHER,
        ),
    ),
    "one copy missing, all candidates agree": (
        star(partial("C", "."), "A/A"),
        "*1|*2/*2",
        DiplotypeStatus.INCOMPLETE,
        (SLOWER, COPY, OTHER),
    ),
    "one copy missing, candidates differ": (
        star(partial("A", "."), "A/A"),
        "*1/*1|*2",
        DiplotypeStatus.INCOMPLETE,
        (
            differing("*1/*1|*2", "rs1 one copy missing", NOT_ASSESSED),
            differing("*1/*1|*2", "rs1 one copy missing", NOT_ASSESSED),
            OTHER,
        ),
    ),
    "incomplete and without phase": (
        star("A/C", "A/C", unobserved(CallStatus.FILTERED, ("G", "G"))),
        "*2/*3 or *1|*5/*4",
        DiplotypeStatus.INCOMPLETE,
        (
            NOT_STUDIED,
            differing("*2/*3 or *1|*5/*4", "rs4 filtered, phase of rs1 and rs2", NOT_ASSESSED),
            OTHER,
        ),
    ),
    "unknown allele": (
        star("A/C", UNKNOWN),
        "*1/[? + *2 + rs2 G] or *2/[? + rs2 G]",
        DiplotypeStatus.UNKNOWN_ALLELE,
        (not_assessed("an allele that is not known, phase of rs1 and rs2"),) * 3,
    ),
    "unknown allele alone": (
        star("A/A", UNKNOWN),
        "*1/[? + rs2 G]",
        DiplotypeStatus.UNKNOWN_ALLELE,
        (not_assessed("an allele that is not known"),) * 3,
    ),
    "no site known": (
        star(ABSENT, unobserved(CallStatus.NO_CALL), unobserved(CallStatus.FILTERED, ("G", "G"))),
        ".",
        DiplotypeStatus.NOT_ASSESSED,
        (not_assessed("rs1 absent, rs2 no_call, rs4 filtered"),) * 3,
    ),
    "asserted at one site": (
        star("A/C", "A/A", called("G/G", CallSource.ASSERTED)),
        "*1/*2",
        DiplotypeStatus.DETERMINED,
        (SLOWER, COPY, OTHER),
    ),
    "asserted and ambiguous": (
        star("A/C", "A/C", called("G/G", CallSource.ASSERTED)),
        OPEN_PAIR,
        DiplotypeStatus.AMBIGUOUS,
        (
            NOT_STUDIED,
            differing(OPEN_PAIR, "phase of rs1 and rs2"),
            OTHER,
        ),
    ),
    "on the other strand": (
        star(called("A/C", CallSource.OTHER_STRAND), "A/A"),
        "*1/*2",
        DiplotypeStatus.DETERMINED,
        (SLOWER, COPY, OTHER),
    ),
    "from reference blocks": (
        star(*(called("A/A", CallSource.REFERENCE_BLOCK) for _ in range(2))),
        "*1/*1",
        DiplotypeStatus.DETERMINED,
        (NORMAL, NO_COPY, OTHER),
    ),
}


@pytest.mark.parametrize(("calls", "genotype", "status", "expected"), PEOPLE.values(), ids=PEOPLE)
def test_conclusions_on_a_diplotype(
    toy_haplotypes: KnowledgeBase,
    calls: CallsByRsid,
    genotype: str,
    status: DiplotypeStatus,
    expected: Sequence[Expected],
) -> None:
    annotations = annotations_of(toy_haplotypes, calls)
    names = ("AAA-metaboliser-level", "AAA-2-pain", "AAA-33-survival")
    assert {
        name: [Finding(genotype, status, *conclusion)]
        for name, conclusion in zip(names, expected, strict=True)
    } == {
        result.association.id: findings(result)
        for result in annotations.associations
        if result.association.variant is None
    }


def test_every_person_in_a_cohort_gets_its_own_conclusions(toy_haplotypes: KnowledgeBase) -> None:
    """Equal calls share a conclusion; different ones are kept apart."""
    people = [calls for calls, *_ in PEOPLE.values()]
    annotations = annotations_of(toy_haplotypes, *people, *people)
    results = [each for each in annotations.associations if each.association.variant is None]
    expected = [
        [Finding(genotype, status, *conclusion) for conclusion in conclusions]
        for _, genotype, status, conclusions in PEOPLE.values()
    ]
    markers = {id(result.marker) for result in results}
    by_association = [findings(result) for result in results]
    codes = results[0].marker.calls.codes
    assert 1 == len(markers)
    assert expected * 2 == [[conclusions[code] for conclusions in by_association] for code in codes]


def test_a_set_is_left_out_unless_the_calls_cover_all_its_sites(
    toy_haplotypes: KnowledgeBase,
) -> None:
    calls = {site: [called("A/A")] for site in ("rs1", "rs2")} | {"rs4": [NO_INSERTION]}
    annotations = annotated(toy_haplotypes, calls)
    assert () == annotations.haplotypes
    assert {"rs1", "rs2"} == {result.marker.id for result in annotations.associations}
    assert () == make_table(TableName.HAPLOTYPES, annotations).sections


def test_a_population_changes_no_conclusion(toy_haplotypes: KnowledgeBase) -> None:
    """Probabilities are estimates; no conclusion rests on them."""
    people = [calls for calls, *_ in PEOPLE.values()]
    unweighted = annotations_of(toy_haplotypes, *people)
    weighted = Annotator(toy_haplotypes, "EUR").annotate(unweighted.calls, unweighted.circumstances)
    probabilities = {
        call.diplotype.probabilities
        for calls in weighted.haplotypes
        for call in calls.diplotypes.values
    }
    assert len(probabilities) > 1
    tables = (TableName.ANNOTATIONS, TableName.SUMMARY)
    unweighted_rows, weighted_rows = (
        [[list(section.rows) for section in make_table(name, each).sections] for name in tables]
        for each in (unweighted, weighted)
    )
    assert unweighted_rows == weighted_rows


@pytest.mark.parametrize(
    ("calls", "words"),
    [
        pytest.param({}, "no site is called", id="nothing"),
        pytest.param(star("A/A", "A/A", ABSENT), "a site is not called", id="not-every-site"),
        pytest.param(star("A/C", UNKNOWN), "unknown allele", id="unknown-allele"),
    ],
)
def test_the_headline_tells_why_a_set_was_not_assessed(
    toy_haplotypes: KnowledgeBase, calls: CallsByRsid, words: str
) -> None:
    rows = table_rows(TableName.ANNOTATIONS, annotations_of(toy_haplotypes, calls))
    (headline,) = (row["headline"] for row in rows if row["association"] == "AAA-metaboliser-level")
    assert f"Plasma level: not assessed ({words})" == headline


NOTHING = "Nothing established."
FINDING = f"{NOTHING} On anastrozole itself: 1 finding:"
OF_BOTH = "(rs1, AAA-star; limited evidence)."
OF_SET = "(AAA-star; weak evidence)."
NO_DIFFERENCE = (
    "No difference that was found applies to this person, in {} variants and haplotype sets "
    "assessed."
)

SUMMARIES: dict[str, tuple[CallsByRsid, str, str, str | None, tuple[str, ...], tuple[str, ...]]] = {
    # calls, category, conclusion, highest level, assessed, not assessed
    "a variant and a set with the same effect are one signal": (
        star("A/A", "C/C"),
        "efficacy",
        f"{FINDING} survival better {OF_BOTH}",
        "single_corrected",
        ("rs1 A/A", "AAA-star *3/*3"),
        (),
    ),
    "a variant and a set with opposite effects are one conflicting signal": (
        star("A/C", "A/A"),
        "efficacy",
        f"{FINDING} survival conflicting {OF_BOTH}",
        "single_corrected",
        ("rs1 A/C", "AAA-star *1/*2"),
        (),
    ),
    "a finding of the variant alone": (
        star("A/A", "A/C"),
        "efficacy",
        (
            f"{FINDING} survival better (rs1; limited evidence). "
            "Genotypes without a usable result: AAA-star *1/*3."
        ),
        "single_corrected",
        ("rs1 A/A", "AAA-star *1/*3"),
        (),
    ),
    "an effect that is neither better nor worse": (
        star("A/A", "A/A"),
        "exposure",
        f"{FINDING} plasma level lower {OF_SET}",
        "single_nominal",
        ("rs1 A/A", "rs2 A/A", "AAA-star *1/*1"),
        (),
    ),
    "sites of an assessed set are counted": (
        star("A/A", "A/C"),
        "exposure",
        (
            f"{NOTHING} {NO_DIFFERENCE.format('3 of 3')} "
            "Genotypes without a usable result: AAA-star *1/*3."
        ),
        None,
        ("rs1 A/A", "rs2 A/C", "AAA-star *1/*3"),
        (),
    ),
    "a set that was not assessed": (
        star("A/A", "A/A", ABSENT),
        "exposure",
        (
            f"{NOTHING} {NO_DIFFERENCE.format('2 of 3')} "
            "Not assessed: 1 of 3 variants and haplotype sets (1 incomplete)."
        ),
        None,
        ("rs1 A/A", "rs2 A/A"),
        ("AAA-star incomplete",),
    ),
    "the same set is assessed where all candidates agree": (
        star("C/C", "A/C", ABSENT),
        "efficacy",
        f"{FINDING} survival worse {OF_BOTH}",
        "single_corrected",
        ("rs1 C/C", "AAA-star *2/*4"),
        (),
    ),
    "an unknown allele is not assessed": (
        star("A/C", UNKNOWN),
        "exposure",
        (
            f"{NOTHING} {NO_DIFFERENCE.format('1 of 3')} "
            "Not assessed: 2 of 3 variants and haplotype sets (2 unknown allele)."
        ),
        None,
        ("rs1 A/C",),
        ("rs2 unknown_allele", "AAA-star unknown_allele"),
    ),
    "nothing was assessed": (
        {},
        "exposure",
        (
            "Nothing could be assessed. Not assessed: 3 of 3 variants and haplotype sets "
            "(2 absent, 1 not assessed)."
        ),
        "not_assessable",
        (),
        ("rs1 absent", "rs2 absent", "AAA-star not_assessed"),
    ),
    "a partly called site and a set that was assessed": (
        # One copy of rs1 is known, and all diplotypes that fit it have the same phenotype.
        star(partial("C", "."), "A/A"),
        "exposure",
        f"{FINDING} plasma level higher {OF_SET}",
        "single_nominal",
        ("rs1 C/.", "rs2 A/A", "AAA-star *1|*2/*2"),
        (),
    ),
    "a set without variants in the category": (
        star("A/A", "C/C"),
        "toxicity",
        f"{FINDING} joint pain worse {OF_SET}",
        "single_nominal",
        ("AAA-star *3/*3",),
        (),
    ),
    "an open set without variants in the category": (
        star("A/C", "A/C"),
        "toxicity",
        (f"{NOTHING} Not determined (AAA-star {OPEN_PAIR}): a copy or the phase is not known."),
        None,
        (f"AAA-star {OPEN_PAIR}",),
        (),
    ),
    "asserted": (
        star("C/C", "A/A", called("G/G", CallSource.ASSERTED)),
        "toxicity",
        (
            f"{FINDING} joint pain better {OF_SET} "
            "Asserted by the user to be reference, not observed: AAA-star *2/*2."
        ),
        "single_nominal",
        ("AAA-star *2/*2 (asserted)",),
        (),
    ),
}


@pytest.mark.parametrize(
    ("calls", "category", "conclusion", "level", "assessed", "missing"),
    SUMMARIES.values(),
    ids=SUMMARIES,
)
def test_summary_of_a_person(
    toy_haplotypes: KnowledgeBase,
    calls: CallsByRsid,
    category: str,
    conclusion: str,
    level: str | None,
    assessed: tuple[str, ...],
    missing: tuple[str, ...],
) -> None:
    (row,) = summary(annotations_of(toy_haplotypes, calls), category)
    assert (conclusion, level, assessed, missing) == (
        row["conclusion"],
        row["highest_level"],
        row["assessed"],
        row["not_assessed"],
    )


def test_findings_of_a_variant_and_its_set_are_both_listed(toy_haplotypes: KnowledgeBase) -> None:
    (row,) = summary(annotations_of(toy_haplotypes, star("A/A", "C/C")), "efficacy")
    assert (
        "rs1 A/A: Survival: higher than C/C (better), on anastrozole [limited evidence]",
        (
            "AAA-star *3/*3: Survival: higher than other diplotypes (better), on anastrozole "
            "[limited evidence]"
        ),
    ) == row["findings"]
