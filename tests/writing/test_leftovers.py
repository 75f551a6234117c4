"""Temporary files of killed runs are cleared; those of running ones and all other files stay."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from helpers.processes import ended_process

from pgx_ana.writing import leftovers
from pgx_ana.writing.files import output_folder, write
from pgx_ana.writing.leftovers import remove_leftovers, temporary_path

DAY = 86_400


def leave(folder: Path, process: int, *, machine: str = "", age: float = 0) -> Path:
    """Leave a temporary file as a killed run does."""
    path = temporary_path(folder)
    path.touch()
    _, _, own, _, rest = path.name.split(".")
    left = path.rename(folder / f".pgx-ana.{machine or own}.{process}.{rest}")
    then = left.stat().st_mtime - age
    os.utime(left, (then, then))
    return left


@pytest.mark.parametrize(
    ("machine", "running", "age", "stays"),
    [
        ("", False, 0, False),
        ("", True, 0, True),
        ("", True, 2 * DAY, False),
        ("0123abcd", False, 0, True),
        ("0123abcd", False, DAY - 600, True),
        ("0123abcd", False, DAY + 600, False),
    ],
    ids=["ended", "running", "old", "elsewhere", "elsewhere, recent", "elsewhere, old"],
)
def test_leftovers(tmp_path: Path, machine: str, running: bool, age: float, stays: bool) -> None:
    """Process numbers of another machine, on a shared file system, say nothing here."""
    process = os.getpid() if running else ended_process()
    left = leave(tmp_path, process, machine=machine, age=age)
    remove_leftovers(tmp_path)
    assert ([left] if stays else []) == list(tmp_path.iterdir())


def test_the_next_run_to_the_folder_clears_it(tmp_path: Path) -> None:
    leave(tmp_path, ended_process())
    write([b"x"], str(tmp_path / "a.tsv"))
    assert ["a.tsv"] == [path.name for path in tmp_path.iterdir()]
    leave(tmp_path, ended_process())
    with output_folder(str(tmp_path), ["b.tsv", "c.tsv"]) as streams:
        for stream in streams:
            stream.write(b"x")
    assert ["a.tsv", "b.tsv", "c.tsv"] == sorted(path.name for path in tmp_path.iterdir())


@pytest.mark.parametrize(
    "name",
    [
        ".result.tsv.abcdefgh",
        ".pgx-ana",
        "pgx-ana.01234567.1.x",
        ".pgx-ana.01234567.x.abc",
        ".pgx-ana.01234567.1.abc.tsv",
        ".pgx-ana.0123456z.1.abc",
    ],
)
def test_other_files_stay(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("kept")
    os.utime(path, (0, 0))
    remove_leftovers(tmp_path)
    assert [path] == list(tmp_path.iterdir())


def test_only_regular_files_are_removed(tmp_path: Path) -> None:
    name = f".pgx-ana.{leftovers._machine()}.{ended_process()}."
    (tmp_path / f"{name}folder").mkdir()
    (tmp_path / f"{name}link").symlink_to("elsewhere")
    before = set(tmp_path.iterdir())
    remove_leftovers(tmp_path)
    assert before == set(tmp_path.iterdir())


def test_a_missing_folder_is_no_error(tmp_path: Path) -> None:
    remove_leftovers(tmp_path / "missing")
    assert [] == list(tmp_path.iterdir())
