"""Genotypes of whole cohorts, kept between the blocks of people that ask for them."""

from __future__ import annotations

import dataclasses
import os
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from pgx_ana.biobank.source import Genotypes
from pgx_ana.errors import InputError
from pgx_ana.vcf import unnamed_file, write_spool

_MAX_IN_MEMORY = 1 << 25

_Codes = NDArray[np.unsignedinteger[Any]]


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class _Kept:
    """Genotypes without codes, and where their codes begin in the file; ``codes`` if not there."""

    genotypes: Genotypes
    begin: int
    codes: _Codes | None


class GenotypeStore:
    """Keeps the genotypes of entries, by number: the first ones in memory, the codes of all others
    in a temporary file without a name.
    """

    def __init__(self) -> None:
        self._kept: dict[int, _Kept] = {}
        self._n_bytes = 0
        self._file: IO[bytes] | None = None
        self._end = 0

    def keep(self, number: int, genotypes: Genotypes) -> None:
        """Keep the genotypes of an entry.

        Raises :class:`InputError` where there is no space for them.
        """
        codes = genotypes.codes
        self._n_bytes += codes.nbytes
        if self._n_bytes <= _MAX_IN_MEMORY:
            self._kept[number] = _Kept(genotypes, 0, codes)
            return
        if self._file is None:
            self._file = unnamed_file()
        write_spool(self._file, [codes.tobytes()])
        without = dataclasses.replace(genotypes, codes=np.zeros(0, codes.dtype))
        self._kept[number] = _Kept(without, self._end, None)
        self._end += codes.nbytes

    def of(self, number: int, n_people: int) -> Genotypes | None:
        """Return the genotypes of an entry with so many people; None where they are not kept."""
        kept = self._kept.get(number)
        if kept is None or kept.codes is not None or self._file is None:
            return None if kept is None else kept.genotypes
        dtype = kept.genotypes.codes.dtype
        found = os.pread(self._file.fileno(), n_people * dtype.itemsize, kept.begin)
        if len(found) < n_people * dtype.itemsize:
            raise InputError("the temporary file of this run was cut by another program")
        return dataclasses.replace(kept.genotypes, codes=np.frombuffer(found, dtype))

    def close(self) -> None:
        """Release the temporary file and the memory."""
        self._kept.clear()
        if self._file is not None:
            self._file.close()
            self._file = None
