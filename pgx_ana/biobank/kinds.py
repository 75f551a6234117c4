"""The formats of this room, recognised by the first bytes of a file, or by what is in a folder."""

from __future__ import annotations

import os
import zipfile
from enum import StrEnum
from pathlib import Path

_PLINK_MAGIC = b"\x6c\x1b"
_BED_MODE = 1  # variant by variant
_BGEN_MAGIC = b"bgen"
_BGEN_MAGIC_AT = 16
_HEAD_BYTES = 24
_ZIP_MAGIC = b"PK\x03\x04"
_ZARR_METADATA = (".zgroup", "zarr.json")
_ZARR_SUFFIXES = (".vcz", ".zarr")


class Kind(StrEnum):
    """A format, by the name that results and messages give it."""

    PGEN = "PGEN"
    BED = "PLINK bed"
    BGEN = "BGEN"
    VCF_ZARR = "VCF Zarr"


_BESIDE_STEM = {
    Kind.PGEN: (".pvar", ".pvar.zst", ".pvar.gz", ".psam"),
    Kind.BED: (".bim", ".bim.zst", ".bim.gz", ".fam"),
    Kind.BGEN: (".sample",),
}
_BESIDE_NAME = {Kind.PGEN: (".pgi",), Kind.BED: (), Kind.BGEN: (".bgi", ".sample")}
_OTHER_ENDINGS = (".vcf", ".gz", ".bgz", ".bcf")


def companions_of(path: str) -> list[str]:
    """Return the paths of the files that may be read with a PGEN, PLINK bed or BGEN file.

    They need not exist; any other file has none. Files called like VCF or BCF are not looked into.
    Of a Zarr store, they are the descriptions of its arrays and the folders of their chunks, which
    change where a chunk does.
    """
    kind = None if path.endswith(_OTHER_ENDINGS) else kind_of(head_of(path))
    if kind is None:
        return _parts_of_store(path) if _is_store(path) else []
    stem = str(Path(path).with_suffix(""))
    beside_stem = [f"{stem}{ending}" for ending in _BESIDE_STEM[kind]]
    return beside_stem + [f"{path}{ending}" for ending in _BESIDE_NAME[kind]]


def kind_of(head: bytes) -> Kind | None:
    """Return the format of a file from its first 24 bytes; None for any other file."""
    if head.startswith(_PLINK_MAGIC) and len(head) > len(_PLINK_MAGIC):
        return Kind.BED if head[2] <= _BED_MODE else Kind.PGEN
    if head[_BGEN_MAGIC_AT : _BGEN_MAGIC_AT + len(_BGEN_MAGIC)] == _BGEN_MAGIC:
        return Kind.BGEN
    return None


def head_of(path: str) -> bytes:
    """Return the first bytes of a regular file; nothing where it cannot be read.

    What is wrong with such a file is said by whoever reads it.
    """
    try:
        if not Path(path).is_file():
            return b""
        with Path(path).open("rb") as stream:
            return stream.read(_HEAD_BYTES)
    except (OSError, ValueError):
        return b""


def kind_of_file(path: str) -> Kind | None:
    """Return the format of a file or folder; None for any other."""
    head = head_of(path)
    if head:
        return kind_of(head) or (Kind.VCF_ZARR if _is_zipped_store(path, head) else None)
    return Kind.VCF_ZARR if _is_store(path) else None


def is_biobank_file(path: str) -> bool:
    """Say whether a file or folder is of a format of this room; what it is called matters only for
    a folder that lacks the description of a store.
    """
    return kind_of_file(path) is not None


def _parts_of_store(path: str) -> list[str]:
    try:
        arrays = sorted(entry.path for entry in os.scandir(path) if entry.is_dir())
    except OSError:
        return []
    names = (*_ZARR_METADATA, ".zattrs")
    described = [f"{array}/{name}" for array in arrays for name in (".zarray", "zarr.json", "c")]
    return [*(f"{path}/{name}" for name in names), *arrays, *described]


def _is_store(path: str) -> bool:
    """Say whether a folder is a Zarr store, or is called one."""
    try:
        folder = Path(path)
        if not folder.is_dir():
            return False
        return folder.suffix in _ZARR_SUFFIXES or any(
            (folder / name).is_file() for name in _ZARR_METADATA
        )
    except (OSError, ValueError):
        return False


def _is_zipped_store(path: str, head: bytes) -> bool:
    if not head.startswith(_ZIP_MAGIC):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            return any(name in archive.namelist() for name in _ZARR_METADATA)
    except (OSError, ValueError, zipfile.BadZipFile):
        return False
