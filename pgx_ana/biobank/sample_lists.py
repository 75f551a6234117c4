"""The people of a PLINK file: ``.psam`` and ``.fam``.

Formats: https://www.cog-genomics.org/plink/2.0/formats#psam and #fam.
"""

from __future__ import annotations

import hashlib
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
_SEXES = {"1": 1, "M": 1, "m": 1, "2": 2, "F": 2, "f": 2}

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
    try:
        lines = content.decode("utf-8").replace("\r\n", "\n").split("\n")
    except UnicodeDecodeError as error:
        raise InputError(f"{companion.name}: is not UTF-8: {error}") from error
    if lines[-1] == "":
        lines.pop()
    first, columns = _columns(lines, companion.name)
    iid, sex = columns.index("IID"), columns.index("SEX") if "SEX" in columns else -1
    names: list[str] = []
    sexes: list[int] = []
    for number, line in enumerate(lines[first:], first + 1):
        person = line.split()
        if len(person) != len(columns):
            raise InputError(
                f"{companion.name}: line {number} has {len(person)} columns; expected "
                f"{len(columns)}"
            )
        names.append(person[iid])
        sexes.append(_SEXES.get(person[sex], 0) if sex >= 0 else 0)
    _check_names(names, companion.name)
    digest = hashlib.sha256(content).hexdigest()
    return SampleList(tuple(names), np.array(sexes, np.int8), digest)


def _columns(lines: Sequence[str], name: str) -> tuple[int, Sequence[str]]:
    """Return the number of lines before the first person, and the names of the columns.

    A file without a header is a ``.fam`` file; its last column may be missing.
    """
    header = next((n for n, line in enumerate(lines) if not line.startswith("##")), len(lines))
    if header < len(lines) and lines[header].startswith("#"):
        columns = lines[header][1:].split()
        if not columns or columns[0] not in {"FID", "IID"} or columns.count("IID") != 1:
            raise InputError(
                f"{name}: line {header + 1} must begin with #FID or #IID, and name IID"
            )
        return header + 1, columns
    n_columns = len(lines[0].split()) if lines else 0
    return 0, _FAM_COLUMNS[: max(n_columns, len(_FAM_COLUMNS) - 1)]


def _check_names(names: Sequence[str], name: str) -> None:
    if not names:
        raise InputError(f"{name}: lists no people")
    if len(set(names)) < len(names):
        twice = next(iid for iid, count in Counter(names).items() if count > 1)
        raise InputError(
            f"{name}: two people have the IID {twice[:40]!r}; give each a name of their own, for "
            "example with plink2 --update-ids"
        )
    for iid in names:
        if len(iid) > _MAX_NAME or "\0" in iid:
            raise InputError(f"{name}: {iid[:40]!r} is no name of a person")
