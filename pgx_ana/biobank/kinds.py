"""The formats of this room, recognised by the first bytes of a file."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

_PLINK_MAGIC = b"\x6c\x1b"
_BED_MODE = 1  # variant by variant
_BGEN_MAGIC = b"bgen"
_BGEN_MAGIC_AT = 16
_HEAD_BYTES = 24


class Kind(StrEnum):
    """A format, by the name that results and messages give it."""

    PGEN = "PGEN"
    BED = "PLINK bed"
    BGEN = "BGEN"


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
    """
    kind = None if path.endswith(_OTHER_ENDINGS) else kind_of(head_of(path))
    if kind is None:
        return []
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


def is_biobank_file(path: str) -> bool:
    """Say whether a file is PGEN, PLINK bed or BGEN; what it is called does not matter."""
    return kind_of(head_of(path)) is not None
