"""A cohort of twenty thousand people: every genotype is counted, in memory with a ceiling.

The people are made from a seed, so it is known how many have each genotype at each site.
"""

from __future__ import annotations

import hashlib
import os
import resource
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import polars as pl
import pysam
import pytest
from helpers.fixture_types import Bcftools
from helpers.paths import ROOT
from polars.testing import assert_frame_equal
from tools.large_cohort import KINDS, Site, Truth, known_sites, write_cohort

from pgx_ana.knowledge import KnowledgeBase

pytestmark = pytest.mark.slow

N_PEOPLE = 20_000
MULTIALLELIC = "rs2032582"

MEMORY = 1 << 30
"""Bytes of address space: the program and its libraries take most of it, and the rows of all people
as text, half a gigabyte, do not fit as well."""


CHUNK = 1 << 24
"""Bytes of a table that are compared at a time."""


@dataclass(frozen=True)
class Cohort:
    """A file of many people, and how many have each GT at each site."""

    path: Path
    truth: Truth

    @cached_property
    def calls(self) -> Path:
        """The calls of all people."""
        return annotated(self.path.parent / "calls.tsv", [self.path], "-t", "calls")


@pytest.fixture(scope="module", params=KINDS)
def cohort(
    request: pytest.FixtureRequest, shared: Path, tmp_path_factory: pytest.TempPathFactory
) -> Cohort:
    path = tmp_path_factory.mktemp(request.param) / "cohort.vcf.gz"
    return Cohort(path, write_cohort(path, request.param, N_PEOPLE))


@pytest.fixture(scope="module")
def sites(curated: KnowledgeBase) -> list[Site]:
    return known_sites(curated)


def annotated(output: Path, paths: Sequence[Path], *options: str) -> Path:
    """Run the program in little memory, and return where its output is."""
    command = [sys.executable, "-m", "pgx_ana", "annotate", "-q", *options, "-o", str(output)]
    # Each thread of a library for matrices reserves memory: their number must not matter here.
    subprocess.run(
        [*command, *map(str, paths)],
        check=True,
        cwd=ROOT,
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY)),
        stderr=subprocess.DEVNULL,
    )
    return output


def read_columns(path: Path, *names: str) -> pl.DataFrame:
    """Return columns of a table, as text."""
    return pl.read_csv(path, separator="\t", columns=names, infer_schema=False, quote_char=None)


def expected_call(site: Site, gt: str) -> tuple[str, str]:
    """Return genotype and status for a GT; of an unphased one, a missing copy is written last."""
    sign = gt[1]
    bases = {".": "."} | {str(n): allele for n, allele in enumerate((site.ref, *site.alts))}
    copies = [bases[copy] for copy in gt.split(sign)]
    if sign == "/":
        copies.sort(key=".".__eq__)
    return sign.join(copies), ("called", "partial", "no_call")[copies.count(".")]


def test_counts_of_every_genotype_and_status(cohort: Cohort, sites: list[Site]) -> None:
    """They equal those that made the file; each person has one row for each site."""
    expected = {
        (site.variant, *expected_call(site, gt)): n
        for site in sites
        for gt, n in cohort.truth[site.variant].items()
    }
    calls = read_columns(cohort.calls, "sample", "variant", "genotype", "status")
    counts = calls.group_by("variant", "genotype", "status").len().rows()
    assert expected == {tuple(key): n for *key, n in counts}
    people = [f"P{number:07}" for number in range(1, N_PEOPLE + 1)]
    assert [(name, len(sites)) for name in people] == calls.group_by(
        "sample", maintain_order=True
    ).len().rows()


def test_genotype_of_every_person_at_a_site(cohort: Cohort, sites: list[Site]) -> None:
    """They equal those that pysam reads from the file."""
    (site,) = (site for site in sites if site.variant == MULTIALLELIC)
    with pysam.VariantFile(str(cohort.path)) as file:
        (record,) = file.fetch(site.contig, site.pos - 1, site.pos)
        alleles = {name: sample.alleles for name, sample in record.samples.items()}
    calls = read_columns(cohort.calls, "sample", "variant", "genotype")
    found = dict(calls.filter(variant=site.variant).select("sample", "genotype").rows())
    assert list(alleles) == list(found)
    differing = {
        name: (alleles[name], genotype)
        for name, genotype in found.items()
        if sorted(base or "." for base in alleles[name] or ())
        != sorted(genotype.replace("|", "/").split("/"))
    }
    assert {} == differing


def test_haplotypes_and_summaries_in_little_memory(cohort: Cohort) -> None:
    folder = annotated(cohort.path.parent / "tables", [cohort.path], "-t", "haplotypes,summary")
    for name in ("haplotypes.tsv", "summary.tsv"):
        counts = read_columns(folder / name, "sample").group_by("sample").len()
        assert N_PEOPLE == len(counts)
        assert 1 == counts["len"].n_unique()


def test_the_same_calls_as_parquet(cohort: Cohort) -> None:
    folder = annotated(cohort.path.parent / "parquet", [cohort.path], "-f", "parquet")
    keys, values = ["sample", "variant"], ["genotype", "status", "source", "reason"]
    columns = [pl.col(name).cast(pl.String).fill_null(".") for name in keys + values]
    stored = pl.read_parquet(folder / "calls.parquet", columns=keys + values).select(columns)
    written = read_columns(cohort.calls, *keys, *values)
    assert N_PEOPLE * written["variant"].n_unique() == len(written)
    assert_frame_equal(written.select(keys + values).sort(keys), stored.sort(keys))


@pytest.mark.parametrize("form", ["bcf", "split", "shards"])
def test_the_same_people_in_another_form(form: str, cohort: Cohort, bcftools: Bcftools) -> None:
    """BCF, a row for each alternate, or a file for each chromosome: the same rows."""
    paths = FORMS[form](cohort.path, bcftools)
    other = annotated(cohort.path.parent / f"{form}.tsv", paths, "-t", "calls")
    expected = digest_without_files(cohort.calls, [cohort.path])
    assert expected == digest_without_files(other, paths)
    other.unlink()  # it is large


def as_bcf(path: Path, bcftools: Bcftools) -> list[Path]:
    target = path.with_name("cohort.bcf")
    bcftools("view", "--no-version", "-Ob", "-o", target, path)
    return [target]


def as_split_rows(path: Path, bcftools: Bcftools) -> list[Path]:
    target = path.with_name("split.vcf.gz")
    bcftools("norm", "--no-version", "-m", "-any", "-Oz", "-o", target, path)
    with pysam.VariantFile(str(path)) as joined, pysam.VariantFile(str(target)) as split:
        assert sum(len(record.alts or ()) for record in joined) == sum(1 for _ in split)
    return [target]


def as_shards(path: Path, bcftools: Bcftools) -> list[Path]:
    with pysam.TabixFile(str(path)) as file:
        contigs = file.contigs
    assert len(contigs) > 10
    targets = [path.with_name(f"{contig}.vcf.gz") for contig in contigs]
    for contig, target in zip(contigs, targets, strict=True):
        bcftools("view", "--no-version", "-Oz", "-o", target, path, contig)
    return targets


FORMS = {"bcf": as_bcf, "split": as_split_rows, "shards": as_shards}


def digest_without_files(table: Path, inputs: Sequence[Path]) -> str:
    """Return a digest of a table without the names of its input files."""
    digest = hashlib.sha256()
    with table.open("rb") as file:
        while lines := file.readlines(CHUNK):
            chunk = b"".join(lines)
            for path in inputs:
                chunk = chunk.replace(f"\t{path}\t".encode(), b"\t")
            digest.update(chunk)
    return digest.hexdigest()
