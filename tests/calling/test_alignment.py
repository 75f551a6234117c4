"""What a replacement does to each base, compared with an enumeration of all best alignments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pgx_ana.calling.alignment import Change, bases_at, indels

Column = tuple[str, str]
"""One column of an alignment: a base of REF and one of ALT, empty for a gap."""

SHORT = st.text("ACG", min_size=1, max_size=5)
LONGER = st.text("AC", min_size=1, max_size=40)


def alignments(ref: str, alt: str) -> Iterator[tuple[Column, ...]]:
    """Yield every alignment of two sequences."""
    if not (ref or alt):
        yield ()
    if ref and alt:
        yield from (((ref[0], alt[0]), *rest) for rest in alignments(ref[1:], alt[1:]))
    if ref:
        yield from (((ref[0], ""), *rest) for rest in alignments(ref[1:], alt))
    if alt:
        yield from ((("", alt[0]), *rest) for rest in alignments(ref, alt[1:]))


def edits(columns: Sequence[Column]) -> int:
    return sum(ref_base != alt_base for ref_base, alt_base in columns)


def gaps(columns: Sequence[Column]) -> int:
    """Count the gaps: runs of deleted bases and runs of inserted ones."""
    kinds = ["".join(str(bool(base)) for base in column) for column in columns]
    paired = "TrueTrue"
    return sum(kind not in {paired, previous} for previous, kind in pairwise([paired, *kinds]))


def best_alignments(ref: str, alt: str) -> list[tuple[Column, ...]]:
    """Return the alignments with the fewest edits and, among those, the fewest gaps."""
    possible = list(alignments(ref, alt))
    fewest = min((edits(columns), gaps(columns)) for columns in possible)
    return [columns for columns in possible if (edits(columns), gaps(columns)) == fewest]


def outcomes(columns: Sequence[Column]) -> list[str]:
    """Return what becomes of each base of REF."""
    return [alt for ref, alt in columns if ref]


def applied(ref: str, changes: Sequence[Change], pos: int) -> str:
    """Apply insertions and deletions to a sequence, and check the bases that they remove."""
    for start, removed, inserted in reversed(changes):
        offset = start - pos
        assert removed == ref[offset : offset + len(removed)]
        ref = ref[:offset] + inserted + ref[offset + len(removed) :]
    return ref


def aligned_tail(columns: Sequence[Column]) -> int:
    """Count the columns after the last gap."""
    gap_columns = [number for number, column in enumerate(columns, 1) if "" in column]
    return len(columns) - max(gap_columns, default=0)


BASES = {
    "substituted": ("A", "G", 0, {"G"}),
    "unchanged": ("ACG", "TCA", 1, {"C"}),
    "second of two substituted": ("AC", "GT", 1, {"T"}),
    "deleted": ("ACG", "AG", 1, {""}),
    "after a deleted base": ("ACG", "AG", 2, {"G"}),
    "one of two equal bases deleted": ("AA", "A", 0, {"A", ""}),
    "substituted or deleted": ("TG", "C", 0, {"C", ""}),
    "kept between deleted bases": ("GAT", "A", 1, {"A"}),
    "before an insertion": ("A", "AC", 0, {"A"}),
    "after an insertion": ("A", "CA", 0, {"A"}),
    "substituted by one of two": ("A", "CG", 0, {"C", "G"}),
    "repeat unit deleted": ("CACA", "CA", 2, {"C", ""}),
    "MNV and deletion in one row": ("ATTT", "TTA", 3, {"A"}),
}


@pytest.mark.parametrize(("ref", "alt", "index", "expected"), BASES.values(), ids=BASES)
def test_outcome_of_a_base(ref: str, alt: str, index: int, expected: set[str]) -> None:
    assert expected == bases_at(ref, alt, index)


INDELS: dict[str, tuple[str, str, list[Change]]] = {
    "no change": ("ACG", "ACG", []),
    "substitutions only": ("AC", "GT", []),
    "swapped bases are two substitutions": ("AC", "CA", []),
    "one base deleted": ("ACG", "AG", [(101, "C", "")]),
    "one base inserted": ("AG", "ACG", [(101, "", "C")]),
    "deletion in a run, left-aligned": ("GAAAC", "GAAC", [(101, "A", "")]),
    "insertion in a run, left-aligned": ("GAAC", "GAAAC", [(101, "", "A")]),
    "repeat unit deleted, left-aligned": ("GCACACAT", "GCACAT", [(101, "CA", "")]),
    "adjacent deleted bases are one deletion": ("GACTG", "GG", [(101, "ACT", "")]),
    "everything deleted": ("ACT", "", [(100, "ACT", "")]),
    "everything inserted": ("", "ACT", [(100, "", "ACT")]),
    "with a substitution": ("TTTCT", "CTTC", [(104, "T", "")]),
    "a deletion and an insertion": ("ACGTTG", "CGTTGA", [(100, "A", ""), (106, "", "A")]),
    "before the first base": ("CAT", "ACAT", [(100, "", "A")]),
}


@pytest.mark.parametrize(("ref", "alt", "expected"), INDELS.values(), ids=INDELS)
def test_insertions_and_deletions(ref: str, alt: str, expected: list[Change]) -> None:
    assert expected == indels(100, ref, alt)


@settings(max_examples=80, deadline=None)
@given(SHORT, SHORT, st.data())
def test_outcomes_are_those_of_the_best_alignments(ref: str, alt: str, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(ref) - 1))
    assert {outcomes(columns)[index] for columns in best_alignments(ref, alt)} == bases_at(
        ref, alt, index
    )


@settings(max_examples=80, deadline=None)
@given(SHORT, SHORT)
@example("AACA", "ACA")
@example("CACA", "A")
def test_indels_are_those_of_a_best_alignment_with_the_last_gap_leftmost(
    ref: str, alt: str
) -> None:
    """Together with substitutions they produce ALT with the fewest edits."""
    changes = indels(7, ref, alt)
    without_substitutions = applied(ref, changes, 7)
    n_substituted = sum(a != b for a, b in zip(without_substitutions, alt, strict=True))
    n_indel_bases = sum(len(removed) + len(inserted) for _, removed, inserted in changes)
    best = best_alignments(ref, alt)
    assert edits(best[0]) == n_substituted + n_indel_bases
    start, removed, _ = changes[-1] if changes else (7, "", "")
    tail = 7 + len(ref) - start - len(removed)
    assert max(map(aligned_tail, best)) == tail


@settings(max_examples=80, deadline=None)
@given(LONGER, LONGER)
def test_indels_are_left_aligned(ref: str, alt: str) -> None:
    """The base before an indel never equals its last base, as in normalised VCF."""
    changes = indels(1, ref, alt)
    assert len(alt) == len(applied(ref, changes, 1))
    ends = {start + len(removed) for start, removed, _ in changes}
    movable = [
        (start, removed, inserted)
        for start, removed, inserted in changes
        if start > 1 and start not in ends and ref[start - 2] == (removed or inserted)[-1]
    ]
    assert [] == movable


@settings(max_examples=40, deadline=None)
@given(st.text("ACGT", max_size=30), st.text("ACGT", max_size=30), st.text("ACGT", max_size=9))
def test_a_single_insertion_is_recovered(before: str, after: str, inserted: str) -> None:
    """Only its position within a repeat may differ."""
    changes = indels(1, before + after, before + inserted + after)
    assert len(inserted) == sum(len(bases) for _, _, bases in changes)
    assert not any(removed for _, removed, _ in changes)
    assert before + inserted + after == applied(before + after, changes, 1)
