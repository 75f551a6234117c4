"""Headlines: the conclusion in one line, with its drugs and how firm it is."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Sequence

import pytest
from helpers.synthetic_calls import annotated, called, partial

from pgx_ana.annotation.headlines import MAX_HEADLINE, HeadlineWriter, level_words
from pgx_ana.knowledge import Basis, BasisKind, KnowledgeBase, Level
from pgx_ana.terms import CallSource

RECORD, ASSERTED, OTHER_STRAND = (
    CallSource.RECORD,
    CallSource.ASSERTED,
    CallSource.OTHER_STRAND,
)
DRUG = Basis(BasisKind.DRUG, "anastrozole", ("anastrozole",), 100, "", ())
CLASS = dataclasses.replace(DRUG, kind=BasisKind.DRUG_CLASS, name="aromatase_inhibitors")
OTHERS = dataclasses.replace(DRUG, kind=BasisKind.OTHER_DRUGS, name="other_drugs")
LABORATORY = dataclasses.replace(DRUG, kind=BasisKind.LABORATORY, name="laboratory")


def writer(
    knowledge: KnowledgeBase,
    outcome: str = "joint pain",
    level: Level = Level.SINGLE_NOMINAL,
    basis: Basis = DRUG,
    drugs: Sequence[str] = ("anastrozole",),
) -> HeadlineWriter:
    """Return the writer of an association with one result on the drug, unless given otherwise."""
    return HeadlineWriter(knowledge.messages, outcome, level, basis, drugs)


def test_one_side_of_a_comparison(toy: KnowledgeBase) -> None:
    expected = "Joint pain: lower than A/A or A/C (better); anastrozole; one study, uncorrected"
    assert expected == writer(toy).difference("lower", ("A/A", "A/C"), "better", RECORD)


def test_a_difference_without_an_effect(toy: KnowledgeBase) -> None:
    expected = "Joint pain: higher than C/C; anastrozole; one study, uncorrected"
    assert expected == writer(toy).difference("higher", ("C/C",), "", RECORD)


def test_between_both_homozygotes(toy: KnowledgeBase) -> None:
    expected = "Joint pain: higher than A/A, lower than C/C; anastrozole; one study, uncorrected"
    assert expected == writer(toy).between(("A/A",), ("C/C",), RECORD)


@pytest.mark.parametrize(
    ("name", "fields", "expected"),
    [
        (
            "headline_no_difference",
            {"genotype": "A/C"},
            "Joint pain: no difference found; anastrozole",
        ),
        (
            "headline_unsettled",
            {"genotype": "A/C"},
            "Joint pain: cannot be settled for any genotype; anastrozole",
        ),
        ("headline_not_studied", {"genotype": "A/C"}, "Joint pain: no study had A/C"),
        (
            "headline_undetermined",
            {},
            "Joint pain: not determined, the possible genotypes differ",
        ),
        ("headline_not_assessed", {"status": "no call"}, "Joint pain: not assessed (no call)"),
    ],
)
def test_headlines_that_name_no_other_genotype(
    toy: KnowledgeBase, name: str, fields: dict[str, str], expected: str
) -> None:
    assert expected == writer(toy).plain(name, RECORD, **fields)


@pytest.mark.parametrize(
    ("source", "prefix"),
    [
        (RECORD, ""),
        (CallSource.REFERENCE_BLOCK, ""),
        (ASSERTED, "Asserted: "),
        (OTHER_STRAND, "Other strand: "),
    ],
)
def test_a_genotype_that_was_not_observed_on_this_strand_is_marked_first(
    toy: KnowledgeBase, source: CallSource, prefix: str
) -> None:
    made = writer(toy)
    assert [
        f"{prefix}Joint pain: higher than C/C (worse); anastrozole; one study, uncorrected",
        f"{prefix}Joint pain: higher than A/A, lower than C/C; anastrozole; one study, uncorrected",
        f"{prefix}Joint pain: no difference found; anastrozole",
    ] == [
        made.difference("higher", ("C/C",), "worse", source),
        made.between(("A/A",), ("C/C",), source),
        made.plain("headline_no_difference", source),
    ]


@pytest.mark.parametrize(
    ("level", "words"),
    [
        (Level.GUIDELINE, "named by a guideline"),
        (Level.REPLICATED, "replicated"),
        (Level.SINGLE_CORRECTED, "not replicated"),
        (Level.SINGLE_NOMINAL, "one study, uncorrected"),
        (Level.INDIRECT, "indirect evidence"),
        (Level.NOT_CONFIRMED, "not confirmed"),
        (Level.CONTRADICTED, "contradicted"),
        (Level.UNSETTLED, "unsettled"),
        (Level.NULL, "no difference found"),
        (Level.NOT_ASSESSABLE, "cannot be graded"),
    ],
)
def test_the_level_in_words(toy: KnowledgeBase, level: Level, words: str) -> None:
    assert words == level_words(level)
    headline = writer(toy, level=level).difference("higher", ("C/C",), "worse", RECORD)
    assert headline == f"Joint pain: higher than C/C (worse); anastrozole; {words}"


def test_every_level_has_words_of_its_own() -> None:
    assert len(Level) == len({level_words(level) for level in Level})


@pytest.mark.parametrize(
    ("basis", "drugs", "expected"),
    [
        pytest.param(DRUG, ("anastrozole",), "anastrozole", id="the-drug"),
        pytest.param(CLASS, ("letrozole",), "letrozole", id="one-of-its-class"),
        pytest.param(CLASS, ("letrozole", "exemestane"), "letrozole, exemestane", id="pooled"),
        pytest.param(OTHERS, ("tamoxifen",), "tamoxifen", id="other-drug"),
        pytest.param(OTHERS, (), "other drugs", id="no-drug-of-others"),
        pytest.param(LABORATORY, (), "laboratory", id="no-drug-in-the-laboratory"),
        pytest.param(CLASS, (), "aromatase inhibitors", id="no-drug-of-the-class"),
    ],
)
def test_the_drugs_of_the_results_are_named(
    toy: KnowledgeBase, basis: Basis, drugs: tuple[str, ...], expected: str
) -> None:
    made = writer(toy, basis=basis, drugs=drugs)
    headline = f"Joint pain: no difference found; {expected}"
    assert headline == made.plain("headline_no_difference", RECORD)


def test_one_drug_keeps_its_name_in_a_long_headline(toy: KnowledgeBase) -> None:
    """It is not called by its class, although that would be shorter."""
    drug = "an aromatase inhibitor, not told apart"
    made = writer(toy, "P" * 30, basis=CLASS, drugs=(drug,))
    expected = f"{'P' * 30}: higher than others; {drug}; one study, uncorrected"
    assert expected == made.difference("higher", ("G/G", "A/A", "C/C"), "worse", RECORD)


MANY_DRUGS = ("letrozole", "exemestane", "fadrozole")
GROUPS = ("G/G", "G/A")
NAMED, POOLED = ", ".join(MANY_DRUGS), "aromatase inhibitors"
SHORTENED = (
    # the greatest length of the outcome with this effect, these groups and drugs
    (30, " (worse)", "G/G or G/A", NAMED),
    (42, " (worse)", "G/G or G/A", POOLED),
    (46, " (worse)", "others", POOLED),
    (50, "", "G/G or G/A", POOLED),
    (54, "", "others", POOLED),
)


@pytest.mark.parametrize(("length", "effect", "groups", "drugs"), SHORTENED)
def test_a_long_headline_loses_drugs_then_groups_then_its_effect(
    toy: KnowledgeBase, length: int, effect: str, groups: str, drugs: str
) -> None:
    made = writer(toy, "p" * length, basis=CLASS, drugs=MANY_DRUGS)
    headline = made.difference("higher", GROUPS, "worse", RECORD)
    outcome = "P" + "p" * (length - 1)
    assert f"{outcome}: higher than {groups}{effect}; {drugs}; one study, uncorrected" == headline
    assert MAX_HEADLINE == len(headline)


def test_the_mark_of_an_assertion_counts_to_the_length(toy: KnowledgeBase) -> None:
    made = writer(toy, "P" * 30, basis=CLASS, drugs=MANY_DRUGS)
    headline = made.difference("higher", GROUPS, "worse", ASSERTED)
    rest = f": higher than G/G or G/A (worse); {POOLED}; one study, uncorrected"
    assert f"Asserted: {'P' * 30}{rest}" == headline


@pytest.mark.parametrize(
    ("length", "comparison", "drugs"),
    [
        (29, "higher than G/G, lower than A/A", NAMED),
        (41, "higher than G/G, lower than A/A", POOLED),
        (53, "between G/G and A/A", POOLED),
    ],
)
def test_a_long_headline_of_a_heterozygote_is_shortened(
    toy: KnowledgeBase, length: int, comparison: str, drugs: str
) -> None:
    made = writer(toy, "P" * length, basis=CLASS, drugs=MANY_DRUGS)
    expected = f"{'P' * length}: {comparison}; {drugs}; one study, uncorrected"
    assert expected == made.between(("G/G",), ("A/A",), RECORD)


def test_the_other_headlines_lose_their_drugs_only(toy: KnowledgeBase) -> None:
    made = writer(toy, "P" * 80, basis=CLASS, drugs=MANY_DRUGS)
    expected = f"{'P' * 80}: no difference found; {POOLED}"
    assert expected == made.plain("headline_no_difference", RECORD)


def test_a_long_genotype_does_not_make_a_headline_too_long(toy: KnowledgeBase) -> None:
    """The candidates of an open diplotype have up to 80 characters."""
    candidates = "*28/[*18 + *19 + *24 + *39 + *42] or [*18 + *24 + *39 + *42]/[*19 + *28]"
    made = writer(toy, "plasma level of the drug")
    headline = made.plain("headline_not_studied", OTHER_STRAND, genotype=candidates)
    assert len(headline) <= MAX_HEADLINE


def test_no_headline_of_a_genotype_is_too_long(curated: KnowledgeBase) -> None:
    """Of any variant, with both copies or one known, observed, asserted or on the other strand."""
    calls = {
        variant.id: [
            *(
                called("/".join(pair), source)
                for pair in itertools.combinations_with_replacement(variant.alleles, 2)
                for source in (RECORD, ASSERTED, OTHER_STRAND)
            ),
            *(partial(allele, ".") for allele in variant.alleles),
        ]
        for variant in curated.variants
    }
    n_people = max(map(len, calls.values()))
    people = {name: [*x, *[x[0]] * (n_people - len(x))] for name, x in calls.items()}
    headlines = {
        conclusion.headline
        for result in annotated(curated, people).associations
        for conclusion in result.conclusions
    }
    assert len(headlines) > len(curated.associations)
    assert [] == sorted(text for text in headlines if len(text) > MAX_HEADLINE)
