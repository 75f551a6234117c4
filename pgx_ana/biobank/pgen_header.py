"""The header of a PGEN file: sizes, which references are provisional, what has dosages.

Format: the PGEN specification of PLINK 2, section "Header". Offsets count bytes from 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pgx_ana.errors import InputError

_MAGIC = b"\x6c\x1b"
_FIXED_BYTES = 12
_BLOCK_VARIANTS = 1 << 16
_FIXED_WIDTH = frozenset({0x02, 0x03, 0x04})
_WITH_DOSAGES = frozenset({0x03, 0x04})
_VARIABLE_WIDTH = frozenset({0x10, 0x11, 0x20, 0x21})
_EXTERNAL = frozenset({0x20, 0x21})
_EXTERNAL_FLAG = 0x10  # 0x20 is 0x30 in the index
_ALL_TRUSTED, _ALL_PROVISIONAL, _BY_VARIANT = 1, 2, 3
_MULTIALLELIC = 0x08
_DOSAGES = 0x60
_WIDE_TYPES = 4  # record types of 8 bits
_FUSED = 8  # types and lengths in one array: small files only
_MAX_COUNT = (1 << 31) - 3


@dataclass(frozen=True, slots=True)
class PgenHeader:
    """The sizes of a PGEN file, and where its header says what of each variant.

    ``path`` is that of the file with the header, which may be an index beside the file.
    """

    path: Path
    mode: int
    n_variants: int
    n_samples: int
    control: int

    @property
    def says_of_references(self) -> bool:
        """Say whether the file tells which references are provisional; else its list does."""
        return self.control >> 6 != 0

    def is_provisional(self, number: int) -> bool:
        """Say whether the first allele of a variant is not known to be the reference."""
        flags = self.control >> 6
        if flags != _BY_VARIANT:
            return flags != _ALL_TRUSTED
        if self.mode in _FIXED_WIDTH:
            at = _FIXED_BYTES + number // 8
        elif self.control & _FUSED:
            return True  # not known without reading all of it
        else:
            block, within = divmod(number, _BLOCK_VARIANTS)
            n_here = min(_BLOCK_VARIANTS, self.n_variants - block * _BLOCK_VARIANTS)
            at = self._body(block) + self._types(n_here) + self._rest(n_here) + within // 8
        return bool(self._byte(at) >> (number % 8) & 1)

    def has_dosages(self, number: int) -> bool:
        """Say whether the record of a variant may have dosages."""
        if self.mode in _FIXED_WIDTH:
            return self.mode in _WITH_DOSAGES
        if self.control & _FUSED:
            return True
        if not self.control & _WIDE_TYPES:
            return False
        block, within = divmod(number, _BLOCK_VARIANTS)
        return bool(self._byte(self._body(block) + within) & _DOSAGES)

    def has_further_alleles(self, number: int) -> bool:
        """Say whether somebody has an allele of a variant beyond its first two."""
        if self.mode in _FIXED_WIDTH or self.control & _FUSED:
            return False
        block, within = divmod(number, _BLOCK_VARIANTS)
        if self.control & _WIDE_TYPES:
            return bool(self._byte(self._body(block) + within) & _MULTIALLELIC)
        both = self._byte(self._body(block) + within // 2)
        return bool(both >> (within % 2 * 4) & _MULTIALLELIC)

    def check_size(self, file: Path, name: str) -> None:
        """Raise :class:`InputError` where the last record reaches beyond the end of the file."""
        size = file.stat().st_size
        if self.mode in _FIXED_WIDTH:
            least = _FIXED_BYTES + self.n_variants * -(-self.n_samples // 4)
        elif self.control & _FUSED:
            return
        else:
            least = self._end_of_records()
        if least > size:
            raise InputError(
                f"{name}: the file is truncated: it has {size} bytes, and its records reach to "
                f"{least}; copy or download it again"
            )

    def _end_of_records(self) -> int:
        last = (self.n_variants - 1) // _BLOCK_VARIANTS
        n_here = self.n_variants - last * _BLOCK_VARIANTS
        start = int.from_bytes(self._bytes(_FIXED_BYTES + 8 * last, 8), "little")
        width = (self.control & 3) + 1
        lengths = self._bytes(self._body(last) + self._types(n_here), n_here * width)
        padded = np.zeros((n_here, 4), np.uint8)
        padded[:, :width] = np.frombuffer(lengths, np.uint8).reshape(n_here, width)
        return start + int(padded.view("<u4").sum(dtype=np.int64))

    def _body(self, block: int) -> int:
        """Return where the part of the header of a block of variants begins."""
        n_blocks = -(-self.n_variants // _BLOCK_VARIANTS)
        whole = self._types(_BLOCK_VARIANTS) + self._rest(_BLOCK_VARIANTS)
        whole += _BLOCK_VARIANTS // 8 if self.control >> 6 == _BY_VARIANT else 0
        return _FIXED_BYTES + 8 * n_blocks + block * whole

    def _types(self, n_variants: int) -> int:
        return n_variants if self.control & _WIDE_TYPES else -(-n_variants // 2)

    def _rest(self, n_variants: int) -> int:
        """Return the bytes of lengths and allele counts."""
        return n_variants * ((self.control & 3) + 1 + (self.control >> 4 & 3))

    def _byte(self, at: int) -> int:
        return self._bytes(at, 1)[0]

    def _bytes(self, at: int, n_bytes: int) -> bytes:
        with self.path.open("rb") as file:
            file.seek(at)
            found = file.read(n_bytes)
        if len(found) < n_bytes:
            raise InputError(f"{self.path}: the header is truncated; copy or download it again")
        return found


def read_pgen_header(path: Path, name: str) -> PgenHeader:
    """Read the header of a PGEN file. Raises :class:`InputError` where it is not one."""
    with path.open("rb") as file:
        mode = file.read(_FIXED_BYTES)[2]
    if mode not in _FIXED_WIDTH | _VARIABLE_WIDTH:
        raise InputError(
            f"{name}: is PGEN of storage mode {mode:#04x}, which cannot be read; write it again "
            "with plink2 --make-pgen"
        )
    source = Path(f"{path}.pgi") if mode in _EXTERNAL else path
    try:
        with source.open("rb") as file:
            head = file.read(_FIXED_BYTES)
    except OSError as error:
        raise InputError(f"{name}: its index {source.name} cannot be read: {error}") from error
    expected = _MAGIC + bytes([mode + (_EXTERNAL_FLAG if mode in _EXTERNAL else 0)])
    n_variants, n_samples = (int.from_bytes(head[at : at + 4], "little") for at in (3, 7))
    if len(head) < _FIXED_BYTES or not head.startswith(expected):
        raise InputError(f"{name}: the header is truncated or damaged; copy or download it again")
    if not 0 < n_variants <= _MAX_COUNT or not 0 < n_samples <= _MAX_COUNT:
        raise InputError(
            f"{name}: the header says {n_variants} variants and {n_samples} people: it is damaged, "
            "or there is nothing to read"
        )
    header = PgenHeader(source, mode, n_variants, n_samples, head[_FIXED_BYTES - 1])
    header.check_size(path, name)
    return header
