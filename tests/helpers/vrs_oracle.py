"""VRS alleles as ga4gh.vrs makes them, from a reference of which only a window is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ga4gh.core import ga4gh_identify  # type: ignore[import-untyped]
from ga4gh.vrs import models  # type: ignore[import-untyped]
from ga4gh.vrs.dataproxy import _DataProxy  # type: ignore[import-untyped]
from ga4gh.vrs.normalize import normalize  # type: ignore[import-untyped]

from pgx_ana.knowledge import VrsAllele


@dataclass
class WindowProxy(_DataProxy):  # type: ignore[misc]  # the library has no types
    """A sequence with some bases from ``start`` (0-based) on, and N everywhere else."""

    accession: str
    start: int
    bases: str

    def get_sequence(
        self, identifier: str, start: int | None = None, end: int | None = None
    ) -> str:
        assert identifier == f"ga4gh:{self.accession}"
        assert start is not None
        assert end is not None
        offset = start - self.start
        return "".join(
            self.bases[i] if 0 <= i < len(self.bases) else "N"
            for i in range(offset, offset + end - start)
        )

    def get_metadata(self, identifier: str) -> dict[str, Any]:
        return {"aliases": [identifier], "length": self.start + len(self.bases) + 1000}


def oracle(proxy: WindowProxy, start: int, end: int, bases: str) -> VrsAllele:
    """Return the normalized allele of bases in the place of an interval (0-based)."""
    allele = models.Allele(
        location=models.SequenceLocation(
            sequenceReference=models.SequenceReference(refgetAccession=proxy.accession),
            start=start,
            end=end,
        ),
        state=models.LiteralSequenceExpression(sequence=models.sequenceString(bases)),
    )
    found = normalize(allele, proxy)
    state = found.state
    return VrsAllele(
        ga4gh_identify(found),
        found.location.start,
        found.location.end,
        None if state.sequence is None else state.sequence.root,
        getattr(state, "length", None),
        getattr(state, "repeatSubunitLength", None),
    )
