"""What is said of diplotypes, of those that are open, and how they are counted in the summary."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from helpers.synthetic_calls import Finding, called, cohort, findings, partial, summary, unobserved

from pgx_ana.annotation import Annotations
from pgx_ana.annotation.conclusions import NOT_ASSESSED, UNDETERMINED
from pgx_ana.haplotypes import DiplotypeStatus
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.model import ABSENT, Call
from pgx_ana.output import make_table
from pgx_ana.terms import CallSource, CallStatus, TableName

SITES = ("rs1", "rs2", "rs3", "rs4", "rs5")
Cells = dict[str, Call]
Spoken = tuple[str, str]
"""Direction and statement."""

NO_INSERTION = called("G/G")
NOT_STUDIED: Spoken = (
    "not_studied",
    "Not studied: no phenotype is assigned to this diplotype of AAA star alleles.",
)
COMPARED: Spoken = ("comparator", "Was compared with.")
LEVEL: Spoken = ("higher", "Had a higher level.")
ONE_COPY: Spoken = ("lower", "One copy had less pain.")
TWO_COPIES: Spoken = ("lower", "Two copies had less pain.")
EITHER_COPIES: Spoken = ("lower", "One copy had less pain. / Two copies had less pain.")


def still(candidates: str, spoken: Spoken) -> Spoken:
    """Return what holds for all candidates of an open diplotype."""
    direction, statement = spoken
    told = f"The diplotype is open ({candidates}); this holds for all that are possible:"
    return direction, f"{told} {statement}"


def differs(candidates: str, deciding: str, direction: str = UNDETERMINED) -> Spoken:
    return direction, (
        f"The diplotype is open ({candidates}), and what is known of those that are possible "
        f"differs; what would decide: {deciding}."
    )


BESIDE = (
    UNDETERMINED,
    (
        "Of *1/[*2 + rs2 T], it is not known whether what was found of the haplotypes holds with "
        "the alleles beside them."
    ),
)


def untold(reason: str) -> Spoken:
    """Return what is said of a person whose diplotype cannot be told."""
    return NOT_ASSESSED, f"Not assessed: AAA star alleles cannot be told in this person ({reason})."


def marked(mark: str, spoken: Spoken) -> Spoken:
    return spoken[0], f"[{mark}] {spoken[1]}"


def annotated(knowledge: KnowledgeBase, *people: Cells) -> Annotations:
    """Return what is said of people; where a person has no cell, no record covers the site."""
    cells = {site: [person.get(site, ABSENT) for person in people] for site in SITES}
    return Annotations(cohort(knowledge, cells), knowledge)


def star(rs1: str | Call, rs2: str | Call, rs4: str | Call = NO_INSERTION) -> Cells:
    """Return cells at the core sites of the star alleles."""
    given = {"rs1": rs1, "rs2": rs2, "rs4": rs4}
    return {site: called(cell) if isinstance(cell, str) else cell for site, cell in given.items()}


OPEN_PAIR = "*1/*4 or *2/*3"
EXTRA_PAIR = "*1/[*2 + rs2 T] or *2/[*1 + rs2 T]"
ASSERTED = "reference asserted by the user, not observed"
OTHER_STRAND = "alleles read on the other strand, as the user allowed"
UNKNOWN = unobserved(CallStatus.UNKNOWN_ALLELE, ("A", "G"), "not a known allele: G")

PEOPLE: dict[str, tuple[Cells, str, DiplotypeStatus, tuple[Spoken, Spoken, Spoken]]] = {
    # what is said of phenotypes (level), of *2 (pain) and of *3/*3 (survival)
    "no copy": (
        star("A/A", "A/A"),
        "*1/*1",
        DiplotypeStatus.DETERMINED,
        (COMPARED, COMPARED, COMPARED),
    ),
    "one copy": (
        star("A/C", "A/A"),
        "*1/*2",
        DiplotypeStatus.DETERMINED,
        (LEVEL, ONE_COPY, COMPARED),
    ),
    "two copies": (
        star("C/C", "A/A"),
        "*2/*2",
        DiplotypeStatus.DETERMINED,
        (LEVEL, TWO_COPIES, COMPARED),
    ),
    "the diplotype": (
        star("A/A", "C/C"),
        "*3/*3",
        DiplotypeStatus.DETERMINED,
        (NOT_STUDIED, COMPARED, ("higher", "Lived longer.")),
    ),
    "another diplotype that is listed": (
        star("A/A", "A/C"),
        "*1/*3",
        DiplotypeStatus.DETERMINED,
        (NOT_STUDIED, COMPARED, ("not_studied", "Not told apart from others.")),
    ),
    "phased": (
        star("A|C", "C|A"),
        "*2/*3",
        DiplotypeStatus.DETERMINED,
        (NOT_STUDIED, ONE_COPY, COMPARED),
    ),
    "phased the other way": (
        star("A|C", "A|C"),
        "*1/*4",
        DiplotypeStatus.DETERMINED,
        (NOT_STUDIED, COMPARED, COMPARED),
    ),
    "a haplotype with an allele beside it": (
        # It may act like *2 or not, so that there are one or two copies.
        star("C/C", "A/T"),
        "*2/[*2 + rs2 T]",
        DiplotypeStatus.DETERMINED,
        (NOT_STUDIED, EITHER_COPIES, COMPARED),
    ),
    "only a haplotype with an allele beside it": (
        star("A|C", "A|T"),
        "*1/[*2 + rs2 T]",
        DiplotypeStatus.DETERMINED,
        (
            NOT_STUDIED,
            BESIDE,
            COMPARED,
        ),
    ),
    "presumed": (
        star("A/C", "A/A", "G/GT"),
        "*2/*5",
        DiplotypeStatus.PRESUMED,
        (
            differs("*2/*5 or *1/[*2 + *5]", "phase of rs1 and rs4"),
            differs("*2/*5 or *1/[*2 + *5]", "phase of rs1 and rs4"),
            COMPARED,
        ),
    ),
    "presumed, but not what may count as *3": (
        star("A/A", "A/C", "G/GT"),
        "*3/*5",
        DiplotypeStatus.PRESUMED,
        (
            NOT_STUDIED,
            COMPARED,
            differs("*3/*5 or *1/[*3 + *5]", "phase of rs2 and rs4"),
        ),
    ),
    "ambiguous": (
        star("A/C", "A/C"),
        OPEN_PAIR,
        DiplotypeStatus.AMBIGUOUS,
        (
            still(OPEN_PAIR, NOT_STUDIED),
            differs(OPEN_PAIR, "phase of rs1 and rs2"),
            still(OPEN_PAIR, COMPARED),
        ),
    ),
    "ambiguous with an allele beside it": (
        star("A/C", "A/T"),
        EXTRA_PAIR,
        DiplotypeStatus.AMBIGUOUS,
        (
            still(EXTRA_PAIR, NOT_STUDIED),
            differs(EXTRA_PAIR, "phase of rs1 and rs2"),
            still(EXTRA_PAIR, COMPARED),
        ),
    ),
    "a site without a record": (
        star("A/A", "A/A", ABSENT),
        "*1|*5/*1|*5",
        DiplotypeStatus.INCOMPLETE,
        (
            differs("*1|*5/*1|*5", "rs4 absent", NOT_ASSESSED),
            still("*1|*5/*1|*5", COMPARED),
            still("*1|*5/*1|*5", COMPARED),
        ),
    ),
    "one copy at a site": (
        star(partial("C", "."), "A/A"),
        "*1|*2/*2",
        DiplotypeStatus.INCOMPLETE,
        (
            still("*1|*2/*2", LEVEL),
            still("*1|*2/*2", EITHER_COPIES),
            still("*1|*2/*2", COMPARED),
        ),
    ),
    "one copy that leaves it open": (
        star(partial("A", "."), "A/A"),
        "*1/*1|*2",
        DiplotypeStatus.INCOMPLETE,
        (
            differs("*1/*1|*2", "rs1 one copy missing", NOT_ASSESSED),
            differs("*1/*1|*2", "rs1 one copy missing", NOT_ASSESSED),
            still("*1/*1|*2", COMPARED),
        ),
    ),
    "incomplete and without phase": (
        star("A/C", "A/C", unobserved(CallStatus.FILTERED, ("G", "G"))),
        "*2/*3 or *1|*5/*4",
        DiplotypeStatus.INCOMPLETE,
        (
            still("*2/*3 or *1|*5/*4", NOT_STUDIED),
            differs("*2/*3 or *1|*5/*4", "rs4 filtered, phase of rs1 and rs2", NOT_ASSESSED),
            still("*2/*3 or *1|*5/*4", COMPARED),
        ),
    ),
    "unknown allele": (
        star("A/C", UNKNOWN),
        "*1/[? + *2 + rs2 G] or *2/[? + rs2 G]",
        DiplotypeStatus.UNKNOWN_ALLELE,
        (untold("an allele that is not known, phase of rs1 and rs2"),) * 3,
    ),
    "unknown allele alone": (
        star("A/A", UNKNOWN),
        "*1/[? + rs2 G]",
        DiplotypeStatus.UNKNOWN_ALLELE,
        (untold("an allele that is not known"),) * 3,
    ),
    "nothing known": (
        star(ABSENT, unobserved(CallStatus.NO_CALL), unobserved(CallStatus.FILTERED, ("G", "G"))),
        ".",
        DiplotypeStatus.NOT_ASSESSED,
        (untold("rs1 absent, rs2 no_call, rs4 filtered"),) * 3,
    ),
    "asserted at one site": (
        star("A/C", "A/A", called("G/G", CallSource.ASSERTED)),
        "*1/*2",
        DiplotypeStatus.DETERMINED,
        (marked(ASSERTED, LEVEL), marked(ASSERTED, ONE_COPY), marked(ASSERTED, COMPARED)),
    ),
    "asserted and ambiguous": (
        star("A/C", "A/C", called("G/G", CallSource.ASSERTED)),
        OPEN_PAIR,
        DiplotypeStatus.AMBIGUOUS,
        (
            marked(ASSERTED, still(OPEN_PAIR, NOT_STUDIED)),
            marked(ASSERTED, differs(OPEN_PAIR, "phase of rs1 and rs2")),
            marked(ASSERTED, still(OPEN_PAIR, COMPARED)),
        ),
    ),
    "on the other strand": (
        star(called("A/C", CallSource.OTHER_STRAND), "A/A"),
        "*1/*2",
        DiplotypeStatus.DETERMINED,
        (
            marked(OTHER_STRAND, LEVEL),
            marked(OTHER_STRAND, ONE_COPY),
            marked(OTHER_STRAND, COMPARED),
        ),
    ),
    "from reference blocks": (
        star(*(called("A/A", CallSource.REFERENCE_BLOCK) for _ in range(2))),
        "*1/*1",
        DiplotypeStatus.DETERMINED,
        (COMPARED, COMPARED, COMPARED),
    ),
}


@pytest.mark.parametrize(("cells", "genotype", "status", "spoken"), PEOPLE.values(), ids=PEOPLE)
def test_what_is_said_of_a_person(
    toy_haplotypes: KnowledgeBase,
    cells: Cells,
    genotype: str,
    status: DiplotypeStatus,
    spoken: Sequence[Spoken],
) -> None:
    annotations = annotated(toy_haplotypes, cells)
    names = ("AAA-metaboliser-level", "AAA-2-pain", "AAA-33-survival")
    assert {
        name: [Finding(genotype, status, *said)] for name, said in zip(names, spoken, strict=True)
    } == {
        item.association.id: findings(item)
        for item in annotations.associations
        if item.association.variant is None
    }


def test_everybody_is_told_the_own_conclusions(toy_haplotypes: KnowledgeBase) -> None:
    """States are shared by those who have the same, and never mixed up."""
    people = [cells for cells, *_ in PEOPLE.values()]
    annotations = annotated(toy_haplotypes, *people, *people)
    of_set = [item for item in annotations.associations if item.association.variant is None]
    expected = [
        [Finding(genotype, status, *said) for said in spoken]
        for _, genotype, status, spoken in PEOPLE.values()
    ]
    subjects = {id(item.marker) for item in of_set}
    told = [findings(item) for item in of_set]
    codes = of_set[0].marker.calls.codes
    assert 1 == len(subjects)
    assert expected * 2 == [[of_item[code] for of_item in told] for code in codes]


def test_a_set_whose_sites_were_not_all_looked_at_is_not_told(
    toy_haplotypes: KnowledgeBase,
) -> None:
    cells = {site: [called("A/A")] for site in ("rs1", "rs2")} | {"rs4": [NO_INSERTION]}
    annotations = Annotations(cohort(toy_haplotypes, cells), toy_haplotypes)
    assert () == annotations.haplotypes
    assert {"rs1", "rs2"} == {item.marker.id for item in annotations.associations}
    assert () == make_table(TableName.HAPLOTYPES, annotations).sections


def test_a_population_changes_no_conclusion(toy_haplotypes: KnowledgeBase) -> None:
    """How likely a candidate is is an estimate; nothing is concluded from it."""
    people = [cells for cells, *_ in PEOPLE.values()]
    plain = annotated(toy_haplotypes, *people)
    weighed = Annotations(plain.calls, toy_haplotypes, "EUR")
    likely = {
        person.diplotype.probabilities
        for calls in weighed.haplotypes
        for person in calls.diplotypes.values
    }
    assert len(likely) > 1
    tables = (TableName.ANNOTATIONS, TableName.SUMMARY)
    assert [
        [list(section.rows) for section in make_table(name, plain).sections] for name in tables
    ] == [[list(section.rows) for section in make_table(name, weighed).sections] for name in tables]


NOT_REPLICATED = "No replicated association applies to this genotype."
FINDINGS = "Unreplicated findings apply to this genotype:"
NO_EFFECT = "No studied effect applies to this genotype among the {} variants that were assessed."
NOTHING = "Nothing could be assessed: none of the {} variants with evidence was called."
STILL_OPEN = (
    "nothing is determined: a copy or the phase is not known, or there are alleles beside the "
    "haplotypes that were studied."
)

SUMMARIES: dict[str, tuple[Cells, str, str, str | None, tuple[str, ...], tuple[str, ...]]] = {
    # cells, category, conclusion, highest level, assessed, not assessed
    "variant and set with one effect are one signal": (
        star("A/A", "C/C"),
        "efficacy",
        f"{NOT_REPLICATED} {FINDINGS} rs1 A/A with AAA-star *3/*3 (survival: higher).",
        "single_corrected",
        ("rs1 A/A", "AAA-star *3/*3"),
        (),
    ),
    "effect of the variant alone": (
        star("A/C", "A/A"),
        "efficacy",
        f"{NOT_REPLICATED} {FINDINGS} rs1 A/C (survival: higher).",
        "single_corrected",
        ("rs1 A/C", "AAA-star *1/*2"),
        (),
    ),
    "sites of an assessed set are not counted": (
        star("C/C", "A/C"),
        "efficacy",
        f"{NOT_REPLICATED} {NO_EFFECT.format('1 of 1')}",
        None,
        ("rs1 C/C", "AAA-star *2/*4"),
        (),
    ),
    "two sites of an assessed set are not counted": (
        star("A/A", "A/A"),
        "exposure",
        f"{NOT_REPLICATED} {NO_EFFECT.format('1 of 1')}",
        None,
        ("rs1 A/A", "rs2 A/A", "AAA-star *1/*1"),
        (),
    ),
    "sites of a set that was not assessed are counted": (
        star("A/A", "A/A", ABSENT),
        "exposure",
        f"{NOT_REPLICATED} {NO_EFFECT.format('2 of 3')} Not assessed: AAA-star incomplete.",
        None,
        ("rs1 A/A", "rs2 A/A"),
        ("AAA-star incomplete",),
    ),
    "the same set is assessed where all candidates agree": (
        star("C/C", "A/C", ABSENT),
        "efficacy",
        f"{NOT_REPLICATED} {NO_EFFECT.format('1 of 1')}",
        None,
        ("rs1 C/C", "AAA-star *2/*4"),
        (),
    ),
    "an unknown allele is not assessed": (
        star("A/C", UNKNOWN),
        "exposure",
        (
            f"{NOT_REPLICATED} {NO_EFFECT.format('1 of 3')} "
            "Not assessed: rs2 unknown_allele, AAA-star unknown_allele."
        ),
        None,
        ("rs1 A/C",),
        ("rs2 unknown_allele", "AAA-star unknown_allele"),
    ),
    "nothing was assessed": (
        {},
        "exposure",
        f"{NOTHING.format(3)} Not assessed: rs1 absent, rs2 absent, AAA-star not_assessed.",
        "not_assessable",
        (),
        ("rs1 absent", "rs2 absent", "AAA-star not_assessed"),
    ),
    "a site that was not assessed beside a set that was": (
        # Of rs1 one copy is known, and all diplotypes with it have the same phenotype.
        star(partial("C", "."), "A/A"),
        "exposure",
        f"{NOT_REPLICATED} {FINDINGS} AAA-star *1|*2/*2 (plasma level: higher).",
        "single_nominal",
        ("rs1 C/.", "rs2 A/A", "AAA-star *1|*2/*2"),
        (),
    ),
    "only a set": (
        star("A/A", "C/C"),
        "toxicity",
        f"{NOT_REPLICATED} {NO_EFFECT.format('1 of 1')}",
        None,
        ("AAA-star *3/*3",),
        (),
    ),
    "only a set that is open": (
        star("A/C", "A/C"),
        "toxicity",
        f"{NOT_REPLICATED} For AAA-star {OPEN_PAIR} {STILL_OPEN}",
        None,
        (f"AAA-star {OPEN_PAIR}",),
        (),
    ),
    "a diplotype that was not studied": (
        star("A/A", "A/C"),
        "exposure",
        (
            f"{NOT_REPLICATED} {NO_EFFECT.format('1 of 1')} "
            "Genotypes that the studies did not have: AAA-star *1/*3."
        ),
        None,
        ("rs1 A/A", "rs2 A/C", "AAA-star *1/*3"),
        (),
    ),
    "asserted": (
        star("C/C", "A/A", called("G/G", CallSource.ASSERTED)),
        "toxicity",
        (
            f"{NOT_REPLICATED} {FINDINGS} AAA-star *2/*2 (asserted) (joint pain: lower). "
            "Asserted by the user to be reference, not observed: AAA-star *2/*2."
        ),
        "single_nominal",
        ("AAA-star *2/*2 (asserted)",),
        (),
    ),
}


@pytest.mark.parametrize(
    ("cells", "category", "conclusion", "level", "assessed", "missing"),
    SUMMARIES.values(),
    ids=SUMMARIES,
)
def test_summary_of_a_person(
    toy_haplotypes: KnowledgeBase,
    cells: Cells,
    category: str,
    conclusion: str,
    level: str | None,
    assessed: tuple[str, ...],
    missing: tuple[str, ...],
) -> None:
    (row,) = summary(annotated(toy_haplotypes, cells), category)
    assert (conclusion, level, assessed, missing) == (
        row["conclusion"],
        row["highest_level"],
        row["assessed"],
        row["not_assessed"],
    )


def test_findings_of_a_variant_and_its_set_are_both_listed(toy_haplotypes: KnowledgeBase) -> None:
    (row,) = summary(annotated(toy_haplotypes, star("A/A", "C/C")), "efficacy")
    assert (
        "rs1-survival A/A higher single_corrected",
        "AAA-33-survival *3/*3 higher single_corrected",
    ) == row["findings"]
