"""Damage in any compressed block that is read, and in an index, is an error."""

from __future__ import annotations

import gzip
import itertools
import struct
from collections.abc import Callable
from pathlib import Path

import pysam
import pytest
from helpers.broken_files import END_BLOCK
from helpers.containers import Pack, bcf, bcf_csi, bgzf_csi, bgzf_tbi, block, calls_of, rejection
from helpers.fixture_types import MakeVcf

from pgx_ana.knowledge import KnowledgeBase

pytestmark = pytest.mark.usefixtures("index_small_files")


def vcf_blocks(path: Path) -> list[bytes]:
    """Return a VCF as BGZF with a block for the header and one for each row."""
    lines = path.read_bytes().splitlines(keepends=True)
    header = b"".join(line for line in lines if line.startswith(b"#"))
    return [block(header), *(block(line) for line in lines if not line.startswith(b"#"))]


def bcf_blocks(path: Path) -> list[bytes]:
    """Return a BCF with a block for the header and one for each row."""
    content = gzip.decompress(bcf(path).read_bytes())
    (length,) = struct.unpack_from("<I", content, 5)
    offsets = [0, 9 + length]
    while offsets[-1] < len(content):
        shared, individual = struct.unpack_from("<2I", content, offsets[-1])
        offsets.append(offsets[-1] + 8 + shared + individual)
    return [block(content[start:end]) for start, end in itertools.pairwise(offsets)]


def wrong_checksum(data: bytes) -> bytes:
    """Change the CRC of a block."""
    return data[:-8] + bytes([data[-8] ^ 255]) + data[-7:]


def zeroed(data: bytes) -> bytes:
    """Fill the compressed data of a block with zeros."""
    return data[:18] + bytes(len(data) - 26) + data[-8:]


def no_block(data: bytes) -> bytes:
    """Fill a whole block with zeros."""
    return bytes(len(data))


DAMAGES = pytest.mark.parametrize(
    "damage", [wrong_checksum, zeroed, no_block], ids=lambda damage: damage.__name__
)
ROWS = ["1 100 A C 0/1", "1 200 A T 0/1", "1 300 T C 1/1", "2 50 G T 0/1"]


@pytest.mark.parametrize("suffix", [".tbi", ".csi"])
@pytest.mark.parametrize("number", [1, 2, 3, 4])
@DAMAGES
def test_damaged_block_read_through_an_index(
    toy: KnowledgeBase,
    make_vcf: MakeVcf,
    tmp_path: Path,
    damage: Callable[[bytes], bytes],
    number: int,
    suffix: str,
) -> None:
    """Region queries of cyvcf2 end without an error there, so that rows would be absent."""
    plain = make_vcf(ROWS)
    blocks = vcf_blocks(plain)
    path = tmp_path / "blocks.vcf.gz"
    path.write_bytes(b"".join(blocks) + END_BLOCK)
    pysam.tabix_index(str(path), preset="vcf", csi=suffix == ".csi")
    assert calls_of(toy, plain) == calls_of(toy, path)
    blocks[number] = damage(blocks[number])
    path.write_bytes(b"".join(blocks) + END_BLOCK)
    Path(f"{path}{suffix}").touch()
    message = rejection(toy, path)
    assert message.startswith(f"{path}: ")
    assert "damaged" in message


@pytest.mark.parametrize("split", [vcf_blocks, bcf_blocks], ids=lambda split: split.__name__)
@pytest.mark.parametrize("number", [0, 1, 2, 3, 4])
@DAMAGES
def test_damaged_block_read_in_one_pass(
    toy: KnowledgeBase,
    make_vcf: MakeVcf,
    tmp_path: Path,
    damage: Callable[[bytes], bytes],
    number: int,
    split: Callable[[Path], list[bytes]],
) -> None:
    plain = make_vcf(ROWS)
    blocks = split(plain)
    path = tmp_path / "blocks"
    path.write_bytes(b"".join(blocks) + END_BLOCK)
    assert calls_of(toy, plain) == calls_of(toy, path)
    blocks[number] = damage(blocks[number])
    path.write_bytes(b"".join(blocks) + END_BLOCK)
    assert rejection(toy, path).startswith(f"{path}: ")


def test_damage_far_from_all_loci_has_no_effect(
    toy: KnowledgeBase, make_vcf: MakeVcf, tmp_path: Path
) -> None:
    """Through an index, only blocks at the loci and the end of each contig are read."""
    plain = make_vcf([*ROWS, "2 590 C G 0/1", "2 595 C G 0/1", "2 600 C G 0/1", "2 690 C G 0/1"])
    blocks = vcf_blocks(plain)
    path = tmp_path / "blocks.vcf.gz"
    path.write_bytes(b"".join(blocks) + END_BLOCK)
    pysam.tabix_index(str(path), preset="vcf")
    path.write_bytes(b"".join([*blocks[:-2], wrong_checksum(blocks[-2]), blocks[-1]]) + END_BLOCK)
    Path(f"{path}.tbi").touch()
    assert calls_of(toy, plain) == calls_of(toy, path)


@pytest.mark.parametrize(
    "content", [b"", b"garbage", END_BLOCK], ids=["empty", "garbage", "empty-block"]
)
@pytest.mark.parametrize("pack", [bgzf_tbi, bgzf_csi, bcf_csi], ids=lambda pack: pack.__name__)
def test_damaged_index(toy: KnowledgeBase, make_vcf: MakeVcf, pack: Pack, content: bytes) -> None:
    path = pack(make_vcf(ROWS))
    suffix = ".tbi" if pack is bgzf_tbi else ".csi"
    Path(f"{path}{suffix}").write_bytes(content)
    assert rejection(toy, path).startswith(f"{path}: ")
