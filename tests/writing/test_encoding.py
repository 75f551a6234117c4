"""Text becomes UTF-8, whatever names the file system has."""

from __future__ import annotations

import os

import pytest

from pgx_ana.writing.encoding import as_utf8


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", b""),
        ("rs1\tA/C\r\n", b"rs1\tA/C\r\n"),
        ("Jos\u00e9", b"Jos\xc3\xa9"),
        ("\U0001f9ec", b"\xf0\x9f\xa7\xac"),
        (os.fsdecode(b"Jos\xe9.vcf"), b"Jos\xef\xbf\xbd.vcf"),
        (b"Jos\xc3\xa9".decode("ascii", "surrogateescape"), b"Jos\xc3\xa9"),
        (
            b"\xc3\xa9\xff\xc3\xa9".decode("ascii", "surrogateescape"),
            b"\xc3\xa9\xef\xbf\xbd\xc3\xa9",
        ),
    ],
    ids=["empty", "ascii", "accent", "emoji", "latin-1", "ascii-locale", "ascii-locale, not-utf8"],
)
def test_text_as_utf8(text: str, expected: bytes) -> None:
    """The bytes of a name in an ASCII locale are kept; those that are no UTF-8 are replaced."""
    assert expected == as_utf8(text)
