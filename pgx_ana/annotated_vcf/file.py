"""Rows of VCF that come column by column, and the text of a file as VCF, BGZF or BCF."""

from __future__ import annotations

import tempfile
import weakref
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from pgx_ana.file_formats import FileFormat
from pgx_ana.output import Job
from pgx_ana.writing import BgzfEncoder, OutputStream, as_utf8, written_to

_COLUMNS = b"#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT"
_NAMES = -1
"""The number of the line with the names of the people, among the rows."""

_MAX_IN_MEMORY = 1 << 25
_PIECE_BYTES = 1 << 20
_TEMPORARY = "the temporary folder"
_TO_BLANKS = str.maketrans("\t\r\n", "   ")


class RowSpool:
    """Keeps rows whose columns come in pieces: for each block of people, a piece of every row.

    Small ones stay in memory; more bytes go to a file in the temporary folder. Methods raise
    :class:`OutputError` where that has no space.
    """

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=_MAX_IN_MEMORY)  # noqa: SIM115  # closed below
        weakref.finalize(self, self._file.close)  # a run that fails does not close its writers
        self._pieces: dict[int, list[tuple[int, int]]] = {}
        self._end = 0

    def add_people(self, samples: Iterable[str]) -> None:
        """Add the names of the next people to the line above the rows.

        A column has neither tab nor line end: a blank stands for each.
        """
        self.add(_NAMES, (as_utf8(name.translate(_TO_BLANKS)) for name in samples))

    def add(self, row: int, columns: Iterable[bytes]) -> None:
        """Add the next columns of a row, by its number."""
        content = b"".join(b"\t" + column for column in columns)
        with written_to(_TEMPORARY):
            self._file.seek(self._end)
            self._file.write(content)
        self._pieces.setdefault(row, []).append((self._end, len(content)))
        self._end += len(content)

    def text(self, head: Iterable[bytes], rows: Iterable[tuple[int, bytes]]) -> Iterator[bytes]:
        """Yield the text of a file, in any pieces.

        ``head`` are the ``##`` lines, without line feeds. ``rows`` are numbers of rows with their
        columns from CHROM to FORMAT, in the order of the file.
        """
        for line in head:
            yield line + b"\n"
        for number, fixed in chain([(_NAMES, _COLUMNS)], rows):
            yield fixed
            yield from self._columns(number)
            yield b"\n"

    def _columns(self, row: int) -> Iterator[bytes]:
        """Yield all columns of a row, each with a tab in front, in any pieces."""
        for start, size in self._pieces.get(row, ()):
            with written_to(_TEMPORARY):
                self._file.seek(start)
                content = self._file.read(size)
            yield content


def write_vcf(text: Iterable[bytes], stream: OutputStream, job: Job) -> None:
    """Write the text of a VCF file in the format of a job, with its index if it is to have one."""
    if job.choice.file_format is FileFormat.BCF:
        _write_bcf(text, stream, job)
    elif job.index is not None:
        _write_indexed(text, stream, job.index, job.choice.facts.index_ending)
    elif job.choice.is_compressed:
        encoder = BgzfEncoder()
        stream.write_all(map(encoder.add, text))
        stream.write(encoder.end())
    else:
        stream.write_all(text)


def _write_bcf(text: Iterable[bytes], stream: OutputStream, job: Job) -> None:
    from pgx_ana.annotated_vcf.htslib import write_bcf, write_index  # noqa: PLC0415  # slow to import

    with _folder() as name:
        source, target = Path(name) / "rows.vcf", Path(name) / "rows.bcf"
        with written_to(_TEMPORARY), source.open("wb") as file:
            file.writelines(text)
        write_bcf(source, target)
        stream.write_all(_content(target))
        if job.index is not None:
            job.index.write_all(_content(write_index(target, job.choice.facts.index_ending)))


def _write_indexed(
    text: Iterable[bytes], stream: OutputStream, index: OutputStream, ending: str
) -> None:
    """Write a compressed file and its index.

    The index is that of a copy: the same text always gives the same compressed blocks.
    """
    from pgx_ana.annotated_vcf.htslib import write_index  # noqa: PLC0415  # slow to import

    encoder = BgzfEncoder()
    with _folder() as name:
        copy = Path(name) / "rows.vcf.gz"
        with copy.open("wb") as file:
            for chunk in text:
                stream.write(chunk)
                with written_to(_TEMPORARY):
                    file.write(encoder.add(chunk))
            with written_to(_TEMPORARY):
                file.write(encoder.end())
        index.write_all(_content(write_index(copy, ending)))


def _folder() -> tempfile.TemporaryDirectory[str]:
    with written_to(_TEMPORARY):
        return tempfile.TemporaryDirectory(prefix="pgx-ana.")


def _content(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_PIECE_BYTES):
            yield piece
