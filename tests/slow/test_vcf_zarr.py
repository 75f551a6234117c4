"""Real files as VCF Zarr, written by bio2zarr: the rows of calls and haplotypes are the same.

A store does not hold all that a VCF file does; none of these files shows it: whether a genotype was
written as missing or had no GT, and which fields a row names that nobody has.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pysam
import pysam.bcftools
import pytest
from helpers.containers import table_without_file
from helpers.paths import PANEL_GENES, tool_environment
from helpers.table_text import table_text

from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.output import make_table
from pgx_ana.pipeline import Request, run
from pgx_ana.terms import TableName

CONVERTER = tool_environment("bio2zarr") / "bin" / "vcf2zarr"
FOUND = str(CONVERTER) if CONVERTER.exists() else shutil.which("vcf2zarr")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(FOUND is None, reason="bio2zarr is not installed: make bio2zarr"),
]

PANELS = [
    f"1000genomes/{assembly}/{gene}.vcf.gz"
    for assembly in ("GRCh37", "GRCh38")
    for gene in PANEL_GENES
]
WITH_QUALITIES = [
    "gvcf/HG00276.g.vcf.gz",
    "callers/gatk_hc.HG00187.g.vcf.gz",
    "callers/glnexus_trio.vcf.gz",
    "callers/isaac.NA12881.genome.vcf.gz",
    "reports/b11_svlen_of_second_alt.vcf",
    "reports/12c_v45_phased.vcf",
]


def converted(path: Path, folder: Path, zarr_format: int) -> tuple[Path, Path]:
    """Return a sorted and indexed copy of a file, and its store."""
    copy, store = folder / "copy.vcf.gz", folder / "copy.vcz"
    options = ("--no-version", "-Oz", "-o", str(copy), str(path))
    pysam.bcftools.view(*options, catch_stdout=False)
    pysam.tabix_index(str(copy), preset="vcf", force=True)
    words = ("convert", "-Q", "--zarr-format", str(zarr_format), str(copy), str(store))
    subprocess.run([str(FOUND), *words], check=True, capture_output=True)
    return copy, store


def rows(path: Path, knowledge: KnowledgeBase) -> list[list[list[str]]]:
    annotations = run(Request((str(path),)), knowledge)
    tables = (TableName.CALLS, TableName.HAPLOTYPES)
    texts = [table_text(make_table(table, annotations)) for table in tables]
    return [table_without_file(texts[0]), [line.split("\t") for line in texts[1].splitlines()]]


@pytest.mark.parametrize("name", [*PANELS, *WITH_QUALITIES])
def test_a_store_has_the_rows_of_its_file(
    shared: Path, tmp_path: Path, curated: KnowledgeBase, name: str
) -> None:
    copy, store = converted(shared / name, tmp_path, 2)
    expected, found = rows(copy, curated), rows(store, curated)
    for one, other in zip(expected, found, strict=True):
        assert [] == [pair for pair in zip(one, other, strict=True) if pair[0] != pair[1]][:5]
    statuses = {row[expected[0][0].index("status")] for row in expected[0][1:]}
    assert "called" in statuses or name.startswith(("callers", "reports"))


def test_format_3_has_the_same_rows(shared: Path, tmp_path: Path, curated: KnowledgeBase) -> None:
    copy, store = converted(shared / WITH_QUALITIES[0], tmp_path, 3)
    assert (store / "zarr.json").exists()
    assert rows(copy, curated) == rows(store, curated)
