from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
from helpers.synthetic_calls import coded
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from pgx_ana.calling import assert_reference, merge_files
from pgx_ana.errors import InputError
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.model import ABSENT, Call, CallOptions, CohortCalls, SiteCalls, Variant
from pgx_ana.pipeline import Request
from pgx_ana.pipeline import call as call_files
from pgx_ana.terms import Assembly, CallSource, CallStatus

MakeVcf = Callable[..., Path]
Part = tuple[SiteCalls, NDArray[np.intp]]

NAN = float("nan")


@pytest.fixture(scope="session")
def rs2(toy: KnowledgeBase) -> Variant:
    return next(variant for variant in toy.variants if variant.id == "rs2")


def cell(genotype: str, status: CallStatus = CallStatus.CALLED, file: str = "one.vcf") -> Call:
    """Return a cell from ``A/C``, ``A|C`` or ``.``; absent is always the same."""
    if status is CallStatus.ABSENT:
        return ABSENT
    phased = "|" in genotype
    alleles = tuple(genotype.split("|" if phased else "/"))
    return Call(alleles, phased=phased, status=status, source=CallSource.RECORD, file=file)


def site(variant: Variant, people: Sequence[Call], **arrays: Sequence[float]) -> SiteCalls:
    """Return the calls of some people, with ``gq``, ``dp`` and ``phase_set`` where given."""
    types = {"gq": np.float32, "dp": np.float32, "phase_set": np.int64}
    return SiteCalls(
        variant,
        coded(people),
        **{name: np.array(values, types[name]) for name, values in arrays.items()},
    )


def part(calls: SiteCalls, *members: int) -> Part:
    return calls, np.array(members, np.intp)


def people(calls: SiteCalls) -> list[Call]:
    return list(calls.calls)


AC = cell("A/C")
CC = cell("C/C")
NO_CALL = cell("./.", CallStatus.NO_CALL)
FILTERED = cell("A/C", CallStatus.FILTERED)


def test_one_file_is_left_as_it_is(rs2: Variant) -> None:
    only = site(rs2, [AC, ABSENT], gq=[50, NAN])

    assert only is merge_files(rs2, [part(only, 0, 1)], ["S1", "S2"])


def test_people_of_two_files_in_the_order_of_the_cohort(rs2: Variant) -> None:
    one = site(rs2, [AC, CC])
    two = site(rs2, [NO_CALL, FILTERED])
    joined = merge_files(rs2, [part(one, 2, 0), part(two, 3, 1)], ["S1", "S2", "S3", "S4"])

    assert [CC, FILTERED, AC, NO_CALL] == people(joined)
    assert rs2 is joined.variant
    assert np.dtype(np.int32) == joined.calls.codes.dtype


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        pytest.param(AC, ABSENT, AC, id="only the first has a record"),
        pytest.param(ABSENT, AC, AC, id="only the second has a record"),
        pytest.param(ABSENT, ABSENT, ABSENT, id="neither has a record"),
        pytest.param(NO_CALL, ABSENT, NO_CALL, id="no call in the first"),
        pytest.param(ABSENT, FILTERED, FILTERED, id="filtered in the second"),
        pytest.param(AC, AC, AC, id="the same"),
        pytest.param(AC, cell("A/C", file="two.vcf"), AC, id="the same in another file"),
        pytest.param(
            cell("A/C", file="two.vcf"),
            cell("C|A"),
            cell("A/C", file="two.vcf"),
            id="the same but for the phase",
        ),
        pytest.param(
            dataclasses.replace(AC, reason="why", filter="PASS"),
            dataclasses.replace(AC, filter="."),
            dataclasses.replace(AC, reason="why", filter="PASS"),
            id="the same but for the filter",
        ),
        pytest.param(
            NO_CALL, dataclasses.replace(NO_CALL, file="two.vcf"), NO_CALL, id="no call in both"
        ),
    ],
)
def test_one_person_in_two_files(first: Call, second: Call, expected: Call, rs2: Variant) -> None:
    """Files complement one another; where both have a call, that of the first file is kept."""
    parts = [part(site(rs2, [first]), 0), part(site(rs2, [second]), 0)]
    joined = merge_files(rs2, parts, ["S1"])

    assert [expected] == people(joined)
    assert (expected,) == joined.calls.values


DISAGREEMENTS = {
    "another base": (AC, cell("A/T", file="two.vcf"), "A/C (called)", "A/T (called)"),
    "another count": (AC, cell("C/C", file="two.vcf"), "A/C (called)", "C/C (called)"),
    "another base, phased": (
        cell("A|C"),
        cell("T|A", file="two.vcf"),
        "A|C (called)",
        "T|A (called)",
    ),
    "reference and not called": (
        cell("A/A"),
        cell("./.", CallStatus.NO_CALL, "two.vcf"),
        "A/A (called)",
        "./. (no_call)",
    ),
    "called and filtered": (
        AC,
        cell("A/C", CallStatus.FILTERED, "two.vcf"),
        "A/C (called)",
        "A/C (filtered)",
    ),
    "half and whole": (
        cell("C/.", CallStatus.PARTIAL),
        cell("A/C", file="two.vcf"),
        "C/. (partial)",
        "A/C (called)",
    ),
    "haploid and diploid": (
        cell("C", CallStatus.PARTIAL),
        cell("C/C", file="two.vcf"),
        "C (partial)",
        "C/C (called)",
    ),
}


@pytest.mark.parametrize(
    ("first", "second", "said", "other"), DISAGREEMENTS.values(), ids=DISAGREEMENTS.keys()
)
def test_disagreement_is_refused(
    first: Call, second: Call, said: str, other: str, rs2: Variant
) -> None:
    """Two files that differ on one person are never chosen between, in either order."""
    one = part(site(rs2, [CC, first]), 1, 2)
    two = part(site(rs2, [second, CC]), 2, 0)
    names = ["S1", "S2", "S3"]

    with pytest.raises(InputError) as caught:
        merge_files(rs2, [one, two], names)
    with pytest.raises(InputError) as the_other_way:
        merge_files(rs2, [two, one], names)

    text = "sample 'S3' is in two files that disagree on rs2: {} in {}, {} in {}; leave one of the "
    text += "files out"
    assert text.format(said, "one.vcf", other, "two.vcf") == str(caught.value)
    assert text.format(other, "two.vcf", said, "one.vcf") == str(the_other_way.value)


def test_disagreement_of_the_first_and_third_file(rs2: Variant) -> None:
    absent = part(site(rs2, [ABSENT]), 0)
    one = part(site(rs2, [AC]), 0)
    other = part(site(rs2, [cell("A/A", file="three.vcf")]), 0)

    for parts in permutations([one, absent, other]):
        with pytest.raises(InputError, match="'S1' is in two files that disagree on rs2"):
            merge_files(rs2, parts, ["S1"])


def test_quality_depth_and_phase_set_come_with_the_call(rs2: Variant) -> None:
    one = site(rs2, [cell("A|C"), ABSENT, CC], gq=[50, 1, NAN], phase_set=[7, -1, -1])
    two = site(rs2, [cell("A|C"), AC], gq=[40, 30], dp=[20, 10], phase_set=[8, 9])
    names = ["S1", "S2", "S3", "S4"]
    nobody = site(rs2, [ABSENT])
    joined = merge_files(rs2, [part(one, 0, 1, 2), part(two, 0, 1), part(nobody, 3)], names)

    assert [cell("A|C"), AC, CC, ABSENT] == people(joined)
    np.testing.assert_array_equal(np.array([50, 30, NAN, NAN], np.float32), joined.gq)
    np.testing.assert_array_equal(np.array([NAN, 10, NAN, NAN], np.float32), joined.dp)
    np.testing.assert_array_equal([7, 9, -1, -1], joined.phase_set)


def test_no_quality_where_no_file_has_one(rs2: Variant) -> None:
    parts = [part(site(rs2, [AC]), 0), part(site(rs2, [CC]), 1)]
    joined = merge_files(rs2, parts, ["S1", "S2"])

    assert (None, None, None) == (joined.gq, joined.dp, joined.phase_set)


def test_person_who_is_in_no_file_with_a_record_is_absent(rs2: Variant) -> None:
    parts = [part(site(rs2, [AC]), 0), part(site(rs2, [ABSENT]), 1)]

    assert [AC, ABSENT] == people(merge_files(rs2, parts, ["S1", "S2"]))


def test_parts_are_left_as_they_were(rs2: Variant) -> None:
    one = site(rs2, [ABSENT, CC], gq=[NAN, 50])
    two = site(rs2, [AC], gq=[40])
    merge_files(rs2, [part(one, 0, 1), part(two, 0)], ["S1", "S2"])

    assert [ABSENT, CC] == people(one)
    np.testing.assert_array_equal(np.array([NAN, 50], np.float32), one.gq)
    np.testing.assert_array_equal(np.array([40], np.float32), two.gq)


some_cells = st.sampled_from(
    [ABSENT, AC, CC, cell("A|C"), NO_CALL, FILTERED, cell("C/.", CallStatus.PARTIAL)]
)


@settings(deadline=None, max_examples=200)
@given(data=st.data(), known=st.lists(some_cells, min_size=1, max_size=6))
def test_people_spread_over_files_are_as_in_one(
    data: st.DataObject, known: list[Call], rs2: Variant
) -> None:
    """Each person in any of three files, in any order there, absent in the others or not in them.

    A call may also stand in several files.
    """
    names = [f"S{number}" for number in range(len(known))]
    parts = []
    seen: set[int] = set()
    for _ in range(3):
        members = data.draw(st.lists(st.sampled_from(range(len(known))), unique=True))
        told = [known[member] if data.draw(st.booleans()) else ABSENT for member in members]
        seen |= {member for member, one in zip(members, told, strict=True) if one is not ABSENT}
        if members:
            gq = [
                NAN if one is ABSENT else float(member)
                for member, one in zip(members, told, strict=True)
            ]
            parts.append(part(site(rs2, told, gq=gq), *members))
    parts.append(part(site(rs2, known, gq=range(len(known))), *range(len(known))))
    expected = [NAN if one is ABSENT else number for number, one in enumerate(known)]
    if len(parts) == 1:
        expected = list(range(len(known)))

    for order in (parts, parts[::-1]):
        joined = merge_files(rs2, order, names)

        assert known == people(joined)
        np.testing.assert_array_equal(np.array(expected, np.float32), joined.gq)
        assert len(set(joined.calls.values)) == len(joined.calls.values)
        assert set(joined.calls.values) == set(known)


@pytest.mark.parametrize(
    ("assembly", "name", "alleles"),
    [
        (Assembly.GRCH38, "rs2", ("A", "A")),
        (Assembly.GRCH38, "rs3", ("T", "T")),
        (Assembly.GRCH37, "rs3", ("C", "C")),
        (Assembly.GRCH38, "rs5", ("GCA", "GCA")),
    ],
)
def test_asserted_reference(
    assembly: Assembly, name: str, alleles: tuple[str, str], toy: KnowledgeBase
) -> None:
    """An absent site becomes the reference of the assembly, and says that this was asserted."""
    variant = next(variant for variant in toy.variants if variant.id == name)
    expected = Call(
        alleles,
        phased=False,
        status=CallStatus.CALLED,
        source=CallSource.ASSERTED,
        reason="absent, asserted to be reference",
    )

    assert [expected, CC, expected] == people(
        assert_reference(site(variant, [ABSENT, CC, ABSENT]), assembly)
    )


@pytest.mark.parametrize("status", [status for status in CallStatus if status != "absent"])
def test_nothing_but_absence_is_asserted(status: CallStatus, rs2: Variant) -> None:
    """What was looked at and not called stays so, whatever the user asserts."""
    before = [cell("./.", status)]

    assert before == people(assert_reference(site(rs2, before), Assembly.GRCH38))


def test_asserted_reference_keeps_the_rest(rs2: Variant) -> None:
    before = site(rs2, [ABSENT, AC], gq=[NAN, 50], dp=[NAN, 20], phase_set=[-1, 7])
    after = assert_reference(before, Assembly.GRCH38)

    assert [ABSENT, AC] == people(before)
    assert before.calls.codes is after.calls.codes
    assert (before.gq, before.dp, before.phase_set) == (after.gq, after.dp, after.phase_set)


# Whole files.


def told(calls: CohortCalls) -> dict[str, dict[str, str]]:
    """Return genotype and status by sample and variant; absent ones are left out."""
    return {
        sample: {
            calls_of.variant.id: f"{one.genotype} {one.status}"
            for calls_of in calls.sites
            for one in [people(calls_of)[number]]
            if one is not ABSENT
        }
        for number, sample in enumerate(calls.samples)
    }


def test_two_files_complement_one_another(make_vcf: MakeVcf, toy: KnowledgeBase) -> None:
    one = make_vcf(
        ["1 100 A C 0/1 1/1", "1 200 A C 0/0 0/1", "1 200 A T 0/1 0/1"],
        samples=("S1", "S2"),
        name="one.vcf",
    )
    two = make_vcf(
        ["1 300 T C 0|1 1/1 ./.", "1 501 GCA G 0/1 0/0 0/1"],
        samples=("S3", "S2", "S1"),
        name="two.vcf",
    )
    calls = call_files(Request((str(one), str(two))), toy)

    assert {
        "S1": {
            "rs1": "A/C called",
            "rs2": "A/T called",
            "rs3": "./. no_call",
            "rs5": "GCA/G called",
        },
        "S2": {
            "rs1": "C/C called",
            "rs2": "C/T called",
            "rs3": "C/C called",
            "rs5": "GCA/GCA called",
        },
        "S3": {"rs3": "T|C called", "rs5": "GCA/G called"},
    } == told(calls)
    assert [(0, 1), (0, 1), (1,)] == list(calls.sample_files)


def test_two_files_that_agree(make_vcf: MakeVcf, toy: KnowledgeBase) -> None:
    one = make_vcf(["1 200 A C,T 2/1"], name="one.vcf")
    two = make_vcf(["1 200 A C 0/1", "1 200 A T 1/0"], name="two.vcf")
    calls = call_files(Request((str(one), str(two))), toy)
    (rs2_cell,) = {found for found in calls.sites[1].calls.values if found is not ABSENT}

    assert {"S1": {"rs2": "C/T called"}} == told(calls)
    assert str(one) == rs2_cell.file


def test_two_files_that_disagree(make_vcf: MakeVcf, toy: KnowledgeBase) -> None:
    one = make_vcf(["1 200 A C,T 2/1"], name="one.vcf")
    two = make_vcf(["1 200 A C 0/1"], name="two.vcf")

    with pytest.raises(InputError, match=r"'S1' .* disagree on rs2: C/T .*one.vcf, A/C .*two.vcf"):
        call_files(Request((str(one), str(two))), toy)


def test_absence_is_asserted_after_the_files_are_joined(
    make_vcf: MakeVcf, toy: KnowledgeBase
) -> None:
    """A call in one file is not overruled by its absence in the other."""
    one = make_vcf(["1 100 A C 0/1"], name="one.vcf")
    two = make_vcf(["1 200 A T 1/1", "1 300 T C ./."], name="two.vcf")
    request = Request((str(one), str(two)), options=CallOptions(absent_is_reference=True))

    assert {
        "S1": {
            "rs1": "A/C called",
            "rs2": "T/T called",
            "rs3": "./. no_call",
            "rs4": "G/G called",
            "rs5": "GCA/GCA called",
            "rs6": "G/G called",
        }
    } == told(call_files(request, toy))
