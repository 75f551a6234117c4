"""Zarr stores, of format 2 and 3, in a folder or a zip file. Only this module uses zarr.

Formats: https://zarr-specs.readthedocs.io. A store is text that describes arrays, and chunks of
their values. Zarr leaves out chunks of which every value is the same, mostly 0.
"""

from __future__ import annotations

import math
import os
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import product
from typing import Any

import numpy as np
import zarr
from numpy.typing import NDArray
from zarr.storage import ZipStore

from pgx_ana.errors import InputError
from pgx_ana.printable import printable

# Pickled objects, which may run any program when they are read, are in none of them.
_COMPRESSORS = frozenset({"blosc", "bz2", "gzip", "lz4", "lzma", "zlib", "zstd"})
_SAFE_CODECS = _COMPRESSORS | {
    "bytes",
    "crc32c",
    "delta",
    "packbits",
    "shuffle",
    "transpose",
    "vlen-utf8",
}
_KINDS = {"b": "flag", "i": "whole number", "u": "whole number", "f": "number"}
_TEXT = "text"
_MAX_CHUNK_BYTES = 1 << 32
_TEXT_BYTES = 16
_METADATA = (".zarray", "zarr.json")
_MAX_SHOWN = 100

Bounds = tuple[int, int]
"""The first number along a dimension, and the one behind the last."""


class ZarrStore:
    """A group of arrays. ``path`` is that of its folder or zip file, ``name`` what messages say.

    Raises :class:`InputError` where it is none, or its description is damaged.
    """

    def __init__(self, path: str, name: str) -> None:
        self.name = name
        self._path = path
        self._zip: ZipStore | None = None
        self._members: frozenset[str] | None = None
        with self._reading("its description"):
            if not os.path.isdir(path):  # noqa: PTH112  # path is text
                with zipfile.ZipFile(path) as archive:
                    self._members = frozenset(archive.namelist())
                self._zip = ZipStore(path, mode="r")
            self._group = zarr.open_group(self._zip or path, mode="r", use_consolidated=False)
            self.attributes: Mapping[str, Any] = dict(self._group.attrs)

    def names(self) -> frozenset[str]:
        """Return the names of the arrays."""
        if self._members is not None:
            split = [member.split("/") for member in self._members]
            return frozenset(p[0] for p in split if len(p) == 2 and p[1] in _METADATA)
        with self._reading("its description"):
            return frozenset(
                entry.name
                for entry in os.scandir(self._path)
                if entry.is_dir() and any(self.has(f"{entry.name}/{name}") for name in _METADATA)
            )

    def has(self, key: str) -> bool:
        """Say whether a file of the store is there."""
        if self._members is not None:
            return key in self._members
        return os.path.isfile(f"{self._path}/{key}")  # noqa: PTH113  # there may be many

    def array(self, name: str) -> StoredArray:
        """Return an array.

        Raises :class:`InputError` where it is not there or of a kind that is not read.
        """
        if not any(self.has(f"{name}/{metadata}") for metadata in _METADATA):
            raise InputError(f"{self.name}: has no array {name}, so it is no complete VCF Zarr")
        with self._reading(f"the description of {name}"):
            found = self._group[name]
            if not isinstance(found, zarr.Array):
                raise TypeError("it is no array")
            return StoredArray(self, name, found)

    def close(self) -> None:
        """Release the zip file."""
        if self._zip is not None:
            self._zip.close()

    def reading(self, what: str) -> Any:
        """Return a context in which every error is that of a damaged store."""
        return self._reading(what)

    @contextmanager
    def _reading(self, what: str) -> Iterator[None]:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # zarr warns of all that is new in format 3
                yield
        except InputError:
            raise
        except Exception as error:  # each codec raises what it likes
            reason = printable(" ".join(str(error).split()))[:_MAX_SHOWN] or type(error).__name__
            raise InputError(
                f"{self.name}: the store is damaged at {what} ({reason}); copy it again"
            ) from error


class StoredArray:
    """One array of a store: its ``shape``, the shape of its ``chunks``, and its ``kind``.

    ``kind`` is ``flag``, ``whole number``, ``number`` or ``text``; ``dimensions`` are the names of
    its dimensions where it has them.
    """

    def __init__(self, store: ZarrStore, name: str, array: Any) -> None:
        self.name = name
        self._store, self._array = store, array
        self.shape: tuple[int, ...] = tuple(map(int, array.shape))
        self.chunks: tuple[int, ...] = tuple(map(int, array.chunks))
        metadata = array.metadata
        named = getattr(metadata, "dimension_names", None)
        named = named or array.attrs.get("_ARRAY_DIMENSIONS") or ()
        self.dimensions = tuple(map(str, named))
        self._check_codecs(metadata)
        self.kind = self._kind_of(array.dtype)
        n_bytes = _TEXT_BYTES if self.kind == _TEXT else int(array.dtype.itemsize)
        if math.prod(self.chunks) * n_bytes > _MAX_CHUNK_BYTES:
            raise InputError(f"{store.name}: a chunk of {name} is larger than memory should be")

    def expect(self, shape: tuple[int | None, ...], *kinds: str) -> StoredArray:
        """Return the array. Raises :class:`InputError` where its shape or kind is another.

        None stands for any length.
        """
        fits = len(shape) == len(self.shape) and all(
            expected in {None, found} for expected, found in zip(shape, self.shape, strict=True)
        )
        if not fits:
            shown = ", ".join("any" if length is None else str(length) for length in shape)
            raise InputError(
                f"{self._store.name}: {self.name} has the shape {self.shape}; expected ({shown})"
            )
        if self.kind not in kinds:
            raise InputError(
                f"{self._store.name}: {self.name} is made of {self.kind} values; expected "
                f"{' or '.join(kinds)}"
            )
        return self

    def read(self, *bounds: Bounds) -> NDArray[Any]:
        """Return the values within bounds along the first dimensions; texts are objects.

        Raises :class:`InputError` where a chunk is damaged.
        """
        shown = ", ".join(f"{start}-{stop - 1}" for start, stop in bounds)
        with self._store.reading(f"{self.name} ({shown})"):
            selection = tuple(slice(start, stop) for start, stop in bounds)
            values = np.asarray(self._array[selection])
            expected = tuple(stop - start for start, stop in bounds)
            if values.shape != (*expected, *self.shape[len(bounds) :]):
                raise ValueError("it has another shape than described")
            return values.astype(object) if self.kind == _TEXT else values

    def read_all(self) -> NDArray[Any]:
        """Return all values."""
        return self.read(*((0, length) for length in self.shape))

    def stretches(self, dimension: int, start: int, stop: int) -> Iterator[Bounds]:
        """Yield the bounds of the chunks along a dimension that hold a part of a stretch."""
        width = self.chunks[dimension]
        for chunk in range(start // width, -(-stop // width)):
            yield chunk * width, min((chunk + 1) * width, self.shape[dimension])

    def is_left_out(self, *starts: int) -> bool:
        """Say whether a chunk is not in the store, so that its values are those of no chunk.

        ``starts`` are its first numbers along the first dimensions. Where there are more
        dimensions, it is enough that one of the chunks along them is not there.
        """
        first = [start // width for start, width in zip(starts, self.chunks, strict=False)]
        lengths = zip(self.shape[len(first) :], self.chunks[len(first) :], strict=True)
        others = product(*(range(-(-length // width)) for length, width in lengths))
        encode = self._array.metadata.encode_chunk_key
        return not all(self._store.has(f"{self.name}/{encode((*first, *rest))}") for rest in others)

    def _check_codecs(self, metadata: Any) -> None:
        if hasattr(metadata, "codecs"):
            names = [str(codec.to_dict()["name"]) for codec in metadata.codecs]
        else:
            codecs = [*(metadata.filters or ()), metadata.compressor]
            names = [str(codec.codec_id) for codec in codecs if codec is not None]
        for name in names:
            if name.removeprefix("numcodecs.") not in _SAFE_CODECS:
                raise InputError(
                    f"{self._store.name}: {self.name} is written with {printable(name)!r}, which "
                    "is not read"
                )

    def _kind_of(self, dtype: Any) -> str:
        if dtype.kind in "TU":
            return _TEXT
        if dtype.kind in _KINDS:
            return _KINDS[dtype.kind]
        raise InputError(
            f"{self._store.name}: {self.name} is made of {printable(str(dtype))}, which is not read"
        )
