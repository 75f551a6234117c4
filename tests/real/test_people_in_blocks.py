"""Real people in blocks: the same rows, whatever the blocks and the files read together."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.paths import PANEL_GENES
from helpers.table_text import table_text

from pgx_ana.annotation import Annotations
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.output import make_table
from pgx_ana.pipeline import Request, Run, run
from pgx_ana.terms import TableName


def rows_of(annotations: Annotations) -> list[str]:
    """Return the rows of the tables whose rows every person has."""
    return [
        row
        for table in (TableName.CALLS, TableName.HAPLOTYPES)
        for row in table_text(make_table(table, annotations)).splitlines()[1:]
    ]


@pytest.fixture(scope="module")
def gvcfs(shared: Path) -> tuple[str, ...]:
    return tuple(sorted(map(str, (shared / "gvcf").glob("*.g.vcf.gz"))))


@pytest.mark.slow
def test_files_of_one_person_read_together_or_alone(
    gvcfs: tuple[str, ...], curated: KnowledgeBase
) -> None:
    """Reference blocks differ from file to file: where they begin and end changes no call."""
    together = rows_of(run(Request(gvcfs), curated))
    alone = [row for path in gvcfs for row in rows_of(run(Request((path,)), curated))]
    assert sorted(alone) == sorted(together)


@pytest.fixture(scope="module")
def cohort(shared: Path) -> tuple[str, ...]:
    folder = shared / "1000genomes" / "GRCh38"
    return tuple(str(folder / f"{gene}.vcf.gz") for gene in PANEL_GENES)


@pytest.mark.slow
@pytest.mark.parametrize("people", [1, 7, 1000])
def test_a_cohort_in_blocks(cohort: tuple[str, ...], curated: KnowledgeBase, people: int) -> None:
    """Blocks of a cohort in shards, of as many people as are given."""
    chosen = Request(cohort)

    def in_blocks() -> Iterator[Annotations]:
        for number, block in enumerate(Run(chosen, curated).blocks(people)):
            if number == 3:
                return
            yield block

    found = [row for block in in_blocks() for row in rows_of(block)]
    whole = run(chosen, curated)
    n_people = min(3 * people, len(whole.calls.samples))
    names = set(whole.calls.samples[:n_people])
    expected = [row for row in rows_of(whole) if row.split("\t", 1)[0] in names]
    assert sorted(expected) == sorted(found)
    assert found
