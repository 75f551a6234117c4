"""Other containers of a VCF text, valid or not: sorted, BGZF, indexed, BCF."""

from __future__ import annotations

import re
import zlib
from pathlib import Path

import pysam

from pgx_ana.vcf import container

_BLOCK_SIZE = 300  # uncompressed bytes in a BGZF block, few enough for several blocks in a file

pysam.set_verbosity(0)  # htslib must print nothing; the files made here may be invalid


def sorted_by_position(text: bytes) -> bytes:
    """Return a file with its rows sorted by contig and position, as an index requires."""
    lines = text.split(b"\n")
    head = [line for line in lines if line.startswith(b"#")]
    rows = [line for line in lines if line and not line.startswith(b"#")]
    contigs = list(dict.fromkeys(row.split(b"\t")[0] for row in rows))

    def key(row: bytes) -> tuple[int, int]:
        columns = row.split(b"\t")
        has_position = len(columns) > 1 and re.fullmatch(rb"[0-9]{1,18}", columns[1])
        return contigs.index(columns[0]), int(columns[1]) if has_position else 0

    text_sorted = b"\n".join([*head, *sorted(rows, key=key), b""])
    return text_sorted if text.endswith(b"\n") else text_sorted.removesuffix(b"\n")


def bgzf(data: bytes) -> bytes:
    """Return data compressed as small BGZF blocks (SAM specification, section 4.1)."""
    blocks = []
    for start in range(0, len(data), _BLOCK_SIZE):
        piece = data[start : start + _BLOCK_SIZE]
        compressor = zlib.compressobj(1, zlib.DEFLATED, -15)
        compressed = compressor.compress(piece) + compressor.flush()
        head = bytes.fromhex("1f8b08040000000000ff060042430200")
        size = (len(compressed) + 25).to_bytes(2, "little")
        tail = zlib.crc32(piece).to_bytes(4, "little") + len(piece).to_bytes(4, "little")
        blocks.append(head + size + compressed + tail)
    return b"".join(blocks) + container._BGZF_END


def make_index(path: Path, *, csi: bool) -> Path | None:
    """Index a BGZF file and return the path of the index, None if it cannot be indexed."""
    for suffix in (".tbi", ".csi"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)
    try:
        pysam.tabix_index(str(path), preset="vcf", force=True, keep_original=True, csi=csi)
    except (OSError, ValueError):
        return None
    return Path(f"{path}{'.csi' if csi else '.tbi'}")


def bcf_of(path: Path, folder: Path) -> bytes | None:
    """Return a VCF file converted to BCF, None if htslib cannot write it."""
    target = folder / "made.bcf"
    try:
        with (
            pysam.VariantFile(str(path)) as source,
            pysam.VariantFile(str(target), "wb", header=source.header) as sink,
        ):
            for row in source:
                sink.write(row)
    except (OSError, TypeError, ValueError):
        return None
    return target.read_bytes()
