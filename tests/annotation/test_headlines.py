"""Headlines: the conclusion in one line, with its drugs and how firm it is."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import pytest
from helpers.synthetic_calls import people_with_every_genotype

from pgx_ana.annotation.headlines import MAX_HEADLINE, HeadlineWriter, level_words
from pgx_ana.knowledge import Basis, BasisKind, KnowledgeBase, Level
from pgx_ana.terms import CallSource

RECORD, ASSERTED, OTHER_STRAND = (
    CallSource.RECORD,
    CallSource.ASSERTED,
    CallSource.OTHER_STRAND,
)
DRUG = Basis(
    kind=BasisKind.DRUG,
    name="anastrozole",
    drugs=("anastrozole",),
    n=100,
    estimate="",
    settings=(),
    has_null_on_drug=False,
)
CLASS = dataclasses.replace(DRUG, kind=BasisKind.DRUG_CLASS, name="aromatase_inhibitors")
OTHERS = dataclasses.replace(DRUG, kind=BasisKind.OTHER_DRUGS, name="other_drugs")
FIRM = "on anastrozole [weak evidence]"
LABORATORY = dataclasses.replace(DRUG, kind=BasisKind.LABORATORY, name="laboratory")


def writer(
    knowledge: KnowledgeBase,
    outcome: str = "joint pain",
    level: Level = Level.SINGLE_NOMINAL,
    basis: Basis = DRUG,
    drugs: Sequence[str] = ("anastrozole",),
) -> HeadlineWriter:
    """Return the writer of an association with one result on the drug, unless given otherwise."""
    return HeadlineWriter(knowledge.messages, outcome, level, basis, drugs, "anastrozole")


def test_one_side_of_a_comparison(toy: KnowledgeBase) -> None:
    expected = "Joint pain: lower than A/A or A/C (better), on anastrozole [weak evidence]"
    assert expected == writer(toy).difference("lower", ("A/A", "A/C"), "better", RECORD)


def test_a_difference_without_an_effect(toy: KnowledgeBase) -> None:
    expected = "Joint pain: higher than C/C, on anastrozole [weak evidence]"
    assert expected == writer(toy).difference("higher", ("C/C",), "", RECORD)


def test_between_both_homozygotes(toy: KnowledgeBase) -> None:
    expected = f"Joint pain: higher than A/A, lower than C/C, {FIRM}"
    assert expected == writer(toy).between(("A/A",), ("C/C",), RECORD)


@pytest.mark.parametrize(
    ("name", "fields", "expected"),
    [
        ("headline_no_difference", {}, "Joint pain: no difference found on anastrozole"),
        (
            "headline_unsettled",
            {},
            "Joint pain: cannot be settled for any genotype, on anastrozole",
        ),
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
    assert expected == writer(toy, level=Level.NULL).plain(name, RECORD, **fields)


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
        f"{prefix}Joint pain: higher than C/C (worse), {FIRM}",
        f"{prefix}Joint pain: higher than A/A, lower than C/C, {FIRM}",
        f"{prefix}Joint pain: cannot be settled for any genotype, on anastrozole",
    ] == [
        made.difference("higher", ("C/C",), "worse", source),
        made.between(("A/A",), ("C/C",), source),
        made.plain("headline_unsettled", source),
    ]


@pytest.mark.parametrize(
    ("level", "words"),
    [
        (Level.GUIDELINE, "named by a guideline"),
        (Level.REPLICATED, "replicated"),
        (Level.SINGLE_CORRECTED, "limited evidence"),
        (Level.SINGLE_NOMINAL, "weak evidence"),
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
    assert headline == f"Joint pain: higher than C/C (worse), on anastrozole [{words}]"


@pytest.mark.parametrize(
    ("level", "told"),
    [
        (Level.REPLICATED, " [replicated]"),
        (Level.SINGLE_NOMINAL, " [weak evidence]"),
        (Level.CONTRADICTED, " [contradicted]"),
        (Level.NOT_CONFIRMED, " [not confirmed]"),
        (Level.NULL, ""),
        (Level.UNSETTLED, ""),
        (Level.NOT_ASSESSABLE, ""),
    ],
)
def test_no_difference_is_qualified_where_one_was_found(
    toy: KnowledgeBase, level: Level, told: str
) -> None:
    headline = writer(toy, level=level).plain("headline_no_difference", RECORD)
    assert headline == f"Joint pain: no difference found on anastrozole{told}"


def test_every_level_has_words_of_its_own() -> None:
    assert len(Level) == len({level_words(level) for level in Level})


ONE_DRUG, MANY_DRUGS = ("letrozole",), ("letrozole", "exemestane", "fadrozole")
NAMED, POOLED = "letrozole, exemestane or fadrozole", "aromatase inhibitors"


@pytest.mark.parametrize(
    ("basis", "drugs", "expected"),
    [
        pytest.param(DRUG, ("anastrozole",), "on anastrozole", id="the-drug"),
        pytest.param(CLASS, ONE_DRUG, "on letrozole", id="one-of-its-class"),
        pytest.param(CLASS, MANY_DRUGS[:2], "on letrozole or exemestane", id="pooled"),
        pytest.param(CLASS, MANY_DRUGS, f"on {NAMED}", id="three-pooled"),
        pytest.param(OTHERS, ("tamoxifen",), "on tamoxifen", id="other-drug"),
        pytest.param(
            OTHERS, ("anastrozole", "tamoxifen"), "on anastrozole or tamoxifen", id="pooled-others"
        ),
        pytest.param(LABORATORY, ("anastrozole",), "in the laboratory", id="laboratory"),
    ],
)
def test_the_drugs_of_the_results_are_named(
    toy: KnowledgeBase, basis: Basis, drugs: tuple[str, ...], expected: str
) -> None:
    """In the laboratory, nobody was treated with the drug."""
    made = writer(toy, basis=basis, drugs=drugs)
    assert [
        f"Joint pain: higher than C/C (worse), {expected} [weak evidence]",
        f"Joint pain: higher than A/A, lower than C/C, {expected} [weak evidence]",
        f"Joint pain: no difference found {expected} [weak evidence]",
        f"Joint pain: cannot be settled for any genotype, {expected}",
    ] == [
        made.difference("higher", ("C/C",), "worse", RECORD),
        made.between(("A/A",), ("C/C",), RECORD),
        made.plain("headline_no_difference", RECORD),
        made.plain("headline_unsettled", RECORD),
    ]


@pytest.mark.parametrize(
    ("basis", "drug", "expected"),
    [
        (DRUG, "anastrozole", "on anastrozole"),
        (CLASS, "an inhibitor not named", "on an inhibitor not named"),
        (OTHERS, "treatment not stated", "on other drugs"),
        (LABORATORY, "anastrozole", "in the laboratory"),
    ],
    ids=["the-drug", "one-of-its-class", "other-drug", "laboratory"],
)
def test_one_drug_of_the_class_keeps_its_name_in_a_long_headline(
    toy: KnowledgeBase, basis: Basis, drug: str, expected: str
) -> None:
    made = writer(toy, "P" * 110, Level.NULL, basis, (drug,))
    headline = made.plain("headline_no_difference", RECORD)
    assert f"{'P' * 110}: no difference found {expected}" == headline


NULL_ON_DRUG = "weak evidence, null on anastrozole"


@pytest.mark.parametrize(
    ("basis", "drugs", "level"),
    [
        (CLASS, ONE_DRUG, NULL_ON_DRUG),
        (OTHERS, ("tamoxifen",), NULL_ON_DRUG),
        (LABORATORY, ("anastrozole",), NULL_ON_DRUG),
        (DRUG, ("anastrozole",), "weak evidence"),
    ],
    ids=["class", "other-drugs", "laboratory", "the-drug-itself"],
)
def test_a_null_on_the_drug_is_told_beside_what_was_found_without_it(
    toy: KnowledgeBase, basis: Basis, drugs: tuple[str, ...], level: str
) -> None:
    made = writer(toy, basis=dataclasses.replace(basis, has_null_on_drug=True), drugs=drugs)
    place = "in the laboratory" if basis is LABORATORY else f"on {drugs[0]}"
    assert [
        f"Joint pain: higher than C/C (worse), {place} [{level}]",
        f"Joint pain: higher than A/A, lower than C/C, {place} [{level}]",
    ] == [
        made.difference("higher", ("C/C",), "worse", RECORD),
        made.between(("A/A",), ("C/C",), RECORD),
    ]


@pytest.mark.parametrize(
    ("length", "told"),
    [
        (39, f"higher than C/C (worse), on letrozole [{NULL_ON_DRUG}]"),
        (47, f"higher than C/C, on letrozole [{NULL_ON_DRUG}]"),
        (53, "higher than C/C (worse), on letrozole [weak evidence]"),
    ],
)
def test_a_null_on_the_drug_is_the_last_that_a_long_headline_loses(
    toy: KnowledgeBase, length: int, told: str
) -> None:
    basis = dataclasses.replace(CLASS, has_null_on_drug=True)
    made = writer(toy, "P" * length, basis=basis, drugs=ONE_DRUG)
    headline = made.difference("higher", ("C/C",), "worse", RECORD)
    assert f"{'P' * length}: {told}" == headline


GROUPS = ("G/G", "G/A")
SHORTENED = (
    # the greatest length of the outcome with this effect, these groups and drugs
    (33, " (worse)", "G/G or G/A", NAMED),
    (47, " (worse)", "G/G or G/A", POOLED),
    (51, " (worse)", "others", POOLED),
    (55, "", "G/G or G/A", POOLED),
    (59, "", "others", POOLED),
)


@pytest.mark.parametrize(("length", "effect", "groups", "drugs"), SHORTENED)
def test_a_long_headline_loses_drugs_then_groups_then_its_effect(
    toy: KnowledgeBase, length: int, effect: str, groups: str, drugs: str
) -> None:
    made = writer(toy, "p" * length, basis=CLASS, drugs=MANY_DRUGS)
    headline = made.difference("higher", GROUPS, "worse", RECORD)
    outcome = "P" + "p" * (length - 1)
    expected = f"{outcome}: higher than {groups}{effect}, on {drugs} [weak evidence]"
    assert expected == headline
    assert MAX_HEADLINE == len(headline)


def test_the_mark_of_an_assertion_counts_to_the_length(toy: KnowledgeBase) -> None:
    length = SHORTENED[0][0]
    made = writer(toy, "P" * length, basis=CLASS, drugs=MANY_DRUGS)
    headline = made.difference("higher", GROUPS, "worse", ASSERTED)
    rest = f": higher than G/G or G/A (worse), on {POOLED} [weak evidence]"
    assert f"Asserted: {'P' * length}{rest}" == headline


@pytest.mark.parametrize(
    ("length", "comparison", "drugs"),
    [
        (32, "higher than G/G, lower than A/A", NAMED),
        (46, "higher than G/G, lower than A/A", POOLED),
        (58, "between G/G and A/A", POOLED),
    ],
)
def test_a_long_headline_of_a_heterozygote_is_shortened(
    toy: KnowledgeBase, length: int, comparison: str, drugs: str
) -> None:
    made = writer(toy, "P" * length, basis=CLASS, drugs=MANY_DRUGS)
    expected = f"{'P' * length}: {comparison}, on {drugs} [weak evidence]"
    assert expected == made.between(("G/G",), ("A/A",), RECORD)
    assert MAX_HEADLINE == len(expected)


def test_a_very_long_headline_of_a_heterozygote_names_no_genotype(toy: KnowledgeBase) -> None:
    """Repeats of many bases are named in the genotypes."""
    ends = ("/".join(["ACGT" * 12] * 2), "/".join(["ACGT" * 13] * 2))
    made = writer(toy, basis=CLASS, drugs=MANY_DRUGS)
    assert (
        "Joint pain: higher than one homozygote, lower than the other, on letrozole, exemestane or "
        "fadrozole [weak evidence]"
    ) == made.between((ends[0],), (ends[1],), RECORD)
    short = writer(toy, "p" * 36, basis=CLASS, drugs=MANY_DRUGS)
    assert (
        f"P{'p' * 35}: between one homozygote and the other, on {POOLED} [weak evidence]"
    ) == short.between((ends[0],), (ends[1],), RECORD)


def test_the_other_headlines_lose_their_drugs_only(toy: KnowledgeBase) -> None:
    made = writer(toy, "P" * 80, Level.NULL, CLASS, MANY_DRUGS)
    assert [
        f"{'P' * 80}: no difference found on {POOLED}",
        f"{'P' * 80}: cannot be settled for any genotype, on {POOLED}",
    ] == [made.plain(name, RECORD) for name in ("headline_no_difference", "headline_unsettled")]


@pytest.mark.parametrize(
    ("outcome", "source", "told"),
    [
        ("joint pain", RECORD, "A/C"),
        ("joint pain", ASSERTED, "A/C"),
        ("p" * 94, RECORD, "A/C"),
        ("p" * 95, RECORD, "this genotype"),
        ("p" * 81, OTHER_STRAND, "this genotype"),
    ],
)
def test_a_genotype_that_no_study_had_is_named_where_it_fits(
    toy: KnowledgeBase, outcome: str, source: CallSource, told: str
) -> None:
    prefix = {ASSERTED: "Asserted: ", OTHER_STRAND: "Other strand: "}.get(source, "")
    expected = f"{prefix}{outcome[0].upper()}{outcome[1:]}: no usable result for {told}"
    assert expected == writer(toy, outcome).not_studied("A/C", source)


def test_a_long_open_diplotype_is_not_named(toy: KnowledgeBase) -> None:
    """The candidates of an open diplotype have up to 80 characters."""
    candidates = "*28/[*18 + *19 + *24 + *39 + *42] or [*18 + *24 + *39 + *42]/[*19 + *28]"
    made = writer(toy, "plasma level of the drug")
    assert [
        f"Plasma level of the drug: no usable result for {candidates}",
        "Other strand: Plasma level of the drug: no usable result for this genotype",
    ] == [made.not_studied(candidates, source) for source in (RECORD, OTHER_STRAND)]


def test_no_headline_of_a_genotype_is_too_long_or_separates_items(curated: KnowledgeBase) -> None:
    """Of any variant, with both copies or one known, observed, asserted or on the other strand."""
    annotations = people_with_every_genotype(curated, (RECORD, ASSERTED, OTHER_STRAND))
    headlines = {
        conclusion.headline
        for result in annotations.associations
        for conclusion in result.conclusions
    }
    assert len(headlines) > len(curated.associations)
    assert [] == sorted(text for text in headlines if len(text) > MAX_HEADLINE)
    assert [] == sorted(text for text in headlines if ";" in text)
