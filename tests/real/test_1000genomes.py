"""The phased 1000 Genomes people on both assemblies, against bcftools reading the same files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest

import pgx_ana
from pgx_ana.api import Result
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.model import CallOptions, Variant
from pgx_ana.terms import Assembly

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
) -> Iterator[tuple[Variant, list[str]]]:
    """Yield each variant with everybody's genotype as bcftools has it; none where no row is.

    Rows at one position are joined by haplotype: the files are phased and without missing calls.
    """
    table: dict[tuple[str, int], list[list[str]]] = {}
    for gene in GENES:
        path = shared / "1000genomes" / assembly / f"{gene}.vcf.gz"
        places = {
            (v.loci[Assembly(assembly)].chrom, v.loci[Assembly(assembly)].pos)
            for v in curated.variants
        }
        prefix = "chr" if assembly == "GRCh38" else ""
        regions = ",".join(f"{prefix}{chrom}:{pos}" for chrom, pos in sorted(places))
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
        # The panels write an insertion into a repeat after its anchor alone.
        whole = [
            ["|".join(base + locus.ref[len(ref) :] for base in g.split("|")) for g in genotypes]
            for ref, _, *genotypes in rows
        ]
        columns = zip(*whole, strict=True)
        yield variant, [joined(genotypes, locus.ref) for genotypes in columns]


def joined(genotypes: tuple[str, ...], ref: str) -> str:
    """Join the genotypes of one person from several rows, haplotype by haplotype.

    ``?`` is a haplotype on which two rows have different alleles.
    """
    haplotypes = zip(*(genotype.split("|") for genotype in genotypes), strict=True)
    alleles = []
    for bases in haplotypes:
        others = {base for base in bases if base != ref}
        alleles.append("?" if len(others) > 1 else others.pop() if others else ref)
    return "|".join(alleles)


def test_every_genotype_equals_bcftools(
    cohort: Result, shared: Path, curated: KnowledgeBase, bcftools: Callable[..., str]
) -> None:
    """Every known variant that has a row, every one of 2,504 or 3,202 people; else absent.

    Alleles that the knowledge base does not have are shown as the change that they are.
    """
    calls = cohort.calls.pivot(  # noqa: PD010  # refuses duplicates; pivot_table would merge them
        index="sample", columns="variant", values=["genotype", "status"]
    )
    genotypes, statuses = calls["genotype"], calls["status"]
    seen = 0
    strange: dict[str, int] = {}
    for variant, expected in oracle_genotypes(shared, cohort.assembly, curated, bcftools):
        status = set(statuses[variant.id])
        if not expected:
            assert {"not_assessable" if variant.type == "repeat" else "absent"} == status
            continue
        assert len(expected) == PEOPLE[cohort.assembly]
        found = genotypes[variant.id].loc[list(cohort.samples)].tolist()
        known = set(variant.alleles)
        odd = [n for n, one in enumerate(expected) if not set(one.split("|")) <= known]
        strange |= {variant.id: len(odd)} if odd else {}
        for number in odd:
            assert "called" != statuses[variant.id].loc[cohort.samples[number]]
            found[number] = expected[number]
        assert expected == found, variant.id
        seen += 1
    assert (SEEN[cohort.assembly], ODD[cohort.assembly]) == (seen, strange)


SEEN = {"GRCh37": 75, "GRCh38": 87}
ODD = {"GRCh37": {}, "GRCh38": {"rs113667357": 3, "rs3064744": 1}}
"""People with an allele that is not known, or with two rows that contradict one another."""


def test_one_cohort_from_four_files(cohort: Result) -> None:
    """Files of different chromosomes with the same people are one patient each."""
    assert PEOPLE[cohort.assembly] == len(cohort) == len(set(cohort.samples))
    assert len(cohort) * cohort.calls["variant"].nunique() == len(cohort.calls)


def test_shared_people_annotate_alike(both: dict[str, Result]) -> None:
    """The 2,504 people of both panels get the same annotations but where a genotype differs.

    Each panel's genotypes are those of bcftools (above), but the panels were called from different
    reads (low coverage on GRCh37, 30x on GRCh38): the SNVs that differ are all listed. The lengths
    of repeats and the insertion beside one differ in more people, as published for the older panel.
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
    # Where rs776746 is absent, the statement names the reference base, which differs.
    same = ~other_genotype & (old.index.get_level_values("variant") != "rs776746")
    pd.testing.assert_frame_equal(old[same], new[same])


DIFFERENT_GENOTYPES = {
    "ABCB1-1236-2677-3435": 8,  # the panels were phased apart
    "CYP3A4-star": 2500,  # other sites have no record, so that others are open
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
