"""Sorted files without an index are read near the known sites only, if the user says so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from unittest import mock

import pytest
from helpers.broken_files import END_BLOCK
from helpers.containers import block, calls_of, plain_gzip, table_without_file
from helpers.fixture_types import MakeVcf
from helpers.table_text import table_text

from pgx_ana.errors import InputError
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.model import CallOptions
from pgx_ana.output import make_table
from pgx_ana.pipeline import Request, run
from pgx_ana.terms import TableName

REMARK = "assumed to be sorted: only rows near known sites were read"
ROWS = [
    *(f"1 {pos} A C 0/1" for pos in (10, 20, 30, 40)),
    *("1 100 A C 0/1", "1 200 A T 0/1", "1 300 T C 1/1"),
    *(f"1 {pos} A C 0/1" for pos in range(1000, 2000, 10)),
    "2 50 G T 0/1",
    *(f"2 {pos} A C 0/1" for pos in range(1000, 2000, 10)),
]


@pytest.fixture(autouse=True)
def _small_steps() -> Iterator[None]:
    """Hop over single blocks, as in a file of many megabytes."""
    with (
        mock.patch("pgx_ana.vcf.hopping._NEAR_BYTES", 1),
        mock.patch("pgx_ana.vcf.hopping._GROUP_BYTES", 200),
        mock.patch("pgx_ana.vcf.hopping.REACH", 25),
        mock.patch("pgx_ana.vcf.line_table._SIZE", 100),
    ):
        yield


def blocks_of(path: Path) -> list[bytes]:
    """Return the header and each row of a file as BGZF blocks."""
    lines = path.read_bytes().splitlines(keepends=True)
    header = b"".join(line for line in lines if line.startswith(b"#"))
    return [block(header), *(block(line) for line in lines if not line.startswith(b"#"))]


def packed(path: Path, blocks: list[bytes]) -> Path:
    target = path.with_name("blocks.vcf.gz")
    target.write_bytes(b"".join([*blocks, END_BLOCK]))
    return target


def hopped(toy: KnowledgeBase, path: Path, **words: bool) -> tuple[list[list[str]], str]:
    """Return the calls of a file that is assumed to be sorted, and the remark about it."""
    annotations = run(replace(Request((str(path),), assume_sorted=True), **words), toy)  # type: ignore[arg-type]
    table = table_text(make_table(TableName.CALLS, annotations))
    return table_without_file(table), annotations.calls.files[0].remark


def test_the_calls_are_those_of_one_pass(toy: KnowledgeBase, make_vcf: MakeVcf) -> None:
    plain = make_vcf(ROWS)
    path = packed(plain, blocks_of(plain))
    assert (calls_of(toy, plain), REMARK) == hopped(toy, path)


def test_only_blocks_near_known_sites_are_read(toy: KnowledgeBase, make_vcf: MakeVcf) -> None:
    plain = make_vcf(ROWS)
    blocks = blocks_of(plain)
    expected = calls_of(toy, plain)
    number = 1 + ROWS.index("1 1900 A C 0/1")
    blocks[number] = blocks[number][:-8] + bytes(8)
    path = packed(plain, blocks)
    assert (expected, REMARK) == hopped(toy, path)
    with pytest.raises(InputError, match="damaged after line"):
        hopped(toy, path, verify=True)


def test_damage_at_a_known_site_is_an_error(toy: KnowledgeBase, make_vcf: MakeVcf) -> None:
    plain = make_vcf(ROWS)
    blocks = blocks_of(plain)
    number = 1 + ROWS.index("1 200 A T 0/1")
    blocks[number] = blocks[number][:-8] + bytes(8)
    with pytest.raises(InputError, match=r"blocks\.vcf\.gz: the file is truncated or damaged \("):
        hopped(toy, packed(plain, blocks))


@pytest.mark.parametrize(
    "rows",
    [
        [*ROWS[:-1], "1 5000 A C 0/1"],
        [ROWS[6], *ROWS[:6], *ROWS[7:]],
    ],
    ids=["contig in two places", "position"],
)
def test_a_wrong_order_that_is_seen_is_an_error(
    toy: KnowledgeBase, make_vcf: MakeVcf, rows: list[str]
) -> None:
    plain = make_vcf(rows)
    with pytest.raises(InputError, match=r"is not sorted \(.*--assume-sorted"):
        hopped(toy, packed(plain, blocks_of(plain)))


@pytest.mark.parametrize("pack", [lambda path: path, plain_gzip], ids=["text", "gzip"])
def test_other_containers_are_read_in_one_pass(
    toy: KnowledgeBase, make_vcf: MakeVcf, pack: object
) -> None:
    plain = make_vcf(list(reversed(ROWS)))
    path = pack(plain)  # type: ignore[operator]
    assert (calls_of(toy, plain), "") == hopped(toy, path)


@pytest.mark.parametrize(
    "declaration",
    [
        '##INFO=<ID=SVLEN,Number=.,Type=Integer,Description="x">',
        '##ALT=<ID=DEL,Description="x">',
        '##FORMAT=<ID=LEN,Number=1,Type=Integer,Description="x">',
    ],
)
def test_files_of_structural_variants_are_read_in_one_pass(
    toy: KnowledgeBase, make_vcf: MakeVcf, declaration: str
) -> None:
    plain = make_vcf(list(reversed(ROWS)))
    plain.write_text(plain.read_text().replace("#CHROM", f"{declaration}\n#CHROM"))
    assert (calls_of(toy, plain), "") == hopped(toy, packed(plain, blocks_of(plain)))


def test_absent_sites_are_reference_only_after_one_pass(
    toy: KnowledgeBase, make_vcf: MakeVcf
) -> None:
    plain = make_vcf(ROWS)
    path = packed(plain, blocks_of(plain))
    options = CallOptions(absent_is_reference=True)
    annotations = run(Request((str(path),), options=options, assume_sorted=True), toy)
    assert "" == annotations.calls.files[0].remark


def test_a_row_is_looked_for_as_far_as_documented(toy: KnowledgeBase, make_vcf: MakeVcf) -> None:
    """The toy site at 300 is covered by a block from 281 on, but not by one from 216 on."""
    for start, status in ((281, "called"), (216, "absent")):
        between = [f"1 {pos} A C 0/1" for pos in range(210, 299, 5)]
        between.insert((start - 206) // 5, f"1 {start} T <NON_REF> 0/0")
        rows = [*ROWS[:6], *between, *ROWS[7:]]
        plain = make_vcf(rows, info={rows.index(f"1 {start} T <NON_REF> 0/0"): "END=301"})
        header, *calls = hopped(toy, packed(plain, blocks_of(plain)))[0]
        statuses = {row[header.index("variant")]: row[header.index("status")] for row in calls}
        assert (start, status) == (start, statuses["rs3"])
