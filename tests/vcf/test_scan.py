"""One pass over rows finds what reading them one by one finds, however they are cut into pieces."""

from __future__ import annotations

import gzip
import io
import tempfile
from collections.abc import Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path
from random import Random
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
    """Return a stream of a content: in memory, but else like a file."""
    return cast(io.BufferedReader, io.BytesIO(content))


def check(content: bytes, stream: io.BufferedReader, size: int) -> None:
    expected, message = one_by_one(content)
    found, error = scanned(stream, size)
    assert expected == found
    assert error.startswith(message) if message else not error


NEAR = (980, 989, 990, 995, 999, 1000, 1001, 1010, 1011, 4990, 5000, 5200, 5201, 300, 123456789)
LINES_AMONG_ROWS = ("", "", "", "#a\tb", "no tab")
WRONG_POSITIONS = ("", "x", "1e3", "12345678901")


class RandomRows:
    """Rows of all kinds, many of them at the targets; the same for the same seed.

    Drawn by hypothesis, value by value, few of them would be at a target.
    """

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self._contigs = self._random.choices([*CHROMOSOMES, "chr1", "chr10", "chrUn_1"], k=3)
        self._has_blocks = self._random.random() < 0.3
        self._longest = self._random.choice([1, 1, 500, 9000])

    def content(self) -> bytes:
        """Return the rows of a file; in some, they are sorted, and in some, one line is wrong."""
        random = self._random
        listed = [self._row() for _ in range(random.choice([1, 5, 40, 200]))]
        if random.random() < 0.5:
            listed.sort(key=lambda row: (row.split("\t")[0], int(row.split("\t")[1])))
        if random.random() < 0.5:
            listed.insert(random.randrange(len(listed) + 1), self._other_line())
        end = random.choice(["\n", "\n", "\r\n"])
        return (end.join(listed) + random.choice([end, end, end, ""])).encode()

    def _other_line(self) -> str:
        random = self._random
        columns = self._row().split("\t")
        columns[1] = random.choice([*WRONG_POSITIONS, columns[1]])
        line = "\t".join([*columns, "0/0:1"][: random.choice([11, 10, 10, 9, 8, 7, 3, 2, 1])])
        return random.choice([line, random.choice(LINES_AMONG_ROWS)])

    def _position(self) -> int:
        near = self._random.choice(NEAR) + self._random.randrange(-3, 4)
        return self._random.choice([near, near, self._random.randrange(12_000)])

    def _row(self) -> str:
        random = self._random
        alts = ["<NON_REF>"] if self._has_blocks else ["C", "C", ".", "<DEL>", "C,<DEL>", "<*>"]
        sample = (
            f"{random.choice(['0/0', '0/1', './.'])}:{random.choice(['.', '30', '900', '5000'])}"
        )
        return "\t".join(
            [
                random.choice(self._contigs),
                str(self._position()),
                random.choice([".", "rs1"]),
                random.choice(["A", "AT", "ACGTACGTACGT", ""]),
                random.choice([*alts, "<DEL>,<DUP>"] if not self._has_blocks else alts),
                ".",
                "PASS",
                self._info(),
                random.choice(["GT:DP", "GT:DP", "GT:DP", "GT:LEN", "GT:XLEN"]),
                sample + "7" * random.choice([0, 0, 0, random.randrange(self._longest)]),
            ]
        )

    def _info(self) -> str:
        random = self._random
        end = random.choice([self._position(), self._position(), 99_999_999_999])
        with_end = (
            f"END={end}",
            f"DP=3;END={end}",
            f"END={end};SVTYPE=DEL;SVLEN=-300",
            f"END=.,{end}",
            f"END={end};END={self._position()}",
        )
        others = (".", "DP=30", "CIEND=-5,5", "ENST=1", "LEGEND=3;D=2", "SVLEN=-4000", "EN;VL")
        return random.choice(with_end[:2] if self._has_blocks else [*with_end, *others])


seeds = st.integers(0, 2**64)
contents = seeds.map(lambda seed: RandomRows(seed).content())


@settings(max_examples=150, deadline=None)
@given(content=contents, size=st.sampled_from([40, 300, 3000, 1 << 18]))
@example(content=b"chr1\t1000", size=9)
@example(content=b"a\rb\rc\r", size=2)
def test_pieces_of_any_size_give_the_same_rows(content: bytes, size: int) -> None:
    check(content, opened(content), size)


def blocks_of(content: bytes, cuts: Sequence[int]) -> list[bytes]:
    """Return BGZF blocks of a content that is cut at some places."""
    places = [0, *sorted(min(cut, len(content)) for cut in cuts), len(content)]
    return [block(content[a:b]) for a, b in pairwise(places)]


@settings(max_examples=60, deadline=None)
@given(content=contents, cuts=st.lists(st.integers(0, 20_000), max_size=20))
def test_containers_give_the_same_rows(content: bytes, cuts: list[int]) -> None:
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


@settings(max_examples=150, deadline=None)
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
            _, message = scanned(opened(b"chr1\t" + b"1" * (length - 5)), 30)
            assert error in message


def sorted_content(seed: int) -> bytes:
    """Return the rows of a sorted file, with contigs of many and of few rows."""
    random = Random(seed)
    names = [*CHROMOSOMES, "chr10", "chrUn_1", "chrUn_2"]
    names.remove(random.choice(["1", "chr1"]))
    listed: list[str] = []
    for name in random.sample(names, random.randrange(1, len(names) + 1)):
        n_rows = random.choice([1, 3, 3, 300])
        positions = [
            random.choice([random.choice(NEAR) + random.randrange(-5, 6), random.randrange(12_000)])
            for _ in range(n_rows)
        ]
        for number, pos in enumerate(sorted(positions)):
            ref = random.choice(["A", "ACGTAC"])
            row = f"{name}\t{pos}\t.\t{ref}\tC\t.\tPASS\tDP=3\tGT:DP\t0/1:{number}"
            listed.append(row + random.choice(["", "9" * random.randrange(100)]))
    return "\n".join([*listed, ""]).encode()


@settings(max_examples=100, deadline=None)
@given(
    content=seeds.map(sorted_content),
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
