"""The texts in which each format says by which versions it was made, read by a foreign library."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pysam


def _files(path: Path) -> list[Path]:
    return sorted(one for one in path.rglob("*") if one.is_file()) if path.is_dir() else [path]


def _whole_files(path: Path) -> Iterator[str]:
    for file in _files(path):
        yield file.read_text(encoding="utf-8")


def _rows(path: Path) -> Iterator[str]:
    """Yield every row of tables: a table may be divided."""
    for text in _whole_files(path):
        _, *rows = text.splitlines()
        yield from rows


def _documents(path: Path) -> Iterator[str]:
    """Yield every document of a list of them, or of lines."""
    text = path.read_text(encoding="utf-8")
    try:
        found = json.loads(text)
    except json.JSONDecodeError:
        yield from text.splitlines()
    else:
        yield from map(json.dumps, found if isinstance(found, list) else [found])


def _parquet(path: Path) -> Iterator[str]:
    for file in _files(path):
        yield (pq.read_metadata(file).metadata or {})[b"pgx_ana"].decode()


def _header(path: Path) -> Iterator[str]:
    with pysam.VariantFile(str(path)) as file:
        yield str(file.header)


def _cells(path: Path) -> Iterator[str]:
    book = openpyxl.load_workbook(path, read_only=True)
    yield " ".join(
        str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row
    )
    book.close()


STAMPED: Mapping[str, Callable[[Path], Iterator[str]]] = {
    "tsv": _rows,
    "csv": _rows,
    "json": _documents,
    "jsonl": _documents,
    "parquet": _parquet,
    "vcf": _header,
    "bcf": _header,
    "fhir": _documents,
    "phenopacket": _documents,
    "multiqc": _whole_files,
    "xlsx": _cells,
}
"""What reads each format: each text must name the versions, because each may be taken alone."""
