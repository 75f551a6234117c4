"""Haplotypes drawn on the sites of their gene: copies, phase blocks, and nothing left out."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from helpers.report_documents import Facts, call, document

from pgx_ana.report.haplotype_map import HaplotypeMap, haplotype_maps


def drawn(calls: Sequence[Facts], **facts: object) -> HaplotypeMap:
    row = {
        "gene": "AAA",
        "haplotypes": "AAA-star",
        "diplotype": None,
        "status": "ambiguous",
        "phenotype": None,
        "candidates": [],
        "probabilities": [],
        "population": None,
        "not_excluded": [],
        "deciding": [],
        "extra_variants": [],
        **facts,
    }
    sites = [item["variant"] for item in calls]
    of_set = {"haplotypes": "AAA-star", "name": "AAA star alleles", "sites": [*sites, "elsewhere"]}
    given = document(calls=[*calls, call("other")], haplotypes=[row], haplotype_sets=[of_set])
    (found,) = haplotype_maps(given)
    return found


def site(genotype: str | None, status: str = "called", **facts: object) -> Facts:
    return call("rs1", status, genotype=genotype, **facts)


@pytest.mark.parametrize(
    ("of_site", "copies", "is_other"),
    [
        (site("A/C"), ("A", "C"), (False, True)),
        (site("C|A", phase_set=7), ("C", "A"), (True, False)),
        (site("C/.", "partial"), ("C", "."), (True, False)),
        (site("./A", "partial"), (".", "A"), (False, False)),
        (site("C", "partial"), ("C",), (True,)),
        (site("A/C", "filtered"), ("A", "C"), (False, True)),
        (site("A/G", "unknown_allele"), ("A", "G"), (False, True)),
        (site(None, "absent", ref=None), (), ()),
        (site("./.", "no_call"), (), ()),
        (site("A/C", "mismatch"), (), ()),
    ],
)
def test_the_copies_of_a_site(
    of_site: Facts, copies: tuple[str, ...], is_other: tuple[bool, ...]
) -> None:
    (found,) = drawn([of_site]).sites
    assert (copies, is_other) == (found.copies, found.is_other)
    assert of_site["status"].replace("_", " ") == found.status.word


def test_phase_blocks_are_numbered_and_phased_without_a_set_is_one() -> None:
    genotypes = [("A|C", 20), ("A/C", None), ("C|A", None), ("A|C", 10), ("A|A", 20), ("C|C", None)]
    found = drawn(
        [
            call(f"rs{n}", genotype=genotype, phase_set=phase_set)
            for n, (genotype, phase_set) in enumerate(genotypes)
        ]
    )
    assert ([1, 0, 2, 3, 1, 2], 3) == ([item.block for item in found.sites], found.n_blocks)


def test_of_many_sites_only_those_that_may_differ_are_drawn_and_the_others_counted() -> None:
    genotypes = ["A/C"] * 9 + ["A/A"] * 3 + ["A/.", "C/C"]
    calls = [call(f"rs{n}", genotype=genotype) for n, genotype in enumerate(genotypes)]
    found = drawn([*calls, *(call(f"rs{n}", "absent") for n in range(20, 24))])
    assert ["A/C"] * 9 + ["A/.", "C/C"] == ["/".join(item.copies) for item in found.sites]
    assert (3, 4) == (found.quiet, found.missing)


def test_of_few_sites_all_are_drawn() -> None:
    calls = [call(f"rs{n}", genotype="A/A") for n in range(7)]
    found = drawn([*calls, call("rs7", "absent")])
    assert (8, 0, 0) == (len(found.sites), found.quiet, found.missing)


def test_twelve_candidates_are_listed_and_all_are_counted() -> None:
    names = [f"*1/*{n}" for n in range(2, 22)]
    found = drawn([site("A/C")], candidates=names, probabilities=names)
    assert (names[:12], 20) == ([*found.candidates], found.n_candidates)
    assert names[:12] == [*found.probabilities]
