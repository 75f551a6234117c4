"""The cache of checked knowledge bases: it saves time and never changes a result."""

from __future__ import annotations

import contextlib
import hashlib
import os
import pickle
import re
import shutil
import socket
import stat
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, fields
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pytest
from helpers.paths import TOY, TOY_HAPLOTYPES

import pgx_ana
from pgx_ana.errors import KnowledgeBaseError
from pgx_ana.knowledge import KnowledgeBase, default_directory, load, loading
from pgx_ana.knowledge.cache import cache_folder, read_cached, sealed, write_cached
from pgx_ana.knowledge.compiled import compiled, document_from
from pgx_ana.knowledge.schema import Document
from pgx_ana.knowledge.sources import read_source
from pgx_ana.knowledge.validation import checked_document

if TYPE_CHECKING:
    from helpers.fixture_types import Run

KNOWLEDGE = Path(loading.__file__).parent
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


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "shorter than the digest": lambda stored: stored[:20],
    "digest alone": lambda stored: stored[:32],
    "truncated": lambda stored: stored[:-1],
    "extended": lambda stored: stored + b" ",
    "bit flip in the content": lambda stored: stored[:-5] + bytes([stored[-5] ^ 1]) + stored[-4:],
    "bit flip in the digest": lambda stored: bytes([stored[0] ^ 1]) + stored[1:],
    "other content": lambda _: b"{}" * 100,
}


@pytest.fixture(autouse=True)
def own_cache_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give each test an empty cache, and return its folder."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    return tmp_path / "home" / "pgx-ana"


@pytest.fixture
def copied(tmp_path: Path, toy_directory: Path) -> Path:
    """Return a copy of the toy knowledge base that a test may edit."""
    return Path(shutil.copytree(toy_directory, tmp_path / "kb"))


def cached_names() -> list[str]:
    """Return the names of all files in the cache."""
    folder = cache_folder()
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def all_values(knowledge: KnowledgeBase) -> dict[str, Any]:
    """Return all fields and computed values of a knowledge base, with their order."""
    values = {
        field.name: list(section.items()) if hasattr(section, "items") else section
        for field in fields(knowledge)
        for section in (getattr(knowledge, field.name),)
    }
    grades = {
        key: asdict(grade) | {"stances": dict(grade.stances)}
        for key, grade in knowledge.grades.items()
    }
    return values | {
        "stamp": knowledge.stamp,
        "variants": knowledge.variants,
        "grades": grades,
    }


def only_entry() -> Path:
    (name,) = cached_names()
    return cache_folder() / name


def replace_in_cache(old: str, new: str) -> None:
    """Replace a text in the only cache entry, so that a result shows whether the entry was used."""
    entry = only_entry()
    content = read_cached(entry.name)
    assert content is not None
    assert old.encode() in content
    write_cached(entry.name, content.replace(old.encode(), new.encode()))


@pytest.mark.parametrize("which", ["toy", "curated"])
def test_cached_and_parsed_knowledge_bases_are_equal(which: str, toy_directory: Path) -> None:
    directories = [toy_directory] if which == "toy" else []
    from_files = load(directories, cached=False)
    assert 1 == len(cached_names())
    assert all_values(from_files) == all_values(load(directories))


def test_cache_entry_is_used(copied: Path) -> None:
    """Without this, the other tests here would prove nothing."""
    load([copied])
    replace_in_cache('"1.2.3"', '"9.9.9"')
    versions = [load([copied]).info.version, load([copied], cached=False).info.version]
    assert ["9.9.9", "1.2.3"] == versions
    assert "1.2.3" == load([copied]).info.version  # cached=False refreshed the entry


def test_everything_that_decides_on_faults_is_part_of_the_key() -> None:
    """Otherwise what an older program found free of faults would be used."""
    found, open_modules = set(), {"validation", "compiled"}
    while open_modules:
        module = open_modules.pop()
        found.add(module)
        text = (KNOWLEDGE / f"{module}.py").read_text(encoding="utf-8")
        imported = re.findall(r"^ *from pgx_ana\.knowledge\.(\w+) import", text, re.MULTILINE)
        open_modules |= {*imported} - found
    assert sorted(found) == sorted(loading._CHECKING_MODULES)


def test_changed_program_changes_the_key(
    copied: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load([copied])
    (before,) = cached_names()
    monkeypatch.setattr(loading, "__version__", "0.0.0")
    load([copied])
    shutil.copytree(KNOWLEDGE, tmp_path / "changed")
    with (tmp_path / "changed" / "compiled.py").open("a", encoding="utf-8") as stream:
        stream.write("\n")
    monkeypatch.setattr(loading, "_HERE", tmp_path / "changed")
    load([copied])
    assert (3, True) == (len(cached_names()), before in cached_names())


@pytest.mark.parametrize("which", ["toy", "haplotypes", "curated"])
def test_compiled_documents_are_equal_and_of_the_same_types(which: str) -> None:
    layers = {"toy": [TOY], "haplotypes": [TOY, TOY_HAPLOTYPES], "curated": [default_directory()]}
    document = checked_document([read_source(layer) for layer in layers[which]])
    content = compiled(document)
    again = document_from(content)
    assert (document, repr(document), content) == (again, repr(again), compiled(again))


def test_a_document_without_entries_is_compiled() -> None:
    assert Document() == document_from(compiled(Document()))


def test_pickled_knowledge_base(toy: KnowledgeBase) -> None:
    """Also after values were computed from it; it stays read-only."""
    expected = all_values(toy)
    again = pickle.loads(pickle.dumps(toy))
    assert expected == all_values(again)
    assert type(toy.drugs) is type(again.drugs) is MappingProxyType


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make the toy knowledge base the shipped one, as in a wheel; return its compiled form."""
    folder = tmp_path / "package"
    folder.mkdir()
    shutil.copytree(TOY, tmp_path / "default")
    monkeypatch.setattr(loading, "default_directory", lambda: tmp_path / "default")
    monkeypatch.setattr("pgx_ana.knowledge.cache._SHIPPED", folder)
    path = loading.compile_default(folder)
    content = path.read_bytes()[32:].replace(b'"1.2.3"', b'"9.9.9"')
    path.write_bytes(sealed(content))  # so that a result shows whether it was used
    return path


def test_what_the_package_brings_is_used_and_not_cached(shipped: Path) -> None:
    assert shipped.is_file()
    assert ["9.9.9", "9.9.9"] == [load().info.version, load([Path("default")]).info.version]
    assert [] == cached_names()
    assert "1.2.3" == load(cached=False).info.version


def test_what_the_package_brings_is_not_used_for_other_files(shipped: Path, tmp_path: Path) -> None:
    with (tmp_path / "default" / "messages.yaml").open("a", encoding="utf-8") as stream:
        stream.write("\n")
    assert "1.2.3" == load().info.version
    assert shipped.name not in cached_names()


def test_what_the_package_brings_is_not_used_for_layers(shipped: Path, tmp_path: Path) -> None:
    (tmp_path / "layer").mkdir()
    (tmp_path / "layer" / "drug.yaml").write_text(DRUG, encoding="utf-8")
    assert shipped.is_file()
    assert "1.2.3" == load([Path("default"), tmp_path / "layer"]).info.version


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_damaged_file_of_the_package_is_ignored(
    shipped: Path, damage: Callable[[bytes], bytes]
) -> None:
    shipped.write_bytes(damage(shipped.read_bytes()))
    assert "1.2.3" == load().info.version
    assert [shipped.name] == cached_names()


def test_kb_check_ignores_the_cache(copied: Path, run: Run) -> None:
    stamp = load([copied]).stamp
    replace_in_cache('"1.2.3"', '"9.9.9"')
    result = run("kb", "check", "--kb", copied)
    counts = "6 variants, 2 results from 2 publications, 2 associations; no fault"
    assert (0, f"toy {stamp}: {counts}\n", "") == (result.exit_code, result.stdout, result.stderr)


@pytest.mark.parametrize("name", ["evidence.yaml", "frame.yaml", "messages.yaml", "variants.yaml"])
def test_changed_byte_of_any_file_changes_the_key(copied: Path, name: str) -> None:
    load([copied])
    before = cached_names()
    path = copied / name
    content = path.read_bytes()
    path.write_bytes(content + b"\n")
    load([copied])
    assert (2, True) == (len(cached_names()), set(before) < set(cached_names()))
    path.write_bytes(content)
    load([copied])
    assert 2 == len(cached_names())


def test_changed_file_is_loaded_although_the_old_state_is_cached(copied: Path) -> None:
    load([copied])
    path = copied / "frame.yaml"
    text = path.read_text(encoding="utf-8").replace("version: 1.2.3", "version: 1.2.4")
    path.write_text(text, encoding="utf-8")
    assert "1.2.4" == load([copied]).info.version


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_damaged_entry_is_ignored_and_replaced(
    copied: Path, damage: Callable[[bytes], bytes]
) -> None:
    expected = all_values(load([copied]))
    entry = only_entry()
    intact = entry.read_bytes()
    entry.write_bytes(damage(intact))
    assert None is read_cached(entry.name)
    assert expected == all_values(load([copied]))
    assert (intact, [entry.name]) == (entry.read_bytes(), cached_names())


def test_entry_that_is_a_folder_is_ignored(copied: Path) -> None:
    expected = all_values(load([copied]))
    entry = only_entry()
    entry.unlink()
    entry.mkdir()
    assert expected == all_values(load([copied]))
    assert [entry.name] == cached_names()  # no temporary file is left


@pytest.mark.parametrize("depth", [0, 1], ids=["home", "folder"])
def test_file_in_place_of_the_cache_folder_changes_no_result(
    depth: int, copied: Path, own_cache_folder: Path
) -> None:
    blocked = (own_cache_folder.parent, own_cache_folder)[depth]
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


def test_missing_home_folder_changes_no_result(
    copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = all_values(load([copied]))

    def no_home(_: Path) -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(Path, "expanduser", no_home)
    assert expected == all_values(load([copied]))


@pytest.mark.parametrize(
    ("home", "expected"),
    [("/some/where", "/some/where/pgx-ana"), ("", "~/.cache/pgx-ana"), (None, "~/.cache/pgx-ana")],
    ids=["set", "empty", "not set"],
)
def test_cache_folder_follows_the_environment(
    home: str | None, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME")
    if home is not None:
        monkeypatch.setenv("XDG_CACHE_HOME", home)
    assert Path(expected).expanduser() == cache_folder()


def test_layers_are_part_of_the_key(tmp_path: Path, toy_directory: Path) -> None:
    """The files are the same each time; their directories decide which entry replaces another."""
    for name, drug in (("a", "first"), ("b", "second")):
        (tmp_path / name).mkdir()
        text = DRUG.replace("NAME", drug)
        (tmp_path / name / f"{name}.yaml").write_text(text, encoding="utf-8")
    shutil.copytree(tmp_path / "a", tmp_path / "both")
    shutil.copytree(tmp_path / "b", tmp_path / "both", dirs_exist_ok=True)
    a, b, both = (tmp_path / name for name in ("a", "b", "both"))
    for _ in range(2):  # from files, then from the cache
        drugs = [load([toy_directory, *order]).drugs["extra"].name for order in ((a, b), (b, a))]
        assert (["second", "first"], 2) == (drugs, len(cached_names()))
        with pytest.raises(KnowledgeBaseError) as raised:
            load([toy_directory, both])
        assert ["is defined twice"] == [fault.what for fault in raised.value.faults]


@pytest.mark.parametrize("split", [1, 2, 3])
def test_same_files_in_other_layers_have_another_key(
    split: int, toy_directory: Path, tmp_path: Path
) -> None:
    """The digest is the same, but one entry must not be used for the other."""
    stamp = load([toy_directory]).stamp
    files = sorted(toy_directory.iterdir())
    for number, path in enumerate(files):
        layer = tmp_path / ("lower" if number < split else "upper")
        layer.mkdir(exist_ok=True)
        shutil.copy(path, layer)
    layered = load([tmp_path / "lower", tmp_path / "upper"])
    assert (stamp, 2) == (layered.stamp, len(cached_names()))


def test_faulty_knowledge_base_is_never_cached_and_always_reported(copied: Path, run: Run) -> None:
    (copied / "zzz.yaml").write_text(FAULTY, encoding="utf-8")
    error = f"Error: the knowledge base has 1 fault:\n{copied / 'zzz.yaml'}:3: drugs(x): "
    for command in (["check"], ["list"], ["show", "rs1"], ["list"]):
        result = run("kb", *command, "--kb", copied)
        assert (4, "", f"{error}is defined twice\n") == (
            result.exit_code,
            result.stdout,
            result.stderr,
        )
    assert [] == cached_names()


def test_unreadable_file_is_reported_although_the_rest_is_cached(copied: Path) -> None:
    load([copied])
    (copied / "zzz.yaml").mkdir()
    for _ in range(2):
        with pytest.raises(KnowledgeBaseError) as raised:
            load([copied])
        assert [copied / "zzz.yaml"] == [fault.file for fault in raised.value.faults]
    assert 1 == len(cached_names())


def test_two_processes_load_at_once(copied: Path) -> None:
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
    results = [(*process.communicate(timeout=60), process.returncode) for process in running]
    assert 1 == len(cached_names())
    assert [(f"{load([copied]).stamp} 6\n", "", 0)] * 2 == results


def uses_cache(copied: Path) -> bool:
    """Return whether an entry that says another version is believed."""
    entry = (
        cache_folder() / ([name for name in cached_names() if name.startswith("kb-")] or [""])[0]
    )
    stored = entry.read_bytes()[32:]
    changed = stored.replace(b'"1.2.3"', b'"9.9.9"')
    mode = entry.stat().st_mode
    entry.write_bytes(hashlib.sha256(changed).digest() + changed)
    entry.chmod(mode)
    return load([copied]).info.version == "9.9.9"


def test_cache_is_private(copied: Path, own_cache_folder: Path) -> None:
    """Whatever the umask, nobody else can write it."""
    original = os.umask(0)
    try:
        load([copied])
    finally:
        os.umask(original)
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (own_cache_folder, only_entry())]
    assert [0o700, 0o600] == modes
    assert uses_cache(copied)


@pytest.mark.parametrize("mode", [0o770, 0o707, 0o777, 0o702, 0o1777])
def test_folder_that_others_can_write_is_ignored(
    copied: Path, own_cache_folder: Path, mode: int
) -> None:
    load([copied])
    own_cache_folder.chmod(mode)
    assert not uses_cache(copied)
    before = only_entry().read_bytes()
    load([copied], cached=False)
    assert before == only_entry().read_bytes()  # it is not written either


@pytest.mark.parametrize("mode", [0o660, 0o606, 0o666])
def test_entry_that_others_can_write_is_ignored(copied: Path, mode: int) -> None:
    load([copied])
    only_entry().chmod(mode)
    assert not uses_cache(copied)
    assert "1.2.3" == load([copied]).info.version
    assert 0o600 == stat.S_IMODE(only_entry().stat().st_mode)  # it was replaced


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
@pytest.mark.parametrize("which", ["folder", "entry"])
def test_cache_of_somebody_else_is_ignored(
    copied: Path, own_cache_folder: Path, which: str
) -> None:
    load([copied])
    os.chown(own_cache_folder if which == "folder" else only_entry(), 12345, 12345)
    assert not uses_cache(copied)


@pytest.mark.parametrize("kind", ["pipe", "device", "link to a device", "socket"])
def test_entry_that_is_no_file_is_never_read(copied: Path, kind: str) -> None:
    """A pipe would wait for a writer, and a device may have no end."""
    expected = all_values(load([copied]))
    entry = only_entry()
    entry.unlink()
    if kind == "pipe":
        os.mkfifo(entry, 0o600)
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as bound, contextlib.chdir(entry.parent):
            bound.bind(entry.name[:100])
            Path(entry.name[:100]).rename(entry)
    elif kind == "device" and os.geteuid() == 0:
        os.mknod(entry, stat.S_IFCHR | 0o600, os.makedev(1, 5))  # /dev/zero
    else:
        entry.symlink_to("/dev/zero")
    assert None is read_cached(entry.name)
    assert expected == all_values(load([copied]))
    assert stat.S_ISREG(only_entry().lstat().st_mode)


def test_entry_that_is_too_large_is_ignored(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load([copied])
    monkeypatch.setattr("pgx_ana.knowledge.cache._MAX_ENTRY_BYTES", 100)
    assert None is read_cached(only_entry().name)
    assert "1.2.3" == load([copied]).info.version


def test_only_the_newest_entries_are_kept(own_cache_folder: Path) -> None:
    for number in range(12):
        write_cached(f"kb-{number}", b"content")
        os.utime(own_cache_folder / f"kb-{number}", (number, number))
    kept = {f"kb-{number}" for number in range(4, 12)}
    assert kept == set(cached_names())
    write_cached("kb-0", b"content")
    assert kept - {"kb-4"} | {"kb-0"} == set(cached_names())


def test_leftovers_of_a_day_ago_are_removed_and_other_files_stay(own_cache_folder: Path) -> None:
    write_cached("kb-1", b"content")
    for name in (".kb-0.killed", ".kb-0.running", "notes.txt", ".other"):
        (own_cache_folder / name).write_bytes(b"")
    for name in (".kb-0.killed", "notes.txt", ".other"):
        os.utime(own_cache_folder / name, (0, 0))
    write_cached("kb-1", b"content")
    assert [".kb-0.running", ".other", "kb-1", "notes.txt"] == cached_names()


@pytest.mark.parametrize(
    ("cache_home", "made"),
    [(None, False), ("", False), ("{home}/.cache", False), ("relative", False), ("{tmp}/c", True)],
)
def test_nothing_is_made_under_a_home_folder_that_does_not_exist(
    copied: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    cache_home: str | None,
    made: bool,
) -> None:
    """Nor in the working directory: a relative cache folder is invalid."""
    home = tmp_path / "no" / "home"
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.chdir(tmp_path)
    if cache_home is not None:
        monkeypatch.setenv("XDG_CACHE_HOME", cache_home.format(home=home, tmp=tmp_path))
    expected = load([copied]).stamp
    assert expected == load([copied]).stamp
    assert {copied} | ({tmp_path / "c"} if made else set()) == set(tmp_path.iterdir())
