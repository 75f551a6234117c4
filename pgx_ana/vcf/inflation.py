"""What gzip and BGZF files contain, as blocks or as one stream; every checksum is verified.

Format: SAM specification, section 4.1. A BGZF block is a gzip member of at most 64 kB of content
that declares its own size.
"""

from __future__ import annotations

import contextlib
import io
import os
import struct
import threading
from collections import OrderedDict, deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from isal import igzip, igzip_lib, isal_zlib

GZIP_MAGIC = b"\x1f\x8b"
_BLOCK_MAGIC = GZIP_MAGIC + b"\x08\x04"  # deflated, with extra fields

_DAMAGE = cast(type[Exception], isal_zlib.error)  # its stub has an instance for the class
_HEAD_BYTES = 18
_TAIL = struct.Struct("<2I")  # CRC32 and length of the content
_TAIL_BYTES = _TAIL.size
_MAX_CONTENT = 1 << 16
_MAX_BLOCK = 1 << 16  # compressed
_MAX_KEPT = 64  # blocks: 4 MB
_FIRST_GROUP = 1 << 16  # compressed: enough for a header, and for a small file
_GROUP_BYTES = 1 << 20


def is_bgzf(head: bytes) -> bool:
    """Say whether a gzip file or member begins as a BGZF block does."""
    return head.startswith(_BLOCK_MAGIC) and head[12:14] == b"BC"


def block_size(head: bytes) -> int:
    """Return the number of bytes of a compressed block, from its first 18 ones."""
    return int.from_bytes(head[16:18], "little") + 1


def inflated(block: bytes | memoryview, size: int, start: int) -> bytes:
    """Return the content of a whole block of a size, which begins at a byte of the file.

    Raises :class:`OSError` where it is cut or damaged.
    """
    data_at = 12 + int.from_bytes(block[10:12], "little")
    if len(block) != size or size < data_at + _TAIL_BYTES:
        raise OSError(f"the BGZF block at byte {start} has another length than it declares")
    try:
        content: bytes = igzip_lib.decompress(
            block[data_at:-_TAIL_BYTES], igzip_lib.DECOMP_DEFLATE, 15, _MAX_CONTENT
        )
    except _DAMAGE as error:
        raise OSError(f"the BGZF block at byte {start} is damaged: {error}") from error
    if block[-_TAIL_BYTES:] != _TAIL.pack(isal_zlib.crc32(content), len(content)):
        raise OSError(f"the BGZF block at byte {start} is damaged: its checksum is wrong")
    return content


@dataclass(frozen=True, slots=True)
class Block:
    """The content of a block, and the byte of the file behind it."""

    content: bytes
    stop: int


class Blocks:
    """The blocks of a BGZF file, read where they are wanted; the last ones used are kept.

    ``descriptor`` is that of the opened file.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._kept: OrderedDict[int, Block] = OrderedDict()

    def at(self, start: int) -> Block | None:
        """Return the block that begins at a byte of the file; None at the end of the file.

        Unlike :mod:`gzip`, which skips zeros between its members, this requires a block. Raises
        :class:`OSError` where no block begins, and where one is damaged.
        """
        block = self._kept.get(start)
        if block is not None:
            self._kept.move_to_end(start)
            return block
        data = memoryview(os.pread(self._descriptor, _MAX_BLOCK, start))
        if not data:
            return None
        head = bytes(data[:_HEAD_BYTES])
        if len(head) < _HEAD_BYTES or not is_bgzf(head):
            raise OSError(f"no BGZF block begins at byte {start}")
        size = block_size(head)
        block = Block(inflated(data[:size], size, start), start + size)
        self._kept[start] = block
        if len(self._kept) > _MAX_KEPT:
            self._kept.popitem(last=False)
        return block

    def first_from(self, byte: int) -> int | None:
        """Return where the first intact block from a byte of the file on begins; None for none."""
        while chunk := os.pread(self._descriptor, 2 * _MAX_BLOCK, byte):
            found = chunk.find(_BLOCK_MAGIC)
            while found >= 0:
                with contextlib.suppress(OSError):
                    self.at(byte + found)
                    return byte + found
                found = chunk.find(_BLOCK_MAGIC, found + 1)
            byte += max(len(chunk) - len(_BLOCK_MAGIC) + 1, 1)
        return None


@contextlib.contextmanager
def open_blocks(path: Path) -> Iterator[Blocks]:
    """Open the blocks of a BGZF file. Raises :class:`OSError` where it cannot be read."""
    with path.open("rb", buffering=0) as file:
        yield Blocks(file.fileno())


def _groups(file: IO[bytes], start: int, group_bytes: int) -> Iterator[list[bytes]]:
    """Yield the contents of the blocks of a file from a byte on, some at a time.

    Raises :class:`OSError` for a damaged block, when all before it have been given.
    """
    size, cut = _FIRST_GROUP, b""
    while chunk := file.read(size):
        data = memoryview(cut + chunk)
        blocks: list[bytes] = []
        at = 0
        try:
            while at + _HEAD_BYTES <= len(data):
                head = bytes(data[at : at + _HEAD_BYTES])
                if not is_bgzf(head):
                    raise OSError(f"no BGZF block begins at byte {start + at}")
                length = block_size(head)
                if at + length > len(data):
                    break
                blocks.append(inflated(data[at : at + length], length, start + at))
                at += length
        except OSError:
            if blocks:
                yield blocks
            raise
        if blocks:
            yield blocks
        start, cut, size = start + at, bytes(data[at:]), group_bytes
    if cut:
        raise OSError(f"the BGZF block at byte {start} is cut")


class BgzfContent(io.RawIOBase):
    """The decompressed content of a BGZF file from a block on.

    ``start`` is the byte at which the block begins. ``group_bytes`` are read together: if they are
    many, another thread inflates what comes next while the content is used.
    """

    def __init__(self, path: Path, start: int = 0, group_bytes: int = _GROUP_BYTES) -> None:
        self._file = path.open("rb", buffering=0)
        self._file.seek(start)
        self._groups = _groups(self._file, start, group_bytes)
        self._is_ahead = group_bytes >= _GROUP_BYTES
        self._blocks: deque[bytes] = deque()
        self._rest_of_block = memoryview(b"")
        self._thread: threading.Thread | None = None
        self._ahead: list[bytes] = []
        self._error: OSError | None = None
        self._n_groups = 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer as far as blocks are inflated; nothing is read at the end of the file."""
        filled, size = 0, len(buffer)
        while filled < size:
            if not self._rest_of_block:
                if not self._blocks and not filled:
                    self._blocks.extend(self._next_group())
                if not self._blocks:
                    break
                self._rest_of_block = memoryview(self._blocks.popleft())
            part = self._rest_of_block[: size - filled]
            buffer[filled : filled + len(part)] = part
            filled += len(part)
            self._rest_of_block = self._rest_of_block[len(part) :]
        return filled

    def _next_group(self) -> list[bytes]:
        """Return the contents of the next blocks that are not all empty; none at the end."""
        while True:
            if self._thread is None:
                self._advance()
            else:
                self._thread.join()
            if self._error is not None:
                raise self._error
            blocks, self._thread, self._n_groups = self._ahead, None, self._n_groups + 1
            if blocks and self._n_groups > 1 and self._is_ahead:
                self._thread = threading.Thread(target=self._advance)
                self._thread.start()
            if not blocks or any(blocks):
                return blocks

    def _advance(self) -> None:
        try:
            self._ahead = next(self._groups, [])
        except OSError as error:
            self._error = error

    def close(self) -> None:
        """Close the file."""
        if self._thread is not None:
            self._thread.join()
        self._file.close()
        super().close()


class GzipContent(io.RawIOBase):
    """The decompressed content of a gzip file, up to where it is truncated or damaged.

    Reading raises :class:`EOFError` where the file ends within the data, and :class:`OSError` for
    other damage.
    """

    def __init__(self, path: Path) -> None:
        self._file: Any = igzip.IGzipFile(path)  # type: ignore[no-untyped-call]

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read into a buffer, which may stay partly empty."""
        try:
            return int(self._file.readinto(buffer))
        except _DAMAGE as error:
            raise OSError(str(error)) from error

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()
