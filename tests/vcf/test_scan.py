"""One pass over rows finds what reading them one by one finds, however they are cut into pieces."""

from __future__ import annotations

import gzip
import io
import tempfile
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import cast
from unittest import mock

import pytest
from helpers.broken_files import END_BLOCK
from helpers.containers import block
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pgx_ana.errors import InputError
from pgx_ana.vcf import lines
from pgx_ana.vcf.blocks import OpenBlocks
from pgx_ana.vcf.container import Container
from pgx_ana.vcf.hopping import SortedFile
from pgx_ana.vcf.line_table import line_tables
from pgx_ana.vcf.lines import Scan, ends_of
from pgx_ana.vcf.targets import Target, TargetIndex

N_COLUMNS = 10
HEADER_LINES = 3
TARGETS = [
    Target("1", 1000, 1000),
    Target("1", 1000, 1010),
    Target("1", 990, 1005),
    Target("1", 5000, 5200),
    Target("2", 300, 310),
    Target("long", 123456789, 123456790),
]
CHROMOSOMES = {"chr1": "1", "1": "1", "chr2": "2", "a_long_name_of_a_contig": "long", "chr9": "9"}
Found = tuple[str, bytes, tuple[int, ...], list[int]]


def one_by_one(  # noqa: C901, PLR0912  # as plain as the rules: one after another
    content: bytes,
) -> tuple[list[Found], str]:
    """Return the rows that overlap a target, and the error that ends the search, simply."""
    found: list[Found] = []
    contig, blocks = b"", OpenBlocks()
    texts = content.split(b"\n")
    for number, text in enumerate(texts, HEADER_LINES + 1):
        place = f"f: line {number}"
        is_cut = number == HEADER_LINES + len(texts)
        columns = text.split(b"\t")
        if is_cut and text:
            if b"\r" in text.rstrip(b"\r"):
                return found, f"{place}: {lines.CARRIAGE_RETURNS}"
            if len(columns) < N_COLUMNS:
                return found, (
                    f"{place}: the file is truncated: it ends within this row; copy or download it "
                    "again"
                )
        if text in {b"", b"\r"}:
            continue
        if len(columns) == 1 or columns[0] != contig:
            if text.startswith(b"#"):
                return found, f"f: the line at line {number} begins with #"
            if len(columns) == 1:
                return found, f"{place}: is not a row of a VCF file: it has no tab"
            contig, blocks = columns[0], OpenBlocks()
        targets = [t for t in TARGETS if t.chrom == CHROMOSOMES.get(contig.decode())]
        if not targets:
            continue
        if len(columns) < 8 or not (columns[1].isdigit() and len(columns[1]) <= 10):
            if len(columns) == N_COLUMNS:
                return found, f"{place}: POS {columns[1].decode()!r} is not a position"
            return found, f"{place}: the row has {len(columns)} columns; the header has 10"
        try:
            if int(columns[1]) <= blocks.end:
                blocks.check(text + b"\n", place)
        except InputError as error:
            return found, str(error)
        pos, ends = int(columns[1]), ends_of(text.split(b"\t", 8))
        numbers = [
            n
            for n, target in enumerate(TARGETS)
            if target in targets and target.start <= max(ends) and pos <= target.end
        ]
        if numbers:
            if is_cut:
                return found, f"{place}: {contig.decode()}:{pos}: the file ends within this row"
            blocks.add(text)
            row = text.rstrip(b"\r")
            found.append((f"{place}: {contig.decode()}:{pos}", row, ends, numbers))
    return found, ""


def scanned(stream: io.BufferedReader, size: int) -> tuple[list[Found], str]:
    """Return the same by a scan with a buffer of some size."""
    found: list[Found] = []
    scan = Scan("f", HEADER_LINES, N_COLUMNS)
    with stream, mock.patch.object(lines, "line_tables", partial(line_tables, size=size)):
        try:
            for line, numbers in scan.overlapping(stream, CHROMOSOMES.get, TargetIndex(TARGETS)):
                found.append((line.place, line.text, line.ends, numbers))
        except InputError as error:
            return found, str(error)
    return found, ""


def opened(content: bytes) -> io.BufferedReader:
    return cast(io.BufferedReader, io.BytesIO(content))


def check(content: bytes, stream: io.BufferedReader, size: int) -> None:
    expected, message = one_by_one(content)
    found, error = scanned(stream, size)
    assert expected == found
    assert error.startswith(message) if message else not error


near = st.sampled_from([980, 989, 990, 995, 999, 1000, 1001, 1010, 1011, 4990, 5000, 5200, 5201])
positions = st.one_of(near, st.integers(0, 12_000), st.integers(123_456_700, 123_456_800)).map(str)
ends = st.one_of(near, st.integers(1, 20_000), st.just(99_999_999_999))
infos = st.one_of(
    st.sampled_from(
        [".", "DP=30", "CIEND=-5,5", "ENST=1", "LEGEND=3;DP=2", "SVLEN=-4000", "EN;VL"]
    ),
    ends.map("END={}".format),
    ends.map("DP=3;END={}".format),
    ends.map("END={};SVTYPE=DEL;SVLEN=-300".format),
    ends.map("END=.,{}".format),
    st.tuples(ends, ends).map(lambda two: f"END={two[0]};END={two[1]}"),
)
samples = st.one_of(
    st.sampled_from(["0/0:30", "0/1:20", "./.:.", "0/0:900", "0/0:5000", "0/0:x"]),
    st.integers(1, 9000).map(lambda length: f"0/1:{'7' * length}"),
)


@st.composite
def rows(draw: st.DrawFn) -> str:
    contigs = st.sampled_from([*CHROMOSOMES, "chr10", "chrUn_1", "chr1", "chr1", "chr1"])
    pos = draw(st.one_of(positions, positions, st.sampled_from(["", "x", "1e3", "12345678901"])))
    columns = [
        draw(contigs),
        pos,
        draw(st.sampled_from([".", "rs1"])),
        draw(st.sampled_from(["A", "AT", "ACGTACGTACGT", ""])),
        draw(st.sampled_from(["C", "<DEL>", "<NON_REF>", ".", "C,<DEL>", "<*>", "<DEL>,<DUP>"])),
        ".",
        "PASS",
        draw(infos),
        draw(st.sampled_from(["GT:DP", "GT:LEN", "GT:XLEN"])),
        draw(samples),
    ]
    n_columns = draw(st.sampled_from([N_COLUMNS] * 12 + [11, 9, 8, 7, 3, 2, 1]))
    return "\t".join([*columns, "0/0:1"][:n_columns])


texts = st.one_of(rows(), rows(), rows(), st.sampled_from(["", "", "#a\tb", "no tab"]))
well_formed = rows().filter(
    lambda row: row.count("\t") == N_COLUMNS - 1 and row.split("\t")[1].isdigit()
)
lists = st.one_of(st.lists(texts, max_size=30), st.lists(well_formed, max_size=60))


@st.composite
def contents(draw: st.DrawFn) -> bytes:
    """Return the rows of a file; in some, the rows of a contig follow one another in order."""
    listed = draw(lists)
    if draw(st.booleans()):
        listed.sort(key=lambda row: (row.split("\t")[0], len(row.split("\t")[1:2]), row))
    end = draw(st.sampled_from(["\n", "\n", "\r\n"]))
    last = draw(st.sampled_from([end, end, end, ""]))
    return (end.join(listed) + last).encode() if listed else b""


@settings(max_examples=400, deadline=None)
@given(content=contents(), size=st.integers(1, 3000))
@example(content=b"chr1\t1000", size=9)
@example(content=b"a\rb\rc\r", size=2)
def test_pieces_of_any_size_give_the_same_rows(content: bytes, size: int) -> None:
    check(content, opened(content), size)


def blocks_of(content: bytes, cuts: Sequence[int]) -> list[bytes]:
    """Return BGZF blocks of a content that is cut at some places."""
    places = [0, *sorted(min(cut, len(content)) for cut in cuts), len(content)]
    return [block(content[a:b]) for a, b in pairwise(places)]


@settings(max_examples=150, deadline=None)
@given(
    content=contents(), cuts=st.lists(st.integers(0, 20_000), max_size=20), size=st.just(1 << 18)
)
def test_containers_give_the_same_rows(content: bytes, cuts: list[int], size: int) -> None:
    packed = {
        "": content,
        "gzip": gzip.compress(content),
        "BGZF": b"".join([*blocks_of(content, cuts), END_BLOCK]),
    }
    for compression, data in packed.items():
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "f")
            path.write_bytes(data)
            check(content, Container("VCF", compression, None).open(path), 1 << 18)


SORTED = [
    f"{contig}\t{pos}\t.\tA\tC\t.\tPASS\tDP=3\tGT:DP\t0/1:30"
    for contig in ("chr1", "chr2", "chr9")
    for pos in range(10, 6000, 70)
]


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_any_damage_is_an_error_or_changes_nothing(data: st.DataObject) -> None:
    content = "\n".join([*SORTED, ""]).encode()
    packed = bytearray(b"".join([*blocks_of(content, range(0, len(content), 900)), END_BLOCK]))
    place = data.draw(st.integers(0, len(packed) - 1))
    packed[place] ^= data.draw(st.integers(1, 255))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "f")
        path.write_bytes(packed)
        found, error = scanned(Container("VCF", "BGZF", None).open(path), 1 << 12)
    expected, _ = one_by_one(content)
    assert found == expected or error
    assert found == expected[: len(found)]


def test_the_line_of_damage_is_named(tmp_path: Path) -> None:
    blocks = blocks_of(b"chr1\t1\tx\nchr9\t2\n" * 3, [9, 16, 25])
    path = tmp_path / "f"
    path.write_bytes(b"".join([*blocks[:2], blocks[2][:-5] + b"12345", *blocks[3:], END_BLOCK]))
    scan = Scan("f", HEADER_LINES, 3)
    with (
        Container("VCF", "BGZF", None).open(path) as stream,
        pytest.raises(InputError, match=r"after line 5 \(the BGZF block at byte .* is damaged"),
    ):
        list(scan.rows(stream))


def test_a_line_is_not_longer_than_allowed() -> None:
    with mock.patch.object(lines, "_MAX_LINE_BYTES", 100):
        for length, error in (
            (98, "truncated"),
            (99, "truncated"),
            (100, "longer"),
            (250, "longer"),
        ):
            stream = io.BufferedReader(io.BytesIO(b"chr1\t" + b"1" * (length - 5)))  # type: ignore[arg-type]
            _, message = scanned(stream, 30)
            assert error in message


def sorted_rows(draw: st.DrawFn) -> Iterator[str]:
    """Yield the rows of a sorted file, with contigs of many and of few rows."""
    names = draw(st.permutations([*CHROMOSOMES, "chr10", "chrUn_1", "chrUn_2"]))
    for name in names[: draw(st.integers(1, 8))]:
        step = draw(st.sampled_from([3, 90, 700, 3000, 11_000]))
        base = 123_450_000 if CHROMOSOMES.get(name) == "long" else 1
        for n in range(draw(st.sampled_from([1, 3, 300]))):
            ref = draw(st.sampled_from(["A", "ACGTAC"])) if n < 20 else "A"
            yield f"{name}\t{base + step * n}\t.\t{ref}\tC\t.\tPASS\tDP=3\tGT:DP\t0/1:{n}"


@st.composite
def sorted_contents(draw: st.DrawFn) -> bytes:
    listed = list(sorted_rows(draw))
    if "chr1" in {row.split("\t")[0] for row in listed}:
        listed = [row for row in listed if not row.startswith("1\t")]
    return "\n".join([*listed, ""]).encode()


@settings(max_examples=150, deadline=None)
@given(
    content=sorted_contents(),
    step=st.sampled_from([150, 1_000, 9_000]),
    near_bytes=st.sampled_from([1, 400, 5_000]),
    reach=st.sampled_from([10, 2_000, 1_000_000]),
)
def test_hopping_finds_the_same_rows(
    content: bytes, step: int, near_bytes: int, reach: int
) -> None:
    header = b"##fileformat=VCFv4.2\n##source=x\n#CHROM\tPOS\n"
    whole = header + content
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "f")
        path.write_bytes(b"".join([*blocks_of(whole, range(0, len(whole), step)), END_BLOCK]))
        with (
            mock.patch("pgx_ana.vcf.hopping._NEAR_BYTES", near_bytes),
            mock.patch("pgx_ana.vcf.hopping._GROUP_BYTES", 900),
            mock.patch("pgx_ana.vcf.hopping.REACH", reach),
        ):
            found = SortedFile(path, "f", N_COLUMNS).overlapping(CHROMOSOMES.get, TARGETS)
            pairs = {(line.text, number) for line, numbers in found for number in numbers}
    expected, _ = one_by_one(content)
    assert pairs == {(text, number) for _, text, _, numbers in expected for number in numbers}
