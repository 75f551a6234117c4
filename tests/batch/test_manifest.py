"""Manifests: lists of files, and tables that say more about them."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import pytest

from pgx_ana.batch import read_manifest
from pgx_ana.errors import UsageError
from pgx_ana.pipeline import SheetRow

LISTS = {
    "list": ("a.vcf\nb.vcf\n", [1, 2]),
    "no line feed at the end": ("a.vcf\nb.vcf", [1, 2]),
    "comments, blank lines, spaces": ("# all\n\n a.vcf\n  \n#x.vcf\nb.vcf \n\n", [3, 6]),
    "byte order mark, CRLF": ("\ufeffa.vcf\r\nb.vcf\r\n", [1, 2]),
    "table of one column": ("file\na.vcf\nb.vcf\n", [2, 3]),
    "table with comments": ("# made by hand\nfile\tsample\n#\na.vcf\nb.vcf\t\n", [4, 5]),
}


@pytest.fixture(autouse=True)
def in_tmp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def read(text: str, *, from_file_name: bool = False) -> tuple[SheetRow, ...]:
    Path("m").write_bytes(text.encode())
    return read_manifest("m", from_file_name=from_file_name)


@pytest.mark.parametrize(("text", "lines"), LISTS.values(), ids=LISTS)
def test_lists_of_files(text: str, lines: list[int]) -> None:
    expected = [
        SheetRow(file, line=line) for file, line in zip(["a.vcf", "b.vcf"], lines, strict=True)
    ]
    assert expected == list(read(text))


def test_a_table_says_more_about_files() -> None:
    text = (
        "sample\tfile\tgroup\tindex\tcontext\tsex\n"
        "Ann\ta.vcf\tg\ta.tbi\tadjuvant\tfemale\nAnn\tb.vcf\tg\n\tc.vcf\n"
    )
    expected = (
        SheetRow("a.vcf", "Ann", "female", "adjuvant", "a.tbi", "g", 2),
        SheetRow("b.vcf", "Ann", group="g", line=3),
        SheetRow("c.vcf", line=4),
    )
    assert expected == read(text)


def test_samples_are_called_after_files_that_name_none() -> None:
    rows = read("file\tsample\nrun/a.vcf.gz\nb.vcf\tBob\n", from_file_name=True)
    assert ["a", "Bob"] == [row.sample for row in rows]


def test_relative_paths(tmp_path: Path) -> None:
    """They are of the working directory; of the folder of the manifest if only there."""
    (tmp_path / "sheets").mkdir()
    for name in ("both.vcf", "sheets/both.vcf", "sheets/there.vcf", "sheets/there.tbi"):
        Path(name).touch()
    manifest = Path("sheets/m.txt")
    manifest.write_text(f"file\tindex\nboth.vcf\tthere.tbi\nthere.vcf\nnone.vcf\n{tmp_path}/x\n")
    rows = read_manifest(str(manifest), from_file_name=False)
    expected = ["both.vcf", "sheets/there.vcf", "none.vcf", f"{tmp_path}/x"]
    assert expected == [row.file for row in rows]
    assert ["sheets/there.tbi", "", "", ""] == [row.index for row in rows]


def test_a_manifest_from_stdin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"a.vcf\n")))
    assert (SheetRow("a.vcf", line=1),) == read_manifest("-", from_file_name=False)


FAULTS = {
    "empty": ("", "m: lists no file"),
    "comments alone": ("# a.vcf\n\n", "m: lists no file"),
    "header alone": ("file\tsample\n", "m: lists no file"),
    "twice": ("a.vcf\n\nx/../a.vcf\n", "m: line 3: x/../a.vcf is also in line 1"),
    "stdin": ("a.vcf\n-\n", "m: line 2: stdin cannot be one of many files; give its path"),
    "no header": (
        "a.vcf\nb.vcf\tBob\n",
        "m: line 2: has a tab; the first line of a table must name its columns, 'file' among them",
    ),
    "unknown column": (
        "file\tsampel\na.vcf\tA\n",
        (
            "m: unknown column 'sampel'; did you mean sample; its first line must name the column "
            "file, and may name sample, sex, context, index and group, separated by tabs"
        ),
    ),
    "too many cells": ("file\na.vcf\tA\n", "m: line 2: has 2 columns; the first line has 1"),
    "no file": ("sample\tfile\nA\n", "m: line 2: has no file"),
    "sex of whom": (
        "file\tsex\na.vcf\tf\n",
        "m: line 2: has a sex or context but no sample of whom it is",
    ),
    "one sample of two files": (
        "file\tsample\tgroup\na.vcf\tA\tg\nb.vcf\tA\th\n",
        (
            "m: line 3: sample 'A' is also in line 2; give it another name, or give both files "
            "the same group if they are of one person"
        ),
    ),
}


@pytest.mark.parametrize(("text", "message"), FAULTS.values(), ids=FAULTS)
def test_faults(text: str, message: str) -> None:
    with pytest.raises(UsageError) as raised:
        read(text)
    assert message == str(raised.value)


def test_files_of_one_name_are_not_named_after_it() -> None:
    with pytest.raises(UsageError, match=r"^m: line 2: sample 'a' is also in line 1; "):
        read("x/a.vcf\ny/a.vcf\n", from_file_name=True)


def test_a_manifest_that_cannot_be_read() -> None:
    with pytest.raises(UsageError, match=r"^none: cannot be read: \[Errno 2\]"):
        read_manifest("none", from_file_name=False)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"\xe9.vcf\n", "is not text in UTF-8"),
        (gzip.compress(b"##fileformat=VCFv4.2\n"), "is not text in UTF-8"),
        (b"##fileformat=VCFv4.2\n", "is a VCF file"),
    ],
)
def test_a_file_in_place_of_a_manifest(content: bytes, what: str) -> None:
    Path("m").write_bytes(content)
    with pytest.raises(UsageError) as raised:
        read_manifest("m", from_file_name=False)
    assert str(raised.value) == (
        f"m: {what}; a manifest lists the paths of files, one in each line (to annotate a single "
        "file, use pgx-ana annotate)"
    )
