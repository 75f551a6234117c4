"""BGZF, the blocked gzip of htslib: any gzip program reads it. The bytes depend on the text alone.

Format: SAM specification, section 4.1.
"""

from __future__ import annotations

import struct
import zlib

_CONTENT_BYTES = 65_280
"""Text in a block, as htslib cuts it: even if it does not shrink, the block stays below 64 kB."""

_END_OF_FILE = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")
"""The empty block by which readers know that a file is complete."""


class BgzfEncoder:
    """Cuts text into compressed blocks, however it arrives."""

    def __init__(self) -> None:
        self._pending = bytearray()

    def add(self, content: bytes) -> bytes:
        """Return the blocks that this content completes; empty if it completes none."""
        pending = self._pending
        pending += content
        n_complete = len(pending) // _CONTENT_BYTES * _CONTENT_BYTES
        starts = range(0, n_complete, _CONTENT_BYTES)
        blocks = b"".join(_block(bytes(pending[at : at + _CONTENT_BYTES])) for at in starts)
        del pending[:n_complete]
        return blocks

    def end(self) -> bytes:
        """Return the block with the rest of the content, and the end of the file."""
        return (_block(bytes(self._pending)) if self._pending else b"") + _END_OF_FILE


def _block(content: bytes) -> bytes:
    """Return one block: a gzip member without a time, whose extra field BC has its size."""
    encoder = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    data = encoder.compress(content) + encoder.flush()
    size = 18 + len(data) + 8
    header = struct.pack(
        "<4BI2BH2B2H", 31, 139, 8, 4, 0, 0, 255, 6, ord("B"), ord("C"), 2, size - 1
    )
    return header + data + struct.pack("<2I", zlib.crc32(content), len(content))
