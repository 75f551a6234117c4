"""Random BGEN files for fuzzing: mostly valid files for the toy knowledge base, and mutations.

An input is a bundle of up to three files: the BGEN file, its index and its ``.sample`` file, each
behind its length. Everything is drawn from one ``random.Random``.
"""

from __future__ import annotations

import dataclasses
import random
import struct
import tempfile
from collections.abc import Sequence
from pathlib import Path

from helpers.bgen_files import MISSING, NONE, ZLIB, ZSTD, Bgen, Variant, hard_calls, sample_file
from helpers.fuzz_bytes import changed_bytes
from helpers.fuzz_vcf import TOY_SITES

_LENGTH = struct.Struct("<I")
_CHANGES = ("insert", "overwrite", "overwrite", "delete", "truncate", "replace", "replace")
_NOISE = (
    b"\0", b"\xff", b"\0\0\0\0", b"\xff\xff\xff\xff", b"\0\0\0\x80", b"\xff\xff\xff\x7f",
    b"\0\0\0\x10", b"\xff\xff", b"\x01\0", b"\n", b"bgen", b"\xc3\x28", b"\x1f\x8b",
    b"\x28\xb5\x2f\xfd",
)  # fmt: skip
_DELETED = (1, 1, 2, 4, 8, 100)


def bundled(bgen: bytes, index: bytes = b"", samples: bytes = b"") -> bytes:
    """Return files as one input; an empty one is no file."""
    return b"".join(_LENGTH.pack(len(part)) + part for part in (bgen, index, samples))


def unbundled(data: bytes) -> tuple[bytes, bytes, bytes]:
    """Return the BGEN file, the index and the ``.sample`` file of any input."""
    parts = []
    for _ in range(3):
        length = int.from_bytes(data[: _LENGTH.size], "little")
        parts.append(data[_LENGTH.size : _LENGTH.size + length])
        data = data[_LENGTH.size + length :]
    return parts[0], parts[1], parts[2]


def random_bgen(rng: random.Random) -> bytes:
    """Return a bundle of small files that are mostly valid and fit each other."""
    samples = [f"S{number}" for number in range(1, rng.choice((2, 2, 3, 5, 9)))]
    layout = rng.choice((2, 2, 2, 1))
    compression = rng.choice((NONE, ZLIB, ZLIB, ZSTD) if layout > 1 else (NONE, ZLIB))
    sites = rng.sample(TOY_SITES, rng.randint(1, len(TOY_SITES)))
    prefix = rng.choice(("", "", "chr", "0"))
    variants = [_random_variant(rng, site, len(samples), layout, prefix) for site in sorted(sites)]
    has_names = rng.random() < 0.7
    bgen = Bgen(
        variants, samples if has_names else (), len(samples), layout, compression,
        free=rng.choice((b"", b"x" * 7)), gap=rng.choice((b"", b"", b"gap")),
    )  # fmt: skip
    rows = [f"{rng.choice((0, name))} {name} 0" for name in samples]
    text = sample_file(rows).encode() if not has_names or rng.random() < 0.3 else b""
    return bundled(bgen.content(), _index_of(bgen) if rng.random() < 0.4 else b"", text)


def mutated_bgen(rng: random.Random, data: bytes) -> bytes:
    """Return a bundle with random changes of one or more of its files."""
    parts = list(unbundled(data))
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        number = rng.choice((0, 0, 0, 0, 1, 2))
        parts[number] = changed_bytes(rng, parts[number], _CHANGES, _NOISE, _DELETED)
    return bundled(*parts)


def _random_variant(
    rng: random.Random, site: tuple[str, int, str, str], n_people: int, layout: int, prefix: str
) -> Variant:
    chrom, pos, ref, alt = site
    alleles = [ref, *alt.split(",")][: 2 if layout == 1 else None]
    if rng.random() < 0.3:
        alleles.reverse()
    variant = Variant(pos, alleles, (), prefix + chrom, f"rs{pos}")
    if layout == 1:
        return dataclasses.replace(variant, people=[_layout_1(rng) for _ in range(n_people)])
    bits = rng.choice((8, 8, 8, 16, 1, 2, 7, 10, 31, 32))
    is_phased = rng.random() < 0.4
    copies = [rng.choice((2, 2, 2, 2, 1, 2 | MISSING, 1 | MISSING)) for _ in range(n_people)]
    if rng.random() < 0.05:
        copies[0] = rng.choice((0, 3, 0 | MISSING))
    return dataclasses.replace(
        variant,
        people=[_values(rng, state, len(alleles), bits, is_phased) for state in copies],
        bits=bits,
        is_phased=is_phased,
        copies=copies,
    )


def _layout_1(rng: random.Random) -> Sequence[int]:
    return rng.choice(((32768, 0, 0), (0, 32768, 0), (0, 0, 32768), (0, 0, 0), (100, 30000, 2668)))


def _values(
    rng: random.Random, state: int, n_alleles: int, bits: int, is_phased: bool
) -> Sequence[int]:
    copies = state & 0x3F
    signs = "|" if is_phased else "/"
    alleles = [str(rng.randrange(n_alleles)) for _ in range(copies)]
    if not copies:
        return []
    if copies > 2:
        return [0] * (copies * (n_alleles - 1) if is_phased else 3 * n_alleles)
    values = list(hard_calls([signs.join(alleles)], n_alleles=n_alleles, bits=bits)[0])
    if state & MISSING:
        return [0] * len(values)
    if rng.random() < 0.3:
        return [value * 9 // 10 for value in values]
    return values


def _index_of(bgen: Bgen) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = bgen.write(Path(folder) / "x.bgen")
        return bgen.write_index(path).read_bytes()
