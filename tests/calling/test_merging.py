"""Merging of records at one locus, compared with an exhaustive search in plain Python."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import permutations, product
from typing import NamedTuple

import numpy as np
import pytest
from helpers.rows_of_one_locus import DUPLICATE_ROWS, INCOMPLETE_ROWS, SPLIT_ROWS
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pgx_ana.calling.merging import Contribution, MergedCopies, count_copies, merge
from pgx_ana.model import MISSING, NO_COPY

# Alleles in these tests: A is reference, C and T are alternates, * is deleted.
REF, C, T, DEL = range(4)
LETTERS = {REF: "A", C: "C", T: "T", DEL: "*", MISSING: ".", NO_COPY: ""}
NUMBERS = {letter: number for number, letter in LETTERS.items()}


class Report(NamedTuple):
    """One record in one sample: the reported copies and the alternates that the record lists."""

    copies: tuple[int, ...]
    listed: frozenset[int]
    is_evidence: bool = True


def merged(rows: Sequence[Contribution]) -> MergedCopies:
    return merge(rows, n_alleles=len(LETTERS) - 2, ref=REF, deleted=DEL)


def stack(people: Sequence[Sequence[Report]], *, phased: bool = False) -> list[Contribution]:
    """Return the contributions of records to several samples; ``people`` has their reports."""
    contributions = []
    for reports in zip(*people, strict=True):
        copies = [(*report.copies, NO_COPY)[:2] for report in reports]
        contributions.append(
            Contribution(
                copies=np.array(copies, np.int8).reshape(-1, 2),
                listed=reports[0].listed,
                ruled_out=reports[0].listed,
                is_evidence=reports[0].is_evidence,
                phased=np.full(len(copies), phased),
            )
        )
    return contributions


def genotypes(result: MergedCopies) -> list[str]:
    """Return the genotype of each sample as text, or ``conflict``."""
    texts = []
    for copies, phased, conflict in zip(
        result.copies.tolist(), result.phased.tolist(), result.conflict.tolist(), strict=True
    ):
        letters = [LETTERS[number] for number in copies if number != NO_COPY]
        texts.append("conflict" if conflict else ("|" if phased else "/").join(letters))
    return texts


def merged_genotype(*rows: str) -> str:
    """Return the genotype that rows such as ``"C,* 0/1"`` are merged into, in any order.

    Genotypes have the allele numbers of the row, as in a file. ``span`` before ALT marks a record
    that only spans the locus.
    """
    contributions = []
    for text in rows:
        *span, alts, genotype = text.split()
        numbers = ["A", *alts.split(",")]
        letters = [
            value if value == "." else numbers[int(value)]
            for value in genotype.replace("|", "/").split("/")
        ]
        copies = (*(NUMBERS[letter] for letter in letters), NO_COPY)[:2]
        contributions.append(
            Contribution(
                copies=np.array([copies], np.int8),
                listed=frozenset(NUMBERS[alt] for alt in alts.split(",")),
                ruled_out=frozenset(NUMBERS[alt] for alt in alts.split(",")),
                is_evidence=not span,
                phased=np.array(["|" in genotype]),
            )
        )
    answers = {genotypes(merged(order))[0] for order in permutations(contributions)}
    assert len(answers) == 1, "the order of the rows matters"
    return answers.pop()


def test_count() -> None:
    copies = np.array([[0, 0], [0, 1], [1, 0], [1, MISSING], [1, NO_COPY]], np.int8)

    assert [2, 1, 1, 0, 0] == count_copies(copies, 0).tolist()
    assert [0, 0, 0, 1, 0] == count_copies(copies, MISSING).tolist()


def test_called_samples_have_a_known_copy() -> None:
    copies = [(0, 0), (0, MISSING), (MISSING, MISSING), (1, NO_COPY), (MISSING, NO_COPY)]
    alternates = frozenset({C})
    row = Contribution(
        np.array(copies, np.int8),
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
    assert expected == merged_genotype(row)


@pytest.mark.parametrize(("rows", "expected"), SPLIT_ROWS.values(), ids=SPLIT_ROWS)
def test_split_rows(rows: list[str], expected: str) -> None:
    assert expected == merged_genotype(*rows)


@pytest.mark.parametrize(("rows", "expected"), DUPLICATE_ROWS.values(), ids=DUPLICATE_ROWS)
def test_duplicate_rows(rows: list[str], expected: str) -> None:
    assert expected == merged_genotype(*rows)


@pytest.mark.parametrize(("rows", "expected"), INCOMPLETE_ROWS.values(), ids=INCOMPLETE_ROWS)
def test_missing_copies_stay_missing(rows: list[str], expected: str) -> None:
    """A copy is reference only if every row that lists alternates is called."""
    assert expected == merged_genotype(*rows)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param(["span * 0/0"], "./.", id="nothing deleted is no evidence"),
        pytest.param(["span * ./."], "./.", id="no-call is no evidence"),
        pytest.param(["span * 0/1"], "*/.", id="one deleted, the other unknown"),
        pytest.param(["span * 1/1"], "*/*", id="both deleted"),
        pytest.param(["span * 0|1"], ".|*", id="phased"),
        pytest.param(["span * 1"], "*", id="haploid"),
        pytest.param(["span * 0"], ".", id="haploid, nothing deleted"),
        pytest.param(["span * 0/0", "C 0/1"], "A/C", id="nothing deleted"),
        pytest.param(["span * ./.", "C 0/1"], "A/C", id="deletion no-call"),
        pytest.param(["span * 0/1", "C 0/0"], "A/*", id="hemizygous reference"),
        pytest.param(["span * 0/1", "C 0/1"], "C/*", id="hemizygous alternate"),
        pytest.param(["span * 0/1", "C 1/1"], "C/*", id="hemizygous, written as homozygous"),
        pytest.param(["span * 1/1", "C 0/0"], "*/*", id="both deleted"),
        pytest.param(["span * 1/1", "C 0/1"], "conflict", id="both deleted, but one is reported"),
        pytest.param(["span * 1/1", "C 1/1"], "conflict", id="both deleted, but both are reported"),
        pytest.param(["span * 0/1", "C,T 1/2"], "conflict", id="one deleted, but two are reported"),
        pytest.param(["span * 0/1", "C ./."], "*/.", id="one deleted, the other no-call"),
        pytest.param(["span * 0/1", "C ./1"], "C/*", id="one deleted, the other partial"),
        pytest.param(["span * 0|1", "C 0|0"], "A|*", id="phased reference"),
        pytest.param(["span * 0|1", "C 1|0"], "C|*", id="phased alternate"),
        pytest.param(["span * 0/1", "span * 0/1", "C 0/0"], "A/*", id="reported twice"),
        pytest.param(["span * 0/1", "C,* 0/2"], "A/*", id="reported by the star as well"),
        pytest.param(["span * 0/1", "C,* 1/2"], "C/*", id="reported by the star next to a base"),
    ],
)
def test_spanning_deletion(rows: list[str], expected: str) -> None:
    """A spanning record is evidence of the copies that it deletes and of nothing else."""
    assert expected == merged_genotype(*rows)


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
    """Copies are in haplotype order only within one phase set."""
    rows = [
        Contribution(
            copies=np.array([copies], np.int8),
            listed=frozenset({max(copies)}),
            ruled_out=frozenset({max(copies)}),
            is_evidence=True,
            phased=np.array([True]),
            phase_set=None if numbers is None else np.array(numbers, np.int64),
        )
        for copies, numbers in zip([(REF, C), (T, REF)], sets, strict=True)
    ]

    assert [expected] == genotypes(merged(rows))
    assert [expected] == genotypes(merged(rows[::-1]))


def test_phase_sets_of_three_rows() -> None:
    """A row without a phase set does not connect two rows with different ones."""
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

    answers = {genotypes(merged(order))[0] for order in permutations(rows)}

    assert {"A/C"} == answers


# The exhaustive search: every pair of alleles that a sample may have is checked against every row;
# what all possible pairs have in common is the genotype.


def may_be(reported: int, true: int, row: Report, rows: Sequence[Report]) -> bool:
    """Return whether a copy reported in a row may truly be an allele."""
    if reported in {MISSING, true}:
        return True
    deleted_elsewhere = any(DEL in other.listed for other in rows if other is not row)
    if reported == REF:
        if true == DEL:
            return deleted_elsewhere and (DEL not in row.listed or not row.is_evidence)
        return true not in row.listed if row.is_evidence else True
    return reported == DEL and row.is_evidence and true != REF and true not in row.listed


def allows(row: Report, pair: Sequence[int], rows: Sequence[Report]) -> bool:
    """Return whether a row allows a pair in this order."""
    if all(may_be(r, t, row, rows) for r, t in zip(row.copies, pair, strict=True)):
        return True
    is_homozygous = row.is_evidence and len(pair) == 2 and len({*row.copies}) == 1
    is_spanned = any(DEL in other.copies for other in rows if not other.is_evidence)
    if not (is_homozygous and is_spanned and MISSING not in row.copies and DEL in pair):
        return False
    remaining = pair[0] if pair[1] == DEL else pair[1]
    return may_be(row.copies[0], remaining, row, rows)


def exhaustive_genotype(reports: Sequence[Report]) -> str:
    """Return the genotype of one sample with unphased rows, by the rules of the module."""
    reports = list(dict.fromkeys(reports))  # a repeated row adds no information
    ploidy = len(reports[0].copies)
    evidence = [report for report in reports if report.is_evidence]
    alleles = {REF}.union(*(report.listed for report in evidence)) if evidence else {REF, C, T}
    alleles -= {DEL}
    alleles |= {DEL for report in reports if DEL in report.copies}
    pairs = list(product(sorted(alleles), repeat=ploidy))
    possible = [p for p in pairs if all(allows(row, p, reports) for row in reports)]
    if not possible:
        possible = [
            p
            for p in pairs
            if all(allows(row, p, reports) or allows(row, p[::-1], reports) for row in reports)
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
def unphased_reports(draw: st.DrawFn, ploidy: int) -> list[Report]:
    """Draw rows of one sample: called, no-call or partial."""
    rows = []
    for _ in range(draw(st.integers(1, 4))):
        listed = draw(st.sampled_from(LISTS))
        copy = st.sampled_from([MISSING, REF, *sorted(listed)])
        rows.append(Report(draw(st.tuples(*[copy] * ploidy)), listed))
    return rows


@st.composite
def spanned_reports(draw: st.DrawFn) -> list[Report]:
    """Draw rows that list the same alternates, and deletions that span the locus."""
    listed = draw(st.sampled_from(LISTS))
    copy = st.sampled_from([MISSING, REF, *sorted(listed)])
    pairs = st.tuples(copy, copy)
    deletions = st.tuples(*[st.sampled_from([MISSING, REF, DEL])] * 2)
    reported = draw(st.lists(pairs, max_size=2))
    spanning = draw(st.lists(deletions, min_size=1, max_size=2))
    return [
        *(Report(pair, listed) for pair in reported),
        *(Report(pair, frozenset({DEL}), is_evidence=False) for pair in spanning),
    ]


@settings(deadline=None, max_examples=600)
@given(
    reports=st.one_of(unphased_reports(1), unphased_reports(2), spanned_reports()), data=st.data()
)
def test_agrees_with_the_exhaustive_search(reports: list[Report], data: st.DataObject) -> None:
    order = data.draw(st.permutations(reports))

    assert [exhaustive_genotype(reports)] == genotypes(merged(stack([order])))


def test_agrees_with_the_exhaustive_search_on_all_pairs_of_rows() -> None:
    kinds = [
        Report(copies, listed)
        for listed in LISTS
        for copies in product([MISSING, REF, *sorted(listed)], repeat=2)
    ]
    wrong = [
        pair
        for pair in product(kinds, kinds)
        if [exhaustive_genotype(pair)] != genotypes(merged(stack([pair])))
    ]

    assert [] == wrong


any_copy = st.sampled_from([MISSING, REF, C, T, DEL])
any_pair = st.one_of(st.tuples(any_copy, any_copy), any_copy.map(lambda number: (number, NO_COPY)))


@st.composite
def any_contributions(draw: st.DrawFn, n_samples: int) -> list[Contribution]:
    """Draw arbitrary contributions to several samples."""
    rows = []
    for _ in range(draw(st.integers(1, 4))):
        pairs = draw(st.lists(any_pair, min_size=n_samples, max_size=n_samples))
        flags = draw(st.lists(st.booleans(), min_size=n_samples, max_size=n_samples))
        sets = draw(
            st.none()
            | st.lists(st.sampled_from([-1, 7, 8]), min_size=n_samples, max_size=n_samples)
        )
        reported = {number for pair in pairs for number in pair if number > REF}
        unreported = draw(st.sets(st.sampled_from([C, T, DEL])))
        rows.append(
            Contribution(
                copies=np.array(pairs, np.int8),
                listed=frozenset(reported | unreported),
                ruled_out=frozenset(reported | unreported),
                is_evidence=draw(st.booleans()),
                phased=np.array(flags),
                phase_set=None if sets is None else np.array(sets, np.int64),
            )
        )
    return rows


def one_sample(row: Contribution, number: int) -> Contribution:
    """Return a contribution restricted to one sample."""
    return Contribution(
        copies=row.copies[[number]],
        listed=row.listed,
        ruled_out=row.ruled_out,
        is_evidence=row.is_evidence,
        phased=row.phased[[number]],
        phase_set=None if row.phase_set is None else row.phase_set[[number]],
    )


@settings(deadline=None, max_examples=100)
@given(rows=any_contributions(4))
def test_samples_are_independent(rows: list[Contribution]) -> None:
    separate = [
        genotypes(merged([one_sample(row, number) for row in rows]))[0] for number in range(4)
    ]

    assert separate == genotypes(merged(rows))


@settings(deadline=None, max_examples=100)
@given(rows=any_contributions(4), data=st.data())
def test_order_of_rows_does_not_matter(rows: list[Contribution], data: st.DataObject) -> None:
    order = data.draw(st.permutations(rows))

    assert genotypes(merged(rows)) == genotypes(merged(order))


@settings(deadline=None, max_examples=100)
@given(rows=any_contributions(4), data=st.data())
def test_duplicate_rows_do_not_matter(rows: list[Contribution], data: st.DataObject) -> None:
    duplicate = data.draw(st.sampled_from(rows))

    assert genotypes(merged(rows)) == genotypes(merged([*rows, duplicate]))


@settings(deadline=None, max_examples=100)
@given(rows=any_contributions(4))
def test_rows_are_not_modified(rows: list[Contribution]) -> None:
    before = [row.copies.copy() for row in rows]
    for row in rows:
        row.copies.flags.writeable = False
    merged(rows)

    assert all(
        np.array_equal(original, row.copies) for original, row in zip(before, rows, strict=True)
    )


@settings(deadline=None, max_examples=100)
@given(rows=any_contributions(4))
def test_unphased_copies_are_sorted(rows: list[Contribution]) -> None:
    """Known copies are sorted by allele number, missing ones last."""
    result = merged(rows)
    unphased = result.copies[~result.phased].tolist()
    ranked = [[100 if number < 0 else number for number in pair] for pair in unphased]

    assert [sorted(pair) for pair in ranked] == ranked


@settings(deadline=None, max_examples=300)
@given(data=st.data(), phased=st.booleans())
def test_rows_written_from_a_genotype_never_contradict_it(
    data: st.DataObject, *, phased: bool
) -> None:
    """However many copies are missing, known copies are those of the true genotype.

    Unphased rows with one missing and one reference copy are not drawn: which copy is reference may
    differ between rows.
    """
    truth = data.draw(st.tuples(*[st.sampled_from([REF, C, T])] * 2))
    reports = []
    for _ in range(data.draw(st.integers(1, 4))):
        listed = data.draw(st.sampled_from(LISTS))
        complete = tuple(copy if copy in listed else REF for copy in truth)
        missing = data.draw(st.tuples(st.booleans(), st.booleans()))
        copies = tuple(
            MISSING if is_missing else copy
            for copy, is_missing in zip(complete, missing, strict=True)
        )
        assume(phased or {*copies} != {MISSING, REF})
        reports.append(Report(copies, listed))
    assume({C, T} <= frozenset().union(*(report.listed for report in reports)))

    result = merged(stack([reports], phased=phased))
    known = result.copies[0].tolist()

    assert not result.conflict[0]
    if result.phased[0]:
        assert all(copy in {MISSING, true} for copy, true in zip(known, truth, strict=True))
    else:
        assert Counter(number for number in known if number != MISSING) <= Counter(truth)
