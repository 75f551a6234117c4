"""Rows of BCF files as the text of VCF rows, read with pysam."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pgx_ana.errors import InputError
from pgx_ana.vcf.blocks import OpenBlocks
from pgx_ana.vcf.header import not_utf8
from pgx_ana.vcf.lines import ChromosomeOf, Line, parse_line
from pgx_ana.vcf.targets import Target, TargetIndex

_INDEX_DELIMITER = "##idx##"


class BcfFile:
    """A BCF file, opened anew for each reading.

    ``name`` is that of the file, for messages; ``index`` is the index to read through, if any.
    """

    def __init__(self, path: Path, name: str, index: Path | None) -> None:
        # htslib takes a relative path such as data:x or http:/x for an address.
        self._path = str(path.absolute())
        self._name = name
        self._index = None if index is None else str(index.absolute())

    @contextlib.contextmanager
    def open(self) -> Iterator[Any]:
        """Open the file with pysam; an error is reported once, not again when it is closed.

        Raises :class:`InputError` where the file cannot be opened.
        """
        import pysam  # noqa: PLC0415  # slow to import, and needed for BCF only

        # This project reports every error itself: no lines of htslib on stderr.
        pysam.set_verbosity(0)
        if _INDEX_DELIMITER in self._path:
            raise InputError(
                f"{self._name}: the path has {_INDEX_DELIMITER}, behind which htslib expects the "
                "path of an index; rename the file"
            )
        try:
            file = pysam.VariantFile(self._path, index_filename=self._index)
        except (OSError, ValueError) as error:
            raise InputError(f"{self._name}: the BCF file cannot be read: {error}") from error
        try:
            yield file
        finally:
            with contextlib.suppress(OSError):
                file.close()

    def header(self) -> bytes:
        """Return the header as that of a VCF. Raises :class:`InputError` where it is not UTF-8."""
        with self.open() as file:
            try:
                return str(file.header).encode()
            except UnicodeDecodeError as error:
                raise not_utf8(self._name, error) from error

    def rows_at(self, file: Any, contig: str, target: Target) -> Iterator[Line]:
        """Yield the rows of a contig near a target through the index; ``file`` is opened."""
        for record in file.fetch(contig, target.start - 1, target.end):
            yield parse_line(str(record).encode(), target.chrom, self._name)

    def rows(self) -> Iterator[bytes]:
        """Yield every row as that of a VCF.

        Raises :class:`InputError` where the file is truncated or damaged.
        """
        place = "the first record"
        try:
            with self.open() as file:
                for record in file:
                    place = f"{record.chrom}:{record.pos}"
                    yield str(record).encode()
        except (OSError, ValueError) as error:
            raise InputError(
                f"{self._name}: the file is truncated or damaged after {place} ({error}); copy or "
                "download it again"
            ) from error

    def scan(
        self, chromosome_of: ChromosomeOf, targets: TargetIndex, *, end_is_declared: bool
    ) -> Iterator[tuple[Line, list[int]]]:
        """Read all rows, and yield those that overlap a target with the numbers of the targets.

        ``end_is_declared`` says that the header declares END as a whole number: otherwise, pysam
        does not know where a row with END ends. Raises :class:`InputError` where the file is
        truncated or damaged.
        """
        place = "the first record"
        opened: tuple[str, OpenBlocks] = ("", OpenBlocks())
        contig: str | None = None
        chrom: str | None = None
        try:
            with self.open() as file:
                for record in file:
                    place = f"{record.chrom}:{record.pos}"
                    if record.chrom != contig:
                        contig = record.chrom
                        chrom = chromosome_of(contig)
                    if chrom is None or chrom not in targets:
                        continue
                    if record.chrom != opened[0]:
                        opened = (record.chrom, OpenBlocks())
                    if record.pos <= opened[1].end:
                        opened[1].check(str(record).encode(), f"{self._name}: {place}")
                    # By its SVLEN or LEN, a symbolic ALT may end behind the stop that pysam gives.
                    is_longer = not end_is_declared or any(
                        alt.startswith("<") for alt in record.alts or ()
                    )
                    if not is_longer and not targets.overlapped(chrom, record.pos, record.stop):
                        continue
                    line = parse_line(str(record).encode(), chrom, self._name)
                    numbers = targets.overlapped(chrom, line.pos, line.end)
                    if numbers:
                        opened[1].add(line.text)
                        yield line, numbers
        except (OSError, ValueError) as error:
            raise InputError(
                f"{self._name}: the file is truncated or damaged after {place} ({error}); copy or "
                "download it again"
            ) from error
