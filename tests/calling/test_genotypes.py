from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pgx_ana.calling import call_site
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.model import ABSENT, MISSING, NO_COPY, Call, CallOptions, Record, SiteCalls
from pgx_ana.terms import Assembly, CallSource, CallStatus

GRCH37, GRCH38 = Assembly.GRCH37, Assembly.GRCH38
FILE = "made.vcf"

CallRow = Callable[..., SiteCalls]


def parse(genotype: str) -> tuple[list[int], bool]:
    """Return the allele numbers of a GT value and whether it is phased."""
    values = genotype.replace("|", "/").split("/")
    numbers = [MISSING if value == "." else int(value) for value in values]
    return [*numbers, NO_COPY][:2], "|" in genotype


def record(
    row: str,
    *,
    end: int | None = None,
    filters: tuple[str, ...] = ("PASS",),
    gq: Sequence[float] | None = None,
    dp: Sequence[float] | None = None,
    ps: Sequence[int] | None = None,
) -> Record:
    """Return a record from ``"1 100 A C 0/1 ./."``, with a genotype for each sample."""
    chrom, pos, ref, alt, *genotypes = row.split()
    pairs = [parse(genotype) for genotype in genotypes]
    return Record(
        chrom=chrom,
        pos=int(pos),
        end=end or int(pos) + len(ref) - 1,
        ref=ref,
        alts=() if alt == "." else tuple(alt.split(",")),
        filters=filters,
        alleles=np.array([numbers for numbers, _ in pairs], np.int16),
        phased=np.array([phased for _, phased in pairs]),
        phase_set=None if ps is None else np.array(ps, np.int64),
        gq=None if gq is None else np.array(gq, np.float32),
        dp=None if dp is None else np.array(dp, np.float32),
    )


@pytest.fixture(scope="session")
def call(toy: KnowledgeBase) -> CallRow:
    """Return a function that calls a toy variant from rows or records: call("rs2", row, ...)."""
    variants = {variant.id: variant for variant in toy.variants}

    def call_rows(
        name: str, *rows: str | Record, assembly: Assembly = GRCH38, n: int = 1, **options: object
    ) -> SiteCalls:
        records = [record(row) if isinstance(row, str) else row for row in rows]
        n_samples = len(records[0].alleles) if records else n
        chosen = CallOptions(**options)  # type: ignore[arg-type]
        return call_site(variants[name], assembly, records, n_samples, chosen, FILE)

    return call_rows


def cells(site: SiteCalls) -> list[Call]:
    """Return the cell of every sample."""
    return [site.calls.values[code] for code in site.calls.codes.tolist()]


def words(site: SiteCalls) -> list[str]:
    """Return genotype and status of every sample as text; a mismatch without its genotype."""
    return [
        f"{cell.genotype} {cell.status}" if cell.status is not CallStatus.MISMATCH else "mismatch"
        for cell in cells(site)
    ]


def word(site: SiteCalls) -> str:
    """Return genotype and status of the only sample."""
    (only,) = words(site)
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
def test_one_row(row: str, expected: str, call: CallRow) -> None:
    assert expected == word(call("rs2", f"1 200 {row}"))


CELLS = {
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
    "half": (
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
    "deleted, the other copy not known": (
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


@pytest.mark.parametrize(("row", "expected"), CELLS.values(), ids=CELLS.keys())
def test_whole_cell(row: str, expected: Call, call: CallRow) -> None:
    expected = dataclasses.replace(expected, filter="PASS", file=FILE)

    assert [expected] == cells(call("rs2", f"1 200 {row}"))


def test_row_without_genotypes_is_no_call(call: CallRow) -> None:
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

    assert [expected] == cells(call("rs2", row))


ABSENT_ROWS = {
    "no record": [],
    "insertion behind": ["1 200 A AT 0/1"],
    "deletion behind": ["1 200 AG A 1/1"],
    "deletion behind, symbolic": [record("1 200 A <DEL> 0/1", end=240)],
    "deletion over it that nobody has": ["1 198 TGA T 0/0"],
    "symbolic deletion that nobody has": [record("1 150 G <DEL> 0/0", end=240)],
    "more copies that nobody has": [record("1 150 G <DUP> 0/0", end=240)],
    "MNV that leaves it": ["1 199 GAT TAC 0/1"],
}


@pytest.mark.parametrize("rows", ABSENT_ROWS.values(), ids=ABSENT_ROWS.keys())
def test_absent(rows: list[str | Record], call: CallRow) -> None:
    """Where no record covers a site nothing is known, least of all that it is reference."""
    assert [ABSENT] == cells(call("rs2", *rows))


def test_absent_for_every_sample(call: CallRow) -> None:
    site = call("rs2", n=3)

    assert [ABSENT] * 3 == cells(site)
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
        pytest.param(GRCH38, "1 300 T C ./1", "C/. partial", id="GRCh38 half"),
        pytest.param(GRCH37, "1 350 C T ./0", "C/. partial", id="GRCh37 half"),
    ],
)
def test_same_bases_whichever_is_reference(
    assembly: Assembly, row: str, expected: str, call: CallRow
) -> None:
    assert expected == word(call("rs3", row, assembly=assembly))


@pytest.mark.parametrize(
    ("name", "rows", "expected"),
    [
        pytest.param("rs1", ["1 99 GA TC 0/1"], "A/C called", id="MNV over a base"),
        pytest.param("rs1", ["1 100 AG CT 1/1"], "C/C called", id="MNV from a base on"),
        # Either one change written twice, or two, each on its own copy.
        pytest.param("rs1", ["1 99 GA TC 0/1", "1 100 A C 0/1"], "C/. partial", id="MNV and SNV"),
        pytest.param("rs1", ["1 99 GA TT 0/1"], "A/T unknown_allele", id="MNV, unknown base"),
        pytest.param("rs4", ["1 401 G GT 0/1"], "G/GT called", id="insertion"),
        pytest.param("rs4", ["1 407 C TC 1/1"], "GT/GT called", id="insertion to the right"),
        pytest.param("rs4", ["1 401 G GT 0/0"], "G/G called", id="no insertion"),
        pytest.param("rs4", ["1 401 G . 0/0"], "G/G called", id="reference call"),
        pytest.param(
            "rs4", ["1 401 G GT 0/1", "1 405 T TT 0/1"], "G/GT called", id="insertion, told twice"
        ),
        pytest.param(
            "rs4", ["1 401 G GT 0/1", "1 405 T TT 1/1"], "mismatch", id="told differently"
        ),
        pytest.param("rs4", ["1 401 G GTT 0/1"], "G/->TT unknown_allele", id="longer insertion"),
        pytest.param("rs4", ["1 401 G GT,GTT 1/2"], "GT/->TT unknown_allele", id="both"),
        pytest.param("rs4", ["1 401 GT G,GTT 0/2"], "G/GT called", id="beside a deletion"),
        pytest.param("rs4", ["1 404 T G 0/1"], ". absent", id="only a base nearby"),
        pytest.param(
            "rs4", ["1 404 T G 0/1", "1 401 G GT 1/1"], "GT/GT called", id="and a base nearby"
        ),
        pytest.param("rs5", ["1 501 GCA G 0/1"], "GCA/G called", id="deletion"),
        pytest.param("rs5", ["1 506 CAT T 1/1"], "G/G called", id="deletion to the right"),
        pytest.param("rs5", ["1 501 GCA G 1|0"], "G|GCA called", id="phased deletion"),
        pytest.param(
            "rs5", ["1 501 GCACA GCA,G 1/2"], "G/CACA>- unknown_allele", id="one unit and two"
        ),
        pytest.param("rs5", ["1 501 G . 0/0"], ". absent", id="its first base alone"),
    ],
)
def test_spelling(name: str, rows: list[str], expected: str, call: CallRow) -> None:
    answers = {word(call(name, *order)) for order in permutations(rows)}

    assert {expected} == answers


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param(["A C 0/0", "A T 0/0"], "A/A called", id="A/A"),
        pytest.param(["A C 0/1", "A T 0/0"], "A/C called", id="A/C"),
        pytest.param(["A C 0/1", "A T 1/0"], "C/T called", id="C/T"),
        pytest.param(["A C ./1", "A T 1/."], "C/T called", id="C/T with ."),
        pytest.param(["A C,* 2/1", "A T,* 1/2"], "C/T called", id="C/T with *"),
        pytest.param(["A C 0|1", "A T 1|0"], "T|C called", id="T|C"),
        pytest.param(["A C 0/1", "A T ./."], "C/. partial", id="T not called"),
        pytest.param(["A C 0/0", "A T ./."], "./. no_call", id="no T called, no C there"),
        pytest.param(["A C 1/1", "A T 0/1"], "mismatch", id="three copies"),
        pytest.param(["A C 0|1", "A T 0|1"], "mismatch", id="two bases on one copy"),
        pytest.param(["A C,T 0/1", "A C 0/1"], "A/C called", id="joined and split"),
        pytest.param(["A C,T 0/1", "A C 0/0"], "mismatch", id="joined and split otherwise"),
        pytest.param(["A C 0/1", "A C 0/1"], "A/C called", id="equal"),
        pytest.param(["A C 0/1", "A C 1/0"], "A/C called", id="equal, other order"),
        pytest.param(["A C 0/1", "A C 1/1"], "mismatch", id="unequal"),
        pytest.param(["A C 0/0", "A C 1/1"], "mismatch", id="opposite"),
        pytest.param(["A C 0/0", "A C ./."], "A/A called", id="one not called"),
        pytest.param(["A C ./.", "A C ./."], "./. no_call", id="neither called"),
        pytest.param(["A C 0/1", "A G 0/1"], "C/G unknown_allele", id="and an unknown base"),
    ],
)
def test_several_rows(rows: list[str], expected: str, call: CallRow) -> None:
    answers = {
        word(call("rs2", *(f"1 200 {row}" for row in order))) for order in permutations(rows)
    }

    assert {expected} == answers


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param(["1 198 TGA T 0/1"], "*/. not_assessable", id="deleted once, no other record"),
        pytest.param(["1 198 TGA T 1/1"], "*/* not_assessable", id="deleted twice"),
        pytest.param(["1 198 TGA T ./1"], "*/. not_assessable", id="half called"),
        pytest.param(["1 198 TGA T 0/1", "1 200 A C 0/0"], "A/* unknown_allele", id="reference"),
        pytest.param(["1 198 TGA T 0/1", "1 200 A C 0/1"], "C/* unknown_allele", id="alternate"),
        pytest.param(
            ["1 198 TGA T 0/1", "1 200 A C 1/1"], "C/* unknown_allele", id="written as homozygous"
        ),
        pytest.param(["1 198 TGA T 1/1", "1 200 A C 0/0"], "*/* not_assessable", id="twice"),
        pytest.param(["1 198 TGA T 1/1", "1 200 A C 1/1"], "mismatch", id="twice, but seen"),
        pytest.param(["1 198 TGA T 0/1", "1 200 A C,T 1/2"], "mismatch", id="once, but two seen"),
        pytest.param(["1 198 TGA T 0/1", "1 200 A C ./."], "*/. not_assessable", id="not called"),
        pytest.param(["1 198 TGA T 0/0", "1 200 A C 0/1"], "A/C called", id="nobody deleted"),
        pytest.param(["1 198 TGA T ./.", "1 200 A C 0/1"], "A/C called", id="deletion not called"),
        pytest.param(["1 198 TGA T 0/1", "1 200 A C,* 0/2"], "A/* unknown_allele", id="the star"),
        pytest.param(["1 198 TGA T 0|1", "1 200 A C 1|0"], "C|* unknown_allele", id="phased"),
        pytest.param(["1 199 GA G 0/1", "1 200 A C 0/0"], "A/* unknown_allele", id="up to it"),
        pytest.param(["1 200 AG A 1/1", "1 200 A C 0/1"], "A/C called", id="behind it"),
    ],
)
def test_deletion_over_a_base(rows: list[str], expected: str, call: CallRow) -> None:
    answers = {word(call("rs2", *order)) for order in permutations(rows)}

    assert {expected} == answers


@pytest.mark.parametrize("alt", ["<DEL>", "<DEL:ME>"])
def test_symbolic_deletion(alt: str, call: CallRow) -> None:
    deletion = record(f"1 150 G {alt} 0/0 0/1 1/1 ./.", end=240)

    assert [
        "A/C called",
        "A/* unknown_allele",
        "*/* not_assessable",
        "A/A called",
    ] == words(call("rs2", deletion, "1 200 A C 0/1 0/0 0/0 0/0"))
    assert [". absent", "*/. not_assessable", "*/* not_assessable", "./. no_call"] == words(
        call("rs2", deletion)
    )


@pytest.mark.parametrize("alt", ["<DUP>", "<DUP:TANDEM>", "<CNV>", "<CN0>", "<CN3>"])
def test_changed_copy_number(alt: str, call: CallRow) -> None:
    """Who has more or fewer copies is not assessed, whatever a row at the base says."""
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

    assert [plain, changed, changed, plain, changed] == cells(
        call("rs2", copies, "1 200 A C 0/1 0/1 0/1 0/1 0/1")
    )
    assert [
        CallStatus.ABSENT,
        CallStatus.NOT_ASSESSABLE,
        CallStatus.NOT_ASSESSABLE,
        CallStatus.NO_CALL,
        CallStatus.NOT_ASSESSABLE,
    ] == [cell.status for cell in cells(call("rs2", copies))]


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
    "FILTER, and they are wanted": (
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
    "GQ does not matter": ({"gq": [1]}, {"min_gq": 0}, CALLED, ""),
    "GQ below the least threshold": ({"gq": [0]}, {"min_gq": 1}, FILTERED, "GQ below 1"),
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
    "GQ and FILTER, which is wanted": (
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
    fields: dict[str, Any], options: dict[str, Any], expected: str, reason: str, call: CallRow
) -> None:
    site = call("rs2", record("1 200 A C 0/1", **fields), **options)

    assert [expected] == words(site)
    assert [reason] == [cell.reason for cell in cells(site)]


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
def test_whatever_fails_is_no_call(
    genotype: str, expected: str, fields: dict[str, Any], call: CallRow
) -> None:
    assert [expected] == words(call("rs2", record(f"1 200 A {genotype}", **fields)))


def test_each_sample_has_its_own_reasons(call: CallRow) -> None:
    row = record(
        "1 200 A C 0/1 0/1 0/1 ./. 0/0 0/1",
        gq=[50, 3, NAN, 0, 3, 50],
        dp=[20, 20, 20, 0, 2, 2],
    )
    site = call("rs2", row, min_dp=8)

    assert [
        ("A/C called", ""),
        ("A/C filtered", "GQ below 10"),
        ("A/C called", ""),
        ("./. no_call", "genotype missing"),
        ("A/A filtered", "DP below 8, GQ below 10"),
        ("A/C filtered", "DP below 8"),
    ] == list(zip(words(site), [cell.reason for cell in cells(site)], strict=True))


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
            id="a deletion that the person does not have",
        ),
        pytest.param(
            [record("1 200 A C 0/0"), record("1 198 TGA T 0/1", filters=("LowQual",))],
            "A/* filtered",
            id="a deletion that the person has",
        ),
        pytest.param(
            [record("1 200 A C 0/1"), record("1 200 A C ./.", filters=("LowQual",))],
            "A/C called",
            id="a row that was not called",
        ),
    ],
)
def test_thresholds_of_several_rows(rows: list[Record], expected: str, call: CallRow) -> None:
    answers = {word(call("rs2", *order)) for order in permutations(rows)}

    assert {expected} == answers


def block(genotype: str = "0/0", *, start: int = 150, end: int = 250, gq: float = 50) -> Record:
    """Return a gVCF block of reference."""
    return record(f"1 {start} A <NON_REF> {genotype}", end=end, gq=[gq])


@pytest.mark.parametrize(
    ("rows", "expected", "source"),
    [
        pytest.param([block()], "A/A called", CallSource.REFERENCE_BLOCK, id="good"),
        pytest.param([block(gq=0)], "A/A filtered", CallSource.REFERENCE_BLOCK, id="GQ 0"),
        pytest.param([block(gq=9)], "A/A filtered", CallSource.REFERENCE_BLOCK, id="weak"),
        pytest.param([block("./.")], "./. no_call", CallSource.RECORD, id="not called"),
        pytest.param([block("./0")], "A/. partial", CallSource.REFERENCE_BLOCK, id="half called"),
        pytest.param([block(end=200)], "A/A called", CallSource.REFERENCE_BLOCK, id="ends at it"),
        pytest.param(
            [block(gq=0), record("1 200 A C,<NON_REF> 0/1", gq=[50])],
            "A/C called",
            CallSource.RECORD,
            id="weak beside a good record",
        ),
        pytest.param(
            [block(gq=0), record("1 200 A C,<NON_REF> 0/0", gq=[50])],
            "A/A called",
            CallSource.RECORD,
            id="weak beside a good reference record",
        ),
        pytest.param(
            [block(end=200, gq=0), block(start=200, gq=50)],
            "A/A called",
            CallSource.REFERENCE_BLOCK,
            id="weak beside a good block",
        ),
        pytest.param(
            [block(end=200, gq=0), block(start=200, gq=5)],
            "A/A filtered",
            CallSource.REFERENCE_BLOCK,
            id="two weak ones",
        ),
        pytest.param(
            [block(gq=0), record("1 198 TGA T 0/0", gq=[50])],
            "A/A filtered",
            CallSource.REFERENCE_BLOCK,
            id="weak beside a good record that only spans it",
        ),
        pytest.param(
            [block(gq=0), record("1 200 A C,<NON_REF> ./.")],
            "./. no_call",
            CallSource.REFERENCE_BLOCK,
            id="weak beside a record that was not called",
        ),
        pytest.param(
            [block(), record("1 200 A C,<NON_REF> 0/1", gq=[50])],
            "A/C called",
            CallSource.RECORD,
            id="good, beside a record of its own for the allele",
        ),
        pytest.param(
            [block(), record("1 200 A C,<NON_REF> 0/0", gq=[50])],
            "A/A called",
            CallSource.RECORD,
            id="good, and a record says so as well",
        ),
    ],
)
def test_reference_blocks(
    rows: list[Record], expected: str, source: CallSource, call: CallRow
) -> None:
    """A block is evidence of reference, with a quality of its own."""
    answers = {
        (words(site)[0], cells(site)[0].source)
        for site in (call("rs2", *order) for order in permutations(rows))
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
            id="two other REFs",
        ),
        pytest.param(["C <NON_REF> 0/0 0/0"], "REF is C, the reference has A", id="block"),
    ],
)
def test_another_reference_base_is_never_a_call(
    rows: list[str], reason: str, call: CallRow
) -> None:
    """One row with another REF is enough not to trust the place, in anyone."""
    expected = Call(
        (),
        phased=False,
        status=CallStatus.MISMATCH,
        source=CallSource.RECORD,
        reason=reason,
        file=FILE,
    )
    found = {tuple(cells(call("rs2", *(f"1 200 {r}" for r in o)))) for o in permutations(rows)}

    assert {(expected, expected)} == found


def test_contradiction_is_shown(call: CallRow) -> None:
    expected = Call(
        (".", "."),
        phased=False,
        status=CallStatus.MISMATCH,
        source=CallSource.RECORD,
        reason="records contradict one another",
        filter="PASS",
        file=FILE,
    )

    assert [expected] == cells(call("rs2", "1 200 A C 0/1", "1 200 A C 0/0"))


def test_filters_of_all_records_are_listed(call: CallRow) -> None:
    rows = [
        record("1 200 A C 0/1", filters=("q10",)),
        record("1 200 A T 0/0", filters=("b", "q10")),
    ]

    assert ["b;q10"] == [cell.filter for cell in cells(call("rs2", *rows))]
    assert ["."] == [
        cell.filter for cell in cells(call("rs2", record("1 200 A C 0/1", filters=())))
    ]


def test_least_quality_and_depth_of_the_records(call: CallRow) -> None:
    rows = [
        record("1 200 A C 0/1 0/1 0/1", gq=[50, 40, NAN], dp=[20, 10, 5]),
        record("1 200 A T 0/0 0/0 0/0", gq=[60, NAN, NAN]),
    ]
    site = call("rs2", *rows)

    np.testing.assert_array_equal(np.array([50, 40, NAN], np.float32), site.gq)
    np.testing.assert_array_equal(np.array([20, 10, 5], np.float32), site.dp)


def test_phase_set_of_phased_calls_only(call: CallRow) -> None:
    site = call("rs2", record("1 200 A C 0|1 0/1 1|0 1|1", ps=[7, 8, -1, 9]))

    assert ["A|C called", "A/C called", "C|A called", "C|C called"] == words(site)
    np.testing.assert_array_equal([7, -1, -1, 9], site.phase_set)


def test_phase_sets_of_split_rows(call: CallRow) -> None:
    rows = [
        record("1 200 A C 0|1 0|1 0|1 0|1", ps=[7, 7, -1, 7]),
        record("1 200 A T 1|0 1|0 0|0 0|0", ps=[7, 8, -1, -1]),
    ]
    site = call("rs2", *rows)

    assert ["T|C called", "C/T called", "A|C called", "A|C called"] == words(site)
    np.testing.assert_array_equal([7, -1, -1, 7], site.phase_set)


def test_equal_people_share_a_cell(call: CallRow) -> None:
    site = call("rs2", "1 200 A C,T 0/1 1/0 0|1 0/2 0/1 ./. 1/0")

    assert 4 == len(site.calls.values)
    assert len(set(site.calls.values)) == len(site.calls.values)
    assert np.dtype(np.int32) == site.calls.codes.dtype


# Properties. A person has two of A, C and T at rs2; the file may write this in many ways.

BASES = "ACT"
truths = st.tuples(st.sampled_from(BASES), st.sampled_from(BASES))


def written(truth: Sequence[str], alts: str, other: str, *, phased: bool) -> str:
    """Return a row for rs2 with some alternates, and ``other`` for a base that is not among them.

    ``other`` is ``0``, ``.`` or ``*``; the slots of the two copies are kept.
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
def ways(draw: st.DrawFn, truth: tuple[str, str], others: str, phases: Sequence[bool]) -> list[str]:
    """Draw rows that tell a genotype: joined, split, repeated, in any order."""
    rows = []
    lists = draw(
        st.lists(st.sampled_from(["CT", "TC", "C", "T"]), min_size=1, max_size=4).filter(
            lambda lists: {"C", "T"} <= set("".join(lists))
        )
    )
    for alts in lists:
        other = draw(st.sampled_from(others)) if len(alts) == 1 else "0"
        rows.append(written(truth, alts, other, phased=draw(st.sampled_from(phases))))
    return rows


def genotype(truth: Sequence[str], *, phased: bool) -> str:
    return "|".join(truth) if phased else "/".join(sorted(truth))


@settings(deadline=None, max_examples=150)
@given(data=st.data(), truth=truths)
def test_any_way_of_writing_a_genotype(
    data: st.DataObject, truth: tuple[str, str], call: CallRow
) -> None:
    """Joined or split, with 0 or . for the other allele, repeated, in any order, phased or not."""
    rows = data.draw(ways(truth, "0.", [False, True]))
    (cell,) = cells(call("rs2", *rows))

    assert (genotype(truth, phased=cell.phased), CallStatus.CALLED) == (cell.genotype, cell.status)


@settings(deadline=None, max_examples=150)
@given(data=st.data(), truth=truths)
def test_any_way_of_writing_a_genotype_with_stars(
    data: st.DataObject, truth: tuple[str, str], call: CallRow
) -> None:
    """The same with the star for the other allele.

    Heterozygotes with reference are written phased: unphased, a star may be a deletion as well.
    """
    rows = data.draw(ways(truth, "0.*", [True] if truth.count("A") == 1 else [False, True]))
    (cell,) = cells(call("rs2", *rows))

    assert (genotype(truth, phased=cell.phased), CallStatus.CALLED) == (cell.genotype, cell.status)


@settings(deadline=None, max_examples=150)
@given(data=st.data(), truth=truths, phased=st.booleans())
def test_missing_copies_never_become_reference(
    data: st.DataObject, truth: tuple[str, str], *, phased: bool, call: CallRow
) -> None:
    """Whatever copies are blanked, only what the person has is told as known.

    Left out are people with C and T in rows that write 0 for the other allele, unphased: there a
    blanked copy cannot be told from one that another row tells.
    """
    others = "." if set(truth) == {"C", "T"} and not phased else "0."
    rows = data.draw(ways(truth, others, [phased]))
    blanked = []
    for row in rows:
        *fixed, values = row.split()
        separator = "|" if "|" in values else "/"
        kept = ["." if data.draw(st.booleans()) else value for value in values.split(separator)]
        blanked.append(" ".join([*fixed, separator.join(kept)]))
    (cell,) = cells(call("rs2", *blanked))
    known = [base for base in cell.alleles if base != "."]

    assert Counter(known) <= Counter(truth)
    assert {
        0: CallStatus.NO_CALL,
        1: CallStatus.PARTIAL,
        2: CallStatus.CALLED,
    }[len(known)] is cell.status


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
PEOPLE = 4


@st.composite
def any_records(draw: st.DrawFn, pools: Sequence[Sequence[str]]) -> list[Record]:
    """Draw records over rs2 for several people, whatever they say.

    The genotypes of one person are from one of the pools.
    """

    def each(options: Sequence[float]) -> list[float] | None:
        drawn = st.lists(st.sampled_from(options), min_size=PEOPLE, max_size=PEOPLE)
        return draw(st.none() | drawn)

    people = [draw(st.sampled_from(pools)) for _ in range(PEOPLE)]
    records = []
    for row in draw(st.lists(st.sampled_from(sorted(ROWS)), min_size=1, max_size=4)):
        genotypes = []
        for pool in people:
            values = [value for value in pool if ROWS[row] or "1" not in value]
            values += TWO_ALTS if ROWS[row] == 2 and pool is not HAPLOID else []
            genotypes.append(draw(st.sampled_from(values)))
        sets = each([-1, 7, 8])
        records.append(
            record(
                " ".join([row, *genotypes]),
                end=240 if "1 150" in row else None,
                filters=draw(st.sampled_from([("PASS",), ("LowQual",), ()])),
                gq=each([0, 9, 10, 50, NAN]),
                dp=each([3, 20, NAN]),
                ps=None if sets is None else [int(number) for number in sets],
            )
        )
    return records


def one_sample(whole: Record, number: int) -> Record:
    """Return a record with one of its samples."""
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
def test_all_samples_at_once_as_one_by_one(records: list[Record], call: CallRow) -> None:
    whole = call("rs2", *records, min_dp=8)
    apart = [
        call("rs2", *(one_sample(item, number) for item in records), min_dp=8)
        for number in range(PEOPLE)
    ]

    assert [cells(site)[0] for site in apart] == cells(whole)
    for name in ("gq", "dp", "phase_set"):
        parts = [getattr(site, name) for site in apart]
        together = getattr(whole, name)
        if together is None:
            assert [None] * PEOPLE == parts
        else:
            np.testing.assert_array_equal(np.concatenate(parts), together)


@settings(deadline=None, max_examples=100)
@given(records=any_records([[*DIPLOID, *HAPLOID]]), data=st.data())
def test_order_of_records_does_not_matter(
    records: list[Record], data: st.DataObject, call: CallRow
) -> None:
    order = data.draw(st.permutations(records))

    assert words(call("rs2", *records)) == words(call("rs2", *order))


@settings(deadline=None, max_examples=200)
@given(records=any_records([DIPLOID, HAPLOID]))
def test_status_says_what_is_known(records: list[Record], call: CallRow) -> None:
    """Only known bases are called, and reference only as often as some row states it."""
    stated = np.zeros(PEOPLE, np.int64)
    for item in records:
        stated = np.maximum(stated, (item.alleles == 0).sum(axis=1))
    for cell, zeros in zip(cells(call("rs2", *records)), stated.tolist(), strict=True):
        known = [base for base in cell.alleles if base in BASES]
        if cell.status is CallStatus.CALLED:
            assert 2 == len(cell.alleles) == len(known)
            assert known.count("A") <= zeros
        elif cell.status is CallStatus.PARTIAL:
            assert 1 == len(known)
            assert set(cell.alleles) <= {known[0], "."}
            assert known.count("A") <= zeros
        elif cell.status is CallStatus.NO_CALL:
            assert {"."} == set(cell.alleles)
        elif cell.status is CallStatus.UNKNOWN_ALLELE:
            assert set(cell.alleles) - set(BASES) - {"."}
