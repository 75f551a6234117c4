"""Write a whole genome of one person: some 200 MB of BGZF, to measure how fast files are read.

Run as ``python -m tools.large_genome FOLDER [ROWS]`` with ``tests`` on the path. The folder gets
``genome.vcf.gz`` without an index, and ``sites.bed`` with the known sites. The rows are invented
but look like those of GATK; at each known site is a row with its REF. The same seed gives the same
rows.
"""

from __future__ import annotations

import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from pgx_ana.knowledge import default_directory, load
from pgx_ana.model import Locus
from pgx_ana.terms import Assembly

SEED = 20
ROWS = 4_500_000
_BATCH = 50_000
# GRCh38, in millions of bases and by name; the exact lengths, of which the assembly is known.
LENGTHS = dict(
    zip(
        [*map(str, range(1, 23)), "X"],
        [
            248956422, 242193529, 198295559, 190214555, 181538259, 170805979, 159345973, 145138636,
            138394717, 133797422, 135086622, 133275309, 114364328, 107043718, 101991189, 90338345,
            83257441, 80373285, 58617616, 64444167, 46709983, 50818468, 156040895,
        ],
        strict=True,
    )
)  # fmt: skip
_HEADER = """\
##fileformat=VCFv4.2
##source=HaplotypeCaller
##FILTER=<ID=PASS,Description="All filters passed">
##INFO=<ID=AC,Number=A,Type=Integer,Description="Allele count">
##INFO=<ID=AF,Number=A,Type=Float,Description="Allele frequency">
##INFO=<ID=AN,Number=1,Type=Integer,Description="Number of alleles">
##INFO=<ID=BaseQRankSum,Number=1,Type=Float,Description="Base qualities">
##INFO=<ID=DP,Number=1,Type=Integer,Description="Depth">
##INFO=<ID=ExcessHet,Number=1,Type=Float,Description="Excess heterozygosity">
##INFO=<ID=FS,Number=1,Type=Float,Description="Strand bias">
##INFO=<ID=MLEAC,Number=A,Type=Integer,Description="Likely allele count">
##INFO=<ID=MQ,Number=1,Type=Float,Description="Mapping quality">
##INFO=<ID=MQRankSum,Number=1,Type=Float,Description="Mapping qualities">
##INFO=<ID=QD,Number=1,Type=Float,Description="Quality by depth">
##INFO=<ID=ReadPosRankSum,Number=1,Type=Float,Description="Read positions">
##INFO=<ID=SOR,Number=1,Type=Float,Description="Strand odds ratio">
##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">
##FORMAT=<ID=AD,Number=R,Type=Integer,Description="Reads per allele">
##FORMAT=<ID=DP,Number=1,Type=Integer,Description="Depth">
##FORMAT=<ID=GQ,Number=1,Type=Integer,Description="Genotype quality">
##FORMAT=<ID=PL,Number=G,Type=Integer,Description="Likelihoods">
"""
_ALTS = {"A": "G", "G": "A", "C": "T", "T": "C"}


def known_loci() -> dict[str, dict[int, Locus]]:
    """Return the loci of the shipped knowledge base on GRCh38, by chromosome and position."""
    loci: dict[str, dict[int, Locus]] = defaultdict(dict)
    for variant in load([default_directory()]).variants:
        locus = variant.loci[Assembly.GRCH38]
        loci[locus.chrom][locus.pos] = locus
    return loci


def rows(n_rows: int, loci: Mapping[str, Mapping[int, Locus]]) -> Iterator[str]:
    """Yield the rows of a genome as texts of many lines, in the order of the genome."""
    random = np.random.default_rng(SEED)
    total = sum(LENGTHS.values())
    for chrom, length in LENGTHS.items():
        found = random.integers(10_000, length - 10_000, n_rows * length // total)
        positions = np.union1d(found, np.array(list(loci.get(chrom, ())), np.int64))
        for start in range(0, len(positions), _BATCH):
            batch = positions[start : start + _BATCH].tolist()
            yield "".join(_batch(random, chrom, batch, loci.get(chrom, {})))


def _batch(
    random: np.random.Generator, chrom: str, positions: list[int], loci: Mapping[int, Locus]
) -> Iterator[str]:
    n = len(positions)
    bases = random.choice(list("ACGT"), n).tolist()
    inserted = ["".join(four) for four in random.choice(list("ACGT"), (n, 4)).tolist()]
    kinds = random.random(n).tolist()
    names = random.integers(1_000, 2_000_000_000, n).tolist()
    depths = np.maximum(random.poisson(34, n), 4)
    is_het = random.random(n) < 0.6
    alt_reads = np.where(is_het, random.binomial(depths, 0.5), depths).tolist()
    ranks = random.normal(0, 1, (n, 3)).tolist()
    quality = random.random((n, 4)).tolist()
    depth_list, het_list = depths.tolist(), is_het.tolist()
    for i, pos in enumerate(positions):
        ref, alt = bases[i], _ALTS[bases[i]]
        if kinds[i] < 0.07:
            alt = ref + inserted[i][: 1 + i % 4]
        elif kinds[i] < 0.15:
            ref, alt = ref + inserted[i][: 1 + i % 4], ref
        if pos in loci:
            ref = loci[pos].ref
            alt = _ALTS[ref[0]] if len(ref) == 1 else ref[0]
        depth, reads, (q0, q1, q2, q3) = depth_list[i], alt_reads[i], quality[i]
        name = f"rs{names[i]}" if q0 < 0.9 else "."
        if het_list[i]:
            b, m, p = ranks[i]
            numbers = f"AC=1;AF=0.500;AN=2;BaseQRankSum={b:.3f};DP={depth};ExcessHet=0.0000"
            more = f"MQ={60 - 3 * q1 * q1:.2f};MQRankSum={m:.3f};QD={30 * q2:.2f}"
            more = f"{more};ReadPosRankSum={p:.3f}"
            sample = f"0/1:{depth - reads},{reads}:{depth}:99"
            likelihoods = f"{int(900 * q1) + 99},0,{int(900 * q3) + 99}"
        else:
            numbers = f"AC=2;AF=1.00;AN=2;DP={depth};ExcessHet=0.0000"
            more = f"MQ={60 - 3 * q1 * q1:.2f};QD={30 + 6 * q2:.2f}"
            sample = f"1/1:0,{reads}:{depth}:{min(99, 3 * depth)}"
            likelihoods = f"{40 * depth},{3 * depth},0"
        yield (
            f"chr{chrom}\t{pos}\t{name}\t{ref}\t{alt}\t{30 + 1500 * q3:.2f}\tPASS\t{numbers};"
            f"FS={10 * q0 * q1:.3f};MLEAC={1 + (not het_list[i])};{more};SOR={0.3 + q2:.3f}\t"
            f"GT:AD:DP:GQ:PL\t{sample}:{likelihoods}\n"
        )


def write(folder: Path, n_rows: int = ROWS) -> tuple[Path, Path]:
    """Write the genome and its sites into a folder; return the paths of both."""
    folder.mkdir(parents=True, exist_ok=True)
    loci = known_loci()
    sites = folder / "sites.bed"
    sites.write_text(
        "".join(
            f"chr{chrom}\t{locus.window_start - 1}\t{locus.window_end}\n"
            for chrom in LENGTHS
            for _, locus in sorted(loci.get(chrom, {}).items())
        )
    )
    genome = folder / "genome.vcf.gz"
    with genome.open("wb") as target:
        packer = subprocess.Popen(["bgzip", "-@2", "-c"], stdin=subprocess.PIPE, stdout=target)
        assert packer.stdin is not None
        contigs = "".join(f"##contig=<ID=chr{c},length={n}>\n" for c, n in LENGTHS.items())
        columns = "#CHROM POS ID REF ALT QUAL FILTER INFO FORMAT NA00001".replace(" ", "\t")
        packer.stdin.write(f"{_HEADER}{contigs}{columns}\n".encode())
        for text in rows(n_rows, loci):
            packer.stdin.write(text.encode())
        packer.stdin.close()
    if packer.wait():
        raise SystemExit("bgzip failed")
    return genome, sites


if __name__ == "__main__":
    for path in write(Path(sys.argv[1]), *map(int, sys.argv[2:])):
        print(path)
