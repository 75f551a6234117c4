"""The rows of a VCF or BCF file as htslib reads them, for comparisons."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import pysam

from pgx_ana.annotation import Annotations
from pgx_ana.model import DELETED, FROM_A_RECORD
from pgx_ana.terms import CallStatus


@dataclass(frozen=True)
class PlainRow:
    """The columns of a row as text; ``people`` has those of samples by their names."""

    fixed: tuple[str, ...]
    people: dict[str, str]

    @property
    def info(self) -> dict[str, str]:
        return dict(part.partition("=")[::2] for part in self.fixed[7].split(";"))

    def values(self, name: str) -> list[str]:
        """Return a field of FORMAT of all people."""
        at = self.fixed[8].split(":").index(name)
        return [text.split(":")[at] for text in self.people.values()]

    def entries(self) -> list[list[str]]:
        """Return the entries of ``PGXANA``, decoded."""
        return [list(map(unquote, item.split("|"))) for item in self.info["PGXANA"].split(",")]


def text_of(path: Path) -> str:
    """Return a VCF or BCF file as text."""
    with pysam.VariantFile(str(path)) as file:
        return str(file.header) + "".join(map(str, file))


def rows_of(text: str) -> list[PlainRow]:
    """Return the rows of a text of VCF."""
    lines = [line.split("\t") for line in text.splitlines() if not line.startswith("##")]
    names = lines[0][9:]
    return [
        PlainRow(tuple(line[:9]), dict(zip(names, line[9:], strict=True))) for line in lines[1:]
    ]


def told(annotations: Annotations) -> list[tuple[object, ...]]:
    """Return what a file with a row for each known site tells of all calls.

    A row has no genotype where nothing was observed; why that is so is not in it.
    """
    return [
        cell
        for number in range(len(annotations.calls.samples))
        for cell in _cells(annotations, number)
    ]


def _cells(annotations: Annotations, number: int) -> Iterator[tuple[object, ...]]:
    sets: dict[int, int] = {}
    for site in annotations.calls.sites:
        call = site.calls[number]
        is_from_record = call.source in FROM_A_RECORD
        is_deleted = call.status is CallStatus.NOT_ASSESSABLE and DELETED in call.alleles
        if call.status not in _TOLD and not is_deleted:
            yield site.variant.id, "nothing"
            continue
        phase_set = -1 if site.phase_set is None or not call.phased else int(site.phase_set[number])
        numbers = [
            None
            if values is None or not is_from_record or values[number] != values[number]
            else float(values[number])
            for values in (site.gq, site.dp)
        ]
        alleles = tuple(bases if ">" not in bases else "<NON_REF>" for bases in call.alleles)
        is_phased = call.phased and len(call.alleles) == 2
        shown = sets.setdefault(phase_set, len(sets)) if phase_set >= 0 else -1
        yield site.variant.id, alleles, is_phased, call.status, shown, *numbers


_TOLD = {
    CallStatus.CALLED,
    CallStatus.PARTIAL,
    CallStatus.FILTERED,
    CallStatus.UNKNOWN_ALLELE,
}
