"""The tables of 3,202 people as Parquet, in every cell, and as one row per person."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import polars as pl
import pyarrow.parquet as pq
import pytest
from helpers.parquet_rows import assert_equal_to_frames, parquet_folder
from helpers.paths import PANEL_GENES
from helpers.people_in_blocks import in_blocks

from pgx_ana.annotation import Annotations
from pgx_ana.file_formats import FileFormat, Layout, OutputChoice
from pgx_ana.formats import write_annotations
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.pipeline import Request, run
from pgx_ana.terms import WIDE_TABLES, TableName


@pytest.fixture(scope="module")
def cohort(shared: Path, curated: KnowledgeBase) -> Annotations:
    folder = shared / "1000genomes" / "GRCh38"
    return run(Request(tuple(str(folder / f"{gene}.vcf.gz") for gene in PANEL_GENES)), curated)


@pytest.fixture(scope="module")
def folder(cohort: Annotations, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return parquet_folder(in_blocks(cohort, 1000), tmp_path_factory.mktemp("results"))


def test_rows_are_those_of_the_data_frames(cohort: Annotations, folder: Path) -> None:
    assert 3202 == len(cohort.calls.samples)
    assert_equal_to_frames(cohort, folder)


def test_annotations_follow_from_calls_and_conclusions(folder: Path) -> None:
    calls = pl.concat(
        pl.read_parquet(folder / f"{name}.parquet", columns=["sample_index", "conclusion"])
        for name in ("calls", "haplotypes")
    )
    conclusions = pl.read_parquet(folder / "conclusions.parquet")
    joined = calls.join(conclusions, on="conclusion").sort("sample_index", "association_number")
    expected = pl.read_parquet(folder / "annotations.parquet").sort(
        "sample_index", maintain_order=True
    )
    columns = [name for name in expected.columns if name != "sample"]
    assert len(expected) > 500_000
    assert expected.select(columns).equals(joined.select(columns))


def test_all_is_one_row_group(folder: Path) -> None:
    """Several blocks share one, so that a small cohort is read in one piece."""
    groups = {path.stem: pq.read_metadata(path).num_row_groups for path in folder.iterdir()}
    assert dict.fromkeys(TableName, 1) == groups


def test_one_row_per_person(cohort: Annotations, folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "wide.parquet"
    choice = OutputChoice(FileFormat.PARQUET, WIDE_TABLES, Layout.WIDE)
    write_annotations(in_blocks(cohort, 1000), choice, str(target), 3202)
    wide = pl.read_parquet(target)
    assert 2 + len(cohort.calls.sites) + len(cohort.haplotypes) == len(wide.columns)
    calls = pd.read_parquet(folder / "calls.parquet").astype({"genotype": object, "status": object})
    for variant in ("rs4646", "rs10046", "rs2242480"):
        long = calls[calls["variant"] == variant].sort_values("sample_index")
        expected = [
            status if status != "called" else "/".join(sorted(genotype.split("|")))
            for genotype, status in zip(long["genotype"], long["status"], strict=True)
        ]
        cells = wide.sort("sample_index")[variant].cast(pl.String).to_list()
        assert len(set(cells)) >= 3
        assert expected == ["/".join(sorted(cell.split("/"))) for cell in cells]
