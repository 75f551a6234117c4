"""BGEN files made byte by byte, so that any fault can be put into them, and their indexes."""

from __future__ import annotations

import sqlite3
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import zstandard

NONE, ZLIB, ZSTD = 0, 1, 2
MISSING = 0x80
"""Added to the number of copies of a person without a genotype."""

Stored = Sequence[Sequence[int]]
"""For each person, the stored values: all but the last of each group."""


@dataclass(frozen=True)
class Variant:
    """A variant: its names, alleles and probabilities.

    ``people`` has the stored values of each person as whole numbers of ``bits`` bits: of layout 2
    those that the format stores, of layout 1 three values of 32768 each. ``copies`` has the number
    of copies of each person, two where it is not given.
    """

    pos: int
    alleles: Sequence[str]
    people: Stored
    contig: str = "1"
    rsid: str = "."
    bits: int = 8
    is_phased: bool = False
    copies: Sequence[int] = ()


@dataclass(frozen=True)
class Bgen:
    """A file. ``samples`` are the names in it, none where it has ``n_people`` without names."""

    variants: Sequence[Variant]
    samples: Sequence[str] = ("S1", "S2")
    n_people: int = 2
    layout: int = 2
    compression: int = ZLIB
    free: bytes = b""
    gap: bytes = field(default=b"")
    """What is between the names of people and the variants."""

    def content(self) -> bytes:
        """Return the bytes of the file."""
        return self.head() + b"".join(self.blocks())

    def head(self) -> bytes:
        """Return the bytes in front of the variants."""
        n_people = len(self.samples) or self.n_people
        flags = self.compression | self.layout << 2 | bool(self.samples) << 31
        header = struct.pack("<III", 20 + len(self.free), len(self.variants), n_people)
        header += b"bgen" + self.free + struct.pack("<I", flags)
        names = b"".join(_text(name, "<H") for name in self.samples)
        block = struct.pack("<II", 8 + len(names), n_people) + names if self.samples else b""
        rest = header + block + self.gap
        return struct.pack("<I", len(rest)) + rest

    def blocks(self) -> list[bytes]:
        """Return the bytes of each variant."""
        return [self._block(variant) for variant in self.variants]

    def _block(self, variant: Variant) -> bytes:
        names = _text("", "<H") + _text(variant.rsid, "<H") + _text(variant.contig, "<H")
        names += struct.pack("<I", variant.pos)
        alleles = b"".join(_text(allele, "<I") for allele in variant.alleles)
        if self.layout == 1:
            values = b"".join(struct.pack("<3H", *person) for person in variant.people)
            if self.compression:
                values = _counted(zlib.compress(values))
            return struct.pack("<I", len(variant.people)) + names + alleles + values
        data = probabilities(variant)
        stored = data
        if self.compression:
            stored = struct.pack("<I", len(data)) + compressed(data, self.compression)
        return names + struct.pack("<H", len(variant.alleles)) + alleles + _counted(stored)

    def write(self, path: Path) -> Path:
        """Write the file, and return its path."""
        path.write_bytes(self.content())
        return path

    def write_index(self, path: Path) -> Path:
        """Write the index of the file at ``path`` beside it, and return the path of the index."""
        start = len(self.head())
        rows = []
        for variant, block in zip(self.variants, self.blocks(), strict=True):
            first, second = (*variant.alleles, None)[:2]
            names = (variant.contig, variant.pos, variant.rsid, len(variant.alleles), first, second)
            rows.append((*names, start, len(block)))
            start += len(block)
        return write_index(Path(f"{path}.bgi"), rows, path.read_bytes())


def probabilities(variant: Variant) -> bytes:
    """Return the inflated genotypes of a variant in layout 2."""
    copies = list(variant.copies) or [2] * len(variant.people)
    numbers = [state & 0x3F for state in copies]
    text = "".join(
        format(value, f"0{variant.bits}b")[::-1] for person in variant.people for value in person
    )
    packed = int(text[::-1] or "0", 2).to_bytes(-(-len(text) // 8), "little")
    head = struct.pack(
        "<IHBB", len(variant.people), len(variant.alleles), min(numbers), max(numbers)
    )
    return head + bytes(copies) + bytes([variant.is_phased, variant.bits]) + packed


def compressed(data: bytes, compression: int) -> bytes:
    """Return bytes as zlib or zstd compress them."""
    return zlib.compress(data) if compression == ZLIB else zstandard.compress(data)


def hard_calls(genotypes: Sequence[str], *, n_alleles: int = 2, bits: int = 8) -> Stored:
    """Return the stored values of ``0/1``, ``1|0``, ``1`` or ``.``: all probabilities 0 or 1.

    A genotype that is missing has zeros. Those of one row must all be phased, or none.
    """
    return [_hard_call(genotype, n_alleles, (1 << bits) - 1) for genotype in genotypes]


def _hard_call(genotype: str, n_alleles: int, one: int) -> list[int]:
    if "|" in genotype:
        groups = [(n_alleles, number) for number in genotype.split("|")]
    elif "/" in genotype:
        low, high = sorted(genotype.split("/"))
        is_called = "." not in genotype
        place = str(int(high) * (int(high) + 1) // 2 + int(low)) if is_called else "."
        groups = [(n_alleles * (n_alleles + 1) // 2, place)]
    else:
        groups = [(n_alleles, genotype)]
    return [
        one if str(number) == place else 0 for size, place in groups for number in range(size - 1)
    ]


def write_index(
    path: Path, rows: Sequence[tuple[object, ...]], content: bytes, *, has_metadata: bool = True
) -> Path:
    """Write an index with these rows, as bgenix does; ``content`` is that of the BGEN file."""
    path.unlink(missing_ok=True)
    database = sqlite3.connect(path)
    with database:
        database.execute(
            "CREATE TABLE Variant (chromosome TEXT NOT NULL, position INT NOT NULL, "
            "rsid TEXT NOT NULL, number_of_alleles INT NOT NULL, allele1 TEXT NOT NULL, "
            "allele2 TEXT NULL, file_start_position INT NOT NULL, size_in_bytes INT NOT NULL, "
            "PRIMARY KEY (chromosome, position, rsid, allele1, allele2, file_start_position)) "
            "WITHOUT ROWID"
        )
        database.executemany("INSERT INTO Variant VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
        if has_metadata:
            database.execute(
                "CREATE TABLE Metadata (filename TEXT NOT NULL, file_size INT NOT NULL, "
                "last_write_time INT NOT NULL, first_1000_bytes BLOB NOT NULL, "
                "index_creation_time INT NOT NULL)"
            )
            values = ("x.bgen", len(content), 0, content[:1000], 0)
            database.execute("INSERT INTO Metadata VALUES (?, ?, ?, ?, ?)", values)
    database.close()
    return path


def sample_file(rows: Sequence[str], columns: str = "ID_1 ID_2 missing") -> str:
    """Return the text of a ``.sample`` file."""
    types = " ".join("0" for _ in columns.split())
    return "".join(f"{line}\n" for line in (columns, types, *rows))


def _text(text: str, width: str) -> bytes:
    return struct.pack(width, len(text.encode())) + text.encode()


def _counted(data: bytes) -> bytes:
    return struct.pack("<I", len(data)) + data
