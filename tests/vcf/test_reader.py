"""A variant file gives the records at target loci, with their fields as arrays."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
from helpers.containers import Pack, bcf_csi, bgzf, bgzf_tbi, uncompressed
from helpers.fixture_types import MakeVcf
from helpers.records_of import records_at

from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.model import NO_COPY, Record
from pgx_ana.vcf import ContigNames, Headers, Target, VariantFile

pytestmark = pytest.mark.usefixtures("index_small_files")

ROWS = ["1 100 A C 0/1", "1 200 A T 0/1", "1 300 T C 1/1", "2 50 G T 0/1"]


def open_file(toy: KnowledgeBase, path: Path) -> VariantFile:
    return VariantFile(str(path), Headers(ContigNames(toy.contig_tables)))


def test_header_digest_depends_on_the_header_only(toy: KnowledgeBase, make_vcf: MakeVcf) -> None:
    """Rows and compression do not change it."""
    vcf, fewer_rows = make_vcf(ROWS), make_vcf(ROWS[:1], name="fewer.vcf")
    other_sample = make_vcf(ROWS, name="other.vcf", samples=("S2",))
    digests = [
        open_file(toy, path).header_sha256 for path in (vcf, bgzf(vcf), fewer_rows, other_sample)
    ]
    header = "".join(line for line in vcf.read_text().splitlines(True) if line.startswith("#"))
    expected = hashlib.sha256(header.encode()).hexdigest()
    assert [expected] * 3 == digests[:3]
    assert expected != digests[3]


@pytest.mark.parametrize("pack", [uncompressed, bgzf_tbi, bcf_csi], ids=lambda pack: pack.__name__)
def test_targets_get_the_records_that_overlap_them(
    toy: KnowledgeBase, make_vcf: MakeVcf, pack: Pack
) -> None:
    rows = ["1 90 A <NON_REF> 0/0", "1 98 CTA C 0/1", "1 100 A C 0/1", "1 101 A C 0/1"]
    path = pack(make_vcf([*rows, "2 100 A C 0/1"], prefix="chr", info={0: "END=97"}))
    targets = [Target("1", 97, 97), Target("1", 100, 100), Target("1", 102, 800), Target("9", 1, 9)]
    by_target = records_at(open_file(toy, path), targets)
    assert [[90], [98, 100], [], []] == [
        [record.pos for record in records] for records in by_target
    ]
    assert [97, 100, 100] == [record.end for records in by_target for record in records]
    assert {"1"} == {record.chrom for records in by_target for record in records}


def one_record(toy: KnowledgeBase, path: Path) -> Record:
    ((record,),) = records_at(open_file(toy, path), [Target("1", 100, 100)])
    return record


def test_a_record(toy: KnowledgeBase, make_vcf: MakeVcf) -> None:
    """Missing alleles, missing values, phase, and bases in lower case."""
    path = make_vcf(
        ["1 100 a c,t 0|2:99:30:7 ./1:.:.:. 1:0:0:. ./.:5:."],
        samples=("S1", "S2", "S3", "S4"),
        fmt="GT:GQ:DP:PS",
        filters={0: "LowQual"},
    )
    record = one_record(toy, path)
    assert ("A", ("C", "T"), ("LowQual",), True) == (
        record.ref,
        record.alts,
        record.filters,
        record.has_genotypes,
    )
    assert [[0, 2], [-1, 1], [1, NO_COPY], [-1, -1]] == record.alleles.tolist()
    assert [True, False, False] == record.phased[[0, 1, 3]].tolist()
    assert record.phase_set is not None
    assert [7, -1, -1, -1] == record.phase_set.tolist()
    assert record.gq is not None
    assert record.dp is not None
    np.testing.assert_array_equal(np.array([99, np.nan, 0, 5], np.float32), record.gq)
    np.testing.assert_array_equal(np.array([30, np.nan, 0, np.nan], np.float32), record.dp)


QUALITIES = [
    f'##FORMAT=<ID={name},Number=1,Type={kind},Description="quality or depth">'
    for name, kind in (("RGQ", "Integer"), ("GQX", "Float"), ("MIN_DP", "Integer"))
]


@pytest.mark.parametrize(
    ("fmt", "call_text", "gq", "dp"),
    [
        ("GT", "0/0", None, None),
        ("GT:GQ:DP", "0/0:40:20", 40, 20),
        ("GT:RGQ", "0/0:41", 41, None),
        ("GT:GQX", "0/0:41.5", 41.5, None),
        ("GT:RGQ:GQX:GQ", "0/0:1:2:3", 3, None),
        ("GT:DP:MIN_DP", "0/0:20:12", None, 12),
    ],
)
def test_fields_of_quality_and_depth(
    toy: KnowledgeBase,
    make_vcf: MakeVcf,
    fmt: str,
    call_text: str,
    gq: float | None,
    dp: float | None,
) -> None:
    path = make_vcf([f"1 100 A . {call_text}"], fmt=fmt, extra_header=QUALITIES)
    record = one_record(toy, path)
    assert gq == (None if record.gq is None else record.gq[0])
    assert dp == (None if record.dp is None else record.dp[0])


def test_a_record_without_genotypes(toy: KnowledgeBase, make_vcf: MakeVcf) -> None:
    record = one_record(toy, make_vcf(["1 100 A C 30"], fmt="DP"))
    assert not record.has_genotypes
    assert [[-1, -1]] == record.alleles.tolist()
