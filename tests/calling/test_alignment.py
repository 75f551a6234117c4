"""What a replacement does to each base, against all shortest alignments written out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pgx_ana.calling.alignment import Change, bases_at, indels

Column = tuple[str, str]
"""One place of an alignment: a base of each sequence, empty where it has a gap."""

SHORT = st.text("ACG", min_size=1, max_size=5)
LONGER = st.text("AC", min_size=1, max_size=40)


def alignments(ref: str, alt: str) -> Iterator[tuple[Column, ...]]:
    """Yield every way to write two sequences above one another."""
    if not (ref or alt):
        yield ()
    if ref and alt:
        yield from (((ref[0], alt[0]), *rest) for rest in alignments(ref[1:], alt[1:]))
    if ref:
        yield from (((ref[0], ""), *rest) for rest in alignments(ref[1:], alt))
    if alt:
        yield from ((("", alt[0]), *rest) for rest in alignments(ref, alt[1:]))


def edits(columns: Sequence[Column]) -> int:
    return sum(one != other for one, other in columns)


def gaps(columns: Sequence[Column]) -> int:
    """Count the gaps: runs of lost bases, and runs of inserted ones."""
    kinds = ["".join(str(bool(base)) for base in column) for column in columns]
    paired = "TrueTrue"
    return sum(kind != paired and kind != last for last, kind in pairwise([paired, *kinds]))


def shortest(ref: str, alt: str) -> list[tuple[Column, ...]]:
    """Return the alignments with the fewest edits and, among those, the fewest gaps."""
    found = list(alignments(ref, alt))
    fewest = min((edits(columns), gaps(columns)) for columns in found)
    return [columns for columns in found if (edits(columns), gaps(columns)) == fewest]


def fates(columns: Sequence[Column]) -> list[str]:
    """Return what becomes of each base of REF."""
    return [alt for ref, alt in columns if ref]


def applied(ref: str, changes: Sequence[Change], pos: int) -> str:
    """Return a sequence with insertions and deletions put into it, checking what they replace."""
    for start, given_bases, inserted in reversed(changes):
        at = start - pos
        assert given_bases == ref[at : at + len(given_bases)]
        ref = ref[:at] + inserted + ref[at + len(given_bases) :]
    return ref


def aligned_tail(columns: Sequence[Column]) -> int:
    """Count the places behind the last gap."""
    places = [number for number, column in enumerate(columns, 1) if "" in column]
    return len(columns) - max(places, default=0)


BASES = {
    "one for one": ("A", "G", 0, {"G"}),
    "as it was": ("ACG", "TCA", 1, {"C"}),
    "two for two": ("AC", "GT", 1, {"T"}),
    "taken out": ("ACG", "AG", 1, {""}),
    "beside what is taken out": ("ACG", "AG", 2, {"G"}),
    "either of two alike": ("AA", "A", 0, {"A", ""}),
    "changed or taken out": ("TG", "C", 0, {"C", ""}),
    "kept within a loss": ("GAT", "A", 1, {"A"}),
    "before something new": ("A", "AC", 0, {"A"}),
    "behind something new": ("A", "CA", 0, {"A"}),
    "changed to one of two": ("A", "CG", 0, {"C", "G"}),
    "repeat unit lost": ("CACA", "CA", 2, {"C", ""}),
    "MNV and loss in one row": ("ATTT", "TTA", 3, {"A"}),
}


@pytest.mark.parametrize(("ref", "alt", "at", "expected"), BASES.values(), ids=BASES)
def test_what_becomes_of_a_base(ref: str, alt: str, at: int, expected: set[str]) -> None:
    assert expected == bases_at(ref, alt, at)


INDELS: dict[str, tuple[str, str, list[Change]]] = {
    "nothing": ("ACG", "ACG", []),
    "substitutions only": ("AC", "GT", []),
    "swapped bases are two substitutions": ("AC", "CA", []),
    "one base less": ("ACG", "AG", [(101, "C", "")]),
    "one base more": ("AG", "ACG", [(101, "", "C")]),
    "one of a run, the leftmost": ("GAAAC", "GAAC", [(101, "A", "")]),
    "one more in a run, the leftmost": ("GAAC", "GAAAC", [(101, "", "A")]),
    "a unit of a repeat": ("GCACACAT", "GCACAT", [(101, "CA", "")]),
    "adjoining bases are one": ("GACTG", "GG", [(101, "ACT", "")]),
    "all of it": ("ACT", "", [(100, "ACT", "")]),
    "out of nothing": ("", "ACT", [(100, "", "ACT")]),
    "with a substitution": ("TTTCT", "CTTC", [(104, "T", "")]),
    "a loss and a gain": ("ACGTTG", "CGTTGA", [(100, "A", ""), (106, "", "A")]),
    "before the first base": ("CAT", "ACAT", [(100, "", "A")]),
}


@pytest.mark.parametrize(("ref", "alt", "expected"), INDELS.values(), ids=INDELS)
def test_insertions_and_deletions(ref: str, alt: str, expected: list[Change]) -> None:
    assert expected == indels(100, ref, alt)


@settings(max_examples=80, deadline=None)
@given(SHORT, SHORT, st.data())
def test_a_base_becomes_what_the_shortest_alignments_say(
    ref: str, alt: str, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(ref) - 1))
    assert {fates(columns)[at] for columns in shortest(ref, alt)} == bases_at(ref, alt, at)


@settings(max_examples=80, deadline=None)
@given(SHORT, SHORT)
@example("AACA", "ACA")
@example("CACA", "A")
def test_changes_are_those_of_a_shortest_alignment_the_last_gap_leftmost(
    ref: str, alt: str
) -> None:
    """Together with substitutions they make ALT, with as few edits as can be."""
    changes = indels(7, ref, alt)
    between = applied(ref, changes, 7)
    substituted = sum(one != other for one, other in zip(between, alt, strict=True))
    inserted_or_lost = sum(len(before) + len(after) for _, before, after in changes)
    found = shortest(ref, alt)
    assert edits(found[0]) == substituted + inserted_or_lost
    last = changes[-1] if changes else (7, "", "")
    tail = len(ref) if not changes else 7 + len(ref) - last[0] - len(last[1])
    assert max(map(aligned_tail, found)) == tail


@settings(max_examples=80, deadline=None)
@given(LONGER, LONGER)
def test_no_change_can_go_further_left(ref: str, alt: str) -> None:
    """The base before a change is never the last one inserted or lost, as in normalised VCF."""
    changes = indels(1, ref, alt)
    assert len(alt) == len(applied(ref, changes, 1))
    ends = {start + len(lost) for start, lost, _ in changes}
    movable = [
        (start, lost, gained)
        for start, lost, gained in changes
        if start > 1 and start not in ends and ref[start - 2] == (lost or gained)[-1]
    ]
    assert [] == movable


@settings(max_examples=40, deadline=None)
@given(st.text("ACGT", max_size=30), st.text("ACGT", max_size=30), st.text("ACGT", max_size=9))
def test_a_single_insertion_is_found_again(before: str, after: str, inserted: str) -> None:
    """Only its place in a repeat is open: taking it out again gives the sequence."""
    changes = indels(1, before + after, before + inserted + after)
    assert len(inserted) == sum(len(gained) for _, _, gained in changes)
    assert not any(lost for _, lost, _ in changes)
    assert before + inserted + after == applied(before + after, changes, 1)
