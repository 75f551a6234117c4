"""A workbook on 3,202 people has every cell of the tables."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.people_in_blocks import in_blocks
from helpers.workbook import assert_equal_to_tsv

from pgx_ana.file_formats import FileFormat, OutputChoice
from pgx_ana.formats import write_annotations
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.pipeline import Request, Selection, run

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("assembly", ["GRCh37", "GRCh38"])
def test_a_cohort(shared: Path, curated: KnowledgeBase, tmp_path: Path, assembly: str) -> None:
    path = shared / "1000genomes" / assembly / "CYP3A4.vcf.gz"
    people = run(Request((str(path),), Selection(genes=("CYP3A4",))), curated)
    target, choice = tmp_path / "people.xlsx", OutputChoice(FileFormat.XLSX)
    n_people = len(people.calls.samples)
    write_annotations(in_blocks(people, 1000), choice, str(target), n_people)
    n_rows = assert_equal_to_tsv(people, target)
    assert n_people * len(people.calls.sites) == n_rows["calls"]
    assert min(n_rows.values()) > 1000
