"""The phased 1000 Genomes panels on both assemblies, checked against bcftools."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest
from helpers.paths import PANEL_GENES

import pgx_ana
from pgx_ana.api import Result
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.model import CallOptions, Variant
from pgx_ana.terms import Assembly

PEOPLE = {"GRCh37": 2504, "GRCh38": 3202}


@pytest.fixture(scope="module", params=["GRCh37", "GRCh38"])
def cohort(request: pytest.FixtureRequest, shared: Path) -> Result:
    folder = shared / "1000genomes" / request.param
    return pgx_ana.annotate([folder / f"{gene}.vcf.gz" for gene in PANEL_GENES])


@pytest.fixture(scope="module")
def panels(shared: Path) -> dict[str, Result]:
    return {
        name: pgx_ana.annotate([shared / "1000genomes" / name / f"{g}.vcf.gz" for g in PANEL_GENES])
        for name in PEOPLE
    }


def oracle_genotypes(
    shared: Path, assembly: str, curated: KnowledgeBase, bcftools: Callable[..., str]
) -> Iterator[tuple[Variant, list[str]]]:
    """Yield each variant with the genotype of every sample according to bcftools; none if absent.

    Rows at one position are merged by haplotype: the files are phased and have no missing calls.
    """
    table: dict[tuple[str, int], list[list[str]]] = {}
    for gene in PANEL_GENES:
        path = shared / "1000genomes" / assembly / f"{gene}.vcf.gz"
        loci = (variant.loci[Assembly(assembly)] for variant in curated.variants)
        positions = {(locus.chrom, locus.pos) for locus in loci}
        prefix = "chr" if assembly == "GRCh38" else ""
        regions = ",".join(f"{prefix}{chrom}:{pos}" for chrom, pos in sorted(positions))
        text = bcftools("query", "-r", regions, "-f", "%CHROM\t%POS\t%REF\t%ALT[\t%TGT]\n", path)
        for line in dict.fromkeys(text.splitlines()):
            chrom, pos, *row = line.split("\t")
            table.setdefault((chrom.removeprefix("chr"), int(pos)), []).append(row)
    for variant in curated.variants:
        locus = variant.loci[Assembly(assembly)]
        rows = [
            row
            for row in table.get((locus.chrom, locus.pos), [])
            if locus.ref.startswith(row[0])
            and all((len(alt) == len(row[0])) == variant.is_snv for alt in row[1].split(","))
        ]
        # In the panels, REF of an insertion into a repeat is the anchor base alone.
        extended = [
            ["|".join(base + locus.ref[len(ref) :] for base in g.split("|")) for g in genotypes]
            for ref, _, *genotypes in rows
        ]
        columns = zip(*extended, strict=True)
        yield variant, [merged(genotypes, locus.ref) for genotypes in columns]


def merged(genotypes: tuple[str, ...], ref: str) -> str:
    """Merge the genotypes of one sample from several rows, haplotype by haplotype.

    ``?`` is a haplotype on which two rows have different alternate alleles.
    """
    haplotypes = zip(*(genotype.split("|") for genotype in genotypes), strict=True)
    alleles = []
    for bases in haplotypes:
        alts = {base for base in bases if base != ref}
        alleles.append("?" if len(alts) > 1 else alts.pop() if alts else ref)
    return "|".join(alleles)


def test_every_genotype_equals_bcftools(
    cohort: Result, shared: Path, curated: KnowledgeBase, bcftools: Callable[..., str]
) -> None:
    """Every known variant with a row, in all 2,504 or 3,202 people; the others are absent.

    Genotypes with an allele that the knowledge base does not list are only counted.
    """
    calls = cohort.calls.pivot(  # noqa: PD010  # refuses duplicates; pivot_table would merge them
        index="sample", columns="variant", values=["genotype", "status"]
    )
    genotypes, statuses = calls["genotype"], calls["status"]
    n_compared = 0
    n_unknown: dict[str, int] = {}
    for variant, expected in oracle_genotypes(shared, cohort.assembly, curated, bcftools):
        status = set(statuses[variant.id])
        if not expected:
            assert {"not_assessable" if variant.type == "repeat" else "absent"} == status
            continue
        assert len(expected) == PEOPLE[cohort.assembly]
        actual = genotypes[variant.id].loc[list(cohort.samples)].tolist()
        known = set(variant.alleles)
        unknown = [n for n, text in enumerate(expected) if not set(text.split("|")) <= known]
        n_unknown |= {variant.id: len(unknown)} if unknown else {}
        for number in unknown:
            assert "called" != statuses[variant.id].loc[cohort.samples[number]]
            actual[number] = expected[number]
        assert expected == actual, variant.id
        n_compared += 1
    assert (N_COMPARED[cohort.assembly], N_UNKNOWN[cohort.assembly]) == (n_compared, n_unknown)


N_COMPARED = {"GRCh37": 75, "GRCh38": 87}
N_UNKNOWN = {"GRCh37": {}, "GRCh38": {"rs113667357": 3, "rs3064744": 1}}
"""People with an unknown allele, or with two contradictory rows."""


def test_one_cohort_from_four_files(cohort: Result) -> None:
    """Files of different genes with the same samples give one patient per sample."""
    assert PEOPLE[cohort.assembly] == len(cohort) == len(set(cohort.samples))
    assert len(cohort) * cohort.calls["variant"].nunique() == len(cohort.calls)


@pytest.mark.slow
def test_people_in_both_panels_get_the_same_annotations(panels: dict[str, Result]) -> None:
    """The 2,504 people of both panels get the same annotations unless a genotype differs.

    The genotypes of each panel equal those of bcftools (above), but the panels were called from
    different reads (low coverage on GRCh37, 30x on GRCh38); all SNVs that differ are listed. Repeat
    lengths, and the insertion next to a repeat, differ in more people, as published for the older
    panel.
    """
    keys = ["sample", "variant", "association"]
    old, new = (
        frame(panels[name].annotations, panels["GRCh37"].samples, keys)
        for name in ("GRCh37", "GRCh38")
    )
    assert old.index.equals(new.index)
    other_genotype = old["genotype"] != new["genotype"]
    differing = (
        old[other_genotype].reset_index().groupby("variant")["sample"].nunique().sort_index()
    )
    assert DIFFERENT_GENOTYPES == differing.to_dict()
    # If rs776746 is absent, its statement names the reference base, which differs.
    same = ~other_genotype & (old.index.get_level_values("variant") != "rs776746")
    pd.testing.assert_frame_equal(old[same], new[same])


DIFFERENT_GENOTYPES = {
    "ABCB1-1236-2677-3435": 8,  # the panels were phased separately
    "CYP3A4-star": 2500,  # other sites lack a record, so other haplotypes stay open
    "rs1045642": 1,
    "rs11575899": 1,
    "rs3064744": 302,
    "rs4775936": 1,
    "rs60271534": 743,
    "rs6755571": 1,
    "rs727479": 6,
    "rs730154": 4,
    "rs936308": 2,
}


def frame(annotations: pd.DataFrame, samples: tuple[str, ...], keys: list[str]) -> pd.DataFrame:
    """Return the annotations of some samples, sorted and indexed by key columns."""
    chosen = annotations[annotations["sample"].isin(samples)]
    plain = chosen.astype(object).where(chosen.notna(), ".")
    return plain.set_index(keys).sort_index()


@pytest.fixture
def variants_only(shared: Path, tmp_path: Path, bcftools: Callable[..., str]) -> Path:
    """Return a variants-only file of a person who is A/A at rs4646."""
    source = shared / "1000genomes" / "GRCh38" / "CYP19A1.vcf.gz"
    samples = bcftools("query", "-l", source).split()
    text = bcftools("query", "-r", "chr15:51210647", "-f", "[%TGT\n]", source).split()
    path = tmp_path / "variants_only.vcf"
    path.write_text(bcftools("view", "-s", samples[text.index("A|A")], "-c", "1", source))
    return path


def test_reference_people_are_absent_from_variants_only_files(variants_only: Path) -> None:
    """rs4646: A/A is both the reference and the studied genotype; such people have no row."""
    plain = pgx_ana.annotate(variants_only)
    row = plain.calls.set_index("variant").loc["rs4646"]
    assert ("absent", "none") == (row["status"], row["source"])
    assert pd.isna(row["genotype"])
    annotation = plain.annotations.set_index("association").loc["rs4646-disease-control"]
    assert ("absent", "not_assessed") == (annotation["status"], annotation["direction"])
    assert "leaves A/A people out" in annotation["statement"]


def test_asserted_reference_is_marked(variants_only: Path) -> None:
    options = CallOptions(absent_is_reference=True)
    asserted = pgx_ana.annotate(variants_only, genes="CYP19A1", options=options)
    row = asserted.calls.set_index("variant").loc["rs4646"]
    assert ("A/A", "called", "asserted") == (row["genotype"], row["status"], row["source"])
    annotation = asserted.annotations.set_index("association").loc["rs4646-disease-control"]
    assert ("A/A", "higher") == (annotation["genotype"], annotation["direction"])
    assert annotation["headline"].startswith("Asserted: ")
