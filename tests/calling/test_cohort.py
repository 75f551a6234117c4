"""Calls of several files merged into one cohort."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from itertools import permutations
from typing import Any

import numpy as np
import pytest
from helpers.fixture_types import MakeVcf
from helpers.synthetic_calls import coded
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from pgx_ana.calling import assert_reference, merge_files
from pgx_ana.errors import InputError
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.model import ABSENT, Call, CallOptions, CohortCalls, SiteCalls, Variant
from pgx_ana.pipeline import Identity, Request
from pgx_ana.pipeline import call as call_files
from pgx_ana.terms import Assembly, CallSource, CallStatus

Part = tuple[SiteCalls, NDArray[np.intp]]

NAN = float("nan")
SAME_PERSON = Identity(same_person=True)


@pytest.fixture(scope="session")
def rs2(toy: KnowledgeBase) -> Variant:
    return next(variant for variant in toy.variants if variant.id == "rs2")


def made(genotype: str, status: CallStatus = CallStatus.CALLED, file: str = "one.vcf") -> Call:
    """Return a call from ``A/C``, ``A|C`` or ``.``; an absent call is always ``ABSENT``."""
    if status is CallStatus.ABSENT:
        return ABSENT
    phased = "|" in genotype
    alleles = tuple(genotype.split("|" if phased else "/"))
    return Call(alleles, phased=phased, status=status, source=CallSource.RECORD, file=file)


def site(variant: Variant, calls: Sequence[Call], **arrays: Sequence[float]) -> SiteCalls:
    """Return the calls of some samples, with the given ``gq``, ``dp`` and ``phase_set``."""
    types = {"gq": np.float32, "dp": np.float32, "phase_set": np.int64}
    typed: dict[str, Any] = {n: np.array(values, types[n]) for n, values in arrays.items()}
    return SiteCalls(variant, coded(calls), **typed)


def part(site_calls: SiteCalls, *members: int) -> Part:
    return site_calls, np.array(members, np.intp)


def calls_of(site_calls: SiteCalls) -> list[Call]:
    """Return the call of every sample."""
    return list(site_calls.calls)


AC = made("A/C")
CC = made("C/C")
NO_CALL = made("./.", CallStatus.NO_CALL)
FILTERED = made("A/C", CallStatus.FILTERED)


def test_one_file_is_returned_unchanged(rs2: Variant) -> None:
    only = site(rs2, [AC, ABSENT], gq=[50, NAN])

    assert only is merge_files(rs2, [part(only, 0, 1)], ["S1", "S2"])


def test_samples_of_two_files_are_in_the_order_of_the_cohort(rs2: Variant) -> None:
    one = site(rs2, [AC, CC])
    two = site(rs2, [NO_CALL, FILTERED])
    merged = merge_files(rs2, [part(one, 2, 0), part(two, 3, 1)], ["S1", "S2", "S3", "S4"])

    assert [CC, FILTERED, AC, NO_CALL] == calls_of(merged)
    assert rs2 is merged.variant
    assert np.dtype(np.uint8) == merged.calls.codes.dtype


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        pytest.param(AC, ABSENT, AC, id="only the first has a record"),
        pytest.param(ABSENT, AC, AC, id="only the second has a record"),
        pytest.param(ABSENT, ABSENT, ABSENT, id="neither has a record"),
        pytest.param(NO_CALL, ABSENT, NO_CALL, id="no call in the first"),
        pytest.param(ABSENT, FILTERED, FILTERED, id="filtered in the second"),
        pytest.param(AC, AC, AC, id="the same"),
        pytest.param(AC, made("A/C", file="two.vcf"), AC, id="the same in another file"),
        pytest.param(
            made("A/C", file="two.vcf"),
            made("C|A"),
            made("A/C", file="two.vcf"),
            id="the same except for the phase",
        ),
        pytest.param(
            dataclasses.replace(AC, reason="why", filter="PASS"),
            dataclasses.replace(AC, filter="."),
            dataclasses.replace(AC, reason="why", filter="PASS"),
            id="the same except for the filter",
        ),
        pytest.param(
            NO_CALL, dataclasses.replace(NO_CALL, file="two.vcf"), NO_CALL, id="no call in both"
        ),
    ],
)
def test_one_sample_in_two_files(first: Call, second: Call, expected: Call, rs2: Variant) -> None:
    """Files complement one another; if both have a call, that of the first file is kept."""
    parts = [part(site(rs2, [first]), 0), part(site(rs2, [second]), 0)]
    merged = merge_files(rs2, parts, ["S1"])

    assert [expected] == calls_of(merged)
    assert (expected,) == merged.calls.values


DISAGREEMENTS = {
    "different base": (AC, made("A/T", file="two.vcf"), "A/C (called)", "A/T (called)"),
    "different allele count": (AC, made("C/C", file="two.vcf"), "A/C (called)", "C/C (called)"),
    "different base, phased": (
        made("A|C"),
        made("T|A", file="two.vcf"),
        "A|C (called)",
        "T|A (called)",
    ),
    "reference and no call": (
        made("A/A"),
        made("./.", CallStatus.NO_CALL, "two.vcf"),
        "A/A (called)",
        "./. (no_call)",
    ),
    "called and filtered": (
        AC,
        made("A/C", CallStatus.FILTERED, "two.vcf"),
        "A/C (called)",
        "A/C (filtered)",
    ),
    "partial and complete": (
        made("C/.", CallStatus.PARTIAL),
        made("A/C", file="two.vcf"),
        "C/. (partial)",
        "A/C (called)",
    ),
    "haploid and diploid": (
        made("C", CallStatus.PARTIAL),
        made("C/C", file="two.vcf"),
        "C (partial)",
        "C/C (called)",
    ),
}


@pytest.mark.parametrize(
    ("first", "second", "first_text", "second_text"),
    DISAGREEMENTS.values(),
    ids=DISAGREEMENTS.keys(),
)
def test_disagreement_is_rejected(
    first: Call, second: Call, first_text: str, second_text: str, rs2: Variant
) -> None:
    """If two files disagree about a sample, neither is preferred, in either order."""
    one = part(site(rs2, [CC, first]), 1, 2)
    two = part(site(rs2, [second, CC]), 2, 0)
    names = ["S1", "S2", "S3"]

    with pytest.raises(InputError) as error:
        merge_files(rs2, [one, two], names)
    with pytest.raises(InputError) as error_reversed:
        merge_files(rs2, [two, one], names)

    text = "sample 'S3' is in two files that disagree on rs2: {} in {}, {} in {}; leave one of the "
    text += "files out"
    assert text.format(first_text, "one.vcf", second_text, "two.vcf") == str(error.value)
    assert text.format(second_text, "two.vcf", first_text, "one.vcf") == str(error_reversed.value)


def test_disagreement_of_the_first_and_third_file(rs2: Variant) -> None:
    absent = part(site(rs2, [ABSENT]), 0)
    one = part(site(rs2, [AC]), 0)
    three = part(site(rs2, [made("A/A", file="three.vcf")]), 0)

    for parts in permutations([one, absent, three]):
        with pytest.raises(InputError, match="'S1' is in two files that disagree on rs2"):
            merge_files(rs2, parts, ["S1"])


def test_quality_depth_and_phase_set_come_with_the_call(rs2: Variant) -> None:
    one = site(rs2, [made("A|C"), ABSENT, CC], gq=[50, 1, NAN], phase_set=[7, -1, -1])
    two = site(rs2, [made("A|C"), AC], gq=[40, 30], dp=[20, 10], phase_set=[8, 9])
    names = ["S1", "S2", "S3", "S4"]
    no_record = site(rs2, [ABSENT])
    merged = merge_files(rs2, [part(one, 0, 1, 2), part(two, 0, 1), part(no_record, 3)], names)

    assert [made("A|C"), AC, CC, ABSENT] == calls_of(merged)
    np.testing.assert_array_equal(np.array([50, 30, NAN, NAN], np.float32), merged.gq)
    np.testing.assert_array_equal(np.array([NAN, 10, NAN, NAN], np.float32), merged.dp)
    np.testing.assert_array_equal([7, 9, -1, -1], merged.phase_set)


def test_no_quality_where_no_file_has_one(rs2: Variant) -> None:
    parts = [part(site(rs2, [AC]), 0), part(site(rs2, [CC]), 1)]
    merged = merge_files(rs2, parts, ["S1", "S2"])

    assert (None, None, None) == (merged.gq, merged.dp, merged.phase_set)


def test_sample_without_a_record_in_any_file_is_absent(rs2: Variant) -> None:
    parts = [part(site(rs2, [AC]), 0), part(site(rs2, [ABSENT]), 1)]

    assert [AC, ABSENT] == calls_of(merge_files(rs2, parts, ["S1", "S2"]))


def test_inputs_are_not_modified(rs2: Variant) -> None:
    one = site(rs2, [ABSENT, CC], gq=[NAN, 50])
    two = site(rs2, [AC], gq=[40])
    merge_files(rs2, [part(one, 0, 1), part(two, 0)], ["S1", "S2"])

    assert [ABSENT, CC] == calls_of(one)
    np.testing.assert_array_equal(np.array([NAN, 50], np.float32), one.gq)
    np.testing.assert_array_equal(np.array([40], np.float32), two.gq)


any_call = st.sampled_from(
    [ABSENT, AC, CC, made("A|C"), NO_CALL, FILTERED, made("C/.", CallStatus.PARTIAL)]
)


@settings(deadline=None, max_examples=200)
@given(data=st.data(), known=st.lists(any_call, min_size=1, max_size=6))
def test_samples_spread_over_files_are_called_as_in_one(
    data: st.DataObject, known: list[Call], rs2: Variant
) -> None:
    """Each sample is in any of three files, in any order, and absent or not listed in the others.

    A fourth file has all samples, so that a call may be in several files.
    """
    names = [f"S{number}" for number in range(len(known))]
    parts = []
    for _ in range(3):
        members = data.draw(st.lists(st.sampled_from(range(len(known))), unique=True))
        reported = [known[member] if data.draw(st.booleans()) else ABSENT for member in members]
        if members:
            gq = [
                NAN if one is ABSENT else float(member)
                for member, one in zip(members, reported, strict=True)
            ]
            parts.append(part(site(rs2, reported, gq=gq), *members))
    parts.append(part(site(rs2, known, gq=range(len(known))), *range(len(known))))
    expected = [NAN if one is ABSENT else number for number, one in enumerate(known)]
    if len(parts) == 1:
        expected = list(range(len(known)))

    for order in (parts, parts[::-1]):
        merged = merge_files(rs2, order, names)

        assert known == calls_of(merged)
        np.testing.assert_array_equal(np.array(expected, np.float32), merged.gq)
        assert len(set(merged.calls.values)) == len(merged.calls.values)
        assert set(merged.calls.values) == set(known)


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
    """An absent call becomes the reference of the assembly, marked as asserted."""
    variant = next(variant for variant in toy.variants if variant.id == name)
    expected = Call(
        alleles,
        phased=False,
        status=CallStatus.CALLED,
        source=CallSource.ASSERTED,
        reason="absent, asserted to be reference",
    )

    assert [expected, CC, expected] == calls_of(
        assert_reference(site(variant, [ABSENT, CC, ABSENT]), assembly)
    )


@pytest.mark.parametrize("status", [status for status in CallStatus if status != "absent"])
def test_only_absent_calls_are_asserted(status: CallStatus, rs2: Variant) -> None:
    """A call with another status is kept, whatever the user asserts."""
    before = [made("./.", status)]

    assert before == calls_of(assert_reference(site(rs2, before), Assembly.GRCH38))


def test_asserted_reference_keeps_the_rest(rs2: Variant) -> None:
    before = site(rs2, [ABSENT, AC], gq=[NAN, 50], dp=[NAN, 20], phase_set=[-1, 7])
    after = assert_reference(before, Assembly.GRCH38)

    assert [ABSENT, AC] == calls_of(before)
    assert before.calls.codes is after.calls.codes
    assert (before.gq, before.dp, before.phase_set) == (after.gq, after.dp, after.phase_set)


# Whole files.


def genotypes(cohort: CohortCalls) -> dict[str, dict[str, str]]:
    """Return genotype and status by sample and variant, without absent calls."""
    return {
        sample: {
            site_calls.variant.id: f"{call.genotype} {call.status}"
            for site_calls in cohort.sites
            for call in [calls_of(site_calls)[number]]
            if call is not ABSENT
        }
        for number, sample in enumerate(cohort.samples)
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
    } == genotypes(calls)
    assert [(0, 1), (0, 1), (1,)] == list(calls.sample_files)


def test_two_files_that_agree(make_vcf: MakeVcf, toy: KnowledgeBase) -> None:
    one = make_vcf(["1 200 A C,T 2/1"], name="one.vcf")
    two = make_vcf(["1 200 A C 0/1", "1 200 A T 1/0"], name="two.vcf")
    calls = call_files(Request((str(one), str(two)), identity=SAME_PERSON), toy)
    (rs2_call,) = {call for call in calls.sites[1].calls.values if call is not ABSENT}

    assert {"S1": {"rs2": "C/T called"}} == genotypes(calls)
    assert str(one) == rs2_call.file


def test_two_files_that_disagree(make_vcf: MakeVcf, toy: KnowledgeBase) -> None:
    one = make_vcf(["1 200 A C,T 2/1"], name="one.vcf")
    two = make_vcf(["1 200 A C 0/1"], name="two.vcf")

    with pytest.raises(InputError, match=r"'S1' .* disagree on rs2: C/T .*one.vcf, A/C .*two.vcf"):
        call_files(Request((str(one), str(two)), identity=SAME_PERSON), toy)


def test_reference_is_asserted_after_the_files_are_merged(
    make_vcf: MakeVcf, toy: KnowledgeBase
) -> None:
    """A call in one file takes precedence over its absence in the other."""
    one = make_vcf(["1 100 A C 0/1"], name="one.vcf")
    two = make_vcf(["1 200 A T 1/1", "1 300 T C ./."], name="two.vcf")
    options = CallOptions(absent_is_reference=True)
    request = Request((str(one), str(two)), options=options, identity=SAME_PERSON)

    assert {
        "S1": {
            "rs1": "A/C called",
            "rs2": "T/T called",
            "rs3": "./. no_call",
            "rs4": "G/G called",
            "rs5": "GCA/GCA called",
            "rs6": "G/G called",
        }
    } == genotypes(call_files(request, toy))
