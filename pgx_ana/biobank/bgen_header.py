"""The bytes of a BGEN file, and its header: how variants are written, and the names of people."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from enum import StrEnum

from pgx_ana.errors import InputError

_MAX_HEADER_BYTES = 1 << 28
_MIN_HEADER_BYTES = 20
_OFFSET_BYTES = 4  # places in the header count from behind the first field
_LAYOUTS = (1, 2)
_HAS_NAMES = 1 << 31
_COPY_AGAIN = "copy or download the file again"


class Compression(StrEnum):
    """How genotypes are compressed."""

    NONE = ""
    ZLIB = "zlib"
    ZSTD = "zstd"


@dataclass(frozen=True, slots=True, eq=False)
class BgenHeader:
    """The header of a BGEN file.

    ``names`` are those of its people, none where the file has no names. ``first_variant`` is the
    byte at which the variants begin, and ``content`` are all bytes in front of it.
    """

    n_variants: int
    n_people: int
    layout: int
    compression: Compression
    names: tuple[str, ...]
    first_variant: int
    content: bytes


class FileBytes:
    """The bytes of a regular file, which messages call ``name``, from any place on.

    Raises :class:`InputError` where the file cannot be read.
    """

    def __init__(self, path: str, name: str) -> None:
        self.name = name
        try:
            self._file = open(path, "rb", buffering=0)  # noqa: PTH123, SIM115  # closed by close()
            status = os.fstat(self._file.fileno())
        except (OSError, ValueError) as error:
            raise InputError(f"{name}: cannot be read: {error}") from error
        if not stat.S_ISREG(status.st_mode):
            self._file.close()
            raise InputError(f"{name}: is not a regular file")
        self.size = status.st_size

    def read(self, start: int, count: int) -> bytes:
        """Return ``count`` bytes, fewer at the end of the file."""
        try:
            found = os.pread(self._file.fileno(), count, start)
        except OSError as error:
            raise InputError(f"{self.name}: cannot be read: {error.strerror or error}") from error
        if len(found) < min(count, self.size - start):
            raise InputError(f"{self.name}: has become shorter while it was read")
        return found

    def close(self) -> None:
        """Release the file."""
        self._file.close()


def truncated(name: str, where: str) -> InputError:
    """Return the error for a file that ends too early."""
    return InputError(f"{name}: the file is truncated: it ends within {where}; {_COPY_AGAIN}")


def read_header(file: FileBytes) -> BgenHeader:
    """Return the header of a file. Raises :class:`InputError` where it is damaged."""
    name = file.name
    start = file.read(0, _OFFSET_BYTES + _MIN_HEADER_BYTES)
    if len(start) < _OFFSET_BYTES + _MIN_HEADER_BYTES:
        raise truncated(name, "its header")
    offset, length, n_variants, n_people = (_uint(start, at, 4) for at in (0, 4, 8, 12))
    if not _MIN_HEADER_BYTES <= length <= offset:
        raise _damaged(name, f"its length is {length}, and the variants begin behind {offset}")
    if offset > _MAX_HEADER_BYTES:
        raise _damaged(name, f"it has {offset} bytes; at most {_MAX_HEADER_BYTES} can be read")
    content = file.read(0, _OFFSET_BYTES + offset)
    if len(content) < _OFFSET_BYTES + offset:
        raise truncated(name, "its header")
    flags = _uint(content, length, 4)
    compression, layout = _format(name, flags)
    if not n_people:
        raise InputError(f"{name}: has no people, so there are no genotypes to annotate")
    names: tuple[str, ...] = ()
    if flags & _HAS_NAMES:
        names = _names(name, content[_OFFSET_BYTES + length :], n_people)
    return BgenHeader(
        n_variants, n_people, layout, compression, names, _OFFSET_BYTES + offset, content
    )


def _format(name: str, flags: int) -> tuple[Compression, int]:
    compression, layout = flags & 3, flags >> 2 & 15
    if layout not in _LAYOUTS:
        raise _damaged(name, f"the layout of variants is {layout}; it must be 1 or 2")
    if compression >= len(Compression) or (layout == 1 and compression > 1):
        raise _damaged(name, f"the compression of layout {layout} is {compression}")
    return list(Compression)[compression], layout


def _names(name: str, block: bytes, n_people: int) -> tuple[str, ...]:
    """Return the names of people from their block, which may be followed by other bytes."""
    length, count = _uint(block, 0, 4), _uint(block, 4, 4)
    if count != n_people:
        raise _damaged(name, f"it has {n_people} people, and the names of {count}")
    if length > len(block):
        raise _damaged(name, "the names of people reach into the variants")
    names: list[str] = []
    at = 8
    try:
        for _ in range(n_people):
            begin, at = at + 2, at + 2 + _uint(block, at, 2)
            if at > length:
                raise _damaged(name, "the names of people are longer than their block")
            names.append(block[begin:at].decode("utf-8"))
    except UnicodeDecodeError as error:
        raise InputError(
            f"{name}: the name of person {len(names) + 1} is not UTF-8: {error}; rename the person"
        ) from error
    if at != length:
        raise _damaged(name, "the names of people are shorter than their block")
    return tuple(names)


def _uint(data: bytes, at: int, width: int) -> int:
    return int.from_bytes(data[at : at + width], "little")


def _damaged(name: str, what: str) -> InputError:
    return InputError(f"{name}: the header is damaged: {what}; {_COPY_AGAIN}")
