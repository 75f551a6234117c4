"""The container: built from its file, and run without root, network or a place to write."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from helpers.oci import Finished, Image, built, lacking
from helpers.paths import EXAMPLE, ROOT, TOY, tool_environment

from pgx_ana.version import __version__

pytestmark = pytest.mark.slow

LINTER = tool_environment("packaging-tools") / "bin" / "hadolint"
PERSON = EXAMPLE / "spoiled.GRCh38.vcf"


@pytest.mark.skipif(not LINTER.exists(), reason="hadolint is not installed: make packaging-tools")
def test_the_linter_finds_nothing() -> None:
    process = subprocess.run(
        [LINTER, ROOT / "Containerfile"], capture_output=True, check=False, text=True
    )
    assert (0, "", "") == (process.returncode, process.stdout, process.stderr)


@pytest.fixture(scope="module")
def image() -> Iterator[Image]:
    if reason := lacking():
        pytest.skip(reason)
    with built({"VERSION": "7.8.9", "REVISION": "abc", "CREATED": "2026-01-02T03:04:05Z"}) as image:
        yield image


@pytest.fixture
def contained(image: Image, tmp_path: Path) -> Callable[..., Finished]:
    """Return a function that runs the program of the image."""
    numbers = iter(range(9))

    def run(*arguments: str, **options: object) -> Finished:
        folder = tmp_path / f"{tmp_path.name}-{next(numbers)}"
        folder.mkdir()
        return image.run(folder, arguments, **options)  # type: ignore[arg-type]

    return run


def host(*arguments: str) -> bytes:
    command = [sys.executable, "-m", "pgx_ana", *arguments]
    return subprocess.run(command, check=True, capture_output=True).stdout


def test_description(image: Image) -> None:
    labels = image.config["Labels"]
    names = {name.removeprefix("org.opencontainers.image."): text for name, text in labels.items()}
    own = {name: text for name, text in names.items() if not name.startswith("io.buildah")}
    assert own == {
        "title": "pgx-ana",
        "description": "Annotate germline variants with evidence on response to anastrozole",
        "version": "7.8.9",
        "licenses": "MIT",
        "authors": "The pgx-ana authors",
        "source": "https://github.com/OWNER/pgx-ana",
        "revision": "abc",
        "created": "2026-01-02T03:04:05Z",
    }
    assert ["pgx-ana"] == image.config["Entrypoint"]
    assert ["--help"] == image.config["Cmd"]
    assert f"ARG VERSION={__version__}\n" in (ROOT / "Containerfile").read_text()


def test_versions(contained: Callable[..., Finished]) -> None:
    shown = contained("--version")
    assert (0, host("--version"), "") == (shown.code, shown.output, shown.messages)
    assert 0 == contained("kb", "check").code


def test_a_pipe(contained: Callable[..., Finished]) -> None:
    """A stream is kept in the temporary folder, which a root that is read-only does not have."""
    person = PERSON.read_bytes()
    words = ("annotate", "-", "-q")
    shown = contained(*words, standard_input=person, temporary_folder=True)
    assert (0, "") == (shown.code, shown.messages)
    assert host("annotate", str(PERSON), "-q") == shown.output
    refused = contained(*words, standard_input=person)
    assert (3, b"") == (refused.code, refused.output)
    assert re.fullmatch("Error: the temporary folder .*TMPDIR.*\n", refused.messages)


def test_files(contained: Callable[..., Finished], image: Image, tmp_path: Path) -> None:
    """The folder for results belongs to the user of the image; nothing else can be written."""
    folder = tmp_path / "results"
    folder.mkdir()
    user, group = map(int, image.config["User"].split(":"))
    (folder / "batch.txt").write_text(f"/in/{PERSON.name}\n")
    mounts = {"/in": EXAMPLE, "/work": folder}
    for path in (folder, folder / "batch.txt"):
        subprocess.run(["chown", f"{user}:{group}", path], check=True)
    name = f"/in/{PERSON.name}"
    for words in (
        ("annotate", name, "-o", "people.jsonl"),
        ("annotate", name, "-t", "all", "-o", "tables"),
        ("annotate", name, "-o", "annotated.vcf.gz", "--write-index"),
        ("report", name, "-o", "report"),
        ("batch", "batch.txt", "-o", "batch", "--format", "tsv", "--jobs", "2"),
    ):
        done = contained(*words, "-q", mounts=mounts)
        assert 0 == done.code, (words, done.messages)
    table = (
        (folder / "tables" / "annotations.tsv").read_bytes().replace(b"/in", str(EXAMPLE).encode())
    )
    assert host("annotate", str(PERSON), "-q") == table
    refused = contained("annotate", name, "-q", "-o", "/in/x.tsv", mounts=mounts)
    assert 3 == refused.code
    assert 1 == len(refused.messages.splitlines())


def test_a_knowledge_base_of_ones_own(contained: Callable[..., Finished]) -> None:
    """It cannot be compiled for the next time, which does no harm."""
    checked = contained("kb", "check", "--kb", "/in", mounts={"/in": TOY})
    assert (0, "") == (checked.code, checked.messages)
    assert host("kb", "check", "--kb", str(TOY)) == checked.output


def test_what_is_inside(contained: Callable[..., Finished]) -> None:
    """No user but root can change the program; it is compiled; what installs is not there."""
    program = """
import importlib.util, os, pathlib, socket, pgx_ana
assert os.getuid() != 0
root = pathlib.Path("/opt/pgx-ana")
assert not [path for path in root.rglob("*") if path.lstat().st_uid or os.access(path, os.W_OK)]
for path in pathlib.Path(pgx_ana.__file__).parent.rglob("*.py"):
    assert pathlib.Path(importlib.util.cache_from_source(path)).exists(), path
assert importlib.util.find_spec("pip") is None
assert ["lo"] == [name for _, name in socket.if_nameindex()]
print("as it should be")
"""
    done = contained("-c", program, entrypoint=["/opt/pgx-ana/bin/python"])
    assert (0, b"as it should be\n", "") == (done.code, done.output, done.messages)
