"""Identifiers of alleles by GA4GH VRS 2: digests of a sequence, an interval on it and a state.

An identifier must not depend on how somebody writes an allele. Insertions and deletions therefore
get the whole interval in which they may be placed (full justification, as in NCBI's VOCA), which
needs the reference sequence around them. Where the known sequence ends before that interval does,
the allele gets no identifier.

Coordinates of VRS are interbase: ``start`` counts the bases before the interval, ``end`` those up
to its last one.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from pgx_ana.bases import common_prefix_length
from pgx_ana.model import Locus

_LONGEST_SHOWN = 50
"""Bases of the longest sequence that goes with a length: that of ga4gh.vrs, by its default."""


class Unidentified(StrEnum):
    """Why an allele has no identifier."""

    NO_ACCESSION = "the refget accession of the chromosome is not known"
    REFERENCE_UNCERTAIN = "which allele is the reference is not verified"
    WINDOW_TOO_SHORT = "the known reference sequence ends before the alleles can be justified"


@dataclass(frozen=True, slots=True)
class VrsAllele:
    """A VRS 2 allele: its computed identifier (``ga4gh:VA.`` and 32 characters), and what it says.

    ``start`` and ``end`` are interbase (0-based) on the chromosome, after normalization. A literal
    state has its bases in ``state``, empty if the interval is deleted, and neither length. A state
    that follows from the reference has its ``length`` and ``repeat_subunit_length`` in bases; its
    ``state`` shows the same as bases, or is None if those are more than 50.
    """

    id: str
    start: int
    end: int
    state: str | None
    length: int | None = None
    repeat_subunit_length: int | None = None


VrsAlleles = Mapping[str, Mapping[str, VrsAllele | Unidentified]]
"""The alleles of variants by identifier and bases, or why an allele has no identifier."""


@dataclass(frozen=True, slots=True)
class _Normalized:
    """An allele on the window: the interval (0-based), its bases, and the repeat subunit or 0."""

    start: int
    end: int
    bases: str
    subunit: int = 0


def identify(refget: str | None, locus: Locus, bases: str) -> VrsAllele | Unidentified:
    """Return the VRS allele of plus-strand bases in the place of REF, or why there is none.

    ``refget`` is the accession of the chromosome (``SQ.`` and its digest).
    """
    if refget is None:
        return Unidentified.NO_ACCESSION
    if not locus.ref_is_certain:
        # The reference allele has another state than an alternate with the same bases.
        return Unidentified.REFERENCE_UNCERTAIN
    offset = locus.pos - locus.window_start
    found = _normalized(locus.window, offset, offset + len(locus.ref), bases)
    if found is None:
        return Unidentified.WINDOW_TOO_SHORT
    before = locus.window_start - 1
    return _allele(refget, before + found.start, before + found.end, found)


def _normalized(window: str, start: int, end: int, bases: str) -> _Normalized | None:
    """Return the normal form of bases in the place of an interval of the window.

    None if it may extend beyond the window.
    """
    ref = window[start:end]
    if bases == ref:
        return _Normalized(start, end, bases, len(ref))
    prefix = common_prefix_length(ref, bases)
    ref, alt, start = ref[prefix:], bases[prefix:], start + prefix
    suffix = common_prefix_length(ref[::-1], alt[::-1])
    ref, alt, end = ref[: len(ref) - suffix], alt[: len(alt) - suffix], end - suffix
    if ref and alt:
        return _Normalized(start, end, alt)
    return _justified(window, start, end, alt)


def _justified(window: str, start: int, end: int, inserted: str) -> _Normalized | None:
    """Return an insertion, or the deletion of an interval, over all places where it may be."""
    changed = inserted or window[start:end]
    size, first, last = len(changed), start, end
    while first > 0 and window[first - 1] == changed[(first - 1 - start) % size]:
        first -= 1
    while last < len(window) and window[last] == changed[(last - end) % size]:
        last += 1
    if first == 0 or last == len(window):
        return None
    bases = window[first:start] + inserted + window[end:last]
    if not inserted:
        return _Normalized(first, last, bases, size)
    return _Normalized(first, last, bases, _subunit(window[first:last], bases, size))


def _subunit(reference: str, bases: str, size: int) -> int:
    """Return the longest repeat of the reference that continues to the longer bases; 0 for none.

    Its length divides ``size``, the number of inserted bases.
    """
    for length in range(min(size, len(reference)), 0, -1):
        if size % length == 0 and all(
            bases[i] == bases[i - length] for i in range(len(reference), len(bases))
        ):
            return length
    return 0


def _allele(refget: str, start: int, end: int, found: _Normalized) -> VrsAllele:
    sequence = {"refgetAccession": refget, "type": "SequenceReference"}
    location = _digest(
        {"start": start, "end": end, "sequenceReference": sequence, "type": "SequenceLocation"}
    )
    length = len(found.bases)
    state: dict[str, object] = {"sequence": found.bases, "type": "LiteralSequenceExpression"}
    if found.subunit:
        state = {
            "length": length,
            "repeatSubunitLength": found.subunit,
            "type": "ReferenceLengthExpression",
        }
    identifier = "ga4gh:VA." + _digest({"location": location, "state": state, "type": "Allele"})
    if not found.subunit:
        return VrsAllele(identifier, start, end, found.bases)
    shown = found.bases if length <= _LONGEST_SHOWN else None
    return VrsAllele(identifier, start, end, shown, length, found.subunit)


def _digest(value: Mapping[str, object]) -> str:
    """Return sha512t24u of the canonical JSON: keys in order, no spaces, 24 bytes as base64url."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return base64.urlsafe_b64encode(hashlib.sha512(text.encode()).digest()[:24]).decode()
