"""Made-up files that are cut to the listed sites: the same calls as from the whole file."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from helpers.containers import calls_of
from helpers.toy_genomes import toy_genomes

from pgx_ana.browse import VariantFilter, region_lines
from pgx_ana.errors import InputError
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.model import Locus
from pgx_ana.terms import Assembly

if TYPE_CHECKING:
    from helpers.fixture_types import Bcftools, MakeVcf

FILES = 150
KINDS = ("snv", "deletion", "insertion", "replacement", "spanning", "reference", "block", "symbol")
GENOTYPES = ("0/0", "0/1", "1/1", "0|1", "1|0", "./.", ".", "./1")


def random_row(dice: random.Random, locus: Locus, bases: str) -> tuple[str, int, str, str]:
    """Return chromosome, position, the row of a sample near a locus, and its INFO."""
    pos = locus.pos
    if dice.random() < 0.5:
        pos = dice.randint(max(1, locus.window_start - 14), locus.window_end + 6)
    kind, info, genotype = dice.choice(KINDS), ".", dice.choice(GENOTYPES)
    long = kind in {"deletion", "replacement"}
    ref = bases[pos - 1 : pos - 1 + (dice.randint(2, 14) if long else 1)]
    other = dice.choice([base for base in "ACGT" if base != ref])
    if kind == "deletion":
        alt = ref[: dice.randint(1, len(ref) - 1)]
    elif kind == "insertion":
        alt = ref + "".join(dice.choices("ACGT", k=dice.randint(1, 4)))
    elif kind == "replacement":
        alt = other + "".join(dice.choices("ACGT", k=dice.randint(0, len(ref))))
    elif kind == "spanning":
        alt = f"{other},*"
    elif kind in {"reference", "block"}:
        alt, genotype = "." if kind == "reference" else "<NON_REF>", dice.choice(["0/0", "./."])
    else:
        alt = other if kind == "snv" else dice.choice(["<DEL>", "<DUP>", "<CN0>"])
    if kind in {"block", "symbol"}:
        info = f"END={pos + dice.randint(0, 120)}"
    quality, depth = dice.choice([5, 30, 60]), dice.choice([9, 20])
    row = f"{locus.chrom} {pos} {ref} {alt} {genotype}:{quality}:{depth}"
    return locus.chrom, pos, row, info


@pytest.mark.slow
@pytest.mark.parametrize("options", [["-R"], ["--targets-overlap", "1", "-T"]], ids=["-R", "-T"])
def test_cut_files_give_the_calls_of_the_whole(
    options: list[str],
    make_vcf: MakeVcf,
    bgzip: Callable[[Path], Path],
    bcftools: Bcftools,
    toy: KnowledgeBase,
    tmp_path: Path,
) -> None:
    """Rows of every kind that begin before, in and behind the windows.

    A whole file that is refused is passed over: the fault may be in a row that the cut leaves out.
    """
    genome = toy_genomes(toy)[Assembly.GRCH38]
    loci = [variant.loci[Assembly.GRCH38] for variant in toy.variants]
    lines = region_lines(toy, VariantFilter(), "bed", Assembly.GRCH38, chr_prefix=False)
    sites = tmp_path / "sites.bed"
    sites.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    different, statuses, rows_cut = [], set(), 0
    for seed in range(FILES):
        dice = random.Random(seed)
        picked = [dice.choice(loci) for _ in range(dice.randint(1, 14))]
        rows = sorted(random_row(dice, locus, genome[locus.chrom]) for locus in picked)
        info = {number: row[3] for number, row in enumerate(rows)}
        whole = bgzip(make_vcf([row[2] for row in rows], fmt="GT:GQ:DP", info=info))
        try:
            calls = calls_of(toy, whole)
        except InputError:
            continue
        cut = tmp_path / "cut.vcf"
        bcftools("view", *options, sites, whole, "-O", "v", "-o", cut)
        text = cut.read_text(encoding="utf-8")
        rows_cut += len(rows) - sum(line[0] != "#" for line in text.splitlines())
        different += [seed] if calls != calls_of(toy, cut) else []
        statuses |= {row[8] for row in calls[1:]}
    assert [] == different
    assert FILES < rows_cut
    assert {"called", "partial", "no_call", "filtered", "unknown_allele", "mismatch"} < statuses
