"""BGEN files with their companions: read, or rejected in one line."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from helpers.bgen_files import NONE, ZLIB, ZSTD, Bgen, Variant, hard_calls, sample_file
from helpers.fixture_types import Run
from helpers.paths import TOY

GENOTYPES = hard_calls(["0/1", "1/1"])
GOOD = Bgen(
    [
        Variant(100, ("A", "C"), GENOTYPES, rsid="rs1"),
        Variant(150, ("G", "T"), hard_calls(["0/0", "0/1"]), rsid="other"),
        Variant(50, ("G", "T"), hard_calls(["1/1", "0/0"]), contig="2", rsid="rs6"),
    ]
)
EXPECTED = {
    ("S1", "rs1"): "A/C called",
    ("S2", "rs1"): "C/C called",
    ("S1", "rs6"): "T/T called",
    ("S2", "rs6"): "G/G called",
}
ASSEMBLY = ("--assembly", "GRCh38")
Edit = Callable[[bytes], bytes]


def called(run: Run, path: Path, *options: str) -> dict[tuple[str, str], str]:
    """Return genotype and status of each call from a record."""
    result = run("annotate", path, "--kb", TOY, "-t", "calls", "-q", *ASSEMBLY, *options)
    assert 0 == result.exit_code, result.stderr
    header, *rows = (line.split("\t") for line in result.stdout.splitlines())
    calls = [dict(zip(header, row, strict=True)) for row in rows]
    return {
        (call["sample"], call["variant"]): f"{call['genotype']} {call['status']}"
        for call in calls
        if call["source"] == "record"
    }


def rejected(run: Run, path: Path, *options: str) -> str:
    """Return the message that rejects a file, without the path of its folder."""
    result = run("annotate", path, "--kb", TOY, "-t", "calls", "-q", *ASSEMBLY, *options)
    assert (3, "") == (result.exit_code, result.stdout)
    message = result.stderr.removesuffix("\n")
    assert "\n" not in message
    return re.sub(r"/\S*/", "", message)


def put(at: int, new: bytes) -> Edit:
    """Return an edit that overwrites bytes, counted from the end where ``at`` is negative."""
    return lambda data: (
        data[:at] + new + (data[at + len(new) :] if at >= 0 or at + len(new) else b"")
    )


@pytest.mark.parametrize("compression", [NONE, ZLIB, ZSTD])
@pytest.mark.parametrize("is_indexed", [True, False])
@pytest.mark.parametrize("prefix", ["", "0", "chr"])
def test_a_good_file(
    run: Run, tmp_path: Path, compression: int, prefix: str, *, is_indexed: bool
) -> None:
    variants = [replace(one, contig=prefix + one.contig) for one in GOOD.variants]
    bgen = replace(GOOD, variants=variants, compression=compression, free=b"made", gap=b"gap")
    path = bgen.write(tmp_path / "made.bgen")
    if is_indexed:
        bgen.write_index(path)
    assert EXPECTED == called(run, path)
    assert EXPECTED == called(run, path, "--verify")
    of_second = {key: value for key, value in EXPECTED.items() if key[0] == "S2"}
    assert of_second == called(run, path, "-s", "S2")


def test_an_index_leaves_nothing_beside_it(run: Run, tmp_path: Path) -> None:
    path = GOOD.write(tmp_path / "made.bgen")
    GOOD.write_index(path)
    path.with_name("made.bgen.bgi").chmod(0o444)
    assert EXPECTED == called(run, path)
    assert {"made.bgen", "made.bgen.bgi"} == {one.name for one in tmp_path.iterdir()}


def test_check_says_how_the_file_was_read(run: Run, tmp_path: Path) -> None:
    path = GOOD.write(tmp_path / "made.bgen")
    for index, is_used in (("none used", False), ("used", True)):
        if is_used:
            GOOD.write_index(path)
        result = run("check", path, "--kb", TOY, *ASSEMBLY, "--exit-zero")
        assert 0 == result.exit_code
        facts = dict(line.split(maxsplit=1) for line in result.stdout.splitlines()[1:5])
        expected = {"format": "BGEN, zlib", "assembly": "GRCh38 (--assembly)", "samples": "2"}
        assert {**expected, "index": index} == facts


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda data: data[:30], "the file is truncated: it ends within its header"),
        (lambda data: data[:-1], r"the file is truncated: it ends within the genotypes of 2:50"),
        (lambda data: data[:-50], "the file is truncated: it ends within the variant at byte"),
        (put(8, struct.pack("<I", 4)), "truncated: it has 3 variants, and 4 according to its head"),
        (put(8, struct.pack("<I", 2)), "bytes follow the last of its 2 variants"),
        (lambda data: data + b"\0", "bytes follow the last of its 3 variants"),
        (put(12, struct.pack("<I", 3)), "the header is damaged: it has 3 people, and the names of"),
        (put(12, struct.pack("<I", 0)), "has no people, so there are no genotypes to annotate"),
        (put(4, struct.pack("<I", 400)), "the header is damaged: its length is 400, and the vari"),
        (put(0, b"\xff\xff\xff\xff"), "the header is damaged: it has 4294967295 bytes; at most"),
        (put(20, struct.pack("<I", 3 | 8)), "the compression of layout 2 is 3"),
        (put(20, struct.pack("<I", 1 | 12)), "the layout of variants is 3; it must be 1 or 2"),
        (put(24, struct.pack("<I", 999)), "the names of people reach into the variants"),
        (put(24, struct.pack("<I", 15)), "the names of people are longer than their block"),
        (put(32, b"\x01\0"), "the names of people are longer than their block"),
        (put(34, b"\xff\xfe"), "the name of person 1 is not UTF-8"),
        (put(38, b"S1"), "names person 'S1' more than once; rename the people"),
        (put(38, b"S\n"), r"the name 'S\\n' has a tab, a line break or NUL; rename the person"),
        (put(-1, b"\0"), "2:50 rs6: the genotypes are damaged: Error -3 while decompressing"),
        (put(-4, b"\xff"), "2:50 rs6: the genotypes are damaged: Error -3 while decompressing"),
    ],
)
def test_damaged_files(run: Run, tmp_path: Path, edit: Edit, message: str) -> None:
    path = tmp_path / "made.bgen"
    path.write_bytes(edit(GOOD.content()))
    assert re.match(f"Error: made.bgen: .*{message}", rejected(run, path))


def block_edited(edit: Edit) -> bytes:
    """Return a file without compression, of one variant, with its genotypes edited."""
    bgen = replace(GOOD, variants=GOOD.variants[:1], compression=NONE)
    content = bgen.content()
    data = 10 + 2 + 4  # two people with two values each
    return content[:-data] + edit(content[-data:])


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (put(0, struct.pack("<I", 3)), "they are of 3 people and 2 alleles"),
        (put(4, struct.pack("<H", 3)), "they are of 2 people and 3 alleles"),
        (put(6, b"\x01"), ""),
        (put(7, b"\x01"), "a number of copies is not one that the block declares"),
        (put(8, b"\x42"), "a number of copies is not one that the block declares"),
        (put(8, b"\x01"), "a number of copies is not one that the block declares"),
        (put(10, b"\x02"), "their phase is 2, and probabilities have 8 bits"),
        (put(11, b"\x00"), "their phase is 0, and probabilities have 0 bits"),
        (put(11, b"\x21"), "their phase is 0, and probabilities have 33 bits"),
        (put(11, b"\x07"), ""),
        (put(11, b"\x10"), "they have 4 bytes, not 8"),
    ],
)
def test_damaged_genotypes(run: Run, tmp_path: Path, edit: Edit, message: str) -> None:
    path = tmp_path / "made.bgen"
    path.write_bytes(block_edited(edit))
    if message:
        expected = f"Error: made.bgen: 1:100 rs1: the genotypes are damaged: {message}; "
        assert expected + "copy or download the file again" == rejected(run, path)
    else:
        assert {("S1", "rs1"), ("S2", "rs1")} == set(called(run, path))


@pytest.mark.parametrize(
    ("size", "message"),
    [
        (1 << 31, "the genotypes claim 2147483648 bytes; two copies of 2 alleles in 2 people need"),
        (1 << 20, "the genotypes are damaged: the"),
        (15, "the genotypes are damaged: the compressed bytes"),
        (0, "the genotypes are damaged: the compressed bytes"),
    ],
)
@pytest.mark.parametrize("compression", [ZLIB, ZSTD])
def test_wrong_sizes(run: Run, tmp_path: Path, compression: int, size: int, message: str) -> None:
    bgen = replace(GOOD, variants=GOOD.variants[:1], compression=compression)
    content = bgen.content()
    at = content.index(struct.pack("<I", 16), len(bgen.head()))
    path = tmp_path / "made.bgen"
    path.write_bytes(put(at, struct.pack("<I", size))(content))
    assert rejected(run, path).startswith(f"Error: made.bgen: 1:100 rs1: {message}")


def test_damage_elsewhere_is_found_by_verify(run: Run, tmp_path: Path) -> None:
    content = bytearray(GOOD.content())
    content[content.index(b"other") + 40] ^= 0xFF
    path = tmp_path / "made.bgen"
    path.write_bytes(content)
    assert EXPECTED == called(run, path)
    assert rejected(run, path, "--verify").startswith("Error: made.bgen: 1:150 other: the genot")


@pytest.mark.parametrize("contig", ["", "NA"])
@pytest.mark.parametrize("is_indexed", [True, False])
def test_variants_without_a_chromosome(
    run: Run, tmp_path: Path, contig: str, *, is_indexed: bool
) -> None:
    bgen = replace(GOOD, variants=[replace(one, contig=contig) for one in GOOD.variants])
    path = bgen.write(tmp_path / "made.bgen")
    if is_indexed:
        bgen.write_index(path)
    message = "Error: made.bgen: its variants have no chromosome; if all are on one, such as 15, wr"
    assert rejected(run, path).startswith(message)


def test_an_empty_allele(run: Run, tmp_path: Path) -> None:
    variants = [Variant(100, ("A", ""), GENOTYPES)]
    path = replace(GOOD, variants=variants).write(tmp_path / "made.bgen")
    expected = "Error: made.bgen: 1:100 .: an allele is empty; write alleles with the base before"
    assert expected == rejected(run, path)


def test_a_long_allele_that_begins_far_in_front(run: Run, tmp_path: Path) -> None:
    """It spans the site, and an index finds it as well, whichever of the alleles it is."""
    for alleles in (("A" * 99, "A"), ("A", "A" * 99), ("A", "AT", "A" * 99)):
        genotypes = hard_calls(["0/0", "0/0"], n_alleles=len(alleles))
        bgen = replace(GOOD, variants=[Variant(2, alleles, genotypes), *GOOD.variants])
        found = []
        for is_indexed in (False, True):
            path = bgen.write(tmp_path / "made.bgen")
            if is_indexed:
                bgen.write_index(path)
            found.append(called(run, path))
            Path(f"{path}.bgi").unlink(missing_ok=True)
        assert found[0] == found[1]
        assert found[0] != EXPECTED


@pytest.mark.parametrize(
    ("columns", "rows"),
    [
        ("ID_1 ID_2 missing", ["0 S1 0", "0 S2 0"]),
        ("ID_1 ID_2 missing sex", ["F1 S1 0 1", "F2 S2 0 2"]),
        ("ID_1 missing", ["S1 0", "S2 0"]),
        ("ID", ["S1", "S2"]),
    ],
)
@pytest.mark.parametrize("name", ["made.sample", "made.bgen.sample"])
def test_people_by_their_sample_file(
    run: Run, tmp_path: Path, name: str, columns: str, rows: list[str]
) -> None:
    path = replace(GOOD, samples=()).write(tmp_path / "made.bgen")
    (tmp_path / name).write_text(sample_file(rows, columns))
    assert EXPECTED == called(run, path)


@pytest.mark.parametrize("rows", [["0 S1 0", "0 S2 0"], ["S1 x 0", "S2 y 0"]])
def test_a_sample_file_that_agrees(run: Run, tmp_path: Path, rows: list[str]) -> None:
    """The names in the file count; they may be the first or the second names."""
    path = GOOD.write(tmp_path / "made.bgen")
    (tmp_path / "made.sample").write_text(sample_file(rows))
    assert EXPECTED == called(run, path)


def test_names_made_of_two(run: Run, tmp_path: Path) -> None:
    path = replace(GOOD, samples=("F_S1", "F_S2")).write(tmp_path / "made.bgen")
    (tmp_path / "made.sample").write_text(sample_file(["F S1 0", "F S2 0"]))
    assert {("F_S1", "rs1"), ("F_S2", "rs6")} < set(called(run, path))


HEADER = "ID_1 ID_2 missing\n0 0 0\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"{HEADER}0 S1 0\n", "has 1 people, but made.bgen has 2; use the .sample file that belo"),
        (f"{HEADER}0 S1 0\n0 S3 0\n", "person 2 is 'S3', but 'S2' in made.bgen; remove the .samp"),
        (f"{HEADER}0 S1 0\n0 S2\n", "line 4 has 2 columns; the header has 3"),
        ("0 S1 0\n0 S2 0\n", "is not a .sample file: its two header lines must be the names of"),
        ("", "is not a .sample file: its two header lines must be the names of"),
    ],
)
def test_sample_files_that_do_not_fit(run: Run, tmp_path: Path, text: str, message: str) -> None:
    path = GOOD.write(tmp_path / "made.bgen")
    (tmp_path / "made.sample").write_text(text)
    assert rejected(run, path).startswith(f"Error: made.sample: {message}")


def test_a_sample_file_that_is_no_text(run: Run, tmp_path: Path) -> None:
    path = GOOD.write(tmp_path / "made.bgen")
    (tmp_path / "made.sample").write_bytes(b"\xff")
    assert rejected(run, path).startswith("Error: made.sample: is not UTF-8: ")


def test_two_sample_files(run: Run, tmp_path: Path) -> None:
    path = GOOD.write(tmp_path / "made.bgen")
    for name in ("made.sample", "made.bgen.sample"):
        (tmp_path / name).write_text(sample_file(["0 S1 0", "0 S2 0"]))
    assert (
        "Error: made.sample: is beside made.bgen.sample; remove or rename the one that is not "
        "wanted"
    ) == rejected(run, path)


def test_a_file_without_names(run: Run, tmp_path: Path) -> None:
    path = replace(GOOD, samples=()).write(tmp_path / "made.bgen")
    assert (
        "Error: made.bgen: has no names of people, and there is no made.sample beside it; put the "
        ".sample file that belongs to it there under this name"
    ) == rejected(run, path)
