"""People in blocks have the calls that they have all together, whatever files they are in."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from helpers.fixture_types import MakeVcf
from helpers.table_text import table_text

from pgx_ana.annotation import Annotations
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.output import make_table
from pgx_ana.pipeline import Identity, Request, Run, division, run
from pgx_ana.terms import TableName

ALL = "ABCDE"
GENOTYPES = {"A": "0/1", "B": "0/0", "C": "1/1", "D": "0|1", "E": "./."}
LAYOUTS: dict[str, tuple[tuple[str, str], ...]] = {
    "one cohort": ((ALL, "1 100 A C"),),
    "shards": ((ALL, "1 100 A C"), (ALL, "1 200 A C")),
    "shards in another order": ((ALL, "1 100 A C"), (ALL[::-1], "1 200 A C")),
    "a person each": tuple((name, "1 100 A C") for name in ALL),
    "a person each, and one again": (*((name, "1 100 A C") for name in ALL), ("A", "1 200 A C")),
    "the first and the last again": ((ALL, "1 100 A C"), ("AE", "1 200 A C")),
    "cohorts that overlap": (("ABC", "1 100 A C"), ("CDE", "1 100 A C")),
}


def rows_of(blocks: Sequence[Annotations]) -> list[str]:
    """Return the rows of all people, with the names of their files."""
    tables = [table_text(make_table(TableName.CALLS, block)).splitlines()[1:] for block in blocks]
    return [row for table in tables for row in table]


def files_of(block: Annotations) -> list[list[str]]:
    names = [file.name for file in block.calls.files]
    return [[names[number] for number in numbers] for numbers in block.calls.sample_files]


@pytest.mark.parametrize("people", [1, 2, 3, 4, None])
@pytest.mark.parametrize("files_in_block", [1, 2, 100])
@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_blocks_have_the_rows_of_all_people_together(
    toy: KnowledgeBase,
    make_vcf: MakeVcf,
    monkeypatch: pytest.MonkeyPatch,
    layout: tuple[tuple[str, str], ...],
    files_in_block: int,
    people: int | None,
) -> None:
    monkeypatch.setattr(division, "FILES_IN_BLOCK", files_in_block)
    paths = [
        make_vcf(
            [f"{row} {' '.join(GENOTYPES[name] for name in names)}"],
            samples=tuple(names),
            name=f"{number}.vcf",
        )
        for number, (names, row) in enumerate(layout)
    ]
    request = Request(tuple(map(str, paths)), identity=Identity(same_person=True))
    whole = run(request, toy)
    blocks = list(Run(request, toy).blocks(people))
    assert rows_of([whole]) == rows_of(blocks)
    assert files_of(whole) == [files for block in blocks for files in files_of(block)]
    for block in blocks:  # each has the files of its people, and no others
        found = {name for files in files_of(block) for name in files}
        assert found == {file.name for file in block.calls.files}
