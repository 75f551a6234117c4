"""The example files are current, made up as they say, and show what they are for."""

from __future__ import annotations

import gzip
import itertools
from collections import Counter
from pathlib import Path
from types import ModuleType

import numpy as np
import pysam
import pytest
from helpers.paths import EXAMPLE
from helpers.scripts import load_script

from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.model import CohortCalls
from pgx_ana.pipeline import Request, call
from pgx_ana.terms import Assembly, CallStatus

COMPRESSED = ("cohort.vcf.gz", "patient.vcf.gz", "variants-only.vcf.gz")
SPOILED = ("spoiled.GRCh37.vcf", "spoiled.GRCh38.vcf")


@pytest.fixture(scope="module")
def script() -> ModuleType:
    return load_script(EXAMPLE / "make_example.py")


@pytest.fixture(scope="module")
def written(script: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("example") / "a new" / "folder"
    script.main(folder)
    return folder


def test_everything_is_written(written: Path) -> None:
    indexed = [name for base in COMPRESSED for name in (base, f"{base}.tbi")]
    assert sorted((*indexed, *SPOILED)) == sorted(path.name for path in written.iterdir())


@pytest.mark.parametrize("name", [*COMPRESSED, *SPOILED])
def test_the_files_are_current(written: Path, name: str) -> None:
    """Run ``python data/example/make_example.py`` after a change of the knowledge base."""
    # Compressed bytes depend on the version of zlib.
    read = gzip.decompress if name.endswith(".gz") else bytes
    assert read((EXAMPLE / name).read_bytes()) == read((written / name).read_bytes())


def test_the_same_bytes_are_written_each_time(
    script: ModuleType, written: Path, tmp_path: Path
) -> None:
    script.main(tmp_path)
    assert {path.name: path.read_bytes() for path in written.iterdir()} == {
        path.name: path.read_bytes() for path in tmp_path.iterdir()
    }


@pytest.mark.parametrize("name", COMPRESSED)
def test_indexes_fit_their_files(name: str) -> None:
    with pysam.VariantFile(str(EXAMPLE / name)) as file:
        rows = [(row.chrom, row.pos) for row in file]
    with pysam.VariantFile(str(EXAMPLE / name)) as file:
        for chrom, pos in rows:
            assert pos in [row.pos for row in file.fetch(chrom, pos - 1, pos)]


def called(curated: KnowledgeBase, name: str) -> CohortCalls:
    return call(Request((str(EXAMPLE / name),)), curated)


def statuses(calls: CohortCalls) -> Counter[CallStatus]:
    return Counter(one.status for site in calls.sites for one in site.calls)


def bases(calls: CohortCalls, sample: int) -> dict[str, tuple[str, ...]]:
    return {site.variant.id: site.calls[sample].alleles for site in calls.sites}


def test_every_known_site_of_the_person_is_called_as_in_her_table(
    curated: KnowledgeBase, script: ModuleType
) -> None:
    calls = called(curated, "patient.vcf.gz")
    assert statuses(calls) == {CallStatus.CALLED: len(curated.variants)}
    table = script.read_observations(EXAMPLE / "patient.tsv")
    assert set(table) < {variant.id for variant in curated.variants}
    expected = {variant.id: [variant.alleles[0]] * 2 for variant in curated.variants} | {
        rsid: sorted(row.genotype.replace("|", "/").split("/")) for rsid, row in table.items()
    }
    assert expected == {rsid: sorted(alleles) for rsid, alleles in bases(calls, 0).items()}


def test_blocks_and_rows_of_the_person_do_not_overlap() -> None:
    with pysam.VariantFile(str(EXAMPLE / "patient.vcf.gz")) as file:
        spans = [(row.chrom, row.start, row.stop) for row in file]
    for (chrom, _, stop), (next_chrom, start, _) in itertools.pairwise(spans):
        assert chrom != next_chrom or stop <= start


def test_variants_only_are_the_rows_of_variants_of_the_person() -> None:
    def rows(name: str) -> list[list[str]]:
        lines = gzip.decompress((EXAMPLE / name).read_bytes()).decode().splitlines()
        return [line.split("\t") for line in lines if not line.startswith("#")]

    expected = [
        [*row[:4], row[4].removesuffix(",<NON_REF>"), row[5], "PASS", *row[7:]]
        for row in rows("patient.vcf.gz")
        if row[4] != "<NON_REF>"
    ]
    assert expected == rows("variants-only.vcf.gz")


def test_reference_is_absent_from_variants_only(curated: KnowledgeBase) -> None:
    calls = called(curated, "variants-only.vcf.gz")
    (rs4646,) = (site.calls[0] for site in calls.sites if site.variant.id == "rs4646")
    assert rs4646.status is CallStatus.ABSENT
    whole = bases(called(curated, "patient.vcf.gz"), 0)
    assert whole["rs4646"] == ("A", "A")
    for site in calls.sites:
        (one,) = site.calls
        reference = site.variant.loci[Assembly.GRCH38].ref
        assert (one.status is CallStatus.CALLED) == (whole[site.variant.id] != (reference,) * 2)


def test_every_status_occurs_in_the_spoiled_files(curated: KnowledgeBase) -> None:
    for name in SPOILED:
        assert set(CallStatus) == set(statuses(called(curated, name)))


def test_the_cohort_is_called_and_phased_at_every_site(curated: KnowledgeBase) -> None:
    calls = called(curated, "cohort.vcf.gz")
    assert calls.samples == tuple(f"PERSON{number:02}" for number in range(1, 41))
    assert statuses(calls) == {CallStatus.CALLED: 40 * len(curated.variants)}
    assert all(one.phased for site in calls.sites for one in site.calls)


def test_drawn_alleles_are_as_frequent_as_in_the_knowledge_base(
    curated: KnowledgeBase, script: ModuleType
) -> None:
    """Of 1,000 copies; the largest standard error is 0.016."""
    draws = script.draws_of(curated)
    copies = [script.drawn_copy(draws, f"test {number}") for number in range(1_000)]
    joint = {
        site for haplotype_set in curated.haplotype_sets.values() for site in haplotype_set.sites
    }
    expected = {
        (variant.id, measured.allele): measured.known["EUR"]
        for variant in curated.definitions.values()
        for measured in variant.frequencies
        if "EUR" in measured.known and variant.id not in joint
    }
    assert len(expected) > 50
    drawn = {key: float(np.mean([copy[key[0]] == key[1] for copy in copies])) for key in expected}
    assert drawn == pytest.approx(expected, abs=0.06)


def test_haplotypes_are_drawn_as_counted_in_the_panel(
    curated: KnowledgeBase, script: ModuleType
) -> None:
    draws = script.draws_of(curated)
    copies = [script.drawn_copy(draws, f"test {number}") for number in range(1_000)]
    (panel,) = (
        panel
        for panel in curated.haplotype_counts.values()
        if panel.haplotype_set == "ABCB1-1236-2677-3435"
    )
    total = sum(row.EUR for row in panel.counts)
    for row in panel.counts:
        drawn = np.mean([row.alleles.items() <= copy.items() for copy in copies])
        assert drawn == pytest.approx(row.EUR / total, abs=0.06)


def test_a_new_variant_leaves_the_draws_of_the_others(
    curated: KnowledgeBase, script: ModuleType
) -> None:
    left_out = "rs9939609"
    draws = script.draws_of(curated)
    whole = script.drawn_copy(draws, "test")
    assert left_out in whole
    rest = [draw for draw in draws if draw.variants != (left_out,)]
    assert script.drawn_copy(rest, "test") == {
        rsid: bases for rsid, bases in whole.items() if rsid != left_out
    }


def test_the_page_beside_the_files_names_each() -> None:
    page = (EXAMPLE / "README.md").read_text(encoding="utf-8")
    for path in EXAMPLE.iterdir():
        if path.is_file() and path.name != "README.md":
            assert f"{path.name.removesuffix('.tbi')}`" in page, path.name
