"""Which allele of a record is which known allele.

Alleles are compared by the sequence that they give in a small reference window, never by how they
are spelled: a record's REF and ALT are trimmed to what changes, the change is applied to the window
of the locus, and the result is looked up among the sequences of the known alleles.
"""

from __future__ import annotations

import dataclasses
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from pgx_ana.bases import complement, is_palindromic
from pgx_ana.calling.alignment import MAX, Change, bases_at, indels
from pgx_ana.model import ANY_ALLELE, COPY_NUMBER, DELETED, Locus, Record, Variant

REFERENCE = ""
"""What an allele that leaves the locus as it is resolves to."""

ANY_OTHER = "<NON_REF>"
"""What ``<NON_REF>`` and ``<*>`` resolve to: some allele that the record does not list."""

_SEQUENCE = frozenset("ACGTN")
_SYMBOLIC = re.compile(
    r"<[^<>]+>"
    r"|[ACGTN]*(?P<bracket>[\[\]])[^\[\]]+(?P=bracket)[ACGTN]*"  # breakends (section 5.4)
    r"|\.[ACGTN]+|[ACGTN]+\."
)
# The base at POS stands first before a bracket, or last behind one (VCF 4.3, section 5.4).
_BREAKEND = re.compile(
    r"(?P<first>[ACGTN])[ACGTN]*[\[\]].*[\[\]]|[\[\]].*[\[\]][ACGTN]*(?P<last>[ACGTN])"
)
_COPY_CHANGES = ("<DUP", "<CNV", "<CN")
_LONG = 60


@dataclass(frozen=True, slots=True)
class Resolution:
    """What the alleles of a record mean at a locus.

    ``bases[i]`` is for allele number ``i`` of the record: ``REFERENCE``, the bases of an allele
    (known or not), ``DELETED``, ``COPY_NUMBER`` or ``ANY_OTHER``. ``is_evidence`` says that the
    record's reference copies speak for reference at the locus. ``mismatch`` says how REF disagrees
    with the knowledge base, and is empty where it agrees; ``other_strand``, that the record would
    agree if it were read on the other strand. ``changes`` are what the ALTs change, trimmed: two
    records with one change are one variant, an SNV and an MNV over it are two.
    """

    bases: tuple[str, ...]
    is_evidence: bool
    mismatch: str = ""
    other_strand: bool = False
    changes: tuple[Change, ...] = field(default=(), compare=False)  # follows from the record

    @property
    def is_uninformative(self) -> bool:
        """Say whether the record says nothing about the locus."""
        return not (self.is_evidence or self.mismatch or any(self.bases))


def resolve(record: Record, variant: Variant, locus: Locus) -> Resolution:
    """Resolve the alleles of a record that overlaps the window of a locus."""
    mismatch = _reference_mismatch(record, locus) or record.mismatch
    if mismatch and record.pos == locus.pos and len(record.ref) == 1:
        return _explained(mismatch, record, variant, locus)
    if not mismatch and record.ref in record.alts and record.pos <= locus.end:
        mismatch = f"ALT is the same as REF, {record.ref}"
    if mismatch:
        return Resolution((), is_evidence=True, mismatch=mismatch)
    bases = (REFERENCE, *(_allele(record, alt, variant, locus) for alt in record.alts))
    return Resolution(
        bases,
        is_evidence=_is_evidence(record, bases, variant, locus),
        changes=tuple(
            _change(record, alt, base, variant, locus)
            for alt, base in zip(record.alts, bases[1:], strict=True)
        ),
    )


def _change(record: Record, alt: str, base: str, variant: Variant, locus: Locus) -> Change:
    """Return what an ALT changes; insertions and deletions that are one allele are one change."""
    change = trim(record.pos, record.ref, alt)
    is_length = not (change[1] and change[2]) and base != REFERENCE
    return (locus.pos, locus.ref, base) if is_length and not variant.is_snv else change


def on_other_strand(record: Record) -> Record:
    """Return a record of single bases with REF and ALT read on the other strand."""
    alts = tuple(complement(alt) if len(alt) == 1 else alt for alt in record.alts)
    return dataclasses.replace(record, ref=complement(record.ref), alts=alts)


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

    They do where the record gives a known allele or changes the window, however that is spelled;
    else only where it covers the whole locus and either speaks of every alternate or changes the
    locus itself. An upstream deletion does not. Callers of repeats leave out the base before the
    repeat: what covers all that the alleles may change covers the locus.
    """
    if not set(bases).isdisjoint(variant.alleles):
        return True
    if not variant.is_snv and any(
        _lies_within(record, alt, locus)
        for alt, base in zip(record.alts, bases[1:], strict=True)
        if ">" in base and base != alt
    ):
        return True
    if not _covers(record, variant, locus):
        return False
    if record.excludes_others:
        return True
    changes = {base for base in bases if base not in {REFERENCE, COPY_NUMBER}}
    return bool(changes) and (changes != {DELETED} or record.pos == locus.pos)


def _lies_within(record: Record, alt: str, locus: Locus) -> bool:
    """Say whether what an ALT changes lies within the window."""
    start, ref, _ = trim(record.pos, record.ref, alt)
    return locus.window_start <= start and start + len(ref) - 1 <= locus.window_end


def _covers(record: Record, variant: Variant, locus: Locus) -> bool:
    if record.pos <= locus.pos and record.end >= locus.end:
        return True
    if variant.is_snv:
        return False
    first, last = _tract(variant, locus)
    # By REF alone: a block behind an indel begins after its first base, too.
    return record.pos <= first <= last < record.pos + len(record.ref)


def _tract(variant: Variant, locus: Locus) -> tuple[int, int]:
    """Return the first and last position that a spelling of some allele may change."""
    firsts, lasts = [], []
    for bases in variant.alleles:
        other = _sequence(bases, locus)
        if other != locus.window:
            same, same_end = _shared(locus.window, other), _shared(locus.window[::-1], other[::-1])
            firsts.append(min(len(other), len(locus.window)) - same_end)
            lasts.append(same + max(len(locus.window) - len(other), 0) - 1)
    return locus.window_start + min(firsts), locus.window_start + max(lasts)


def _shared(one: str, other: str) -> int:
    """Return how many bases two sequences share at their beginning."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((n for n, (a, b) in pairs if a != b), min(len(one), len(other)))


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


def _explained(mismatch: str, record: Record, variant: Variant, locus: Locus) -> Resolution:
    """Say of a wrong REF at an SNV what is likely the matter."""
    sequences = [alt for alt in record.alts if alt not in ANY_ALLELE | {DELETED}]
    known = set(variant.alleles)
    flipped = {complement(base) for base in (record.ref, *sequences)}
    other_strand = (
        variant.is_snv
        and not is_palindromic(variant.alleles)
        and complement(record.ref) == locus.ref
        and flipped <= known
    )
    if other_strand:
        mismatch += "; the alleles fit only the other strand (see --allow-strand-flip)"
    elif locus.ref in sequences and {record.ref, *sequences} <= known:
        mismatch += "; REF and ALT are swapped"
    return Resolution((), is_evidence=True, mismatch=mismatch, other_strand=other_strand)


def _allele(record: Record, alt: str, variant: Variant, locus: Locus) -> str:
    if alt == DELETED:
        # The record says that this copy is told elsewhere; only at the locus does it concern us.
        return DELETED if record.pos <= locus.pos <= record.pos + len(record.ref) - 1 else REFERENCE
    if alt in ANY_ALLELE:
        return ANY_OTHER
    if _SYMBOLIC.fullmatch(alt):
        return _symbolic(record, alt, variant, locus)
    if not _SEQUENCE.issuperset(alt):
        covers = record.pos <= locus.pos <= record.pos + len(record.ref) - 1
        return alt if covers else REFERENCE
    if variant.is_snv and len(alt) != len(record.ref):
        return _base(record, alt, variant, locus)
    start, ref, changed = trim(record.pos, record.ref, alt)
    if len(ref) == len(changed):
        return _substituted(start, changed, variant, locus)
    if not (ref and changed):
        return _resized([(start, ref, changed)], _spelled(ref, changed), variant, locus)
    if start > locus.window_end or start + len(ref) <= locus.window_start:
        return REFERENCE
    if len(ref) * len(changed) > MAX:
        return _spelled(ref, changed)
    return _resized(indels(start, ref, changed), _spelled(ref, changed), variant, locus)


def _spelled(ref: str, alt: str) -> str:
    """Return a name for a change that is no known allele."""
    return f"{_short(ref)}>{_short(alt)}"


def _short(bases: str) -> str:
    """Return bases, or the first of them and a digest where they are many."""
    if len(bases) <= _LONG:
        return bases or "-"
    digest = hashlib.sha256(bases.encode()).hexdigest()[:12]
    return f"{bases[:12]}...({len(bases)} bases, {digest})"


def _base(record: Record, alt: str, variant: Variant, locus: Locus) -> str:
    """Resolve at a single base an ALT of another length than REF.

    What is certain is told: that the base becomes another, or is deleted. Where it may be deleted
    or stay a known allele, as one of two equal bases, it stays.
    """
    at = locus.pos - record.pos
    if not 0 <= at < len(record.ref):
        return REFERENCE
    start, ref, changed = trim(record.pos, record.ref, alt)
    if len(record.ref) * len(alt) > MAX:
        covered = 0 <= locus.pos - start < len(ref)
        return REFERENCE if not covered else DELETED if not changed else _spelled(ref, changed)
    told = bases_at(record.ref, alt, at)
    if told == {""}:
        return DELETED
    (base, *others) = told - {""}
    if others or ("" in told and base not in variant.alleles):
        return _spelled(ref, changed)
    return REFERENCE if base == locus.ref else base


def _symbolic(record: Record, alt: str, variant: Variant, locus: Locus) -> str:
    if alt.startswith("<INS") and not variant.is_snv:
        inside = locus.window_start <= record.pos <= locus.window_end
        return alt if inside else REFERENCE
    beside = _BREAKEND.fullmatch(alt)
    if beside and variant.is_snv and record.pos == locus.pos:
        base = beside["first"] or beside["last"]
        return REFERENCE if base == locus.ref else alt
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


def _resized(changes: Sequence[Change], spelled: str, variant: Variant, locus: Locus) -> str:
    """Resolve insertions and deletions, all of one copy."""
    sequence = locus.window
    for start, ref, inserted in reversed(changes):
        end = start + len(ref) - 1
        # Where the window ends with the locus itself, what is put in right behind it is of concern.
        reach = locus.window_end + (locus.window_end == locus.end)
        if inserted and reach < start == locus.window_end + 1:
            # Behind the window: of concern only where it gives a known allele.
            longer = sequence + inserted
            sequence = longer if _named(longer, variant, locus) else sequence
            continue
        between = locus.window_start < start <= reach
        if not (between if inserted else start <= locus.window_end and end >= locus.window_start):
            continue
        if start < locus.window_start or end > locus.window_end:
            # What takes more than the window is no allele of the locus, even if it spells one.
            covered = start <= locus.pos and end >= locus.end
            return DELETED if covered else spelled
        offset = start - locus.window_start
        sequence = sequence[:offset] + inserted + sequence[offset + len(ref) :]
    if sequence == locus.window:
        return REFERENCE
    if not sequence:
        return DELETED
    # An unknown length has one name, wherever a caller puts it.
    _, ref, changed = trim(locus.window_start, locus.window, sequence)
    return _named(sequence, variant, locus) or _spelled(ref, changed)


def _named(sequence: str, variant: Variant, locus: Locus) -> str:
    """Return the bases of the known allele that gives a window sequence; empty for none."""
    return next((b for b in variant.alleles if _sequence(b, locus) == sequence), "")


def _sequence(bases: str, locus: Locus) -> str:
    """Return the window of a locus with an allele in it."""
    offset = locus.pos - locus.window_start
    return locus.window[:offset] + bases + locus.window[offset + len(locus.ref) :]
