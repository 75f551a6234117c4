"""Calls of one variant from the records of one file: alleles, status, source and reason."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import permutations
from typing import Any

import numpy as np
import pytest
from helpers.records import record
from helpers.rows_of_one_locus import DUPLICATE_ROWS, INCOMPLETE_ROWS, SPLIT_ROWS
from hypothesis import given, settings
from hypothesis import strategies as st

from pgx_ana.calling import call_site
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.model import ABSENT, Call, CallOptions, Record, SiteCalls
from pgx_ana.terms import Assembly, CallSource, CallStatus

GRCH37, GRCH38 = Assembly.GRCH37, Assembly.GRCH38
FILE = "made.vcf"

CallToy = Callable[..., SiteCalls]


@pytest.fixture(scope="session")
def call_toy(toy: KnowledgeBase) -> CallToy:
    """Return a function that calls a toy variant from rows or records: ``call_toy("rs2", row)``."""
    variants = {variant.id: variant for variant in toy.variants}

    def call_rows(
        name: str, *rows: str | Record, assembly: Assembly = GRCH38, n: int = 1, **options: object
    ) -> SiteCalls:
        records = [record(row) if isinstance(row, str) else row for row in rows]
        n_samples = len(records[0].alleles) if records else n
        chosen = CallOptions(**options)  # type: ignore[arg-type]
        return call_site(variants[name], assembly, records, n_samples, chosen, FILE)

    return call_rows


def calls(site: SiteCalls) -> list[Call]:
    """Return the call of every sample."""
    return list(site.calls)


def results(site: SiteCalls) -> list[str]:
    """Return genotype and status of every sample as text; a mismatch without its genotype."""
    return [
        f"{call.genotype} {call.status}" if call.status is not CallStatus.MISMATCH else "mismatch"
        for call in calls(site)
    ]


def result(site: SiteCalls) -> str:
    """Return genotype and status of the only sample."""
    (only,) = results(site)
    return only


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("A C,T 0/0", "A/A called"),
        ("A C,T 0/1", "A/C called"),
        ("A C,T 1/0", "A/C called"),
        ("A C,T 2/1", "C/T called"),
        ("A T,C 2/1", "C/T called"),
        ("A T,C 1/0", "A/T called"),
        ("A C,T 2/2", "T/T called"),
        ("A C 0/0", "A/A called"),
        ("A C 0|1", "A|C called"),
        ("A C 1|0", "C|A called"),
        ("A C,T 2|1", "T|C called"),
        ("A C 1|1", "C|C called"),
        ("A C ./.", "./. no_call"),
        ("A C .|.", ".|. no_call"),
        ("A C .", ". no_call"),
        ("A C ./1", "C/. partial"),
        ("A C 1/.", "C/. partial"),
        ("A C ./0", "A/. partial"),
        ("A C .|1", ".|C partial"),
        ("A C 0|.", "A|. partial"),
        ("A C 0", "A partial"),
        ("A C 1", "C partial"),
        ("A G 0/0", "A/A called"),
        ("A G 0/1", "A/G unknown_allele"),
        ("A G 1/1", "G/G unknown_allele"),
        ("A G ./1", "G/. unknown_allele"),
        ("A G 1", "G unknown_allele"),
        ("A C,G 1/2", "C/G unknown_allele"),
        ("A C,G 1/0", "A/C called"),
        ("A CG 0/1", "A/A>CG unknown_allele"),
        ("A * 0/1", "A/* unknown_allele"),
        ("A C,* 1/2", "C/* unknown_allele"),
        ("A C,* 2/2", "*/* not_assessable"),
        ("A C,* ./2", "*/. not_assessable"),
        ("A C,* 2", "* not_assessable"),
        ("A . 0/0", "A/A called"),
        ("A . 0|0", "A|A called"),
        ("A . ./.", "./. no_call"),
        ("A . ./0", "A/. partial"),
        ("A <NON_REF> 0/0", "A/A called"),
        ("A <NON_REF> ./.", "./. no_call"),
        ("A <NON_REF> 0/1", "A/<NON_REF> unknown_allele"),
        ("A <*> 0/0", "A/A called"),
        ("A C,<NON_REF> 0/1", "A/C called"),
        ("A C,<NON_REF> 1/2", "C/<NON_REF> unknown_allele"),
        ("AGG CGG,TGG 1/2", "C/T called"),
        ("A AT,C 0/2", "A/C called"),
    ],
)
def test_one_row(row: str, expected: str, call_toy: CallToy) -> None:
    assert expected == result(call_toy("rs2", f"1 200 {row}"))


WHOLE_CALLS = {
    "called": (
        "A C 1/0",
        Call(("A", "C"), phased=False, status=CallStatus.CALLED, source=CallSource.RECORD),
    ),
    "phased": (
        "A C 1|0",
        Call(("C", "A"), phased=True, status=CallStatus.CALLED, source=CallSource.RECORD),
    ),
    "block": (
        "A <NON_REF> 0/0",
        Call(("A", "A"), phased=False, status=CallStatus.CALLED, source=CallSource.REFERENCE_BLOCK),
    ),
    "partial": (
        "A C ./1",
        Call(
            ("C", "."),
            phased=False,
            status=CallStatus.PARTIAL,
            source=CallSource.RECORD,
            reason="one copy missing",
        ),
    ),
    "haploid": (
        "A C 1",
        Call(
            ("C",),
            phased=False,
            status=CallStatus.PARTIAL,
            source=CallSource.RECORD,
            reason="haploid call",
        ),
    ),
    "no call": (
        "A C ./.",
        Call(
            (".", "."),
            phased=False,
            status=CallStatus.NO_CALL,
            source=CallSource.RECORD,
            reason="genotype missing",
        ),
    ),
    "unknown": (
        "A GG,G 1/2",
        Call(
            ("G", "G"),
            phased=False,
            status=CallStatus.UNKNOWN_ALLELE,
            source=CallSource.RECORD,
            reason="not a known allele: G",
        ),
    ),
    "deleted": (
        "A * 1/1",
        Call(
            ("*", "*"),
            phased=False,
            status=CallStatus.NOT_ASSESSABLE,
            source=CallSource.RECORD,
            reason="deletion over the locus",
        ),
    ),
    "deleted, the other copy unknown": (
        "A * ./1",
        Call(
            ("*", "."),
            phased=False,
            status=CallStatus.NOT_ASSESSABLE,
            source=CallSource.RECORD,
            reason="deletion over the locus",
        ),
    ),
}


@pytest.mark.parametrize(("row", "expected"), WHOLE_CALLS.values(), ids=WHOLE_CALLS.keys())
def test_whole_call(row: str, expected: Call, call_toy: CallToy) -> None:
    expected = dataclasses.replace(expected, filter="PASS", file=FILE)

    assert [expected] == calls(call_toy("rs2", f"1 200 {row}"))


def test_row_without_genotypes_is_no_call(call_toy: CallToy) -> None:
    row = dataclasses.replace(record("1 200 A C ./."), has_genotypes=False)
    expected = Call(
        (".", "."),
        phased=False,
        status=CallStatus.NO_CALL,
        source=CallSource.RECORD,
        reason="the record has no GT",
        filter="PASS",
        file=FILE,
    )

    assert [expected] == calls(call_toy("rs2", row))


ABSENT_ROWS = {
    "no record": [],
    "insertion after": ["1 200 A AT 0/1"],
    "deletion after": ["1 200 AG A 1/1"],
    "symbolic deletion after": [record("1 200 A <DEL> 0/1", end=240)],
    "deletion over it in no sample": ["1 198 TGA T 0/0"],
    "symbolic deletion in no sample": [record("1 150 G <DEL> 0/0", end=240)],
    "duplication in no sample": [record("1 150 G <DUP> 0/0", end=240)],
    "MNV that keeps the base": ["1 199 GAT TAC 0/1"],
}


@pytest.mark.parametrize("rows", ABSENT_ROWS.values(), ids=ABSENT_ROWS.keys())
def test_absent(rows: list[str | Record], call_toy: CallToy) -> None:
    """A site without a covering record is absent, never reference."""
    assert [ABSENT] == calls(call_toy("rs2", *rows))


def test_absent_for_every_sample(call_toy: CallToy) -> None:
    site = call_toy("rs2", n=3)

    assert [ABSENT] * 3 == calls(site)
    assert (None, None, None) == (site.gq, site.dp, site.phase_set)


@pytest.mark.parametrize(
    ("assembly", "row", "expected"),
    [
        pytest.param(GRCH38, "1 300 T C 0/0", "T/T called", id="GRCh38 T/T"),
        pytest.param(GRCH37, "1 350 C T 1/1", "T/T called", id="GRCh37 T/T"),
        pytest.param(GRCH38, "1 300 T C 0/1", "T/C called", id="GRCh38 T/C"),
        pytest.param(GRCH37, "1 350 C T 0/1", "T/C called", id="GRCh37 T/C"),
        pytest.param(GRCH38, "1 300 T C 1/1", "C/C called", id="GRCh38 C/C"),
        pytest.param(GRCH37, "1 350 C T 0/0", "C/C called", id="GRCh37 C/C"),
        pytest.param(GRCH38, "1 300 T . 0/0", "T/T called", id="GRCh38 reference"),
        pytest.param(GRCH37, "1 350 C . 0/0", "C/C called", id="GRCh37 reference"),
        pytest.param(GRCH38, "1 300 T C 0|1", "T|C called", id="GRCh38 phased"),
        pytest.param(GRCH37, "1 350 C T 1|0", "T|C called", id="GRCh37 phased"),
        pytest.param(GRCH38, "1 300 T C ./1", "C/. partial", id="GRCh38 partial"),
        pytest.param(GRCH37, "1 350 C T ./0", "C/. partial", id="GRCh37 partial"),
    ],
)
def test_same_bases_whichever_is_reference(
    assembly: Assembly, row: str, expected: str, call_toy: CallToy
) -> None:
    assert expected == result(call_toy("rs3", row, assembly=assembly))


@pytest.mark.parametrize(
    ("name", "rows", "expected"),
    [
        pytest.param("rs1", ["1 99 GA TC 0/1"], "A/C called", id="MNV that ends at it"),
        pytest.param("rs1", ["1 100 AG CT 1/1"], "C/C called", id="MNV that starts at it"),
        # Either one change in two rows, or two changes, each on its own copy.
        pytest.param("rs1", ["1 99 GA TC 0/1", "1 100 A C 0/1"], "C/. partial", id="MNV and SNV"),
        pytest.param("rs1", ["1 99 GA TT 0/1"], "A/T unknown_allele", id="MNV, unknown base"),
        pytest.param("rs4", ["1 401 G GT 0/1"], "G/GT called", id="insertion"),
        pytest.param("rs4", ["1 407 C TC 1/1"], "GT/GT called", id="insertion to the right"),
        pytest.param("rs4", ["1 401 G GT 0/0"], "G/G called", id="no insertion"),
        pytest.param("rs4", ["1 401 G . 0/0"], "G/G called", id="reference call"),
        pytest.param(
            "rs4", ["1 401 G GT 0/1", "1 405 T TT 0/1"], "G/GT called", id="insertion in two rows"
        ),
        pytest.param(
            "rs4", ["1 401 G GT 0/1", "1 405 T TT 1/1"], "mismatch", id="two contradicting rows"
        ),
        pytest.param("rs4", ["1 401 G GTT 0/1"], "G/->TT unknown_allele", id="longer insertion"),
        pytest.param(
            "rs4", ["1 401 G GT,GTT 1/2"], "GT/->TT unknown_allele", id="known and longer insertion"
        ),
        pytest.param(
            "rs4", ["1 401 GT G,GTT 0/2"], "G/GT called", id="insertion next to a deletion"
        ),
        pytest.param("rs4", ["1 404 T G 0/1"], ". absent", id="SNV nearby"),
        pytest.param(
            "rs4",
            ["1 404 T G 0/1", "1 401 G GT 1/1"],
            "GT/GT called",
            id="insertion and SNV nearby",
        ),
        pytest.param("rs5", ["1 501 GCA G 0/1"], "GCA/G called", id="deletion"),
        pytest.param("rs5", ["1 506 CAT T 1/1"], "G/G called", id="deletion to the right"),
        pytest.param("rs5", ["1 501 GCA G 1|0"], "G|GCA called", id="phased deletion"),
        pytest.param(
            "rs5", ["1 501 GCACA GCA,G 1/2"], "G/CACA>- unknown_allele", id="one unit and two"
        ),
        pytest.param(
            "rs5", ["1 501 G . 0/0"], ". absent", id="reference row of the first base only"
        ),
    ],
)
def test_representations(name: str, rows: list[str], expected: str, call_toy: CallToy) -> None:
    answers = {result(call_toy(name, *order)) for order in permutations(rows)}

    assert {expected} == answers


SEVERAL_ROWS = {
    **SPLIT_ROWS,
    **DUPLICATE_ROWS,
    **INCOMPLETE_ROWS,
    "multiallelic and one of its ALTs": (["C,T 0/1", "C 0/1"], "A/C"),
    "multiallelic and one of its ALTs, contradicting": (["C,T 0/1", "C 0/0"], "conflict"),
}


@pytest.mark.parametrize(("rows", "genotype"), SEVERAL_ROWS.values(), ids=SEVERAL_ROWS)
def test_several_rows(rows: list[str], genotype: str, call_toy: CallToy) -> None:
    """Calls have the genotype of the merged rows, and the status that tells what is missing."""
    copies = set(re.split(r"[/|]", genotype))
    status = "called" if len(genotype) == 3 and "." not in copies else "partial"
    expected = f"{genotype} {'no_call' if copies == {'.'} else status}"
    answers = {
        result(call_toy("rs2", *(f"1 200 A {row}" for row in order)))
        for order in permutations(rows)
    }

    assert {"mismatch" if genotype == "conflict" else expected} == answers


def test_known_and_unknown_base_in_two_rows(call_toy: CallToy) -> None:
    rows = ("1 200 A C 0/1", "1 200 A G 0/1")
    answers = {result(call_toy("rs2", *order)) for order in permutations(rows)}

    assert {"C/G unknown_allele"} == answers


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param(["1 198 TGA T 0/1"], "*/. not_assessable", id="one copy, no other record"),
        pytest.param(["1 198 TGA T 1/1"], "*/* not_assessable", id="both copies"),
        pytest.param(["1 198 TGA T ./1"], "*/. not_assessable", id="partial"),
        pytest.param(["1 198 TGA T 0/1", "1 200 A C 0/0"], "A/* unknown_allele", id="reference"),
        pytest.param(["1 198 TGA T 0/1", "1 200 A C 0/1"], "C/* unknown_allele", id="alternate"),
        pytest.param(
            ["1 198 TGA T 0/1", "1 200 A C 1/1"], "C/* unknown_allele", id="written as homozygous"
        ),
        pytest.param(
            ["1 198 TGA T 1/1", "1 200 A C 0/0"],
            "*/* not_assessable",
            id="both copies, reference row",
        ),
        pytest.param(
            ["1 198 TGA T 1/1", "1 200 A C 1/1"], "mismatch", id="both copies, but one is reported"
        ),
        pytest.param(
            ["1 198 TGA T 0/1", "1 200 A C,T 1/2"], "mismatch", id="one copy, but two are reported"
        ),
        pytest.param(
            ["1 198 TGA T 0/1", "1 200 A C ./."], "*/. not_assessable", id="no-call at the base"
        ),
        pytest.param(["1 198 TGA T 0/0", "1 200 A C 0/1"], "A/C called", id="no copy"),
        pytest.param(["1 198 TGA T ./.", "1 200 A C 0/1"], "A/C called", id="deletion no-call"),
        pytest.param(["1 198 TGA T 0/1", "1 200 A C,* 0/2"], "A/* unknown_allele", id="the star"),
        pytest.param(["1 198 TGA T 0|1", "1 200 A C 1|0"], "C|* unknown_allele", id="phased"),
        pytest.param(["1 199 GA G 0/1", "1 200 A C 0/0"], "A/* unknown_allele", id="ends at it"),
        pytest.param(["1 200 AG A 1/1", "1 200 A C 0/1"], "A/C called", id="after it"),
    ],
)
def test_deletion_over_a_base(rows: list[str], expected: str, call_toy: CallToy) -> None:
    answers = {result(call_toy("rs2", *order)) for order in permutations(rows)}

    assert {expected} == answers


@pytest.mark.parametrize("alt", ["<DEL>", "<DEL:ME>"])
def test_symbolic_deletion(alt: str, call_toy: CallToy) -> None:
    deletion = record(f"1 150 G {alt} 0/0 0/1 1/1 ./.", end=240)

    assert [
        "A/C called",
        "A/* unknown_allele",
        "*/* not_assessable",
        "A/A called",
    ] == results(call_toy("rs2", deletion, "1 200 A C 0/1 0/0 0/0 0/0"))
    assert [". absent", "*/. not_assessable", "*/* not_assessable", "./. no_call"] == results(
        call_toy("rs2", deletion)
    )


@pytest.mark.parametrize("alt", ["<DUP>", "<DUP:TANDEM>", "<CNV>", "<CN1>", "<CN3>"])
def test_changed_copy_number(alt: str, call_toy: CallToy) -> None:
    """A sample with a copy-number change is not assessable, whatever a row at the base reports."""
    copies = record(f"1 150 G {alt} 0/0 0/1 1/1 ./. ./1", end=240)
    changed = Call(
        ("A", "C"),
        phased=False,
        status=CallStatus.NOT_ASSESSABLE,
        source=CallSource.RECORD,
        reason="copy number changed over the locus",
        filter="PASS",
        file=FILE,
    )
    plain = dataclasses.replace(changed, status=CallStatus.CALLED, reason="")

    assert [plain, changed, changed, plain, changed] == calls(
        call_toy("rs2", copies, "1 200 A C 0/1 0/1 0/1 0/1 0/1")
    )
    assert [
        CallStatus.ABSENT,
        CallStatus.NOT_ASSESSABLE,
        CallStatus.NOT_ASSESSABLE,
        CallStatus.NO_CALL,
        CallStatus.NOT_ASSESSABLE,
    ] == [call.status for call in calls(call_toy("rs2", copies))]


NAN = float("nan")
CALLED = "A/C called"
FILTERED = "A/C filtered"

THRESHOLDS = {
    "PASS": ({"filters": ("PASS",)}, {}, CALLED, ""),
    "no FILTER": ({"filters": (".",)}, {}, CALLED, ""),
    "no FILTER at all": ({"filters": ()}, {}, CALLED, ""),
    "RefCall": ({"filters": ("RefCall",)}, {}, CALLED, ""),
    "FILTER": ({"filters": ("LowQual",)}, {}, FILTERED, "FILTER LowQual"),
    "two FILTERs": ({"filters": ("q10", "s50")}, {}, FILTERED, "FILTER q10;s50"),
    "FILTER, filtered rows included": (
        {"filters": ("LowQual",)},
        {"include_filtered": True},
        CALLED,
        "",
    ),
    "GQ at the default": ({"gq": [10]}, {}, CALLED, ""),
    "GQ below the default": ({"gq": [9.5]}, {}, FILTERED, "GQ below 10"),
    "GQ 0": ({"gq": [0]}, {}, FILTERED, "GQ below 10"),
    "GQ missing": ({"gq": [NAN]}, {}, CALLED, ""),
    "GQ below another threshold": ({"gq": [29]}, {"min_gq": 30}, FILTERED, "GQ below 30"),
    "GQ at another threshold": ({"gq": [30]}, {"min_gq": 30}, CALLED, ""),
    "GQ above a lower threshold": ({"gq": [6]}, {"min_gq": 5}, CALLED, ""),
    "GQ threshold off": ({"gq": [1]}, {"min_gq": 0}, CALLED, ""),
    "GQ 0 below 1": ({"gq": [0]}, {"min_gq": 1}, FILTERED, "GQ below 1"),
    "GQ below a fraction": ({"gq": [2]}, {"min_gq": 2.5}, FILTERED, "GQ below 2.5"),
    "DP by default": ({"dp": [1]}, {}, CALLED, ""),
    "DP below": ({"dp": [7]}, {"min_dp": 8}, FILTERED, "DP below 8"),
    "DP at": ({"dp": [8]}, {"min_dp": 8}, CALLED, ""),
    "DP missing": ({"dp": [NAN]}, {"min_dp": 8}, CALLED, ""),
    "GQ and DP": (
        {"gq": [3], "dp": [7]},
        {"min_dp": 8},
        FILTERED,
        "DP below 8, GQ below 10",
    ),
    "everything": (
        {"gq": [3], "dp": [7], "filters": ("LowQual",)},
        {"min_dp": 8},
        FILTERED,
        "DP below 8, FILTER LowQual, GQ below 10",
    ),
    "GQ and FILTER, filtered rows included": (
        {"gq": [3], "filters": ("LowQual",)},
        {"include_filtered": True},
        FILTERED,
        "GQ below 10",
    ),
}


@pytest.mark.parametrize(
    ("fields", "options", "expected", "reason"), THRESHOLDS.values(), ids=THRESHOLDS.keys()
)
def test_thresholds(
    fields: dict[str, Any], options: dict[str, Any], expected: str, reason: str, call_toy: CallToy
) -> None:
    site = call_toy("rs2", record("1 200 A C 0/1", **fields), **options)

    assert [expected] == results(site)
    assert [reason] == [call.reason for call in calls(site)]


@pytest.mark.parametrize(
    ("genotype", "expected"),
    [
        ("C 0/0", "A/A filtered"),
        ("C 1|0", "C|A filtered"),
        ("C ./1", "C/. filtered"),
        ("C 1", "C filtered"),
        ("G 0/1", "A/G filtered"),
        ("C ./.", "./. no_call"),
        ("* 1/1", "*/* not_assessable"),
        (". 0/0", "A/A filtered"),
        ("<NON_REF> 0/0", "A/A filtered"),
        (". ./.", "./. no_call"),
    ],
)
@pytest.mark.parametrize("fields", [{"gq": [3]}, {"filters": ("LowQual",)}], ids=["GQ", "FILTER"])
def test_failed_genotypes_are_filtered_unless_not_called(
    genotype: str, expected: str, fields: dict[str, Any], call_toy: CallToy
) -> None:
    assert [expected] == results(call_toy("rs2", record(f"1 200 A {genotype}", **fields)))


def test_each_sample_has_its_own_reasons(call_toy: CallToy) -> None:
    row = record(
        "1 200 A C 0/1 0/1 0/1 ./. 0/0 0/1",
        gq=[50, 3, NAN, 0, 3, 50],
        dp=[20, 20, 20, 0, 2, 2],
    )
    site = call_toy("rs2", row, min_dp=8)

    assert [
        ("A/C called", ""),
        ("A/C filtered", "GQ below 10"),
        ("A/C called", ""),
        ("./. no_call", "genotype missing"),
        ("A/A filtered", "DP below 8, GQ below 10"),
        ("A/C filtered", "DP below 8"),
    ] == list(zip(results(site), [call.reason for call in calls(site)], strict=True))


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param(
            [record("1 200 A C 0/1"), record("1 200 A T 0/0", filters=("LowQual",))],
            "A/C filtered",
            id="one of two split rows",
        ),
        pytest.param(
            [record("1 200 A C 0/1", gq=[50]), record("1 200 A T 0/0", gq=[2])],
            "A/C filtered",
            id="GQ of one of two split rows",
        ),
        pytest.param(
            [record("1 200 A C 0/1"), record("1 198 TGA T 0/0", filters=("LowQual",))],
            "A/C called",
            id="a deletion that the sample does not have",
        ),
        pytest.param(
            [record("1 200 A C 0/0"), record("1 198 TGA T 0/1", filters=("LowQual",))],
            "A/A called",
            id="a deletion that the sample has",
        ),
        pytest.param(
            [record("1 200 A C 0/1"), record("1 200 A C ./.", filters=("LowQual",))],
            "A/C called",
            id="a no-call row",
        ),
    ],
)
def test_thresholds_of_several_rows(rows: list[Record], expected: str, call_toy: CallToy) -> None:
    answers = {result(call_toy("rs2", *order)) for order in permutations(rows)}

    assert {expected} == answers


def block(genotype: str = "0/0", *, start: int = 150, end: int = 250, gq: float = 50) -> Record:
    """Return a gVCF reference block."""
    return record(f"1 {start} A <NON_REF> {genotype}", end=end, gq=[gq])


@pytest.mark.parametrize(
    ("rows", "expected", "source"),
    [
        pytest.param([block()], "A/A called", CallSource.REFERENCE_BLOCK, id="passing"),
        pytest.param([block(gq=0)], "A/A filtered", CallSource.REFERENCE_BLOCK, id="GQ 0"),
        pytest.param([block(gq=9)], "A/A filtered", CallSource.REFERENCE_BLOCK, id="low GQ"),
        pytest.param([block("./.")], "./. no_call", CallSource.RECORD, id="not called"),
        pytest.param([block("./0")], "A/. partial", CallSource.REFERENCE_BLOCK, id="half called"),
        pytest.param([block(end=200)], "A/A called", CallSource.REFERENCE_BLOCK, id="ends at it"),
        pytest.param(
            [block(gq=0), record("1 200 A C,<NON_REF> 0/1", gq=[50])],
            "A/C called",
            CallSource.RECORD,
            id="failed, and a passing record",
        ),
        pytest.param(
            [block(gq=0), record("1 200 A C,<NON_REF> 0/0", gq=[50])],
            "A/A called",
            CallSource.RECORD,
            id="failed, and a passing reference record",
        ),
        pytest.param(
            [block(end=200, gq=0), block(start=200, gq=50)],
            "A/A filtered",
            CallSource.REFERENCE_BLOCK,
            id="failed, and a passing block",
        ),
        pytest.param(
            [block(end=200, gq=0), block(start=200, gq=5)],
            "A/A filtered",
            CallSource.REFERENCE_BLOCK,
            id="two failed blocks",
        ),
        pytest.param(
            [block(gq=0), record("1 198 TGA T 0/0", gq=[50])],
            "A/A filtered",
            CallSource.REFERENCE_BLOCK,
            id="failed, and a passing record that only spans it",
        ),
        pytest.param(
            [block(gq=0), record("1 200 A C,<NON_REF> ./.")],
            "./. no_call",
            CallSource.REFERENCE_BLOCK,
            id="failed, and a no-call record",
        ),
        pytest.param(
            [block(), record("1 200 A C,<NON_REF> 0/1", gq=[50])],
            "A/C called",
            CallSource.RECORD,
            id="passing, and a record of the alternate",
        ),
        pytest.param(
            [block(), record("1 200 A C,<NON_REF> 0/0", gq=[50])],
            "A/A called",
            CallSource.RECORD,
            id="passing, and a reference record",
        ),
    ],
)
def test_reference_blocks(
    rows: list[Record], expected: str, source: CallSource, call_toy: CallToy
) -> None:
    """A block is evidence of reference, with its own quality."""
    answers = {
        (results(site)[0], calls(site)[0].source)
        for site in (call_toy("rs2", *order) for order in permutations(rows))
    }

    assert {(expected, source)} == answers


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        pytest.param(
            ["C A 0/1 1/1"],
            "REF is C, the reference has A; REF and ALT are swapped",
            id="one row",
        ),
        pytest.param(
            ["A C 0/1 1/1", "T G 0/0 0/0"], "REF is T, the reference has A", id="one of two rows"
        ),
        pytest.param(
            ["T A 0/0 0/0", "C A 0/0 0/0"],
            "REF is C, the reference has A; REF and ALT are swapped",
            id="two wrong REFs",
        ),
        pytest.param(["C <NON_REF> 0/0 0/0"], "REF is C, the reference has A", id="block"),
    ],
)
def test_another_reference_base_is_never_a_call(
    rows: list[str], reason: str, call_toy: CallToy
) -> None:
    """One row with a wrong REF makes the site a mismatch in every sample."""
    expected = Call(
        (),
        phased=False,
        status=CallStatus.MISMATCH,
        source=CallSource.RECORD,
        reason=reason,
        file=FILE,
    )
    answers = {
        tuple(calls(call_toy("rs2", *(f"1 200 {row}" for row in order))))
        for order in permutations(rows)
    }

    assert {(expected, expected)} == answers


def test_contradiction_is_a_mismatch(call_toy: CallToy) -> None:
    expected = Call(
        (".", "."),
        phased=False,
        status=CallStatus.MISMATCH,
        source=CallSource.RECORD,
        reason="records contradict one another",
        filter="PASS",
        file=FILE,
    )

    assert [expected] == calls(call_toy("rs2", "1 200 A C 0/1", "1 200 A C 0/0"))


def test_filters_of_all_records_are_listed(call_toy: CallToy) -> None:
    rows = [
        record("1 200 A C 0/1", filters=("q10",)),
        record("1 200 A T 0/0", filters=("b", "q10")),
    ]

    assert ["b;q10"] == [call.filter for call in calls(call_toy("rs2", *rows))]
    assert ["."] == [
        call.filter for call in calls(call_toy("rs2", record("1 200 A C 0/1", filters=())))
    ]


def test_minimum_quality_and_depth_of_the_records(call_toy: CallToy) -> None:
    rows = [
        record("1 200 A C 0/1 0/1 0/1", gq=[50, 40, NAN], dp=[20, 10, 5]),
        record("1 200 A T 0/0 0/0 0/0", gq=[60, NAN, NAN]),
    ]
    site = call_toy("rs2", *rows)

    np.testing.assert_array_equal(np.array([50, 40, NAN], np.float32), site.gq)
    np.testing.assert_array_equal(np.array([20, 10, 5], np.float32), site.dp)


def test_phase_set_of_phased_calls_only(call_toy: CallToy) -> None:
    site = call_toy("rs2", record("1 200 A C 0|1 0/1 1|0 1|1", ps=[7, 8, -1, 9]))

    assert ["A|C called", "A/C called", "C|A called", "C|C called"] == results(site)
    np.testing.assert_array_equal([7, -1, -1, 9], site.phase_set)


def test_phase_sets_of_split_rows(call_toy: CallToy) -> None:
    rows = [
        record("1 200 A C 0|1 0|1 0|1 0|1", ps=[7, 7, -1, 7]),
        record("1 200 A T 1|0 1|0 0|0 0|0", ps=[7, 8, -1, -1]),
    ]
    site = call_toy("rs2", *rows)

    assert ["T|C called", "C/T called", "A|C called", "A|C called"] == results(site)
    np.testing.assert_array_equal([7, -1, -1, 7], site.phase_set)


def test_equal_samples_share_a_call(call_toy: CallToy) -> None:
    site = call_toy("rs2", "1 200 A C,T 0/1 1/0 0|1 0/2 0/1 ./. 1/0")

    assert 4 == len(site.calls.values)
    assert len(set(site.calls.values)) == len(site.calls.values)
    assert np.dtype(np.uint8) == site.calls.codes.dtype


# Properties. A sample has two of A, C and T at rs2; a file can represent this in many ways.

BASES = "ACT"
truths = st.tuples(st.sampled_from(BASES), st.sampled_from(BASES))


def row_of(truth: Sequence[str], alts: str, other: str, *, phased: bool) -> str:
    """Return a row for rs2 that lists some alternates, with ``other`` for an unlisted base.

    ``other`` is ``0``, ``.`` or ``*``. The order of the two copies is kept.
    """
    listed = ["A", *alts, *(["*"] if other == "*" else [])]
    values = []
    for base in truth:
        if base in listed:
            values.append(str(listed.index(base)))
        else:
            values.append(str(listed.index("*")) if other == "*" else other)
    return f"1 200 A {','.join(listed[1:])} {('|' if phased else '/').join(values)}"


@st.composite
def representations(
    draw: st.DrawFn, truth: tuple[str, str], others: str, phases: Sequence[bool]
) -> list[str]:
    """Draw rows that represent a genotype: multiallelic, split or repeated, in any order."""
    rows = []
    lists = draw(
        st.lists(st.sampled_from(["CT", "TC", "C", "T"]), min_size=1, max_size=4).filter(
            lambda lists: {"C", "T"} <= set("".join(lists))
        )
    )
    for alts in lists:
        other = draw(st.sampled_from(others)) if len(alts) == 1 else "0"
        rows.append(row_of(truth, alts, other, phased=draw(st.sampled_from(phases))))
    return rows


def genotype(truth: Sequence[str], *, phased: bool) -> str:
    return "|".join(truth) if phased else "/".join(sorted(truth))


@settings(deadline=None, max_examples=150)
@given(data=st.data(), truth=truths)
def test_any_representation_of_a_genotype(
    data: st.DataObject, truth: tuple[str, str], call_toy: CallToy
) -> None:
    """Rows may use 0 or . for an unlisted allele, and may be phased or not."""
    rows = data.draw(representations(truth, "0.", [False, True]))
    (call,) = calls(call_toy("rs2", *rows))

    assert (genotype(truth, phased=call.phased), CallStatus.CALLED) == (call.genotype, call.status)


@settings(deadline=None, max_examples=150)
@given(data=st.data(), truth=truths)
def test_any_representation_of_a_genotype_with_stars(
    data: st.DataObject, truth: tuple[str, str], call_toy: CallToy
) -> None:
    """Rows may also use the star for an unlisted allele.

    Heterozygotes with reference are phased here: in an unphased row, a star may also be a deletion.
    """
    rows = data.draw(
        representations(truth, "0.*", [True] if truth.count("A") == 1 else [False, True])
    )
    (call,) = calls(call_toy("rs2", *rows))

    assert (genotype(truth, phased=call.phased), CallStatus.CALLED) == (call.genotype, call.status)


@settings(deadline=None, max_examples=150)
@given(data=st.data(), truth=truths, phased=st.booleans())
def test_missing_copies_never_become_reference(
    data: st.DataObject, truth: tuple[str, str], *, phased: bool, call_toy: CallToy
) -> None:
    """Whichever copies are masked, the known copies are those of the true genotype.

    Unphased C/T with 0 for an unlisted allele is not drawn: a masked copy cannot be distinguished
    from one that another row reports.
    """
    others = "." if set(truth) == {"C", "T"} and not phased else "0."
    rows = data.draw(representations(truth, others, [phased]))
    masked = []
    for row in rows:
        *fixed, values = row.split()
        separator = "|" if "|" in values else "/"
        kept = ["." if data.draw(st.booleans()) else value for value in values.split(separator)]
        masked.append(" ".join([*fixed, separator.join(kept)]))
    (call,) = calls(call_toy("rs2", *masked))
    known = [base for base in call.alleles if base != "."]

    assert Counter(known) <= Counter(truth)
    assert {
        0: CallStatus.NO_CALL,
        1: CallStatus.PARTIAL,
        2: CallStatus.CALLED,
    }[len(known)] is call.status


DIPLOID = ["0/0", "0/1", "1/0", "1/1", "0|1", "1|0", "0|0", "./.", "./0", "./1", ".|1"]
HAPLOID = ["0", "1", "."]
TWO_ALTS = ["1/2", "2|0", "2/2"]
ROWS = {
    "1 200 A C": 1,
    "1 200 A T": 1,
    "1 200 A G": 1,
    "1 200 A C,T": 2,
    "1 200 A C,*": 2,
    "1 200 A C,<NON_REF>": 2,
    "1 200 A .": 0,
    "1 199 GA TC": 1,
    "1 198 TGA T": 1,
    "1 150 G <NON_REF>": 1,
    "1 150 G <DEL>": 1,
    "1 150 G <DUP>": 1,
    "1 200 A AT": 1,
}
N_SAMPLES = 4


@st.composite
def any_records(draw: st.DrawFn, pools: Sequence[Sequence[str]]) -> list[Record]:
    """Draw arbitrary records over rs2 for several samples.

    The genotypes of one sample are from one of the pools.
    """

    def each(options: Sequence[float]) -> list[float] | None:
        drawn = st.lists(st.sampled_from(options), min_size=N_SAMPLES, max_size=N_SAMPLES)
        return draw(st.none() | drawn)

    pool_of_sample = [draw(st.sampled_from(pools)) for _ in range(N_SAMPLES)]
    records = []
    for row in draw(st.lists(st.sampled_from(sorted(ROWS)), min_size=1, max_size=4)):
        genotypes = []
        for pool in pool_of_sample:
            values = [value for value in pool if ROWS[row] or "1" not in value]
            values += TWO_ALTS if ROWS[row] == 2 and pool is not HAPLOID else []
            genotypes.append(draw(st.sampled_from(values)))
        phase_sets = each([-1, 7, 8])
        records.append(
            record(
                " ".join([row, *genotypes]),
                end=240 if "1 150" in row else None,
                filters=draw(st.sampled_from([("PASS",), ("LowQual",), ()])),
                gq=each([0, 9, 10, 50, NAN]),
                dp=each([3, 20, NAN]),
                ps=None if phase_sets is None else [int(number) for number in phase_sets],
            )
        )
    return records


def one_sample(whole: Record, number: int) -> Record:
    """Return a record restricted to one sample."""
    return dataclasses.replace(
        whole,
        **{
            name: getattr(whole, name)[[number]]
            for name in ("alleles", "phased", "gq", "dp", "phase_set")
            if getattr(whole, name) is not None
        },
    )


@settings(deadline=None, max_examples=100)
@given(records=any_records([[*DIPLOID, *HAPLOID]]))
def test_samples_are_independent(records: list[Record], call_toy: CallToy) -> None:
    whole = call_toy("rs2", *records, min_dp=8)
    separate = [
        call_toy("rs2", *(one_sample(item, number) for item in records), min_dp=8)
        for number in range(N_SAMPLES)
    ]

    assert [calls(site)[0] for site in separate] == calls(whole)
    for name in ("gq", "dp", "phase_set"):
        parts = [getattr(site, name) for site in separate]
        together = getattr(whole, name)
        if together is None:
            assert [None] * N_SAMPLES == parts
        else:
            np.testing.assert_array_equal(np.concatenate(parts), together)


@settings(deadline=None, max_examples=100)
@given(records=any_records([[*DIPLOID, *HAPLOID]]), data=st.data())
def test_order_of_records_does_not_matter(
    records: list[Record], data: st.DataObject, call_toy: CallToy
) -> None:
    order = data.draw(st.permutations(records))

    assert results(call_toy("rs2", *records)) == results(call_toy("rs2", *order))


@settings(deadline=None, max_examples=200)
@given(records=any_records([DIPLOID, HAPLOID]))
def test_status_agrees_with_the_known_copies(records: list[Record], call_toy: CallToy) -> None:
    """Only known bases are called; reference has at most as many copies as some row reports."""
    reported = np.zeros(N_SAMPLES, np.int64)
    for item in records:
        reported = np.maximum(reported, (item.alleles == 0).sum(axis=1))
    for call, n_ref in zip(calls(call_toy("rs2", *records)), reported.tolist(), strict=True):
        known = [base for base in call.alleles if base in BASES]
        if call.status is CallStatus.CALLED:
            assert 2 == len(call.alleles) == len(known)
            assert known.count("A") <= n_ref
        elif call.status is CallStatus.PARTIAL:
            assert 1 == len(known)
            assert set(call.alleles) <= {known[0], "."}
            assert known.count("A") <= n_ref
        elif call.status is CallStatus.NO_CALL:
            assert {"."} == set(call.alleles)
        elif call.status is CallStatus.UNKNOWN_ALLELE:
            assert set(call.alleles) - set(BASES) - {"."}
