"""Haplotypes of the 1000 Genomes people: against bcftools, without phase, on both assemblies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from helpers import panel_people as phased
from helpers.paths import ROOT

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
    return {assembly: phased.people(shared, curated, assembly) for assembly in ASSEMBLIES}


@pytest.fixture(params=phased.SETS)
def names(request: pytest.FixtureRequest, curated: KnowledgeBase) -> Nomenclature:
    return next(names for names in nomenclatures(curated) if names.id == request.param)


def oracle(
    shared: Path,
    assembly: str,
    names: Nomenclature,
    curated: KnowledgeBase,
    bcftools: Callable[..., str],
) -> dict[str, tuple[frozenset[str], frozenset[str]]]:
    """Return what bcftools shows on both chromosomes of everyone beside the reference.

    Each is a set of ``rsID base``, for single bases.
    """
    variants = {v.id: v for v in curated.variants if v.id in names.sites and v.is_snv}
    places = {v.loci[Assembly(assembly)].pos: v.id for v in variants.values()}
    path = shared / "1000genomes" / assembly / f"{names.gene.split('-')[0]}.vcf.gz"
    chrom = ("chr" if assembly == "GRCh38" else "") + next(
        v.loci[Assembly(assembly)].chrom for v in variants.values()
    )
    regions = ",".join(f"{chrom}:{pos}" for pos in sorted(places))
    samples = bcftools("query", "-l", path).split()
    found: list[tuple[set[str], set[str]]] = [(set(), set()) for _ in samples]
    for line in bcftools("query", "-r", regions, "-f", "%POS\t%REF[\t%TGT]\n", path).splitlines():
        pos, ref, *genotypes = line.split("\t")
        for of_one, genotype in zip(found, genotypes, strict=True):
            for chromosome, base in zip(of_one, genotype.split("|"), strict=True):
                if base != ref and int(pos) in places and len(ref) == 1:
                    chromosome.add(f"{places[int(pos)]} {base}")
    return {
        sample: (frozenset(one), frozenset(two))
        for sample, (one, two) in zip(samples, found, strict=True)
    }


@pytest.mark.parametrize("assembly", ASSEMBLIES)
def test_phased_people_have_the_haplotypes_that_bcftools_shows(
    assembly: str,
    names: Nomenclature,
    shared: Path,
    curated: KnowledgeBase,
    cohorts: dict[str, CohortCalls],
    bcftools: Callable[..., str],
) -> None:
    definitions = [h for h in curated.haplotypes_of(names.id) if h.state == "current"]
    reference = {v.id: v.alleles[0] for v in curated.variants}
    by_alleles = {
        frozenset(f"{r} {b}" for r, b in h.alleles.items() if b != reference[r]): h.name
        for h in definitions
    }
    shown = oracle(shared, assembly, names, curated, bcftools)
    cohort = cohorts[assembly]
    told = phased.of_everyone(call_haplotypes(names, phased.sites_of(cohort)))
    compared = 0
    for sample, diplotype in zip(cohort.samples, told, strict=True):
        expected = [by_alleles.get(chromosome) for chromosome in shown[sample]]
        if None not in expected:
            ours = diplotype.diplotype
            assert sorted(str(name) for name in expected) == sorted(ours.split("/")), sample
            assert diplotype.status is DiplotypeStatus.DETERMINED
            compared += 1
    # The rest has an allele beside its haplotypes, one that is not known, or an insertion.
    assert len(told) - compared == REST[assembly, names.id]


REST = {
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
def test_the_true_diplotype_is_a_candidate_without_phase(
    assembly: str, names: Nomenclature, cohorts: dict[str, CohortCalls]
) -> None:
    sites = phased.sites_of(cohorts[assembly])
    truth = phased.of_everyone(call_haplotypes(names, sites))
    blind = {rsid: phased.without_phase(site) for rsid, site in sites.items()}
    told = phased.of_everyone(call_haplotypes(names, blind))
    core = [sites[rsid] for rsid in names.sites]
    heterozygous = sum(
        np.array([len(set(cell.alleles)) > 1 for cell in site.calls.values])[
            site.calls.codes
        ].astype(int)
        for site in core
    )
    for true, ours, count in zip(truth, told, np.asarray(heterozygous).tolist(), strict=True):
        if true.status is DiplotypeStatus.UNKNOWN_ALLELE:
            assert ours.status is DiplotypeStatus.UNKNOWN_ALLELE
            continue
        assert true.diplotype in phased.singles(ours)
        # Phase matters where two sites differ, and only there.
        assert (ours.status is DiplotypeStatus.DETERMINED) == (count < 2)
        if ours.status is DiplotypeStatus.DETERMINED:
            assert ours.diplotype == true.diplotype


def test_the_documented_accuracy_is_what_the_panel_shows(
    names: Nomenclature, cohorts: dict[str, CohortCalls]
) -> None:
    """What is missing in the page is what the assertion prints."""
    page = (ROOT / "docs" / "haplotypes.md").read_text(encoding="utf-8").splitlines()
    rows = [accuracy.row for accuracy in phased.accuracy(cohorts["GRCh38"], names)]
    assert [] == [row for row in rows if row not in page]


def test_the_counts_are_those_of_the_panel(shared: Path, curated: KnowledgeBase) -> None:
    folder = shared / "1000genomes" / "GRCh38"
    paths = [str(folder / f"{gene}.vcf.gz") for gene in phased.GENES]
    lines = list(phased.measuring().document(paths, curated))
    expected = (ROOT / "data" / "kb" / "haplotypes" / "counts.yaml").read_text(encoding="utf-8")
    assert expected.splitlines() == lines


def test_the_populations_give_back_the_known_allele_frequencies(
    curated: KnowledgeBase, cohorts: dict[str, CohortCalls]
) -> None:
    """Frequencies of alleles were curated from another source: so the sample list is checked."""
    cohort = cohorts["GRCh38"]
    populations = np.array([phased.population_of()[sample] for sample in cohort.samples])
    compared: Counter[str] = Counter()
    for site in (site for site in cohort.sites if site.variant.gene in phased.GENES):
        for known in curated.definitions[site.variant.id].frequencies:
            if "GRCh38" not in known.source or site.variant.type == "repeat":
                continue
            copies = np.array([cell.alleles.count(known.allele) for cell in site.calls.values])[
                site.calls.codes
            ]
            for population in ("AFR", "AMR", "EAS", "EUR", "SAS"):
                frequency = copies[populations == population].mean() / 2
                assert abs(frequency - getattr(known, population)) < 0.0006, site.variant.id
                compared[population] += 1
    assert Counter(dict.fromkeys(("AFR", "AMR", "EAS", "EUR", "SAS"), 82)) == compared


def test_both_assemblies_agree_on_the_2504_people(
    names: Nomenclature, cohorts: dict[str, CohortCalls]
) -> None:
    """Where sites are in both files, only the phase that each panel estimated may differ."""
    in_both = {
        rsid: [phased.sites_of(cohorts[assembly])[rsid] for assembly in ASSEMBLIES]
        for rsid in names.sites
    }
    told = [
        phased.of_everyone(call_haplotypes(names, phased.sites_of(cohorts[assembly])))
        for assembly in ASSEMBLIES
    ]
    differ: Counter[str] = Counter()
    for person, (one, two) in enumerate(zip(*told, strict=True)):
        if one.diplotype == two.diplotype:
            continue
        genotypes = [
            tuple(sorted(site.calls[person].alleles))
            for of_site in in_both.values()
            for site in of_site
        ]
        same = all(a == b for a, b in zip(genotypes[::2], genotypes[1::2], strict=True))
        differ["phase" if same else "genotype"] += 1
    assert DIFFER[names.id] == dict(differ)


DIFFER: dict[str, dict[str, int]] = {
    "CYP3A4-star": {"genotype": 23},  # all but one have a rare allele that GRCh37 has no row of
    "UGT1A4-star": {"genotype": 2},
    "CYP19A1-star": {},
    "CYP19A1-exon-1.1": {},
    "ABCB1-1236-2677-3435": {"genotype": 1, "phase": 7},
}


def test_what_is_missing_on_one_assembly_is_never_contradicted(
    names: Nomenclature, shared: Path, curated: KnowledgeBase, cohorts: dict[str, CohortCalls]
) -> None:
    """GRCh37 lacks many rare sites: nothing is asserted there, and the other file's truth fits."""
    sites = phased.sites_of(phased.people(shared, curated, "GRCh37", absent_is_reference=False))
    told = phased.of_everyone(call_haplotypes(names, sites))
    truth = phased.of_everyone(call_haplotypes(names, phased.sites_of(cohorts["GRCh38"])))
    absent = {rsid for rsid in names.sites if _absent(sites[rsid])}
    misfits = 0
    for true, ours in zip(truth, told, strict=True):
        assert (ours.status is DiplotypeStatus.DETERMINED) == (not absent)
        misfits += bool(true.diplotype) and true.diplotype not in phased.singles(ours)
    assert MISFITS[names.id] == misfits


MISFITS = {
    "CYP3A4-star": 1,  # the genotype at a site that both have
    "UGT1A4-star": 1,
    "CYP19A1-star": 0,
    "CYP19A1-exon-1.1": 0,
    "ABCB1-1236-2677-3435": 8,  # genotype 1, phase 7
}


def _absent(site: SiteCalls) -> bool:
    return all(cell.status.value == "absent" for cell in site.calls.values)


def test_gvcfs_fit_the_diplotypes_of_the_panel(shared: Path, curated: KnowledgeBase) -> None:
    """The same people, called alone and without phase; sites that their files lack stay open."""
    everyone = phased.people(shared, curated, "GRCh38", samples=())
    numbers = {sample: number for number, sample in enumerate(everyone.samples)}
    truth = {
        names.id: phased.of_everyone(call_haplotypes(names, phased.sites_of(everyone)))
        for names in nomenclatures(curated)
        if names.id in phased.SETS
    }
    compared = 0
    statuses: Counter[tuple[str, str]] = Counter()
    strange = []
    for path in sorted((shared / "gvcf").glob("*.g.vcf.gz")):
        found = run(Request((str(path),)), curated)
        (sample,) = found.calls.samples
        for calls in found.haplotypes:
            if calls.nomenclature.id not in truth or sample not in numbers:
                continue
            (ours,) = phased.of_everyone(calls)
            true = truth[calls.nomenclature.id][numbers[sample]]
            statuses[calls.nomenclature.id, ours.status.value] += 1
            compared += 1
            if true.diplotype not in phased.singles(ours):
                strange.append((sample, calls.nomenclature.id, true.diplotype))
    assert (155, []) == (compared, strange)
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


def test_without_a_site_nothing_is_told_and_nothing_true_is_excluded(
    names: Nomenclature, cohorts: dict[str, CohortCalls]
) -> None:
    sites = phased.sites_of(cohorts["GRCh38"])
    whole = call_haplotypes(names, sites)
    for rsid in names.sites:
        absent = SiteCalls(sites[rsid].variant, Coded.constant(ABSENT, len(sites[rsid].calls)))
        less = call_haplotypes(names, sites | {rsid: absent})
        for true, open_ in combine([whole.diplotypes, less.diplotypes]).values:
            told = open_.diplotype
            assert ("", "", "") == (told.diplotype, told.function, told.phenotype), rsid
            assert any(text.startswith(f"{rsid} absent") for text in told.deciding)
            labels = {label for c in told.candidates for group in c.groups for label in group}
            possible = told.also_possible.union(*(label.haplotypes for label in labels))
            (candidate,) = true.diplotype.candidates
            had = {number for (label,) in candidate.groups for number in label.haplotypes}
            assert had <= possible, (rsid, true.diplotype)
