"""Rows with genotypes alone, read as bytes: what cyvcf2 reads, or nothing."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgx_ana.model import Record
from pgx_ana.vcf.gt_rows import GenotypeColumn, read_gt_column
from pgx_ana.vcf.lines import Line
from pgx_ana.vcf.phase_fields import PhaseDeclarations
from pgx_ana.vcf.records import read_records
from pgx_ana.vcf.rows import RowStore

COPIES = (".", *map(str, range(10)))
EVERY = [a + sign + b for a in COPIES for b in COPIES for sign in "/|"]
ALTS = "C,G,T,AC,AG,AT,ACC,AGG,ATT"
PLAIN = re.compile(rb"[.0-9][/|][.0-9](?:\t[.0-9][/|][.0-9])*")

genotypes = st.lists(st.sampled_from(EVERY), min_size=1, max_size=60)


def read_by_cyvcf2(body: bytes, n_samples: int) -> Record:
    """Read genotypes in the general way, which is that of imputed ones."""
    text = b"\t".join([b"1", b"100", b".", b"A", ALTS.encode(), b".", b".", b"IMP", b"GT", body])
    row = RowStore(n_samples).row(Line("1", 100, 100, text, "made.vcf: 1:100", (100,) * 9))
    samples = [f"S{number}" for number in range(n_samples)]
    (record,) = read_records([row], [body], samples, None, PhaseDeclarations())
    assert record.codes is None
    return record


def column_of(values: Sequence[str]) -> GenotypeColumn:
    column = read_gt_column("\t".join(values).encode(), len(values))
    assert column is not None
    return column


def check_against_cyvcf2(column: GenotypeColumn | None, body: bytes, n_samples: int) -> None:
    assert column is not None
    record = read_by_cyvcf2(body, n_samples)
    assert record.alleles.tolist() == column.alleles[column.codes].tolist()
    assert record.phased.tolist() == column.phased[column.codes].tolist()


def test_every_genotype_alone_and_all_together() -> None:
    for value in EVERY:
        check_against_cyvcf2(column_of([value]), value.encode(), 1)
    check_against_cyvcf2(column_of(EVERY), "\t".join(EVERY).encode(), len(EVERY))


@pytest.mark.parametrize("pair", [*itertools.product(("0/0", ".|.", "1|0"), repeat=2)])
def test_every_genotype_between_others(pair: tuple[str, str]) -> None:
    """What a sample has does not depend on its neighbours."""
    values = [value for genotype in EVERY for value in (pair[0], genotype, pair[1])]
    check_against_cyvcf2(column_of(values), "\t".join(values).encode(), len(values))


@given(genotypes)
def test_mixed_rows(values: list[str]) -> None:
    check_against_cyvcf2(column_of(values), "\t".join(values).encode(), len(values))


@given(genotypes)
def test_distinct_genotypes_are_sorted_and_occur(values: list[str]) -> None:
    column = column_of(values)
    order = [(*map(int, a), bool(p)) for a, p in zip(column.alleles, column.phased, strict=True)]
    assert sorted(set(order)) == order
    assert list(range(len(order))) == np.unique(column.codes).tolist()
    dtypes = (column.alleles.dtype, column.phased.dtype, column.codes.dtype)
    assert (np.dtype(np.int16), np.dtype(np.bool_), np.dtype(np.uint16)) == dtypes


@given(genotypes, st.integers(0, 30))
def test_part_of_a_row_without_copying_it(values: list[str], offset: int) -> None:
    """A view may begin at any address."""
    body = "\t".join(values).encode()
    column = read_gt_column(memoryview(b"x" * offset + body)[offset:], len(values))
    check_against_cyvcf2(column, body, len(values))


@given(genotypes, st.data())
def test_a_changed_byte(values: list[str], data: st.DataObject) -> None:
    """The row is read if it is still plain, and left to the general reader otherwise."""
    body = bytearray("\t".join(values).encode())
    position = data.draw(st.integers(0, len(body) - 1))
    body[position] = data.draw(st.integers(0, 255))
    column = read_gt_column(bytes(body), len(values))
    if PLAIN.fullmatch(bytes(body)):
        check_against_cyvcf2(column, bytes(body), len(values))
    else:
        assert column is None


@pytest.mark.parametrize("position", range(7))
def test_every_byte_at_every_position(position: int) -> None:
    for byte in range(256):
        body = bytearray(b"0/0\t0/0")
        body[position] = byte
        is_read = read_gt_column(bytes(body), 2) is not None
        assert (PLAIN.fullmatch(bytes(body)) is not None) == is_read, bytes(body)


@pytest.mark.parametrize(
    ("body", "n_samples"),
    [
        pytest.param(b"", 0, id="no samples"),
        pytest.param(b"", 1, id="nothing"),
        pytest.param(b"0", 1, id="haploid"),
        pytest.param(b"0\t1\t0/1", 3, id="mixed ploidy"),
        pytest.param(b"0\t1\t0\t1", 2, id="haploid, as long as two genotypes and a tab"),
        pytest.param(b"10/1\t0", 2, id="two digits and a haploid call"),
        pytest.param(b"0/1/1", 1, id="three copies"),
        pytest.param(b"0/1\t0/1", 1, id="too many samples"),
        pytest.param(b"0/1\t0/1", 3, id="too few samples"),
        pytest.param(b"0/1\t", 1, id="a tab at the end"),
        pytest.param(b"0/1\r", 1, id="a carriage return at the end"),
        pytest.param(b"/0\t0/1", 2, id="a sign in front"),
        pytest.param(b"0/1:99", 1, id="another field"),
    ],
)
def test_any_other_shape_is_left_to_the_general_reader(body: bytes, n_samples: int) -> None:
    assert read_gt_column(body, n_samples) is None
