"""The numbers of a cohort of real people, against bcftools."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest
from helpers.fixture_types import Bcftools
from helpers.paths import PANEL_GENES

from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.pipeline import Request, Run
from pgx_ana.quality import Cohort, CohortTally, Count, Hidden, suppress
from pgx_ana.terms import Assembly

N_PEOPLE = {"GRCh37": 2504, "GRCh38": 3202}


def cohort_of(shared: Path, assembly: str, knowledge: KnowledgeBase, people: int) -> Cohort:
    files = tuple(str(shared / "1000genomes" / assembly / f"{g}.vcf.gz") for g in PANEL_GENES)
    tally = CohortTally(knowledge)
    for block in Run(Request(files), knowledge).blocks(people):
        tally.add(block)
    return tally.finish()


@pytest.fixture(scope="module", params=["GRCh37", "GRCh38"])
def assembly(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def cohort(shared: Path, assembly: str, curated: KnowledgeBase) -> Cohort:
    return cohort_of(shared, assembly, curated, people=1000)


def oracle(
    shared: Path, assembly: str, knowledge: KnowledgeBase, bcftools: Bcftools
) -> dict[str, Counter[tuple[str, ...]]]:
    """Return how many people have which alleles at each SNV with one row, by bcftools.

    Genotypes with an allele that is not known count together, without alleles.
    """
    prefix = "chr" if assembly == "GRCh38" else ""
    loci = [(v, v.loci[Assembly(assembly)]) for v in knowledge.variants if v.is_snv]
    regions = ",".join(f"{prefix}{locus.chrom}:{locus.pos}" for _, locus in loci)
    rows: dict[tuple[str, int], list[list[str]]] = {}
    for gene in PANEL_GENES:
        path = shared / "1000genomes" / assembly / f"{gene}.vcf.gz"
        text = bcftools("query", "-r", regions, "-f", "%CHROM\t%POS\t%REF\t%ALT[\t%TGT]\n", path)
        for line in dict.fromkeys(text.splitlines()):
            chrom, pos, *row = line.split("\t")
            rows.setdefault((chrom.removeprefix("chr"), int(pos)), []).append(row)
    found = {}
    for variant, locus in loci:
        at_site = rows.get((locus.chrom, locus.pos), [])
        if len(at_site) == 1 and at_site[0][0] == locus.ref:
            genotypes = (tuple(sorted(re.split(r"[|/]", text))) for text in at_site[0][2:])
            known = set(variant.alleles)
            found[variant.id] = Counter(key if known.issuperset(key) else () for key in genotypes)
    return found


def test_genotypes_and_frequencies(
    cohort: Cohort, shared: Path, assembly: str, curated: KnowledgeBase, bcftools: Bcftools
) -> None:
    expected = oracle(shared, assembly, curated, bcftools)
    assert len(expected) > 50
    sites = {site.variant: site for site in cohort.sites}
    for rsid, genotypes in expected.items():
        cells = sites[rsid].people.cells.items()
        counts = {tuple(sorted(re.findall("[^/]+", cell.genotype))): n for cell, n in cells}
        assert genotypes == counts, rsid
        frequency = sites[rsid].frequency
        if frequency is not None:
            copies = sum(key.count(frequency.allele) * n for key, n in genotypes.items())
            assert frequency.observed == copies / (2 * (genotypes.total() - genotypes[()]))


def test_everybody_is_in_one_cell_of_everything(cohort: Cohort, assembly: str) -> None:
    n_people = N_PEOPLE[assembly]
    assert cohort.n_people == n_people
    partitions: list[tuple[int, Iterable[Count]]] = [
        *((item.people.n_people, item.people.cells.values()) for item in cohort.sites),
        *((item.people.n_people, item.people.cells.values()) for item in cohort.haplotype_sets),
        *((item.highest.n_people, item.highest.cells.values()) for item in cohort.categories),
    ]
    for total, counts in partitions:
        assert (total, sum(n for n in counts if isinstance(n, int))) == (n_people, n_people)
    assert cohort.people is None
    assert not any(site.frequency and site.frequency.is_outlier for site in cohort.sites)


def test_groups_of_an_association(cohort: Cohort) -> None:
    """Carriers of A at rs4646 stand on one side of the comparison, C/C on the other."""
    claim = next(item for item in cohort.associations if item.id == "rs4646-disease-control")
    site = next(item for item in cohort.sites if item.variant == "rs4646")
    by_genotype = {cell.genotype: n for cell, n in site.people.cells.items()}
    directions = {cell.genotype: said for cell, said in claim.directions.items()}  # type: ignore[union-attr]
    assert directions == {"A/A": "higher", "A/C": "higher", "C/C": "lower"}
    carriers = [by_genotype[genotype] for genotype in ("A/A", "A/C")]
    assert cohort.count(claim, "higher") == sum(n for n in carriers if isinstance(n, int))
    assert cohort.count(claim, "lower") == by_genotype["C/C"]


def test_no_small_number_is_told(cohort: Cohort) -> None:
    told = suppress(cohort, 20)
    assert sum(site.people.has_hidden for site in told.sites) > 5
    for site in told.sites:
        counts = site.people.cells.values()
        assert not any(n in range(1, 20) for n in counts if not isinstance(n, Hidden))
        rest = site.people.n_people - sum(n for n in counts if isinstance(n, int))
        assert rest == 0 or rest >= 20


@pytest.mark.slow
def test_blocks_change_nothing(shared: Path, curated: KnowledgeBase) -> None:
    wholes = [cohort_of(shared, "GRCh38", curated, people=people) for people in (317, 10_000)]
    assert wholes[0] == wholes[1]
