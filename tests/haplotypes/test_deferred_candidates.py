"""Candidates of people with many open phases: made late, and the same as if made one by one."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pytest
from helpers.toy_chromosomes import genotypes, small_set
from hypothesis import given, settings
from hypothesis import strategies as st

from pgx_ana.annotation.haplotype_conclusions import candidates_text
from pgx_ana.haplotypes import Label, Nomenclature
from pgx_ana.haplotypes.diplotypes import DeferredCandidates, call_diplotype
from pgx_ana.haplotypes.phasing import Genotype

SITES = [f"rs{number}" for number in range(10, 18)]
STARS = {"*1": "", "*2": "10C", "*3": "11C", "*4": "10C 11C", "*5": "13C", "*6": "14C", "*7": "17C"}


@pytest.fixture(scope="module")
def stars() -> Nomenclature:
    """Return a set with haplotypes of one and of two alleles; two sites define no haplotype."""
    return small_set(STARS, sites=SITES)


def pairs_of(nomenclature: Nomenclature, core: Sequence[Genotype]) -> list[tuple[Label, Label]]:
    """Return the labels of both chromosomes in every arrangement of the open blocks."""
    units: dict[object, list[int]] = {}
    for site, genotype in enumerate(core):
        key = f"site {site}" if genotype.block is None else genotype.block
        units.setdefault(key, []).append(site)
    pairs = set()
    for swaps in itertools.product((0, 1), repeat=len(units)):
        swap_of = {
            site: swap for sites, swap in zip(units.values(), swaps, strict=True) for site in sites
        }
        labels = [
            nomenclature.label(
                tuple(str(each.alleles[copy ^ swap_of[site]]) for site, each in enumerate(core))
            )
            for copy in (0, 1)
        ]
        first, second = sorted(labels, key=lambda label: label.rank)
        pairs.add((first, second))
    return sorted(pairs, key=lambda pair: (pair[0].rank, pair[1].rank))


WORDS = st.sampled_from(["A/C", "A/C", "A/C", "C|A", "A|C", "A|C:1", "C/C", "A/A", "A/G"])


@settings(max_examples=80, deadline=None)
@given(words=st.lists(WORDS, min_size=len(SITES), max_size=len(SITES)))
def test_as_if_made_one_by_one(stars: Nomenclature, words: list[str]) -> None:
    core = genotypes(" ".join(words))
    called = call_diplotype(stars, core, {})
    expected = pairs_of(stars, core)
    if len(expected) > 64:
        assert () == called.candidates
        return
    exact_first = sorted(expected, key=lambda pair: not (pair[0].exact and pair[1].exact))
    assert exact_first == [(c.first[0], c.second[0]) for c in called.candidates]
    assert len(expected) == len(called.candidates)
    labels = {label for pair in expected for label in pair}
    assert {number for label in labels for number in label.haplotypes} == called.haplotypes
    assert len(labels) == called.n_labels
    assert called.is_unnamed == isinstance(called.candidates, DeferredCandidates)
    assert not (called.is_unnamed and any(candidate.exact for candidate in called.candidates))


def test_a_person_with_many_open_phases(stars: Nomenclature) -> None:
    """Five heterozygous sites: sixteen candidates, none of which consists of named haplotypes."""
    called = call_diplotype(stars, genotypes("A/C A/C A/A A/C A/C A/A A/A A/C"), {})
    assert called.is_unnamed
    assert ("ambiguous", 16, 32) == (called.status, len(called.candidates), called.n_labels)
    assert "two of 32 haplotypes" == candidates_text(called)
    assert called.candidates[0].text in [candidate.text for candidate in called.candidates]
    assert tuple(called.candidates)[2:4] == called.candidates[2:4]
    names = [stars.haplotypes[number].name for number in sorted(called.haplotypes)]
    assert ["*1", "*2", "*3", "*4", "*5", "*6", "*7"] == names


def test_a_shared_allele_excludes_the_usual_haplotype(stars: Nomenclature) -> None:
    """Homozygous *7 is on both chromosomes, so that neither is *1."""
    called = call_diplotype(stars, genotypes("A/C A/C A/C A/C A/C A/A A/A C/C"), {})
    names = [stars.haplotypes[number].name for number in sorted(called.haplotypes)]
    assert ["*2", "*3", "*4", "*5", "*6", "*7"] == names


def test_equal_genotypes_give_equal_diplotypes(stars: Nomenclature) -> None:
    words = "A/C A/C A/C A/C A/C A/A A/A A/A"
    first, second = (call_diplotype(stars, genotypes(words), {}) for _ in range(2))
    assert (first, hash(first), repr(first)) == (second, hash(second), repr(second))
    assert first.candidates == tuple(second.candidates)
    assert first != call_diplotype(stars, genotypes("A/C A/C A/C A/C A/A A/C A/A A/A"), {})
