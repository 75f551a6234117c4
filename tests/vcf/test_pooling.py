"""Rows of files side by side: those that are alike but for the genotypes are one."""

from __future__ import annotations

import numpy as np
import pytest

from pgx_ana.vcf import PhaseDeclarations, Target, TextRow, pooled, read_pool
from pgx_ana.vcf.lines import parse_line
from pgx_ana.vcf.rows import RowStore

TARGET = Target("15", 100, 100)
BLOCK = "15 90 . T <NON_REF> . . END=120 GT:DP 0/0:30"


def row(text: str) -> TextRow:
    return RowStore(1).row(parse_line(text.replace(" ", "\t").encode(), "15", "made.vcf"))


PLAIN = "15 100 rs4646 A C 50 PASS AF=0.5 GT:DP 0/1:30"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (PLAIN, PLAIN.replace("0/1:30", "1|1:7").replace("rs4646", ".").replace("50", "9")),
        (PLAIN, PLAIN.replace("AF=0.5", "AC=1;AN=2")),
        (BLOCK, BLOCK.replace("90 . T", "81 . G").replace("120", "300")),
        (BLOCK, BLOCK.replace("0/0", "./.").replace("120", "101")),
    ],
    ids=["genotype, ID and QUAL", "INFO", "where a block begins and ends", "block without a call"],
)
def test_rows_that_are_alike(one: str, other: str) -> None:
    (group,) = pooled([[row(one)], [], [row(other)]], TARGET)
    assert (0, 2) == group.files


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (PLAIN, PLAIN.replace("A C", "A G")),
        (PLAIN, PLAIN.replace("A C", "A C,G")),
        (PLAIN, PLAIN.replace("15 100", "15 99").replace(" A C", " TA TC")),
        (PLAIN, PLAIN.replace("PASS", "LowQual")),
        (PLAIN, PLAIN.replace("GT:DP", "GT:GQ")),
        (PLAIN, PLAIN.replace("AF=0.5", "IMP")),
        (PLAIN, PLAIN.replace("AF=0.5", "DP=0")),
        (BLOCK, BLOCK.replace("15 90 . T", "15 100 . A")),
        (BLOCK, BLOCK.replace("0/0", "0/1")),
    ],
    ids=[
        "ALT",
        "ALTs",
        "POS",
        "FILTER",
        "FORMAT",
        "imputed",
        "no reads",
        "block at the site",
        "unlike copies",
    ],
)
def test_rows_that_are_not(one: str, other: str) -> None:
    groups = list(pooled([[row(one)], [row(other)]], TARGET))
    assert [(0,), (1,)] == [group.files for group in groups]


def test_a_pool_is_read_as_its_files_are() -> None:
    texts = [PLAIN, PLAIN.replace("0/1:30", "1|0:4"), PLAIN.replace("A C", "A G"), BLOCK]
    groups = list(pooled([[row(text)] for text in texts], TARGET))
    names = ["S1", "S2", "S3", "S4"]
    together = {
        file: (record, place)
        for group, (record,) in zip(
            groups, read_pool(groups, names, PhaseDeclarations()), strict=True
        )
        for place, file in enumerate(group.files)
    }
    for file, text in enumerate(texts):
        (group,) = pooled([[row(text)]], TARGET)
        ((alone,),) = read_pool([group], [names[file]], PhaseDeclarations())
        record, place = together[file]
        assert (alone.ref, alone.alts, alone.filters) == (record.ref, record.alts, record.filters)
        assert alone.alleles[0].tolist() == record.alleles[place].tolist()
        assert bool(alone.phased[0]) is bool(record.phased[place])
        assert alone.dp is not None
        assert record.dp is not None
        assert np.array_equal(alone.dp[0], record.dp[place])
