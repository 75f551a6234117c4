"""Conclusions on genotypes, and that a missing genotype is never taken for reference."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from helpers.synthetic_calls import (
    RECORD,
    Finding,
    annotated,
    called,
    findings,
    partial,
    summary,
    table_rows,
    unobserved,
)
from helpers.toy_overlays import (
    association_entry,
    result_entry,
    section,
    variant_entry,
    written_overlay,
)

from pgx_ana.annotation.conclusions import NOT_ASSESSED, UNDETERMINED
from pgx_ana.annotation.markers import AnnotatedCategory
from pgx_ana.annotation.variant_conclusions import unphased_genotype
from pgx_ana.calling import assert_reference
from pgx_ana.haplotypes import DiplotypeStatus
from pgx_ana.knowledge import KnowledgeBase, load
from pgx_ana.model import ABSENT, Call
from pgx_ana.output.tables import Value
from pgx_ana.terms import TEXT_TABLES, Assembly, CallSource, CallStatus, TableName

SURVIVAL = "Carriers of A lived longer than C/C."
NOT_OBSERVED = [s for s in CallStatus if s not in {CallStatus.CALLED, CallStatus.PARTIAL}]


def conclude(
    knowledge: KnowledgeBase, variant: str, call: Call, assembly: Assembly = Assembly.GRCH38
) -> Finding:
    """Return the conclusion of the only association of a variant on a call."""
    (result,) = annotated(knowledge, {variant: [call]}, assembly=assembly).associations
    (conclusion,) = findings(result)
    return conclusion


@pytest.mark.parametrize(
    ("variant", "call", "expected"),
    [
        pytest.param(
            "rs1",
            called("A/A"),
            Finding("A/A", CallStatus.CALLED, "higher", SURVIVAL),
            id="homozygous-studied-allele",
        ),
        pytest.param(
            "rs1",
            called("A/C"),
            Finding("A/C", CallStatus.CALLED, "higher", SURVIVAL),
            id="heterozygous",
        ),
        pytest.param(
            "rs1",
            called("C|A"),
            Finding("A/C", CallStatus.CALLED, "higher", SURVIVAL),
            id="phased-alternate-first",
        ),
        pytest.param(
            "rs1",
            called("C/C"),
            Finding("C/C", CallStatus.CALLED, "lower", SURVIVAL),
            id="other-side-of-the-comparison",
        ),
        pytest.param(
            "rs1",
            called("A/A", CallSource.REFERENCE_BLOCK),
            Finding("A/A", CallStatus.CALLED, "higher", SURVIVAL),
            id="reference-block",
        ),
        pytest.param(
            "rs1",
            called("A/A", CallSource.ASSERTED),
            Finding("A/A", CallStatus.CALLED, "higher", SURVIVAL),
            id="asserted-reference",
        ),
        pytest.param(
            "rs2",
            called("A/C"),
            Finding("A/C", CallStatus.CALLED, "no_difference", "No difference."),
            id="no-difference",
        ),
        pytest.param(
            "rs2",
            called("T/T"),
            Finding("T/T", CallStatus.CALLED, "not_studied", "No difference."),
            id="not-studied",
        ),
        pytest.param(
            "rs2",
            called("T|C"),
            Finding("C/T", CallStatus.CALLED, "not_studied", "No difference."),
            id="two-alternates",
        ),
    ],
)
def test_called_genotypes(toy: KnowledgeBase, variant: str, call: Call, expected: Finding) -> None:
    assert expected == conclude(toy, variant, call)


@pytest.mark.parametrize(
    ("variant", "call", "expected"),
    [
        pytest.param(
            "rs1",
            partial("A", "."),
            Finding("A/.", CallStatus.PARTIAL, "higher", SURVIVAL),
            id="agreeing",
        ),
        pytest.param(
            "rs1",
            partial("C", "."),
            Finding(
                "C/.",
                CallStatus.PARTIAL,
                UNDETERMINED,
                "What was found differs between the possible genotypes (A/C, C/C). Not known: the "
                "other copy (one copy missing).",
            ),
            id="open",
        ),
        pytest.param(
            "rs1",
            partial("C"),
            Finding(
                "C",
                CallStatus.PARTIAL,
                UNDETERMINED,
                "What was found differs between the possible genotypes (A/C, C/C). Not known: the "
                "other copy (haploid call).",
            ),
            id="haploid",
        ),
        pytest.param(
            "rs2",
            partial("A", "."),
            Finding(
                "A/.",
                CallStatus.PARTIAL,
                UNDETERMINED,
                "What was found differs between the possible genotypes (A/A, A/C, A/T). Not known: "
                "the other copy (one copy missing).",
            ),
            id="open-because-one-of-three-was-not-studied",
        ),
        pytest.param(
            "rs2",
            partial("T", "."),
            Finding("T/.", CallStatus.PARTIAL, "not_studied", "No difference."),
            id="agreeing-on-not-studied",
        ),
    ],
)
def test_one_known_copy(toy: KnowledgeBase, variant: str, call: Call, expected: Finding) -> None:
    assert expected == conclude(toy, variant, call)


@pytest.mark.parametrize(
    ("variant", "call", "genotype", "statement"),
    [
        pytest.param(
            "rs1",
            ABSENT,
            ".",
            "Not assessed: no record covers rs1. A site without a record is not a reference "
            "genotype, and here the reference base A is the very allele that was studied: a file "
            "of variants only leaves A/A people out.",
            id="absent-and-the-reference-is-the-studied-allele",
        ),
        pytest.param(
            "rs2",
            ABSENT,
            ".",
            "Not assessed: no record covers rs2. A site without a record is not a reference "
            "genotype.",
            id="absent-and-the-reference-is-not-the-studied-allele",
        ),
        pytest.param(
            "rs1",
            unobserved(CallStatus.NO_CALL, (".", "."), "genotype missing"),
            "./.",
            "Not assessed: rs1 was not called (genotype missing).",
            id="no-call",
        ),
        pytest.param(
            "rs1",
            unobserved(CallStatus.FILTERED, ("A", "A"), "GQ below 10"),
            "A/A",
            "Not assessed: the call A/A at rs1 did not pass (GQ below 10).",
            id="filtered",
        ),
        pytest.param(
            "rs1",
            unobserved(CallStatus.UNKNOWN_ALLELE, ("A", "G"), "not a known allele: G"),
            "A/G",
            "Not assessed: A/G at rs1 has an allele on which nothing is known "
            "(not a known allele: G).",
            id="unknown-allele",
        ),
        pytest.param(
            "rs1",
            unobserved(CallStatus.MISMATCH, (), "REF is G, the reference has A"),
            ".",
            "Not assessed: the file cannot be trusted at rs1 (REF is G, the reference has A).",
            id="mismatch",
        ),
        pytest.param(
            "rs1",
            unobserved(CallStatus.NOT_ASSESSABLE, ("*", "*"), "deletion over the locus"),
            "*/*",
            "Not assessed: rs1 cannot be determined in this person (deletion over the locus).",
            id="not-assessable",
        ),
        pytest.param(
            "rs1",
            unobserved(CallStatus.FILTERED, ("A", "A"), "FILTER {odd}"),
            "A/A",
            "Not assessed: the call A/A at rs1 did not pass (FILTER {odd}).",
            id="braces-from-the-file-are-not-fields",
        ),
    ],
)
def test_genotypes_that_were_not_observed(
    toy: KnowledgeBase, variant: str, call: Call, genotype: str, statement: str
) -> None:
    expected = Finding(genotype, call.status, NOT_ASSESSED, statement)
    assert expected == conclude(toy, variant, call)


STUDIED_RS3 = (
    section(
        "variants",
        variant_entry(
            "rs3",
            "T C",
            grch37='chrom: "1", pos: 350, ref: C',
            grch38='chrom: "1", pos: 300, ref: T',
            studied_allele="C",
        ),
    ),
    section(
        "evidence",
        result_entry(
            "rs3-relapse",
            variants="[rs3]",
            drugs="[anastrozole]",
            outcome="relapse",
            result="association",
            alleles="{rs3: C}",
            direction="higher",
            significance="nominal",
        ),
    ),
    section(
        "associations",
        association_entry(
            "rs3-relapse",
            {"T/T": "lower", "T/C": "higher", "C/C": "higher"},
            variant="rs3",
            outcome="relapse",
            drug="anastrozole",
            evidence="[rs3-relapse]",
            statement="Carriers of C relapsed more often.",
        ),
    ),
)


@pytest.fixture(scope="module")
def overlaid(toy_directory: Path, tmp_path_factory: pytest.TempPathFactory) -> KnowledgeBase:
    """Return the toy knowledge base with a studied allele at rs3 that is reference in GRCh37."""
    folder = tmp_path_factory.mktemp("overlay")
    return load([toy_directory, written_overlay(folder, *STUDIED_RS3)])


@pytest.mark.parametrize(
    ("assembly", "statement"),
    [
        pytest.param(
            Assembly.GRCH37,
            "Not assessed: no record covers rs3. A site without a record is not a reference "
            "genotype, and here the reference base C is the very allele that was studied: a file "
            "of variants only leaves C/C people out.",
            id="GRCh37",
        ),
        pytest.param(
            Assembly.GRCH38,
            "Not assessed: no record covers rs3. A site without a record is not a reference "
            "genotype.",
            id="GRCh38",
        ),
    ],
)
def test_the_assembly_decides_whether_the_reference_was_studied(
    overlaid: KnowledgeBase, assembly: Assembly, statement: str
) -> None:
    expected = Finding(".", CallStatus.ABSENT, NOT_ASSESSED, statement)
    assert expected == conclude(overlaid, "rs3", ABSENT, assembly)


@pytest.mark.parametrize(
    ("assembly", "expected"),
    [
        (Assembly.GRCH37, ("C/C", "higher", "Asserted: Relapse: higher than T/T (worse)")),
        (Assembly.GRCH38, ("T/T", "lower", "Asserted: Relapse: lower than T/C or C/C (better)")),
    ],
)
def test_asserted_reference_is_that_of_the_assembly(
    overlaid: KnowledgeBase, assembly: Assembly, expected: tuple[str, str, str]
) -> None:
    absent = annotated(overlaid, {"rs3": [ABSENT]}, assembly=assembly)
    (call,) = assert_reference(absent.calls.sites[0], assembly).calls.values
    (result,) = annotated(overlaid, {"rs3": [call]}, assembly=assembly).associations
    (marker,), (conclusion,) = result.marker.calls.values, result.conclusions
    headline = f"{expected[2]}, on anastrozole [weak evidence]"
    assert (CallStatus.CALLED, CallSource.ASSERTED) == (marker.status, marker.source)
    assert (*expected[:2], headline) == (marker.genotype, conclusion.direction, conclusion.headline)


@pytest.mark.parametrize("status", NOT_OBSERVED)
def test_nothing_is_concluded_from_an_unobserved_genotype(
    curated: KnowledgeBase, status: CallStatus
) -> None:
    """For every association: no direction, no curated text, and nothing in the summary.

    The call carries the reference genotype, which a filtered call may do.
    """
    people = {}
    for variant in curated.variants:
        ref = variant.loci[Assembly.GRCH38].ref
        allele = f"{ref}N" if status is CallStatus.UNKNOWN_ALLELE else ref
        people[variant.id] = [unobserved(status, (allele, allele))]
    annotations = annotated(curated, people)
    conclusions = {
        (result.association.id, conclusion)
        for result in annotations.associations
        for conclusion in findings(result)
    }
    assert set(curated.associations) == {name for name, _ in conclusions}
    is_unknown = status is CallStatus.UNKNOWN_ALLELE
    set_status = DiplotypeStatus.UNKNOWN_ALLELE if is_unknown else DiplotypeStatus.NOT_ASSESSED
    expected = {(status, NOT_ASSESSED), (set_status, NOT_ASSESSED)}
    assert expected == {(c.status, c.direction) for _, c in conclusions}
    assert [] == [
        (name, c.statement)
        for name, c in conclusions
        if curated.associations[name].statement in c.statement
    ]
    claimed = {
        (c.compared_with, c.effect, c.caution)
        for result in annotations.associations
        for c in result.conclusions
    }
    assert {((), "", "")} == claimed
    rows = table_rows(TableName.SUMMARY, annotations)
    assert {"not_assessable"} == {row["highest_level"] for row in rows}
    assert {()} == {row["findings"] for row in rows}
    assert {()} == {row["assessed"] for row in rows}


def test_every_spelling_of_a_genotype_gets_its_curated_conclusion(
    curated: KnowledgeBase,
) -> None:
    """Unphased or phased, in either order of alleles: one conclusion, the curated one."""
    people = {}
    for variant in curated.variants:
        pairs = itertools.product(variant.alleles, repeat=2)
        people[variant.id] = [called(f"{a}{separator}{b}") for a, b in pairs for separator in "/|"]
    n_samples = max(map(len, people.values()))
    padded = {
        name: [*calls, *[calls[0]] * (n_samples - len(calls))] for name, calls in people.items()
    }
    annotations = annotated(curated, padded)
    actual = {
        result.association.id: sorted(
            {(c.genotype, c.direction, c.statement) for c in findings(result)}
        )
        for result in annotations.associations
        if result.association.variant is not None
    }
    expected = {
        name: sorted(
            (genotype, direction.value, association.statement)
            for genotype, direction in association.genotypes.items()
        )
        for name, association in curated.associations.items()
        if association.variant is not None
    }
    assert expected == actual


def test_one_known_copy_has_a_direction_only_if_every_possible_genotype_has_it(
    curated: KnowledgeBase,
) -> None:
    for variant in curated.variants:
        for known in variant.alleles:
            people = {variant.id: [partial(known, "."), partial(known)]}
            for result in annotated(curated, people).associations:
                association = result.association
                possible = {
                    direction.value
                    for genotype, direction in association.genotypes.items()
                    if known in genotype.split("/")
                }
                expected = possible if len(possible) == 1 else {UNDETERMINED}
                assert expected == {c.direction for c in result.conclusions}, association.id


@pytest.mark.parametrize(
    ("alleles", "expected"),
    [
        ((), "."),
        (("A",), "A"),
        (("T", "A"), "A/T"),
        (("T", "C"), "C/T"),
        ((".", "T"), "T/."),
        (("G", "T"), "T/G"),
        (("*", "A"), "A/*"),
        ((".", "."), "./."),
        ((".", "G"), "G/."),
    ],
)
def test_unphased_genotype(toy: KnowledgeBase, alleles: tuple[str, ...], expected: str) -> None:
    """Alleles of the variant in its order, then unknown alleles, then missing copies."""
    variant = next(variant for variant in toy.variants if variant.id == "rs2")
    call = Call(alleles, True, CallStatus.CALLED, RECORD)
    assert expected == unphased_genotype(call, variant)


NOTHING = "Nothing established."
NO_DIFFERENCE = (
    "No difference that was found applies to this person, in 1 of 1 variants and haplotype sets "
    "assessed."
)
FIRM = "on anastrozole [limited evidence]"


def test_categories_of_the_summary() -> None:
    assert ["efficacy", "exposure", "estradiol_suppression", "toxicity"] == list(AnnotatedCategory)


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        pytest.param(
            called("A/C"),
            {
                "conclusion": f"{NOTHING} On anastrozole itself: 1 finding: survival better "
                "(rs1; limited evidence).",
                "highest_level": "single_corrected",
                "findings": (f"rs1 A/C: Survival: higher than C/C (better), {FIRM}",),
                "assessed": ("rs1 A/C",),
                "not_assessed": (),
            },
            id="finding",
        ),
        pytest.param(
            called("C/C"),
            {
                "conclusion": f"{NOTHING} On anastrozole itself: 1 finding: survival worse "
                "(rs1; limited evidence).",
                "highest_level": "single_corrected",
                "findings": (f"rs1 C/C: Survival: lower than A/A or A/C (worse), {FIRM}",),
                "assessed": ("rs1 C/C",),
                "not_assessed": (),
            },
            id="finding-on-the-other-side",
        ),
        pytest.param(
            partial("A", "."),
            {
                "conclusion": f"{NOTHING} On anastrozole itself: 1 finding: survival better "
                "(rs1; limited evidence).",
                "highest_level": "single_corrected",
                "findings": (f"rs1 A/.: Survival: higher than C/C (better), {FIRM}",),
                "assessed": ("rs1 A/.",),
                "not_assessed": (),
            },
            id="one-known-copy-that-decides",
        ),
        pytest.param(
            partial("C", "."),
            {
                "conclusion": f"{NOTHING} Not determined (rs1 C/.): a copy or the phase is not "
                "known.",
                "highest_level": None,
                "findings": (),
                "assessed": ("rs1 C/.",),
                "not_assessed": (),
            },
            id="one-known-copy-that-leaves-it-open",
        ),
        pytest.param(
            ABSENT,
            {
                "conclusion": "Nothing could be assessed. "
                "Not assessed: 1 of 1 variants and haplotype sets (1 absent).",
                "highest_level": "not_assessable",
                "findings": (),
                "assessed": (),
                "not_assessed": ("rs1 absent",),
            },
            id="absent",
        ),
    ],
)
def test_summary_of_one_person(toy: KnowledgeBase, call: Call, expected: dict[str, Value]) -> None:
    unstated: dict[str, Value] = {"sex": None, "context": None, "label_use": None}
    (row,) = summary(annotated(toy, {"rs1": [call]}), "efficacy")
    assert {"sample": "S0", "category": "efficacy", **expected, **unstated} == row


def test_summary_lists_what_was_not_assessed(overlaid: KnowledgeBase) -> None:
    """A category without evidence is reported as such, and is not assessed."""
    calls = {"rs1": [ABSENT], "rs2": [called("T/T")], "rs3": [called("T/T")]}
    rows = table_rows(TableName.SUMMARY, annotated(overlaid, calls))
    columns = ("category", "highest_level", "assessed", "not_assessed", "conclusion")
    no_evidence = (
        "No evidence: the knowledge base has no association in this category for the chosen genes."
    )
    expected = [
        (
            "efficacy",
            "single_nominal",
            ("rs3 T/T",),
            ("rs1 absent",),
            (
                f"{NOTHING} On anastrozole itself: 1 finding: relapse better (rs3; weak "
                "evidence). "
                "Not assessed: 1 of 2 variants and haplotype sets (1 absent)."
            ),
        ),
        (
            "exposure",
            None,
            ("rs2 T/T",),
            (),
            f"{NOTHING} {NO_DIFFERENCE} Genotypes without a usable result: rs2 T/T.",
        ),
        ("estradiol_suppression", "not_assessable", (), (), no_evidence),
        ("toxicity", "not_assessable", (), (), no_evidence),
    ]
    assert expected == [tuple(row[column] for column in columns) for row in rows[:-1]]


def test_rows_of_a_person_in_a_cohort_are_those_of_the_person_alone(
    overlaid: KnowledgeBase,
) -> None:
    """Every combination of calls of three variants."""
    rs1 = [called("A/A"), called("C|A"), called("C/C"), partial("C", "."), ABSENT]
    rs2 = [called("A/A"), called("T/T"), partial("T"), unobserved(CallStatus.NO_CALL, (".", "."))]
    rs3 = [called("T/C"), unobserved(CallStatus.FILTERED, ("T", "C")), ABSENT]
    people = list(itertools.product(rs1, rs2, rs3))
    names = ("rs1", "rs2", "rs3")
    columns = {name: [person[i] for person in people] for i, name in enumerate(names)}
    together = annotated(overlaid, columns)
    for table in TEXT_TABLES:
        rows = table_rows(table, together)
        n_rows = len(rows) // len(people)
        for number, person in enumerate(people):
            calls = {name: [call] for name, call in zip(names, person, strict=True)}
            alone = table_rows(table, annotated(overlaid, calls))
            expected = [row | {"sample": f"S{number}"} for row in alone]
            assert expected == rows[number * n_rows : (number + 1) * n_rows]
