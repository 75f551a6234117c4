"""Annotated VCF of real files: rows stay as they are, and reading it gives the same calls."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from helpers.fixture_types import Bcftools
from helpers.paths import EXAMPLE
from helpers.vcf_rows import rows_of, told

from pgx_ana.annotated_vcf.identifiers import IDENTIFIER_LINES
from pgx_ana.annotation import Annotations
from pgx_ana.file_formats import FileFormat, OutputChoice
from pgx_ana.formats import write_annotations
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.pipeline import Request, Run, run


def panel(shared: Path, assembly: str) -> list[Path]:
    return sorted((shared / "1000genomes" / assembly).glob("*.vcf.gz"))


def annotated(
    paths: list[Path], knowledge: KnowledgeBase, target: Path, *, all_sites: bool
) -> tuple[Annotations, Annotations]:
    """Write some files, and return what they and the output say."""
    request = Request(tuple(map(str, paths)))
    running = Run(request, knowledge)
    rows = None if all_sites else running.input_rows()
    kind = FileFormat.BCF if target.suffix == ".bcf" else FileFormat.VCF
    choice = OutputChoice(kind, all_sites=all_sites, with_index=target.suffix != ".vcf")
    write_annotations(running.blocks(1000), choice, str(target), running.n_people, rows)
    return run(request, knowledge), run(Request((str(target),)), knowledge)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("assembly", "all_sites", "name"),
    [
        ("GRCh37", True, "out.vcf.gz"),
        ("GRCh38", True, "out.bcf"),
        ("GRCh37", False, "out.bcf"),
        ("GRCh38", False, "out.vcf.gz"),
    ],
)
def test_3202_people(
    shared: Path,
    curated: KnowledgeBase,
    tmp_path: Path,
    bcftools: Bcftools,
    assembly: str,
    all_sites: bool,
    name: str,
) -> None:
    paths = panel(shared, assembly)
    target = tmp_path / name
    first, second = annotated(paths, curated, target, all_sites=all_sites)
    assert told(first) == told(second)
    if not all_sites:
        untouched = [line for path in paths for line in bcftools("view", "-H", path).splitlines()]
        columns = {tuple(line.split("\t")[:7]): line for line in untouched}
        added = ("INFO/PGXID", "INFO/PGXANA", *(f"INFO/{key}" for key in IDENTIFIER_LINES))
        fields = ",".join((*added, "FORMAT/PGXS"))
        taken = ("annotate", "--no-version", "-x", fields, target)
        lines = bcftools(*taken).splitlines()
        rows = [line for line in lines if not line.startswith("#")]
        assert rows == [columns[tuple(row.split("\t")[:7])] for row in rows]
    assert bcftools("view", "-H", "-r", rows_of(bcftools("view", target))[0].fixed[0], target)


@pytest.mark.parametrize("assembly", ["GRCh37", "GRCh38"])
@pytest.mark.parametrize("all_sites", [True, False])
def test_the_example(
    curated: KnowledgeBase, tmp_path: Path, assembly: str, all_sites: bool
) -> None:
    path = EXAMPLE / f"spoiled.{assembly}.vcf"
    first, second = annotated([path], curated, tmp_path / "out.vcf", all_sites=all_sites)
    assert told(first) == told(second)
    lines = (tmp_path / "out.vcf").read_text(encoding="utf-8").splitlines()
    rows = [line for line in lines if not line.startswith("#")]
    if all_sites:
        assert len(rows) == len(first.calls.sites)
    else:
        before = path.read_text(encoding="utf-8").splitlines()
        assert [row.split("\t")[:7] for row in rows] == [
            line.split("\t")[:7] for line in before if not line.startswith("#")
        ]


CALLERS = (
    "clair3_ont.vcf.gz",
    "complete_genomics.HG00404.GRCh37.vcf",
    "deepvariant.vcf.gz",
    "dragen.vcf.gz",
    "dragen_exome.SYN-001.GRCh38.vcf.gz",
    "gatk_hc.HG00187.g.vcf.gz",
    "glnexus_trio.vcf.gz",
    "hipstr.NA12878.chr21.vcf.gz",
    "isaac.NA12881.genome.vcf.gz",
)


@pytest.mark.slow
@pytest.mark.parametrize("name", CALLERS)
def test_files_of_many_programs(
    shared: Path, curated: KnowledgeBase, tmp_path: Path, name: str
) -> None:
    path = shared / "callers" / name
    for all_sites in (True, False):
        for output in ("out.vcf.gz", "out.bcf"):
            first, second = annotated([path], curated, tmp_path / output, all_sites=all_sites)
            assert told(first) == told(second)


@pytest.mark.slow
@pytest.mark.parametrize("assembly", ["GRCh37", "GRCh38"])
@pytest.mark.parametrize("all_sites", [True, False])
def test_a_validator_says_no_more_than_of_the_input(
    shared: Path, curated: KnowledgeBase, tmp_path: Path, assembly: str, all_sites: bool
) -> None:
    """The program vcf-validator of vcftools, which also counts AC and AN."""
    program = shutil.which("vcf-validator")
    if program is None:
        pytest.skip("vcf-validator is not installed")

    def complaints(path: Path) -> list[str]:
        process = subprocess.run([program, path], check=False, capture_output=True, text=True)
        return (process.stdout + process.stderr).splitlines()

    example = EXAMPLE / f"spoiled.{assembly}.vcf"
    (gene,) = (path for path in panel(shared, assembly) if "CYP3A4" in path.name)
    for path in (example, gene):
        annotated([path], curated, tmp_path / "out.vcf", all_sites=all_sites)
        of_input = set() if all_sites else set(complaints(path))
        assert set(complaints(tmp_path / "out.vcf")) <= of_input
