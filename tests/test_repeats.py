"""Callers of repeats (HipSTR) write the repeat without the base before it, all alleles at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pysam
import pytest

import pgx_ana
from pgx_ana.knowledge import load

TOY = Path(__file__).parent / "toy_kb"
MakeVcf = Callable[..., Path]
# The toy locus rs5 is GCA at 1:501 in the window GGCACACATT: (CA)3, and (CA)2 where it is deleted.
FORMAT = "GT:GB:Q:DP"
DECLARED = (
    '##FORMAT=<ID=GB,Number=1,Type=String,Description="base pair differences">',
    '##FORMAT=<ID=Q,Number=1,Type=Float,Description="posterior probability">',
)


@pytest.mark.parametrize(
    ("row", "genotype", "status", "reason"),
    [
        pytest.param("CACACA CACA 0|1:0|-2:1.0:30", "GCA|G", "called", ".", id="one shorter"),
        pytest.param("CACACA CACA,CA 1|1:-2|-2:0.95:30", "G|G", "called", ".", id="both shorter"),
        pytest.param("CACACA . 0|0:0|0:1.0:30", "GCA|GCA", "called", ".", id="reference"),
        pytest.param("CACACA CACA 0|0:0|0:1.0:30", "GCA|GCA", "called", ".", id="reference call"),
        pytest.param(
            "CACACA CACACACA 0|1:0|2:1.0:30",
            "GCA|->CA",
            "unknown_allele",
            "not a known allele: ->CA",
            id="longer than known",
        ),
        pytest.param(
            "CACACA CACA 0|1:0|-2:0.71:30", "GCA|G", "filtered", "GP below 0.9", id="improbable"
        ),
        pytest.param("CACACA CACA .:.:.:.", ".", "no_call", "genotype missing", id="no call"),
    ],
)
def test_rows_of_a_repeat_caller(
    row: str, genotype: str, status: str, reason: str, make_vcf: MakeVcf
) -> None:
    path = make_vcf([f"1 502 {row}"], fmt=FORMAT, extra_header=DECLARED)
    call = pgx_ana.annotate(path, kb=TOY).calls.set_index("variant").loc["rs5"].fillna(".")
    assert (genotype, status, reason) == (call["genotype"], call["status"], call["reason"])


def test_a_row_within_the_repeat_does_not_speak_for_all_of_it(make_vcf: MakeVcf) -> None:
    path = make_vcf(["1 504 CA . 0|0:0|0:1.0:30"], fmt=FORMAT, extra_header=DECLARED)
    assert (
        "absent" == pgx_ana.annotate(path, kb=TOY).calls.set_index("variant").loc["rs5", "status"]
    )


def test_every_row_of_a_real_file_is_read(shared: Path) -> None:
    """HipSTR's own file is of a chromosome without known loci; its rows are still valid input."""
    path = shared / "callers" / "hipstr.NA12878.chr21.vcf.gz"
    with pysam.VariantFile(str(path)) as file:
        assert {"GB", "Q"} <= set(file.header.formats)
    calls = pgx_ana.annotate(path, assembly="GRCh37", verify=True).calls
    repeats = {v.id for v in load().variants if v.type == "repeat"}
    expected = {v: "not_assessable" if v in repeats else "absent" for v in calls["variant"]}
    assert expected == calls.set_index("variant")["status"].to_dict()
