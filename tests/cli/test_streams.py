"""Streams, pipes, names and folders: every run ends, with one line where it fails."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO

import pytest
from helpers.containers import bcf, bgzf, bgzf_tbi, plain_gzip, uncompressed
from helpers.paths import TOY

MakeVcf = Callable[..., Path]
Pack = Callable[[Path], Path]


def program(
    *words: str | Path, stdin: bytes | IO[bytes] = b"", cwd: Path | None = None, **changes: str
) -> tuple[int, str, str]:
    """Run the program in a process; return its exit code, stdout and stderr."""
    command = [sys.executable, "-m", "pgx_ana", "annotate", "-q", "--kb", str(TOY), "-t", "calls"]
    process = subprocess.Popen(
        [*command, *map(str, words)],
        stdin=subprocess.PIPE if isinstance(stdin, bytes) else stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=cwd,
        env={**os.environ, **changes},
    )
    given = stdin if isinstance(stdin, bytes) else None
    stdout, stderr = process.communicate(given, timeout=60)
    return process.returncode, stdout.decode(), stderr.decode()


def refused(result: tuple[int, str, str], *parts: str) -> None:
    code, stdout, stderr = result
    assert (3, "") == (code, stdout)
    assert 1 == stderr.count("\n")
    assert [] == [part for part in parts if part not in stderr], stderr


@pytest.fixture
def path(make_vcf: MakeVcf) -> Path:
    return make_vcf(["1 100 A C 0/1"])


@pytest.mark.parametrize("pack", [uncompressed, bgzf, bgzf_tbi, plain_gzip, bcf])
def test_files_need_no_temporary_folder(path: Path, tmp_path: Path, pack: Pack) -> None:
    code, stdout, _ = program(pack(path), TMPDIR=str(tmp_path / "missing"))
    assert (0, True) == (code, "\tA/C\t" in stdout)


@pytest.mark.parametrize("folder", ["missing", "file"])
def test_a_stream_needs_a_temporary_folder(path: Path, tmp_path: Path, folder: str) -> None:
    (tmp_path / "file").write_text("")
    place = str(tmp_path / folder)
    refused(program("-", stdin=path.read_bytes(), TMPDIR=place), f"TMPDIR: {place}")


def test_a_full_temporary_folder(path: Path, tmp_path: Path) -> None:
    """A limit on the size of files stands for a full disk."""
    code = (
        "import resource, runpy, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096));"
        f"sys.argv = ['pgx-ana', 'annotate', '-', '-o', '{tmp_path}/r.tsv', '--kb', '{TOY}'];"
        "runpy.run_module('pgx_ana', run_name='__main__')"
    )
    header, _, rows = path.read_bytes().partition(b"#CHROM")
    content = header + b"##comment=x\n" * 1000 + b"#CHROM" + rows
    result = subprocess.run(
        [sys.executable, "-c", code], input=content, capture_output=True, check=False
    )
    assert 3 == result.returncode
    assert b"the temporary folder cannot be used (TMPDIR" in result.stderr
    assert 1 == result.stderr.count(b"\n")


@pytest.mark.parametrize("content", [b"yes\n" * 100_000, bytes(1 << 20), b"PK\3\4" + bytes(99)])
def test_the_beginning_of_a_stream_is_looked_at_first(content: bytes, tmp_path: Path) -> None:
    """No byte is kept: the temporary folder is not asked for."""
    result = program("-", stdin=content, TMPDIR=str(tmp_path / "missing"))
    refused(result, "<stdin>: is ")
    assert "TMPDIR" not in result[2]


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null"])
def test_devices(device: str) -> None:
    refused(program(device), f"{device}: ")
    with Path(device).open("rb") as stream:
        refused(program("-", stdin=stream), "<stdin>: ")


def test_the_size_of_a_stream_has_a_limit(path: Path) -> None:
    content = path.read_bytes()
    result = program("-", stdin=content, PGX_ANA_MAX_STDIN=str(len(content) - 1))
    refused(result, "<stdin>: is larger than", "PGX_ANA_MAX_STDIN")
    for enough in (str(len(content)), "1k", "1M", "2GB"):
        assert 0 == program("-", stdin=content, PGX_ANA_MAX_STDIN=enough)[0]


@pytest.mark.parametrize("size", ["much", "-1", "1.5G", "G"])
def test_a_limit_that_is_no_size(path: Path, size: str) -> None:
    code, _, stderr = program("-", stdin=path.read_bytes(), PGX_ANA_MAX_STDIN=size)
    assert (2, True) == (code, "not a size such as 500M or 2T" in stderr)


def test_a_pipe_without_a_writer(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    refused(program(pipe), f"{pipe}: is a pipe that no program writes to")


@pytest.mark.parametrize("delay", [0, 1])
def test_a_pipe_with_a_slow_writer(path: Path, tmp_path: Path, delay: int) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    command = f"sleep {delay}; (sleep {delay}; cat {path}) > {pipe}"
    with subprocess.Popen(["sh", "-c", command]) as writer:
        code, stdout, _ = program(pipe)
        writer.wait()
    assert (0, True) == (code, "\tA/C\t" in stdout)


def test_links_that_lead_nowhere(tmp_path: Path) -> None:
    loop = tmp_path / "loop.vcf"
    loop.symlink_to(loop)
    refused(program(loop), f"{loop}: cannot be read: Too many levels of symbolic links")


def test_closed_stdin() -> None:
    command = f"'{sys.executable}' -m pgx_ana annotate - --kb '{TOY}' <&-"
    result = subprocess.run(["sh", "-c", command], capture_output=True, check=False)
    assert (3, b"") == (result.returncode, result.stdout)
    assert b"<stdin>: is closed" in result.stderr


def test_a_name_that_is_not_utf8(path: Path, tmp_path: Path) -> None:
    odd = tmp_path / os.fsdecode(b"n\xff\x1b.vcf")
    path.rename(odd)
    code, stdout, _ = program(odd)
    assert (0, True) == (code, "n\\xff\\x1b.vcf" in stdout)
    refused(program(tmp_path / os.fsdecode(b"\xfe.vcf")), "\\xfe.vcf: no such file")


@pytest.mark.parametrize("name", ["data:x.bcf", "http:/x", "s3:x", "file:x", "https:/a/b"])
def test_addresses_are_local_files(path: Path, tmp_path: Path, name: str) -> None:
    """Htslib would open these names as addresses."""
    refused(program(name, cwd=tmp_path), f"{name}: no such file")
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    bcf(path).rename(tmp_path / name)
    code, stdout, _ = program(name, cwd=tmp_path)
    assert (0, True) == (code, "\tA/C\t" in stdout)


def test_a_reference_is_no_address(path: Path) -> None:
    name = "http://example.org/genome.fa"
    refused(program("--reference", name, path), f"--reference {name}: no such file")


def test_a_name_that_htslib_would_cut(path: Path, tmp_path: Path) -> None:
    odd = tmp_path / "a##idx##b.bcf"
    bcf(path).rename(odd)
    refused(program(odd), "##idx##", "rename the file")
