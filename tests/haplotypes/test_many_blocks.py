"""The haplotypes that are not excluded where too many phase blocks are open to list candidates.

An independent resolver tries every arrangement of the blocks, completes missing sites with every
known allele, and names both chromosomes.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence

import pytest
from helpers.toy_chromosomes import genotypes, small_set
from hypothesis import given, settings
from hypothesis import strategies as st

from pgx_ana.haplotypes import Nomenclature
from pgx_ana.haplotypes.diplotypes import call_diplotype
from pgx_ana.haplotypes.nomenclature import nomenclature_of
from pgx_ana.haplotypes.phasing import MAX_BLOCKS, Genotype
from pgx_ana.knowledge import KnowledgeBase

N_SITES = 9


def carried(nomenclature: Nomenclature, chromosome: Sequence[str]) -> set[int]:
    """Return the haplotypes that a chromosome is named after: the largest first, then the rest."""
    remaining = dict(enumerate(chromosome))
    found = set()
    by_size = sorted(
        enumerate(nomenclature.haplotypes), key=lambda item: (-len(item[1].core), item[0])
    )
    for number, haplotype in by_size:
        core = dict(haplotype.core)
        if core and all(remaining.get(site) == allele for site, allele in core.items()):
            found.add(number)
            remaining = {site: a for site, a in remaining.items() if site not in core}
    is_known = all(
        allele in known
        for allele, known in zip(chromosome, nomenclature.known_alleles, strict=True)
    )
    if not found and is_known:
        found |= {n for n, haplotype in enumerate(nomenclature.haplotypes) if not haplotype.core}
    return found


def n_open_blocks(core: Sequence[Genotype]) -> int:
    """Return the number of phase blocks, or unphased sites, at which the copies differ."""
    return len(
        {
            f"site {site}" if genotype.block is None else genotype.block
            for site, genotype in enumerate(core)
            if genotype.alleles[0] != genotype.alleles[1]
        }
    )


def possible(nomenclature: Nomenclature, core: Sequence[Genotype]) -> set[int]:
    """Return the haplotypes of every chromosome in every arrangement.

    A chromosome takes one of both copies from each block. The other chromosome has the rest, which
    is another of these arrangements.
    """
    groups: dict[object, list[int]] = {}
    for site, genotype in enumerate(core):
        groups.setdefault(f"site {site}" if genotype.block is None else genotype.block, []).append(
            site
        )
    found: set[int] = set()
    for copies in itertools.product((0, 1), repeat=len(groups)):
        copy_of = {
            site: copy
            for sites, copy in zip(groups.values(), copies, strict=True)
            for site in sites
        }
        choices = [
            sorted(nomenclature.known_alleles[site])
            if core[site].alleles[copy_of[site]] is None
            else [str(core[site].alleles[copy_of[site]])]
            for site in range(len(core))
        ]
        for chromosome in itertools.product(*choices):
            found |= carried(nomenclature, chromosome)
    return found


STARS = {"*1": "", "*2": "10C", "*3": "11C 12C", "*4": "10C 11C 13C", "*5": "18C", "*6": "9C"}
STAR_SITES = [f"rs{number}" for number in range(9, 22)]
MANY = {
    "heterozygous at all": ("", "*1 *2 *3 *4 *5 *6"),
    "homozygous for no haplotype": ("A/A A/A A/A A/A A/A", "*1 *5"),
    "homozygous for an allele of no haplotype alone": ("A/C A/C C/C A/C", "*1 *2 *3 *4 *5 *6"),
    "homozygous for a haplotype": ("C/C A/C", "*2 *3 *4 *5 *6"),
    "two haplotypes on one chromosome": ("C|A:1 C|A:1", "*1 *2 *3 *4 *5 *6"),
    "two haplotypes on different chromosomes": ("C|A:1 A|C:1", "*2 *3 *4 *5 *6"),
    "both alleles of a haplotype in cis": ("A/A A/A A|C:1 A|C:1", "*1 *3 *5"),
    "both alleles of a haplotype in trans": ("A/A A/A A|C:1 C|A:1", "*1 *5"),
    "a missing site": ("A/A A/A ./. A/C", "*1 *3 *5"),
    "missing sites": ("./. ./. A/A", "*1 *2 *5 *6"),
    "a missing copy": ("C/. A/A A/A", "*1 *5 *6"),
    "a missing copy beside a haplotype": ("C/. C/C A/A", "*2 *5 *6"),
    "an unknown allele": ("A/A G/G A/A", "*5"),
    "an unknown allele on one chromosome": ("A/A A/G A/A", "*1 *5"),
    "a deleted copy": ("A/A C/* A/A", "*2 *5"),
}
"""Genotypes at the first sites; all others are heterozygous, so that eight blocks are open."""


@pytest.mark.parametrize("case", MANY)
def test_not_excluded(case: str) -> None:
    words, expected = MANY[case]
    stars = small_set(STARS, sites=STAR_SITES)
    given_sites = words.split()
    core = genotypes(" ".join([*given_sites, *["A/C"] * (len(STAR_SITES) - len(given_sites))]))
    assert n_open_blocks(core) > MAX_BLOCKS
    called = call_diplotype(stars, core, {})

    names = [stars.haplotypes[number].name for number in sorted(called.also_possible)]
    assert ((), expected) == (called.candidates, " ".join(names))
    assert sorted(called.also_possible) == sorted(possible(stars, core))


CORES = st.dictionaries(st.integers(0, N_SITES - 1), st.just("C"), min_size=1, max_size=3)
ALLELES = st.sampled_from(["A/C", "C/A", "A|C:1", "C|A:1", "A|C:2", "A/A", "C/C", "./.", "C/."])


@st.composite
def sets_and_people(draw: st.DrawFn) -> tuple[Nomenclature, tuple[Genotype, ...]]:
    """Return a set of haplotypes and a person with at least eight open blocks."""
    cores = draw(
        st.lists(CORES, min_size=1, max_size=6, unique_by=lambda core: tuple(sorted(core)))
    )
    words = {"*1": ""} | {
        f"*{number}": " ".join(f"{site}{allele}" for site, allele in sorted(core.items()))
        for number, core in enumerate(cores, 2)
    }
    sites = [f"rs{site}" for site in range(20, 20 + N_SITES)]
    words = {
        name: " ".join(f"{20 + int(word[:-1])}{word[-1]}" for word in text.split())
        for name, text in words.items()
    }
    heterozygous = ["A/C"] * (N_SITES - 2)
    others = [draw(ALLELES) for _ in range(2)]
    order = draw(st.permutations([*heterozygous, *others]))
    stars = small_set(words, sites=sites)
    return stars, genotypes(" ".join(order))


@settings(max_examples=60, deadline=None)
@given(drawn=sets_and_people())
def test_no_haplotype_of_any_arrangement_is_left_out(
    drawn: tuple[Nomenclature, tuple[Genotype, ...]],
) -> None:
    nomenclature, core = drawn
    called = call_diplotype(nomenclature, core, {})
    labelled = {
        number
        for candidate in called.candidates
        for labels in candidate.groups
        for label in labels
        for number in label.haplotypes
    }
    assert set() == possible(nomenclature, core) - labelled - called.also_possible


@pytest.mark.parametrize("name", ["CYP3A4-star", "UGT1A4-star"])
def test_no_real_haplotype_of_any_arrangement_is_left_out(
    curated: KnowledgeBase, name: str
) -> None:
    """Eight open blocks at random sites, and a few homozygous or missing ones."""
    nomenclature = nomenclature_of(name, curated)
    generator = random.Random(11)
    for _ in range(12):
        core = _random_person(nomenclature, generator)
        assert 8 == n_open_blocks(core)
        called = call_diplotype(nomenclature, core, {})
        assert set() == possible(nomenclature, _without_settled(core)) - called.also_possible


def _random_person(nomenclature: Nomenclature, generator: random.Random) -> list[Genotype]:
    """Return a person who is reference at most sites."""
    defaults = nomenclature.default_alleles
    core = [Genotype((allele, allele), None) for allele in defaults]
    chosen = generator.sample(range(len(core)), 9)
    for site in chosen[:8]:
        others = sorted(nomenclature.known_alleles[site] - {defaults[site]})
        core[site] = Genotype((defaults[site], generator.choice(others)), None)
    alleles = sorted(nomenclature.known_alleles[chosen[8]])
    allele = generator.choice([None, *alleles])
    core[chosen[8]] = Genotype((allele, allele), None)
    return core


def _without_settled(core: Sequence[Genotype]) -> list[Genotype]:
    """Put all sites whose copies agree into one block: their order does not matter."""
    return [
        Genotype(genotype.alleles, 0) if genotype.alleles[0] == genotype.alleles[1] else genotype
        for genotype in core
    ]
