"""Inputs found by the fuzzer that used to break the program, each reduced to the essentials."""

from __future__ import annotations

import gzip
import re
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pysam
import pytest
from helpers.fixture_types import MakeVcf
from helpers.paths import ROOT

import pgx_ana
from pgx_ana.api import Result
from pgx_ana.errors import InputError

NOT_LIKELY = "the record has no GT, and no genotype has a probability of 0.9"

Annotate = Callable[[Path], Result]


@pytest.fixture
def annotate(toy_directory: Path) -> Annotate:
    return lambda path: pgx_ana.annotate(path, kb=toy_directory)


def first_site(result: Result) -> list[tuple[object, ...]]:
    """Return genotype, status and reason of every sample at rs1."""
    frame = result.calls
    rows = frame.loc[frame["variant"] == "rs1", ["genotype", "status", "reason"]].astype(object)
    return list(rows.where(rows.notna(), None).itertuples(index=False, name=None))


@pytest.mark.parametrize(
    ("people", "expected"),
    [("S1,S2", {"rs1": [".", "."], "rs6": [".", "G/T"]}), ("S1", {"rs1": ["."], "rs6": ["."]})],
)
def test_a_genotype_field_without_values(
    make_vcf: MakeVcf, toy_directory: Path, people: str, expected: dict[str, list[str]]
) -> None:
    """GT is not the first FORMAT field, and no sample (or no selected one) has a value for it.

    The program runs in a process of its own: htslib used to abort it without a message.
    """
    path = make_vcf(["1 100 A C 9 8", "2 50 G T 9 9:0/1"], samples=("S1", "S2"), fmt="DP:GT")
    command = [sys.executable, "-m", "pgx_ana", "annotate", path, "--kb", toy_directory]
    process = subprocess.run(
        [*map(str, command), "--samples", people, "--table", "calls", "--quiet"],
        check=True,
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    header, *rows = (line.split("\t") for line in process.stdout.splitlines())
    calls = [dict(zip(header, row, strict=True)) for row in rows]
    assert expected == {
        name: [row["genotype"] for row in calls if row["variant"] == name] for name in expected
    }
    reasons = {row["reason"] for row in calls if row["status"] == "no_call"}
    assert {"genotype missing"} == reasons


@pytest.mark.parametrize(
    ("fmt", "value", "expected"),
    [
        ("DP", "10000", ("./.", "no_call", "the record has no GT")),
        ("GQ:DP", "99:10000", ("./.", "no_call", "the record has no GT")),
        ("DS", "0.98765", ("A/C", "called", None)),
        ("GP", "0.00001,0.99999,0", ("A/C", "called", None)),
    ],
)
def test_long_numbers_in_rows_without_genotypes(
    annotate: Annotate, make_vcf: MakeVcf, fmt: str, value: str, expected: tuple[object, ...]
) -> None:
    assert [expected] == first_site(annotate(make_vcf([f"1 100 A C {value}"], fmt=fmt)))


@pytest.mark.parametrize(
    "declared", [(), ('##FORMAT=<ID=X,Number=1,Type=String,Description="x">',)]
)
def test_a_genotype_filter_with_non_ascii_letters(
    annotate: Annotate, make_vcf: MakeVcf, declared: tuple[str, ...]
) -> None:
    path = make_vcf(
        ["1 100 A C 0/1:schlechte_Qualit\u00e4t:\u00e9 0/1:PASS:\u00e9"],
        samples=("S1", "S2"),
        fmt="GT:FT:X",
        extra_header=declared,
    )
    assert [("A/C", "filtered", "FT"), ("A/C", "called", None)] == first_site(annotate(path))


def test_a_phase_set_with_non_ascii_letters(annotate: Annotate, make_vcf: MakeVcf) -> None:
    """A phase set with a name has no number to show."""
    header = ['##FORMAT=<ID=PS,Number=1,Type=String,Description="x">']
    path = make_vcf(["1 100 A C 0|1:\u00e9"], fmt="GT:PS", extra_header=header)
    path.write_text(
        path.read_text(encoding="utf-8").replace(
            '##FORMAT=<ID=PS,Number=1,Type=Integer,Description="phase set">\n', ""
        ),
        encoding="utf-8",
    )
    result = annotate(path)
    assert [("A|C", "called", None)] == first_site(result)
    assert result.calls["phase_set"].isna().all()


@pytest.mark.parametrize("pos", ["0100", "00100", "0x64", "1e2", "+100", " 100", "100 ", "1_00"])
def test_a_position_that_readers_parse_differently(
    annotate: Annotate, make_vcf: MakeVcf, pos: str
) -> None:
    """Indexers parse 0100 as octal, 64."""
    path = make_vcf(["1 POS A C 0/1"])
    path.write_text(path.read_text().replace("POS\t.\tA", f"{pos}\t.\tA"))
    with pytest.raises(InputError, match=re.escape(f"POS {pos!r} is not a position")):
        annotate(path)


@pytest.mark.parametrize(
    ("fmt", "values", "expected"),
    [
        ("GP", "0.01,0.98,0.01 0.9,0.1,0,0,0,0", ("A/C", "called", None)),
        ("GP", "0.02,0.98 0.9,0.1,0", ("C", "partial", "haploid call")),
        ("DS", "1 1,0", ("A/C", "called", None)),
        ("HDS", "0,1 0,1,0", ("A|C", "called", None)),
        ("HDS", "1 0,1", ("C", "partial", "haploid call")),
        ("GT:GP", "0/1:0.4,0.6,0 0/0:1,0,0,0", ("A/C", "filtered", "GP below 0.9")),
    ],
)
def test_values_of_one_sample_do_not_depend_on_the_number_of_values_of_another(
    toy_directory: Path, make_vcf: MakeVcf, fmt: str, values: str, expected: tuple[object, ...]
) -> None:
    path = make_vcf([f"1 100 A C {values}"], samples=("S1", "S2"), fmt=fmt)
    both = pgx_ana.annotate(path, kb=toy_directory)
    alone = pgx_ana.annotate(path, kb=toy_directory, samples="S1")
    assert [expected] == first_site(alone)
    assert expected == first_site(both)[0]


def test_a_missing_haplotype_does_not_make_a_sample_haploid(
    annotate: Annotate, make_vcf: MakeVcf
) -> None:
    path = make_vcf(["1 100 A C 1,."], fmt="HDS")

    assert [("./.", "no_call", NOT_LIKELY)] == first_site(annotate(path))


def _with_number(offset: int, number: int) -> Callable[[bytes], bytes]:
    """Return a function that replaces a 32-bit number in the uncompressed bytes of an index."""

    def change(data: bytes) -> bytes:
        return data[:offset] + struct.pack("<i", number) + data[offset + 4 :]

    return change


@pytest.mark.parametrize(
    ("csi", "change"),
    [
        (True, _with_number(8, 2**31 - 1)),  # depth of the bins
        (True, _with_number(8, -1)),
        (False, lambda data: data[:-17]),  # truncated within the last offset
        (False, _with_number(46, -1)),  # chunks of the first bin
        (False, _with_number(46, 2**30)),
        (False, _with_number(106, -1)),  # intervals of the contig
        (False, _with_number(106, 2**30)),
    ],
    ids=["levels", "no-levels", "cut", "chunks", "many-chunks", "intervals", "many-intervals"],
)
@pytest.mark.parametrize("small", [0, 1 << 17])
def test_a_damaged_index(
    make_vcf: MakeVcf,
    toy_directory: Path,
    bgzip: Callable[[Path], Path],
    monkeypatch: pytest.MonkeyPatch,
    csi: bool,
    change: Callable[[bytes], bytes],
    small: int,
) -> None:
    """It is rejected if it is used, and ignored if the file is small."""
    monkeypatch.setattr("pgx_ana.vcf.container.MIN_INDEXED_BYTES", small)
    path = bgzip(make_vcf(["1 100 A C 0/1"]))
    index = Path(f"{path}.tbi")
    if csi:
        index.unlink()
        index = Path(f"{path}.csi")
        pysam.tabix_index(str(path), preset="vcf", csi=True, keep_original=True)
    intact = gzip.decompress(index.read_bytes())
    index.write_bytes(gzip.compress(change(intact)))
    assert intact != change(intact)
    if small:
        assert [("A/C", "called", None)] == first_site(pgx_ana.annotate(path, kb=toy_directory))
    else:
        with pytest.raises(InputError, match=f"the index {index.name} is damaged"):
            pgx_ana.annotate(path, kb=toy_directory)


@pytest.mark.parametrize("change", ["no contigs", "no chunks"])
def test_an_index_without_rows_hides_no_rows(
    make_vcf: MakeVcf,
    annotate: Annotate,
    bgzip: Callable[[Path], Path],
    monkeypatch: pytest.MonkeyPatch,
    change: str,
) -> None:
    """Such as an index that was made before the file had any rows."""
    monkeypatch.setattr("pgx_ana.vcf.container.MIN_INDEXED_BYTES", 0)
    empty = Path(f"{bgzip(make_vcf([], name='empty.vcf'))}.tbi").read_bytes()
    path = bgzip(make_vcf(["1 100 A C 0/1"]))
    index = Path(f"{path}.tbi")
    data = gzip.decompress(index.read_bytes())
    bins = struct.pack("<4I", 4681, 0, 37450, 0)
    without_chunks = data[:42] + bins + data[106:]
    index.write_bytes(empty if change == "no contigs" else gzip.compress(without_chunks))
    assert [("A/C", "called", None)] == first_site(annotate(path))


@pytest.mark.parametrize(
    ("fmt", "value", "expected"),
    [
        ("GQ:DS", "9:", ("./.", "no_call", NOT_LIKELY)),
        ("GQ:DS", "9:,", ("./.", "no_call", NOT_LIKELY)),
        ("HDS", "0,", ("./.", "no_call", NOT_LIKELY)),
        ("HDS", ",0", ("./.", "no_call", NOT_LIKELY)),
        ("GT:GQ:DP", "0/1::30", ("A/C", "called", None)),
        ("GT:GQ:DP", "0/1::", ("A/C", "called", None)),
        ("GT:DP:GQ", "0/1:30:,", ("A/C", "called", None)),
    ],
)
def test_an_empty_number_is_missing_not_zero(
    annotate: Annotate, make_vcf: MakeVcf, fmt: str, value: str, expected: tuple[object, ...]
) -> None:
    """An empty DS or HDS is not 0, which would mean reference, and an empty GQ is not 0."""
    other = {"GT": "0/1:30:30", "HD": "1,1"}.get(fmt[:2], "9:2")
    path = make_vcf([f"1 100 A C {value} {other}"], samples=("S1", "S2"), fmt=fmt)
    assert expected == first_site(annotate(path))[0]


@pytest.mark.parametrize(("fmt", "other"), [("GT", "0/1"), ("DS", "0"), ("GQ:DS", "9:0")])
@pytest.mark.parametrize("first", [True, False])
def test_an_empty_sample_column_is_malformed(
    annotate: Annotate, make_vcf: MakeVcf, fmt: str, other: str, first: bool
) -> None:
    path = make_vcf([f"1 100 A C EMPTY {other}"], samples=("S1", "S2"), fmt=fmt)
    columns = ("", other) if first else (other, "")
    text = path.read_text().replace(f"EMPTY\t{other}", "\t".join(columns))
    path.write_text(text)
    with pytest.raises(InputError, match="1:100: the genotype columns are malformed"):
        annotate(path)


@pytest.mark.parametrize("alt", ["<", "<A", "A>", "<>", "[", "]", "C[", "[2:60", "C[2:60]", "."])
def test_a_malformed_symbolic_allele_is_not_reference(
    annotate: Annotate, make_vcf: MakeVcf, alt: str
) -> None:
    """Only a valid symbolic allele or breakend leaves its first base unchanged."""
    path = make_vcf([f"1 100 A C,{alt} 0/2 0/1"], samples=("S1", "S2"))
    malformed, valid = first_site(annotate(path))
    shown = "<NON_REF>" if alt == "." else alt
    assert (f"A/{shown}", "unknown_allele", f"not a known allele: {shown}") == malformed
    assert ("A/C", "called", None) == valid


@pytest.mark.parametrize("alt", ["C,", ",C", ",", "C,,T"])
def test_an_empty_allele_is_rejected(annotate: Annotate, make_vcf: MakeVcf, alt: str) -> None:
    with pytest.raises(InputError, match=re.escape(f"1:100: ALT {alt!r} has an empty allele")):
        annotate(make_vcf([f"1 100 A {alt} 0/1"]))
