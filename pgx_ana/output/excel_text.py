"""Text as a cell of a workbook can hold it: nothing invisible, and of limited length."""

from __future__ import annotations

from pgx_ana.printable import printable
from pgx_ana.writing import as_utf8

MAX_UNITS = 32_767
"""The units of UTF-16 that a cell of Excel can hold."""

_SEPARATORS_TO_BLANKS = str.maketrans("\t\r\n", "   ")


def cell_text(text: str) -> str:
    r"""Return text for a cell: control characters as ``\x07``, and a text that is too long cut.

    Tabs and line ends are blanks, as in TSV. A text that was cut ends with its whole length.
    """
    if text.isascii() and text.isprintable() and len(text) <= MAX_UNITS:
        return text
    text = printable(as_utf8(text).decode().translate(_SEPARATORS_TO_BLANKS))
    if _n_units(text) <= MAX_UNITS:
        return text
    end = f" ... [cut: {len(text):,} characters]"
    units = text.encode("utf-16-le")[: 2 * (MAX_UNITS - len(end))]
    return units.decode("utf-16-le", "ignore") + end


def _n_units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
