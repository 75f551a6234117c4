"""Names of chromosomes, and their estimated frequencies."""

from __future__ import annotations

import itertools

import pytest
from helpers.toy_chromosomes import NAMES, small_set
from hypothesis import given
from hypothesis import strategies as st

from pgx_ana.haplotypes import Label, Nomenclature
from pgx_ana.haplotypes.chromosomes import Chromosomes, LabelledChromosomes
from pgx_ana.haplotypes.panel import Alleles, PartialAlleles
from pgx_ana.terms import GLOBAL

STAR = {"*1": "", "*2": "1C", "*3": "2C", "*4": "1C 2C", "*5": "4GT"}


def partial_alleles(words: str) -> PartialAlleles:
    """Return alleles from words, None for a dot."""
    return tuple(None if word == "." else word for word in words.split())


def labelled(nomenclature: Nomenclature, partial: PartialAlleles) -> LabelledChromosomes:
    chromosomes = Chromosomes(nomenclature)
    return chromosomes.labelled(chromosomes.code(partial))


def label_texts(nomenclature: Nomenclature, words: str) -> list[str]:
    return [label.text for label, _ in labelled(nomenclature, partial_alleles(words))]


def test_sets_of_the_toy_knowledge_base(star: Nomenclature, named: Nomenclature) -> None:
    assert ("AAA-star", "AAA", "AAA star alleles") == (star.id, star.gene, star.name)
    assert ("AAA-pair", "AAA", "AAA rs1-rs3 haplotypes") == (named.id, named.gene, named.name)
    assert (("rs1", "rs2", "rs4"), ("rs1", "rs3")) == (star.sites, named.sites)
    assert ({"rs5": "GCA"}, {}) == (star.further_sites, named.further_sites)
    assert (("A", "A", "G"), ()) == (star.default_alleles, named.default_alleles)
    assert (frozenset("AC"), frozenset("ACT"), frozenset({"G", "GT"})) == star.known_alleles
    assert ["*1", "*2", "*3", "*4", "*5"] == [haplotype.name for haplotype in star.haplotypes]
    assert {"rs5": "G"} == star.haplotypes[1].usual


@pytest.mark.parametrize(("alleles", "name"), NAMES.items())
def test_every_chromosome_of_the_toy_set(star: Nomenclature, alleles: Alleles, name: str) -> None:
    label = star.label(alleles)

    assert name == label.text
    assert ((label, (alleles,)),) == labelled(star, alleles)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("A A G", Label("*1", (0,))),
        ("C A G", Label("*2", (1,))),
        ("C C G", Label("*4", (3,))),
        ("C A GT", Label("[*2 + *5]", (1, 4))),
        ("C C GT", Label("[*4 + *5]", (3, 4))),
        ("A T G", Label("[*1 + rs2 T]", (0,), ("rs2 T",))),
        ("C T GT", Label("[*2 + *5 + rs2 T]", (1, 4), ("rs2 T",))),
        ("G A G", Label("[? + rs1 G]", (), ("rs1 G",), unknown=True)),
        ("G C G", Label("[? + *3 + rs1 G]", (2,), ("rs1 G",), unknown=True)),
        ("G T G", Label("[? + rs1 G + rs2 T]", (), ("rs1 G", "rs2 T"), unknown=True)),
        ("* A G", Label("[? + rs1 *]", (), ("rs1 *",), unknown=True)),
        ("* * G", Label("[? + rs1 * + rs2 *]", (), ("rs1 *", "rs2 *"), unknown=True)),
    ],
)
def test_label(words: str, expected: Label) -> None:
    label = small_set(STAR).label(tuple(words.split()))

    assert expected == label
    assert (not expected.text.startswith("[")) == label.exact


LARGEST = {
    "the largest is first": ({"*1": "", "*4": "1C 2C", "*2": "1C"}, "C C G", "*4"),
    "the largest is last": ({"*2": "1C", "*4": "1C 2C", "*1": ""}, "C C G", "*4"),
    "the rest is named": (
        {"*5": "4GT", "*4": "1C 2C", "*1": ""},
        "C C GT",
        "[*4 + *5]",
    ),
    "the first of two of one size": (
        {"*1": "", "*7": "1C 2C", "*8": "2C 4GT"},
        "C C GT",
        "[*7 + rs4 GT]",
    ),
    "the first of two in the other order": (
        {"*1": "", "*8": "2C 4GT", "*7": "1C 2C"},
        "C C GT",
        "[*8 + rs1 C]",
    ),
    "part of a core is not enough": ({"*1": "", "*7": "1C 2C"}, "C A G", "[*1 + rs1 C]"),
    "another allele is not enough": ({"*1": "", "*7": "1C 2C"}, "C T G", "[*1 + rs1 C + rs2 T]"),
    "two alleles of one site": (
        {"*1": "", "*3": "2C", "*33": "2T"},
        "A T G",
        "*33",
    ),
    "in the order of the set": ({"*1": "", "*5": "4GT", "*2": "1C"}, "C A GT", "[*5 + *2]"),
}


@pytest.mark.parametrize(("haplotypes", "words", "expected"), LARGEST.values(), ids=LARGEST)
def test_largest_core_first(haplotypes: dict[str, str], words: str, expected: str) -> None:
    assert expected == small_set(haplotypes).label(tuple(words.split())).text


@pytest.mark.parametrize("state", ["retired", "not_callable"])
def test_haplotypes_that_are_not_current_are_never_named(state: str) -> None:
    """Neither on a chromosome of their own, nor with further alleles, nor as a possibility."""
    nomenclature = small_set(STAR, fields={"*4": {"state": state, "note": "made up"}})

    assert ["*1", "*2", "*3", "*5"] == [haplotype.name for haplotype in nomenclature.haplotypes]
    assert ["[*2 + *3]"] == label_texts(nomenclature, "C C G")
    assert ["[*2 + *3 + *5]"] == label_texts(nomenclature, "C C GT")
    assert ["*2"] == label_texts(nomenclature, "C . G")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("A T", Label("A-T", (0,))),
        ("A C", Label("A-C", (1,))),
        ("C C", Label("C-C", (2,))),
        ("C T", Label("[rs1 C + rs3 T]", (), ("rs1 C", "rs3 T"))),
        ("G T", Label("[? + rs1 G + rs3 T]", (), ("rs1 G", "rs3 T"), unknown=True)),
    ],
)
def test_where_haplotypes_name_all_sites(named: Nomenclature, words: str, expected: Label) -> None:
    """There is no default allele, so a chromosome that is no haplotype is written in full."""
    assert expected == named.label(tuple(words.split()))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("A A .", ["*1", "*5"]),
        ("A . G", ["*1", "*3", "[*1 + rs2 T]"]),
        (". A G", ["*1", "*2"]),
        ("C . .", ["*2", "*4"]),
        (". . GT", ["*5"]),
        ("A . .", ["*1", "*3", "*5", "[*1 + rs2 T]"]),
        (". . .", ["*1", "*2", "*3", "*4", "*5", "[*1 + rs2 T]"]),
        ("A T .", ["[*1 + rs2 T]"]),
        # No listed chromosome fits, so the known alleles alone are named.
        ("C T .", ["[*2 + rs2 T]"]),
        (". C GT", ["[*3 + *5]"]),
        ("G . .", ["[? + rs1 G]"]),
        ("G C .", ["[? + *3 + rs1 G]"]),
        ("* . G", ["[? + rs1 *]"]),
    ],
)
def test_labels_of_a_partly_known_chromosome(
    star: Nomenclature, words: str, expected: list[str]
) -> None:
    """A missing site leaves every haplotype open that differs there."""
    assert expected == label_texts(star, words)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("A .", ["A-T", "A-C"]),
        (". C", ["A-C", "C-C"]),
        (". T", ["A-T"]),
        ("C .", ["C-C"]),
        ("G .", ["[? + rs1 G]"]),
    ],
)
def test_labels_of_a_partly_known_chromosome_where_haplotypes_name_all_sites(
    named: Nomenclature, words: str, expected: list[str]
) -> None:
    assert expected == label_texts(named, words)


def test_partly_known_chromosome_that_fits_no_haplotype() -> None:
    nomenclature = small_set(
        {"A-C-A": "1A 3C 5A", "C-A-A": "1C 3A 5A"}, sites=["rs1", "rs3", "rs5"], elsewhere="named"
    )

    assert ["[rs1 C + rs3 C]"] == label_texts(nomenclature, "C C .")


def test_labels_come_with_their_chromosomes(star: Nomenclature) -> None:
    chromosomes = {label.text: alleles for label, alleles in labelled(star, ("A", None, "G"))}

    expected = {
        "*1": (("A", "A", "G"),),
        "*3": (("A", "C", "G"),),
        "[*1 + rs2 T]": (("A", "T", "G"),),
    }
    assert expected == chromosomes
    assert ((star.label(("C", "A", "GT")), ()),) == labelled(star, ("C", None, "GT"))


def test_listed_chromosomes_are_those_defined_and_those_counted() -> None:
    nomenclature = small_set(
        {"*1": "", "*2": "1C"},
        sites=["rs1", "rs2"],
        counts=[{"1C": {"EUR": 3}, "2T": {"AFR": 1}}, {"2C": {"EUR": 1}}],
    )

    expected = [("A", "A"), ("C", "A"), ("A", "C"), ("A", "T")]
    assert expected == [alleles for alleles, _ in nomenclature.chromosomes]
    assert ["*1", "*2", "[*1 + rs2 C]", "[*1 + rs2 T]"] == label_texts(nomenclature, ". .")


def test_rank(star: Nomenclature) -> None:
    """Named haplotypes come first, in the order of the set; all other chromosomes follow."""
    ordered = sorted((star.label(alleles) for alleles in NAMES), key=lambda label: label.rank)

    expected = [
        *("*1", "*2", "*3", "*4", "*5"),
        *("[*1 + rs2 T]", "[*2 + rs2 T]", "[*2 + *5 + rs2 T]", "[*2 + *5]"),
        *("[*3 + *5]", "[*4 + *5]", "[*5 + rs2 T]"),
    ]
    assert expected == [label.text for label in ordered]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("A A G", "normal"),
        ("C A G", "decreased"),
        ("A C G", ""),
        ("A A GT", "decreased"),
        ("C A GT", ""),
        ("A T G", ""),
        ("* A G", ""),
    ],
)
def test_function(star: Nomenclature, words: str, expected: str) -> None:
    """A function belongs to a haplotype; with any further allele none is assigned."""
    assert expected == star.function(star.label(tuple(words.split())))


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("A A G", "A A G", "normal metaboliser"),
        ("A A G", "C A G", "intermediate metaboliser"),
        ("C A G", "A A GT", "poor metaboliser"),
        ("A A G", "A C G", ""),
        ("A C G", "A C G", ""),
        ("A A G", "C A GT", ""),
    ],
)
def test_phenotype(star: Nomenclature, first: str, second: str, expected: str) -> None:
    labels = [star.label(tuple(words.split())) for words in (first, second)]

    assert expected == star.phenotype(*labels)
    assert expected == star.phenotype(*reversed(labels))


def test_phenotype_does_not_depend_on_the_order_of_functions() -> None:
    rules = [{"phenotype": "between", "functions": ["none/full"]}]
    functions = {"*1": {"function": "full"}, "*2": {"function": "none"}}
    nomenclature = small_set(STAR, fields=functions, phenotypes=rules)

    assert "between" == nomenclature.phenotype(
        nomenclature.label(("A", "A", "G")), nomenclature.label(("C", "A", "G"))
    )


def test_has_functions(star: Nomenclature, named: Nomenclature) -> None:
    assert (True, False) == (star.has_functions, named.has_functions)


def test_panels_are_pooled() -> None:
    nomenclature = small_set(
        {"*1": "", "*2": "1C"},
        sites=["rs1"],
        counts=[{"": {"EUR": 3, "AFR": 1}, "1C": {"EUR": 1}}, {"1C": {"EUR": 5}}],
    )
    # A population without counted chromosomes is left out.
    expected = {
        "EUR": {("A",): 3, ("C",): 6},
        "AFR": {("A",): 1, ("C",): 0},
        GLOBAL: {("A",): 4, ("C",): 6},
    }
    assert expected == nomenclature.panel.counts


def test_frequency_of_a_small_panel() -> None:
    """Of 4 chromosomes, 3 have A and 1 has C; with pseudocounts of one half, 3.5 and 1.5.

    The prior of one chromosome is thus split into 0.7 and 0.3: (3 + 0.7) / 5 and (1 + 0.3) / 5.
    """
    panel = {"": {"EUR": 3}, "1C": {"EUR": 1}}
    nomenclature = small_set({"*1": "", "*2": "1C"}, sites=["rs1"], counts=[panel])
    expected = {("A",): 0.74, ("C",): 0.26, ("G",): 0}

    assert pytest.approx(expected) == {a: nomenclature.panel.frequency(a, "EUR") for a in expected}


@pytest.mark.parametrize(
    ("alleles", "count", "independent"),
    [
        (("A", "A", "G"), 70, 89.5 * 80.5 * 100.5),
        (("C", "C", "G"), 1, 11.5 * 11.5 * 100.5),
        (("A", "T", "G"), 9, 89.5 * 9.5 * 100.5),
        (("A", "A", "GT"), 0, 89.5 * 80.5 * 0.5),
        (("C", "T", "GT"), 0, 11.5 * 9.5 * 0.5),
    ],
)
def test_frequency_in_the_toy_panel(
    star: Nomenclature, alleles: Alleles, count: int, independent: float
) -> None:
    """Of 100 chromosomes, 89 have A and 11 C at rs1; 80 A, 11 C and 9 T at rs2; all G at rs4."""
    expected = (count + independent / (101 * 101.5 * 101)) / 101
    assert expected == pytest.approx(star.panel.frequency(alleles, "EUR"))


COMBINATIONS = ("", "1C", "2C", "2T", "1C 2C", "1C 2T", "4GT", "1C 4GT", "2C 4GT", "2T 4GT")
PANELS = st.dictionaries(st.sampled_from(COMBINATIONS), st.integers(1, 3000), min_size=1)


@given(panel=PANELS)
def test_frequencies_are_a_probability_distribution(panel: dict[str, int]) -> None:
    """No frequency is zero, all sum to one, and uncounted chromosomes are the rarest."""
    nomenclature = small_set(
        STAR, counts=[{words: {"SAS": count} for words, count in panel.items()}]
    )
    frequency: dict[Alleles, float] = {
        alleles: nomenclature.panel.frequency(alleles, "SAS")
        for alleles in itertools.product("AC", "ACT", ("G", "GT"))
    }
    counted = {alleles for alleles, count in nomenclature.panel.counts["SAS"].items() if count}

    assert len(panel) == len(counted)
    assert all(value > 0 for value in frequency.values())
    assert 1 == pytest.approx(sum(frequency.values()))
    highest_uncounted = max(value for alleles, value in frequency.items() if alleles not in counted)
    assert highest_uncounted < min(frequency[alleles] for alleles in counted)
