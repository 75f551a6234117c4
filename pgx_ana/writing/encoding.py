"""Text as the UTF-8 bytes of results, in every locale."""

from __future__ import annotations


def as_utf8(text: str) -> bytes:
    """Encode text; file names that are not UTF-8 get replacement characters.

    In an ASCII locale, Python decodes the bytes of every other name to surrogates.
    """
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        original = text.encode("utf-8", "surrogateescape")
        return original.decode("utf-8", "replace").encode("utf-8")
