"""A catalogue of broken and unusual files by name (kind), each derived from a good file.

A good file is small (two samples) or big (120 samples, more than 256 kB as BGZF) and covers the
loci of the toy knowledge base on GRCh38. Its contigs are 1, 3 and 2; contig 3 has no known locus. A
kind changes the lines, the text, the compressed bytes or the index. 85 kinds make up the corpus
that the program must handle; comments mark the kinds added to it.
"""

from __future__ import annotations

import dataclasses
import functools
import gzip
import itertools
import os
import re
import struct
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pysam
import pysam.bcftools

from helpers.vcf_text import VCF_COLUMNS

# Where the damage is: contig and position of a row ("place").
AT = "1:100"  # rs1
RS2, RS6 = "1:200", "2:50"  # rs6 is the last known locus
ELSEWHERE = "1:130"  # between rs1 and rs2
CONTIG = "3:77"
DEEP = "3:230"  # big files only: in a BGZF block with rows of contig 3 alone
FIRST, END_OF_CONTIG, LAST = "1:5", "1:999", "2:80"  # rows

CONTIGS = {"1": 1000, "3": 5000, "2": 700}
HEADER = [
    "##fileformat=VCFv4.2",
    *(f"##contig=<ID={name},length={length}>" for name, length in CONTIGS.items()),
    '##INFO=<ID=AC,Number=1,Type=Integer,Description="count">',
    '##FORMAT=<ID=GT,Number=1,Type=String,Description="genotype">',
    '##FORMAT=<ID=DP,Number=1,Type=Integer,Description="depth">',
    '##FORMAT=<ID=AD,Number=R,Type=Integer,Description="depth of each allele">',
]
ROWS = """
1 5 G A 0/0 0/1
1 100 A C 0/1 1/1
1 130 A C 0/1 1/1
1 200 A C,T 1/2 0/1
1 300 T C 0/0 0/1
1 401 G GT 0/1 0/0
1 501 GCA G 1/1 0/1
1 999 G A 0/1 0/1
3 77 A C 0/1 1/1
2 50 G T 0/1 0/0
2 80 G A 0/1 1/1
"""
END_BLOCK = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")


class Pack(NamedTuple):
    """The container and size of a file: small or big, with or without an index."""

    name: str
    suffix: str
    big: bool = False
    indexed: bool = False


TEXT, BIG_TEXT = Pack("text", ".vcf"), Pack("big-text", ".vcf", big=True)
BGZF, BIG = Pack("bgzf", ".vcf.gz"), Pack("big", ".vcf.gz", big=True)
SMALL_INDEXED = Pack("small-indexed", ".vcf.gz", indexed=True)
INDEXED = Pack("indexed", ".vcf.gz", big=True, indexed=True)
BCF, BCF_INDEXED = Pack("bcf", ".bcf", big=True), Pack("bcf-indexed", ".bcf", True, True)


@dataclasses.dataclass
class Draft:
    """The lines of a file, and the place of the row to damage."""

    header: str
    rows: list[str]
    place: str

    @property
    def row_index(self) -> int:
        """Return the index of the row to damage."""
        place = self.place.split(":")
        return [row.split("\t", 2)[:2] for row in self.rows].index(place)

    @property
    def text(self) -> str:
        """Return the text of the whole file."""
        return self.header + "".join(f"{row}\n" for row in self.rows)

    @property
    def row_end(self) -> int:
        """Return the offset in the text of the end of the row to damage, before its line feed."""
        return len(self.header) + sum(len(row) + 1 for row in self.rows[: self.row_index + 1]) - 1


def good(*, big: bool, place: str = AT) -> Draft:
    """Return the good file, with the row at a place marked for damage."""
    header, rows = _good_lines(big)
    return Draft(header, list(rows), place)


@functools.cache
def _good_lines(big: bool) -> tuple[str, tuple[str, ...]]:
    """Return the header and the rows of the good file."""
    random = Random(7)
    n_samples = 120 if big else 2
    rows: dict[tuple[int, int], str] = {}

    def add(contig: str, pos: int, alleles: list[str], values: list[str]) -> None:
        fields = [contig, str(pos), ".", *alleles, "50", "PASS", "AC=1", "GT:DP:AD", *values]
        rows.setdefault((list(CONTIGS).index(contig), pos), "\t".join(fields))

    for line in ROWS.strip().splitlines():
        contig, pos, ref, alt, *genotypes = line.split()
        depths = ",".join(["10"] * (alt.count(",") + 2))
        values = [f"{genotype}:20:{depths}" for genotype in genotypes] * (n_samples // 2)
        add(contig, int(pos), [ref, alt], values)
    combinations = itertools.product(("0/0", "0/1", "1/1"), range(20, 99), range(20))
    pool = [
        f"{gt}:{depth}:{depth - alt_depth},{alt_depth}" for gt, depth, alt_depth in combinations
    ]
    for contig, last in (("1", 1000), ("3", 400), ("2", 49)) if big else ():
        for filler_pos in range(20, last):
            if 20 <= filler_pos % 50 < 45:  # away from the known loci of either assembly
                add(contig, filler_pos, ["G", "A"], random.choices(pool, k=n_samples))
    columns = [*VCF_COLUMNS, *(f"S{number + 1}" for number in range(n_samples))]
    header = "\n".join([*HEADER, "\t".join(columns), ""])
    return header, tuple(row for _, row in sorted(rows.items()))


# Pattern and replacement of the first match in the row at the place, which looks like
# "1 100 . A C 50 PASS AC=1 GT:DP:AD 0/1:20:10,10 1/1:20:10,10", separated by tabs.
ROW = {
    "ad_wrong_number": ("10,10", "1,2,3"),
    "alt_nonref": ("\tC\t", "\tC,<NON_REF>\t"),
    "alt_same_as_ref": ("\tC\t", "\tA\t"),
    "alt_star": ("\tC\t", "\tC,*\t"),
    "blank_line_mid": ("^", "\n"),
    "cols_3": (r"^((\S+\t){2}\S+).*", r"\1"),
    "cols_few": (r"\t[^\t]*$", ""),
    "cols_many": ("$", "\t0/1:20:10,10"),
    "dp_not_int": ("0/1:20", "0/1:ten"),
    "dup_records": (".+", r"\g<0>\n\g<0>"),
    "dup_records_conflict": ("(.+?)(0/1)(.+)", r"\g<0>\n\g<1>1/1\g<3>"),
    "filter_undeclared": ("PASS", "weird"),
    "gt_bad_text": ("0/1", "foo"),
    "gt_empty": ("0/1", ""),
    "gt_half_missing": ("0/1", "./1"),
    "gt_haploid": ("0/1", "1"),
    "gt_negative": ("0/1", "-1/0"),
    "gt_out_of_range": ("0/1", "0/7"),
    "gt_slash_only": ("0/1", "/"),
    "gt_trailing_dropped": ("0/1:20:10,10", "0/1:20"),
    "gt_triploid": ("0/1", "0/1/1"),
    "info_bad_type": ("AC=1", "AC=many"),
    "info_undeclared": ("AC=1", "XX=1"),
    "nul_byte": ("AC=1", "AC=1\0"),
    "nul_in_last_value": ("(1)(/1:20:10,10)$", "\\1\0\\2"),  # not among the 85
    "pos_beyond_contig": (r"^(.)\t\d+(.+)", r"\g<0>\n\1\t1200\2"),
    "pos_negative": (r"\t\d+", "\t-5"),
    "pos_not_int": (r"\t\d+", "\tx12"),
    "pos_zero": (r"^(.)\t\d+(.+)", r"\1\t0\2\n\g<0>"),
    "qual_bad": ("\t50", "\thigh"),
    "ref_empty": ("\tA\t", "\t\t"),
    "ref_iupac": ("\tA\t", "\tR\t"),
    "ref_lower": ("\tA\t", "\ta\t"),
    "too_many_subfields": ("10,10", "10,10:9"),
}
# The same for every match, and so for all samples.
WHOLE_ROW = {
    "alt_dot": [("\tC\t", "\t.\t"), ("[01]/1", "0/0"), ("10,10", "20")],
    "fmt_no_gt": [("GT:", ""), ("./1:", "")],
    "fmt_undeclared": [("GT:DP:AD", "GT:DP:AD:XX"), ("10,10", "10,10:9")],
    "gt_not_first": [("GT:DP", "DP:GT"), ("(./1):20", r"20:\1")],
    "spaces_not_tabs": [("\t", " ")],
}
# The same for the header.
HEAD = {
    "bom": ("^##fileformat", "\ufeff##fileformat"),
    "contig_no_header": ("##contig.*\n", ""),
    "contig_undeclared": (
        "##contig=<ID=[13],.*\n",
        "",
    ),  # contig 2 keeps its length, which identifies the assembly
    "crlf_header_only": ("\n", "\r\n"),
    "dup_samples": (r"\tS2\b", "\tS1"),
    "fileformat_bogus": (r"VCFv4\.2", "VCFv9.9"),
    "header_cols_mismatch_more_hdr": (r"\tS2\b", "\tS2\tmore"),
    "latin1_sample": (r"\tS2\b", "\tZo\u00eb"),  # see build()
    "no_chrom_line": ("#CHROM.*\n", ""),
    "no_fileformat": ("##fileformat.*\n", ""),
    "no_header_at_all": ("#.*\n", ""),
    "sample_with_space": (r"\tS2\b", "\tS 2"),
    "utf8_sample": (r"\tS2\b", "\tZo\u00eb"),
}


def _moved(draft: Draft, by: int) -> str:
    """Return the text with the row moved down by some rows."""
    rows = list(draft.rows)
    rows.insert(draft.row_index + by, rows.pop(draft.row_index))
    return dataclasses.replace(draft, rows=rows).text


def _split(draft: Draft) -> str:
    """Split the multiallelic row of rs2; the ALT of the other row becomes 0."""
    multiallelic = draft.rows[draft.row_index]
    row = multiallelic.replace("10,10,10", "10,10")
    first = row.replace("C,T", "C").replace("1/2", "1/0")
    second = row.replace("C,T", "T").replace("0/1", "0/0").replace("1/2", "0/1")
    return draft.text.replace(multiallelic, f"{first}\n{second}")


# Kinds made from the whole text. The last one, not among the 85, is truncated within a value.
TEXTS: dict[str, Callable[[Draft], str]] = {
    "blank_line_end": lambda draft: draft.text + "\n",
    "contig_interleaved": lambda draft: _moved(draft, len(draft.rows)),
    "crlf": lambda draft: draft.text.replace("\n", "\r\n"),
    "gff_not_vcf": lambda _: "##gff-version 3\n1\ttoy\tgene\t60\t650\t.\t+\t.\tID=AAA\n",
    "header_only": lambda draft: draft.header,
    "header_truncated": lambda draft: draft.text[: draft.text.index("ID=AD,") + 20],
    "multiallelic_split": _split,
    "no_final_newline": lambda draft: draft.text[: draft.row_end],
    "no_samples": lambda draft: re.sub(r"\t(FORMAT|GT:).*", "", draft.text),
    **dict.fromkeys(
        ["plain_text_trunc.vcf", "text_trunc_record"], lambda d: d.text[: d.row_end - 30]
    ),
    "unsorted": lambda draft: _moved(draft, 1),
    "text_cut_in_value": lambda draft: draft.text[: draft.row_end - 1],
}


def _overwritten(data: bytes, start: int, new: bytes) -> bytes:
    """Return data with the bytes from start overwritten by new ones."""
    return data[:start] + new + data[start + len(new) :]


def _gzip(data: bytes) -> bytes:
    """Return BGZF data recompressed as plain gzip."""
    return gzip.compress(gzip.decompress(data), 1, mtime=0)


# Kinds made from the compressed bytes; start and end are the offsets of the block with the row.
PACKED: dict[str, Callable[[bytes, int, int], bytes]] = {
    "corrupt_blockheader": lambda data, start, _: _overwritten(data, start, b"\0\0\0"),
    "corrupt_bsize": lambda data, start, _: _overwritten(data, start + 16, b"\xab\xcd"),
    "corrupt_crc": lambda data, _, end: _overwritten(data, end - 8, bytes([data[end - 8] ^ 255])),
    "corrupt_deflate": lambda data, start, _: _overwritten(
        data, start + 18, b"\xff"
    ),  # no such type
    **dict.fromkeys(("empty", "empty.vcf"), lambda *_: b""),
    "empty_bgzf": lambda *_: END_BLOCK,
    "plain_gzip": lambda data, *_: _gzip(data),
    "plain_gzip_trunc": lambda data, *_: _gzip(data)[: len(data) // 2],
    "random": lambda *_: Random(3).randbytes(5000),
    "trunc_blockboundary": lambda data, start, _: data[:start],
    "trunc_midblock": lambda data, start, end: data[: (start + end) // 2],
    "trunc_no_eof": lambda data, *_: data[: -len(END_BLOCK)],
    # Not among the 85: a truncated file that looks complete, and a block that hides the next one.
    "trunc_eof_added": lambda data, start, _: data[:start] + END_BLOCK,
    "bsize_of_two": lambda data, start, end: _overwritten(
        data, start + 16, struct.pack("<H", blocks(data[end:])[0][1] + end - start - 1)
    ),
}


def _index_with(rows: Callable[[list[str]], list[str]]) -> Callable[[Path, Path], None]:
    """Return a function that replaces the index by that of a big file with other rows."""

    def make(path: Path, index: Path) -> None:
        draft = good(big=True)
        draft.rows = rows(draft.rows)
        other = path.with_name(f"other.{path.name}")
        _write(draft.text.encode(), other)
        _index(other).replace(index)
        other.unlink()

    return make


# Kinds made from the file and its index. The last ones, not among the 85, are files that changed
# after they were indexed, and the index of another file.
INDEX: dict[str, Callable[[Path, Path], object]] = {
    "idx_corrupt": lambda _, index: index.write_bytes(
        _overwritten(index.read_bytes(), 40, bytes(20))
    ),
    "idx_csi_only": lambda *_: None,  # see build()
    "idx_empty": lambda _, index: index.write_bytes(b""),
    "idx_missing": lambda _, index: index.unlink(),
    "idx_older_same": lambda _, index: os.utime(index, (1e8, 1e8)),
    "idx_stale_content": _index_with(lambda rows: rows[::2]),
    "idx_truncated": lambda _, index: index.write_bytes(index.read_bytes()[:-60]),
    "idx_rows_added_before": _index_with(lambda rows: rows[3:]),
    "idx_rows_added_after": _index_with(lambda rows: rows[:-1]),
    "idx_rows_cut": _index_with(lambda rows: [*rows, rows[-1]]),
    "idx_rows_removed": _index_with(lambda rows: [*rows[:9], *rows[8:]]),
    "idx_of_another_file": _index_with(lambda rows: [row for row in rows if row.startswith("3")]),
}


def _damaged(name: str, draft: Draft) -> str:
    """Return the text of a kind; unchanged if it damages compressed bytes or the index."""
    row = draft.rows[draft.row_index]
    for pattern, new in [ROW[name]] if name in ROW else WHOLE_ROW.get(name, []):
        row = re.sub(pattern, new, row, count=name in ROW)
    draft.rows[draft.row_index] = row
    draft.header = re.sub(*HEAD.get(name, ("", "")), draft.header)
    return TEXTS[name](draft) if name in TEXTS else draft.text


def _write(content: bytes, path: Path) -> None:
    """Write a file in the container that its suffix names."""
    if path.suffix == ".vcf":
        path.write_bytes(content)
    elif path.suffix == ".gz":
        with pysam.BGZFile(str(path), "w1", None) as stream:  # type: ignore[arg-type]  # fast
            stream.write(content)
    else:
        plain = path.with_suffix(".vcf")
        plain.write_bytes(content)
        options = ["--no-version", "--output-type", "b", "--output", str(path), str(plain)]
        pysam.bcftools.view(*options, catch_stdout=False)
        plain.unlink()


def _index(path: Path, *, csi: bool = False) -> Path:
    """Index a file and return the path of its index."""
    csi = csi or path.suffix == ".bcf"
    preset: Any = "bcf" if path.suffix == ".bcf" else "vcf"
    pysam.tabix_index(str(path), preset=preset, csi=csi, force=True)
    return Path(f"{path}{'.csi' if csi else '.tbi'}")


def blocks(data: bytes) -> list[tuple[int, int, int]]:
    """Return start and end of each BGZF block, and the uncompressed size up to its end."""
    spans = [(0, 0, 0)]
    while spans[-1][1] < len(data):
        start, unpacked = spans[-1][1:]
        end = start + struct.unpack_from("<H", data, start + 16)[0] + 1
        spans.append((start, end, unpacked + struct.unpack_from("<I", data, end - 4)[0]))
    return spans[1:]


def block_at(data: bytes, place: str) -> tuple[int, int]:
    """Return start and end of the BGZF block of a big file in which the row at a place ends."""
    draft = good(big=True, place=place)
    offset, content = draft.row_end, gzip.decompress(data)
    if content.startswith(b"BCF"):
        offset = 9 + struct.unpack_from("<I", content, 5)[0]
        for _ in range(draft.row_index + 1):
            offset += 8 + sum(struct.unpack_from("<2I", content, offset))
    return next((start, end) for start, end, unpacked in blocks(data) if offset <= unpacked)


def build(folder: Path, name: str, pack: Pack, place: str = AT) -> Path:
    """Write a file of a kind, damaged at a place, and return its path."""
    path = folder / f"{name.removesuffix('.vcf')}{pack.suffix}"
    text = _damaged(name, good(big=pack.big, place=place))
    _write(text.encode("latin-1" if name == "latin1_sample" else "utf-8"), path)
    index = _index(path, csi=name == "idx_csi_only") if pack.indexed else path
    if name in PACKED:
        data = path.read_bytes()
        path.write_bytes(PACKED[name](data, *(block_at(data, place) if pack.big else (0, 0))))
    os.utime(path, (1e9, 1e9))
    if name in INDEX:
        INDEX[name](path, index)
    return path
