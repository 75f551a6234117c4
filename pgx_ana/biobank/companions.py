"""The text files beside a PLINK file: where they are, and their content, compressed or not."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from pgx_ana.biobank.zstd import ZSTD_MAGIC, ZstdContent, require_zstandard
from pgx_ana.errors import InputError
from pgx_ana.printable import printable

_GZIP_MAGIC = b"\x1f\x8b"
_BUFFER_BYTES = 1 << 17
_DAMAGE = (OSError, EOFError, zlib.error)


def beside(path: str, name: str, suffixes: Sequence[str]) -> Path:
    """Return the file with the stem of another and one of some suffixes.

    ``name`` is what messages call the other file. Raises :class:`InputError` where none is there.
    """
    stem = Path(path).with_suffix("")
    candidates = [stem.with_name(f"{stem.name}{suffix}") for suffix in suffixes]
    for candidate in candidates:
        if candidate.is_file():
            return candidate
    shown = " or ".join(printable(candidate.name) for candidate in candidates)
    raise InputError(f"{name}: {shown} is not beside it")


class Companion:
    """One text file; ``name`` is what messages call it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.name = printable(str(path)).replace("\n", "\\n")

    @contextmanager
    def open(self) -> Iterator[io.BufferedReader]:
        """Open the decompressed content.

        Raises :class:`InputError` where it cannot be read; also for what is raised while it is
        open, because the content is damaged.
        """
        try:
            with self._path.open("rb") as file, self._decompressed(file) as stream:
                yield stream
        except _DAMAGE as error:
            reason = getattr(error, "strerror", None) or error
            raise InputError(
                f"{self.name}: cannot be read, or is damaged: {reason}; copy or download it again"
            ) from error

    @property
    def compression(self) -> str:
        """Return ``zstd``, ``gzip`` or nothing."""
        try:
            with self._path.open("rb") as file:
                head = file.read(len(ZSTD_MAGIC))
        except OSError:
            return ""  # said by whoever reads the content
        if head == ZSTD_MAGIC:
            return "zstd"
        return "gzip" if head.startswith(_GZIP_MAGIC) else ""

    def _decompressed(self, file: IO[bytes]) -> io.BufferedReader:
        raw: Any = file
        if self.compression == "zstd":
            require_zstandard(self.name)
            raw = ZstdContent(file)
        elif self.compression == "gzip":
            raw = gzip.GzipFile(fileobj=file)
        return io.BufferedReader(raw, _BUFFER_BYTES)
