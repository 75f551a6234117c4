"""The diplotypes that fit the genotypes of one person."""

from __future__ import annotations

import pytest
from helpers.toy_chromosomes import (
    NAMES,
    expected_diplotypes,
    expected_probabilities,
    genotypes,
    pair,
    single_diplotypes,
    small_set,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from pgx_ana.haplotypes import Diplotype, Nomenclature
from pgx_ana.haplotypes.diplotypes import call_diplotype
from pgx_ana.haplotypes.phasing import Genotype
from pgx_ana.terms import GLOBAL, POPULATIONS

FURTHER = {"rs5": ("GCA", "GCA")}
"""Reference on both copies of the further site."""


def call_words(nomenclature: Nomenclature, words: str, population: str = "") -> Diplotype:
    return call_diplotype(nomenclature, genotypes(words), FURTHER, population)


def candidate_texts(called: Diplotype) -> list[str]:
    return [candidate.text for candidate in called.candidates]


RESOLVED = {
    "reference": ("A/A A/A G/G", "determined", "*1/*1"),
    "one heterozygous site": ("A/A A/C G/G", "determined", "*1/*3"),
    "homozygous": ("C/C A/A G/G", "determined", "*2/*2"),
    "homozygous, not named": ("A/A T/T G/G", "determined", "[*1 + rs2 T]/[*1 + rs2 T]"),
    "one homozygous and one heterozygous site": ("C/C A/C G/G", "determined", "*2/*4"),
    "phased, in cis": ("A|C A|C G/G", "determined", "*1/*4"),
    "phased, in trans": ("A|C C|A G/G", "determined", "*2/*3"),
    "phased, one not named": ("A|C A|A G|GT", "determined", "*1/[*2 + *5]"),
    "homozygous sites in phase blocks of their own": ("A|C:1 C|C:2 G|G:3", "determined", "*3/*4"),
    "either phase is named": ("A/C A/C G/G", "ambiguous", "*1/*4, *2/*3", "phase of rs1 and rs2"),
    "neither phase is named": (
        *("A/C A/T G/G", "ambiguous", "*1/[*2 + rs2 T], *2/[*1 + rs2 T]"),
        "phase of rs1 and rs2",
    ),
    "one phase is named": (
        "A/C A/A G/GT",
        "presumed",
        "*2/*5, *1/[*2 + *5]",
        "phase of rs1 and rs4",
    ),
    "one phase of four is named": (
        *("A/C A/C G/GT", "presumed", "*4/*5, *1/[*4 + *5], *2/[*3 + *5], *3/[*2 + *5]"),
        "phase of rs1, rs2 and rs4",
    ),
    "two blocks": (
        *("A|C:1 A|C:1 G|GT:2", "presumed", "*4/*5, *1/[*4 + *5]"),
        "phase of rs1+rs2 and rs4",
    ),
    "two interleaved blocks": (
        *("A|C:1 A|C:2 GT|G:1", "presumed", "*4/*5, *2/[*3 + *5]"),
        "phase of rs1+rs4 and rs2",
    ),
    "partly phased": (
        *("A/C A|C G|GT", "ambiguous", "*1/[*4 + *5], *2/[*3 + *5]"),
        "phase of rs1 and rs2+rs4",
    ),
    "a site missing": ("C/C ./. G/G", "incomplete", "*2|*4/*2|*4", "rs2 no_call"),
    "all but one missing": (
        *("./. ./. GT/GT", "incomplete", "*5/*5"),
        "rs1 no_call; rs2 no_call",
    ),
    "a site missing and phase open": (
        *("A/C ./. G/GT", "incomplete", "*1|*3|[*1 + rs2 T]/[*2 + *5], *2|*4/*5"),
        "rs2 no_call; phase of rs1 and rs4",
    ),
    "a copy missing": ("C/. A/A G/G", "incomplete", "*1|*2/*2", "rs1 one copy missing"),
    "a copy missing, phased": (
        *("C|. A|C G/G", "incomplete", "*2/*3|*4"),
        "rs1 one copy missing",
    ),
    "a copy missing, not phased": (
        *("C/. A/C G/G", "incomplete", "*1|*2/*4, *2/*3|*4"),
        "rs1 one copy missing; phase of rs1 and rs2",
    ),
    "copies missing at two sites": (
        *("C/. C/. G/G", "incomplete", "*1|*2|*3|*4|[*1 + rs2 T]/*4, *2|*4/*3|*4"),
        "rs1 one copy missing; rs2 one copy missing; phase of rs1 and rs2",
    ),
    "unknown allele": ("A/G A/A G/G", "unknown_allele", "*1/[? + rs1 G]"),
    "unknown allele, phase open": (
        *("A/G A/C G/G", "unknown_allele", "*1/[? + *3 + rs1 G], *3/[? + rs1 G]"),
        "phase of rs1 and rs2",
    ),
    "unknown allele, a site missing": (
        *("A/G ./. G/G", "unknown_allele", "*1|*3|[*1 + rs2 T]/[? + rs1 G]"),
        "rs2 no_call",
    ),
    "one chromosome deleted": ("C/* A/A G/G", "unknown_allele", "*2/[? + rs1 *]"),
    "no site known": ("./. ./. ./.", "not_assessed", "", "rs1 no_call; rs2 no_call; rs4 no_call"),
}


@pytest.mark.parametrize(
    ("words", "status", "candidates", "deciding"),
    [(*case, "")[:4] for case in RESOLVED.values()],
    ids=RESOLVED,
)
def test_resolved(
    star: Nomenclature, words: str, status: str, candidates: str, deciding: str
) -> None:
    """A diplotype is reported only if determined or presumed; it is the first candidate."""
    called = call_words(star, words)

    assert status == called.status
    assert candidates == ", ".join(candidate_texts(called))
    assert deciding == "; ".join(called.deciding)
    is_reported = status in {"determined", "presumed"}
    assert (candidates.split(", ")[0] if is_reported else "") == called.diplotype
    assert () == called.probabilities


@pytest.mark.parametrize(
    ("words", "status", "candidates"),
    [
        ("A/A C/T", "determined", "A-T/A-C"),
        ("A|C C|C", "determined", "A-C/C-C"),
        ("A/C C/T", "presumed", "A-T/C-C, A-C/[rs1 C + rs3 T]"),
        ("A|C C|T", "determined", "A-C/[rs1 C + rs3 T]"),
        ("C/C T/T", "determined", "[rs1 C + rs3 T]/[rs1 C + rs3 T]"),
        ("A/C ./.", "incomplete", "A-T|A-C/C-C"),
        ("./. T/C", "incomplete", "A-T/A-C|C-C"),
        ("A/. C/T", "incomplete", "A-T/A-C, A-T/A-C|C-C"),
        ("A/G T/T", "unknown_allele", "A-T/[? + rs1 G + rs3 T]"),
    ],
)
def test_resolved_where_haplotypes_name_all_sites(
    named: Nomenclature, words: str, status: str, candidates: str
) -> None:
    called = call_diplotype(named, genotypes(words), {})

    assert (status, candidates) == (called.status, ", ".join(candidate_texts(called)))


def test_candidate_is_exact_if_it_is_a_pair_of_named_haplotypes(star: Nomenclature) -> None:
    presumed, incomplete = call_words(star, "A/C A/A G/GT"), call_words(star, "C/C ./. G/G")

    assert [True, False] == [candidate.exact for candidate in presumed.candidates]
    assert [False] == [candidate.exact for candidate in incomplete.candidates]


@pytest.mark.parametrize("blocks", [7, 8])
def test_many_blocks(blocks: int) -> None:
    """Each block doubles the phasings; beyond the limit only the deciding sites are reported."""
    sites = [f"rs{number}" for number in range(10, 10 + blocks)]
    nomenclature = small_set({"*1": "", "*2": "10C"}, sites=sites, counts=[{"": {"EUR": 9}}])
    called = call_diplotype(nomenclature, genotypes("A/C " * blocks), {}, "EUR")

    assert "ambiguous" == called.status
    assert (f"phase of {', '.join(sites[:-1])} and {sites[-1]}",) == called.deciding
    is_enumerated = blocks <= 7
    assert (2 ** (blocks - 1) if is_enumerated else 0) == len(called.candidates)
    assert is_enumerated == bool(called.probabilities)
    assert ("", "", "") == (called.diplotype, called.function, called.phenotype)


EXTRAS = {
    "nothing": ("A/A A/A G/G", "GCA/GCA", ""),
    "one": ("A/A A/A G/G", "G/GCA", "rs5 G"),
    "two": ("A/A A/A G/G", "G/G", "rs5 G; rs5 G"),
    "the usual allele of one haplotype": ("A/C A/A G/G", "GCA/G", ""),
    "the usual allele of both haplotypes": ("C/C A/A G/G", "G/G", ""),
    "one usual allele missing": ("C/C A/A G/G", "G/GCA", "rs5 without G"),
    "both usual alleles missing": ("C/C A/A G/G", "GCA/GCA", "rs5 without G; rs5 without G"),
    "one more than usual": ("A/C A/A G/G", "G/G", "rs5 G"),
    "the usual allele of one of two haplotypes on a chromosome": ("A|C A|A G|GT", "GCA/G", ""),
    "unknown allele": ("A/A A/A G/G", "GCA/GCACA", "rs5 GCACA"),
    "unknown allele, not the usual one": (
        "A/C A/A G/G",
        "GCA/GCACA",
        "rs5 GCACA; rs5 without G",
    ),
    "one copy missing": ("A/C A/A G/G", "GCA/.", ""),
    "both copies missing": ("A/C A/A G/G", "./.", ""),
    "at a core site": ("A/A A/T G/G", "GCA/GCA", "rs2 T"),
    "at a core site on both copies": ("A/A T/T G/G", "G/GCA", "rs2 T; rs2 T; rs5 G"),
    "presumed": ("A/C A/A G/GT", "GCA/GCA", "rs5 without G"),
    "no diplotype reported": ("A/C A/C G/G", "G/G", ""),
    "core site missing": ("A/A ./. G/G", "G/G", ""),
}


@pytest.mark.parametrize(("words", "further", "expected"), EXTRAS.values(), ids=EXTRAS)
def test_extras(star: Nomenclature, words: str, further: str, expected: str) -> None:
    """``*2`` usually has G at the further site rs5: not required for the call, but not extra."""
    called = call_diplotype(star, genotypes(words), {"rs5": pair(further)})

    assert expected == "; ".join(called.extras)


def test_further_site_without_a_call(star: Nomenclature) -> None:
    assert () == call_diplotype(star, genotypes("C/C A/A G/G"), {}).extras


FUNCTIONS = {
    "all assigned": ("A/C A/A G/G", "normal/decreased", "intermediate metaboliser"),
    "two equal": ("C/C A/A G/G", "decreased/decreased", "poor metaboliser"),
    "one not assigned": ("A/A A/C G/G", "normal/not assigned", ""),
    "two haplotypes on one chromosome": ("A|C A|A G|GT", "normal/not assigned", ""),
    "presumed": ("A/C A/A G/GT", "decreased/decreased", "poor metaboliser"),
    "all candidates agree, a site missing": ("./. A/A GT/GT", "", ""),
    "all candidates agree, phase open": ("C/. A/A GT/GT", "", ""),
    "candidates with different phenotypes": ("./. A/A G/G", "", ""),
    "one candidate without phenotype": ("C/C ./. G/G", "", ""),
    "no candidate with a phenotype": ("A/A C/C ./.", "", ""),
    "unknown allele": ("A/G A/A G/G", "", ""),
    "no site known": ("./. ./. ./.", "", ""),
}


@pytest.mark.parametrize(("words", "function", "phenotype"), FUNCTIONS.values(), ids=FUNCTIONS)
def test_functions_and_phenotypes(
    star: Nomenclature, words: str, function: str, phenotype: str
) -> None:
    """A phenotype is that of the reported diplotype, or one that every possible diplotype has."""
    called = call_words(star, words)

    assert (function, phenotype) == (called.function, called.phenotype)


def test_set_without_functions(named: Nomenclature) -> None:
    called = call_diplotype(named, genotypes("A/A C/C"), {})

    assert ("A-C/A-C", "", "") == (called.diplotype, called.function, called.phenotype)


def test_probabilities_by_hand(star: Nomenclature) -> None:
    """*1/*4 and *2/*3 in EUR: by counts alone, 70 * 1 against 10 * 10."""
    called = call_words(star, "A/C A/C G/G", "EUR")
    frequency = [star.panel.frequency(alleles, "EUR") for alleles in list(NAMES)[:4]]
    cis, trans = frequency[0] * frequency[3], frequency[1] * frequency[2]

    assert ["*2/*3", "*1/*4"] == [text for text, _ in called.probabilities]
    expected = [trans / (cis + trans), cis / (cis + trans)]
    assert expected == pytest.approx([probability for _, probability in called.probabilities])
    assert [0.59, 0.41] == [round(probability, 2) for _, probability in called.probabilities]


@pytest.mark.parametrize(
    ("words", "population"),
    [
        ("A/C A/C G/G", ""),
        ("A/C A/C G/G", "GLO"),
        ("A|C A|C G/G", "EUR"),
        ("./. ./. ./.", "EUR"),
        ("A/G A/C G/G", "EUR"),
    ],
)
def test_no_probabilities(star: Nomenclature, words: str, population: str) -> None:
    """No known population, a single or no candidate, or an allele without a frequency."""
    assert () == call_words(star, words, population).probabilities


def test_improbable_diplotypes_get_no_probability() -> None:
    """The presumed diplotype has 9 * 1 against 900 * 90 and is left out."""
    panel = {"": {"EUR": 900}, "1C 4GT": {"EUR": 90}, "1C": {"EUR": 9}, "4GT": {"EUR": 1}}
    called = call_words(
        small_set({"*1": "", "*2": "1C", "*5": "4GT"}, counts=[panel]), "A/C A/A G/GT", "EUR"
    )

    assert ["*2/*5", "*1/[*2 + *5]"] == candidate_texts(called)
    assert [("*1/[*2 + *5]", 0.9999)] == [
        (text, round(value, 4)) for text, value in called.probabilities
    ]


def test_no_probabilities_without_a_panel(named: Nomenclature) -> None:
    called = call_diplotype(named, genotypes("A/C C/T"), {}, "EUR")

    assert ("presumed", ()) == (called.status, called.probabilities)


COPIES = [st.sampled_from([*bases, None]) for bases in (("A", "C"), ("A", "C", "T"), ("G", "GT"))]
BLOCKS = st.sampled_from([None, None, 0, 1])


def make_genotype(first: str | None, second: str | None, block: int | None) -> Genotype:
    return Genotype((first, second), block, "gap" if None in (first, second) else "")


CORES = st.tuples(*(st.builds(make_genotype, copies, copies, BLOCKS) for copies in COPIES))


def expected_status(core: tuple[Genotype, ...]) -> str:
    alleles = [allele for genotype in core for allele in genotype.alleles]
    if not any(alleles):
        return "not_assessed"
    if None in alleles:
        return "incomplete"
    diplotypes = expected_diplotypes(core)
    if len(diplotypes) == 1:
        return "determined"
    named = [names for names in diplotypes if not any("[" in name for name in names)]
    return "presumed" if len(named) == 1 else "ambiguous"


@settings(max_examples=200, deadline=None)
@given(core=CORES, population=st.sampled_from([*POPULATIONS, GLOBAL]))
def test_against_all_pairs_of_chromosomes(
    star: Nomenclature, core: tuple[Genotype, ...], population: str
) -> None:
    """Candidates, status and probabilities agree with an enumeration of all pairs."""
    called = call_diplotype(star, core, FURTHER, population)
    is_assessed = any(any(genotype.alleles) for genotype in core)
    diplotypes = expected_diplotypes(core) if is_assessed else set()

    assert expected_status(core) == called.status
    assert diplotypes == single_diplotypes(called)
    all_probabilities = expected_probabilities(
        core, lambda alleles: star.panel.frequency(alleles, population)
    )
    expected = {
        names: probability
        for names, probability in all_probabilities.items()
        if probability >= 0.001 and len(diplotypes) > 1
    }
    actual = {
        tuple(sorted(text.split("/"))): probability for text, probability in called.probabilities
    }
    assert expected == pytest.approx(actual)
    in_order = [probability for _, probability in called.probabilities]
    assert sorted(in_order, reverse=True) == in_order


@settings(max_examples=100, deadline=None)
@given(core=CORES, numbers=st.permutations([0, 1, 2]), swaps=st.tuples(*[st.booleans()] * 5))
def test_block_numbers_and_order_of_copies_do_not_matter(
    star: Nomenclature, core: tuple[Genotype, ...], numbers: list[int], swaps: tuple[bool, ...]
) -> None:
    """The copies of an unphased genotype, or of a whole phase block, may be swapped."""
    rewritten = []
    for site, (alleles, block, gap) in enumerate((g.alleles, g.block, g.gap) for g in core):
        is_swapped = swaps[site if block is None else 3 + block]
        copies = (alleles[1], alleles[0]) if is_swapped else alleles
        rewritten.append(Genotype(copies, None if block is None else numbers[block], gap))

    assert call_diplotype(star, core, FURTHER) == call_diplotype(star, rewritten, FURTHER)
