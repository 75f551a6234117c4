"""A malformed row is an error at a known locus, and has no effect at any other place."""

from __future__ import annotations

import pytest
from helpers.containers import Pack, bgzf_tbi, calls_of, rejection, uncompressed
from helpers.fixture_types import MakeVcf

from pgx_ana.knowledge import KnowledgeBase

pytestmark = pytest.mark.usefixtures("index_small_files")

WRONG_GT = "1:100: GT of sample 'S1' is "


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param(
            ["1 100 A C 0/2"],
            "1:100: sample 'S1' has allele 2, but the record has 1 ALT allele",
            id="allele-beyond-ALT",
        ),
        pytest.param(
            ["1 100 A . 0/1"],
            "1:100: sample 'S1' has allele 1, but the record has 0 ALT alleles",
            id="allele-without-ALT",
        ),
        pytest.param(
            ["1 99 CA C 0/3"],
            "1:99: sample 'S1' has allele 3, but the record has 1 ALT allele",
            id="beyond-ALT-of-an-overlapping-row",
        ),
        pytest.param(
            ["1 100 A C 0/1/1"],
            "1:100: sample 'S1' has a genotype of 3 copies; expected at most two",
            id="triploid",
        ),
        pytest.param(["1 100 A C 0/x"], WRONG_GT, id="genotype-of-letters"),
        pytest.param(["1 100 A C -1/0"], WRONG_GT, id="negative-allele"),
        pytest.param(["1 here A C 0/1"], "POS 'here' is not a position", id="position-of-letters"),
        pytest.param(
            ["1 100 A C 0/1", "1 x A C 0/1"], "line 13: POS 'x' is not a position", id="second-row"
        ),
    ],
)
def test_malformed_rows_at_a_locus_are_rejected(
    toy: KnowledgeBase, make_vcf: MakeVcf, rows: list[str], expected: str
) -> None:
    path = make_vcf(rows)
    message = rejection(toy, path)
    assert message.startswith(f"{path}: ")
    assert expected in message


@pytest.mark.parametrize(
    ("cut", "columns"),
    [(b"\n1\t200\tA", 3), (b"\n1\t200\t.\tA\tC\t.\tPASS\t.\tGT\t0/1", 10)],
)
def test_rows_with_too_few_columns(
    toy: KnowledgeBase, make_vcf: MakeVcf, cut: bytes, columns: int
) -> None:
    path = make_vcf(["1 100 A C 0/1 1/1"], samples=("S1", "S2"))
    path.write_bytes(path.read_bytes().removesuffix(b"\n") + cut + b"\n")
    assert f"has {columns} columns; the header has 11" in rejection(toy, path)


@pytest.mark.parametrize(
    "row",
    [
        "1 101 A C 0/2 0/1",
        "1 101 A C 0/1/1 0/1",
        "2 100 A C 0/1/1/1 0",
        "X 100 A C 1/2/3 0/1",
        "1 101 A C 0/x -1",
    ],
    ids=["beyond-ALT", "triploid", "tetraploid", "other-contig", "letters"],
)
@pytest.mark.parametrize("pack", [uncompressed, bgzf_tbi], ids=["plain", "indexed"])
def test_malformed_genotypes_elsewhere_have_no_effect(
    toy: KnowledgeBase, make_vcf: MakeVcf, pack: Pack, row: str
) -> None:
    samples = ("S1", "S2")
    plain = make_vcf(["1 100 A C 0/1 1/1"], samples=samples)
    expected = calls_of(toy, plain)
    path = make_vcf(["1 100 A C 0/1 1/1", row], samples=samples, name="odd.vcf")
    assert expected == calls_of(toy, pack(path))


def test_a_triploid_among_diploids(toy: KnowledgeBase, make_vcf: MakeVcf) -> None:
    path = make_vcf(["1 100 A C 0/1 0/0/1"], samples=("S1", "S2"))
    message = (
        f"{path}: line 12: 1:100: sample 'S2' has a genotype of 3 copies; expected at most two"
    )
    assert message == rejection(toy, path)
