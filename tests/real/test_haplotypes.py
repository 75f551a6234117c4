"""Haplotypes of the 1000 Genomes samples: against bcftools, without phase, on both assemblies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from helpers import panel_people as panel
from helpers.paths import PANEL_GENES, ROOT

from pgx_ana.coded import Coded, combine
from pgx_ana.haplotypes import DiplotypeStatus, Nomenclature
from pgx_ana.haplotypes.calls import call_haplotypes
from pgx_ana.haplotypes.nomenclature import nomenclatures
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.model import ABSENT, CohortCalls, SiteCalls
from pgx_ana.pipeline import Request, run
from pgx_ana.terms import Assembly

ASSEMBLIES = ("GRCh37", "GRCh38")


@pytest.fixture(scope="module")
def cohorts(shared: Path, curated: KnowledgeBase) -> dict[str, CohortCalls]:
    return {assembly: panel.panel_calls(shared, curated, assembly) for assembly in ASSEMBLIES}


@pytest.fixture(params=panel.SETS)
def nomenclature(request: pytest.FixtureRequest, curated: KnowledgeBase) -> Nomenclature:
    return next(each for each in nomenclatures(curated) if each.id == request.param)


def bcftools_alleles(
    shared: Path,
    assembly: str,
    nomenclature: Nomenclature,
    curated: KnowledgeBase,
    bcftools: Callable[..., str],
) -> dict[str, tuple[frozenset[str], frozenset[str]]]:
    """Return the alternate alleles that bcftools shows on both chromosomes of every sample.

    A chromosome is a set of ``rsID base``; only SNVs are compared.
    """
    variants = {v.id: v for v in curated.variants if v.id in nomenclature.sites and v.is_snv}
    rsid_at = {v.loci[Assembly(assembly)].pos: v.id for v in variants.values()}
    path = shared / "1000genomes" / assembly / f"{nomenclature.gene.split('-')[0]}.vcf.gz"
    chrom = ("chr" if assembly == "GRCh38" else "") + next(
        v.loci[Assembly(assembly)].chrom for v in variants.values()
    )
    regions = ",".join(f"{chrom}:{pos}" for pos in sorted(rsid_at))
    samples = bcftools("query", "-l", path).split()
    alleles: list[tuple[set[str], set[str]]] = [(set(), set()) for _ in samples]
    for line in bcftools("query", "-r", regions, "-f", "%POS\t%REF[\t%TGT]\n", path).splitlines():
        pos, ref, *genotypes = line.split("\t")
        for chromosomes, genotype in zip(alleles, genotypes, strict=True):
            for chromosome, base in zip(chromosomes, genotype.split("|"), strict=True):
                if base != ref and int(pos) in rsid_at and len(ref) == 1:
                    chromosome.add(f"{rsid_at[int(pos)]} {base}")
    return {
        sample: (frozenset(first), frozenset(second))
        for sample, (first, second) in zip(samples, alleles, strict=True)
    }


@pytest.mark.parametrize("assembly", ASSEMBLIES)
def test_phased_samples_have_the_haplotypes_that_bcftools_shows(
    assembly: str,
    nomenclature: Nomenclature,
    shared: Path,
    curated: KnowledgeBase,
    cohorts: dict[str, CohortCalls],
    bcftools: Callable[..., str],
) -> None:
    definitions = [h for h in curated.haplotypes_of(nomenclature.id) if h.state == "current"]
    reference = {v.id: v.alleles[0] for v in curated.variants}
    by_alleles = {
        frozenset(f"{r} {b}" for r, b in h.alleles.items() if b != reference[r]): h.name
        for h in definitions
    }
    expected_alleles = bcftools_alleles(shared, assembly, nomenclature, curated, bcftools)
    cohort = cohorts[assembly]
    diplotypes = panel.diplotypes_of(call_haplotypes(nomenclature, panel.sites_by_rsid(cohort)))
    compared = 0
    for sample, called in zip(cohort.samples, diplotypes, strict=True):
        expected = [by_alleles.get(chromosome) for chromosome in expected_alleles[sample]]
        if None not in expected:
            actual = called.diplotype
            assert sorted(str(name) for name in expected) == sorted(actual.split("/")), sample
            assert called.status is DiplotypeStatus.DETERMINED
            compared += 1
    # The others have an extra allele, an unknown allele or an insertion.
    assert len(diplotypes) - compared == NOT_COMPARED[assembly, nomenclature.id]


NOT_COMPARED = {
    ("GRCh37", "CYP3A4-star"): 0,
    ("GRCh37", "UGT1A4-star"): 43,
    ("GRCh37", "CYP19A1-star"): 0,
    ("GRCh37", "CYP19A1-exon-1.1"): 0,
    ("GRCh37", "ABCB1-1236-2677-3435"): 0,
    ("GRCh38", "CYP3A4-star"): 2,
    ("GRCh38", "UGT1A4-star"): 44,
    ("GRCh38", "CYP19A1-star"): 0,
    ("GRCh38", "CYP19A1-exon-1.1"): 0,
    ("GRCh38", "ABCB1-1236-2677-3435"): 0,
}


@pytest.mark.parametrize("assembly", ASSEMBLIES)
def test_true_diplotype_is_a_candidate_without_phase(
    assembly: str, nomenclature: Nomenclature, cohorts: dict[str, CohortCalls]
) -> None:
    sites = panel.sites_by_rsid(cohorts[assembly])
    truths = panel.diplotypes_of(call_haplotypes(nomenclature, sites))
    unphased = {rsid: panel.without_phase(site) for rsid, site in sites.items()}
    diplotypes = panel.diplotypes_of(call_haplotypes(nomenclature, unphased))
    core = [sites[rsid] for rsid in nomenclature.sites]
    n_heterozygous = sum(
        site.calls.mask(lambda call: len(set(call.alleles)) > 1).astype(int) for site in core
    )
    for truth, called, count in zip(
        truths, diplotypes, np.asarray(n_heterozygous).tolist(), strict=True
    ):
        if truth.status is DiplotypeStatus.UNKNOWN_ALLELE:
            assert called.status is DiplotypeStatus.UNKNOWN_ALLELE
            continue
        assert truth.diplotype in panel.single_diplotypes(called)
        # Phase matters only where two sites are heterozygous.
        assert (called.status is DiplotypeStatus.DETERMINED) == (count < 2)
        if called.status is DiplotypeStatus.DETERMINED:
            assert called.diplotype == truth.diplotype


def test_documented_accuracy_is_that_of_the_panel(
    nomenclature: Nomenclature, cohorts: dict[str, CohortCalls]
) -> None:
    """On failure, the assertion shows the rows that the page lacks."""
    path = ROOT / "docs" / "explanation" / "haplotype-accuracy.md"
    page = path.read_text(encoding="utf-8").splitlines()
    rows = [accuracy.row for accuracy in panel.accuracy(cohorts["GRCh38"], nomenclature)]
    assert [] == [row for row in rows if row not in page]


def test_curated_counts_are_those_of_the_panel(shared: Path, curated: KnowledgeBase) -> None:
    folder = shared / "1000genomes" / "GRCh38"
    paths = [str(folder / f"{gene}.vcf.gz") for gene in PANEL_GENES]
    lines = list(panel.measuring_script().document(paths, curated))
    expected = (ROOT / "data" / "kb" / "haplotypes" / "counts.yaml").read_text(encoding="utf-8")
    assert expected.splitlines() == lines


def test_populations_reproduce_the_curated_allele_frequencies(
    curated: KnowledgeBase, cohorts: dict[str, CohortCalls]
) -> None:
    """The curated allele frequencies have another source, so this checks the sample list."""
    cohort = cohorts["GRCh38"]
    populations = np.array([panel.population_of()[sample] for sample in cohort.samples])
    compared: Counter[str] = Counter()
    for site in (site for site in cohort.sites if site.variant.gene in PANEL_GENES):
        for known in curated.definitions[site.variant.id].frequencies:
            if "GRCh38" not in known.source or site.variant.type == "repeat":
                continue
            copies = np.array([call.alleles.count(known.allele) for call in site.calls.values])[
                site.calls.codes
            ]
            for population in ("AFR", "AMR", "EAS", "EUR", "SAS"):
                frequency = copies[populations == population].mean() / 2
                assert abs(frequency - getattr(known, population)) < 0.0006, site.variant.id
                compared[population] += 1
    assert Counter(dict.fromkeys(("AFR", "AMR", "EAS", "EUR", "SAS"), 82)) == compared


def test_both_assemblies_agree_on_the_2504_samples(
    nomenclature: Nomenclature, cohorts: dict[str, CohortCalls]
) -> None:
    """Diplotypes differ in a few samples, by genotype or by the phase that each panel estimated."""
    sites = [panel.sites_by_rsid(cohorts[assembly]) for assembly in ASSEMBLIES]
    diplotypes = [panel.diplotypes_of(call_haplotypes(nomenclature, by_rsid)) for by_rsid in sites]
    differences: Counter[str] = Counter()
    for sample, (on_37, on_38) in enumerate(zip(*diplotypes, strict=True)):
        if on_37.diplotype == on_38.diplotype:
            continue
        genotypes_37, genotypes_38 = (
            [sorted(by_rsid[rsid].calls[sample].alleles) for rsid in nomenclature.sites]
            for by_rsid in sites
        )
        differences["phase" if genotypes_37 == genotypes_38 else "genotype"] += 1
    assert EXPECTED_DIFFERENCES[nomenclature.id] == dict(differences)


EXPECTED_DIFFERENCES: dict[str, dict[str, int]] = {
    "CYP3A4-star": {"genotype": 23},  # 22 have a rare allele without a record on GRCh37
    "UGT1A4-star": {"genotype": 2},
    "CYP19A1-star": {},
    "CYP19A1-exon-1.1": {},
    "ABCB1-1236-2677-3435": {"genotype": 1, "phase": 7},
}


def test_grch38_diplotypes_fit_grch37_calls_without_asserted_reference(
    nomenclature: Nomenclature,
    shared: Path,
    curated: KnowledgeBase,
    cohorts: dict[str, CohortCalls],
) -> None:
    """The GRCh37 panel lacks many rare sites. They stay open, so few GRCh38 diplotypes misfit."""
    sites = panel.sites_by_rsid(
        panel.panel_calls(shared, curated, "GRCh37", absent_is_reference=False)
    )
    diplotypes = panel.diplotypes_of(call_haplotypes(nomenclature, sites))
    truths = panel.diplotypes_of(
        call_haplotypes(nomenclature, panel.sites_by_rsid(cohorts["GRCh38"]))
    )
    absent = {rsid for rsid in nomenclature.sites if _is_absent(sites[rsid])}
    n_excluded = 0
    for truth, called in zip(truths, diplotypes, strict=True):
        assert (called.status is DiplotypeStatus.DETERMINED) == (not absent)
        n_excluded += bool(truth.diplotype) and (
            truth.diplotype not in panel.single_diplotypes(called)
        )
    assert EXPECTED_EXCLUDED[nomenclature.id] == n_excluded


EXPECTED_EXCLUDED = {
    "CYP3A4-star": 1,  # the genotype differs at a site that is in both panels
    "UGT1A4-star": 1,
    "CYP19A1-star": 0,
    "CYP19A1-exon-1.1": 0,
    "ABCB1-1236-2677-3435": 8,  # genotype 1, phase 7
}


def _is_absent(site: SiteCalls) -> bool:
    return all(call.status.value == "absent" for call in site.calls.values)


def test_gvcfs_fit_the_diplotypes_of_the_panel(shared: Path, curated: KnowledgeBase) -> None:
    """The gVCFs of panel samples, called alone and without phase; missing sites stay open."""
    cohort = panel.panel_calls(shared, curated, "GRCh38", samples=())
    sample_numbers = {sample: number for number, sample in enumerate(cohort.samples)}
    sites = panel.sites_by_rsid(cohort)
    truths = {
        each.id: panel.diplotypes_of(call_haplotypes(each, sites))
        for each in nomenclatures(curated)
        if each.id in panel.SETS
    }
    compared = 0
    statuses: Counter[tuple[str, str]] = Counter()
    excluded = []
    for path in sorted((shared / "gvcf").glob("*.g.vcf.gz")):
        annotations = run(Request((str(path),)), curated)
        (sample,) = annotations.calls.samples
        for calls in annotations.haplotypes:
            set_id = calls.nomenclature.id
            if set_id not in truths or sample not in sample_numbers:
                continue
            (called,) = panel.diplotypes_of(calls)
            truth = truths[set_id][sample_numbers[sample]]
            statuses[set_id, called.status.value] += 1
            compared += 1
            if truth.diplotype not in panel.single_diplotypes(called):
                excluded.append((sample, set_id, truth.diplotype))
    assert (155, []) == (compared, excluded)
    assert {
        ("ABCB1-1236-2677-3435", "ambiguous"): 18,
        ("ABCB1-1236-2677-3435", "determined"): 13,
        ("CYP19A1-exon-1.1", "ambiguous"): 11,
        ("CYP19A1-exon-1.1", "determined"): 20,
        ("CYP19A1-star", "incomplete"): 31,
        ("CYP3A4-star", "incomplete"): 31,
        ("UGT1A4-star", "determined"): 3,
        ("UGT1A4-star", "incomplete"): 28,
    } == dict(statuses)


def test_without_a_site_no_diplotype_is_reported_and_no_true_haplotype_is_excluded(
    nomenclature: Nomenclature, cohorts: dict[str, CohortCalls]
) -> None:
    sites = panel.sites_by_rsid(cohorts["GRCh38"])
    complete = call_haplotypes(nomenclature, sites)
    for rsid in nomenclature.sites:
        absent = SiteCalls(sites[rsid].variant, Coded.constant(ABSENT, len(sites[rsid].calls)))
        incomplete = call_haplotypes(nomenclature, sites | {rsid: absent})
        for truth, call in combine([complete.diplotypes, incomplete.diplotypes]).values:
            called = call.diplotype
            assert ("", "", "") == (called.diplotype, called.function, called.phenotype), rsid
            assert any(text.startswith(f"{rsid} absent") for text in called.deciding)
            labels = {label for c in called.candidates for group in c.groups for label in group}
            possible = called.also_possible.union(*(label.haplotypes for label in labels))
            (candidate,) = truth.diplotype.candidates
            carried = {number for (label,) in candidate.groups for number in label.haplotypes}
            assert carried <= possible, (rsid, truth.diplotype)
