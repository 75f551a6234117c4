"""Matching of the alleles of a record to the known alleles of a variant.

Alleles are compared by the sequence that they produce in a small reference window, never by their
representation. REF and ALT are trimmed to the bases that change, the change is applied to the
window of the locus, and the result is looked up among the sequences of the known alleles.
"""

from __future__ import annotations

import dataclasses
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from pgx_ana.bases import complement, is_palindromic
from pgx_ana.calling.alignment import MAX_CELLS, Change, bases_at, indels
from pgx_ana.calling.tract import extent, is_at_site, tract, window_with
from pgx_ana.model import ANY_ALLELE, COPY_NUMBER, DELETED, Locus, Record, Variant

REFERENCE = ""
"""Resolution of an allele that does not change the locus."""

ANY_OTHER = "<NON_REF>"
"""Resolution of ``<NON_REF>`` and ``<*>``: some allele that the record does not list."""

_BASES = frozenset("ACGTN")
_SYMBOLIC = re.compile(
    r"<[^<>]+>"
    r"|[ACGTN]*(?P<bracket>[\[\]])[^\[\]]+(?P=bracket)[ACGTN]*"  # breakends (section 5.4)
    r"|\.[ACGTN]+|[ACGTN]+\."
)
# The base at POS is the first one before the brackets or the last one after them (VCF 4.3, 5.4).
_BREAKEND = re.compile(
    r"(?P<first>[ACGTN])[ACGTN]*[\[\]].*[\[\]]|[\[\]].*[\[\]][ACGTN]*(?P<last>[ACGTN])"
)
_COPY_NUMBER_ALTS = ("<DUP", "<CNV", "<CN")
_MAX_SHOWN_BASES = 60


@dataclass(frozen=True, slots=True)
class Resolution:
    """The alleles of a record, interpreted at a locus.

    ``bases[i]`` belongs to allele number ``i`` of the record: ``REFERENCE``, the bases of an allele
    (known or not), ``DELETED``, ``COPY_NUMBER`` or ``ANY_OTHER``. ``is_evidence`` is True if a
    reference copy in the record is evidence of reference at the locus. ``mismatch`` describes how
    REF disagrees with the knowledge base; it is empty if REF agrees. ``other_strand`` is True if
    the record would agree when read on the other strand. ``changes`` are the trimmed changes of the
    ALTs: two records with the same change report one variant; an SNV and an MNV that covers it are
    two variants.
    """

    bases: tuple[str, ...]
    is_evidence: bool
    mismatch: str = ""
    other_strand: bool = False
    changes: tuple[Change, ...] = field(default=(), compare=False)  # follows from the record

    @property
    def is_uninformative(self) -> bool:
        """Return whether the record carries no information about the locus."""
        says_something = not {REFERENCE, ANY_OTHER}.issuperset(self.bases)
        return not (self.is_evidence or self.mismatch or says_something)

    @property
    def symbols(self) -> frozenset[str]:
        """Return the symbolic alleles at the locus whose sequence is not known."""
        known = {ANY_OTHER, DELETED, COPY_NUMBER}
        return frozenset(b for b in self.bases if _SYMBOLIC.fullmatch(b)) - known


def resolve(record: Record, variant: Variant, locus: Locus) -> Resolution:
    """Resolve the alleles of a record that overlaps the window of a locus."""
    mismatch = _reference_mismatch(record, locus) or record.mismatch
    if mismatch and record.pos == locus.pos and len(record.ref) == 1:
        return _diagnosed_mismatch(mismatch, record, variant, locus)
    if not mismatch and record.ref in record.alts and record.pos <= locus.end:
        mismatch = f"ALT is the same as REF, {record.ref}"
    if mismatch:
        return Resolution((), is_evidence=True, mismatch=mismatch)
    ends = record.alt_ends or (record.end,) * len(record.alts)
    alleles = (
        _allele(record, alt, end, variant, locus)
        for alt, end in zip(record.alts, ends, strict=True)
    )
    bases = (REFERENCE, *alleles)
    return Resolution(
        bases,
        is_evidence=_is_evidence(record, bases, variant, locus),
        changes=tuple(
            _change(record, alt, resolved, variant, locus)
            for alt, resolved in zip(record.alts, bases[1:], strict=True)
        ),
    )


def _change(record: Record, alt: str, resolved: str, variant: Variant, locus: Locus) -> Change:
    """Return the trimmed change of an ALT; all placements of one indel allele give one change."""
    _, removed, inserted = change = trim(record.pos, record.ref, alt)
    is_indel = not (removed and inserted) and resolved != REFERENCE
    return (locus.pos, locus.ref, resolved) if is_indel and not variant.is_snv else change


def on_other_strand(record: Record) -> Record:
    """Return a record with REF and its single-base ALTs complemented; other ALTs are kept."""
    alts = tuple(complement(alt) if len(alt) == 1 else alt for alt in record.alts)
    return dataclasses.replace(record, ref=complement(record.ref), alts=alts)


def trim(pos: int, ref: str, alt: str) -> Change:
    """Trim the bases that REF and ALT share, first at the end, then at the start.

    Either sequence may become empty. A pure insertion is placed before the returned position.

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
    """Return whether a reference copy in a record is evidence of reference at the locus.

    It is if the record lists a known allele or changes the tract of an indel, in any
    representation. Otherwise the record must cover the whole locus, and either exclude every
    alternate or change the locus itself. An upstream deletion is no such evidence, nor is a
    symbolic ALT that a person does not have. Repeat callers omit the base before the repeat, so a
    record covers the locus if it covers all bases that the alleles may change.
    """
    sequences = [
        (alt, resolved)
        for alt, resolved in zip(record.alts, bases[1:], strict=True)
        if not _SYMBOLIC.fullmatch(alt)
    ]
    alternates = {resolved for _, resolved in sequences} - {REFERENCE, ANY_OTHER}
    if not alternates.isdisjoint(variant.alleles):
        return True
    if not variant.is_snv and any(
        _changes_within_window(record, alt, locus) for alt, resolved in sequences if ">" in resolved
    ):
        return True
    if not _covers(record, variant, locus):
        return False
    if record.excludes_others:
        return True
    return bool(alternates) and (alternates != {DELETED} or record.pos == locus.pos)


def _changes_within_window(record: Record, alt: str, locus: Locus) -> bool:
    """Return whether the bases that an ALT changes are all within the window."""
    start, removed, _ = trim(record.pos, record.ref, alt)
    return locus.window_start <= start and start + len(removed) - 1 <= locus.window_end


def _covers(record: Record, variant: Variant, locus: Locus) -> bool:
    """Return whether a record covers REF of the locus or, for an indel, all that may change."""
    if record.pos <= locus.pos and record.end >= locus.end:
        return True
    if variant.is_snv:
        return False
    first, last = tract(variant, locus)
    # END does not count: a reference block that follows an indel starts after the anchor base, too.
    return record.pos <= first <= last < record.pos + len(record.ref)


def _reference_mismatch(record: Record, locus: Locus) -> str:
    """Return how REF differs from the window where they overlap; empty if it does not."""
    start = max(record.pos, locus.window_start)
    end = min(record.pos + len(record.ref) - 1, locus.window_end)
    # A structural variant may have N for the base before it.
    is_open = record.ref == "N" and record.alts and not record.is_block
    if start > end or (is_open and all(_SYMBOLIC.fullmatch(alt) for alt in record.alts)):
        return ""
    observed = record.ref[start - record.pos : end - record.pos + 1]
    expected = locus.window[start - locus.window_start : end - locus.window_start + 1]
    if observed == expected:
        return ""
    return f"REF is {observed}, the reference has {expected}"


def _diagnosed_mismatch(
    mismatch: str, record: Record, variant: Variant, locus: Locus
) -> Resolution:
    """Add the probable cause of a wrong single-base REF: the other strand, or swapped alleles."""
    sequences = [alt for alt in record.alts if alt not in ANY_ALLELE | {DELETED}]
    known = set(variant.alleles)
    complements = {complement(base) for base in (record.ref, *sequences)}
    other_strand = (
        variant.is_snv
        and not is_palindromic(variant.alleles)
        and complement(record.ref) == locus.ref
        and complements <= known
    )
    if other_strand:
        mismatch += "; the alleles fit only the other strand (see --allow-strand-flip)"
    elif locus.ref in sequences and {record.ref, *sequences} <= known:
        mismatch += "; REF and ALT are swapped"
    return Resolution((), is_evidence=True, mismatch=mismatch, other_strand=other_strand)


def _allele(record: Record, alt: str, end: int, variant: Variant, locus: Locus) -> str:
    """Resolve one ALT of a record, which ends at ``end``."""
    ref_covers_pos = record.pos <= locus.pos <= record.pos + len(record.ref) - 1
    if alt == DELETED:
        # The deletion itself is in another record; the star matters at the locus only.
        return DELETED if ref_covers_pos else REFERENCE
    if alt in ANY_ALLELE:
        return ANY_OTHER
    if _SYMBOLIC.fullmatch(alt):
        return _symbolic(record, alt, end, variant, locus)
    if not _BASES.issuperset(alt):
        return alt if ref_covers_pos else REFERENCE
    if variant.is_snv and len(alt) != len(record.ref):
        return _base_after_length_change(record, alt, variant, locus)
    start, removed, inserted = trim(record.pos, record.ref, alt)
    if len(removed) == len(inserted):
        return _substitution(start, inserted, variant, locus)
    name = _unknown_name(removed, inserted)
    if not (removed and inserted):
        return _length_change([(start, removed, inserted)], name, variant, locus)
    if start > locus.window_end or start + len(removed) <= locus.window_start:
        return REFERENCE
    if len(removed) * len(inserted) > MAX_CELLS:
        return name
    span = start, start + len(removed)
    return _length_change(indels(start, removed, inserted), name, variant, locus, span)


def _unknown_name(removed: str, inserted: str) -> str:
    """Return the name of a change that is no known allele, such as ``->TT``."""
    return f"{_abbreviated(removed)}>{_abbreviated(inserted)}"


def _abbreviated(bases: str) -> str:
    """Return the bases, ``-`` for none; of a long sequence, its first bases, length and digest."""
    if len(bases) <= _MAX_SHOWN_BASES:
        return bases or "-"
    digest = hashlib.sha256(bases.encode()).hexdigest()[:12]
    return f"{bases[:12]}...({len(bases)} bases, {digest})"


def _base_after_length_change(record: Record, alt: str, variant: Variant, locus: Locus) -> str:
    """Resolve, at an SNV, an ALT that differs in length from REF.

    The base is resolved only if all optimal alignments agree on it. There is one exception: a base
    that may be deleted or be a known allele, such as one of two equal bases, is taken to be that
    allele.
    """
    index = locus.pos - record.pos
    if not 0 <= index < len(record.ref):
        return REFERENCE
    start, removed, inserted = trim(record.pos, record.ref, alt)
    name = _unknown_name(removed, inserted)
    if len(record.ref) * len(alt) > MAX_CELLS:
        is_removed = 0 <= locus.pos - start < len(removed)
        return REFERENCE if not is_removed else DELETED if not inserted else name
    possible = bases_at(record.ref, alt, index)
    if possible == {""}:
        return DELETED
    (base, *others) = possible - {""}
    if others or ("" in possible and base not in variant.alleles):
        return name
    return REFERENCE if base == locus.ref else base


def _symbolic(record: Record, alt: str, end: int, variant: Variant, locus: Locus) -> str:
    """Resolve a symbolic allele, which ends at ``end``, or a breakend."""
    if alt.startswith("<INS") and not variant.is_snv:
        return alt if is_at_site(record.pos + 1, record.pos, variant, locus) else REFERENCE
    breakend = _BREAKEND.fullmatch(alt)
    if breakend and variant.is_snv and record.pos == locus.pos:
        base = breakend["first"] or breakend["last"]
        return REFERENCE if base == locus.ref else alt
    # A symbolic ALT describes the bases after POS (VCF 4.3, section 5.3), as far as its own end.
    if not (record.pos < locus.end and end >= locus.pos):
        return REFERENCE
    if alt.startswith("<DEL") or alt == "<CN0>":
        return DELETED
    return COPY_NUMBER if alt.startswith(_COPY_NUMBER_ALTS) else REFERENCE


def _substitution(start: int, bases: str, variant: Variant, locus: Locus) -> str:
    """Resolve an SNV or MNV whose first changed base is at ``start``."""
    if not variant.is_snv or not start <= locus.pos < start + len(bases):
        return REFERENCE
    base = bases[locus.pos - start]
    return REFERENCE if base == locus.ref else base


def _length_change(
    changes: Sequence[Change],
    name: str,
    variant: Variant,
    locus: Locus,
    span: tuple[int, int] | None = None,
) -> str:
    """Resolve the insertions and deletions of one ALT, in the order of their positions.

    ``name`` is returned for a deletion that extends beyond the window without covering the locus.
    ``span`` has the first and last position that a complex replacement may change.
    """
    sequence = locus.window
    for start, removed, inserted in reversed(changes):
        end = start + len(removed) - 1
        # If the window ends with REF, an insertion right after it still belongs to the locus.
        last_start = locus.window_end + (locus.window_end == locus.end)
        if inserted and last_start < start == locus.window_end + 1:
            # An insertion right after the window counts only if it produces a known allele.
            extended = sequence + inserted
            sequence = extended if _known_allele(extended, variant, locus) else sequence
            continue
        if inserted:
            is_relevant = locus.window_start < start <= last_start
        else:
            is_relevant = start <= locus.window_end and end >= locus.window_start
        if not is_relevant:
            continue
        if start < locus.window_start or end > locus.window_end:
            # A deletion beyond the window is no known allele, even if the window then matches one.
            if not is_at_site(start, end, variant, locus):
                return REFERENCE
            covers_locus = start <= locus.pos and end >= locus.end
            return DELETED if covers_locus else name
        offset = start - locus.window_start
        sequence = sequence[:offset] + inserted + sequence[offset + len(removed) :]
    if sequence == locus.window:
        return REFERENCE
    if not sequence:
        return DELETED
    known = _known_allele(sequence, variant, locus)
    extents = [extent(sequence, locus), *([] if span is None else [span])]
    if known or not any(is_at_site(*placement, variant, locus) for placement in extents):
        return known or REFERENCE
    # Naming by the window gives an unknown length one name, whatever its representation.
    _, removed, inserted = trim(locus.window_start, locus.window, sequence)
    return _unknown_name(removed, inserted)


def _known_allele(sequence: str, variant: Variant, locus: Locus) -> str:
    """Return the known allele that produces a window sequence; empty if none does."""
    return next((b for b in variant.alleles if window_with(b, locus) == sequence), "")
