"""Plans: what they keep, how they divide files, and what makes a block another."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from helpers.batches import settings
from helpers.fixture_types import Run
from hypothesis import given
from hypothesis import strategies as st

from pgx_ana.batch import MAX_BLOCK_FILES, Division, Plan, Settings, make_plan, part_output
from pgx_ana.batch.plan import PlannedFile
from pgx_ana.errors import UsageError
from pgx_ana.file_formats import FileFormat
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.model import CallOptions
from pgx_ana.pipeline import Request, Selection, SheetRow
from pgx_ana.terms import Assembly, TableName

SETTINGS = Settings(
    Request(
        (),
        Selection((), ("CYP19A1",), Assembly.GRCH37),
        CallOptions(min_gq=20, absent_is_reference=True),
        "genome.fa",
        verify=True,
        population="EUR",
        context="adjuvant",
    ),
    ("default", "own"),
    part_output(FileFormat.PARQUET, [TableName.CALLS, TableName.HAPLOTYPES]),
)
FILES = st.lists(st.sampled_from(["", "", "", "g", "h"]), min_size=1, max_size=40)


def plan_of(groups: list[str], block_files: int = 5, shards: int = 1) -> Plan:
    rows = [
        SheetRow(f"{number}.vcf", group=group, line=number)
        for number, group in enumerate(groups, 1)
    ]
    files = tuple(PlannedFile(row, 10, 20) for row in rows)
    return Plan("m", "/", SETTINGS, ("1", "abc"), Division(block_files, shards), files)


def lines(plan: Plan) -> list[list[list[int]]]:
    """Return the lines of the files of each unit of each block."""
    return [[[file.row.line for file in unit] for unit in block.units] for block in plan.blocks()]


def test_a_plan_is_read_as_it_was_written(toy: KnowledgeBase, tmp_path: Path) -> None:
    present = tmp_path / "a\u2028\udc80.vcf"
    present.write_text("x")
    rows = [SheetRow(str(present), "A\t", "f", "", "i", "g", 2), SheetRow("none.vcf", line=3)]
    plan = make_plan(rows, "m", settings(toy), toy, Division(7, 3))
    assert plan == Plan.from_text(plan.as_text())
    assert [(1, present.stat().st_mtime_ns), (-1, -1)] == [(f.size, f.mtime_ns) for f in plan.files]
    other = dataclasses.replace(plan, settings=SETTINGS)
    assert other == Plan.from_text(other.as_text())


def test_files_are_divided() -> None:
    assert [[[1], [2], [3, 5]], [[4], [6]]] == lines(plan_of(["", "", "g", "", "g", ""], 4))
    assert [[[1]], [[2, 3, 4]], [[5]]] == lines(plan_of(["", "g", "g", "g", ""], 2))


@given(FILES, st.integers(1, 9), st.integers(1, 12))
def test_every_file_is_in_one_block_of_one_shard(
    groups: list[str], block_files: int, shards: int
) -> None:
    plan = plan_of(groups, block_files, shards)
    blocks = plan.blocks()
    assert [block.number for block in blocks] == list(range(1, len(blocks) + 1))
    assert all(block.n_files <= block_files or len(block.units) == 1 for block in blocks)
    units = [unit for block in lines(plan) for unit in block]
    assert sorted(line for unit in units for line in unit) == list(range(1, len(groups) + 1))
    assert [unit[0] for unit in units] == sorted(unit[0] for unit in units)
    assert all(len({groups[line - 1] for line in unit}) == 1 for unit in units)
    sharded = [plan.shard(number) for number in range(1, shards + 1)]
    assert blocks == tuple(block for shard in sharded for block in shard)
    odd = {block.number for block in blocks if block.number % 2}
    assert [
        number for number, shard in enumerate(sharded, 1) if odd & {block.number for block in shard}
    ] == plan.shards_of(odd)
    sizes = [len(shard) for shard in sharded]
    assert max(sizes) - min(sizes) <= 1


def test_a_shard_that_the_plan_does_not_have() -> None:
    with pytest.raises(UsageError, match=r"^--shard 3: the plan has the shards 1 to 2$"):
        plan_of([""], 1, 2).shard(3)


@pytest.mark.parametrize(
    ("n_files", "block_files", "shards", "expected"),
    [
        (1, None, 1, 1),
        (10, None, 1, 10),
        (100, None, 1, 16),
        (1_000, None, 1, 63),
        (100_000, None, 1, 128),
        (100_000, None, 500, 100),
        (10, None, 500, 1),
        (10, 4, 500, 4),
    ],
)
def test_how_many_files_a_block_has(
    n_files: int, block_files: int | None, shards: int, expected: int
) -> None:
    assert Division(expected, shards) == Division.of(n_files, block_files, shards)


def test_what_makes_a_block_another() -> None:
    """Its files and what is stated of them, options, knowledge base, program; not lines."""
    plan = plan_of([""])
    (block,) = plan.blocks()
    (file,) = plan.files
    row = file.row
    calls = part_output(FileFormat.PARQUET, [TableName.CALLS])
    others = [
        dataclasses.replace(plan, program="0.0.0"),
        dataclasses.replace(plan, knowledge=("1", "abd")),
        dataclasses.replace(
            plan,
            settings=dataclasses.replace(SETTINGS, output=calls),
        ),
        dataclasses.replace(plan, files=(dataclasses.replace(file, size=11),)),
        dataclasses.replace(plan, files=(dataclasses.replace(file, mtime_ns=21),)),
        *(
            dataclasses.replace(
                plan,
                files=(dataclasses.replace(file, row=_with(row, name)),),
            )
            for name in ("file", "sample", "sex", "context", "index", "group")
        ),
    ]
    keys = [other.blocks()[0].key for other in others]
    assert len(others) + 1 == len({block.key, *keys})
    elsewhere = dataclasses.replace(file, row=dataclasses.replace(row, line=9))
    same = dataclasses.replace(plan, files=(elsewhere,), manifest="n", folder="/x")
    assert block.key == same.blocks()[0].key


def test_a_plan_of_a_hundred_thousand_files() -> None:
    plan = plan_of([""] * 100_000, 256, 500)
    assert plan == Plan.from_text(plan.as_text())
    assert 391 == len(plan.blocks())


def _with(row: SheetRow, name: str) -> SheetRow:
    """Return a row that states something else in one column."""
    values: dict[str, Any] = {name: "x"}
    return dataclasses.replace(row, **values)


def test_the_help_tells_the_most_files_of_a_block(run: Run) -> None:
    words = " ".join(run("batch", "all", "--help").stdout.split())
    assert f"[default: at most {MAX_BLOCK_FILES}, fewer for few files" in words
