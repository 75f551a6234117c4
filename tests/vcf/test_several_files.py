"""Samples are selected by name, and joined over the files of a cohort."""

from __future__ import annotations

import pytest
from helpers.containers import (
    Pack,
    bcf_csi,
    bgzf_tbi,
    calls_of,
    rejection,
    table_without_file,
    uncompressed,
    varied_vcf,
)
from helpers.fixture_types import MakeVcf
from helpers.table_text import table_text

from pgx_ana.errors import UsageError
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.model import CohortCalls
from pgx_ana.output import make_table
from pgx_ana.pipeline import Identity, Request, Selection, call, run
from pgx_ana.terms import TableName

SAME_PERSON = Identity(same_person=True)

pytestmark = pytest.mark.usefixtures("index_small_files")


@pytest.mark.parametrize(
    ("samples", "expected"),
    [
        (("S9",), "sample not found in any file: 'S9'; there are 3 samples, such as 'S1'"),
        (
            ("S1", "S8", "S9"),
            "samples not found in any file: 'S8', 'S9'; there are 3 samples, such as 'S1'",
        ),
        (
            tuple(f"T{number}" for number in range(7)),
            (
                "samples not found in any file: 'T0', 'T1', 'T2', 'T3', 'T4' and 2 more; there are "
                "3 samples, such as 'S1'"
            ),
        ),
        (
            ("s1",),
            (
                "sample not found in any file: 's1'; there are 3 samples, such as 'S1'; "
                "did you mean S1?"
            ),
        ),
    ],
    ids=["one", "two-of-three", "many", "case"],
)
def test_unknown_samples(
    toy: KnowledgeBase, make_vcf: MakeVcf, samples: tuple[str, ...], expected: str
) -> None:
    assert expected == rejection(toy, varied_vcf(make_vcf), samples=samples)


@pytest.mark.parametrize("pack", [uncompressed, bgzf_tbi, bcf_csi], ids=lambda pack: pack.__name__)
@pytest.mark.parametrize(
    ("requested", "expected"), [(("S2",), ["S2"]), (("S3", "S1", "S3"), ["S1", "S3"])]
)
def test_selected_samples_keep_their_calls(
    toy: KnowledgeBase,
    make_vcf: MakeVcf,
    pack: Pack,
    requested: tuple[str, ...],
    expected: list[str],
) -> None:
    """They are in the order of the file, each once."""
    path = varied_vcf(make_vcf)
    rows = [row for row in calls_of(toy, path) if row[0] in {"sample", *expected}]
    annotations = run(Request((str(pack(path)),), Selection(samples=requested)), toy)
    text = table_text(make_table(TableName.CALLS, annotations))
    assert rows == table_without_file(text)
    assert expected == list(annotations.calls.samples)


def genotypes(calls: CohortCalls) -> dict[str, list[str]]:
    """Return the genotype of each sample at each variant, or the status where it has none."""
    by_sample: dict[str, list[str]] = {sample: [] for sample in calls.samples}
    for site in calls.sites:
        for sample, cell in zip(calls.samples, site.calls, strict=True):
            by_sample[sample].append(cell.genotype if cell.alleles else cell.status.value)
    return by_sample


def test_files_of_one_cohort_are_joined(toy: KnowledgeBase, make_vcf: MakeVcf) -> None:
    """One file for each chromosome, with the samples in different order."""
    first = make_vcf(["1 100 A C 0/1 1/1"], samples=("A", "B"), name="1.vcf")
    second = make_vcf(["2 50 G T 0/1 1/1"], samples=("B", "A"), name="2.vcf")
    calls = call(Request((str(first), str(second))), toy)
    absent = ["absent"] * 4
    assert {"A": ["A/C", *absent, "T/T"], "B": ["C/C", *absent, "G/T"]} == genotypes(calls)
    assert [(0, 1), (0, 1)] == list(calls.sample_files)


def test_files_with_different_samples_are_combined(toy: KnowledgeBase, make_vcf: MakeVcf) -> None:
    """A sample gets no genotype from a file that does not have it."""
    first = make_vcf(["1 100 A C 0/1", "2 50 G T 0/0"], samples=("A",), name="1.vcf")
    second = make_vcf(["1 200 A T 1/1"], samples=("B",), name="2.vcf")
    calls = call(Request((str(first), str(second))), toy)
    a, b = ["absent"] * 6, ["absent"] * 6
    a[0], a[5], b[1] = "A/C", "G/G", "T/T"
    assert {"A": a, "B": b} == genotypes(calls)
    assert [(0,), (1,)] == list(calls.sample_files)


def test_files_without_selected_samples_are_left_out(toy: KnowledgeBase, make_vcf: MakeVcf) -> None:
    first = make_vcf(["1 100 A C 0/1"], samples=("A",), name="1.vcf")
    second = make_vcf(["1 200 A T 1/1"], samples=("B",), name="2.vcf")
    calls = call(Request((str(first), str(second)), Selection(samples=("B",))), toy)
    assert {"B": ["absent", "T/T", *["absent"] * 4]} == genotypes(calls)
    assert [str(second)] == [file.name for file in calls.files]


@pytest.mark.parametrize("other", ["1/0", "0|1"])
def test_a_sample_in_two_files_that_agree(
    toy: KnowledgeBase, make_vcf: MakeVcf, other: str
) -> None:
    first = make_vcf(["1 100 A C 0/1"], name="1.vcf")
    second = make_vcf([f"1 100 A C {other}", "1 200 A C 0/0"], name="2.vcf")
    calls = call(Request((str(first), str(second)), identity=SAME_PERSON), toy)
    assert {"S1": ["A/C", "A/A", *["absent"] * 4]} == genotypes(calls)


@pytest.mark.parametrize(
    ("other", "shown"),
    [("1/1", "C/C (called)"), ("0/0", "A/A (called)"), ("./.", "./. (no_call)")],
)
def test_a_sample_in_two_files_that_disagree(
    toy: KnowledgeBase, make_vcf: MakeVcf, other: str, shown: str
) -> None:
    first = make_vcf(["1 100 A C 0/1"], name="1.vcf")
    second = make_vcf([f"1 100 A C {other}"], name="2.vcf")
    expected = (
        f"sample 'S1' is in two files that disagree on rs1: A/C (called) in {first}, {shown} in "
        f"{second}; leave one of the files out"
    )
    assert expected == rejection(toy, first, second, identity=SAME_PERSON)


def test_a_file_given_twice(toy: KnowledgeBase, make_vcf: MakeVcf) -> None:
    path = str(make_vcf(["1 100 A C 0/1"]))
    with pytest.raises(UsageError) as caught:
        call(Request((path, path)), toy)
    assert f"{path}: the file was given twice" == str(caught.value)


def test_no_file(toy: KnowledgeBase) -> None:
    with pytest.raises(UsageError, match=r"^no file was given$"):
        call(Request(()), toy)
