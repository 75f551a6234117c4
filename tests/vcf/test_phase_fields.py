"""Phase sets with numbers and names (PS, PSL), and the probability of a phase (PP, PQ, PSQ).

Two heterozygous sites decide between *1/*4 (in cis) and *2/*3 (in trans) of the toy star alleles.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Hashable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from helpers.fixture_types import Bcftools, MakeVcf, Run
from helpers.paths import TOY, TOY_HAPLOTYPES
from helpers.vcf_text import VCF_COLUMNS

import pgx_ana
from pgx_ana.errors import UsageError
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.model import CallOptions
from pgx_ana.pipeline import Request, call

PS_TEXT = "PS 1 String"
PP = "PP 1 Float"
POSTERIORS = "PP G Integer"
PQ = "PQ 1 Integer"
PSL = "PSL . String"
PSQ = "PSQ . Integer"
CIS, TRANS, OPEN = "*1/*4", "*2/*3", "*1/*4;*2/*3"

SPELLINGS = {
    "PP: certain": (PP, "GT:PP 0|1:1 0|1:1", CIS),
    "PP: in trans": (PP, "GT:PP 0|1:1 1|0:0.95", TRANS),
    "PP: even": (PP, "GT:PP 0|1:1 0|1:0.5", OPEN),
    "PP: even, first site": (PP, "GT:PP 0|1:0.5 0|1:1", OPEN),
    "PP: below the minimum": (PP, "GT:PP 0|1:0.95 0|1:0.899", OPEN),
    "PP: at the minimum": (PP, "GT:PP 0|1:0.9 0|1:0.9", CIS),
    "PP: zero": (PP, "GT:PP 0|1:1 0|1:0", OPEN),
    "PP: missing": (PP, "GT:PP 0|1:. 0|1:0.99", CIS),
    "PP: missing at the end": (PP, "GT:PP 0|1 0|1", CIS),
    "PP: of any number of values": ("PP . Float", "GT:PP 0|1:1 0|1:0.5", OPEN),
    "PP: in exponent notation": (PP, "GT:PP 0|1:1e0 0|1:5e-1", OPEN),
    "PP: with a phase set": (PP, "GT:PS:PP 0|1:7:0.99 0|1:7:0.6", OPEN),
    "PP: posteriors": (POSTERIORS, "GT:PP 0|1:40,0,50 0|1:30,0,99", CIS),
    "PP: posteriors of low confidence": (POSTERIORS, "GT:PP 0|1:1,0,1 0|1:0,0,0", CIS),
    "PP: posteriors without their values": (POSTERIORS, "GT:PP 0|1:0 0|1:0", CIS),
    "PP: posteriors of alleles": ("PP R Float", "GT:PP 0|1:0.5 0|1:0.5", CIS),
    "PP: three values": (PP, "GT:PP 0|1:0.1,0.8,0.1 0|1:0,1,0", CIS),
    "PP: counts of reads": ("PP 1 Integer", "GT:PP 0|1:0 0|1:1", CIS),
    "PP: no probability": (PP, "GT:PP 0|1:37.5 0|1:2", CIS),
    "PP: negative": (PP, "GT:PP 0|1:-0.1 0|1:-3", CIS),
    "PQ: high": (PQ, "GT:PQ 0|1:30 1|0:99", TRANS),
    "PQ: low": (PQ, "GT:PQ 0|1:30 0|1:9", OPEN),
    "PQ: at the minimum": (PQ, "GT:PQ 0|1:10 0|1:10", CIS),
    "PQ: zero": (PQ, "GT:PQ 0|1:0 0|1:0", OPEN),
    "PQ: missing": (PQ, "GT:PQ 0|1:. 0|1", CIS),
    "PQ: out of range": (PQ, "GT:PQ 0|1:-2147483640 0|1:2147483647", OPEN),
    "PQ: with decimals": ("PQ 1 Float", "GT:PQ 0|1:9.9 0|1:80.5", OPEN),
    "PQ: with a phase set": (PQ, "GT:PS:PQ 0|1:7:100 0|1:7:3", OPEN),
    "PQ: with PP": (f"{PP}|{PQ}", "GT:PP:PQ 0|1:1:99 0|1:1:3", OPEN),
    "PSL: one name": (PSL, "GT:PSL 0|1:a,a 0|1:a,a", CIS),
    "PSL: one name, in trans": (PSL, "GT:PSL 0|1:a,a 1|0:a,a", TRANS),
    "PSL: two names": (PSL, "GT:PSL 0|1:a,a 0|1:b,b", OPEN),
    "PSL: names that differ in case": (PSL, "GT:PSL 0|1:a,a 0|1:A,A", OPEN),
    "PSL: a name per copy": (PSL, "GT:PSL 0|1:a,b 0|1:a,b", CIS),
    "PSL: a name per copy, both in other order": (PSL, "GT:PSL 0|1:a,b 1|0:b,a", CIS),
    "PSL: a name per copy, names in other order": (PSL, "GT:PSL 0|1:b,a 0|1:a,b", TRANS),
    "PSL: a name per copy, other names": (PSL, "GT:PSL 0|1:a,b 0|1:c,d", OPEN),
    "PSL: names with positions": (PSL, "GT:PSL 0|1:1*100*1,1*100*2 0|1:1*100*1,1*100*2", CIS),
    "PSL: numbers": (PSL, "GT:PSL 0|1:7,7 0|1:7,7", CIS),
    "PSL: one value": (PSL, "GT:PSL 0|1:a 0|1:a", CIS),
    "PSL: a name for one copy": (PSL, "GT:PSL 0|1:.,a 0|1:.,a", CIS),
    "PSL: a name for one copy, in other order": (PSL, "GT:PSL 0|1:.,a 1|0:a,.", CIS),
    "PSL: a name for one copy, names in other order": (PSL, "GT:PSL 0|1:.,a 0|1:a,.", TRANS),
    "PSL: missing at one site": (PSL, "GT:PSL 0|1:a,a 0|1:.", OPEN),
    "PSL: missing": (PSL, "GT:PSL 0|1:.,. 0|1:.", OPEN),
    "PSL: missing at the end": (PSL, "GT:PSL 0|1 0|1", OPEN),
    "PSL: unphased": (PSL, "GT:PSL 0/1:a,a 0|1:a,a", OPEN),
    "PSL: beside PS": (PSL, "GT:PS:PSL 0|1:7:. 0|1:7:.", CIS),
    "PSL: not the set of PS": (PSL, "GT:PS:PSL 0|1:7:. 0|1:.:7,7", OPEN),
    "PSL: of more copies": (PSL, "GT:PSL 0|1:a,a,a 0|1:a,a,a", OPEN),
    "PSO: has no bearing": (f"{PSL}|PSO . Integer", "GT:PSL:PSO 0|1:a,a:1,2 0|1:a,a:3,4", CIS),
    "PSQ: high": (f"{PSL}|{PSQ}", "GT:PSL:PSQ 0|1:a,a:30,30 0|1:a,a:10,99", CIS),
    "PSQ: low": (f"{PSL}|{PSQ}", "GT:PSL:PSQ 0|1:a,a:30,30 0|1:a,a:30,3", OPEN),
    "PSQ: missing": (f"{PSL}|{PSQ}", "GT:PSL:PSQ 0|1:a,a:.,. 0|1:a,a:.", CIS),
    "PSQ: of one copy": (f"{PSL}|{PSQ}", "GT:PSL:PSQ 0|1:.,a:.,2 0|1:.,a:.,50", OPEN),
    "PS: one number": ("", "GT:PS 0|1:7 0|1:7", CIS),
    "PS: two numbers": ("", "GT:PS 0|1:7 0|1:8", OPEN),
    "PS: missing": ("", "GT:PS 0|1:. 0|1:.", CIS),
    "PS: missing at one site": ("", "GT:PS 0|1:7 0|1:.", OPEN),
    "PS: one name": (PS_TEXT, "GT:PS 0|1:PATMAT 1|0:PATMAT", TRANS),
    "PS: two names": (PS_TEXT, "GT:PS 0|1:PATMAT 0|1:block2", OPEN),
    "PS: a name and a number": (PS_TEXT, "GT:PS 0|1:87500000 0|1:PATMAT", OPEN),
    "PS: a name and none": (PS_TEXT, "GT:PS 0|1:PATMAT 0|1:.", OPEN),
    "PS: no number as text": (PS_TEXT, "GT:PS 0|1:. 0|1:.", CIS),
    "PS: a number as text": (PS_TEXT, "GT:PS 0|1:7 0|1:07", CIS),
    "PS: GATK names": (PS_TEXT, "GT:PS 0|1:100_A_C 0|1:100_A_C", CIS),
    "PS: GATK names that differ": (PS_TEXT, "GT:PS 0|1:100_A_C 0|1:200_A_C", OPEN),
    "PS: long numbers": (PS_TEXT, f"GT:PS 0|1:{'9' * 30} 0|1:{'9' * 30}", CIS),
    "PS: long numbers that differ": (PS_TEXT, f"GT:PS 0|1:{'9' * 30} 0|1:{'9' * 29}8", OPEN),
    "PS: numbers beyond 32 bits": (PS_TEXT, "GT:PS 0|1:4294967296 0|1:4294967297", OPEN),
    "PS: one negative number": ("", "GT:PS 0|1:-5 0|1:-5", CIS),
    "PS: negative numbers that differ": ("", "GT:PS 0|1:-5 0|1:-6", OPEN),
    "PS: minus one and none": ("", "GT:PS 0|1:-1 0|1:.", OPEN),
}
"""Declarations, FORMAT with the values at the two sites, and the candidates."""

ABCB1 = {CIS: "C-G-C/T-G-T", TRANS: "T-G-C/C-G-T"}
"""The diplotypes of 1236-2677-3435 where the toy sites have the diplotypes of the keys."""


@pytest.fixture
def write(make_vcf: MakeVcf) -> Callable[..., Path]:
    """Return a writer of the two toy sites in one person, both declared or not."""

    def written(declared: str, text: str, *, name: str = "made.vcf", rs4: str = "0|0") -> Path:
        fmt, first, second = text.split()
        header = [declaration(words) for words in declared.split("|") if words]
        rows = [f"1 100 A C {first}", f"1 200 A C {second}", f"1 401 G GT {rs4}"]
        path = make_vcf(rows, fmt=fmt, extra_header=header, name=name)
        if declared == PS_TEXT:
            integer = '##FORMAT=<ID=PS,Number=1,Type=Integer,Description="phase set">\n'
            path.write_text(path.read_text().replace(integer, ""))
        return path

    return written


def declaration(words: str) -> str:
    name, number, kind = words.split()
    return f'##FORMAT=<ID={name},Number={number},Type={kind},Description="x">'


def star_row(*paths: Path, options: CallOptions | None = None) -> dict[Hashable, Any]:
    result = pgx_ana.annotate(
        paths, kb=[TOY, TOY_HAPLOTYPES], options=options, same_person=len(paths) > 1
    )
    (row,) = result.haplotypes.query("haplotypes == 'AAA-star'").to_dict("records")
    return row


def candidates(row: Mapping[Hashable, Any]) -> tuple[str, str]:
    return row["status"], row["candidates"]


def expected_row(expected: str) -> tuple[str, str]:
    return ("ambiguous" if expected == OPEN else "determined"), expected


@pytest.mark.parametrize("case", SPELLINGS)
def test_spellings(case: str, write: Callable[..., Path]) -> None:
    declared, text, expected = SPELLINGS[case]
    assert expected_row(expected) == candidates(star_row(write(declared, text)))


@pytest.mark.parametrize("case", SPELLINGS)
def test_a_file_and_its_bcf(
    case: str, write: Callable[..., Path], bcftools: Bcftools, tmp_path: Path
) -> None:
    declared, text, expected = SPELLINGS[case]
    packed = tmp_path / "made.bcf"
    bcftools("view", write(declared, text), "-Ob", "-o", packed)
    assert expected_row(expected) == candidates(star_row(packed))


BY_DECLARATION = {
    "PP: posteriors without their values",
    "PP: posteriors of alleles",
    "PP: counts of reads",
}
"""Where a single value between 0 and 1 is something else, only the declaration tells it."""


@pytest.mark.parametrize("case", sorted(SPELLINGS.keys() - BY_DECLARATION))
def test_without_declarations(case: str, write: Callable[..., Path]) -> None:
    _, text, expected = SPELLINGS[case]
    path = write("", text)
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.startswith("##FORMAT")))
    assert expected_row(expected) == candidates(star_row(path))


@pytest.mark.parametrize("case", SPELLINGS)
def test_real_haplotypes(case: str, tmp_path: Path) -> None:
    """ABCB1 1236 and 3435 in the curated knowledge base; 2677 is homozygous."""
    declared, text, expected = SPELLINGS[case]
    fmt, first, second = text.split()
    header = ["##fileformat=VCFv4.4", "##contig=<ID=chr7,length=159345973>"]
    header += [declaration(words) for words in declared.split("|") if words]
    header.append("\t".join([*VCF_COLUMNS, "P1"]))
    rows = (("87509329", "A", "G", first), ("87531302", "A", "C", "1|1"))
    lines = [
        "\t".join(["chr7", pos, ".", ref, alt, ".", "PASS", ".", fmt, value])
        for pos, ref, alt, value in (*rows, ("87550285", "A", "G", second))
    ]
    path = tmp_path / "abcb1.vcf"
    path.write_text("\n".join([*header, *lines]) + "\n")
    result = pgx_ana.annotate(path, genes="ABCB1").haplotypes
    (row,) = result.query("haplotypes == 'ABCB1-1236-2677-3435'").to_dict("records")
    if expected == OPEN:
        assert ("ambiguous", True) == (row["status"], row["candidates"].count("/") == 2)
        assert "phase of rs1128503 and rs1045642" == row["deciding"]
    else:
        assert ("determined", ABCB1[expected]) == (row["status"], row["diplotype"])


SHOWN = {
    "a number": ("", "GT:PS 0|1:7 0|1:8", ["A|C", "A|C"], [7, 8]),
    "no number": ("", "GT:PS 0|1:. 0|1:.", ["A|C", "A|C"], [None, None]),
    "a number as text": (PS_TEXT, "GT:PS 0|1:87500000 0|1:x", ["A|C", "A|C"], [87500000, None]),
    "a number beyond 32 bits": (
        *(PS_TEXT, "GT:PS 0|1:4294967296 0|1:x", ["A|C", "A|C"]),
        [4294967296, None],
    ),
    "a negative number": ("", "GT:PS 0|1:-5 0|1:7", ["A|C", "A|C"], [None, 7]),
    "a list": (PSL, "GT:PSL 0|1:7,7 1|0:b,a", ["A|C", "A|C"], [None, None]),
    "a list of missing values": (PSL, "GT:PSL 0|1:. 1|1:.", ["A/C", "C|C"], [None, None]),
    "an open phase": (PP, "GT:PS:PP 1|0:7:0.5 1|0:7:1", ["A/C", "C|A"], [None, 7]),
    "homozygous": (PP, "GT:PS:PP 1|1:7:0.5 0|0:7:0.5", ["C|C", "A|A"], [7, 7]),
}


@pytest.mark.parametrize("case", SHOWN)
def test_calls(case: str, write: Callable[..., Path]) -> None:
    """A phase set with a name has no number to show; an open phase is unphased."""
    declared, text, genotypes, sets = SHOWN[case]
    calls = pgx_ana.annotate(write(declared, text), kb=TOY).calls.set_index("variant")
    calls = calls.loc[["rs1", "rs2"]]
    assert genotypes == calls["genotype"].tolist()
    assert ["called", "called"] == calls["status"].tolist()
    assert (
        sets == calls["phase_set"].astype(object).where(calls["phase_set"].notna(), None).tolist()
    )


def test_names_that_differ_in_letters_beyond_ascii(write: Callable[..., Path]) -> None:
    same = write(PS_TEXT, "GT:PS 0|1:\u00e9 0|1:\u00e9")
    assert expected_row(CIS) == candidates(star_row(same))
    different = write(PS_TEXT, "GT:PS 0|1:\u00e9 0|1:\u00e8")
    assert expected_row(OPEN) == candidates(star_row(different))


def test_a_field_of_another_meaning_makes_no_row_unreadable(write: Callable[..., Path]) -> None:
    """Undeclared, or declared as text."""
    for declared in ("", "PP 1 String|PQ 1 String"):
        path = write(declared, "GT:PP:PQ 0|1:high:x,y 0|1:0.1,low:")
        assert expected_row(CIS) == candidates(star_row(path))


def test_a_declared_number_that_is_none(write: Callable[..., Path], run: Run) -> None:
    path = write(PP, "GT:PP 0|1:1 0|1:high")
    result = run("annotate", path, "--kb", TOY)
    assert 3 == result.exit_code
    assert "PP of sample 'S1' is 'high', not a number" in result.stderr


def test_one_person_of_a_cohort(make_vcf: MakeVcf) -> None:
    """Names are by person, and an open phase of one person leaves others as they are."""
    path = make_vcf(
        [
            "1 100 A C 0|1:x:1 0|1:x:1 0|1:x:. 0/1:.:1",
            "1 200 A C 0|1:x:1 0|1:y:1 1|0:x:0.7 0/1:.:1",
            "1 401 G GT 0|0:x:1 0|0:x:1 0|0:x:1 0/0:.:1",
        ],
        samples=("cis", "sets", "doubt", "unphased"),
        fmt="GT:PS:PP",
    )
    rows = pgx_ana.annotate(path, kb=[TOY, TOY_HAPLOTYPES]).haplotypes
    rows = rows.query("haplotypes == 'AAA-star'")
    expected = [CIS, OPEN, OPEN, OPEN]
    assert [expected_row(texts) for texts in expected] == [
        candidates(row) for row in rows.to_dict("records")
    ]


def test_names_of_two_files_are_different_sets(make_vcf: MakeVcf) -> None:
    first = make_vcf(["1 100 A C 0|1:x", "1 401 G GT 0|0:x"], fmt="GT:PS", name="first.vcf")
    second = make_vcf(["1 200 A C 0|1:x"], fmt="GT:PS", name="second.vcf")
    both = make_vcf(
        ["1 100 A C 0|1:x", "1 200 A C 0|1:x", "1 401 G GT 0|0:x"], fmt="GT:PS", name="both.vcf"
    )
    assert expected_row(CIS) == candidates(star_row(both))
    assert expected_row(OPEN) == candidates(star_row(first, second))


def test_split_rows_of_one_site_keep_their_set(make_vcf: MakeVcf) -> None:
    rows = ["1 100 A C 0|1:x", "1 200 A C 0|1:x", "1 200 A T 1|0:SET", "1 401 G GT 0|0:x"]
    expected = {"x": "A|C C|T", "y": "A|C C/T"}
    shown = {}
    for name in expected:
        path = make_vcf([row.replace("SET", name) for row in rows], fmt="GT:PS")
        calls = pgx_ana.annotate(path, kb=TOY).calls.set_index("variant")["genotype"]
        shown[name] = f"{calls['rs1']} {calls['rs2']}"
    assert {"x": "A|C T|C", "y": "A|C C/T"} == shown


THRESHOLDS: Sequence[tuple[str, str, str]] = (
    ("0.8", "0.8", CIS),
    ("0.81", "0.8", OPEN),
    ("1", "1", CIS),
    ("1", "0.999", OPEN),
    ("0.3", "0.5", OPEN),
    ("0.3", "0.501", CIS),
    ("0", "0.5", CIS),
    ("0", "0", CIS),
)


@pytest.mark.parametrize(("minimum", "probability", "expected"), THRESHOLDS)
def test_minimum(
    minimum: str, probability: str, expected: str, write: Callable[..., Path], run: Run
) -> None:
    """An even chance is no phase under any minimum but 0."""
    path = write(PP, f"GT:PP 0|1:1 0|1:{probability}")
    kb = ["--kb", TOY, "--kb", TOY_HAPLOTYPES]
    result = run("annotate", path, *kb, "-f", "json", "--min-phase-probability", minimum)
    (document,) = json.loads(result.stdout)
    assert float(minimum) == document["options"]["min_phase_probability"]
    row = next(row for row in document["haplotypes"] if row["haplotypes"] == "AAA-star")
    assert expected.split(";") == row["candidates"]
    options = CallOptions(min_phase_probability=float(minimum))
    assert expected_row(expected) == candidates(star_row(path, options=options))


@pytest.mark.parametrize("value", ["-0.1", "1.1", "nan", "much"])
def test_a_minimum_that_is_not_a_probability(
    value: str, write: Callable[..., Path], run: Run
) -> None:
    path = write(PP, "GT:PP 0|1:1 0|1:1")
    result = run("annotate", path, "--kb", TOY, "--min-phase-probability", value)
    assert (2, "") == (result.exit_code, result.stdout)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (-0.1, "min_phase_probability must be a number of 0 or more"),
        (math.nan, "min_phase_probability must be a number of 0 or more"),
        (1.1, "min_phase_probability must be a probability, between 0 and 1"),
    ],
)
def test_options_reject_what_is_not_a_probability(value: float, message: str) -> None:
    with pytest.raises(UsageError) as error:
        CallOptions(min_phase_probability=value)
    assert message == str(error.value)


def test_the_number_of_a_named_set_does_not_depend_on_other_rows(
    toy: KnowledgeBase, make_vcf: MakeVcf
) -> None:
    """Such as rows that an index skips."""
    rows = ["1 100 A C 0|1:first", "1 200 A C 0|1:second"]
    numbers = []
    for number, some in enumerate((rows, rows[1:])):
        path = make_vcf(some, fmt="GT:PS", name=f"{number}.vcf")
        site = next(s for s in call(Request((str(path),)), toy).sites if s.variant.id == "rs2")
        assert site.phase_set is not None
        numbers.append(site.phase_set.tolist())
    assert numbers[0] == numbers[1]
