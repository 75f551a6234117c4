"""The index of a BGEN file: an SQLite file (``.bgi``) that says where each variant is.

It is opened without locks and without journals, and nothing in it is run: what is asked for must be
a table. That it is the index of this file, and of all of it, is checked before it is used.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from pgx_ana.biobank.bgen_header import BgenHeader
from pgx_ana.biobank.bgen_variants import Variant
from pgx_ana.errors import InputError
from pgx_ana.printable import printable_line

_MAX_VALUE_BYTES = 1 << 26
_LENGTH = "max(length(allele1), ifnull(length(allele2), 0))"
_CONTIGS = (
    "SELECT chromosome, count(*), sum(size_in_bytes), min(position), max(position), "
    f"max({_LENGTH}), sum(number_of_alleles > 2) FROM Variant GROUP BY chromosome"
)
_LISTED = "SELECT chromosome, position, file_start_position, size_in_bytes FROM Variant "
_SPANNING = (
    f"{_LISTED} WHERE chromosome = ? AND position BETWEEN ? AND ? AND position + {_LENGTH} > ?"
)
_MULTIALLELIC = f"{_LISTED} WHERE chromosome = ? AND position <= ? AND number_of_alleles > 2"


class IndexedContig(NamedTuple):
    """What the index has of one contig: its variants, their bytes, and first and last position.

    ``longest`` is the length of the longest allele among the first and second ones.
    """

    n_variants: int
    n_bytes: int
    first: int
    last: int
    longest: int
    n_multiallelic: int


class IndexedVariant(NamedTuple):
    """Where a variant is: from byte ``start`` on, ``n_bytes`` long."""

    contig: str
    pos: int
    start: int
    n_bytes: int


@dataclass(frozen=True, slots=True, eq=False)
class IndexedFile:
    """What an index must fit: the size of a file, its first 1,000 bytes, and its header."""

    name: str
    size: int
    head: bytes
    header: BgenHeader


class BgenIndex:
    """The index of one file. Raises :class:`InputError` where it is damaged or of another file."""

    def __init__(self, path: str, name: str, file: IndexedFile) -> None:
        self._name = name
        self._file = file
        if not Path(path).is_file():
            raise InputError(f"{name}: there is no such index file")
        with self._readable():
            uri = f"file:{quote(str(Path(path).absolute()))}?mode=ro&immutable=1"
            self._database = sqlite3.connect(uri, uri=True)
        try:
            self._open()
        except InputError:
            self._database.close()
            raise

    def _open(self) -> None:
        with self._readable():
            self._database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MAX_VALUE_BYTES)
            self._database.execute("PRAGMA trusted_schema = OFF")
            kinds = dict(self._database.execute("SELECT name, type FROM sqlite_master"))
            if kinds.get("Variant") != "table":
                raise InputError(
                    f"{self._name}: is not an index of a BGEN file: it has no variants"
                )
            if kinds.get("Metadata") == "table":
                self._check_metadata()
        self.contigs = dict(self._contigs())
        self._check_complete()

    def spanning(self, contig: str, stretches: Sequence[tuple[int, int]]) -> list[IndexedVariant]:
        """Return the variants that may overlap a stretch (1-based, inclusive), as in the file.

        Of a variant with more than two alleles, the index does not know the length: all are
        returned that begin in front of the last stretch.
        """
        known = self.contigs[contig]
        found: dict[int, IndexedVariant] = {}
        for start, end in stretches:
            rows = self._rows(_SPANNING, (contig, start - known.longest, end, start))
            found |= {row.start: row for row in rows}
        if known.n_multiallelic and stretches:
            rows = self._rows(_MULTIALLELIC, (contig, max(end for _, end in stretches)))
            found |= {row.start: row for row in rows}
        return [found[start] for start in sorted(found)]

    def check(self, place: IndexedVariant, variant: Variant) -> None:
        """Raise :class:`InputError` where the file has another variant than the index says."""
        found = (variant.contig, variant.pos, variant.start, variant.end - variant.start)
        if found != place:
            raise self._foreign(
                f"it has {place.contig!r}:{place.pos} at byte {place.start}, where the file has "
                f"{variant.contig!r}:{variant.pos}"
            )

    def close(self) -> None:
        """Release the file."""
        self._database.close()

    def _check_metadata(self) -> None:
        """Raise :class:`InputError` where the index was made of another file.

        What the file was called then, and when it was written, does not matter.
        """
        query = "SELECT file_size, first_1000_bytes FROM Metadata"
        for size, head in self._database.execute(query).fetchmany(2):
            if size != self._file.size or head != self._file.head:
                what = "begins otherwise" if size == self._file.size else f"had {size} bytes"
                raise self._foreign(f"the file that it was made of {what}")

    def _contigs(self) -> Iterator[tuple[str, IndexedContig]]:
        with self._readable():
            rows = self._database.execute(_CONTIGS).fetchall()
        for contig, *numbers in rows:
            if not isinstance(contig, str) or not all(isinstance(one, int) for one in numbers):
                raise self._damaged("a chromosome or position is none")
            yield contig, IndexedContig(*numbers)

    def _check_complete(self) -> None:
        """Raise :class:`InputError` unless the index has every byte of the variants of the file."""
        file, contigs = self._file, self.contigs.values()
        n_variants = sum(contig.n_variants for contig in contigs)
        if n_variants != file.header.n_variants:
            raise self._foreign(
                f"it has {n_variants} variants, and {file.name} has {file.header.n_variants}"
            )
        n_bytes = sum(contig.n_bytes for contig in contigs)
        if n_bytes != file.size - file.header.first_variant:
            raise self._foreign(
                f"its variants have {n_bytes} bytes, and those of {file.name} "
                f"{file.size - file.header.first_variant}"
            )

    def _rows(self, query: str, values: tuple[Any, ...]) -> list[IndexedVariant]:
        with self._readable():
            rows = self._database.execute(query, values).fetchall()
        for contig, *numbers in rows:
            if not isinstance(contig, str) or not all(isinstance(one, int) for one in numbers):
                raise self._damaged("a chromosome or position is none")
        return [IndexedVariant(*row) for row in rows]

    @contextlib.contextmanager
    def _readable(self) -> Iterator[None]:
        """Raise :class:`InputError` for every error of SQLite."""
        try:
            yield
        except (sqlite3.Error, sqlite3.Warning, OverflowError, UnicodeError, ValueError) as error:
            raise self._damaged(printable_line(str(error))) from error

    def _damaged(self, what: str) -> InputError:
        return InputError(
            f"{self._name}: the index cannot be read: {what}; make it again with "
            f"'bgenix -index -g {self._file.name}', or remove it"
        )

    def _foreign(self, what: str) -> InputError:
        return InputError(
            f"{self._name}: is not the index of {self._file.name}: {what}; make it again with "
            f"'bgenix -index -g {self._file.name}', or remove it"
        )
