"""Text that is safe to show on a terminal."""

from __future__ import annotations


def printable(text: str) -> str:
    r"""Return text with every invisible character but the line feed escaped.

    Names in files can contain characters that command a terminal (``\x1b``) or reorder what it
    shows (``\u202e``). Bytes of file names that Python could not decode are shown as UTF-8, else
    escaped.
    """
    if text.isprintable():
        return text
    text = text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return "".join(
        sign if sign.isprintable() or sign == "\n" else sign.encode("unicode_escape").decode()
        for sign in text
    )


def printable_line(text: str) -> str:
    r"""Return the same in one line, with line feeds as ``\n``."""
    return printable(text).replace("\n", "\\n")
