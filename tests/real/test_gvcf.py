"""Real GATK gVCFs, checked against an independent scan of the files and against 1000 Genomes."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from helpers.records_of import records_at

import pgx_ana
from pgx_ana.api import Result
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.terms import Assembly

INDELS = {"rs3064744", "rs67666821", "rs4646438"}
TRUTH = re.compile(r"(?P<kind>REFBLK|SPAN)?(?P<genotype>[^:]+)(:DP(?P<dp>\d+))?(:GQ(?P<gq>\d+))?")


@pytest.fixture(scope="module")
def people(shared: Path) -> Result:
    return pgx_ana.annotate(sorted((shared / "gvcf").glob("*.g.vcf.gz")))


def truth_rows(shared: Path, variants: set[str]) -> Iterator[tuple[str, str, re.Match[str]]]:
    """Yield variant, sample and the scanned genotype of each known site."""
    with (shared / "truth" / "genotypes_gvcf.tsv").open() as stream:
        for row in csv.DictReader(stream, delimiter="\t"):
            if row["rsid"] not in variants:
                continue
            for sample, text in row.items():
                if re.match(r"(HG|NA)\d+$", sample):
                    match = TRUTH.fullmatch(text)
                    assert match is not None, text
                    yield row["rsid"], sample, match


def test_every_site_equals_the_scan(people: Result, shared: Path) -> None:
    """Genotype, GQ, DP and source (record or block) of 31 people at all scanned known sites.

    The depth of a block is that of its worst base (MIN_DP); the scan has its DP. The scan was by
    position, so insertions, deletions and repeats, which depend on all rows in their window, are
    left out.
    """
    calls = people.calls.set_index(["variant", "sample"]).to_dict("index")
    variants = set(people.calls["variant"].unique()) - INDELS
    expected, actual = {}, {}
    ref = people.calls.drop_duplicates("variant").set_index("variant")["ref"].to_dict()
    for variant, sample, truth in truth_rows(shared, variants):
        bases = truth["genotype"].split("/")
        if truth["kind"] == "REFBLK":
            bases = [ref[variant]] * 2
        source = "reference_block" if truth["kind"] == "REFBLK" else "record"
        quality = int(truth["gq"])
        status = "called" if quality >= 10 else "filtered"
        expected[variant, sample] = (sorted(bases), status, source, quality)
        row = calls[variant, sample]
        bases = re.split(r"[/|]", row["genotype"])
        actual[variant, sample] = (
            sorted(bases),
            row["status"],
            row["source"],
            int(row["gq"]),
        )
        depth = int(truth["dp"])
        assert row["dp"] <= depth if truth["kind"] == "REFBLK" else row["dp"] == depth
    assert 88 * 31 == len(expected)
    assert expected == actual


def test_nobody_has_a_base_that_is_not_defined(
    people: Result, shared: Path, curated: KnowledgeBase, bcftools: Callable[..., str]
) -> None:
    """The bases of the knowledge base are those that people have, by rows that bcftools reads."""
    loci = {v.id: v.loci[Assembly.GRCH38] for v in curated.variants if v.is_snv}
    names = {(f"chr{locus.chrom}", str(locus.pos)): name for name, locus in loci.items()}
    places = ",".join(f"{chrom}:{pos}" for chrom, pos in sorted(names))
    carried: dict[str, Counter[str]] = {}
    for path in sorted((shared / "gvcf").glob("*.g.vcf.gz")):
        text = bcftools("query", "-r", places, "-f", "%CHROM\t%POS\t%REF\t%ALT[\t%TGT]\n", path)
        for chrom, pos, ref, alt, genotype in map(str.split, text.splitlines()):
            if (chrom, pos) in names and len(ref) == len(alt.split(",")[0]) == 1:
                counts = carried.setdefault(names[chrom, pos], Counter())
                counts.update(re.split(r"[/|]", genotype))
    known = {variant.id: set(variant.alleles) for variant in curated.variants}
    assert {} == {name: bases for name, bases in carried.items() if not set(bases) <= known[name]}
    assert (100, {"C": 41, "T": 9}) == (len(carried), carried["rs4476990"])
    assert 0 == (people.calls["status"] == "unknown_allele").sum()
    called = people.calls[people.calls["variant"] == "rs4476990"]["genotype"].astype(str)
    assert {"C/C": 16, "T/C": 9, "T/T": 6} == called.value_counts().to_dict()


def test_same_people_in_1000_genomes(people: Result, shared: Path) -> None:
    """The 31 people have the same genotypes in the phased panel, without exception."""
    panel = pgx_ana.annotate(
        sorted((shared / "1000genomes" / "GRCh38").glob("*.vcf.gz")), samples=people.samples
    )
    both = [
        result.calls[result.calls["status"] == "called"]
        .set_index(["variant", "sample"])["genotype"]
        .astype(str)
        .map(lambda text: "/".join(sorted(re.split(r"[/|]", text))))
        for result in (people, panel)
    ]
    common = both[0].index.intersection(both[1].index)
    gvcf, phased = (genotypes.loc[common] for genotypes in both)
    assert (1788, {}) == (
        len(common),
        {key: (gvcf[key], phased[key]) for key in common[gvcf != phased]},
    )


def test_blocks_without_confidence_are_not_calls(shared: Path) -> None:
    """Blocks with GQ 0 at sites outside the knowledge base, heterozygous in 1000 Genomes."""
    import dataclasses

    from pgx_ana.calling import call_site
    from pgx_ana.knowledge import load
    from pgx_ana.model import CallOptions, Locus, Variant
    from pgx_ana.terms import Assembly, CallStatus
    from pgx_ana.vcf import ContigNames, Headers, Target, VariantFile

    names = ContigNames(load().contig_tables)
    with (shared / "truth" / "genotypes_gvcf.tsv").open() as stream:
        zero_quality = [
            (row["rsid"], row["chrom"].removeprefix("chr"), int(row["pos38"]), sample)
            for row in csv.DictReader(stream, delimiter="\t")
            for sample, text in row.items()
            if re.match(r"REFBLK.*GQ0$", text or "")
        ]
    assert {"rs10929302", "rs1976391", "rs1202170"} == {rsid for rsid, *_ in zero_quality}
    for rsid, chrom, pos, sample in zero_quality:
        file = VariantFile(str(shared / "gvcf" / f"{sample}.g.vcf.gz"), Headers(names))
        (records,) = records_at(file, [Target(chrom, pos, pos)])
        ref = records[0].ref if records[0].pos == pos else "A"
        locus = Locus(chrom, pos, ref, pos, ref)
        variant = Variant(rsid, "X", "snv", (ref, "T"), {Assembly.GRCH38: locus})
        for options, expected in (
            (CallOptions(), CallStatus.FILTERED),
            (CallOptions(min_gq=0), CallStatus.CALLED),
        ):
            site = call_site(variant, Assembly.GRCH38, records, 1, options, sample)
            assert [expected] == [call.status for call in site.calls.values]
        assert dataclasses.asdict(site.calls.values[0])["source"] == "reference_block"
