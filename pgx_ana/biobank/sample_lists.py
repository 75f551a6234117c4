"""The people of a PLINK file: ``.psam`` and ``.fam``.

Formats: https://www.cog-genomics.org/plink/2.0/formats#psam and #fam.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pgx_ana.biobank.companions import Companion
from pgx_ana.errors import InputError

_MAX_BYTES = 1 << 30  # of a list of half a million people, a hundred times
_MAX_NAME = 1 << 10
_FAM_COLUMNS = ("FID", "IID", "PAT", "MAT", "SEX", "PHENO1")
_SEXES = {b"1": 1, b"M": 1, b"m": 1, b"2": 2, b"F": 2, b"f": 2}
_BLANKS = re.compile(rb"[ \t]+")

MALE, FEMALE = 1, 2


@dataclass(frozen=True, slots=True, eq=False)
class SampleList:
    """The people of a file. ``sexes`` is int8: MALE, FEMALE, or 0 where not known.

    ``digest`` is the SHA-256 of the list.
    """

    names: tuple[str, ...]
    sexes: NDArray[np.int8]
    digest: str


def read_sample_list(companion: Companion) -> SampleList:
    """Read a ``.psam`` or ``.fam`` file.

    The name of a person is the IID. Raises :class:`InputError` where a line is malformed, and where
    two people have the same IID.
    """
    with companion.open() as stream:
        content = stream.read(_MAX_BYTES + 1)
    if len(content) > _MAX_BYTES:
        raise InputError(f"{companion.name}: is larger than {_MAX_BYTES} bytes")
    # PLINK divides lines at spaces and tabs only, and takes no notice of blank lines at the end.
    lines = [line.removesuffix(b"\r").strip(b" \t") for line in content.split(b"\n")]
    while lines and not lines[-1]:
        lines.pop()
    first, columns = _columns(lines, companion.name)
    iid, sex = columns.index("IID"), columns.index("SEX") if "SEX" in columns else -1
    names: list[str] = []
    sexes: list[int] = []
    for number, line in enumerate(lines[first:], first + 1):
        person = _BLANKS.split(line) if line else []
        if len(person) != len(columns):
            raise InputError(
                f"{companion.name}: line {number} has {len(person)} columns; expected "
                f"{len(columns)}"
            )
        names.append(_name(person[iid], f"{companion.name}: line {number}"))
        sexes.append(_SEXES.get(person[sex], 0) if sex >= 0 else 0)
    _check_names(names, companion.name)
    digest = hashlib.sha256(content).hexdigest()
    return SampleList(tuple(names), np.array(sexes, np.int8), digest)


def _columns(lines: Sequence[bytes], name: str) -> tuple[int, Sequence[str]]:
    """Return the number of lines before the first person, and the names of the columns.

    A file without a header is a ``.fam`` file; its last column may be missing.
    """
    header = next((n for n, line in enumerate(lines) if not line.startswith(b"##")), len(lines))
    if header < len(lines) and lines[header].startswith(b"#"):
        columns = lines[header][1:].decode("latin-1").split()
        if not columns or columns[0] not in {"FID", "IID"} or columns.count("IID") != 1:
            raise InputError(
                f"{name}: line {header + 1} must begin with #FID or #IID, and name IID"
            )
        return header + 1, columns
    n_columns = len(_BLANKS.split(lines[header])) if header < len(lines) else 0
    return header, _FAM_COLUMNS[: max(n_columns, len(_FAM_COLUMNS) - 1)]


def _name(iid: bytes, place: str) -> str:
    """Return the name of a person. Raises :class:`InputError` where it cannot be one."""
    try:
        name = iid.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{place}: the IID is not UTF-8: {error}") from error
    if len(name) > _MAX_NAME or "\0" in name or "\r" in name:
        raise InputError(f"{place}: {name[:40]!r} is no name of a person")
    return name


def _check_names(names: Sequence[str], name: str) -> None:
    if not names:
        raise InputError(f"{name}: lists no people")
    if len(set(names)) < len(names):
        twice = next(iid for iid, count in Counter(names).items() if count > 1)
        raise InputError(
            f"{name}: two people have the IID {twice[:40]!r}; give each a name of their own, for "
            "example with plink2 --update-ids"
        )
