"""Kept rows: any stretch of their sample columns is what splitting by tabs gives."""

from __future__ import annotations

import random

import pytest

from pgx_ana.errors import InputError
from pgx_ana.vcf import rows as rows_module
from pgx_ana.vcf.lines import Line
from pgx_ana.vcf.rows import RowStore

N_SAMPLES = [1, 2, 1023, 1024, 1025, 2048, 2049, 5000]


def line(columns: list[bytes], info: bytes = b".") -> Line:
    fixed = [b"15", b"100", b".", b"A", b"C", b".", b"PASS", info, b"GT:DP"]
    return Line("15", 100, 100, b"\t".join([*fixed, *columns]), "made.vcf: line 9: 15:100", (100,))


def columns_of(n_samples: int, seed: int) -> list[bytes]:
    """Return columns of different lengths, the last of them empty in every third row."""
    chosen = random.Random(seed)
    columns = [b"0/1:" + b"7" * chosen.randrange(1, 9) for _ in range(n_samples)]
    return [*columns[:-1], b""] if seed % 3 == 0 and n_samples > 1 else columns


@pytest.mark.parametrize("is_spooled", [False, True], ids=["in memory", "in a file"])
@pytest.mark.parametrize("n_samples", N_SAMPLES)
def test_any_stretch_of_samples(
    monkeypatch: pytest.MonkeyPatch, n_samples: int, *, is_spooled: bool
) -> None:
    if is_spooled:
        monkeypatch.setattr(rows_module, "_MAX_IN_MEMORY", 0)
    store = RowStore(n_samples)
    by_seed = {seed: columns_of(n_samples, seed) for seed in range(4)}
    kept = {seed: store.row(line(columns)) for seed, columns in by_seed.items()}
    borders = sorted({0, 1, n_samples // 2, 1023, 1024, 1025, 2047, 2048, n_samples - 1, n_samples})
    for seed, row in kept.items():
        for start in borders:
            for stop in borders:
                if start < stop <= n_samples:
                    expected = b"\t".join(by_seed[seed][start:stop])
                    assert expected == row.columns.read(start, stop)
    store.close()


@pytest.mark.parametrize("n_columns", [0, 1, 3])
def test_a_row_with_other_columns_than_the_header(n_columns: int) -> None:
    with pytest.raises(
        InputError, match=rf"the row has {9 + n_columns} columns; the header has 11"
    ):
        RowStore(2).row(line([b"0/1:7"] * n_columns))


@pytest.mark.parametrize(
    ("info", "expected"),
    [
        (b".", (False, False, 100)),
        (b"IMP;DP=0", (True, True, 100)),
        (b"AF=0.1;IMPUTED;DP=01;END=250", (True, False, 250)),
        (b"XIMP;MDP=0;XEND=7", (False, False, 100)),
    ],
)
def test_what_info_says_of_all_genotypes(info: bytes, expected: tuple[bool, bool, int]) -> None:
    row = RowStore(1).row(line([b"0/1:7"], info))
    assert expected == (row.is_imputed, row.has_no_reads, row.stated_end)
