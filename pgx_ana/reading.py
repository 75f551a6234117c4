"""Small files, read without waiting for one that never ends."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

_CHUNK_BYTES = 1 << 20


def read_small(path: Path, max_bytes: int, *, accept_pipes: bool = False) -> bytes:
    """Return the content of a file of at most ``max_bytes``.

    Only regular files are read, and with ``accept_pipes`` also pipes, as in ``<(command)``. Raises
    :class:`OSError` for devices, for larger files, and for files that cannot be read.
    """
    # Without O_NONBLOCK, opening a pipe that nobody writes to would wait for ever.
    flags = os.O_RDONLY | (0 if accept_pipes else os.O_NONBLOCK)
    if not accept_pipes and not stat.S_ISREG(path.stat().st_mode):
        raise _error(path, errno.EINVAL, "is not a regular file")
    with open(os.open(path, flags), "rb") as stream:  # noqa: PTH123  # a descriptor, not a path
        mode = os.fstat(stream.fileno()).st_mode
        if not (stat.S_ISREG(mode) or (accept_pipes and stat.S_ISFIFO(mode))):
            raise _error(path, errno.EINVAL, "is not a regular file")
        content = bytearray()
        while chunk := stream.read(_CHUNK_BYTES):  # read(max_bytes) would reserve all of them
            content += chunk
            if len(content) > max_bytes:
                raise _error(path, errno.EFBIG, f"is larger than {max_bytes:,} bytes")
    return bytes(content)


def _error(path: Path, number: int, what: str) -> OSError:
    return OSError(number, what, str(path))
