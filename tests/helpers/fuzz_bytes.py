"""Random changes of raw bytes, for fuzzing."""

from __future__ import annotations

import random
from collections.abc import Sequence


def changed_bytes(
    rng: random.Random,
    text: bytes,
    kinds: Sequence[str],
    noise: Sequence[bytes],
    lengths: Sequence[int],
) -> bytes:
    """Return bytes with one random change at a random offset.

    ``kinds`` has the kinds of change to draw from, ``noise`` the bytes to insert or overwrite with,
    ``lengths`` the numbers of bytes to delete.
    """
    data = bytearray(text)
    offset = rng.randint(0, len(data))
    kind = rng.choice(kinds)
    if kind == "insert":
        data[offset:offset] = rng.choice(noise)
    elif kind == "overwrite":
        new = rng.choice(noise)
        data[offset : offset + len(new)] = new
    elif kind == "delete":
        del data[offset : offset + rng.choice(lengths)]
    elif kind == "truncate":
        del data[offset:]
    elif kind == "replace" and data:
        data[offset % len(data)] = rng.randrange(256)
    elif kind == "repeat":
        piece = data[offset : offset + rng.choice((1, 5, 50))]
        data[offset:offset] = piece * rng.choice((1, 2, 40))
    return bytes(data)
