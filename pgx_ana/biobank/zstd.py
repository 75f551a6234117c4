"""What zstd compressed, as a stream or as one block. Only this module uses zstandard."""

from __future__ import annotations

import importlib.util
import io
from typing import IO, Any

from pgx_ana.errors import UsageError

ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"


def require_zstandard(name: str) -> None:
    """Raise :class:`UsageError` if the library is not installed; ``name`` is the file's."""
    if importlib.util.find_spec("zstandard") is None:
        raise UsageError(
            f"{name}: zstd is inflated by zstandard, which is not installed: "
            "pip install 'pgx-ana[biobank]'"
        )


class ZstdContent(io.RawIOBase):
    """The decompressed content of a file.

    Reading raises :class:`OSError` where it is damaged; the end of a truncated frame is not seen.
    """

    def __init__(self, file: IO[bytes]) -> None:
        import zstandard  # noqa: PLC0415  # an optional library

        self._damage = zstandard.ZstdError
        self._reader = zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True)

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read into a buffer, which may stay partly empty."""
        try:
            return self._reader.readinto(buffer)
        except self._damage as error:
            raise OSError(str(error)) from error


def inflated_block(stored: bytes, size: int) -> bytes:
    """Inflate ``size`` bytes. Raises :class:`ValueError` where the frame has more or fewer."""
    import zstandard  # noqa: PLC0415  # an optional library

    try:
        declared = zstandard.frame_content_size(stored)
        if declared not in {size, -1}:  # that many bytes would be reserved
            raise ValueError(f"the compressed bytes declare {declared} bytes, not {size}")
        return zstandard.ZstdDecompressor().decompress(
            stored, max_output_size=max(size, 1), allow_extra_data=False
        )
    except zstandard.ZstdError as error:
        raise ValueError(str(error)) from error
