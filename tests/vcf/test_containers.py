"""Every container gives the same calls; a truncated or foreign file is rejected."""

from __future__ import annotations

import gzip
import subprocess
import sys
from pathlib import Path

import pytest
from helpers.broken_files import END_BLOCK
from helpers.containers import (
    Pack,
    bcf,
    bcf_csi,
    bgzf,
    bgzf_csi,
    bgzf_tbi,
    calls_of,
    plain_gzip,
    rejection,
    table_without_file,
    uncompressed,
    unnamed,
    varied_vcf,
)
from helpers.fixture_types import MakeVcf

from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.pipeline import Request, call

pytestmark = pytest.mark.usefixtures("index_small_files")


def annotate_stdin(toy_directory: Path, content: bytes) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "pgx_ana", "annotate", "-", "--table", "calls"]
    command += ["--kb", str(toy_directory)]
    return subprocess.run(command, input=content, capture_output=True, check=False)


CONTAINERS = [
    pytest.param(uncompressed, "VCF", False, id="vcf"),
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
    pack: Pack,
    file_format: str,
    indexed: bool,
) -> None:
    path = varied_vcf(make_vcf)
    expected = calls_of(toy, path)
    packed = pack(path)
    (file,) = call(Request((str(packed),)), toy).files
    assert (file_format, indexed, 3) == (file.format, file.indexed, file.samples)
    assert expected == calls_of(toy, packed)


@pytest.mark.parametrize(
    "pack", [uncompressed, bgzf, plain_gzip, bcf], ids=lambda pack: pack.__name__
)
def test_stdin_gives_the_same_calls(
    toy: KnowledgeBase, toy_directory: Path, make_vcf: MakeVcf, pack: Pack
) -> None:
    path = varied_vcf(make_vcf)
    done = annotate_stdin(toy_directory, pack(path).read_bytes())
    assert (0, [b"<stdin>: GRCh38 (contig lengths), 3 samples"]) == (
        done.returncode,
        done.stderr.splitlines()[:-1],
    )
    assert calls_of(toy, path) == table_without_file(done.stdout.decode())


def test_the_calls_of_the_varied_file(toy: KnowledgeBase, make_vcf: MakeVcf) -> None:
    """The comparison of containers means something: their file has calls of many kinds."""
    header, *rows = calls_of(toy, varied_vcf(make_vcf))
    shown = [header.index(name) for name in ("sample", "variant", "genotype", "status", "gq", "dp")]
    expected = """
        S1 rs1 A|C called 99 30
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
        S3 rs1 A/A filtered 8 3
        S3 rs2 ./. no_call . .
        S3 rs3 T/C filtered 61 21
        S3 rs4 GT/GT called 32 5
        S3 rs5 G/G called 72 5
        S3 rs6 G/G called 62 22
    """
    assert [line.split() for line in expected.strip().splitlines()] == [
        [row[number] for number in shown] for row in rows
    ]


def test_lines_may_end_with_carriage_return_and_line_feed(
    toy: KnowledgeBase, make_vcf: MakeVcf
) -> None:
    path = varied_vcf(make_vcf)
    expected = calls_of(toy, path)
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert expected == calls_of(toy, path)


@pytest.mark.parametrize("pack", [uncompressed, bgzf_tbi, bcf_csi], ids=lambda pack: pack.__name__)
def test_a_file_without_rows_is_accepted(toy: KnowledgeBase, make_vcf: MakeVcf, pack: Pack) -> None:
    """Every variant is absent; none is reference."""
    rows = calls_of(toy, pack(make_vcf([])))
    expected = [(f"rs{number}", ".", "absent", "none") for number in range(1, 7)]
    names = [rows[0].index(name) for name in ("variant", "genotype", "status", "source")]
    assert expected == [tuple(row[number] for number in names) for row in rows[1:]]


NOT_VCF = "is not a VCF or BCF file: it does not begin with ##fileformat=VCF"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(b"", "the file is empty", id="empty"),
        pytest.param(gzip.compress(b""), "the file is empty", id="empty-gzip"),
        pytest.param(END_BLOCK, "the file is empty", id="empty-bgzf"),
        pytest.param(b"sample\tgene\n", NOT_VCF, id="table"),
        pytest.param(gzip.compress(b"sample\tgene\n"), NOT_VCF, id="zipped-table"),
        pytest.param(b"#CHROM\tPOS\tID\tREF\tALT\n", NOT_VCF, id="no-fileformat"),
        pytest.param(b"\x89PNG\r\n\x1a\n", NOT_VCF, id="image"),
        pytest.param(
            b"##fileformat=VCFv4.2\n",
            "the header is truncated: it has no line that begins with #CHROM; copy or download the "
            "file again",
            id="no-header-row",
        ),
        pytest.param(
            b"##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n",
            "the file has no samples, so there are no genotypes to annotate",
            id="no-samples",
        ),
        pytest.param(
            b"\x1f\x8b\x08\x00rest",
            "the compressed data are damaged: Compressed file ended before the end-of-stream "
            "marker was reached; copy or download the file again",
            id="cut-gzip-header",
        ),
    ],
)
def test_foreign_and_incomplete_files_are_rejected(
    toy: KnowledgeBase, tmp_path: Path, content: bytes, expected: str
) -> None:
    path = tmp_path / "wrong"
    path.write_bytes(content)
    assert f"{path}: {expected}" == rejection(toy, path)


def test_missing_file(toy: KnowledgeBase, tmp_path: Path) -> None:
    path = tmp_path / "missing.vcf"
    assert f"{path}: no such file" == rejection(toy, path)


def test_directory(toy: KnowledgeBase, tmp_path: Path) -> None:
    assert f"{tmp_path}: is a directory, not a variant file" == rejection(toy, tmp_path)


@pytest.mark.parametrize("cut", [1, 8, 28, 29, 60, 200])
@pytest.mark.parametrize("pack", [bgzf, bgzf_tbi, bcf, bcf_csi], ids=lambda pack: pack.__name__)
def test_truncated_bgzf(toy: KnowledgeBase, make_vcf: MakeVcf, pack: Pack, cut: int) -> None:
    """The end-of-file block has 28 bytes; a larger cut reaches the blocks before it."""
    path = pack(varied_vcf(make_vcf))
    path.write_bytes(path.read_bytes()[:-cut])
    expected = (
        f"{path}: the file is truncated: its BGZF end-of-file block is missing; copy or download "
        "it again"
    )
    assert expected == rejection(toy, path)


@pytest.mark.parametrize("cut", [1, 8, 9, 60])
def test_truncated_gzip(toy: KnowledgeBase, make_vcf: MakeVcf, cut: int) -> None:
    path = plain_gzip(varied_vcf(make_vcf))
    path.write_bytes(path.read_bytes()[:-cut])
    assert rejection(toy, path).startswith(f"{path}: ")


@pytest.mark.parametrize("cut", [60, 200])
@pytest.mark.parametrize("pack", [bgzf, bcf], ids=lambda pack: pack.__name__)
def test_truncated_stdin(toy_directory: Path, make_vcf: MakeVcf, pack: Pack, cut: int) -> None:
    done = annotate_stdin(toy_directory, pack(varied_vcf(make_vcf)).read_bytes()[:-cut])
    assert (3, b"") == (done.returncode, done.stdout)
    assert done.stderr.startswith(b"Error: <stdin>: ")
    assert 1 == done.stderr.count(b"\n")
