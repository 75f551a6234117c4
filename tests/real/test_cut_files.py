"""Files that other programs cut to the listed sites: the same calls as from the whole file.

The real gVCFs and panels are cut by bcftools, tabix and plink2.
"""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from helpers.paths import PANEL_GENES

from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.terms import Assembly

if TYPE_CHECKING:
    from helpers.fixture_types import Bcftools, Run

PANELS = ("GRCh37", "GRCh38")
LOST_BY_IDS = {"rs3064744", "rs11575899", "rs60271534"}
"""They have other rsIDs in the panel on GRCh37: rs34983651, rs28892005, rs149494347."""


def program(name: str) -> str:
    """Return the path of a program; the test is skipped where it is missing."""
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"{name} is not installed")
    return path


def sites_file(run: Run, folder: Path, file_format: str, *words: str) -> Path:
    """Return a file with the known sites; bcftools and tabix take only names in .bed for BED."""
    result = run("kb", "list", "--format", file_format, *words)
    assert 0 == result.exit_code
    path = folder / f"sites.{'bed' if file_format == 'bed' else 'txt'}"
    path.write_text(result.stdout, encoding="utf-8")
    return path


def tables(run: Run, folder: Path, names: Sequence[str], output: Path) -> dict[str, bytes]:
    """Return the calls and haplotypes of files in a folder, which are named without it."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        result = run("annotate", *names, "-t", "calls,haplotypes", "-o", output)
    finally:
        os.chdir(before)
    assert 0 == result.exit_code
    return {path.name: path.read_bytes() for path in sorted(output.iterdir())}


def rows_of(files: dict[str, bytes]) -> list[dict[str, str]]:
    """Return the rows of the table of calls."""
    lines = files["calls.tsv"].decode("utf-8").splitlines()
    return list(csv.DictReader(lines, delimiter="\t"))


def changed_calls(
    whole: dict[str, bytes], cut: dict[str, bytes]
) -> list[tuple[dict[str, str], dict[str, str]]]:
    """Return the calls that a cut file changes, as they were and as they are."""
    pairs = zip(rows_of(whole), rows_of(cut), strict=True)
    return [(old, new) for old, new in pairs if old != new]


@pytest.fixture(scope="module", params=PANELS)
def panel(
    request: pytest.FixtureRequest,
    shared: Path,
    run: Run,
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[str, Path, dict[str, bytes]]:
    """Return an assembly, the folder of its panel, and the tables of the whole files."""
    folder = shared / "1000genomes" / request.param
    output = tmp_path_factory.mktemp("whole") / "tables"
    names = [f"{gene}.vcf.gz" for gene in PANEL_GENES]
    return request.param, folder, tables(run, folder, names, output)


@pytest.mark.slow
@pytest.mark.parametrize("file_format", ["bed", "regions"])
def test_panels_cut_by_bcftools(
    file_format: str,
    panel: tuple[str, Path, dict[str, bytes]],
    run: Run,
    bcftools: Bcftools,
    tmp_path: Path,
) -> None:
    assembly, folder, whole = panel
    names = [f"{gene}.vcf.gz" for gene in PANEL_GENES]
    words = ["--assembly", assembly, *(["--chr-prefix"] if assembly == "GRCh38" else [])]
    sites = sites_file(run, tmp_path, file_format, *words)
    cut = tmp_path / "cut"
    cut.mkdir()
    for name in names:
        bcftools("view", "-R", sites, folder / name, "-O", "z", "-o", cut / name)
    assert ["calls.tsv", "haplotypes.tsv"] == list(whole)
    assert sum(path.stat().st_size for path in cut.iterdir()) < 0.2 * sum(
        (folder / name).stat().st_size for name in names
    )
    assert whole == tables(run, cut, names, tmp_path / "tables")


@pytest.fixture(scope="module")
def gvcf(
    shared: Path, run: Run, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, list[str], dict[str, bytes]]:
    """Return the folder of the gVCFs, their names, and the tables of the whole files."""
    folder = shared / "gvcf"
    names = sorted(path.name for path in folder.glob("*.g.vcf.gz"))
    return folder, names, tables(run, folder, names, tmp_path_factory.mktemp("whole") / "tables")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file_format", "options"),
    [
        ("bed", ["-R"]),
        ("regions", ["-R"]),
        ("bed", ["--targets-overlap", "1", "-T"]),
        ("regions", ["--targets-overlap", "1", "-T"]),
    ],
)
def test_gvcfs_cut_by_bcftools(
    file_format: str,
    options: list[str],
    gvcf: tuple[Path, list[str], dict[str, bytes]],
    run: Run,
    bcftools: Bcftools,
    tmp_path: Path,
) -> None:
    folder, names, whole = gvcf
    sites = sites_file(run, tmp_path, file_format, "--assembly", "GRCh38", "--chr-prefix")
    cut = tmp_path / "cut"
    cut.mkdir()
    for name in names:
        bcftools("view", *options, sites, folder / name, "-O", "z", "-o", cut / name)
    assert whole == tables(run, cut, names, tmp_path / "tables")


@pytest.mark.slow
@pytest.mark.parametrize("file_format", ["bed", "regions"])
def test_gvcfs_cut_by_tabix(
    file_format: str,
    gvcf: tuple[Path, list[str], dict[str, bytes]],
    run: Run,
    tmp_path: Path,
) -> None:
    """It writes a block once for each region that it overlaps, which changes no call."""
    folder, names, whole = gvcf
    sites = sites_file(run, tmp_path, file_format, "--assembly", "GRCh38", "--chr-prefix")
    cut = tmp_path / "cut"
    cut.mkdir()
    repeated = 0
    for name in names:
        command = [program("tabix"), "-h", "-R", str(sites), str(folder / name)]
        text = subprocess.run(command, check=True, capture_output=True).stdout
        repeated += max(Counter(text.splitlines()).values()) > 1
        (cut / name).write_bytes(text)
    assert len(names) == repeated
    assert whole == tables(run, cut, names, tmp_path / "tables")


@pytest.mark.slow
def test_blocks_that_begin_before_a_region_are_lost_by_targets(
    gvcf: tuple[Path, list[str], dict[str, bytes]],
    run: Run,
    curated: KnowledgeBase,
    bcftools: Bcftools,
    tmp_path: Path,
) -> None:
    """Without ``--targets-overlap 1``: what is lost is never called, and nothing else changes."""
    folder, names, whole = gvcf
    sites = sites_file(run, tmp_path, "bed", "--assembly", "GRCh38", "--chr-prefix")
    cut = tmp_path / "cut"
    cut.mkdir()
    for name in names:
        bcftools("view", "-T", sites, folder / name, "-O", "z", "-o", cut / name)
    left = tables(run, cut, names, tmp_path / "tables")
    changed = changed_calls(whole, left)
    assert {"reference_block"} == {old["source"] for old, _ in changed}
    assert {"absent", "not_assessable"} == {new["status"] for _, new in changed}
    from_blocks = sum(row["source"] == "reference_block" for row in rows_of(whole))
    assert 0.75 < len(changed) / from_blocks < 0.85
    snvs = {variant.id for variant in curated.variants if variant.is_snv}
    spans = {name: spans_that_begin_in_windows(folder / name, curated, bcftools) for name in names}
    assert {
        (row["sample"], row["variant"])
        for row in rows_of(whole)
        if row["variant"] in snvs
        and row["source"] == "reference_block"
        and not any(
            chrom == row["chrom"] and start <= int(row["pos"]) <= end
            for chrom, start, end in spans[row["file"]]
        )
    } == {(old["sample"], old["variant"]) for old, _ in changed if old["variant"] in snvs}


def spans_that_begin_in_windows(
    path: Path, curated: KnowledgeBase, bcftools: Bcftools
) -> list[tuple[str, int, int]]:
    """Return the stretches of the rows whose POS is in any window of GRCh38."""
    loci = [variant.loci[Assembly.GRCH38] for variant in curated.variants]
    spans = []
    for line in bcftools("query", "-f", "%CHROM\t%POS\t%END\n", path).splitlines():
        chrom, start, end = line.removeprefix("chr").split("\t")
        if any(
            chrom == locus.chrom and locus.window_start <= int(start) <= locus.window_end
            for locus in loci
        ):
            spans.append((chrom, int(start), int(end)))
    return spans


def variants_kept(vcf: Path, extract: Sequence[object], output: Path) -> list[tuple[str, ...]]:
    """Return CHROM, POS, REF and ALT of the rows that plink2 extracts from a VCF."""
    words = ["--vcf", vcf, "--extract", *extract, "--make-just-pvar", "--out", output]
    command = [program("plink2"), *map(str, words), "--threads", "1"]
    subprocess.run(command, check=True, capture_output=True)
    lines = output.with_suffix(".pvar").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    return [(chrom, pos, ref, alt) for chrom, pos, _, ref, alt, *_ in rows]


@pytest.mark.slow
@pytest.mark.parametrize(("file_format", "modifier"), [("bed", "bed0"), ("regions", "bed1")])
@pytest.mark.parametrize("assembly", PANELS)
def test_plink2_extracts_the_rows_at_the_sites(
    assembly: str,
    file_format: str,
    modifier: str,
    shared: Path,
    run: Run,
    curated: KnowledgeBase,
    bcftools: Bcftools,
    tmp_path: Path,
) -> None:
    """Those whose POS is in a window, whether chromosomes are called 15 or chr15."""
    sites = sites_file(run, tmp_path, file_format, "--assembly", assembly)
    loci = [variant.loci[Assembly(assembly)] for variant in curated.variants]
    kept, expected = {}, {}
    for gene in PANEL_GENES:
        path = shared / "1000genomes" / assembly / f"{gene}.vcf.gz"
        kept[gene] = variants_kept(path, [modifier, sites], tmp_path / gene)
        text = bcftools("query", "-f", "%CHROM\t%POS\t%REF\t%ALT\n", path)
        rows = [tuple(line.removeprefix("chr").split("\t")) for line in text.splitlines()]
        expected[gene] = [
            row
            for row in rows
            if any(
                row[0] == locus.chrom and locus.window_start <= int(row[1]) <= locus.window_end
                for locus in loci
            )
        ]
    assert expected == kept
    assert all(expected.values())


@pytest.mark.slow
def test_plink2_extracts_rows_by_rsid(
    shared: Path, run: Run, bcftools: Bcftools, tmp_path: Path
) -> None:
    sites = sites_file(run, tmp_path, "ids")
    rsids = set(sites.read_text(encoding="utf-8").split())
    for gene in PANEL_GENES:
        path = shared / "1000genomes" / "GRCh37" / f"{gene}.vcf.gz"
        text = bcftools("query", "-f", "%ID\t%CHROM\t%POS\t%REF\t%ALT\n", path)
        rows = [line.split("\t") for line in text.splitlines()]
        expected = [tuple(row) for rsid, *row in rows if rsid in rsids]
        assert expected
        assert expected == variants_kept(path, [sites], tmp_path / gene)


@pytest.mark.slow
def test_rows_with_other_rsids_are_lost_by_ids(
    shared: Path, run: Run, bcftools: Bcftools, tmp_path: Path
) -> None:
    """What is lost is never called, and nothing else changes: regions are safer."""
    folder = shared / "1000genomes" / "GRCh37"
    names = [f"{gene}.vcf.gz" for gene in PANEL_GENES]
    sites = sites_file(run, tmp_path, "ids")
    cut = tmp_path / "cut"
    cut.mkdir()
    for name in names:
        bcftools("view", "-i", f"ID=@{sites}", folder / name, "-O", "z", "-o", cut / name)
    whole = tables(run, folder, names, tmp_path / "whole")
    changed = changed_calls(whole, tables(run, cut, names, tmp_path / "tables"))
    assert LOST_BY_IDS == {old["variant"] for old, _ in changed}
    assert {"absent", "not_assessable"} == {new["status"] for _, new in changed}


@pytest.mark.slow
def test_ids_that_are_no_rsids_keep_nothing(shared: Path, run: Run, tmp_path: Path) -> None:
    """The IDs of the GRCh38 panel are positions and alleles; plink2 says that nothing is left."""
    sites = sites_file(run, tmp_path, "ids")
    path = shared / "1000genomes" / "GRCh38" / "UGT1A4.vcf.gz"
    with pytest.raises(subprocess.CalledProcessError) as caught:
        variants_kept(path, [sites], tmp_path / "kept")
    assert b"No variants remaining" in caught.value.stderr + caught.value.stdout
