"""Alleles of a record at a locus: every representation of an allele resolves to that allele."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from helpers.records import record
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pgx_ana.calling.alleles import REFERENCE, Resolution, resolve, trim
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.model import COPY_NUMBER, DELETED, Locus, Variant
from pgx_ana.terms import Assembly

GRCH37, GRCH38 = Assembly.GRCH37, Assembly.GRCH38
NON_REF = "<NON_REF>"

OTHER_STRAND = (
    "REF is T, the reference has A; the alleles fit only the other strand (see --allow-strand-flip)"
)

FLANK = "TACGATCAGA"
"""Synthetic sequence on both sides of a window; its ends differ from those of the toy windows."""

GetVariant = Callable[[str], Variant]

bases = st.text(alphabet="ACGT", min_size=1, max_size=6)


@pytest.fixture(scope="session")
def variant(toy: KnowledgeBase) -> GetVariant:
    """Return a function that looks up a toy variant by rsID."""
    by_id = {item.id: item for item in toy.variants}
    return by_id.__getitem__


def sequence_around(locus: Locus) -> tuple[int, str]:
    """Return the position of the first base and the sequence of a window with its flanks."""
    return locus.window_start - len(FLANK), FLANK + locus.window + FLANK


def haplotype(locus: Locus, allele: str) -> str:
    """Return the sequence around a locus with an allele in place of REF."""
    start, reference = sequence_around(locus)
    offset = locus.pos - start
    return reference[:offset] + allele + reference[offset + len(locus.ref) :]


def representations(locus: Locus, allele: str) -> list[str]:
    """Return every row, shifted and padded, that changes the reference into an allele."""
    first, reference = sequence_around(locus)
    changed = haplotype(locus, allele)
    growth = len(changed) - len(reference)
    rows = []
    for start in range(len(reference)):
        for stop in range(start + 1, len(reference) + 1):
            alt = changed[start : stop + growth]
            flanks = reference[:start], reference[stop:]
            if alt and flanks == (changed[:start], changed[stop + growth :]):
                rows.append(f"{locus.chrom} {first + start} {reference[start:stop]} {alt}")
    return rows


@pytest.mark.parametrize(
    ("pos", "ref", "alt", "expected"),
    [
        pytest.param(100, "A", "C", (100, "A", "C"), id="single base"),
        pytest.param(100, "AG", "CG", (100, "A", "C"), id="end shared"),
        pytest.param(99, "GA", "GC", (100, "A", "C"), id="start shared"),
        pytest.param(99, "GAT", "GCT", (100, "A", "C"), id="both shared"),
        pytest.param(99, "GA", "TC", (99, "GA", "TC"), id="two bases"),
        pytest.param(99, "GAT", "TAC", (99, "GAT", "TAC"), id="shared inside stays"),
        pytest.param(401, "G", "GT", (402, "", "T"), id="insertion"),
        pytest.param(407, "C", "TC", (407, "", "T"), id="insertion before its anchor"),
        pytest.param(401, "GT", "GTT", (402, "", "T"), id="insertion takes the end first"),
        pytest.param(501, "GCA", "G", (502, "CA", ""), id="deletion"),
        pytest.param(501, "GCACA", "GCA", (502, "CA", ""), id="deletion takes the end first"),
        pytest.param(100, "A", "A", (100, "", ""), id="no change"),
        pytest.param(100, "AT", "CGG", (100, "AT", "CGG"), id="nothing shared"),
    ],
)
def test_trim(pos: int, ref: str, alt: str, expected: tuple[int, str, str]) -> None:
    assert expected == trim(pos, ref, alt)


@settings(deadline=None)
@given(pos=st.integers(1, 10**9), ref=bases, alt=bases)
def test_trim_keeps_the_change_and_leaves_no_shared_end(pos: int, ref: str, alt: str) -> None:
    start, removed, inserted = trim(pos, ref, alt)
    offset = start - pos

    assert ref[offset : offset + len(removed)] == removed
    assert alt == ref[:offset] + inserted + ref[offset + len(removed) :]
    assert "" in {removed, inserted} or (removed[0] != inserted[0] and removed[-1] != inserted[-1])


@settings(deadline=None)
@given(pos=st.integers(10, 10**9), ref=bases, alt=bases, left=bases, right=bases)
def test_trim_is_independent_of_padding(
    pos: int, ref: str, alt: str, left: str, right: str
) -> None:
    """Padding at the end never matters; at the start it does not if REF and ALT share no end."""
    padded = trim(pos - len(left), left + ref + right, left + alt + right)

    assert trim(pos, ref, alt) == trim(pos, ref + right, alt + right)
    if "" not in trim(pos, ref, alt)[1:]:
        assert trim(pos, ref, alt) == padded


SNV_ROWS = {
    "the single base": ("1 100 A C", ("C",), True),
    "an unknown base": ("1 100 A G", ("G",), True),
    "two alternates": ("1 100 A G,C", ("G", "C"), True),
    "ALT is N": ("1 100 A N", ("N",), True),
    "IUPAC code": ("1 100 A M", ("M",), True),
    "IUPAC code that ends before": ("1 98 TG TR", (REFERENCE,), False),
    "MNV from the base before": ("1 99 GA TC", ("C",), True),
    "MNV to the base after": ("1 100 AG CT", ("C",), True),
    "MNV around": ("1 99 GAT TCA", ("C",), True),
    "MNV that keeps the base": ("1 99 GAT TAC", (REFERENCE,), False),
    "MNV before": ("1 98 GTA CCA", (REFERENCE,), False),
    "MNV of an unknown base": ("1 99 GA TT", ("T",), True),
    "padded at the end": ("1 100 AGG CGG", ("C",), True),
    "padded at the start": ("1 97 TTGA TTGC", ("C",), True),
    "SNV and a deletion after it": ("1 100 AG CG,A", ("C", REFERENCE), True),
    "SNV and an insertion after it": ("1 100 A AT,C", (REFERENCE, "C"), True),
    "substitution and insertion in one ALT": ("1 100 A CG", ("A>CG",), True),
    "insertion after": ("1 100 A AT", (REFERENCE,), False),
    "breakend after": ("1 100 A A[2:60[,]2:60]A", (REFERENCE, REFERENCE), False),
    "breakend with another base": ("1 100 A C[2:60[", ("C[2:60[",), False),
    "insertion before": ("1 99 G GT", (REFERENCE,), False),
    "deletion after": ("1 100 AG A", (REFERENCE,), False),
    "deletion before": ("1 97 TGGA TA", (REFERENCE,), False),
    "deletion over it": ("1 98 TGAC T", (DELETED,), False),
    "deletion up to it": ("1 99 GA G", (DELETED,), False),
    "two deletions over it": ("1 98 TGAC T,TGC", (DELETED, DELETED), False),
    "deletion over it and an SNV": ("1 99 GA G,GC", (DELETED, "C"), True),
    "the star at it": ("1 100 A *", (DELETED,), True),
    "the star and a base": ("1 100 A C,*", ("C", DELETED), True),
    "the star of an upstream deletion": ("1 98 TGA T,*", (DELETED, DELETED), False),
    "the star in a row that ends before": ("1 98 TG T,*", (REFERENCE, REFERENCE), False),
    "breakend": ("1 100 A A[2:50[", (REFERENCE,), False),
    "breakend, other direction": ("1 100 A ]2:50]A", (REFERENCE,), False),
    "single breakend": ("1 100 A A.", (REFERENCE,), False),
    "no alternate": ("1 100 A .", (), True),
    "no alternate over it": ("1 99 GAT .", (), True),
    "any allele": ("1 100 A <NON_REF>", (NON_REF,), True),
    "any allele, newer symbol": ("1 100 A <*>", (NON_REF,), True),
    "a base and any allele": ("1 100 A C,<NON_REF>", ("C", NON_REF), True),
}


@pytest.mark.parametrize(("row", "alts", "is_evidence"), SNV_ROWS.values(), ids=SNV_ROWS.keys())
def test_snv(row: str, alts: tuple[str, ...], *, is_evidence: bool, variant: GetVariant) -> None:
    rs1 = variant("rs1")

    expected = Resolution((REFERENCE, *alts), is_evidence=is_evidence)

    assert expected == resolve(record(row), rs1, rs1.loci[GRCH38])


SYMBOLIC_ROWS = {
    "DEL over it": ("1 90 G <DEL>", 120, DELETED),
    "DEL of a mobile element": ("1 90 G <DEL:ME>", 120, DELETED),
    "DEL up to it": ("1 90 G <DEL>", 100, DELETED),
    "DEL from the base before": ("1 99 G <DEL>", 120, DELETED),
    "DEL after, anchored at it": ("1 100 A <DEL>", 120, REFERENCE),
    "DEL that ends before": ("1 80 G <DEL>", 99, REFERENCE),
    "DUP over it": ("1 90 G <DUP>", 120, COPY_NUMBER),
    "tandem DUP over it": ("1 90 G <DUP:TANDEM>", 120, COPY_NUMBER),
    "CNV over it": ("1 90 G <CNV>", 120, COPY_NUMBER),
    "CN3 over it": ("1 90 G <CN3>", 120, COPY_NUMBER),
    "DUP after, anchored at it": ("1 100 A <DUP>", 120, REFERENCE),
    "DUP that ends before": ("1 80 G <DUP>", 99, REFERENCE),
    "INV over it": ("1 90 G <INV>", 120, REFERENCE),
}


@pytest.mark.parametrize(("row", "end", "alt"), SYMBOLIC_ROWS.values(), ids=SYMBOLIC_ROWS.keys())
def test_symbolic(row: str, end: int, alt: str, variant: GetVariant) -> None:
    """A symbolic allele describes the bases after POS; its reference copies are no evidence."""
    rs1 = variant("rs1")

    expected = Resolution((REFERENCE, alt), is_evidence=False)

    assert expected == resolve(record(row, end=end), rs1, rs1.loci[GRCH38])


@pytest.mark.parametrize(
    ("row", "end", "expected"),
    [
        pytest.param("1 501 G .", 503, True, id="exactly REF"),
        pytest.param("1 450 A .", 600, True, id="spans it"),
        pytest.param("1 501 G .", 502, False, id="all but its last base"),
        pytest.param("1 502 C .", 600, False, id="all but its first base"),
        pytest.param("1 450 A .", 500, False, id="up to the base before"),
        pytest.param("1 504 C .", 600, False, id="from the next base on"),
        pytest.param("1 501 G <NON_REF>", 503, True, id="any allele, exactly REF"),
        pytest.param("1 450 A <*>", 600, True, id="any allele, spans it"),
    ],
)
def test_block_is_evidence_where_it_covers_the_locus(
    row: str, end: int, *, expected: bool, variant: GetVariant
) -> None:
    """A block in the window is evidence only if it covers all of REF."""
    rs5 = variant("rs5")

    assert expected == resolve(record(row, end=end), rs5, rs5.loci[GRCH38]).is_evidence


@pytest.mark.parametrize(
    ("row", "end", "expected"),
    [
        pytest.param("1 100 A AT", None, True, id="insertion after"),
        pytest.param("1 100 A <DEL>", 120, True, id="deletion after"),
        pytest.param("1 100 A C", None, False, id="SNV"),
        pytest.param("1 100 A .", None, False, id="reference call"),
        pytest.param("1 98 TGA T", None, False, id="deletion over it"),
        pytest.param("1 90 G <DUP>", 120, False, id="copy number"),
        pytest.param("1 100 G C", None, False, id="another REF"),
    ],
)
def test_uninformative(row: str, end: int | None, *, expected: bool, variant: GetVariant) -> None:
    rs1 = variant("rs1")

    assert expected == resolve(record(row, end=end), rs1, rs1.loci[GRCH38]).is_uninformative


@pytest.mark.parametrize(
    ("assembly", "row", "alts"),
    [
        pytest.param(GRCH38, "1 300 T C", ("C",), id="the other base on GRCh38"),
        pytest.param(GRCH37, "1 350 C T", ("T",), id="the other base on GRCh37"),
        pytest.param(GRCH37, "1 349 GC AT", ("T",), id="MNV on GRCh37"),
        pytest.param(GRCH37, "1 349 GCA TCT", (REFERENCE,), id="MNV that keeps the base of GRCh37"),
    ],
)
def test_reference_base_is_that_of_the_assembly(
    assembly: Assembly, row: str, alts: tuple[str, ...], variant: GetVariant
) -> None:
    rs3 = variant("rs3")

    assert (REFERENCE, *alts) == resolve(record(row), rs3, rs3.loci[assembly]).bases


@pytest.mark.parametrize("assembly", [GRCH37, GRCH38])
@pytest.mark.parametrize(("name", "allele", "at_least"), [("rs4", "GT", 100), ("rs5", "G", 100)])
def test_every_representation_of_a_known_allele(
    name: str, allele: str, at_least: int, assembly: Assembly, variant: GetVariant
) -> None:
    """An insertion or deletion resolves to the known allele however it is shifted and padded."""
    known = variant(name)
    locus = known.loci[assembly]
    rows = representations(locus, allele)
    expected = Resolution((REFERENCE, allele), is_evidence=True)

    assert len(rows) > at_least
    assert [] == [row for row in rows if expected != resolve(record(row), known, locus)]


@pytest.mark.parametrize(
    ("name", "row", "alts"),
    [
        pytest.param("rs4", "1 401 G GT", ("GT",), id="insertion to the left"),
        pytest.param("rs4", "1 407 C TC", ("GT",), id="insertion to the right"),
        pytest.param("rs4", "1 404 T TT", ("GT",), id="insertion inside"),
        pytest.param("rs4", "1 401 GTTTTTCC GTTTTTTCC", ("GT",), id="insertion padded"),
        pytest.param("rs4", "1 401 G A,GT", (REFERENCE, "GT"), id="next to an SNV"),
        pytest.param("rs4", "1 401 G GTT,GT", ("->TT", "GT"), id="next to a longer one"),
        pytest.param("rs4", "1 401 GT G,GTT", ("T>-", "GT"), id="next to a deletion"),
        pytest.param("rs4", "1 401 G GA", ("->A",), id="of another base"),
        pytest.param("rs4", "1 401 G AT", ("->A",), id="of another base, REF substituted"),
        pytest.param("rs5", "1 501 GCA G", ("G",), id="deletion to the left"),
        pytest.param("rs5", "1 506 CAT T", ("G",), id="deletion to the right"),
        pytest.param("rs5", "1 502 CAC C", ("G",), id="deletion shifted by one"),
        pytest.param("rs5", "1 501 GCACA GCA,G", ("G", "CACA>-"), id="one unit and two"),
        pytest.param("rs5", "1 501 GC G", ("C>-",), id="one base only"),
        pytest.param("rs5", "1 490 A *", (REFERENCE,), id="a star outside"),
        pytest.param("rs5", "1 501 GCA *,G", (DELETED, "G"), id="a star at it"),
        pytest.param("rs5", "1 495 AAAAAGGCACACATTA A", (DELETED,), id="deletion of all of it"),
        pytest.param("rs5", "1 498 TAGGCA T", (DELETED,), id="deletion up to its last base"),
        pytest.param("rs5", "1 500 GGCACACATTAA G", (DELETED,), id="deletion from its first base"),
        pytest.param("rs5", "1 498 AAGGC A", ("AGGC>-",), id="deletion into it"),
        pytest.param("rs5", "1 501 GCACACATTAA G", ("CACACATTAA>-",), id="deletion out of it"),
    ],
)
def test_insertion_and_deletion(
    name: str, row: str, alts: tuple[str, ...], variant: GetVariant
) -> None:
    known = variant(name)

    assert (REFERENCE, *alts) == resolve(record(row), known, known.loci[GRCH38]).bases


@pytest.mark.parametrize(
    "row",
    [
        pytest.param("1 405 T G", id="base in the window"),
        pytest.param("1 401 G A", id="base at the locus"),
        pytest.param("1 398 AC A", id="deletion that ends before the window"),
        pytest.param("1 408 C CA", id="insertion after the window"),
        pytest.param("1 408 CA C", id="deletion after the window"),
        pytest.param("1 401 G .", id="reference call"),
    ],
)
def test_rows_that_do_not_change_an_insertion_locus(row: str, variant: GetVariant) -> None:
    rs4 = variant("rs4")
    resolution = resolve(record(row), rs4, rs4.loci[GRCH38])

    assert {REFERENCE} == set(resolution.bases)


def bases_between(window: str, sequence: str) -> set[int]:
    """Return the indices of the bases that any placement of an insertion or deletion passes."""
    longer, shorter = sorted([window, sequence], key=len, reverse=True)
    n_bases = len(longer) - len(shorter)
    starts = [
        at for at in range(len(shorter) + 1) if longer[:at] + longer[at + n_bases :] == shorter
    ]
    return set(range(min(starts), max(starts) + (n_bases if longer == window else 0)))


@settings(deadline=None, max_examples=400)
@given(data=st.data())
@pytest.mark.parametrize("name", ["rs4", "rs5"])
def test_length_changes_are_identified_by_sequence(
    name: str, data: st.DataObject, variant: GetVariant
) -> None:
    """An indel in the window is a known allele if, and only if, it produces its sequence.

    Any other change of the bases that the known alleles may change is neither reference nor a known
    allele. An indel elsewhere in the window is another variant.
    """
    known = variant(name)
    locus = known.loci[GRCH38]
    window = locus.window
    start = data.draw(st.integers(1, len(window) - 2))
    stop = data.draw(st.integers(start, len(window) - 1))
    inserted = data.draw(st.text(alphabet="ACGT", max_size=4))
    # The anchor base keeps both alleles of the row from being empty.
    ref, alt = window[start - 1 : stop], window[start - 1] + inserted
    pos = locus.window_start + start - 1
    assume(len(ref) != len(alt))
    change_start, *change = trim(pos, ref, alt)
    assume(change_start > locus.window_start)
    assume("" in change)
    row = record(f"1 {pos} {ref} {alt}")
    sequence = window[:start] + inserted + window[stop:]
    offset = locus.pos - locus.window_start
    by_sequence = {
        window[:offset] + bases + window[offset + len(locus.ref) :]: bases
        for bases in known.alleles
    }

    resolved = resolve(row, known, locus).bases[1]

    assert by_sequence.get(sequence) == (resolved if resolved in known.alleles else None)
    (other,) = set(by_sequence) - {window}
    tract = bases_between(window, other)
    touched = bases_between(window, sequence)
    # An insertion that fits in one place only is at the tract if it is on either side of a base.
    gap = change_start - locus.window_start
    beside = touched or {gap - 1, gap}
    assert (resolved == REFERENCE) == tract.isdisjoint(beside)


@pytest.mark.parametrize(
    ("name", "row", "mismatch"),
    [
        pytest.param(
            "rs1",
            "1 100 C A",
            "REF is C, the reference has A; REF and ALT are swapped",
            id="swapped",
        ),
        pytest.param("rs1", "1 100 T G", OTHER_STRAND, id="other strand"),
        pytest.param("rs1", "1 100 N C", "REF is N, the reference has A", id="N"),
        pytest.param("rs1", "1 99 GC GA", "REF is C, the reference has A", id="in a longer REF"),
        pytest.param("rs1", "1 100 C .", "REF is C, the reference has A", id="reference call"),
        pytest.param("rs1", "1 100 C <NON_REF>", "REF is C, the reference has A", id="block"),
        pytest.param("rs1", "1 99 C G", "", id="before"),
        pytest.param("rs1", "1 90 C <NON_REF>", "", id="block that starts before"),
        pytest.param(
            "rs4",
            "1 399 AGTTTTTTC AGTTTTTTTC",
            "REF is GTTTTTTC, the reference has GGTTTTTC",
            id="in the window of an insertion",
        ),
        pytest.param(
            "rs5", "1 508 TAGA T", "REF is TA, the reference has TT", id="at the end of a window"
        ),
    ],
)
def test_mismatch(name: str, row: str, mismatch: str, variant: GetVariant) -> None:
    """A REF that differs from the knowledge base is a mismatch."""
    known = variant(name)

    assert mismatch == resolve(record(row), known, known.loci[GRCH38]).mismatch


def test_mismatch_gives_no_alleles(variant: GetVariant) -> None:
    rs1 = variant("rs1")

    expected = Resolution(
        (), is_evidence=True, mismatch="REF is C, the reference has A; REF and ALT are swapped"
    )

    assert expected == resolve(record("1 100 C A"), rs1, rs1.loci[GRCH38])
