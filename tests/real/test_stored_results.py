"""Real people read back from their results: the documents are those that were written."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from helpers.paths import EXAMPLE, PANEL_GENES
from helpers.people_in_blocks import in_blocks
from helpers.stored_results import (
    assert_same,
    assert_same_from_lines,
    stored_run,
    texts,
    written,
)

from pgx_ana.annotation import Annotations
from pgx_ana.coded import Coded
from pgx_ana.file_formats import FileFormat, OutputChoice
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.model import CallOptions, Circumstances
from pgx_ana.output import patient_texts
from pgx_ana.pipeline import Request, Selection, run
from pgx_ana.terms import Assembly

CONTEXTS = (
    Circumstances(),
    Circumstances("female", "adjuvant"),
    Circumstances("male", "men_testosterone"),
    Circumstances("male"),
)


@pytest.mark.parametrize("assembly", Assembly)
@pytest.mark.parametrize("asserted", [False, True], ids=["observed", "asserted"])
def test_the_example(
    curated: KnowledgeBase, tmp_path: Path, assembly: Assembly, asserted: bool
) -> None:
    path = str(EXAMPLE / f"spoiled.{assembly}.vcf")
    chosen = Selection(genes=("CYP19A1", "CYP3A4") if asserted else ())
    options = CallOptions(absent_is_reference=asserted)
    people = run(Request((path,), chosen, options, population="EUR", context="adjuvant"), curated)
    assert_same(people, tmp_path)
    assert_same_from_lines(people, tmp_path)


@pytest.fixture(scope="module", params=Assembly)
def cohort(request: pytest.FixtureRequest, shared: Path, curated: KnowledgeBase) -> Annotations:
    """Return the people of 1000 Genomes, in several contexts."""
    folder = shared / "1000genomes" / request.param
    paths = tuple(str(folder / f"{gene}.vcf.gz") for gene in PANEL_GENES)
    people = run(Request(tuple(path for path in paths if Path(path).exists())), curated)
    codes = np.arange(len(people.calls.samples)) % len(CONTEXTS)
    return dataclasses.replace(people, circumstances=Coded(CONTEXTS, codes))


@pytest.mark.slow
def test_a_cohort_from_parquet(cohort: Annotations, tmp_path: Path) -> None:
    path = written(cohort, tmp_path, block=1000)
    found = texts(stored_run(path, cohort.knowledge).blocks(700))
    for expected, text in zip(patient_texts(cohort), found, strict=True):
        assert expected == text


@pytest.mark.slow
def test_some_of_a_cohort_from_an_array(cohort: Annotations, tmp_path: Path) -> None:
    some = next(in_blocks(cohort, 150))
    path = written(some, tmp_path, OutputChoice(FileFormat.JSON))
    found = texts(stored_run(path, cohort.knowledge).blocks(70))
    for expected, text in zip(patient_texts(some), found, strict=True):
        assert expected == text


@pytest.mark.slow
def test_gvcfs(shared: Path, curated: KnowledgeBase, tmp_path: Path) -> None:
    """People with a file each, which are called together."""
    paths = sorted((shared / "gvcf").glob("*.g.vcf.gz"))[:12]
    people = run(Request(tuple(map(str, paths))), curated)
    assert_same(people, tmp_path, 5)
    assert_same_from_lines(people, tmp_path, 5)


CALLERS = (
    "clair3_ont.vcf.gz",
    "complete_genomics.HG00404.GRCh37.vcf",
    "deepvariant.g.vcf.bgz",
    "deepvariant_pacbio.vcf.gz",
    "dragen_exome.SYN-001.GRCh38.vcf.gz",
    "freebayes.g.vcf",
    "gatk_hc.HG00187.g.vcf.gz",
    "glnexus_trio.vcf.gz",
    "isaac.NA12881.genome.vcf.gz",
    "minimac_imputed_DS_GP_HDS.vcf",
    "octopus.vcf",
)


@pytest.mark.parametrize("name", CALLERS)
def test_callers(shared: Path, curated: KnowledgeBase, tmp_path: Path, name: str) -> None:
    has_lengths = name not in {"freebayes.g.vcf", "minimac_imputed_DS_GP_HDS.vcf", "octopus.vcf"}
    chosen = Selection(assembly=None if has_lengths else Assembly.GRCH37)
    people = run(Request((str(shared / "callers" / name),), chosen), curated)
    assert_same(people, tmp_path)
    assert_same_from_lines(people, tmp_path)
