"""Variant files in every container; files that are wrong are refused, never half read."""

from __future__ import annotations

import gzip
import hashlib
import itertools
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pysam
import pytest

from pgx_ana.errors import InputError, UsageError
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.model import NO_COPY, CohortCalls, Record
from pgx_ana.output import make_table
from pgx_ana.output.delimited import text_chunks
from pgx_ana.pipeline import Request, Selection, call, run
from pgx_ana.terms import TableName
from pgx_ana.vcf import ContigNames, Target, VariantFile

MakeVcf = Callable[..., Path]

SAMPLES = ("S1", "S2", "S3")
VARIED = [
    "1 40 G A 0/1:99:30:. 0/0:99:30:. ./.:.:.:.",
    "1 99 CA C 0/0:50:7:. 0/1:40:8:. 0/0:12:1:.",
    "1 100 A C 0|1:99:30:90 ./1:31:9:. 0/0:8:3:.",
    "1 200 A C 0|1:98:29:90 0/0:30:8:. ./.:.:.:.",
    "1 200 A T 0/0:97:28:. 0/1:29:7:. ./.:.:.:.",
    "1 300 T C 1:.:12:. 1/1:60:20:. 0/1:61:21:.",
    "1 401 G GT,GTT 0/1:30:9:. 0/2:31:4:. 1/1:32:5:.",
    "1 502 CACA CA 0/1:70:9:. 0/0:71:4:. 1/1:72:5:.",
    "2 50 G T 0/1:60:20:. 1/1:61:21:. 0/0:62:22:.",
]
END = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")


@pytest.fixture(autouse=True)
def indexes_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small files are otherwise read without their index."""
    monkeypatch.setattr("pgx_ana.vcf.container.SMALL", 0)


def varied(make_vcf: MakeVcf) -> Path:
    return make_vcf(VARIED, samples=SAMPLES, fmt="GT:GQ:DP:PS", filters={5: "LowQual"})


def table(text: str) -> list[list[str]]:
    """Split the text of the calls and leave out the file, which differs between containers."""
    lines = [line.split("\t") for line in text.splitlines()]
    file = lines[0].index("file")
    return [line[:file] + line[file + 1 :] for line in lines]


def calls_of(toy: KnowledgeBase, *paths: Path) -> list[list[str]]:
    annotations = run(Request(tuple(map(str, paths))), toy)
    return table("".join(text_chunks(make_table(TableName.CALLS, annotations), "\t")))


def from_stdin(toy_directory: Path, content: bytes) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "pgx_ana", "annotate", "-", "--table", "calls"]
    command += ["--kb", str(toy_directory)]
    return subprocess.run(command, input=content, capture_output=True, check=False)


def as_is(path: Path) -> Path:
    return path


def bgzf(path: Path) -> Path:
    target = path.with_name(f"{path.name}.gz")
    pysam.tabix_compress(str(path), str(target), force=True)
    return target


def bgzf_tbi(path: Path) -> Path:
    target = bgzf(path)
    pysam.tabix_index(str(target), preset="vcf")
    assert Path(f"{target}.tbi").exists()
    return target


def bgzf_csi(path: Path) -> Path:
    target = bgzf(path)
    pysam.tabix_index(str(target), preset="vcf", csi=True)
    assert Path(f"{target}.csi").exists()
    return target


def plain_gzip(path: Path) -> Path:
    target = path.with_name(f"{path.name}.gz")
    target.write_bytes(gzip.compress(path.read_bytes()))
    return target


def bcf(path: Path) -> Path:
    target = path.with_suffix(".bcf")
    with (
        pysam.VariantFile(str(path)) as source,
        pysam.VariantFile(str(target), "wb", header=source.header) as copy,
    ):
        for row in source:
            copy.write(row)
    return target


def bcf_csi(path: Path) -> Path:
    target = bcf(path)
    pysam.tabix_index(str(target), preset="bcf")  # type: ignore[arg-type]  # not in the stubs
    assert Path(f"{target}.csi").exists()
    return target


def unnamed(path: Path) -> Path:
    """Compress, and give a name that says nothing of the format."""
    target = path.with_name("data")
    return bgzf(path).rename(target)


CONTAINERS = [
    pytest.param(as_is, "VCF", False, id="vcf"),
    pytest.param(bgzf, "VCF", False, id="bgzf"),
    pytest.param(bgzf_tbi, "VCF", True, id="bgzf-tbi"),
    pytest.param(bgzf_csi, "VCF", True, id="bgzf-csi"),
    pytest.param(plain_gzip, "VCF", False, id="gzip"),
    pytest.param(bcf, "BCF", False, id="bcf"),
    pytest.param(bcf_csi, "BCF", True, id="bcf-csi"),
    pytest.param(unnamed, "VCF", False, id="name-without-suffix"),
]


@pytest.mark.parametrize(("pack", "file_format", "indexed"), CONTAINERS)
def test_containers_give_the_same_calls(
    toy: KnowledgeBase,
    make_vcf: MakeVcf,
    pack: Callable[[Path], Path],
    file_format: str,
    indexed: bool,
) -> None:
    path = varied(make_vcf)
    expected = calls_of(toy, path)
    packed = pack(path)
    (file,) = call(Request((str(packed),)), toy).files
    assert (file_format, indexed, 3) == (file.format, file.indexed, file.samples)
    assert expected == calls_of(toy, packed)


@pytest.mark.parametrize("pack", [as_is, bgzf, plain_gzip, bcf], ids=lambda pack: pack.__name__)
def test_stdin_gives_the_same_calls(
    toy: KnowledgeBase, toy_directory: Path, make_vcf: MakeVcf, pack: Callable[[Path], Path]
) -> None:
    path = varied(make_vcf)
    done = from_stdin(toy_directory, pack(path).read_bytes())
    assert (0, b"<stdin>: GRCh38 (contig lengths), 3 samples\n") == (done.returncode, done.stderr)
    assert calls_of(toy, path) == table(done.stdout.decode())


def test_the_calls_of_the_varied_file(toy: KnowledgeBase, make_vcf: MakeVcf) -> None:
    """Otherwise agreeing containers would show little."""
    rows = calls_of(toy, varied(make_vcf))[1:]
    header = calls_of(toy, varied(make_vcf))[0]
    shown = [header.index(name) for name in ("sample", "variant", "genotype", "status", "gq", "dp")]
    expected = """
        S1 rs1 A|C called 50 7
        S1 rs2 A|C called 97 28
        S1 rs3 C filtered . 12
        S1 rs4 G/GT called 30 9
        S1 rs5 GCA/G called 70 9
        S1 rs6 G/T called 60 20
        S2 rs1 C/* unknown_allele 31 8
        S2 rs2 A/T called 29 7
        S2 rs3 C/C filtered 60 20
        S2 rs4 G/->TT unknown_allele 31 4
        S2 rs5 GCA/GCA called 71 4
        S2 rs6 T/T called 61 21
        S3 rs1 A/A filtered 8 1
        S3 rs2 ./. no_call . .
        S3 rs3 T/C filtered 61 21
        S3 rs4 GT/GT called 32 5
        S3 rs5 G/G called 72 5
        S3 rs6 G/G called 62 22
    """
    assert [line.split() for line in expected.strip().splitlines()] == [
        [row[number] for number in shown] for row in rows
    ]


def test_lines_may_end_as_on_windows(toy: KnowledgeBase, make_vcf: MakeVcf) -> None:
    path = varied(make_vcf)
    expected = calls_of(toy, path)
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert expected == calls_of(toy, path)


@pytest.mark.parametrize("pack", [as_is, bgzf_tbi, bcf_csi], ids=lambda pack: pack.__name__)
def test_header_only_is_fine(
    toy: KnowledgeBase, make_vcf: MakeVcf, pack: Callable[[Path], Path]
) -> None:
    """Every site is absent; none is reference."""
    rows = calls_of(toy, pack(make_vcf([])))
    expected = [(f"rs{number}", ".", "absent", "none") for number in range(1, 7)]
    names = [rows[0].index(name) for name in ("variant", "genotype", "status", "source")]
    assert expected == [tuple(row[number] for number in names) for row in rows[1:]]


def refusal(toy: KnowledgeBase, *paths: Path, samples: Sequence[str] = ()) -> str:
    with pytest.raises(InputError) as caught:
        call(Request(tuple(map(str, paths)), Selection(samples=tuple(samples))), toy)
    return str(caught.value)


NOT_VARIANTS = "is not a VCF or BCF file: it does not begin with ##fileformat=VCF"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(b"", "is empty", id="empty"),
        pytest.param(gzip.compress(b""), "is empty", id="empty-gzip"),
        pytest.param(END, "is empty", id="empty-bgzf"),
        pytest.param(b"sample\tgene\n", NOT_VARIANTS, id="table"),
        pytest.param(gzip.compress(b"sample\tgene\n"), NOT_VARIANTS, id="zipped-table"),
        pytest.param(b"#CHROM\tPOS\tID\tREF\tALT\n", NOT_VARIANTS, id="no-fileformat"),
        pytest.param(b"\x89PNG\r\n\x1a\n", NOT_VARIANTS, id="picture"),
        pytest.param(
            b"##fileformat=VCFv4.2\n",
            "its header is truncated: no line begins with #CHROM",
            id="no-header-row",
        ),
        pytest.param(
            b"##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n",
            "has no samples, so there are no genotypes to annotate",
            id="no-samples",
        ),
        pytest.param(
            b"\x1f\x8b\x08\x00rest",
            "its compression is damaged: Compressed file ended before the end-of-stream marker was "
            "reached",
            id="cut-gzip-header",
        ),
    ],
)
def test_wrong_files(toy: KnowledgeBase, tmp_path: Path, content: bytes, expected: str) -> None:
    path = tmp_path / "wrong"
    path.write_bytes(content)
    assert f"{path}: {expected}" == refusal(toy, path)


def test_missing_file(toy: KnowledgeBase, tmp_path: Path) -> None:
    path = tmp_path / "missing.vcf"
    assert f"{path}: no such file" == refusal(toy, path)


def test_directory(toy: KnowledgeBase, tmp_path: Path) -> None:
    assert f"{tmp_path}: is a directory, not a variant file" == refusal(toy, tmp_path)


@pytest.mark.parametrize("cut", [1, 8, 28, 29, 60, 200])
@pytest.mark.parametrize("pack", [bgzf, bgzf_tbi, bcf, bcf_csi], ids=lambda pack: pack.__name__)
def test_truncated_bgzf(
    toy: KnowledgeBase, make_vcf: MakeVcf, pack: Callable[[Path], Path], cut: int
) -> None:
    """28 bytes are the end-of-file block; more cuts into the blocks before it."""
    path = pack(varied(make_vcf))
    path.write_bytes(path.read_bytes()[:-cut])
    expected = f"{path}: is truncated: its BGZF end-of-file block is missing"
    assert expected == refusal(toy, path)


@pytest.mark.parametrize("cut", [1, 8, 9, 60])
def test_truncated_gzip(toy: KnowledgeBase, make_vcf: MakeVcf, cut: int) -> None:
    path = plain_gzip(varied(make_vcf))
    path.write_bytes(path.read_bytes()[:-cut])
    assert refusal(toy, path).startswith(f"{path}: ")


@pytest.mark.parametrize("cut", [60, 200])
@pytest.mark.parametrize("pack", [bgzf, bcf], ids=lambda pack: pack.__name__)
def test_truncated_stdin(
    toy_directory: Path, make_vcf: MakeVcf, pack: Callable[[Path], Path], cut: int
) -> None:
    done = from_stdin(toy_directory, pack(varied(make_vcf)).read_bytes()[:-cut])
    assert (3, b"") == (done.returncode, done.stdout)
    assert done.stderr.startswith(b"Error: <stdin>: ")
    assert 1 == done.stderr.count(b"\n")


def block(data: bytes) -> bytes:
    """Return one BGZF block."""
    deflate = zlib.compressobj(6, zlib.DEFLATED, -15)
    body = deflate.compress(data) + deflate.flush()
    start = struct.pack("<4BI2BH2BHH", 31, 139, 8, 4, 0, 0, 255, 6, 66, 67, 2, len(body) + 25)
    return start + body + struct.pack("<2I", zlib.crc32(data), len(data))


def vcf_blocks(path: Path) -> list[bytes]:
    """Return a VCF as BGZF with a block for the header and one for each row."""
    lines = path.read_bytes().splitlines(keepends=True)
    header = b"".join(line for line in lines if line.startswith(b"#"))
    return [block(header), *(block(line) for line in lines if not line.startswith(b"#"))]


def bcf_blocks(path: Path) -> list[bytes]:
    """Return a BCF with a block for the header and one for each row."""
    content = gzip.decompress(bcf(path).read_bytes())
    (length,) = struct.unpack_from("<I", content, 5)
    offsets = [0, 9 + length]
    while offsets[-1] < len(content):
        shared, individual = struct.unpack_from("<2I", content, offsets[-1])
        offsets.append(offsets[-1] + 8 + shared + individual)
    return [block(content[start:end]) for start, end in itertools.pairwise(offsets)]


def wrong_checksum(data: bytes) -> bytes:
    return data[:-8] + bytes([data[-8] ^ 255]) + data[-7:]


def zeroed(data: bytes) -> bytes:
    return data[:18] + bytes(len(data) - 26) + data[-8:]


def no_block(data: bytes) -> bytes:
    return bytes(len(data))


DAMAGES = pytest.mark.parametrize(
    "damage", [wrong_checksum, zeroed, no_block], ids=lambda damage: damage.__name__
)
ROWS = ["1 100 A C 0/1", "1 200 A T 0/1", "1 300 T C 1/1", "2 50 G T 0/1"]


@pytest.mark.parametrize("suffix", [".tbi", ".csi"])
@pytest.mark.parametrize("number", [1, 2, 3, 4])
@DAMAGES
def test_damaged_block_behind_an_index(
    toy: KnowledgeBase,
    make_vcf: MakeVcf,
    tmp_path: Path,
    damage: Callable[[bytes], bytes],
    number: int,
    suffix: str,
) -> None:
    """Region queries of cyvcf2 end silently at a damaged block: its rows would look absent."""
    plain = make_vcf(ROWS)
    blocks = vcf_blocks(plain)
    path = tmp_path / "blocks.vcf.gz"
    path.write_bytes(b"".join(blocks) + END)
    pysam.tabix_index(str(path), preset="vcf", csi=suffix == ".csi")
    assert calls_of(toy, plain) == calls_of(toy, path)
    blocks[number] = damage(blocks[number])
    path.write_bytes(b"".join(blocks) + END)
    Path(f"{path}{suffix}").touch()
    message = refusal(toy, path)
    assert message.startswith(f"{path}: ")
    assert "damaged" in message


@pytest.mark.parametrize("split", [vcf_blocks, bcf_blocks], ids=lambda split: split.__name__)
@pytest.mark.parametrize("number", [0, 1, 2, 3, 4])
@DAMAGES
def test_damaged_block_without_an_index(
    toy: KnowledgeBase,
    make_vcf: MakeVcf,
    tmp_path: Path,
    damage: Callable[[bytes], bytes],
    number: int,
    split: Callable[[Path], list[bytes]],
) -> None:
    plain = make_vcf(ROWS)
    blocks = split(plain)
    path = tmp_path / "blocks"
    path.write_bytes(b"".join(blocks) + END)
    assert calls_of(toy, plain) == calls_of(toy, path)
    blocks[number] = damage(blocks[number])
    path.write_bytes(b"".join(blocks) + END)
    assert refusal(toy, path).startswith(f"{path}: ")


def test_damage_that_no_site_needs(toy: KnowledgeBase, make_vcf: MakeVcf, tmp_path: Path) -> None:
    """What is read grows with the sites: blocks between them and the end are not looked at."""
    plain = make_vcf([*ROWS, "2 590 C G 0/1", "2 595 C G 0/1", "2 600 C G 0/1", "2 690 C G 0/1"])
    blocks = vcf_blocks(plain)
    path = tmp_path / "blocks.vcf.gz"
    path.write_bytes(b"".join(blocks) + END)
    pysam.tabix_index(str(path), preset="vcf")
    path.write_bytes(b"".join([*blocks[:-2], wrong_checksum(blocks[-2]), blocks[-1]]) + END)
    Path(f"{path}.tbi").touch()
    assert calls_of(toy, plain) == calls_of(toy, path)


@pytest.mark.parametrize("content", [b"", b"garbage", END], ids=["empty", "garbage", "blank"])
@pytest.mark.parametrize("pack", [bgzf_tbi, bgzf_csi, bcf_csi], ids=lambda pack: pack.__name__)
def test_wrong_index(
    toy: KnowledgeBase, make_vcf: MakeVcf, pack: Callable[[Path], Path], content: bytes
) -> None:
    path = pack(make_vcf(ROWS))
    suffix = ".tbi" if pack is bgzf_tbi else ".csi"
    Path(f"{path}{suffix}").write_bytes(content)
    assert refusal(toy, path).startswith(f"{path}: ")


BROKEN = "1:100: GT of sample 'S1' is "


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param(
            ["1 100 A C 0/2"],
            "1:100: sample 'S1' has allele 2, but the record has 1 ALT",
            id="allele-beyond-ALT",
        ),
        pytest.param(
            ["1 100 A . 0/1"],
            "1:100: sample 'S1' has allele 1, but the record has 0 ALT",
            id="allele-without-ALT",
        ),
        pytest.param(
            ["1 99 CA C 0/3"],
            "1:99: sample 'S1' has allele 3, but the record has 1 ALT",
            id="beyond-ALT-of-an-overlapping-row",
        ),
        pytest.param(
            ["1 100 A C 0/1/1"],
            "1:100: has a genotype of 3 copies; expected two",
            id="triploid",
        ),
        pytest.param(["1 100 A C 0/x"], BROKEN, id="genotype-of-letters"),
        pytest.param(["1 100 A C -1/0"], BROKEN, id="negative-allele"),
        pytest.param(["1 here A C 0/1"], "POS 'here' is not a position", id="position-of-letters"),
        pytest.param(
            ["1 100 A C 0/1", "1 x A C 0/1"], "line 13: POS 'x' is not a position", id="second-row"
        ),
    ],
)
def test_wrong_rows(toy: KnowledgeBase, make_vcf: MakeVcf, rows: list[str], expected: str) -> None:
    path = make_vcf(rows)
    message = refusal(toy, path)
    assert message.startswith(f"{path}: ")
    assert expected in message


@pytest.mark.parametrize(
    ("cut", "columns"),
    [(b"\n1\t200\tA", 3), (b"\n1\t200\t.\tA\tC\t.\tPASS\t.\tGT\t0/1", 10)],
)
def test_rows_with_too_few_columns(
    toy: KnowledgeBase, make_vcf: MakeVcf, cut: bytes, columns: int
) -> None:
    path = make_vcf(["1 100 A C 0/1 1/1"], samples=("S1", "S2"))
    path.write_bytes(path.read_bytes().removesuffix(b"\n") + cut + b"\n")
    assert f"has {columns} columns; the header has 11" in refusal(toy, path)


@pytest.mark.parametrize(
    "row",
    [
        "1 101 A C 0/2 0/1",
        "1 101 A C 0/1/1 0/1",
        "2 100 A C 0/1/1/1 0",
        "X 100 A C 1/2/3 0/1",
        "1 101 A C 0/x -1",
    ],
    ids=["beyond-ALT", "triploid", "tetraploid", "other-contig", "letters"],
)
@pytest.mark.parametrize("pack", [as_is, bgzf_tbi], ids=["plain", "indexed"])
def test_odd_genotypes_elsewhere_are_nobodys_business(
    toy: KnowledgeBase, make_vcf: MakeVcf, pack: Callable[[Path], Path], row: str
) -> None:
    samples = ("S1", "S2")
    plain = make_vcf(["1 100 A C 0/1 1/1"], samples=samples)
    expected = calls_of(toy, plain)
    path = make_vcf(["1 100 A C 0/1 1/1", row], samples=samples, name="odd.vcf")
    assert expected == calls_of(toy, pack(path))


def test_a_triploid_among_diploids(toy: KnowledgeBase, make_vcf: MakeVcf) -> None:
    path = make_vcf(["1 100 A C 0/1 0/0/1"], samples=("S1", "S2"))
    message = f"{path}: line 12: 1:100: has a genotype of 3 copies; expected two"
    assert message == refusal(toy, path)


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
        (("s1",), "sample not found in any file: 's1'; there are 3 samples, such as 'S1'"),
    ],
    ids=["one", "two-of-three", "many", "case"],
)
def test_unknown_samples(
    toy: KnowledgeBase, make_vcf: MakeVcf, samples: tuple[str, ...], expected: str
) -> None:
    assert expected == refusal(toy, varied(make_vcf), samples=samples)


@pytest.mark.parametrize("pack", [as_is, bgzf_tbi, bcf_csi], ids=lambda pack: pack.__name__)
@pytest.mark.parametrize(
    ("wanted", "expected"), [(("S2",), ["S2"]), (("S3", "S1", "S3"), ["S1", "S3"])]
)
def test_chosen_samples_keep_their_calls(
    toy: KnowledgeBase,
    make_vcf: MakeVcf,
    pack: Callable[[Path], Path],
    wanted: tuple[str, ...],
    expected: list[str],
) -> None:
    """They stand in the order of the file, each once."""
    path = varied(make_vcf)
    rows = [row for row in calls_of(toy, path) if row[0] in {"sample", *expected}]
    annotations = run(Request((str(pack(path)),), Selection(samples=wanted)), toy)
    text = "".join(text_chunks(make_table(TableName.CALLS, annotations), "\t"))
    assert rows == table(text)
    assert expected == list(annotations.calls.samples)


def genotypes(calls: CohortCalls) -> dict[str, list[str]]:
    """Return the genotypes of each person at the variants in order, statuses where none."""
    found: dict[str, list[str]] = {sample: [] for sample in calls.samples}
    for site in calls.sites:
        for sample, cell in zip(calls.samples, site.calls, strict=True):
            found[sample].append(cell.genotype if cell.alleles else cell.status.value)
    return found


def test_files_of_one_cohort_are_joined(toy: KnowledgeBase, make_vcf: MakeVcf) -> None:
    """One file for each chromosome, with people in another order."""
    one = make_vcf(["1 100 A C 0/1 1/1"], samples=("A", "B"), name="1.vcf")
    two = make_vcf(["2 50 G T 0/1 1/1"], samples=("B", "A"), name="2.vcf")
    calls = call(Request((str(one), str(two))), toy)
    absent = ["absent"] * 4
    assert {"A": ["A/C", *absent, "T/T"], "B": ["C/C", *absent, "G/T"]} == genotypes(calls)
    assert [(0, 1), (0, 1)] == list(calls.sample_files)


def test_files_of_other_people_stand_beside(toy: KnowledgeBase, make_vcf: MakeVcf) -> None:
    """Nobody gets a genotype from a file without that person."""
    one = make_vcf(["1 100 A C 0/1", "2 50 G T 0/0"], samples=("A",), name="1.vcf")
    two = make_vcf(["1 200 A T 1/1"], samples=("B",), name="2.vcf")
    calls = call(Request((str(one), str(two))), toy)
    a, b = ["absent"] * 6, ["absent"] * 6
    a[0], a[5], b[1] = "A/C", "G/G", "T/T"
    assert {"A": a, "B": b} == genotypes(calls)
    assert [(0,), (1,)] == list(calls.sample_files)


def test_files_without_wanted_people_are_left_out(toy: KnowledgeBase, make_vcf: MakeVcf) -> None:
    one = make_vcf(["1 100 A C 0/1"], samples=("A",), name="1.vcf")
    two = make_vcf(["1 200 A T 1/1"], samples=("B",), name="2.vcf")
    calls = call(Request((str(one), str(two)), Selection(samples=("B",))), toy)
    assert {"B": ["absent", "T/T", *["absent"] * 4]} == genotypes(calls)
    assert [str(two)] == [file.name for file in calls.files]


@pytest.mark.parametrize("other", ["1/0", "0|1"])
def test_a_person_in_two_files_that_agree(
    toy: KnowledgeBase, make_vcf: MakeVcf, other: str
) -> None:
    one = make_vcf(["1 100 A C 0/1"], name="1.vcf")
    two = make_vcf([f"1 100 A C {other}", "1 200 A C 0/0"], name="2.vcf")
    calls = call(Request((str(one), str(two))), toy)
    assert {"S1": ["A/C", "A/A", *["absent"] * 4]} == genotypes(calls)


@pytest.mark.parametrize(
    ("other", "seen"),
    [("1/1", "C/C (called)"), ("0/0", "A/A (called)"), ("./.", "./. (no_call)")],
)
def test_a_person_in_two_files_that_disagree(
    toy: KnowledgeBase, make_vcf: MakeVcf, other: str, seen: str
) -> None:
    one = make_vcf(["1 100 A C 0/1"], name="1.vcf")
    two = make_vcf([f"1 100 A C {other}"], name="2.vcf")
    expected = (
        f"sample 'S1' is in two files that disagree on rs1: A/C (called) in {one}, {seen} in "
        f"{two}; leave one of the files out"
    )
    assert expected == refusal(toy, one, two)


def test_a_file_given_twice(toy: KnowledgeBase, make_vcf: MakeVcf) -> None:
    path = str(make_vcf(ROWS))
    with pytest.raises(UsageError, match=r"made\.vcf: the file was given twice$"):
        call(Request((path, path)), toy)


def test_no_file(toy: KnowledgeBase) -> None:
    with pytest.raises(UsageError, match=r"^no file was given$"):
        call(Request(()), toy)


def opened(toy: KnowledgeBase, path: Path) -> VariantFile:
    return VariantFile(str(path), ContigNames(toy.contig_tables))


def test_header_digest_is_that_of_the_header(toy: KnowledgeBase, make_vcf: MakeVcf) -> None:
    """It tells files apart by what they say of themselves, whatever rows they have."""
    one, two = make_vcf(ROWS), make_vcf(ROWS[:1], name="two.vcf")
    other = make_vcf(ROWS, name="other.vcf", samples=("S2",))
    digests = [opened(toy, path).header_sha256 for path in (one, bgzf(one), two, other)]
    header = "".join(x for x in one.read_text().splitlines(keepends=True) if x.startswith("#"))
    expected = hashlib.sha256(header.encode()).hexdigest()
    assert [expected] * 3 == digests[:3]
    assert expected != digests[3]


@pytest.mark.parametrize("pack", [as_is, bgzf_tbi, bcf_csi], ids=lambda pack: pack.__name__)
def test_targets_get_the_records_that_overlap_them(
    toy: KnowledgeBase, make_vcf: MakeVcf, pack: Callable[[Path], Path]
) -> None:
    rows = ["1 90 A <NON_REF> 0/0", "1 98 CTA C 0/1", "1 100 A C 0/1", "1 101 A C 0/1"]
    path = pack(make_vcf([*rows, "2 100 A C 0/1"], prefix="chr", info={0: "END=97"}))
    targets = [Target("1", 97, 97), Target("1", 100, 100), Target("1", 102, 800), Target("9", 1, 9)]
    found = opened(toy, path).records_at(targets)
    assert [[90], [98, 100], [], []] == [[record.pos for record in records] for records in found]
    assert [97, 100, 100] == [record.end for records in found for record in records]
    assert {"1"} == {record.chrom for records in found for record in records}


def one_record(toy: KnowledgeBase, path: Path) -> Record:
    ((record,),) = opened(toy, path).records_at([Target("1", 100, 100)])
    return record


def test_a_record(toy: KnowledgeBase, make_vcf: MakeVcf) -> None:
    """Missing copies, missing values, phase, and letters of either case."""
    path = make_vcf(
        ["1 100 a c,t 0|2:99:30:7 ./1:.:.:. 1:0:0:. ./.:5:."],
        samples=("S1", "S2", "S3", "S4"),
        fmt="GT:GQ:DP:PS",
        filters={0: "LowQual"},
    )
    record = one_record(toy, path)
    assert ("A", ("C", "T"), ("LowQual",), True) == (
        record.ref,
        record.alts,
        record.filters,
        record.has_genotypes,
    )
    assert [[0, 2], [-1, 1], [1, NO_COPY], [-1, -1]] == record.alleles.tolist()
    assert [True, False, False] == record.phased[[0, 1, 3]].tolist()
    assert record.phase_set is not None
    assert [7, -1, -1, -1] == record.phase_set.tolist()
    assert record.gq is not None
    assert record.dp is not None
    np.testing.assert_array_equal(np.array([99, np.nan, 0, 5], np.float32), record.gq)
    np.testing.assert_array_equal(np.array([30, np.nan, 0, np.nan], np.float32), record.dp)


QUALITIES = [
    f'##FORMAT=<ID={name},Number=1,Type={kind},Description="quality or depth">'
    for name, kind in (("RGQ", "Integer"), ("GQX", "Float"), ("MIN_DP", "Integer"))
]


@pytest.mark.parametrize(
    ("fmt", "call_text", "gq", "dp"),
    [
        ("GT", "0/0", None, None),
        ("GT:GQ:DP", "0/0:40:20", 40, 20),
        ("GT:RGQ", "0/0:41", 41, None),
        ("GT:GQX", "0/0:41.5", 41.5, None),
        ("GT:RGQ:GQX:GQ", "0/0:1:2:3", 3, None),
        ("GT:DP:MIN_DP", "0/0:20:12", None, 12),
    ],
)
def test_where_quality_and_depth_stand(
    toy: KnowledgeBase,
    make_vcf: MakeVcf,
    fmt: str,
    call_text: str,
    gq: float | None,
    dp: float | None,
) -> None:
    path = make_vcf([f"1 100 A . {call_text}"], fmt=fmt, extra_header=QUALITIES)
    record = one_record(toy, path)
    assert gq == (None if record.gq is None else record.gq[0])
    assert dp == (None if record.dp is None else record.dp[0])


def test_a_record_without_genotypes(toy: KnowledgeBase, make_vcf: MakeVcf) -> None:
    record = one_record(toy, make_vcf(["1 100 A C 30"], fmt="DP"))
    assert not record.has_genotypes
    assert [[-1, -1]] == record.alleles.tolist()
