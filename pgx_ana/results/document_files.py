"""Files of patient documents: lines, arrays or one document, read one document at a time."""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, NoReturn, cast

from pgx_ana.errors import InputError
from pgx_ana.results.document_check import Document, check_document

_STDIN = "-"
_GZIP = b"\x1f\x8b"

MAX_DOCUMENT_BYTES = 1 << 26
"""Longest line that is read: 64 MiB, hundreds of times a document."""

_MAX_TEXT_BYTES = 1 << 29
"""Largest array with another layout than that of this program, which is read at once: 512 MiB."""

_SURROGATE = b"\\ud"


def documents_in(path: str) -> Iterator[Document]:
    """Yield the patient documents of a file, or of stdin for ``-``, in their order.

    The file has one document per line, one array, or one document; it may be compressed (gzip,
    BGZF). Lines are read one by one, and arrays too if each document has its line, as this program
    writes them. Raises :class:`InputError` for anything that is not a document of this version, and
    for two documents of one sample.
    """
    place = "stdin" if path == _STDIN else path
    first: dict[str, str] = {}
    for where, value in _values(path, place):
        document = check_document(value, where)
        sample = document["sample"]
        other = first.setdefault(sample, where)
        if other != where:
            raise InputError(
                f"{where}: sample {sample!r} is also in {other}; leave one of them out"
            )
        yield document
    if not first:
        raise InputError(f"{place}: has no patient document")


def _values(path: str, place: str) -> Iterator[tuple[str, object]]:
    """Yield the JSON value of each document, with its place."""
    try:
        with _opened(path) as stream:
            yield from _read(stream, place)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError(
            f"{place}: is cut off or damaged: {error}; copy or write it again"
        ) from error
    except OSError as error:
        raise InputError(f"{place}: cannot be read: {error.strerror or error}") from error


@contextlib.contextmanager
def _opened(path: str) -> Iterator[IO[bytes]]:
    """Open a file or stdin, and inflate what is compressed."""
    if path != _STDIN and Path(path).is_dir():
        raise InputError(f"{path}: is a folder, not a file of patient documents")
    with contextlib.ExitStack() as opened:
        raw: Any = sys.stdin.buffer
        if path != _STDIN:
            raw = opened.enter_context(Path(path).open("rb"))
        stream = raw if isinstance(raw, io.BufferedReader) else io.BufferedReader(raw)
        is_compressed = stream.peek(len(_GZIP))[: len(_GZIP)] == _GZIP
        yield cast(IO[bytes], gzip.GzipFile(fileobj=stream)) if is_compressed else stream


def _read(stream: IO[bytes], place: str) -> Iterator[tuple[str, object]]:
    number, line = 1, _line(stream, place, 1)
    while line and not line.strip():
        number, line = number + 1, _line(stream, place, number + 1)
    opening = line.strip()
    if opening == b"[":
        yield from _array_lines(stream, place, number)
    elif opening.startswith(b"[") or opening == b"{":
        yield from _whole(line, stream, place)
    else:
        yield from _lines(line, stream, place, number)


def _lines(line: bytes, stream: IO[bytes], place: str, number: int) -> Iterator[tuple[str, object]]:
    """Yield the documents of lines; empty lines are passed over."""
    while line:
        if line.strip():
            where = f"{place}:{number}"
            yield where, _parsed(line, where)
        number += 1
        line = _line(stream, place, number)


def _array_lines(stream: IO[bytes], place: str, number: int) -> Iterator[tuple[str, object]]:
    """Yield the documents of an array with one document per line, from the line after ``[``.

    Raises :class:`InputError` for an array without an end, and for one with another layout.
    """
    is_open = True
    while is_open:
        number += 1
        line = _line(stream, place, number)
        text = line.strip()
        if not line:
            raise InputError(f"{place}: the array has no end: the file is cut off; write it again")
        if text == b"{":  # an array with many lines per document
            yield from _whole(b"[" + line, stream, place)
            return
        if text == b"]":
            is_open = False
        elif text:
            where = f"{place}:{number}"
            yield where, _parsed(text.removesuffix(b","), where)
    rest = stream.read(MAX_DOCUMENT_BYTES)
    if rest.strip():
        raise InputError(f"{place}: has more after the end of the array")


def _whole(start: bytes, stream: IO[bytes], place: str) -> Iterator[tuple[str, object]]:
    """Yield the documents of an array, or the one document, whatever their layout."""
    text = start + stream.read(_MAX_TEXT_BYTES)
    if len(text) > _MAX_TEXT_BYTES:
        raise InputError(
            f"{place}: is larger than {_MAX_TEXT_BYTES:,} bytes, and not one document per line; "
            "write it with --format jsonl"
        )
    value = _parsed(text, place)
    values = value if isinstance(value, list) else [value]
    for number, document in enumerate(values, 1):
        yield f"{place}: document {number}", document


def _line(stream: IO[bytes], place: str, number: int) -> bytes:
    """Return the next line with its end; empty after the last one."""
    line = stream.readline(MAX_DOCUMENT_BYTES + 1)
    if len(line) > MAX_DOCUMENT_BYTES:
        raise InputError(
            f"{place}:{number}: the line is longer than {MAX_DOCUMENT_BYTES:,} bytes; is this a "
            "file of patient documents?"
        )
    return line


def _parsed(text: bytes, where: str) -> object:
    try:
        value: object = json.loads(text.decode("utf-8"), parse_constant=_refuse_constant)
        if _SURROGATE in text or b"\\uD" in text:  # half a sign, which cannot be written
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeError as error:
        raise InputError(f"{where}: is not UTF-8: {error}") from error
    except json.JSONDecodeError as error:
        raise InputError(
            f"{where}: is not JSON: {error.msg} (line {error.lineno}, column {error.colno}); is it "
            "cut off?"
        ) from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{where}: is not JSON of this program: {error}") from error
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")
