"""Compressed output: read by gzip and htslib, the same bytes every time."""

from __future__ import annotations

import gzip
import random
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pysam
import pytest

from pgx_ana.writing.bgzf import BgzfEncoder
from pgx_ana.writing.files import output_folder, write

NOISE = random.Random(1).randbytes(200_000)  # does not shrink: the largest possible blocks
END = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")
CONTENTS: dict[str, list[bytes]] = {
    "nothing": [],
    "empty chunks": [b"", b""],
    "one byte": [b"x"],
    "many chunks": [b"line\n"] * 50_000,
    "one block exactly": [b"a" * 65_280],
    "one block and a byte": [b"a" * 65_281],
    "noise": [NOISE],
    "noise in odd pieces": [NOISE[:1], NOISE[1:70_001], NOISE[70_001:]],
}


def compressed(chunks: Iterable[bytes]) -> bytes:
    encoder = BgzfEncoder()
    return b"".join([*map(encoder.add, chunks), encoder.end()])


@pytest.mark.parametrize("chunks", CONTENTS.values(), ids=CONTENTS)
def test_gzip_and_htslib_read_it(tmp_path: Path, chunks: list[bytes]) -> None:
    path = tmp_path / "x.gz"
    path.write_bytes(compressed(chunks))
    expected = b"".join(chunks)
    assert expected == gzip.decompress(path.read_bytes())
    with pysam.BGZFile(str(path), "r", None) as stream:
        assert expected == stream.read(len(expected) + 1)
    assert path.read_bytes().endswith(END)
    checked = subprocess.run(["gzip", "-t", path], check=False)
    assert 0 == checked.returncode


def test_blocks_depend_on_the_content_alone() -> None:
    """Neither the cuts between chunks nor the time are in the bytes."""
    cut = [NOISE[start : start + 999] for start in range(0, len(NOISE), 999)]
    assert compressed([NOISE]) == compressed(cut)
    assert bytes(4) == compressed([NOISE])[4:8]  # the time in the header of a gzip member


@pytest.mark.parametrize("name", ["x.tsv.gz", "x.TSV.GZ", "x.json.bgz", "x.gz"])
def test_the_name_of_a_file_says_that_it_is_compressed(tmp_path: Path, name: str) -> None:
    write(["Jos\u00e9\n".encode(), b"x\n"], str(tmp_path / name))
    assert "Jos\u00e9\nx\n" == gzip.decompress((tmp_path / name).read_bytes()).decode()


@pytest.mark.parametrize("name", ["x.tsv", "x.gz.tsv", "gz"])
def test_other_files_are_not_compressed(tmp_path: Path, name: str) -> None:
    write([b"x\n"], str(tmp_path / name))
    assert b"x\n" == (tmp_path / name).read_bytes()


def test_a_folder_has_plain_files(tmp_path: Path) -> None:
    with output_folder(str(tmp_path / "results.gz"), ["a.tsv"]) as (stream,):
        stream.write(b"x\n")
    assert b"x\n" == (tmp_path / "results.gz" / "a.tsv").read_bytes()
