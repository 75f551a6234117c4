"""A folder of pages appears whole or not at all, and replaces nothing but pages."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from helpers.processes import ended_process

from pgx_ana.errors import OutputError
from pgx_ana.writing import page_folder
from pgx_ana.writing.leftovers import temporary_folder
from pgx_ana.writing.page_files import LISTING


def contents(folder: Path) -> dict[str, str]:
    """Return the text of every file by its path."""
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def make(folder: Path, pages: dict[str, str], then: Callable[[], None] | None = None) -> None:
    with page_folder(str(folder)) as site:
        for path, text in pages.items():
            site.write(path, text.encode())
        if then is not None:
            then()


def fail() -> None:
    raise ZeroDivisionError


def test_pages_appear_with_their_listing(tmp_path: Path) -> None:
    site = tmp_path / "new" / "site"
    with page_folder(str(site)) as folder:
        folder.write("index.html", b"<p>one")
        folder.write("people/a.html", b"<p>a")
        assert not site.exists()
    listing = "index.html\npeople/a.html\n"
    expected = {LISTING: listing, "index.html": "<p>one", "people/a.html": "<p>a"}
    assert expected == contents(site)
    assert [site] == list(site.parent.iterdir())


@pytest.mark.parametrize("is_link", [False, True], ids=["folder", "link"])
def test_an_earlier_folder_of_pages_is_replaced(tmp_path: Path, is_link: bool) -> None:
    site = tmp_path / "site"
    make(site, {"index.html": "old", "gone/a.html": "old"})
    site.chmod(0o750)
    named = tmp_path / "link" if is_link else site
    if is_link:
        named.symlink_to("site")
    make(named, {"index.html": "new"})
    assert {LISTING: "index.html\n", "index.html": "new"} == contents(site)
    assert 0o750 == stat.S_IMODE(site.stat().st_mode)
    assert sorted({site, named}) == sorted(tmp_path.iterdir())


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    make(tmp_path / "site", {})
    (tmp_path / "site" / LISTING).unlink()
    make(tmp_path / "site", {"a.html": "a"})
    assert {LISTING: "a.html\n", "a.html": "a"} == contents(tmp_path / "site")


@pytest.mark.parametrize("foreign", ["notes.txt", "people/notes.txt", ".hidden"])
def test_a_folder_with_anything_else_is_refused_and_stays(tmp_path: Path, foreign: str) -> None:
    site = tmp_path / "site"
    make(site, {"index.html": "old", "people/a.html": "old"})
    (site / foreign).write_text("mine")
    before = contents(site)
    with pytest.raises(OutputError) as caught:
        make(site, {"index.html": "new"})
    expected = (
        f"{site}: holds {foreign!r}, which is no file of an earlier run; name a new folder, or an "
        "empty one"
    )
    assert expected == str(caught.value)
    assert before == contents(site)
    assert [site] == list(tmp_path.iterdir())


def test_a_link_to_a_folder_among_the_pages_is_refused(tmp_path: Path) -> None:
    site, mine = tmp_path / "site", tmp_path / "mine"
    make(site, {"index.html": "old"})
    mine.mkdir()
    (mine / "kept").write_text("kept")
    (site / "people").symlink_to(mine)
    with pytest.raises(OutputError, match="holds 'people', which is no file"):
        make(site, {"index.html": "new"})
    assert {"kept": "kept"} == contents(mine)


def test_what_comes_to_the_folder_meanwhile_stays(tmp_path: Path) -> None:
    site = tmp_path / "site"

    def come_meanwhile() -> None:
        site.mkdir()
        (site / "mine").write_text("kept")

    with pytest.raises(OutputError, match="holds 'mine'"):
        make(site, {"index.html": "new"}, then=come_meanwhile)
    assert {"mine": "kept"} == contents(site)
    assert [site] == list(tmp_path.iterdir())


def test_nothing_stays_of_a_folder_that_fails(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        make(tmp_path / "a" / "b" / "site", {"a/index.html": "new"}, then=fail)
    assert [] == list(tmp_path.iterdir())


def test_a_failure_leaves_the_earlier_folder(tmp_path: Path) -> None:
    site = tmp_path / "site"
    make(site, {"index.html": "old"})
    before = contents(site)
    with pytest.raises(ZeroDivisionError):
        make(site, {"index.html": "new"}, then=fail)
    assert before == contents(site)
    assert [site] == list(tmp_path.iterdir())


def test_the_earlier_folder_comes_back_if_the_new_one_cannot_take_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / "site"
    make(site, {"index.html": "old"})
    before, replace = contents(site), Path.replace

    def fail_for_the_new(path: Path, target: Path) -> Path:
        if target == site and (path / "index.html").read_text() == "new":
            raise OSError(5, "Input/output error")
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", fail_for_the_new)
    with pytest.raises(OutputError) as caught:
        make(site, {"index.html": "new"})
    assert f"{site}: cannot be written: Input/output error" == str(caught.value)
    assert before == contents(site)
    assert [site] == list(tmp_path.iterdir())


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "site").write_text("mine")
    with pytest.raises(OutputError) as caught:
        make(tmp_path / "site", {})
    assert f"{tmp_path / 'site'}: is not a folder; name a new one, or an empty one" == str(
        caught.value
    )


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_parent_that_takes_nothing(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError, match="cannot be written: Permission denied"):
        make(tmp_path / "site", {})


def test_a_parent_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    site = tmp_path / "file" / "site"
    with pytest.raises(OutputError) as caught:
        make(site, {})
    assert f"{site}: cannot be written: File exists" == str(caught.value)


def test_stdout_is_no_folder() -> None:
    with pytest.raises(OutputError, match="pages need a folder, not stdout"):
        make(Path("-"), {})


def test_links_in_a_loop(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(OutputError, match="Too many levels of symbolic links"):
        make(tmp_path / "loop", {})


@pytest.mark.parametrize(
    "path", ["/etc/x", "../x", "a/../../x", "a//b", "./a", "a\nb", "", ".", LISTING, "Index.html"]
)
def test_paths_that_are_a_mistake(tmp_path: Path, path: str) -> None:
    with pytest.raises(ValueError, match=r"no plain path|written twice"):
        make(tmp_path / "site", {"index.html": "", path: ""})
    assert [] == list(tmp_path.iterdir())


def test_folders_that_a_killed_run_left_are_removed(tmp_path: Path) -> None:
    own = temporary_folder(tmp_path)
    _, _, machine, _, rest = own.name.split(".")
    left = own.rename(tmp_path / f".pgx-ana-folder.{machine}.{ended_process()}.{rest}")
    (left / "page.html").write_text("left")
    running = temporary_folder(tmp_path)
    make(tmp_path / "site", {"a.html": "a"})
    assert sorted([running, tmp_path / "site"]) == sorted(tmp_path.iterdir())
