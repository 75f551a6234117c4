"""Which allele of a record is which known allele.

Alleles are compared by the sequence that they give in a small reference window, never by how they
are spelled: a record's REF and ALT are trimmed to what changes, the change is applied to the window
of the locus, and the result is looked up among the sequences of the known alleles.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from pgx_ana.model import ANY_ALLELE, COPY_NUMBER, DELETED, Locus, Record, Variant

REFERENCE = ""
"""What an allele that leaves the locus as it is resolves to."""

ANY_OTHER = "<NON_REF>"
"""What ``<NON_REF>`` and ``<*>`` resolve to: some allele that the record does not list."""

_SEQUENCE = frozenset("ACGTN")
_BREAKEND = frozenset("[].")
_COPY_CHANGES = ("<DUP", "<CNV", "<CN")


Change = tuple[int, str, str]
"""Position, and the bases that give way to others there."""


@dataclass(frozen=True, slots=True)
class Resolution:
    """What the alleles of a record mean at a locus.

    ``bases[i]`` is for allele number ``i`` of the record: ``REFERENCE``, the bases of an allele
    (known or not), ``DELETED``, ``COPY_NUMBER`` or ``ANY_OTHER``. ``is_evidence`` says that the
    record's reference copies speak for reference at the locus. ``mismatch`` says how REF disagrees
    with the knowledge base, and is empty where it agrees. ``changes`` are what the ALTs change,
    trimmed: two records with one change are one variant, an SNV and an MNV over it are two.
    """

    bases: tuple[str, ...]
    is_evidence: bool
    mismatch: str = ""
    changes: tuple[Change, ...] = field(default=(), compare=False)  # follows from the record

    @property
    def is_silent(self) -> bool:
        """Say whether the record says nothing about the locus."""
        return not (self.is_evidence or self.mismatch or any(self.bases))


def resolve(record: Record, variant: Variant, locus: Locus) -> Resolution:
    """Resolve the alleles of a record that overlaps the window of a locus."""
    mismatch = _reference_mismatch(record, locus)
    if mismatch:
        return Resolution((), is_evidence=True, mismatch=mismatch)
    bases = (REFERENCE, *(_allele(record, alt, variant, locus) for alt in record.alts))
    return Resolution(
        bases,
        is_evidence=_is_evidence(record, bases, variant, locus),
        changes=tuple(trim(record.pos, record.ref, alt) for alt in record.alts),
    )


def trim(pos: int, ref: str, alt: str) -> Change:
    """Return what an allele changes: common ends removed, the end first, then the start.

    Either sequence may come out empty; a pure insertion stands before the returned position.

    >>> trim(100, "GCTGTT", "GCTAAATT")
    (103, 'G', 'AAA')
    """
    while ref and alt and ref[-1] == alt[-1]:
        ref, alt = ref[:-1], alt[:-1]
    shared = 0
    while shared < min(len(ref), len(alt)) and ref[shared] == alt[shared]:
        shared += 1
    return pos + shared, ref[shared:], alt[shared:]


def _is_evidence(record: Record, bases: tuple[str, ...], variant: Variant, locus: Locus) -> bool:
    """Say whether reference copies in a record speak for reference at the locus.

    They do where the record gives a known allele, however it is spelled; else only where it covers
    the whole locus and either speaks of every alternate or changes the locus itself. An upstream
    deletion does not.
    """
    if not set(bases).isdisjoint(variant.alleles):
        return True
    if record.pos > locus.pos or record.end < locus.end:
        return False
    if record.excludes_others:
        return True
    changes = {base for base in bases if base not in {REFERENCE, COPY_NUMBER}}
    return bool(changes) and (changes != {DELETED} or record.pos == locus.pos)


def _reference_mismatch(record: Record, locus: Locus) -> str:
    """Compare REF with the window, base by base, where they overlap."""
    start = max(record.pos, locus.window_start)
    end = min(record.pos + len(record.ref) - 1, locus.window_end)
    if start > end:
        return ""
    given = record.ref[start - record.pos : end - record.pos + 1]
    expected = locus.window[start - locus.window_start : end - locus.window_start + 1]
    if given == expected:
        return ""
    return f"REF is {given}, the reference has {expected}"


def _allele(record: Record, alt: str, variant: Variant, locus: Locus) -> str:
    if alt == DELETED:
        # The record says that this copy is told elsewhere; only at the locus does it concern us.
        return DELETED if record.pos <= locus.pos <= record.pos + len(record.ref) - 1 else REFERENCE
    if alt in ANY_ALLELE:
        return ANY_OTHER
    if alt.startswith("<") or not _BREAKEND.isdisjoint(alt):
        return _symbolic(record, alt, variant, locus)
    if not _SEQUENCE.issuperset(alt):
        covers = record.pos <= locus.pos <= record.pos + len(record.ref) - 1
        return alt if covers else REFERENCE
    start, ref, changed = trim(record.pos, record.ref, alt)
    if len(ref) == len(changed):
        return _substituted(start, changed, variant, locus)
    return _resized(start, ref, changed, variant, locus)


def _symbolic(record: Record, alt: str, variant: Variant, locus: Locus) -> str:
    if alt.startswith("<INS") and not variant.is_snv:
        inside = locus.window_start <= record.pos <= locus.window_end
        return alt if inside else REFERENCE
    # A symbolic ALT stands for the bases after POS (VCF 4.3, section 5.3).
    if not (record.pos < locus.end and record.end >= locus.pos):
        return REFERENCE
    if alt.startswith("<DEL"):
        return DELETED
    return COPY_NUMBER if alt.startswith(_COPY_CHANGES) else REFERENCE


def _substituted(start: int, changed: str, variant: Variant, locus: Locus) -> str:
    """Resolve one base for another, or several for as many."""
    if not variant.is_snv or not start <= locus.pos < start + len(changed):
        return REFERENCE
    base = changed[locus.pos - start]
    return REFERENCE if base == locus.ref else base


def _resized(start: int, ref: str, changed: str, variant: Variant, locus: Locus) -> str:
    """Resolve an insertion, a deletion or a replacement by another length."""
    end = start + len(ref) - 1
    inserts_inside = not ref and locus.window_start < start <= locus.window_end
    overlaps = bool(ref) and start <= locus.window_end and end >= locus.window_start
    if not (inserts_inside or overlaps):
        return REFERENCE
    if start < locus.window_start or end > locus.window_end:
        covered = start <= locus.pos and end >= locus.end
        # What replaces more than the window is no allele of the locus, even if it spells one.
        return DELETED if covered and not changed else f"{ref or '-'}>{changed or '-'}"
    offset = start - locus.window_start
    sequence = locus.window[:offset] + changed + locus.window[offset + len(ref) :]
    if variant.is_snv:
        return sequence or DELETED
    return _named(sequence, variant, locus) or f"{ref or '-'}>{changed or '-'}"


def _named(sequence: str, variant: Variant, locus: Locus) -> str:
    """Return the bases of the known allele that gives a window sequence; empty for none."""
    offset = locus.pos - locus.window_start
    for bases in variant.alleles:
        after = locus.window[offset + len(locus.ref) :]
        if locus.window[:offset] + bases + after == sequence:
            return bases
    return ""
