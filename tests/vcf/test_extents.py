"""The first and last POS of a file on each chromosome, in every container."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pysam
import pytest
from helpers.containers import bcf, bcf_csi, bgzf, bgzf_csi, bgzf_tbi, plain_gzip, uncompressed

from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.vcf import ContigNames, Headers, VariantFile

MakeVcf = Callable[..., Path]
Pack = Callable[[Path], Path]

PACKS = [uncompressed, plain_gzip, bgzf, bgzf_tbi, bgzf_csi, bcf, bcf_csi]

pytestmark = pytest.mark.usefixtures("index_small_files")


def bgzf_deep_csi(path: Path) -> Path:
    """Index with small bins, so that there are many levels of them."""
    target = bgzf(path)
    pysam.tabix_index(str(target), preset="vcf", csi=True, min_shift=9)
    return target


def extents(path: Path, knowledge: KnowledgeBase) -> dict[str, tuple[int, int]]:
    return dict(VariantFile(str(path), Headers(ContigNames(knowledge.contig_tables))).extents())


@pytest.mark.parametrize("pack", [*PACKS, bgzf_deep_csi], ids=lambda pack: pack.__name__)
def test_extents_of_random_rows(toy: KnowledgeBase, make_vcf: MakeVcf, pack: Pack) -> None:
    """Rows of all lengths, also longer than a bin: the last row is not the last one to end."""
    rng = random.Random(7)
    for number in range(12):
        expected = {}
        rows: list[str] = []
        info: dict[int, str] = {}
        for contig in ("1", "2")[: 1 + number % 2]:
            positions = sorted(rng.sample(range(1, 400_000), rng.choice([1, 2, 9, 60])))
            expected[contig] = (positions[0], positions[-1])
            for pos in positions:
                if rng.random() < 0.3:
                    info[len(rows)] = f"END={pos + rng.choice([5, 20_000, 200_000])}"
                    rows.append(f"{contig} {pos} A <NON_REF> 0/0")
                else:
                    rows.append(f"{contig} {pos} A C 0/1")
        folder = f"{number}.vcf"
        path = make_vcf(rows, name=folder, info=info, assembly=None)
        assert expected == extents(pack(path), toy)


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.__name__)
def test_a_file_without_rows(toy: KnowledgeBase, make_vcf: MakeVcf, pack: Pack) -> None:
    assert {} == extents(pack(make_vcf([])), toy)


def test_contigs_of_one_chromosome_are_one(toy: KnowledgeBase, make_vcf: MakeVcf) -> None:
    path = make_vcf(["1 90 A C 0/1", "chr1 20 A C 0/1", "2 5 A C 0/1", "1 95 A C 0/1"])
    assert {"1": (20, 95), "2": (5, 5)} == extents(path, toy)


def test_other_contigs_do_not_count(toy: KnowledgeBase, make_vcf: MakeVcf) -> None:
    path = make_vcf(["HLA-A*01:01 7 A C 0/1", "1 90 A C 0/1"], assembly=None)
    assert {"1": (90, 90)} == extents(path, toy)
