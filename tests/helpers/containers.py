"""Small variant files in every container, and what reading them gives."""

from __future__ import annotations

import gzip
import struct
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

import pysam
import pysam.bcftools
import pytest

from helpers.fixture_types import MakeVcf
from helpers.table_text import table_text
from pgx_ana.errors import InputError
from pgx_ana.knowledge import KnowledgeBase
from pgx_ana.output import make_table
from pgx_ana.pipeline import Identity, Request, Selection, call, run
from pgx_ana.terms import TableName

Pack = Callable[[Path], Path]

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


def varied_vcf(make_vcf: MakeVcf) -> Path:
    """Make a file of three samples with every kind of row that the toy variants have."""
    return make_vcf(VARIED, samples=SAMPLES, fmt="GT:GQ:DP:PS", filters={5: "LowQual"})


def table_without_file(text: str) -> list[list[str]]:
    """Split a calls table into rows, without the file name, which differs between containers."""
    lines = [line.split("\t") for line in text.splitlines()]
    file = lines[0].index("file")
    return [line[:file] + line[file + 1 :] for line in lines]


def calls_of(toy: KnowledgeBase, *paths: Path) -> list[list[str]]:
    """Return the calls table of some files, header first."""
    annotations = run(Request(tuple(map(str, paths))), toy)
    return table_without_file(table_text(make_table(TableName.CALLS, annotations)))


def rejection(
    toy: KnowledgeBase,
    *paths: Path,
    samples: Sequence[str] = (),
    identity: Identity | None = None,
) -> str:
    """Return the message with which files are rejected."""
    selection = Selection(samples=tuple(samples))
    request = Request(tuple(map(str, paths)), selection, identity=identity or Identity())
    with pytest.raises(InputError) as caught:
        call(request, toy)
    return str(caught.value)


def uncompressed(path: Path) -> Path:
    """Return the file itself, a container like the ones below."""
    return path


def block(data: bytes) -> bytes:
    """Return one BGZF block."""
    deflate = zlib.compressobj(6, zlib.DEFLATED, -15)
    body = deflate.compress(data) + deflate.flush()
    start = struct.pack("<4BI2BH2BHH", 31, 139, 8, 4, 0, 0, 255, 6, 66, 67, 2, len(body) + 25)
    return start + body + struct.pack("<2I", zlib.crc32(data), len(data))


def bgzf(path: Path) -> Path:
    target = path.with_name(f"{path.name}.gz")
    pysam.tabix_compress(str(path), str(target), force=True)
    return target


def bgzf_tbi(path: Path) -> Path:
    target = bgzf(path)
    pysam.tabix_index(str(target), preset="vcf", force=True)
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
    pysam.bcftools.view("--no-version", "-Ob", "-o", str(target), str(path), catch_stdout=False)
    return target


def bcf_csi(path: Path) -> Path:
    target = bcf(path)
    pysam.tabix_index(str(target), preset="bcf")  # type: ignore[arg-type]  # not in the stubs
    assert Path(f"{target}.csi").exists()
    return target


def unnamed(path: Path) -> Path:
    """Compress to BGZF, under a name without a suffix."""
    target = path.with_name("data")
    return bgzf(path).rename(target)
