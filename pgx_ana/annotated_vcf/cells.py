"""The row of a known site: its alleles, and the genotype of each person as it was called."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pgx_ana.annotated_vcf.terms import (
    ANNOTATION_KEY,
    MISSING_VALUE,
    VARIANTS_KEY,
    AlleleNotes,
    escaped,
    status_code,
)
from pgx_ana.coded import Coded, combine
from pgx_ana.model import DELETED, FIRST_NAMED_SET, FROM_A_RECORD, Call, SiteCalls, Variant
from pgx_ana.terms import OBSERVED, Assembly, CallStatus
from pgx_ana.writing import as_utf8

FORMAT = "GT:FT:GQ:DP:PS:PGXS"
FILTERED = "filtered"
OTHERS_KEY = "PGXOTHER"
UNCERTAIN_KEY = "PGXREF"

_UNSPECIFIED = "<*>"
"""The ALT for alleles that have a name in calls, and no sequence at the site."""

_BASES = frozenset("ACGTN")
_MAX_INTEGER = (1 << 31) - 1
_WITH_GENOTYPE = OBSERVED | {CallStatus.FILTERED, CallStatus.UNKNOWN_ALLELE}


class Numbers:
    """The values of a numeric field in all rows; ``are_plain`` if each is a whole number.

    Whole numbers have 32 bits, as in BCF.
    """

    def __init__(self) -> None:
        self.are_plain = True

    def texts(
        self, values: NDArray[np.float32] | NDArray[np.int64] | None, has_value: NDArray[np.bool_]
    ) -> Coded[bytes]:
        """Return the values of some people as text, ``.`` where there is none.

        That is NaN, and -1 among phase sets, which alone are integers.
        """
        if values is None:
            return Coded.constant(MISSING_VALUE, len(has_value))
        is_set = values.dtype.kind == "i"
        missing = -1 if is_set else np.nan
        distinct, codes = np.unique(np.where(has_value, values, missing), return_inverse=True)
        text = self._phase_set if is_set else self._number
        return Coded(tuple(map(text, distinct.tolist())), codes.reshape(-1))

    def _phase_set(self, value: int) -> bytes:
        if value == -1:
            return MISSING_VALUE
        if value >= FIRST_NAMED_SET:
            self.are_plain = False
            return b"set%x" % value
        self.are_plain &= abs(value) <= _MAX_INTEGER
        return b"%d" % value

    def _number(self, value: float) -> bytes:
        if np.isnan(value):
            return MISSING_VALUE
        if np.isfinite(value) and value == int(value) and abs(value) <= _MAX_INTEGER:
            return b"%d" % int(value)
        self.are_plain = False
        return as_utf8(str(np.float32(value)))


class SiteRow:
    """One row. ``fields`` are the numeric fields of all rows: GQ, DP and PS.

    ALT has the known alleles; any other that people have is added in the order of the people, so
    that it does not depend on how they are divided into blocks.
    """

    def __init__(
        self, variant: Variant, assembly: Assembly, fields: tuple[Numbers, Numbers, Numbers]
    ) -> None:
        self._variant = variant
        self._locus = variant.loci[assembly]
        self._contig = contig_name(self._locus.chrom, assembly)
        self._fields = fields
        others = (bases for bases in variant.alleles if bases != self._locus.ref)
        self._numbers = {bases: at for at, bases in enumerate((self._locus.ref, *others))}
        self._unspecified: dict[str, None] = {}
        self._n_people = 0
        self._counts: Counter[int] = Counter()

    @property
    def chrom(self) -> str:
        """Return the plain name of the chromosome."""
        return self._locus.chrom

    @property
    def pos(self) -> int:
        """Return the position, 1-based."""
        return self._locus.pos

    def cells(self, site: SiteCalls) -> list[bytes]:
        """Return the sample columns of some people, and count their alleles."""
        calls = self._rendered(site.calls)
        from_record = site.calls.mask(lambda call: call.source in FROM_A_RECORD)
        in_phase = from_record & site.calls.mask(lambda call: call.phased)
        gq, dp, ps = self._fields
        columns: list[Coded[Any]] = [
            calls,
            gq.texts(site.gq, from_record),
            dp.texts(site.dp, from_record),
            ps.texts(site.phase_set, in_phase),
        ]
        cells = combine(columns).map(_joined)
        return [cells.values[code] for code in cells.codes.tolist()]

    def fixed(self, notes: AlleleNotes) -> str:
        """Return the columns from CHROM to FORMAT, with what is known of the alleles."""
        ref, *alts = self._numbers
        n_copies = [self._counts[number] for number in range(len(self._numbers))]
        counts = (
            f"AC={','.join(map(str, n_copies[1:]))}",
            f"AN={sum(n_copies)}",
            f"NS={self._n_people}",
        )
        alleles = tuple(self._numbers)
        entries = notes.entries(self._variant, alleles, alleles)
        others = ",".join(map(escaped, self._unspecified))
        info = (
            *counts,
            *notes.identifiers.info([self._variant], self.pos, alleles),
            f"{VARIANTS_KEY}={escaped(self._variant.id)}",
            f"{ANNOTATION_KEY}={','.join(entries)}",
            *([f"{OTHERS_KEY}={others}"] if others else []),
            *([] if self._locus.ref_is_certain else [UNCERTAIN_KEY]),
        )
        place = (self._contig, str(self.pos), self._variant.id, ref, ",".join(alts))
        return "\t".join((*place, ".", ".", ";".join(info), FORMAT))

    def _rendered(self, calls: Coded[Call]) -> Coded[tuple[bytes, bytes]]:
        """Return GT with FT, and the status, of each call; and count the alleles.

        New alleles get their numbers in the order of the people that have them.
        """
        codes, first, n_people = np.unique(calls.codes, return_index=True, return_counts=True)
        rendered = [(b"", b"")] * len(calls.values)
        for at in np.argsort(first).tolist():
            call = calls.values[codes[at]]
            copies = self._copies(call)
            found = [copy for copy in copies if copy is not None]
            self._n_people += int(n_people[at]) if found else 0
            for copy in found:
                self._counts[copy] += int(n_people[at])
            rendered[codes[at]] = (_genotype(call, copies), status_code(call))
        return Coded(tuple(rendered), calls.codes)

    def _copies(self, call: Call) -> list[int | None]:
        """Return the allele numbers of a call, None for a missing copy; empty for no genotype."""
        is_deleted = call.status is CallStatus.NOT_ASSESSABLE and {".", DELETED} >= {*call.alleles}
        if call.status not in _WITH_GENOTYPE and not is_deleted:
            return []
        return [None if bases == "." else self._number(bases) for bases in call.alleles]

    def _number(self, bases: str) -> int:
        is_base = self._variant.is_snv and bases in _BASES
        if bases not in self._numbers and bases != DELETED and not is_base:
            self._unspecified[bases] = None
            bases = _UNSPECIFIED
        return self._numbers.setdefault(bases, len(self._numbers))


def contig_name(chrom: str, assembly: Assembly) -> str:
    """Return a chromosome as genomes of the assembly usually call it: ``chr7`` and ``7``."""
    return f"chr{chrom}" if assembly is Assembly.GRCH38 else chrom


def _genotype(call: Call, copies: Sequence[int | None]) -> bytes:
    """Return GT and FT."""
    if not copies:
        return b"./.:."
    gt = ("|" if call.phased else "/").join("." if at is None else str(at) for at in copies)
    return as_utf8(f"{gt}:{FILTERED if call.status is CallStatus.FILTERED else 'PASS'}")


def _joined(cell: tuple[tuple[bytes, bytes], bytes, bytes, bytes]) -> bytes:
    (genotype, status), *numbers = cell
    return b":".join((genotype, *numbers, status))
