"""What is kept of a checked knowledge base: it saves time and changes nothing else."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import pgx_ana
from pgx_ana.errors import KnowledgeBaseError
from pgx_ana.knowledge import KnowledgeBase, load
from pgx_ana.knowledge.cache import folder, read_cached, write_cached

if TYPE_CHECKING:
    from conftest import Run

FAULTY = "drugs:\n  - {id: x, name: x, drug_class: x}\n  - {id: x, name: x, drug_class: x}\n"
DRUG = "drugs:\n  - {id: extra, name: NAME, drug_class: none}\n"
LOAD = """\
import sys
from pathlib import Path
from pgx_ana.knowledge import load
sys.stdin.read()
knowledge = load([Path(sys.argv[1])])
print(knowledge.stamp, len(knowledge.definitions))
"""


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give each test an empty cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    return tmp_path / "home" / "pgx-ana"


@pytest.fixture
def copied(tmp_path: Path, toy_directory: Path) -> Path:
    """Return a copy of the toy knowledge base, to be changed."""
    return Path(shutil.copytree(toy_directory, tmp_path / "kb"))


def kept() -> list[str]:
    """Return the names of everything that lies in the cache."""
    return sorted(path.name for path in folder().iterdir()) if folder().is_dir() else []


def value(knowledge: KnowledgeBase) -> dict[str, Any]:
    """Return all that a knowledge base holds and says, in the order in which it stands."""
    held = {
        field.name: list(section.items()) if hasattr(section, "items") else section
        for field in fields(knowledge)
        for section in (getattr(knowledge, field.name),)
    }
    grades = {
        key: asdict(grade) | {"stances": dict(grade.stances)}
        for key, grade in knowledge.grades.items()
    }
    return held | {
        "stamp": knowledge.stamp,
        "variants": knowledge.variants,
        "grades": grades,
    }


def only_entry() -> Path:
    (name,) = kept()
    return folder() / name


def replaced(old: str, new: str) -> None:
    """Change a text in what is kept, so that it is seen whether it is used."""
    entry = only_entry()
    content = read_cached(entry.name)
    assert content is not None
    assert old.encode() in content
    write_cached(entry.name, content.replace(old.encode(), new.encode()))


@pytest.mark.parametrize("which", ["toy", "curated"])
def test_the_cache_gives_what_the_files_give(which: str, toy_directory: Path) -> None:
    places = [toy_directory] if which == "toy" else []
    from_files = load(places, cached=False)
    assert 1 == len(kept())
    assert value(from_files) == value(load(places))


def test_what_is_kept_is_used(copied: Path) -> None:
    """Else no other test here would show anything."""
    load([copied])
    replaced('"version":"1.2.3"', '"version":"9.9.9"')
    told = [load([copied]).info.version, load([copied], cached=False).info.version]
    assert ["9.9.9", "1.2.3"] == told
    assert "1.2.3" == load([copied]).info.version  # what was read last is what is kept


def test_check_reads_the_files_whatever_is_kept(copied: Path, run: Run) -> None:
    stamp = load([copied]).stamp
    replaced('"version":"1.2.3"', '"version":"9.9.9"')
    result = run("kb", "check", "--kb", copied)
    counts = "6 variants, 2 results from 2 publications, 2 associations; no fault"
    assert (0, f"toy {stamp}: {counts}\n", "") == (result.exit_code, result.stdout, result.stderr)


@pytest.mark.parametrize("name", ["evidence.yaml", "frame.yaml", "messages.yaml", "variants.yaml"])
def test_a_changed_byte_of_any_file_makes_another_key(copied: Path, name: str) -> None:
    load([copied])
    before = kept()
    path = copied / name
    content = path.read_bytes()
    path.write_bytes(content + b"\n")
    load([copied])
    assert (2, True) == (len(kept()), set(before) < set(kept()))
    path.write_bytes(content)
    load([copied])
    assert 2 == len(kept())


def test_a_change_is_seen_though_an_older_state_is_kept(copied: Path) -> None:
    load([copied])
    path = copied / "frame.yaml"
    text = path.read_text(encoding="utf-8").replace("version: 1.2.3", "version: 1.2.4")
    path.write_text(text, encoding="utf-8")
    assert "1.2.4" == load([copied]).info.version


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "shorter than the digest": lambda stored: stored[:20],
    "digest alone": lambda stored: stored[:32],
    "cut": lambda stored: stored[:-1],
    "longer": lambda stored: stored + b" ",
    "a bit of the content": lambda stored: stored[:-5] + bytes([stored[-5] ^ 1]) + stored[-4:],
    "a bit of the digest": lambda stored: bytes([stored[0] ^ 1]) + stored[1:],
    "something else": lambda _: b"{}" * 100,
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_entry_is_ignored_and_mended(
    copied: Path, damage: Callable[[bytes], bytes]
) -> None:
    expected = value(load([copied]))
    entry = only_entry()
    whole = entry.read_bytes()
    entry.write_bytes(damage(whole))
    assert None is read_cached(entry.name)
    assert expected == value(load([copied]))
    assert (whole, [entry.name]) == (entry.read_bytes(), kept())


def test_an_entry_that_is_a_folder_is_ignored(copied: Path) -> None:
    expected = value(load([copied]))
    entry = only_entry()
    entry.unlink()
    entry.mkdir()
    assert expected == value(load([copied]))
    assert [entry.name] == kept()  # and nothing else is left lying


@pytest.mark.parametrize("depth", [0, 1], ids=["home", "folder"])
def test_a_file_in_the_place_of_the_folder_changes_nothing(
    depth: int, copied: Path, own_folder: Path
) -> None:
    blocked = (own_folder.parent, own_folder)[depth]
    blocked.parent.mkdir(exist_ok=True)
    blocked.write_text("in the way", encoding="utf-8")
    stamps = [load([copied]).stamp, load([copied]).stamp, load([copied], cached=False).stamp]
    content = [path.read_bytes() for path in sorted(copied.iterdir())]
    names = [path.name for path in sorted(copied.iterdir())]
    digest = hashlib.sha256()
    for name, text in zip(names, content, strict=True):
        digest.update(f"{name}\0{len(text)}\0".encode() + text)
    assert [f"1.2.3+{digest.hexdigest()[:12]}"] * 3 == stamps
    assert "in the way" == blocked.read_text(encoding="utf-8")


def test_no_home_folder_changes_nothing(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = value(load([copied]))

    def homeless(_: Path) -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(Path, "expanduser", homeless)
    assert expected == value(load([copied]))


@pytest.mark.parametrize(
    ("home", "expected"),
    [("/some/where", "/some/where/pgx-ana"), ("", "~/.cache/pgx-ana"), (None, "~/.cache/pgx-ana")],
    ids=["set", "empty", "not set"],
)
def test_where_the_cache_lies(
    home: str | None, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME")
    if home is not None:
        monkeypatch.setenv("XDG_CACHE_HOME", home)
    assert Path(expected).expanduser() == folder()


def test_layers_have_keys_of_their_own(tmp_path: Path, toy_directory: Path) -> None:
    """The files are the same each time; how they lie in folders decides what replaces what."""
    for name, drug in (("a", "first"), ("b", "second")):
        (tmp_path / name).mkdir()
        text = DRUG.replace("NAME", drug)
        (tmp_path / name / f"{name}.yaml").write_text(text, encoding="utf-8")
    shutil.copytree(tmp_path / "a", tmp_path / "both")
    shutil.copytree(tmp_path / "b", tmp_path / "both", dirs_exist_ok=True)
    a, b, both = (tmp_path / name for name in ("a", "b", "both"))
    for _ in range(2):  # from files, then from the cache
        drugs = [load([toy_directory, *order]).drugs["extra"].name for order in ((a, b), (b, a))]
        assert (["second", "first"], 2) == (drugs, len(kept()))
        with pytest.raises(KnowledgeBaseError) as raised:
            load([toy_directory, both])
        assert ["is defined twice"] == [fault.what for fault in raised.value.faults]


@pytest.mark.parametrize("split", [1, 2, 3])
def test_the_same_files_in_other_layers_have_another_key(
    split: int, toy_directory: Path, tmp_path: Path
) -> None:
    """Their digest is one, and what is kept of the one is not taken for the other."""
    stamp = load([toy_directory]).stamp
    files = sorted(toy_directory.iterdir())
    for number, path in enumerate(files):
        layer = tmp_path / ("lower" if number < split else "upper")
        layer.mkdir(exist_ok=True)
        shutil.copy(path, layer)
    layered = load([tmp_path / "lower", tmp_path / "upper"])
    assert (stamp, 2) == (layered.stamp, len(kept()))


def test_a_faulty_knowledge_base_is_never_kept_and_always_told(copied: Path, run: Run) -> None:
    (copied / "zzz.yaml").write_text(FAULTY, encoding="utf-8")
    told = f"Error: the knowledge base has 1 fault:\n{copied / 'zzz.yaml'}:3: drugs(x): "
    for command in (["check"], ["list"], ["show", "rs1"], ["list"]):
        result = run("kb", *command, "--kb", copied)
        assert (4, "", f"{told}is defined twice\n") == (
            result.exit_code,
            result.stdout,
            result.stderr,
        )
    assert [] == kept()


def test_a_file_that_cannot_be_read_is_told_though_the_rest_is_kept(copied: Path) -> None:
    load([copied])
    (copied / "zzz.yaml").mkdir()
    for _ in range(2):
        with pytest.raises(KnowledgeBaseError) as raised:
            load([copied])
        assert [copied / "zzz.yaml"] == [fault.file for fault in raised.value.faults]
    assert 1 == len(kept())


def test_two_processes_at_once(copied: Path) -> None:
    command = [sys.executable, "-c", LOAD, str(copied)]
    root = Path(pgx_ana.__file__).parent.parent
    running = [
        subprocess.Popen(
            command,
            cwd=root,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for process in running:
        assert process.stdin is not None
        process.stdin.close()
        process.stdin = None
    told = [(*process.communicate(timeout=60), process.returncode) for process in running]
    assert 1 == len(kept())
    assert [(f"{load([copied]).stamp} 6\n", "", 0)] * 2 == told
