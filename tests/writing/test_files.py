"""Output files are written completely or not at all, and no temporary file stays behind."""

from __future__ import annotations

import contextlib
import os
import resource
import stat
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pgx_ana.errors import OutputError
from pgx_ana.writing.files import output_file, output_folder, write

FULL = Path("/dev/full")
CHUNKS = [b"sample\tgene\n", b"Jos\xc3\xa9\tA\r\n", b"last"]
BYTES = b"sample\tgene\nJos\xc3\xa9\tA\r\nlast"


@pytest.fixture
def umask() -> Iterator[None]:
    """Restore the umask after a test that sets it."""
    original = os.umask(0o022)
    os.umask(original)
    yield
    os.umask(original)


def failing(error: BaseException) -> Iterator[bytes]:
    """Yield enough to reach the disk, then raise."""
    yield b"half a result\n" * 10_000
    raise error


def write_files(folder: Path, **files: list[bytes]) -> None:
    with output_folder(str(folder), list(files)) as streams:
        for stream, chunks in zip(streams, files.values(), strict=True):
            stream.write_all(chunks)


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """Let the system refuse to write larger files, as it does on a full disk."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_bytes_are_written_unchanged(tmp_path: Path) -> None:
    target = tmp_path / "result.tsv"
    write(CHUNKS, str(target))
    assert BYTES == target.read_bytes()
    assert [target] == list(tmp_path.iterdir())


def test_an_earlier_file_is_replaced(tmp_path: Path) -> None:
    target = tmp_path / "result.tsv"
    target.write_text("an earlier and much longer result\n" * 9)
    write(iter(CHUNKS), str(target))
    assert BYTES == target.read_bytes()
    assert [target] == list(tmp_path.iterdir())


def test_no_chunks_give_an_empty_file(tmp_path: Path) -> None:
    target = tmp_path / "result.tsv"
    write([], str(target))
    assert b"" == target.read_bytes()


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (ValueError("a bug"), ValueError),
        (OutputError("raised elsewhere"), OutputError),
        (OSError(5, "Input/output error of an input"), OSError),
        (KeyboardInterrupt(), KeyboardInterrupt),
    ],
    ids=["bug", "output-error", "system", "interrupt"],
)
@pytest.mark.parametrize("earlier", [None, b"an earlier result\n"], ids=["new", "earlier"])
def test_a_failure_leaves_everything_as_it_was(
    tmp_path: Path, earlier: bytes | None, raised: BaseException, expected: type[BaseException]
) -> None:
    target = tmp_path / "result.tsv"
    if earlier is not None:
        target.write_bytes(earlier)
    with pytest.raises(expected):
        write(failing(raised), str(target))
    kept = {} if earlier is None else {target: earlier}
    assert kept == {path: path.read_bytes() for path in tmp_path.iterdir()}


def test_a_file_appears_only_when_it_is_complete(tmp_path: Path) -> None:
    target = tmp_path / "result.tsv"
    existed = []

    def chunks() -> Iterator[bytes]:
        yield b"first\n"
        existed.append(target.exists())
        yield b"second\n"
        existed.append(target.exists())

    write(chunks(), str(target))
    assert [False, False] == existed
    assert "first\nsecond\n" == target.read_text()


@pytest.mark.parametrize("earlier", [False, True], ids=["new", "earlier"])
@pytest.mark.parametrize(("mask", "expected"), [(0o022, 0o644), (0o027, 0o640), (0o077, 0o600)])
@pytest.mark.usefixtures("umask")
def test_permissions_follow_the_umask(
    tmp_path: Path, mask: int, expected: int, earlier: bool
) -> None:
    target = tmp_path / "result.tsv"
    if earlier:
        target.touch(0o600)
    os.umask(mask)
    write(CHUNKS, str(target))
    assert oct(expected) == oct(stat.S_IMODE(target.stat().st_mode))
    assert oct(mask) == oct(os.umask(mask))


def test_a_directory_as_target_is_rejected(tmp_path: Path) -> None:
    with pytest.raises(OutputError) as caught:
        write(CHUNKS, str(tmp_path))
    assert f"{tmp_path}: is a directory; name a file" == str(caught.value)
    assert [] == list(tmp_path.iterdir())


def test_a_missing_folder_is_rejected(tmp_path: Path) -> None:
    target = tmp_path / "missing" / "result.tsv"
    with pytest.raises(OutputError) as caught:
        write(CHUNKS, str(target))
    assert f"{target}: cannot be written: No such file or directory" == str(caught.value)
    assert [] == list(tmp_path.iterdir())


def test_a_file_as_folder_is_rejected(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("kept")
    with pytest.raises(OutputError) as caught:
        write(CHUNKS, str(file / "result.tsv"))
    assert f"{file}/result.tsv: cannot be written: Not a directory" == str(caught.value)
    assert "kept" == file.read_text()


@pytest.mark.skipif(not FULL.exists(), reason="no /dev/full on this system")
def test_a_full_device() -> None:
    with pytest.raises(OutputError) as caught:
        write(CHUNKS, str(FULL))
    assert "/dev/full: cannot be written: No space left on device" == str(caught.value)
    assert stat.S_ISCHR(FULL.stat().st_mode)


def test_a_pipe_is_written_to_directly(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    received: list[bytes] = []
    reader = threading.Thread(target=lambda: received.append(pipe.read_bytes()))
    reader.start()
    write(CHUNKS, str(pipe))
    reader.join(10)
    assert [BYTES] == received
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_closed_pipe_raises_broken_pipe_error(tmp_path: Path) -> None:
    """It is not an OutputError: the command line ends quietly on it."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)

    def chunks() -> Iterator[bytes]:
        os.close(reader)
        yield b"too late\n"

    with pytest.raises(BrokenPipeError):
        write(chunks(), str(pipe))


def test_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    write([b"one\n", b"two\n"], "-")
    assert ("one\ntwo\n", "") == capsys.readouterr()


def test_a_folder_is_created_with_parents_and_keeps_its_files(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    write_files(folder, one=[b"1"])
    write_files(folder, one=[b"x", b"y"], two=[b"2"])
    assert {"one": "xy", "two": "2"} == {f.name: f.read_text() for f in folder.iterdir()}


def test_no_file_of_a_folder_changes_if_one_fails(tmp_path: Path) -> None:
    write_files(tmp_path, one=[b"1"])
    with largest_file(100_000), pytest.raises(OutputError) as caught:
        write_files(tmp_path, one=[b"new"], two=[b"more than fits\n" * 10_000])
    assert f"{tmp_path}/two: cannot be written: File too large" == str(caught.value)
    assert {"one": "1"} == {f.name: f.read_text() for f in tmp_path.iterdir()}


@pytest.mark.parametrize("error", [ValueError("a bug"), KeyboardInterrupt()], ids=repr)
def test_a_new_folder_does_not_stay_without_its_files(tmp_path: Path, error: BaseException) -> None:
    (tmp_path / "earlier").mkdir()
    for name in ("a/b/c", "earlier", "earlier/new"):
        with pytest.raises(type(error)), output_folder(str(tmp_path / name), ["x"]):
            raise error
    assert [tmp_path / "earlier"] == list(tmp_path.rglob("*"))


def test_a_stream_that_is_closed_takes_no_more(tmp_path: Path) -> None:
    """A library that ends its file when it is collected is not heard, whatever went wrong."""
    with pytest.raises(ValueError, match="a bug"), output_folder(str(tmp_path), ["x"]) as streams:
        raise ValueError("a bug")
    assert 4 == streams[0].write(b"late")
    assert [] == list(tmp_path.iterdir())


def test_a_file_in_place_of_the_folder_is_rejected(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("kept")
    with pytest.raises(OutputError) as caught:
        write_files(file)
    assert f"{file}: cannot create the folder: File exists" == str(caught.value)
    assert "kept" == file.read_text()


@pytest.mark.parametrize("fails", [False, True])
def test_what_an_output_needs_ends_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, fails: bool
) -> None:
    """A folder of its own, and actions, the last one first; whether or not it is completed."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    seen = []
    with contextlib.suppress(InterruptedError), output_file(str(tmp_path / "out")) as stream:
        folder = stream.scratch_folder()
        (folder / "part").write_bytes(b"part")
        stream.at_end(lambda: seen.append("first"))
        stream.at_end(lambda: seen.append(f"last, with {(folder / 'part').read_text()}"))
        if fails:
            raise InterruptedError
    assert ["last, with part", "first"] == seen
    assert ([] if fails else [tmp_path / "out"]) == list(tmp_path.iterdir())


def test_no_folder_can_be_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
    with (
        pytest.raises(OutputError, match="missing: cannot be written: No such file or directory"),
        output_file(str(tmp_path / "out")) as stream,
    ):
        stream.scratch_folder()
    assert [] == list(tmp_path.iterdir())
