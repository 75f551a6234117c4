"""Both sides of a comparison carry the finding, each seen from its own side."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path

import pytest
from helpers.synthetic_calls import annotated, called, partial
from helpers.toy_overlays import (
    association_entry,
    result_entry,
    section,
    variant_entry,
    written_overlay,
)

from pgx_ana.annotation import Conclusion
from pgx_ana.knowledge import Direction, KnowledgeBase, load
from pgx_ana.model import Call
from pgx_ana.terms import CallSource

STATEMENT = "Carriers of A lived longer than C/C."
SINGLE = "on anastrozole [weak evidence]"

Conclude = Callable[..., Conclusion]


def conclusion(knowledge: KnowledgeBase, association: str, call: Call) -> Conclusion:
    """Return the conclusion of an association on a call of its variant."""
    variant = str(knowledge.associations[association].variant)
    results = annotated(knowledge, {variant: [call]}).associations
    ((found,),) = (item.conclusions for item in results if item.association.id == association)
    return found


@pytest.fixture
def conclude(toy_directory: Path, tmp_path: Path) -> Conclude:
    """Return a function that concludes on a call of rs6 from what was found for its genotypes."""

    def found(genotypes: Mapping[str, str], outcome: str, call: Call) -> Conclusion:
        difference = {
            "result": "association",
            "alleles": "{rs6: T}",
            "direction": genotypes["T/T"],
            "significance": "nominal",
        }
        made = result_entry(
            "rs6-result",
            variants="[rs6]",
            drugs="[anastrozole]",
            outcome=outcome,
            **(difference if genotypes["T/T"] in {"higher", "lower"} else {}),
        )
        claim = association_entry(
            "rs6-found",
            genotypes,
            variant="rs6",
            outcome=outcome,
            drug="anastrozole",
            evidence=f"[rs6-result{', two-rs2-level-null' if outcome == 'level' else ''}]",
            caution="Nothing else.",
        )
        sections = (section("evidence", made), section("associations", claim))
        knowledge = load([toy_directory, written_overlay(tmp_path / "found", *sections)])
        return conclusion(knowledge, "rs6-found", call)

    return found


@pytest.mark.parametrize(
    ("genotype", "expected"),
    [
        (
            "A/A",
            Conclusion(
                "higher",
                ("C/C",),
                "better",
                "Survival: higher than C/C (better), on anastrozole [limited evidence]",
                STATEMENT,
                "",
            ),
        ),
        (
            "A/C",
            Conclusion(
                "higher",
                ("C/C",),
                "better",
                "Survival: higher than C/C (better), on anastrozole [limited evidence]",
                STATEMENT,
                "",
            ),
        ),
        (
            "C/C",
            Conclusion(
                "lower",
                ("A/A", "A/C"),
                "worse",
                "Survival: lower than A/A or A/C (worse), on anastrozole [limited evidence]",
                STATEMENT,
                "",
            ),
        ),
    ],
)
def test_each_side_is_compared_with_the_other(
    toy: KnowledgeBase, genotype: str, expected: Conclusion
) -> None:
    assert expected == conclusion(toy, "rs1-survival", called(genotype))


PER_ALLELE = {"G/G": "lower", "G/T": "between", "T/T": "higher"}


@pytest.mark.parametrize(
    ("genotype", "expected"),
    [
        ("G/G", ("lower", ("T/T",), "better", f"Joint pain: lower than T/T (better), {SINGLE}")),
        (
            "G/T",
            (
                "between",
                ("G/G", "T/T"),
                "",
                f"Joint pain: higher than G/G, lower than T/T, {SINGLE}",
            ),
        ),
        ("T/T", ("higher", ("G/G",), "worse", f"Joint pain: higher than G/G (worse), {SINGLE}")),
    ],
)
def test_the_heterozygote_of_a_result_per_allele_is_between(
    conclude: Conclude, genotype: str, expected: tuple[str, tuple[str, ...], str, str]
) -> None:
    found = conclude(PER_ALLELE, "pain", called(genotype))
    assert expected == (found.direction, found.compared_with, found.effect, found.headline)


@pytest.mark.parametrize(
    ("genotypes", "compared_with"),
    [
        ({"G/G": "higher", "G/T": "between", "T/T": "lower"}, ("T/T", "G/G")),
        ({"G/G": "lower", "G/T": "between", "T/T": "higher"}, ("G/G", "T/T")),
    ],
)
def test_between_names_the_lower_genotype_first(
    conclude: Conclude, genotypes: dict[str, str], compared_with: tuple[str, ...]
) -> None:
    assert compared_with == conclude(genotypes, "pain", called("G/T")).compared_with


EFFECTS = {
    # outcome: effect of a higher and of a lower one
    "survival": ("better", "worse"),
    "relapse": ("worse", "better"),
    "level": ("neutral", "neutral"),
    "pain": ("worse", "better"),
}


@pytest.mark.parametrize(("outcome", "effects"), EFFECTS.items(), ids=EFFECTS)
def test_the_outcome_decides_whether_a_difference_is_better(
    conclude: Conclude, outcome: str, effects: tuple[str, str]
) -> None:
    genotypes = {"G/G": "lower", "G/T": "lower", "T/T": "higher"}
    sides = [conclude(genotypes, outcome, called(genotype)) for genotype in ("T/T", "G/T")]
    assert effects == tuple(side.effect for side in sides)
    for side, effect in zip(sides, effects, strict=True):
        assert f"than {' or '.join(side.compared_with)} ({effect}), on " in side.headline


@pytest.mark.parametrize(
    ("direction", "compared_with", "headline"),
    [
        ("no_difference", ("G/G", "T/T"), "Joint pain: no difference found on anastrozole"),
        ("not_studied", (), "Joint pain: no usable result for G/T"),
    ],
)
def test_without_a_difference_there_is_no_effect(
    conclude: Conclude, direction: str, compared_with: tuple[str, ...], headline: str
) -> None:
    genotypes = {"G/G": "no_difference", "G/T": direction, "T/T": "no_difference"}
    expected = Conclusion(direction, compared_with, "", headline, "Made up.", "Nothing else.")
    assert expected == conclude(genotypes, "pain", called("G/T"))


def test_what_is_unsettled_is_so_for_every_genotype(toy_haplotypes: KnowledgeBase) -> None:
    headline = "Plasma level: cannot be settled for any genotype, on anastrozole"
    others = {"A/A": ("A/C", "C/C"), "A/C": ("A/A", "C/C"), "C/C": ("A/A", "A/C")}
    assert {
        genotype: Conclusion("unsettled", compared_with, "", headline, "Not told apart.", "")
        for genotype, compared_with in others.items()
    } == {
        genotype: conclusion(toy_haplotypes, "rs1-level", called(genotype)) for genotype in others
    }


def test_a_genotype_that_no_study_had_is_compared_with_none(toy: KnowledgeBase) -> None:
    headline = "Plasma level: no usable result for C/T"
    expected = Conclusion("not_studied", (), "", headline, "No difference.", "")
    assert expected == conclusion(toy, "rs2-level", called("C/T"))
    studied = conclusion(toy, "rs2-level", called("A/C"))
    assert ("A/A", "C/C") == studied.compared_with


def test_two_possible_genotypes_of_one_group_give_one_sentence(toy: KnowledgeBase) -> None:
    """One copy is A: A/A and A/C are on one side, so that the other copy does not matter."""
    expected = conclusion(toy, "rs1-survival", called("A/C"))
    assert expected == conclusion(toy, "rs1-survival", partial("A", "."))
    assert expected == conclusion(toy, "rs1-survival", partial("A"))


def test_two_possible_genotypes_without_a_difference_are_compared_with_the_third(
    conclude: Conclude,
) -> None:
    genotypes = dict.fromkeys(("G/G", "G/T", "T/T"), "no_difference")
    assert ("T/T",) == conclude(genotypes, "pain", partial("G", ".")).compared_with


def test_possible_genotypes_of_both_groups_give_no_finding(conclude: Conclude) -> None:
    """Not even if one of them is between the others."""
    assert {
        Conclusion(
            "undetermined",
            (),
            "",
            "Joint pain: not determined, the possible genotypes differ",
            "What was found differs between the possible genotypes (G/G, G/T). Not known: the "
            "other copy (one copy missing).",
            "Nothing else.",
        )
    } == {
        conclude(genotypes, "pain", partial("G", "."))
        for genotypes in (PER_ALLELE, {"G/G": "lower", "G/T": "higher", "T/T": "higher"})
    }


COPIES = {
    "A/A": ("higher", ("one *2", "two *2"), "worse"),
    "A/C": ("lower", ("no *2",), "better"),
    "C/C": ("lower", ("no *2",), "better"),
}


@pytest.mark.parametrize(("genotype", "expected"), COPIES.items(), ids=COPIES)
def test_copies_of_a_haplotype_are_compared_by_its_name(
    toy_haplotypes: KnowledgeBase, genotype: str, expected: tuple[str, tuple[str, ...], str]
) -> None:
    found = of_set(toy_haplotypes, "AAA-2-pain", rs1=genotype)
    assert expected == (found.direction, found.compared_with, found.effect)


@pytest.mark.parametrize(
    ("rs2", "expected"),
    [
        ("C/C", ("higher", ("other diplotypes",), "better")),
        ("A/A", ("lower", ("*3/*3",), "worse")),
        ("A/C", ("not_studied", (), "")),
    ],
    ids=["the-diplotype", "another", "one-that-no-study-had"],
)
def test_diplotypes_are_compared(
    toy_haplotypes: KnowledgeBase, rs2: str, expected: tuple[str, tuple[str, ...], str]
) -> None:
    found = of_set(toy_haplotypes, "AAA-33-survival", rs2=rs2)
    assert expected == (found.direction, found.compared_with, found.effect)


@pytest.mark.parametrize(
    ("rs1", "expected"),
    [
        ("A/A", ("lower", ("intermediate metaboliser", "poor metaboliser"))),
        ("A/C", ("higher", ("normal metaboliser",))),
        ("C/C", ("higher", ("normal metaboliser",))),
    ],
)
def test_phenotypes_are_compared(
    toy_haplotypes: KnowledgeBase, rs1: str, expected: tuple[str, tuple[str, ...]]
) -> None:
    found = of_set(toy_haplotypes, "AAA-metaboliser-level", rs1=rs1)
    assert (*expected, "neutral") == (found.direction, found.compared_with, found.effect)


def test_what_is_undetermined_by_an_asserted_site_is_marked(
    toy_haplotypes: KnowledgeBase,
) -> None:
    """The phase of rs1 and rs2 is not known, and rs4 is not observed."""
    found = of_set(toy_haplotypes, "AAA-2-pain", "A/C", "A/C", source=CallSource.ASSERTED)
    expected = "Asserted: Joint pain: not determined, the possible genotypes differ"
    assert ("undetermined", expected) == (found.direction, found.headline)


def of_set(
    knowledge: KnowledgeBase,
    association: str,
    rs1: str = "A/A",
    rs2: str = "A/A",
    source: CallSource = CallSource.RECORD,
) -> Conclusion:
    """Return the conclusion of an association of haplotypes, with the reference at other sites.

    ``source`` is that of rs4.
    """
    calls = {
        "rs1": [called(rs1)],
        "rs2": [called(rs2)],
        "rs4": [called("G/G", source)],
        "rs5": [called("GCA/GCA")],
    }
    ((found,),) = (
        item.conclusions
        for item in annotated(knowledge, calls).associations
        if item.association.id == association
    )
    return found


ALLELES = ("A", "C", "G", "T")
OF_FOUR = ["/".join(pair) for pair in itertools.combinations_with_replacement(ALLELES, 2)]


def of_four_alleles(
    toy_directory: Path, folder: Path, higher: Collection[str], genotype: str
) -> Conclusion:
    """Return the conclusion on a variant of four alleles, from its genotypes with more pain."""
    locus = 'chrom: "1", ref: A, pos:'
    made = variant_entry("rs9", "A C G T", grch37=f"{locus} 680", grch38=f"{locus} 630")
    base = next(allele for allele in ALLELES if f"{allele}/{allele}" in higher)
    found = result_entry(
        "rs9-result",
        variants="[rs9]",
        drugs="[anastrozole]",
        outcome="pain",
        result="association",
        alleles=f"{{rs9: {base}}}",
        direction="higher",
        significance="nominal",
    )
    genotypes = {key: "higher" if key in higher else "lower" for key in OF_FOUR}
    claim = association_entry(
        "rs9-pain",
        genotypes,
        variant="rs9",
        outcome="pain",
        drug="anastrozole",
        evidence="[rs9-result]",
    )
    sections = (section("variants", made), section("evidence", found))
    overlay = written_overlay(folder / "four", *sections, section("associations", claim))
    return conclusion(load([toy_directory, overlay]), "rs9-pain", called(genotype))


CARRIERS_OF_C = [genotype for genotype in OF_FOUR if "C" in genotype]


@pytest.mark.parametrize(
    ("higher", "genotype", "told"),
    [
        pytest.param(CARRIERS_OF_C, "A/A", "lower than carriers of C (better)", id="one-allele"),
        pytest.param(
            [*CARRIERS_OF_C, "G/G"],
            "A/A",
            "lower than A/C, C/C, C/G, C/T or G/G (better)",
            id="and-another-genotype",
        ),
        pytest.param(
            ["A/C", "C/C", "C/G"], "A/A", "lower than A/C, C/C or C/G (better)", id="three"
        ),
    ],
)
def test_many_genotypes_are_the_carriers_of_the_allele_that_only_they_have(
    toy_directory: Path, tmp_path: Path, higher: list[str], genotype: str, told: str
) -> None:
    found = of_four_alleles(toy_directory, tmp_path, higher, genotype)
    headline = f"Joint pain: {told}, on anastrozole [weak evidence]"
    assert (tuple(higher), headline) == (found.compared_with, found.headline)


def test_curated_comparisons_are_seen_from_both_sides(curated: KnowledgeBase) -> None:
    """A genotype is compared with those that are compared with it, and with opposite effect."""
    seen = 0
    for name, by_genotype in curated_conclusions(curated):
        opposite = {"better": "worse", "worse": "better", "neutral": "neutral"}
        for genotype, found in by_genotype.items():
            if found.direction not in {"higher", "lower"}:
                continue
            others = [by_genotype[other] for other in found.compared_with]
            expected = {"higher": "lower", "lower": "higher"}[found.direction]
            sides = {(expected, opposite[found.effect])}
            assert sides == {(other.direction, other.effect) for other in others}, name
            assert all(genotype in other.compared_with for other in others), name
            seen += 1
    assert seen > 100


def curated_conclusions(
    curated: KnowledgeBase,
) -> Iterator[tuple[str, dict[str, Conclusion]]]:
    """Yield the conclusions of each association of a variant, by genotype."""
    for variant in curated.variants:
        genotypes = [
            "/".join(pair) for pair in itertools.combinations_with_replacement(variant.alleles, 2)
        ]
        people = {variant.id: [called(genotype) for genotype in genotypes]}
        for result in annotated(curated, people).associations:
            yield (
                result.association.id,
                dict(zip(genotypes, result.conclusions, strict=True)),
            )


def test_directions_are_those_of_the_association(curated: KnowledgeBase) -> None:
    words = {direction.value for direction in Direction}
    found = {
        conclusion.direction
        for _, by_genotype in curated_conclusions(curated)
        for conclusion in by_genotype.values()
    }
    assert words == found
