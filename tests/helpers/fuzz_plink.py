"""Random PGEN and PLINK bed files for fuzzing, with their lists, and mutations.

An input is a bundle as in :mod:`helpers.fuzz_bgen`: the file, its list of variants and its list of
people. Everything is drawn from one ``random.Random``.
"""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

from helpers.fuzz_bgen import bundled, unbundled
from helpers.fuzz_bytes import changed_bytes
from helpers.fuzz_vcf import TOY_SITES
from helpers.plink_files import bim_of, fam_of, psam_of, pvar_of, write_bed, write_pgen

_CHANGES = ("insert", "overwrite", "overwrite", "overwrite", "delete", "truncate", "replace")
_NOISE = (
    b"\0", b"\xff", b"\0\0\0\0", b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f", b"\x10", b"\x60",
    b"\x0c", b"\xc0", b"\x80\x01", b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"\n", b"\t", b"\r\n", b" ",
    b"#", b"##", b"0", b".", b",", b"23", b"chr", b"-1", b"99999999999", b";PR", b"<DEL>", b"A",
    b"END=600", b"\xc3\x28", b"S1",
)  # fmt: skip
_DELETED = (1, 1, 2, 4, 8, 100)
_HEADER_BYTES = 24  # of a PGEN file: its sizes, and the beginning of its first block
_GENOTYPES = ("0/0", "0/1", "1/1", "./.", "0/0", "0/1")


def random_pgen(rng: random.Random) -> bytes:
    """Return a bundle of small files that are mostly valid and fit each other."""
    samples = _samples(rng)
    signs = rng.choice(("/", "/", "|/"))
    rows = []
    for site in _sites(rng):
        alleles = [str(n) for n in range(site.split()[3].count(",") + 2)]
        values = [_genotype(rng, alleles, rng.choice(signs)) for _ in samples]
        rows.append(" ".join([site, *values]))
    numbers = range(len(rows))
    dosages = {
        number: [rng.choice((-9, 0, 0.02, 1, 1.97, 2, 0.5)) for _ in samples]
        for number in (numbers if rng.random() < 0.3 else ())
        if "," not in rows[number] and rng.random() < 0.7
    }
    variants = pvar_of(rows) if rng.random() < 0.9 else bim_of(rows)
    sexes = [rng.choice(("1", "2", "NA")) for _ in samples]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.pgen"
        write_pgen(
            path, rows, samples=samples, nonref=rng.choice((False, True, None)), dosages=dosages
        )
        return bundled(path.read_bytes(), variants.encode(), psam_of(samples, sexes).encode())


def random_bed(rng: random.Random) -> bytes:
    """Return a bundle of small PLINK 1 files that are mostly valid and fit each other."""
    samples = _samples(rng)
    rows = []
    for site in _sites(rng):
        chrom, pos, ref, alts = site.split()
        pair = [rng.choice((ref, ref, ref, "0")), rng.choice((alts.split(",")[0], alts[0], "0"))]
        rng.shuffle(pair)
        rows.append(" ".join([chrom, pos, *pair, *(rng.choice(_GENOTYPES) for _ in samples)]))
    with tempfile.TemporaryDirectory() as folder:
        path = write_bed(Path(folder) / "x.bed", rows, samples=samples)
        variants = bim_of(rows, rng.choice(("\t", "\t", " "))).encode()
        sexes = [rng.choice("012") for _ in samples]
        return bundled(path.read_bytes(), variants, fam_of(samples, sexes).encode())


def mutated_plink(rng: random.Random, data: bytes) -> bytes:
    """Return a bundle with random changes of one or more of its files."""
    parts = list(unbundled(data))
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        number = rng.choice((0, 0, 0, 1, 1, 2))
        if number == 0 and rng.random() < 0.4:
            head, rest = parts[0][:_HEADER_BYTES], parts[0][_HEADER_BYTES:]
            parts[0] = changed_bytes(rng, head, ("overwrite",), _NOISE, _DELETED) + rest
        else:
            parts[number] = changed_bytes(rng, parts[number], _CHANGES, _NOISE, _DELETED)
    return bundled(*parts)


def _samples(rng: random.Random) -> list[str]:
    return [f"S{number}" for number in range(1, rng.choice((2, 3, 5, 6, 70)))]


def _sites(rng: random.Random) -> list[str]:
    prefix = rng.choice(("", "", "chr"))
    sites = sorted(rng.sample(TOY_SITES, rng.randint(1, len(TOY_SITES))))
    return [f"{prefix}{chrom} {pos} {ref} {alt}" for chrom, pos, ref, alt in sites]


def _genotype(rng: random.Random, alleles: list[str], sign: str) -> str:
    if rng.random() < 0.1:
        return "./."
    return sign.join(rng.choices(alleles, k=2))
