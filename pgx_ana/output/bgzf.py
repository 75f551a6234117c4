"""BGZF, the blocked gzip of htslib: any gzip program reads it. The bytes depend on the text alone.

Format: SAM specification, section 4.1.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator

_CONTENT_BYTES = 65_280
"""Text in a block, as htslib cuts it: even if it does not shrink, the block stays below 64 kB."""

_END_OF_FILE = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")
"""The empty block by which readers know that a file is complete."""


def compressed(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the blocks of a BGZF file with the content of the chunks."""
    pending = bytearray()
    for chunk in chunks:
        pending += chunk
        while len(pending) >= _CONTENT_BYTES:
            yield _block(bytes(pending[:_CONTENT_BYTES]))
            del pending[:_CONTENT_BYTES]
    if pending:
        yield _block(bytes(pending))
    yield _END_OF_FILE


def _block(content: bytes) -> bytes:
    """Return one block: a gzip member without a time, whose extra field BC has its size."""
    encoder = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    data = encoder.compress(content) + encoder.flush()
    size = 18 + len(data) + 8
    header = struct.pack(
        "<4BI2BH2B2H", 31, 139, 8, 4, 0, 0, 255, 6, ord("B"), ord("C"), 2, size - 1
    )
    return header + data + struct.pack("<2I", zlib.crc32(content), len(content))
