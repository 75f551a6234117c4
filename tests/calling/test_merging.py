from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import permutations, product
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pgx_ana.calling.merging import Contribution, MergedCopies, count_copies, merge
from pgx_ana.model import MISSING, NO_COPY

# The alleles of these tests: A is reference, C and T are alternates, * is deleted.
REF, C, T, DEL = range(4)
LETTERS = {REF: "A", C: "C", T: "T", DEL: "*", MISSING: ".", NO_COPY: ""}
NUMBERS = {letter: number for number, letter in LETTERS.items()}


class Telling(NamedTuple):
    """What one record says of one person: the copies shown and the alternates it lists."""

    shown: tuple[int, ...]
    listed: frozenset[int]
    is_evidence: bool = True


def joined(rows: Sequence[Contribution]) -> MergedCopies:
    return merge(rows, n_alleles=len(LETTERS) - 2, ref=REF, deleted=DEL)


def stack(people: Sequence[Sequence[Telling]], *, phased: bool = False) -> list[Contribution]:
    """Return the rows of several people, each told by the same kinds of records."""
    rows = []
    for tellings in zip(*people, strict=True):
        shown = [(*telling.shown, NO_COPY)[:2] for telling in tellings]
        rows.append(
            Contribution(
                copies=np.array(shown, np.int8).reshape(-1, 2),
                listed=tellings[0].listed,
                ruled_out=tellings[0].listed,
                is_evidence=tellings[0].is_evidence,
                phased=np.full(len(shown), phased),
            )
        )
    return rows


def words(result: MergedCopies) -> list[str]:
    """Return the genotype of each sample as text, or ``conflict``."""
    found = []
    for copies, phased, conflict in zip(
        result.copies.tolist(), result.phased.tolist(), result.conflict.tolist(), strict=True
    ):
        letters = [LETTERS[number] for number in copies if number != NO_COPY]
        found.append("conflict" if conflict else ("|" if phased else "/").join(letters))
    return found


def told(*rows: str) -> str:
    """Return what rows such as ``"C,* 0/1"`` are joined to; ``span`` before ALT spans the locus.

    Genotypes are in the allele numbers of the row, as in a file.
    """
    made = []
    for text in rows:
        *span, alts, genotype = text.split()
        numbers = ["A", *alts.split(",")]
        letters = [
            value if value == "." else numbers[int(value)]
            for value in genotype.replace("|", "/").split("/")
        ]
        shown = (*(NUMBERS[letter] for letter in letters), NO_COPY)[:2]
        made.append(
            Contribution(
                copies=np.array([shown], np.int8),
                listed=frozenset(NUMBERS[alt] for alt in alts.split(",")),
                ruled_out=frozenset(NUMBERS[alt] for alt in alts.split(",")),
                is_evidence=not span,
                phased=np.array(["|" in genotype]),
            )
        )
    answers = {words(joined(order))[0] for order in permutations(made)}
    assert len(answers) == 1, "the order of the rows matters"
    return answers.pop()


def test_count() -> None:
    copies = np.array([[0, 0], [0, 1], [1, 0], [1, MISSING], [1, NO_COPY]], np.int8)

    assert [2, 1, 1, 0, 0] == count_copies(copies, 0).tolist()
    assert [0, 0, 0, 1, 0] == count_copies(copies, MISSING).tolist()


def test_row_tells_who_is_called_and_what_is_missing() -> None:
    shown = [(0, 0), (0, MISSING), (MISSING, MISSING), (1, NO_COPY), (MISSING, NO_COPY)]
    alternates = frozenset({C})
    row = Contribution(
        np.array(shown, np.int8),
        listed=alternates,
        ruled_out=alternates,
        is_evidence=True,
        phased=np.zeros(5, bool),
    )

    assert [True, True, False, True, False] == row.called.tolist()


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("C 0/0", "A/A"),
        ("C 0/1", "A/C"),
        ("C 1/0", "A/C"),
        ("C 1/1", "C/C"),
        ("C,T 2/1", "C/T"),
        ("C 0|1", "A|C"),
        ("C 1|0", "C|A"),
        ("C 0|0", "A|A"),
        ("C ./.", "./."),
        ("C .|.", ".|."),
        ("C ./1", "C/."),
        ("C 1/.", "C/."),
        ("C ./0", "A/."),
        ("C .|1", ".|C"),
        ("C 1|.", "C|."),
        ("C 0", "A"),
        ("C 1", "C"),
        ("C .", "."),
        ("C,* 2/0", "A/*"),
        ("C,* 2/1", "C/*"),
        ("C,* 2|1", "*|C"),
        ("C,* 2/2", "*/*"),
        ("C,* ./2", "*/."),
    ],
)
def test_one_row(row: str, expected: str) -> None:
    assert expected == told(row)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param(["C 0/0", "T 0/0"], "A/A", id="0 for the other: A/A"),
        pytest.param(["C 0/1", "T 0/0"], "A/C", id="0 for the other: A/C"),
        pytest.param(["C 0/1", "T 1/0"], "C/T", id="0 for the other: C/T"),
        pytest.param(["C 0/1", "T 0/1"], "C/T", id="0 for the other, slots not kept: C/T"),
        pytest.param(["C 1/1", "T 0/0"], "C/C", id="0 for the other: C/C"),
        pytest.param(["C 0/.", "T 0/1"], "A/T", id=". for the other: A/T"),
        pytest.param(["C ./1", "T 1/."], "C/T", id=". for the other: C/T"),
        pytest.param(["C ./.", "T 1/1"], "T/T", id=". for the other: T/T"),
        pytest.param(["C,* 2/1", "T,* 1/2"], "C/T", id="* for the other: C/T"),
        pytest.param(["C,* 2/2", "T,* 1/1"], "T/T", id="* for the other: T/T"),
        pytest.param(["C,* 0|2", "T,* 0|1"], "A|T", id="* for the other: A|T"),
        pytest.param(["C 0|1", "T 1|0"], "T|C", id="phased: T|C"),
        pytest.param(["C .|1", "T 1|."], "T|C", id="phased, . for the other: T|C"),
        pytest.param(["C 0|1", "T 0/1"], "C/T", id="one phased, one not"),
        pytest.param(["C 0|1", "T 0/0"], "A|C", id="a homozygote needs no phase"),
        pytest.param(["C 0|1", "T 1/1"], "conflict", id="three copies"),
        pytest.param(["C 1/1", "T 0/1"], "conflict", id="three copies, unphased"),
        pytest.param(["C 0|1", "T 0|1"], "conflict", id="two alternates on one copy"),
        pytest.param(["C,T 1/2", "C 0/1", "T 1/0"], "C/T", id="joined and split"),
        pytest.param(["C,T 0/2", "C 0/0"], "A/T", id="joined and half of it split"),
        pytest.param(["C,T 0/2", "C 0/1"], "conflict", id="joined, and split differently"),
    ],
)
def test_split_rows(rows: list[str], expected: str) -> None:
    assert expected == told(*rows)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param(["C 0/1", "C 0/1"], "A/C", id="equal"),
        pytest.param(["C 0/1", "C 1/0"], "A/C", id="other order"),
        pytest.param(["C 0|1", "C 0|1"], "A|C", id="equal and phased"),
        pytest.param(["C 0|1", "C 0/1"], "A/C", id="one of them phased"),
        pytest.param(["C 1", "C 1"], "C", id="haploid"),
        pytest.param(["C 0/0", "C 0/1"], "conflict", id="hom and het"),
        pytest.param(["C 0/1", "C 1/1"], "conflict", id="het and hom"),
        pytest.param(["C 0/0", "C 1/1"], "conflict", id="hom and hom"),
        pytest.param(["C 0|0", "C 0|1"], "conflict", id="phased"),
        pytest.param(["C,T 0/1", "C,T 0/2"], "conflict", id="two alternates"),
        pytest.param(["C,T 0/0", "C,T 1/2"], "conflict", id="reference and both"),
        pytest.param(["C 0", "C 1"], "conflict", id="haploid, another base"),
        pytest.param(["C 0/0", "C ./."], "A/A", id="one not called, reference"),
        pytest.param(["C 0/1", "C ./."], "A/C", id="one not called, het"),
        pytest.param(["C 0/1", "C ./1"], "A/C", id="one half called"),
        pytest.param(["C 1/1", "C ./1"], "C/C", id="hom and half of it"),
        pytest.param(["C 0/0", "C ./1"], "conflict", id="hom and half of another"),
        pytest.param(["C ./1", "C ./1"], "C/.", id="both half called"),
        pytest.param(["C 0/.", "C 0/."], "A/.", id="both half called, reference"),
        pytest.param(["C ./.", "C ./."], "./.", id="neither called"),
    ],
)
def test_duplicate_rows(rows: list[str], expected: str) -> None:
    assert expected == told(*rows)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param(["C 0/0", "T ./."], "./.", id="reference, T not called"),
        pytest.param(["C 0/1", "T ./."], "C/.", id="A/C, T not called"),
        pytest.param(["C 1/1", "T ./."], "C/C", id="C/C leaves no room"),
        pytest.param(["C 0/0", "T ./1"], "T/.", id="half of T"),
        pytest.param(["C 0/0", "T 0/."], "A/.", id="the other half of T"),
        pytest.param(["C ./.", "T ./."], "./.", id="neither called"),
        pytest.param(["C ./1", "T 0/0"], "C/.", id="half of C"),
        pytest.param(["C ./1", "T 0/1"], "C/T", id="half of C, T says the rest"),
        pytest.param(["C 0|.", "T 0|0"], "A|.", id="phased half"),
        pytest.param(["C .|0", "T 0|1"], ".|T", id="phased half beside the other"),
        pytest.param(["C 0|1", "T .|."], ".|C", id="phased, T not called"),
        pytest.param(["C .|.", "T .|."], ".|.", id="phased, neither called"),
        pytest.param(["C 0|.", "T .|0"], ".|.", id="phased, each half not called once"),
        pytest.param(["C 0", "T ."], ".", id="haploid, T not called"),
        pytest.param(["C .", "T 1"], "T", id="haploid T, C not called"),
    ],
)
def test_missing_copies_stay_missing(rows: list[str], expected: str) -> None:
    """A copy is reference only where every row that lists alternates was called."""
    assert expected == told(*rows)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param(["span * 0/0"], "./.", id="nothing deleted says nothing"),
        pytest.param(["span * ./."], "./.", id="not called says nothing"),
        pytest.param(["span * 0/1"], "*/.", id="deletes one, the other is not known"),
        pytest.param(["span * 1/1"], "*/*", id="deletes both"),
        pytest.param(["span * 0|1"], ".|*", id="phased"),
        pytest.param(["span * 1"], "*", id="haploid"),
        pytest.param(["span * 0"], ".", id="haploid, nothing deleted"),
        pytest.param(["span * 0/0", "C 0/1"], "A/C", id="nothing deleted"),
        pytest.param(["span * ./.", "C 0/1"], "A/C", id="deletion not called"),
        pytest.param(["span * 0/1", "C 0/0"], "A/*", id="hemizygous reference"),
        pytest.param(["span * 0/1", "C 0/1"], "C/*", id="hemizygous alternate"),
        pytest.param(["span * 0/1", "C 1/1"], "C/*", id="hemizygous, written as homozygous"),
        pytest.param(["span * 1/1", "C 0/0"], "*/*", id="both deleted"),
        pytest.param(["span * 1/1", "C 0/1"], "conflict", id="both deleted, but one is seen"),
        pytest.param(["span * 1/1", "C 1/1"], "conflict", id="both deleted, but both are seen"),
        pytest.param(["span * 0/1", "C,T 1/2"], "conflict", id="one deleted, but two are seen"),
        pytest.param(["span * 0/1", "C ./."], "*/.", id="one deleted, the other not called"),
        pytest.param(["span * 0/1", "C ./1"], "C/*", id="one deleted, the other half called"),
        pytest.param(["span * 0|1", "C 0|0"], "A|*", id="phased reference"),
        pytest.param(["span * 0|1", "C 1|0"], "C|*", id="phased alternate"),
        pytest.param(["span * 0/1", "span * 0/1", "C 0/0"], "A/*", id="told twice"),
        pytest.param(["span * 0/1", "C,* 0/2"], "A/*", id="told by the star as well"),
        pytest.param(["span * 0/1", "C,* 1/2"], "C/*", id="told by the star beside a base"),
    ],
)
def test_spanning_deletion(rows: list[str], expected: str) -> None:
    """A record that spans the locus speaks of the copies that it deletes and of nothing else."""
    assert expected == told(*rows)


@pytest.mark.parametrize(
    ("sets", "expected"),
    [
        pytest.param([[7], [7]], "T|C", id="the same"),
        pytest.param([[7], [8]], "C/T", id="different"),
        pytest.param([[0], [8]], "C/T", id="different, one is 0"),
        pytest.param([[7], [-1]], "T|C", id="one without"),
        pytest.param([[7], None], "T|C", id="one row without"),
        pytest.param([None, None], "T|C", id="none at all"),
        pytest.param([[-1], [-1]], "T|C", id="both without"),
    ],
)
def test_phase_sets(sets: list[list[int] | None], expected: str) -> None:
    """Copies are in order only within one phase set."""
    rows = [
        Contribution(
            copies=np.array([shown], np.int8),
            listed=frozenset({max(shown)}),
            ruled_out=frozenset({max(shown)}),
            is_evidence=True,
            phased=np.array([True]),
            phase_set=None if numbers is None else np.array(numbers, np.int64),
        )
        for shown, numbers in zip([(REF, C), (T, REF)], sets, strict=True)
    ]

    assert [expected] == words(joined(rows))
    assert [expected] == words(joined(rows[::-1]))


def test_phase_sets_of_three_rows() -> None:
    """A row without a phase set between two that differ does not bridge them."""
    rows = [
        Contribution(
            copies=np.array([(REF, C)], np.int8),
            listed=frozenset({C}),
            ruled_out=frozenset({C}),
            is_evidence=True,
            phased=np.array([True]),
            phase_set=np.array([number], np.int64),
        )
        for number in (7, -1, 8)
    ]

    answers = {words(joined(order))[0] for order in permutations(rows)}

    assert {"A/C"} == answers


# An oracle in plain Python: all pairs of copies that a person could have are tried against the
# rows, and what all possible pairs share is what is known.


def may_be(written: int, true: int, row: Telling, rows: Sequence[Telling]) -> bool:
    """Say whether a copy written in a row may truly be an allele."""
    if written in {MISSING, true}:
        return True
    deleted_elsewhere = any(DEL in other.listed for other in rows if other is not row)
    if written == REF:
        if true == DEL:
            return deleted_elsewhere and (DEL not in row.listed or not row.is_evidence)
        return true not in row.listed if row.is_evidence else True
    return written == DEL and row.is_evidence and true != REF and true not in row.listed


def allows(row: Telling, pair: Sequence[int], rows: Sequence[Telling]) -> bool:
    """Say whether a row allows a pair in this order."""
    if all(may_be(w, t, row, rows) for w, t in zip(row.shown, pair, strict=True)):
        return True
    one_left = row.is_evidence and len(pair) == 2 and len({*row.shown}) == 1
    spanned = any(DEL in other.shown for other in rows if not other.is_evidence)
    if not (one_left and spanned and MISSING not in row.shown and pair.count(DEL) > 0):
        return False
    left = pair[0] if pair[1] == DEL else pair[1]
    return may_be(row.shown[0], left, row, rows)


def oracle(tellings: Sequence[Telling]) -> str:
    """Join the unphased rows of one person by the rules of the module, by trying everything."""
    tellings = list(dict.fromkeys(tellings))  # a row that is repeated says nothing more
    ploidy = len(tellings[0].shown)
    evidence = [telling for telling in tellings if telling.is_evidence]
    alleles = {REF}.union(*(telling.listed for telling in evidence)) if evidence else {REF, C, T}
    alleles -= {DEL}
    alleles |= {DEL for telling in tellings if DEL in telling.shown}
    pairs = list(product(sorted(alleles), repeat=ploidy))
    possible = [p for p in pairs if all(allows(row, p, tellings) for row in tellings)]
    if not possible:
        possible = [
            p
            for p in pairs
            if all(allows(row, p, tellings) or allows(row, p[::-1], tellings) for row in tellings)
        ]
    if not possible:
        return "conflict"
    letters = [
        LETTERS[number] * min(pair.count(number) for pair in possible)
        for number in (REF, C, T, DEL)
    ]
    return "/".join("".join(letters).ljust(ploidy, "."))


LISTS = [frozenset({C}), frozenset({T}), frozenset({C, T})]


@st.composite
def unphased_rows(draw: st.DrawFn, ploidy: int) -> list[Telling]:
    """Draw rows of one person: called, not called or half called."""
    rows = []
    for _ in range(draw(st.integers(1, 4))):
        listed = draw(st.sampled_from(LISTS))
        copy = st.sampled_from([MISSING, REF, *sorted(listed)])
        shown = draw(st.tuples(*[copy] * ploidy))
        rows.append(Telling(shown, listed))
    return rows


@st.composite
def spanned_rows(draw: st.DrawFn) -> list[Telling]:
    """Draw rows that list the same alternates, and rows of deletions that span the locus."""
    listed = draw(st.sampled_from(LISTS))
    copy = st.sampled_from([MISSING, REF, *sorted(listed)])
    pairs = st.tuples(copy, copy)
    deletions = st.tuples(*[st.sampled_from([MISSING, REF, DEL])] * 2)
    shown = draw(st.lists(pairs, max_size=2))
    spanning = draw(st.lists(deletions, min_size=1, max_size=2))
    return [
        *(Telling(pair, listed) for pair in shown),
        *(Telling(pair, frozenset({DEL}), is_evidence=False) for pair in spanning),
    ]


@settings(deadline=None, max_examples=600)
@given(tellings=st.one_of(unphased_rows(1), unphased_rows(2), spanned_rows()), data=st.data())
def test_agrees_with_trying_everything(tellings: list[Telling], data: st.DataObject) -> None:
    order = data.draw(st.permutations(tellings))

    assert [oracle(tellings)] == words(joined(stack([order])))


def test_agrees_with_trying_everything_on_all_pairs_of_rows() -> None:
    kinds = [
        Telling(shown, listed)
        for listed in LISTS
        for shown in product([MISSING, REF, *sorted(listed)], repeat=2)
    ]
    wrong = [
        pair for pair in product(kinds, kinds) if [oracle(pair)] != words(joined(stack([pair])))
    ]

    assert [] == wrong


any_copy = st.sampled_from([MISSING, REF, C, T, DEL])
any_pair = st.one_of(st.tuples(any_copy, any_copy), any_copy.map(lambda number: (number, NO_COPY)))


@st.composite
def any_rows(draw: st.DrawFn, n_samples: int) -> list[Contribution]:
    """Draw rows of several people, whatever they say."""
    rows = []
    for _ in range(draw(st.integers(1, 4))):
        pairs = draw(st.lists(any_pair, min_size=n_samples, max_size=n_samples))
        flags = draw(st.lists(st.booleans(), min_size=n_samples, max_size=n_samples))
        sets = draw(
            st.none()
            | st.lists(st.sampled_from([-1, 7, 8]), min_size=n_samples, max_size=n_samples)
        )
        seen = {number for pair in pairs for number in pair if number > REF}
        more = draw(st.sets(st.sampled_from([C, T, DEL])))
        rows.append(
            Contribution(
                copies=np.array(pairs, np.int8),
                listed=frozenset(seen | more),
                ruled_out=frozenset(seen | more),
                is_evidence=draw(st.booleans()),
                phased=np.array(flags),
                phase_set=None if sets is None else np.array(sets, np.int64),
            )
        )
    return rows


def one_sample(row: Contribution, number: int) -> Contribution:
    """Return a row with one of its samples."""
    return Contribution(
        copies=row.copies[[number]],
        listed=row.listed,
        ruled_out=row.ruled_out,
        is_evidence=row.is_evidence,
        phased=row.phased[[number]],
        phase_set=None if row.phase_set is None else row.phase_set[[number]],
    )


@settings(deadline=None, max_examples=100)
@given(rows=any_rows(4))
def test_all_samples_at_once_as_one_by_one(rows: list[Contribution]) -> None:
    apart = [words(joined([one_sample(row, number) for row in rows]))[0] for number in range(4)]

    assert apart == words(joined(rows))


@settings(deadline=None, max_examples=100)
@given(rows=any_rows(4), data=st.data())
def test_order_of_rows_does_not_matter(rows: list[Contribution], data: st.DataObject) -> None:
    order = data.draw(st.permutations(rows))

    assert words(joined(rows)) == words(joined(order))


@settings(deadline=None, max_examples=100)
@given(rows=any_rows(4), data=st.data())
def test_repeated_row_does_not_matter(rows: list[Contribution], data: st.DataObject) -> None:
    again = data.draw(st.sampled_from(rows))

    assert words(joined(rows)) == words(joined([*rows, again]))


@settings(deadline=None, max_examples=100)
@given(rows=any_rows(4))
def test_rows_are_left_as_they_were(rows: list[Contribution]) -> None:
    before = [row.copies.copy() for row in rows]
    for row in rows:
        row.copies.flags.writeable = False
    joined(rows)

    assert all(np.array_equal(old, row.copies) for old, row in zip(before, rows, strict=True))


@settings(deadline=None, max_examples=100)
@given(rows=any_rows(4))
def test_unphased_copies_are_in_order(rows: list[Contribution]) -> None:
    """Known copies stand in the order of their numbers, missing ones last."""
    result = joined(rows)
    unphased = result.copies[~result.phased].tolist()
    ranked = [[100 if number < 0 else number for number in pair] for pair in unphased]

    assert [sorted(pair) for pair in ranked] == ranked


@settings(deadline=None, max_examples=300)
@given(data=st.data(), phased=st.booleans())
def test_rows_of_one_truth_never_contradict_it(data: st.DataObject, *, phased: bool) -> None:
    """However much of a person is left open, what is told as known is what the person has.

    Unphased halves with a reference copy are not drawn: in one row they say which copy is
    reference, and in another row that is the other copy.
    """
    truth = data.draw(st.tuples(*[st.sampled_from([REF, C, T])] * 2))
    tellings = []
    for _ in range(data.draw(st.integers(1, 4))):
        listed = data.draw(st.sampled_from(LISTS))
        shown = tuple(copy if copy in listed else REF for copy in truth)
        blank = data.draw(st.tuples(st.booleans(), st.booleans()))
        shown = tuple(
            MISSING if left_open else copy for copy, left_open in zip(shown, blank, strict=True)
        )
        assume(phased or {*shown} != {MISSING, REF})
        tellings.append(Telling(shown, listed))
    assume({C, T} <= frozenset().union(*(telling.listed for telling in tellings)))

    result = joined(stack([tellings], phased=phased))
    known = result.copies[0].tolist()

    assert not result.conflict[0]
    if result.phased[0]:
        assert all(copy in {MISSING, there} for copy, there in zip(known, truth, strict=True))
    else:
        assert Counter(number for number in known if number != MISSING) <= Counter(truth)
