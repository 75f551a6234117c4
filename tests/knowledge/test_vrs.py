"""VRS identifiers: those of ga4gh.vrs for every allele, and none where the reference is unknown."""

from __future__ import annotations

import pytest
from helpers.vrs_oracle import WindowProxy, oracle
from hypothesis import given, settings
from hypothesis import strategies as st

from pgx_ana.knowledge import KnowledgeBase, Unidentified, VrsAllele
from pgx_ana.knowledge.vrs import identify
from pgx_ana.model import Locus, Variant
from pgx_ana.terms import Assembly

SQ = "SQ.IIB53T8CNeJJdUqzn9V_JnRtQadwWCbl"
"""The refget accession of chromosome 19 in GRCh38."""

DNA = st.text("ACGT", min_size=1, max_size=12)
REPEATS = st.builds(
    lambda unit, n: unit * n, st.text("AC", min_size=1, max_size=3), st.integers(1, 6)
)


def refget(knowledge: KnowledgeBase, assembly: Assembly, chrom: str) -> str:
    (found,) = (c.refget for c in knowledge.assemblies[assembly].contigs if c.chrom == chrom)
    assert found is not None
    return found


def test_the_example_of_the_specification_is_rs7412(curated: KnowledgeBase) -> None:
    expected = VrsAllele("ga4gh:VA.0AePZIWZUNsUlQTamyLrjm2HWUw2opLt", 44908821, 44908822, "T")
    assert identify(SQ, Locus("19", 44908822, "C", 44908822, "C"), "T") == expected
    assert curated.vrs_alleles[Assembly.GRCH38]["rs7412"]["T"] == expected


@pytest.mark.parametrize("assembly", list(Assembly))
def test_every_known_allele_is_that_of_the_reference_implementation(
    curated: KnowledgeBase, assembly: Assembly
) -> None:
    compared = 0
    for variant in curated.variants:
        locus = variant.loci[assembly]
        found = curated.vrs_alleles[assembly][variant.id]
        assert tuple(found) == variant.alleles
        proxy = WindowProxy(
            refget(curated, assembly, locus.chrom), locus.window_start - 1, locus.window
        )
        for bases, allele in found.items():
            if isinstance(allele, VrsAllele):
                assert allele == oracle(proxy, locus.pos - 1, locus.end, bases), variant.id
                compared += 1
    assert compared == 374


@pytest.mark.parametrize("assembly", list(Assembly))
def test_alleles_without_an_identifier_are_those_whose_reference_is_not_known(
    curated: KnowledgeBase, assembly: Assembly
) -> None:
    gaps = {
        (variant, bases): allele
        for variant, alleles in curated.vrs_alleles[assembly].items()
        for bases, allele in alleles.items()
        if isinstance(allele, Unidentified)
    }
    uncertain = {v.id for v in curated.variants if not v.loci[assembly].ref_is_certain}
    assert {
        variant for (variant, _), why in gaps.items() if why is Unidentified.REFERENCE_UNCERTAIN
    } == uncertain
    short = {key for key, why in gaps.items() if why is Unidentified.WINDOW_TOO_SHORT}
    assert {variant for variant, _ in short} == {"rs60271534", "rs11575899", "rs41303343"}
    by_id = {variant.id: variant for variant in curated.variants}
    assert {(v, by_id[v].loci[assembly].ref) for v, _ in short}.isdisjoint(short)
    assert Unidentified.NO_ACCESSION not in gaps.values()
    for variant, bases in short:
        assert_depends_on_the_bases_outside(by_id[variant], assembly, bases)


def assert_depends_on_the_bases_outside(variant: Variant, assembly: Assembly, bases: str) -> None:
    """Assert that two references with the same window give an allele different identifiers."""
    locus = variant.loci[assembly]
    changed = bases[len(locus.ref) :]
    ids = {
        oracle(
            WindowProxy(SQ, locus.window_start - 1, locus.window + after),
            locus.pos - 1,
            locus.end,
            bases,
        ).id
        for after in (changed, "N")
    }
    assert len(ids) == 2


def test_every_window_of_a_known_repeat_reaches_beyond_it(curated: KnowledgeBase) -> None:
    for variant in curated.variants:
        for assembly, locus in variant.loci.items():
            for allele in curated.vrs_alleles[assembly][variant.id].values():
                if (
                    isinstance(allele, VrsAllele)
                    and not variant.is_snv
                    and allele.state != locus.ref
                ):
                    assert locus.window_start - 1 < allele.start
                    assert allele.end < locus.window_end


@settings(max_examples=60)
@given(DNA, REPEATS, DNA, st.data())
def test_any_allele_of_any_window_is_that_of_the_reference_implementation(
    before: str, repeat: str, after: str, data: st.DataObject
) -> None:
    window = before + repeat + after
    start = data.draw(st.integers(0, len(window) - 1))
    end = data.draw(st.integers(start + 1, len(window)))
    bases = data.draw(st.one_of(st.text("ACGT", min_size=1, max_size=9), REPEATS))
    anchored = data.draw(st.sampled_from([bases, window[start] + bases, bases + window[end - 1]]))
    locus = Locus("1", 101 + start, window[start:end], 101, window)
    found = identify(SQ, locus, anchored)
    outside = {
        oracle(
            WindowProxy(SQ, 100 - len(left), left + window + right),
            100 + start,
            100 + end,
            anchored,
        )
        for left in ("N", *(base * 40 for base in "ACGT"), window * 3, anchored * 20)
        for right in ("N", *(base * 40 for base in "ACGT"), window * 3, anchored * 20)
    }
    if isinstance(found, VrsAllele):
        assert outside == {found}
    else:
        assert found is Unidentified.WINDOW_TOO_SHORT


@given(DNA, REPEATS, DNA)
def test_the_way_of_writing_does_not_matter(before: str, repeat: str, after: str) -> None:
    window = "N" + before + repeat + after + "N"
    inserted = repeat[:2]
    found = set()
    for i in range(1, len(window) - 1):
        sequence = window[:i] + inserted + window[i:]
        if sequence == window[: len(before) + 1] + inserted + window[len(before) + 1 :]:
            locus = Locus("1", 99 + i, window[i - 1], 100, window)
            found.add(identify(SQ, locus, window[i - 1] + inserted))
    assert len(found) == 1
    assert isinstance(found.pop(), VrsAllele)


def test_a_long_state_is_not_shown() -> None:
    window = "G" + "A" * 60 + "G"
    found = identify(SQ, Locus("1", 100, "G", 100, window), "GA")
    assert found == oracle(WindowProxy(SQ, 99, window), 99, 100, "GA")
    assert isinstance(found, VrsAllele)
    assert (found.state, found.length, found.repeat_subunit_length) == (None, 61, 1)


def test_a_chromosome_without_an_accession_gives_no_identifier(toy: KnowledgeBase) -> None:
    found = {
        allele
        for alleles in toy.vrs_alleles[Assembly.GRCH38].values()
        for allele in alleles.values()
    }
    assert found == {Unidentified.NO_ACCESSION}


def test_every_chromosome_has_another_accession(curated: KnowledgeBase) -> None:
    accessions = [
        contig.refget for table in curated.assemblies.values() for contig in table.contigs
    ]
    assert None not in accessions
    assert len(set(accessions)) == 48
