"""The phased 1000 Genomes people on both assemblies, against bcftools reading the same files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest

import pgx_ana
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.library import Result
from pgx_ana.model import Assembly, CallOptions

GENES = ("ABCB1", "CYP19A1", "CYP3A4", "UGT1A4")
PEOPLE = {"GRCh37": 2504, "GRCh38": 3202}


@pytest.fixture(scope="module", params=["GRCh37", "GRCh38"])
def cohort(request: pytest.FixtureRequest, shared: Path) -> Result:
    folder = shared / "1000genomes" / request.param
    return pgx_ana.annotate([folder / f"{gene}.vcf.gz" for gene in GENES])


@pytest.fixture(scope="module")
def both(shared: Path) -> dict[str, Result]:
    return {
        name: pgx_ana.annotate([shared / "1000genomes" / name / f"{g}.vcf.gz" for g in GENES])
        for name in PEOPLE
    }


def oracle_genotypes(
    shared: Path, assembly: str, curated: KnowledgeBase, bcftools: Callable[..., str]
) -> Iterator[tuple[str, list[str]]]:
    """Yield each variant of the four genes with everybody's genotype as bcftools has it.

    Rows at one position are joined by haplotype: the files are phased and without missing calls.
    """
    for variant in curated.variants:
        if variant.gene not in GENES:
            continue
        locus = variant.loci[Assembly(assembly)]
        contig = f"chr{locus.chrom}" if assembly == "GRCh38" else locus.chrom
        path = shared / "1000genomes" / assembly / f"{variant.gene}.vcf.gz"
        region = f"{contig}:{locus.pos}-{locus.pos}"
        text = bcftools("query", "-r", region, "-f", "%POS\t%REF\t%ALT[\t%TGT]\n", path)
        rows = [line.split("\t") for line in text.splitlines()]
        rows = [row for row in rows if int(row[0]) == locus.pos and len(row[1]) == 1]
        columns = zip(*(row[3:] for row in rows), strict=True)
        yield variant.id, [joined(genotypes, locus.ref) for genotypes in columns]


def joined(genotypes: tuple[str, ...], ref: str) -> str:
    """Join the genotypes of one person from several rows, haplotype by haplotype."""
    haplotypes = zip(*(genotype.split("|") for genotype in genotypes), strict=True)
    alleles = []
    for bases in haplotypes:
        others = {base for base in bases if base != ref}
        assert len(others) < 2
        alleles.append(others.pop() if others else ref)
    return "|".join(alleles)


def test_every_genotype_equals_bcftools(
    cohort: Result, shared: Path, curated: KnowledgeBase, bcftools: Callable[..., str]
) -> None:
    """Every known SNV of the four genes, every one of 2,504 or 3,202 people."""
    calls = cohort.calls.pivot(  # noqa: PD010  # refuses duplicates; pivot_table would merge them
        index="sample", columns="variant", values="genotype"
    )
    seen = 0
    for variant, expected in oracle_genotypes(shared, cohort.assembly, curated, bcftools):
        assert len(expected) == PEOPLE[cohort.assembly]
        assert expected == calls[variant].loc[list(cohort.samples)].tolist(), variant
        seen += 1
    assert seen == 16


def test_statuses_and_sources(cohort: Result) -> None:
    """The four genes are called from records, the others have no record at all."""
    calls = cohort.calls
    own = calls["gene"].isin(GENES)
    expected = {("called", "record"): 16 * len(cohort)}
    assert expected == calls[own].groupby(["status", "source"], observed=True).size().to_dict()
    expected = {("absent", "none"): 10 * len(cohort)}
    assert expected == calls[~own].groupby(["status", "source"], observed=True).size().to_dict()


def test_one_cohort_from_four_files(cohort: Result) -> None:
    """Files of different chromosomes with the same people are one patient each."""
    assert PEOPLE[cohort.assembly] == len(cohort) == len(set(cohort.samples))
    assert len(cohort) * 26 == len(cohort.calls)


def test_shared_people_annotate_alike(both: dict[str, Result]) -> None:
    """The 2,504 people of both panels get the same annotations but where a genotype differs.

    Each panel's genotypes are those of bcftools (above), but the panels were called from different
    reads (low coverage on GRCh37, 30x on GRCh38): 8 of 40,064 genotypes differ, all listed.
    """
    keys = ["sample", "variant", "association"]
    old, new = (
        frame(both[name].annotations, both["GRCh37"].samples, keys) for name in ("GRCh37", "GRCh38")
    )
    assert old.index.equals(new.index)
    other_genotype = old["genotype"] != new["genotype"]
    differing = (
        old[other_genotype].reset_index().groupby("variant")["sample"].nunique().sort_index()
    )
    assert DIFFERENT_GENOTYPES == differing.to_dict()
    pd.testing.assert_frame_equal(old[~other_genotype], new[~other_genotype])


DIFFERENT_GENOTYPES = {"rs1045642": 1, "rs6755571": 1, "rs727479": 6}


def frame(annotations: pd.DataFrame, samples: tuple[str, ...], keys: list[str]) -> pd.DataFrame:
    chosen = annotations[annotations["sample"].isin(samples)]
    plain = chosen.astype(dict.fromkeys(chosen.select_dtypes("category"), object)).fillna(".")
    return plain.set_index(keys).sort_index()


@pytest.fixture
def variants_only(shared: Path, tmp_path: Path, bcftools: Callable[..., str]) -> Path:
    """Return the variants of a person who is A/A at rs4646, as files of variants only have them."""
    source = shared / "1000genomes" / "GRCh38" / "CYP19A1.vcf.gz"
    samples = bcftools("query", "-l", source).split()
    text = bcftools("query", "-r", "chr15:51210647", "-f", "[%TGT\n]", source).split()
    path = tmp_path / "variants_only.vcf"
    path.write_text(bcftools("view", "-s", samples[text.index("A|A")], "-c", "1", source))
    return path


def test_reference_people_are_absent_from_variants_only_files(variants_only: Path) -> None:
    """rs4646: A/A is the reference and the studied genotype, and such people have no row."""
    plain = pgx_ana.annotate(variants_only)
    row = plain.calls.set_index("variant").loc["rs4646"]
    assert ("absent", "none") == (row["status"], row["source"])
    assert pd.isna(row["genotype"])
    said = plain.annotations.set_index("association").loc["rs4646-disease-control"]
    assert ("absent", "not_assessed") == (said["status"], said["direction"])
    assert "leaves A/A people out" in said["statement"]


def test_asserted_reference_is_marked(variants_only: Path) -> None:
    asserted = pgx_ana.annotate(variants_only, options=CallOptions(absent_is_reference=True))
    row = asserted.calls.set_index("variant").loc["rs4646"]
    assert ("A/A", "called", "asserted") == (row["genotype"], row["status"], row["source"])
    said = asserted.annotations.set_index("association").loc["rs4646-disease-control"]
    assert ("A/A", "higher") == (said["genotype"], said["direction"])
    assert said["statement"].startswith("[reference asserted by the user, not observed]")
