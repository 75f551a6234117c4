"""The contigs of one file: which of them are chromosomes, and which have rows."""

from __future__ import annotations

from collections.abc import Set

from pgx_ana.errors import InputError
from pgx_ana.printable import printable
from pgx_ana.vcf.assembly import ContigNames
from pgx_ana.vcf.header import Contigs

_MAX_SHOWN = 3
"""Number of contigs that a message names."""


class FileContigs:
    """The contigs of a file, which messages call ``name``, as its header or index names them.

    A contig such as ``chr15.1`` is chromosome 15 where no other contig of the file is.
    """

    def __init__(self, names: ContigNames, contigs: Contigs, name: str) -> None:
        self._names = names
        self._name = name
        self._ignored = names.ignored(contigs)
        self._with_rows: dict[str, str] = {}
        self._others: dict[str, None] = {}

    def chromosome(self, contig: str) -> str | None:
        """Return the plain name of a contig, None for one that is not a known chromosome."""
        return None if contig in self._ignored else self._names.chromosome(contig)

    def chromosome_of_row(self, contig: str) -> str | None:
        """Return the same for the contig of a row, and note that the contig has rows.

        Raises :class:`InputError` where two contigs that may be versions of one chromosome have
        rows.
        """
        chromosome = self.chromosome(contig)
        if chromosome is None:
            if len(self._others) < _MAX_SHOWN:
                self._others[contig] = None
            return None
        first = self._with_rows.setdefault(chromosome, contig)
        if first != contig and any(map(self._names.is_versioned, (first, contig))):
            raise InputError(
                f"{self._name}: the contigs {first!r} and {contig!r} may both be chromosome "
                f"{chromosome}; rename the one that is, or remove the other"
            )
        return chromosome

    def remark(self, chromosomes: Set[str]) -> str:
        """Say that no row is on one of some chromosomes; nothing where a row is, or none was seen.

        ``chromosomes`` are plain names.
        """
        if not chromosomes.isdisjoint(self._with_rows):
            return ""
        if not self._with_rows and self._others:
            listed = ", ".join(map(printable, self._others))
            return f"no contig is a known chromosome (rows are on {listed})"
        if self._with_rows:
            listed = ", ".join(map(printable, list(self._with_rows.values())[:_MAX_SHOWN]))
            return f"no row is on a chromosome with known sites (rows are on {listed})"
        return ""
