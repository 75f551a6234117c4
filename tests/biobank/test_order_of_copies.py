"""Unphased copies have no order: that of the alleles in a file says nothing of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.bgen_files import Bgen, Variant, hard_calls
from helpers.fixture_types import MakeVcf

from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.model import CallOptions
from pgx_ana.pipeline import Request, Selection, run
from pgx_ana.terms import Assembly

ROWS = [("GG", "TC"), ("G", "T")]
HETEROZYGOUS_BED = bytes([0x6C, 0x1B, 1, 0b10, 0b10])


def genotype(toy: KnowledgeBase, path: Path) -> tuple[str, ...]:
    """Return genotype and status of the last site."""
    selection = Selection(assembly=Assembly.GRCH38)
    site = run(Request((str(path),), selection, CallOptions()), toy).calls.sites[-1]
    (found,) = site.calls
    return found.genotype, found.status.value


@pytest.fixture
def of_vcf(make_vcf: MakeVcf, toy: KnowledgeBase) -> tuple[str, ...]:
    """Return what a VCF file gives in which the same genotypes are ``0/1``."""
    path = make_vcf([f"2 50 {ref} {alt} 0/1" for ref, alt in ROWS])
    found = genotype(toy, path)
    assert found == ("T/.", "partial")
    return found


@pytest.mark.parametrize("turned", [(), (0,), (1,), (0, 1)])
def test_turned_alleles_in_a_bed_file(
    tmp_path: Path, toy: KnowledgeBase, of_vcf: tuple[str, ...], turned: tuple[int, ...]
) -> None:
    pytest.importorskip("pgenlib", reason="reads PLINK bed")
    lines = []
    for number, (ref, alt) in enumerate(ROWS):
        first, second = (ref, alt) if number in turned else (alt, ref)
        lines.append(f"2\tv{number}\t0\t50\t{first}\t{second}\n")
    (tmp_path / "a.bim").write_text("".join(lines))
    (tmp_path / "a.fam").write_text("0 S1 0 0 0 -9\n")
    path = tmp_path / "a.bed"
    path.write_bytes(HETEROZYGOUS_BED)
    assert of_vcf == genotype(toy, path)


@pytest.mark.parametrize("turned", [(), (0,), (1,), (0, 1)])
def test_turned_alleles_in_a_bgen_file(
    tmp_path: Path, toy: KnowledgeBase, of_vcf: tuple[str, ...], turned: tuple[int, ...]
) -> None:
    variants = []
    for number, (ref, alt) in enumerate(ROWS):
        alleles = (alt, ref) if number in turned else (ref, alt)
        variants.append(Variant(50, alleles, hard_calls(["0/1"]), contig="2"))
    path = Bgen(variants, samples=["S1"]).write(tmp_path / "a.bgen")
    assert of_vcf == genotype(toy, path)
