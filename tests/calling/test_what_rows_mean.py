"""What a row says of the bases at a locus, and what it does not say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

import pgx_ana
from pgx_ana.errors import InputError

MakeVcf = Callable[..., Path]
Bgzip = Callable[[Path], Path]
Ask = Callable[..., str]

LEN = '##FORMAT=<ID=LEN,Number=1,Type=Integer,Description="Length of the block">'


def answer(
    *paths: Path, kb: Path, variant: str, sample: str = "S1", same_person: bool = False
) -> str:
    """Return status and genotype of a variant, as ``called A/C``."""
    table = pgx_ana.annotate(list(paths), kb=kb, same_person=same_person).calls
    row = table[(table["variant"] == variant) & (table["sample"] == sample)].iloc[0]
    return f"{row['status']} {row['genotype']}".replace(" nan", "").replace(" <NA>", "")


@pytest.fixture
def ask(make_vcf: MakeVcf, toy_directory: Path) -> Ask:
    """Return a function that calls a variant in a file: ask(rows, "rs1", fmt=...)."""

    def called(rows: Sequence[str], variant: str, *, sample: str = "S1", **file: object) -> str:
        path = make_vcf(rows, **file)
        return answer(path, kb=toy_directory, variant=variant, sample=sample)

    return called


SEGMENTS = {
    "gCNV": ("N .", "GT:CN:NP:QA:QS:QSE:QSS", "0/0:2:9:9:99:9:9"),
    "Canvas": ("N .", "GT:RC:BC:CN", "./.:90:10:2"),
    "DRAGEN": ("N .", "GT:SM:CN:BC:PE", "./.:1.0:2:100:0,0"),
    "DRAGEN ASCN": ("N .", "GT:AS:BC:CN:CNF:MCN", "./.:2:10:2:2.0:1"),
    "CNVkit": ("N .", "GT:GQ:CN", "0/0:50:2"),
    "REF of a base": ("G .", "GT:CN", "0/0:2"),
    "DRAGEN, GT alone": ("N .", "GT", "0/0"),
    "<NON_REF>": ("N <NON_REF>", "GT:CN", "0/0:2"),
    "<DEL>": ("N <DEL>", "GT:CN", "0/0:2"),
    "<DEL> not called": ("N <DEL>", "GT:CN", "./.:."),
    "<DUP> not called": ("N <DEL>,<DUP>", "GT:CN:CNQ", "./.:2:9"),
    "<CNV>": ("N <CNV>", "GT:CN", "0/0:2"),
    "<CN2>": ("N <CN2>", "GT:CN", "0/0:2"),
}


@pytest.mark.parametrize(("alleles", "fmt", "values"), SEGMENTS.values(), ids=SEGMENTS)
@pytest.mark.parametrize("start", [20, 100])
def test_a_segment_that_counts_copies(
    ask: Ask,
    make_vcf: MakeVcf,
    toy_directory: Path,
    alleles: str,
    fmt: str,
    values: str,
    start: int,
) -> None:
    """It is no evidence alone, beside an SNV row, or as a second file, wherever it begins."""
    segment = f"1 {start} {alleles} {values}"
    info = {0: "END=900;REFLEN=881" if fmt == "GT" else "END=900"}
    assert "absent" == ask([segment], "rs1", fmt=fmt, info=info)
    path = make_vcf([segment], fmt=fmt, info=info, name="segments.vcf")
    snv = make_vcf(["1 100 A C 0/1"], name="snv.vcf")
    for order in ([path, snv], [snv, path]):
        assert "called A/C" == answer(*order, kb=toy_directory, variant="rs1")
    padding = ":".join("." for _ in fmt.split(":")[1:])
    row = f"1 100 A C 0/1:{padding}".rstrip(":")
    assert "called A/C" == ask([segment, row], "rs1", fmt=fmt, info=info)


@pytest.mark.parametrize(
    ("row", "fmt", "expected"),
    [
        ("1 20 N <DEL> 0/1:1", "GT:CN", "not_assessable */."),
        ("1 20 N <DEL> 1/1:0", "GT:CN", "not_assessable */*"),
        ("1 20 N <DUP> ./1:3", "GT:CN", "not_assessable ./."),
        ("1 20 N <NON_REF> 0/0:50", "GT:GQ", "called A/A"),
        ("1 20 N <NON_REF> 0/0", "GT", "called A/A"),
        ("1 100 C <NON_REF> 0/0:50", "GT:GQ", "mismatch"),
        ("1 100 N <NON_REF> 0/0:50", "GT:GQ", "mismatch"),
        ("1 100 G . 0/0:50", "GT:GQ", "mismatch"),
        ("1 100 A . 0/0:50", "GT:GQ", "called A/A"),
    ],
)
def test_rows_that_are_no_silent_segments(ask: Ask, row: str, fmt: str, expected: str) -> None:
    assert expected == ask([row], "rs1", fmt=fmt, info={0: "END=900"})


OVERLAPPING = {
    "a weak block within a wide one": ["1 20 G <NON_REF> 0/0:90", "1 90 G <NON_REF> 0/0:0"],
    "a strong block within a weak one": ["1 20 G <NON_REF> 0/0:0", "1 90 G <NON_REF> 0/0:90"],
    "a block before the locus": ["1 20 G <*> 0/0:90", "1 60 G <*> 0/0:40"],
    "a block behind the locus": ["1 20 G <*> 0/0:90", "1 160 G <*> 0/0:40"],
    "a row of one base": ["1 20 G <*> 0/0:90", "1 99 G . 0/0:40"],
    "a block without a call": ["1 20 G <*> 0/0:90", "1 99 G <*> ./.:0"],
}


@pytest.mark.parametrize("rows", OVERLAPPING.values(), ids=OVERLAPPING)
@pytest.mark.parametrize("indexed", [False, True], ids=["one pass", "index"])
@pytest.mark.usefixtures("index_small_files")
def test_blocks_of_one_sample_that_overlap(
    make_vcf: MakeVcf, bgzip: Bgzip, toy_directory: Path, rows: Sequence[str], *, indexed: bool
) -> None:
    second = int(rows[1].split()[1])
    info = {0: "END=800", 1: f"END={second + 10}"}
    path = make_vcf(rows, fmt="GT:GQ", info=info if " . " not in rows[1] else {0: "END=800"})
    with pytest.raises(InputError, match=rf"{second} is within the reference block from 20 to its"):
        answer(bgzip(path) if indexed else path, kb=toy_directory, variant="rs1")


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (["1 20 G <*> 0/0:90 ./.:.", "1 90 G <*> ./.:. 0/0:70"], ["called A/A", "called A/A"]),
        (["1 20 G <*> 0/0:90 0/0:9", "1 121 G <*> 0/0:20 0/0:70"], ["called A/A", "filtered A/A"]),
        (["1 20 G <*> 0/0:90 0/0:80"] * 2, ["called A/A", "called A/A"]),
        (["1 20 N . 0/0:. 0/0:.", "1 90 G <*> 0/0:20 0/0:70"], ["called A/A", "called A/A"]),
        (["1 20 G <*> 0/0:90 0/0:9", "1 100 A C 0/1:20 0/1:70"], ["called A/C", "called A/C"]),
    ],
    ids=["other samples", "adjacent", "repeated", "a segment", "a variant"],
)
def test_blocks_that_may_overlap(ask: Ask, rows: Sequence[str], expected: list[str]) -> None:
    info = {0: "END=120", 1: "END=300" if "C 0/1" not in rows[1] else "."}
    if rows[0] == rows[1]:
        info[1] = info[0]
    fmt = "GT:CN" if " N " in rows[0] else "GT:GQ"
    if fmt == "GT:CN":
        rows, info = [rows[0], "1 100 A C 0/0:. 0/0:."], {0: "END=120"}
    calls = [
        ask(rows, "rs1", fmt=fmt, info=info, samples=["S1", "S2"], sample=name)
        for name in ("S1", "S2")
    ]
    assert expected == calls


@pytest.mark.parametrize(
    ("row", "info", "expected"),
    [
        ("1 50 G <*> 0/0:50:51 0/0:50:50", ".", ["called A/A", "absent"]),
        ("1 50 G <*> 0/0:50:. 0/0:50:900", ".", ["absent", "called A/A"]),
        ("1 50 G <*> 0/0:50:. 0/0:50:20", "END=120", ["called A/A", "absent"]),
        ("1 50 G <*> 0/0:50:60 ./.:50:20", "END=60", ["called A/A", "absent"]),
        ("1 50 G <NON_REF> 0/0:3:60 0/0:50:60", ".", ["filtered A/A", "called A/A"]),
        ("1 100 A <*> 0/0:50:1 0/0:50:9", ".", ["called A/A", "called A/A"]),
        ("1 50 G <*> 0/0:50:20 0/0:50:.", ".", ["absent", "absent"]),
    ],
)
@pytest.mark.parametrize("indexed", [False, True], ids=["one pass", "index"])
@pytest.mark.usefixtures("index_small_files")
def test_the_length_of_a_block_in_each_sample(
    make_vcf: MakeVcf,
    bgzip: Bgzip,
    toy_directory: Path,
    row: str,
    info: str,
    expected: list[str],
    *,
    indexed: bool,
) -> None:
    path = make_vcf(
        [row], fmt="GT:GQ:LEN", info={0: info}, samples=["S1", "S2"], extra_header=[LEN]
    )
    path = bgzip(path) if indexed else path
    assert expected == [
        answer(path, kb=toy_directory, variant="rs1", sample=name) for name in ("S1", "S2")
    ]


WITHOUT_READS = {
    "PL all 0": ("GT:PL", "0/0:0,0,0"),
    "PL all equal": ("GT:PL", "0/0:7,7,7"),
    "PL of two close genotypes": ("GT:PL", "0/0:0,9,90"),
    "GL all 0": ("GT:GL", "0/0:0,0,0"),
    "GL all equal": ("GT:GL", "0/0:-0.48,-0.48,-0.48"),
    "GQ missing, PL all 0": ("GT:GQ:PL", "0/0:.:0,0,0"),
    "GQ omitted at the end, PL all 0": ("GT:PL:GQ", "0/0:0,0,0"),
    "GQ in front missing, PL all 0": ("GQ:GT:PL", ".:0/0:0,0,0"),
    "DP omitted at the end, AD all 0": ("GT:AD:DP", "0/0:0,0"),
    "AD all 0": ("GT:AD", "0/0:0,0"),
    "AD of REF alone": ("GT:AD", "0/0:0"),
    "DP missing, AD all 0": ("GT:DP:AD", "0/0:.:0,0"),
    "RO and AO 0": ("GT:RO:AO", "0/0:0:0"),
    "NR and NV 0": ("GT:NR:NV", "0/0:0:0"),
    "AD 0 beside PL": ("GT:AD:PL", "0/0:0,0:0,30,300"),
    "DP 0": ("GT:DP", "0/0:0"),
    "GQ 0": ("GT:GQ", "0/0:0"),
}
WITH_READS = {
    "PL": ("GT:PL", "0/0:0,30,300"),
    "PL of one genotype": ("GT:PL", "0/0:0"),
    "GL": ("GT:GL", "0/0:0,-3,-30"),
    "GL of one possible genotype": ("GT:GL", "0/0:0,-inf,-inf"),
    "AD": ("GT:AD", "0/0:20,0"),
    "AD missing": ("GT:AD", "0/0:.,."),
    "AD no number": ("GT:AD", "0/0:x,y"),
    "PL no number": ("GT:PL", "0/0:0,b,c"),
    "RO and AO": ("GT:RO:AO", "0/0:20:0"),
    "NR and NV": ("GT:NR:NV", "0/0:20:0"),
    "GQ before PL": ("GT:GQ:PL", "0/0:40:0,3,30"),
    "DP before AD": ("GT:DP:AD", "0/0:20:0,0"),
}


@pytest.mark.parametrize(("fmt", "values"), WITHOUT_READS.values(), ids=WITHOUT_READS)
def test_a_genotype_without_reads(ask: Ask, fmt: str, values: str) -> None:
    assert "filtered A/A" == ask([f"1 100 A C {values}"], "rs1", fmt=fmt)


@pytest.mark.parametrize(("fmt", "values"), WITH_READS.values(), ids=WITH_READS)
def test_a_genotype_with_reads(ask: Ask, fmt: str, values: str) -> None:
    assert "called A/A" == ask([f"1 100 A C {values}"], "rs1", fmt=fmt)


def test_info_without_reads(ask: Ask) -> None:
    row = "1 100 A . 0/0:0"
    assert "filtered A/A" == ask([row], "rs1", fmt="GT:PL", info={0: "DP=0"})
    assert "called A/A" == ask([row], "rs1", fmt="GT:PL", info={0: "DP=30;XDP=0"})
    assert "called A/A" == ask(["1 100 A C 0/0:30"], "rs1", fmt="GT:DP", info={0: "DP=0"})


def test_quality_and_depth_are_those_of_each_sample(make_vcf: MakeVcf, toy_directory: Path) -> None:
    rows = ["1 100 A C 0/1:.:40,0,50:.:3,4 0/0:60:0,2,9:20:0,0 0/1:.:.:.:. 1:.:35,0:.:5"]
    path = make_vcf(rows, fmt="GT:GQ:PL:DP:AD", samples=["S1", "S2", "S3", "S4"])
    table = pgx_ana.annotate(path, kb=toy_directory).calls
    table = table[table["variant"] == "rs1"].fillna({"gq": -1, "dp": -1})
    assert [40, 60, -1, 35] == table["gq"].tolist()
    assert [7, 20, -1, 5] == table["dp"].tolist()


UNLIKE_OTHERS = {
    "likelihoods": ("GT:PL", "0/0:0,0,0", "0/1:a,b"),
    "likelihoods behind no GQ": ("GT:PL:GQ", "0/0:0,0,0", "0/1:10,0,30:."),
    "reads": ("GT:AD", "0/0:0,0", "0/1:x,y"),
    "reads before DP": ("GT:AD:DP", "0/0:0,0", "0/1:5,5:."),
}


@pytest.mark.parametrize(("fmt", "values", "others"), UNLIKE_OTHERS.values(), ids=UNLIKE_OTHERS)
def test_reads_of_one_sample_whatever_others_have(
    make_vcf: MakeVcf, toy_directory: Path, fmt: str, values: str, others: str
) -> None:
    path = make_vcf([f"1 100 A C {values} {others}"], fmt=fmt, samples=["S1", "S2"])
    alone = make_vcf([f"1 100 A C {values}"], fmt=fmt, samples=["S1"], name="1.vcf")
    other = make_vcf([f"1 100 A C {others}"], fmt=fmt, samples=["S2"], name="2.vcf")
    for paths, samples in ((path, ()), (path, "S1"), (alone, ()), ([alone, other], ())):
        table = pgx_ana.annotate(paths, samples=samples, kb=toy_directory).calls
        is_first = (table["variant"] == "rs1") & (table["sample"] == "S1")
        assert ["filtered"] == table[is_first]["status"].tolist()


IMPUTED = {
    "certain": ("0|0", "0.02", "0.01,0.01", "0.98,0.02,0"),
    "Minimac4, uncertain": ("0|0", "0.695", "0.212,0.483", "0.407,0.490,0.102"),
    "uncertain heterozygote": ("0|1", "0.7", "0.1,0.6", "0.36,0.58,0.06"),
    "certain heterozygote": ("0|1", "1.01", "0.02,0.99", "0.01,0.97,0.02"),
    "near the threshold": ("0|0", "0.101", "0.05,0.051", "0.9016,0.0959,0.0026"),
    "GT against DS": ("1|1", "0.1", "0.05,0.05", "0.9025,0.095,0.0025"),
}


@pytest.mark.parametrize(("gt", "ds", "hds", "gp"), IMPUTED.values(), ids=IMPUTED)
def test_one_answer_whichever_fields_a_person_has(
    ask: Ask, gt: str, ds: str, hds: str, gp: str
) -> None:
    given = {"GT": gt, "DS": ds, "HDS": hds, "GP": gp}
    choices = [["GT", "DS"], ["GT", "DS", "HDS"], ["GT", "DS", "HDS", "GP"], ["GT", "DS", "GP"]]
    answers = [
        ask([f"1 100 A C {':'.join(given[name] for name in names)}"], "rs1", fmt=":".join(names))
        for names in choices
    ]
    assert 1 == len(set(answers)), answers
    alone = ask([f"1 100 A C {ds}"], "rs1", fmt="DS")
    if gt != "1|1":
        assert ("called" in answers[0]) == ("called" in alone)


def test_imputed_without_probabilities(ask: Ask) -> None:
    row = "1 100 A C 0|1"
    assert "filtered A|C" == ask([row], "rs1", info={0: "DR2=0.4;IMP"})
    assert "filtered A|C" == ask([row], "rs1", info={0: "IMPUTED;R2=0.4"})
    assert "called A|C" == ask([row], "rs1", info={0: "TYPED;R2=0.99;ER2=0.9"})
    assert "called A|C" == ask([row], "rs1", info={0: "DR2=1;XIMP"})


FAILED = {
    "<DEL>": "1 20 N <DEL> 0/1",
    "<DEL> of both copies": "1 20 N <DEL> 1/1",
    "<DUP>": "1 20 N <DUP> 0/1",
    "<CNV>": "1 20 N <CNV> 0/1",
    "sequence": "1 98 GGAG G 0/1",
}


@pytest.mark.parametrize("row", FAILED.values(), ids=FAILED)
def test_a_structural_row_that_failed(ask: Ask, row: str) -> None:
    """It asserts nothing beside a row that passed, and is filtered alone."""
    info = {0: "END=900"} if "<" in row else {}
    rows = [row, "1 100 A C 0/1"]
    row_only = ask([row], "rs1", info=info, filters={0: "LowQual"})
    assert "filtered" == row_only.split()[0]
    assert "called A/C" == ask(rows, "rs1", info=info, filters={0: "LowQual"})
    assert "filtered" == ask(rows, "rs1", info=info, filters={0: "x", 1: "y"}).split()[0]
    assert "called A/C" != ask(rows, "rs1", info=info)


@pytest.mark.parametrize("name", ["PASS", "pass", "Pass", "RefCall", "refCall", "REFCALL", "."])
def test_names_of_passing_filters(ask: Ask, name: str) -> None:
    assert "called A/A" == ask(["1 100 A . 0/0"], "rs1", filters={0: name})


@pytest.mark.parametrize("name", ["RefCallX", "failed", "PASS;LowQual", "0"])
def test_names_of_other_filters(ask: Ask, name: str) -> None:
    assert "filtered A/A" == ask(["1 100 A . 0/0"], "rs1", filters={0: name})


BESIDE_INDEL = {
    "<*> begins behind the anchor": ("1 402 T <*> 0/0", "END=450", "rs4", "absent"),
    "<NON_REF> begins behind the anchor": ("1 402 T <NON_REF> 0/0", "END=450", "rs4", "absent"),
    "<*> beside an SNV": ("1 401 G A,<*> 0/1", ".", "rs5", "absent"),
    "<*> over it": ("1 390 G <*> 0/0", "END=450", "rs4", "called G/G"),
    "<DUP> at it": ("1 401 G <DUP> 0/0", "END=450", "rs4", "absent"),
    "<DUP> over it": ("1 390 G <DUP> 0/0", "END=450", "rs4", "absent"),
    "<CN2>": ("1 400 G <CN2> 0/0", "END=450", "rs4", "absent"),
    "<DEL>": ("1 401 G <DEL> 0/0", "END=450", "rs4", "absent"),
    "<INS>": ("1 401 G <INS> 0/0", ".", "rs4", "absent"),
    "<INS> that a person has": ("1 401 G <INS> 0/1", ".", "rs4", "unknown_allele G/<INS>"),
    "<INS> elsewhere": ("1 408 C <INS> 0/1", ".", "rs4", "absent"),
    "another indel, 0/0": ("1 407 CC C 0/0", ".", "rs4", "absent"),
    "another indel, 0/1": ("1 407 CC C 0/1", ".", "rs4", "absent"),
    "another insertion, 0/1": ("1 408 C CA 0/1", ".", "rs4", "absent"),
    "longer tract, 0/0": ("1 401 G GTT 0/0", ".", "rs4", "called G/G"),
    "longer tract, 0/1": ("1 401 G GTT 0/1", ".", "rs4", "unknown_allele G/->TT"),
    "base into the tract": ("1 403 T TA 0/1", ".", "rs4", "unknown_allele G/->A"),
    "unit less": ("1 501 GCACA G 0/1", ".", "rs5", "unknown_allele GCA/CACA>-"),
    "behind the tract": ("1 509 T TAA 0/1", ".", "rs5", "absent"),
}


@pytest.mark.parametrize(
    ("row", "info", "variant", "expected"), BESIDE_INDEL.values(), ids=BESIDE_INDEL
)
def test_only_evidence_of_an_indel_counts(
    ask: Ask, row: str, info: str, variant: str, expected: str
) -> None:
    assert expected == ask([row], variant, info={0: info})


@pytest.mark.parametrize(
    "neighbour",
    ["1 402 T <NON_REF> 0|0:3:1:7", "1 407 CC C 0|1:3:1:7", "1 404 T G 0|1:3:1:7"],
    ids=["block", "indel", "SNV"],
)
def test_an_indel_has_its_own_quality(
    make_vcf: MakeVcf, toy_directory: Path, neighbour: str
) -> None:
    path = make_vcf(
        ["1 401 G GT 1/1:50:30:.", neighbour],
        fmt="GT:GQ:DP:PS",
        info={1: "END=450"} if "NON_REF" in neighbour else {},
        filters={0: "PASS", 1: "LowQual"},
    )
    table = pgx_ana.annotate(path, kb=toy_directory).calls
    row = table[table["variant"] == "rs4"].iloc[0]
    assert ("GT/GT", "called", 50, 30, "PASS") == tuple(
        row[["genotype", "status", "gq", "dp", "filter"]]
    )


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (["1 200 A . 0|0", "1 200 A C 1|1"], "called C|C"),
        (["1 200 A . 0/0", "1 200 A T 0/1"], "called A/T"),
        (["1 200 A C 0/1", "1 200 A . 0/0"], "called A/C"),
        (["1 200 A . 0/0", "1 200 A . 0/0"], "called A/A"),
    ],
)
def test_a_split_row_whose_allele_was_trimmed(ask: Ask, rows: Sequence[str], expected: str) -> None:
    assert expected == ask(rows, "rs2")


def test_a_block_is_no_trimmed_row(ask: Ask) -> None:
    rows = ["1 200 A . 0/0", "1 200 A C 1/1"]
    assert "mismatch ./." == ask(rows, "rs2", info={0: "END=230"})


STRUCTURAL = {
    "a deleted copy": ("1 20 N <DEL> 0/1", "END=900", ["1 100 A C 0/1"]),
    "a deleted copy, homozygous": ("1 20 N <DEL> 0/1", "END=900", ["1 100 A C 1/1"]),
    "both copies deleted": ("1 20 N <DEL> 1/1", "END=900", ["1 300 T C 0/1"]),
    "another number of copies": ("1 20 N <CNV> 0/1", "END=900", ["1 100 A C 0/1"]),
    "not called": ("1 20 N <DEL> ./.", "END=900", ["1 100 A C 0/1"]),
    "not carried": ("1 20 N <DEL> 0/0", "END=900", ["1 100 A C 0/1"]),
    "a deletion by sequence": ("1 97 TGGAG T 0/1", ".", ["1 100 A C 0/1"]),
}


@pytest.mark.parametrize(("row", "info", "others"), STRUCTURAL.values(), ids=STRUCTURAL)
def test_two_files_of_one_person_are_as_one(
    make_vcf: MakeVcf, toy_directory: Path, row: str, info: str, others: list[str]
) -> None:
    together = make_vcf([row, *others], info={0: info}, name="together.vcf")
    snv = make_vcf(others, name="snv.vcf")
    sv = make_vcf([row], info={0: info}, name="sv.vcf")
    for variant in ("rs1", "rs3"):
        expected = answer(together, kb=toy_directory, variant=variant)
        for order in ([snv, sv], [sv, snv]):
            assert expected == answer(*order, kb=toy_directory, variant=variant, same_person=True)


def test_structural_rows_of_some_samples(make_vcf: MakeVcf, toy_directory: Path) -> None:
    snv = make_vcf(["1 100 A C 0/1 0/1 1/1"], samples=["S1", "S2", "S3"], name="snv.vcf")
    row = "1 20 N <DEL> 1/1 0/1 0/0"
    sv = make_vcf([row], info={0: "END=900"}, samples=["S4", "S3", "S1"], name="sv.vcf")
    calls = {
        name: answer(snv, sv, kb=toy_directory, variant="rs1", sample=name)
        for name in ("S1", "S2", "S3", "S4")
    }
    assert {
        "S1": "called A/C",
        "S2": "called A/C",
        "S3": "unknown_allele C/*",
        "S4": "not_assessable */*",
    } == calls


def test_files_with_bases_still_must_agree(make_vcf: MakeVcf, toy_directory: Path) -> None:
    one = make_vcf(["1 100 A . 0/0"], name="one.vcf")
    two = make_vcf(["1 100 A C 0/1"], name="two.vcf")
    with pytest.raises(InputError, match="disagree on rs1"):
        answer(one, two, kb=toy_directory, variant="rs1", same_person=True)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (["GCA * ./.", "GCA <DEL> ./."], "no_call ./."),
        (["GCA * ./.", "GCA <CN0> ./."], "no_call ./."),
        (["GCA * ./.", "GCA . ./."], "no_call ./."),
        (["GCA * .|.", "GCA <DEL> .|.", "GCA G .|."], "no_call .|."),
        (["GCA * 0/.", "GCA <DEL> ./."], "partial GCA/."),
        (["GCA * ./.", "GCA G 0/1"], "partial G/."),
        (["GCA * 0/.", "GCA G 0/1"], "called GCA/G"),
        (["GCA * 0/0", "GCA <DEL> ./."], "called GCA/GCA"),
    ],
)
def test_a_missing_copy_may_be_deleted(ask: Ask, rows: Sequence[str], expected: str) -> None:
    """What is missing in every row is not reference because nothing else is listed."""
    made = [f"1 501 {row}" for row in rows]
    info = {number: "END=560" for number, row in enumerate(rows) if "<" in row}
    assert expected == ask(made, "rs5", info=info)
